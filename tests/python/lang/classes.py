"""Classes: attributes, inheritance, dunder protocols, operators and their reflections, class and static methods."""


class Vector:
    """Two numbers."""

    count = 0

    def __init__(self, x, y=0):
        self.x = x
        self.y = y
        Vector.count += 1

    def __repr__(self):
        return f"Vector({self.x!r}, {self.y!r})"

    def __str__(self):
        return f"<{self.x} {self.y}>"

    def __add__(self, other):
        if not isinstance(other, Vector):
            return NotImplemented
        return Vector(self.x + other.x, self.y + other.y)

    def __radd__(self, other):
        return Vector(self.x + other, self.y + other)

    def __mul__(self, k):
        return Vector(self.x * k, self.y * k)

    __rmul__ = __mul__

    def __neg__(self):
        return Vector(-self.x, -self.y)

    def __abs__(self):
        return abs(self.x) + abs(self.y)

    def __bool__(self):
        return bool(self.x or self.y)

    def __eq__(self, other):
        return isinstance(other, Vector) and (self.x, self.y) == (other.x, other.y)

    def __hash__(self):
        return hash((self.x, self.y))

    def __lt__(self, other):
        return abs(self) < abs(other)

    def __iter__(self):
        yield self.x
        yield self.y

    def __getitem__(self, i):
        return (self.x, self.y)[i]

    def __len__(self):
        return 2

    def __contains__(self, v):
        return v == self.x or v == self.y

    def __call__(self, k):
        return self * k

    def __matmul__(self, other):
        return self.x * other.x + self.y * other.y

    def __iadd__(self, other):
        self.x += other.x
        self.y += other.y
        return self

    @classmethod
    def diagonal(cls, n):
        return cls(n, n)

    @staticmethod
    def origin():
        return Vector(0, 0)


v, w = Vector(1, 2), Vector(3, 4)
print(v + w, 5 + v, v * 3, 3 * v, -v, abs(v), bool(v), bool(Vector.origin()))
print(v == Vector(1, 2), v != w, v < w, w > v, sorted([w, v]), list(v), v[1], len(v), 2 in v, 9 in v)
print(v(10), v @ w, {v: 1}[Vector(1, 2)], [*v, *w], Vector.diagonal(7))
v += w
print(v, repr(v), Vector.count, Vector.__doc__, Vector.__name__, v.__class__.__name__)
try:
    v + 3
except TypeError as e:
    print("TypeError:", e)
try:
    v <= w
except TypeError as e:
    print("TypeError:", e)
try:
    v.z
except AttributeError as e:
    print("AttributeError:", e)
try:
    Vector.nothing
except AttributeError as e:
    print("AttributeError:", e)


class Animal:
    sound = "..."

    def __init__(self, name):
        self.name = name

    def speak(self):
        return f"{self.name} says {self.sound}"


class Dog(Animal):
    sound = "woof"


class Puppy(Dog):
    def speak(self):
        return super().speak() + "!"


print(Animal("it").speak(), Dog("rex").speak(), Puppy("tiny").speak())
print(issubclass(Puppy, Animal), isinstance(Puppy("p"), (int, Dog)), Puppy.__bases__ == (Dog,))
print([c.__name__ for c in Puppy.__mro__])
d = Dog("a")
d.sound = "grr"
print(d.speak(), Dog("b").speak(), sorted(vars(d).items()), hasattr(d, "tail"), getattr(d, "tail", 0))
setattr(d, "tail", 1)
print(d.tail, d.__dict__)
del d.sound
print(d.speak())


class Celsius:
    def __init__(self, value=0):
        self.value = value

    @property
    def fahrenheit(self):
        return self.value * 9 / 5 + 32

    @fahrenheit.setter
    def fahrenheit(self, f):
        self.value = (f - 32) * 5 / 9

    @fahrenheit.deleter
    def fahrenheit(self):
        self.value = None


c = Celsius(100)
print(c.fahrenheit)
c.fahrenheit = 32
print(c.value)
del c.fahrenheit
print(c.value)


class Fallback:
    def __getattr__(self, name):
        if name.startswith("get_"):
            return lambda: name[4:]
        raise AttributeError(name)


f = Fallback()
print(f.get_colour(), hasattr(f, "other"))


class Descriptor:
    def __set_name__(self, owner, name):
        self.name = "_" + name

    def __get__(self, instance, owner):
        return self if instance is None else getattr(instance, self.name, "unset")

    def __set__(self, instance, value):
        setattr(instance, self.name, value * 2)


class Uses:
    field = Descriptor()


u = Uses()
print(u.field)
u.field = 21
print(u.field, u._field, type(Uses.field).__name__)


class Counter:
    instances = []

    def __new__(cls, *args):
        self = super().__new__(cls)
        cls.instances.append(len(cls.instances))
        return self

    def __init__(self, n):
        self.n = n


for i in range(3):
    Counter(i)
print(Counter.instances)

Made = type("Made", (Dog,), {"sound": "beep", "extra": lambda self: self.sound * 2})
print(Made("robot").speak(), Made("r").extra())


def hot(n):
    total = Vector(0, 0)
    step = Vector(1, 0.5)
    for i in range(n):
        total = total + step * 2
        total += step
        if total.x in step:
            total = -total
    return total


print(hot(400))
print(Vector.count > 100)


class Outer:
    class Inner:
        value = 5

    def make(self):
        return self.Inner()


print(Outer().make().value, Outer.Inner.__qualname__)


class Ordered:
    def __init__(self, v):
        self.v = v

    def __le__(self, other):
        return self.v <= other.v

    def __gt__(self, other):
        return self.v > other.v


print(Ordered(1) <= Ordered(2), Ordered(1) >= Ordered(1) if False else "skip", Ordered(1) < Ordered(2))


class Index:
    def __index__(self):
        return 2

    def __int__(self):
        return 9

    def __float__(self):
        return 0.5


print([10, 20, 30][Index()], int(Index()), float(Index()), "abcd"[Index() :], hex(Index()))


class Base:
    def __init_subclass__(cls, **kwargs):
        print("subclass", cls.__name__, kwargs)


class Derived(Base, tag=3):
    pass


class Item:
    def __setitem__(self, key, value):
        print("set", key, value)

    def __getitem__(self, key):
        return key

    def __delitem__(self, key):
        print("del", key)


item = Item()
item[1:2] = 3
item["a", 4] = 5
print(item[::2], item[1, 2:3], item[...])
del item[7]
