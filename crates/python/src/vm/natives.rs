//! Attributes and methods of the object model's own classes: object, type, functions, methods,
//! modules, super, exceptions.

use crate::objects::class::*;
use crate::objects::*;
use crate::vm::class::{NEW, OBJECT_INIT};
use crate::vm::{Exc, PyResult, Vm};
use crate::word::{FALSE, NONE, NOTIMPL, TRUE, UNDEF, Word};

static OBJECT: &[MethodDef] = &[
    MethodDef::new("__getattribute__", getattribute, 1, 1),
    MethodDef::new("__setattr__", setattr, 2, 2),
    MethodDef::new("__delattr__", delattr, 1, 1),
];
static OBJECT_CLASS_METHODS: &[MethodDef] = &[
    MethodDef::kw("__init_subclass__", init_subclass, 0, function::ANY),
    MethodDef::new("__subclasshook__", |_, _| Ok(NOTIMPL), 0, function::ANY),
];
static OBJECT_ATTRS: &[GetSetDef] = &[("__class__", get_class, Some(set_class)), ("__doc__", get_doc, None)];
static DICT_ATTR: &[GetSetDef] = &[("__dict__", get_dict, Some(set_dict))];
static TYPE: &[MethodDef] = &[
    MethodDef::new("mro", type_mro, 0, 0),
    MethodDef::new("__subclasses__", type_subclasses, 0, 0),
    MethodDef::new("__instancecheck__", type_instancecheck, 1, 1),
    MethodDef::new("__subclasscheck__", type_subclasscheck, 1, 1),
    MethodDef::kw("__init__", |_, _| Ok(NONE), 0, function::ANY),
    MethodDef::new("__setattr__", setattr, 2, 2),
    MethodDef::new("__delattr__", delattr, 1, 1),
    MethodDef::new("__getattribute__", getattribute, 1, 1),
];
static TYPE_CLASS_METHODS: &[MethodDef] = &[MethodDef::kw("__prepare__", type_prepare, 0, function::ANY)];
static TYPE_ATTRS: &[GetSetDef] = &[
    ("__name__", type_get_name, Some(type_set_name)),
    ("__qualname__", type_get_qualname, Some(type_set_qualname)),
    ("__bases__", type_bases, None),
    ("__base__", type_base, None),
    ("__mro__", type_get_mro, None),
    ("__dict__", type_dict, None),
    ("__module__", type_module, Some(type_set_module)),
    ("__doc__", type_doc, Some(type_set_doc)),
    ("__annotations__", type_annotations, Some(type_set_annotations)),
    ("__abstractmethods__", type_abstract, Some(type_set_abstract)),
    ("__flags__", |_, _| Ok(Word::int(0)), None),
];
static FUNCTION_ATTRS: &[GetSetDef] = &[
    (
        "__name__",
        |_, w| Ok(func(w).name),
        Some(|_, w, v| {
            func(w).name = v;
            Ok(())
        }),
    ),
    (
        "__qualname__",
        |_, w| Ok(func(w).qualname),
        Some(|_, w, v| {
            func(w).qualname = v;
            Ok(())
        }),
    ),
    (
        "__doc__",
        |_, w| Ok(or_none(func(w).doc)),
        Some(|_, w, v| {
            func(w).doc = v;
            Ok(())
        }),
    ),
    (
        "__module__",
        |_, w| Ok(or_none(func(w).module)),
        Some(|_, w, v| {
            func(w).module = v;
            Ok(())
        }),
    ),
    (
        "__defaults__",
        |_, w| Ok(or_none(func(w).defaults)),
        Some(|_, w, v| {
            func(w).defaults = or_undef(v);
            Ok(())
        }),
    ),
    (
        "__kwdefaults__",
        |_, w| Ok(or_none(func(w).kwdefaults)),
        Some(|_, w, v| {
            func(w).kwdefaults = or_undef(v);
            Ok(())
        }),
    ),
    ("__closure__", |_, w| Ok(or_none(func(w).closure)), None),
    ("__code__", |vm, w| Ok(vm.new_code_object(func(w).code)), None),
    ("__globals__", |vm, w| vm.namespace_dict(func(w).globals), None),
    (
        "__annotations__",
        function_annotations,
        Some(|_, w, v| {
            func(w).annotations = or_undef(v);
            Ok(())
        }),
    ),
];
static NATIVE_ATTRS: &[GetSetDef] = &[
    ("__name__", |_, w| Ok(native(w).name), None),
    ("__qualname__", native_qualname, None),
    ("__module__", |_, w| Ok(or_none(native(w).module)), None),
    ("__doc__", |_, _| Ok(NONE), None),
    ("__self__", native_self, None),
    ("__objclass__", |_, w| Ok(native(w).owner.map_or(NONE, |c| c.word())), None),
];
static METHOD_ATTRS: &[GetSetDef] = &[
    ("__self__", |_, w| Ok(bound(w).this), None),
    ("__func__", |_, w| Ok(bound(w).func), None),
    ("__doc__", method_doc, None),
];
static WRAPPER_ATTRS: &[GetSetDef] = &[
    ("__func__", |_, w| Ok(wrapped(w)), None),
    ("__wrapped__", |_, w| Ok(wrapped(w)), None),
    ("__isabstractmethod__", is_abstract, None),
];
static PROPERTY_ATTRS: &[GetSetDef] = &[
    ("fget", |_, w| Ok(or_none(property(w).get)), None),
    ("fset", |_, w| Ok(or_none(property(w).set)), None),
    ("fdel", |_, w| Ok(or_none(property(w).del)), None),
    (
        "__doc__",
        property_doc,
        Some(|_, w, v| {
            property(w).doc = v;
            Ok(())
        }),
    ),
    ("__isabstractmethod__", is_abstract, None),
];
static CODE_ATTRS: &[GetSetDef] = &[
    ("co_name", |_, w| Ok(code(w).name.word()), None),
    ("co_qualname", |_, w| Ok(code(w).qualname.word()), None),
    ("co_filename", |vm, w| Ok(vm.new_str(&code(w).source.filename)), None),
    ("co_firstlineno", |_, w| Ok(Word::int(code(w).source.first_line as i64)), None),
    ("co_argcount", |_, w| Ok(Word::int(code(w).params.positional as i64)), None),
    ("co_posonlyargcount", |_, w| Ok(Word::int(code(w).params.posonly as i64)), None),
    ("co_kwonlyargcount", |_, w| Ok(Word::int(code(w).params.kwonly as i64)), None),
    ("co_nlocals", |_, w| Ok(Word::int(code(w).source.locals.len() as i64)), None),
    ("co_flags", code_flags, None),
    ("co_varnames", code_varnames, None),
    ("co_freevars", code_freevars, None),
    (
        "co_names",
        |vm, w| {
            let names: Vec<Word> = code(w).names.iter().map(|n| n.word()).collect();
            Ok(vm.new_tuple(&names))
        },
        None,
    ),
    ("co_consts", |vm, w| Ok(vm.new_tuple(&code(w).consts)), None),
];
static CELL_ATTRS: &[GetSetDef] = &[(
    "cell_contents",
    cell_contents,
    Some(|_, w, v| {
        if let Some(mut c) = w.cast::<Cell>() {
            c.value = v;
        }
        Ok(())
    }),
)];
static SUPER: &[MethodDef] = &[MethodDef::new("__init__", |_, _| Ok(NONE), 0, function::ANY)];
static RANGE_ATTRS: &[GetSetDef] = &[
    ("start", |_, w| Ok(range(w).start), None),
    ("stop", |_, w| Ok(range(w).stop), None),
    ("step", |_, w| Ok(range(w).step), None),
];
static SLICE_ATTRS: &[GetSetDef] = &[
    ("start", |_, w| Ok(slice(w).start), None),
    ("stop", |_, w| Ok(slice(w).stop), None),
    ("step", |_, w| Ok(slice(w).step), None),
];

