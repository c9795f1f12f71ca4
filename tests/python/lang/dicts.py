"""Dictionaries: insertion order, views, deletion and reinsertion, mixed keys, mutation errors, hot lookups."""

d = {"b": 1, "a": 2, "c": 3}
d["a"] = 20
del d["b"]
d["b"] = 30
print(d, list(d), list(d.keys()), list(d.values()), list(d.items()), len(d), "a" in d, "z" not in d, list(reversed(d)))
print(d.get("x"), d.get("x", 0), d.pop("a"), d.pop("x", "none"), d.setdefault("n", []), d.setdefault("c"), d, d.popitem(), d)
d.update({"p": 1}, q=2)
d.update([("r", 3)])
print(d, dict(a=1), dict([(1, 2)]), dict(d), dict.fromkeys("ab", 0), d.copy() == d, {} == {}, {1: 2} == {1.0: 2.0}, d | {"p": 9}, {**d, "s": 4})
e = {"x": 1}
e |= {"y": 2}
print(e, e.keys() & {"x"}, e.keys() | {"z"} == {"x", "y", "z"}, e.items() == {"y": 2, "x": 1}.items(), ("x", 1) in e.items(), 2 in e.values(), e.keys() - {"x"})
mixed = {1: "int", "1": "str", (1, 2): "tuple", None: "none", 2.5: "float", True: "bool", b"b": "bytes", frozenset([1]): "fs"}
print(mixed, mixed[1.0], mixed[None], mixed[(1, 2)], mixed[frozenset({1})], len(mixed))
keys = e.keys()
e["late"] = 3
print(keys, list(keys), len(keys), repr(e.values()), repr(e.items()))
for bad in (lambda: d["nope"], lambda: {}[0], lambda: {[]: 1}, lambda: {}.popitem(), lambda: dict([1]), lambda: dict(5), lambda: d.pop("nope"), lambda: {{}: 1}, lambda: d.update(5)):
    try:
        print(bad())
    except (KeyError, TypeError, ValueError) as x:
        print(type(x).__name__, x)
try:
    for k in e:
        e[k + "2"] = 0
except RuntimeError as x:
    print("RuntimeError:", x)
try:
    for k in list(e):
        del e[k]
    print(e)
    e = {1: 1, 2: 2}
    for k in e:
        del e[k]
except RuntimeError as x:
    print("RuntimeError:", x)


def churn(n):
    table = {}
    for i in range(n):
        table[i % 50] = i
        if i % 3 == 0:
            table.pop((i * 7) % 50, None)
        if i % 11 == 0 and 13 in table:
            del table[13]
    return table


print(churn(1000))


def count_pairs(n):
    table = {}
    for i in range(n):
        key = (i % 5, str(i % 3))
        table[key] = table.get(key, 0) + 1
    return table


print(count_pairs(500))


def changing_keys(n):
    table = {}
    for i in range(n):
        key = i if i % 4 == 0 else float(i) if i % 4 == 1 else str(i) if i % 4 == 2 else (i,)
        table[key] = i
    found = 0
    for i in range(n):
        found += i in table
        found += 10 * (str(i) in table)
        found += 100 * ((i,) in table)
    return len(table), found


print(changing_keys(400))


class Key:
    calls = 0

    def __init__(self, v):
        self.v = v

    def __hash__(self):
        Key.calls += 1
        return self.v % 3

    def __eq__(self, other):
        return self.v == other.v

    def __repr__(self):
        return f"K{self.v}"


table = {}
for i in range(60):
    table[Key(i % 10)] = i
print(table, Key.calls, table[Key(7)], Key(11) in table)


class BadHash:
    def __hash__(self):
        raise ValueError("no hash")


try:
    {BadHash(): 1}
except ValueError as x:
    print(x)


class NoHash:
    def __eq__(self, other):
        return True


try:
    {NoHash(): 1}
except TypeError as x:
    print(x)
inverted = {}
for k, v in {"a": 1, "b": 2, "c": 1}.items():
    inverted.setdefault(v, []).append(k)
print(inverted)
nested = {"a": {"b": {"c": [1, 2, {"d": 5}]}}}
print(nested["a"]["b"]["c"][2]["d"])
nested["a"]["b"]["c"][2]["d"] += 1
print(nested, sorted({"z": 1, "a": 2}), min({"z": 1, "a": 2}, key={"z": 1, "a": 2}.get), sum({1: 2, 3: 4}), max({1: 2, 3: 4}.values()))
d = {}
d["self"] = d
print(d, str([d])[:30])
big = {i: i * i for i in range(1000)}
for i in range(0, 1000, 2):
    del big[i]
for i in range(0, 100, 2):
    big[i] = -1
print(len(big), list(big)[:3], list(big)[-3:], sum(big.values()), next(iter(big)), list(big.items())[500])
big.clear()
print(big, bool(big), {2 ** 70: 1}[2 ** 70], {-1: "a", -2: "b"}, {0: 1, False: 2, 0.0: 3})
