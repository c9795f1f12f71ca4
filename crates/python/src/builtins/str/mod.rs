//! Methods of `str`.

mod case;
mod edit;
mod predicates;
mod search;
mod split;

use super::args;
use crate::objects::{Args, Class, Gc, Str};
use crate::vm::{PyResult, Vm};
use crate::word::{UNDEF, Word};

/// Registers the methods and the constructor.
pub fn install(vm: &mut Vm) {
    let class = vm.types.str;
    for table in [case::METHODS, edit::METHODS, predicates::METHODS, search::METHODS, split::METHODS] {
        vm.add_methods(class, table);
    }
    vm.add_static(class, edit::STATIC);
    vm.set_constructor(class, construct, false);
}

/// `str(object)`, `str(bytes, encoding, errors)`.
fn construct(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    if let ([object], false) = (a.pos(), a.has_kw())
        && class == vm.types.str
    {
        return vm.str_word(*object);
    }
    let [object, encoding, errors] = args::bind(vm, a, "str", ["object", "encoding", "errors"], 0, 3)?;
    let word = if object == UNDEF {
        vm.empty_str.word()
    } else if encoding == UNDEF && errors == UNDEF {
        vm.str_word(object)?
    } else {
        decode(vm, object, encoding, errors)?
    };
    if class == vm.types.str {
        return Ok(word);
    }
    // A subclass needs an object of its own: strings are shared.
    let text = word.as_str().unwrap_or("");
    let object = vm.new_str_counted(text, text.chars().count()).word();
    vm.set_class(object, class);
    Ok(object)
}

fn decode(vm: &mut Vm, object: Word, encoding: Word, errors: Word) -> PyResult {
    let Some(bytes) = super::bytes::bytes_of(object) else {
        if object.as_str().is_some() {
            return Err(vm.type_error("decoding str is not supported"));
        }
        return Err(args::wrong_type(vm, object, "decoding to str: need a bytes-like object, {} found"));
    };
    super::codec::decode(vm, bytes, encoding, errors)
}

/// `self` and its text.
#[inline]
fn this(vm: &mut Vm, a: &Args) -> PyResult<(Gc<Str>, &'static str)> {
    let string = args::this::<Str>(vm, a)?;
    Ok((string, string.text()))
}

/// The text of argument `i`, which must be a string: TypeError in the words of CPython's argument parser otherwise.
fn text_arg(vm: &mut Vm, a: &Args, i: usize, function: &str) -> PyResult<&'static str> {
    match a[i].as_str() {
        Some(text) => Ok(text),
        None => {
            let name = vm.type_name(a[i]);
            let message = if a.len() == 2 {
                format!("{function}() argument must be str, not {name}")
            } else {
                format!("{function}() argument {i} must be str, not {name}")
            };
            Err(vm.type_error(message))
        }
    }
}

/// An ASCII string of `length` bytes that `fill` writes (all of them, ASCII only).
fn new_ascii(vm: &mut Vm, length: usize, fill: impl FnOnce(&mut [u8])) -> Word {
    if length < 2 {
        let mut buffer = [0; 1];
        fill(&mut buffer[..length]);
        return vm.new_str(std::str::from_utf8(&buffer[..length]).unwrap_or(""));
    }
    let string = vm.alloc_str(length, length);
    // SAFETY: a fresh string has room for its bytes, which nothing else sees yet; zeroing makes them a valid slice.
    unsafe {
        let bytes = (*string).ptr as *mut u8;
        bytes.write_bytes(0, length);
        fill(std::slice::from_raw_parts_mut(bytes, length));
        Gc::from_ptr(string).word()
    }
}

/// A string of `text`, or the receiver itself when nothing changed (only for exact strings).
fn same_or_new(vm: &mut Vm, this: Gc<Str>, text: &str) -> Word {
    if text.len() == this.nbytes as usize && this.class() == vm.types.str {
        this.word()
    } else {
        vm.new_str(text)
    }
}