macro_rules! access {
    ($($name:ident: $ty:ty),* $(,)?) => {
        $(/// The object behind a getter's self, which its descriptor checked.
        fn $name(w: Word) -> Gc<$ty> {
            w.cast().expect("descriptors are reached through their class only")
        })*
    };
}
access!(func: Function, bound: BoundMethod, property: Property, range: RangeObj, slice: SliceObj, class: Class);

/// The native behind a native function or bound native method.
fn native(w: Word) -> Gc<Native> {
    let f = w.cast::<BoundMethod>().map_or(w, |m| m.func);
    f.cast().expect("descriptors are reached through their class only")
}

fn native_self(_: &mut Vm, w: Word) -> PyResult {
    Ok(match w.cast::<BoundMethod>() {
        Some(m) => m.this,
        None => or_none(native(w).module),
    })
}

fn code(w: Word) -> &'static LoadedCode {
    let c: Gc<CodeObject> = w.cast().expect("descriptors are reached through their class only");
    // SAFETY: loaded code is immortal.
    unsafe { &*c.code }
}

fn or_none(w: Word) -> Word {
    if w == UNDEF { NONE } else { w }
}

fn or_undef(w: Word) -> Word {
    if w == NONE { UNDEF } else { w }
}

fn name_arg(vm: &mut Vm, w: Word) -> PyResult<Name> {
    match w.cast::<Str>() {
        Some(s) => Ok(vm.intern_str(s)),
        None => {
            let t = vm.type_name(w);
            Err(vm.type_error(format!("attribute name must be string, not '{t}'")))
        }
    }
}

