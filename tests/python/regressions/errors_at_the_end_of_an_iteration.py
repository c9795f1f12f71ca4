"""An exception in the last instruction of an iteration, of a comprehension too, unwinds with the right stack and line."""

import sys


def line(error):
    trace = error.__traceback__
    lines = []
    while trace is not None:
        lines.append(trace.tb_lineno)
        trace = trace.tb_next
    return lines


def last(n, items):
    total = 0
    for i in range(n):
        total += i
        items[i % len(items)] = total // (n - 1 - i)
    return total


for n in (500, 900):
    try:
        last(n, [0] * 18)
    except ZeroDivisionError as error:
        print(error, line(error))


def comprehension(n):
    a, b, c = 1, 2, 3
    return [a, b, [c, [1 // (n - i) + i + j for i in range(n + 1) for j in (1, 2)], a], b]


for n in (30, 600):
    try:
        comprehension(n)
    except ZeroDivisionError as error:
        lines = line(error)
        print(lines[0], lines[-1])


def nested(n):
    out = []
    for i in range(n):
        try:
            out.append((i, [1, 2, 3][i % 4], {0: 1}[i % 5 * 0 if i % 7 else 1]))
        except IndexError as error:
            out.append(line(error))
        except KeyError as error:
            out.append(line(error) + ["key"])
        finally:
            out.append(0)
    return len(out), out[-8:]


print(nested(900))


def expression(n):
    caught = 0
    for i in range(n):
        try:
            value = (1, 2, (3, 4, (5, 6, int("x" if i % 3 == 0 else "7"), 8), 9), 10)
        except ValueError:
            caught += sys.exc_info()[0] is ValueError
    return caught, value


print(expression(900))
