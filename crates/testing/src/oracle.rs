//! The differential oracle: one recorded tree, run by the uop interpreter as recorded, optimised, and as machine code.
//!
//! All runs start from the same slots and objects. They must leave through the same guard with the same frames,
//! slots, reachable heap and log of calls.

use crate::host::{HOST, Object, TestVm, UNDEF};
use crate::native;
use crate::outcome::{Outcome, Sym};
use std::cell::Cell;
use std::fmt;
use uplift_interp::{Fault, Program};
use uplift_uop::verify::verify;
use uplift_uop::{GuardId, Inst, Op, SnapId, Tree};

/// The slot in which generated trees count iterations: live at every exit, written by nothing else.
pub const COUNTER: i32 = -1;

/// Where a run starts.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// Words of slots; others are unbound.
    pub slots: Vec<(i32, u64)>,
    /// Contents of the initial objects.
    pub objects: Vec<Object>,
    /// Which re-entering call sets the attention word; 0 for none.
    pub attention_after: u32,
}

/// Something that runs trees.
pub enum Executor<'a> {
    /// The uop interpreter, with fuel.
    Interp(u64),
    /// The uop interpreter; leaves at a guard (or jump) though nothing failed.
    InterpAt {
        /// Instructions to execute at most.
        fuel: u64,
        /// Number of the guard.
        guard: u32,
        /// The word that the counter slot has then.
        count: u64,
    },
    /// The uop interpreter; leaves at the `nth` instruction that may exit, though nothing failed.
    InterpNth {
        /// Instructions to execute at most.
        fuel: u64,
        /// Which one, from 1.
        nth: u64,
        /// How many there were, after the run.
        visits: Cell<u64>,
    },
    /// Machine code of the tree.
    Native(&'a native::Native),
}

/// Runs a tree whose addresses are real ones. `slots` is the range that the frame has.
pub fn run(
    vm: &mut TestVm,
    tree: &Tree,
    input: &Input,
    slots: (i32, i32),
    executor: &Executor<'_>,
) -> Result<Outcome, Fault> {
    vm.restore(&input.objects);
    vm.attention_after = input.attention_after;
    let mut frame = Frame::new(slots, &input.slots);
    let snap = match executor {
        Executor::Interp(fuel) => interpret(vm, tree, &mut frame, *fuel, |_, _| false)?,
        Executor::InterpAt { fuel, guard, count } => {
            interpret(vm, tree, &mut frame, *fuel, |inst, frame| {
                let snapshot = tree.snapshot(inst);
                // SAFETY: frames have the counter slot.
                let counted = unsafe { *frame.offset(COUNTER as isize) };
                snapshot.is_some_and(|s| s.guard.number == *guard) && counted == *count
            })?
        }
        Executor::InterpNth { fuel, nth, visits } => interpret(vm, tree, &mut frame, *fuel, |inst, _| {
            visits.set(visits.get() + u64::from(inst.op.exits()));
            visits.get() == *nth
        })?,
        // SAFETY: as above; the code was compiled from this tree for this VM's attention word.
        Executor::Native(code) => unsafe { code.run(vm.context(), frame.slot_zero()) },
    };
    observe(vm, tree, snap, slots, &frame)
}

fn interpret(
    vm: &mut TestVm,
    tree: &Tree,
    frame: &mut Frame,
    fuel: u64,
    leave: impl FnMut(&Inst, *const u64) -> bool,
) -> Result<SnapId, Fault> {
    let program = Program::new(tree, &HOST);
    let (context, attention) = (vm.context(), std::ptr::from_ref(&*vm.attention));
    // SAFETY: the frame has all slots of the tree, whose references are objects of the VM. The attention word is
    // boxed, and nothing moves it.
    let exit = unsafe { program.run_leaving(context, frame.slot_zero(), &*attention, Some(fuel), leave) };
    exit.map(|exit| exit.snap)
}

