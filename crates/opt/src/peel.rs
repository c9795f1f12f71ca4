//! Peeling: the root is walked twice, as the preamble and as the loop body, with the header contract between.
//!
//! Before: `v0 = slot_load 3; guard_kind v0, int; ...; slot_store v9, 3; jump_entry`; after: the same as the preamble,
//! `v10: int = loop_header v8`, a body without the guard, `jump v20`. Side traces start from the state of their
//! guard and end in a jump to the header too, where they have what it wants.
//!
//! A side trace on a guard of the preamble cannot jump to the header, because values that the body uses may not
//! exist yet at its guard; it stores its slots and enters the tree anew.
//!
//! Does not handle: roots above the size limit (they go around through memory), virtual objects around the loop.

use crate::facts::ALL_KINDS;
use crate::forward::{End, Walk};
use crate::header::{Contract, HeaderSlot, Shape};
use crate::pipeline::OptReport;
use crate::{OptConfig, OptError};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;
use uplift_uop::{
    Args, HostSpec, ImmKind, Inst, Op, Phase, Scalar, SnapId, Snapshot, Trace, TraceId, Tree, Ty, Val,
};

/// The pass: recorded tree in, optimised tree out.
pub(crate) fn forward(
    tree: &Tree,
    spec: &HostSpec,
    config: &OptConfig,
    report: &mut OptReport,
) -> Result<Tree, OptError> {
    let mut walk = Walk::new(tree, spec, config, report);
    let mut traces: Vec<Option<Trace>> = vec![None; tree.traces.len()];
    let around = Around::scan(tree, spec)?;
    walk.root(&around, &mut traces)?;
    walk.side_traces(Phase::Preamble, &around, &mut traces)?;
    let dropped = traces.iter().enumerate().filter(|(_, t)| t.is_none());
    walk.report.dropped = dropped.map(|(i, _)| TraceId(i as u32)).collect();
    let mut out = walk.out.tree;
    out.traces = traces.into_iter().flatten().chain(walk.extra).collect();
    Ok(out)
}

/// What paths around the loop do, found in the recorded traces before the walk.
struct Around {
    /// Slots that they store to.
    stores: BTreeSet<i32>,
    /// Slots that some trace loads before it stores to them: they must not get lost at the header.
    loads: FxHashSet<i32>,
    /// Alias classes that they write.
    writes: u64,
}

impl Around {
    fn scan(tree: &Tree, spec: &HostSpec) -> Result<Around, OptError> {
        let returning = returning(tree)?;
        let mut around = Around { stores: BTreeSet::new(), loads: FxHashSet::default(), writes: 0 };
        for (trace, returns) in tree.traces.iter().zip(returning) {
            let mut stored = FxHashSet::default();
            for inst in &trace.insts {
                match inst.op {
                    Op::SlotLoad if !stored.contains(&inst.slot()) => {
                        around.loads.insert(inst.slot());
                    }
                    Op::SlotStore => {
                        stored.insert(inst.slot());
                        if returns {
                            around.stores.insert(inst.slot());
                        }
                    }
                    _ if returns => around.writes |= writes(inst, spec),
                    _ => {}
                }
            }
        }
        Ok(around)
    }

    /// Whether a slot's value at the header, with this recorded snapshot, can matter.
    fn matters(&self, slot: i32, at: &Snapshot) -> bool {
        self.loads.contains(&slot) || at.live.as_ref().is_none_or(|live| live.contains(&slot))
    }
}

/// Which traces can return to the loop header: those that end there, and those with a side trace that does.
fn returning(tree: &Tree) -> Result<Vec<bool>, OptError> {
    let mut holder: FxHashMap<u32, usize> = FxHashMap::default();
    let mut parents = vec![None; tree.traces.len()];
    for (index, trace) in tree.traces.iter().enumerate() {
        if let Some(parent) = trace.parent {
            let found = holder.get(&parent.number).copied();
            parents[index] = Some((found.ok_or(OptError::Malformed("a side trace on no guard"))?, parent));
        }
        for inst in trace.insts.iter().filter(|inst| inst.op.exits()) {
            if let Some(snapshot) = tree.snapshot(inst) {
                holder.insert(snapshot.guard.number, index);
            }
        }
    }
    let ends_there = |t: &Trace| t.insts.last().is_some_and(|inst| inst.op == Op::JumpEntry);
    let in_body = |t: &Trace| t.parent.is_none_or(|parent| parent.phase == Phase::Body);
    let mut returns: Vec<bool> = tree.traces.iter().map(|t| ends_there(t) && in_body(t)).collect();
    for index in (0..returns.len()).rev() {
        if let (true, Some((parent, _))) = (returns[index], parents[index]) {
            returns[parent] = true;
        }
    }
    Ok(returns)
}

