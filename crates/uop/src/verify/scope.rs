//! Where values are defined, where traces hang, and so what dominates what.

use crate::sides::{Place, Sides};
use crate::table::Op;
use crate::trace::{GuardId, Tree, Val};
use std::collections::HashMap;

pub(super) struct Scope {
    /// First definition of each value.
    defined: HashMap<Val, Place>,
    /// For each trace, the instruction in an earlier trace that it hangs on.
    pub parents: Vec<Option<Place>>,
    /// First instruction that exits under each guard id.
    pub guards: HashMap<GuardId, Place>,
    /// The loop header in the root.
    pub header: Option<usize>,
}

impl Scope {
    pub fn new(tree: &Tree) -> Scope {
        let root = tree.traces.first();
        let header = root.and_then(|t| t.insts.iter().position(|i| i.op == Op::LoopHeader));
        let mut defined = HashMap::new();
        let mut guards = HashMap::new();
        let sides = Sides::new(tree);
        let mut parents = Vec::new();
        for (t, trace) in tree.traces.iter().enumerate() {
            parents.push(sides.parent(t).filter(|&(parent, _)| parent < t));
            for (i, inst) in trace.insts.iter().enumerate() {
                for &result in &inst.results {
                    defined.entry(result).or_insert((t, i));
                }
                if let Some(snapshot) = tree.snapshot(inst)
                    && inst.op.exits()
                {
                    guards.entry(snapshot.guard).or_insert((t, i));
                }
            }
        }
        Scope { defined, parents, guards, header }
    }

    /// Where a value is defined first.
    pub fn definition(&self, val: Val) -> Option<Place> {
        self.defined.get(&val).copied()
    }

    /// Whether a value's definition dominates a place.
    pub fn dominates(&self, val: Val, mut at: Place) -> bool {
        let Some((trace, position)) = self.definition(val) else { return false };
        loop {
            if trace == at.0 {
                return position < at.1;
            }
            // Parents come earlier, so this ends.
            match self.parents.get(at.0).copied().flatten() {
                Some(parent) => at = parent,
                None => return false,
            }
        }
    }
}
