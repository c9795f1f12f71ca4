//! Methods that change a `bytearray`.

use super::{byte_value, bytes_of, collect, find};
use crate::builtins::args::{self, DONE, this};
use crate::objects::{Args, ByteArray, Class, Gc, MethodDef};
use crate::vm::{PyResult, Vm};
use crate::word::Word;

pub(super) static METHODS: &[MethodDef] = &[
    MethodDef::kw("__init__", init, 0, 3),
    MethodDef::new("append", append, 1, 1),
    MethodDef::new("extend", extend, 1, 1),
    MethodDef::new("insert", insert, 2, 2),
    MethodDef::new("pop", pop, 0, 1),
    MethodDef::new("remove", remove, 1, 1),
    MethodDef::new("reverse", reverse, 0, 0),
    MethodDef::new("copy", copy, 0, 0),
    MethodDef::new("clear", clear, 0, 0),
];

pub(super) fn construct(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    let data = if class == vm.types.bytearray { collect(vm, a, "bytearray")? } else { Vec::new() };
    let object = vm.new_bytearray(data);
    if class != vm.types.bytearray {
        vm.set_class(object, class);
    }
    Ok(object)
}

fn init(vm: &mut Vm, a: &Args) -> PyResult {
    let data = collect(vm, &a.skip(1), "bytearray")?;
    this::<ByteArray>(vm, a)?.data = data;
    DONE
}

fn append(vm: &mut Vm, a: &Args) -> PyResult {
    let byte = byte_value(vm, a[1], "bytearray")?;
    this::<ByteArray>(vm, a)?.data.push(byte);
    DONE
}

fn extend(vm: &mut Vm, a: &Args) -> PyResult {
    let mut array = this::<ByteArray>(vm, a)?;
    if let Some(bytes) = bytes_of(a[1]) {
        let bytes = bytes.to_vec();
        array.data.extend_from_slice(&bytes);
        return DONE;
    }
    let mut added = Vec::new();
    vm.iterate(a[1], |vm, item| {
        added.push(byte_value(vm, item, "bytearray")?);
        Ok(true)
    })?;
    array.data.extend_from_slice(&added);
    DONE
}

fn insert(vm: &mut Vm, a: &Args) -> PyResult {
    let index = vm.index(a[1])?;
    let byte = byte_value(vm, a[2], "bytearray")?;
    let mut array = this::<ByteArray>(vm, a)?;
    let len = array.data.len() as i64;
    let at = if index < 0 { (index + len).max(0) } else { index.min(len) };
    array.data.insert(at as usize, byte);
    DONE
}

fn pop(vm: &mut Vm, a: &Args) -> PyResult {
    let index = args::index_or(vm, a.or(1, Word::int(-1)), -1)?;
    let mut array = this::<ByteArray>(vm, a)?;
    let len = array.data.len() as i64;
    if len == 0 {
        return Err(vm.index_error("pop from empty bytearray"));
    }
    let at = if index < 0 { index + len } else { index };
    if !(0..len).contains(&at) {
        return Err(vm.index_error("pop index out of range"));
    }
    Ok(Word::int(i64::from(array.data.remove(at as usize))))
}

fn remove(vm: &mut Vm, a: &Args) -> PyResult {
    let byte = byte_value(vm, a[1], "bytearray")?;
    let mut array = this::<ByteArray>(vm, a)?;
    match find(&array.data, &[byte]) {
        Some(at) => {
            array.data.remove(at);
            DONE
        }
        None => Err(vm.value_error("value not found in bytearray")),
    }
}

fn reverse(vm: &mut Vm, a: &Args) -> PyResult {
    this::<ByteArray>(vm, a)?.data.reverse();
    DONE
}

fn copy(vm: &mut Vm, a: &Args) -> PyResult {
    let data = this::<ByteArray>(vm, a)?.data.clone();
    Ok(vm.new_bytearray(data))
}

fn clear(vm: &mut Vm, a: &Args) -> PyResult {
    this::<ByteArray>(vm, a)?.data.clear();
    DONE
}
