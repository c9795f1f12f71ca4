//! What a recorded tree does on its way around the loop, found before the walk; and which copies of guards its side
//! traces hang on.

use crate::OptError;
use crate::heap::Place;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;
use uplift_uop::{GuardId, HostSpec, ImmKind, Inst, Op, Phase, Snapshot, Trace, Tree, Ty};

/// Side traces by the guard that they continue. A side trace of the preamble's copy also continues the body's copy
/// (and in an unpeeled tree, the other way round), unless that has one of its own: the bytecode is the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Copies {
    preamble: FxHashMap<u32, usize>,
    body: FxHashMap<u32, usize>,
    peeled: bool,
}

impl Copies {
    pub fn new(tree: &Tree, peeled: bool) -> Copies {
        let mut copies = Copies { peeled, ..Copies::default() };
        for (index, trace) in tree.traces.iter().enumerate() {
            match trace.parent {
                Some(parent) if parent.phase == Phase::Body => copies.body.insert(parent.number, index),
                Some(parent) => copies.preamble.insert(parent.number, index),
                None => None,
            };
        }
        copies
    }

    /// Whether a side trace continues some copy of a guard.
    pub fn has_child(&self, number: u32) -> bool {
        self.preamble.contains_key(&number) || self.body.contains_key(&number)
    }

    /// The side trace that continues this copy of a guard.
    pub fn child(&self, number: u32, phase: Phase) -> Option<usize> {
        let (preamble, body) = (self.preamble.get(&number), self.body.get(&number));
        let child = match phase {
            Phase::Body => body.or(preamble),
            Phase::Preamble if self.peeled => preamble,
            Phase::Preamble => preamble.or(body),
        };
        child.copied()
    }
}

/// What paths around the loop do, found in the recorded traces before the walk.
#[derive(Debug, Default)]
pub(crate) struct Around {
    /// Slots that they store to.
    pub stores: BTreeSet<i32>,
    /// Slots that some path loads before it stores to them: they must not get lost at the header.
    loads: FxHashSet<i32>,
    /// Those among them that the root loads.
    pub root_loads: FxHashSet<i32>,
    /// Fields and element kinds that the root loads.
    fields: FxHashSet<u64>,
    elems: FxHashSet<u64>,
    /// Alias classes that they write.
    pub writes: u64,
}

impl Around {
    pub fn scan(tree: &Tree, spec: &HostSpec, copies: &Copies) -> Result<Around, OptError> {
        let holders = holders(tree);
        let returning = returning(tree, copies, &holders)?;
        let mut around = Around::default();
        // Slots stored before each guard that a side trace hangs on.
        let mut stored_at: ByGuard<FxHashSet<i32>> = ByGuard::default();
        for (index, (trace, returns)) in tree.traces.iter().zip(returning).enumerate() {
            let parent = trace.parent.and_then(|parent| stored_at.get(parent));
            let mut stored = parent.cloned().unwrap_or_default();
            for inst in &trace.insts {
                around.inst(inst, spec, returns, index == 0, &mut stored);
                let guard = tree.snapshot(inst).map(|s| s.guard).filter(|_| inst.op.exits());
                if let Some(guard) = guard.filter(|guard| copies.has_child(guard.number)) {
                    stored_at.insert(guard, stored.clone());
                }
            }
        }
        for inst in tree.traces.first().map_or(&[][..], |root| &root.insts) {
            match inst.op.info().imm {
                ImmKind::Field if inst.op.info().ret != Ty::Unit || inst.op == Op::GuardFieldEq => {
                    around.fields.insert(inst.imm);
                }
                ImmKind::Elem if inst.op.info().ret != Ty::Unit => {
                    around.elems.insert(inst.imm);
                }
                _ => {}
            }
        }
        Ok(around)
    }

    fn inst(&mut self, inst: &Inst, spec: &HostSpec, returns: bool, root: bool, stored: &mut FxHashSet<i32>) {
        match inst.op {
            Op::SlotLoad if !stored.contains(&inst.slot()) => {
                self.loads.insert(inst.slot());
                if root {
                    self.root_loads.insert(inst.slot());
                }
            }
            Op::SlotStore => {
                stored.insert(inst.slot());
                if returns {
                    self.stores.insert(inst.slot());
                }
            }
            _ if returns => self.writes |= writes(inst, spec),
            _ => {}
        }
    }

