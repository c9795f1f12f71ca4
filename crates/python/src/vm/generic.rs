//! `list[int]` and `int | str`: types written in annotations.

use crate::heap::Marker;
use crate::objects::class::{C_GETATTR, GetSetDef};
use crate::objects::*;
use crate::vm::{Exc, PyResult, Vm};
use crate::word::{ELLIPSIS, NONE, NOTIMPL, TRUE, Word};

/// A generic class with its arguments.
struct GenericAlias {
    origin: Word,
    /// Tuple.
    args: Word,
}

impl NativePayload for GenericAlias {
    fn trace(&self, m: &mut Marker) {
        m.word(self.origin);
        m.word(self.args);
    }
}

/// Alternatives of types.
struct UnionType {
    /// Tuple.
    args: Word,
}

impl NativePayload for UnionType {
    fn trace(&self, m: &mut Marker) {
        m.word(self.args);
    }
}

static CLASS_GETITEM: &[MethodDef] = &[MethodDef::new("__class_getitem__", class_getitem, 1, 1)];
static TYPE_OR: &[MethodDef] =
    &[MethodDef::new("__or__", union_or, 1, 1), MethodDef::new("__ror__", union_ror, 1, 1)];
static ALIAS: &[MethodDef] = &[
    MethodDef::kw("__call__", alias_call, 0, function::ANY),
    MethodDef::new("__mro_entries__", alias_mro_entries, 1, 1),
    MethodDef::new("__getitem__", alias_getitem, 1, 1),
    MethodDef::new("__getattr__", alias_getattr, 1, 1),
    MethodDef::new("__eq__", alias_eq, 1, 1),
    MethodDef::new("__hash__", alias_hash, 0, 0),
    MethodDef::new("__repr__", alias_repr, 0, 0),
    MethodDef::new("__instancecheck__", alias_check, 1, 1),
    MethodDef::new("__subclasscheck__", alias_check, 1, 1),
];
static ALIAS_ATTRS: &[GetSetDef] = &[
    ("__origin__", |_, w| Ok(w.payload::<GenericAlias>().map_or(NONE, |a| a.origin)), None),
    ("__args__", |_, w| Ok(args_of(w)), None),
    ("__parameters__", |vm, _| Ok(vm.empty_tuple), None),
];
static UNION: &[MethodDef] = &[
    MethodDef::new("__eq__", union_eq, 1, 1),
    MethodDef::new("__hash__", union_hash, 0, 0),
    MethodDef::new("__repr__", union_repr, 0, 0),
    MethodDef::new("__instancecheck__", union_instancecheck, 1, 1),
    MethodDef::new("__subclasscheck__", union_subclasscheck, 1, 1),
];
static UNION_ATTRS: &[GetSetDef] =
    &[("__args__", |_, w| Ok(args_of(w)), None), ("__parameters__", |vm, _| Ok(vm.empty_tuple), None)];

/// The arguments of an alias or union.
fn args_of(w: Word) -> Word {
    match w.payload::<GenericAlias>() {
        Some(a) => a.args,
        None => w.payload::<UnionType>().map_or(NONE, |u| u.args),
    }
}

fn items(w: Word) -> &'static [Word] {
    w.cast::<Tuple>().map_or(&[], |t| t.items())
}

fn class_getitem(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(vm.new_generic_alias(a[0], a[1]))
}

fn alias_call(vm: &mut Vm, a: &Args) -> PyResult {
    match a[0].payload::<GenericAlias>() {
        Some(alias) => vm.call_args(alias.origin, &a.skip(1)),
        None => Ok(NONE),
    }
}

fn alias_mro_entries(vm: &mut Vm, a: &Args) -> PyResult {
    let origin = a[0].payload::<GenericAlias>().map_or(NONE, |alias| alias.origin);
    Ok(vm.new_tuple(&[origin]))
}

fn alias_getitem(vm: &mut Vm, a: &Args) -> PyResult {
    let origin = a[0].payload::<GenericAlias>().map_or(NONE, |alias| alias.origin);
    Ok(vm.new_generic_alias(origin, a[1]))
}

fn alias_getattr(vm: &mut Vm, a: &Args) -> PyResult {
    let name = a[1].cast::<Str>().map(|s| vm.intern_str(s));
    match (a[0].payload::<GenericAlias>(), name) {
        (Some(alias), Some(name)) => vm.get_attr(alias.origin, name),
        _ => Err(vm.raise(Exc::AttributeError, "attribute name must be string")),
    }
}

fn alias_eq(vm: &mut Vm, a: &Args) -> PyResult {
    match (a[0].payload::<GenericAlias>(), a[1].payload::<GenericAlias>()) {
        (Some(x), Some(y)) => Ok(Word::bool(vm.eq(x.origin, y.origin)? && vm.eq(x.args, y.args)?)),
        _ => Ok(NOTIMPL),
    }
}

fn alias_hash(vm: &mut Vm, a: &Args) -> PyResult {
    let Some(alias) = a[0].payload::<GenericAlias>() else { return Ok(Word::int(0)) };
    let h = vm.hash(alias.origin)? ^ vm.hash(alias.args)?;
    Ok(vm.new_int(h as i64))
}

