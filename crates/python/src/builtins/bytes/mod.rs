//! `bytes` and `bytearray`: constructors, and the methods they share.

mod array;
mod edit;
mod search;

use super::args;
use super::numbers::int_value;
use crate::objects::{Args, ByteArray, Bytes, Class, Gc, MethodDef};
use crate::vm::{PyResult, Vm};
use crate::word::{UNDEF, Word};

static CLASS_METHODS: &[MethodDef] = &[MethodDef::new("fromhex", fromhex, 1, 1)];

/// Registers constructors and methods.
pub fn install(vm: &mut Vm) {
    for class in [vm.types.bytes, vm.types.bytearray] {
        vm.add_methods(class, search::METHODS);
        vm.add_methods(class, edit::METHODS);
        vm.add_class_methods(class, CLASS_METHODS);
        vm.add_static(class, edit::STATIC);
    }
    vm.add_methods(vm.types.bytearray, array::METHODS);
    vm.set_constructor(vm.types.bytes, construct, false);
    vm.set_constructor(vm.types.bytearray, array::construct, true);
}

/// The bytes of a bytes-like object. They stay valid until the object is changed.
#[inline]
pub fn bytes_of(w: Word) -> Option<&'static [u8]> {
    if let Some(bytes) = w.cast::<Bytes>() {
        // SAFETY: objects outlive the native code that looks at them (see `objects`); bytes are immutable.
        return Some(unsafe { &(*bytes.as_ptr()).data });
    }
    if let Some(array) = w.cast::<ByteArray>() {
        // SAFETY: as above; callers do not keep the slice across a change of the array.
        return Some(unsafe { &(*array.as_ptr()).data });
    }
    crate::modules::array::bytes_of(w).or_else(|| super::memoryview::window(w))
}

/// The bytes of an argument, else TypeError.
pub(crate) fn like(vm: &mut Vm, w: Word) -> PyResult<&'static [u8]> {
    match bytes_of(w) {
        Some(bytes) => Ok(bytes),
        None => Err(args::wrong_type(vm, w, "a bytes-like object is required, not '{}'")),
    }
}

/// The receiver's bytes. To be asked for once all other arguments were converted, which may run Python code that changes
/// a `bytearray`.
fn this(vm: &mut Vm, a: &Args) -> PyResult<&'static [u8]> {
    like(vm, a[0])
}

/// A result of the receiver's type.
fn same_type(vm: &mut Vm, receiver: Word, data: &[u8]) -> Word {
    if receiver.is::<ByteArray>() { vm.new_bytearray(data.to_vec()) } else { vm.new_bytes(data) }
}

fn construct(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    if class == vm.types.bytes
        && !a.has_kw()
        && a.len() == 1
        && a[0].cast::<Bytes>().is_some_and(|b| b.class() == class)
    {
        return Ok(a[0]);
    }
    let data = collect(vm, a, "bytes")?;
    let object = vm.new_bytes(&data);
    if class != vm.types.bytes {
        vm.set_class(object, class);
    }
    Ok(object)
}

