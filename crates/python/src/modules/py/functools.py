"""Tools for functions; the hot ones are native."""

from _functools import cmp_to_key, partial, reduce, _lru_cache_wrapper

__all__ = [
    "cache", "cached_property", "cmp_to_key", "lru_cache", "partial", "partialmethod", "reduce", "singledispatch",
    "singledispatchmethod", "total_ordering", "update_wrapper", "wraps", "WRAPPER_ASSIGNMENTS", "WRAPPER_UPDATES",
]

WRAPPER_ASSIGNMENTS = ("__module__", "__name__", "__qualname__", "__doc__", "__annotations__")
WRAPPER_UPDATES = ("__dict__",)


def update_wrapper(wrapper, wrapped, assigned=WRAPPER_ASSIGNMENTS, updated=WRAPPER_UPDATES):
    for name in assigned:
        try:
            value = getattr(wrapped, name)
        except AttributeError:
            continue
        setattr(wrapper, name, value)
    for name in updated:
        target = getattr(wrapper, name)
        for key, value in getattr(wrapped, name, {}).items():
            target[key] = value
    wrapper.__wrapped__ = wrapped
    return wrapper


def wraps(wrapped, assigned=WRAPPER_ASSIGNMENTS, updated=WRAPPER_UPDATES):
    def decorate(wrapper):
        return update_wrapper(wrapper, wrapped, assigned, updated)
    return decorate


def _from_lt(cls):
    def __gt__(self, other):
        less = self.__lt__(other)
        return less if less is NotImplemented else not less and self != other

    def __le__(self, other):
        less = self.__lt__(other)
        return less if less is NotImplemented else less or self == other

    def __ge__(self, other):
        less = self.__lt__(other)
        return less if less is NotImplemented else not less

    return __gt__, __le__, __ge__


def _from_le(cls):
    def __ge__(self, other):
        least = self.__le__(other)
        return least if least is NotImplemented else not least or self == other

    def __lt__(self, other):
        least = self.__le__(other)
        return least if least is NotImplemented else least and self != other

    def __gt__(self, other):
        least = self.__le__(other)
        return least if least is NotImplemented else not least

    return __ge__, __lt__, __gt__


def _from_gt(cls):
    def __lt__(self, other):
        more = self.__gt__(other)
        return more if more is NotImplemented else not more and self != other

    def __ge__(self, other):
        more = self.__gt__(other)
        return more if more is NotImplemented else more or self == other

    def __le__(self, other):
        more = self.__gt__(other)
        return more if more is NotImplemented else not more

    return __lt__, __ge__, __le__


def _from_ge(cls):
    def __le__(self, other):
        most = self.__ge__(other)
        return most if most is NotImplemented else not most or self == other

    def __gt__(self, other):
        most = self.__ge__(other)
        return most if most is NotImplemented else most and self != other

    def __lt__(self, other):
        most = self.__ge__(other)
        return most if most is NotImplemented else not most

    return __le__, __gt__, __lt__


def total_ordering(cls):
    """Fills in the comparisons that the class does not define itself."""
    makers = {"__lt__": _from_lt, "__le__": _from_le, "__gt__": _from_gt, "__ge__": _from_ge}
    roots = [name for name in makers if getattr(cls, name, None) is not getattr(object, name, None)]
    if not roots:
        raise ValueError("must define at least one ordering operation: < > <= >=")
    for function in makers[roots[0]](cls):
        if function.__name__ not in roots:
            setattr(cls, function.__name__, function)
    return cls


def lru_cache(maxsize=128, typed=False):
    """Remembers the results of a function, dropping the least recently used beyond `maxsize`."""
    if isinstance(maxsize, int):
        if maxsize < 0:
            maxsize = 0
    elif callable(maxsize) and isinstance(typed, bool):
        function, maxsize = maxsize, 128
        return _decorate_cached(function, maxsize, typed)
    elif maxsize is not None:
        raise TypeError("Expected first argument to be an integer, a callable, or None")
    return lambda function: _decorate_cached(function, maxsize, typed)


def _decorate_cached(function, maxsize, typed):
    wrapper = _lru_cache_wrapper(function, maxsize, typed, _CacheInfo)
    wrapper.cache_parameters = lambda: {"maxsize": maxsize, "typed": typed}
    return update_wrapper(wrapper, function)


def cache(user_function, /):
    """Remembers the results of a function."""
    return lru_cache(maxsize=None)(user_function)


class _CacheInfoFactory:
    """Makes the named tuple class only when someone asks for statistics."""

    cls = None

    def __call__(self, hits, misses, maxsize, currsize):
        if self.cls is None:
            from collections import namedtuple
            self.cls = namedtuple("CacheInfo", ["hits", "misses", "maxsize", "currsize"])
        return self.cls(hits, misses, maxsize, currsize)


_CacheInfo = _CacheInfoFactory()


class cached_property:
    """A property computed once per instance."""

    def __init__(self, func):
        self.func = func
        self.attrname = None
        self.__doc__ = func.__doc__

    def __set_name__(self, owner, name):
        if self.attrname is None:
            self.attrname = name
        elif name != self.attrname:
            raise TypeError(
                "Cannot assign the same cached_property to two different names "
                f"({self.attrname!r} and {name!r})."
            )

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        if self.attrname is None:
            raise TypeError("Cannot use cached_property instance without calling __set_name__ on it.")
        cache = instance.__dict__
        if self.attrname in cache:
            return cache[self.attrname]
        value = self.func(instance)
        cache[self.attrname] = value
        return value


class partialmethod:
    """`partial` for methods."""

    def __init__(self, func, /, *args, **keywords):
        self.func = func
        self.args = args
        self.keywords = keywords

    def __get__(self, obj, cls=None):
        getter = getattr(type(self.func), "__get__", None)
        function = self.func if getter is None else getter(self.func, obj, cls)
        return partial(function, *self.args, **self.keywords)


def singledispatch(func):
    """Chooses an implementation by the class of the first argument."""
    registry = {object: func}

    def dispatch(cls):
        for base in cls.__mro__:
            if base in registry:
                return registry[base]
        for base, implementation in registry.items():
            if base is not object and issubclass(cls, base):
                return implementation
        return func

    def register(cls, func=None):
        if func is None:
            if isinstance(cls, type):
                return lambda f: register(cls, f)
            func = cls
            hints = [hint for name, hint in getattr(cls, "__annotations__", {}).items() if name != "return"]
            if not hints:
                raise TypeError(
                    f"Invalid first argument to `register()`: {cls!r}. "
                    "Use either `@register(some_class)` or plain `@register` on an annotated function."
                )
            cls = hints[0]
        registry[cls] = func
        return func

    def wrapper(*args, **kw):
        if not args:
            raise TypeError(f"{func.__name__} requires at least 1 positional argument")
        return dispatch(args[0].__class__)(*args, **kw)

    wrapper.register = register
    wrapper.dispatch = dispatch
    wrapper.registry = registry
    update_wrapper(wrapper, func)
    return wrapper


class singledispatchmethod:
    """`singledispatch` for methods."""

    def __init__(self, func):
        self.dispatcher = singledispatch(func)
        self.func = func

    def register(self, cls, method=None):
        return self.dispatcher.register(cls, func=method)

    def __get__(self, obj, cls=None):
        def method(*args, **kwargs):
            implementation = self.dispatcher.dispatch(args[0].__class__)
            return implementation.__get__(obj, cls)(*args, **kwargs)
        method.register = self.register
        update_wrapper(method, self.func)
        return method
