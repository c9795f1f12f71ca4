"""Generator protocol: send, throw, close, return values, yield from delegation, exceptions inside, laziness."""


def echo():
    log = []
    try:
        while True:
            try:
                value = yield len(log)
                log.append(value)
            except KeyError as e:
                log.append(f"caught {e}")
    finally:
        print("closing with", log)


g = echo()
print(next(g), g.send("a"), g.send("b"), g.throw(KeyError("k")), next(g))
g.close()
g.close()
try:
    next(g)
except StopIteration as e:
    print("stopped", e.value)


def returns():
    yield 1
    return "result"


def delegate():
    value = yield from returns()
    print("got", value)
    value = yield from [10, 20]
    print("got", value)
    return 5


g = delegate()
print(list(g))
it = returns()
next(it)
try:
    next(it)
except StopIteration as e:
    print(e.value, e.args)


def inner():
    try:
        got = yield "ready"
        print("inner got", got)
        yield "again"
    except ValueError as e:
        print("inner caught", e)
        yield "recovered"
    finally:
        print("inner done")


def outer():
    yield from inner()
    yield "outer"


g = outer()
print(next(g), g.send(42), g.throw(ValueError("thrown")), next(g))
print(list(g))

g = outer()
next(g)
g.close()

try:
    g = echo()
    g.send(1)
except TypeError as e:
    print("TypeError:", e)
g.close()


def fails():
    yield 1
    raise RuntimeError("inside")


try:
    for x in fails():
        print(x)
except RuntimeError as e:
    print("RuntimeError:", e)


def stops():
    yield 1
    raise StopIteration("turned")


try:
    list(stops())
except RuntimeError as e:
    print("RuntimeError:", e, repr(e.__cause__))


def lazy(log):
    for i in range(10):
        log.append(i)
        yield i


log = []
for i in lazy(log):
    if i == 3:
        break
print(log)
print([x for x in (y * 2 for y in range(5) if y % 2)], sum(i for i in range(0)), any(x > 3 for x in lazy(log)), log)

gens = [(lambda k: (k * i for i in range(3)))(k) for k in range(3)]
print([list(x) for x in gens])
first = (x for x in range(3))
print(next(first), next(first), next(first), next(first, "none left"))


def flatten(x):
    if isinstance(x, (list, tuple)):
        for item in x:
            yield from flatten(item)
    else:
        yield x


print(list(flatten([1, [2, (3, [4, [5]])], 6])))


def count_down(n):
    while n:
        received = yield n
        n = received if received is not None else n - 1


g = count_down(5)
print(next(g), next(g), g.send(10), next(g))


def hot(n):
    def produce(k):
        for i in range(k):
            if i % 7 == 0:
                continue
            yield i if i % 2 else float(i)

    total = 0
    for value in produce(n):
        total += value
    return total


print(hot(1000))


def round_robin(*iterables):
    pending = [iter(i) for i in iterables]
    while pending:
        for it in list(pending):
            try:
                yield next(it)
            except StopIteration:
                pending.remove(it)


print("".join(round_robin("abc", "d", "efgh")))


def with_finally(log):
    try:
        yield 1
        yield 2
    finally:
        log.append("finally")


log = []
a, *rest = with_finally(log)
print(a, rest, log)
print(type(hot(1)).__name__, type(count_down(1)).__name__, hasattr(count_down(1), "__next__"))
already = count_down(1)
print(iter(already) is already)


def reentrant():
    yield next(me)


me = reentrant()
try:
    next(me)
except ValueError as e:
    print("ValueError:", e)


def fib_pairs():
    a, b = 0, 1
    while 1:
        yield a, b
        a, b = b, a + b


for n, (a, b) in enumerate(fib_pairs()):
    if n == 200:
        print(a, b)
        break
