"""A recursive call in a branch that became hot later returns to the right frames."""


def walk(tree, depth, rare):
    total = tree[0]
    for child in tree[1]:
        if child[0] % rare == 0:
            total += walk(child, depth + 1, rare) * 2
        else:
            total -= walk(child, depth + 1, rare + 1)
    return total


def build(depth, width, start=[0]):
    start[0] += 1
    return (start[0], [build(depth - 1, width) for i in range(width)] if depth else [])


tree = build(5, 4)
print([walk(tree, 0, rare) for rare in (2, 3, 5, 7, 100000)])


def ackermann(m, n):
    if m == 0:
        return n + 1
    if n == 0:
        return ackermann(m - 1, 1)
    return ackermann(m - 1, ackermann(m, n - 1))


print([ackermann(2, n) for n in range(30)], ackermann(3, 3))


def even(n):
    return True if n == 0 else odd(n - 1)


def odd(n):
    return False if n == 0 else even(n - 1)


print(sum(even(i % 90) for i in range(900)))
