//! `int`: constructor and methods. `bool` too.

use std::borrow::Cow;

use dashu_base::{BitTest, UnsignedAbs};
use dashu_int::{IBig, UBig};

use super::args::{self, given};
use super::functions::round_int;
use super::numbers::{Int, float_value, int_value};
use crate::format::int::{self as text, Parsed};
use crate::objects::function::ANY;
use crate::objects::{Args, Boxed, Class, Gc, MethodDef, TypeTag};
use crate::vm::{Exc, PyResult, Vm};
use crate::word::{UNDEF, Word};

static METHODS: &[MethodDef] = &[
    MethodDef::new("bit_length", bit_length, 0, 0),
    MethodDef::new("bit_count", bit_count, 0, 0),
    MethodDef::kw("to_bytes", to_bytes, 0, ANY),
    MethodDef::new("as_integer_ratio", as_integer_ratio, 0, 0),
    MethodDef::new("conjugate", real_value, 0, 0),
    MethodDef::new("__round__", dunder_round, 0, 1),
    MethodDef::new("__trunc__", real_value, 0, 0),
    MethodDef::new("__floor__", real_value, 0, 0),
    MethodDef::new("__ceil__", real_value, 0, 0),
    MethodDef::new("__format__", dunder_format, 1, 1),
];

static CLASS_METHODS: &[MethodDef] = &[MethodDef::kw("from_bytes", from_bytes, 1, 2)];

/// Registers methods and constructors.
pub fn install(vm: &mut Vm) {
    let class = vm.types.int;
    vm.add_methods(class, METHODS);
    vm.add_class_methods(class, CLASS_METHODS);
    vm.add_getsets(
        class,
        &[
            ("real", |vm, w| plain(vm, w), None),
            ("imag", |_, _| Ok(Word::int(0)), None),
            ("numerator", |vm, w| plain(vm, w), None),
            ("denominator", |_, _| Ok(Word::int(1)), None),
        ],
    );
    vm.set_constructor(class, construct, false);
    vm.set_constructor(vm.types.bool_, construct_bool, false);
}

/// The receiver's value.
fn value(vm: &mut Vm, w: Word) -> PyResult<Int> {
    match int_value(w) {
        Some(value) => Ok(value),
        None => Err(args::wrong_type(vm, w, "descriptor requires an 'int' object but received a '{}'")),
    }
}

/// The receiver as an exact int.
fn plain(vm: &mut Vm, w: Word) -> PyResult {
    let value = value(vm, w)?;
    Ok(value.word(vm))
}

fn construct_bool(vm: &mut Vm, _: Gc<Class>, a: &Args) -> PyResult {
    args::no_keywords(vm, a, "bool")?;
    match a.pos() {
        [] => Ok(false.into()),
        [w] => Ok(vm.truthy(*w)?.into()),
        more => {
            let given = more.len();
            Err(vm.type_error(format!("bool expected at most 1 argument, got {given}")))
        }
    }
}

fn construct(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    let word = if let ([w], false) = (a.pos(), a.has_kw()) {
        convert(vm, *w)?
    } else {
        let [source, base] = args::bind(vm, a, "int", ["/x", "base"], 0, 2)?;
        match (source, base) {
            (UNDEF, UNDEF) => Word::int(0),
            (UNDEF, _) => return Err(vm.type_error("int() missing string argument")),
            (source, UNDEF) => convert(vm, source)?,
            (source, base) => parse_with_base(vm, source, base)?,
        }
    };
    if class == vm.types.int {
        return Ok(word);
    }
    boxed(vm, class, word)
}

/// An instance of a user subclass of `int` or `float`.
pub fn boxed(vm: &mut Vm, class: Gc<Class>, value: Word) -> PyResult {
    let hdr = vm.header(TypeTag::Boxed, class);
    Ok(vm.heap.place(Boxed { hdr, value, dict: UNDEF }).word())
}

