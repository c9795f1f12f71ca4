"""list, tuple, set, sum, any and all over iterators whose steps run Python code: values, errors, frames, garbage."""
import itertools
import weakref


def numbers(n):
    for i in range(n):
        yield i


def big(n):
    for i in range(n):
        x = 7 ** 2000 + i
        yield (x * x) % 1000003


def double(x):
    return x + x


def odd(x):
    return x & 1


for repeat in range(3):
    print(list(itertools.islice(numbers(100), 5)), tuple(map(double, numbers(4))))
    print(sorted(set(map(double, [1, 1, 2]))), sum(filter(odd, numbers(10))), frozenset(map(double, ())))
    print(any(map(odd, [2, 4])), all(map(odd, [1, 3])), any(map(odd, [2, 3, 4])))
    print(sum(itertools.chain(numbers(1000), big(300))))

rest = itertools.chain([0, 0, 1, 0], numbers(3))
print(any(rest), list(rest))


def fails(x):
    if x == 3:
        raise ValueError("three")
    return x


def stops(x):
    if x == 3:
        raise StopIteration
    return x


def lines(error):
    found = []
    traceback = error.__traceback__
    while traceback is not None:
        found.append(traceback.tb_frame.f_code.co_name)
        traceback = traceback.tb_next
    return found


try:
    list(map(fails, numbers(9)))
except ValueError as error:
    print(error, lines(error))
print(list(map(stops, numbers(9))))
try:
    sum(map(double, ["a"]))
except TypeError as error:
    print(error, lines(error))


def nested(depth):
    if depth == 0:
        return [1]
    return list(map(double, nested(depth - 1)))


print(nested(30))


def garbage(n):
    for i in range(n):
        for j in range(100):
            x = [i, j, str(i * j)]
        yield x[2]


print(len(list(itertools.islice(garbage(20000), 5000))), sum(map(len, itertools.islice(garbage(20000), 3000))))


class Node:
    pass


def nodes(n):
    """References to nodes that are garbage at once."""
    return [weakref.ref(Node()) for _ in range(n)]


def watched(n):
    references = nodes(100)
    for i in range(n):
        for j in range(100):
            x = "%d %d" % (i, j) * 10
        yield x
    yield sum(reference() is None for reference in references) > 90


print("collected before the call ends:", list(itertools.islice(watched(5000), 6000))[-1])
print("collected before the call ends:", list(map(lambda x: x, watched(5000)))[-1])
