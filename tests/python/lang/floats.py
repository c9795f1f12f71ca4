"""Floats: repr, nan, -0.0, infinities, rounding, floor division and remainder signs, comparisons with big ints, math."""
import math

values = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5, 3.7, -3.7, 1e-10, 1e10, 1e16, 1e17, 1e100, -1e100, 1 / 3, 0.1, 5e-324, 1.7976931348623157e308, float("inf"), float("-inf"), float("nan")]
for a in values:
    print(repr(a), str(-a), abs(a), a == a, a < 1, a > 1, bool(a), a * 2, a + 1, a - a, a * 0.0)
for a in values[:16]:
    for b in (1.0, -1.0, 0.3, -0.3, 7.0, -7.0, 2, -2, float("inf"), float("-inf")):
        print(a, b, a // b, a % b, divmod(a, b), a / b)
for a in (0.5, 1.5, 2.5, -0.5, -1.5, 2.675, 1234.5678, 1e20, 0.05, 5e-324):
    print(a, round(a), round(a, 1), round(a, 2), round(a, -2), int(a), math.floor(a), math.ceil(a), math.trunc(a), a.is_integer())
nan = float("nan")
inf = float("inf")
print(nan == nan, nan != nan, nan < 1, nan > 1, nan in [nan], [nan] == [nan], inf == inf, -inf < inf, inf - inf, inf * 0, max(1, nan), max(nan, 1), min(0.0, -0.0), min(-0.0, 0.0), sorted([3, inf, -inf, 1.5]))
print(math.copysign(1, -0.0), 0.0 == -0.0, -0.0 + 0.0, -0.0 - 0.0, 0.0 * -1, -0.0 ** 1, (-0.0) ** 2, abs(-0.0), str(-0.0), 0 * -1.0, int(-0.0), -0.0 + 0, round(-0.4), round(-0.04, 1))
print(2 ** 0.5, 2.0 ** 10, 2.0 ** -1, (-8) ** (1 / 3) if False else "complex", 4 ** 0.5, 0.0 ** 0, inf ** 0, nan ** 0, 1 ** nan, (-2.0) ** 3, (-2.0) ** -2, (-0.0) ** 0.5, (-inf) ** 0.5, 0 ** 0.5, 9 ** -0.5)
print(1e16 == 10 ** 16, 2 ** 53 == 2.0 ** 53, 2 ** 53 + 1 == 2.0 ** 53, 2 ** 53 + 1 > 2.0 ** 53, 10 ** 400 > 1e308, 10 ** 400 > inf, -(10 ** 400) < -1e308, 1 == 1.0, 0.1 + 0.2 == 0.3, 3 < 3.5 < 4, 2 ** 63 == 2.0 ** 63, 2 ** 63 - 1 == 2.0 ** 63)
print(float("1e5"), float(" -2.5 "), float("inf"), float("-Infinity"), float("nan"), float("1_0.5"), float(".5"), float("5."), float(3), float(True), float(), float("1e400"), float("1e-400"))
print(hash(1.0) == hash(1), hash(2.0 ** 70) == hash(2 ** 70), hash(0.5) == hash(0.5), {1.0: "a"}[1], {2: "b"}[2.0])
print(0.1 + 0.2, 1.1 * 3, 1 / 3, 2 / 3, 100 / 3, 1e15 / 3, 1e16 / 3, 1e21, 1e22, 123456789012345.0, 1234567890123456.0, 12345678901234567.0, 0.0001, 0.00001, 1.5e-7)
print((0.5).as_integer_ratio(), (0.1).hex(), float.fromhex("0x1.8p3"), (3.0).is_integer(), (2.5).real, (1e300).is_integer())
print(math.sqrt(2), math.sin(1), math.cos(1), math.tan(1), math.atan2(1, -1), math.exp(1), math.log(10), math.log2(8), math.log10(1000), math.log(8, 2), math.pi, math.e, math.tau, math.inf, math.nan)
print(math.hypot(3, 4), math.pow(2, 0.5), math.fabs(-3), math.fmod(-7, 3), math.modf(3.25), math.frexp(10.0), math.ldexp(0.5, 5), math.isnan(nan), math.isinf(inf), math.isfinite(1), math.degrees(math.pi), math.radians(180))
print(math.factorial(20), math.gcd(12, 18), math.isqrt(99), math.comb(10, 3), math.perm(5, 2), math.prod([1, 2, 3.5]), math.fsum([0.1] * 10), sum([0.1] * 10), math.asin(1), math.acos(0), math.atan(1), math.sinh(1), math.cosh(1), math.tanh(1))
print(math.floor(-0.5), math.ceil(-0.5), math.floor(1e20), math.trunc(-1.9), math.isclose(0.1 + 0.2, 0.3), round(math.cbrt(27), 12) if hasattr(math, "cbrt") else 3.0, math.exp2(3) if hasattr(math, "exp2") else 8.0, math.expm1(1e-10), math.log1p(1e-10), math.erf(0.5), math.gamma(5))
for bad in (lambda: 1.0 / 0, lambda: 1 / 0.0, lambda: 1.0 // 0, lambda: 1.0 % 0, lambda: math.sqrt(-1), lambda: math.log(0), lambda: 0.0 ** -1, lambda: 10.0 ** 309, lambda: math.exp(1000), lambda: float("x"), lambda: float(""), lambda: int(nan), lambda: int(inf), lambda: round(nan), lambda: math.floor(inf), lambda: math.factorial(-1), lambda: float([]), lambda: divmod(1.0, 0.0), lambda: math.fmod(1, 0), lambda: math.acos(2)):
    try:
        print(bad())
    except (ZeroDivisionError, ValueError, OverflowError, TypeError) as e:
        print(type(e).__name__, e)


def sums(n):
    total = 0
    product = 1.0
    alternate = 0.0
    for i in range(n):
        total += i * 0.1
        product *= 1.0 + 1.0 / (i + 1.0)
        alternate = -alternate + i ** 0.5
        if product > 1e3:
            product /= 1e3
    return total, product, alternate


print(sums(1000))


def special(n):
    out = []
    x = 1.0
    for i in range(n):
        x = x * 10.0
        if x == inf:
            out.append((i, x, x - x))
            x = -1.0
        y = 0.0 * (-1.0 if i % 2 else 1.0)
        if i % 97 == 0:
            out.append((y, -y, math.copysign(1, y)))
    return out


print(special(700))


def kinds(n):
    nans = less = equal = 0
    data = [0.0, -0.0, nan, inf, -inf, 1, 1.0, 2 ** 60, 2.0 ** 60, -1]
    for i in range(n):
        a = data[i % 10]
        b = data[i // 10 % 10]
        if a != a:
            nans += 1
        if a < b:
            less += 1
        if a == b:
            equal += 1
        if not (a <= b or a > b):
            nans += 100
    return nans, less, equal


print(kinds(500))


def newton(value):
    guess = value
    for _ in range(60):
        guess = (guess + value / guess) / 2
    return guess


print([newton(float(v)) for v in (2, 3, 1e-8, 1e100)], newton(2))
print(sum([1e100, 1.0, -1e100]), sum([0.5, 1]), sum([1, 0.5], 10), 3 * 0.1, 0.3 / 0.1, 0.3 // 0.1, 5.0 // 0.1, -5 // 0.3, 1e308 * 10, -1e308 * 10)
z = complex(1, -2)
print(z, z * z, z + 1, z / (1 + 1j), abs(3 + 4j), z.real, z.imag, z.conjugate(), z == 1 - 2j, 2j ** 2, -z, complex("1+2j"), complex(0, -0.0), 1j * 1j, repr(0j), (1 + 0j) == 1, 1 / 2j)


def powers(n):
    # C's pow is not always the root, nor the product: the last digit shows it.
    x, total = 0.1, 0
    for _ in range(n):
        x = (x * 997.13) % 1.0
        total += (x**0.5 != math.sqrt(x)) + 1000 * (x**2 != x * x) + 1000000 * ((-x) ** 2 != x * x)
    return total


print(powers(30000))
