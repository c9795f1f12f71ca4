"""Scopes: global, nonlocal, class bodies, del, comprehension scopes, name lookups of every kind, locals() and globals()."""

x = "global"


def reader():
    return x


def writer():
    global x, made_by_function
    x = "changed"
    made_by_function = 1


def shadow():
    x = "local"

    def inner():
        return x

    def changer():
        nonlocal x
        x = "nonlocal"

    before = inner()
    changer()
    return before, inner(), x


print(reader(), shadow())
writer()
print(reader(), made_by_function)


class Body:
    x = "class"
    y = x + "!"

    def method(self):
        return x

    for i in range(3):
        pass
    z = [c for c in y[:2]]
    del i


print(Body.y, Body().method(), Body.z, hasattr(Body, "i"))


def levels():
    a = 1

    def two():
        b = 2

        def three():
            nonlocal a, b
            a += 10
            b += 20

            def four():
                return a, b, x

            return four

        f = three()
        b += 100
        return f

    f = two()
    a += 1000
    return f()


print(levels())


def deletes():
    a = 1
    del a
    try:
        a
    except UnboundLocalError:
        a = 2
    return a


print(deletes())


def captured_then_deleted():
    v = 1

    def f():
        return v

    first = f()
    del v
    try:
        return first, f()
    except NameError as e:
        return first, str(e)


print(captured_then_deleted())


def params(a, b=x, *c, **d):
    b = b + a
    c += (1,)
    d["k"] = 1
    return locals()


print(params("p"))


def loop_closures():
    fs = []
    for i in range(3):

        def f():
            return i

        fs.append(f)
    return [f() for f in fs], [g() for g in [lambda i=i: i for i in range(3)]]


print(loop_closures())
name = "x"
print(globals()[name], "reader" in globals(), "nothing" in globals(), callable(reader), __name__)


def exec_free():
    if False:
        y = 1
    try:
        return y
    except UnboundLocalError as e:
        return e.args[0]


print(exec_free())


def outer_only():
    def inner():
        return late

    try:
        inner()
    except NameError as e:
        print(e)
    late = 5
    return inner()


print(outer_only())


class Account:
    total = 0

    def __init__(self):
        self.add = lambda n: setattr(self, "total", self.total + n)


a = Account()
for i in range(300):
    a.add(i)
print(a.total, Account.total)


def counter_hot(n):
    count = 0

    def bump(k):
        nonlocal count
        count += k
        return count

    total = 0
    for i in range(n):
        total += bump(i)
        if i == 200:
            count = 0.5
    return total, count


print(counter_hot(400))
counter = 0


def global_hot(n):
    global counter
    for i in range(n):
        counter += i
        if counter > 5000:
            counter -= 5000
    return counter


print(global_hot(500), counter)
for counter in range(300):
    if counter == 250:
        counter = "text"
        break
print(counter)
_private = 1
__dunder = 2


class Mangled:
    __secret = 3

    def get(self):
        return self.__secret

    def __hidden(self):
        return 4

    def call(self):
        return self.__hidden()


print(Mangled().get(), Mangled().call(), Mangled._Mangled__secret, [n for n in dir(Mangled) if "ecret" in n])
print((lambda: (yield_ := 3) + yield_)(), [z for z in range(3)], "z" in globals())
if (n := 10) > 5:
    print(n)
print({(m := i): m * 2 for i in range(3)}, m)
