"""A call that changes a variable's type, deletes an attribute or a global under the trace is seen by what comes next."""


def nonlocals(n):
    x = 1

    def change(i):
        nonlocal x
        if i % 50 == 49:
            x = float(x)
        if i % 300 == 299:
            x = "s"
        elif x == "s":
            x = 0

    out = []
    for i in range(n):
        x = x + 1 if x != "s" else 5
        change(i)
        if i % 101 == 0:
            out.append(repr(x))
        try:
            x = x + 1
        except TypeError:
            x = 2
    return out, repr(x)


print(nonlocals(1500))

COUNT = 0


def bump(i):
    global COUNT
    COUNT += 1
    if i % 111 == 110:
        COUNT = COUNT + 0.5
    if i == 800:
        del COUNT


def globals_changed(n):
    total = 0
    for i in range(n):
        total += COUNT
        bump(i)
        total += COUNT
    return total


try:
    globals_changed(1000)
except NameError as error:
    print(error)
COUNT = 3
print(globals_changed(700))


class Thing:
    pass


def attributes(n):
    thing = Thing()
    thing.value = 1
    missing = 0

    def touch(i):
        if i % 90 == 89:
            del thing.value
        elif i % 90 == 0:
            thing.value = i * 0.5

    total = 0
    for i in range(n):
        try:
            total += thing.value
            touch(i)
            total += thing.value
        except AttributeError as error:
            missing += 1
            message = str(error)
    return total, missing, message


print(attributes(1000))


def unbound(n):
    caught = []
    for i in range(n):
        if i % 200 != 199:
            x = i
        try:
            y = x + 1
            if i % 100 == 50:
                del x
        except UnboundLocalError as error:
            caught.append((i, str(error)))
            x = 0
        try:
            x
        except UnboundLocalError as error:
            caught.append((i, y, str(error)))
    return caught


print(unbound(900))
