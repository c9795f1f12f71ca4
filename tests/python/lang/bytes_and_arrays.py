"""bytes, bytearray, array.array and memory-like loops: indexing, methods, mutation, overflow errors."""
from array import array

b = b"hello\x00\xff"
print(b, len(b), b[0], b[-1], b[1:3], list(b[:3]), b + b"!", b * 2, b"ell" in b, 104 in b, b.find(b"l"), b.count(b"l"), b.upper(), b.split(b"l"), b.replace(b"l", b"L"), b == b"hello\x00\xff", b < b"i", hash(b) == hash(bytes(b)))
print(bytes(3), bytes([1, 2, 255]), bytes(range(4)), bytes("é", "utf-8"), b"ab".hex(), bytes.fromhex("00ff10"), b"a,b".partition(b","), b" x ".strip(), b"-".join([b"a", b"b"]), b"abc".startswith(b"ab"), b"%d-%s" % (5, b"x"), repr(b"it's"), b"\t\n\\", b'"')
m = bytearray(b"abc")
m.append(100)
m.extend(b"ef")
m[0] = 65
m += b"!"
print(m, m.pop(), m.decode(), len(m), m[1:3], m.index(b"c"), m.reverse(), m, list(reversed(m))[:2], bytearray(2), m == bytearray(m))
del m[:2]
m.insert(1, 48)
m.remove(48)
print(m, bytes(m), m.copy() is m, bool(bytearray()), sorted(m))
for bad in (lambda: bytes([256]), lambda: m.append(300), lambda: m.__setitem__(0, -1), lambda: b"a" + "b", lambda: b"abc"[9], lambda: bytes("x"), lambda: b[0:1].decode("nope")):
    try:
        print(bad())
    except (ValueError, TypeError, IndexError, LookupError) as e:
        print(type(e).__name__, e)


def checksum(data):
    a, b = 1, 0
    for byte in data:
        a = (a + byte) % 65521
        b = (b + a) % 65521
    return b << 16 | a


print(checksum(b"Wikipedia"), checksum(bytes(range(256)) * 8))


def rot(buffer, n):
    for i in range(len(buffer)):
        buffer[i] = (buffer[i] + n) & 255
    return buffer


print(bytes(rot(bytearray(b"some text" * 60), 200))[:12])

d = array("d", [1.5, 2, -3])
i = array("i", range(5))
print(d, i, len(d), d[0], i[-1], d[1:], i[::-1], list(d), d.typecode, d.itemsize, sum(i), max(d), 2.0 in d, d == array("d", [1.5, 2.0, -3.0]))
d.append(4)
d.extend([5, 6.5])
d[0] = 10
d[1:3] = array("d", [0.5])
print(d, d.index(4.0), d.pop(), d.count(5), d.tolist(), i * 2, i + array("i", [9]))
z = array("d", [0]) * 4
z[2] += 1
print(z, array("B", b"ab"), array("B", [1, 2]).tobytes(), array("d"), array("l", [2 ** 40])[0], array("u", "hé") if False else "skip", array("b", [-5]), array("H", [65535]), array("f", [0.5]), array("q", [-(2 ** 62)]))
i.reverse()
i.insert(0, 7)
i.remove(3)
del i[0]
print(i, i.tolist(), list(reversed(i)))
for bad in (lambda: array("B", [256]), lambda: array("i", [1.5]), lambda: d[9], lambda: array("d", ["x"]), lambda: i.append("a"), lambda: array("i", [2 ** 40]), lambda: array("x"), lambda: d.__setitem__(0, None), lambda: i.index(99)):
    try:
        print(bad())
    except (ValueError, TypeError, IndexError, OverflowError) as e:
        print(type(e).__name__, e)


def smooth(n):
    a = array("d", [float(k % 7) for k in range(n)])
    out = array("d", [0]) * n
    for _ in range(10):
        for k in range(1, n - 1):
            out[k] = (a[k - 1] + 2 * a[k] + a[k + 1]) / 4
        a[:] = out
    return a[1], a[n // 2], sum(a)


print(smooth(100))


def counting(n):
    c = array("i", [0]) * 16
    b = array("B", [0]) * 16
    for k in range(n):
        c[k & 15] += k
        b[k & 15] = (b[k & 15] + k) & 255
        c[-1] -= 1
    return c.tolist(), list(b)


print(counting(1000))
try:
    grow = array("b", [120])
    for k in range(20):
        grow[0] += 1
except OverflowError as e:
    print(k, e, grow)


def filled(n):
    # A float that changes now and then, stored in a loop over memory.
    import array

    b = array.array("d", [0.0] * n)
    c, i = 2.0, 0
    while i < n:
        if i & 15 == 5:
            c = c + 1.0
        b[i] = c
        i += 1
    return sum(b), c, b[-3:]


print(filled(3000), filled(3001))


class Mover:
    """An index that makes the bytes move."""

    def __init__(self, target):
        self.target = target

    def __index__(self):
        try:
            self.target.extend(b"z" * 1000000)
        except BufferError:
            pass
        return 5


moving = bytearray(b"x" * 100)
view = memoryview(moving)
print(view[Mover(moving)])
