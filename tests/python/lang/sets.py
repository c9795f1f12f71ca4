"""Sets and frozensets: algebra, comparison, mutation, sets of numbers in hot loops (printed sorted)."""

a, b = {1, 2, 3, 4}, {3, 4, 5}
print(a & b == {3, 4}, sorted(a | b), sorted(a - b), sorted(a ^ b), a <= b, {3} < b, a >= {1}, a.isdisjoint({9}), len(a), 3 in a, 9 not in a)
a.add(9)
a.discard(1)
a.discard(100)
a.remove(2)
a.update([7, 8], {10})
print(sorted(a), sorted(a.union([1], [2])), sorted(a.intersection([9, 8])), sorted(a.difference([9])), sorted(a.symmetric_difference([9, 1])))
a &= {7, 8, 9}
a |= {1}
a -= {9}
a ^= {1, 2}
print(sorted(a), {1, 2} == {2, 1}, {1} == frozenset({1}), set() == {}, bool(set()), set("aab") == {"a", "b"}, {1, 1.0, True}, set([(1, 2), (1, 2)]))
f = frozenset([3, 1, 2])
print(sorted(f), hash(f) == hash(frozenset([1, 2, 3])), {f: "x"}[frozenset([2, 3, 1])], f | {4} == {1, 2, 3, 4}, type(f | {4}).__name__, type({4} | f).__name__, repr(set()), repr(frozenset()), repr({5}), repr(frozenset({5})))
for bad in (lambda: {[]}, lambda: a.remove(55), lambda: set().pop(), lambda: f.add(1), lambda: {1} + {2}, lambda: {1} < [1], lambda: set(5), lambda: {1} | [2]):
    try:
        print(bad())
    except (KeyError, TypeError, AttributeError) as e:
        print(type(e).__name__, e)
try:
    s = {1, 2, 3}
    for x in s:
        s.add(x + 10)
except RuntimeError as e:
    print("RuntimeError:", e)


def unique_sums(n):
    seen = set()
    repeats = 0
    for i in range(n):
        v = i * i % 97
        if v in seen:
            repeats += 1
        else:
            seen.add(v)
    return len(seen), repeats, sum(seen)


print(unique_sums(500))


def mixed(n):
    seen = set()
    for i in range(n):
        seen.add(i % 10)
        seen.add(float(i % 12))
        seen.add((i % 3, "x"))
        seen.add(str(i % 4))
        if i % 5 == 0:
            seen.discard(i % 7)
    return len(seen), sum(1 for v in seen if isinstance(v, (int, float)))


print(mixed(400))


def queens(n):
    count = 0
    for perm in permutations(list(range(n))):
        if n == len(set(perm[i] + i for i in range(n))) == len(set(perm[i] - i for i in range(n))):
            count += 1
    return count


def permutations(items):
    if not items:
        yield []
    for i in range(len(items)):
        for rest in permutations(items[:i] + items[i + 1 :]):
            yield [items[i]] + rest


print(queens(6))
graph = {i: [(i * 2) % 101, (i * 3) % 101, (i + 1) % 101] for i in range(101)}
reached, frontier, depth = {0}, {0}, 0
while frontier:
    frontier = {n for v in frontier for n in graph[v]} - reached
    reached |= frontier
    depth += 1
print(len(reached), depth)
x = {1, 2, 3}
y = x.copy()
y.clear()
print(len(x), len(y), sorted(map(str, x)), sum(x), max(x), min(x), sorted(x, reverse=True), all(x), x.issubset(range(5)), x.issuperset([1]))
print(len({frozenset({i % 3, i % 4}) for i in range(24)}), len({(i % 3, i % 4) for i in range(24)}), {*range(3)} == {0, 1, 2})
