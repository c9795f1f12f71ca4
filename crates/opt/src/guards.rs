//! Guards in the forward walk: dropped if they cannot fail, strengthened if their condition says more.
//!
//! Before: `v1 = is_kind v0, int; guard_true v1 -> s0; guard_kind v0, int -> s1`; after: `guard_kind v0, int -> s0`.
//!
//! Does not handle: moving guards other than those on kinds.

use crate::OptError;
use crate::facts::Fact;
use crate::forward::{End, Flow, Walk};
use crate::heap::Place;
use crate::rules::To;
use crate::state::key;
use uplift_uop::eval::{Outcome, evaluate};
use uplift_uop::{Inst, Op, Resume, Scalar, Snapshot, Val};

/// What is known when a guard fails: where its side trace starts from.
#[derive(Clone, Copy, Debug)]
enum Failure {
    /// The condition was this.
    Condition(Val, bool),
    /// The word fails a kind test.
    NotKind(Val, u64),
    /// Nothing.
    Unknown,
}

impl<'a> Walk<'a> {
    pub fn guard(&mut self, inst: &'a Inst, args: &[Val]) -> Result<Flow<'a>, OptError> {
        let snapshot = self.recorded(inst)?;
        let arg = |i: usize| args.get(i).copied().ok_or(OptError::Malformed("a guard lacks operands"));
        match inst.op {
            Op::GuardTrue => self.guard_condition(arg(0)?, true, snapshot),
            Op::GuardFalse => self.guard_condition(arg(0)?, false, snapshot),
            Op::GuardKind => self.guard_kind(arg(0)?, inst.imm, snapshot),
            Op::GuardEqInt | Op::GuardEqRef | Op::GuardEqWord => {
                self.guard_same(inst.op, arg(0)?, arg(1)?, snapshot)
            }
            Op::GuardBounds => self.guard_bounds(arg(0)?, arg(1)?, snapshot),
            Op::IntAddChecked | Op::IntSubChecked | Op::IntMulChecked => {
                self.checked(inst, arg(0)?, arg(1)?, snapshot)
            }
            Op::GuardNotRaised => self.guard_not_raised(arg(0)?, snapshot),
            Op::GuardFieldEq => self.guard_field_eq(arg(0)?, arg(1)?, inst.imm, snapshot),
            Op::GuardAttention => Ok(self.guard_attention(snapshot)),
            _ => Err(OptError::Malformed("an unknown guard")),
        }
    }

    /// Writes a guard; a side trace on it starts from the state with `failure`.
    fn write_guard(&mut self, op: Op, args: &[Val], imm: u64, at: &'a Snapshot, failure: Failure) {
        let snap = self.exit_snapshot(at);
        self.out.push(op, args, imm, Some(snap));
        self.save_failure(at, failure);
    }

    fn save_failure(&mut self, at: &Snapshot, failure: Failure) {
        let guard = uplift_uop::GuardId { number: at.guard.number, phase: self.phase };
        if self.copies.child(guard.number, guard.phase).is_none() {
            return;
        }
        let before = self.state.clone();
        match failure {
            Failure::Condition(cond, truth) => self.learn(cond, truth),
            Failure::NotKind(word, imm) => self.learn_kind(word, imm, false),
            Failure::Unknown => {}
        }
        let failed = std::mem::replace(&mut self.state, before);
        self.saved.insert(guard, failed);
    }

    /// A guard that always fails ends the trace.
    fn always_fails(&mut self, at: &'a Snapshot) -> Flow<'a> {
        self.leave(at);
        Flow::End(End::Exit)
    }

    fn guard_condition(&mut self, cond: Val, expected: bool, at: &'a Snapshot) -> Result<Flow<'a>, OptError> {
        if let Some(Scalar::Bool(truth)) = self.as_const(cond) {
            return Ok(if truth == expected { Flow::Next } else { self.always_fails(at) });
        }
        let flow = self.write_condition(cond, expected, at)?;
        if matches!(flow, Flow::Next) {
            self.learn(cond, expected);
        }
        Ok(flow)
    }

    /// Writes the strongest guard that says that `cond` is `expected`.
    fn write_condition(&mut self, cond: Val, expected: bool, at: &'a Snapshot) -> Result<Flow<'a>, OptError> {
        let Some(def) = self.def(cond) else {
            return Err(OptError::Internal("a condition without a definition"));
        };
        let [a, b] = [def.args[0], def.args[1]].map(|arg| self.state.resolve(arg));
        let strong = match (def.op, expected) {
            (Op::BoolNot, _) => return self.guard_condition(a, !expected, at),
            (Op::IsKind, true) => return self.guard_kind(a, def.imm, at),
            (Op::IsKind, false) if let Some(imm) = self.hint(a, at) => return self.guard_kind(a, imm, at),
            (Op::WordEq, true) => Some(Op::GuardEqWord),
            (Op::RefEq, true) => Some(Op::GuardEqRef),
            (Op::IntEq, true) | (Op::IntNe, false) => Some(Op::GuardEqInt),
            _ => None,
        };
        let failure = Failure::Condition(cond, !expected);
        match strong {
            Some(op) if b.is_const() => self.write_guard(op, &[a, b], 0, at, failure),
            _ if expected => self.write_guard(Op::GuardTrue, &[cond], 0, at, failure),
            _ => self.write_guard(Op::GuardFalse, &[cond], 0, at, failure),
        }
        Ok(Flow::Next)
    }

    fn guard_kind(&mut self, word: Val, imm: u64, at: &'a Snapshot) -> Result<Flow<'a>, OptError> {
        match self.kind_test(self.fact(word).kinds, imm) {
            Some(true) => Ok(Flow::Next),
            Some(false) => Ok(self.always_fails(at)),
            None => {
                let imm = self.hint(word, at).unwrap_or(imm);
                let word = self.force(word);
                self.write_guard(Op::GuardKind, &[word], imm, at, Failure::NotKind(word, imm));
                self.learn_kind(word, imm, true);
                Ok(Flow::Next)
            }
        }
    }

    /// A stronger test for a guard on the word's kind, which a later guard is going to do.
    fn hint(&self, word: Val, at: &Snapshot) -> Option<u64> {
        let &imm = self.ahead.kinds.get(&at.guard.number).filter(|_| self.config.strengthen)?;
        self.kind_test(self.fact(word).kinds, imm).is_none().then_some(imm)
    }

    fn guard_same(&mut self, op: Op, a: Val, b: Val, at: &'a Snapshot) -> Result<Flow<'a>, OptError> {
        if self.ahead.settled.contains(&at.guard.number) {
            self.learn_same(a, b);
            return Ok(Flow::Next);
        }
        let compare = match op {
            Op::GuardEqInt => Op::IntEq,
            Op::GuardEqRef => Op::RefEq,
            _ => Op::WordEq,
        };
        // Facts may decide the comparison, rules may move it to other values: x + 1 == 5, a boxed integer.
        let cond = self.pure(compare, &[a, b], 0);
        let flow = self.guard_condition(cond, true, at)?;
        if matches!(flow, Flow::Next) {
            self.learn_same(a, b);
        }
        Ok(flow)
    }

    fn guard_bounds(&mut self, index: Val, length: Val, at: &'a Snapshot) -> Result<Flow<'a>, OptError> {
        let cond = self.pure(Op::IntUlt, &[index, length], 0);
        match self.as_const(cond) {
            Some(Scalar::Bool(true)) => return Ok(Flow::Next),
            Some(_) => return Ok(self.always_fails(at)),
            None => {}
        }
        let failure = Failure::Condition(cond, false);
        self.write_guard(Op::GuardBounds, &[index, length], 0, at, failure);
        self.learn(cond, true);
        Ok(Flow::Next)
    }

    fn checked(&mut self, inst: &Inst, a: Val, b: Val, at: &'a Snapshot) -> Result<Flow<'a>, OptError> {
        let (mut op, mut b, mut operands) = (inst.op, b, [a, b]);
        if let (Op::IntSubChecked, Some(Scalar::Int(c))) = (op, self.as_const(b))
            && let Some(negated) = c.checked_neg()
        {
            b = self.constant(Scalar::Int(negated));
            (op, operands) = (Op::IntAddChecked, [a, b]);
        }
        let (plain, overflows) = match op {
            Op::IntAddChecked => (Op::IntAdd, Op::IntAddOverflows),
            Op::IntSubChecked => (Op::IntSub, Op::IntSubOverflows),
            _ => (Op::IntMul, Op::IntMulOverflows),
        };
        Self::order_operands(plain, &mut operands);
        let [a, b] = operands;
        if let (Some(x), Some(y)) = (self.as_const(a), self.as_const(b)) {
            return match evaluate(op, 0, &[x, y], self.spec) {
                Outcome::Value(sum) => {
                    let sum = self.constant(sum);
                    self.bind(inst, sum).map(|()| Flow::Next)
                }
                _ => Ok(self.always_fails(at)),
            };
        }
        let overflow = self.pure(overflows, &[a, b], 0);
        if let Some(Scalar::Bool(fails)) = self.as_const(overflow) {
            if fails {
                return Ok(self.always_fails(at));
            }
            let val = self.pure(plain, &[a, b], 0);
            return self.bind(inst, val).map(|()| Flow::Next);
        }
        let simpler = match self.rewrite(op, &[a, b]) {
            Some(To::Val(val)) => Some(val),
            Some(To::Const(scalar)) => Some(self.constant(scalar)),
            _ => self.state.known.get(&key(op, &[a, b], 0)).copied(),
        };
        if let Some(val) = simpler {
            return self.bind(inst, val).map(|()| Flow::Next);
        }
        let snap = self.exit_snapshot(at);
        // The result does not exist where the guard fails.
        self.save_failure(at, Failure::Condition(overflow, true));
        let val = self.out.push_value(op.info().ret, op, &[a, b], 0, Some(snap));
        let mut fact = self.fact_of_result(op, &[a, b]);
        if !self.config.ranges {
            fact = Fact::NONE;
        }
        self.set_fact(val, fact);
        for op in [op, plain] {
            self.state.known.insert(key(op, &[a, b], 0), val);
        }
        self.learn(overflow, false);
        self.bind(inst, val).map(|()| Flow::Next)
    }

    fn guard_not_raised(&mut self, word: Val, at: &'a Snapshot) -> Result<Flow<'a>, OptError> {
        let kinds = self.fact(word).kinds;
        let raised = crate::facts::kinds_of_word(self.spec, self.spec.raised_word);
        if kinds & raised == 0 {
            return Ok(Flow::Next);
        }
        if at.resume != Resume::Raise {
            return Err(OptError::Malformed("a raising guard that does not raise"));
        }
        let word = self.force(word);
        self.write_guard(Op::GuardNotRaised, &[word], 0, at, Failure::Unknown);
        self.learn_kinds(word, !self.kinds.raised);
        Ok(Flow::Next)
    }

    fn guard_field_eq(
        &mut self,
        base: Val,
        expected: Val,
        imm: u64,
        at: &'a Snapshot,
    ) -> Result<Flow<'a>, OptError> {
        let place = Place::Field(imm as u16);
        let info = place.info(self.spec).ok_or(OptError::Malformed("an unknown field"))?;
        if let Some(known) = self.known_content(base, place, &info) {
            return self.guard_same(Op::GuardEqRef, known, expected, at);
        }
        let base = self.force(base);
        self.write_guard(Op::GuardFieldEq, &[base, expected], imm, at, Failure::Unknown);
        self.mark_nonnull(base);
        self.state.heap.learn(base, place, &info, expected);
        Ok(Flow::Next)
    }

    fn guard_attention(&mut self, at: &'a Snapshot) -> Flow<'a> {
        if !self.state.polled {
            self.write_guard(Op::GuardAttention, &[], 0, at, Failure::Unknown);
            self.state.polled = true;
        }
        Flow::Next
    }
}
