# Comparisons, hashes, keys and conversions that change the container which is being searched, compared or sorted.
import bisect
from collections import deque
from functools import lru_cache, partial


class Item:
    """Answers comparisons with `answer`, after calling back."""

    def __init__(self, call, answer):
        self.call, self.answer = call, answer

    def __eq__(self, other):
        self.call()
        return self.answer

    def __lt__(self, other):
        self.call()
        return self.answer

    __gt__ = __le__ = __lt__

    def __hash__(self):
        return 7


class Int:
    def __init__(self, call, value):
        self.call, self.value = call, value

    def __index__(self):
        self.call()
        return self.value


class Once:
    """A key with a given hash, equal to itself alone, that calls back at one comparison."""

    def __init__(self, hash):
        self.hash, self.call = hash, None

    def __hash__(self):
        return self.hash

    def __eq__(self, other):
        call, self.call = self.call, None
        if call:
            call()
        return self is other


def show(*names, call):
    try:
        result = call()
    except Exception as error:
        result = type(error).__name__
    print(*names, result)


def sequences(cls, change, answer):
    def attack(name, call):
        items = cls(range(50))

        def hit():
            change(items)

        item = Item(hit, answer)
        show(cls.__name__, change.__name__, answer, name, call=lambda: call(items, item, hit))
        print(len(items))

    attack("index", lambda items, item, hit: items.index(item))
    attack("count", lambda items, item, hit: items.count(item))
    attack("remove", lambda items, item, hit: items.remove(item))
    attack("in", lambda items, item, hit: item in items)
    attack("insert", lambda items, item, hit: items.insert(Int(hit, 40), 3))
    attack("delete", lambda items, item, hit: items.__delitem__(Int(hit, 49)))
    attack("eq", lambda items, item, hit: items == cls([item] * 50))
    attack("lt", lambda items, item, hit: items < cls([item] * 50))
    attack("repeat", lambda items, item, hit: len(items * Int(hit, 3)))


def clear(items):
    items.clear()


def shorten(items):
    if items:
        items.pop()


def lengthen(items):
    if len(items) < 70:
        items.append(1)


for cls in (list, deque):
    for change in (clear, shorten, lengthen):
        for answer in (False, True):
            sequences(cls, change, answer)

# Sorting and searching.
items = list(range(100))
show("sort", call=lambda: items.sort(key=lambda x: (items.append(x), -x)[1]))
print(items[0], len(items))
items = [Item(lambda: items.append(1), True) for _ in range(60)]
show("sort", call=lambda: items.sort())
print(len(items))
for search in (bisect.bisect_left, bisect.bisect_right, bisect.insort_left, bisect.insort_right):
    items = list(range(9))
    show(search.__name__, call=lambda: search(items, Item(items.clear, False)))
    items = list(range(9))
    show(search.__name__, call=lambda: search(items, 5, key=lambda x: (items.clear(), x)[1]))
    print(len(items))

# A set's table is replaced, and becomes smaller, while a key is looked up; no member comes or goes.
for removed in range(1, 90):
    keys = set()
    for i in range(removed):
        keys.add(i * 128 + 100)
    for i in range(removed):
        keys.discard(i * 128 + 100)
    key = Once(127)
    keys.add(key)
    key.call = lambda: keys.update({key})
    if Once(127) in keys:
        print("found", removed)
    key.call = lambda: keys.update([key])
    keys.add(Once(127))
    if len(keys) != 2:
        print("lost", removed)

# Dicts that are emptied and filled again while a key is looked up.
for size in (2, 20, 200):
    for name in ("get", "pop", "setdefault", "__contains__", "__setitem__", "__delitem__"):
        table = {Item(lambda: None, False): i for i in range(3)}
        table.update((i + 100, i) for i in range(size))
        calls = []

        def hit():
            calls.append(1)
            if len(calls) == 2:
                table.clear()
            if len(calls) == 4:
                table.update({Item(lambda: None, False): 1, 1: 2})

        arguments = (5,) if name in ("pop", "setdefault", "__setitem__") else ()
        show(size, name, call=lambda: getattr(table, name)(Item(hit, False), *arguments))
        print(len(table), len(calls))

# Caches that are emptied by the function, by a key, and by recursion.
cache = lru_cache(maxsize=2)(lambda x: (cache.cache_clear(), x)[1])
print([cache(i) for i in range(10)])
cache = lru_cache(maxsize=3)(lambda x: 1)
print([cache(Item(cache.cache_clear, False)) for i in range(10)])


# The keywords of a partial are a dict like any other.
def keywords(*arguments, abc=0, **others):
    return arguments, abc, others


call = partial(keywords, 1, x=2)
call.keywords["".join(["a", "bc"])] = 3
print(call())
call.keywords[5] = 6
show("partial", call=call)
