"""Polymorphic call sites, methods of many classes, bound methods in variables, callables of every sort in one loop."""


class Circle:
    def __init__(self, r):
        self.r = r

    def area(self):
        return 3 * self.r * self.r

    def scale(self, k=2):
        self.r *= k
        return self


class Square:
    def __init__(self, s):
        self.s = s

    def area(self):
        return self.s * self.s

    def scale(self, k=2):
        self.s *= k
        return self


class Triangle:
    def __init__(self, b, h):
        self.b, self.h = b, h

    def area(self):
        return self.b * self.h / 2

    def scale(self, k=2):
        self.b *= k
        return self


class Lazy:
    def __getattr__(self, name):
        return lambda *args: 1 if name == "area" else self


def shapes(n):
    items = [Circle(1), Square(2), Triangle(3, 4), Lazy(), Circle(2.5), Square(2 ** 40)]
    total = 0
    for i in range(n):
        item = items[i % (1 + i // 100 % len(items))]
        total += item.area()
        if i % 40 == 0:
            item.scale(1)
    return total


print(shapes(900))


class Adder:
    def __init__(self, n):
        self.n = n

    def __call__(self, x):
        return x + self.n

    def method(self, x):
        return x - self.n

    @staticmethod
    def static(x):
        return x * 2

    @classmethod
    def make(cls, x):
        return cls(x).n


def callables(n):
    a = Adder(10)
    fs = [a, a.method, Adder.static, Adder.make, a.static, abs, lambda x: -x, int, float, str, len, max]
    out = 0
    for i in range(n):
        f = fs[i % len(fs)]
        if f is len:
            out += f("abc")
        elif f is max:
            out += f(i, 5)
        elif f is str:
            out += len(f(i))
        else:
            out += f(i)
    return out


print(callables(600))


def higher_order(n):
    def apply(f, x):
        return f(x)

    def inc(x):
        return x + 1

    def double(x):
        return x * 2

    total = 0
    for i in range(n):
        total += apply(inc, i)
        total += apply(double if i % 3 else inc, i)
        total += apply(lambda v: v - i, total)
        if total > 10 ** 12:
            total %= 1000003
    return total


print(higher_order(500))


def method_in_local(n):
    out = []
    append = out.append
    pop = out.pop
    for i in range(n):
        append(i)
        if i % 3 == 2:
            append(pop(0) + pop())
    return len(out), sum(out), out[:5]


print(method_in_local(600))


def bound_later(n):
    c = Circle(1)
    area = c.area
    total = 0
    for i in range(n):
        total += area()
        if i == n // 2:
            c.r = 5
        if i == n - 20:
            c = Square(9)
            area = c.area
    return total


print(bound_later(400))


def keyword_mix(n):
    def f(a, b=2, *rest, c=3, **named):
        return a + b * 10 + len(rest) * 100 + c * 1000 + len(named) * 10000

    total = 0
    for i in range(n):
        total += f(i)
        total += f(i, 1)
        total += f(i, b=4)
        total += f(i, 1, 2, 3, c=i)
        total += f(a=i, d=1)
        args = (i,) * (1 + i % 3)
        total += f(*args, **({"c": 1} if i % 2 else {}))
    return total


print(keyword_mix(300))


def constructors(n):
    kinds = [Circle, Square, lambda s: Triangle(s, 2), Adder]
    total = 0
    for i in range(n):
        o = kinds[i % 4](i)
        total += o.area() if i % 4 != 3 else o(1)
    return total


print(constructors(500))


class Node:
    def __init__(self, value, next=None):
        self.value = value
        self.next = next


def linked_list(n):
    head = None
    for i in range(n):
        head = Node(i, head)
    total = 0
    while head is not None:
        total += head.value
        head = head.next
    return total


print(linked_list(1000), sum(linked_list(i) for i in range(60)))


class Visitor:
    def visit(self, node):
        return getattr(self, "visit_" + type(node).__name__.lower())(node)

    def visit_int(self, node):
        return node

    def visit_float(self, node):
        return round(node, 2)

    def visit_list(self, node):
        return sum(self.visit(n) for n in node)

    def visit_tuple(self, node):
        op, left, right = node
        a, b = self.visit(left), self.visit(right)
        return a + b if op == "+" else a * b if op == "*" else a - b


tree = ("+", ("*", 3, [1, 2, ("-", 9, 4.5)]), ("+", 1.25, 2))
total = 0
visitor = Visitor()
for _ in range(200):
    total += visitor.visit(tree)
print(total)


def operators_mixed(n):
    class V:
        def __init__(self, x):
            self.x = x

        def __add__(self, o):
            return V(self.x + (o.x if isinstance(o, V) else o))

        __radd__ = __add__

        def __lt__(self, o):
            return self.x < o.x

        def __getitem__(self, i):
            return self.x + i

        def __eq__(self, o):
            return isinstance(o, V) and self.x == o.x

    items = [V(1), 2, 3.5, V(4.5)]
    total = V(0)
    less = equal = got = 0
    for i in range(n):
        total = total + items[i % 4]
        total = items[(i + 1) % 4] + total
        less += V(i % 5) < V(3)
        equal += V(i % 3) == items[i % 4]
        got += V(i)[i]
    return total.x, less, equal, got


print(operators_mixed(400))
