"""What type a power has depends on the values, not only on their types."""


def powers(n, base, exponent):
    out = []
    for i in range(n):
        a, b = (base, exponent) if i < n - 60 else ((i % 7) - 3, (i % 5) - 2)
        try:
            out.append(a ** b)
        except ZeroDivisionError:
            out.append("zero")
    return out[-60:]


for base, exponent in ((7, 7), (2, -1), (2, 62), (3, 50), (0, 0), (2.0, 3), (-8.0, 1 / 3), (True, 2)):
    print(powers(700, base, exponent)[:20], powers(500, base, exponent)[0])


def types(n):
    seen = {}
    for i in range(n):
        x = i % 9 - 4
        for y in (2, -2, 0.5, -0.5, 0):
            if x or y >= 0:
                seen[type(x ** y).__name__] = seen.get(type(x ** y).__name__, 0) + 1
    return sorted(seen.items())


print(types(600))
print([pow(i, 3, 7) for i in range(20)], pow(2, -1, 7))
