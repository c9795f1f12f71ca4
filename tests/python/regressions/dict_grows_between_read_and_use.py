"""What was read from a dict, set or list is still right after the container has grown, shrunk or was replaced."""


def grows(n):
    table = {0: 0}
    total = 0
    for i in range(n):
        before = table[i]
        table[i + 1] = before + 1
        table["k" + str(i)] = i
        total += table[i] - before + len(table)
    return total, len(table)


def shrinks(n):
    table = {i: i for i in range(n)}
    total = 0
    for i in range(n):
        value = table[i]
        del table[i]
        total += value + table.get(i, -1)
    return total, table


def attributes(n):
    class Bag:
        pass

    bag = Bag()
    bag.count = 0
    for i in range(n):
        count = bag.count
        if i % 100 == 0:
            setattr(bag, "extra" + str(i), i)
        bag.count = count + 1
        if i % 333 == 0:
            bag.__dict__["count"] = bag.count + 1000
    return bag.count, len(vars(bag))


def items(n):
    data = [1, 2, 3]
    total = 0
    for i in range(n):
        first = data[0]
        if i % 50 == 0:
            data.extend([i] * 20)
        if i % 70 == 0:
            data = data[:3]
        data[0] = first + 1
        total += data[0] + first + data[-1]
    return total, len(data)


print(grows(1200))
print(shrinks(1200))
print(attributes(1200))
print(items(1200))


class Defaults(dict):
    def __missing__(self, key):
        self[key] = value = key * 2
        return value


class Doubled(dict):
    def __getitem__(self, key):
        return dict.__getitem__(self, key) * 2


def subclasses(n):
    tables = [dict.fromkeys(range(10), 1), Defaults(), Doubled({i: i for i in range(10)})]
    total = 0
    for i in range(n):
        table = tables[(i > 500) + (i > 900)]
        total += table[i % 10]
    return total


print(subclasses(1300))
