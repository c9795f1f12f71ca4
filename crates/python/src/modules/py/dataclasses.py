"""Classes that are mostly fields."""

__all__ = [
    "dataclass", "field", "Field", "FrozenInstanceError", "InitVar", "KW_ONLY", "MISSING", "fields", "asdict", "astuple",
    "make_dataclass", "replace", "is_dataclass",
]


class FrozenInstanceError(AttributeError):
    pass


class _Sentinel:
    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return self.name


MISSING = _Sentinel("<dataclasses.MISSING>")
KW_ONLY = _Sentinel("<dataclasses.KW_ONLY>")
_FACTORY = _Sentinel("<factory>")


class InitVar:
    """The type of a parameter of `__init__` that is not a field."""

    def __init__(self, type):
        self.type = type

    def __class_getitem__(cls, type):
        return cls(type)


class Field:
    def __init__(self, default, default_factory, init, repr, hash, compare, metadata, kw_only):
        self.name = None
        self.type = None
        self.default = default
        self.default_factory = default_factory
        self.init = init
        self.repr = repr
        self.hash = hash
        self.compare = compare
        self.metadata = {} if metadata is None else metadata
        self.kw_only = kw_only
        self._is_init_var = False

    def __repr__(self):
        return (
            f"Field(name={self.name!r},type={self.type!r},default={self.default!r},"
            f"default_factory={self.default_factory!r},init={self.init!r},repr={self.repr!r},hash={self.hash!r},"
            f"compare={self.compare!r},metadata={self.metadata!r},kw_only={self.kw_only!r},_field_type=_FIELD)"
        )


def field(*, default=MISSING, default_factory=MISSING, init=True, repr=True, hash=None, compare=True, metadata=None,
          kw_only=MISSING):
    if default is not MISSING and default_factory is not MISSING:
        raise ValueError("cannot specify both default and default_factory")
    return Field(default, default_factory, init, repr, hash, compare, metadata, kw_only)


def _is_class_var(annotation):
    if isinstance(annotation, str):
        return annotation.startswith(("ClassVar", "typing.ClassVar", "t.ClassVar"))
    return getattr(annotation, "_name", None) == "ClassVar" or getattr(annotation, "__origin_name__", None) == "ClassVar"


def _is_init_var(annotation):
    if isinstance(annotation, str):
        return annotation.startswith(("InitVar", "dataclasses.InitVar"))
    return annotation is InitVar or isinstance(annotation, InitVar)


def _collect_fields(cls, kw_only):
    found = {}
    for base in cls.__mro__[-1:0:-1]:
        for f in base.__dict__.get("__dataclass_fields__", {}).values():
            found[f.name] = f
    annotations = cls.__dict__.get("__annotations__", {})
    own = []
    for name, annotation in annotations.items():
        if annotation is KW_ONLY or annotation in ("KW_ONLY", "dataclasses.KW_ONLY"):
            kw_only = True
            continue
        if _is_class_var(annotation):
            continue
        default = getattr(cls, name, MISSING)
        if isinstance(default, Field):
            f = default
        else:
            if default is not MISSING and isinstance(default, _member_types):
                default = MISSING
            f = field(default=default)
        f.name, f.type = name, annotation
        f._is_init_var = _is_init_var(annotation)
        if f.kw_only is MISSING:
            f.kw_only = kw_only
        if f.default is not MISSING and f.default.__class__.__hash__ is None:
            raise ValueError(f"mutable default {type(f.default)} for field {name} is not allowed: use default_factory")
        if isinstance(default, Field):
            if f.default is MISSING:
                delattr(cls, name)
            else:
                setattr(cls, name, f.default)
        found[name] = f
        own.append(f)
    for name, value in cls.__dict__.items():
        if isinstance(value, Field) and name not in annotations:
            raise TypeError(f"{name!r} is a field but has no type annotation")
    return found


class _Slotted:
    __slots__ = ("slot",)


_member_types = (type(_Slotted.slot),)


def _compile(name, parameters, body, namespace):
    """Makes a function from its source; the names it needs are in `namespace`."""
    text = f"def {name}({', '.join(parameters)}):\n" + "\n".join(" " + line for line in body or ["pass"])
    exec(text, namespace)
    return namespace[name]


