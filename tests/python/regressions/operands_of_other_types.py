"""Arithmetic that was recorded with numbers meets operands whose classes define it: they decide, and nothing is left on the stack."""


class Ratio:
    def __init__(self, a, b):
        self.a, self.b = a, b

    def __truediv__(self, other):
        return Ratio(self.a, self.b * other) if isinstance(other, int) else NotImplemented

    def __rtruediv__(self, other):
        return Ratio(other * self.b, self.a) if isinstance(other, int) else NotImplemented

    def __repr__(self):
        return f"{self.a}/{self.b}"


def divide(n):
    values = [1.5, 2, Ratio(3, 4), True]
    out = []
    errors = {}
    for i in range(n):
        a = values[0] if i < n - 40 else values[i % 4]
        b = values[1] if i < n - 20 else values[i // 4 % 4]
        try:
            c = a / b
            if i > n - 40:
                out.append(repr(c))
        except TypeError as error:
            errors[str(error)] = errors.get(str(error), 0) + 1
    return out, sorted(errors.items())


print(divide(900))


class Left:
    def __add__(self, other):
        return "left"

    def __radd__(self, other):
        return "radd"

    def __lt__(self, other):
        return []

    def __neg__(self):
        return None


class Sub(int):
    def __add__(self, other):
        return "sub"

    __radd__ = __add__


def arithmetic(n):
    operands = [1, 2.0, Left(), Sub(3)]
    seen = {}
    for i in range(n):
        a = operands[i % 2 if i < n // 2 else i % 4]
        b = operands[0 if i < n // 2 else i // 4 % 4]
        try:
            seen[repr(a + b)] = i
            seen[repr(a < b)] = i
            seen[repr(-a)] = i
        except TypeError as error:
            seen[str(error)] = i
    return sorted(seen)


print(arithmetic(1200))
