"""Multiple inheritance, the C3 order, cooperative super(), __slots__, subclasses of built-in types."""


class A:
    def who(self):
        return ["A"]


class B(A):
    def who(self):
        return ["B"] + super().who()


class C(A):
    def who(self):
        return ["C"] + super().who()


class D(B, C):
    def who(self):
        return ["D"] + super().who()


print(D().who(), [k.__name__ for k in D.mro()])
print(super(B, D()).who())
try:

    class Bad(A, B):
        pass

except TypeError as e:
    print("TypeError:", str(e).split("\n")[0])


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self, a):
        self.a = a


s = Slotted(1)
print(s.a, hasattr(s, "b"), hasattr(s, "__dict__"))
s.b = 2
print(s.b)
try:
    s.c = 3
except AttributeError as e:
    print("AttributeError:", e)
del s.a
try:
    s.a
except AttributeError:
    print("a is gone")


class SlottedChild(Slotted):
    __slots__ = ("c",)


class WithDict(Slotted):
    pass


t = SlottedChild(5)
t.c = 6
w = WithDict(7)
w.anything = 8
print(t.a, t.c, w.a, w.anything, "anything" in w.__dict__)


class Stack(list):
    def push(self, x):
        self.append(x)

    def peek(self):
        return self[-1]


st = Stack([1, 2])
st.push(3)
print(st, st.peek(), len(st), isinstance(st, list), st + [4], st == [1, 2, 3], Stack("ab"))
st.name = "stack"
print(st.name, sorted(st, reverse=True), [x for x in st])


class Default(dict):
    def __missing__(self, key):
        self[key] = len(self)
        return self[key]


d = Default()
print(d["x"], d["y"], d["x"], d, "z" in d)


class Celsius(float):
    def __str__(self):
        return f"{float(self):.1f} C"


c = Celsius(36.6)
print(str(c), c + 1, isinstance(c, float), f"{c}")


class Name(str):
    def shout(self):
        return self.upper() + "!"


print(Name("bob").shout(), Name("a") + "b", len(Name("four")), {Name("k"): 1}["k"])


class Money(int):
    def __add__(self, other):
        return Money(int(self) + int(other))

    def __repr__(self):
        return f"${int(self)}"


print(Money(3) + 4, sum([Money(1), Money(2)], Money(0)), Money(5) * 2)


class Pair(tuple):
    def __new__(cls, a, b):
        return super().__new__(cls, (a, b))

    @property
    def first(self):
        return self[0]


p = Pair(1, 2)
print(p, p.first, p == (1, 2), hash(p) == hash((1, 2)))


class Mixin:
    def describe(self):
        return f"{type(self).__name__} of {self.size()}"


class Sized:
    def __init__(self, n):
        self.n = n

    def size(self):
        return self.n


class Both(Mixin, Sized):
    def __init__(self, n):
        super(Both, self).__init__(n)


print(Both(3).describe())


class Root:
    def __init__(self, **kw):
        self.rest = kw


class Left(Root):
    def __init__(self, left=0, **kw):
        super().__init__(**kw)
        self.left = left


class Right(Root):
    def __init__(self, right=0, **kw):
        super().__init__(**kw)
        self.right = right


class Join(Left, Right):
    pass


j = Join(left=1, right=2, other=3)
print(j.left, j.right, j.rest)

total = 0
objects = [A(), B(), C(), D()]
for i in range(400):
    total += len(objects[i % 4].who())
print(total)


class Abstract:
    def area(self):
        raise NotImplementedError("area")

    def report(self):
        return "%s: %.2f" % (self.__class__.__name__, self.area())


class Square(Abstract):
    def __init__(self, side):
        self.side = side

    def area(self):
        return self.side ** 2


class Circle(Abstract):
    def __init__(self, r):
        self.r = r

    def area(self):
        return 3.14159 * self.r * self.r


shapes = [Square(i) if i % 3 else Circle(i) for i in range(30)]
print(sum(shape.area() for shape in shapes))
print(shapes[0].report(), shapes[1].report())
try:
    Abstract().report()
except NotImplementedError as e:
    print("NotImplementedError:", e)
