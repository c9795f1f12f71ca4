"""Generators: pipelines, recursion with yield from, send, generator expressions, infinite ones (size: the items)."""
# diff: args 8000
import sys


def numbers(limit):
    n = 0
    while n < limit:
        yield n
        n += 1


def only_odd(source):
    for n in source:
        if n & 1:
            yield n


def squares(source):
    return (n * n for n in source)


def running_average():
    total = 0
    count = 0
    average = None
    while True:
        value = yield average
        total += value
        count += 1
        average = total / count


def primes():
    composites = {}
    n = 2
    while True:
        if n not in composites:
            yield n
            composites[n * n] = [n]
        else:
            for p in composites.pop(n):
                composites.setdefault(p + n, []).append(p)
        n += 1


class Tree:
    def __init__(self, value):
        self.value = value
        self.left = self.right = None

    def insert(self, value):
        if value < self.value:
            if self.left is None:
                self.left = Tree(value)
            else:
                self.left.insert(value)
        elif self.right is None:
            self.right = Tree(value)
        else:
            self.right.insert(value)

    def __iter__(self):
        if self.left is not None:
            yield from self.left
        yield self.value
        if self.right is not None:
            yield from self.right


def permutations(items):
    if len(items) <= 1:
        yield items
    else:
        for i in range(len(items)):
            for rest in permutations(items[:i] + items[i + 1 :]):
                yield items[i : i + 1] + rest


def fibonacci():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b


size = int(sys.argv[1]) if len(sys.argv) > 1 else 600000
print("pipeline:", sum(squares(only_odd(numbers(size * 2)))))

averages = running_average()
next(averages)
for i in range(size):
    last = averages.send(i % 1000)
print("average:", last)

total = 0
for p in primes():
    if p > size // 2:
        break
    total += p
print("primes:", total)

tree = Tree(size // 2)
value = 1
for _ in range(size // 50):
    value = value * 75 % 65537
    tree.insert(value)
for _ in range(3):
    ordered = list(tree)
print("tree:", len(ordered), ordered[:5], ordered == sorted(ordered))

print("permutations:", sum(1 for p in permutations("abcdefg") if p[0] < p[-1]))
print("nested:", sum(x * y for x in range(size // 400) for y in range(x) if (x + y) % 3 == 0))
for i, f in enumerate(fibonacci()):
    if i == 300:
        print("fibonacci:", f)
        break
