# Generators that traces resume and suspend, and what others may do to them in between.
import sys


def guarded(n):
    for i in range(n):
        y = i
        try:
            yield i
        except ValueError:
            print("thrown at", y)
        y = None


def leaking(n):
    for i in range(n):
        try:
            if i % 2:
                raise KeyError(i)
            yield i
        except KeyError as e:
            yield -i


def raising_again(n):
    try:
        1 / 0
    except ZeroDivisionError:
        for i in range(n):
            yield i
        raise


def skipping(n):
    i = 0
    while i < n:
        i += 1
        if i % 2:
            continue
        yield i


def closed(n, log):
    i = 0
    try:
        while True:
            yield i
            i += 1
    finally:
        log.append(i)


def plain(n):
    a, b = 0, 1
    for _ in range(n):
        yield a
        a, b = b, (a + b) % 1000003


def nested(n):
    for i in plain(n):
        if i & 1:
            yield i
        else:
            yield from (i, i + 1)


def thrown_into():
    it = guarded(2000)
    total = 0
    for v in it:
        total += v
        if v == 999:
            break
    it.throw(ValueError)
    for v in it:
        total += v
    return total


def handled():
    total = bad = 0
    for v in leaking(2000):
        total += v
        bad += sys.exc_info()[0] is not None
    return total, bad


def reraised():
    total = 0
    try:
        for v in raising_again(1500):
            total += v
    except ZeroDivisionError as e:
        return total, str(e), e.__context__


def closing():
    log = []
    for stop in range(600):
        g = closed(stop, log)
        for v in g:
            if v == stop % 7:
                break
        g.close()
    return sum(log), log[-3:]


def half_used(n):
    out = 0
    for i in range(n):
        g = plain(10)
        for v in g:
            if v > 3:
                break
        out += next(g) + sum(g)
    return out


print(thrown_into())
print(handled())
print(reraised())
print(sum(skipping(5000)), len([v for v in skipping(3000)]))
print(closing())
print(half_used(800))
print(sum(nested(2000)))


def deep(n):
    return sum(map(lambda x: deep(n - 1) + 1, [1])) if n else 0


print(deep(300))
