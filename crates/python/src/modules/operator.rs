//! `operator`.

use crate::builtins::args::{self, DONE};
use crate::heap::Marker;
use crate::objects::function::ANY;
use crate::objects::misc::NativePayload;
use crate::objects::{Args, Class, Gc, MethodDef, Module, Name};
use crate::vm::ops::{BinOp, CmpOp, UnOp};
use crate::vm::{PyResult, Vm};
use crate::word::Word;

/// Defines natives that are one operator.
macro_rules! operators {
    ($($name:ident => $kind:ident $op:ident;)*) => {
        $(fn $name(vm: &mut Vm, a: &Args) -> PyResult {
            operators!(@ $kind $op, vm, a)
        })*
    };
    (@ binary $op:ident, $vm:ident, $a:ident) => { $vm.binary_op(BinOp::$op, $a[0], $a[1]) };
    (@ inplace $op:ident, $vm:ident, $a:ident) => { $vm.inplace_op(BinOp::$op, $a[0], $a[1]) };
    (@ unary $op:ident, $vm:ident, $a:ident) => { $vm.unary_op(UnOp::$op, $a[0]) };
    (@ compare $op:ident, $vm:ident, $a:ident) => { $vm.compare(CmpOp::$op, $a[0], $a[1]) };
}

operators! {
    add => binary Add;
    and_ => binary And;
    floordiv => binary FloorDiv;
    lshift => binary LShift;
    matmul => binary MatMul;
    mod_ => binary Mod;
    mul => binary Mul;
    or_ => binary Or;
    pow => binary Pow;
    rshift => binary RShift;
    sub => binary Sub;
    truediv => binary TrueDiv;
    xor => binary Xor;
    iadd => inplace Add;
    iand => inplace And;
    ifloordiv => inplace FloorDiv;
    ilshift => inplace LShift;
    imatmul => inplace MatMul;
    imod => inplace Mod;
    imul => inplace Mul;
    ior => inplace Or;
    ipow => inplace Pow;
    irshift => inplace RShift;
    isub => inplace Sub;
    itruediv => inplace TrueDiv;
    ixor => inplace Xor;
    invert => unary Invert;
    neg => unary Neg;
    pos => unary Pos;
    eq => compare Eq;
    ge => compare Ge;
    gt => compare Gt;
    le => compare Le;
    lt => compare Lt;
    ne => compare Ne;
}

/// Rows of an operation under its plain and its special name.
macro_rules! rows {
    ($($name:literal, $special:literal, $function:ident, $arity:literal;)*) => {
        &[$(MethodDef::new($name, $function, $arity, $arity), MethodDef::new($special, $function, $arity, $arity)),*]
    };
}

static OPERATIONS: &[MethodDef] = rows! {
    "abs", "__abs__", abs, 1;
    "add", "__add__", add, 2;
    "and_", "__and__", and_, 2;
    "concat", "__concat__", add, 2;
    "contains", "__contains__", contains, 2;
    "delitem", "__delitem__", delitem, 2;
    "eq", "__eq__", eq, 2;
    "floordiv", "__floordiv__", floordiv, 2;
    "ge", "__ge__", ge, 2;
    "getitem", "__getitem__", getitem, 2;
    "gt", "__gt__", gt, 2;
    "iadd", "__iadd__", iadd, 2;
    "iand", "__iand__", iand, 2;
    "iconcat", "__iconcat__", iadd, 2;
    "ifloordiv", "__ifloordiv__", ifloordiv, 2;
    "ilshift", "__ilshift__", ilshift, 2;
    "imatmul", "__imatmul__", imatmul, 2;
    "imod", "__imod__", imod, 2;
    "imul", "__imul__", imul, 2;
    "index", "__index__", index, 1;
    "inv", "__inv__", invert, 1;
    "invert", "__invert__", invert, 1;
    "ior", "__ior__", ior, 2;
    "ipow", "__ipow__", ipow, 2;
    "irshift", "__irshift__", irshift, 2;
    "isub", "__isub__", isub, 2;
    "itruediv", "__itruediv__", itruediv, 2;
    "ixor", "__ixor__", ixor, 2;
    "le", "__le__", le, 2;
    "lshift", "__lshift__", lshift, 2;
    "lt", "__lt__", lt, 2;
    "matmul", "__matmul__", matmul, 2;
    "mod", "__mod__", mod_, 2;
    "mul", "__mul__", mul, 2;
    "ne", "__ne__", ne, 2;
    "neg", "__neg__", neg, 1;
    "not_", "__not__", not_, 1;
    "or_", "__or__", or_, 2;
    "pos", "__pos__", pos, 1;
    "pow", "__pow__", pow, 2;
    "rshift", "__rshift__", rshift, 2;
    "setitem", "__setitem__", setitem, 3;
    "sub", "__sub__", sub, 2;
    "truediv", "__truediv__", truediv, 2;
    "xor", "__xor__", xor, 2;
};