/// `int(w)`.
pub fn convert(vm: &mut Vm, w: Word) -> PyResult {
    if w.is_int() {
        return Ok(w);
    }
    if let Some(f) = w.as_float() {
        return vm.float_to_int(f);
    }
    if let Some(string) = w.as_str() {
        return parse(vm, string, 10, w);
    }
    if let Some(bytes) = super::bytes::bytes_of(w).filter(|_| !w.is::<crate::objects::NativeObject>()) {
        return match std::str::from_utf8(bytes) {
            Ok(string) => parse(vm, string, 10, w),
            Err(_) => Err(invalid(vm, w, 10)),
        };
    }
    if w.is_bool() || w.tag().is_int() {
        return plain(vm, w);
    }
    for name in [vm.names.int, vm.names.index, vm.names.trunc] {
        if let Some(result) = vm.call_special(w, name, &[])? {
            if int_value(result).is_some() {
                return plain(vm, result);
            }
            let (dunder, kind) = (name.text(), vm.type_name(result));
            return Err(vm.type_error(format!("{dunder} returned non-int (type {kind})")));
        }
    }
    if let Some(value) = int_value(w) {
        return Ok(value.word(vm));
    }
    if let Some(f) = float_value(w) {
        return vm.float_to_int(f);
    }
    Err(args::wrong_type(
        vm,
        w,
        "int() argument must be a string, a bytes-like object or a real number, not '{}'",
    ))
}

fn parse_with_base(vm: &mut Vm, source: Word, base: Word) -> PyResult {
    let base = args::clamped_index(vm, base)?;
    if base != 0 && !(2..=36).contains(&base) {
        return Err(vm.value_error("int() base must be >= 2 and <= 36, or 0"));
    }
    if let Some(string) = source.as_str() {
        return parse(vm, string, base as u32, source);
    }
    match super::bytes::bytes_of(source) {
        Some(bytes) => match std::str::from_utf8(bytes) {
            Ok(string) => parse(vm, string, base as u32, source),
            Err(_) => Err(invalid(vm, source, base as u32)),
        },
        None => Err(vm.type_error("int() can't convert non-string with explicit base")),
    }
}

#[cold]
fn invalid(vm: &mut Vm, source: Word, base: u32) -> crate::vm::Raised {
    match vm.repr(source) {
        Ok(shown) => vm.value_error(format!("invalid literal for int() with base {base}: {shown}")),
        Err(raised) => raised,
    }
}

fn parse(vm: &mut Vm, string: &str, base: u32, source: Word) -> PyResult {
    let limit = vm.int_max_str_digits;
    if limit > 0 && string.len() > limit && !base.is_power_of_two() {
        let digits = text::digit_count(string);
        if digits > limit {
            return Err(vm.value_error(format!(
                "Exceeds the limit ({limit} digits) for integer string conversion: value has {digits} digits; use sys.set_int_max_str_digits() to increase the limit"
            )));
        }
    }
    match text::parse(string, base) {
        Some(Parsed::Small(i)) => Ok(vm.new_int(i)),
        Some(Parsed::Big(big)) => Ok(vm.new_bigint(big)),
        None => Err(invalid(vm, source, base)),
    }
}

fn bit_length(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(Word::int(match value(vm, a[0])? {
        Int::Small(i) => 64 - i64::from(i.unsigned_abs().leading_zeros()),
        Int::Big(b) => b.bit_len() as i64,
    }))
}

fn bit_count(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(Word::int(match value(vm, a[0])? {
        Int::Small(i) => i64::from(i.unsigned_abs().count_ones()),
        Int::Big(b) => {
            b.into_owned().unsigned_abs().to_le_bytes().iter().map(|byte| i64::from(byte.count_ones())).sum()
        }
    }))
}

fn is_big_endian(vm: &mut Vm, order: Word) -> PyResult<bool> {
    if order == UNDEF {
        return Ok(true);
    }
    match order.as_str() {
        Some("big") => Ok(true),
        Some("little") => Ok(false),
        Some(_) => Err(vm.value_error("byteorder must be either 'little' or 'big'")),
        None => Err(args::wrong_type(vm, order, "to_bytes() argument 'byteorder' must be str, not {}")),
    }
}

