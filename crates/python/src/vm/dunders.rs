//! The special methods of builtin classes: natives over the layout, so that `super().__add__(x)`,
//! `int.__lt__` and `list.__len__` work, and user subclasses inherit them.

use crate::objects::*;
use crate::vm::ops::{BinOp, CmpOp, UnOp};
use crate::vm::{PyResult, Raised, Vm};
use crate::word::{NONE, NOTIMPL, UNDEF, Word};

/// `object.__repr__`: every builtin layout's repr.
pub static REPR: MethodDef = MethodDef::new("__repr__", repr, 0, 0);
/// `object.__str__`.
pub static STR: MethodDef = MethodDef::new("__str__", str, 0, 0);
/// `object.__hash__`: every builtin layout's hash.
pub static HASH: MethodDef = MethodDef::new("__hash__", hash, 0, 0);

fn repr(vm: &mut Vm, a: &Args) -> PyResult {
    let mut out = String::new();
    vm.push_builtin_repr(&mut out, a[0])?;
    Ok(vm.new_str(&out))
}

fn str(vm: &mut Vm, a: &Args) -> PyResult {
    vm.builtin_str(a[0])
}

fn hash(vm: &mut Vm, a: &Args) -> PyResult {
    let h = vm.builtin_hash(a[0])?;
    Ok(vm.new_int(h as i64))
}

macro_rules! binary_methods {
    ($table:ident, $($op:ident: $name:literal $left:ident, $rname:literal $right:ident;)*) => {
        $(fn $left(vm: &mut Vm, a: &Args) -> PyResult {
            vm.builtin_binary(BinOp::$op, a[0], a[1])
        }
        fn $right(vm: &mut Vm, a: &Args) -> PyResult {
            vm.builtin_binary(BinOp::$op, a[1], a[0])
        })*
        static $table: &[MethodDef] =
            &[$(MethodDef::new($name, $left, 1, 1), MethodDef::new($rname, $right, 1, 1)),*];
    };
}

binary_methods! { ARITHMETIC,
    Add: "__add__" add, "__radd__" radd;
    Sub: "__sub__" sub, "__rsub__" rsub;
    Mul: "__mul__" mul, "__rmul__" rmul;
    TrueDiv: "__truediv__" truediv, "__rtruediv__" rtruediv;
    Pow: "__pow__" pow, "__rpow__" rpow;
}
binary_methods! { REAL_ARITHMETIC,
    FloorDiv: "__floordiv__" floordiv, "__rfloordiv__" rfloordiv;
    Mod: "__mod__" modulo, "__rmod__" rmodulo;
    DivMod: "__divmod__" divmod, "__rdivmod__" rdivmod;
}
binary_methods! { BITS,
    And: "__and__" and, "__rand__" rand;
    Or: "__or__" or, "__ror__" ror;
    Xor: "__xor__" xor, "__rxor__" rxor;
}
binary_methods! { SHIFTS,
    LShift: "__lshift__" lshift, "__rlshift__" rlshift;
    RShift: "__rshift__" rshift, "__rrshift__" rrshift;
}
static SEQUENCE: &[MethodDef] = &[
    MethodDef::new("__add__", add, 1, 1),
    MethodDef::new("__mul__", mul, 1, 1),
    MethodDef::new("__rmul__", mul, 1, 1),
];
static STR_MOD: &[MethodDef] = &[MethodDef::new("__mod__", modulo, 1, 1)];
static SET_SUB: &[MethodDef] =
    &[MethodDef::new("__sub__", sub, 1, 1), MethodDef::new("__rsub__", rsub, 1, 1)];
static DICT_OR: &[MethodDef] = &[
    MethodDef::new("__or__", or, 1, 1),
    MethodDef::new("__ror__", ror, 1, 1),
    MethodDef::new("__ior__", ior, 1, 1),
];

macro_rules! inplace_methods {
    ($table:ident, $($op:ident: $name:literal $f:ident;)*) => {
        $(fn $f(vm: &mut Vm, a: &Args) -> PyResult {
            vm.builtin_inplace(BinOp::$op, a[0], a[1])
        })*
        static $table: &[MethodDef] = &[$(MethodDef::new($name, $f, 1, 1)),*];
    };
}
inplace_methods! { LIST_INPLACE, Add: "__iadd__" iadd; Mul: "__imul__" imul; }
inplace_methods! { SET_INPLACE, Or: "__ior__" ior; And: "__iand__" iand; Sub: "__isub__" isub; Xor: "__ixor__" ixor; }