static FUNCTIONS: &[MethodDef] = &[
    MethodDef::new("countOf", count_of, 2, 2),
    MethodDef::new("indexOf", index_of, 2, 2),
    MethodDef::new("is_", is_, 2, 2),
    MethodDef::new("is_not", is_not, 2, 2),
    MethodDef::new("length_hint", length_hint, 1, 2),
    MethodDef::new("truth", truth, 1, 1),
    MethodDef::kw("call", call, 1, ANY),
];

/// Fills the module.
pub fn build(vm: &mut Vm, module: Gc<Module>) -> PyResult<()> {
    vm.add_functions(module.namespace, "_operator", OPERATIONS);
    vm.add_functions(module.namespace, "_operator", FUNCTIONS);
    static METHODS: &[MethodDef] =
        &[MethodDef::kw("__call__", getter_call, 0, ANY), MethodDef::new("__repr__", getter_repr, 0, 0)];
    let constructors: [(&str, crate::objects::class::Constructor); 3] =
        [("itemgetter", itemgetter), ("attrgetter", attrgetter), ("methodcaller", methodcaller)];
    for (name, constructor) in constructors {
        let class = super::new_type(vm, name, "operator");
        vm.add_methods(class, METHODS);
        vm.set_constructor(class, constructor, false);
        vm.set_global(module.namespace, name, class.word());
    }
    Ok(())
}

fn abs(vm: &mut Vm, a: &Args) -> PyResult {
    if let Some(result) = crate::builtins::functions::abs_number(vm, a[0])? {
        return Ok(result);
    }
    match vm.call_special(a[0], vm.names.abs, &[])? {
        Some(result) => Ok(result),
        None => Err(args::wrong_type(vm, a[0], "bad operand type for abs(): '{}'")),
    }
}

fn contains(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(vm.contains(a[0], a[1])?.into())
}

fn getitem(vm: &mut Vm, a: &Args) -> PyResult {
    vm.get_item(a[0], a[1])
}

fn setitem(vm: &mut Vm, a: &Args) -> PyResult {
    vm.set_item(a[0], a[1], a[2])?;
    DONE
}

fn delitem(vm: &mut Vm, a: &Args) -> PyResult {
    vm.del_item(a[0], a[1])?;
    DONE
}

fn index(vm: &mut Vm, a: &Args) -> PyResult {
    vm.index_word(a[0])
}

fn not_(vm: &mut Vm, a: &Args) -> PyResult {
    Ok((!vm.truthy(a[0])?).into())
}

fn truth(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(vm.truthy(a[0])?.into())
}

fn is_(_: &mut Vm, a: &Args) -> PyResult {
    Ok((a[0] == a[1]).into())
}

fn is_not(_: &mut Vm, a: &Args) -> PyResult {
    Ok((a[0] != a[1]).into())
}

fn call(vm: &mut Vm, a: &Args) -> PyResult {
    vm.call_args(a[0], &a.skip(1))
}

fn count_of(vm: &mut Vm, a: &Args) -> PyResult {
    let mut count = 0;
    vm.iterate(a[0], |vm, item| {
        count += i64::from(item == a[1] || vm.eq(item, a[1])?);
        Ok(true)
    })?;
    Ok(Word::int(count))
}

fn index_of(vm: &mut Vm, a: &Args) -> PyResult {
    let (mut at, mut found) = (0, None);
    vm.iterate(a[0], |vm, item| {
        if item == a[1] || vm.eq(item, a[1])? {
            found = Some(at);
        }
        at += 1;
        Ok(found.is_none())
    })?;
    match found {
        Some(at) => Ok(Word::int(at)),
        None => Err(vm.value_error("sequence.index(x): x not in sequence")),
    }
}

fn length_hint(vm: &mut Vm, a: &Args) -> PyResult {
    if vm.lookup_special(a[0], vm.names.len).is_some() {
        return Ok(Word::int(vm.len(a[0])? as i64));
    }
    match vm.call_special(a[0], vm.names.length_hint, &[])? {
        Some(hint) if hint.as_index().is_some() => Ok(hint),
        _ => Ok(a.or(1, Word::int(0))),
    }
}

