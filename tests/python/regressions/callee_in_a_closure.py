"""Who is called through a closure's variable, a parameter or a container is looked at in each iteration."""


def make(n):
    def one(x):
        return x + 1

    def two(x):
        return x * 2.0

    current = one

    def step(x):
        return current(x)

    def run():
        nonlocal current
        total = 0
        for i in range(n):
            if i == n // 2:
                current = two
            if i == n - 5:
                current = len
            total += step(i) if current is not len else step("abc")
        return total

    return run


print(make(1200)())


def apply(f, values):
    total = 0
    for v in values:
        total += f(v)
    return total


values = list(range(700))
print([apply(f, values) for f in (abs, float, bool, lambda v: -v, str.__len__ and (lambda v: len(str(v))), int)])


def table(n):
    callees = [abs, lambda v: v, float]
    total = 0
    for i in range(n):
        total += callees[(i > 600) + (i > 900)](i)
        if i == 1100:
            callees[2] = lambda v: 1
    return total


print(table(1300))
