//! Questions about a string's characters.

use super::this;
use crate::format::unicode;
use crate::objects::{Args, MethodDef};
use crate::vm::{PyResult, Vm};

pub(super) static METHODS: &[MethodDef] = &[
    MethodDef::new("isalnum", isalnum, 0, 0),
    MethodDef::new("isalpha", isalpha, 0, 0),
    MethodDef::new("isascii", isascii, 0, 0),
    MethodDef::new("isdecimal", isdecimal, 0, 0),
    MethodDef::new("isdigit", isdigit, 0, 0),
    MethodDef::new("isidentifier", isidentifier, 0, 0),
    MethodDef::new("islower", islower, 0, 0),
    MethodDef::new("isnumeric", isnumeric, 0, 0),
    MethodDef::new("isprintable", isprintable, 0, 0),
    MethodDef::new("isspace", isspace, 0, 0),
    MethodDef::new("istitle", istitle, 0, 0),
    MethodDef::new("isupper", isupper, 0, 0),
];

/// Whether there are characters and all have the property.
fn every(vm: &mut Vm, a: &Args, property: fn(char) -> bool) -> PyResult {
    let (_, text) = this(vm, a)?;
    Ok((!text.is_empty() && text.chars().all(property)).into())
}

fn isalnum(vm: &mut Vm, a: &Args) -> PyResult {
    every(vm, a, |c| {
        unicode::is_alpha(c) || unicode::is_decimal(c) || unicode::is_digit(c) || unicode::is_numeric(c)
    })
}

fn isalpha(vm: &mut Vm, a: &Args) -> PyResult {
    every(vm, a, unicode::is_alpha)
}

fn isascii(vm: &mut Vm, a: &Args) -> PyResult {
    let (_, text) = this(vm, a)?;
    Ok(text.is_ascii().into())
}

fn isdecimal(vm: &mut Vm, a: &Args) -> PyResult {
    every(vm, a, unicode::is_decimal)
}

fn isdigit(vm: &mut Vm, a: &Args) -> PyResult {
    every(vm, a, unicode::is_digit)
}

fn isnumeric(vm: &mut Vm, a: &Args) -> PyResult {
    every(vm, a, unicode::is_numeric)
}

fn isspace(vm: &mut Vm, a: &Args) -> PyResult {
    every(vm, a, unicode::is_space)
}

fn isprintable(vm: &mut Vm, a: &Args) -> PyResult {
    let (_, text) = this(vm, a)?;
    Ok(text.chars().all(unicode::is_printable).into())
}

fn isidentifier(vm: &mut Vm, a: &Args) -> PyResult {
    let (_, text) = this(vm, a)?;
    let mut chars = text.chars();
    let starts = chars.next().is_some_and(unicode::is_identifier_start);
    Ok((starts && chars.all(unicode::is_identifier_continue)).into())
}

fn islower(vm: &mut Vm, a: &Args) -> PyResult {
    let (_, text) = this(vm, a)?;
    let cased = text.chars().any(char::is_lowercase);
    Ok((cased && !text.chars().any(|c| c.is_uppercase() || unicode::is_title(c))).into())
}

fn isupper(vm: &mut Vm, a: &Args) -> PyResult {
    let (_, text) = this(vm, a)?;
    let cased = text.chars().any(char::is_uppercase);
    Ok((cased && !text.chars().any(|c| c.is_lowercase() || unicode::is_title(c))).into())
}

fn istitle(vm: &mut Vm, a: &Args) -> PyResult {
    let (_, text) = this(vm, a)?;
    let (mut any, mut inside) = (false, false);
    for c in text.chars() {
        let starts = c.is_uppercase() || unicode::is_title(c);
        if starts == inside && (starts || c.is_lowercase()) {
            return Ok(false.into());
        }
        inside = starts || c.is_lowercase();
        any |= inside;
    }
    Ok(any.into())
}
