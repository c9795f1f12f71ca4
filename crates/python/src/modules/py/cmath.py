"""Functions of complex numbers."""

import math

pi, e, tau, inf, nan = math.pi, math.e, math.tau, math.inf, math.nan
infj, nanj = complex(0.0, inf), complex(0.0, nan)


def phase(z):
    z = complex(z)
    return math.atan2(z.imag, z.real)


def polar(z):
    return abs(complex(z)), phase(z)


def rect(r, phi):
    return complex(r * math.cos(phi), r * math.sin(phi))


def isfinite(z):
    z = complex(z)
    return math.isfinite(z.real) and math.isfinite(z.imag)


def isnan(z):
    z = complex(z)
    return math.isnan(z.real) or math.isnan(z.imag)


def isinf(z):
    z = complex(z)
    return math.isinf(z.real) or math.isinf(z.imag)


def isclose(a, b, *, rel_tol=1e-09, abs_tol=0.0):
    if rel_tol < 0 or abs_tol < 0:
        raise ValueError("tolerances must be non-negative")
    if a == b:
        return True
    if isinf(a) or isinf(b):
        return False
    difference = abs(a - b)
    return difference <= max(rel_tol * max(abs(a), abs(b)), abs_tol)


def sqrt(z):
    z = complex(z)
    if z == 0:
        return complex(0.0, z.imag)
    # Scaling by a power of two keeps the modulus in range.
    ax, ay = abs(z.real) / 8.0, abs(z.imag)
    s = 2.0 * math.sqrt(ax + math.hypot(ax, ay / 8.0))
    d = ay / (2.0 * s)
    if z.real >= 0.0:
        return complex(s, math.copysign(d, z.imag))
    return complex(d, math.copysign(s, z.imag))


def exp(z):
    z = complex(z)
    r = math.exp(z.real)
    return complex(r * math.cos(z.imag), r * math.sin(z.imag))


def log(z, base=None):
    z = complex(z)
    if z == 0:
        raise ValueError("math domain error")
    result = complex(math.log(abs(z)), phase(z))
    return result if base is None else result / log(base)


def log10(z):
    return log(z) / math.log(10.0)


def cosh(z):
    z = complex(z)
    return complex(math.cosh(z.real) * math.cos(z.imag), math.sinh(z.real) * math.sin(z.imag))


def sinh(z):
    z = complex(z)
    return complex(math.sinh(z.real) * math.cos(z.imag), math.cosh(z.real) * math.sin(z.imag))


def tanh(z):
    z = complex(z)
    tx, ty = math.tanh(z.real), math.tan(z.imag)
    cx = 1.0 / math.cosh(z.real)
    denominator = 1.0 + (tx * ty) ** 2
    return complex(tx * (1.0 + ty * ty) / denominator, ty / denominator * cx * cx)


def cos(z):
    z = complex(z)
    return cosh(complex(-z.imag, z.real))


def sin(z):
    z = complex(z)
    w = sinh(complex(-z.imag, z.real))
    return complex(w.imag, -w.real)


def tan(z):
    z = complex(z)
    w = tanh(complex(-z.imag, z.real))
    return complex(w.imag, -w.real)


def acos(z):
    return complex(pi / 2) - asin(z)


def asin(z):
    z = complex(z)
    w = asinh(complex(-z.imag, z.real))
    return complex(w.imag, -w.real)


def atan(z):
    z = complex(z)
    w = atanh(complex(-z.imag, z.real))
    return complex(w.imag, -w.real)


def asinh(z):
    z = complex(z)
    s1, s2 = sqrt(complex(1.0 + z.imag, -z.real)), sqrt(complex(1.0 - z.imag, z.real))
    return complex(math.asinh(s1.real * s2.imag - s2.real * s1.imag), math.atan2(z.imag, s1.real * s2.real - s1.imag * s2.imag))


def acosh(z):
    z = complex(z)
    s1, s2 = sqrt(z - 1), sqrt(z + 1)
    return complex(math.asinh(s1.real * s2.real + s1.imag * s2.imag), 2.0 * math.atan2(s1.imag, s2.real))


def atanh(z):
    return 0.5 * (log(1 + complex(z)) - log(1 - complex(z)))
