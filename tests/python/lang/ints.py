"""Integers: signs of // and %, shifts, bit operations, overflow edges at 2**47 and 2**63, big arithmetic, conversions."""

values = [0, 1, -1, 2, -2, 7, -7, 10, -13, 255, 2 ** 31, -(2 ** 31), 2 ** 47 - 1, -(2 ** 47), 2 ** 63 - 1, -(2 ** 63), 2 ** 64, 3 ** 50, -(3 ** 50)]
for a in values:
    for b in values:
        row = [a + b, a - b, a * b, a & b, a | b, a ^ b, a < b, a == b, a >= b]
        if b:
            q, r = divmod(a, b)
            assert q == a // b and r == a % b and q * b + r == a and (r == 0 or (r < 0) == (b < 0))
            row += [q, r]
        print(a, b, *row)
for a in values:
    print(a, -a, +a, ~a, abs(a), a << 3, a >> 3, a >> 100, a << 0, bool(a), a.bit_length(), hash(a) == hash(int(str(a))))
    print(hex(a), oct(a), bin(a)[:40], float(a), int(float(a)), str(a), a ** 2, a ** 3)


def edges(start, step, n):
    seen = []
    i = start
    for k in range(n):
        i = i + step
        if k % 10 == 0:
            seen.append(i)
    return i, seen[-2:]


for edge in (2 ** 30, 2 ** 31, 2 ** 46, 2 ** 47, 2 ** 48, 2 ** 62, 2 ** 63, 2 ** 64):
    print(edge, edges(edge - 150, 1, 300), edges(-edge + 150, -1, 300), edges(edge + 150, -1, 300))


def growing(n):
    x = 1
    out = []
    for i in range(n):
        x = x * 3 - i
        if i % 25 == 0:
            out.append(x)
        if x > 10 ** 60:
            x //= 10 ** 58
    return x, out


print(growing(300))


def doubling():
    x = 1
    lengths = []
    for i in range(200):
        x += x
        x ^= i
        lengths.append(x.bit_length())
    return x, lengths[40:70]


print(doubling())


def shifts():
    total = 0
    for i in range(400):
        total += (1 << (i % 70)) - (1 << (i % 47)) + ((-5) >> (i % 9)) + (12345678901 >> (i % 40))
    return total


print(shifts())


def mul_overflow():
    a = 1
    for i in range(1, 60):
        a *= i
        if i in (12, 16, 20, 21, 33):
            print(i, a)
    for i in range(59, 0, -1):
        a //= i
    return a


print(mul_overflow())
print(2 ** 0, 2 ** 10, (-2) ** 3, 2 ** -1, 0 ** 0, 7 ** 77 % 10 ** 9, pow(3, 1000, 10 ** 9 + 7), pow(3, -1, 7), 10 ** 30)
print(int("42"), int("-7"), int(" 12 "), int("1_000"), int("ff", 16), int("0x1f", 0), int("-101", 2), int("z", 36), int(3.99), int(-3.99), int(True), int(), int("0b11", 0))
print(1_000_000, 0xFF, 0o17, 0b1011, 123456789012345678901234567890, -0)
print(7 // 2, -7 // 2, 7 // -2, -7 // -2, 7 % 3, -7 % 3, 7 % -3, -7 % -3, 7 / 2, 6 / 3, divmod(-7, 2), 10 ** 20 // 3, 10 ** 20 / 3)
print((10 ** 400 // 10 ** 399), 10 ** 25 / 10 ** 24, (2 ** 1000).bit_length(), (255).to_bytes(2, "big"), int.from_bytes(b"\x01\x00", "little"), (5).bit_count())
print(True + True, True * 3, -True, ~True, True & 1, True ^ True, isinstance(True, int), 1 == 1.0 == True, {1: "a", True: "b", 1.0: "c"})
print((3).real, (3).numerator, (7).conjugate(), int.__name__, (5).__add__(3), round(15, -1), round(25, -1), round(-15, -1), round(12345, -2), round(7))
print(sum(range(10 ** 5)), sum([2 ** 62] * 4), max(2 ** 70, 2.0 ** 71), min(-(2 ** 70), 0), abs(-(2 ** 63)))
print(10 ** 18 * 10 ** 18, str(2 ** 200), int(str(2 ** 200)) == 2 ** 200, 3 ** 100 % 2 ** 64, -(3 ** 100) % 2 ** 64, -(3 ** 40) // 2 ** 20)
for bad in (lambda: int("x"), lambda: int("1.5"), lambda: int(""), lambda: 1 << -1, lambda: int([]), lambda: int("9", 8), lambda: 10 ** 400 * 1.0, lambda: float(10 ** 400), lambda: 1 % 0, lambda: divmod(1, 0), lambda: pow(2, -1, 4)):
    try:
        print(bad())
    except (ValueError, TypeError, OverflowError, ZeroDivisionError) as e:
        print(type(e).__name__, e)


def gcd(a, b):
    while b:
        a, b = b, a % b
    return a


print(sum(gcd(a, b) for a in range(1, 60) for b in range(1, 60)), gcd(3 ** 50 * 7, 3 ** 40 * 49))


def is_prime(n):
    if n < 2 or n % 2 == 0:
        return n == 2
    d, s = n - 1, 0
    while d & 1 == 0:
        d >>= 1
        s += 1
    for a in (2, 3, 5, 7, 11, 13, 17):
        x = pow(a, d, n)
        if x in (1, n - 1) or a % n == 0:
            continue
        for _ in range(s - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


print([n for n in range(100) if is_prime(n)], is_prime(2 ** 61 - 1), is_prime(2 ** 67 - 1))


def lcg(seed, n):
    for _ in range(n):
        seed = (seed * 6364136223846793005 + 1442695040888963407) % 2 ** 64
    return seed


def xorshift(x, n):
    for _ in range(n):
        x ^= x << 13 & 0xFFFFFFFFFFFFFFFF
        x ^= x >> 7
        x ^= x << 17 & 0xFFFFFFFFFFFFFFFF
    return x


def fnv(text):
    h = 0xCBF29CE484222325
    for ch in text:
        h = (h ^ ord(ch)) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return h


print(lcg(1, 500), xorshift(88172645463325252, 500), fnv("hello world" * 30))


def isqrt(n):
    x = n
    y = (x + 1) // 2
    while y < x:
        x = y
        y = (x + n // x) // 2
    return x


print(isqrt(10 ** 60), [isqrt(i) for i in range(20)])
a = 2 ** 47 - 5
for i in range(10):
    a += 1
    print(a, a - 2 ** 47, a * 2, a * -1, a % 10, end="; ")
print()
print(2 ** 63 - 1 + 1, -(2 ** 63) - 1, (2 ** 63 - 1) * (2 ** 63 - 1), -(2 ** 63) // -1, (-(2 ** 63)) % -1, -(2 ** 47) // -1, -(-(2 ** 47)), abs(-(2 ** 47)), -(2 ** 47) * -1)
