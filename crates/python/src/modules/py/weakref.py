"""Weak references. The collector clears them; callbacks are not called."""

from _weakref import ReferenceType, getweakrefcount, getweakrefs, ref

__all__ = [
    "ReferenceType", "WeakKeyDictionary", "WeakSet", "WeakValueDictionary", "finalize", "getweakrefcount", "getweakrefs",
    "proxy", "ref", "WeakMethod",
]


class proxy:
    """Stands for an object without keeping it alive; only attributes are passed on."""

    def __init__(self, object, callback=None):
        self.__dict__["_target"] = ref(object, callback)

    def _get(self):
        target = self.__dict__["_target"]()
        if target is None:
            raise ReferenceError("weakly-referenced object no longer exists")
        return target

    def __getattr__(self, name):
        return getattr(self._get(), name)

    def __setattr__(self, name, value):
        setattr(self._get(), name, value)

    def __delattr__(self, name):
        delattr(self._get(), name)

    def __call__(self, *args, **kwargs):
        return self._get()(*args, **kwargs)

    def __str__(self):
        return str(self._get())

    def __len__(self):
        return len(self._get())

    def __bool__(self):
        return bool(self._get())

    def __iter__(self):
        return iter(self._get())

    def __getitem__(self, key):
        return self._get()[key]

    def __eq__(self, other):
        return self._get() == other

    __hash__ = None


class WeakMethod:
    """A weak reference to a bound method."""

    def __init__(self, method, callback=None):
        self._function = method.__func__
        self._object = ref(method.__self__, callback)

    def __call__(self):
        target = self._object()
        return None if target is None else self._function.__get__(target, type(target))


class WeakValueDictionary:
    """A mapping whose values may go away."""

    def __init__(self, other=(), /, **kw):
        self._data = {}
        self.update(other, **kw)

    def _live(self):
        dead = [key for key, value in self._data.items() if value() is None]
        for key in dead:
            del self._data[key]
        return self._data

    def __getitem__(self, key):
        value = self._data[key]()
        if value is None:
            raise KeyError(key)
        return value

    def __setitem__(self, key, value):
        self._data[key] = ref(value)

    def __delitem__(self, key):
        del self._live()[key]

    def __contains__(self, key):
        return key in self._data and self._data[key]() is not None

    def __len__(self):
        return len(self._live())

    def __iter__(self):
        return iter(list(self._live()))

    def get(self, key, default=None):
        return self[key] if key in self else default

    def keys(self):
        return list(self._live())

    def values(self):
        return [value() for value in self._live().values()]

    def items(self):
        return [(key, value()) for key, value in self._live().items()]

    def pop(self, key, *default):
        if key in self:
            return self._data.pop(key)()
        if default:
            return default[0]
        raise KeyError(key)

    def setdefault(self, key, default=None):
        if key not in self:
            self[key] = default
        return self[key]

    def update(self, other=(), /, **kw):
        for key, value in other.items() if hasattr(other, "items") else other:
            self[key] = value
        for key, value in kw.items():
            self[key] = value


class WeakKeyDictionary:
    """A mapping whose keys may go away."""

    def __init__(self, dict=None):
        self._data = {}
        for key, value in (dict or {}).items():
            self[key] = value

    def _live(self):
        for key in [key for key in self._data if key() is None]:
            del self._data[key]
        return self._data

    def __getitem__(self, key):
        return self._data[ref(key)]

    def __setitem__(self, key, value):
        self._data[ref(key)] = value

    def __delitem__(self, key):
        del self._data[ref(key)]

    def __contains__(self, key):
        return ref(key) in self._data

    def __len__(self):
        return len(self._live())

    def __iter__(self):
        return iter(self.keys())

    def get(self, key, default=None):
        return self._data.get(ref(key), default)

    def keys(self):
        return [key() for key in self._live()]

    def values(self):
        return list(self._live().values())

    def items(self):
        return [(key(), value) for key, value in self._live().items()]

    def pop(self, key, *default):
        return self._data.pop(ref(key), *default)

    def setdefault(self, key, default=None):
        return self._data.setdefault(ref(key), default)


class WeakSet:
    """A set whose items may go away."""

    def __init__(self, data=()):
        self._data = set()
        for item in data:
            self.add(item)

    def _live(self):
        self._data = {item for item in self._data if item() is not None}
        return self._data

    def add(self, item):
        self._data.add(ref(item))

    def discard(self, item):
        self._data.discard(ref(item))

    def remove(self, item):
        self._data.remove(ref(item))

    def __contains__(self, item):
        return ref(item) in self._data

    def __len__(self):
        return len(self._live())

    def __iter__(self):
        return iter([item() for item in self._live()])

    def clear(self):
        self._data.clear()


class finalize:
    """Calls a function at the end of the program."""

    def __init__(self, obj, func, /, *args, **kwargs):
        import atexit
        self._call = (func, args, kwargs)
        self.atexit = True
        self._run = self
        atexit.register(self)

    @property
    def alive(self):
        return self._call is not None

    def __call__(self, _=None):
        if self._call is not None:
            func, args, kwargs = self._call
            self._call = None
            return func(*args, **kwargs)

    def detach(self):
        self._call = None