fn to_bytes(vm: &mut Vm, a: &Args) -> PyResult {
    let value = value(vm, a[0])?.to_big();
    let [length, order, signed] =
        args::bind(vm, &a.skip(1), "to_bytes", ["length", "byteorder", "signed"], 0, 2)?;
    let length = args::index_or(vm, length, 1)?;
    let big_endian = is_big_endian(vm, order)?;
    let signed = signed != UNDEF && vm.truthy(signed)?;
    if length < 0 {
        return Err(vm.value_error("length argument must be non-negative"));
    }
    let length = length as usize;
    vm.room_for(length, 2)?;
    let negative = value.sign() == dashu_base::Sign::Negative;
    if negative && !signed {
        return Err(vm.overflow_error("can't convert negative int to unsigned"));
    }
    let bits = length * 8;
    let fits = match (signed, negative) {
        (false, _) => value.bit_len() <= bits,
        (true, false) => value == IBig::ZERO || value.bit_len() < bits,
        // -2^(n-1) still fits n bits.
        (true, true) => bits > 0 && (-&value - IBig::ONE).bit_len() < bits,
    };
    if !fits {
        return Err(vm.overflow_error("int too big to convert"));
    }
    let magnitude: UBig =
        if negative { (value + (IBig::ONE << bits)).unsigned_abs() } else { value.unsigned_abs() };
    let mut bytes = magnitude.to_le_bytes().to_vec();
    bytes.resize(length, 0);
    if big_endian {
        bytes.reverse();
    }
    Ok(vm.new_bytes(&bytes))
}

fn from_bytes(vm: &mut Vm, a: &Args) -> PyResult {
    let [source, order, signed] =
        args::bind(vm, &a.skip(1), "from_bytes", ["bytes", "byteorder", "signed"], 1, 2)?;
    let big_endian = is_big_endian(vm, order)?;
    let signed = signed != UNDEF && vm.truthy(signed)?;
    let mut bytes: Cow<[u8]> = match super::bytes::bytes_of(source) {
        Some(bytes) => Cow::Borrowed(bytes),
        None => {
            if source.as_str().is_some() {
                return Err(vm.type_error("cannot convert 'str' object to bytes"));
            }
            let items = vm.to_vec(source)?;
            let mut collected = Vec::with_capacity(items.len());
            for item in items {
                collected.push(super::bytes::byte_value(vm, item, "bytes")?);
            }
            Cow::Owned(collected)
        }
    };
    if big_endian {
        bytes.to_mut().reverse();
    }
    let mut value = IBig::from(UBig::from_le_bytes(&bytes));
    if signed && bytes.last().is_some_and(|byte| byte & 0x80 != 0) {
        value -= IBig::ONE << (bytes.len() * 8);
    }
    let word = vm.new_bigint(value);
    match a[0].cast::<Class>() {
        Some(class) if class != vm.types.int => vm.call(class.word(), &[word]),
        _ => Ok(word),
    }
}

fn as_integer_ratio(vm: &mut Vm, a: &Args) -> PyResult {
    let numerator = plain(vm, a[0])?;
    Ok(vm.new_tuple(&[numerator, Word::int(1)]))
}

fn real_value(vm: &mut Vm, a: &Args) -> PyResult {
    plain(vm, a[0])
}

fn dunder_round(vm: &mut Vm, a: &Args) -> PyResult {
    let value = value(vm, a[0])?;
    if let Some(w) = given(a.or(1, UNDEF))
        && w.as_index().is_none()
        && vm.lookup_special(w, vm.names.index).is_none()
    {
        return Err(args::wrong_type(vm, w, "'{}' object cannot be interpreted as an integer"));
    }
    round_int(vm, value, a.or(1, UNDEF))
}

fn dunder_format(vm: &mut Vm, a: &Args) -> PyResult {
    let spec = super::format::spec_text(vm, a[1])?;
    let text = super::format::format_default(vm, a[0], spec)?;
    Ok(vm.new_string(text))
}

/// Raises the OverflowError of an int too large for a float.
#[cold]
pub fn too_large(vm: &mut Vm) -> crate::vm::Raised {
    vm.raise(Exc::OverflowError, "int too large to convert to float")
}
