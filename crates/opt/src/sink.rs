//! Sinking: a pure uop whose value only side traces use moves into them.
//!
//! Before: `v1 = box_int v0` in the loop, and a side trace with `store_word v2, v1`; after: the side trace begins with
//! `v1 = box_int v0`, and the loop does not box.
//!
//! Does not handle: loads, values that only snapshots use, values that the trace itself uses further down.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use uplift_uop::{GuardId, Inst, Snapshot, Tree, Val};

/// Copies of one instruction, at most.
const MAX_COPIES: usize = 4;

/// How often each trace uses a value.
type Uses = SmallVec<[(usize, u32); 2]>;

struct Sinker {
    /// The trace that each trace hangs on.
    parents: Vec<Option<usize>>,
    uses: Vec<Uses>,
    /// New names of values, in each trace and those that hang on it.
    renamed: Vec<FxHashMap<Val, Val>>,
    /// Instructions to put before each trace, last one first.
    prefixes: Vec<Vec<Inst>>,
}

/// Moves pure uops into the side traces that use them.
pub(crate) fn sink(mut tree: Tree) -> Tree {
    if tree.traces.len() < 2 {
        return tree;
    }
    let mut sinker = Sinker::new(&tree);
    for index in (0..tree.traces.len()).rev() {
        let mut kept = Vec::with_capacity(tree.traces[index].insts.len());
        for inst in std::mem::take(&mut tree.traces[index].insts).into_iter().rev() {
            if !sinker.sink_inst(index, &inst, &mut tree) {
                kept.push(inst);
            }
        }
        kept.reverse();
        tree.traces[index].insts = kept;
    }
    sinker.finish(&mut tree);
    tree
}

impl Sinker {
    fn new(tree: &Tree) -> Sinker {
        let count = tree.traces.len();
        let mut holders: FxHashMap<GuardId, usize> = FxHashMap::default();
        let mut uses = vec![Uses::new(); tree.values.len()];
        for (index, trace) in tree.traces.iter().enumerate() {
            for inst in &trace.insts {
                each_use(tree, inst, |val| count_use(&mut uses, val, index, 1));
                if let Some(snapshot) = tree.snapshot(inst).filter(|_| inst.op.exits()) {
                    holders.insert(snapshot.guard, index);
                }
            }
        }
        let parents = tree.traces.iter().map(|t| holders.get(&t.parent?).copied()).collect();
        Sinker {
            parents,
            uses,
            renamed: vec![FxHashMap::default(); count],
            prefixes: vec![Vec::new(); count],
        }
    }

    /// The child of `top` that `trace` is, or hangs on.
    fn child_towards(&self, top: usize, mut trace: usize) -> Option<usize> {
        loop {
            let parent = self.parents[trace]?;
            if parent == top {
                return Some(trace);
            }
            trace = parent;
        }
    }

    /// Moves an instruction of trace `index` to where its value is used, if that is in side traces alone.
    fn sink_inst(&mut self, index: usize, inst: &Inst, tree: &mut Tree) -> bool {
        let Some(result) = inst.result().filter(|_| inst.op.is_pure()) else { return false };
        let Some(uses) = self.uses.get(result.index()).cloned() else { return false };
        if uses.is_empty() || uses.iter().any(|&(trace, _)| trace == index) {
            return false;
        }
        let mut targets: SmallVec<[usize; MAX_COPIES]> = SmallVec::new();
        for &(trace, _) in &uses {
            let Some(child) = self.child_towards(index, trace) else { return false };
            if !targets.contains(&child) {
                targets.push(child);
            }
        }
        if targets.len() > MAX_COPIES {
            return false;
        }
        for &arg in &inst.args {
            count_use(&mut self.uses, arg, index, -1);
        }
        for &child in &targets {
            let target = self.deepest(child, &uses);
            let copy = tree.new_value(tree.ty(result));
            self.uses.push(Uses::new());
            self.renamed[target].insert(result, copy);
            let mut inst = inst.clone();
            inst.results = [copy].into_iter().collect();
            for &arg in &inst.args {
                count_use(&mut self.uses, arg, target, 1);
            }
            self.prefixes[target].push(inst);
        }
        true
    }

    /// The trace that hangs on `child`, or `child` itself, from which all uses below `child` can be reached.
    fn deepest(&self, mut child: usize, uses: &Uses) -> usize {
        loop {
            let mut next = None;
            for &(trace, _) in uses {
                if trace == child {
                    return child;
                }
                let Some(towards) = self.child_towards(child, trace) else { continue };
                if next.is_some_and(|next| next != towards) {
                    return child;
                }
                next = Some(towards);
            }
            match next {
                Some(next) => child = next,
                None => return child,
            }
        }
    }

    /// Puts the moved instructions into their traces, and new names everywhere.
    fn finish(mut self, tree: &mut Tree) {
        for index in 0..tree.traces.len() {
            // Parents come first: their names are final.
            if let Some(parent) = self.parents[index] {
                let inherited = self.renamed[parent].clone();
                for (old, new) in inherited {
                    self.renamed[index].entry(old).or_insert(new);
                }
            }
            let mut insts = std::mem::take(&mut self.prefixes[index]);
            insts.reverse();
            insts.append(&mut tree.traces[index].insts);
            let names = &self.renamed[index];
            if !names.is_empty() {
                for inst in &mut insts {
                    rename_inst(inst, &mut tree.snaps, names);
                }
            }
            tree.traces[index].insts = insts;
        }
    }
}

fn count_use(uses: &mut [Uses], val: Val, trace: usize, change: i32) {
    if val.is_const() {
        return;
    }
    let Some(list) = uses.get_mut(val.index()) else { return };
    match list.iter_mut().find(|(at, _)| *at == trace) {
        Some((_, count)) => *count = count.saturating_add_signed(change),
        None if change > 0 => list.push((trace, 1)),
        None => {}
    }
    list.retain(|(_, count)| *count > 0);
}

/// Calls `f` with every value that an instruction or its snapshot uses.
fn each_use(tree: &Tree, inst: &Inst, mut f: impl FnMut(Val)) {
    inst.args.iter().for_each(|&val| f(val));
    let Some(snapshot) = tree.snapshot(inst) else { return };
    snapshot.slots.iter().for_each(|&(_, val)| f(val));
    for object in &snapshot.virtuals {
        object.alloc.1.iter().for_each(|&val| f(val));
        object.stores.iter().flat_map(|(_, _, operands)| operands).for_each(|&val| f(val));
    }
}

fn rename_inst(inst: &mut Inst, snaps: &mut [Snapshot], names: &FxHashMap<Val, Val>) {
    let rename = |val: &mut Val| {
        if let Some(&new) = names.get(val) {
            *val = new;
        }
    };
    inst.args.iter_mut().for_each(rename);
    let Some(snapshot) = inst.snap.and_then(|id| snaps.get_mut(id.0 as usize)) else { return };
    snapshot.slots.iter_mut().for_each(|(_, val)| rename(val));
    for object in &mut snapshot.virtuals {
        object.alloc.1.iter_mut().for_each(rename);
        object.stores.iter_mut().flat_map(|(_, _, operands)| operands).for_each(rename);
    }
}