def _make_init(cls, fields, frozen):
    namespace = {"_FACTORY": _FACTORY, "_setattr": object.__setattr__}
    positional, keyword, body = [], [], []
    seen_default = None
    for f in fields:
        has_default = f.default is not MISSING or f.default_factory is not MISSING
        if f.init:
            if not f.kw_only:
                if has_default:
                    seen_default = f.name
                elif seen_default is not None:
                    raise TypeError(f"non-default argument {f.name!r} follows default argument")
            parameter = f.name
            if f.default is not MISSING:
                namespace[f"_default_{f.name}"] = f.default
                parameter += f"=_default_{f.name}"
            elif f.default_factory is not MISSING:
                parameter += "=_FACTORY"
            (keyword if f.kw_only else positional).append(parameter)
        if f.default_factory is not MISSING:
            namespace[f"_factory_{f.name}"] = f.default_factory
            value = f"_factory_{f.name}()"
            if f.init:
                value += f" if {f.name} is _FACTORY else {f.name}"
        elif f.init:
            value = f.name
        elif f.default is not MISSING and "__slots__" in cls.__dict__:
            namespace[f"_default_{f.name}"] = f.default
            value = f"_default_{f.name}"
        else:
            continue
        if f._is_init_var:
            continue
        self_name = _self_name(fields)
        if frozen:
            body.append(f"_setattr({self_name}, {f.name!r}, {value})")
        else:
            body.append(f"{self_name}.{f.name} = {value}")
    self_name = _self_name(fields)
    if hasattr(cls, "__post_init__"):
        arguments = ", ".join(f.name for f in fields if f._is_init_var)
        body.append(f"{self_name}.__post_init__({arguments})")
    parameters = [self_name] + positional + (["*"] + keyword if keyword else [])
    return _compile("__init__", parameters, body, namespace)


def _self_name(fields):
    return "__dataclass_self__" if any(f.name == "self" for f in fields) else "self"


_repr_running = set()


def _make_repr(shown):
    names = [f.name for f in shown]

    def __repr__(self):
        if id(self) in _repr_running:
            return "..."
        _repr_running.add(id(self))
        try:
            items = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        finally:
            _repr_running.discard(id(self))
        return f"{self.__class__.__qualname__}({items})"

    return __repr__


def _tuple_source(owner, fields):
    return "(" + "".join(f"{owner}.{f.name}," for f in fields) + ")"


def _make_comparison(name, operator, compared):
    body = [
        "if other.__class__ is self.__class__:",
        f" return {_tuple_source('self', compared)} {operator} {_tuple_source('other', compared)}",
        "return NotImplemented",
    ]
    return _compile(name, ["self", "other"], body, {})


def _set_new(cls, name, function):
    if name in cls.__dict__:
        return True
    function.__qualname__ = f"{cls.__qualname__}.{name}"
    setattr(cls, name, function)
    return False


def _make_frozen(cls, fields):
    names = frozenset(f.name for f in fields)

    def __setattr__(self, name, value):
        if type(self) is cls or name in names:
            raise FrozenInstanceError(f"cannot assign to field {name!r}")
        super(cls, self).__setattr__(name, value)

    def __delattr__(self, name):
        if type(self) is cls or name in names:
            raise FrozenInstanceError(f"cannot delete field {name!r}")
        super(cls, self).__delattr__(name)

    for function in (__setattr__, __delattr__):
        if _set_new(cls, function.__name__, function):
            raise TypeError(f"Cannot overwrite attribute {function.__name__} in class {cls.__name__}")


def _set_hash(cls, fields, eq, frozen, unsafe_hash):
    explicit = cls.__dict__.get("__hash__", MISSING)
    has_explicit = not (explicit is MISSING or explicit is None and "__eq__" in cls.__dict__)
    if unsafe_hash and has_explicit:
        raise TypeError(f"Cannot overwrite attribute __hash__ in class {cls.__name__}")
    if unsafe_hash or eq and frozen and not has_explicit:
        hashed = [f for f in fields if (f.compare if f.hash is None else f.hash)]
        cls.__hash__ = _compile("__hash__", ["self"], [f"return hash({_tuple_source('self', hashed)})"], {})
    elif eq and not frozen and not has_explicit:
        cls.__hash__ = None


def _add_slots(cls, fields):
    inherited = set()
    for base in cls.__mro__[1:]:
        slots = base.__dict__.get("__slots__", ())
        inherited.update((slots,) if isinstance(slots, str) else slots)
    namespace = dict(cls.__dict__)
    names = tuple(f.name for f in fields if f.name not in inherited)
    for name in names:
        namespace.pop(name, None)
    namespace.pop("__dict__", None)
    namespace.pop("__weakref__", None)
    namespace["__slots__"] = names
    qualname = cls.__qualname__
    cls = type(cls)(cls.__name__, cls.__bases__, namespace)
    cls.__qualname__ = qualname
    return cls


def dataclass(cls=None, /, *, init=True, repr=True, eq=True, order=False, unsafe_hash=False, frozen=False,
              match_args=True, kw_only=False, slots=False, weakref_slot=False):
    """Adds methods made from the class' annotated fields."""
    def wrap(cls):
        return _process(cls, init, repr, eq, order, unsafe_hash, frozen, match_args, kw_only, slots)
    return wrap if cls is None else wrap(cls)


