"""Statistics of numbers."""

import math
from collections import Counter

__all__ = [
    "StatisticsError", "fmean", "geometric_mean", "harmonic_mean", "linear_regression", "correlation", "covariance",
    "mean", "median", "median_high", "median_low", "mode", "multimode", "pstdev", "pvariance", "quantiles", "stdev",
    "variance",
]


class StatisticsError(ValueError):
    pass


def _exact_sum(data):
    """The exact sum as numerator and denominator, and whether every item is an int."""
    numerator, denominator, integral = 0, 1, True
    for x in data:
        integral = integral and isinstance(x, int)
        n, d = x.as_integer_ratio()
        if d == denominator:
            numerator += n
        else:
            common = math.gcd(d, denominator)
            numerator = numerator * (d // common) + n * (denominator // common)
            denominator = denominator // common * d
    return numerator, denominator, integral


def _as_number(numerator, denominator, integral):
    if integral and numerator % denominator == 0:
        return numerator // denominator
    return numerator / denominator


def _data(data, least, message):
    data = list(data)
    if len(data) < least:
        raise StatisticsError(message)
    return data


def mean(data):
    data = _data(data, 1, "mean requires at least one data point")
    if any(isinstance(x, float) and not math.isfinite(x) for x in data):
        return sum(data) / len(data)
    n, d, integral = _exact_sum(data)
    return _as_number(n, d * len(data), integral)


def fmean(data, weights=None):
    data = _data(data, 1, "fmean requires at least one data point")
    if weights is None:
        return math.fsum(data) / len(data)
    weights = list(weights)
    if len(weights) != len(data):
        raise StatisticsError("data and weights must be the same length")
    total = math.fsum(weights)
    if not total:
        raise StatisticsError("sum of weights must be non-zero")
    return math.fsum(x * w for x, w in zip(data, weights)) / total


def geometric_mean(data):
    data = _data(data, 1, "Must have a non-empty dataset")
    return math.exp(fmean(map(math.log, data)))


def harmonic_mean(data, weights=None):
    data = _data(data, 1, "harmonic_mean requires at least one data point")
    weights = [1] * len(data) if weights is None else list(weights)
    if 0 in data:
        return 0
    return sum(weights) / math.fsum(w / x for w, x in zip(weights, data))


def median(data):
    data = sorted(_data(data, 1, "no median for empty data"))
    n = len(data)
    return data[n // 2] if n % 2 else (data[n // 2 - 1] + data[n // 2]) / 2


def median_low(data):
    data = sorted(_data(data, 1, "no median for empty data"))
    return data[(len(data) - 1) // 2]


def median_high(data):
    data = sorted(_data(data, 1, "no median for empty data"))
    return data[len(data) // 2]


def mode(data):
    pairs = Counter(iter(data)).most_common(1)
    if not pairs:
        raise StatisticsError("no mode for empty data")
    return pairs[0][0]


def multimode(data):
    counts = Counter(iter(data))
    if not counts:
        return []
    most = max(counts.values())
    return [value for value, count in counts.items() if count == most]


def quantiles(data, *, n=4, method="exclusive"):
    if n < 1:
        raise StatisticsError("n must be at least 1")
    data = sorted(_data(data, 2, "must have at least two data points"))
    size = len(data)
    result = []
    for i in range(1, n):
        if method == "inclusive":
            j, delta = divmod(i * (size - 1), n)
        elif method == "exclusive":
            j = min(max(i * (size + 1) // n, 1), size - 1)
            delta = i * (size + 1) - j * n
            j -= 1
        else:
            raise ValueError(f"Unknown method: {method!r}")
        result.append((data[j] * (n - delta) + data[j + 1] * delta) / n)
    return result


def _squares(data, center):
    """The exact sum of squared deviations, as numerator and denominator."""
    if center is not None:
        return _exact_sum([(x - center) ** 2 for x in data])
    n, d, integral = _exact_sum(data)
    sn, sd, _ = _exact_ratio_sum((x.as_integer_ratio() for x in data))
    # sum((x - mean)^2) = sum(x^2) - (sum x)^2 / count
    numerator = sn * d * d * len(data) - n * n * sd
    return numerator, sd * d * d * len(data), integral


def _exact_ratio_sum(ratios):
    numerator, denominator = 0, 1
    for n, d in ratios:
        n, d = n * n, d * d
        common = math.gcd(d, denominator)
        numerator = numerator * (d // common) + n * (denominator // common)
        denominator = denominator // common * d
    return numerator, denominator, None


def variance(data, xbar=None):
    data = _data(data, 2, "variance requires at least two data points")
    n, d, integral = _squares(data, xbar)
    return _as_number(n, d * (len(data) - 1), integral)


def pvariance(data, mu=None):
    data = _data(data, 1, "pvariance requires at least one data point")
    n, d, integral = _squares(data, mu)
    return _as_number(n, d * len(data), integral)


def _sqrt_of_ratio(n, d):
    """The correctly rounded root of a ratio."""
    if not n:
        return 0.0
    shift = (n.bit_length() - d.bit_length() - 109) // 2
    if shift >= 0:
        root = math.isqrt(n // (d << 2 * shift)) << shift
        exact = root * root * d == n
        numerator, denominator = root if exact else root | 1, 1
    else:
        root = math.isqrt((n << -2 * shift) // d)
        exact = root * root * d == n << -2 * shift
        numerator, denominator = root if exact else root | 1, 1 << -shift
    return numerator / denominator


def stdev(data, xbar=None):
    data = _data(data, 2, "stdev requires at least two data points")
    n, d, _ = _squares(data, xbar)
    return _sqrt_of_ratio(n, d * (len(data) - 1))


def pstdev(data, mu=None):
    data = _data(data, 1, "pstdev requires at least one data point")
    n, d, _ = _squares(data, mu)
    return _sqrt_of_ratio(n, d * len(data))


def _paired(x, y, name):
    x, y = list(x), list(y)
    if len(x) != len(y):
        raise StatisticsError(f"{name} requires that both inputs have same number of data points")
    if len(x) < 2:
        raise StatisticsError(f"{name} requires at least two data points")
    return x, y


def covariance(x, y, /):
    x, y = _paired(x, y, "covariance")
    xbar, ybar = math.fsum(x) / len(x), math.fsum(y) / len(y)
    return math.fsum((a - xbar) * (b - ybar) for a, b in zip(x, y)) / (len(x) - 1)


def correlation(x, y, /):
    x, y = _paired(x, y, "correlation")
    xbar, ybar = math.fsum(x) / len(x), math.fsum(y) / len(y)
    sxy = math.fsum((a - xbar) * (b - ybar) for a, b in zip(x, y))
    sxx = math.fsum((a - xbar) ** 2 for a in x)
    syy = math.fsum((b - ybar) ** 2 for b in y)
    try:
        return sxy / math.sqrt(sxx * syy)
    except ZeroDivisionError:
        raise StatisticsError("at least one of the inputs is constant")


def linear_regression(x, y, /):
    from collections import namedtuple
    x, y = _paired(x, y, "linear regression")
    xbar, ybar = math.fsum(x) / len(x), math.fsum(y) / len(y)
    sxy = math.fsum((a - xbar) * (b - ybar) for a, b in zip(x, y))
    sxx = math.fsum((a - xbar) ** 2 for a in x)
    if not sxx:
        raise StatisticsError("x is constant")
    slope = sxy / sxx
    return namedtuple("LinearRegression", ("slope", "intercept"))(slope, ybar - slope * xbar)
