"""A loop that ends leaves its variable with the last item, whatever it iterates over; one that is empty leaves it alone."""


def after(n, items):
    out = []
    for r in range(n):
        x = "before"
        for x in items(r):
            pass
        else:
            if r % 97 == 0:
                out.append(x)
    return out[:4] + out[-2:]


print(after(600, lambda r: range(r % 5)))
print(after(600, lambda r: list(range(r % 3))))
print(after(600, lambda r: tuple(range(r % 4))))
print(after(600, lambda r: "abcdef"[: r % 6]))
print(after(600, lambda r: {k: 1 for k in range(r % 2)}))
print(after(600, lambda r: (i * i for i in range(r % 4))))
print(after(600, lambda r: zip(range(r % 3), "xy")))
print(after(600, lambda r: reversed(range(r % 3))))


def long(n):
    for i in range(n):
        pass
    for j in [1, 2.5, "c"] * n:
        pass
    k = -1
    for k in range(n, n):
        pass
    for m in range(n, -n, -7):
        pass
    return i, j, k, m


print(long(1000))


def broken(n):
    found = []
    for r in range(n):
        for i in range(100):
            if i * i > r:
                break
        found.append(i)
    return found[-3:], sum(found)


print(broken(1200))
