"""Functions: defaults, *args, **kwargs, keyword-only, positional-only, decorators, call-site stars, errors of calls."""


def plain(a, b=2, *rest, c=3, **named):
    return a, b, rest, c, named


print(plain(1))
print(plain(1, 5, 6, 7, c=8, d=9, e=10))
print(plain(*[1, 2, 3], **{"c": 4, "x": 5}))
print(plain(*(1,), *range(3), c=0, **{"p": 1}, **{"q": 2}))


def keyword_only(*, x, y=10):
    return x - y


def positional_only(a, b, /, c, *, d):
    return a * 1000 + b * 100 + c * 10 + d


print(keyword_only(x=1), keyword_only(y=2, x=1))
print(positional_only(1, 2, 3, d=4), positional_only(1, 2, c=3, d=4))


def default_is_shared(item, bucket=[]):
    bucket.append(item)
    return bucket


print(default_is_shared(1), default_is_shared(2), default_is_shared(3, []))


def attempt(text, f):
    try:
        print(text, f())
    except TypeError as e:
        print(text, "TypeError:", e)


attempt("missing", lambda: plain())
attempt("missing two", lambda: positional_only(1))
attempt("missing keyword", lambda: keyword_only())
attempt("unexpected", lambda: keyword_only(x=1, z=2))
attempt("too many", lambda: keyword_only(1))
attempt("multiple", lambda: plain(1, a=2))
attempt("not callable", lambda: int(3)(4))
text = "text"
attempt("not callable", lambda: text())


def two(a, b):
    return a + b


attempt("many", lambda: two(1, 2, 3))
attempt("few", lambda: two(1))
attempt("none", lambda: two())
attempt("named", lambda: two(1, c=2))


def tagged(tag):
    def decorate(f):
        def wrapper(*args, **kwargs):
            return f"<{tag}>{f(*args, **kwargs)}</{tag}>"

        wrapper.__name__ = f.__name__
        return wrapper

    return decorate


@tagged("b")
@tagged("i")
def shout(text, times=1):
    return text.upper() * times


print(shout("hey"), shout("ho", times=2), shout.__name__)

square = lambda x: x * x
print(square(7), (lambda *a, **k: (a, k))(1, 2, z=3), (lambda: None)())


def fact(n):
    return 1 if n < 2 else n * fact(n - 1)


print(fact(25))
fact.note = "an attribute"
print(fact.note, fact.__name__, fact.__defaults__, plain.__defaults__, plain.__kwdefaults__)
print(fact.__doc__, attempt.__qualname__, tagged("x")(fact).__qualname__)


def annotated(a: int, b: "text" = 1) -> float:
    """A doc string."""
    return a / b


print(annotated.__doc__, annotated(3, 2), sorted(annotated.__annotations__))


def hot(n):
    total = 0
    for i in range(n):
        total += plain(i, c=i)[3] + positional_only(1, 2, 3, d=i % 7) + keyword_only(x=i)
        args = (i, 1)
        total += two(*args)
        total -= two(**{"a": i, "b": 2})
    return total


print(hot(600))


def nested_defaults(n, f=lambda k, m=3: k * m):
    return f(n) + f(n, 1)


print(sum(nested_defaults(i) for i in range(100)))


def swap(a, b):
    return b, a


x, y = 1, 2
for _ in range(501):
    x, y = swap(x, y)
print(x, y)
print(max(3, 9, 4), max([3, 9, 4], key=lambda v: -v), min("hello"), max([], default="empty"))


def varargs_sum(*numbers):
    total = 0
    for number in numbers:
        total += number
    return total


print(sum(varargs_sum(*range(i % 5)) for i in range(300)))
del square
try:
    square(2)
except NameError as e:
    print("NameError:", e)


def unbound():
    try:
        print(later)
    except UnboundLocalError as e:
        print(type(e).__name__, e)
    later = 1
    del later
    try:
        return later
    except UnboundLocalError as e:
        return str(e)


print(unbound())
