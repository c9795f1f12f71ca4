//! `float` and `complex`: constructors and methods.

use dashu_int::IBig;

use super::args;
use super::functions::round_float;
use super::numbers::{float_value, int_value};
use crate::format::{complex as complex_text, float as text};
use crate::objects::{Args, Class, Complex, Gc, MethodDef};
use crate::vm::{PyResult, Vm};
use crate::word::{UNDEF, Word};

static METHODS: &[MethodDef] = &[
    MethodDef::new("is_integer", is_integer, 0, 0),
    MethodDef::new("hex", hex, 0, 0),
    MethodDef::new("as_integer_ratio", as_integer_ratio, 0, 0),
    MethodDef::new("conjugate", conjugate, 0, 0),
    MethodDef::new("__round__", dunder_round, 0, 1),
    MethodDef::new("__trunc__", trunc, 0, 0),
    MethodDef::new("__floor__", floor, 0, 0),
    MethodDef::new("__ceil__", ceil, 0, 0),
    MethodDef::new("__format__", dunder_format, 1, 1),
];

static CLASS_METHODS: &[MethodDef] = &[MethodDef::new("fromhex", fromhex, 1, 1)];

static COMPLEX_METHODS: &[MethodDef] = &[
    MethodDef::new("conjugate", complex_conjugate, 0, 0),
    MethodDef::new("__format__", dunder_format, 1, 1),
];

/// Registers methods and constructors.
pub fn install(vm: &mut Vm) {
    let class = vm.types.float;
    vm.add_methods(class, METHODS);
    vm.add_class_methods(class, CLASS_METHODS);
    vm.add_getsets(
        class,
        &[
            ("real", |vm, w| Ok(Word::float(value(vm, w)?)), None),
            ("imag", |_, _| Ok(Word::float(0.0)), None),
        ],
    );
    vm.set_constructor(class, construct, false);
    vm.add_methods(vm.types.complex, COMPLEX_METHODS);
    vm.add_getsets(
        vm.types.complex,
        &[
            ("real", |vm, w| Ok(Word::float(complex(vm, w)?.re)), None),
            ("imag", |vm, w| Ok(Word::float(complex(vm, w)?.im)), None),
        ],
    );
    vm.set_constructor(vm.types.complex, construct_complex, false);
}

fn value(vm: &mut Vm, w: Word) -> PyResult<f64> {
    match float_value(w) {
        Some(value) => Ok(value),
        None => Err(args::wrong_type(vm, w, "descriptor requires a 'float' object but received a '{}'")),
    }
}

fn complex(vm: &mut Vm, w: Word) -> PyResult<Gc<Complex>> {
    match w.cast::<Complex>() {
        Some(value) => Ok(value),
        None => Err(args::wrong_type(vm, w, "descriptor requires a 'complex' object but received a '{}'")),
    }
}

fn construct(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    args::no_keywords(vm, a, "float")?;
    let result = match a.pos() {
        [] => 0.0,
        [w] => convert(vm, *w)?,
        more => {
            let given = more.len();
            return Err(vm.type_error(format!("float expected at most 1 argument, got {given}")));
        }
    };
    if class == vm.types.float {
        Ok(Word::float(result))
    } else {
        super::int::boxed(vm, class, Word::float(result))
    }
}

/// `float(w)`.
pub fn convert(vm: &mut Vm, w: Word) -> PyResult<f64> {
    if let Some(f) = w.as_float() {
        return Ok(f);
    }
    if let Some(i) = w.as_index() {
        return Ok(i as f64);
    }
    let parsed = if let Some(string) = w.as_str() {
        text::parse(string)
    } else if let Some(bytes) = super::bytes::bytes_of(w) {
        std::str::from_utf8(bytes).ok().and_then(text::parse)
    } else {
        let number = int_value(w).is_some()
            || float_value(w).is_some()
            || vm.lookup_special(w, vm.names.float).is_some()
            || vm.lookup_special(w, vm.names.index).is_some();
        if !number {
            return Err(args::wrong_type(
                vm,
                w,
                "float() argument must be a string or a real number, not '{}'",
            ));
        }
        return vm.as_f64(w);
    };
    match parsed {
        Some(f) => Ok(f),
        None => {
            let shown = vm.repr(w)?;
            Err(vm.value_error(format!("could not convert string to float: {shown}")))
        }
    }
}

fn is_integer(vm: &mut Vm, a: &Args) -> PyResult {
    let f = value(vm, a[0])?;
    Ok((f.is_finite() && f == f.trunc()).into())
}

fn hex(vm: &mut Vm, a: &Args) -> PyResult {
    let f = value(vm, a[0])?;
    Ok(vm.new_string(text::to_hex(f)))
}

