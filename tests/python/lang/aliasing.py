"""Lists changed while they are iterated or aliased, shared rows, self-containing lists, arguments that alias."""


def grow_while_iterating(limit):
    items = [1]
    for x in items:
        if len(items) < limit:
            items.append(x + 1)
    return len(items), items[-1]


print(grow_while_iterating(500))


def shrink_while_iterating(n):
    items = list(range(n))
    seen = []
    for x in items:
        seen.append(x)
        if x % 2 == 0:
            items.remove(x)
    return seen[:6], len(seen), len(items)


print(shrink_while_iterating(300))


def index_while_shrinking(n):
    items = list(range(n))
    total = 0
    i = 0
    while i < len(items):
        total += items[i]
        if items[i] % 3 == 0:
            del items[i]
        i += 1
    return total, len(items)


print(index_while_shrinking(400))


def shared_rows(n):
    grid = [[0] * 4] * 3
    separate = [[0] * 4 for _ in range(3)]
    for i in range(n):
        grid[i % 3][i % 4] += 1
        separate[i % 3][i % 4] += 1
    return grid, separate


print(shared_rows(240))


def two_names(n):
    a = [0] * 10
    b = a
    total = 0
    for i in range(n):
        a[i % 10] = i
        total += b[i % 10]
        b[(i + 1) % 10] = -i
        total += a[(i + 1) % 10]
        if i == 150:
            b = list(a)
    return total, a == b


print(two_names(400))


def replace_element_type(n):
    data = [1] * 8
    total = 0
    for i in range(n):
        if i == 100:
            data[3] = 2.5
        if i == 200:
            data[5] = "abc"
        v = data[i % 8]
        total += v if not isinstance(v, str) else len(v)
    return total


print(replace_element_type(400))


def clear_inside(n):
    data = list(range(10))
    total = 0
    for i in range(n):
        try:
            total += data[i % 10]
        except IndexError:
            data.extend(range(10))
        if i % 37 == 36:
            data.clear()
    return total, len(data)


print(clear_inside(400))


def reallocate(n):
    data = []
    other = data
    for i in range(n):
        data += [i]
        data.append(-i)
        if other[i] != data[i]:
            return "differs"
        if i % 50 == 49:
            data[:] = data[::2]
            data = data + data
            other = data
    return len(data), sum(data)


print(reallocate(300))


def swap_rows(n):
    a, b = [1, 2, 3], [4.5, 5.5, 6.5]
    total = 0
    for i in range(n):
        a, b = b, a
        a[i % 3], b[i % 3] = b[i % 3], a[i % 3]
        total += a[0] * 2 + b[2]
    return total, a, b


print(swap_rows(301))


class Holder:
    def __init__(self):
        self.items = [0, 0]
        self.twin = self.items


def object_alias(n):
    h = Holder()
    total = 0
    for i in range(n):
        h.items[0] += 1
        h.twin[0] += 1
        total += h.items[0]
        if i == 200:
            h.items = [100, 200]
        if i == 300:
            h.twin = h.items
    return total, h.items, h.twin


print(object_alias(400))


def same_object_twice(n):
    class P:
        def __init__(self):
            self.x = 0

    p, q = P(), P()
    pairs = [(p, q), (p, p), (q, p)]
    out = 0
    for i in range(n):
        a, b = pairs[i * i % 3]
        a.x += 1
        b.x += 10
        out += a.x
    return out, p.x, q.x


print(same_object_twice(500))


def stack_machine(n):
    stack = []
    for i in range(n):
        stack.append(i)
        if len(stack) > 5:
            x = stack.pop()
            y = stack.pop()
            stack.append(x * y % 1000)
    return stack


print(stack_machine(500))
loop = [1, 2]
loop.append(loop)
print(loop, len(loop), loop[2] is loop, loop[2][2][0])
t = ([1], 2)
t[0].append(3)
print(t)
try:
    t[0] += [4]
except TypeError as e:
    print(t, e)


def default_alias(x, acc=[]):
    acc.append(x)
    return len(acc)


print([default_alias(i) for i in range(200)][-1])
matrix = [[i * 3 + j for j in range(3)] for i in range(3)]
for row in matrix:
    row.append(sum(row))
    row[0], row[-1] = row[-1], row[0]
print(matrix, [list(r) for r in zip(*matrix)])
for i, x in enumerate(matrix):
    matrix[i] = x[::-1]
print(matrix)
e = enumerate(matrix[0])
matrix[0].append("late")
print(list(e))
d = {i: i for i in range(10)}
for k in list(d):
    if k % 2:
        del d[k]
    else:
        d[k * 100] = k
print(d)
