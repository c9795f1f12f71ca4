//! Builtin functions about attributes, classes and namespaces, and the constructors of descriptors.

use super::args::{self, DONE};
use crate::code::CodeKind;
use crate::objects::{Args, Cell, Class, Dict, Function, Gc, MethodDef, Module, Name, Namespace, Property};
use crate::vm::{Exc, PyResult, Vm};
use crate::word::{NONE, UNDEF, Word};

static FUNCTIONS: &[MethodDef] = &[
    MethodDef::new("delattr", delattr, 2, 2),
    MethodDef::new("dir", dir, 0, 1),
    MethodDef::new("getattr", getattr, 2, 3),
    MethodDef::new("globals", globals, 0, 0),
    MethodDef::new("hasattr", hasattr, 2, 2),
    MethodDef::new("isinstance", isinstance, 2, 2),
    MethodDef::new("issubclass", issubclass, 2, 2),
    MethodDef::new("locals", locals, 0, 0),
    MethodDef::new("setattr", setattr, 3, 3),
    MethodDef::new("vars", vars, 0, 1),
    MethodDef::kw("exit", exit, 0, 1),
    MethodDef::kw("quit", exit, 0, 1),
];

static PROPERTY_METHODS: &[MethodDef] = &[
    MethodDef::new("getter", property_getter, 1, 1),
    MethodDef::new("setter", property_setter, 1, 1),
    MethodDef::new("deleter", property_deleter, 1, 1),
];

static OBJECT_METHODS: &[MethodDef] = &[
    MethodDef::new("__dir__", object_dir, 0, 0),
    MethodDef::new("__format__", object_format, 1, 1),
    MethodDef::new("__sizeof__", object_sizeof, 0, 0),
];

/// Registers functions, methods and constructors.
pub fn install(vm: &mut Vm) {
    vm.add_methods(vm.types.object, OBJECT_METHODS);
    vm.add_functions(vm.builtins, "builtins", FUNCTIONS);
    vm.add_methods(vm.types.property, PROPERTY_METHODS);
    vm.set_constructor(vm.types.property, construct_property, false);
    vm.set_constructor(vm.types.staticmethod, construct_staticmethod, false);
    vm.set_constructor(vm.types.classmethod, construct_classmethod, false);
}

fn attribute_name(vm: &mut Vm, w: Word) -> PyResult<Name> {
    match w.cast::<crate::objects::Str>() {
        Some(text) => Ok(vm.intern_str(text)),
        None => Err(args::wrong_type(vm, w, "attribute name must be string, not '{}'")),
    }
}

fn getattr(vm: &mut Vm, a: &Args) -> PyResult {
    let name = attribute_name(vm, a[1])?;
    match a.get(2) {
        None => vm.get_attr(a[0], name),
        Some(default) => Ok(vm.find_attr(a[0], name)?.unwrap_or(default)),
    }
}

fn hasattr(vm: &mut Vm, a: &Args) -> PyResult {
    let name = attribute_name(vm, a[1])?;
    Ok(vm.find_attr(a[0], name)?.is_some().into())
}

fn setattr(vm: &mut Vm, a: &Args) -> PyResult {
    let name = attribute_name(vm, a[1])?;
    vm.set_attr(a[0], name, a[2])?;
    DONE
}

fn delattr(vm: &mut Vm, a: &Args) -> PyResult {
    let name = attribute_name(vm, a[1])?;
    vm.del_attr(a[0], name)?;
    DONE
}

fn isinstance(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(vm.isinstance(a[0], a[1])?.into())
}

fn issubclass(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(vm.issubclass(a[0], a[1])?.into())
}

/// The globals of the function that called the running native.
pub fn caller_globals(vm: &Vm) -> Option<Gc<Namespace>> {
    let frame = vm.frames.last()?;
    // SAFETY: the word below a frame's registers is its function.
    let function = unsafe { *frame.base.sub(1) };
    Some(function.cast::<Function>()?.globals)
}

fn globals(vm: &mut Vm, _: &Args) -> PyResult {
    match caller_globals(vm) {
        Some(namespace) => super::globals::dict_of(vm, namespace),
        None => Ok(vm.new_dict().word()),
    }
}

/// The namespace of the calling class body or the variables of the calling function; `None` in a module.
pub fn caller_locals(vm: &mut Vm) -> PyResult<Option<Word>> {
    let Some(&frame) = vm.frames.last() else { return Ok(None) };
    // SAFETY: loaded code is immortal; the registers of a live frame and the function below them are readable.
    let (code, function) = unsafe { ((*frame.code).source.clone(), *frame.base.sub(1)) };
    // SAFETY: as above; variables come first among the registers.
    let register = |i: usize| unsafe { *frame.base.add(i) };
    if code.flags.has_namespace {
        return Ok(Some(register(0)));
    }
    if code.flags.kind == CodeKind::Module {
        return Ok(None);
    }
    let dict = vm.new_dict();
    let held = |w: Word, is_cell: bool| match w.cast::<Cell>() {
        Some(cell) if is_cell => cell.value,
        _ => w,
    };
    for (i, local) in code.locals.iter().enumerate() {
        let value = held(register(i), local.is_cell);
        // Names that are no identifiers belong to the compiler.
        if value != UNDEF && !local.name.starts_with('.') {
            vm.dict_set_str(dict, &local.name, value);
        }
    }
    let cells = function.cast::<Function>().map_or(&[][..], |f| f.cells());
    for (name, &cell) in code.free_names.iter().zip(cells) {
        let value = held(cell, true);
        if value != UNDEF {
            vm.dict_set_str(dict, name, value);
        }
    }
    Ok(Some(dict.word()))
}

