"""Recursion, with compiled functions and loops in between: the limit strikes at CPython's depth."""

import sys

sys.setrecursionlimit(300)


def looping(n, seen):
    seen[0] = n
    total = 0
    for i in range(2):
        if i == 1:
            total += looping(n + 1, seen)
    return total


def straight(n, seen):
    seen[0] = n
    a = n * 2 + 1
    b = a - n
    c = (a + b) * (a - b) + n % 7
    d = c ^ a | b & 15
    e = [a, b, c, d]
    x = a + b + c + d + e[0] + e[1] - e[2] + a * 3 - b * 2
    return other(n + 1, seen) + x


def other(n, seen):
    seen[0] = n
    return straight(n + 1, seen)


for function in (looping, straight, other):
    depths = set()
    for _ in range(60):
        seen = [0]
        try:
            function(0, seen)
        except RecursionError as error:
            depths.add((seen[0], type(error).__name__))
    print(function.__name__, depths)


class Account:
    def __init__(self, n):
        self.n = n
        self.last = [n] * 3

    def add(self, m):
        if m % 11 == 0:
            raise ValueError(m)
        self.n += m
        self.last[m % 3] = self.n
        return self

    def deep(self, k):
        if k == 0:
            return self.n
        total = 0
        for i in range(3):
            total += self.deep(k - 1) if i == 1 else i
        return total


account = Account(1)
refused = 0
for i in range(6000):
    try:
        account.add(i)
    except ValueError as error:
        refused += error.args[0]
print(refused, account.n, account.last, account.deep(40))


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def even(n):
    return True if n == 0 else odd(n - 1)


def odd(n):
    return False if n == 0 else even(n - 1)


print(fib(17), [even(k % 50) for k in range(300)].count(True))
