//! Closing the loop: each back edge establishes the header contract, or says how it must be corrected.
//!
//! Before: a side trace that ends with `slot_store v9, 3; jump_entry`; after: `jump v8`, where `v9` is `box_int v8`.
//!
//! A side trace guards or loads what it does not know; where such a guard fails, an extra side trace stores the slots
//! and enters the tree anew. The root never does that: the contract becomes weaker instead.
//!
//! Does not handle: side traces that come back with another kind in a carried slot (they enter the tree anew).

use crate::OptError;
use crate::around::Around;
use crate::forward::Walk;
use crate::header::{Contract, Entry, Home, Owner, Shape};
use rustc_hash::FxHashSet;
use uplift_uop::{Args, Op, Scalar, Snapshot, Trace, Ty, Val};

impl<'a> Walk<'a> {
    /// Ends a trace at the loop header: with a jump to it, or anew if the contract cannot be kept.
    pub fn close_loop(
        &mut self,
        at: Option<&'a Snapshot>,
        around: &Around,
        root: bool,
    ) -> Result<(), OptError> {
        let Some(mut contract) = self.contract.take() else { return self.enter_anew(at, around) };
        let jumps = root || contract.entries.iter().all(|entry| self.may_fit(entry, around));
        if jumps {
            let mut args = Args::new();
            for index in 0..contract.entries.len() {
                let content = self.content_at_edge(&contract, index, root)?;
                match content {
                    Some(content) if self.is_virtual_shape(&contract, index) => {
                        self.close_object(&mut contract, index, content, root)?;
                    }
                    Some(content) => {
                        let entry = &mut contract.entries[index];
                        self.close_entry(entry, content, at, around, root, &mut args)?;
                    }
                    None => contract.loses(index),
                }
            }
            self.check_objects(&mut contract, root)?;
            let snap = self.jump_snapshot(at);
            self.out.push_many(Op::Jump, args, &[], snap);
        }
        self.contract = Some(contract);
        if jumps { Ok(()) } else { self.enter_anew(at, around) }
    }

    fn is_virtual_shape(&self, contract: &Contract, index: usize) -> bool {
        matches!(contract.entries[index].shape, Shape::Object | Shape::Same(_))
    }

    /// Whether a back edge passes the virtual object that the header wants.
    fn close_object(
        &mut self,
        contract: &mut Contract,
        index: usize,
        content: Val,
        root: bool,
    ) -> Result<(), OptError> {
        let entry = &contract.entries[index];
        let fits = match (entry.shape, &entry.template) {
            (Shape::Same(first), _) => {
                let object = self.content_at_edge(contract, first, root)?;
                object.is_some_and(|object| self.state.virtuals.same(object, content))
            }
            (_, Some(template)) => self.is_virtual_like(content, template),
            _ => false,
        };
        if !fits {
            contract.entries[index].changes();
        }
        Ok(())
    }

    /// At the end of a back edge, virtual objects must still be virtual, and each be its own.
    fn check_objects(&mut self, contract: &mut Contract, root: bool) -> Result<(), OptError> {
        let mut seen = FxHashSet::default();
        for index in 0..contract.entries.len() {
            if contract.entries[index].shape == Shape::Object {
                let object = self.content_at_edge(contract, index, root)?;
                let name = object.and_then(|object| self.state.virtuals.name(object));
                if name.is_none_or(|name| !seen.insert(name)) {
                    contract.entries[index].changes();
                }
            }
        }
        Ok(())
    }

    fn word_in(&self, number: i32) -> Option<Val> {
        self.state.env.get(number).map(|slot| self.state.resolve(slot.value))
    }

    /// Whether a side trace can go on to the header, for what this entry wants. A slot that the root does not care
    /// about becomes weaker instead.
    fn may_fit(&self, entry: &Entry, around: &Around) -> bool {
        let slot = entry.slot().filter(|number| around.root_loads.contains(number));
        match (entry.shape, slot.and_then(|number| self.word_in(number))) {
            (Shape::Carried { kinds, .. }, Some(word)) => self.fact(word).kinds & kinds != 0,
            _ => true,
        }
    }

    /// What an entry contains at a back edge. A side trace loads what it does not know.
    fn content_at_edge(
        &mut self,
        contract: &Contract,
        index: usize,
        root: bool,
    ) -> Result<Option<Val>, OptError> {
        let entry = &contract.entries[index];
        let (owner, place, op, imm, item) = match entry.home {
            _ if entry.shape == Shape::Forgotten => return Ok(None),
            Home::Slot(number) => {
                let word = self.word_in(number);
                return word.map(Some).ok_or(OptError::Internal("a header slot got lost"));
            }
            Home::Place { owner, place, op, imm, index } => (owner, place, op, imm, index),
        };
        let base = match owner {
            Owner::Value(base) => self.state.resolve(base),
            Owner::Entry(owner) => match self.content_at_edge(contract, owner, root)? {
                Some(object) if self.state.virtuals.is_virtual(object) => {
                    return Ok(self.virtual_load(object, place));
                }
                Some(object) if self.out.tree.ty(object) == Ty::Word => self.pure(Op::UnboxRef, &[object], 0),
                Some(object) => object,
                None => return Ok(None),
            },
        };
        let base = self.force(base);
        let Some(info) = place.info(self.spec) else { return Ok(None) };
        let known = self.known_content(base, place, &info);
        if known.is_some() || root {
            return Ok(known);
        }
        let args: Args = [base].into_iter().chain(item).collect();
        let content = self.out.push_value(op.info().ret, op, &args, imm, None);
        self.learn_place(base, place, content);
        Ok(Some(content))
    }