fn locals(vm: &mut Vm, a: &Args) -> PyResult {
    match caller_locals(vm)? {
        Some(locals) => Ok(locals),
        None => globals(vm, a),
    }
}

fn vars(vm: &mut Vm, a: &Args) -> PyResult {
    let Some(object) = a.get(0) else {
        return locals(vm, a);
    };
    match vm.find_attr(object, vm.names.dict)? {
        Some(dict) => Ok(dict),
        None => Err(vm.type_error("vars() argument must have __dict__ attribute")),
    }
}

fn dir(vm: &mut Vm, a: &Args) -> PyResult {
    let mut names: Vec<Word> = match a.get(0) {
        None => {
            let names = locals(vm, a)?;
            vm.to_vec(names)?
        }
        Some(object) => match vm.call_special(object, vm.names.dir, &[])? {
            Some(result) => vm.to_vec(result)?,
            None => attribute_names(vm, object)?,
        },
    };
    super::sort::sort(vm, &mut names, None, false)?;
    Ok(vm.new_list(names))
}

/// `object.__dir__`: names in the object's dict, and in its class and the bases.
pub fn attribute_names(vm: &mut Vm, object: Word) -> PyResult<Vec<Word>> {
    let names = vm.new_dict();
    if let Some(module) = object.cast::<Module>() {
        return Ok(module.namespace.iter().map(|(name, _)| name.word()).collect());
    }
    let class = match object.cast::<Class>() {
        Some(class) => class,
        None => {
            if let Some(dict) = vm.find_attr(object, vm.names.dict)?.and_then(|d| d.cast::<Dict>()) {
                vm.dict_update(names, dict)?;
            }
            vm.type_of(object)
        }
    };
    for base in class.mro.clone() {
        for (name, _) in base.dict.iter() {
            vm.dict_set_name(names, name, NONE);
        }
    }
    Ok(names.iter().map(|(name, _)| name).collect())
}

fn object_dir(vm: &mut Vm, a: &Args) -> PyResult {
    let names = attribute_names(vm, a[0])?;
    Ok(vm.new_list(names))
}

fn object_format(vm: &mut Vm, a: &Args) -> PyResult {
    let spec = super::format::spec_text(vm, a[1])?;
    let text = super::format::format_default(vm, a[0], spec)?;
    Ok(vm.new_string(text))
}

fn object_sizeof(_: &mut Vm, _: &Args) -> PyResult {
    Ok(Word::int(24))
}

fn exit(vm: &mut Vm, a: &Args) -> PyResult {
    let [code] = args::bind(vm, a, "exit", ["code"], 0, 1)?;
    let code = code.defined().unwrap_or(NONE);
    Err(vm.raise_with(Exc::SystemExit, &[code]))
}

fn construct_property(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    let bound = args::bind(vm, a, "property", ["fget", "fset", "fdel", "doc"], 0, 4)?;
    let [get, set, del, doc] = bound.map(|w| args::given(w).unwrap_or(UNDEF));
    let doc = match (doc, get) {
        (UNDEF, get) if get != UNDEF => vm.find_attr(get, vm.names.doc)?.unwrap_or(UNDEF),
        _ => doc,
    };
    let property = vm.new_property(get, set, del, doc);
    if class != vm.types.property {
        vm.set_class(property, class);
    }
    Ok(property)
}

/// A copy of the property with one function replaced.
fn with_function(vm: &mut Vm, a: &Args, change: fn(&mut [Word; 3], Word)) -> PyResult {
    let property = args::this::<Property>(vm, a)?;
    let mut functions = [property.get, property.set, property.del];
    change(&mut functions, a[1]);
    let [get, set, del] = functions;
    let class = property.class();
    if class == vm.types.property {
        return Ok(vm.new_property(get, set, del, property.doc));
    }
    let words = functions.map(|w| w.defined().unwrap_or(NONE));
    vm.call(class.word(), &words)
}

fn property_getter(vm: &mut Vm, a: &Args) -> PyResult {
    with_function(vm, a, |functions, f| functions[0] = f)
}

fn property_setter(vm: &mut Vm, a: &Args) -> PyResult {
    with_function(vm, a, |functions, f| functions[1] = f)
}

fn property_deleter(vm: &mut Vm, a: &Args) -> PyResult {
    with_function(vm, a, |functions, f| functions[2] = f)
}

fn one_function(vm: &mut Vm, a: &Args, name: &str) -> PyResult {
    args::no_keywords(vm, a, name)?;
    match *a.pos() {
        [function] => Ok(function),
        _ => {
            let given = a.len();
            Err(vm.type_error(format!("{name} expected 1 argument, got {given}")))
        }
    }
}

fn construct_staticmethod(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    let function = one_function(vm, a, "staticmethod")?;
    let method = vm.new_staticmethod(function);
    if class != vm.types.staticmethod {
        vm.set_class(method, class);
    }
    Ok(method)
}

fn construct_classmethod(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    let function = one_function(vm, a, "classmethod")?;
    let method = vm.new_classmethod(function);
    if class != vm.types.classmethod {
        vm.set_class(method, class);
    }
    Ok(method)
}
