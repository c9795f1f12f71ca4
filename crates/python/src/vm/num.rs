//! The numeric tower: int (inline and big), float, complex.

use crate::objects::*;
use crate::vm::ops::BinOp;
use crate::vm::{PyResult, Vm};
use crate::word::{NOTIMPL, Word};
use dashu_base::{BitTest, DivRemEuclid, Sign, Signed};
use dashu_int::{IBig, UBig};

/// The value of an int object (or bool, or instance of an int subclass).
#[derive(Clone, Copy)]
pub enum IntVal {
    /// One of 64 bits.
    Small(i64),
    /// One of more.
    Big(Gc<BigInt>),
}

impl IntVal {
    /// The value, when it fits 64 bits.
    pub fn small(self) -> Option<i64> {
        match self {
            IntVal::Small(i) => Some(i),
            IntVal::Big(_) => None,
        }
    }

    /// The value as a big int.
    pub fn big(self) -> IBig {
        match self {
            IntVal::Small(i) => IBig::from(i),
            IntVal::Big(b) => b.value.clone(),
        }
    }

    /// Whether the value is zero.
    pub fn is_zero(self) -> bool {
        matches!(self, IntVal::Small(0))
    }

    /// Whether the value is below zero.
    pub fn is_negative(self) -> bool {
        match self {
            IntVal::Small(i) => i < 0,
            IntVal::Big(b) => b.value.is_negative(),
        }
    }

    /// The nearest float; infinite when out of range.
    pub fn to_f64(self) -> f64 {
        match self {
            IntVal::Small(i) => i as f64,
            IntVal::Big(b) => big_to_f64(&b.value),
        }
    }
}

/// A number by value.
#[derive(Clone, Copy)]
pub enum Num {
    Int(IntVal),
    Float(f64),
    Complex(f64, f64),
}

/// The nearest float of a big int (ties to even); infinite when out of range.
pub fn big_to_f64(i: &IBig) -> f64 {
    ratio_to_f64(i, &IBig::ONE)
}

/// The float nearest to `a / b` (ties to even); infinite when out of range. `b` is not zero.
pub fn ratio_to_f64(a: &IBig, b: &IBig) -> f64 {
    let negative = a.is_negative() != b.is_negative();
    let (a, b) = (a.clone().into_parts().1, b.clone().into_parts().1);
    if a.is_zero() {
        return if negative { -0.0 } else { 0.0 };
    }
    // Scale so that the quotient has at least 66 bits; a remainder becomes a sticky bit.
    let shift = 66 - (a.bit_len() as i64 - b.bit_len() as i64);
    let (n, d) = if shift >= 0 { (a << shift as usize, b) } else { (a, b << (-shift) as usize) };
    let (q, r) = dashu_base::DivRem::div_rem(&n, &d);
    let x = scale_bits(q, !r.is_zero(), -shift);
    if negative { -x } else { x }
}

/// `q * 2^exp` rounded to nearest even, where a set `sticky` means a bit more than `q`.
fn scale_bits(q: UBig, sticky: bool, exp: i64) -> f64 {
    let bits = q.bit_len() as i64;
    let top = bits + exp;
    if top > 1024 {
        return f64::INFINITY;
    }
    // Bits of precision left at this magnitude (fewer for subnormals).
    let keep = 53.min(top + 1074);
    if keep < 0 {
        return 0.0;
    }
    let drop = bits - keep;
    if drop <= 0 {
        let m = u64::try_from(&q).unwrap_or(u64::MAX);
        return libm::ldexp(m as f64, exp as i32);
    }
    let m = u64::try_from(&(&q >> drop as usize)).unwrap_or(u64::MAX);
    let half = q.bit(drop as usize - 1);
    let rest = sticky || q.trailing_zeros().is_some_and(|z| (z as i64) < drop - 1);
    let m = m + u64::from(half && (rest || m & 1 == 1));
    libm::ldexp(m as f64, (exp + drop) as i32)
}

/// A float's integer part as a big int; the float is finite.
pub fn f64_to_big(f: f64) -> IBig {
    let bits = f.to_bits();
    let exp = (bits >> 52 & 0x7FF) as i64 - 1075;
    let mantissa = bits & ((1 << 52) - 1) | 1 << 52;
    let m = if exp >= 0 {
        UBig::from(mantissa) << exp as usize
    } else if exp > -64 {
        UBig::from(mantissa >> -exp)
    } else {
        UBig::ZERO
    };
    IBig::from_parts(if f < 0.0 { Sign::Negative } else { Sign::Positive }, m)
}