/// Alias classes that an instruction writes.
fn writes(inst: &Inst, spec: &HostSpec) -> u64 {
    let id = inst.imm as usize;
    match inst.op.info().imm {
        ImmKind::Fn => spec.fns.get(id).map_or(u64::MAX, |f| {
            if f.effects.reenters { u64::MAX } else { f.effects.writes }
        }),
        ImmKind::Field if inst.op.info().ret == Ty::Unit && inst.op != Op::GuardFieldEq => {
            spec.fields.get(id).map_or(0, |f| if f.immutable { 0 } else { 1 << (f.class & 63) })
        }
        ImmKind::Elem if inst.op.info().ret == Ty::Unit => {
            spec.elems.get(id).map_or(0, |e| if e.immutable { 0 } else { 1 << (e.class & 63) })
        }
        _ => 0,
    }
}

impl<'a> Walk<'a> {
    fn root(&mut self, around: &Around, traces: &mut [Option<Trace>]) -> Result<(), OptError> {
        let end = self.walk_trace(0)?;
        let peel = self.config.peel
            && self.input.traces.first().is_some_and(|root| root.insts.len() <= self.config.max_peel);
        match end {
            End::Entry(snap) if peel => return self.peel(snap, around, traces),
            End::Entry(snap) => self.enter_anew(snap, around)?,
            End::Exit => {}
        }
        traces[0] = Some(Trace { parent: None, insts: std::mem::take(&mut self.out.insts) });
        Ok(())
    }

    /// Walks the loop until the header contract holds.
    fn peel(&mut self, snap: SnapId, around: &Around, traces: &mut [Option<Trace>]) -> Result<(), OptError> {
        let mut contract = self.open_contract(snap, around)?;
        self.state.heap.clobber(around.writes);
        self.state.polled = false;
        let mut preamble = std::mem::take(&mut self.out.insts);
        let (header_state, mark) = (self.state.clone(), self.out.mark());
        let kinds = self.kinds.clone();
        loop {
            contract.start_round();
            self.state = header_state.clone();
            self.phase = Phase::Preamble;
            self.open_header(&mut contract);
            self.contract = Some(std::mem::take(&mut contract));
            self.phase = Phase::Body;
            if let End::Entry(snap) = self.walk_trace(0)? {
                self.close_loop(snap, around, true)?;
            }
            let body = std::mem::take(&mut self.out.insts);
            self.side_traces(Phase::Body, around, traces)?;
            contract = self.contract.take().ok_or(OptError::Internal("the contract got lost"))?;
            if contract.settle(|set| kinds.machine_type(set)) {
                preamble.extend(body);
                traces[0] = Some(Trace { parent: None, insts: preamble });
                self.report.rounds = contract.rounds();
                return Ok(());
            }
            self.out.cut(mark);
            self.extra.clear();
            self.saved.retain(|guard, _| guard.phase == Phase::Preamble);
        }
    }

    /// Decides what is carried around the loop, at the end of the preamble.
    fn open_contract(&mut self, snap: SnapId, around: &Around) -> Result<Contract, OptError> {
        let at = self.recorded_at(snap)?;
        let mut slots = Vec::new();
        for &number in &around.stores {
            if !around.matters(number, at) {
                continue;
            }
            let word = self.slot_load(number);
            let init = self.force(word);
            self.state.env.store(number, init);
            let kinds = self.fact(init).kinds;
            let ty = self.kinds.machine_type(kinds).unwrap_or(Ty::Word);
            let least = if ty == Ty::Int && self.least(init) >= 0 { 0 } else { i64::MIN };
            slots.push(HeaderSlot::new(number, init, Shape::Carried { ty, kinds, least }));
        }
        let dropped = |number| around.stores.contains(&number) && !around.matters(number, at);
        self.state.env.retain(|slot| !dropped(slot.number));
        Ok(Contract::new(slots))
    }