macro_rules! compare_methods {
    ($table:ident, $($op:ident: $name:literal $f:ident;)*) => {
        $(fn $f(vm: &mut Vm, a: &Args) -> PyResult {
            vm.builtin_compare(CmpOp::$op, a[0], a[1])
        })*
        static $table: &[MethodDef] = &[$(MethodDef::new($name, $f, 1, 1)),*];
    };
}
compare_methods! { ORDER, Lt: "__lt__" lt; Le: "__le__" le; Gt: "__gt__" gt; Ge: "__ge__" ge; }

static OBJECT_EQ: &[MethodDef] =
    &[MethodDef::new("__eq__", object_eq, 1, 1), MethodDef::new("__ne__", object_ne, 1, 1)];

fn object_eq(vm: &mut Vm, a: &Args) -> PyResult {
    let r = vm.builtin_compare(CmpOp::Eq, a[0], a[1])?;
    Ok(if r == NOTIMPL && a[0] == a[1] { Word::bool(true) } else { r })
}

fn object_ne(vm: &mut Vm, a: &Args) -> PyResult {
    let r = vm.builtin_compare(CmpOp::Ne, a[0], a[1])?;
    if r == NOTIMPL { vm.default_ne(a[0], a[1]) } else { Ok(r) }
}

static UNARY: &[MethodDef] = &[
    MethodDef::new("__neg__", |vm, a| vm.builtin_unary(UnOp::Neg, a[0]), 0, 0),
    MethodDef::new("__pos__", |vm, a| vm.builtin_unary(UnOp::Pos, a[0]), 0, 0),
    MethodDef::new("__abs__", absolute, 0, 0),
    MethodDef::new("__bool__", |vm, a| Ok(Word::bool(vm.builtin_truth_of(a[0])?)), 0, 0),
];
static INVERT: &[MethodDef] = &[
    MethodDef::new("__invert__", |vm, a| vm.builtin_unary(UnOp::Invert, a[0]), 0, 0),
    MethodDef::new("__index__", plain_int, 0, 0),
];
static CONVERT: &[MethodDef] =
    &[MethodDef::new("__int__", to_int, 0, 0), MethodDef::new("__float__", to_float, 0, 0)];

fn absolute(vm: &mut Vm, a: &Args) -> PyResult {
    match vm.num_of(a[0]) {
        Some(crate::vm::num::Num::Complex(re, im)) => Ok(Word::float(re.hypot(im))),
        Some(crate::vm::num::Num::Float(f)) => Ok(Word::float(f.abs())),
        Some(crate::vm::num::Num::Int(i)) if i.is_negative() => vm.builtin_unary(UnOp::Neg, a[0]),
        _ => vm.builtin_unary(UnOp::Pos, a[0]),
    }
}

fn plain_int(vm: &mut Vm, a: &Args) -> PyResult {
    vm.builtin_unary(UnOp::Pos, a[0])
}

fn to_int(vm: &mut Vm, a: &Args) -> PyResult {
    match vm.num_of(a[0]) {
        Some(crate::vm::num::Num::Float(f)) if f.is_nan() => {
            Err(vm.value_error("cannot convert float NaN to integer"))
        }
        Some(crate::vm::num::Num::Float(f)) if f.is_infinite() => {
            Err(vm.overflow_error("cannot convert float infinity to integer"))
        }
        Some(crate::vm::num::Num::Float(f)) => {
            let i = crate::vm::num::f64_to_big(f);
            Ok(vm.new_bigint(i))
        }
        _ => vm.builtin_unary(UnOp::Pos, a[0]),
    }
}

fn to_float(vm: &mut Vm, a: &Args) -> PyResult {
    match vm.num_of(a[0]) {
        Some(crate::vm::num::Num::Int(i)) => Ok(Word::float(vm.int_to_f64(i)?)),
        Some(crate::vm::num::Num::Float(f)) => Ok(Word::float(f)),
        _ => Ok(NOTIMPL),
    }
}

