//! `math`.

use dashu_base::{Gcd, Sign, UnsignedAbs};
use dashu_int::{IBig, UBig};
use pymath::math as m;

use super::int_math;
use crate::builtins::args::{self, given};
use crate::builtins::numbers::{Int, float_value, int_value};
use crate::objects::function::ANY;
use crate::objects::{Args, Gc, MethodDef, Module};
use crate::vm::ops::BinOp;
use crate::vm::{PyResult, Raised, Vm};
use crate::word::{UNDEF, Word};

/// Defines natives of one float argument: name and function; a NaN or infinity made from other values is an error.
macro_rules! unary {
    ($($name:ident = $function:expr;)*) => {
        $(fn $name(vm: &mut Vm, a: &Args) -> PyResult {
            let x = number(vm, a[0])?;
            let function: fn(f64) -> f64 = $function;
            let y = function(x);
            if y.is_finite() { Ok(Word::float(y)) } else { check(vm, x, y) }
        })*
    };
}

unary! {
    acos = f64::acos;
    acosh = |x| m::acosh(x).unwrap_or(f64::NAN);
    asin = f64::asin;
    asinh = |x| m::asinh(x).unwrap_or(f64::NAN);
    atan = f64::atan;
    cbrt = f64::cbrt;
    cos = f64::cos;
    cosh = f64::cosh;
    degrees = |x| x * (180.0 / std::f64::consts::PI);
    erf = |x| m::erf(x).unwrap_or(f64::NAN);
    erfc = |x| m::erfc(x).unwrap_or(f64::NAN);
    exp = f64::exp;
    exp2 = f64::exp2;
    expm1 = f64::exp_m1;
    fabs = f64::abs;
    radians = |x| x * (std::f64::consts::PI / 180.0);
    sin = f64::sin;
    sinh = f64::sinh;
    sqrt = f64::sqrt;
    tan = f64::tan;
    tanh = f64::tanh;
}

/// Gives functions written with `pymath`'s own error reports the same shape.
macro_rules! reporting {
    ($($name:ident = $function:expr;)*) => {
        $(fn $name(vm: &mut Vm, a: &Args) -> PyResult {
            let x = number(vm, a[0])?;
            result(vm, $function(x))
        })*
    };
}

reporting! {
    atanh = m::atanh;
    gamma = m::gamma;
    lgamma = m::lgamma;
    log1p = m::log1p;
}

