"""Loops: break, continue, else, nested exits, ranges with every sign, integer edges, loop variables after the loop."""


def find(rows, wanted):
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            if cell == wanted:
                break
            if cell < 0:
                continue
        else:
            continue
        return x, y
    else:
        return None


rows = [[(x * y) % 13 for x in range(20)] for y in range(20)]
print(find(rows, 12), find(rows, 99), find([[-1, 5]], 5))


def primes(n):
    out = []
    for i in range(2, n):
        for p in out:
            if p * p > i:
                out.append(i)
                break
            if i % p == 0:
                break
        else:
            out.append(i)
    return out


print(primes(200))


def while_else(n):
    log = []
    while n > 0:
        n -= 1
        if n == 40:
            log.append("break")
            break
        if n % 3:
            continue
        log.append(n)
    else:
        log.append("else")
    return log[-5:], n


print(while_else(300), while_else(30), while_else(0))
for start, stop, step in ((0, 10, 3), (10, 0, -3), (0, -10, 1), (5, 5, 1), (-5, 5, 4), (2 ** 47 - 3, 2 ** 47 + 3, 1), (2 ** 63 - 2, 2 ** 63 + 2, 1), (-(2 ** 63) + 1, -(2 ** 63) - 3, -1), (2 ** 100, 2 ** 100 + 3, 2), (3, -(2 ** 70), -(2 ** 69))):
    print(list(range(start, stop, step)), len(range(start, stop, step)) if abs(stop) < 2 ** 62 else "")
for i in range(3):
    pass
print(i)
for i in []:
    pass
print(i)
for i in range(5):
    i = i * 10
print(i)


def nested_counts(n):
    a = b = c = d = 0
    for i in range(n):
        a += 1
        j = 0
        while j < i:
            b += 1
            j += 1
            if j > 5:
                break
            for k in range(j):
                c += 1
                if k == 3:
                    continue
                if c % 100 == 0:
                    break
            else:
                d += 1
        else:
            d += 1000
    return a, b, c, d


print(nested_counts(100))


def triangle(n):
    total = 0
    for i in range(n):
        for j in range(i):
            for k in range(j):
                total += i ^ j ^ k
    return total


print(triangle(30))


def spiral(n):
    grid = [[0] * n for _ in range(n)]
    x = y = 0
    dx, dy = 1, 0
    for i in range(n * n):
        grid[y][x] = i
        nx, ny = x + dx, y + dy
        if not (0 <= nx < n and 0 <= ny < n) or grid[ny][nx] != 0:
            dx, dy = -dy, dx
            nx, ny = x + dx, y + dy
        x, y = nx, ny
    return grid


for row in spiral(6):
    print(row)
print(sum(map(sum, spiral(20))))


def countdown(n):
    steps = 0
    while n:
        n = n // 2 if n % 2 == 0 else n - 1
        steps += 1
    return steps


print([countdown(n) for n in (0, 1, 7, 100, 2 ** 47, 2 ** 64 - 1, 10 ** 30)])


def early_returns(n):
    hits = 0
    for i in range(n):
        hits += classify(i)
    return hits


def classify(i):
    for d in (2, 3, 5, 7):
        if i % d == 0:
            return d
    return 1


print(early_returns(500))


def float_steps():
    x = 0.0
    n = 0
    while x != 1.0 and n < 1000:
        x += 0.125 if n % 2 else 0.0625
        n += 1
        if x > 5:
            x = 0.5
    return x, n


print(float_steps())


def flags(n):
    running = True
    i = 0
    seen = []
    while running:
        i += 1
        if i % 2 and i % 3 or i % 5 == 0 and not i % 7:
            seen.append(i)
        running = i < n and len(seen) < 100
    return i, len(seen), seen[-3:]


print(flags(200), flags(1000))
print([x if x else -1 for x in range(3)], 1 < 2 < 3 < 2, 1 < 2 > 1 != 0, not 1 == 2, 0 or "" or [] or "last", 1 and 2 and 0 and 3, (5 if 0 else 6 if 1 else 7))


def chained(n):
    count = 0
    for i in range(n):
        if 10 < i <= 50 or 100 <= i < 120 != i:
            count += 1
        if i == i % 100 == i % 50:
            count += 1000
    return count


print(chained(300))


def calls_in_order(log):
    def v(x):
        log.append(x)
        return x

    v(1) < v(2) < v(0) < v(3)
    v(0) and v(1)
    v(5) or v(6)
    v(7) if v(0) else v(8)
    v(9) + v(10) * v(11)
    return log


print(calls_in_order([]))
while True:
    i += 1
    try:
        if i > 100:
            break
        continue
    finally:
        i += 5
print(i)
total = 0
for i in range(100000):
    if i > 2000:
        break
    total += i
print(total, i)
k = 2 ** 47 - 500
while k < 2 ** 47 + 500:
    k += 1
print(k, type(k).__name__)
k = -(2 ** 47) + 500
for _ in range(1000):
    k -= 1
print(k)
k = 2 ** 47 + 500
while k > 2 ** 47 - 500:
    k -= 1
print(k)