/// `a // b` of floats.
pub fn float_floordiv(a: f64, b: f64) -> f64 {
    float_divmod(a, b).0
}

/// `a % b` of floats.
#[inline]
pub fn float_mod(a: f64, b: f64) -> f64 {
    let r = a % b;
    if r != 0.0 { if (b < 0.0) != (r < 0.0) { r + b } else { r } } else { 0.0f64.copysign(b) }
}

/// `divmod(a, b)` of floats; `b` is not zero.
pub fn float_divmod(a: f64, b: f64) -> (f64, f64) {
    let mut m = a % b;
    let mut div = (a - m) / b;
    if m != 0.0 {
        if (b < 0.0) != (m < 0.0) {
            m += b;
            div -= 1.0;
        }
    } else {
        m = 0.0f64.copysign(b);
    }
    let floor = if div != 0.0 {
        let f = div.floor();
        if div - f > 0.5 { f + 1.0 } else { f }
    } else {
        0.0f64.copysign(a / b)
    };
    (floor, m)
}

/// Python's floor division of 64-bit ints; `b` is not zero.
#[inline(always)]
pub fn int_floordiv(a: i64, b: i64) -> i128 {
    let (a, b) = (a as i128, b as i128);
    let q = a / b;
    if a % b != 0 && (a < 0) != (b < 0) { q - 1 } else { q }
}

/// Python's modulo of 64-bit ints; `b` is not zero.
#[inline(always)]
pub fn int_mod(a: i64, b: i64) -> i64 {
    let r = a.wrapping_rem(b);
    if r != 0 && (r < 0) != (b < 0) { r + b } else { r }
}

/// Floor division and modulo of big ints; `b` is not zero.
pub fn big_divmod(a: &IBig, b: &IBig) -> (IBig, IBig) {
    let (q, r) = a.clone().div_rem_euclid(b);
    let r = IBig::from(r);
    // Euclid's remainder is not negative; Python's has the divisor's sign.
    if b.is_negative() && r != IBig::ZERO { (q - IBig::ONE, r + b) } else { (q, r) }
}

/// An operator on ints without copying the big ones.
macro_rules! with_operands {
    ($x:expr, $y:expr, $op:tt) => {
        match ($x, $y) {
            (IntVal::Big(a), IntVal::Big(b)) => &a.value $op &b.value,
            (IntVal::Big(a), IntVal::Small(b)) => &a.value $op b,
            (IntVal::Small(a), IntVal::Big(b)) => a $op &b.value,
            (IntVal::Small(a), IntVal::Small(b)) => IBig::from(a) $op b,
        }
    };
}

impl Vm {
    /// The value of an int (or bool, or int subclass instance).
    #[inline]
    pub fn int_of(&self, w: Word) -> Option<IntVal> {
        if let Some(i) = w.as_index() {
            return Some(IntVal::Small(i));
        }
        match w.tag() {
            TypeTag::WideInt => w.cast::<WideInt>().map(|i| IntVal::Small(i.value)),
            TypeTag::BigInt => w.cast::<BigInt>().map(IntVal::Big),
            TypeTag::Boxed => w.cast::<Boxed>().and_then(|b| self.int_of(b.value)),
            _ => None,
        }
    }

    /// The value of a number (subclass instances included).
    pub fn num_of(&self, w: Word) -> Option<Num> {
        if let Some(f) = w.as_float() {
            return Some(Num::Float(f));
        }
        match w.tag() {
            TypeTag::Complex => w.cast::<Complex>().map(|c| Num::Complex(c.re, c.im)),
            TypeTag::Boxed => w.cast::<Boxed>().and_then(|b| self.num_of(b.value)),
            _ => self.int_of(w).map(Num::Int),
        }
    }

    /// The plain value of a subclass instance of int or float; other words unchanged.
    pub fn unboxed(&self, w: Word) -> Word {
        w.cast::<Boxed>().map_or(w, |b| b.value)
    }

