"""Running out of stack in compiled code is an exception with the state of the interpreter; what ran before counts."""


def deep(log, depth):
    log.append(depth)
    return deep(log, depth + 1) + 1


def overflows(n):
    caught = 0
    total = 0
    for i in range(n):
        log = []
        try:
            deep(log, 0)
        except RecursionError:
            caught += 1
            total += log == list(range(len(log))) and len(log) > 100
    return caught, total


print(overflows(30))


def down(n):
    return 0 if n == 0 else 1 + down(n - 1)


def mixed(n):
    total = caught = 0
    for i in range(n):
        depth = 5000 if i % 100 == 99 else i % 40
        try:
            total += down(depth)
        except RecursionError as error:
            caught += 1
            message = str(error)[:32]
    return total, caught, message


print(mixed(600))


class Node:
    def __init__(self, left):
        self.left = left

    def __eq__(self, other):
        return self.left == other.left


def compare(n):
    a = b = None
    for i in range(5000):
        a, b = Node(a), Node(b)
    caught = 0
    for i in range(n):
        try:
            a == b
        except RecursionError:
            caught += 1
    return caught


print(compare(20))
