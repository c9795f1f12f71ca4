"""Matrix multiplication with lists of lists: ints that stay ints, then floats, then mixed (size: the side)."""
# diff: args 24
import sys


def multiply(a, b):
    n, m, p = len(a), len(b), len(b[0])
    out = [[0] * p for _ in range(n)]
    for i in range(n):
        row = a[i]
        target = out[i]
        for j in range(p):
            total = 0
            for k in range(m):
                total += row[k] * b[k][j]
            target[j] = total
    return out


def transpose(a):
    return [list(row) for row in zip(*a)]


def multiply_zip(a, b):
    columns = transpose(b)
    return [[sum(x * y for x, y in zip(row, column)) for column in columns] for row in a]


def trace(a):
    total = 0
    for i in range(len(a)):
        total += a[i][i]
    return total


n = int(sys.argv[1]) if len(sys.argv) > 1 else 150
ints_a = [[(i * 7 + j * 3) % 11 - 5 for j in range(n)] for i in range(n)]
ints_b = [[(i * 5 + j * 2) % 13 - 6 for j in range(n)] for i in range(n)]
floats_a = [[(i + 1) / (j + 2) for j in range(n)] for i in range(n)]
floats_b = [[1.0 / (i + j + 1) for j in range(n)] for i in range(n)]

c = multiply(ints_a, ints_b)
print("ints:", trace(c), c[0][:5], c[-1][-3:])
d = multiply(floats_a, floats_b)
print("floats:", trace(d), d[1][:3])
e = multiply(ints_a, floats_b)
print("mixed:", trace(e), e[2][:3])
print("generator expressions agree:", multiply_zip(ints_a, ints_b) == c)

big = [[10 ** 20 + i, 3], [i - 4, 10 ** 19] ] if (i := 2) else None
power = big
for _ in range(12):
    power = multiply(power, big)
print("big:", trace(power))
