import math

NAN = float("nan")
INF = float("inf")


def trim(v):
    if isinstance(v, bool) or v is None:
        return v
    if isinstance(v, int):
        return v if -10 ** 40 < v < 10 ** 40 else v % 1000003
    if isinstance(v, float):
        return v if -1e30 < v < 1e30 else 0.5
    if isinstance(v, str):
        return v if len(v) < 60 else v[-7:]
    if isinstance(v, list):
        return v if len(v) < 40 else v[:5]
    if isinstance(v, Thing):
        return 3 if isinstance(getattr(v, "x", 0), Thing) or isinstance(getattr(v, "y", 0), Thing) else v
    return v


def show(v):
    if isinstance(v, Thing):
        return "%s(%s, %s)" % (type(v).__name__, show(getattr(v, "x", 0)), show(getattr(v, "y", 0)))
    if isinstance(v, list):
        return "[" + ", ".join(show(w) for w in v[:6]) + "]"
    if callable(v):
        return "callable"
    return repr(v)


class Thing:
    shared = 3

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def step(self, n):
        self.x = trim(self.x + n)
        return self.y

    def __add__(self, other):
        return Thing(trim(self.x + other), self.y)

    def __lt__(self, other):
        return self.x < other

    def __len__(self):
        return 7

    def __getitem__(self, i):
        return self.x if i % 2 else self.y

    @property
    def half(self):
        return self.y / 2


class Other(Thing):
    def step(self, n):
        self.y = trim(self.y - n)
        return self.x

    def __add__(self, other):
        return trim(self.y + other)


class Slotted:
    __slots__ = ("p", "q")

    def __init__(self, p, q):
        self.p = p
        self.q = q

    def __eq__(self, other):
        return self.p == other

    def __call__(self, n):
        self.p, self.q = self.q, trim(n)
        return self.p


class Shield:
    def __init__(self, kind):
        self.kind = kind
        self.entered = 0

    def __enter__(self):
        self.entered += 1
        return self.entered

    def __exit__(self, kind, error, trace):
        return kind is self.kind


def counter(start):
    value = start

    def bump(n):
        nonlocal value
        value = trim(value + n)
        return value

    return bump


def numbers(n):
    for k in range(n):
        yield k if k % 3 else k * 0.5


def careful(n):
    for k in range(n):
        kept = k
        try:
            if k % 5 == 4:
                raise ValueError(k)
            yield k
        except ValueError:
            yield kept + 0.5
        kept = None


def paired(n):
    for p, (q, r) in enumerate(zip(range(n), values)):
        yield p + q * r
    yield from careful(n)


closed = 0


def echo(v):
    global closed
    try:
        while True:
            try:
                v = yield v
            except KeyError:
                v = yield -1
    finally:
        closed += 1


def relay(v):
    got = yield from echo(v)
    return got


def converse(make, v, w, error):
    talk = make(v)
    said = [next(talk), talk.send(w)]
    if error is not None:
        said.append(talk.throw(error))
        said.append(talk.send(v))
    talk.close()
    return said[-1]


def is_even(n):
    return n == 0 or is_odd(n - 1)


def is_odd(n):
    return n != 0 and is_even(n - 1)


def deep(n, v):
    if n <= 0:
        return v
    w = deep(n - 1, v)
    return w + 1 if n % 7 else w


def tree(n):
    return (tree(n - 1), n, tree(n - 2)) if n > 0 else None


def leaves(t):
    return 1 if t is None else leaves(t[0]) + leaves(t[2])


def mix(h, v):
    if isinstance(v, float):
        if v != v or v in (INF, -INF):
            return h + 1
        v = int(v * 1000)
    elif isinstance(v, str):
        v = len(v)
    elif not isinstance(v, int):
        return h + 2
    return (h * 31 + v) % 1000000007


seen = 0
faults = {}


def fault(e):
    name = type(e).__name__
    faults[name] = faults.get(name, 0) + 1


