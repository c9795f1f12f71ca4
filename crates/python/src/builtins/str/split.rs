//! Splitting and joining.

use super::search::separator;
use super::{new_ascii, this};
use crate::builtins::args::{self, given};
use crate::format::unicode::{is_line_end, is_space};
use crate::objects::function::ANY;
use crate::objects::{Args, List, MethodDef, Str, Tuple, TypeTag};
use crate::vm::{Exc, PyResult, Vm};
use crate::word::{UNDEF, Word};

pub(super) static METHODS: &[MethodDef] = &[
    MethodDef::kw("split", split, 0, ANY),
    MethodDef::kw("rsplit", rsplit, 0, ANY),
    MethodDef::kw("splitlines", splitlines, 0, ANY),
    MethodDef::new("partition", partition, 1, 1),
    MethodDef::new("rpartition", rpartition, 1, 1),
    MethodDef::new("join", join, 1, 1),
];

/// The separator (`None`: blanks) and the most splits to make.
fn split_arguments(vm: &mut Vm, a: &Args, name: &str) -> PyResult<(Option<&'static str>, usize)> {
    let [sep, limit] = args::bind(vm, &a.skip(1), name, ["sep", "maxsplit"], 0, 2)?;
    let limit = args::index_or(vm, limit, -1)?;
    let limit = if limit < 0 { usize::MAX } else { limit as usize };
    let Some(sep) = given(sep) else { return Ok((None, limit)) };
    let text = args::text(vm, sep, "must be str or None, not {}")?;
    if text.is_empty() {
        return Err(vm.value_error("empty separator"));
    }
    Ok((Some(text), limit))
}

fn split(vm: &mut Vm, a: &Args) -> PyResult {
    let (string, text) = this(vm, a)?;
    let (sep, limit) = split_arguments(vm, a, "split")?;
    let mut parts = Vec::new();
    match sep {
        None if string.is_ascii() => split_ascii_blanks(vm, text, limit, &mut parts),
        Some(sep) => {
            for part in text.splitn(limit.saturating_add(1), sep) {
                parts.push(vm.new_str(part));
            }
        }
        None => split_blanks(vm, text, limit, &mut parts),
    }
    Ok(vm.new_list(parts))
}

/// [`split_blanks`] of ASCII text, byte by byte.
fn split_ascii_blanks(vm: &mut Vm, text: &str, limit: usize, parts: &mut Vec<Word>) {
    let bytes = text.as_bytes();
    let blank = |at: usize| is_space(bytes[at] as char);
    let mut at = 0;
    loop {
        while at < bytes.len() && blank(at) {
            at += 1;
        }
        let start = at;
        if start == bytes.len() {
            return;
        }
        if parts.len() == limit {
            parts.push(vm.new_str(&text[start..]));
            return;
        }
        while at < bytes.len() && !blank(at) {
            at += 1;
        }
        parts.push(vm.new_str(&text[start..at]));
    }
}

fn split_blanks(vm: &mut Vm, text: &str, limit: usize, parts: &mut Vec<Word>) {
    let mut rest = text.trim_start_matches(is_space);
    while !rest.is_empty() {
        if parts.len() == limit {
            parts.push(vm.new_str(rest));
            return;
        }
        let end = rest.find(is_space).unwrap_or(rest.len());
        parts.push(vm.new_str(&rest[..end]));
        rest = rest[end..].trim_start_matches(is_space);
    }
}

fn rsplit(vm: &mut Vm, a: &Args) -> PyResult {
    let (_, text) = this(vm, a)?;
    let (sep, limit) = split_arguments(vm, a, "rsplit")?;
    let mut parts = Vec::new();
    match sep {
        Some(sep) => {
            for part in text.rsplitn(limit.saturating_add(1), sep) {
                parts.push(vm.new_str(part));
            }
        }
        None => {
            let mut rest = text.trim_end_matches(is_space);
            while !rest.is_empty() {
                if parts.len() == limit {
                    parts.push(vm.new_str(rest));
                    break;
                }
                let start = rest
                    .char_indices()
                    .rev()
                    .find(|&(_, c)| is_space(c))
                    .map_or(0, |(i, c)| i + c.len_utf8());
                parts.push(vm.new_str(&rest[start..]));
                rest = rest[..start].trim_end_matches(is_space);
            }
        }
    }
    parts.reverse();
    Ok(vm.new_list(parts))
}

