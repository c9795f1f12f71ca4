"""Enumerations."""

import sys

__all__ = [
    "Enum", "EnumMeta", "EnumType", "Flag", "IntEnum", "IntFlag", "StrEnum", "auto", "member", "nonmember", "unique",
]


class auto:
    """Stands for a value that the class chooses."""

    _count = 0

    def __init__(self):
        self.value = None


class nonmember:
    def __init__(self, value):
        self.value = value


class member:
    def __init__(self, value):
        self.value = value


def _is_descriptor(obj):
    return hasattr(obj, "__get__") or hasattr(obj, "__set__") or hasattr(obj, "__delete__")


def _is_dunder(name):
    return len(name) > 4 and name[:2] == name[-2:] == "__"


def _is_sunder(name):
    return len(name) > 2 and name[0] == name[-1] == "_" and name[1] != "_" and name[-2] != "_"


class _EnumDict(dict):
    """The namespace of an enum's body: remembers the members in order."""

    def __init__(self):
        super().__init__()
        self._member_names = []
        self._last_values = []
        self._ignore = []
        self._generate = None

    def __setitem__(self, key, value):
        if _is_sunder(key):
            if key == "_generate_next_value_":
                self._generate = value.__func__ if isinstance(value, staticmethod) else value
            elif key == "_ignore_":
                self._ignore = value.replace(",", " ").split() if isinstance(value, str) else list(value)
        elif _is_dunder(key) or key in self._ignore:
            pass
        elif key in self._member_names:
            raise TypeError(f"{key!r} already defined as {self[key]!r}")
        elif isinstance(value, nonmember):
            value = value.value
        elif isinstance(value, member) or not _is_descriptor(value):
            if isinstance(value, member):
                value = value.value
            if key in self:
                raise TypeError(f"{key!r} already defined as {self[key]!r}")
            value = self._resolve(key, value)
            self._member_names.append(key)
            self._last_values.append(value)
        super().__setitem__(key, value)

    def _resolve(self, key, value):
        if isinstance(value, auto):
            if value.value is None:
                value.value = self._next(key)
            return value.value
        if isinstance(value, tuple) and any(isinstance(v, auto) for v in value):
            return tuple(self._next(key) if isinstance(v, auto) else v for v in value)
        return value

    def _next(self, key):
        generate = self._generate or Enum._generate_next_value_
        return generate(key, 1, len(self._member_names), self._last_values[:])


class EnumType(type):
    """The metaclass of enumerations."""

    @classmethod
    def __prepare__(metacls, cls, bases, **kwds):
        for base in bases:
            if isinstance(base, EnumType) and base._member_names_:
                raise TypeError(f"<enum {cls!r}> cannot extend {base!r}")
        namespace = _EnumDict()
        for base in bases:
            generate = getattr(base, "_generate_next_value_", None)
            if generate is not None:
                namespace._generate = generate
                break
        return namespace

    def __new__(metacls, name, bases, classdict, *, boundary=None, _simple=False, **kwds):
        if not isinstance(classdict, _EnumDict):
            plain, classdict = classdict, _EnumDict()
            for key, value in plain.items():
                classdict[key] = value
        member_names = classdict._member_names
        values = {key: classdict[key] for key in member_names}
        body = {key: value for key, value in classdict.items() if key not in values and key not in classdict._ignore}
        generate = body.get("_generate_next_value_")
        if generate is not None and not isinstance(generate, staticmethod):
            body["_generate_next_value_"] = staticmethod(generate)
        body["_member_names_"] = []
        body["_member_map_"] = {}
        body["_value2member_map_"] = {}
        new_member = body.pop("__new__", None) if bases else None
        if new_member is not None:
            body["__new_member__"] = new_member
        if bases:
            # Calls look members up, even where a data type's own __new__ comes first in the MRO.
            body["__new__"] = Enum.__new__
        cls = super().__new__(metacls, name, bases, body, **kwds)
        data_type = _data_type(bases)
        cls._member_type_ = data_type
        cls._boundary_ = boundary
        creator = _function_of(new_member) or _inherited_creator(cls)
        for key, value in values.items():
            _add_member(cls, key, value, data_type, creator)
        return cls

    def __call__(cls, value, names=None, *, module=None, qualname=None, type=None, start=1, boundary=None):
        if names is None:
            return cls.__new__(cls, value)
        return cls._create(value, names, module, qualname, type, start)

    def _create(cls, name, names, module, qualname, type, start):
        metacls = cls.__class__
        bases = (cls,) if type is None else (type, cls)
        body = metacls.__prepare__(name, bases)
        if isinstance(names, str):
            names = names.replace(",", " ").split()
        if isinstance(names, (list, tuple)) and names and isinstance(names[0], str):
            last = []
            pairs = []
            for index, key in enumerate(names):
                value = cls._generate_next_value_(key, start, index, last[:])
                last.append(value)
                pairs.append((key, value))
            names = pairs
        for item in names.items() if isinstance(names, dict) else names:
            key, value = item
            body[key] = value
        if module is not None:
            body["__module__"] = module
        return metacls.__new__(metacls, name, bases, body)

    def __getattr__(cls, name):
        raise AttributeError(name)

    def __contains__(cls, value):
        if not isinstance(value, Enum):
            raise TypeError(
                "unsupported operand type(s) for 'in': '%s' and '%s'" % (type(value).__qualname__, cls.__class__.__qualname__)
            )
        return isinstance(value, cls) and value._name_ in cls._member_map_

    def __getitem__(cls, name):
        return cls._member_map_[name]

    def __iter__(cls):
        return (cls._member_map_[name] for name in cls._member_names_)

    def __reversed__(cls):
        return (cls._member_map_[name] for name in reversed(cls._member_names_))

    def __len__(cls):
        return len(cls._member_names_)

    def __bool__(cls):
        return True

    @property
    def __members__(cls):
        return dict(cls._member_map_)

    def __repr__(cls):
        if isinstance(Flag, type) and issubclass(cls, Flag):
            return f"<flag {cls.__name__!r}>"
        return f"<enum {cls.__name__!r}>"

    def __setattr__(cls, name, value):
        if name in cls.__dict__.get("_member_map_", {}):
            raise AttributeError(f"cannot reassign member {name!r}")
        super().__setattr__(name, value)

    def __delattr__(cls, name):
        if name in cls.__dict__.get("_member_map_", {}):
            raise AttributeError(f"{cls.__name__!r} cannot delete member {name!r}.")
        super().__delattr__(name)


