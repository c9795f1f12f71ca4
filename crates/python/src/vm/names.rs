//! The names and classes the runtime itself refers to.

use crate::heap::Heap;
use crate::objects::class::{C_BUILTIN, C_FINAL, C_NO_DICT, bare_class};
use crate::objects::{Class, Gc, Name, TypeTag};
use crate::vm::Vm;

macro_rules! names {
    ($($field:ident = $text:literal),* $(,)?) => {
        /// Interned names used by the runtime.
        #[derive(Clone, Copy)]
        #[allow(missing_docs)]
        pub struct Names { $(pub $field: Name),* }

        impl Names {
            /// Every name set to `name`: stands in until strings can be made.
            pub(crate) fn all(name: Name) -> Names {
                Names { $($field: name),* }
            }

            /// Interns every name.
            pub(crate) fn new(vm: &mut Vm) -> Names {
                Names { $($field: vm.intern($text)),* }
            }
        }
    };
}

names! {
    init = "__init__", new = "__new__", call = "__call__", repr = "__repr__", str = "__str__", hash = "__hash__",
    bool_ = "__bool__", len = "__len__", iter = "__iter__", next = "__next__", getitem = "__getitem__",
    setitem = "__setitem__", delitem = "__delitem__", contains = "__contains__", missing = "__missing__",
    getattr = "__getattr__", getattribute = "__getattribute__", setattr = "__setattr__", delattr = "__delattr__",
    get = "__get__", set = "__set__", delete = "__delete__", set_name = "__set_name__",
    init_subclass = "__init_subclass__", class_getitem = "__class_getitem__", instancecheck = "__instancecheck__",
    subclasscheck = "__subclasscheck__", prepare = "__prepare__", mro_entries = "__mro_entries__",
    eq = "__eq__", ne = "__ne__", lt = "__lt__", le = "__le__", gt = "__gt__", ge = "__ge__",
    index = "__index__", int = "__int__", float = "__float__", complex = "__complex__", format = "__format__",
    enter = "__enter__", exit = "__exit__", reversed = "__reversed__", length_hint = "__length_hint__",
    dict = "__dict__", class = "__class__", name = "__name__", qualname = "__qualname__", doc = "__doc__",
    module = "__module__", bases = "__bases__", mro = "__mro__", slots = "__slots__", annotations = "__annotations__",
    defaults = "__defaults__", kwdefaults = "__kwdefaults__", closure = "__closure__", code = "__code__",
    globals = "__globals__", self_ = "__self__", func = "__func__", wrapped = "__wrapped__", weakref = "__weakref__",
    classcell = "__classcell__", match_args = "__match_args__", file = "__file__", path = "__path__", all = "__all__",
    spec = "__spec__", loader = "__loader__", package = "__package__", builtins = "__builtins__", main = "__main__",
    metaclass = "metaclass", args = "args", keys = "keys", value = "value", msg = "msg", send = "send",
    throw = "throw", close = "close", await_ = "__await__", key = "key", reverse = "reverse", default = "default",
    bytes = "__bytes__", fspath = "__fspath__", dir = "__dir__", abstractmethods = "__abstractmethods__",
    isabstractmethod = "__isabstractmethod__", hash_none = "__hash__none", sort_ = "sort", del = "__del__",
    cause = "__cause__", context = "__context__", suppress_context = "__suppress_context__",
    traceback = "__traceback__", notes = "__notes__", code_attr = "code", errno = "errno", strerror = "strerror",
    filename = "filename", name_attr = "name", obj = "obj", add = "__add__", radd = "__radd__", iadd = "__iadd__",
    sub = "__sub__", rsub = "__rsub__", isub = "__isub__", mul = "__mul__", rmul = "__rmul__", imul = "__imul__",
    matmul = "__matmul__", rmatmul = "__rmatmul__", imatmul = "__imatmul__",
    truediv = "__truediv__", rtruediv = "__rtruediv__", itruediv = "__itruediv__",
    floordiv = "__floordiv__", rfloordiv = "__rfloordiv__", ifloordiv = "__ifloordiv__",
    mod_ = "__mod__", rmod = "__rmod__", imod = "__imod__", pow = "__pow__", rpow = "__rpow__", ipow = "__ipow__",
    lshift = "__lshift__", rlshift = "__rlshift__", ilshift = "__ilshift__",
    rshift = "__rshift__", rrshift = "__rrshift__", irshift = "__irshift__",
    and = "__and__", rand = "__rand__", iand = "__iand__", or = "__or__", ror = "__ror__", ior = "__ior__",
    xor = "__xor__", rxor = "__rxor__", ixor = "__ixor__", divmod = "__divmod__", rdivmod = "__rdivmod__",
    neg = "__neg__", pos = "__pos__", abs = "__abs__", invert = "__invert__", round = "__round__",
    trunc = "__trunc__", floor = "__floor__", ceil = "__ceil__",
}

