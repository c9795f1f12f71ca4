"""Lengths that are constant are (tuples, strings); those of lists are not, and indices out of range raise wherever they are."""


def growing(n):
    items = [1, 2, 3]
    alias = items
    total = 0
    for i in range(n):
        total += len(items)
        if i % 10 == 0:
            alias.append(i)
        total += len(items) * 2
        if len(alias) > 20:
            del alias[3:]
    return total


def tuples(n):
    t = (1, 2.5, "c")
    total = 0
    errors = []
    for i in range(n):
        index = i % 3 if i < n - 10 else i % 7 - 4
        try:
            total += len(str(t[index])) + len(t)
            total += t[0] + t[1] + t[-3]
        except IndexError as error:
            errors.append((index, str(error)))
    return total, errors


def lists(n):
    data = list(range(10))
    errors = 0
    total = 0
    for i in range(n):
        try:
            total += data[i % 11] + data[-(i % 12) - 1] * 3
            data[i % 13] = i % 5
        except IndexError:
            errors += 1
    return total, errors, data


def strings(n):
    text = "hello"
    out = []
    for i in range(n):
        try:
            out.append(text[i % 6] + text[-1 - i % 7])
        except IndexError:
            out.append("-")
    return "".join(out)[-60:]


print(growing(1200))
print(tuples(1000))
print(lists(1500))
print(strings(900))


def shifting(n):
    """A list that is shortened behind the index that was within it."""
    caught = 0
    total = 0
    for i in range(n):
        data = [1, 2, 3, 4]
        j = 3
        total += data[j]
        if i % 9 == 0:
            data.pop()
        try:
            total += data[j]
        except IndexError:
            caught += 1
    return total, caught


print(shifting(1000))