EnumMeta = EnumType


def _function_of(method):
    return method.__func__ if isinstance(method, staticmethod) else method


def _inherited_creator(cls):
    for base in cls.__mro__[1:]:
        if "__new_member__" in base.__dict__:
            return _function_of(base.__dict__["__new_member__"])
    return None


def _data_type(bases):
    """The builtin type whose values the members are, or object."""
    for base in bases:
        for candidate in base.__mro__:
            if candidate is object or isinstance(candidate, EnumType):
                continue
            if "__new__" in candidate.__dict__ or candidate in (int, str, float, bytes, tuple):
                return base if not isinstance(base, EnumType) else candidate
    return object


def _add_member(cls, name, value, data_type, creator):
    args = value if isinstance(value, tuple) else (value,)
    if data_type is tuple:
        args = (value,)
    if creator is not None:
        new = creator(cls, *args)
        if not hasattr(new, "_value_"):
            new._value_ = value if data_type is object else data_type(*args)
    elif data_type is object:
        new = object.__new__(cls)
        new._value_ = value
    else:
        new = data_type.__new__(cls, *args)
        new._value_ = data_type(*args) if not isinstance(value, data_type) else value
    value = new._value_
    canonical = None
    for existing in cls._member_map_.values():
        if existing._value_ == value:
            canonical = existing
            break
    if canonical is None:
        new._name_ = name
        new.__objclass__ = cls
        new._sort_order_ = len(cls._member_names_)
        init = getattr(cls, "__init__", None)
        if init is not None and init is not object.__init__ and not _is_native_init(init):
            init(new, *args)
        if not _is_alias_flag(cls, value):
            cls._member_names_.append(name)
        canonical = new
    try:
        cls._value2member_map_.setdefault(value, canonical)
    except TypeError:
        pass
    type.__setattr__(cls, name, canonical)
    cls._member_map_[name] = canonical


def _is_native_init(init):
    return not hasattr(init, "__code__")


def _is_alias_flag(cls, value):
    """Flags with several bits or none are not listed."""
    flag = globals().get("Flag")
    return flag is not None and issubclass(cls, flag) and isinstance(value, int) and (value <= 0 or value & (value - 1) != 0)


class _NameProperty:
    """`name` and `value`: read from members, absent from classes."""

    def __init__(self, attribute):
        self.attribute = attribute

    def __get__(self, instance, owner=None):
        if instance is None:
            name = self.attribute.strip("_")
            if name in owner._member_map_:
                return owner._member_map_[name]
            raise AttributeError(f"{owner.__name__!r} has no attribute {name!r}")
        return instance.__dict__[self.attribute]

    def __set__(self, instance, value):
        raise AttributeError(f"<enum {type(instance).__name__!r}> cannot set attribute {self.attribute.strip('_')!r}")


