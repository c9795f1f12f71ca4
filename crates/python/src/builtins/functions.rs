//! Builtin functions on numbers, characters, and objects in general.

use dashu_base::{Abs, BitTest, UnsignedAbs};
use dashu_int::{IBig, UBig};

use super::args::{self, given};
use super::numbers::{Int, float_value, int_value, truncate_big};
use crate::format::quote;
use crate::objects::{Args, Complex, MethodDef};
use crate::vm::ops::BinOp;
use crate::vm::{PyResult, Vm};
use crate::word::{UNDEF, Word};

static FUNCTIONS: &[MethodDef] = &[
    MethodDef::new("abs", abs, 1, 1),
    MethodDef::new("ascii", ascii, 1, 1),
    MethodDef::new("bin", bin, 1, 1),
    MethodDef::new("callable", callable, 1, 1),
    MethodDef::new("chr", chr, 1, 1),
    MethodDef::new("divmod", divmod, 2, 2),
    MethodDef::new("format", format, 1, 2),
    MethodDef::new("hash", hash, 1, 1),
    MethodDef::new("hex", hex, 1, 1),
    MethodDef::new("id", id, 1, 1),
    MethodDef::new("len", len, 1, 1),
    MethodDef::new("oct", oct, 1, 1),
    MethodDef::new("ord", ord, 1, 1),
    MethodDef::kw("pow", pow, 0, 3),
    MethodDef::new("repr", repr, 1, 1),
    MethodDef::kw("round", round, 0, 2),
];

/// Registers the functions.
pub fn install(vm: &mut Vm) {
    vm.add_functions(vm.builtins, "builtins", FUNCTIONS);
}

fn abs(vm: &mut Vm, a: &Args) -> PyResult {
    let w = a[0];
    if let Some(i) = w.as_int() {
        return Ok(vm.new_int(i.abs()));
    }
    if let Some(f) = w.as_float() {
        return Ok(Word::float(f.abs()));
    }
    if let Some(result) = vm.call_special(w, vm.names.abs, &[])? {
        return Ok(result);
    }
    if let Some(result) = abs_number(vm, w)? {
        return Ok(result);
    }
    Err(args::wrong_type(vm, w, "bad operand type for abs(): '{}'"))
}

/// `abs` of a builtin number.
pub fn abs_number(vm: &mut Vm, w: Word) -> PyResult<Option<Word>> {
    if let Some(i) = int_value(w) {
        return Ok(Some(match i {
            Int::Small(i) => vm.new_int_i128(i128::from(i).abs()),
            Int::Big(b) => vm.new_bigint(b.into_owned().abs()),
        }));
    }
    if let Some(f) = float_value(w) {
        return Ok(Some(Word::float(f.abs())));
    }
    if let Some(c) = w.cast::<Complex>() {
        let size = c.re.hypot(c.im);
        if size.is_infinite() && c.re.is_finite() && c.im.is_finite() {
            return Err(vm.overflow_error("absolute value too large"));
        }
        return Ok(Some(Word::float(size)));
    }
    Ok(None)
}

fn ascii(vm: &mut Vm, a: &Args) -> PyResult {
    let text = vm.repr(a[0])?;
    let text = if text.is_ascii() { text } else { quote::escape_non_ascii(&text) };
    Ok(vm.new_string(text))
}

fn in_base(vm: &mut Vm, w: Word, base: u8, prefix: &str) -> PyResult {
    let big;
    let (negative, digits) = match w.as_index() {
        Some(i) => (i < 0, crate::format::int::small_digits(i, base)),
        None => {
            big = vm.index_big(w)?;
            let magnitude = big.clone().unsigned_abs();
            (big.sign() == dashu_base::Sign::Negative, crate::format::int::magnitude_digits(&magnitude, base))
        }
    };
    let sign = if negative { "-" } else { "" };
    Ok(vm.new_string(format!("{sign}{prefix}{digits}")))
}