fn getattribute(vm: &mut Vm, a: &Args) -> PyResult {
    let name = name_arg(vm, a[1])?;
    let class = vm.type_of(a[0]);
    match vm.generic_attr(a[0], class, name)? {
        Some(w) => Ok(w),
        None => Err(vm.no_attribute(a[0], name)),
    }
}

fn setattr(vm: &mut Vm, a: &Args) -> PyResult {
    let name = name_arg(vm, a[1])?;
    let class = vm.type_of(a[0]);
    vm.generic_set_attr(a[0], class, name, a[2])?;
    Ok(NONE)
}

fn delattr(vm: &mut Vm, a: &Args) -> PyResult {
    let name = name_arg(vm, a[1])?;
    let class = vm.type_of(a[0]);
    vm.generic_del_attr(a[0], class, name)?;
    Ok(NONE)
}

fn init_subclass(vm: &mut Vm, a: &Args) -> PyResult {
    if a.has_kw() {
        let name = a[0].cast::<Class>().map_or("object", |c| c.name_str());
        return Err(vm.type_error(format!("{name}.__init_subclass__() takes no keyword arguments")));
    }
    Ok(NONE)
}

fn get_class(vm: &mut Vm, w: Word) -> PyResult {
    Ok(vm.type_of(w).word())
}

fn set_class(vm: &mut Vm, w: Word, v: Word) -> PyResult<()> {
    let Some(new) = v.cast::<Class>() else {
        let t = vm.type_name(v);
        return Err(vm.type_error(format!("__class__ must be set to a class, not '{t}' object")));
    };
    match w.cast::<Instance>() {
        Some(o) if new.layout == TypeTag::Instance && !new.has(C_BUILTIN) => {
            vm.reshape(o, new, None);
            Ok(())
        }
        _ if !new.has(C_BUILTIN) && !vm.type_of(w).has(C_BUILTIN) && new.layout == vm.type_of(w).layout => {
            vm.set_class(w, new);
            Ok(())
        }
        _ => {
            Err(vm
                .type_error("__class__ assignment only supported for mutable types or ModuleType subclasses"))
        }
    }
}

fn get_doc(vm: &mut Vm, w: Word) -> PyResult {
    let class = vm.type_of(w);
    let doc = vm.names.doc;
    Ok(class.mro.iter().find_map(|c| c.dict.get(doc)).filter(|d| !d.is::<GetSet>()).unwrap_or(NONE))
}

fn get_dict(vm: &mut Vm, w: Word) -> PyResult {
    if let Some(m) = w.cast::<Module>() {
        return vm.namespace_dict(m.namespace);
    }
    match vm.attr_dict(w) {
        Some(d) => Ok(d.word()),
        None => {
            let name = vm.names.dict;
            Err(vm.no_attribute(w, name))
        }
    }
}

fn set_dict(vm: &mut Vm, w: Word, v: Word) -> PyResult<()> {
    let Some(d) = v.cast::<Dict>() else {
        let t = vm.type_name(v);
        return Err(vm.type_error(format!("__dict__ must be set to a dictionary, not a '{t}'")));
    };
    match w.cast::<Instance>() {
        Some(mut o) if !o.class().has(C_NO_DICT) => {
            vm.to_dict_mode(o);
            o.overflow = d.as_ptr() as *mut Word;
            Ok(())
        }
        _ => match vm.attr_dict(w) {
            Some(mut own) => {
                own.clear();
                vm.dict_update(own, d)
            }
            None => {
                let name = vm.names.dict;
                Err(vm.no_attribute(w, name))
            }
        },
    }
}