class Enum(metaclass=EnumType):
    """A fixed set of named values."""

    name = _NameProperty("_name_")
    value = _NameProperty("_value_")

    @staticmethod
    def _generate_next_value_(name, start, count, last_values):
        if not last_values:
            return start
        try:
            return max(last_values) + 1
        except TypeError:
            for last in reversed(last_values):
                try:
                    return last + 1
                except TypeError:
                    pass
            return start

    def __new__(cls, value):
        if type(value) is cls:
            return value
        try:
            return cls._value2member_map_[value]
        except KeyError:
            pass
        except TypeError:
            for existing in cls._member_map_.values():
                if existing._value_ == value:
                    return existing
        result = cls._missing_(value)
        if isinstance(result, cls):
            return result
        error = ValueError(f"{value!r} is not a valid {cls.__qualname__}")
        if result is None:
            raise error
        raise TypeError(
            f"error in {cls.__name__}._missing_: returned {result!r} instead of None or a valid member"
        ) from error

    def __init__(self, *args, **kwds):
        pass

    @classmethod
    def _missing_(cls, value):
        return None

    def __repr__(self):
        return f"<{self.__class__.__name__}.{self._name_}: {self._value_!r}>"

    def __str__(self):
        return f"{self.__class__.__name__}.{self._name_}"

    def __dir__(self):
        return ["__class__", "__doc__", "__eq__", "__hash__", "__module__", "name", "value"]

    def __format__(self, format_spec):
        return str.__format__(str(self), format_spec)

    def __hash__(self):
        return hash(self._name_)

    def __reduce__(self):
        return self.__class__, (self._value_,)

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self


class ReprEnum(Enum):
    """An enum whose members print like their values."""

    def __str__(self):
        return self._member_type_.__str__(self._value_)

    def __format__(self, format_spec):
        return self._member_type_.__format__(self._value_, format_spec)


class IntEnum(int, ReprEnum):
    """An enum whose members are ints."""

    def __hash__(self):
        return hash(self._value_)


class StrEnum(str, ReprEnum):
    """An enum whose members are strings."""

    @staticmethod
    def _generate_next_value_(name, start, count, last_values):
        return name.lower()

    def __hash__(self):
        return hash(self._value_)


class Flag(Enum):
    """An enum whose members combine with bitwise operators."""

    @staticmethod
    def _generate_next_value_(name, start, count, last_values):
        if not last_values:
            return start if start is not None else 1
        return 2 ** max(last_values).bit_length()

    @classmethod
    def _missing_(cls, value):
        if not isinstance(value, int):
            return None
        known = 0
        for existing in cls._member_map_.values():
            known |= existing._value_
        if value < 0:
            value = known & value
            if value in cls._value2member_map_:
                return cls._value2member_map_[value]
        if value & ~known:
            raise ValueError(f"{cls!r} invalid value {value}")
        data_type = cls._member_type_
        new = object.__new__(cls) if data_type is object else data_type.__new__(cls, value)
        new._value_ = value
        names = [m._name_ for m in cls if m._value_ & value]
        new._name_ = "|".join(names) or None
        cls._value2member_map_[value] = new
        return new

    def __repr__(self):
        if self._name_ is None:
            return f"<{self.__class__.__name__}: {self._value_}>"
        return f"<{self.__class__.__name__}.{self._name_}: {self._value_}>"

    def __str__(self):
        if self._name_ is None:
            return f"{self.__class__.__name__}({self._value_})"
        return f"{self.__class__.__name__}.{self._name_}"

    def _operand(self, other):
        if isinstance(other, self.__class__):
            return other._value_
        if self._member_type_ is not object and isinstance(other, int):
            return int(other)
        return None

    def __contains__(self, other):
        if not isinstance(other, self.__class__):
            raise TypeError(
                "unsupported operand type(s) for 'in': %r and %r" % (type(other).__qualname__, self.__class__.__qualname__)
            )
        return other._value_ & self._value_ == other._value_

    def __iter__(self):
        return (m for m in self.__class__ if m._value_ & self._value_)

    def __len__(self):
        return bin(self._value_).count("1")

    def __bool__(self):
        return bool(self._value_)

    def __or__(self, other):
        other = self._operand(other)
        return NotImplemented if other is None else self.__class__(self._value_ | other)

    def __and__(self, other):
        other = self._operand(other)
        return NotImplemented if other is None else self.__class__(self._value_ & other)

    def __xor__(self, other):
        other = self._operand(other)
        return NotImplemented if other is None else self.__class__(self._value_ ^ other)

    def __invert__(self):
        known = 0
        for existing in self.__class__._member_map_.values():
            known |= existing._value_
        return self.__class__(known & ~self._value_)

    __ror__ = __or__
    __rand__ = __and__
    __rxor__ = __xor__

    def __hash__(self):
        return hash(self._value_)


class IntFlag(int, Flag):
    """A flag whose members are ints."""

    def __str__(self):
        return int.__repr__(self._value_)

    def __format__(self, format_spec):
        return int.__format__(self._value_, format_spec)

    def __hash__(self):
        return hash(self._value_)


def unique(enumeration):
    """Refuses aliases."""
    duplicates = [(name, m.name) for name, m in enumeration._member_map_.items() if name != m.name]
    if duplicates:
        details = ", ".join(f"{alias} -> {name}" for alias, name in duplicates)
        raise ValueError(f"duplicate values found in {enumeration!r}: {details}")
    return enumeration


def global_enum(cls):
    sys.modules[cls.__module__].__dict__.update(cls._member_map_)
    return cls
