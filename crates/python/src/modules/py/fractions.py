"""Rational numbers."""

import math
from numbers import Rational

__all__ = ["Fraction"]


def _parse(text):
    """Numerator and denominator of `3/4`, `1.25`, `-2e-3`."""
    body = text.strip().replace("_", "")
    try:
        if "/" in body:
            n, d = body.split("/")
            if n != n.rstrip() or d != d.lstrip() or d[:1] in "+-":
                raise ValueError
            return int(n), int(d)
        mantissa, _, exponent = body.lower().partition("e")
        if _ and not exponent:
            raise ValueError
        whole, dot, fraction = mantissa.partition(".")
        sign = -1 if whole[:1] == "-" else 1
        whole = whole[1:] if whole[:1] in ("+", "-") else whole
        if not whole and not fraction or not (whole + fraction).isdigit():
            raise ValueError
        n, scale = sign * int(whole + fraction), int(exponent or 0) - len(fraction)
        return (n * 10 ** scale, 1) if scale >= 0 else (n, 10 ** -scale)
    except ValueError:
        raise ValueError(f"Invalid literal for Fraction: {text!r}") from None


class Fraction(Rational):
    """A ratio of integers in lowest terms, the denominator positive."""

    __slots__ = ("_numerator", "_denominator")

    def __new__(cls, numerator=0, denominator=None, *, _normalize=True):
        self = super(Fraction, cls).__new__(cls)
        if denominator is None:
            if type(numerator) is int:
                self._numerator, self._denominator = numerator, 1
                return self
            if isinstance(numerator, Fraction):
                self._numerator, self._denominator = numerator._numerator, numerator._denominator
                return self
            if isinstance(numerator, str):
                numerator, denominator = _parse(numerator)
            elif isinstance(numerator, (int, float)) or hasattr(numerator, "as_integer_ratio"):
                self._numerator, self._denominator = numerator.as_integer_ratio()
                return self
            else:
                raise TypeError("argument should be a string or a Rational instance")
        elif isinstance(numerator, (int, Fraction)) and isinstance(denominator, (int, Fraction)):
            numerator, denominator = (
                numerator.numerator * denominator.denominator, denominator.numerator * numerator.denominator
            )
        else:
            raise TypeError("both arguments should be Rational instances")
        if denominator == 0:
            raise ZeroDivisionError(f"Fraction({numerator}, 0)")
        common = math.gcd(numerator, denominator)
        if denominator < 0:
            common = -common
        self._numerator, self._denominator = numerator // common, denominator // common
        return self

    @classmethod
    def from_float(cls, f):
        return cls(f)

    @classmethod
    def from_decimal(cls, dec):
        return cls(*dec.as_integer_ratio())

    @property
    def numerator(self):
        return self._numerator

    @property
    def denominator(self):
        return self._denominator

    @property
    def real(self):
        return self

    @property
    def imag(self):
        return 0

    def conjugate(self):
        return self

    def as_integer_ratio(self):
        return self._numerator, self._denominator

    def limit_denominator(self, max_denominator=1000000):
        """The closest fraction whose denominator is at most `max_denominator`."""
        if max_denominator < 1:
            raise ValueError("max_denominator should be at least 1")
        if self._denominator <= max_denominator:
            return Fraction(self)
        p0, q0, p1, q1 = 0, 1, 1, 0
        n, d = self._numerator, self._denominator
        while True:
            a = n // d
            q2 = q0 + a * q1
            if q2 > max_denominator:
                break
            p0, q0, p1, q1 = p1, q1, p0 + a * p1, q2
            n, d = d, n - a * d
        k = (max_denominator - q0) // q1
        # Of the last convergent and the best semiconvergent, the closer one.
        if 2 * d * (q0 + k * q1) <= self._denominator:
            return Fraction(p1, q1)
        return Fraction(p0 + k * p1, q0 + k * q1)

    def __repr__(self):
        return f"{self.__class__.__name__}({self._numerator}, {self._denominator})"

    def __str__(self):
        return str(self._numerator) if self._denominator == 1 else f"{self._numerator}/{self._denominator}"

    def __hash__(self):
        try:
            inverse = pow(self._denominator, -1, 2305843009213693951)
        except ValueError:
            result = 314159
        else:
            result = hash(hash(abs(self._numerator)) * inverse)
        result = result if self._numerator >= 0 else -result
        return -2 if result == -1 else result

    def __reduce__(self):
        return self.__class__, (self._numerator, self._denominator)

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __bool__(self):
        return bool(self._numerator)

    def __int__(self):
        return self.__trunc__()

    def __float__(self):
        return self._numerator / self._denominator

    def __complex__(self):
        return complex(float(self))

    def __trunc__(self):
        return -(-self._numerator // self._denominator) if self._numerator < 0 else self._numerator // self._denominator

    def __floor__(self):
        return self._numerator // self._denominator

    def __ceil__(self):
        return -(-self._numerator // self._denominator)

    def __round__(self, ndigits=None):
        if ndigits is None:
            floor, rest = divmod(self._numerator, self._denominator)
            twice = rest * 2
            if twice < self._denominator or twice == self._denominator and floor % 2 == 0:
                return floor
            return floor + 1
        scale = 10 ** abs(ndigits)
        return Fraction(round(self * scale), scale) if ndigits > 0 else Fraction(round(self / scale) * scale)

    def __neg__(self):
        return _make(-self._numerator, self._denominator)

    def __pos__(self):
        return _make(self._numerator, self._denominator)

    def __abs__(self):
        return _make(abs(self._numerator), self._denominator)

    def __add__(a, b):
        if isinstance(b, (int, Fraction)):
            return _add(a.numerator, a.denominator, b.numerator, b.denominator)
        return float(a) + b if isinstance(b, float) else complex(a) + b if isinstance(b, complex) else NotImplemented

    def __radd__(b, a):
        if isinstance(a, int):
            return _add(a, 1, b._numerator, b._denominator)
        return a + float(b) if isinstance(a, float) else a + complex(b) if isinstance(a, complex) else NotImplemented

    def __sub__(a, b):
        if isinstance(b, (int, Fraction)):
            return _add(a.numerator, a.denominator, -b.numerator, b.denominator)
        return float(a) - b if isinstance(b, float) else complex(a) - b if isinstance(b, complex) else NotImplemented

    def __rsub__(b, a):
        if isinstance(a, int):
            return _add(a, 1, -b._numerator, b._denominator)
        return a - float(b) if isinstance(a, float) else a - complex(b) if isinstance(a, complex) else NotImplemented

    def __mul__(a, b):
        if isinstance(b, (int, Fraction)):
            return _mul(a.numerator, a.denominator, b.numerator, b.denominator)
        return float(a) * b if isinstance(b, float) else complex(a) * b if isinstance(b, complex) else NotImplemented

    def __rmul__(b, a):
        if isinstance(a, int):
            return _mul(a, 1, b._numerator, b._denominator)
        return a * float(b) if isinstance(a, float) else a * complex(b) if isinstance(a, complex) else NotImplemented

    def __truediv__(a, b):
        if isinstance(b, (int, Fraction)):
            return _div(a.numerator, a.denominator, b.numerator, b.denominator)
        return float(a) / b if isinstance(b, float) else complex(a) / b if isinstance(b, complex) else NotImplemented

    def __rtruediv__(b, a):
        if isinstance(a, int):
            return _div(a, 1, b._numerator, b._denominator)
        return a / float(b) if isinstance(a, float) else a / complex(b) if isinstance(a, complex) else NotImplemented

    def __floordiv__(a, b):
        if isinstance(b, (int, Fraction)):
            return (a.numerator * b.denominator) // (a.denominator * b.numerator)
        return float(a) // b if isinstance(b, float) else NotImplemented

    def __rfloordiv__(b, a):
        if isinstance(a, int):
            return (a * b._denominator) // b._numerator
        return a // float(b) if isinstance(a, float) else NotImplemented

    def __mod__(a, b):
        if isinstance(b, (int, Fraction)):
            da, db = a.denominator, b.denominator
            return Fraction((a.numerator * db) % (b.numerator * da), da * db)
        return float(a) % b if isinstance(b, float) else NotImplemented

    def __rmod__(b, a):
        if isinstance(a, int):
            return Fraction(a) % b
        return a % float(b) if isinstance(a, float) else NotImplemented

    def __divmod__(a, b):
        if isinstance(b, (int, Fraction)):
            quotient = a // b
            return quotient, a - b * quotient
        return divmod(float(a), b) if isinstance(b, float) else NotImplemented

    def __rdivmod__(b, a):
        return divmod(Fraction(a), b) if isinstance(a, int) else divmod(a, float(b))

    def __pow__(a, b):
        if isinstance(b, Fraction) and b._denominator == 1:
            b = b._numerator
        if isinstance(b, int):
            if b >= 0:
                return _make(a._numerator ** b, a._denominator ** b)
            if a._numerator == 0:
                raise ZeroDivisionError(f"Fraction({a._denominator ** -b}, 0)")
            n, d = a._denominator ** -b, a._numerator ** -b
            return _make(n, d) if d > 0 else _make(-n, -d)
        return float(a) ** float(b) if isinstance(b, (float, Fraction)) else float(a) ** b

    def __rpow__(b, a):
        if b._denominator == 1 and b._numerator >= 0:
            return a ** b._numerator
        if isinstance(a, int) and b._denominator == 1:
            return Fraction(a) ** b._numerator
        return a ** float(b)

    def __eq__(a, b):
        if isinstance(b, int):
            return a._numerator == b and a._denominator == 1
        if isinstance(b, Fraction):
            return a._numerator == b._numerator and a._denominator == b._denominator
        if isinstance(b, float):
            return (0.0 if math.isnan(b) or math.isinf(b) else a) == (b if math.isnan(b) or math.isinf(b) else Fraction(b))
        if isinstance(b, complex) and b.imag == 0:
            return a == b.real
        return NotImplemented

    def _compare(self, other, op):
        if isinstance(other, (int, Fraction)):
            return op(self._numerator * other.denominator, self._denominator * other.numerator)
        if isinstance(other, float):
            if math.isnan(other) or math.isinf(other):
                return op(0.0, other)
            return op(self, Fraction(other))
        return NotImplemented

    def __lt__(a, b):
        return a._compare(b, lambda x, y: x < y)

    def __gt__(a, b):
        return a._compare(b, lambda x, y: x > y)

    def __le__(a, b):
        return a._compare(b, lambda x, y: x <= y)

    def __ge__(a, b):
        return a._compare(b, lambda x, y: x >= y)


_new = object.__new__


def _make(numerator, denominator):
    """A fraction from numbers in lowest terms."""
    self = _new(Fraction)
    self._numerator, self._denominator = numerator, denominator
    return self


def _add(na, da, nb, db):
    g = math.gcd(da, db)
    if g == 1:
        return _make(na * db + da * nb, da * db)
    s = da // g
    t = na * (db // g) + nb * s
    g2 = math.gcd(t, g)
    return _make(t // g2, s * (db // g2))


def _mul(na, da, nb, db):
    g1, g2 = math.gcd(na, db), math.gcd(nb, da)
    return _make((na // g1) * (nb // g2), (da // g2) * (db // g1))


def _div(na, da, nb, db):
    if nb == 0:
        raise ZeroDivisionError(f"Fraction({na * db}, 0)")
    g1, g2 = math.gcd(na, nb), math.gcd(db, da)
    n, d = (na // g1) * (db // g2), (nb // g1) * (da // g2)
    return _make(-n, -d) if d < 0 else _make(n, d)
