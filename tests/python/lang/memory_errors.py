# What no machine has memory for is a MemoryError, and the program goes on.
import array
import collections
import os

HUGE = 10**14


def attempt(name, make):
    try:
        make()
        print(name, "fits")
    except MemoryError as e:
        print(name, type(e).__name__, e.args)


attempt("str", lambda: "x" * HUGE)
attempt("wide str", lambda: "é" * HUGE)
attempt("bytes", lambda: b"x" * HUGE)
attempt("list", lambda: [0] * HUGE)
attempt("tuple", lambda: (0, 1) * HUGE)
attempt("bytes of a size", lambda: bytes(HUGE))
attempt("bytearray of a size", lambda: bytearray(HUGE))
attempt("array", lambda: array.array("d", [0.0]) * HUGE)
attempt("list of range", lambda: list(range(HUGE)))
attempt("tuple of range", lambda: tuple(range(HUGE)))
attempt("sorted range", lambda: sorted(range(HUGE)))
attempt("ljust", lambda: "x".ljust(HUGE))
attempt("rjust", lambda: "x".rjust(HUGE, "-"))
attempt("center", lambda: "x".center(HUGE))
attempt("zfill", lambda: "x".zfill(HUGE))
attempt("bytes ljust", lambda: b"x".ljust(HUGE))
attempt("bytes zfill", lambda: b"x".zfill(HUGE))
attempt("to_bytes", lambda: (1).to_bytes(HUGE, "big"))
attempt("urandom", lambda: os.urandom(HUGE))
attempt("shift", lambda: 1 << HUGE)

million = "y" * 10**6
attempt("replace", lambda: ("x" * 10**8).replace("x", million))
attempt("bytes replace", lambda: (b"x" * 10**8).replace(b"x", million.encode()))
attempt("join", lambda: million.join("z" * 10**6).join(["a"] * 10**6))


def slices():
    items = [1, 2, 3]
    items[1:2] = range(HUGE)


def in_place():
    items = [1]
    items *= HUGE


def extend():
    [].extend(range(HUGE))


attempt("slice", slices)
attempt("in place", in_place)
attempt("extend", extend)

# In a hot loop, and in its handler.
caught = 0
for i in range(3000):
    try:
        if i % 3 == 0:
            "ab" * (HUGE + i)
        else:
            [i] * 2
    except MemoryError:
        caught += 1
print(caught)

deque = collections.deque([1, 2], maxlen=5)
print(deque * 3, "x" * 3, [0] * 3, "a".ljust(3) + "|")
