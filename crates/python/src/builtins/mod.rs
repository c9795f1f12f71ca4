//! The builtin functions, and the constructors and methods of the builtin types.

pub mod args;
pub mod bytes;
pub mod codec;
pub mod dict;
pub mod float;
pub mod format;
pub mod functions;
pub mod globals;
pub mod int;
pub mod iteration;
pub mod list;
pub mod memoryview;
pub mod numbers;
pub mod range;
pub mod reflect;
pub mod set;
pub mod sort;
pub mod str;
pub mod tuple;

use crate::vm::Vm;
use crate::word::{ELLIPSIS, FALSE, NONE, NOTIMPL, TRUE};

/// Registers everything and fills the builtins namespace.
pub fn install(vm: &mut Vm) {
    globals::install(vm);
    functions::install(vm);
    iteration::install(vm);
    reflect::install(vm);
    list::install(vm);
    tuple::install(vm);
    dict::install(vm);
    set::install(vm);
    str::install(vm);
    bytes::install(vm);
    int::install(vm);
    float::install(vm);
    range::install(vm);
    memoryview::install(vm);
    vm.percent = Some(format::percent);
    name_types(vm);
    crate::modules::install(vm);
    for (name, value) in [
        ("None", NONE),
        ("True", TRUE),
        ("False", FALSE),
        ("NotImplemented", NOTIMPL),
        ("Ellipsis", ELLIPSIS),
        ("__debug__", TRUE),
    ] {
        vm.set_global(vm.builtins, name, value);
    }
}

/// Makes the classes that have a builtin name known by it.
fn name_types(vm: &mut Vm) {
    let t = vm.types;
    let types = [
        t.object,
        t.type_,
        t.int,
        t.bool_,
        t.float,
        t.complex,
        t.str,
        t.bytes,
        t.bytearray,
        t.list,
        t.tuple,
        t.dict,
        t.set,
        t.frozenset,
        t.range,
        t.slice,
        t.property,
        t.staticmethod,
        t.classmethod,
        t.super_,
        t.enumerate,
        t.zip,
        t.map,
        t.filter,
        t.reversed,
    ];
    for class in types {
        vm.set_global(vm.builtins, class.name_str(), class.word());
    }
    for class in vm.exc_classes.clone() {
        vm.set_global(vm.builtins, class.name_str(), class.word());
    }
    let os_error = vm.exc(crate::vm::Exc::OSError).word();
    for alias in ["IOError", "EnvironmentError"] {
        vm.set_global(vm.builtins, alias, os_error);
    }
}
