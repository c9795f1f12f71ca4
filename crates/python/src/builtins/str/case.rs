//! Changing case.

use super::{new_ascii, this};
use crate::format::unicode::{self, push_folded, push_title};
use crate::objects::{Args, MethodDef};
use crate::vm::{PyResult, Vm};

pub(super) static METHODS: &[MethodDef] = &[
    MethodDef::new("lower", lower, 0, 0),
    MethodDef::new("upper", upper, 0, 0),
    MethodDef::new("casefold", casefold, 0, 0),
    MethodDef::new("capitalize", capitalize, 0, 0),
    MethodDef::new("title", title, 0, 0),
    MethodDef::new("swapcase", swapcase, 0, 0),
];

fn lower(vm: &mut Vm, a: &Args) -> PyResult {
    let (string, text) = this(vm, a)?;
    if string.is_ascii() {
        return Ok(new_ascii(vm, text.len(), |bytes| {
            bytes.copy_from_slice(text.as_bytes());
            bytes.make_ascii_lowercase();
        }));
    }
    Ok(vm.new_string(text.to_lowercase()))
}

fn upper(vm: &mut Vm, a: &Args) -> PyResult {
    let (string, text) = this(vm, a)?;
    if string.is_ascii() {
        return Ok(new_ascii(vm, text.len(), |bytes| {
            bytes.copy_from_slice(text.as_bytes());
            bytes.make_ascii_uppercase();
        }));
    }
    Ok(vm.new_string(text.to_uppercase()))
}

fn casefold(vm: &mut Vm, a: &Args) -> PyResult {
    let (string, text) = this(vm, a)?;
    if string.is_ascii() {
        return Ok(vm.new_string(text.to_ascii_lowercase()));
    }
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|c| push_folded(&mut out, c));
    Ok(vm.new_string(out))
}

fn capitalize(vm: &mut Vm, a: &Args) -> PyResult {
    let (_, text) = this(vm, a)?;
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    if let Some(first) = chars.next() {
        push_title(&mut out, first);
        let start = text.len() - chars.as_str().len();
        for (at, c) in text.char_indices().skip_while(|&(at, _)| at < start) {
            push_lower(&mut out, text, at, c);
        }
    }
    Ok(vm.new_string(out))
}

fn title(vm: &mut Vm, a: &Args) -> PyResult {
    let (_, text) = this(vm, a)?;
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for (at, c) in text.char_indices() {
        if inside {
            push_lower(&mut out, text, at, c);
        } else {
            push_title(&mut out, c);
        }
        inside = unicode::is_cased(c);
    }
    Ok(vm.new_string(out))
}

fn swapcase(vm: &mut Vm, a: &Args) -> PyResult {
    let (_, text) = this(vm, a)?;
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        if c.is_uppercase() {
            push_lower(&mut out, text, at, c);
        } else {
            out.extend(c.to_uppercase());
        }
    }
    Ok(vm.new_string(out))
}

/// Appends the lower-case form of `c`, which is at byte `at` of `text`: a capital sigma that ends a word has its own.
fn push_lower(out: &mut String, text: &str, at: usize, c: char) {
    if c != 'Σ' {
        out.extend(c.to_lowercase());
        return;
    }
    let letter_before = text[..at].chars().next_back().is_some_and(unicode::is_cased);
    let letter_after = text[at + c.len_utf8()..].chars().next().is_some_and(unicode::is_cased);
    out.push(if letter_before && !letter_after { 'ς' } else { 'σ' });
}
