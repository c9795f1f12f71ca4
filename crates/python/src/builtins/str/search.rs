//! Searching: `find`, `index`, `count`, `startswith` and their relatives.

use super::{text_arg, this};
use crate::builtins::args::{self, given};
use crate::objects::{Args, Gc, MethodDef, Str, Tuple};
use crate::vm::{PyResult, Vm};
use crate::word::{UNDEF, Word};

pub(super) static METHODS: &[MethodDef] = &[
    MethodDef::new("find", find, 1, 3),
    MethodDef::new("rfind", rfind, 1, 3),
    MethodDef::new("index", index, 1, 3),
    MethodDef::new("rindex", rindex, 1, 3),
    MethodDef::new("count", count, 1, 3),
    MethodDef::new("startswith", startswith, 1, 3),
    MethodDef::new("endswith", endswith, 1, 3),
];

/// The part of `string` between the bounds in arguments 2 and 3, and where it starts; `None` if the start is beyond it.
fn window(vm: &mut Vm, string: Gc<Str>, a: &Args) -> PyResult<Option<(usize, &'static str)>> {
    if a.len() < 3 {
        return Ok(Some((0, string.text())));
    }
    let len = string.char_len();
    let start = match given(a[2]) {
        // A start beyond the end finds nothing, not even the empty string.
        Some(w) if args::clamped_index(vm, w)? > len as i64 => return Ok(None),
        Some(w) => args::bound(vm, w, len, 0)?,
        None => 0,
    };
    let end = args::bound(vm, a.or(3, UNDEF), len, len)?;
    Ok((start <= end).then(|| (start, string.slice(start, end))))
}

/// Character position of a byte offset in `text`.
fn char_position(string: Gc<Str>, text: &str, byte: usize) -> usize {
    if string.is_ascii() { byte } else { text[..byte].chars().count() }
}

fn locate(vm: &mut Vm, a: &Args, name: &str, last: bool) -> PyResult<Option<i64>> {
    let (string, _) = this(vm, a)?;
    let needle = find_needle(vm, a, name)?;
    let Some((start, text)) = window(vm, string, a)? else { return Ok(None) };
    let found = if last { text.rfind(needle) } else { text.find(needle) };
    Ok(found.map(|byte| (start + char_position(string, text, byte)) as i64))
}

/// The searched text: these methods report a wrong type in their own words.
fn find_needle(vm: &mut Vm, a: &Args, _name: &str) -> PyResult<&'static str> {
    match a[1].as_str() {
        Some(text) => Ok(text),
        None => Err(args::wrong_type(vm, a[1], "must be str, not {}")),
    }
}

fn find(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(Word::int(locate(vm, a, "find", false)?.unwrap_or(-1)))
}

fn rfind(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(Word::int(locate(vm, a, "rfind", true)?.unwrap_or(-1)))
}

fn found_or_raise(vm: &mut Vm, found: Option<i64>) -> PyResult {
    match found {
        Some(at) => Ok(Word::int(at)),
        None => Err(vm.value_error("substring not found")),
    }
}

fn index(vm: &mut Vm, a: &Args) -> PyResult {
    let found = locate(vm, a, "index", false)?;
    found_or_raise(vm, found)
}

fn rindex(vm: &mut Vm, a: &Args) -> PyResult {
    let found = locate(vm, a, "rindex", true)?;
    found_or_raise(vm, found)
}

fn count(vm: &mut Vm, a: &Args) -> PyResult {
    let (string, _) = this(vm, a)?;
    let needle = find_needle(vm, a, "count")?;
    let Some((_, text)) = window(vm, string, a)? else { return Ok(Word::int(0)) };
    let count = if needle.is_empty() { text.chars().count() + 1 } else { text.matches(needle).count() };
    Ok(Word::int(count as i64))
}

fn affix(vm: &mut Vm, a: &Args, name: &str, test: fn(&str, &str) -> bool) -> PyResult {
    let (string, _) = this(vm, a)?;
    let text = window(vm, string, a)?.map(|(_, text)| text);
    if let Some(candidate) = a[1].as_str() {
        return Ok(text.is_some_and(|text| test(text, candidate)).into());
    }
    let Some(candidates) = a[1].cast::<Tuple>() else {
        let kind = vm.type_name(a[1]);
        return Err(vm.type_error(format!("{name} first arg must be str or a tuple of str, not {kind}")));
    };
    for &candidate in candidates.items() {
        let Some(candidate) = candidate.as_str() else {
            let kind = vm.type_name(candidate);
            return Err(vm.type_error(format!("tuple for {name} must only contain str, not {kind}")));
        };
        if text.is_some_and(|text| test(text, candidate)) {
            return Ok(true.into());
        }
    }
    Ok(false.into())
}

fn startswith(vm: &mut Vm, a: &Args) -> PyResult {
    affix(vm, a, "startswith", |text, prefix| text.starts_with(prefix))
}

fn endswith(vm: &mut Vm, a: &Args) -> PyResult {
    affix(vm, a, "endswith", |text, suffix| text.ends_with(suffix))
}

/// The separator of `partition`, which must not be empty.
pub(super) fn separator(vm: &mut Vm, a: &Args, name: &str) -> PyResult<&'static str> {
    let text = text_arg(vm, a, 1, name)?;
    if text.is_empty() {
        return Err(vm.value_error("empty separator"));
    }
    Ok(text)
}
