//! `defaultdict`: a dict subclass whose factory is kept in the dict object.

use crate::builtins::args::{self, DONE};
use crate::builtins::dict;
use crate::objects::{Args, Class, Dict, Gc, MethodDef, TypeTag};
use crate::vm::{PyResult, Vm};
use crate::word::{NONE, UNDEF, Word};

static METHODS: &[MethodDef] = &[
    MethodDef::kw("__init__", init, 0, crate::objects::function::ANY),
    MethodDef::new("__missing__", missing, 1, 1),
    MethodDef::new("__repr__", repr, 0, 0),
    MethodDef::new("copy", copy, 0, 0),
    MethodDef::new("__copy__", copy, 0, 0),
];

pub(super) fn class(vm: &mut Vm) -> Gc<Class> {
    let class = vm.new_class("defaultdict", vm.types.dict, TypeTag::Dict);
    crate::modules::set_module(vm, class, "collections");
    vm.add_methods(class, METHODS);
    vm.add_getsets(class, &[("default_factory", factory, Some(set_factory))]);
    vm.set_constructor(class, construct, true);
    class
}

fn construct(vm: &mut Vm, class: Gc<Class>, _: &Args) -> PyResult {
    let dict = vm.new_dict();
    vm.set_class(dict.word(), class);
    Ok(dict.word())
}

fn this(vm: &mut Vm, w: Word) -> PyResult<Gc<Dict>> {
    args::this(vm, &Args::new(&[w]))
}

fn init(vm: &mut Vm, a: &Args) -> PyResult {
    let mut this = this(vm, a[0])?;
    let factory = a.or(1, NONE);
    if !factory.is_none() && !args::is_callable(vm, factory) {
        return Err(vm.type_error("first argument must be callable or None"));
    }
    this.factory = factory;
    dict::fill(vm, this, &a.skip(2), "dict")?;
    DONE
}

fn factory(vm: &mut Vm, w: Word) -> PyResult {
    Ok(this(vm, w)?.factory.defined().unwrap_or(NONE))
}

fn set_factory(vm: &mut Vm, w: Word, value: Word) -> PyResult<()> {
    this(vm, w)?.factory = value;
    Ok(())
}

fn missing(vm: &mut Vm, a: &Args) -> PyResult {
    let this = this(vm, a[0])?;
    if this.factory == UNDEF || this.factory.is_none() {
        return Err(vm.key_error(a[1]));
    }
    let value = vm.call(this.factory, &[])?;
    vm.dict_set(this, a[1], value)?;
    Ok(value)
}

fn repr(vm: &mut Vm, a: &Args) -> PyResult {
    let this = this(vm, a[0])?;
    let name = vm.type_name(a[0]);
    let factory = this.factory.defined().unwrap_or(NONE);
    let factory = vm.repr(factory)?;
    let contents = vm.dict_repr(this)?;
    Ok(vm.new_string(format!("{name}({factory}, {contents})")))
}

fn copy(vm: &mut Vm, a: &Args) -> PyResult {
    let this = this(vm, a[0])?;
    let class = this.class();
    let mut new = vm.new_dict();
    vm.set_class(new.word(), class);
    vm.dict_update(new, this)?;
    new.factory = this.factory;
    Ok(new.word())
}
