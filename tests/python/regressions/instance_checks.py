"""`isinstance` folds for plain classes alone; a metaclass is asked each time, and answers may change."""


class Meta(type):
    count = 0

    def __instancecheck__(cls, instance):
        Meta.count += 1
        return Meta.count % 2 == 0

    def __subclasscheck__(cls, sub):
        return sub is int


class Odd(metaclass=Meta):
    pass


def asked(n):
    hits = 0
    for i in range(n):
        hits += isinstance(i, Odd)
        hits += isinstance(i, (str, Odd)) * 10
        hits += issubclass(type(i), Odd) * 100
    return hits, Meta.count


print(asked(900))


class A:
    pass


class B(A):
    pass


def plain(n):
    things = [A(), B(), 1, True, None, 1.5, "s", B]
    hits = [0] * 6
    for i in range(n):
        thing = things[i % 8]
        hits[0] += isinstance(thing, A)
        hits[1] += isinstance(thing, int)
        hits[2] += isinstance(thing, (int, float))
        hits[3] += isinstance(thing, type)
        hits[4] += type(thing) is B
        hits[5] += isinstance(thing, object)
        if i == n // 2:
            things[0].__class__ = B
    return hits


print(plain(1600))
