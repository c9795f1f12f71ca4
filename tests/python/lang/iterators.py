"""Iteration protocols: __iter__/__next__, __getitem__ fallback, iter(callable, sentinel), zip, map, enumerate, reversed."""


class Countdown:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        if self.n <= 0:
            raise StopIteration
        self.n -= 1
        return self.n


class Sequence:
    def __init__(self, *items):
        self.items = items

    def __getitem__(self, i):
        return self.items[i]

    def __len__(self):
        return len(self.items)


print(list(Countdown(4)), [*Sequence(1, 2, 3)], 2 in Sequence(1, 2), list(reversed(Sequence("a", "b"))), sum(Countdown(10)), max(Countdown(5)), dict(zip("ab", Countdown(9))))
values = [3, 2, 1, 0, 5]
print(list(iter(lambda: values.pop(), 1)), values, list(zip([1, 2, 3], "ab")), list(zip()), list(zip([1])), list(map(lambda a, b: a * b, [1, 2, 3], [4, 5])), list(enumerate("ab", 5)), list(filter(lambda v: v % 2, range(9))))
it = iter([1, 2, 3])
print(next(it), list(it), list(it), next(it, None), list(zip(it, it)))
pairs = iter(range(6))
print(list(zip(pairs, pairs)), list(reversed(range(0, 10, 3))), list(range(5, 0, -2)), range(0), len(range(1, 10, 4)), 7 in range(1, 10, 3), 8 in range(1, 10, 3), range(3) == range(0, 3, 1), range(10)[3], range(10)[-1], range(10).index(4), range(2 ** 70, 2 ** 70 + 2)[1], list(range(-3, 3)), range(1, 5).start, range(5).count(2))
try:
    list(zip([1, 2], [1], strict=True))
except ValueError as e:
    print(e)
for bad in (lambda: iter(5), lambda: next([]), lambda: range(1.5), lambda: range(1, 2, 0), lambda: list(map(len, [5])), lambda: next(iter(())), lambda: reversed({1}), lambda: enumerate(5), lambda: range(3)[5], lambda: sum(["a"])):
    try:
        print(bad())
    except (TypeError, ValueError, StopIteration, IndexError) as e:
        print(type(e).__name__, e)


class Tree:
    def __init__(self, key, left=None, right=None):
        self.key, self.left, self.right = key, left, right

    def __iter__(self):
        if self.left:
            for key in self.left:
                yield key
        yield self.key
        if self.right:
            yield from self.right


def build(low, high):
    if low >= high:
        return None
    middle = (low + high) // 2
    return Tree(middle, build(low, middle), build(middle + 1, high))


tree = build(0, 100)
print(sum(tree), list(tree) == list(range(100)))


def hot(n):
    total = 0
    for i, (a, b) in enumerate(zip(range(n), Countdown(n))):
        total += a * b - i
    for v in map(lambda x: x * 2, filter(lambda x: x % 3 == 0, range(n))):
        total += v
    for v in reversed(range(n)):
        total ^= v
    for c in Sequence(*range(20)):
        total += c
    return total


print(hot(500))


def polymorphic(n):
    sources = [[1, 2, 3], (4, 5), range(6, 9), {"k": 1}.values(), "ab", Countdown, {7}, iter([1])]
    total = 0
    for i in range(n):
        source = sources[i % len(sources)]
        if source is Countdown:
            source = Countdown(3)
        for item in source:
            total += item if not isinstance(item, str) else ord(item)
    return total


print(polymorphic(300))


class Bad:
    def __iter__(self):
        return 5


try:
    for x in Bad():
        pass
except TypeError as e:
    print(e)


class Raises:
    def __init__(self):
        self.n = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.n += 1
        if self.n > 150:
            raise KeyError("iterator failed")
        return self.n


try:
    total = 0
    for x in Raises():
        total += x
except KeyError as e:
    print(total, e)
print(all(Countdown(3)), any(Countdown(1)), sorted(Countdown(3)), tuple(Countdown(2)), min(Countdown(4), key=lambda v: -v), list(Countdown(0)), len(list(iter(Sequence()))))
a, b, *c = Countdown(5)
print(a, b, c, [x for x in Countdown(3)], "".join(map(str, Countdown(4))), list(zip(*[(1, 2), (3, 4), (5, 6)])))
