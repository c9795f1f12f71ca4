"""A site that sees many types has a bounded number of side traces, and computes the right thing for each type."""


class A:
    def value(self):
        return 1


class B(A):
    def value(self):
        return 2


class C:
    def value(self):
        return 3.5


class D:
    value = staticmethod(lambda: 4)


class E:
    def __getattr__(self, name):
        return lambda: 5


class F:
    @property
    def value(self):
        return lambda: 6


class G(A):
    def value(self):
        return super().value() + 6


def calls(n):
    objects = [A(), B(), C(), D(), E(), F(), G()]
    total = 0
    for i in range(n):
        total += objects[i % 7].value()
    for i in range(n):
        total += objects[i * i % 7].value()
    return total


print(calls(4000))


def adds(n):
    operands = [1, 2.5, 2 ** 50, 2 ** 65, True, 1j]
    total = 0
    for i in range(n):
        total = operands[i % 6] + operands[i * 5 % 6]
        if i % 601 == 0:
            print(total, end=" ")
    print()


adds(4000)


def lengths(n):
    things = [[1], (1, 2), "abc", {1: 1}, {1, 2}, range(7), b"xyz", bytearray(2)]
    total = 0
    for i in range(n):
        thing = things[i % 8]
        total += len(thing)
        for item in thing:
            total += 1
    return total


print(lengths(3000))
