//! `mappingproxy`: the read-only dict that `cls.__dict__` gives.

use crate::heap::Marker;
use crate::objects::*;
use crate::vm::{PyResult, Vm};
use crate::word::{NONE, Word};

/// The dict behind a proxy.
pub struct MappingProxy {
    pub dict: Word,
}

impl NativePayload for MappingProxy {
    fn trace(&self, m: &mut Marker) {
        m.word(self.dict);
    }
}

fn inner(w: Word) -> Word {
    w.payload::<MappingProxy>().map_or(NONE, |p| p.dict)
}

static METHODS: &[MethodDef] = &[
    MethodDef::new("__getitem__", |vm, a| vm.get_item(inner(a[0]), a[1]), 1, 1),
    MethodDef::new("__contains__", |vm, a| Ok(Word::bool(vm.contains(inner(a[0]), a[1])?)), 1, 1),
    MethodDef::new(
        "__len__",
        |vm, a| {
            let n = vm.len(inner(a[0]))?;
            Ok(vm.new_int(n as i64))
        },
        0,
        0,
    ),
    MethodDef::new("__iter__", |vm, a| vm.iter(inner(a[0])), 0, 0),
    MethodDef::new("__repr__", repr, 0, 0),
    MethodDef::new("__eq__", |vm, a| vm.compare(crate::vm::ops::CmpOp::Eq, inner(a[0]), a[1]), 1, 1),
    MethodDef::new("keys", |vm, a| Ok(vm.new_dict_view(inner(a[0]), ViewKind::Keys)), 0, 0),
    MethodDef::new("values", |vm, a| Ok(vm.new_dict_view(inner(a[0]), ViewKind::Values)), 0, 0),
    MethodDef::new("items", |vm, a| Ok(vm.new_dict_view(inner(a[0]), ViewKind::Items)), 0, 0),
    MethodDef::new("get", get, 1, 2),
    MethodDef::new("copy", |vm, a| vm.call_method(inner(a[0]), "copy", &[]), 0, 0),
];

fn repr(vm: &mut Vm, a: &Args) -> PyResult {
    let text = format!("mappingproxy({})", vm.repr(inner(a[0]))?);
    Ok(vm.new_str(&text))
}

fn get(vm: &mut Vm, a: &Args) -> PyResult {
    match inner(a[0]).cast::<Dict>() {
        Some(d) => Ok(vm.dict_get(d, a[1])?.unwrap_or(a.or(2, NONE))),
        None => Ok(a.or(2, NONE)),
    }
}

fn construct(vm: &mut Vm, _: Gc<Class>, a: &Args) -> PyResult {
    match a.get(0).filter(|d| d.is::<Dict>()) {
        Some(d) => Ok(vm.new_mappingproxy(d)),
        None => Err(vm.type_error("mappingproxy() argument must be a mapping")),
    }
}

impl Vm {
    pub(crate) fn boot_proxy(&mut self) {
        let class = self.types.mappingproxy;
        self.add_methods(class, METHODS);
        self.set_constructor(class, construct, false);
    }
}
