"""A body that is longer than a trace may be, by inlined calls or by itself, stops being recorded and runs all the same."""


def leaf(x):
    return x + 1


def two(x):
    return leaf(leaf(leaf(leaf(leaf(leaf(x))))))


def three(x):
    return two(two(two(two(two(two(x))))))


def four(x):
    return three(three(three(three(three(three(x))))))


def five(x):
    return four(four(four(four(four(four(x))))))


def run(n):
    total = 0
    for i in range(n):
        total += four(i) - i
        if i % 100 == 0:
            total += five(0)
    return total


print(run(500))


def unrolled(n):
    a = b = c = d = 0
    for i in range(n):
        for j in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16):
            for k in (1, 2, 3, 4):
                a += j * k
                b ^= a
                c = (c + b) % 1000003
                d += c if c % 2 else -c
    return a, b, c, d


print(unrolled(300))
