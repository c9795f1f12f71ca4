//! Frame slots, the heap and calls in the forward walk.
//!
//! Before: `v1 = load_word v0, pair.first; store_word v0, v2, pair.first; v3 = load_word v0, pair.first`; after:
//! `v1 = load_word v0, pair.first; store_word v0, v2, pair.first`, and `v3` is `v2`.
//!
//! Does not handle: overlapping stores of different widths (they forget what they touch), stores that a later store
//! overwrites.

use crate::OptError;
use crate::facts::{Fact, width_range};
use crate::forward::Walk;
use crate::heap::{Place, PlaceInfo};
use crate::state::{State, key};
use smallvec::SmallVec;
use uplift_uop::{Effects, ImmKind, Inst, Op, Scalar, Ty, Val, Width};

impl Walk<'_> {
    pub fn memory(&mut self, inst: &Inst, args: &[Val]) -> Result<(), OptError> {
        match inst.op {
            Op::SlotLoad => {
                let val = self.slot_load(inst.slot());
                self.bind(inst, val)
            }
            Op::SlotStore => {
                let &[val] = args else { return Err(OptError::Malformed("a store without a value")) };
                self.state.env.store(inst.slot(), val);
                Ok(())
            }
            op => {
                let place = self.place(op, inst.imm, args)?;
                if op.info().ret == Ty::Unit {
                    self.store(inst, args, place)
                } else {
                    self.load(inst, args, place)
                }
            }
        }
    }

    /// The word in a slot, read from memory at its first use.
    pub fn slot_load(&mut self, slot: i32) -> Val {
        if let Some(found) = self.state.env.get(slot) {
            return self.state.resolve(found.value);
        }
        let val = self.out.push_value(Ty::Word, Op::SlotLoad, &[], slot as i64 as u64, None);
        self.state.env.loaded(slot, val);
        val
    }

    /// The place that an access touches, within its first operand.
    fn place(&self, op: Op, imm: u64, args: &[Val]) -> Result<Place, OptError> {
        let id = imm as u16;
        match (op.info().imm, args) {
            (ImmKind::Field, [_, ..]) => Ok(Place::Field(id)),
            (ImmKind::Elem, [_, index, ..]) => Ok(match self.as_const(*index) {
                Some(Scalar::Int(index)) => Place::Item(id, index),
                _ => Place::Indexed(id, *index),
            }),
            _ => Err(OptError::Malformed("a memory access lacks operands")),
        }
    }

    fn info(&self, place: Place) -> Result<PlaceInfo, OptError> {
        place.info(self.spec).ok_or(OptError::Malformed("an access to an unknown field or element"))
    }

    /// How a place is stored.
    pub fn width(&self, place: Place) -> Option<Width> {
        match place {
            Place::Field(id) => self.spec.fields.get(usize::from(id)).map(|f| f.width),
            Place::Item(id, _) | Place::Indexed(id, _) => {
                self.spec.elems.get(usize::from(id)).map(|e| e.width)
            }
        }
    }

    /// What a place of an object is known to hold.
    pub fn known_content(&self, base: Val, place: Place, info: &PlaceInfo) -> Option<Val> {
        if !self.config.heap {
            return None;
        }
        let state = &self.state;
        let found = state.heap.find(base, place, info, |v| state.resolve(v))?;
        Some(state.resolve(found))
    }

    fn load(&mut self, inst: &Inst, args: &[Val], place: Place) -> Result<(), OptError> {
        let info = self.info(place)?;
        if let Some(val) = self.virtual_load(args[0], place) {
            return self.bind(inst, val);
        }
        let mut args: SmallVec<[Val; 3]> = args.iter().copied().collect();
        args[0] = self.force(args[0]);
        if let Some(val) = self.known_content(args[0], place, &info) {
            return self.bind(inst, val);
        }
        let ty = inst.op.info().ret;
        let val = self.out.push_value(ty, inst.op, &args, inst.imm, None);
        if let Some(width) = self.width(place).filter(|_| self.config.ranges) {
            self.set_fact(val, Walk::fact_of_width(width));
        }
        self.mark_nonnull(args[0]);
        self.state.heap.learn(args[0], place, &info, val);
        self.bind(inst, val)
    }

    fn store(&mut self, inst: &Inst, args: &[Val], place: Place) -> Result<(), OptError> {
        let info = self.info(place)?;
        let &value = args.last().ok_or(OptError::Malformed("a store without a value"))?;
        if self.virtual_store(inst, args, place, &info, value) {
            return Ok(());
        }
        let args: SmallVec<[Val; 3]> = args.iter().map(|&arg| self.force(arg)).collect();
        let (base, value) = (args[0], self.state.resolve(value));
        let loads_back = self.loads_back(value, place);
        if loads_back && self.known_content(base, place, &info) == Some(value) {
            return Ok(());
        }
        self.out.push(inst.op, &args, inst.imm, None);
        self.mark_nonnull(base);
        self.forget_overwritten(base, &info);
        if loads_back {
            self.state.heap.learn(base, place, &info, value);
        }
        Ok(())
    }

    /// Forgets what a store may have changed.
    fn forget_overwritten(&mut self, base: Val, info: &PlaceInfo) {
        let mut heap = std::mem::take(&mut self.state.heap);
        let state = &self.state;
        heap.store(base, info, |v| State::resolve(state, v), &|a, b| self.differ(a, b));
        self.state.heap = heap;
    }

    /// Whether a load from the place gives the stored value back: it may be truncated on the way.
    pub fn loads_back(&self, value: Val, place: Place) -> bool {
        let Some(width) = self.width(place) else { return false };
        let (fact, (lo, hi)) = (self.fact(value), width_range(width));
        fact.lo >= lo && fact.hi <= hi
    }

    /// A base that was accessed is not null.
    pub fn mark_nonnull(&mut self, base: Val) {
        if self.fact(base).nonnull {
            return;
        }
        if let Some(fact) = self.state.fact_mut(base) {
            fact.nonnull = true;
        }
        let unboxed = self.def(base).filter(|def| def.op == Op::UnboxRef).map(|def| def.args[0]);
        let boxed = self.state.known.get(&key(Op::BoxRef, &[base], 0)).copied();
        for word in [unboxed, boxed].into_iter().flatten() {
            self.learn_kinds(word, self.kinds.reference);
        }
    }

    /// Whether two references, or two words, are known to differ.
    pub fn differ(&self, a: Val, b: Val) -> bool {
        if a == b {
            return false;
        }
        if let (Some(x), Some(y)) = (self.as_const(a), self.as_const(b)) {
            return x != y;
        }
        let null = |v: Val| self.as_const(v) == Some(Scalar::Ref(0));
        self.newer(a, b)
            || self.newer(b, a)
            || null(a) && self.fact(b).nonnull
            || null(b) && self.fact(a).nonnull
    }

    /// Whether `new` is an object that did not exist yet when `old` was computed.
    fn newer(&self, new: Val, old: Val) -> bool {
        let object = match self.def(new) {
            Some(def) if matches!(def.op, Op::BoxRef | Op::UnboxRef) => self.state.resolve(def.args[0]),
            _ => new,
        };
        if self.state.virtuals.is_virtual(object) {
            return !self.state.virtuals.same(object, old);
        }
        let fresh = self.def(object).is_some_and(|def| {
            def.op == Op::Call && self.effects(def.imm).is_some_and(|e| e.fresh && !e.raises)
        });
        fresh && (old.is_const() || old.index() < object.index())
    }

    fn effects(&self, callee: u64) -> Option<Effects> {
        self.spec.fns.get(callee as usize).map(|f| f.effects)
    }

    pub fn call(&mut self, inst: &Inst, args: &[Val]) -> Result<(), OptError> {
        let callee = *self
            .spec
            .fns
            .get(inst.imm as usize)
            .ok_or(OptError::Malformed("a call of an unknown function"))?;
        let effects = callee.effects;
        if self.virtual_call(inst, callee, args)? {
            return Ok(());
        }
        let args: SmallVec<[Val; 3]> = args.iter().map(|&arg| self.force(arg)).collect();
        let shareable = effects.is_removable() && !effects.fresh && self.config.heap;
        if shareable {
            let state = &self.state;
            if let Some(val) = state.heap.find_call(inst.imm, &args, |v| state.resolve(v)) {
                let val = self.state.resolve(val);
                return self.bind(inst, val);
            }
        }
        if effects.reenters {
            self.state.heap.clobber(u64::MAX);
            self.state.polled = false;
        } else {
            self.state.heap.clobber(effects.writes);
        }
        if callee.ret == Ty::Unit {
            self.out.push(Op::Call, &args, inst.imm, None);
            return Ok(());
        }
        let val = self.out.push_value(callee.ret, Op::Call, &args, inst.imm, None);
        self.set_fact(val, self.fact_of_call(callee));
        if shareable {
            self.state.heap.learn_call(inst.imm, &args, effects.reads, val);
        }
        self.bind(inst, val)
    }

    /// What a function's declaration says of its result.
    pub fn fact_of_call(&self, callee: &uplift_uop::HostFn) -> Fact {
        let object = callee.effects.fresh && !callee.effects.raises;
        match callee.ret {
            Ty::Ref => Fact { nonnull: object, ..Fact::NONE },
            Ty::Word if object => Fact::of_kinds(self.kinds.reference),
            _ => Fact::NONE,
        }
    }
}