fn alias_repr(vm: &mut Vm, a: &Args) -> PyResult {
    let Some(alias) = a[0].payload::<GenericAlias>() else { return Ok(NONE) };
    let mut out = String::new();
    push_type(vm, &mut out, alias.origin)?;
    out.push('[');
    push_types(vm, &mut out, alias.args, ", ")?;
    if items(alias.args).is_empty() {
        out.push_str("()");
    }
    out.push(']');
    Ok(vm.new_str(&out))
}

fn alias_check(vm: &mut Vm, _: &Args) -> PyResult {
    Err(vm.type_error("isinstance() argument 2 cannot be a parameterized generic"))
}

/// A type as it stands in an annotation.
fn push_type(vm: &mut Vm, out: &mut String, w: Word) -> PyResult<()> {
    match w.cast::<Class>() {
        Some(c) if c == vm.types.none => out.push_str("None"),
        Some(c) => {
            let name = vm.class_full_name(c);
            out.push_str(&name);
        }
        None if w == ELLIPSIS => out.push_str("..."),
        None => vm.push_repr(out, w)?,
    }
    Ok(())
}

fn push_types(vm: &mut Vm, out: &mut String, tuple: Word, between: &str) -> PyResult<()> {
    for (i, &w) in items(tuple).iter().enumerate() {
        if i > 0 {
            out.push_str(between);
        }
        push_type(vm, out, w)?;
    }
    Ok(())
}

fn union_or(vm: &mut Vm, a: &Args) -> PyResult {
    vm.new_union(a[0], a[1])
}

fn union_ror(vm: &mut Vm, a: &Args) -> PyResult {
    vm.new_union(a[1], a[0])
}

fn union_eq(vm: &mut Vm, a: &Args) -> PyResult {
    if a[1].payload::<UnionType>().is_none() {
        return Ok(NOTIMPL);
    }
    let (x, y) = (vm.set_from(args_of(a[0]))?, vm.set_from(args_of(a[1]))?);
    Ok(Word::bool(x.len() == y.len() && vm.is_subset(x, y)?))
}

fn union_hash(vm: &mut Vm, a: &Args) -> PyResult {
    let mut h = 0;
    for &w in items(args_of(a[0])) {
        h ^= vm.hash(w)?;
    }
    Ok(vm.new_int(h as i64))
}

fn union_repr(vm: &mut Vm, a: &Args) -> PyResult {
    let mut out = String::new();
    push_types(vm, &mut out, args_of(a[0]), " | ")?;
    Ok(vm.new_str(&out))
}

fn union_instancecheck(vm: &mut Vm, a: &Args) -> PyResult {
    for &w in items(args_of(a[0])) {
        if vm.isinstance(a[1], w)? {
            return Ok(TRUE);
        }
    }
    Ok(Word::bool(false))
}

fn union_subclasscheck(vm: &mut Vm, a: &Args) -> PyResult {
    for &w in items(args_of(a[0])) {
        if vm.issubclass(a[1], w)? {
            return Ok(TRUE);
        }
    }
    Ok(Word::bool(false))
}

impl Vm {
    /// `origin[args]` of a generic class.
    pub fn new_generic_alias(&mut self, origin: Word, args: Word) -> Word {
        let args = if args.is::<Tuple>() { args } else { self.new_tuple(&[args]) };
        let class = self.generic_classes.0;
        self.new_native_object(class, Box::new(GenericAlias { origin, args }))
    }

    /// `a | b` of types; `NotImplemented` when one is no type.
    pub fn new_union(&mut self, a: Word, b: Word) -> PyResult {
        let mut args: Vec<Word> = Vec::new();
        for side in [a, b] {
            let parts: &[Word] = match side.payload::<UnionType>() {
                Some(u) => items(u.args),
                None => &[side],
            };
            for &part in parts {
                let part = if part == NONE { self.types.none.word() } else { part };
                if !part.is::<Class>() && part.payload::<GenericAlias>().is_none() {
                    return Ok(NOTIMPL);
                }
                let mut known = false;
                for &have in &args {
                    known |= self.eq(have, part)?;
                }
                if !known {
                    args.push(part);
                }
            }
        }
        if let [one] = args[..] {
            return Ok(one);
        }
        let args = self.new_tuple(&args);
        let class = self.generic_classes.1;
        Ok(self.new_native_object(class, Box::new(UnionType { args })))
    }

    pub(crate) fn boot_generics(&mut self) {
        let t = self.types;
        for class in [t.list, t.dict, t.tuple, t.set, t.frozenset, t.enumerate] {
            self.add_class_methods(class, CLASS_GETITEM);
        }
        self.add_methods(t.type_, TYPE_OR);
        let types = self.new_str("types");
        let mut alias = self.new_class("GenericAlias", t.object, TypeTag::NativeObject);
        let union = self.new_class("UnionType", t.object, TypeTag::NativeObject);
        self.generic_classes = (alias, union);
        for class in [alias, union] {
            self.add_methods(class, TYPE_OR);
            self.set_class_attr(class, "__module__", types);
        }
        self.add_getsets(alias, ALIAS_ATTRS);
        self.add_methods(alias, ALIAS);
        alias.flags |= C_GETATTR;
        self.add_getsets(union, UNION_ATTRS);
        self.add_methods(union, UNION);
    }
}
