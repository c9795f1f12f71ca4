"""Closures: counters, composed functions, memoising decorators, accumulators, closures made in loops (size: calls)."""
# diff: args 8000
import sys


def counter(start=0, step=1):
    value = start

    def increment():
        nonlocal value
        value += step
        return value

    def reset():
        nonlocal value
        value = start

    return increment, reset


def compose(*functions):
    def composed(x):
        for function in functions:
            x = function(x)
        return x

    return composed


def memoise(function):
    table = {}

    def wrapper(*args):
        if args not in table:
            table[args] = function(*args)
        return table[args]

    wrapper.table = table
    return wrapper


@memoise
def paths(x, y):
    return 1 if x == 0 or y == 0 else paths(x - 1, y) + paths(x, y - 1)


def make_adders(count):
    return [lambda x, n=n: x + n for n in range(count)]


def make_late_binders(count):
    return [lambda x: x + n for n in range(count)]


def integrate(f, a, b, n):
    width = (b - a) / n
    total = 0.5 * (f(a) + f(b))
    for i in range(1, n):
        total += f(a + i * width)
    return total * width


def polynomial(*coefficients):
    def value(x):
        total = 0
        for c in coefficients:
            total = total * x + c
        return total

    return value


def church(n):
    return lambda f: lambda x: x if n == 0 else f(church(n - 1)(f)(x))


size = int(sys.argv[1]) if len(sys.argv) > 1 else 500000
increment, reset = counter(10, 3)
for i in range(size):
    last = increment()
    if last > 100000:
        reset()
print("counter:", last)

pipeline = compose(lambda x: x + 1, lambda x: x * 3, lambda x: x % 1009, abs)
x = 7
for _ in range(size):
    x = pipeline(x)
print("composed:", x)

print("paths:", paths(16, 16), len(paths.table), paths(60, 60))
adders = make_adders(10)
late = make_late_binders(10)
total = 0
for i in range(size):
    total += adders[i % 10](i) - late[i % 10](i)
print("adders:", total)

p = polynomial(2, -3, 0, 5)
print("integral:", integrate(p, 0.0, 2.0, size // 2))
print("church:", church(50)(lambda n: n + 2)(1))


def outer():
    log = []

    def level1(n):
        def level2(m):
            log.append(n * m)
            return len(log)

        return level2

    for n in range(size // 100):
        f = level1(n)
        f(1)
        f(2)
    return sum(log), len(log)


print("nested:", *outer())
