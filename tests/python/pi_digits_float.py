"""Digits of pi by float while loops: Leibniz, Nilakantha, Newton's arcsine and a Gauss-Legendre step (size: terms)."""
# diff: args 60000
import sys


def leibniz(terms):
    total = 0.0
    sign = 1.0
    denominator = 1.0
    while terms > 0:
        total += sign / denominator
        sign = -sign
        denominator += 2.0
        terms -= 1
    return 4.0 * total


def nilakantha(terms):
    value = 3.0
    k = 2.0
    n = 0
    while n < terms:
        if n % 2 == 0:
            value += 4.0 / (k * (k + 1.0) * (k + 2.0))
        else:
            value -= 4.0 / (k * (k + 1.0) * (k + 2.0))
        k += 2.0
        n += 1
    return value


def newton():
    term = 3.0
    total = 3.0
    n, na, d, da = 1.0, 0.0, 0.0, 24.0
    last = 0.0
    while total != last:
        last = total
        n, na = n + na, na + 8.0
        d, da = d + da, da + 32.0
        term = term * n / d
        total += term
    return total


def gauss_legendre():
    a, b, t, p = 1.0, 0.5 ** 0.5, 0.25, 1.0
    while abs(a - b) > 1e-15:
        mean = (a + b) / 2.0
        b = (a * b) ** 0.5
        t -= p * (a - mean) ** 2
        a = mean
        p *= 2.0
    return (a + b) ** 2 / (4.0 * t)


terms = int(sys.argv[1]) if len(sys.argv) > 1 else 3000000
print("leibniz   ", leibniz(terms))
print("nilakantha", nilakantha(terms))
print("newton    ", newton())
print("gauss     ", gauss_legendre())
print("%.12f" % leibniz(terms // 2))
