"""Evaluating constants runs no code of the program, raises nothing before its time, and makes nothing huge."""


def dead_errors(n, go):
    total = 0
    for i in range(n):
        if i > go:
            total += 1 // 0
        elif i < 0:
            total += "a" * (10 ** 18)
        elif i < -1:
            total += 2 ** 10 ** 9
        total += 1
    return total


print(dead_errors(900, 1000))
try:
    dead_errors(900, 800)
except ZeroDivisionError as error:
    print(error)


def big(n):
    x = 0
    for i in range(n):
        x = 2 ** 65
        y = 1 << 100
        z = x * y - (x << 100)
        w = 9223372036854775807 + 1
    return x, y, z, w, -w - 1


print(big(900))


class Loud:
    calls = 0

    def __eq__(self, other):
        Loud.calls += 1
        return False

    def __hash__(self):
        Loud.calls += 1000
        return 1

    def __index__(self):
        Loud.calls += 1000000
        return 2


def loud(n):
    a = Loud()
    items = [1, 2, 3]
    for i in range(n):
        a == a
        a in (1, 2)
        items[a]
        a is a
    return Loud.calls


print(loud(700))