static LEN: &[MethodDef] = &[MethodDef::new("__len__", len, 0, 0)];
static ITER: &[MethodDef] = &[MethodDef::new("__iter__", iter, 0, 0)];
static CONTAINS: &[MethodDef] = &[MethodDef::new("__contains__", contains, 1, 1)];
static GETITEM: &[MethodDef] = &[MethodDef::new("__getitem__", getitem, 1, 1)];
static SETITEM: &[MethodDef] =
    &[MethodDef::new("__setitem__", setitem, 2, 2), MethodDef::new("__delitem__", delitem, 1, 1)];
static ITERATOR: &[MethodDef] =
    &[MethodDef::new("__iter__", |_, a| Ok(a[0]), 0, 0), MethodDef::new("__next__", next, 0, 0)];
static REVERSED: &[MethodDef] = &[MethodDef::new("__reversed__", reversed, 0, 0)];
static CALL: &[MethodDef] = &[MethodDef::kw("__call__", call, 0, function::ANY)];
static TYPE_CALL: &[MethodDef] = &[MethodDef::kw("__call__", type_call, 0, function::ANY)];
static DESCR: &[MethodDef] = &[MethodDef::new("__get__", descr_get, 1, 2)];

/// The reverse iterator of a dict or view.
fn reversed(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(match a[0].cast::<DictView>() {
        Some(v) => vm.new_dict_iter(v.dict, v.kind, true),
        None => vm.new_dict_iter(a[0], ViewKind::Keys, true),
    })
}

fn len(vm: &mut Vm, a: &Args) -> PyResult {
    match vm.builtin_len(a[0]) {
        Some(n) => Ok(vm.new_int(n as i64)),
        None => Err(bad_self(vm, "__len__")),
    }
}

fn iter(vm: &mut Vm, a: &Args) -> PyResult {
    match vm.builtin_iter(a[0])? {
        Some(it) => Ok(it),
        None => Err(bad_self(vm, "__iter__")),
    }
}

fn contains(vm: &mut Vm, a: &Args) -> PyResult {
    match vm.builtin_contains(a[0], a[1])? {
        Some(found) => Ok(Word::bool(found)),
        None => Err(bad_self(vm, "__contains__")),
    }
}

fn getitem(vm: &mut Vm, a: &Args) -> PyResult {
    match vm.builtin_get_item(a[0], a[1])? {
        Some(w) => Ok(w),
        None => Err(bad_self(vm, "__getitem__")),
    }
}

fn setitem(vm: &mut Vm, a: &Args) -> PyResult {
    vm.builtin_set_item(a[0], a[1], a[2])?;
    Ok(NONE)
}

fn delitem(vm: &mut Vm, a: &Args) -> PyResult {
    vm.builtin_del_item(a[0], a[1])?;
    Ok(NONE)
}

fn next(vm: &mut Vm, a: &Args) -> PyResult {
    match vm.iter_next(a[0])? {
        Some(w) => Ok(w),
        None => Err(vm.stop_iteration(UNDEF)),
    }
}

fn call(vm: &mut Vm, a: &Args) -> PyResult {
    vm.call_args(a[0], &a.skip(1))
}

fn type_call(vm: &mut Vm, a: &Args) -> PyResult {
    match a[0].cast::<Class>() {
        Some(c) => vm.type_call(c, &a.skip(1)),
        None => Err(bad_self(vm, "__call__")),
    }
}

fn descr_get(vm: &mut Vm, a: &Args) -> PyResult {
    let object = if a[1].is_none() { UNDEF } else { a[1] };
    let class = a.get(2).and_then(|c| c.cast::<Class>()).unwrap_or_else(|| vm.type_of(a[1]));
    vm.descr_get(a[0], object, class)
}

#[cold]
fn bad_self(vm: &mut Vm, name: &str) -> Raised {
    vm.type_error(format!("descriptor '{name}' requires another type of object"))
}

impl Vm {
    /// Truth by layout, for `__bool__` of numbers.
    fn builtin_truth_of(&mut self, w: Word) -> PyResult<bool> {
        match self.builtin_truth(w) {
            Some(t) => Ok(t),
            None => self.truthy(w),
        }
    }

