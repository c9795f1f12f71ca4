//! Integer ranges: what operations do to them, what comparisons say about them.
//!
//! Before: `v1 = unbox_int v0; v2 = int_add v1, 1; v3 = int_fits v2, 64`; after: `v3` is true.
//!
//! Does not handle: known bits, relations between two values, ranges that wrap around.

use std::ops::{BitOr, Not, Shr};
use uplift_uop::Op;

/// What these functions compute with: `i64`, and terms of a solver, which proves them (`crates/testing/tests/proofs.rs`).
/// Nothing here may overflow, for empty ranges (of code that does not run) either.
pub trait Number:
    Copy + PartialOrd + From<i64> + Not<Output = Self> + BitOr<Output = Self> + Shr<Output = Self>
{
    /// The sum, if it fits.
    fn checked_add(self, other: Self) -> Option<Self>;
    /// The difference, if it fits.
    fn checked_sub(self, other: Self) -> Option<Self>;
    /// The product, if it fits.
    fn checked_mul(self, other: Self) -> Option<Self>;
    /// The sum, or the end of the range that it is beyond.
    fn saturating_add(self, other: Self) -> Self;
    /// The difference, or the end of the range that it is beyond.
    fn saturating_sub(self, other: Self) -> Self;
    /// The lesser one.
    fn min(self, other: Self) -> Self;
    /// The greater one.
    fn max(self, other: Self) -> Self;
    /// Logical right shift by 0 to 63.
    fn ushr(self, by: Self) -> Self;
}

impl Number for i64 {
    fn checked_add(self, other: i64) -> Option<i64> {
        self.checked_add(other)
    }
    fn checked_sub(self, other: i64) -> Option<i64> {
        self.checked_sub(other)
    }
    fn checked_mul(self, other: i64) -> Option<i64> {
        self.checked_mul(other)
    }
    fn saturating_add(self, other: i64) -> i64 {
        self.saturating_add(other)
    }
    fn saturating_sub(self, other: i64) -> i64 {
        self.saturating_sub(other)
    }
    fn min(self, other: i64) -> i64 {
        Ord::min(self, other)
    }
    fn max(self, other: i64) -> i64 {
        Ord::max(self, other)
    }
    fn ushr(self, by: i64) -> i64 {
        ((self as u64) >> by) as i64
    }
}

/// Least and greatest value.
pub type Range<N = i64> = (N, N);

/// Any integer.
pub(crate) const FULL: Range = (i64::MIN, i64::MAX);

/// Any integer, of any kind of number.
pub fn full<N: Number>() -> Range<N> {
    (FULL.0.into(), FULL.1.into())
}

/// Range of the exact result, if it fits 64 bits for all operands.
pub fn exact<N: Number>(op: Op, a: Range<N>, b: Range<N>) -> Option<Range<N>> {
    Some(match op {
        Op::IntAdd | Op::IntAddChecked | Op::IntAddOverflows => {
            (a.0.checked_add(b.0)?, a.1.checked_add(b.1)?)
        }
        Op::IntSub | Op::IntSubChecked | Op::IntSubOverflows => {
            (a.0.checked_sub(b.1)?, a.1.checked_sub(b.0)?)
        }
        Op::IntMul | Op::IntMulChecked | Op::IntMulOverflows => {
            let (first, second) = (a.0.checked_mul(b.0)?, a.0.checked_mul(b.1)?);
            let (third, fourth) = (a.1.checked_mul(b.0)?, a.1.checked_mul(b.1)?);
            (first.min(second).min(third.min(fourth)), first.max(second).max(third.max(fourth)))
        }
        _ => return None,
    })
}

/// Range of an integer uop's result.
pub fn of_result<N: Number>(op: Op, a: Range<N>, b: Range<N>) -> Range<N> {
    let [zero, one, width]: [N; 3] = [0.into(), 1.into(), 63.into()];
    match op {
        Op::IntAdd | Op::IntSub | Op::IntMul => exact(op, a, b).unwrap_or_else(full),
        Op::IntAddChecked | Op::IntSubChecked | Op::IntMulChecked => clamped(op, a, b),
        Op::IntNeg => exact(Op::IntSub, (zero, zero), a).unwrap_or_else(full),
        Op::IntNot => (!a.1, !a.0),
        Op::IntAnd if a.0 >= zero && b.0 >= zero => (zero, a.1.min(b.1)),
        Op::IntAnd if a.0 >= zero => (zero, a.1),
        Op::IntAnd if b.0 >= zero => (zero, b.1),
        Op::IntOr | Op::IntXor if a.0 >= zero && b.0 >= zero => (zero, ones_up_to(a.1 | b.1)),
        Op::IntShr if b.0 >= zero => {
            let (few, many) = (b.0.min(width), b.1.max(zero).min(width));
            ((a.0 >> few).min(a.0 >> many), (a.1 >> few).max(a.1 >> many))
        }
        Op::IntUshr if b.0 >= one => (zero, (!zero).ushr(b.0.min(width))),
        Op::IntUshr if a.0 >= zero => (zero, a.1),
        Op::IntModFloor if b.0 >= one => (zero, b.1.saturating_sub(one)),
        Op::IntModFloor if b.1 < zero => (b.0.saturating_add(one), zero),
        Op::IntRemTrunc if a.0 >= zero && b.0 >= one => (zero, a.1.min(b.1.saturating_sub(one))),
        Op::IntDivFloor | Op::IntDivTrunc if b.0 >= one => (a.0.min(zero), a.1.max(zero)),
        Op::BoolToInt => (zero, one),
        Op::SelectInt => (a.0.min(b.0), a.1.max(b.1)),
        _ => full(),
    }
}