    /// The float of an int, or OverflowError.
    pub fn int_to_f64(&mut self, i: IntVal) -> PyResult<f64> {
        let f = i.to_f64();
        if f.is_infinite() {
            return Err(self.overflow_error("int too large to convert to float"));
        }
        Ok(f)
    }

    /// A binary operator on numbers; `NotImplemented` when one is not a number.
    pub(crate) fn num_binary(&mut self, op: BinOp, a: Word, b: Word) -> PyResult {
        let (Some(x), Some(y)) = (self.num_of(a), self.num_of(b)) else { return Ok(NOTIMPL) };
        match (x, y) {
            (Num::Int(x), Num::Int(y)) => {
                if matches!(op, BinOp::And | BinOp::Or | BinOp::Xor)
                    && let (Some(p), Some(q)) = (self.unboxed(a).as_bool(), self.unboxed(b).as_bool())
                {
                    return Ok(Word::bool(match op {
                        BinOp::And => p && q,
                        BinOp::Or => p || q,
                        _ => p != q,
                    }));
                }
                self.int_binary(op, x, y)
            }
            (Num::Complex(..), _) | (_, Num::Complex(..)) => {
                let (x, y) = (self.num_as_complex(x)?, self.num_as_complex(y)?);
                self.complex_binary(op, x, y)
            }
            (x, y) => {
                if matches!(
                    op,
                    BinOp::LShift | BinOp::RShift | BinOp::And | BinOp::Or | BinOp::Xor | BinOp::MatMul
                ) {
                    return Ok(NOTIMPL);
                }
                let (x, y) = (self.num_as_float(x)?, self.num_as_float(y)?);
                self.float_binary(op, x, y)
            }
        }
    }

    fn num_as_float(&mut self, n: Num) -> PyResult<f64> {
        match n {
            Num::Int(i) => self.int_to_f64(i),
            Num::Float(f) | Num::Complex(f, _) => Ok(f),
        }
    }

    fn num_as_complex(&mut self, n: Num) -> PyResult<(f64, f64)> {
        match n {
            Num::Complex(re, im) => Ok((re, im)),
            n => Ok((self.num_as_float(n)?, 0.0)),
        }
    }

    /// A binary operator on ints.
    pub(crate) fn int_binary(&mut self, op: BinOp, x: IntVal, y: IntVal) -> PyResult {
        if let (IntVal::Small(a), IntVal::Small(b)) = (x, y)
            && let Some(r) = self.small_binary(op, a, b)
        {
            return r;
        }
        self.big_binary(op, x, y)
    }

    /// A binary operator on small ints; `None` when it needs big ints.
    #[inline]
    fn small_binary(&mut self, op: BinOp, a: i64, b: i64) -> Option<PyResult> {
        let value = match op {
            BinOp::Add => a as i128 + b as i128,
            BinOp::Sub => a as i128 - b as i128,
            BinOp::Mul => a as i128 * b as i128,
            BinOp::And => (a & b) as i128,
            BinOp::Or => (a | b) as i128,
            BinOp::Xor => (a ^ b) as i128,
            BinOp::FloorDiv if b != 0 => int_floordiv(a, b),
            BinOp::Mod if b != 0 => int_mod(a, b) as i128,
            BinOp::RShift if b >= 0 => (a >> b.min(63)) as i128,
            BinOp::LShift if (0..63).contains(&b) => (a as i128) << b,
            BinOp::TrueDiv if b != 0 && a.unsigned_abs() < 1 << 53 && b.unsigned_abs() < 1 << 53 => {
                return Some(Ok(Word::float(a as f64 / b as f64)));
            }
            BinOp::DivMod if b != 0 => {
                let (q, r) = (self.new_int_i128(int_floordiv(a, b)), self.new_int(int_mod(a, b)));
                return Some(Ok(self.new_tuple(&[q, r])));
            }
            _ => return None,
        };
        Some(Ok(self.new_int_i128(value)))
    }

