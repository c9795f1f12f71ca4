//! Methods of `bytes` and `bytearray` that make new contents.

use super::{bytes_of, find, like, matches, rfind, same_type, this};
use crate::builtins::args::{self, given};
use crate::objects::function::ANY;
use crate::objects::{Args, MethodDef};
use crate::vm::room::replaced_size;
use crate::vm::{PyResult, Vm};
use crate::word::{UNDEF, Word};

pub(super) static METHODS: &[MethodDef] = &[
    MethodDef::new("join", join, 1, 1),
    MethodDef::kw("split", split, 0, ANY),
    MethodDef::kw("rsplit", rsplit, 0, ANY),
    MethodDef::kw("splitlines", splitlines, 0, ANY),
    MethodDef::new("partition", partition, 1, 1),
    MethodDef::new("rpartition", rpartition, 1, 1),
    MethodDef::new("replace", replace, 2, 3),
    MethodDef::new("strip", strip, 0, 1),
    MethodDef::new("lstrip", lstrip, 0, 1),
    MethodDef::new("rstrip", rstrip, 0, 1),
    MethodDef::new("removeprefix", removeprefix, 1, 1),
    MethodDef::new("removesuffix", removesuffix, 1, 1),
    MethodDef::new("lower", lower, 0, 0),
    MethodDef::new("upper", upper, 0, 0),
    MethodDef::new("capitalize", capitalize, 0, 0),
    MethodDef::new("swapcase", swapcase, 0, 0),
    MethodDef::new("title", title, 0, 0),
    MethodDef::new("center", center, 1, 2),
    MethodDef::new("ljust", ljust, 1, 2),
    MethodDef::new("rjust", rjust, 1, 2),
    MethodDef::new("zfill", zfill, 1, 1),
    MethodDef::kw("translate", translate, 1, 2),
    MethodDef::kw("expandtabs", expandtabs, 0, ANY),
];

pub(super) static STATIC: &[MethodDef] = &[MethodDef::new("maketrans", maketrans, 2, 2)];

fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0b
}

fn join(vm: &mut Vm, a: &Args) -> PyResult {
    let sep = this(vm, a)?.to_vec();
    let items = vm.to_vec(a[1])?;
    let mut out = Vec::new();
    for (i, &item) in items.iter().enumerate() {
        if i > 0 {
            out.extend_from_slice(&sep);
        }
        match bytes_of(item) {
            Some(bytes) => {
                if bytes.len() + sep.len() > out.capacity() - out.len() {
                    vm.room_for(out.len() + bytes.len() + sep.len(), 4)?;
                }
                out.extend_from_slice(bytes);
            }
            None => {
                let kind = vm.type_name(item);
                return Err(
                    vm.type_error(format!("sequence item {i}: expected a bytes-like object, {kind} found"))
                );
            }
        }
    }
    Ok(same_type(vm, a[0], &out))
}

fn split_arguments(vm: &mut Vm, a: &Args, name: &str) -> PyResult<(Option<&'static [u8]>, usize)> {
    let [sep, limit] = args::bind(vm, &a.skip(1), name, ["sep", "maxsplit"], 0, 2)?;
    let limit = args::index_or(vm, limit, -1)?;
    let limit = if limit < 0 { usize::MAX } else { limit as usize };
    let Some(sep) = given(sep) else { return Ok((None, limit)) };
    let sep = like(vm, sep)?;
    if sep.is_empty() {
        return Err(vm.value_error("empty separator"));
    }
    Ok((Some(sep), limit))
}

fn list_of(vm: &mut Vm, receiver: Word, parts: Vec<&[u8]>) -> PyResult {
    let mut words = Vec::with_capacity(parts.len());
    for part in parts {
        words.push(same_type(vm, receiver, part));
    }
    Ok(vm.new_list(words))
}

fn trim_start(mut data: &[u8], drop: impl Fn(u8) -> bool) -> &[u8] {
    while let [first, rest @ ..] = data
        && drop(*first)
    {
        data = rest;
    }
    data
}

fn trim_end(mut data: &[u8], drop: impl Fn(u8) -> bool) -> &[u8] {
    while let [rest @ .., last] = data
        && drop(*last)
    {
        data = rest;
    }
    data
}

fn split(vm: &mut Vm, a: &Args) -> PyResult {
    let (sep, limit) = split_arguments(vm, a, "split")?;
    let mut rest = this(vm, a)?;
    let mut parts = Vec::new();
    if let Some(sep) = sep {
        while parts.len() < limit
            && let Some(at) = find(rest, sep)
        {
            parts.push(&rest[..at]);
            rest = &rest[at + sep.len()..];
        }
        parts.push(rest);
        return list_of(vm, a[0], parts);
    }
    rest = trim_start(rest, is_blank);
    while !rest.is_empty() {
        if parts.len() == limit {
            parts.push(rest);
            break;
        }
        let end = rest.iter().position(|&b| is_blank(b)).unwrap_or(rest.len());
        parts.push(&rest[..end]);
        rest = trim_start(&rest[end..], is_blank);
    }
    list_of(vm, a[0], parts)
}

