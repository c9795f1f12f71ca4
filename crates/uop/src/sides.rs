//! Where side traces hang.
//!
//! A side trace hangs on the instruction that exits with the side trace's parent as guard id. Recorded trees have one
//! copy of each guard, whatever copy of the optimised tree was left: there, in trees without a loop header, a parent
//! that nothing exits with is taken for the guard of the same number in the other phase.

use crate::table::Op;
use crate::trace::{GuardId, Phase, SnapId, TraceId, Tree};
use std::collections::HashMap;

/// A place in a tree: trace and instruction, by index.
pub type Place = (usize, usize);

/// Where each side trace of a tree hangs.
#[derive(Clone, Debug)]
pub struct Sides {
    /// For each trace, the instruction that it hangs on.
    parents: Vec<Option<Place>>,
    /// For each snapshot, the side trace that goes on in place of its exit.
    sides: Vec<Option<TraceId>>,
}

impl Sides {
    /// Finds all side traces. If several hang on one instruction, the first counts, as an exact match before others.
    pub fn new(tree: &Tree) -> Sides {
        let exits = exits(tree);
        let peeled = tree.traces.first().is_some_and(|t| t.insts.iter().any(|i| i.op == Op::LoopHeader));
        let mut found = Sides { parents: vec![None; tree.traces.len()], sides: vec![None; tree.snaps.len()] };
        for exact in [true, false] {
            for (t, trace) in tree.traces.iter().enumerate().skip(1) {
                let Some(guard) = trace.parent else { continue };
                let phase = if guard.phase == Phase::Body { Phase::Preamble } else { Phase::Body };
                let other = GuardId { phase, ..guard };
                let place = match exits.get(&guard) {
                    Some(&place) if exact => Some(place),
                    None if !exact && !peeled => exits.get(&other).copied(),
                    _ => None,
                };
                let Some((trace, inst)) = place else { continue };
                found.parents[t] = place;
                let snap = tree.traces[trace].insts[inst].snap;
                if let Some(side) = snap.and_then(|SnapId(id)| found.sides.get_mut(id as usize)) {
                    side.get_or_insert(TraceId(t as u32));
                }
            }
        }
        found
    }

    /// The side trace that goes on where an instruction exits with this snapshot.
    pub fn of_snap(&self, snap: SnapId) -> Option<TraceId> {
        self.sides.get(snap.0 as usize).copied().flatten()
    }

    /// The instruction that a trace hangs on.
    pub fn parent(&self, trace: usize) -> Option<Place> {
        self.parents.get(trace).copied().flatten()
    }
}

/// The first instruction that exits under each guard id.
fn exits(tree: &Tree) -> HashMap<GuardId, Place> {
    let mut exits = HashMap::new();
    for (t, trace) in tree.traces.iter().enumerate() {
        for (i, inst) in trace.insts.iter().enumerate().filter(|(_, inst)| inst.op.exits()) {
            if let Some(snapshot) = tree.snapshot(inst) {
                exits.entry(snapshot.guard).or_insert((t, i));
            }
        }
    }
    exits
}