/// The contents that constructor arguments describe.
fn collect(vm: &mut Vm, a: &Args, name: &str) -> PyResult<Vec<u8>> {
    let [source, encoding, errors] = args::bind(vm, a, name, ["source", "encoding", "errors"], 0, 3)?;
    if source == UNDEF {
        if encoding != UNDEF || errors != UNDEF {
            return Err(vm.type_error("encoding without a string argument"));
        }
        return Ok(Vec::new());
    }
    if let Some(text) = source.as_str() {
        if encoding == UNDEF {
            return Err(vm.type_error("string argument without an encoding"));
        }
        return super::codec::encode(vm, text, encoding, errors);
    }
    if encoding != UNDEF || errors != UNDEF {
        return Err(vm.type_error("encoding without a string argument"));
    }
    if let Some(bytes) = bytes_of(source) {
        return Ok(bytes.to_vec());
    }
    if let Some(result) = vm.call_special(source, vm.names.bytes, &[])? {
        return match bytes_of(result) {
            Some(bytes) => Ok(bytes.to_vec()),
            None => Err(args::wrong_type(vm, result, "__bytes__ returned non-bytes (type {})")),
        };
    }
    if source.as_index().is_some() || vm.lookup_special(source, vm.names.index).is_some() {
        let count = vm.index(source)?;
        if count < 0 {
            return Err(vm.value_error("negative count"));
        }
        vm.room(count as usize)?;
        return Ok(vec![0; count as usize]);
    }
    if vm.lookup_special(source, vm.names.iter).is_none()
        && vm.lookup_special(source, vm.names.getitem).is_none()
    {
        let message = format!("cannot convert '{{}}' object to {name}");
        return Err(args::wrong_type(vm, source, &message));
    }
    let mut data = Vec::new();
    vm.iterate(source, |vm, item| {
        data.push(byte_value(vm, item, name)?);
        Ok(true)
    })?;
    Ok(data)
}

/// An item as a byte; `name` is the type in the error for values out of range.
pub(crate) fn byte_value(vm: &mut Vm, item: Word, name: &str) -> PyResult<u8> {
    let value = match item.as_index() {
        Some(i) => Some(i),
        None => {
            let index = vm.index_word(item)?;
            int_value(index).and_then(|i| i.small())
        }
    };
    match value.and_then(|v| u8::try_from(v).ok()) {
        Some(byte) => Ok(byte),
        None if name == "bytes" => Err(vm.value_error("bytes must be in range(0, 256)")),
        None => Err(vm.value_error("byte must be in range(0, 256)")),
    }
}

fn fromhex(vm: &mut Vm, a: &Args) -> PyResult {
    let text = args::text(vm, a[1], "fromhex() argument must be str, not {}")?;
    let mut data = Vec::with_capacity(text.len() / 2);
    let mut chars = text.chars().enumerate().filter(|(_, c)| !c.is_ascii_whitespace()).peekable();
    while let Some((at, high)) = chars.next() {
        let low = chars.peek().map(|&(i, c)| (i, c.to_digit(16)));
        let bad = match (high.to_digit(16), low) {
            (Some(high), Some((i, Some(low)))) if i == at + 1 => {
                data.push((high << 4 | low) as u8);
                chars.next();
                continue;
            }
            (None, _) => at,
            _ => at + 1,
        };
        return Err(
            vm.value_error(format!("non-hexadecimal number found in fromhex() arg at position {bad}"))
        );
    }
    let class = a[0].cast::<Class>();
    let native = if class.is_some_and(|c| c.is_subclass(vm.types.bytearray)) {
        vm.types.bytearray
    } else {
        vm.types.bytes
    };
    let object = if native == vm.types.bytearray { vm.new_bytearray(data) } else { vm.new_bytes(&data) };
    match class {
        Some(class) if class != native => vm.call(class.word(), &[object]),
        _ => Ok(object),
    }
}

/// Position of `needle` in `haystack`.
pub(crate) fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    match needle {
        [] => Some(0),
        [byte] => haystack.iter().position(|b| b == byte),
        _ => haystack.windows(needle.len()).position(|w| w == needle),
    }
}

/// How often `needle` is in `haystack`; the empty one is between all bytes, and at both ends.
pub(crate) fn matches(mut haystack: &[u8], needle: &[u8]) -> usize {
    if needle.is_empty() {
        return haystack.len() + 1;
    }
    let mut count = 0;
    while let Some(at) = find(haystack, needle) {
        count += 1;
        haystack = &haystack[at + needle.len()..];
    }
    count
}

/// Last position of `needle` in `haystack`.
pub(crate) fn rfind(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    if needle.is_empty() {
        return Some(haystack.len());
    }
    haystack.windows(needle.len()).rposition(|w| w == needle)
}