fn type_mro(vm: &mut Vm, a: &Args) -> PyResult {
    let mro: Vec<Word> = class(a[0]).mro.iter().map(|c| c.word()).collect();
    Ok(vm.new_list(mro))
}

fn type_subclasses(vm: &mut Vm, a: &Args) -> PyResult {
    let subs: Vec<Word> = class(a[0]).subclasses.iter().map(|c| c.word()).collect();
    Ok(vm.new_list(subs))
}

fn type_instancecheck(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(Word::bool(vm.is_instance(a[1], class(a[0]))))
}

fn type_subclasscheck(_: &mut Vm, a: &Args) -> PyResult {
    Ok(Word::bool(a[1].cast::<Class>().is_some_and(|c| c.is_subclass(class(a[0])))))
}

fn type_prepare(vm: &mut Vm, _: &Args) -> PyResult {
    Ok(vm.new_dict().word())
}

fn type_get_name(_: &mut Vm, w: Word) -> PyResult {
    Ok(class(w).name)
}

fn mutable_class(vm: &mut Vm, w: Word, name: &str) -> PyResult<Gc<Class>> {
    let c = class(w);
    if c.has(C_BUILTIN) {
        let class = c.name_str();
        return Err(vm.type_error(format!("cannot set '{name}' attribute of immutable type '{class}'")));
    }
    Ok(c)
}

fn type_set_name(vm: &mut Vm, w: Word, v: Word) -> PyResult<()> {
    mutable_class(vm, w, "__name__")?.name = v;
    Ok(())
}

fn type_get_qualname(_: &mut Vm, w: Word) -> PyResult {
    Ok(class(w).qualname)
}

fn type_set_qualname(vm: &mut Vm, w: Word, v: Word) -> PyResult<()> {
    mutable_class(vm, w, "__qualname__")?.qualname = v;
    Ok(())
}

fn type_bases(vm: &mut Vm, w: Word) -> PyResult {
    let bases: Vec<Word> = class(w).bases.iter().map(|c| c.word()).collect();
    Ok(vm.new_tuple(&bases))
}

fn type_base(_: &mut Vm, w: Word) -> PyResult {
    let c = class(w);
    let same = c.bases.iter().find(|b| b.layout == c.layout && b.layout != TypeTag::Instance);
    Ok(same.or(c.bases.first()).map_or(NONE, |b| b.word()))
}

fn type_get_mro(vm: &mut Vm, w: Word) -> PyResult {
    let mro: Vec<Word> = class(w).mro.iter().map(|c| c.word()).collect();
    Ok(vm.new_tuple(&mro))
}

/// A snapshot: writes to it do not reach the class.
fn type_dict(vm: &mut Vm, w: Word) -> PyResult {
    let d = vm.new_dict();
    for (name, value) in class(w).dict.iter() {
        vm.dict_set_name(d, name, value);
    }
    Ok(vm.new_mappingproxy(d.word()))
}

fn type_module(vm: &mut Vm, w: Word) -> PyResult {
    let name = vm.names.module;
    Ok(class(w).dict.get(name).unwrap_or_else(|| vm.intern("builtins").word()))
}

fn type_set_module(vm: &mut Vm, w: Word, v: Word) -> PyResult<()> {
    let c = mutable_class(vm, w, "__module__")?;
    let name = vm.names.module;
    vm.class_set(c, name, v);
    Ok(())
}

fn type_doc(vm: &mut Vm, w: Word) -> PyResult {
    let name = vm.names.doc;
    Ok(class(w).dict.get(name).filter(|d| !d.is::<GetSet>()).unwrap_or(NONE))
}

fn type_set_doc(vm: &mut Vm, w: Word, v: Word) -> PyResult<()> {
    let c = mutable_class(vm, w, "__doc__")?;
    let name = vm.names.doc;
    vm.class_set(c, name, v);
    Ok(())
}

fn type_annotations(vm: &mut Vm, w: Word) -> PyResult {
    let name = vm.names.annotations;
    let mut c = class(w);
    if let Some(d) = c.dict.get(name) {
        return Ok(d);
    }
    if c.has(C_BUILTIN) {
        return Err(vm.no_attribute(w, name));
    }
    let d = vm.new_dict().word();
    c.dict.insert(name, d);
    Ok(d)
}

