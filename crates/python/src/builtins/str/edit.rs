//! Replacing, stripping, padding, translating, encoding and formatting.

use super::{same_or_new, text_arg, this};
use crate::builtins::args::{self, given};
use crate::builtins::{codec, format};
use crate::format::unicode::is_space;
use crate::objects::function::ANY;
use crate::objects::{Args, Dict, Gc, MethodDef, Str};
use crate::vm::room::replaced_size;
use crate::vm::{Exc, PyResult, Vm};
use crate::word::{NONE, UNDEF, Word};

pub(super) static METHODS: &[MethodDef] = &[
    MethodDef::new("replace", replace, 2, 3),
    MethodDef::new("strip", strip, 0, 1),
    MethodDef::new("lstrip", lstrip, 0, 1),
    MethodDef::new("rstrip", rstrip, 0, 1),
    MethodDef::new("removeprefix", removeprefix, 1, 1),
    MethodDef::new("removesuffix", removesuffix, 1, 1),
    MethodDef::new("center", center, 1, 2),
    MethodDef::new("ljust", ljust, 1, 2),
    MethodDef::new("rjust", rjust, 1, 2),
    MethodDef::new("zfill", zfill, 1, 1),
    MethodDef::kw("expandtabs", expandtabs, 0, ANY),
    MethodDef::new("translate", translate, 1, 1),
    MethodDef::kw("encode", encode, 0, ANY),
    MethodDef::kw("format", format_method, 0, ANY),
    MethodDef::new("format_map", format_map, 1, 1),
    MethodDef::new("__format__", dunder_format, 1, 1),
];

pub(super) static STATIC: &[MethodDef] = &[MethodDef::new("maketrans", maketrans, 1, 3)];

fn replace(vm: &mut Vm, a: &Args) -> PyResult {
    let (string, text) = this(vm, a)?;
    let from = replace_text(vm, a, 1)?;
    let to = replace_text(vm, a, 2)?;
    let limit = match a.get(3) {
        Some(w) => vm.index(w)?,
        None => -1,
    };
    if limit == 0 || (!from.is_empty() && !text.contains(from)) {
        return Ok(same_or_new(vm, string, text));
    }
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let size = replaced_size(text.len(), from.len(), to.len(), || text.matches(from).count().min(most));
    vm.room_for(size, 2)?;
    let replaced = if limit < 0 { text.replace(from, to) } else { text.replacen(from, to, limit as usize) };
    Ok(vm.new_string(replaced))
}

fn replace_text(vm: &mut Vm, a: &Args, i: usize) -> PyResult<&'static str> {
    match a[i].as_str() {
        Some(text) => Ok(text),
        None => {
            let kind = vm.type_name(a[i]);
            Err(vm.type_error(format!("replace() argument {i} must be str, not {kind}")))
        }
    }
}

fn strip_sides(vm: &mut Vm, a: &Args, name: &str, left: bool, right: bool) -> PyResult {
    let (string, mut text) = this(vm, a)?;
    let set = match given(a.or(1, UNDEF)) {
        None => None,
        Some(w) => match w.as_str() {
            Some(set) => Some(set),
            None => return Err(vm.type_error(format!("{name} arg must be None or str"))),
        },
    };
    let drop = |c: char| set.map_or_else(|| is_space(c), |set| set.contains(c));
    if left {
        text = text.trim_start_matches(drop);
    }
    if right {
        text = text.trim_end_matches(drop);
    }
    Ok(same_or_new(vm, string, text))
}

fn strip(vm: &mut Vm, a: &Args) -> PyResult {
    strip_sides(vm, a, "strip", true, true)
}

fn lstrip(vm: &mut Vm, a: &Args) -> PyResult {
    strip_sides(vm, a, "lstrip", true, false)
}

fn rstrip(vm: &mut Vm, a: &Args) -> PyResult {
    strip_sides(vm, a, "rstrip", false, true)
}

