"""with: order of enter and exit, several managers, exceptions, return and break inside, contextlib-free managers."""

trace = []


class Manager:
    def __init__(self, name, swallow=False):
        self.name = name
        self.swallow = swallow

    def __enter__(self):
        trace.append("+" + self.name)
        return self.name * 2

    def __exit__(self, kind, value, tb):
        trace.append("-" + self.name + (":" + kind.__name__ if kind else ""))
        return self.swallow


with Manager("a") as a, Manager("b") as b:
    trace.append(a + b)
print(trace)
trace.clear()


def returns():
    with Manager("r"):
        return "value"


def breaks():
    for i in range(5):
        with Manager(str(i)):
            if i == 1:
                continue
            if i == 3:
                break
    return i


print(returns(), breaks(), trace)
trace.clear()
with Manager("outer", swallow=True):
    with Manager("inner"):
        raise KeyError("x")
print(trace)
trace.clear()
try:
    with (
        Manager("p"),
        Manager("q"),
    ):
        1 / 0
except ZeroDivisionError as e:
    print("propagated", e, trace)
trace.clear()


class BadExit(Manager):
    def __exit__(self, *args):
        raise ValueError("from exit")


try:
    with BadExit("bad"):
        raise KeyError("first")
except ValueError as e:
    print(e, repr(e.__context__))


def hot(n):
    count = 0
    for i in range(n):
        with Manager("h", swallow=True) as name:
            count += len(name)
            if i % 5 == 0:
                raise RuntimeError
            count += 1
    return count


trace.clear()
print(hot(300), len(trace), trace[-4:])


class NoEnter:
    pass


try:
    with NoEnter():
        pass
except (TypeError, AttributeError) as e:
    print(type(e).__name__, e)


def generator():
    with Manager("g"):
        yield 1
        yield 2


trace.clear()
g = generator()
next(g)
g.close()
print(trace)
