"""What a trace cannot hold (a class, an import, a handler entered by an error, a star call) ends it; the loop goes on."""


def classes(n):
    total = 0
    for i in range(n):
        total += i
        if i % 200 == 150:
            class Local:
                value = i

                def get(self):
                    return self.value + total

            total += Local().get()
        total += 1
    return total


def imports(n):
    total = 0
    for i in range(n):
        import math
        from operator import add
        total = add(total, math.floor(i / 3))
    return total


def star(n):
    total = 0
    for i in range(n):
        args = (i, 1)
        total += max(*args, **{})
        total += (lambda *a, **k: len(a) + len(k))(*args, *args, x=1, **{"y": 2})
    return total


def formats(n):
    last = ""
    for i in range(n):
        last = f"{i:>5}|{i / 3:.2f}|{last!r:.10}"
    return last


def deletes(n):
    total = 0
    for i in range(n):
        x = [i, i + 1]
        del x[0]
        total += x[0]
        del x
    return total


def managers(n):
    class Manager:
        def __enter__(self):
            return self

        def __exit__(self, kind, error, trace):
            self.seen = kind
            return kind is KeyError

    total = 0
    for i in range(n):
        manager = Manager()
        with manager as m:
            if i % 3 == 0:
                raise KeyError(i)
            total += 1
        total += m.seen is None
    return total


print(classes(1500), imports(900), star(900))
print(formats(900), deletes(900), managers(900))
