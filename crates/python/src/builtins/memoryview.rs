//! `memoryview` of bytes: a window on a `bytes`, `bytearray` or byte array. Other item types and shapes are not
//! supported.

use super::args::{self, DONE};
use super::bytes::{byte_value, bytes_of};
use crate::heap::Marker;
use crate::objects::misc::{NativePayload, Payload};
use crate::objects::{Args, ByteArray, Class, Gc, MethodDef, SliceObj, TypeTag};
use crate::vm::{PyResult, Vm};
use crate::word::{NONE, Word};

/// A window on the bytes of `object`.
struct View {
    /// None once released.
    object: Word,
    start: usize,
    length: usize,
}

impl NativePayload for View {
    fn trace(&self, marker: &mut Marker) {
        marker.word(self.object);
    }
}

static METHODS: &[MethodDef] = &[
    MethodDef::new("tobytes", tobytes, 0, 1),
    MethodDef::new("tolist", tolist, 0, 0),
    MethodDef::new("hex", hex, 0, 0),
    MethodDef::new("release", release, 0, 0),
    MethodDef::new("toreadonly", itself, 0, 0),
    MethodDef::new("__enter__", itself, 0, 0),
    MethodDef::new("__exit__", release, 3, 3),
    MethodDef::new("__len__", len, 0, 0),
    MethodDef::new("__getitem__", getitem, 1, 1),
    MethodDef::new("__setitem__", setitem, 2, 2),
    MethodDef::new("__eq__", eq, 1, 1),
    MethodDef::new("__hash__", hash, 0, 0),
    MethodDef::new("__repr__", repr, 0, 0),
];

/// The class `memoryview`.
#[derive(Default)]
struct ViewClass(Option<Gc<Class>>);

/// Makes the class.
pub fn install(vm: &mut Vm) {
    let class = vm.new_class("memoryview", vm.types.object, TypeTag::NativeObject);
    vm.add_methods(class, METHODS);
    vm.add_getsets(
        class,
        &[
            ("obj", |vm, w| Ok(open(vm, w)?.object), None),
            ("nbytes", |vm, w| Ok(Word::int(open(vm, w)?.length as i64)), None),
            ("itemsize", |_, _| Ok(Word::int(1)), None),
            ("ndim", |_, _| Ok(Word::int(1)), None),
            ("format", |vm, _| Ok(vm.new_str("B")), None),
            ("readonly", |vm, w| Ok((!open(vm, w)?.object.is::<ByteArray>()).into()), None),
            ("contiguous", |_, _| Ok(true.into()), None),
            ("shape", shape, None),
            ("strides", |vm, _| Ok(vm.new_tuple(&[Word::int(1)])), None),
        ],
    );
    vm.set_constructor(class, construct, false);
    vm.state::<ViewClass>().0 = Some(class);
    vm.set_global(vm.builtins, "memoryview", class.word());
}

fn construct(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    let [object] = args::bind(vm, a, "memoryview", ["object"], 1, 1)?;
    if let Some(view) = object.payload::<View>() {
        let view = View { ..*view };
        return Ok(vm.new_native_object(class, Box::new(view)));
    }
    let wide = crate::modules::array::array_of(object).is_some_and(|array| array.kind().size != 1);
    match bytes_of(object) {
        Some(_) if wide => Err(vm.type_error("memoryview of items larger than a byte is not supported")),
        Some(bytes) => {
            let view = View { object, start: 0, length: bytes.len() };
            Ok(vm.new_native_object(class, Box::new(view)))
        }
        None => Err(args::wrong_type(vm, object, "memoryview: a bytes-like object is required, not '{}'")),
    }
}

fn view(vm: &mut Vm, w: Word) -> PyResult<Payload<View>> {
    match w.payload::<View>() {
        Some(view) => Ok(view),
        None => Err(args::wrong_type(vm, w, "descriptor requires a 'memoryview' object but received a '{}'")),
    }
}

/// The view, which must not be released.
fn open(vm: &mut Vm, w: Word) -> PyResult<Payload<View>> {
    let view = view(vm, w)?;
    if view.object.is_none() {
        return Err(vm.value_error("operation forbidden on released memoryview object"));
    }
    Ok(view)
}

/// The bytes a view shows, as far as its object still has them.
pub fn window(w: Word) -> Option<&'static [u8]> {
    let view = w.payload::<View>()?;
    let bytes = bytes_of(view.object)?;
    Some(&bytes[view.start.min(bytes.len())..(view.start + view.length).min(bytes.len())])
}

fn contents(vm: &mut Vm, w: Word) -> PyResult<&'static [u8]> {
    open(vm, w)?;
    Ok(window(w).unwrap_or(&[]))
}

fn shape(vm: &mut Vm, w: Word) -> PyResult {
    let length = open(vm, w)?.length;
    Ok(vm.new_tuple(&[Word::int(length as i64)]))
}

