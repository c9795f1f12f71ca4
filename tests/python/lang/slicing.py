"""Slices of lists, tuples, strings, bytes and ranges: negative steps, assignment, deletion, out of range bounds."""

data = list(range(10))
bounds = [None, 0, 1, 5, 9, 10, 15, -1, -5, -10, -11, -20]
steps = [None, 1, 2, 3, -1, -2, -7]
total = 0
for start in bounds:
    for stop in bounds:
        for step in steps:
            part = data[start:stop:step]
            text = "0123456789"[start:stop:step]
            assert "".join(map(str, part)) == text
            assert list(range(10)[start:stop:step]) == part
            assert list(tuple(data)[start:stop:step]) == part
            total += sum(part) * len(part)
print(total)
print(data[2:5], data[:3], data[7:], data[::-1], data[8:2:-2], data[-3:], data[:-8], data[20:], data[5:2])
print("hello"[1:-1], "héllo"[::-1], b"bytes"[1:3], (1, 2, 3)[1:], range(0, 20, 3)[1:5], range(10)[::-3])
d = data[:]
d[2:4] = ["a", "b", "c"]
print(d)
d[:0] = [-2, -1]
d[len(d) :] = [99]
print(d)
d[3:6] = []
print(d)
d[::2] = range(100, 100 + len(d[::2]))
print(d)
d[::-3] = ["x"] * len(d[::-3])
print(d)
del d[1:3]
del d[::2]
print(d)
del d[-1]
print(d)
d[1:1] = d
print(d)
for bad in (lambda: d.__setitem__(slice(0, 4, 2), [1]), lambda: d[::0], lambda: d["a":]):
    try:
        bad()
        print("no error")
    except (ValueError, TypeError) as e:
        print(type(e).__name__, e)
s = slice(1, 8, 3)
print(s, s.start, s.stop, s.step, s.indices(5), slice(None, None, -1).indices(4), data[s])
print("abc" * 3, [0] * 4, [1, 2] * 2, (1,) * 3, 2 * "xy", [] * 5, "a" * -1, [[0] * 2] * 2)


def reverse_prefix(perm, rounds):
    count = 0
    for i in range(rounds):
        k = perm[0]
        if k == 0:
            perm = perm[1:] + perm[:1]
            continue
        perm[: k + 1] = perm[k::-1]
        count += 1
    return count, perm


print(reverse_prefix([4, 2, 0, 3, 1, 6, 5], 200))


def windows(values, size):
    best = None
    for i in range(len(values) - size + 1):
        total = sum(values[i : i + size])
        if best is None or total > best[0]:
            best = (total, i, values[i : i + size])
    return best


print(windows([(i * 37) % 101 for i in range(400)], 5))


def rotate(text, n):
    for i in range(n):
        text = text[1:] + text[0]
    return text


print(rotate("abcdefghij", 503), rotate("αβγδ", 401))
b = bytearray(b"hello world")
b[0:5] = b"HOWDY!"
b[-1] = 33
del b[1:3]
print(b, bytes(b[::-1]), b[2:4])


def copies(n):
    # Each slice of a list is a list of its own.
    a, same, lengths = [1, 2], 0, 0
    for i in range(n):
        b = a[:]
        c = a[:]
        same += b is c
        b.append(i)
        lengths += len(b) * 10 + len(c)
    return same, lengths


print(copies(1500))


class Emptier:
    """An index that changes what it is an index of."""

    def __init__(self, target, value, grow=False):
        self.target, self.value, self.grow = target, value, grow

    def __index__(self):
        if self.grow:
            self.target.extend(self.target[:1] * 30000)
        else:
            del self.target[:]
        return self.value


def changing(make):
    outcomes = []
    for act in (
        lambda s, grow: s[Emptier(s, 2, grow) :],
        lambda s, grow: s[: Emptier(s, 2, grow) : -1],
        lambda s, grow: s[Emptier(s, 1, grow)],
        lambda s, grow: s.__setitem__(Emptier(s, 1, grow), 4),
        lambda s, grow: s.__setitem__(slice(Emptier(s, 1, grow), 3), make()[:2]),
        lambda s, grow: s.__delitem__(Emptier(s, 1, grow)),
        lambda s, grow: s.__delitem__(slice(Emptier(s, 1, grow), 3)),
        lambda s, grow: s.insert(Emptier(s, 1, grow), 1),
        lambda s, grow: s.pop(Emptier(s, 1, grow)),
    ):
        # A bytearray that moves meanwhile is written to where it was, by CPython.
        for grow in (False,) if isinstance(make(), bytearray) else (False, True):
            s = make()
            try:
                result = act(s, grow)
                shown = len(result) if hasattr(result, "__len__") else result
            except (IndexError, ValueError) as e:
                shown = str(e)
            outcomes.append((shown, len(s), s[:3]))
    return outcomes


from array import array

for make in (lambda: [1, 2, 3, 4, 5], lambda: bytearray(b"abcde"), lambda: array("i", [1, 2, 3, 4, 5])):
    for outcome in changing(make):
        print(outcome)
b = bytearray(b"abc")
try:
    b[1] = Emptier(b, 1)
except IndexError as e:
    print(e)