    /// Whether the root loads places like this one.
    pub fn is_loaded(&self, place: Place) -> bool {
        match place {
            Place::Field(id) => self.fields.contains(&u64::from(id)),
            Place::Item(id, _) | Place::Indexed(id, _) => self.elems.contains(&u64::from(id)),
        }
    }

    /// Whether a slot's value at the header, with this recorded snapshot, can matter.
    pub fn matters(&self, slot: i32, at: Option<&Snapshot>) -> bool {
        let live = at.and_then(|at| at.live.as_ref());
        self.loads.contains(&slot) || live.is_none_or(|live| live.contains(&slot))
    }
}

/// Something for each recorded guard. Recorded trees may say of a side trace that it continues the body's copy of a
/// guard of which there is but one yet.
#[derive(Debug)]
struct ByGuard<T> {
    exact: FxHashMap<GuardId, T>,
    by_number: FxHashMap<u32, GuardId>,
}

impl<T> Default for ByGuard<T> {
    fn default() -> ByGuard<T> {
        ByGuard { exact: FxHashMap::default(), by_number: FxHashMap::default() }
    }
}

impl<T> ByGuard<T> {
    fn insert(&mut self, guard: GuardId, value: T) {
        self.by_number.entry(guard.number).or_insert(guard);
        self.exact.insert(guard, value);
    }
    fn get(&self, guard: GuardId) -> Option<&T> {
        self.exact.get(&guard).or_else(|| self.exact.get(self.by_number.get(&guard.number)?))
    }
}

/// The trace of each guard.
fn holders(tree: &Tree) -> ByGuard<usize> {
    let mut holders = ByGuard::default();
    for (index, trace) in tree.traces.iter().enumerate() {
        for inst in trace.insts.iter().filter(|inst| inst.op.exits()) {
            if let Some(snapshot) = tree.snapshot(inst) {
                holders.insert(snapshot.guard, index);
            }
        }
    }
    holders
}

/// Which traces can return to the loop header: those that end there, and those with a side trace that does.
fn returning(tree: &Tree, copies: &Copies, holders: &ByGuard<usize>) -> Result<Vec<bool>, OptError> {
    let mut parents = vec![None; tree.traces.len()];
    for (index, trace) in tree.traces.iter().enumerate() {
        if let Some(parent) = trace.parent {
            let holder = holders.get(parent).copied().filter(|&holder| holder < index);
            parents[index] = Some(holder.ok_or(OptError::Malformed("a side trace on no guard"))?);
        }
    }
    let ends_there = |t: &Trace| t.insts.last().is_some_and(|inst| inst.op == Op::JumpEntry);
    let in_body = |index: usize, t: &Trace| {
        t.parent.is_none_or(|parent| copies.child(parent.number, Phase::Body) == Some(index))
    };
    let traces = tree.traces.iter().enumerate();
    let mut returns: Vec<bool> = traces.map(|(i, t)| ends_there(t) && in_body(i, t)).collect();
    for index in (0..returns.len()).rev() {
        if let (true, Some(parent)) = (returns[index], parents[index]) {
            returns[parent] = true;
        }
    }
    Ok(returns)
}

/// Alias classes that an instruction writes.
fn writes(inst: &Inst, spec: &HostSpec) -> u64 {
    let id = inst.imm as usize;
    match inst.op.info().imm {
        ImmKind::Fn => spec
            .fns
            .get(id)
            .map_or(u64::MAX, |f| if f.effects.reenters { u64::MAX } else { f.effects.writes }),
        ImmKind::Field if inst.op.info().ret == Ty::Unit && inst.op != Op::GuardFieldEq => {
            spec.fields.get(id).map_or(0, |f| if f.immutable { 0 } else { 1 << (f.class & 63) })
        }
        ImmKind::Elem if inst.op.info().ret == Ty::Unit => {
            spec.elems.get(id).map_or(0, |e| if e.immutable { 0 } else { 1 << (e.class & 63) })
        }
        _ => 0,
    }
}