static FUNCTIONS: &[MethodDef] = &[
    MethodDef::new("acos", acos, 1, 1),
    MethodDef::new("acosh", acosh, 1, 1),
    MethodDef::new("asin", asin, 1, 1),
    MethodDef::new("asinh", asinh, 1, 1),
    MethodDef::new("atan", atan, 1, 1),
    MethodDef::new("atan2", atan2, 2, 2),
    MethodDef::new("atanh", atanh, 1, 1),
    MethodDef::new("cbrt", cbrt, 1, 1),
    MethodDef::new("ceil", ceil, 1, 1),
    MethodDef::new("comb", comb, 2, 2),
    MethodDef::new("copysign", copysign, 2, 2),
    MethodDef::new("cos", cos, 1, 1),
    MethodDef::new("cosh", cosh, 1, 1),
    MethodDef::new("degrees", degrees, 1, 1),
    MethodDef::new("dist", dist, 2, 2),
    MethodDef::new("erf", erf, 1, 1),
    MethodDef::new("erfc", erfc, 1, 1),
    MethodDef::new("exp", exp, 1, 1),
    MethodDef::new("exp2", exp2, 1, 1),
    MethodDef::new("expm1", expm1, 1, 1),
    MethodDef::new("fabs", fabs, 1, 1),
    MethodDef::new("factorial", factorial, 1, 1),
    MethodDef::new("floor", floor, 1, 1),
    MethodDef::new("fmod", fmod, 2, 2),
    MethodDef::new("frexp", frexp, 1, 1),
    MethodDef::new("fsum", fsum, 1, 1),
    MethodDef::new("gamma", gamma, 1, 1),
    MethodDef::new("gcd", gcd, 0, ANY),
    MethodDef::new("hypot", hypot, 0, ANY),
    MethodDef::kw("isclose", isclose, 2, 2),
    MethodDef::new("isfinite", isfinite, 1, 1),
    MethodDef::new("isinf", isinf, 1, 1),
    MethodDef::new("isnan", isnan, 1, 1),
    MethodDef::new("isqrt", isqrt, 1, 1),
    MethodDef::new("lcm", lcm, 0, ANY),
    MethodDef::new("ldexp", ldexp, 2, 2),
    MethodDef::new("lgamma", lgamma, 1, 1),
    MethodDef::new("log", log, 1, 2),
    MethodDef::new("log10", log10, 1, 1),
    MethodDef::new("log1p", log1p, 1, 1),
    MethodDef::new("log2", log2, 1, 1),
    MethodDef::new("modf", modf, 1, 1),
    MethodDef::new("nextafter", nextafter, 2, 2),
    MethodDef::new("perm", perm, 1, 2),
    MethodDef::new("pow", pow, 2, 2),
    MethodDef::kw("prod", prod, 1, 1),
    MethodDef::new("radians", radians, 1, 1),
    MethodDef::new("remainder", remainder, 2, 2),
    MethodDef::new("sin", sin, 1, 1),
    MethodDef::new("sinh", sinh, 1, 1),
    MethodDef::new("sqrt", sqrt, 1, 1),
    MethodDef::new("tan", tan, 1, 1),
    MethodDef::new("tanh", tanh, 1, 1),
    MethodDef::new("trunc", trunc, 1, 1),
    MethodDef::new("ulp", ulp, 1, 1),
];

/// Fills the module.
pub fn build(vm: &mut Vm, module: Gc<Module>) -> PyResult<()> {
    vm.add_functions(module.namespace, "math", FUNCTIONS);
    for (name, value) in [
        ("pi", std::f64::consts::PI),
        ("e", std::f64::consts::E),
        ("tau", std::f64::consts::TAU),
        ("inf", f64::INFINITY),
        ("nan", f64::NAN),
    ] {
        vm.set_global(module.namespace, name, Word::float(value));
    }
    Ok(())
}

/// The argument as a float.
#[inline]
fn number(vm: &mut Vm, w: Word) -> PyResult<f64> {
    if let Some(f) = w.as_float() {
        return Ok(f);
    }
    if let Some(i) = w.as_int() {
        return Ok(i as f64);
    }
    if w.as_index().is_none()
        && int_value(w).is_none()
        && float_value(w).is_none()
        && vm.lookup_special(w, vm.names.float).is_none()
        && vm.lookup_special(w, vm.names.index).is_none()
    {
        return Err(args::wrong_type(vm, w, "must be real number, not {}"));
    }
    vm.as_f64(w)
}

#[cold]
fn domain_error(vm: &mut Vm) -> Raised {
    vm.value_error("math domain error")
}

#[cold]
fn range_error(vm: &mut Vm) -> Raised {
    vm.overflow_error("math range error")
}

/// A result that is not finite: an error unless the argument was already such.
#[cold]
fn check(vm: &mut Vm, x: f64, y: f64) -> PyResult {
    if y.is_nan() && !x.is_nan() {
        return Err(domain_error(vm));
    }
    if y.is_infinite() && x.is_finite() {
        return Err(range_error(vm));
    }
    Ok(Word::float(y))
}

fn result(vm: &mut Vm, value: pymath::Result<f64>) -> PyResult {
    match value {
        Ok(y) => Ok(Word::float(y)),
        Err(pymath::Error::EDOM) => Err(domain_error(vm)),
        Err(pymath::Error::ERANGE) => Err(range_error(vm)),
    }
}

fn two(vm: &mut Vm, a: &Args, function: fn(f64, f64) -> pymath::Result<f64>) -> PyResult {
    let (x, y) = (number(vm, a[0])?, number(vm, a[1])?);
    result(vm, function(x, y))
}

