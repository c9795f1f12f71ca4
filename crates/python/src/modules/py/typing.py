"""Type hints: objects that can be subscripted and written, but mean nothing at run time."""

import collections
import collections.abc
import sys

TYPE_CHECKING = False


def _show(arg):
    if arg is type(None):
        return "None"
    if arg is Ellipsis:
        return "..."
    if isinstance(arg, type) and not isinstance(arg, _Alias):
        return arg.__qualname__ if arg.__module__ == "builtins" else f"{arg.__module__}.{arg.__qualname__}"
    if isinstance(arg, (list, tuple)):
        return "[" + ", ".join(map(_show, arg)) + "]"
    return repr(arg)


class _Alias:
    """A special form or generic type, with or without arguments."""

    def __init__(self, name, origin=None, args=()):
        self._name = name
        self.__origin__ = origin
        self.__args__ = args

    def __getitem__(self, args):
        if not isinstance(args, tuple):
            args = (args,)
        if self._name == "Optional":
            return Union[args[0], None]
        args = tuple(type(None) if arg is None else arg for arg in args)
        if self._name == "Union":
            return _union(args)
        return _Alias(self._name, self.__origin__ or self, args)

    def __call__(self, *args, **kwargs):
        if isinstance(self.__origin__, type):
            return self.__origin__(*args, **kwargs)
        raise TypeError(f"Type {self._name} cannot be instantiated")

    def __repr__(self):
        if not self.__args__:
            return f"typing.{self._name}"
        if self._name == "Union":
            rest = [arg for arg in self.__args__ if arg is not type(None)]
            if len(rest) == 1 and len(self.__args__) == 2:
                return f"typing.Optional[{_show(rest[0])}]"
        return f"typing.{self._name}[{', '.join(map(_show, self.__args__))}]"

    def __eq__(self, other):
        if not isinstance(other, _Alias):
            return NotImplemented
        if self._name == other._name == "Union":
            return set(self.__args__) == set(other.__args__)
        return (self._name, self.__args__) == (other._name, other.__args__)

    def __hash__(self):
        if self._name == "Union":
            return hash(("Union", frozenset(self.__args__)))
        return hash((self._name, self.__args__))

    def __or__(self, other):
        return Union[self, other]

    def __ror__(self, other):
        return Union[other, self]

    def __mro_entries__(self, bases):
        if isinstance(self.__origin__, type):
            return (self.__origin__,)
        if self._name in ("Generic", "Protocol"):
            return (_bases[self._name],)
        return ()

    def __instancecheck__(self, obj):
        return self.__subclasscheck__(type(obj))

    def __subclasscheck__(self, cls):
        if self._name == "Union":
            return issubclass(cls, self.__args__)
        if isinstance(self.__origin__, type):
            if self.__args__:
                raise TypeError("Subscripted generics cannot be used with class and instance checks")
            return issubclass(cls, self.__origin__)
        raise TypeError(f"typing.{self._name} cannot be used with isinstance()")


def _union(args):
    flat = []
    for arg in args:
        parts = arg.__args__ if isinstance(arg, _Alias) and arg._name == "Union" else (arg,)
        for part in parts:
            if part not in flat:
                flat.append(part)
    return flat[0] if len(flat) == 1 else _Alias("Union", Union, tuple(flat))


Any = _Alias("Any")
Union = _Alias("Union")
Optional = _Alias("Optional")
NoReturn = _Alias("NoReturn")
Never = _Alias("Never")
Self = _Alias("Self")
LiteralString = _Alias("LiteralString")
ClassVar = _Alias("ClassVar")
Final = _Alias("Final")
Literal = _Alias("Literal")
Annotated = _Alias("Annotated")
Concatenate = _Alias("Concatenate")
TypeAlias = _Alias("TypeAlias")
TypeGuard = _Alias("TypeGuard")
Required = _Alias("Required")
NotRequired = _Alias("NotRequired")
Unpack = _Alias("Unpack")

List = _Alias("List", list)
Dict = _Alias("Dict", dict)
Set = _Alias("Set", set)
FrozenSet = _Alias("FrozenSet", frozenset)
Tuple = _Alias("Tuple", tuple)
Type = _Alias("Type", type)
Deque = _Alias("Deque", collections.deque)
DefaultDict = _Alias("DefaultDict", collections.defaultdict)
OrderedDict = _Alias("OrderedDict", collections.OrderedDict)
Counter = _Alias("Counter", collections.Counter)
ChainMap = _Alias("ChainMap", collections.ChainMap)
Callable = _Alias("Callable", collections.abc.Callable)
Iterable = _Alias("Iterable", collections.abc.Iterable)
Iterator = _Alias("Iterator", collections.abc.Iterator)
Generator = _Alias("Generator", collections.abc.Generator)
Hashable = _Alias("Hashable", collections.abc.Hashable)
Sized = _Alias("Sized", collections.abc.Sized)
Container = _Alias("Container", collections.abc.Container)
Collection = _Alias("Collection", collections.abc.Collection)
Reversible = _Alias("Reversible", collections.abc.Reversible)
Sequence = _Alias("Sequence", collections.abc.Sequence)
MutableSequence = _Alias("MutableSequence", collections.abc.MutableSequence)
Mapping = _Alias("Mapping", collections.abc.Mapping)
MutableMapping = _Alias("MutableMapping", collections.abc.MutableMapping)
AbstractSet = _Alias("AbstractSet", collections.abc.Set)
MutableSet = _Alias("MutableSet", collections.abc.MutableSet)
KeysView = _Alias("KeysView", collections.abc.KeysView)
ValuesView = _Alias("ValuesView", collections.abc.ValuesView)
ItemsView = _Alias("ItemsView", collections.abc.ItemsView)
Awaitable = _Alias("Awaitable", collections.abc.Awaitable)
Coroutine = _Alias("Coroutine", collections.abc.Coroutine)
AsyncIterable = _Alias("AsyncIterable", collections.abc.AsyncIterable)
AsyncIterator = _Alias("AsyncIterator", collections.abc.AsyncIterator)
AsyncGenerator = _Alias("AsyncGenerator", collections.abc.AsyncGenerator)
Text = str
ByteString = bytes
IO = _Alias("IO")
TextIO = _Alias("TextIO")
BinaryIO = _Alias("BinaryIO")
Pattern = _Alias("Pattern")
Match = _Alias("Match")


