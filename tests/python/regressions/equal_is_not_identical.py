"""`x == c` being true does not make `x` the constant: its type, sign and identity are still its own."""


def narrowed(n, values):
    out = {}
    for i in range(n):
        x = values[i % len(values)]
        if x == 1:
            out[repr(x)] = repr(x + x)
            out["type " + type(x).__name__] = x.__class__ is int
        elif x == 0:
            out["zero " + repr(x)] = repr(x * -1) + repr(1 if x is False else 0)
        elif x == "a":
            out["letter"] = x * 2
    return sorted(out.items())


print(narrowed(900, [1]))
print(narrowed(900, [1] * 50 + [1.0, True, 0, 0.0, -0.0, False, "a", 1 + 0j]))
print(narrowed(900, [1.0, 1, -0.0, 0]))


class Always:
    def __eq__(self, other):
        return True

    def __repr__(self):
        return "Always"

    def __add__(self, other):
        return 42

    def __mul__(self, other):
        return 43


print(narrowed(900, [1, 1, 1, 1, Always()]))


def identity(n):
    a, b = [], []
    hits = [0, 0, 0]
    for i in range(n):
        x = a if i % 5 else b
        hits[0] += x == a
        hits[1] += x is a
        if x is a:
            hits[2] += len(x)
        if i == n - 2:
            a.append(1)
    return hits


print(identity(1000))