class _Params:
    def __init__(self, **values):
        self.__dict__.update(values)


def _process(cls, init, repr, eq, order, unsafe_hash, frozen, match_args, kw_only, slots):
    for base in cls.__mro__[1:]:
        params = base.__dict__.get("__dataclass_params__")
        if params is not None:
            if params.frozen and not frozen:
                raise TypeError("cannot inherit non-frozen dataclass from a frozen one")
            if frozen and not params.frozen:
                raise TypeError("cannot inherit frozen dataclass from a non-frozen one")
    found = _collect_fields(cls, kw_only)
    cls.__dataclass_fields__ = found
    cls.__dataclass_params__ = _Params(init=init, repr=repr, eq=eq, order=order, unsafe_hash=unsafe_hash, frozen=frozen)
    everything = list(found.values())
    real = [f for f in everything if not f._is_init_var]
    if init:
        _set_new(cls, "__init__", _make_init(cls, everything, frozen))
    if repr:
        _set_new(cls, "__repr__", _make_repr([f for f in real if f.repr]))
    compared = [f for f in real if f.compare]
    if eq and "__eq__" not in cls.__dict__:
        _set_new(cls, "__eq__", _make_comparison("__eq__", "==", compared))
    if order:
        if not eq:
            raise ValueError("eq must be true if order is true")
        for name, operator in (("__lt__", "<"), ("__le__", "<="), ("__gt__", ">"), ("__ge__", ">=")):
            if _set_new(cls, name, _make_comparison(name, operator, compared)):
                raise TypeError(
                    f"Cannot overwrite attribute {name} in class {cls.__name__}. "
                    "Consider using functools.total_ordering"
                )
    if frozen:
        _make_frozen(cls, real)
    _set_hash(cls, real, eq, frozen, unsafe_hash)
    if match_args and "__match_args__" not in cls.__dict__:
        cls.__match_args__ = tuple(f.name for f in everything if f.init and not f.kw_only)
    if cls.__doc__ is None:
        cls.__doc__ = cls.__name__
    return _add_slots(cls, real) if slots else cls


def fields(class_or_instance):
    """The fields, as a tuple."""
    found = getattr(class_or_instance, "__dataclass_fields__", None)
    if found is None:
        raise TypeError("must be called with a dataclass type or instance") from None
    return tuple(f for f in found.values() if not f._is_init_var)


def is_dataclass(obj):
    cls = obj if isinstance(obj, type) else type(obj)
    return hasattr(cls, "__dataclass_fields__")


def _is_instance(obj):
    return hasattr(type(obj), "__dataclass_fields__")


def asdict(obj, *, dict_factory=dict):
    if not _is_instance(obj):
        raise TypeError("asdict() should be called on dataclass instances")
    return _convert(obj, lambda o, convert: dict_factory([(f.name, convert(getattr(o, f.name))) for f in fields(o)]))


def astuple(obj, *, tuple_factory=tuple):
    if not _is_instance(obj):
        raise TypeError("astuple() should be called on dataclass instances")
    return _convert(obj, lambda o, convert: tuple_factory([convert(getattr(o, f.name)) for f in fields(o)]))


def _convert(obj, whole):
    def convert(value):
        if _is_instance(value):
            return whole(value, convert)
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return type(value)(*[convert(v) for v in value])
        if isinstance(value, (list, tuple)):
            return type(value)([convert(v) for v in value])
        if isinstance(value, dict):
            return type(value)([(convert(k), convert(v)) for k, v in value.items()])
        import copy
        return copy.deepcopy(value)
    return convert(obj)


def replace(obj, /, **changes):
    """A copy of the instance with some fields changed."""
    if not _is_instance(obj):
        raise TypeError("replace() should be called on dataclass instances")
    for f in obj.__dataclass_fields__.values():
        if not f.init:
            if f.name in changes:
                raise ValueError(
                    f"field {f.name} is declared with init=False, it cannot be specified with replace()"
                )
            continue
        if f.name not in changes:
            if f._is_init_var and f.default is MISSING:
                raise ValueError(f"InitVar {f.name!r} must be specified with replace()")
            changes[f.name] = getattr(obj, f.name)
    return obj.__class__(**changes)


def make_dataclass(cls_name, fields, *, bases=(), namespace=None, **options):
    namespace = dict(namespace or {})
    annotations = {}
    for item in fields:
        if isinstance(item, str):
            name, kind = item, "typing.Any"
        elif len(item) == 2:
            name, kind = item
        else:
            name, kind, namespace[item[0]] = item
        annotations[name] = kind
    namespace["__annotations__"] = annotations
    return dataclass(type(cls_name, tuple(bases), namespace), **options)
