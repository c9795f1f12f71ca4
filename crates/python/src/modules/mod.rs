//! The library: modules written in Rust, and modules written in Python and compiled when imported.

pub mod array;
mod bisect;
mod collections;
mod functools;
pub mod import;
pub mod int_math;
pub mod io;
mod itertools;
mod math;
pub mod mersenne;
mod operator;
mod os;
mod platform;
mod random;
pub mod runtime;
mod structseq;
mod sys;
mod time;

use crate::objects::{Class, Gc, Module, TypeTag};
use crate::vm::{PyResult, Vm};
use crate::word::{NONE, Word};

/// Where an embedded module comes from.
#[derive(Clone, Copy)]
pub enum Source {
    /// Rust code that fills the module.
    Native(fn(&mut Vm, Gc<Module>) -> PyResult<()>),
    /// Python text.
    Python(&'static str),
}

use Source::{Native, Python};

/// The embedded modules.
static MODULES: &[(&str, Source)] = &[
    ("__future__", Python(include_str!("py/future.py"))),
    ("_collections", Native(collections::build)),
    ("_functools", Native(functools::build)),
    ("_heapq", Native(bisect::build_heapq)),
    ("_os", Native(os::build)),
    ("_traceback", Native(runtime::build_traceback)),
    ("_weakref", Native(runtime::build_weakref)),
    ("abc", Python(include_str!("py/abc.py"))),
    ("array", Native(array::build)),
    ("atexit", Native(runtime::build_atexit)),
    ("bisect", Native(bisect::build_bisect)),
    ("cmath", Python(include_str!("py/cmath.py"))),
    ("collections", Python(include_str!("py/collections.py"))),
    ("collections.abc", Python(include_str!("py/collections_abc.py"))),
    ("contextlib", Python(include_str!("py/contextlib.py"))),
    ("copy", Python(include_str!("py/copy.py"))),
    ("dataclasses", Python(include_str!("py/dataclasses.py"))),
    ("enum", Python(include_str!("py/enum.py"))),
    ("errno", Native(runtime::build_errno)),
    ("fractions", Python(include_str!("py/fractions.py"))),
    ("functools", Python(include_str!("py/functools.py"))),
    ("gc", Native(runtime::build_gc)),
    ("heapq", Python(include_str!("py/heapq.py"))),
    ("importlib", Python(include_str!("py/importlib.py"))),
    ("io", Native(io::build)),
    ("itertools", Native(itertools::build)),
    ("keyword", Python(include_str!("py/keyword.py"))),
    ("math", Native(math::build)),
    ("numbers", Python(include_str!("py/numbers.py"))),
    ("operator", Native(operator::build)),
    ("os", Python(include_str!("py/os.py"))),
    ("os.path", Python(include_str!("py/os_path.py"))),
    ("platform", Python(include_str!("py/platform.py"))),
    ("random", Native(random::build)),
    ("statistics", Python(include_str!("py/statistics.py"))),
    ("string", Python(include_str!("py/string.py"))),
    ("sys", Native(sys::build)),
    ("textwrap", Python(include_str!("py/textwrap.py"))),
    ("time", Native(time::build)),
    ("traceback", Python(include_str!("py/traceback.py"))),
    ("types", Python(include_str!("py/types.py"))),
    ("typing", Python(include_str!("py/typing.py"))),
    ("warnings", Python(include_str!("py/warnings.py"))),
    ("weakref", Python(include_str!("py/weakref.py"))),
];

/// The embedded module of that name.
pub fn embedded(name: &str) -> Option<Source> {
    MODULES.iter().find(|(n, _)| *n == name).map(|(_, source)| *source)
}

/// Whether an embedded module has submodules.
fn is_package(name: &str) -> bool {
    MODULES.iter().any(|(n, _)| n.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
}

/// Names of the modules written in Rust.
fn native_names() -> impl Iterator<Item = &'static str> {
    MODULES.iter().filter(|(_, source)| matches!(source, Native(_))).map(|(name, _)| *name)
}

/// Registers the builtin functions that live here, and makes `builtins` and `sys`; does nothing the second time.
pub fn install(vm: &mut Vm) {
    let name = vm.intern("sys");
    if vm.modules.get_name(name).is_some() {
        return;
    }
    io::install(vm);
    import::install(vm);
    let mut builtins = vm.new_module("builtins");
    builtins.namespace = vm.builtins;
    vm.register_module(builtins);
    vm.set_constructor(vm.types.module, import::construct_module, false);
    let sys = import::import_dotted(vm, "sys");
    debug_assert!(sys.is_ok(), "sys cannot fail to load");
}

/// A native class whose objects hold a payload.
fn new_type(vm: &mut Vm, name: &str, module: &str) -> Gc<Class> {
    let class = vm.new_class(name, vm.types.object, TypeTag::NativeObject);
    set_module(vm, class, module);
    class
}

/// A native class whose objects may be given attributes.
fn new_open_type(vm: &mut Vm, name: &str, module: &str) -> Gc<Class> {
    let mut class = new_type(vm, name, module);
    class.flags &= !crate::objects::class::C_NO_DICT;
    // `object` has a read-only `__doc__`; here it is an attribute like others.
    vm.add_getsets(class, &[("__doc__", get_doc, Some(set_doc)), ("__dict__", get_dict, None)]);
    class
}

/// Says which module a native class belongs to.
fn set_module(vm: &mut Vm, class: Gc<Class>, module: &str) {
    let module = vm.new_str(module);
    vm.set_class_attr(class, "__module__", module);
}

fn get_dict(vm: &mut Vm, w: Word) -> PyResult {
    Ok(vm.attr_dict(w).map_or(NONE, Gc::word))
}

fn get_doc(vm: &mut Vm, w: Word) -> PyResult {
    let name = vm.names.doc;
    Ok(vm.attr_dict(w).and_then(|dict| dict.get_name(name)).unwrap_or(NONE))
}

fn set_doc(vm: &mut Vm, w: Word, value: Word) -> PyResult<()> {
    let name = vm.names.doc;
    if let Some(dict) = vm.attr_dict(w) {
        vm.dict_set_name(dict, name, value);
    }
    Ok(())
}