fn rsplit(vm: &mut Vm, a: &Args) -> PyResult {
    let (sep, limit) = split_arguments(vm, a, "rsplit")?;
    let mut rest = this(vm, a)?;
    let mut parts = Vec::new();
    if let Some(sep) = sep {
        while parts.len() < limit
            && let Some(at) = rfind(rest, sep)
        {
            parts.push(&rest[at + sep.len()..]);
            rest = &rest[..at];
        }
        parts.push(rest);
    } else {
        rest = trim_end(rest, is_blank);
        while !rest.is_empty() {
            if parts.len() == limit {
                parts.push(rest);
                break;
            }
            let start = rest.iter().rposition(|&b| is_blank(b)).map_or(0, |i| i + 1);
            parts.push(&rest[start..]);
            rest = trim_end(&rest[..start], is_blank);
        }
    }
    parts.reverse();
    list_of(vm, a[0], parts)
}

fn splitlines(vm: &mut Vm, a: &Args) -> PyResult {
    let [keep] = args::bind(vm, &a.skip(1), "splitlines", ["keepends"], 0, 1)?;
    let keep = keep != UNDEF && vm.truthy(keep)?;
    let mut rest = this(vm, a)?;
    let mut lines = Vec::new();
    while !rest.is_empty() {
        let end = rest.iter().position(|b| matches!(b, b'\n' | b'\r')).unwrap_or(rest.len());
        let next = if rest[end..].starts_with(b"\r\n") { end + 2 } else { (end + 1).min(rest.len()) };
        lines.push(&rest[..if keep { next } else { end }]);
        rest = &rest[next..];
    }
    list_of(vm, a[0], lines)
}

fn cut(vm: &mut Vm, a: &Args, last: bool) -> PyResult {
    let data = this(vm, a)?;
    let sep = like(vm, a[1])?;
    if sep.is_empty() {
        return Err(vm.value_error("empty separator"));
    }
    let parts: [&[u8]; 3] = match (if last { rfind(data, sep) } else { find(data, sep) }, last) {
        (Some(at), _) => [&data[..at], sep, &data[at + sep.len()..]],
        (None, false) => [data, b"", b""],
        (None, true) => [b"", b"", data],
    };
    let words = parts.map(|part| same_type(vm, a[0], part));
    Ok(vm.new_tuple(&words))
}

fn partition(vm: &mut Vm, a: &Args) -> PyResult {
    cut(vm, a, false)
}

fn rpartition(vm: &mut Vm, a: &Args) -> PyResult {
    cut(vm, a, true)
}

fn replace(vm: &mut Vm, a: &Args) -> PyResult {
    let limit = match a.get(3) {
        Some(w) => vm.index(w)?,
        None => -1,
    };
    let data = this(vm, a)?;
    let (from, to) = (like(vm, a[1])?, like(vm, a[2])?);
    let mut left = if limit < 0 { usize::MAX } else { limit as usize };
    let size = replaced_size(data.len(), from.len(), to.len(), || matches(data, from).min(left));
    vm.room_for(size, 2)?;
    let mut out = Vec::with_capacity(data.len());
    let mut rest = data;
    while left > 0
        && let Some(at) = find(rest, from)
    {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(to);
        rest = &rest[at + from.len()..];
        left -= 1;
        if from.is_empty() {
            // The empty pattern matches before every byte, and at the end.
            let [first, tail @ ..] = rest else { break };
            out.push(*first);
            rest = tail;
        }
    }
    out.extend_from_slice(rest);
    Ok(same_type(vm, a[0], &out))
}

fn strip_sides(vm: &mut Vm, a: &Args, left: bool, right: bool) -> PyResult {
    let mut data = this(vm, a)?;
    let set = match given(a.or(1, UNDEF)) {
        None => None,
        Some(w) => Some(like(vm, w)?),
    };
    let drop = |b: u8| set.map_or_else(|| is_blank(b), |set| set.contains(&b));
    if left {
        data = trim_start(data, drop);
    }
    if right {
        data = trim_end(data, drop);
    }
    Ok(same_type(vm, a[0], data))
}

fn strip(vm: &mut Vm, a: &Args) -> PyResult {
    strip_sides(vm, a, true, true)
}

fn lstrip(vm: &mut Vm, a: &Args) -> PyResult {
    strip_sides(vm, a, true, false)
}

fn rstrip(vm: &mut Vm, a: &Args) -> PyResult {
    strip_sides(vm, a, false, true)
}

fn removeprefix(vm: &mut Vm, a: &Args) -> PyResult {
    let (data, prefix) = (this(vm, a)?, like(vm, a[1])?);
    Ok(same_type(vm, a[0], data.strip_prefix(prefix).unwrap_or(data)))
}

fn removesuffix(vm: &mut Vm, a: &Args) -> PyResult {
    let (data, suffix) = (this(vm, a)?, like(vm, a[1])?);
    Ok(same_type(vm, a[0], data.strip_suffix(suffix).unwrap_or(data)))
}

fn lower(vm: &mut Vm, a: &Args) -> PyResult {
    let data = this(vm, a)?.to_ascii_lowercase();
    Ok(same_type(vm, a[0], &data))
}