fn atan2(vm: &mut Vm, a: &Args) -> PyResult {
    let (y, x) = (number(vm, a[0])?, number(vm, a[1])?);
    Ok(Word::float(y.atan2(x)))
}

fn copysign(vm: &mut Vm, a: &Args) -> PyResult {
    let (x, y) = (number(vm, a[0])?, number(vm, a[1])?);
    Ok(Word::float(x.copysign(y)))
}

fn fmod(vm: &mut Vm, a: &Args) -> PyResult {
    two(vm, a, m::fmod)
}

fn pow(vm: &mut Vm, a: &Args) -> PyResult {
    two(vm, a, m::pow)
}

fn remainder(vm: &mut Vm, a: &Args) -> PyResult {
    two(vm, a, m::remainder)
}

fn nextafter(vm: &mut Vm, a: &Args) -> PyResult {
    let (x, y) = (number(vm, a[0])?, number(vm, a[1])?);
    Ok(Word::float(m::nextafter(x, y, None)))
}

fn ulp(vm: &mut Vm, a: &Args) -> PyResult {
    let x = number(vm, a[0])?;
    Ok(Word::float(m::ulp(x)))
}

/// `floor`, `ceil`, `trunc`: floats directly, other objects by their special method.
fn to_integer(vm: &mut Vm, w: Word, special: crate::objects::Name, round: fn(f64) -> f64) -> PyResult {
    if let Some(f) = w.as_float() {
        return vm.float_to_int(round(f));
    }
    if w.is_int() {
        return Ok(w);
    }
    if let Some(result) = vm.call_special(w, special, &[])? {
        return Ok(result);
    }
    if special == vm.names.trunc {
        return Err(args::wrong_type(vm, w, "type {} doesn't define __trunc__ method"));
    }
    let f = number(vm, w)?;
    vm.float_to_int(round(f))
}

fn floor(vm: &mut Vm, a: &Args) -> PyResult {
    to_integer(vm, a[0], vm.names.floor, f64::floor)
}

fn ceil(vm: &mut Vm, a: &Args) -> PyResult {
    to_integer(vm, a[0], vm.names.ceil, f64::ceil)
}

fn trunc(vm: &mut Vm, a: &Args) -> PyResult {
    to_integer(vm, a[0], vm.names.trunc, f64::trunc)
}

fn isfinite(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(number(vm, a[0])?.is_finite().into())
}

fn isinf(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(number(vm, a[0])?.is_infinite().into())
}

fn isnan(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(number(vm, a[0])?.is_nan().into())
}

fn isclose(vm: &mut Vm, a: &Args) -> PyResult {
    let [rel, abs] = args::bind(vm, &a.skip(2), "isclose", ["rel_tol", "abs_tol"], 0, 0)?;
    let (x, y) = (number(vm, a[0])?, number(vm, a[1])?);
    let rel = if rel == UNDEF { 1e-9 } else { number(vm, rel)? };
    let abs = if abs == UNDEF { 0.0 } else { number(vm, abs)? };
    if rel < 0.0 || abs < 0.0 {
        return Err(vm.value_error("tolerances must be non-negative"));
    }
    let difference = (x - y).abs();
    let close = x == y
        || !x.is_infinite()
            && !y.is_infinite()
            && (difference <= (rel * y).abs() || difference <= (rel * x).abs() || difference <= abs);
    Ok(close.into())
}

fn frexp(vm: &mut Vm, a: &Args) -> PyResult {
    let (mantissa, exponent) = m::frexp(number(vm, a[0])?);
    Ok(vm.new_tuple(&[Word::float(mantissa), Word::int(i64::from(exponent))]))
}

fn ldexp(vm: &mut Vm, a: &Args) -> PyResult {
    let x = number(vm, a[0])?;
    let Some(exponent) = int_value(a[1]) else {
        return Err(vm.type_error("Expected an int as second argument to ldexp."));
    };
    if x == 0.0 || !x.is_finite() {
        return Ok(Word::float(x));
    }
    let exponent = match exponent.small() {
        Some(e) => e.clamp(-100_000, 100_000),
        None => {
            if exponent.is_negative() {
                -100_000
            } else {
                100_000
            }
        }
    };
    let y = libm::ldexp(x, exponent as i32);
    if y.is_infinite() { Err(range_error(vm)) } else { Ok(Word::float(y)) }
}

