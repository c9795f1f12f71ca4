"""Hot loops whose variables change type between iterations: int to float to big int to str and back."""


def accumulate(values):
    total = values[0]
    for v in values[1:]:
        total = total + v
    return total


print(accumulate(list(range(500))))
print(accumulate(list(range(300)) + [0.5] + list(range(300))))
print(accumulate([2 ** 46] * 300), accumulate([2 ** 62] * 300 + [0.0]))
print(len(accumulate(["ab"] * 300)), accumulate([[1], [2]] * 3), accumulate([(i,) for i in range(5)]), accumulate([True] * 300))
try:
    accumulate([1] * 200 + ["x"])
except TypeError as e:
    print(e)


def drift(n):
    x = 1
    kinds = []
    for i in range(n):
        if i == 100:
            x = float(x)
        elif i == 200:
            x = int(x) * 2 ** 60
        elif i == 300:
            x = str(x)
        elif i == 400:
            x = len(x)
        elif i == 500:
            x = True
        elif i == 600:
            x = 2 + 3j
        elif i == 700:
            x = [x]
        x = x + x if not isinstance(x, (str, list)) or len(x) < 50 else x[:5]
        if isinstance(x, (int, float)) and x > 10 ** 30:
            x = x // 10 ** 25
        elif isinstance(x, complex) and abs(x) > 1e9:
            x = x / 1e9
        if i % 50 == 49:
            kinds.append((type(x).__name__, x if not isinstance(x, list) else len(x)))
    return kinds


for row in drift(800):
    print(*row)


def alternating(n):
    out = 0
    last = None
    for i in range(n):
        v = i if i % 2 else i / 2
        if v == last:
            out += 1
        last = v
        out += v
        w = i if i % 10 else None
        if w is None:
            out -= 1
        else:
            out += w % 3
    return out


print(alternating(1000))


def add(a, b):
    return a + b


def mixed_calls(n):
    results = {}
    cases = [(1, 2), (1.5, 2), ("a", "b"), ([1], [2]), (2 ** 50, 2 ** 50), (True, 1), (1, 2.5), ((1,), (2,))]
    for i in range(n):
        a, b = cases[i % len(cases)] if i > n // 2 else cases[0]
        r = add(a, b)
        key = type(r).__name__
        results[key] = results.get(key, 0) + 1
    return results


print(mixed_calls(1000))


def overflow_twice(n):
    a = 1
    b = 1
    swaps = 0
    for i in range(n):
        a = a * 2
        if a > 2 ** 66:
            a = 1
            swaps += 1
        b = b * -3
        if b > 2 ** 100:
            b = 1
    return a, b, swaps


print(overflow_twice(1000))


def division_kinds(n):
    total = 0
    i = 1
    while i < n and i < 1000:
        total += n // i
        total -= n % i
        total += n / i if i % 100 == 0 else 0
        i += 1
    return total


print(division_kinds(500), division_kinds(500.0), division_kinds(2 ** 70 // 2 ** 62))


def compare_kinds(values):
    smaller = 0
    for i in range(len(values) - 1):
        if values[i] < values[i + 1]:
            smaller += 1
        if values[i] == values[i + 1]:
            smaller += 1000
    return smaller


print(compare_kinds([i % 7 for i in range(300)]), compare_kinds([i % 7 * 0.5 for i in range(300)]), compare_kinds([str(i % 7) for i in range(300)]), compare_kinds([i % 7 if i % 2 else i % 7 + 0.0 for i in range(300)]), compare_kinds([2 ** 64 + i % 7 for i in range(300)]), compare_kinds([(i % 7, i) for i in range(300)]), compare_kinds([i % 2 == 0 for i in range(300)]))


def none_then_value(n):
    found = None
    for i in range(n):
        if found is None:
            if i == n - 50:
                found = i
        else:
            found = found + 0.5
    return found


print(none_then_value(400), none_then_value(60))


def index_kinds(seqs):
    total = 0
    for s in seqs:
        for i in range(len(s)):
            v = s[i]
            total += v if not isinstance(v, str) else ord(v)
    return total


print(index_kinds([[1, 2, 3]] * 100 + [(4, 5)] * 100 + ["ab"] * 100 + [b"xy"] * 100 + [range(3)] * 100 + [[1.5, 2 ** 70]] * 3))


def truthiness(n):
    values = [0, 1, 0.0, 0.5, "", "x", [], [0], None, {}, {1: 1}, True, False, 2 ** 70, (), -0.0]
    count = 0
    for i in range(n):
        v = values[i * 7 % len(values)] if i > 200 else values[1]
        if v:
            count += 1
        if not v:
            count += 100
        count += 1000 if v and i else 0
    return count


print(truthiness(600))
x = 5
for i in range(1000):
    if i == 300:
        x = 5.5
    if i == 600:
        x = "s"
    y = x * 2
print(y)


def negate(n):
    x = 1
    out = []
    for i in range(n):
        x = -x
        if i % 150 == 149:
            x = [x * 1.5, x * 2 ** 47, x // 1, abs(x) + 1][i // 150 % 4]
            out.append(x)
    return out, x


print(negate(1200))
