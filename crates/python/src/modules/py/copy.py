"""Shallow and deep copies."""

from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType

__all__ = ["Error", "copy", "deepcopy"]


class Error(Exception):
    pass


error = Error

# Types whose objects are never copied.
_ATOMS = dict.fromkeys((
    type(None), int, float, bool, complex, str, bytes, type, range, slice, property, type(Ellipsis), type(NotImplemented),
    FunctionType, BuiltinFunctionType, ModuleType,
))


def copy(x):
    """A shallow copy."""
    cls = type(x)
    if cls in _ATOMS or cls is tuple or cls is frozenset or isinstance(x, type):
        return x
    if cls in (list, dict, set, bytearray):
        return x.copy()
    method = getattr(cls, "__copy__", None)
    if method is not None:
        return method(x)
    return _rebuild(x, cls, None)


def deepcopy(x, memo=None, _nil=[]):
    """A copy of the object and of everything it holds."""
    cls = type(x)
    if cls in _ATOMS or isinstance(x, type):
        return x
    if memo is None:
        memo = {}
    known = memo.get(id(x), _nil)
    if known is not _nil:
        return known
    copier = _copiers.get(cls)
    if copier is not None:
        y = copier(x, memo)
    else:
        method = getattr(cls, "__deepcopy__", None)
        y = method(x, memo) if method is not None else _rebuild(x, cls, memo)
    if y is not x:
        memo[id(x)] = y
        # The memo keeps the original alive, so that its id is not reused.
        kept = memo.get(id(memo))
        if kept is None:
            memo[id(memo)] = [x]
        else:
            kept.append(x)
    return y


def _copy_list(x, memo):
    y = []
    memo[id(x)] = y
    for item in x:
        y.append(deepcopy(item, memo))
    return y


def _copy_dict(x, memo):
    y = {}
    memo[id(x)] = y
    for key, value in x.items():
        y[deepcopy(key, memo)] = deepcopy(value, memo)
    return y


def _copy_set(x, memo):
    return {deepcopy(item, memo) for item in x}


def _copy_frozenset(x, memo):
    return frozenset([deepcopy(item, memo) for item in x])


def _copy_bytearray(x, memo):
    return bytearray(x)


def _copy_method(x, memo):
    return MethodType(x.__func__, deepcopy(x.__self__, memo))


def _copy_tuple(x, memo):
    items = [deepcopy(item, memo) for item in x]
    known = memo.get(id(x))
    if known is not None:
        return known
    for old, new in zip(x, items):
        if old is not new:
            return tuple(items)
    return x


def _rebuild(x, cls, memo):
    """Copies an instance through its reduction, or its state."""
    reduce = getattr(cls, "__reduce__", None)
    if reduce is not None and reduce is not getattr(object, "__reduce__", None):
        return _from_reduction(x, reduce(x), memo)
    deep = memo is not None
    y = _new_like(x, cls, memo)
    if deep:
        memo[id(x)] = y
    getstate = getattr(cls, "__getstate__", None)
    custom = getstate is not None and getstate is not getattr(object, "__getstate__", None)
    state = getstate(x) if custom else _state_of(x)
    if deep:
        state = deepcopy(state, memo)
    setstate = getattr(cls, "__setstate__", None)
    if setstate is not None:
        if state or custom:
            setstate(y, state)
    else:
        _restore(y, state)
    if isinstance(x, dict):
        for key, value in dict.items(x):
            if deep:
                key, value = deepcopy(key, memo), deepcopy(value, memo)
            y[key] = value
    elif isinstance(x, list):
        for item in x:
            y.append(deepcopy(item, memo) if deep else item)
    return y


def _new_like(x, cls, memo):
    getnewargs = getattr(cls, "__getnewargs__", None)
    if getnewargs is not None:
        args = getnewargs(x)
        return cls.__new__(cls, *(deepcopy(args, memo) if memo is not None else args))
    for base in (tuple, frozenset, set, str, int, float, bytes, bytearray):
        if isinstance(x, base):
            plain = base(x)
            return base.__new__(cls, deepcopy(plain, memo) if memo is not None else plain)
    return cls.__new__(cls)


def _state_of(x):
    state = dict(getattr(x, "__dict__", ()))
    slots = {}
    for base in type(x).__mro__:
        names = base.__dict__.get("__slots__", ())
        for name in (names,) if isinstance(names, str) else names:
            if name in ("__dict__", "__weakref__"):
                continue
            if name.startswith("__") and not name.endswith("__"):
                name = f"_{base.__name__.lstrip('_')}{name}"
            if hasattr(x, name):
                slots[name] = getattr(x, name)
    return (state, slots) if slots else state


def _restore(y, state):
    slots = {}
    if isinstance(state, tuple) and len(state) == 2:
        state, slots = state
    if state:
        y.__dict__.update(state)
    for name, value in (slots or {}).items():
        setattr(y, name, value)


def _from_reduction(x, reduction, memo):
    if isinstance(reduction, str):
        return x
    func, args, *rest = reduction
    rest += [None] * (3 - len(rest))
    state, items, pairs = rest[:3]
    deep = memo is not None
    y = func(*(deepcopy(args, memo) if deep else args))
    if deep:
        memo[id(x)] = y
    if state is not None:
        if deep:
            state = deepcopy(state, memo)
        if hasattr(y, "__setstate__"):
            y.__setstate__(state)
        else:
            _restore(y, state)
    for item in items or ():
        y.append(deepcopy(item, memo) if deep else item)
    for key, value in pairs or ():
        y[deepcopy(key, memo) if deep else key] = deepcopy(value, memo) if deep else value
    return y


_copiers = {
    list: _copy_list,
    dict: _copy_dict,
    tuple: _copy_tuple,
    set: _copy_set,
    frozenset: _copy_frozenset,
    bytearray: _copy_bytearray,
    MethodType: _copy_method,
}
