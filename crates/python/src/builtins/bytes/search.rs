//! Searching, questions and decoding of `bytes` and `bytearray`.

use super::{bytes_of, find, like, matches, rfind, this};
use crate::builtins::args::{self, given};
use crate::builtins::codec;
use crate::objects::function::ANY;
use crate::objects::{Args, MethodDef, Tuple};
use crate::vm::{PyResult, Vm};
use crate::word::{UNDEF, Word};

pub(super) static METHODS: &[MethodDef] = &[
    MethodDef::new("find", find_method, 1, 3),
    MethodDef::new("rfind", rfind_method, 1, 3),
    MethodDef::new("index", index, 1, 3),
    MethodDef::new("rindex", rindex, 1, 3),
    MethodDef::new("count", count, 1, 3),
    MethodDef::new("startswith", startswith, 1, 3),
    MethodDef::new("endswith", endswith, 1, 3),
    MethodDef::kw("decode", decode, 0, ANY),
    MethodDef::kw("hex", hex, 0, ANY),
    MethodDef::new("isalnum", isalnum, 0, 0),
    MethodDef::new("isalpha", isalpha, 0, 0),
    MethodDef::new("isascii", isascii, 0, 0),
    MethodDef::new("isdigit", isdigit, 0, 0),
    MethodDef::new("islower", islower, 0, 0),
    MethodDef::new("isspace", isspace, 0, 0),
    MethodDef::new("istitle", istitle, 0, 0),
    MethodDef::new("isupper", isupper, 0, 0),
];

/// The part of the receiver between the bounds in arguments 2 and 3, and where it starts. The bytes are looked at once
/// the bounds are known: an `__index__` may change them.
fn window(vm: &mut Vm, a: &Args) -> PyResult<Option<(usize, &'static [u8])>> {
    let start = limit(vm, a.or(2, UNDEF), 0)?;
    let end = limit(vm, a.or(3, UNDEF), i64::MAX)?;
    let data = this(vm, a)?;
    let place = |i: i64| {
        if i < 0 { i.saturating_add_unsigned(data.len() as u64).max(0) as usize } else { i as usize }
    };
    let (start, end) = (place(start), place(end).min(data.len()));
    Ok((start <= end).then(|| (start, &data[start..end])))
}

/// A bound as it was given; None or absent is `default`.
fn limit(vm: &mut Vm, w: Word, default: i64) -> PyResult<i64> {
    given(w).map_or(Ok(default), |w| args::clamped_index(vm, w))
}

/// The searched bytes: bytes-like or a single value.
fn needle(vm: &mut Vm, w: Word) -> PyResult<Vec<u8>> {
    if let Some(bytes) = bytes_of(w) {
        return Ok(bytes.to_vec());
    }
    if w.as_index().is_none() && vm.lookup_special(w, vm.names.index).is_none() {
        return Err(args::wrong_type(vm, w, "argument should be integer or bytes-like object, not '{}'"));
    }
    Ok(vec![super::byte_value(vm, w, "byte")?])
}

fn locate(vm: &mut Vm, a: &Args, last: bool) -> PyResult<Option<i64>> {
    let needle = needle(vm, a[1])?;
    let Some((start, part)) = window(vm, a)? else { return Ok(None) };
    let found = if last { rfind(part, &needle) } else { find(part, &needle) };
    Ok(found.map(|at| (start + at) as i64))
}

fn find_method(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(Word::int(locate(vm, a, false)?.unwrap_or(-1)))
}

fn rfind_method(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(Word::int(locate(vm, a, true)?.unwrap_or(-1)))
}

fn index(vm: &mut Vm, a: &Args) -> PyResult {
    match locate(vm, a, false)? {
        Some(at) => Ok(Word::int(at)),
        None => Err(vm.value_error("subsection not found")),
    }
}

fn rindex(vm: &mut Vm, a: &Args) -> PyResult {
    match locate(vm, a, true)? {
        Some(at) => Ok(Word::int(at)),
        None => Err(vm.value_error("subsection not found")),
    }
}

fn count(vm: &mut Vm, a: &Args) -> PyResult {
    let needle = needle(vm, a[1])?;
    let Some((_, rest)) = window(vm, a)? else { return Ok(Word::int(0)) };
    Ok(Word::int(matches(rest, &needle) as i64))
}