fn removeprefix(vm: &mut Vm, a: &Args) -> PyResult {
    let (string, text) = this(vm, a)?;
    let prefix = text_arg(vm, a, 1, "removeprefix")?;
    Ok(same_or_new(vm, string, text.strip_prefix(prefix).unwrap_or(text)))
}

fn removesuffix(vm: &mut Vm, a: &Args) -> PyResult {
    let (string, text) = this(vm, a)?;
    let suffix = text_arg(vm, a, 1, "removesuffix")?;
    Ok(same_or_new(vm, string, text.strip_suffix(suffix).unwrap_or(text)))
}

/// Pads to `width`; `left` says how many of the missing characters go to the left.
fn pad(vm: &mut Vm, a: &Args, left: fn(usize, usize) -> usize) -> PyResult {
    let (string, text) = this(vm, a)?;
    let width = vm.index(a[1])?.max(0) as usize;
    let fill = match a.get(2) {
        None => ' ',
        Some(w) => match w.as_str().map(|s| (s.chars().next(), s.chars().count())) {
            Some((Some(c), 1)) => c,
            Some(_) => return Err(vm.type_error("The fill character must be exactly one character long")),
            None => {
                let kind = vm.type_name(w);
                return Err(
                    vm.type_error(format!("The fill character must be a unicode character, not {kind}"))
                );
            }
        },
    };
    let missing = width.saturating_sub(string.char_len());
    if missing == 0 {
        return Ok(same_or_new(vm, string, text));
    }
    // The text, and the object made of it.
    vm.room_for(missing, 2 * fill.len_utf8())?;
    let before = left(missing, width);
    let mut out = String::with_capacity(text.len() + missing * fill.len_utf8());
    out.extend(std::iter::repeat_n(fill, before));
    out.push_str(text);
    out.extend(std::iter::repeat_n(fill, missing - before));
    Ok(vm.new_string(out))
}

fn center(vm: &mut Vm, a: &Args) -> PyResult {
    // An odd one goes to the left if the width is odd too.
    pad(vm, a, |missing, width| missing / 2 + (missing & width & 1))
}

fn ljust(vm: &mut Vm, a: &Args) -> PyResult {
    pad(vm, a, |_, _| 0)
}

fn rjust(vm: &mut Vm, a: &Args) -> PyResult {
    pad(vm, a, |missing, _| missing)
}

fn zfill(vm: &mut Vm, a: &Args) -> PyResult {
    let (string, text) = this(vm, a)?;
    let width = vm.index(a[1])?.max(0) as usize;
    let missing = width.saturating_sub(string.char_len());
    if missing == 0 {
        return Ok(same_or_new(vm, string, text));
    }
    vm.room_for(missing, 2)?;
    let sign = usize::from(text.starts_with(['+', '-']));
    let mut out = String::with_capacity(text.len() + missing);
    out.push_str(&text[..sign]);
    out.extend(std::iter::repeat_n('0', missing));
    out.push_str(&text[sign..]);
    Ok(vm.new_string(out))
}

fn expandtabs(vm: &mut Vm, a: &Args) -> PyResult {
    let (_, text) = this(vm, a)?;
    let [size] = args::bind(vm, &a.skip(1), "expandtabs", ["tabsize"], 0, 1)?;
    let size = args::index_or(vm, size, 8)?;
    let mut out = String::with_capacity(text.len());
    let mut column = 0;
    for c in text.chars() {
        match c {
            '\t' if size > 0 => {
                let spaces = size - column % size;
                vm.room_for(out.len() + spaces as usize, 2)?;
                out.extend(std::iter::repeat_n(' ', spaces as usize));
                column += spaces;
            }
            '\t' => {}
            _ => {
                out.push(c);
                column = if matches!(c, '\n' | '\r') { 0 } else { column + 1 };
            }
        }
    }
    Ok(vm.new_string(out))
}

