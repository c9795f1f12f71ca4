//! What a passed (or failed) guard teaches.
//!
//! Before: `v1 = is_kind v0, int; guard_true v1; ... v5 = is_kind v0, int; guard_true v5`; after: the second guard is
//! gone, because learning that `v1` is true taught that `v0` is an integer.
//!
//! Does not handle: disjunctions, relations between values other than the comparison itself.

use crate::facts::kinds_of_word;
use crate::forward::Walk;
use crate::ranges;
use crate::state::key;
use uplift_uop::{Op, Scalar, Ty, Val};

/// Depth to which conditions are taken apart.
const MAX_DEPTH: u32 = 8;

impl Walk<'_> {
    /// From here on `cond` is `truth`.
    pub fn learn(&mut self, cond: Val, truth: bool) {
        self.learn_at(cond, truth, 0);
    }

    fn learn_at(&mut self, cond: Val, truth: bool, depth: u32) {
        let cond = self.state.resolve(cond);
        if cond.is_const() || depth > MAX_DEPTH {
            return;
        }
        let constant = self.constant(Scalar::Bool(truth));
        if let Some(fact) = self.state.fact_mut(cond) {
            fact.eq = Some(constant);
        }
        let Some(def) = self.def(cond) else { return };
        let [a, b] = [def.args[0], def.args[1]].map(|arg| self.state.resolve(arg));
        match (def.op, truth) {
            (Op::BoolNot, _) => self.learn_at(a, !truth, depth + 1),
            (Op::BoolAnd, true) | (Op::BoolOr, false) => {
                self.learn_at(a, truth, depth + 1);
                self.learn_at(b, truth, depth + 1);
            }
            (Op::IsKind, _) => self.learn_kind(a, def.imm, truth),
            (Op::WordEq | Op::RefEq | Op::IntEq, true) => self.learn_same(a, b),
            (Op::IntNe, false) => self.learn_same(a, b),
            (Op::WordEq, false) => self.learn_word_differs(a, b),
            (Op::UnboxBool, _) => self.learn_unboxed_bool(a, truth),
            (Op::IntFits, true) => {
                let (lo, hi) = crate::facts::signed_range(def.imm as u32);
                self.learn_range(a, (lo, hi));
            }
            _ => self.learn_compare(def.op, a, b, truth),
        }
    }

    /// A comparison came out `truth`: ranges, and comparisons that follow from it.
    fn learn_compare(&mut self, op: Op, a: Val, b: Val, truth: bool) {
        if let Some(op) = if truth { Some(op) } else { ranges::negated(op) }
            && self.config.ranges
            && op.info().params.first() == Some(&Ty::Int)
        {
            let (range_a, range_b) = ranges::when_true(op, self.range(a), self.range(b));
            self.learn_range(a, range_a);
            self.learn_range(b, range_b);
        }
        match (op, truth) {
            (Op::IntLt, _) => {
                self.learn_condition(Op::IntLe, b, a, !truth);
                if truth {
                    self.learn_condition(Op::IntLe, a, b, true);
                    self.learn_condition(Op::IntEq, a, b, false);
                    self.learn_condition(Op::IntLt, b, a, false);
                }
            }
            (Op::IntLe, _) => {
                self.learn_condition(Op::IntLt, b, a, !truth);
                if !truth {
                    self.learn_condition(Op::IntLe, b, a, true);
                    self.learn_condition(Op::IntEq, a, b, false);
                    self.learn_condition(Op::IntLt, a, b, false);
                }
            }
            (Op::IntEq, _) => self.learn_condition(Op::IntNe, a, b, !truth),
            (Op::IntNe, _) => self.learn_condition(Op::IntEq, a, b, !truth),
            (Op::FloatEq, _) => self.learn_condition(Op::FloatNe, a, b, !truth),
            (Op::FloatNe, _) => self.learn_condition(Op::FloatEq, a, b, !truth),
            _ => {}
        }
    }

    /// From here on a comparison is known, computed already or not.
    pub fn learn_condition(&mut self, op: Op, a: Val, b: Val, truth: bool) {
        let mut args = [a, b];
        Self::order_operands(op, &mut args);
        let constant = self.constant(Scalar::Bool(truth));
        let known = self.state.known.insert(key(op, &args, 0), constant);
        if let Some(val) = known.filter(|val| !val.is_const())
            && let Some(fact) = self.state.fact_mut(val)
        {
            fact.eq.get_or_insert(constant);
        }
    }

    /// From here on the range of `val` is at most this.
    pub fn learn_range(&mut self, val: Val, (lo, hi): ranges::Range) {
        let val = self.state.resolve(val);
        let Some(fact) = self.state.fact_mut(val) else { return };
        let (lo, hi) = (fact.lo.max(lo), fact.hi.min(hi));
        if lo > hi {
            return; // A contradiction: this code does not run.
        }
        (fact.lo, fact.hi) = (lo, hi);
        if lo == hi {
            let constant = self.constant(Scalar::Int(lo));
            self.learn_same(val, constant);
        }
    }

    /// From here on `word` passes, or fails, a kind test.
    pub fn learn_kind(&mut self, word: Val, imm: u64, passes: bool) {
        let Some(&test) = self.spec.kinds.get(imm as usize) else { return };
        self.learn_kinds(word, if passes { test.set } else { !test.set });
        if passes && test.len == 1 && test.mask == u64::MAX {
            let constant = self.constant(Scalar::Word(test.lo));
            self.learn_same(word, constant);
        }
    }

    /// From here on `word` has one of these kinds.
    pub fn learn_kinds(&mut self, word: Val, kinds: u64) {
        let word = self.state.resolve(word);
        if let Some(fact) = self.state.fact_mut(word)
            && fact.kinds & kinds != 0
        {
            fact.kinds &= kinds;
        }
    }

    fn learn_word_differs(&mut self, a: Val, b: Val) {
        let Some(Scalar::Word(word)) = self.as_const(b) else { return };
        // A kind with one word is excluded with the word.
        let only = |k: &&&uplift_uop::KindTest| {
            k.mask == u64::MAX && k.len == 1 && k.lo == word && k.set.count_ones() == 1
        };
        if let Some(kind) = self.spec.kinds.iter().find(only) {
            self.learn_kinds(a, !kind.set);
        }
        // Of two booleans the other one remains.
        let fact = self.fact(a);
        if let Some((no, yes)) = self.spec.repr.bools
            && self.kinds.boolean != u64::MAX
            && fact.kinds & !self.kinds.boolean == 0
            && (word == no || word == yes)
        {
            let other = self.constant(Scalar::Word(if word == no { yes } else { no }));
            self.learn_same(a, other);
        }
    }

    fn learn_unboxed_bool(&mut self, word: Val, truth: bool) {
        let is_bool = self.kinds.boolean != u64::MAX && self.fact(word).kinds & !self.kinds.boolean == 0;
        if truth || is_bool {
            let constant = self.constant(Scalar::Word(self.spec.repr.box_bool(truth)));
            self.learn_same(word, constant);
        }
    }

    /// From here on two values are bitwise the same.
    pub fn learn_same(&mut self, a: Val, b: Val) {
        let (a, b) = (self.state.resolve(a), self.state.resolve(b));
        if a == b || a.is_const() && b.is_const() {
            return;
        }
        let (from, to) = if a.is_const() || !b.is_const() && a.index() < b.index() { (b, a) } else { (a, b) };
        let merged = self.state.fact(from);
        if let Some(fact) = self.state.fact_mut(from) {
            fact.eq = Some(to);
        }
        match self.as_const(to) {
            Some(scalar) => self.learn_twin(from, scalar),
            None => {
                self.learn_kinds(to, merged.kinds);
                self.learn_range(to, (merged.lo, merged.hi));
                if let Some(fact) = self.state.fact_mut(to) {
                    fact.nonnull |= merged.nonnull;
                }
            }
        }
    }

    /// `val` is a constant now: so is what it was boxed or unboxed from.
    fn learn_twin(&mut self, val: Val, scalar: Scalar) {
        if let Scalar::Bool(truth) = scalar {
            // Undo the equation so that `learn` takes the condition apart.
            if let Some(fact) = self.state.fact_mut(val) {
                fact.eq = None;
            }
            return self.learn(val, truth);
        }
        let Some(def) = self.def(val) else { return };
        let repr = &self.spec.repr;
        let twin = match (def.op, scalar) {
            (Op::BoxInt, Scalar::Word(w)) if kinds_of_word(self.spec, w) & !self.kinds.int == 0 => {
                Scalar::Int(repr.unbox_int(w))
            }
            (Op::BoxFloat, Scalar::Word(w)) => Scalar::Float(repr.unbox_float(w)),
            (Op::BoxRef, Scalar::Word(w)) => Scalar::Ref(repr.unbox_ref(w)),
            (Op::BoxBool, Scalar::Word(w)) => Scalar::Bool(repr.unbox_bool(w)),
            (Op::UnboxRef, Scalar::Ref(r)) => Scalar::Word(repr.box_ref(r)),
            (Op::UnboxInt, Scalar::Int(i))
                if self.kinds.int != u64::MAX && self.fact(def.args[0]).kinds & !self.kinds.int == 0 =>
            {
                Scalar::Word(repr.box_int(i))
            }
            _ => return,
        };
        let twin = self.constant(twin);
        self.learn_same(def.args[0], twin);
    }
}