fn affix(vm: &mut Vm, a: &Args, name: &str, test: fn(&[u8], &[u8]) -> bool) -> PyResult {
    let part = window(vm, a)?.map(|(_, part)| part);
    if let Some(tuple) = a[1].cast::<Tuple>() {
        for &candidate in tuple.items() {
            let candidate = like(vm, candidate)?;
            if part.is_some_and(|part| test(part, candidate)) {
                return Ok(true.into());
            }
        }
        return Ok(false.into());
    }
    match bytes_of(a[1]) {
        Some(candidate) => Ok(part.is_some_and(|part| test(part, candidate)).into()),
        None => {
            let kind = vm.type_name(a[1]);
            Err(vm.type_error(format!("{name} first arg must be bytes or a tuple of bytes, not {kind}")))
        }
    }
}

fn startswith(vm: &mut Vm, a: &Args) -> PyResult {
    affix(vm, a, "startswith", |data, prefix| data.starts_with(prefix))
}

fn endswith(vm: &mut Vm, a: &Args) -> PyResult {
    affix(vm, a, "endswith", |data, suffix| data.ends_with(suffix))
}

fn decode(vm: &mut Vm, a: &Args) -> PyResult {
    let [encoding, errors] = args::bind(vm, &a.skip(1), "decode", ["encoding", "errors"], 0, 2)?;
    let data = this(vm, a)?;
    codec::decode(vm, data, encoding, errors)
}

fn hex(vm: &mut Vm, a: &Args) -> PyResult {
    let [sep, group] = args::bind(vm, &a.skip(1), "hex", ["sep", "bytes_per_sep"], 0, 2)?;
    let group = args::index_or(vm, group, 1)?;
    let data = this(vm, a)?;
    let sep = match sep.defined() {
        None => None,
        Some(w) => match w.as_str().and_then(|s| s.chars().next().filter(|_| s.chars().count() == 1)) {
            Some(c) => Some(c),
            None => return Err(vm.value_error("sep must be length 1.")),
        },
    };
    let mut out = String::with_capacity(data.len() * 3);
    let size = group.unsigned_abs() as usize;
    for (i, byte) in data.iter().enumerate() {
        // Groups are counted from the right, or from the left when negative.
        let position = if group > 0 { data.len() - i } else { i };
        if let Some(sep) = sep.filter(|_| i > 0 && size > 0 && position % size == 0) {
            out.push(sep);
        }
        out.push_str(&format!("{byte:02x}"));
    }
    Ok(vm.new_string(out))
}

fn every(vm: &mut Vm, a: &Args, property: fn(&u8) -> bool) -> PyResult {
    let data = this(vm, a)?;
    Ok((!data.is_empty() && data.iter().all(property)).into())
}

fn isalnum(vm: &mut Vm, a: &Args) -> PyResult {
    every(vm, a, u8::is_ascii_alphanumeric)
}

fn isalpha(vm: &mut Vm, a: &Args) -> PyResult {
    every(vm, a, u8::is_ascii_alphabetic)
}

fn isascii(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(this(vm, a)?.is_ascii().into())
}

fn isdigit(vm: &mut Vm, a: &Args) -> PyResult {
    every(vm, a, u8::is_ascii_digit)
}

fn isspace(vm: &mut Vm, a: &Args) -> PyResult {
    every(vm, a, |b| b.is_ascii_whitespace() || *b == 0x0b)
}

fn islower(vm: &mut Vm, a: &Args) -> PyResult {
    let data = this(vm, a)?;
    Ok((data.iter().any(u8::is_ascii_lowercase) && !data.iter().any(u8::is_ascii_uppercase)).into())
}

fn isupper(vm: &mut Vm, a: &Args) -> PyResult {
    let data = this(vm, a)?;
    Ok((data.iter().any(u8::is_ascii_uppercase) && !data.iter().any(u8::is_ascii_lowercase)).into())
}

fn istitle(vm: &mut Vm, a: &Args) -> PyResult {
    let (mut any, mut inside) = (false, false);
    for byte in this(vm, a)? {
        let letter = byte.is_ascii_alphabetic();
        if letter && byte.is_ascii_uppercase() == inside {
            return Ok(false.into());
        }
        any |= letter;
        inside = letter;
    }
    Ok(any.into())
}
