//! Integer arithmetic beyond single instructions: checked, total division, total shifts.

use super::{Lower, Result};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use uplift_uop::{Inst, Op};

/// Multiplying by the first and shifting right by 63 plus the second divides 63-bit numbers by `divisor`, which is
/// no power of two (Granlund and Montgomery 1994: 2^(63+l)/d, rounded up, where l is the binary logarithm of d,
/// rounded up).
fn reciprocal(divisor: u64) -> (u64, u32) {
    let log = u64::BITS - divisor.leading_zeros();
    let magic = (1u128 << (63 + log)) / u128::from(divisor) + 1;
    (magic as u64, log)
}

/// Which half of a division, and how it is rounded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Division {
    DivFloor,
    ModFloor,
    DivTrunc,
    RemTrunc,
}

impl Division {
    fn is_quotient(self) -> bool {
        matches!(self, Division::DivFloor | Division::DivTrunc)
    }
    fn is_floor(self) -> bool {
        matches!(self, Division::DivFloor | Division::ModFloor)
    }
}

impl Lower<'_, '_> {
    /// Result of `int_{add,sub,mul}_{checked,overflows}`, wrapping, and whether it overflowed.
    pub(super) fn overflowing(&mut self, inst: &Inst) -> Result<(Value, Value)> {
        let (a, b) = (self.operand(inst, 0)?, self.operand(inst, 1)?);
        let (left, right) = (self.int_const(inst, 0), self.int_const(inst, 1));
        Ok(match (inst.op, left, right) {
            (Op::IntAddChecked | Op::IntAddOverflows, _, Some(step)) => self.step(a, b, step, false),
            (Op::IntAddChecked | Op::IntAddOverflows, Some(step), _) => self.step(b, a, step, false),
            (Op::IntAddChecked | Op::IntAddOverflows, ..) => self.b.ins().sadd_overflow(a, b),
            (Op::IntSubChecked | Op::IntSubOverflows, _, Some(step)) => self.step(a, b, step, true),
            (Op::IntSubChecked | Op::IntSubOverflows, ..) => self.b.ins().ssub_overflow(a, b),
            // A product needs fixed registers on x86-64, a sum does not.
            (_, _, Some(2)) => self.b.ins().sadd_overflow(a, a),
            (_, Some(2), _) => self.b.ins().sadd_overflow(b, b),
            _ => self.b.ins().smul_overflow(a, b),
        })
    }

    /// A constant step: plain addition and one comparison, which Cranelift fuses, folds and hoists.
    fn step(&mut self, a: Value, step: Value, n: i64, subtract: bool) -> (Value, Value) {
        let result = if subtract { self.b.ins().isub(a, step) } else { self.b.ins().iadd(a, step) };
        // Going up, the result is less than `a` only if it overflowed; going down, greater.
        let up = (n > 0) != subtract;
        let wrong = if n == 0 {
            self.b.ins().iconst(types::I8, 0)
        } else if up {
            self.icmp(IntCC::SignedLessThan, result, a)
        } else {
            self.icmp(IntCC::SignedGreaterThan, result, a)
        };
        (result, wrong)
    }

    /// Total division: 0 (remainder `a`) for a zero divisor, wrapping for MIN / -1.
    pub(super) fn divide(&mut self, inst: &Inst, kind: Division) -> Result<Value> {
        let (a, b) = (self.operand(inst, 0)?, self.operand(inst, 1)?);
        match self.int_const(inst, 1) {
            Some(divisor) => Ok(self.divide_by_const(a, divisor, kind)),
            None => Ok(self.divide_by_value(a, b, kind)),
        }
    }

    fn divide_by_const(&mut self, a: Value, divisor: i64, kind: Division) -> Value {
        let zero = self.word(0);
        match (divisor, kind.is_quotient()) {
            (0, true) | (1 | -1, false) => return zero,
            (0, false) | (1, true) => return a,
            (-1, true) => return self.b.ins().ineg(a),
            _ => {}
        }
        if kind.is_floor() && divisor > 0 && divisor & (divisor - 1) == 0 {
            return match kind {
                Division::DivFloor => self.b.ins().sshr_imm_u(a, i64::from(divisor.trailing_zeros())),
                _ => self.b.ins().band_imm_s(a, divisor - 1),
            };
        }
        let floor = kind.is_floor() && divisor > 0;
        let quotient = if floor { self.floor_quotient(a, divisor) } else { self.trunc_quotient(a, divisor) };
        if kind == Division::DivTrunc || floor && kind.is_quotient() {
            return quotient;
        }
        let b = self.word(divisor as u64);
        let product = self.b.ins().imul(quotient, b);
        let remainder = self.b.ins().isub(a, product);
        if kind == Division::RemTrunc || floor {
            return remainder;
        }
        // All ones where the remainder has the wrong sign: one less, one divisor more.
        let positive = self.icmp(IntCC::SignedGreaterThan, remainder, zero);
        let positive = self.b.ins().uextend(types::I64, positive);
        let wrong = self.b.ins().ineg(positive);
        if kind.is_quotient() {
            self.b.ins().iadd(quotient, wrong)
        } else {
            let more = self.b.ins().band(wrong, b);
            self.b.ins().iadd(remainder, more)
        }
    }

    /// Floor of `a / divisor`, for a divisor of at least 3 that is no power of two. With `s` the sign of
    /// `a`, that is `((a ^ s) / divisor) ^ s`, and the dividend has 63 bits, unsigned.
    fn floor_quotient(&mut self, a: Value, divisor: i64) -> Value {
        let (magic, log) = reciprocal(divisor.unsigned_abs());
        let sign = self.b.ins().sshr_imm_u(a, 63);
        let dividend = self.b.ins().bxor(a, sign);
        let magic = self.word(magic);
        let high = self.b.ins().umulhi(dividend, magic);
        let quotient = self.b.ins().ushr_imm_u(high, i64::from(log - 1));
        self.b.ins().bxor(quotient, sign)
    }