    fn big_binary(&mut self, op: BinOp, x: IntVal, y: IntVal) -> PyResult {
        let zero = y.is_zero();
        let value = match op {
            BinOp::Add => with_operands!(x, y, +),
            BinOp::Sub => with_operands!(x, y, -),
            BinOp::Mul => with_operands!(x, y, *),
            BinOp::And => x.big() & y.big(),
            BinOp::Or => x.big() | y.big(),
            BinOp::Xor => x.big() ^ y.big(),
            BinOp::FloorDiv | BinOp::Mod | BinOp::DivMod if zero => {
                let text = if op == BinOp::Mod {
                    "integer modulo by zero"
                } else {
                    "integer division or modulo by zero"
                };
                return Err(self.zero_division(text));
            }
            BinOp::FloorDiv => big_divmod(&x.big(), &y.big()).0,
            BinOp::Mod => big_divmod(&x.big(), &y.big()).1,
            BinOp::DivMod => {
                let (q, r) = big_divmod(&x.big(), &y.big());
                let (q, r) = (self.new_bigint(q), self.new_bigint(r));
                return Ok(self.new_tuple(&[q, r]));
            }
            BinOp::TrueDiv if zero => return Err(self.zero_division("division by zero")),
            BinOp::TrueDiv => {
                let f = ratio_to_f64(&x.big(), &y.big());
                if f.is_infinite() {
                    return Err(self.overflow_error("integer division result too large for a float"));
                }
                return Ok(Word::float(f));
            }
            BinOp::Pow => return self.int_pow(x, y),
            BinOp::LShift | BinOp::RShift => return self.int_shift(op, x, y),
            BinOp::MatMul => return Ok(NOTIMPL),
        };
        Ok(self.new_bigint(value))
    }

    fn int_shift(&mut self, op: BinOp, x: IntVal, y: IntVal) -> PyResult {
        if y.is_negative() {
            return Err(self.value_error("negative shift count"));
        }
        if op == BinOp::RShift {
            let Some(n) = y.small() else { return Ok(Word::int(if x.is_negative() { -1 } else { 0 })) };
            let value = x.big() >> n as usize;
            return Ok(self.new_bigint(value));
        }
        if x.is_zero() {
            return Ok(Word::int(0));
        }
        match y.small() {
            Some(n) if n < 1 << 36 => {
                self.room(n as usize / 4)?;
                let value = x.big() << n as usize;
                Ok(self.new_bigint(value))
            }
            Some(_) => Err(self.memory_error()),
            None => Err(self.overflow_error("too many digits in integer")),
        }
    }

    fn int_pow(&mut self, x: IntVal, y: IntVal) -> PyResult {
        if y.is_negative() {
            if x.is_zero() {
                return Err(self.zero_division("0.0 cannot be raised to a negative power"));
            }
            let (a, b) = (self.int_to_f64(x)?, self.int_to_f64(y)?);
            return Ok(Word::float(a.powf(b)));
        }
        match x {
            IntVal::Small(0 | 1) if !y.is_zero() => return Ok(Word::int(x.small().unwrap_or(0))),
            IntVal::Small(-1) => {
                let odd = match y {
                    IntVal::Small(i) => i & 1 != 0,
                    IntVal::Big(b) => b.value.bit(0),
                };
                return Ok(Word::int(if odd { -1 } else { 1 }));
            }
            _ => {}
        }
        let exp = match y.small() {
            Some(e) if e < 1 << 32 => e as u64,
            _ => return Err(self.memory_error()),
        };
        let base = x.big();
        let bits = base.bit_len() as u64 * exp;
        if bits > 1 << 36 {
            return Err(self.memory_error());
        }
        self.room(bits as usize / 4)?;
        if let IntVal::Small(b) = x
            && let Some(v) = (exp < 64).then(|| b.checked_pow(exp as u32)).flatten()
        {
            return Ok(self.new_int(v));
        }
        let value = base.pow(exp as usize);
        Ok(self.new_bigint(value))
    }

    /// A binary operator on floats.
    pub(crate) fn float_binary(&mut self, op: BinOp, a: f64, b: f64) -> PyResult {
        let value = match op {
            BinOp::Add => a + b,
            BinOp::Sub => a - b,
            BinOp::Mul => a * b,
            BinOp::TrueDiv if b == 0.0 => return Err(self.zero_division("float division by zero")),
            BinOp::TrueDiv => a / b,
            BinOp::FloorDiv if b == 0.0 => return Err(self.zero_division("float floor division by zero")),
            BinOp::DivMod if b == 0.0 => return Err(self.zero_division("float divmod()")),
            BinOp::Mod if b == 0.0 => return Err(self.zero_division("float modulo")),
            BinOp::FloorDiv => float_floordiv(a, b),
            BinOp::Mod => float_mod(a, b),
            BinOp::DivMod => {
                let (q, r) = float_divmod(a, b);
                return Ok(self.new_tuple(&[Word::float(q), Word::float(r)]));
            }
            BinOp::Pow => return self.float_pow(a, b),
            _ => return Ok(NOTIMPL),
        };
        Ok(Word::float(value))
    }

