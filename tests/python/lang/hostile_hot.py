# In hot loops: attributes, operators and conversions that change the object or container under the instruction.
from collections import deque


class Int:
    def __init__(self, call, value):
        self.call, self.value = call, value

    def __index__(self):
        self.call()
        return self.value


class Emptying:
    """Empties `items` when it is added to something, shortens it when it is compared."""

    def __init__(self, items):
        self.items = items

    def __add__(self, other):
        self.items.clear()
        self.items.extend([1] * 3)
        return 1

    def __radd__(self, other):
        self.items.clear()
        return 1

    def __eq__(self, other):
        self.items.pop()
        return False

    def __hash__(self):
        return 3


class Other:
    pass


class Switch:
    """Reading it removes all attributes, writing it changes the class."""

    def __get__(self, instance, owner):
        instance.__dict__.clear()
        return 5

    def __set__(self, instance, value):
        instance.__class__ = Other
        instance.late = value


class Switched:
    switch = Switch()


def attributes():
    total = 0
    for i in range(2000):
        thing = Switched()
        thing.a = i
        thing.b = 2
        total += thing.switch
        thing.c = 3
        thing.switch = 5
        total += thing.late + thing.c
        for n in range(20):
            setattr(thing, "n%d" % n, n)
        total += thing.n19 + len(thing.__dict__)
    return total


def lists():
    total = 0
    for _ in range(2000):
        items = [1, 2, 3, 4]
        value = Emptying(items)
        try:
            items[0] = items[3] + value + items[1]
        except IndexError:
            total += 1000
        items = [1, 2, 3, 4]
        total += (Emptying(items) in items) + len(items)
        items = list(range(10))
        try:
            items[9] = items.index(Emptying(items))
        except (ValueError, IndexError):
            total += 7
        items = [1, 2, 3]
        items[Int(items.clear, 0):] = [5]
        try:
            items[Int(lambda: items.clear(), 0)] = 4
        except IndexError:
            total += len(items) + 1
    return total


def ends():
    total = 0
    queue = deque(range(50))
    data = bytearray(range(100))
    for _ in range(2000):
        try:
            total += queue[Int(lambda: queue.pop(), -1)]
        except IndexError:
            queue.extend(range(50))
        try:
            total += data[Int(lambda: data.pop(), 50)]
        except IndexError:
            data.extend(range(100))
    return total, len(queue), len(data)


def walked():
    steps = 0
    items = list(range(4000))
    for x in items:
        steps += 1
        if x % 7 == 0:
            del items[-3:]
        if x % 11 == 0:
            items.append(x + 1)
    return steps, len(items)


print(attributes(), lists(), ends(), walked())


class Own(list):
    pass


own = Own([1, 2])
own.extend(own)
print(own)

# Containers in themselves.
left, right = deque(), deque()
left.append(left)
right.append(right)
for compare in (lambda: left == right, lambda: left < right):
    try:
        print(compare())
    except RecursionError as error:
        print(error)