/// The result of a checked uop that did not leave: the exact range, cut to 64 bits.
fn clamped<N: Number>(op: Op, a: Range<N>, b: Range<N>) -> Range<N> {
    if let Some(range) = exact(op, a, b) {
        return range;
    }
    let zero = N::from(0);
    match op {
        Op::IntAddChecked => (a.0.saturating_add(b.0), a.1.saturating_add(b.1)),
        Op::IntSubChecked => (a.0.saturating_sub(b.1), a.1.saturating_sub(b.0)),
        _ if a.0 >= zero && b.0 >= zero => (zero, FULL.1.into()),
        _ => full(),
    }
}

/// The least number of the form 2^n - 1 that is not below `x`, which is not negative: its bits, smeared downwards.
fn ones_up_to<N: Number>(x: N) -> N {
    [1, 2, 4, 8, 16, 32].into_iter().fold(x, |x, by| x | x.ushr(by.into()))
}

/// Outcome of a comparison, if the ranges decide it.
pub fn decide<N: Number>(op: Op, a: Range<N>, b: Range<N>) -> Option<bool> {
    let zero = N::from(0);
    match op {
        Op::IntEq if a.1 < b.0 || b.1 < a.0 => Some(false),
        Op::IntNe if a.1 < b.0 || b.1 < a.0 => Some(true),
        Op::IntLt if a.1 < b.0 => Some(true),
        Op::IntLt if a.0 >= b.1 => Some(false),
        Op::IntLe if a.1 <= b.0 => Some(true),
        Op::IntLe if a.0 > b.1 => Some(false),
        Op::IntGt => decide(Op::IntLt, b, a),
        Op::IntGe => decide(Op::IntLe, b, a),
        Op::IntUlt if a.0 >= zero && a.1 < b.0 => Some(true),
        Op::IntUlt if a.0 >= zero && b.0 >= zero && a.0 >= b.1 => Some(false),
        Op::IntUlt if a.1 < zero && b.0 >= zero => Some(false),
        Op::IntAddOverflows | Op::IntSubOverflows | Op::IntMulOverflows => exact(op, a, b).map(|_| false),
        _ => None,
    }
}

/// Ranges of both operands after a comparison came out true. Empty ranges (from contradictions) are possible.
pub fn when_true<N: Number>(op: Op, a: Range<N>, b: Range<N>) -> (Range<N>, Range<N>) {
    let [zero, one]: [N; 2] = [0.into(), 1.into()];
    match op {
        Op::IntEq => {
            let both = (a.0.max(b.0), a.1.min(b.1));
            (both, both)
        }
        Op::IntNe => (without(a, b), without(b, a)),
        Op::IntLt => ((a.0, a.1.min(b.1.saturating_sub(one))), (b.0.max(a.0.saturating_add(one)), b.1)),
        Op::IntLe => ((a.0, a.1.min(b.1)), (b.0.max(a.0), b.1)),
        Op::IntGt | Op::IntGe => {
            let (b, a) = when_true(if op == Op::IntGt { Op::IntLt } else { Op::IntLe }, b, a);
            (a, b)
        }
        Op::IntUlt if b.0 >= zero => {
            let least = a.0.max(zero);
            ((least, a.1.min(b.1.saturating_sub(one))), (b.0.max(least.saturating_add(one)), b.1))
        }
        _ => (a, b),
    }
}

/// `a` without the only value of `b`, if it is at one end.
fn without<N: Number>(a: Range<N>, b: Range<N>) -> Range<N> {
    let one = N::from(1);
    if b.0 != b.1 || a.0 >= a.1 {
        a
    } else if a.0 == b.0 {
        (a.0.saturating_add(one), a.1)
    } else if a.1 == b.0 {
        (a.0, a.1.saturating_sub(one))
    } else {
        a
    }
}

/// The comparison that is true when `op` is false.
pub fn negated(op: Op) -> Option<Op> {
    Some(match op {
        Op::IntEq => Op::IntNe,
        Op::IntNe => Op::IntEq,
        Op::IntLt => Op::IntGe,
        Op::IntGe => Op::IntLt,
        Op::IntLe => Op::IntGt,
        Op::IntGt => Op::IntLe,
        Op::FloatEq => Op::FloatNe,
        Op::FloatNe => Op::FloatEq,
        _ => return None,
    })
}