class TypeVar:
    def __init__(self, name, *constraints, bound=None, covariant=False, contravariant=False):
        self.__name__ = name
        self.__constraints__ = constraints
        self.__bound__ = bound
        self.__covariant__ = covariant
        self.__contravariant__ = contravariant

    def __repr__(self):
        sign = "+" if self.__covariant__ else "-" if self.__contravariant__ else "~"
        return sign + self.__name__

    def __or__(self, other):
        return Union[self, other]

    def __ror__(self, other):
        return Union[other, self]


class ParamSpec(TypeVar):
    @property
    def args(self):
        return Any

    @property
    def kwargs(self):
        return Any


class TypeVarTuple(TypeVar):
    def __iter__(self):
        yield self


AnyStr = TypeVar("AnyStr", bytes, str)
T = TypeVar("T")
KT = TypeVar("KT")
VT = TypeVar("VT")


class Generic:
    """The base of generic classes."""

    __slots__ = ()

    def __class_getitem__(cls, args):
        alias = _Alias(cls.__name__, cls, args if isinstance(args, tuple) else (args,))
        return alias


class Protocol(Generic):
    """The base of classes that describe an interface."""

    __slots__ = ()


_bases = {"Generic": Generic, "Protocol": Protocol}


def runtime_checkable(cls):
    names = [name for name in cls.__dict__ if not name.startswith("_") or name in ("__call__", "__len__", "__iter__")]
    names += [name for name in cls.__dict__.get("__annotations__", {}) if name not in names]
    cls.__protocol_attrs__ = names
    return cls


class SupportsInt(Protocol):
    pass


class SupportsFloat(Protocol):
    pass


class SupportsIndex(Protocol):
    pass


class SupportsAbs(Protocol):
    pass


class SupportsRound(Protocol):
    pass


def cast(typ, val):
    return val


def overload(func):
    return func


def final(f):
    return f


def no_type_check(arg):
    return arg


def assert_type(val, typ, /):
    return val


def assert_never(arg, /):
    raise AssertionError(f"Expected code to be unreachable, but got: {arg!r}")


def reveal_type(obj, /):
    print(f"Runtime type is {type(obj).__name__!r}", file=sys.stderr)
    return obj


def dataclass_transform(**kwargs):
    return lambda cls: cls


def get_type_hints(obj, globalns=None, localns=None, include_extras=False):
    hints = {}
    classes = reversed(obj.__mro__) if isinstance(obj, type) else (obj,)
    for cls in classes:
        hints.update(getattr(cls, "__annotations__", {}) if cls is obj else cls.__dict__.get("__annotations__", {}))
    return hints


def get_origin(tp):
    return getattr(tp, "__origin__", None)


def get_args(tp):
    return getattr(tp, "__args__", ())


def NewType(name, tp):
    def new_type(x):
        return x
    new_type.__name__ = new_type.__qualname__ = name
    new_type.__supertype__ = tp
    return new_type


class _NamedTupleMeta(type):
    def __new__(cls, typename, bases, ns):
        if "_is_root" in ns:
            return super().__new__(cls, typename, bases, ns)
        annotations = ns.get("__annotations__", {})
        defaults = []
        for name in annotations:
            if name in ns:
                defaults.append(ns[name])
            elif defaults:
                raise TypeError(f"Non-default namedtuple field {name} cannot follow default fields")
        made = collections.namedtuple(typename, list(annotations), defaults=defaults, module=ns.get("__module__"))
        made.__annotations__ = dict(annotations)
        for key, value in ns.items():
            if key not in annotations and key not in ("__module__", "__qualname__", "__annotations__", "__slots__"):
                setattr(made, key, value)
        made.__qualname__ = ns.get("__qualname__", typename)
        return made


class _NamedTupleRoot(metaclass=_NamedTupleMeta):
    _is_root = True


class _NamedTuple:
    def __call__(self, typename, fields=None, /, **kwargs):
        pairs = list(kwargs.items()) if fields is None else list(fields)
        made = collections.namedtuple(typename, [name for name, _ in pairs])
        made.__annotations__ = dict(pairs)
        return made

    def __mro_entries__(self, bases):
        return (_NamedTupleRoot,)


NamedTuple = _NamedTuple()


class _TypedDictMeta(type):
    def __new__(cls, name, bases, ns, total=True):
        made = super().__new__(cls, name, (dict,), ns)
        made.__total__ = total
        return made

    def __call__(cls, *args, **kwargs):
        return dict(*args, **kwargs)


class _TypedDict:
    def __call__(self, typename, fields=None, /, *, total=True, **kwargs):
        return _TypedDictMeta(typename, (), {"__annotations__": dict(fields or kwargs)}, total=total)

    def __mro_entries__(self, bases):
        return (_TypedDictRoot,)


class _TypedDictRoot(dict, metaclass=_TypedDictMeta):
    pass


TypedDict = _TypedDict()
