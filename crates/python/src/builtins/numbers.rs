//! A view of Python ints as machine or big integers, shared by the natives that compute with them.

use std::borrow::Cow;

use dashu_int::IBig;

use crate::objects::{BigInt, Boxed, TypeTag, WideInt};
use crate::vm::Vm;
use crate::word::Word;

/// The value of an int (bools and int subclasses included).
#[derive(Clone)]
pub enum Int {
    Small(i64),
    Big(Cow<'static, IBig>),
}

/// The integer value of a word, if it is an int.
#[inline]
pub fn int_value(w: Word) -> Option<Int> {
    if let Some(i) = w.as_index() {
        return Some(Int::Small(i));
    }
    match w.tag() {
        TypeTag::WideInt => Some(Int::Big(Cow::Owned(IBig::from(w.cast::<WideInt>()?.value)))),
        TypeTag::BigInt => {
            let object = w.cast::<BigInt>()?;
            // SAFETY: objects outlive the native code that looks at them (see `objects`), and ints are immutable.
            Some(Int::Big(Cow::Borrowed(unsafe { &(*object.as_ptr()).value })))
        }
        TypeTag::Boxed => int_value(w.cast::<Boxed>()?.value),
        _ => None,
    }
}

/// The value of a float (subclasses included).
#[inline]
pub fn float_value(w: Word) -> Option<f64> {
    if let Some(f) = w.as_float() {
        return Some(f);
    }
    if w.tag() == TypeTag::Boxed { w.cast::<Boxed>()?.value.as_float() } else { None }
}

impl Int {
    /// The value as a big integer.
    pub fn to_big(&self) -> IBig {
        match self {
            Int::Small(i) => IBig::from(*i),
            Int::Big(b) => b.clone().into_owned(),
        }
    }

    /// Whether the value is below zero.
    pub fn is_negative(&self) -> bool {
        match self {
            Int::Small(i) => *i < 0,
            Int::Big(b) => b.sign() == dashu_base::Sign::Negative,
        }
    }

    /// The value, if it fits.
    pub fn small(&self) -> Option<i64> {
        match self {
            Int::Small(i) => Some(*i),
            Int::Big(b) => i64::try_from(&**b).ok(),
        }
    }

    /// The int object.
    pub fn word(self, vm: &mut Vm) -> Word {
        match self {
            Int::Small(i) => vm.new_int(i),
            Int::Big(b) => vm.new_bigint(b.into_owned()),
        }
    }
}

/// The exact integer part of a finite float.
pub fn truncate_big(f: f64) -> IBig {
    let bits = f.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as i32 - 1075;
    let mantissa = if exponent == -1075 { 0 } else { bits & ((1 << 52) - 1) | 1 << 52 };
    let magnitude = if exponent >= 0 {
        IBig::from(mantissa) << exponent as usize
    } else {
        IBig::from(mantissa.checked_shr(-exponent as u32).unwrap_or(0))
    };
    if f.is_sign_negative() { -magnitude } else { magnitude }
}

impl Vm {
    /// The int of a float's integer part; infinities and NaN raise.
    #[inline]
    pub fn float_to_int(&mut self, f: f64) -> crate::vm::PyResult {
        if f.abs() < 9.0e18 {
            return Ok(self.new_int(f as i64));
        }
        if f.is_nan() {
            return Err(self.value_error("cannot convert float NaN to integer"));
        }
        if f.is_infinite() {
            return Err(self.overflow_error("cannot convert float infinity to integer"));
        }
        let big = truncate_big(f);
        Ok(self.new_bigint(big))
    }

    /// Raises the exception a formatting failure stands for.
    #[cold]
    pub fn format_error(&mut self, e: crate::format::FormatError) -> crate::vm::Raised {
        use crate::format::ErrorKind;
        let kind = match e.kind {
            ErrorKind::Value => crate::vm::Exc::ValueError,
            ErrorKind::Type => crate::vm::Exc::TypeError,
            ErrorKind::Overflow => crate::vm::Exc::OverflowError,
            ErrorKind::Key => crate::vm::Exc::KeyError,
            ErrorKind::Index => crate::vm::Exc::IndexError,
        };
        self.raise(kind, e.message)
    }
}
