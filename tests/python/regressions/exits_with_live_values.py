"""An exit restores everything the interpreter needs: no values, many, unboxed numbers, tuples that were never built."""


def none_live(n):
    for _ in range(n):
        pass
    return "done"


def many_live(n):
    a, b, c, d, e = 1, 2.0, True, None, "s"
    f, g, h = (1, 2), [3], {4: 5}
    for i in range(n):
        a, b = a + 1, b * 1.001
        c, d = not c, (a, b)
        e = e if len(e) < 5 else e[1:] + "t"
        e += "x"
        f = (f[1], a)
        g = [a, f]
        h = {i: g}
        if i % 211 == 210:
            k = (a, round(b, 3), c, d[0], e, f, g, h)
            print(k)
    return a, round(b, 6), c, d[0], e, f, g, h


def in_expressions(n):
    out = 0
    for i in range(n):
        out += (i + 1) * (i - 1) + (0.5 if i % 97 == 0 else 1) * ((i, 2, i)[1] + max(i, 3 if i % 89 else 4))
    return out


def swapped(n):
    a, b, c = 1, 2.5, "x"
    for i in range(n):
        a, b, c = b, c, a
        if i % 301 == 300:
            print(a, b, c)
    return a, b, c


def aliases(n):
    kept = []
    x = y = 0.5
    for i in range(n):
        y = x
        x = x + 0.25
        if i % 250 == 0:
            kept.append(x)
            kept.append((x, y))
            z = x
            x += 1.0
            kept.append(z)
    return kept, x, y


print(none_live(1000))
print(many_live(1000))
print(in_expressions(1000))
print(swapped(1000))
print(aliases(1000))