fn type_set_annotations(vm: &mut Vm, w: Word, v: Word) -> PyResult<()> {
    let c = mutable_class(vm, w, "__annotations__")?;
    let name = vm.names.annotations;
    vm.class_set(c, name, v);
    Ok(())
}

fn type_abstract(vm: &mut Vm, w: Word) -> PyResult {
    let name = vm.names.abstractmethods;
    match class(w).dict.get(name) {
        Some(v) => Ok(v),
        None => Err(vm.no_attribute(w, name)),
    }
}

fn type_set_abstract(vm: &mut Vm, w: Word, v: Word) -> PyResult<()> {
    let c = mutable_class(vm, w, "__abstractmethods__")?;
    let name = vm.names.abstractmethods;
    vm.class_set(c, name, v);
    Ok(())
}

fn function_annotations(vm: &mut Vm, w: Word) -> PyResult {
    let mut f = func(w);
    if f.annotations == UNDEF {
        f.annotations = vm.new_dict().word();
    }
    Ok(f.annotations)
}

fn native_qualname(vm: &mut Vm, w: Word) -> PyResult {
    let n = native(w);
    match n.owner {
        Some(c) => {
            let text = format!("{}.{}", c.name_str(), n.def.name);
            Ok(vm.new_str(&text))
        }
        None => Ok(n.name),
    }
}

fn wrapped(w: Word) -> Word {
    match w.cast::<StaticMethod>() {
        Some(s) => s.func,
        None => w.cast::<ClassMethod>().map_or(NONE, |c| c.func),
    }
}

fn is_abstract(vm: &mut Vm, w: Word) -> PyResult {
    let inner = match w.cast::<Property>() {
        Some(p) => vec![p.get, p.set, p.del],
        None => vec![wrapped(w)],
    };
    let name = vm.names.isabstractmethod;
    for f in inner {
        if f != UNDEF
            && f != NONE
            && let Some(flag) = vm.find_attr(f, name)?
            && vm.truthy(flag)?
        {
            return Ok(TRUE);
        }
    }
    Ok(FALSE)
}

fn property_doc(vm: &mut Vm, w: Word) -> PyResult {
    let p = property(w);
    if p.doc != UNDEF && p.doc != NONE || p.get == UNDEF || p.get == NONE {
        return Ok(or_none(p.doc));
    }
    let name = vm.names.doc;
    Ok(vm.find_attr(p.get, name)?.unwrap_or(NONE))
}

fn code_flags(_: &mut Vm, w: Word) -> PyResult {
    let c = code(w);
    let mut flags = 3;
    flags |= if c.params.varargs { 4 } else { 0 };
    flags |= if c.params.varkw { 8 } else { 0 };
    flags |= if c.is_generator { 32 } else { 0 };
    Ok(Word::int(flags))
}

fn code_varnames(vm: &mut Vm, w: Word) -> PyResult {
    let names: Vec<Word> = code(w).source.locals.iter().map(|l| vm.intern(&l.name).word()).collect();
    Ok(vm.new_tuple(&names))
}

fn code_freevars(vm: &mut Vm, w: Word) -> PyResult {
    let names: Vec<Word> = code(w).source.free_names.iter().map(|n| vm.intern(n).word()).collect();
    Ok(vm.new_tuple(&names))
}

fn cell_contents(vm: &mut Vm, w: Word) -> PyResult {
    match w.cast::<Cell>().map(|c| c.value) {
        Some(v) if v != UNDEF => Ok(v),
        _ => Err(vm.value_error("Cell is empty")),
    }
}

fn method_doc(vm: &mut Vm, w: Word) -> PyResult {
    let name = vm.names.doc;
    vm.get_attr(bound(w).func, name)
}

/// `type(object)` or `type(name, bases, namespace)`.
fn construct_type(vm: &mut Vm, meta: Gc<Class>, a: &Args) -> PyResult {
    if meta == vm.types.type_ && a.len() == 1 && !a.has_kw() {
        return Ok(vm.type_of(a[0]).word());
    }
    vm.type_new(meta, a)
}