    /// Passes one entry to the header, if it is carried.
    fn close_entry(
        &mut self,
        entry: &mut Entry,
        content: Val,
        at: Option<&'a Snapshot>,
        around: &Around,
        root: bool,
        args: &mut Args,
    ) -> Result<(), OptError> {
        let init = self.state.resolve(entry.init);
        if content != self.state.resolve(entry.content) && content != init {
            match (entry.shape, at) {
                // A side trace that just loaded the content may find that it is the same.
                (Shape::Invariant, Some(at))
                    if !root && entry.slot().is_none() && self.is_guardable(init) =>
                {
                    return self.guard_invariant(content, init, at, around);
                }
                _ => entry.changes(),
            }
        }
        let Shape::Carried { ty, kinds, least } = entry.shape else { return Ok(()) };
        let fact = self.fact(content);
        if entry.word && fact.kinds & !kinds != 0 {
            let test = if root { None } else { self.test_within(kinds, fact.kinds) };
            match test.zip(at) {
                Some((imm, at)) => {
                    let word = self.force(content);
                    self.guard_edge(Op::GuardKind, &[word], imm, at, around)?;
                    self.learn_kind(word, imm, true);
                }
                None => entry.widen(fact.kinds, i64::MAX),
            }
        }
        let content = self.state.resolve(content);
        let arg = if entry.word { self.unbox(ty, content) } else { self.force(content) };
        if ty == Ty::Int && least > i64::MIN && self.range(arg).0 < least {
            entry.widen(0, i64::MIN);
        }
        args.push(arg);
        Ok(())
    }

    /// Whether a guard can compare with `val`.
    fn is_guardable(&self, val: Val) -> bool {
        matches!(self.as_const(val), Some(Scalar::Int(_) | Scalar::Ref(_) | Scalar::Word(_)))
    }

    /// A side trace goes on to the header only if the content is the constant that the header relies on.
    fn guard_invariant(
        &mut self,
        content: Val,
        expected: Val,
        at: &'a Snapshot,
        around: &Around,
    ) -> Result<(), OptError> {
        let op = match self.out.tree.ty(expected) {
            Ty::Int => Op::GuardEqInt,
            Ty::Ref => Op::GuardEqRef,
            Ty::Word => Op::GuardEqWord,
            _ => return Err(OptError::Internal("an invariant place of an odd type")),
        };
        let content = self.force(content);
        self.guard_edge(op, &[content, expected], 0, at, around)?;
        self.learn_same(content, expected);
        Ok(())
    }

    /// A guard before a jump, which was not recorded. Where it fails, an extra side trace enters the tree anew.
    fn guard_edge(
        &mut self,
        op: Op,
        args: &[Val],
        imm: u64,
        at: &'a Snapshot,
        around: &Around,
    ) -> Result<(), OptError> {
        let exit = self.exit_snapshot(at);
        let guard = self.out.invent_guard(self.phase);
        if let Some(snapshot) = self.out.tree.snaps.get_mut(exit.0 as usize) {
            snapshot.guard = guard;
        }
        self.out.push(op, args, imm, Some(exit));
        let (state, insts) = (self.state.clone(), std::mem::take(&mut self.out.insts));
        self.enter_anew(Some(at), around)?;
        let insts = std::mem::replace(&mut self.out.insts, insts);
        self.extra.push((None, Trace { parent: Some(guard), insts }));
        self.state = state;
        Ok(())
    }

    /// A kind test that only words of these kinds pass, and that not all words of kinds `from` fail.
    fn test_within(&self, kinds: u64, from: u64) -> Option<u64> {
        let fits = |set: u64| set & from & !kinds == 0 && set & from != 0;
        let best =
            self.spec.kinds.iter().filter(|k| fits(k.set)).max_by_key(|k| (k.set & kinds).count_ones());
        best.map(|k| u64::from(k.id))
    }

    /// Ends a trace with stores of all slots and a jump to the tree's entry.
    pub fn enter_anew(&mut self, at: Option<&'a Snapshot>, around: &Around) -> Result<(), OptError> {
        let env = self.state.env.clone();
        for slot in env.iter() {
            let value = self.state.resolve(slot.value);
            let in_memory = slot.entry.is_some_and(|entry| self.state.resolve(entry) == value);
            if !in_memory && around.matters(slot.number, at) {
                let word = self.force(value);
                self.out.push(Op::SlotStore, &[word], slot.number as i64 as u64, None);
            }
        }
        let snap = self.jump_snapshot(at);
        self.out.push(Op::JumpEntry, &[], 0, snap);
        Ok(())
    }
}
