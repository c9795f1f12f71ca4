# Ints between what fits a word and what fits a machine integer, and around both borders, in hot loops.


def lcg(n):
    s, t = 42, 0
    for _ in range(n):
        s = (s * 1103515245 + 12345) & 0x7FFFFFFF
        t ^= s >> 8
    return s, t


def fnv(text, n):
    h = 0xCBF29CE484222325
    for i in range(n):
        h = ((h ^ ord(text[i % len(text)])) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return h


def xorshift(n):
    x = 88172645463325252
    for _ in range(n):
        x ^= (x << 13) & 0xFFFFFFFFFFFFFFFF
        x ^= x >> 7
        x ^= (x << 17) & 0xFFFFFFFFFFFFFFFF
    return x


def carried(n):
    # The wide int goes around the loop.
    h = 1
    for i in range(n):
        h = (h * 31 + i) % 4611686018427387847
    return h


def growing(n):
    a, b, seen = 0, 1, []
    for i in range(n):
        a, b = b, a + b
        if i % 97 == 0:
            seen.append(b)
    return seen[:3], seen[-1] % 10**20


def borders(n):
    out = []
    for edge in (2**47, -(2**47), 2**48, 2**62, 2**63, -(2**63), 2**64):
        low = high = same = 0
        x = edge - n // 2
        for _ in range(n):
            x += 1
            low += x < edge
            high += x > edge
            same += x == edge
        out.append((x, low, high, same, x - edge, -x, abs(x), x // 3, x % 7, x >> 5, x << 3, ~x))
    return out


def division(n):
    total = 0
    x = 2**60 + 12345
    for i in range(n):
        d = (i % 7) - 3
        try:
            total += x // d + x % d
            total ^= (-x) // d - (-x) % d
        except ZeroDivisionError as e:
            total += len(str(e))
    return total


def shifts(n):
    total = 0
    for i in range(n):
        x = (1 << (i % 70)) - 1
        total += (x >> (i % 66)) ^ (x & (1 << (i % 64)))
        if i % 50 == 49:
            try:
                total += x << -1
            except ValueError as e:
                total += len(str(e))
    return total


def kept(n):
    # Objects that others see: in lists, dicts and sets, as keys, printed, hashed.
    values, table = [], {}
    for i in range(n):
        x = i * 2**50 + 7
        values.append(x)
        table[x] = table.get(x - 2**50, 0) + 1
    return values[-1], len(set(values)), table[values[-1]], hash(values[-1]), hash(-(2**61)), values[3] is values[3], f"{values[5]:,} {values[5]:x}"


def mixed(n):
    total = 0.0
    for i in range(n):
        x = 2**55 + i
        total += x / 2**54 + (x < 3.6e16) + (x == 2.0**55) + x * 0.5e-17
    return total


def exits(n):
    # A guard fails while wide ints live.
    x, log = 2**50, []
    for i in range(n):
        x = x * 3 // 2 if x < 2**61 else x // 7 + 2**49
        if i % 131 == 130:
            log.append(x)
            x = float(x) if i % 262 == 261 else x
        if isinstance(x, float):
            x = int(x) + 1
    return log[:2], log[-1], x


print(lcg(3000))
print(fnv("uplift", 2500), xorshift(2500))
print(carried(2500))
print(growing(600))
print(borders(1200))
print(division(1500))
print(shifts(2100))
print(kept(900))
print(mixed(1300))
print(exits(2000))
print([2**47, -(2**47) - 1, 2**63 - 1, 2**63, -(2**63), int("9" * 17), 10**15 * 10**3 // 10**4])
print(sum(range(2**60, 2**60 + 5)), max(2**59, 2**58), list(range(2**62, 2**62 + 3)), 2**62 in range(2**62, 2**63))
print(bool(2**50), 2**50 or 1, not 2**50, divmod(2**60, -7), pow(2**50, 2), pow(3**30, -1, 2**40 + 1), round(2**50 + 0.5), (2**50).bit_length())
