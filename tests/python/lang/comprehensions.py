"""Comprehensions: nested, filtered, scopes, sets, dicts, walrus, over strings and dict views, hot ones."""

n = 5
print([i * n for i in range(n)], [i for i in range(20) if i % 2 if i % 3], n)
print([(x, y) for x in range(3) for y in "ab"], [[j for j in range(i)] for i in range(4)])
print({i % 4 for i in range(10)} == {0, 1, 2, 3}, {k: v for k, v in zip("abc", range(3))})
print({v: k for k, v in {"one": 1, "two": 2}.items()}, [c.upper() for c in "héllo"])
print([y := 5, y ** 2], y, [last := i for i in range(4)], last)
matrix = [[1, 2, 3], [4, 5, 6]]
print([[row[i] for row in matrix] for i in range(3)], [x for row in matrix for x in row])
print([a + b for a, b in [(1, 2), (3, 4)]], [a for a, *b in [[1, 2, 3]]], [*range(3), *"ab"])
print(sorted({w[0]: w for w in ["apple", "avocado", "bean"]}.items()))

i = "outer"
_ = [i for i in range(3)]
print(i)


class Scope:
    k = 3
    values = [x for x in range(k)]


print(Scope.values)


def closure_in_comprehension(m):
    return [f(10) for f in [lambda x, j=j: x * m + j for j in range(3)]]


print(closure_in_comprehension(2))
print([f() for f in [lambda: j for j in range(3)]])


def hot():
    squares = [i * i for i in range(1000)]
    odd = [s for s in squares if s & 1]
    table = {s: str(s) for s in odd if s % 5 == 0}
    pairs = [(a, b) for a in range(30) for b in range(a) if (a * b) % 7 == 1]
    mixed = [i if i % 3 else i / 2 for i in range(400)]
    names = [str(v) for v in mixed if v != 5]
    return len(odd), sum(odd), len(table), table[25], len(pairs), pairs[-1], sum(mixed), "".join(names)[-20:]


print(hot())
if (total := sum(x for x in range(10))) > 40:
    print("walrus", total)
while (total := total - 10) > 0:
    print(total, end=" ")
print()
print([x for x in [1, 0, None, "", "a", [], [0]] if x], all([]), any([]), all(x < 5 for x in range(5)))
print(list(map(lambda p: p[0] * p[1], [(x, x + 1) for x in range(5)])), list(filter(None, [0, 1, "", "x"])))
nested = [[[x + y + z for x in range(2)] for y in range(2)] for z in range(2)]
print(nested)
print({**{"a": 1}, "b": 2, **{"a": 3}}, [k for k in {"z": 1, "y": 2}], dict([("p", 1)], q=2))
