"""Garbage: many short-lived objects, cycles, big strings and lists, while old ones must survive untouched."""


class Node:
    def __init__(self, value):
        self.value = value
        self.links = []


def cycles(n):
    kept = []
    for i in range(n):
        a, b = Node(i), Node(-i)
        a.links.append(b)
        b.links.append(a)
        if i % 500 == 0:
            kept.append(a)
    return [(k.value, k.links[0].value, k.links[0].links[0] is k) for k in kept]


print(cycles(5000))


def churn(n):
    survivors = {}
    for i in range(n):
        text = "item" + str(i)
        data = [i, float(i), text, (i, text), {text: i}]
        if i % 997 == 0:
            survivors[text] = data
    return survivors


print(churn(20000))


def big_blocks():
    total = 0
    for i in range(60):
        block = [i] * 20000
        text = "x" * 20000
        total += block[-1] + len(text)
    return total


print(big_blocks())


def closures(n):
    fs = []
    for i in range(n):
        f = lambda x, i=i: (lambda y: x + y + i)
        if i % 1000 == 0:
            fs.append(f(i))
    return [f(1) for f in fs]


print(closures(10000))


def generators_abandoned(n):
    def numbers(k):
        data = [k] * 50
        for d in data:
            yield d

    return sum(next(numbers(i)) for i in range(n))


print(generators_abandoned(5000))


def bigints(n):
    x = 3
    for i in range(n):
        x = x * x % (10 ** 60 + 7)
    return x


print(bigints(5000))


def strings(n):
    parts = {}
    s = ""
    for i in range(n):
        s = s[-50:] + chr(97 + i % 26) * 3
        if i % 100 == 0:
            parts[s[:10]] = s
    return len(parts), s


print(strings(5000))


def trees(depth):
    return (trees(depth - 1), trees(depth - 1)) if depth else (None, None)


def count(tree):
    left, right = tree
    return 1 + (count(left) + count(right) if left else 0)


long_lived = trees(10)
for _ in range(8):
    print(count(trees(9)), end=" ")
print(count(long_lived))


def exceptions_with_frames(n):
    kept = None
    for i in range(n):
        try:
            local = [i] * 10
            raise ValueError(local)
        except ValueError as e:
            kept = e
    return kept.args[0][0]


print(exceptions_with_frames(3000))