    fn recorded_at(&self, snap: SnapId) -> Result<&'a Snapshot, OptError> {
        let input = self.input;
        input.snaps.get(snap.0 as usize).ok_or(OptError::Malformed("an unknown snapshot"))
    }

    /// Least integer that a word may hold.
    fn least(&self, word: Val) -> i64 {
        match (self.as_const(word), self.def(word)) {
            (Some(Scalar::Word(word)), _) => self.spec.repr.unbox_int(word),
            (_, Some(def)) if def.op == Op::BoxInt => self.range(self.state.resolve(def.args[0])).0,
            _ => i64::MIN,
        }
    }

    /// Writes the loop header and gives the carried slots their new values.
    fn open_header(&mut self, contract: &mut Contract) {
        let mut inits = Args::new();
        let mut params: Vec<(usize, Ty)> = Vec::new();
        for (index, slot) in contract.slots.iter().enumerate() {
            if let Shape::Carried { ty, .. } = slot.shape {
                inits.push(self.unbox(ty, slot.init));
                params.push((index, ty));
            }
        }
        let mut results: Vec<Val> = Vec::new();
        for &(_, ty) in &params {
            results.push(self.out.value(ty, Op::LoopHeader, &[], 0));
        }
        self.out.push_many(Op::LoopHeader, inits, &results, None);
        for (&(index, ty), &param) in params.iter().zip(&results) {
            let slot = &mut contract.slots[index];
            let Shape::Carried { kinds, least, .. } = slot.shape else { continue };
            slot.word = self.carried_word(ty, kinds, least, param);
            self.state.env.store(slot.number, slot.word);
        }
        for slot in contract.slots.iter_mut().filter(|slot| slot.shape == Shape::Invariant) {
            slot.word = slot.init;
            self.state.env.store(slot.number, slot.init);
        }
    }

    /// The machine value in a word of its kinds.
    fn unbox(&mut self, ty: Ty, word: Val) -> Val {
        let op = match ty {
            Ty::Int => Op::UnboxInt,
            Ty::Float => Op::UnboxFloat,
            Ty::Bool => Op::UnboxBool,
            Ty::Ref => Op::UnboxRef,
            _ => return self.force(word),
        };
        let val = self.pure(op, &[word], 0);
        self.force(val)
    }

    /// The word of a loop-carried value, with what the contract says about it.
    fn carried_word(&mut self, ty: Ty, kinds: u64, least: i64, param: Val) -> Val {
        let op = match ty {
            Ty::Int => Op::BoxInt,
            Ty::Float => Op::BoxFloat,
            Ty::Bool => Op::BoxBool,
            Ty::Ref => Op::BoxRef,
            _ => {
                self.state_kinds(param, kinds);
                return param;
            }
        };
        if let Some(fact) = self.state.fact_mut(param) {
            match ty {
                Ty::Int => {
                    (fact.lo, fact.hi) = self.kinds.int_range;
                    fact.lo = fact.lo.max(least);
                }
                Ty::Ref => fact.nonnull = true,
                _ => {}
            }
        }
        let word = self.pure(op, &[param], 0);
        self.state_kinds(word, kinds);
        word
    }

    fn state_kinds(&mut self, word: Val, kinds: u64) {
        if kinds != ALL_KINDS {
            self.learn_kinds(word, kinds);
        }
    }

    /// Ends a trace at the loop header: with a jump to it, or anew if the contract cannot be kept.
    fn close_loop(&mut self, snap: SnapId, around: &Around, root: bool) -> Result<(), OptError> {
        let Some(mut contract) = self.contract.take() else { return self.enter_anew(snap, around) };
        let jumps = root || contract.slots.iter().all(|slot| self.may_fit(slot));
        if jumps {
            let at = self.recorded_at(snap)?;
            let mut args = Args::new();
            for slot in &mut contract.slots {
                self.close_slot(slot, snap, around, root, &mut args)?;
            }
            let bare = self.bare_snapshot(at);
            let snap = self.out.snapshot(bare);
            self.out.push_many(Op::Jump, args, &[], Some(snap));
        }
        self.contract = Some(contract);
        if jumps { Ok(()) } else { self.enter_anew(snap, around) }
    }

    fn word_in(&self, number: i32) -> Option<Val> {
        self.state.env.get(number).map(|slot| self.state.resolve(slot.value))
    }

    /// Whether a side trace's word may have the shape that the header wants.
    fn may_fit(&self, slot: &HeaderSlot) -> bool {
        match (slot.shape, self.word_in(slot.number)) {
            (Shape::Carried { kinds, .. }, Some(word)) => self.fact(word).kinds & kinds != 0,
            _ => true,
        }
    }

    /// Passes one slot to the header, if it is carried.
    fn close_slot(
        &mut self,
        slot: &mut HeaderSlot,
        snap: SnapId,
        around: &Around,
        root: bool,
        args: &mut Args,
    ) -> Result<(), OptError> {
        let word = self.word_in(slot.number).ok_or(OptError::Internal("a header slot got lost"))?;
        let same = word == self.state.resolve(slot.word) || word == self.state.resolve(slot.init);
        if !same {
            slot.changes();
        }
        let Shape::Carried { ty, kinds, least } = slot.shape else { return Ok(()) };
        let fact = self.fact(word);
        if fact.kinds & !kinds != 0 {
            let test = if root { None } else { self.test_within(kinds, fact.kinds) };
            match test {
                Some(imm) => self.guard_shape(word, imm, snap, around)?,
                None => slot.widen(fact.kinds, i64::MAX),
            }
        }
        let word = self.state.resolve(word);
        let arg = self.unbox(ty, word);
        if ty == Ty::Int && least > i64::MIN && self.range(arg).0 < least {
            slot.widen(0, self.range(arg).0.min(-1));
        }
        args.push(arg);
        Ok(())
    }

    /// A kind test that only words of these kinds pass, and that not all words of kinds `from` fail.
    fn test_within(&self, kinds: u64, from: u64) -> Option<u64> {
        let fits = |set: u64| set & from & !kinds == 0 && set & from != 0;
        let best = self.spec.kinds.iter().filter(|k| fits(k.set)).max_by_key(|k| (k.set & kinds).count_ones());
        best.map(|k| u64::from(k.id))
    }

    /// A guard before a jump, which was not recorded. Where it fails, an extra side trace enters the tree anew.
    fn guard_shape(
        &mut self,
        word: Val,
        imm: u64,
        snap: SnapId,
        around: &Around,
    ) -> Result<(), OptError> {
        let at = self.recorded_at(snap)?;
        let word = self.force(word);
        let exit = self.exit_snapshot(at);
        let guard = self.out.invent_guard(self.phase);
        if let Some(snapshot) = self.out.tree.snaps.get_mut(exit.0 as usize) {
            snapshot.guard = guard;
        }
        self.out.push(Op::GuardKind, &[word], imm, Some(exit));
        let (state, insts) = (self.state.clone(), std::mem::take(&mut self.out.insts));
        self.enter_anew(snap, around)?;
        let insts = std::mem::replace(&mut self.out.insts, insts);
        self.extra.push(Trace { parent: Some(guard), insts });
        self.state = state;
        self.learn_kind(word, imm, true);
        Ok(())
    }

    /// Ends a trace with stores of all slots and a jump to the tree's entry.
    fn enter_anew(&mut self, snap: SnapId, around: &Around) -> Result<(), OptError> {
        let at = self.recorded_at(snap)?;
        let env = self.state.env.clone();
        for slot in env.iter() {
            let value = self.state.resolve(slot.value);
            let in_memory = slot.entry.is_some_and(|entry| self.state.resolve(entry) == value);
            if !in_memory && around.matters(slot.number, at) {
                let word = self.force(value);
                self.out.push(Op::SlotStore, &[word], slot.number as i64 as u64, None);
            }
        }
        let bare = self.bare_snapshot(at);
        let snap = self.out.snapshot(bare);
        self.out.push(Op::JumpEntry, &[], 0, Some(snap));
        Ok(())
    }

    /// Walks the side traces that hang on guards of one copy, parents first.
    fn side_traces(
        &mut self,
        phase: Phase,
        around: &Around,
        traces: &mut [Option<Trace>],
    ) -> Result<(), OptError> {
        let input = self.input;
        if phase == Phase::Preamble {
            self.contract = None;
        }
        for (index, trace) in input.traces.iter().enumerate() {
            let Some(parent) = trace.parent.filter(|parent| parent.phase == phase) else { continue };
            let Some(state) = self.saved.remove(&parent) else {
                traces[index] = None;
                continue;
            };
            self.state = state;
            self.phase = phase;
            self.out.insts.clear();
            if let End::Entry(snap) = self.walk_trace(index)? {
                self.close_loop(snap, around, false)?;
            }
            let insts = std::mem::take(&mut self.out.insts);
            traces[index] = Some(Trace { parent: Some(parent), insts });
        }
        Ok(())
    }
}