/// An `itemgetter`, `attrgetter` or `methodcaller`.
enum Getter {
    Items(Vec<Word>),
    /// Each a path of names.
    Attributes(Vec<Vec<Name>>),
    Method {
        name: Name,
        arguments: Vec<Word>,
        keyword_names: Vec<Word>,
        keyword_values: Vec<Word>,
    },
}

impl NativePayload for Getter {
    fn trace(&self, marker: &mut Marker) {
        match self {
            Getter::Items(items) => marker.words(items),
            Getter::Attributes(paths) => paths.iter().flatten().for_each(|name| marker.word(name.word())),
            Getter::Method { name, arguments, keyword_names, keyword_values } => {
                marker.word(name.word());
                marker.words(arguments);
                marker.words(keyword_names);
                marker.words(keyword_values);
            }
        }
    }
}

fn itemgetter(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    args::no_keywords(vm, a, "itemgetter")?;
    if a.is_empty() {
        return Err(vm.type_error("itemgetter expected 1 argument, got 0"));
    }
    Ok(vm.new_native_object(class, Box::new(Getter::Items(a.to_vec()))))
}

fn attrgetter(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    args::no_keywords(vm, a, "attrgetter")?;
    if a.is_empty() {
        return Err(vm.type_error("attrgetter expected 1 argument, got 0"));
    }
    let mut paths = Vec::with_capacity(a.len());
    for &w in a.pos() {
        let Some(text) = w.as_str() else { return Err(vm.type_error("attribute name must be a string")) };
        paths.push(text.split('.').map(|part| vm.intern(part)).collect());
    }
    Ok(vm.new_native_object(class, Box::new(Getter::Attributes(paths))))
}

fn methodcaller(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    let Some(name) = a.get(0) else {
        return Err(vm.type_error("methodcaller needs at least one argument, the method name"));
    };
    let Some(name) = name.as_str() else { return Err(vm.type_error("method name must be a string")) };
    let getter = Getter::Method {
        name: vm.intern(name),
        arguments: a[1..].to_vec(),
        keyword_names: a.kw_names().to_vec(),
        keyword_values: a.kw_values().to_vec(),
    };
    Ok(vm.new_native_object(class, Box::new(getter)))
}

fn getter_call(vm: &mut Vm, a: &Args) -> PyResult {
    let [_, object] = *a.pos() else {
        let given = a.len() - 1;
        let name = vm.type_name(a[0]);
        return Err(vm.type_error(format!("{name} expected 1 argument, got {given}")));
    };
    match a[0].payload::<Getter>().as_deref() {
        Some(Getter::Items(items)) => {
            if let [item] = items[..] {
                return vm.get_item(object, item);
            }
            let mut values = Vec::with_capacity(items.len());
            for &item in items.iter() {
                values.push(vm.get_item(object, item)?);
            }
            Ok(vm.new_tuple(&values))
        }
        Some(Getter::Attributes(paths)) => {
            let mut values = Vec::with_capacity(paths.len());
            for path in paths.iter() {
                let mut value = object;
                for &name in path {
                    value = vm.get_attr(value, name)?;
                }
                values.push(value);
            }
            if let [value] = values[..] { Ok(value) } else { Ok(vm.new_tuple(&values)) }
        }
        Some(Getter::Method { name, arguments, keyword_names, keyword_values }) => {
            let arguments = Args::with_kw(arguments, keyword_names, keyword_values);
            vm.call_method_name(object, *name, &arguments)
        }
        None => Err(args::wrong_type(vm, a[0], "'{}' object is not callable")),
    }
}

fn getter_repr(vm: &mut Vm, a: &Args) -> PyResult {
    let mut parts = Vec::new();
    let kind = match a[0].payload::<Getter>().as_deref() {
        Some(Getter::Items(items)) => {
            for &item in items.iter() {
                parts.push(vm.repr(item)?);
            }
            "itemgetter"
        }
        Some(Getter::Attributes(paths)) => {
            for path in paths.iter() {
                let names: Vec<&str> = path.iter().map(|name| name.text()).collect();
                parts.push(format!("'{}'", names.join(".")));
            }
            "attrgetter"
        }
        Some(Getter::Method { name, arguments, .. }) => {
            parts.push(format!("'{}'", name.text()));
            for &argument in arguments.iter() {
                parts.push(vm.repr(argument)?);
            }
            "methodcaller"
        }
        None => "getter",
    };
    Ok(vm.new_string(format!("operator.{kind}({})", parts.join(", "))))
}