fn upper(vm: &mut Vm, a: &Args) -> PyResult {
    let data = this(vm, a)?.to_ascii_uppercase();
    Ok(same_type(vm, a[0], &data))
}

fn capitalize(vm: &mut Vm, a: &Args) -> PyResult {
    let mut data = this(vm, a)?.to_ascii_lowercase();
    if let Some(first) = data.first_mut() {
        first.make_ascii_uppercase();
    }
    Ok(same_type(vm, a[0], &data))
}

fn swapcase(vm: &mut Vm, a: &Args) -> PyResult {
    let mut data = this(vm, a)?.to_vec();
    for byte in data.iter_mut().filter(|b| b.is_ascii_alphabetic()) {
        *byte ^= 0x20;
    }
    Ok(same_type(vm, a[0], &data))
}

fn title(vm: &mut Vm, a: &Args) -> PyResult {
    let mut data = this(vm, a)?.to_vec();
    let mut inside = false;
    for byte in &mut data {
        if inside {
            byte.make_ascii_lowercase();
        } else {
            byte.make_ascii_uppercase();
        }
        inside = byte.is_ascii_alphabetic();
    }
    Ok(same_type(vm, a[0], &data))
}

fn pad(vm: &mut Vm, a: &Args, name: &str, left: fn(usize, usize) -> usize) -> PyResult {
    let width = vm.index(a[1])?.max(0) as usize;
    let data = this(vm, a)?;
    let fill = match a.get(2) {
        None => b' ',
        Some(w) => match bytes_of(w) {
            Some([byte]) => *byte,
            _ => {
                let message = format!("{name}() argument 2 must be a byte string of length 1, not {{}}");
                return Err(args::wrong_type(vm, w, &message));
            }
        },
    };
    let missing = width.saturating_sub(data.len());
    // The bytes, and the object made of them.
    vm.room_for(missing, 2)?;
    let before = left(missing, width);
    let mut out = vec![fill; before];
    out.extend_from_slice(data);
    out.resize(out.len() + missing - before, fill);
    Ok(same_type(vm, a[0], &out))
}

fn center(vm: &mut Vm, a: &Args) -> PyResult {
    pad(vm, a, "center", |missing, width| missing / 2 + (missing & width & 1))
}

fn ljust(vm: &mut Vm, a: &Args) -> PyResult {
    pad(vm, a, "ljust", |_, _| 0)
}

fn rjust(vm: &mut Vm, a: &Args) -> PyResult {
    pad(vm, a, "rjust", |missing, _| missing)
}

fn zfill(vm: &mut Vm, a: &Args) -> PyResult {
    let width = vm.index(a[1])?.max(0) as usize;
    let data = this(vm, a)?;
    let missing = width.saturating_sub(data.len());
    vm.room_for(missing, 2)?;
    let sign = usize::from(matches!(data.first(), Some(b'+' | b'-')));
    let mut out = data[..sign].to_vec();
    out.resize(sign + missing, b'0');
    out.extend_from_slice(&data[sign..]);
    Ok(same_type(vm, a[0], &out))
}

fn translate(vm: &mut Vm, a: &Args) -> PyResult {
    let data = this(vm, a)?;
    let [table, delete] = args::bind(vm, &a.skip(1), "translate", ["/table", "delete"], 1, 2)?;
    let delete = if delete == UNDEF { &[][..] } else { like(vm, delete)? };
    let table = match given(table) {
        None => None,
        Some(w) => match like(vm, w)? {
            table if table.len() == 256 => Some(table),
            _ => return Err(vm.value_error("translation table must be 256 characters long")),
        },
    };
    let kept = data.iter().filter(|b| !delete.contains(b));
    let out: Vec<u8> = kept.map(|&b| table.map_or(b, |t| t[b as usize])).collect();
    Ok(same_type(vm, a[0], &out))
}

fn maketrans(vm: &mut Vm, a: &Args) -> PyResult {
    let (from, to) = (like(vm, a[0])?, like(vm, a[1])?);
    if from.len() != to.len() {
        return Err(vm.value_error("maketrans arguments must have same length"));
    }
    let mut table: Vec<u8> = (0..=255).collect();
    for (&from, &to) in from.iter().zip(to) {
        table[from as usize] = to;
    }
    Ok(vm.new_bytes(&table))
}

fn expandtabs(vm: &mut Vm, a: &Args) -> PyResult {
    let [size] = args::bind(vm, &a.skip(1), "expandtabs", ["tabsize"], 0, 1)?;
    let size = args::index_or(vm, size, 8)?;
    let data = this(vm, a)?;
    let mut out = Vec::with_capacity(data.len());
    let mut column = 0;
    for &byte in data {
        if byte == b'\t' {
            let spaces = if size > 0 { size - column % size } else { 0 };
            vm.room_for(out.len() + spaces as usize, 2)?;
            out.resize(out.len() + spaces as usize, b' ');
            column += spaces;
        } else {
            out.push(byte);
            column = if matches!(byte, b'\n' | b'\r') { 0 } else { column + 1 };
        }
    }
    Ok(same_type(vm, a[0], &out))
}
