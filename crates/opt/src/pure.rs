//! Pure uops in the forward walk: folding by evaluation, rules, facts, sharing.
//!
//! Before: `v1 = int_add 2, 3; v2 = int_mul v0, v1; v3 = int_mul v0, 5`; after: `v2 = int_mul v0, 5`.
//!
//! Does not handle: reassociation beyond constant chains.

use crate::facts::{Fact, width_range};
use crate::forward::Walk;
use crate::ranges;
use crate::rules::{Arg, RULES, To, View};
use crate::state::key;
use smallvec::SmallVec;
use uplift_uop::eval::{Outcome, evaluate};
use uplift_uop::{Op, Scalar, Ty, Val, Width};

/// Rewrites of one uop in a row, at most: rules that undo one another would be a bug, not a hang.
const MAX_REWRITES: usize = 16;

impl Walk<'_> {
    /// The value of a pure uop; writes an instruction only if nothing known is the same.
    pub fn pure(&mut self, op: Op, args: &[Val], imm: u64) -> Val {
        let (mut op, mut imm) = (op, imm);
        let mut args: SmallVec<[Val; 3]> = args.iter().map(|&a| self.state.resolve(a)).collect();
        for _ in 0..MAX_REWRITES {
            Self::order_operands(op, &mut args);
            if let Some(folded) = self.fold(op, &args, imm) {
                return folded;
            }
            if let Some(truth) = self.decide(op, &args, imm) {
                return self.constant(Scalar::Bool(truth));
            }
            match self.rewrite(op, &args) {
                None => break,
                Some(To::Val(val)) => return self.state.resolve(val),
                Some(To::Const(scalar)) => return self.constant(scalar),
                Some(To::Op(new, operands, new_imm)) => {
                    (op, imm) = (new, new_imm);
                    args.clear();
                    for operand in operands.into_iter().flatten() {
                        let val = match operand {
                            Arg::Val(val) => val,
                            Arg::Const(scalar) => self.constant(scalar),
                        };
                        args.push(self.state.resolve(val));
                    }
                }
            }
        }
        self.shared(op, &args, imm)
    }

    /// Constants of commutative uops go to the right, older values to the left.
    pub fn order_operands(op: Op, args: &mut [Val]) {
        if let [a, b] = args
            && op.info().commutative
            && !b.is_const()
            && (a.is_const() || a.index() > b.index())
        {
            std::mem::swap(a, b);
        }
    }

    fn fold(&mut self, op: Op, args: &[Val], imm: u64) -> Option<Val> {
        let mut scalars = SmallVec::<[Scalar; 3]>::new();
        for &arg in args {
            scalars.push(self.as_const(arg)?);
        }
        match evaluate(op, imm, &scalars, self.spec) {
            Outcome::Value(scalar) if scalar.ty() != Ty::Unit => Some(self.constant(scalar)),
            _ => None,
        }
    }

    /// Tests with an immediate that facts decide.
    fn decide(&self, op: Op, args: &[Val], imm: u64) -> Option<bool> {
        let fact = self.fact(*args.first()?);
        match op {
            Op::IsKind => self.kind_test(fact.kinds, imm),
            Op::IntFits if self.config.ranges || imm >= 64 => {
                let (lo, hi) = crate::facts::signed_range(imm as u32);
                if fact.lo >= lo && fact.hi <= hi {
                    Some(true)
                } else if fact.lo > hi || fact.hi < lo {
                    Some(false)
                } else {
                    None
                }
            }
            _ => None,
        }
    }

    /// What kind test number `imm` says of a word of these kinds.
    pub fn kind_test(&self, kinds: u64, imm: u64) -> Option<bool> {
        let set = self.spec.kinds.get(imm as usize)?.set;
        if kinds & !set == 0 {
            Some(true)
        } else if kinds & set == 0 {
            Some(false)
        } else {
            None
        }
    }

    /// Tries the table of rules.
    pub fn rewrite(&mut self, op: Op, args: &[Val]) -> Option<To> {
        if !self.config.rules {
            return None;
        }
        let differ = |a, b| self.differ(a, b);
        let view =
            View { out: &self.out, state: &self.state, spec: self.spec, kinds: &self.kinds, differ: &differ };
        let (to, row) = self.rules.apply(&view, op, args)?;
        self.count_rule(RULES[row].name);
        Some(to)
    }

    fn count_rule(&mut self, name: &'static str) {
        match self.report.rules.iter_mut().find(|(rule, _)| *rule == name) {
            Some((_, count)) => *count += 1,
            None => self.report.rules.push((name, 1)),
        }
    }

    /// An equal value that exists already, or a new one.
    fn shared(&mut self, op: Op, args: &[Val], imm: u64) -> Val {
        let key = key(op, args, imm);
        if self.config.share
            && let Some(&val) = self.state.known.get(&key)
        {
            return self.state.resolve(val);
        }
        if let Some(val) = self.derive_virtual(op, args, imm) {
            return val;
        }
        let mut forced: SmallVec<[Val; 3]> = SmallVec::new();
        for &arg in args {
            forced.push(self.force(arg));
        }
        let val = self.out.push_value(op.info().ret, op, &forced, imm, None);
        self.set_fact(val, self.fact_of_result(op, &forced));
        self.state.known.insert(key, val);
        if op == Op::BoxInt {
            self.assume_boxable(args[0]);
        }
        val
    }

    /// A boxed integer fits, or the trace would not have boxed it.
    fn assume_boxable(&mut self, int: Val) {
        let (lo, hi) = self.kinds.int_range;
        if let Some(fact) = self.state.fact_mut(int) {
            (fact.lo, fact.hi) = (fact.lo.max(lo), fact.hi.min(hi));
        }
    }

    /// Remembers what is known of a new value.
    pub fn set_fact(&mut self, val: Val, fact: Fact) {
        if fact != Fact::NONE
            && let Some(place) = self.state.fact_mut(val)
        {
            *place = fact;
        }
    }

    /// Known range of an integer.
    pub fn range(&self, val: Val) -> ranges::Range {
        let fact = self.fact(val);
        (fact.lo, fact.hi)
    }

    /// What follows about a pure or checked uop's result.
    pub fn fact_of_result(&self, op: Op, args: &[Val]) -> Fact {
        let arg = |i: usize| args.get(i).map_or(Fact::NONE, |&a| self.fact(a));
        match op {
            Op::BoxInt => Fact::of_kinds(self.kinds.int),
            Op::BoxFloat => Fact::of_kinds(self.kinds.float),
            Op::BoxBool => Fact::of_kinds(self.kinds.boolean),
            Op::BoxRef if arg(0).nonnull => Fact::of_kinds(self.kinds.reference),
            Op::UnboxRef => Fact {
                nonnull: self.kinds.reference != u64::MAX && arg(0).kinds & !self.kinds.reference == 0,
                ..Fact::NONE
            },
            Op::UnboxInt => Fact::range(self.kinds.int_range.0, self.kinds.int_range.1),
            Op::SelectWord => Fact::of_kinds(arg(1).kinds | arg(2).kinds),
            _ if op.info().ret == Ty::Int => {
                let skip = usize::from(op == Op::SelectInt);
                let (a, b) = (arg(skip), arg(skip + 1));
                let (lo, hi) = ranges::of_result(op, (a.lo, a.hi), (b.lo, b.hi));
                Fact::range(lo, hi)
            }
            _ => Fact::NONE,
        }
    }

    /// What follows about a loaded value from its storage.
    pub fn fact_of_width(width: Width) -> Fact {
        let (lo, hi) = width_range(width);
        Fact::range(lo, hi)
    }
}
