# Arguments whose conversion empties the bytearray or array that the method is working on.
from array import array


class Int:
    """An int whose use calls back first."""

    def __init__(self, call, value):
        self.call, self.value = call, value

    def __index__(self):
        self.call()
        return self.value

    def __bool__(self):
        self.call()
        return bool(self.value)


class Equal:
    """Equal to `value`, says so after calling back."""

    def __init__(self, call, value):
        self.call, self.value = call, value

    def __eq__(self, other):
        self.call()
        return other == self.value


def show(name, call):
    try:
        result = call()
    except Exception as error:
        result = type(error).__name__, str(error)
    print(name, result)


kept = []


def attack(name, call):
    data = bytearray(b"ab\tcd\n" * 2000)

    def wreck():
        data.clear()
        # Others get the memory.
        kept[:] = [bytearray(12000) for _ in range(3)]

    show(name, lambda: (call(data, wreck), len(data)))


for _ in range(3):
    attack("replace", lambda b, w: b.replace(b"c", b"d", Int(w, 100)))
    attack("split", lambda b, w: b.split(b"c", Int(w, 100)))
    attack("split blanks", lambda b, w: b.split(None, Int(w, 100)))
    attack("rsplit", lambda b, w: b.rsplit(b"c", Int(w, 100)))
    attack("splitlines", lambda b, w: b.splitlines(Int(w, 1)))
    attack("ljust", lambda b, w: b.ljust(Int(w, 5)))
    attack("rjust", lambda b, w: b.rjust(Int(w, 5)))
    attack("center", lambda b, w: b.center(Int(w, 5)))
    attack("zfill", lambda b, w: b.zfill(Int(w, 5)))
    attack("expandtabs", lambda b, w: b.expandtabs(Int(w, 4)))
    attack("hex", lambda b, w: b.hex(":", Int(w, 4)))
    attack("insert", lambda b, w: b.insert(Int(w, 4), 3))
    attack("insert value", lambda b, w: b.insert(4, Int(w, 3)))
    attack("append", lambda b, w: b.append(Int(w, 3)))
    attack("pop", lambda b, w: b.pop(Int(w, 99)))
    attack("remove", lambda b, w: b.remove(Int(w, 99)))
    attack("item", lambda b, w: b[Int(w, 99)])
    attack("slice", lambda b, w: b[Int(w, 99):])
    attack("repeat", lambda b, w: b * Int(w, 2))
    attack("delete", lambda b, w: b.__delitem__(slice(Int(w, 0), 10)))


def attack_array(name, call):
    items = array("i", range(100))

    def wreck():
        del items[:]

    show(name, lambda: (call(items, wreck), len(items)))


attack_array("array remove", lambda a, w: a.remove(Equal(w, 50)))
attack_array("array remove first", lambda a, w: a.remove(Equal(w, 0)))
attack_array("array index", lambda a, w: a.index(Equal(w, 50)))
attack_array("array index first", lambda a, w: a.index(Equal(w, 0)))
attack_array("array count", lambda a, w: a.count(Equal(w, 0)))
attack_array("array in", lambda a, w: Equal(w, 0) in a)

for position in (0, 40, 99):
    items = array("i", range(100))
    half = Equal(lambda: items.pop(), position)
    show("array shortened", lambda: (items.remove(half), items.tolist()))