fn translate(vm: &mut Vm, a: &Args) -> PyResult {
    let (_, text) = this(vm, a)?;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let key = Word::int(i64::from(u32::from(c)));
        let target = match vm.get_item(a[1], key) {
            Ok(target) => target,
            Err(_) if vm.swallow(Exc::LookupError) => {
                out.push(c);
                continue;
            }
            Err(raised) => return Err(raised),
        };
        if target.is_none() {
        } else if let Some(text) = target.as_str() {
            if text.len() > out.capacity() - out.len() {
                vm.room_for(out.len() + text.len(), 4)?;
            }
            out.push_str(text);
        } else if let Some(code) = target.as_index() {
            match u32::try_from(code).ok().and_then(char::from_u32) {
                Some(c) => out.push(c),
                None => return Err(vm.value_error("character mapping must be in range(0x110000)")),
            }
        } else {
            return Err(vm.type_error("character mapping must return integer, None or str"));
        }
    }
    Ok(vm.new_string(out))
}

fn maketrans(vm: &mut Vm, a: &Args) -> PyResult {
    let table = vm.new_dict();
    if a.len() == 1 {
        return maketrans_from(vm, table, a[0]);
    }
    let from =
        maketrans_text(vm, a[0], "first maketrans argument must be a string if there is a second argument")?;
    let to = maketrans_text(vm, a[1], "maketrans() argument 2 must be str, not {}")?;
    if from.chars().count() != to.chars().count() {
        return Err(vm.value_error("the first two maketrans arguments must have equal length"));
    }
    for (key, value) in from.chars().zip(to.chars()) {
        vm.dict_set(table, Word::int(key as i64), Word::int(value as i64))?;
    }
    if let Some(deleted) = a.get(2) {
        for key in maketrans_text(vm, deleted, "maketrans() argument 3 must be str, not {}")?.chars() {
            vm.dict_set(table, Word::int(key as i64), NONE)?;
        }
    }
    Ok(table.word())
}

fn maketrans_text(vm: &mut Vm, w: Word, message: &str) -> PyResult<&'static str> {
    args::text(vm, w, message)
}

fn maketrans_from(vm: &mut Vm, table: Gc<Dict>, source: Word) -> PyResult {
    let Some(source) = source.cast::<Dict>() else {
        return Err(vm.type_error("if you give only one argument to maketrans it must be a dict"));
    };
    let entries: Vec<_> = source.iter().collect();
    for (key, value) in entries {
        let key = match key.cast::<Str>() {
            None if key.as_index().is_some() => key,
            None => return Err(vm.type_error("keys in translate table must be strings or integers")),
            Some(text) => match (text.text().chars().next(), text.char_len()) {
                (Some(c), 1) => Word::int(c as i64),
                _ => return Err(vm.value_error("string keys in translate table must be of length 1")),
            },
        };
        vm.dict_set(table, key, value)?;
    }
    Ok(table.word())
}

fn encode(vm: &mut Vm, a: &Args) -> PyResult {
    let (_, text) = this(vm, a)?;
    let [encoding, errors] = args::bind(vm, &a.skip(1), "encode", ["encoding", "errors"], 0, 2)?;
    let bytes = codec::encode(vm, text, encoding, errors)?;
    Ok(vm.new_bytes(&bytes))
}

fn format_method(vm: &mut Vm, a: &Args) -> PyResult {
    let (_, text) = this(vm, a)?;
    let out = format::format_template(vm, text, &format::Source::Arguments(a.skip(1)))?;
    Ok(vm.new_string(out))
}

fn format_map(vm: &mut Vm, a: &Args) -> PyResult {
    let (_, text) = this(vm, a)?;
    let out = format::format_template(vm, text, &format::Source::Mapping(a[1]))?;
    Ok(vm.new_string(out))
}

fn dunder_format(vm: &mut Vm, a: &Args) -> PyResult {
    let (_, text) = this(vm, a)?;
    let spec = args::text(vm, a[1], "__format__() argument must be str, not {}")?;
    if spec.is_empty() {
        return vm.str_word(a[0]);
    }
    let out = format::format_text(vm, text, spec)?;
    Ok(vm.new_string(out))
}
