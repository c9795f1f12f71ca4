"""NaN, signed zeros, the least integer, wide shifts and equal numbers of different types are what they are in traces too."""

import math

LEAST = -2 ** 63


def shifts(n):
    out = set()
    for i in range(n):
        count = i % 70
        out.add((1 << count, -1 << count, (2 ** 62) >> count, -5 >> count))
    return len(out), sum(a + b + c + d for a, b, c, d in out)


def least(n):
    total = 0
    x = LEAST
    for i in range(n):
        divisor = -1 if i % 2 else 3
        total += x // divisor + x % divisor - abs(x) + (-x)
    return total


def zeros(n):
    signs = []
    x = 0.0
    for i in range(n):
        x = -x
        y = x * 1.0 + (-0.0)
        z = 0.0 - x
        if i % 401 == 0:
            signs.append((math.copysign(1, x), math.copysign(1, y), math.copysign(1, z), repr(x + 0.0), repr(-x)))
    return signs


def nans(n):
    nan = float("nan")
    equal = less = same = 0
    values = [nan, 1.0, nan]
    for i in range(n):
        v = values[i % 3]
        equal += v == v
        less += v < 2.0 or v >= 2.0
        same += not (v != v)
        equal += not (v <= v)
    return equal, less, same, nan in values


def equals(n):
    hits = [0] * 5
    values = [10, 10.0, True, 1, "10", 10 ** 20, 1e20]
    for i in range(n):
        v = values[i % 7]
        hits[0] += v == 10
        hits[1] += v == 1
        hits[2] += v == 10.0
        hits[3] += v == 10 ** 20
        hits[4] += v is True
    return hits


print(shifts(1500))
print(least(1500))
print(zeros(1500))
print(nans(1500))
print(equals(1500))


def modulo(n):
    out = []
    for i in range(n):
        a = (i % 13) - 6
        b = (i % 5) - 2
        if b:
            out.append((a // b, a % b, divmod(float(a), float(b)), a % float(b)))
    return len(out), out[:9], repr(math.fsum(p[3] for p in out))


print(modulo(1500))


def negative_shift(n):
    caught = 0
    for i in range(n):
        try:
            1 << (3 - i % 5)
        except ValueError as error:
            caught += 1
            message = str(error)
    return caught, message


print(negative_shift(900))
