"""Exceptions: try/except/else/finally flow, chaining, custom classes, re-raise, context managers that swallow."""


class AppError(Exception):
    pass


class CodeError(AppError):
    def __init__(self, code, message="no message"):
        super().__init__(code, message)
        self.code = code

    def __str__(self):
        return f"[{self.code}] {self.args[1]}"


def flow(n):
    steps = []
    try:
        steps.append("try")
        if n == 1:
            raise ValueError("one")
        if n == 2:
            raise CodeError(2)
        if n == 3:
            return steps + ["returned"]
        if n == 4:
            {}["missing"]
    except ValueError as e:
        steps.append(f"value {e}")
    except (KeyError, IndexError) as e:
        steps.append(f"lookup {e!r}")
    except AppError as e:
        steps.append(f"app {e} {e.args}")
    else:
        steps.append("else")
    finally:
        steps.append("finally")
    return steps


for n in range(5):
    print(n, flow(n))


def finally_overrides():
    for i in range(5):
        try:
            if i == 1:
                continue
            if i == 3:
                break
        finally:
            print("cleanup", i)
    try:
        return "try"
    finally:
        print("last")


print(finally_overrides())


def return_in_finally():
    try:
        raise ValueError("lost")
    finally:
        return "kept"


print(return_in_finally())

try:
    try:
        1 / 0
    except ZeroDivisionError as e:
        raise CodeError(7, "wrapped") from e
except AppError as e:
    print(e, "from", repr(e.__cause__), e.__suppress_context__)

try:
    try:
        [][3]
    except IndexError:
        int("x")
except ValueError as e:
    print(e, "during", repr(e.__context__), e.__cause__)

try:
    try:
        raise KeyError("k")
    except KeyError:
        raise
except LookupError as e:
    print("re-raised", repr(e))

try:
    raise CodeError from None
except TypeError as e:
    print("TypeError:", e)

try:
    raise AppError
except AppError as e:
    print(repr(e), e.args)


def bad(kind):
    if kind == 0:
        return 1 // 0
    if kind == 1:
        return 1.0 / 0.0
    if kind == 2:
        return 5 % 0
    if kind == 3:
        return [1, 2][9]
    if kind == 4:
        return (1, 2)[-3]
    if kind == 5:
        return {"a": 1}["b"]
    if kind == 6:
        return int("12x")
    if kind == 7:
        return float("abc")
    if kind == 8:
        return "a" + 1
    if kind == 9:
        return 1 + "a"
    if kind == 10:
        return len(5)
    if kind == 11:
        return None.attribute
    if kind == 12:
        a, b = [1, 2, 3]
    if kind == 13:
        a, b, c = (1, 2)
    if kind == 14:
        return next(iter([]))
    if kind == 15:
        return [1, 2].index(5)
    if kind == 16:
        return [].pop()
    if kind == 17:
        return chr(-1)
    if kind == 18:
        for x in 5:
            pass
    if kind == 19:
        return undefined_name
    if kind == 20:
        assert kind < 0, "assertion text"
    if kind == 21:
        assert not kind
    if kind == 22:
        return {}[[1]]
    if kind == 23:
        return 1 < "a"
    if kind == 24:
        return -"a"
    if kind == 25:
        a, *b, c = [1]
    if kind == 26:
        return "abc"[10]
    if kind == 27:
        return [1] + (2,)
    if kind == 28:
        raise 5
    if kind == 29:
        return 2 ** "a"
    if kind == 30:
        empty = []
        return empty[None]
    if kind == 31:
        return {1, 2}.remove(3)
    if kind == 32:
        return set().pop()
    if kind == 33:
        return {}.popitem()
    if kind == 34:
        return 1 << -1
    if kind == 35:
        return 10.0 ** 400
    if kind == 36:
        return int(float("inf"))
    if kind == 37:
        return int(float("nan"))
    if kind == 38:
        return "%d" % "x"
    if kind == 39:
        return "{}{}".format(1)


for kind in range(40):
    try:
        bad(kind)
    except Exception as e:
        print(kind, type(e).__name__, e)


class Quiet:
    def __init__(self, *kinds):
        self.kinds = kinds

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        self.seen = kind and kind.__name__
        return kind is not None and issubclass(kind, self.kinds)


with Quiet(ZeroDivisionError) as q:
    1 / 0
print("swallowed", q.seen)
try:
    with Quiet(KeyError) as q:
        int("no")
except ValueError:
    print("passed on", q.seen)
with Quiet() as q:
    pass
print(q.seen)


def nested(depth):
    try:
        if depth == 0:
            raise AppError("bottom")
        nested(depth - 1)
    except AppError as e:
        if depth < 3:
            raise AppError(f"level {depth}") from e
        return depth, str(e), str(e.__cause__)


print(nested(3))

e = None
try:
    raise ValueError("name is removed")
except ValueError as e:
    pass
try:
    e
except NameError as x:
    print("NameError:", x)

print(ValueError("a", 1), repr(ValueError("a", 1)), ValueError().args, str(KeyError("q")), repr(KeyError("q")))
print(issubclass(ZeroDivisionError, ArithmeticError), IndexError.__mro__[1].__name__, OSError.__name__)
print(isinstance(StopIteration(3).value, int), RecursionError.__bases__[0].__name__)
try:
    raise ExceptionGroup if False else RuntimeError("plain")
except RuntimeError as err:
    err.add_note("note") if hasattr(err, "add_note") else None
    print(err)