fn fromhex(vm: &mut Vm, a: &Args) -> PyResult {
    let string = args::text(vm, a[1], "fromhex() argument must be str, not {}")?;
    let f = match text::from_hex(string) {
        Ok(f) => Word::float(f),
        Err(text::HexError::Invalid) => {
            return Err(vm.value_error("invalid hexadecimal floating-point string"));
        }
        Err(text::HexError::Overflow) => {
            return Err(vm.overflow_error("hexadecimal value too large to represent as a float"));
        }
    };
    match a[0].cast::<Class>() {
        Some(class) if class != vm.types.float => vm.call(class.word(), &[f]),
        _ => Ok(f),
    }
}

fn as_integer_ratio(vm: &mut Vm, a: &Args) -> PyResult {
    let f = value(vm, a[0])?;
    if f.is_nan() {
        return Err(vm.value_error("cannot convert NaN to integer ratio"));
    }
    if f.is_infinite() {
        return Err(vm.overflow_error("cannot convert Infinity to integer ratio"));
    }
    let (mantissa, exponent) = libm::frexp(f);
    // 53 bits make the mantissa an integer; then common factors of two go.
    let scaled = (mantissa * 9_007_199_254_740_992.0) as i64;
    let zeros = if scaled == 0 { 0 } else { scaled.trailing_zeros() };
    let exponent = exponent - 53 + zeros as i32;
    let odd = IBig::from(scaled >> zeros);
    let (numerator, denominator) = match exponent {
        _ if scaled == 0 => (IBig::ZERO, IBig::ONE),
        0.. => (odd << exponent as usize, IBig::ONE),
        _ => (odd, IBig::ONE << -exponent as usize),
    };
    let words = [vm.new_bigint(numerator), vm.new_bigint(denominator)];
    Ok(vm.new_tuple(&words))
}

fn conjugate(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(Word::float(value(vm, a[0])?))
}

fn dunder_round(vm: &mut Vm, a: &Args) -> PyResult {
    let f = value(vm, a[0])?;
    round_float(vm, f, a.or(1, UNDEF))
}

fn trunc(vm: &mut Vm, a: &Args) -> PyResult {
    let f = value(vm, a[0])?;
    vm.float_to_int(f)
}

fn floor(vm: &mut Vm, a: &Args) -> PyResult {
    let f = value(vm, a[0])?;
    vm.float_to_int(f.floor())
}

fn ceil(vm: &mut Vm, a: &Args) -> PyResult {
    let f = value(vm, a[0])?;
    vm.float_to_int(f.ceil())
}

fn dunder_format(vm: &mut Vm, a: &Args) -> PyResult {
    let spec = super::format::spec_text(vm, a[1])?;
    let text = super::format::format_default(vm, a[0], spec)?;
    Ok(vm.new_string(text))
}

fn complex_conjugate(vm: &mut Vm, a: &Args) -> PyResult {
    let c = complex(vm, a[0])?;
    Ok(vm.new_complex(c.re, -c.im))
}

fn construct_complex(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    let [real, imag] = args::bind(vm, a, "complex", ["real", "imag"], 0, 2)?;
    let (re, im) = complex_parts(vm, real, imag)?;
    let object = vm.new_complex(re, im);
    if class != vm.types.complex {
        vm.set_class(object, class);
    }
    Ok(object)
}

fn complex_parts(vm: &mut Vm, real: Word, imag: Word) -> PyResult<(f64, f64)> {
    if let Some(string) = real.as_str() {
        if imag != UNDEF {
            return Err(vm.type_error("complex() can't take second arg if first is a string"));
        }
        return match complex_text::parse(string) {
            Some(parts) => Ok(parts),
            None => Err(vm.value_error("complex() arg is a malformed string")),
        };
    }
    if imag.as_str().is_some() {
        return Err(vm.type_error("complex() second arg can't be a string"));
    }
    let (mut re, real_im) = match real {
        UNDEF => (0.0, None),
        real => as_complex(vm, real, "first argument must be a string or a number")?,
    };
    if imag == UNDEF {
        return Ok((re, real_im.unwrap_or(0.0)));
    }
    // Zeros keep their sign unless a complex argument really contributes.
    let (mut im, imag_im) = as_complex(vm, imag, "second argument must be a number")?;
    if let Some(part) = imag_im {
        re -= part;
    }
    if let Some(part) = real_im {
        im += part;
    }
    Ok((re, im))
}

/// A number as its real and, if it is complex, its imaginary part.
fn as_complex(vm: &mut Vm, w: Word, what: &str) -> PyResult<(f64, Option<f64>)> {
    if let Some(c) = w.cast::<Complex>() {
        return Ok((c.re, Some(c.im)));
    }
    if let Some(result) = vm.call_special(w, vm.names.complex, &[])? {
        return match result.cast::<Complex>() {
            Some(c) => Ok((c.re, Some(c.im))),
            None => Err(args::wrong_type(vm, result, "__complex__ returned non-complex (type {})")),
        };
    }
    let number = int_value(w).is_some()
        || float_value(w).is_some()
        || vm.lookup_special(w, vm.names.float).is_some()
        || vm.lookup_special(w, vm.names.index).is_some();
    if !number {
        return Err(args::wrong_type(vm, w, &format!("complex() {what}, not '{{}}'")));
    }
    Ok((vm.as_f64(w)?, None))
}