    /// Registers the special methods of builtin classes.
    pub(crate) fn boot_dunders(&mut self) {
        let t = self.types;
        self.add_row(t.object, &REPR);
        self.add_row(t.object, &STR);
        self.add_row(t.object, &HASH);
        self.add_methods(t.object, OBJECT_EQ);
        self.add_methods(t.object, ORDER);
        for class in [t.int, t.float, t.complex] {
            self.add_methods(class, ARITHMETIC);
            self.add_methods(class, UNARY);
        }
        for class in [t.int, t.float] {
            self.add_methods(class, REAL_ARITHMETIC);
            self.add_methods(class, CONVERT);
        }
        for class in [t.int, t.set, t.frozenset, t.dict_keys, t.dict_items] {
            self.add_methods(class, BITS);
        }
        self.add_methods(t.int, SHIFTS);
        self.add_methods(t.int, INVERT);
        for class in [t.set, t.frozenset, t.dict_keys, t.dict_items] {
            self.add_methods(class, SET_SUB);
        }
        self.add_methods(t.set, SET_INPLACE);
        self.add_methods(t.dict, DICT_OR);
        for class in [t.str, t.list, t.tuple, t.bytes, t.bytearray] {
            self.add_methods(class, SEQUENCE);
        }
        for class in [t.str, t.bytes, t.bytearray] {
            self.add_methods(class, STR_MOD);
        }
        for class in [t.list, t.bytearray] {
            self.add_methods(class, LIST_INPLACE);
        }
        self.boot_container_methods();
        for class in [t.function, t.builtin, t.method, t.method_wrapper, t.method_descr, t.wrapper_descr] {
            self.add_methods(class, CALL);
        }
        self.add_methods(t.type_, TYPE_CALL);
        for class in [t.function, t.property, t.staticmethod, t.classmethod, t.member_descr, t.getset_descr] {
            self.add_methods(class, DESCR);
        }
    }

    fn boot_container_methods(&mut self) {
        let t = self.types;
        let containers = [
            t.str,
            t.list,
            t.tuple,
            t.bytes,
            t.bytearray,
            t.dict,
            t.set,
            t.frozenset,
            t.range,
            t.dict_keys,
            t.dict_values,
            t.dict_items,
        ];
        for class in containers {
            self.add_methods(class, LEN);
            self.add_methods(class, ITER);
            if class != t.dict_values {
                self.add_methods(class, CONTAINS);
            }
        }
        for class in [t.str, t.list, t.tuple, t.bytes, t.bytearray, t.dict, t.range] {
            self.add_methods(class, GETITEM);
        }
        for class in [t.dict, t.dict_keys, t.dict_values, t.dict_items] {
            self.add_methods(class, REVERSED);
        }
        for class in [t.list, t.dict, t.bytearray] {
            self.add_methods(class, SETITEM);
        }
        for class in [t.list, t.dict, t.set, t.bytearray, t.slice] {
            self.set_class_attr(class, "__hash__", NONE);
        }
        let iterators = [
            t.range_iter,
            t.list_iter,
            t.tuple_iter,
            t.str_iter,
            t.dict_keyiter,
            t.dict_valueiter,
            t.dict_itemiter,
            t.dict_revkeyiter,
            t.dict_revvalueiter,
            t.dict_revitemiter,
            t.set_iter,
            t.seq_iter,
            t.enumerate,
            t.zip,
            t.map,
            t.filter,
            t.reversed,
            t.list_reviter,
            t.call_iter,
            t.native_iter,
            t.generator,
        ];
        for class in iterators {
            self.add_methods(class, ITERATOR);
        }
    }

    /// Adds one native method.
    pub(crate) fn add_row(&mut self, class: Gc<Class>, def: &'static MethodDef) {
        let f = self.new_native(def, function::NativeKind::Method, Some(class), UNDEF).word();
        self.set_class_attr(class, def.name, f);
    }

    /// Registers the iterator protocol on a native iterator class.
    pub fn add_iterator_methods(&mut self, class: Gc<Class>) {
        self.add_methods(class, ITERATOR);
    }
}
