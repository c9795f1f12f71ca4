"""Each kind of branch (true, false, none, not none; either way) goes on after its guard failed where it should."""


class Falsy:
    def __bool__(self):
        return False


class Empty:
    def __len__(self):
        return 0


VALUES = [0, 1, None, "", "x", 0.0, -0.0, [], [0], Falsy(), Empty(), (), {}, {1}, False, True, 2 ** 70, float("nan")]


def kinds(n, values):
    hits = [0] * 10
    for i in range(n):
        v = values[i % len(values)]
        if v:
            hits[0] += 1
        if not v:
            hits[1] += 1
        if v is None:
            hits[2] += 1
        if v is not None:
            hits[3] += 1
        hits[4] += 1 if v and v is not True else 2
        hits[5] += 1 if v or v is None else 2
        while v:
            hits[6] += 1
            break
        else:
            hits[7] += 1
        if not (v is None or v):
            hits[8] += 1
        hits[9] += bool(v)
    return hits


for start in (0, 1, 2, 5):
    print(kinds(900, VALUES[start:] + VALUES[:start]))
    print(kinds(900, [VALUES[start]] * 800 + VALUES))


def falls(n):
    """What is known on the false side is that it is false, not which false value it is."""
    seen = {}
    for i in range(n):
        v = VALUES[0] if i < n // 2 else VALUES[i % len(VALUES)]
        if not v:
            seen[repr(v) if not isinstance(v, (Falsy, Empty)) else type(v).__name__] = i
    return sorted(seen)


print(falls(1200))