fn observe(
    vm: &TestVm,
    tree: &Tree,
    snap: SnapId,
    slots: (i32, i32),
    frame: &Frame,
) -> Result<Outcome, Fault> {
    let snapshot = tree.snaps.get(snap.0 as usize);
    let snapshot = snapshot.ok_or(Fault::Malformed("the exit's snapshot does not exist"))?;
    Ok(Outcome::observe(vm, snapshot, slots, |slot| frame.get(slot)))
}

/// Frame slots from `first` on.
pub(crate) struct Frame {
    first: i32,
    words: Vec<u64>,
}

impl Frame {
    pub(crate) fn new((first, end): (i32, i32), slots: &[(i32, u64)]) -> Frame {
        // Slot 0 has an address even if no tree touches it, and so has the counter.
        let (first, end) = (first.min(COUNTER), end.max(1));
        let mut frame = Frame { first, words: vec![UNDEF; end.abs_diff(first) as usize] };
        for &(slot, word) in slots {
            frame.set(slot, word);
        }
        frame
    }
    pub(crate) fn slot_zero(&mut self) -> *mut u64 {
        // Slot 0 is inside: `first` is not positive and the range includes it.
        self.words.as_mut_ptr().wrapping_add(self.first.unsigned_abs() as usize)
    }
    pub(crate) fn get(&self, slot: i32) -> u64 {
        self.words.get(slot.wrapping_sub(self.first) as usize).copied().unwrap_or(UNDEF)
    }
    pub(crate) fn set(&mut self, slot: i32, word: u64) {
        if let Some(place) = self.words.get_mut(slot.wrapping_sub(self.first) as usize) {
            *place = word;
        }
    }
}

/// What comparing came to, if all was well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All runs agree.
    Agree,
    /// The recorded tree ran out of fuel: nothing to compare.
    OutOfFuel,
}

/// A difference between two runs, or a failure to get to one.
#[derive(Debug)]
pub struct Mismatch {
    /// What went wrong, at which stage.
    pub what: String,
    /// The tree of that stage, as text.
    pub tree: String,
    /// What the recorded tree did.
    pub expected: String,
    /// What this stage did.
    pub found: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n--- tree\n{}", self.what, self.tree)?;
        writeln!(f, "--- expected\n{}--- found\n{}", self.expected, self.found)
    }
}

/// Which stages to compare with the recorded tree in the uop interpreter.
#[derive(Clone, Copy, Debug)]
pub struct Stages {
    /// The optimised tree in the uop interpreter.
    pub optimized: bool,
    /// Machine code: of the recorded tree, and of the optimised one if that is made.
    pub native: bool,
    /// How many exits of the optimised tree to take though nothing failed. In the uop interpreter the tree must count
    /// iterations in [`COUNTER`], so that the same place of the recorded run can be found. Machine code cannot be made
    /// to leave: it is made of trees that end at a guard, and compared with the uop interpreter on these.
    pub forced: u64,
}

/// Runs a verified recorded tree (with text or real addresses) at all stages and compares.
pub fn compare(
    vm: &mut TestVm,
    tree: &Tree,
    input: &Input,
    fuel: u64,
    stages: Stages,
) -> Result<Verdict, Box<Mismatch>> {
    // Strengthened guards leave earlier, at other guards than the recorded tree.
    let config = uplift_opt::OptConfig { verify: true, strengthen: false, ..Default::default() };
    let optimize =
        |tree: &Tree| uplift_opt::optimize(tree, &HOST, &config).map_err(|error| error.to_string());
    compare_with(vm, tree, input, fuel, stages, optimize)
}

