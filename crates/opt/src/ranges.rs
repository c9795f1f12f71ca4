//! Integer ranges: what operations do to them, what comparisons say about them.
//!
//! Before: `v1 = unbox_int v0; v2 = int_add v1, 1; v3 = int_fits v2, 64`; after: `v3` is true.
//!
//! Does not handle: known bits, relations between two values, ranges that wrap around.

use uplift_uop::Op;

/// Least and greatest value.
pub(crate) type Range = (i64, i64);

/// Any integer.
pub(crate) const FULL: Range = (i64::MIN, i64::MAX);

/// Range of the exact result, if it fits 64 bits for all operands.
pub(crate) fn exact(op: Op, a: Range, b: Range) -> Option<Range> {
    let (lo, hi) = match op {
        Op::IntAdd | Op::IntAddChecked | Op::IntAddOverflows => {
            (i128::from(a.0) + i128::from(b.0), i128::from(a.1) + i128::from(b.1))
        }
        Op::IntSub | Op::IntSubChecked | Op::IntSubOverflows => {
            (i128::from(a.0) - i128::from(b.1), i128::from(a.1) - i128::from(b.0))
        }
        Op::IntMul | Op::IntMulChecked | Op::IntMulOverflows => {
            let corner = |x: i64, y: i64| i128::from(x) * i128::from(y);
            let all = [corner(a.0, b.0), corner(a.0, b.1), corner(a.1, b.0), corner(a.1, b.1)];
            (all.into_iter().min()?, all.into_iter().max()?)
        }
        _ => return None,
    };
    Some((i64::try_from(lo).ok()?, i64::try_from(hi).ok()?))
}

/// Range of an integer uop's result.
pub(crate) fn of_result(op: Op, a: Range, b: Range) -> Range {
    match op {
        Op::IntAdd | Op::IntSub | Op::IntMul => exact(op, a, b).unwrap_or(FULL),
        Op::IntAddChecked | Op::IntSubChecked | Op::IntMulChecked => clamped(op, a, b),
        Op::IntNeg if a.0 > i64::MIN => (-a.1, -a.0),
        Op::IntNot => (!a.1, !a.0),
        Op::IntAnd if a.0 >= 0 && b.0 >= 0 => (0, a.1.min(b.1)),
        Op::IntAnd if a.0 >= 0 => (0, a.1),
        Op::IntAnd if b.0 >= 0 => (0, b.1),
        Op::IntOr | Op::IntXor if a.0 >= 0 && b.0 >= 0 => (0, ones_up_to(a.1 | b.1)),
        Op::IntShr if b.0 >= 0 => {
            let (few, many) = (b.0.min(63), b.1.min(63));
            let ends = [a.0 >> few, a.0 >> many, a.1 >> few, a.1 >> many];
            (ends.into_iter().min().unwrap_or(i64::MIN), ends.into_iter().max().unwrap_or(i64::MAX))
        }
        Op::IntUshr if b.0 >= 1 => (0, (u64::MAX >> b.0.min(63)) as i64),
        Op::IntUshr if a.0 >= 0 => (0, a.1),
        Op::IntModFloor if b.0 > 0 => (0, b.1 - 1),
        Op::IntModFloor if b.1 < 0 => (b.0 + 1, 0),
        Op::IntRemTrunc if a.0 >= 0 && b.0 > 0 => (0, a.1.min(b.1 - 1)),
        Op::IntDivFloor if b.0 > 0 => (a.0.min(0), a.1.max(0)),
        Op::IntDivTrunc if b.0 > 0 => (a.0.min(0), a.1.max(0)),
        Op::BoolToInt => (0, 1),
        Op::SelectInt => (a.0.min(b.0), a.1.max(b.1)),
        _ => FULL,
    }
}

/// The result of a checked uop that did not leave: the exact range, cut to 64 bits.
fn clamped(op: Op, a: Range, b: Range) -> Range {
    if let Some(range) = exact(op, a, b) {
        return range;
    }
    match op {
        Op::IntAddChecked => (a.0.saturating_add(b.0), a.1.saturating_add(b.1)),
        Op::IntSubChecked => (a.0.saturating_sub(b.1), a.1.saturating_sub(b.0)),
        _ if a.0 >= 0 && b.0 >= 0 => (0, i64::MAX),
        _ => FULL,
    }
}

/// The least number of the form 2^n - 1 that is not below `x`, which is not negative.
fn ones_up_to(x: i64) -> i64 {
    if x == 0 { 0 } else { (u64::MAX >> (x as u64).leading_zeros()) as i64 }
}

/// Outcome of a comparison, if the ranges decide it.
pub(crate) fn decide(op: Op, a: Range, b: Range) -> Option<bool> {
    match op {
        Op::IntEq if a.1 < b.0 || b.1 < a.0 => Some(false),
        Op::IntNe if a.1 < b.0 || b.1 < a.0 => Some(true),
        Op::IntLt if a.1 < b.0 => Some(true),
        Op::IntLt if a.0 >= b.1 => Some(false),
        Op::IntLe if a.1 <= b.0 => Some(true),
        Op::IntLe if a.0 > b.1 => Some(false),
        Op::IntGt => decide(Op::IntLt, b, a),
        Op::IntGe => decide(Op::IntLe, b, a),
        Op::IntUlt if a.0 >= 0 && a.1 < b.0 => Some(true),
        Op::IntUlt if a.0 >= 0 && b.0 >= 0 && a.0 >= b.1 => Some(false),
        Op::IntUlt if a.1 < 0 && b.0 >= 0 => Some(false),
        Op::IntAddOverflows | Op::IntSubOverflows | Op::IntMulOverflows => exact(op, a, b).map(|_| false),
        _ => None,
    }
}

/// Ranges of both operands after a comparison came out true. Empty ranges (from contradictions) are possible.
pub(crate) fn when_true(op: Op, a: Range, b: Range) -> (Range, Range) {
    match op {
        Op::IntEq => {
            let both = (a.0.max(b.0), a.1.min(b.1));
            (both, both)
        }
        Op::IntNe => (without(a, b), without(b, a)),
        Op::IntLt => ((a.0, a.1.min(b.1.saturating_sub(1))), (b.0.max(a.0.saturating_add(1)), b.1)),
        Op::IntLe => ((a.0, a.1.min(b.1)), (b.0.max(a.0), b.1)),
        Op::IntGt | Op::IntGe => {
            let (b, a) = when_true(if op == Op::IntGt { Op::IntLt } else { Op::IntLe }, b, a);
            (a, b)
        }
        Op::IntUlt if b.0 >= 0 => {
            ((a.0.max(0), a.1.min(b.1.saturating_sub(1))), (b.0.max(a.0.max(0).saturating_add(1)), b.1))
        }
        _ => (a, b),
    }
}

/// `a` without the only value of `b`, if it is at one end.
fn without(a: Range, b: Range) -> Range {
    if b.0 != b.1 || a.0 >= a.1 {
        a
    } else if a.0 == b.0 {
        (a.0 + 1, a.1)
    } else if a.1 == b.0 {
        (a.0, a.1 - 1)
    } else {
        a
    }
}

/// The comparison that is true when `op` is false.
pub(crate) fn negated(op: Op) -> Option<Op> {
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