fn modf(vm: &mut Vm, a: &Args) -> PyResult {
    let (fraction, whole) = m::modf(number(vm, a[0])?);
    Ok(vm.new_tuple(&[Word::float(fraction), Word::float(whole)]))
}

/// All items of an iterable as floats.
fn numbers(vm: &mut Vm, source: Word) -> PyResult<Vec<f64>> {
    let mut values = Vec::new();
    vm.iterate(source, |vm, item| {
        values.push(number(vm, item)?);
        Ok(true)
    })?;
    Ok(values)
}

fn fsum(vm: &mut Vm, a: &Args) -> PyResult {
    let values = numbers(vm, a[0])?;
    let finite = values.iter().all(|v| v.is_finite());
    match m::fsum(values) {
        Ok(sum) => Ok(Word::float(sum)),
        Err(_) if finite => Err(vm.overflow_error("intermediate overflow in fsum")),
        Err(_) => Err(vm.value_error("-inf + inf in fsum")),
    }
}

fn hypot(vm: &mut Vm, a: &Args) -> PyResult {
    let mut values = Vec::with_capacity(a.len());
    for &w in a.pos() {
        values.push(number(vm, w)?);
    }
    Ok(Word::float(m::hypot(&values)))
}

fn dist(vm: &mut Vm, a: &Args) -> PyResult {
    let (p, q) = (numbers(vm, a[0])?, numbers(vm, a[1])?);
    if p.len() != q.len() {
        return Err(vm.value_error("both points must have the same number of dimensions"));
    }
    Ok(Word::float(m::dist(&p, &q)))
}

/// One of the logarithms: of a float, or of an int of any size.
fn logarithm(vm: &mut Vm, w: Word, float: fn(f64) -> f64, big: fn(&UBig) -> f64) -> PyResult<f64> {
    if let Some(Int::Big(b)) = int_value(w) {
        if b.sign() == Sign::Negative {
            return Err(domain_error(vm));
        }
        return Ok(big(&b.into_owned().unsigned_abs()));
    }
    let x = number(vm, w)?;
    if x <= 0.0 {
        return Err(domain_error(vm));
    }
    Ok(float(x))
}

fn log(vm: &mut Vm, a: &Args) -> PyResult {
    let x = logarithm(vm, a[0], f64::ln, int_math::ln)?;
    let Some(base) = given(a.or(1, UNDEF)) else { return Ok(Word::float(x)) };
    let base = logarithm(vm, base, f64::ln, int_math::ln)?;
    if base == 0.0 {
        return Err(vm.zero_division("float division by zero"));
    }
    Ok(Word::float(x / base))
}

fn log2(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(Word::float(logarithm(vm, a[0], f64::log2, int_math::log2)?))
}

fn log10(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(Word::float(logarithm(vm, a[0], f64::log10, int_math::log10)?))
}

/// The magnitude of an integer argument.
fn magnitude(vm: &mut Vm, w: Word) -> PyResult<UBig> {
    Ok(vm.index_big(w)?.unsigned_abs())
}

/// Greatest common divisor of machine integers (binary algorithm).
fn gcd_small(mut x: u64, mut y: u64) -> u64 {
    if x == 0 || y == 0 {
        return x | y;
    }
    let shift = (x | y).trailing_zeros();
    x >>= x.trailing_zeros();
    loop {
        y >>= y.trailing_zeros();
        if x > y {
            std::mem::swap(&mut x, &mut y);
        }
        y -= x;
        if y == 0 {
            return x << shift;
        }
    }
}