fn bin(vm: &mut Vm, a: &Args) -> PyResult {
    in_base(vm, a[0], 2, "0b")
}

fn oct(vm: &mut Vm, a: &Args) -> PyResult {
    in_base(vm, a[0], 8, "0o")
}

fn hex(vm: &mut Vm, a: &Args) -> PyResult {
    in_base(vm, a[0], 16, "0x")
}

fn callable(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(args::is_callable(vm, a[0]).into())
}

fn chr(vm: &mut Vm, a: &Args) -> PyResult {
    let code = args::clamped_index(vm, a[0])?;
    if !(0..0x110000).contains(&code) {
        if i32::try_from(code).is_err() {
            return Err(vm.overflow_error("Python int too large to convert to C int"));
        }
        return Err(vm.value_error("chr() arg not in range(0x110000)"));
    }
    match char::from_u32(code as u32) {
        Some(c) => Ok(vm.new_char(c)),
        None => Err(vm.value_error("chr() of a surrogate is not supported")),
    }
}

fn ord(vm: &mut Vm, a: &Args) -> PyResult {
    let (length, kind) = if let Some(text) = a[0].as_str() {
        let mut chars = text.chars();
        if let (Some(c), None) = (chars.next(), chars.next()) {
            return Ok(Word::int(i64::from(u32::from(c))));
        }
        (text.chars().count(), "a character")
    } else if let Some(bytes) = super::bytes::bytes_of(a[0]) {
        if let [byte] = bytes {
            return Ok(Word::int(i64::from(*byte)));
        }
        (bytes.len(), "a character")
    } else {
        return Err(args::wrong_type(vm, a[0], "ord() expected string of length 1, but {} found"));
    };
    Err(vm.type_error(format!("ord() expected {kind}, but string of length {length} found")))
}

fn divmod(vm: &mut Vm, a: &Args) -> PyResult {
    vm.binary_op(BinOp::DivMod, a[0], a[1])
}

fn format(vm: &mut Vm, a: &Args) -> PyResult {
    let spec = a.or(1, vm.empty_str.word());
    let Some(text) = spec.as_str() else {
        return Err(args::wrong_type(vm, spec, "format() argument 2 must be str, not {}"));
    };
    let text = super::format::format_value(vm, a[0], text)?;
    Ok(vm.new_string(text))
}

fn hash(vm: &mut Vm, a: &Args) -> PyResult {
    let hash = vm.hash(a[0])?;
    Ok(vm.new_int(hash as i64))
}

fn id(vm: &mut Vm, a: &Args) -> PyResult {
    // Objects are named by their address; immediate values by their word, folded to a positive number.
    Ok(vm.new_int((a[0].0 & 0x7fff_ffff_ffff_ffff) as i64))
}

fn len(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(Word::int(vm.len(a[0])? as i64))
}

fn repr(vm: &mut Vm, a: &Args) -> PyResult {
    vm.repr_word(a[0])
}

fn pow(vm: &mut Vm, a: &Args) -> PyResult {
    let [base, exponent, modulus] = args::bind(vm, a, "pow", ["base", "exp", "mod"], 2, 3)?;
    let Some(modulus) = given(modulus) else {
        return vm.binary_op(BinOp::Pow, base, exponent);
    };
    let (Some(b), Some(e), Some(m)) = (int_value(base), int_value(exponent), int_value(modulus)) else {
        if float_value(base).is_some() || float_value(exponent).is_some() || float_value(modulus).is_some() {
            return Err(vm.type_error("pow() 3rd argument not allowed unless all arguments are integers"));
        }
        if let Some(result) = vm.call_special(base, vm.names.pow, &[exponent, modulus])? {
            return Ok(result);
        }
        let names = [vm.type_name(base), vm.type_name(exponent), vm.type_name(modulus)];
        return Err(vm.type_error(format!(
            "unsupported operand type(s) for ** or pow(): '{}', '{}', '{}'",
            names[0], names[1], names[2]
        )));
    };
    pow_mod(vm, &b.to_big(), &e.to_big(), &m.to_big())
}