macro_rules! types {
    ($($field:ident = $name:literal, $base:ident, $layout:ident, $flags:expr;)*) => {
        /// The builtin classes.
        #[derive(Clone, Copy)]
        #[allow(missing_docs)]
        pub struct Types { $(pub $field: Gc<Class>),* }

        impl Types {
            /// Classes without names, bases or shapes.
            pub(crate) fn bare(heap: &mut Heap) -> Types {
                Types { $($field: bare_class(heap, TypeTag::$layout, $flags | C_BUILTIN)),* }
            }

            /// Class, name, base of every builtin class, bases first.
            pub(crate) fn rows(&self) -> Vec<(Gc<Class>, &'static str, Gc<Class>)> {
                vec![$((self.$field, $name, self.$base)),*]
            }
        }
    };
}

/// An extensible class whose instances have no attribute dict.
const OPEN: u32 = C_NO_DICT;
/// A class that cannot be subclassed.
const FINAL: u32 = C_NO_DICT | C_FINAL;
/// A class whose instances have an attribute dict.
const DICT: u32 = 0;

types! {
    object = "object", object, Instance, OPEN;
    type_ = "type", object, Class, DICT;
    int = "int", object, BigInt, OPEN;
    bool_ = "bool", int, BigInt, FINAL;
    float = "float", object, Boxed, OPEN;
    complex = "complex", object, Complex, OPEN;
    str = "str", object, Str, OPEN;
    bytes = "bytes", object, Bytes, OPEN;
    bytearray = "bytearray", object, ByteArray, OPEN;
    list = "list", object, List, OPEN;
    tuple = "tuple", object, Tuple, OPEN;
    dict = "dict", object, Dict, OPEN;
    set = "set", object, Set, OPEN;
    frozenset = "frozenset", object, Set, OPEN;
    range = "range", object, Range, FINAL;
    slice = "slice", object, Slice, FINAL;
    none = "NoneType", object, Free, FINAL;
    ellipsis = "ellipsis", object, Free, FINAL;
    notimpl = "NotImplementedType", object, Free, FINAL;
    function = "function", object, Function, C_FINAL;
    builtin = "builtin_function_or_method", object, Native, FINAL;
    method_descr = "method_descriptor", object, Native, FINAL;
    wrapper_descr = "wrapper_descriptor", object, Native, FINAL;
    method = "method", object, BoundMethod, FINAL;
    method_wrapper = "method-wrapper", object, BoundMethod, FINAL;
    cell = "cell", object, Cell, FINAL;
    module = "module", object, Module, DICT;
    namespace = "namespace", object, Namespace, FINAL;
    code = "code", object, Code, FINAL;
    generator = "generator", object, Generator, FINAL;
    coroutine = "coroutine", object, Generator, FINAL;
    property = "property", object, Property, OPEN;
    staticmethod = "staticmethod", object, StaticMethod, OPEN;
    classmethod = "classmethod", object, ClassMethod, OPEN;
    super_ = "super", object, Super, OPEN;
    member_descr = "member_descriptor", object, MemberDescr, FINAL;
    getset_descr = "getset_descriptor", object, GetSet, FINAL;
    mappingproxy = "mappingproxy", object, NativeObject, FINAL;
    traceback = "traceback", object, NativeObject, FINAL;
    dict_keys = "dict_keys", object, DictView, FINAL;
    dict_values = "dict_values", object, DictView, FINAL;
    dict_items = "dict_items", object, DictView, FINAL;
    range_iter = "range_iterator", object, RangeIter, FINAL;
    list_iter = "list_iterator", object, ListIter, FINAL;
    tuple_iter = "tuple_iterator", object, TupleIter, FINAL;
    str_iter = "str_iterator", object, StrIter, FINAL;
    dict_keyiter = "dict_keyiterator", object, DictIter, FINAL;
    dict_valueiter = "dict_valueiterator", object, DictIter, FINAL;
    dict_itemiter = "dict_itemiterator", object, DictIter, FINAL;
    dict_revkeyiter = "dict_reversekeyiterator", object, DictIter, FINAL;
    dict_revvalueiter = "dict_reversevalueiterator", object, DictIter, FINAL;
    dict_revitemiter = "dict_reverseitemiterator", object, DictIter, FINAL;
    set_iter = "set_iterator", object, SetIter, FINAL;
    seq_iter = "iterator", object, SeqIter, FINAL;
    enumerate = "enumerate", object, Enumerate, OPEN;
    zip = "zip", object, Zip, OPEN;
    map = "map", object, Map, OPEN;
    filter = "filter", object, Filter, OPEN;
    reversed = "reversed", object, Reversed, OPEN;
    list_reviter = "list_reverseiterator", object, Reversed, FINAL;
    call_iter = "callable_iterator", object, CallIter, FINAL;
    native_iter = "iterator", object, NativeIter, FINAL;
}