/// `super(type, object)`. The form without arguments is compiled to this one.
fn construct_super(vm: &mut Vm, cls: Gc<Class>, a: &Args) -> PyResult {
    let Some(start) = a.get(0).and_then(|w| w.cast::<Class>()) else {
        return Err(match a.get(0) {
            None => vm.runtime_error("super(): no arguments"),
            Some(w) => {
                let t = vm.type_name(w);
                vm.type_error(format!("super() argument 1 must be a type, not {t}"))
            }
        });
    };
    let this = a.or(1, NONE);
    let w = vm.new_super(start, this)?;
    vm.set_class(w, cls);
    Ok(w)
}

fn construct_module(vm: &mut Vm, cls: Gc<Class>, a: &Args) -> PyResult {
    let Some(name) = a.get(0).and_then(|w| w.as_str()) else {
        return Err(vm.type_error("module() missing required argument 'name' (pos 1)"));
    };
    let m = vm.new_module(name).word();
    vm.set_class(m, cls);
    Ok(m)
}

impl Vm {
    /// A `super` object; `this` None makes an unbound one.
    pub fn new_super(&mut self, start: Gc<Class>, this: Word) -> PyResult {
        let of = if this == NONE {
            start
        } else if let Some(c) = this.cast::<Class>().filter(|c| c.is_subclass(start)) {
            c
        } else if self.is_instance(this, start) {
            self.type_of(this)
        } else {
            return Err(self.type_error("super(type, obj): obj must be an instance or subtype of type"));
        };
        let this = or_undef(this);
        let hdr = self.header(TypeTag::Super, self.types.super_);
        Ok(self.heap.place(Super { hdr, start, this, of }).word())
    }

    /// The names of a namespace as a dict (a live view).
    pub fn namespace_dict(&mut self, ns: Gc<Namespace>) -> PyResult {
        crate::builtins::globals::dict_of(self, ns)
    }

    /// A read-only view of a dict.
    pub fn new_mappingproxy(&mut self, dict: Word) -> Word {
        let class = self.types.mappingproxy;
        self.new_native_object(class, Box::new(crate::vm::proxy::MappingProxy { dict }))
    }

    /// Registers attributes and methods of the object model's classes.
    pub(crate) fn boot_natives(&mut self) {
        let t = self.types;
        let new = self.new_native(&NEW, function::NativeKind::Function, None, UNDEF).word();
        self.set_class_attr(t.object, "__new__", new);
        self.add_row(t.object, &OBJECT_INIT);
        self.boot_dunders();
        self.add_methods(t.object, OBJECT);
        self.add_class_methods(t.object, OBJECT_CLASS_METHODS);
        self.add_getsets(t.object, OBJECT_ATTRS);
        self.add_methods(t.type_, TYPE);
        self.add_class_methods(t.type_, TYPE_CLASS_METHODS);
        self.add_getsets(t.type_, TYPE_ATTRS);
        self.set_constructor(t.type_, construct_type, false);
        self.add_getsets(t.function, FUNCTION_ATTRS);
        for class in [t.builtin, t.method_descr, t.wrapper_descr] {
            self.add_getsets(class, NATIVE_ATTRS);
        }
        for class in [t.method, t.method_wrapper] {
            self.add_getsets(class, METHOD_ATTRS);
        }
        for class in [t.staticmethod, t.classmethod] {
            self.add_getsets(class, WRAPPER_ATTRS);
        }
        self.add_getsets(t.property, PROPERTY_ATTRS);
        self.add_getsets(t.code, CODE_ATTRS);
        self.add_getsets(t.cell, CELL_ATTRS);
        self.add_getsets(t.range, RANGE_ATTRS);
        self.add_getsets(t.slice, SLICE_ATTRS);
        self.set_constructor(t.super_, construct_super, false);
        self.add_methods(t.super_, SUPER);
        self.set_constructor(t.module, construct_module, false);
        for class in [t.module, t.function, self.exc(Exc::BaseException)] {
            self.add_getsets(class, DICT_ATTR);
        }
        // User classes find `__dict__` here; builtin instances without a dict say so.
        let hdr = self.header(TypeTag::GetSet, t.getset_descr);
        let name = self.names.dict.word();
        self.dict_getset =
            self.heap.place(GetSet { hdr, name, get: get_dict, set: Some(set_dict), owner: t.object }).word();
        self.boot_generics();
        self.boot_exception_natives();
        self.boot_proxy();
    }
}