/// As [`compare`], with another optimizer.
pub fn compare_with(
    vm: &mut TestVm,
    tree: &Tree,
    input: &Input,
    fuel: u64,
    stages: Stages,
    optimize: impl FnOnce(&Tree) -> Result<Tree, String>,
) -> Result<Verdict, Box<Mismatch>> {
    let tree = vm.relocate(tree);
    let mut comparison = Comparison { vm, input, slots: tree.slots, expected: None };
    match comparison.run(&tree, &Executor::Interp(fuel)) {
        Ok(outcome) => comparison.expected = Some(outcome),
        Err(Fault::OutOfFuel) => return Ok(Verdict::OutOfFuel),
        Err(fault) => return Err(comparison.failure("the recorded tree", &tree, &fault)),
    }
    comparison.native("machine code of the recorded tree", &tree, stages)?;
    if stages.optimized {
        let optimized = optimize(&tree);
        let optimized = optimized.map_err(|e| comparison.failure("optimizing", &tree, &e))?;
        // The optimizer executes no more than was recorded, but for headers and copies of loop values.
        let fuel = fuel.saturating_mul(4);
        comparison.check("the optimised tree", &optimized, &Executor::Interp(fuel))?;
        comparison.native("machine code of the optimised tree", &optimized, stages)?;
        if stages.native {
            return comparison.cut_short(&optimized, fuel, stages.forced);
        }
        comparison.forced(&tree, &optimized, fuel, stages.forced)?;
    }
    Ok(Verdict::Agree)
}

struct Comparison<'a> {
    vm: &'a mut TestVm,
    input: &'a Input,
    slots: (i32, i32),
    expected: Option<Outcome>,
}

impl Comparison<'_> {
    fn run(&mut self, tree: &Tree, executor: &Executor<'_>) -> Result<Outcome, Fault> {
        run(self.vm, tree, self.input, self.slots, executor)
    }

    fn native(&mut self, what: &str, tree: &Tree, stages: Stages) -> Result<(), Box<Mismatch>> {
        if !stages.native {
            return Ok(());
        }
        match native::Native::new(tree, &self.vm.attention) {
            Ok(code) => self.check(what, tree, &Executor::Native(&code)),
            Err(error) => Err(self.failure(what, tree, &error)),
        }
    }

    fn check(&mut self, what: &str, tree: &Tree, executor: &Executor<'_>) -> Result<(), Box<Mismatch>> {
        let found = match self.run(tree, executor) {
            Ok(outcome) if self.expected.as_ref() == Some(&outcome) => return Ok(()),
            Ok(outcome) => self.text(&outcome),
            Err(fault) => format!("{fault}\n"),
        };
        Err(self.mismatch(what, tree, &found))
    }

    /// Leaves the optimised tree in the middle, at places spread evenly over the run, and the recorded one at the same
    /// guard in the same iteration.
    fn forced(&mut self, tree: &Tree, optimized: &Tree, fuel: u64, count: u64) -> Result<(), Box<Mismatch>> {
        // No run has that many guards, so this one goes to its end.
        let (mut visits, nth) = (0, u64::MAX);
        let visited = Executor::InterpNth { fuel, nth, visits: Cell::new(0) };
        if self.run(optimized, &visited).is_ok()
            && let Executor::InterpNth { visits: counted, .. } = visited
        {
            visits = counted.get();
        }
        for i in 0..count.min(visits) {
            let nth = 1 + visits * i / count.min(visits);
            self.leave(tree, optimized, fuel, nth)?;
        }
        Ok(())
    }

    /// Compares machine code with the uop interpreter on copies of the tree that end at one of its guards.
    fn cut_short(&mut self, optimized: &Tree, fuel: u64, count: u64) -> Result<Verdict, Box<Mismatch>> {
        let guards: Vec<(usize, usize)> = exiting(optimized).collect();
        for i in 0..count {
            // Spread over the tree, elsewhere in each tree.
            let chosen =
                (optimized.len() as u64).wrapping_mul(7).wrapping_add(i * 13) % (guards.len() as u64).max(1);
            let Some(&place) = guards.get(chosen as usize) else { break };
            let cut = ending_at(optimized, place);
            if verify(&cut, &HOST).is_err() {
                continue;
            }
            let expected = self.run(&cut, &Executor::Interp(fuel));
            self.expected = Some(match expected {
                Ok(outcome) => outcome,
                Err(Fault::OutOfFuel) => continue,
                Err(fault) => return Err(self.failure("the tree cut short", &cut, &fault)),
            });
            let stages = Stages { optimized: true, native: true, forced: 0 };
            self.native("machine code of the tree cut short", &cut, stages)?;
        }
        Ok(Verdict::Agree)
    }

    fn leave(&mut self, tree: &Tree, optimized: &Tree, fuel: u64, nth: u64) -> Result<(), Box<Mismatch>> {
        let what = format!("leaving the optimised tree at the {nth}th guard");
        let left = self.run(optimized, &Executor::InterpNth { fuel, nth, visits: Cell::new(0) });
        let mut left = left.map_err(|fault| self.failure(&what, optimized, &fault))?;
        if left.guard >= tree.guards {
            // A guard of the optimizer's own, which re-establishes what the loop header promises: it resumes at the
            // tree's entry, like the first guard there.
            let first = tree.traces[0].insts.iter().find_map(|inst| tree.snapshot(inst));
            left.guard = first.map_or(0, |snapshot| snapshot.guard.number);
        }
        let counted = left.slots.iter().find(|(slot, _)| *slot == COUNTER);
        let Some(&(_, Sym::Int(count))) = counted else { return Ok(()) };
        let count = HOST.repr.box_int(count);
        let at = self.run(tree, &Executor::InterpAt { fuel, guard: left.guard, count });
        let expected = at.map_err(|fault| self.failure(&what, tree, &fault))?;
        if expected == left {
            return Ok(());
        }
        let found = self.text(&left);
        self.expected = Some(expected);
        Err(self.mismatch(&what, optimized, &found))
    }

    /// An outcome relative to the input.
    fn text(&mut self, outcome: &Outcome) -> String {
        outcome.text(&before(self.vm, self.input, self.slots))
    }

    fn failure(&mut self, what: &str, tree: &Tree, error: &impl fmt::Display) -> Box<Mismatch> {
        self.mismatch(what, tree, &format!("{error}\n"))
    }

    fn mismatch(&mut self, what: &str, tree: &Tree, found: &str) -> Box<Mismatch> {
        let expected = self.expected.clone().map(|outcome| self.text(&outcome));
        Box::new(Mismatch {
            what: what.to_owned(),
            tree: uplift_uop::print::print(&self.vm.textual(tree), &HOST),
            expected: expected.unwrap_or_default(),
            found: found.to_owned(),
        })
    }
}

