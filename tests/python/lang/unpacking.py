"""Unpacking: nested targets, stars, swaps, loops over pairs, attribute and item targets, evaluation order."""

a, b = 1, 2
a, b = b, a
print(a, b)
(a, (b, c)), [d, e] = (1, (2, 3)), "xy"
print(a, b, c, d, e)
first, *middle, last = range(6)
print(first, middle, last)
*start, end = "abc"
print(start, end)
x, *empty = [9]
print(x, empty)
[p, q] = {"k": 1, "l": 2}
print(p, q)
for i, (j, *k) in enumerate([(1, 2, 3), (4,), [5, 6]]):
    print(i, j, k)


class Box:
    pass


box = Box()
items = [0, 0, 0]
box.x, items[1], (items[2], box.y) = 5, 6, (7, 8)
print(box.x, box.y, items)
i = 0
i, items[i] = 1, "set"
print(i, items)
a = b = c = []
a.append(1)
print(b, c is a)
d = {}
d["x"], d["y"] = d2 = (1, 2)
print(d, d2)


def log(name, value):
    print(name, end=" ")
    return value


log("target", items)[log("index", 0)] = log("value", 3)
print()
print(items, [log("a", 1), log("b", 2)][log("c", 1)])
items[1] = 10
log("list", items)[log("i", 1)] += log("v", 1)
print()
print(items)


def many():
    return 1, 2.5, "three", None


one, two, three, four = many()
print(one, two, three, four, *many(), sep="|")


def rotate(n):
    a, b, c = 1, 2.0, "c"
    for _ in range(n):
        a, b, c = b, c, a
    return a, b, c


print(rotate(500), rotate(301))


def sums(pairs):
    left = right = 0
    for (x, y), weight in pairs:
        left += x * weight
        right += y * weight
    return left, right


print(sums([((i, -i), 2) for i in range(300)]))
print(sums([[(i, 0.5), i] for i in range(300)]))


def mixed(rows):
    total = 0
    for row in rows:
        a, b, *c = row
        total += a * 100 + b * 10 + len(c)
    return total


print(mixed([(1, 2), [3, 4, 5], range(6), "12" and (7, 8, 9, 10)] * 100))


def generator():
    yield 1
    yield 2


x, y = generator()
print(x + y)
for bad in ([1], [1, 2, 3], 5, "a", None):
    try:
        x, y = bad
    except (ValueError, TypeError) as e:
        print(type(e).__name__, e)
print((lambda *a: a)(*[1], *(2, 3), *{4: 5}), [*{}, *()], (*"ab", 1), {*[1], *[1]})
(a) = 1
(a,) = [2]
print(a)
x = y = 0
x, y, x = 1, 2, 3
print(x, y)
fib = [0, 1]
for _ in range(60):
    fib[0], fib[1] = fib[1], fib[0] + fib[1]
print(fib)
