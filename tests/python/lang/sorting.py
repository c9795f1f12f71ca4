"""Sorting: stability, key functions, reverse, comparisons by __lt__, errors, hand-written sorts, bisect by hand."""

data = [(i * 37 % 11, i) for i in range(40)]
print(sorted(data, key=lambda p: p[0]))
print(sorted(data, key=lambda p: p[0], reverse=True)[:8])
print(sorted(data, key=lambda p: (-p[0], p[1]))[:8])
words = "the Quick brown fox Jumps over the lazy Dog".split()
print(sorted(words), sorted(words, key=str.lower), sorted(words, key=len), sorted(words, key=lambda w: w[::-1]))
numbers = [3, 1.5, -2, 0, True, 2 ** 70, -0.5, 1e100]
numbers.sort()
print(numbers)
numbers.sort(reverse=True, key=abs)
print(numbers)
print(sorted([[2, 1], [1, 9], [1]]), sorted(["b", "a", "C"]), sorted({3: "x", 1: "y"}), sorted("hello"), sorted((x for x in [3, 1, 2]), reverse=True), sorted([]), sorted([(1, "b"), (1, "a")]))


class Version:
    compared = 0

    def __init__(self, text):
        self.parts = [int(p) for p in text.split(".")]

    def __lt__(self, other):
        Version.compared += 1
        return self.parts < other.parts

    def __repr__(self):
        return ".".join(map(str, self.parts))


print(sorted(Version(v) for v in ["1.10", "1.2", "0.9.9", "1.2.0", "10"]), max([Version("1.2"), Version("1.10")]), Version.compared > 0)
for bad in (lambda: sorted([1, "a"]), lambda: [None, 1].sort(), lambda: sorted(5), lambda: max([]), lambda: [3, 2].sort(1), lambda: sorted([1j, 2j])):
    try:
        print(bad())
    except (TypeError, ValueError) as e:
        print(type(e).__name__, e)


def bubble(values):
    values = values[:]
    n = len(values)
    for i in range(n):
        swapped = False
        for j in range(n - 1 - i):
            if values[j] > values[j + 1]:
                values[j], values[j + 1] = values[j + 1], values[j]
                swapped = True
        if not swapped:
            break
    return values


def quick(values):
    if len(values) < 2:
        return values
    pivot = values[len(values) // 2]
    return quick([v for v in values if v < pivot]) + [v for v in values if v == pivot] + quick([v for v in values if v > pivot])


def merge_sort(values):
    if len(values) < 2:
        return values
    middle = len(values) // 2
    left, right = merge_sort(values[:middle]), merge_sort(values[middle:])
    out = []
    i = j = 0
    while i < len(left) and j < len(right):
        if right[j] < left[i]:
            out.append(right[j])
            j += 1
        else:
            out.append(left[i])
            i += 1
    return out + left[i:] + right[j:]


def insertion(values):
    values = list(values)
    for i in range(1, len(values)):
        x = values[i]
        j = i - 1
        while j >= 0 and values[j] > x:
            values[j + 1] = values[j]
            j -= 1
        values[j + 1] = x
    return values


def heap_sort(values):
    values = list(values)

    def sift(start, end):
        root = start
        while 2 * root + 1 <= end:
            child = 2 * root + 1
            if child + 1 <= end and values[child] < values[child + 1]:
                child += 1
            if values[root] < values[child]:
                values[root], values[child] = values[child], values[root]
                root = child
            else:
                return

    for start in range((len(values) - 2) // 2, -1, -1):
        sift(start, len(values) - 1)
    for end in range(len(values) - 1, 0, -1):
        values[0], values[end] = values[end], values[0]
        sift(0, end - 1)
    return values


ints = [(i * 7919) % 1009 for i in range(120)]
floats = [v / 7 - 50 for v in ints]
texts = [str(v) for v in ints]
bigs = [v * 10 ** 18 - 5 * 10 ** 20 for v in ints]
mixed = [v if v % 2 else float(v) for v in ints]
for values in (ints, floats, texts, bigs, mixed):
    expected = sorted(values)
    print([f(values) == expected for f in (bubble, quick, merge_sort, insertion, heap_sort)], expected[:3], expected[-2:])


def bisect(values, x):
    low, high = 0, len(values)
    while low < high:
        middle = (low + high) // 2
        if values[middle] < x:
            low = middle + 1
        else:
            high = middle
    return low


ordered = sorted(ints)
print([bisect(ordered, x) for x in range(0, 1009, 100)], bisect(sorted(texts), "5"), bisect(sorted(floats), 0.0))
stack = [5, 3, 9]
stack.sort(key=lambda v: -v)
print(stack, stack.reverse(), stack, list(reversed(stack)), stack == stack[::-1], [1, 2] < [1, 3], [1] < [1, 0], (1, "a") < (1, "b"), [] < [0], [2] > [1, 9], not [1] > [1])
