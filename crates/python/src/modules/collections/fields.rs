//! The descriptors of named tuples' fields.

use crate::builtins::args;
use crate::heap::Marker;
use crate::objects::misc::{NativePayload, Payload};
use crate::objects::{Args, Class, Gc, MethodDef, Tuple};
use crate::vm::{PyResult, Vm};
use crate::word::{NONE, Word};

static METHODS: &[MethodDef] = &[MethodDef::new("__get__", get, 1, 2), MethodDef::new("__set__", set, 2, 2)];

struct Field {
    index: usize,
    doc: Word,
}

impl NativePayload for Field {
    fn trace(&self, marker: &mut Marker) {
        marker.word(self.doc);
    }
}

/// The descriptors' class.
#[derive(Default)]
struct FieldClass(Option<Gc<Class>>);

fn class(vm: &mut Vm) -> Gc<Class> {
    if let Some(class) = vm.state::<FieldClass>().0 {
        return class;
    }
    let class = crate::modules::new_type(vm, "_tuplegetter", "collections");
    vm.add_methods(class, METHODS);
    vm.add_getsets(class, &[("__doc__", |vm, w| Ok(field(vm, w)?.doc), None)]);
    vm.state::<FieldClass>().0 = Some(class);
    class
}

fn field(vm: &mut Vm, w: Word) -> PyResult<Payload<Field>> {
    match w.payload::<Field>() {
        Some(field) => Ok(field),
        None => Err(args::wrong_type(vm, w, "'{}' object is not a field")),
    }
}

/// `_tuplegetter(index, doc)`.
pub(super) fn getter(vm: &mut Vm, a: &Args) -> PyResult {
    let index = vm.index(a[0])?.max(0) as usize;
    let class = class(vm);
    Ok(vm.new_native_object(class, Box::new(Field { index, doc: a[1] })))
}

/// A descriptor of item `index`.
pub fn descriptor(vm: &mut Vm, index: usize) -> PyResult {
    let class = class(vm);
    Ok(vm.new_native_object(class, Box::new(Field { index, doc: NONE })))
}

fn get(vm: &mut Vm, a: &Args) -> PyResult {
    let field = field(vm, a[0])?;
    match a[1].cast::<Tuple>() {
        Some(tuple) => match tuple.items().get(field.index) {
            Some(&item) => Ok(item),
            None => Err(vm.index_error("tuple index out of range")),
        },
        None => Ok(a[0]),
    }
}

fn set(vm: &mut Vm, _: &Args) -> PyResult {
    Err(vm.raise(crate::vm::Exc::AttributeError, "can't set attribute"))
}