fn splitlines(vm: &mut Vm, a: &Args) -> PyResult {
    let (_, text) = this(vm, a)?;
    let [keep] = args::bind(vm, &a.skip(1), "splitlines", ["keepends"], 0, 1)?;
    let keep = keep != UNDEF && vm.truthy(keep)?;
    let mut lines = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (end, next) = match rest.find(is_line_end) {
            None => (rest.len(), rest.len()),
            Some(at) if rest[at..].starts_with("\r\n") => (at, at + 2),
            Some(at) => (at, at + rest[at..].chars().next().map_or(1, char::len_utf8)),
        };
        lines.push(vm.new_str(&rest[..if keep { next } else { end }]));
        rest = &rest[next..];
    }
    Ok(vm.new_list(lines))
}

fn partition(vm: &mut Vm, a: &Args) -> PyResult {
    let (string, text) = this(vm, a)?;
    let sep = separator(vm, a, "partition")?;
    let parts = match text.split_once(sep) {
        Some((before, after)) => [vm.new_str(before), a[1], vm.new_str(after)],
        None => [string.word(), vm.empty_str.word(), vm.empty_str.word()],
    };
    Ok(vm.new_tuple(&parts))
}

fn rpartition(vm: &mut Vm, a: &Args) -> PyResult {
    let (string, text) = this(vm, a)?;
    let sep = separator(vm, a, "rpartition")?;
    let parts = match text.rsplit_once(sep) {
        Some((before, after)) => [vm.new_str(before), a[1], vm.new_str(after)],
        None => [vm.empty_str.word(), vm.empty_str.word(), string.word()],
    };
    Ok(vm.new_tuple(&parts))
}

fn join(vm: &mut Vm, a: &Args) -> PyResult {
    let (string, sep) = this(vm, a)?;
    let collected;
    let items: &[Word] = match a[1].tag() {
        TypeTag::List => a[1].cast::<List>().map_or(&[], |l| unsafe_items(l)),
        TypeTag::Tuple => a[1].cast::<Tuple>().map_or(&[], |t| t.items()),
        _ => {
            collected = match vm.to_vec(a[1]) {
                Ok(items) => items,
                Err(raised) => {
                    if vm.lookup_special(a[1], vm.names.iter).is_none() && vm.swallow(Exc::TypeError) {
                        return Err(vm.type_error("can only join an iterable"));
                    }
                    return Err(raised);
                }
            };
            &collected
        }
    };
    if let [only] = items
        && only.cast::<crate::objects::Str>().is_some_and(|s| s.class() == vm.types.str)
    {
        return Ok(*only);
    }
    let mut ascii = string.is_ascii();
    let mut size = (string.nbytes as usize).saturating_mul(items.len().saturating_sub(1));
    for (i, item) in items.iter().enumerate() {
        let Some(text) = item.cast::<Str>() else {
            let kind = vm.type_name(*item);
            return Err(vm.type_error(format!("sequence item {i}: expected str instance, {kind} found")));
        };
        size = size.saturating_add(text.nbytes as usize);
        ascii &= text.is_ascii();
    }
    vm.room_for(size, 2)?;
    if ascii {
        return Ok(new_ascii(vm, size, |mut bytes| {
            for (i, item) in items.iter().enumerate() {
                for part in [if i > 0 { sep } else { "" }, item.as_str().unwrap_or("")] {
                    let (head, tail) = bytes.split_at_mut(part.len());
                    head.copy_from_slice(part.as_bytes());
                    bytes = tail;
                }
            }
        }));
    }
    let mut out = String::with_capacity(size);
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push_str(sep);
        }
        out.push_str(item.as_str().unwrap_or(""));
    }
    Ok(vm.new_string(out))
}

/// The list's items for as long as no Python code runs.
fn unsafe_items<'a>(list: crate::objects::Gc<List>) -> &'a [Word] {
    // SAFETY: `join` runs no Python code and makes no list while it looks at them.
    unsafe { std::slice::from_raw_parts(list.ptr, list.count()) }
}