/// Places of instructions that exit: trace and position.
fn exiting(tree: &Tree) -> impl Iterator<Item = (usize, usize)> {
    let traces = tree.traces.iter().enumerate();
    let insts =
        traces.flat_map(|(t, trace)| trace.insts.iter().enumerate().map(move |(i, inst)| ((t, i), inst)));
    insts.filter(|(_, inst)| inst.op.exits()).map(|(place, _)| place)
}

/// The tree with an exit in place of one of its guards, and without what can no longer be reached.
fn ending_at(tree: &Tree, (trace, at): (usize, usize)) -> Tree {
    let mut out = tree.clone();
    let snap = out.traces[trace].insts[at].snap;
    out.traces[trace].insts.truncate(at);
    out.traces[trace].insts.push(Inst { snap, ..Inst::new(Op::Exit, &[], 0) });
    let Some(snapshot) = snap.and_then(|id| tree.snaps.get(id.0 as usize)) else { return out };
    let mut guards = Vec::new();
    out.traces.retain(|t| {
        // No twin may take the place of the side trace that hung here.
        let here = |parent: GuardId| parent.number == snapshot.guard.number;
        let reached = t.parent.is_none_or(|parent| guards.contains(&parent) && !here(parent));
        if reached {
            let exiting = t.insts.iter().filter(|inst| inst.op.exits());
            guards.extend(exiting.filter_map(|inst| tree.snapshot(inst)).map(|s| s.guard));
        }
        reached
    });
    out
}

/// The state before a run, as an outcome of nothing.
pub fn before(vm: &mut TestVm, input: &Input, slots: (i32, i32)) -> Outcome {
    vm.restore(&input.objects);
    let nothing = uplift_uop::Snapshot {
        guard: uplift_uop::GuardId { number: 0, phase: uplift_uop::Phase::Preamble },
        resume: uplift_uop::Resume::Execute,
        frames: Vec::new(),
        live: None,
        slots: Vec::new(),
        virtuals: Vec::new(),
    };
    let frame = Frame::new(slots, &input.slots);
    Outcome::observe(vm, &nothing, slots, |slot| frame.get(slot))
}
