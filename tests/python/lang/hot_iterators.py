# Iterators over iterators in hot loops: each gives the items of the ones it holds, in step, however they end.


def pairs(items):
    it = iter(items)
    return [(a, b) for a, b in zip(it, it)]


def grouped(source, n):
    total = 0
    for _ in range(n):
        it = iter(source)
        for a, b, c in zip(it, it, it):
            total += a * b - c
    return total


def enumerated(items, start):
    total = []
    for i, x in enumerate(items, start):
        total.append(i * 2 + x)
    return total[:2] + total[-2:], len(total)


def lockstep(xs, ys):
    out = 0
    a, b = iter(xs), iter(ys)
    for x, y in zip(a, b):
        out += x * y
    # What the shorter one left of the longer one.
    return out, list(a)[:3], list(b)[:3]


def same_or_not(n):
    xs = list(range(10))
    seen = []
    for i in range(n):
        a = iter(xs)
        b = a if i % 3 == 0 else iter(xs)
        s = 0
        for x, y in zip(a, b):
            s = s * 3 + x - y
        seen.append(s)
    return seen[:6], sum(seen)


def strict(n):
    done = 0
    for i in range(n):
        try:
            for x, y in zip(range(5), range(5 + (i == n - 1)), strict=True):
                done += x + y
        except ValueError as e:
            return done, str(e)
    return done


def growing():
    xs = [1]
    seen = 0
    for i, x in enumerate(xs):
        seen += x * i
        if len(xs) < 3000:
            xs.append(i)
    return seen, len(xs)


def nested(n):
    total = 0
    for i, (a, (j, b)) in enumerate(zip(range(n), enumerate(range(0, 3 * n, 3)))):
        total += i * a + j * b
    return total


def mixed(n):
    total = 0
    for source in ([1, 2, 3] * n, (4, 5, 6) * n, range(n), {7: 8, 9: 10}, "abc", (x * x for x in range(n))):
        for i, x in enumerate(source):
            total += i * (x if isinstance(x, int) else ord(x))
    return total


class Loud(enumerate):
    pass


class Triples(zip):
    pass


print(pairs(range(2001))[-2:], pairs("abcdef"))
print(grouped(list(range(30)), 300))
print(enumerated(list(range(3000)), 0), enumerated((1, 2, 3) * 500, -5))
print(enumerated([1.5] * 2000, 2**47 - 1000), enumerated(range(1200), 2**70))
print(lockstep(list(range(2000)), list(range(1500))))
print(lockstep((1, 2, 3) * 400, range(5000)))
print(same_or_not(400))
print(strict(500))
print(growing())
print(nested(2500))
print(mixed(800))
print(sum(i * x for i, x in Loud([1, 2, 3] * 400)), sum(a * b for a, b in Triples([1, 2] * 500, (3, 4) * 500)))
it = enumerate([10, 20])
print(list(it), list(it), next(it, "end"), iter(it) is it)
z = zip([1, 2, 3], "ab")
print([z is iter(z) for _ in range(500)].count(True), next(z), list(z), list(z))
print(sum(1 for _ in zip()), list(zip([1, 2])))


def used_up(n):
    out = []
    for i in range(n):
        g = (x * i for x in range(4))
        out.append((sum(g), sum(g), list(g)))
        out.append((tuple(x - i for x in range(3)), set(x % 2 for x in range(i % 5))))
        out.append((any(x > 2 for x in range(i % 6)), all(x < 3 for x in range(i % 6))))
    return out[-6:], len(out)


print(used_up(400))


def failing(n):
    caught = []
    for i in range(n):
        try:
            caught.append(sum(10 // (x - (i > n - 4)) for x in range(2, 5 - 3 * (i > n - 3))))
            caught.append(len(set(x if i < n - 1 else [x] for x in range(3))))
        except (ZeroDivisionError, TypeError) as e:
            caught.append(str(e))
    return caught[-9:]


print(failing(400))
