//! The dict that `globals()` and a module's `__dict__` show: a live view of a namespace.

use super::args::{self, DONE};
use crate::heap::Marker;
use crate::objects::function::ANY;
use crate::objects::misc::NativePayload;
use crate::objects::{Args, Class, Dict, Gc, MethodDef, Name, Namespace, Str, TypeTag};
use crate::vm::ops::{BinOp, CmpOp};
use crate::vm::{PyResult, Vm};
use crate::word::{NONE, NOTIMPL, UNDEF, Word};

struct Globals(Gc<Namespace>);

impl NativePayload for Globals {
    fn trace(&self, marker: &mut Marker) {
        marker.object(self.0);
    }
}

static METHODS: &[MethodDef] = &[
    MethodDef::new("__len__", len, 0, 0),
    MethodDef::new("__getitem__", getitem, 1, 1),
    MethodDef::new("__setitem__", setitem, 2, 2),
    MethodDef::new("__delitem__", delitem, 1, 1),
    MethodDef::new("__contains__", contains, 1, 1),
    MethodDef::new("__iter__", iter, 0, 0),
    MethodDef::new("__reversed__", reversed, 0, 0),
    MethodDef::new("__repr__", repr, 0, 0),
    MethodDef::new("__eq__", eq, 1, 1),
    MethodDef::new("__or__", or, 1, 1),
    MethodDef::new("keys", keys, 0, 0),
    MethodDef::new("values", values, 0, 0),
    MethodDef::new("items", items, 0, 0),
    MethodDef::new("get", get, 1, 2),
    MethodDef::new("setdefault", setdefault, 1, 2),
    MethodDef::new("pop", pop, 1, 2),
    MethodDef::new("copy", copy, 0, 0),
    MethodDef::kw("update", update, 0, ANY),
];

/// The class of the views.
#[derive(Default)]
struct GlobalsClass(Option<Gc<Class>>);

/// Makes the class.
pub fn install(vm: &mut Vm) {
    // A kind of dict for `isinstance`, with methods of its own for all that dicts do.
    let class = vm.new_class("dict", vm.types.dict, TypeTag::NativeObject);
    vm.add_methods(class, METHODS);
    vm.set_class_attr(class, "__hash__", NONE);
    vm.state::<GlobalsClass>().0 = Some(class);
}

/// The view of `namespace`; always the same object.
pub fn dict_of(vm: &mut Vm, mut namespace: Gc<Namespace>) -> PyResult {
    if namespace.dict != UNDEF {
        return Ok(namespace.dict);
    }
    let Some(class) = vm.state::<GlobalsClass>().0 else {
        return Err(vm.runtime_error("namespaces are not set up"));
    };
    let view = vm.new_native_object(class, Box::new(Globals(namespace)));
    namespace.dict = view;
    Ok(view)
}

/// The namespace behind a view.
pub fn namespace_of(w: Word) -> Option<Gc<Namespace>> {
    w.payload::<Globals>().map(|globals| globals.0)
}

fn this(vm: &mut Vm, w: Word) -> PyResult<Gc<Namespace>> {
    match namespace_of(w) {
        Some(namespace) => Ok(namespace),
        None => Err(args::wrong_type(vm, w, "descriptor requires a namespace but received a '{}'")),
    }
}

/// A key as a name; only strings can be names.
fn name_of(vm: &mut Vm, key: Word) -> Option<Name> {
    key.cast::<Str>().map(|text| vm.intern_str(text))
}

/// The contents as a dict of their own.
fn snapshot(vm: &mut Vm, w: Word) -> PyResult<Gc<Dict>> {
    let namespace = this(vm, w)?;
    let dict = vm.new_dict();
    for (name, value) in namespace.iter() {
        vm.dict_set_name(dict, name, value);
    }
    Ok(dict)
}

fn find(vm: &mut Vm, a: &Args) -> PyResult<Option<Word>> {
    let namespace = this(vm, a[0])?;
    Ok(name_of(vm, a[1]).and_then(|name| namespace.get(name)))
}

fn len(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(Word::int(this(vm, a[0])?.iter().count() as i64))
}