    /// `a / divisor` rounded towards zero, for divisors other than 0, 1 and -1.
    fn trunc_quotient(&mut self, a: Value, divisor: i64) -> Value {
        let size = divisor.unsigned_abs();
        let sign = self.b.ins().sshr_imm_u(a, 63);
        if size.is_power_of_two() {
            let log = i64::from(size.trailing_zeros());
            let bias = self.b.ins().ushr_imm_u(sign, 64 - log);
            let biased = self.b.ins().iadd(a, bias);
            let quotient = self.b.ins().sshr_imm_u(biased, log);
            return if divisor < 0 { self.b.ins().ineg(quotient) } else { quotient };
        }
        // The reciprocal has 64 bits: multiply by it minus 2^64, then add 2^64 times `a`.
        let (magic, log) = reciprocal(size);
        let magic = self.word(magic);
        let high = self.b.ins().smulhi(a, magic);
        let sum = self.b.ins().iadd(high, a);
        let floor = self.b.ins().sshr_imm_u(sum, i64::from(log - 1));
        if divisor < 0 { self.b.ins().isub(sign, floor) } else { self.b.ins().isub(floor, sign) }
    }

    /// Divides by 1 instead of 0 and -1, whose results are then put right: 0 and -a for quotients,
    /// a and 0 for remainders.
    fn divide_by_value(&mut self, a: Value, b: Value, kind: Division) -> Value {
        let next = self.b.ins().iadd_imm_s(b, 1);
        let one = self.word(1);
        let special = self.icmp(IntCC::UnsignedLessThanOrEqual, next, one);
        let divisor = self.b.ins().select(special, one, b);
        let quotient = self.b.ins().sdiv(a, divisor);
        if kind == Division::DivTrunc {
            return self.special_quotient(special, a, b, quotient);
        }
        let product = self.b.ins().imul(quotient, divisor);
        let remainder = self.b.ins().isub(a, product);
        if kind == Division::RemTrunc {
            return self.special_remainder(special, a, b, remainder);
        }
        // All ones if the remainder is not zero and its sign differs from the divisor's.
        let signs = self.b.ins().bxor(remainder, divisor);
        let differ = self.b.ins().sshr_imm_u(signs, 63);
        let zero = self.word(0);
        let is_zero = self.icmp(IntCC::Equal, remainder, zero);
        let wrong = self.b.ins().select(is_zero, zero, differ);
        if kind.is_quotient() {
            let floor = self.b.ins().iadd(quotient, wrong);
            self.special_quotient(special, a, b, floor)
        } else {
            let more = self.b.ins().band(wrong, divisor);
            let floor = self.b.ins().iadd(remainder, more);
            self.special_remainder(special, a, b, floor)
        }
    }

    fn special_quotient(&mut self, special: Value, a: Value, b: Value, other: Value) -> Value {
        let both = self.b.ins().band(a, b);
        let instead = self.b.ins().ineg(both);
        self.b.ins().select(special, instead, other)
    }

    fn special_remainder(&mut self, special: Value, a: Value, b: Value, other: Value) -> Value {
        let instead = self.b.ins().band_not(a, b);
        self.b.ins().select(special, instead, other)
    }

    /// Shifts, defined for every count.
    pub(super) fn shift(&mut self, inst: &Inst) -> Result<Value> {
        let (a, count) = (self.operand(inst, 0)?, self.operand(inst, 1)?);
        if let Some(n) = self.int_const(inst, 1) {
            let inside = (0..64).contains(&n);
            return Ok(match inst.op {
                Op::IntShl if inside => self.b.ins().ishl_imm_u(a, n),
                Op::IntUshr if inside => self.b.ins().ushr_imm_u(a, n),
                Op::IntShr => self.b.ins().sshr_imm_u(a, if inside { n } else { 63 }),
                _ => self.word(0),
            });
        }
        let inside = {
            let width = self.word(64);
            self.icmp(IntCC::UnsignedLessThan, count, width)
        };
        if inst.op == Op::IntShr {
            let most = self.word(63);
            let count = self.b.ins().select(inside, count, most);
            return Ok(self.b.ins().sshr(a, count));
        }
        let shifted = match inst.op {
            Op::IntShl => self.b.ins().ishl(a, count),
            _ => self.b.ins().ushr(a, count),
        };
        let zero = self.word(0);
        Ok(self.b.ins().select(inside, shifted, zero))
    }

    /// Whether `a` fits `bits` bits, signed.
    pub(super) fn int_fits(&mut self, a: Value, bits: u32) -> Value {
        match bits {
            0 => self.b.ins().iconst(types::I8, 0),
            64.. => self.b.ins().iconst(types::I8, 1),
            8 | 16 | 32 => {
                let narrow = match bits {
                    8 => types::I8,
                    16 => types::I16,
                    _ => types::I32,
                };
                let low = self.b.ins().ireduce(narrow, a);
                let back = self.b.ins().sextend(types::I64, low);
                self.icmp(IntCC::Equal, back, a)
            }
            _ => {
                let half = self.word(1 << (bits - 1));
                let moved = self.b.ins().iadd(a, half);
                let high = self.b.ins().ushr_imm_u(moved, i64::from(bits));
                let zero = self.word(0);
                self.icmp(IntCC::Equal, high, zero)
            }
        }
    }
}
