"""Hot loops whose classes, globals, closures, methods or built-ins change while they run."""

SCALE = 2


def helper(x):
    return x * SCALE


def globals_rebound(n):
    global SCALE, helper
    total = 0
    for i in range(n):
        if i == n // 3:
            SCALE = 10
        if i == n // 2:
            SCALE = 0.5
        if i == 2 * n // 3:
            helper = lambda x: -x
        total += helper(i)
    return total


print(globals_rebound(900))


class Shape:
    factor = 2

    def area(self):
        return self.side * self.factor

    def __init__(self, side):
        self.side = side


class Child(Shape):
    pass


def class_mutated(n):
    shapes = [Shape(1), Child(2), Shape(3)]
    total = 0
    for i in range(n):
        if i == 200:
            Shape.factor = 3
        if i == 300:
            Child.factor = 10
        if i == 400:
            shapes[0].factor = 100
        if i == 500:
            Shape.area = lambda self: 1
        if i == 600:
            Child.area = lambda self: self.side ** 2
        if i == 700:
            del Child.area
        if i == 750:
            shapes[2].area = lambda: 7
        for s in shapes:
            total += s.area()
    return total


print(class_mutated(800))


class Dynamic:
    pass


def attributes_added(n):
    total = 0
    for i in range(n):
        d = Dynamic()
        d.a = i
        if i % 2:
            d.b = 2
        d.c = 3
        if i % 3 == 0:
            del d.a
        if i % 5 == 0:
            d.__dict__["extra"] = 5
        total += len(d.__dict__) + getattr(d, "a", 100) + d.c
    return total


print(attributes_added(500))


def attribute_types(n):
    d = Dynamic()
    d.v = 0
    kinds = []
    for i in range(n):
        if i == 150:
            d.v = d.v + 0.5
        if i == 300:
            d.v = str(d.v)
        if i == 450:
            d.v = [d.v]
        if isinstance(d.v, (int, float)):
            d.v += 1
        elif isinstance(d.v, str):
            d.v = d.v[-5:] + "x"
        else:
            d.v.append(i)
        if i % 100 == 99:
            kinds.append(d.v if not isinstance(d.v, list) else len(d.v))
    return kinds


print(attribute_types(600))


class Switch:
    def __init__(self):
        self.n = 0

    def step(self):
        self.n += 1
        if self.n == 250:
            self.__class__ = Fast


class Fast(Switch):
    def step(self):
        self.n += 10


def class_switched(n):
    s = Switch()
    for _ in range(n):
        s.step()
    return s.n, type(s).__name__


print(class_switched(400))


def closure_mutated(n):
    factor = 1
    calls = 0

    def f(x):
        nonlocal calls
        calls += 1
        return x * factor

    total = 0
    for i in range(n):
        if i == 200:
            factor = 1.5
        if i == 400:
            factor = 2 ** 60
        if i == 500:
            factor = 1
            g = f
            f = lambda x: g(x) + 1
        total += f(i)
    return total, calls


print(closure_mutated(600))


def make_cell():
    value = 0

    def get():
        return value

    def put(v):
        nonlocal value
        value = v

    return get, put


def shared_cell(n):
    get, put = make_cell()
    total = 0
    for i in range(n):
        put(get() + i)
        if i == 300:
            put(0.25)
        total += get()
    return total


print(shared_cell(500))


def builtin_shadowed(n):
    global len
    total = 0
    for i in range(n):
        if i == 200:
            len = lambda s: 1000
        if i == 300:
            del len
        total += len("abc")
    return total


print(builtin_shadowed(400))


def default_changed(n):
    def f(x, k=1):
        return x + k

    total = 0
    for i in range(n):
        if i == 200:
            f.__defaults__ = (100,)
        total += f(i)
    return total


print(default_changed(400))


class Meta(type):
    def __getattr__(cls, name):
        return "meta " + name


class WithMeta(metaclass=Meta):
    known = "known"


def metaclass_attributes(n):
    out = set()
    for i in range(n):
        out.add(WithMeta.known)
        out.add(WithMeta.unknown)
        if i == 200:
            WithMeta.unknown = "now known"
    return sorted(out)


print(metaclass_attributes(300))


class Prop:
    def __init__(self):
        self._x = 1

    @property
    def x(self):
        return self._x


def property_replaced(n):
    p = Prop()
    total = 0
    for i in range(n):
        if i == 150:
            Prop.x = property(lambda self: 10)
        if i == 300:
            Prop.x = 5
        if i == 350:
            p.x = 7
        total += p.x
    return total


print(property_replaced(400))


def operators_added(n):
    class Num:
        def __init__(self, v):
            self.v = v

        def __add__(self, other):
            return Num(self.v + other.v)

    a, b = Num(1), Num(2)
    total = 0
    for i in range(n):
        if i == 200:
            Num.__add__ = lambda s, o: Num(s.v * 1000)
        if i == 300:
            del Num.__add__
        try:
            total += (a + b).v
        except TypeError:
            total -= 1
    return total


print(operators_added(400))


def base_changed(n):
    class Base:
        def f(self):
            return 1

    class Middle(Base):
        pass

    class Leaf(Middle):
        pass

    leaf = Leaf()
    total = 0
    for i in range(n):
        if i == 150:
            Base.f = lambda self: 2
        if i == 250:
            Middle.f = lambda self: 30
        if i == 350:
            Leaf.f = lambda self: 400
        if i == 450:
            leaf.f = lambda: 5000
        if i == 500:
            del Leaf.f, Middle.f
            del leaf.f
        total += leaf.f()
    return total


print(base_changed(600))
import math


def module_attribute(n):
    saved = math.floor
    total = 0
    for i in range(n):
        if i == 200:
            math.floor = lambda v: 100
        if i == 300:
            math.floor = saved
        total += math.floor(i / 2)
    return total


print(module_attribute(400))
exec_namespace = {}
for i in range(400):
    globals()["dynamic_global"] = i
    if i % 100 == 0:
        print(dynamic_global)