/// `pow(base, exponent, modulus)` on integers.
pub fn pow_mod(vm: &mut Vm, base: &IBig, exponent: &IBig, modulus: &IBig) -> PyResult {
    let size = modulus.clone().unsigned_abs();
    if size == UBig::ZERO {
        return Err(vm.value_error("pow() 3rd argument cannot be 0"));
    }
    let ring = dashu_int::fast_div::ConstDivisor::new(size.clone());
    let mut element = ring.reduce(base.clone());
    if exponent.sign() == dashu_base::Sign::Negative {
        element = match element.inv() {
            Some(inverse) => inverse,
            None => return Err(vm.value_error("base is not invertible for the given modulus")),
        };
    }
    let mut result = IBig::from(element.pow(&exponent.clone().unsigned_abs()).residue());
    // The result has the modulus' sign.
    if modulus.sign() == dashu_base::Sign::Negative && result != IBig::ZERO {
        result += modulus;
    }
    Ok(vm.new_bigint(result))
}

fn round(vm: &mut Vm, a: &Args) -> PyResult {
    let [number, digits] = args::bind(vm, a, "round", ["number", "ndigits"], 1, 2)?;
    if let Some(f) = number.as_float() {
        return round_float(vm, f, digits);
    }
    if number.as_int().is_some() && given(digits).is_none() {
        return Ok(number);
    }
    let rest: &[Word] = if digits == UNDEF { &[] } else { &[digits] };
    match vm.call_special(number, vm.names.round, rest)? {
        Some(result) => Ok(result),
        None => Err(args::wrong_type(vm, number, "type {} doesn't define __round__ method")),
    }
}

/// `float.__round__`.
pub fn round_float(vm: &mut Vm, f: f64, digits: Word) -> PyResult {
    let Some(digits) = given(digits) else {
        return vm.float_to_int(f.round_ties_even());
    };
    let digits = args::clamped_index(vm, digits)?;
    if !f.is_finite() || f == 0.0 || digits > 323 {
        return Ok(Word::float(f));
    }
    if digits < -308 {
        return Ok(Word::float(0.0f64.copysign(f)));
    }
    let rounded = if digits >= 0 {
        // Exact decimal text, rounded half to even, read back.
        format!("{f:.*}", digits as usize).parse().unwrap_or(f)
    } else {
        let scale = IBig::from(10).pow(-digits as usize);
        let whole = truncate_big(f.abs());
        let sticky = f.fract() != 0.0;
        let (quotient, remainder) = (&whole / &scale, &whole % &scale);
        let twice = remainder * 2;
        let up = twice > scale || twice == scale && (sticky || quotient.bit(0));
        let result = (quotient + IBig::from(u8::from(up))) * scale;
        result.to_f64().value().copysign(f)
    };
    if f64::is_infinite(rounded) {
        return Err(vm.overflow_error("rounded value too large to represent"));
    }
    Ok(Word::float(rounded))
}

/// `int.__round__`.
pub fn round_int(vm: &mut Vm, value: Int, digits: Word) -> PyResult {
    let digits = match given(digits) {
        None => 0,
        Some(w) => args::clamped_index(vm, w)?,
    };
    if digits >= 0 {
        return Ok(value.word(vm));
    }
    let value = value.to_big();
    let magnitude = value.clone().unsigned_abs();
    // More digits than the number has leave zero.
    if (-digits) as usize > magnitude.bit_len() / 3 + 1 {
        return Ok(Word::int(0));
    }
    let scale = UBig::from(10u8).pow(-digits as usize);
    let (quotient, remainder) = (&magnitude / &scale, &magnitude % &scale);
    let twice = remainder * 2u8;
    let up = twice > scale || twice == scale && quotient.bit(0);
    let result = IBig::from((quotient + UBig::from(u8::from(up))) * scale);
    Ok(vm.new_bigint(if value.sign() == dashu_base::Sign::Negative { -result } else { result }))
}