fn getitem(vm: &mut Vm, a: &Args) -> PyResult {
    match find(vm, a)? {
        Some(value) => Ok(value),
        None => Err(vm.key_error(a[1])),
    }
}

fn set(vm: &mut Vm, w: Word, key: Word, value: Word) -> PyResult<()> {
    let namespace = this(vm, w)?;
    match name_of(vm, key) {
        Some(name) => {
            vm.store_global(namespace, name, value);
            Ok(())
        }
        None => Err(vm.type_error("names of globals must be strings")),
    }
}

fn setitem(vm: &mut Vm, a: &Args) -> PyResult {
    set(vm, a[0], a[1], a[2])?;
    DONE
}

fn remove(vm: &mut Vm, a: &Args) -> PyResult<Option<Word>> {
    let found = find(vm, a)?;
    if found.is_some() {
        set(vm, a[0], a[1], UNDEF)?;
    }
    Ok(found)
}

fn delitem(vm: &mut Vm, a: &Args) -> PyResult {
    match remove(vm, a)? {
        Some(_) => DONE,
        None => Err(vm.key_error(a[1])),
    }
}

fn contains(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(find(vm, a)?.is_some().into())
}

fn iter(vm: &mut Vm, a: &Args) -> PyResult {
    let dict = snapshot(vm, a[0])?.word();
    vm.iter(dict)
}

/// Calls a method of the contents as a dict.
fn on_snapshot(vm: &mut Vm, a: &Args, method: &str) -> PyResult {
    let dict = snapshot(vm, a[0])?.word();
    vm.call_method(dict, method, &a[1..])
}

fn reversed(vm: &mut Vm, a: &Args) -> PyResult {
    on_snapshot(vm, a, "__reversed__")
}

fn keys(vm: &mut Vm, a: &Args) -> PyResult {
    on_snapshot(vm, a, "keys")
}

fn values(vm: &mut Vm, a: &Args) -> PyResult {
    on_snapshot(vm, a, "values")
}

fn items(vm: &mut Vm, a: &Args) -> PyResult {
    on_snapshot(vm, a, "items")
}

fn copy(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(snapshot(vm, a[0])?.word())
}

fn repr(vm: &mut Vm, a: &Args) -> PyResult {
    if !vm.enter_repr(a[0]) {
        return Ok(vm.new_str("{...}"));
    }
    let shown = match snapshot(vm, a[0]) {
        Ok(dict) => vm.repr(dict.word()),
        Err(raised) => Err(raised),
    };
    vm.leave_repr(a[0]);
    let shown = shown?;
    Ok(vm.new_string(shown))
}

fn eq(vm: &mut Vm, a: &Args) -> PyResult {
    if a[0] == a[1] {
        return Ok(true.into());
    }
    let other = match namespace_of(a[1]) {
        Some(_) => snapshot(vm, a[1])?.word(),
        None if a[1].is::<Dict>() => a[1],
        None => return Ok(NOTIMPL),
    };
    let dict = snapshot(vm, a[0])?.word();
    vm.compare(CmpOp::Eq, dict, other)
}

fn or(vm: &mut Vm, a: &Args) -> PyResult {
    let dict = snapshot(vm, a[0])?.word();
    vm.binary_op(BinOp::Or, dict, a[1])
}

fn get(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(find(vm, a)?.unwrap_or(a.or(2, NONE)))
}

fn setdefault(vm: &mut Vm, a: &Args) -> PyResult {
    if let Some(value) = find(vm, a)? {
        return Ok(value);
    }
    let value = a.or(2, NONE);
    set(vm, a[0], a[1], value)?;
    Ok(value)
}

fn pop(vm: &mut Vm, a: &Args) -> PyResult {
    match remove(vm, a)?.or(a.get(2)) {
        Some(value) => Ok(value),
        None => Err(vm.key_error(a[1])),
    }
}

fn update(vm: &mut Vm, a: &Args) -> PyResult {
    let added = vm.new_dict();
    super::dict::fill(vm, added, &a.skip(1), "update")?;
    let entries: Vec<_> = added.iter().collect();
    for (key, value) in entries {
        set(vm, a[0], key, value)?;
    }
    DONE
}