    /// `a ** b` of floats.
    pub fn float_pow(&mut self, a: f64, b: f64) -> PyResult {
        if b == 0.0 || a == 1.0 {
            return Ok(Word::float(1.0));
        }
        if a == 0.0 && b < 0.0 {
            return Err(self.zero_division("0.0 cannot be raised to a negative power"));
        }
        if a < 0.0 && a.is_finite() && b.is_finite() && b != b.floor() {
            return self.complex_binary(BinOp::Pow, (a, 0.0), (b, 0.0));
        }
        let r = a.powf(b);
        if r.is_infinite() && a.is_finite() && b.is_finite() {
            let class = self.exc(crate::vm::Exc::OverflowError);
            let text = self.new_str("Numerical result out of range");
            let e = self.new_exception(class, &[Word::int(34), text]);
            return Err(self.raise_object(e));
        }
        Ok(Word::float(r))
    }

    fn complex_binary(&mut self, op: BinOp, (a, b): (f64, f64), (c, d): (f64, f64)) -> PyResult {
        let (re, im) = match op {
            BinOp::Add => (a + c, b + d),
            BinOp::Sub => (a - c, b - d),
            BinOp::Mul => (a * c - b * d, a * d + b * c),
            BinOp::TrueDiv if c == 0.0 && d == 0.0 => {
                return Err(self.zero_division("complex division by zero"));
            }
            BinOp::TrueDiv => complex_div((a, b), (c, d)),
            BinOp::Pow => return self.complex_pow((a, b), (c, d)),
            BinOp::FloorDiv | BinOp::Mod | BinOp::DivMod => return Ok(NOTIMPL),
            _ => return Ok(NOTIMPL),
        };
        Ok(self.new_complex(re, im))
    }

    fn complex_pow(&mut self, (a, b): (f64, f64), (c, d): (f64, f64)) -> PyResult {
        if c == 0.0 && d == 0.0 {
            return Ok(self.new_complex(1.0, 0.0));
        }
        if a == 0.0 && b == 0.0 {
            if c < 0.0 || d != 0.0 {
                return Err(self.zero_division("0.0 to a negative or complex power"));
            }
            return Ok(self.new_complex(0.0, 0.0));
        }
        if d == 0.0 && c == c.floor() && c.abs() <= 100.0 {
            let (re, im) = complex_powi((a, b), c as i64);
            return Ok(self.new_complex(re, im));
        }
        let vabs = a.hypot(b);
        let at = b.atan2(a);
        let mut len = vabs.powf(c);
        let mut phase = at * c;
        if d != 0.0 {
            len /= (at * d).exp();
            phase += d * vabs.ln();
        }
        Ok(self.new_complex(len * phase.cos(), len * phase.sin()))
    }
}

fn complex_powi(x: (f64, f64), n: i64) -> (f64, f64) {
    let mul = |(a, b): (f64, f64), (c, d): (f64, f64)| (a * c - b * d, a * d + b * c);
    if n < 0 {
        return complex_div((1.0, 0.0), complex_powi(x, -n));
    }
    let (mut r, mut p, mut mask) = ((1.0, 0.0), x, 1);
    while mask > 0 && n >= mask {
        if n & mask != 0 {
            r = mul(r, p);
        }
        mask <<= 1;
        p = mul(p, p);
    }
    r
}

/// Division scaled by the larger part of the divisor.
fn complex_div((a, b): (f64, f64), (c, d): (f64, f64)) -> (f64, f64) {
    if c.abs() >= d.abs() {
        let ratio = d / c;
        let denom = c + d * ratio;
        ((a + b * ratio) / denom, (b - a * ratio) / denom)
    } else if d.abs() >= c.abs() {
        let ratio = c / d;
        let denom = c * ratio + d;
        ((a * ratio + b) / denom, (b * ratio - a) / denom)
    } else {
        (f64::NAN, f64::NAN)
    }
}