fn tobytes(vm: &mut Vm, a: &Args) -> PyResult {
    let bytes = contents(vm, a[0])?;
    Ok(vm.new_bytes(bytes))
}

fn tolist(vm: &mut Vm, a: &Args) -> PyResult {
    let items = contents(vm, a[0])?.iter().map(|&b| Word::int(i64::from(b))).collect();
    Ok(vm.new_list(items))
}

fn hex(vm: &mut Vm, a: &Args) -> PyResult {
    let text: String = contents(vm, a[0])?.iter().map(|b| format!("{b:02x}")).collect();
    Ok(vm.new_string(text))
}

fn release(vm: &mut Vm, a: &Args) -> PyResult {
    view(vm, a[0])?.object = NONE;
    DONE
}

fn itself(vm: &mut Vm, a: &Args) -> PyResult {
    open(vm, a[0])?;
    Ok(a[0])
}

fn len(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(Word::int(open(vm, a[0])?.length as i64))
}

fn place(vm: &mut Vm, length: usize, index: Word) -> PyResult<usize> {
    if index.as_index().is_none() && vm.lookup_special(index, vm.names.index).is_none() {
        return Err(vm.type_error("memoryview: invalid slice key"));
    }
    let index = vm.index(index)?;
    let at = if index < 0 { index + length as i64 } else { index };
    if (0..length as i64).contains(&at) {
        Ok(at as usize)
    } else {
        Err(vm.index_error("index out of bounds on dimension 1"))
    }
}

fn getitem(vm: &mut Vm, a: &Args) -> PyResult {
    let bytes = contents(vm, a[0])?;
    let Some(slice) = a[1].cast::<SliceObj>() else {
        let at = place(vm, bytes.len(), a[1])?;
        // `__index__` may have changed the bytes.
        let Some(&byte) = contents(vm, a[0])?.get(at) else {
            return Err(vm.index_error("index out of bounds on dimension 1"));
        };
        return Ok(Word::int(i64::from(byte)));
    };
    let length = open(vm, a[0])?.length;
    let indices = vm.slice_indices(slice, || length)?;
    if indices.step != 1 {
        return Err(vm.type_error("memoryview: slices with a step are not supported"));
    }
    let outer = open(vm, a[0])?;
    let part = View {
        object: outer.object,
        start: outer.start + indices.start.max(0) as usize,
        length: indices.count,
    };
    let class = vm.type_of(a[0]);
    Ok(vm.new_native_object(class, Box::new(part)))
}

fn setitem(vm: &mut Vm, a: &Args) -> PyResult {
    let (object, start, length) = {
        let view = open(vm, a[0])?;
        (view.object, view.start, view.length)
    };
    let Some(mut array) = object.cast::<ByteArray>() else {
        return Err(vm.type_error("cannot modify read-only memory"));
    };
    if let Some(slice) = a[1].cast::<SliceObj>() {
        let indices = vm.slice_indices(slice, || length)?;
        let Some(data) = bytes_of(a[2]).map(<[u8]>::to_vec) else {
            return Err(args::wrong_type(vm, a[2], "a bytes-like object is required, not '{}'"));
        };
        let from = start + indices.start.max(0) as usize;
        let target = array
            .data
            .get_mut(from..from + indices.count)
            .filter(|t| indices.step == 1 && t.len() == data.len());
        return match target {
            Some(target) => {
                target.copy_from_slice(&data);
                DONE
            }
            None => Err(vm.value_error("memoryview assignment: lvalue and rvalue have different structures")),
        };
    }
    let at = place(vm, length, a[1])?;
    let byte = match a[2].as_index() {
        Some(_) => byte_value(vm, a[2], "memoryview").map_err(|_| {
            vm.take_pending();
            vm.value_error("memoryview: invalid value for format 'B'")
        })?,
        None => return Err(vm.type_error("memoryview: invalid type for format 'B'")),
    };
    match array.data.get_mut(start + at) {
        Some(target) => *target = byte,
        None => return Err(vm.index_error("index out of bounds on dimension 1")),
    }
    DONE
}

fn eq(vm: &mut Vm, a: &Args) -> PyResult {
    let same = a[0] == a[1] || bytes_of(a[1]).is_some_and(|other| window(a[0]) == Some(other));
    let _ = vm;
    Ok(same.into())
}

fn hash(vm: &mut Vm, a: &Args) -> PyResult {
    let view = open(vm, a[0])?;
    if view.object.is::<ByteArray>() {
        return Err(vm.value_error("cannot hash writable memoryview object"));
    }
    let bytes = contents(vm, a[0])?;
    let bytes = vm.new_bytes(bytes);
    let hash = vm.hash(bytes)?;
    Ok(vm.new_int(hash as i64))
}

fn repr(vm: &mut Vm, a: &Args) -> PyResult {
    let state = if view(vm, a[0])?.object.is_none() { "released memory" } else { "memory" };
    let address = a[0].0;
    Ok(vm.new_string(format!("<{state} at {address:#x}>")))
}
