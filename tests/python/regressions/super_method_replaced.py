"""Methods, found by `super()` too, and getters, that are replaced while a loop calls them are called anew."""


class Base:
    def step(self):
        return 1

    @property
    def size(self):
        return 10


class Middle(Base):
    pass


class Child(Middle):
    def step(self):
        return super().step() + 100

    @classmethod
    def make(cls):
        return cls()


def run(n):
    child = Child()
    total = 0
    for i in range(n):
        if i == n // 4:
            Base.step = lambda self: 2
        if i == n // 2:
            Middle.step = lambda self: 3
        if i == n // 2 + 100:
            Base.size = property(lambda self: 20)
        if i == n // 2 + 200:
            del Middle.step
        if i == n // 2 + 300:
            child.__dict__["other"] = 1
            Child.make = lambda: 7
        if i == n // 2 + 400:
            child.step = lambda: 5
        total += child.step() + child.size
        if Child.make() == 7:
            total += 1
    return total


print(run(2000))


def codes(n):
    def f(x):
        return x + 1

    def g(x):
        return x * 2

    total = 0
    for i in range(n):
        if i == n // 2:
            f = g
        total += f(i)
    return total


print(codes(1200))
