"""Recursion: deep, mutual, multiple, through methods and generators; RecursionError caught and survived."""
import sys


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def ackermann(m, n):
    if m == 0:
        return n + 1
    if n == 0:
        return ackermann(m - 1, 1)
    return ackermann(m - 1, ackermann(m, n - 1))


def is_even(n):
    return True if n == 0 else is_odd(n - 1)


def is_odd(n):
    return False if n == 0 else is_even(n - 1)


def hanoi(n, a="a", b="b", c="c"):
    if n == 0:
        return 0
    return hanoi(n - 1, a, c, b) + 1 + hanoi(n - 1, c, b, a)


def depth(n):
    return 0 if n == 0 else 1 + depth(n - 1)


def tak(x, y, z):
    if y >= x:
        return z
    return tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y))


print(fib(20), ackermann(2, 9), is_even(500), is_odd(501), hanoi(10), depth(900), tak(10, 5, 2))
print([fib(i) for i in range(15)], sum(depth(i % 100) for i in range(200)))


def endless(n):
    return endless(n + 1)


def endless_pair(n):
    return other_half(n + 1) + 1


def other_half(n):
    return endless_pair(n + 1)


class Recursive:
    def __getattr__(self, name):
        return getattr(self, name + "x")

    def __repr__(self):
        return repr(self)

    def __eq__(self, other):
        return self == other

    def __hash__(self):
        return 1

    def __add__(self, other):
        return self + other

    def __len__(self):
        return len(self)

    def __iter__(self):
        for x in self:
            yield x

    def __call__(self):
        return self()


def attempt(name, f):
    try:
        f()
        print(name, "returned")
    except RecursionError as e:
        print(name, type(e).__name__, str(e)[:32])


r = Recursive()
attempt("function", lambda: endless(0))
attempt("pair", lambda: endless_pair(0))
attempt("repr", lambda: repr(r))
attempt("add", lambda: r + r)
attempt("len", lambda: len(r))
attempt("call", lambda: r())
attempt("eq", lambda: r == Recursive())
attempt("lambda", lambda: (lambda f: f(f))(lambda f: f(f)))
attempt("generator", lambda: list(r))
attempt("sorted", lambda: sorted([1, 2], key=lambda v: endless(v)))
attempt("map", lambda: list(map(endless, [1])))


def survives(n):
    count = 0
    for i in range(n):
        try:
            endless(0)
        except RecursionError:
            count += 1
    return count


print(survives(5), depth(800))


def cleanup_order(n, log):
    try:
        if n == 0:
            raise ValueError("bottom")
        cleanup_order(n - 1, log)
    finally:
        log.append(n)


log = []
try:
    cleanup_order(50, log)
except ValueError as e:
    print(e, log == list(range(51)))
sys.setrecursionlimit(5000)
print(depth(4000), sys.getrecursionlimit())
nested = []
for _ in range(500):
    nested = [nested]
print(len(repr(nested)), nested == nested)


def permute(items, k, out):
    if k == len(items):
        out.append(tuple(items))
        return
    for i in range(k, len(items)):
        items[k], items[i] = items[i], items[k]
        permute(items, k + 1, out)
        items[k], items[i] = items[i], items[k]


out = []
permute([1, 2, 3, 4, 5], 0, out)
print(len(out), out[:3], out[-1])


def subsets(items):
    if not items:
        return [[]]
    rest = subsets(items[1:])
    return rest + [[items[0]] + r for r in rest]


print(len(subsets(list(range(9)))), subsets([1, 2, 3]))


def flood(grid, x, y, colour):
    if x < 0 or y < 0 or y >= len(grid) or x >= len(grid[0]) or grid[y][x] != 0:
        return 0
    grid[y][x] = colour
    return 1 + flood(grid, x + 1, y, colour) + flood(grid, x - 1, y, colour) + flood(grid, x, y + 1, colour) + flood(grid, x, y - 1, colour)


grid = [[1 if (x * y) % 7 == 3 else 0 for x in range(25)] for y in range(25)]
print(flood(grid, 0, 0, 2), sum(row.count(2) for row in grid))


def gcd(a, b):
    return a if b == 0 else gcd(b, a % b)


def power(b, e):
    if e == 0:
        return 1
    half = power(b, e // 2)
    return half * half * (b if e & 1 else 1)


print(sum(gcd(i, 360) for i in range(500)), power(3, 200), power(1.5, 20), [power(i, 3) for i in range(10)])
