//! The passes in order, and the one loop that runs, times, verifies and dumps them.

use crate::{OptConfig, OptError, dead, peel, sink};
use std::borrow::Cow;
use std::time::{Duration, Instant};
use uplift_uop::{HostSpec, TraceId, Tree, print, verify};

/// A pass over trees.
#[derive(Debug)]
pub struct Pass {
    /// Name, for flags, timings and dumps.
    pub name: &'static str,
    /// What it does, one line.
    pub doc: &'static str,
    /// Whether the configuration asks for it.
    pub wanted: fn(&OptConfig) -> bool,
    run: fn(Cow<'_, Tree>, &HostSpec, &OptConfig, &mut OptReport) -> Result<Tree, OptError>,
}

/// All passes, in the order in which they run.
pub const PASSES: &[Pass] = &[
    Pass {
        name: "forward",
        doc: "slots to values, facts, folding, sharing, guards, heap, virtual objects, peeling",
        wanted: |config| config.forward,
        run: |tree, spec, config, report| peel::forward(&tree, spec, config, report),
    },
    Pass {
        name: "dead_code",
        doc: "removes what nothing needs, loop-carried values included",
        wanted: |config| config.forward && config.dead_code,
        run: |tree, spec, _, _| Ok(dead::dead_code(tree.into_owned(), spec)),
    },
    Pass {
        name: "sink",
        doc: "moves pure uops into the side traces that alone use them",
        wanted: |config| config.forward && config.sink,
        run: |tree, _, _, _| Ok(sink::sink(tree.into_owned())),
    },
];

/// What one pass did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassReport {
    /// Name of the pass.
    pub name: &'static str,
    /// Time spent in it.
    pub time: Duration,
    /// Instructions before and after, all traces.
    pub insts: (usize, usize),
    /// Guards before and after, all traces.
    pub guards: (usize, usize),
    /// The tree after it, if dumps were asked for.
    pub dump: Option<String>,
}

/// What an optimisation did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OptReport {
    /// Each pass that ran.
    pub passes: Vec<PassReport>,
    /// The recorded trace that each trace comes from; `None` for one that the optimizer added. A side trace comes
    /// twice if it continues both copies of its guard, and not at all if its guard cannot fail any more.
    pub origins: Vec<Option<TraceId>>,
    /// How often the loop was walked until its header contract held; 0 without a header.
    pub rounds: u32,
    /// Allocations that became virtual objects.
    pub virtual_objects: u32,
    /// How often each algebraic rule fired, by name, rules that fired only.
    pub rules: Vec<(&'static str, u32)>,
}

/// Optimises a recorded tree.
pub fn optimize(tree: &Tree, spec: &HostSpec, config: &OptConfig) -> Result<Tree, OptError> {
    optimize_with_report(tree, spec, config).map(|(tree, _)| tree)
}

/// Optimises a recorded tree and says what was done.
pub fn optimize_with_report(
    tree: &Tree,
    spec: &HostSpec,
    config: &OptConfig,
) -> Result<(Tree, OptReport), OptError> {
    let mut report = OptReport::default();
    if config.verify {
        check(tree, spec, "input")?;
    }
    let mut current = Cow::Borrowed(tree);
    for pass in PASSES.iter().filter(|pass| (pass.wanted)(config)) {
        let (insts_before, guards_before) = (current.len(), guards(&current));
        let start = Instant::now();
        let after = (pass.run)(current, spec, config, &mut report)?;
        report.passes.push(PassReport {
            name: pass.name,
            time: start.elapsed(),
            insts: (insts_before, after.len()),
            guards: (guards_before, guards(&after)),
            dump: config.dump.then(|| print::print(&after, spec)),
        });
        if config.verify {
            check(&after, spec, pass.name)?;
        }
        current = Cow::Owned(after);
    }
    Ok((current.into_owned(), report))
}

fn guards(tree: &Tree) -> usize {
    tree.traces.iter().flat_map(|t| &t.insts).filter(|i| i.op.exits()).count()
}

fn check(tree: &Tree, spec: &HostSpec, pass: &'static str) -> Result<(), OptError> {
    verify::verify(tree, spec).map_err(|violations| {
        let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
        OptError::Verify { pass, found: lines.join("\n") }
    })
}