fn gcd(vm: &mut Vm, a: &Args) -> PyResult {
    if let [x, y] = a.pos()
        && let (Some(x), Some(y)) = (x.as_int(), y.as_int())
    {
        return Ok(vm.new_int(gcd_small(x.unsigned_abs(), y.unsigned_abs()) as i64));
    }
    let mut result = UBig::ZERO;
    for &w in a.pos() {
        let value = magnitude(vm, w)?;
        // dashu's gcd(0, 0) is undefined.
        result = if result == UBig::ZERO {
            value
        } else if value == UBig::ZERO {
            result
        } else {
            (&result).gcd(&value)
        };
    }
    Ok(vm.new_bigint(IBig::from(result)))
}

fn lcm(vm: &mut Vm, a: &Args) -> PyResult {
    let mut result = UBig::ONE;
    for &w in a.pos() {
        let value = magnitude(vm, w)?;
        if value == UBig::ZERO || result == UBig::ZERO {
            result = UBig::ZERO;
            continue;
        }
        let common = (&result).gcd(&value);
        result = result / common * value;
    }
    Ok(vm.new_bigint(IBig::from(result)))
}

fn isqrt(vm: &mut Vm, a: &Args) -> PyResult {
    if let Some(i) = a[0].as_index().filter(|i| *i >= 0) {
        return Ok(Word::int(i.unsigned_abs().isqrt() as i64));
    }
    let value = vm.index_big(a[0])?;
    if value.sign() == Sign::Negative {
        return Err(vm.value_error("isqrt() argument must be nonnegative"));
    }
    Ok(vm.new_bigint(IBig::from(int_math::isqrt(&value.unsigned_abs()))))
}

fn factorial(vm: &mut Vm, a: &Args) -> PyResult {
    let value = vm.index_big(a[0])?;
    if value.sign() == Sign::Negative {
        return Err(vm.value_error("factorial() not defined for negative values"));
    }
    match u64::try_from(&value) {
        Ok(n) if n <= 100_000_000 => Ok(vm.new_bigint(IBig::from(int_math::factorial(n)))),
        _ => Err(vm.overflow_error(format!("factorial() argument should not exceed {}", i64::MAX))),
    }
}

/// `n` and `k` of `comb` and `perm`; `None` when `k > n`.
fn choose_arguments(vm: &mut Vm, n: Word, k: Word) -> PyResult<Option<(UBig, UBig)>> {
    let (n, k) = (vm.index_big(n)?, vm.index_big(k)?);
    if n.sign() == Sign::Negative {
        return Err(vm.value_error("n must be a non-negative integer"));
    }
    if k.sign() == Sign::Negative {
        return Err(vm.value_error("k must be a non-negative integer"));
    }
    Ok((k <= n).then(|| (n.unsigned_abs(), k.unsigned_abs())))
}

fn comb(vm: &mut Vm, a: &Args) -> PyResult {
    let Some((n, k)) = choose_arguments(vm, a[0], a[1])? else { return Ok(Word::int(0)) };
    let other = &n - &k;
    let k = if other < k { other } else { k };
    match u64::try_from(&k) {
        Ok(k) => Ok(vm.new_bigint(IBig::from(int_math::comb(&n, k)))),
        Err(_) => Err(vm.overflow_error(format!("min(n - k, k) must not exceed {}", i64::MAX))),
    }
}

fn perm(vm: &mut Vm, a: &Args) -> PyResult {
    let Some(k) = given(a.or(1, UNDEF)) else { return factorial(vm, a) };
    let Some((n, k)) = choose_arguments(vm, a[0], k)? else { return Ok(Word::int(0)) };
    match u64::try_from(&k) {
        Ok(k) => Ok(vm.new_bigint(IBig::from(int_math::perm(&n, k)))),
        Err(_) => Err(vm.overflow_error(format!("k must not exceed {}", i64::MAX))),
    }
}

fn prod(vm: &mut Vm, a: &Args) -> PyResult {
    let [start] = args::bind(vm, &a.skip(1), "prod", ["start"], 0, 0)?;
    let mut product = start.defined().unwrap_or(Word::int(1));
    vm.iterate(a[0], |vm, item| {
        product = vm.binary_op(BinOp::Mul, product, item)?;
        Ok(true)
    })?;
    Ok(product)
}
