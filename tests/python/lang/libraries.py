"""itertools, functools, operator, collections, copy and string as programs use them."""
import collections
import copy
import functools
import itertools
import operator
import string
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from functools import partial, reduce
from itertools import accumulate, chain, combinations, count, cycle, islice, permutations, product, repeat

print(list(islice(count(5, 2), 4)), list(islice(cycle("ab"), 5)), list(repeat(7, 3)), list(chain([1], (2, 3), "x")), list(chain.from_iterable([[1], [2, 3]])))
print(list(combinations("abcd", 2)), list(permutations([1, 2, 3])), list(product("ab", repeat=2)), list(product([1, 2], "xy")), list(accumulate([1, 2, 3, 4])), list(accumulate([1, 2, 3], operator.mul)), list(permutations("abc", 2))[:4])
print(list(itertools.takewhile(lambda x: x < 3, range(9))), list(itertools.dropwhile(lambda x: x < 3, range(6))), list(itertools.compress("abcd", [1, 0, 1])), list(itertools.zip_longest("ab", [1, 2, 3], fillvalue="-")), list(itertools.starmap(pow, [(2, 3), (3, 2)])), list(itertools.filterfalse(lambda x: x % 2, range(6))))
print([(k, list(g)) for k, g in itertools.groupby("aabbbc")], [list(t) for t in itertools.tee([1, 2, 3])], list(islice(range(10), 2, 8, 3)), list(itertools.combinations_with_replacement("ab", 2)), list(itertools.pairwise([1, 2, 3])))
print(reduce(operator.add, [1, 2, 3]), reduce(lambda a, b: a * b, range(1, 6), 1), partial(int, base=2)("101"), partial(print, "a", sep="-")("b"))


@functools.lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


print(fib(90), fib.cache_info())


@functools.wraps(fib)
def wrapped():
    pass


print(wrapped.__name__, functools.cmp_to_key(lambda a, b: b - a)(3) < functools.cmp_to_key(lambda a, b: b - a)(2), sorted([1, 3, 2], key=functools.cmp_to_key(lambda a, b: b - a)))


@functools.total_ordering
class Number:
    def __init__(self, v):
        self.v = v

    def __eq__(self, other):
        return self.v == other.v

    def __lt__(self, other):
        return self.v < other.v


print(Number(1) <= Number(2), Number(3) >= Number(4), Number(2) > Number(1))
get = operator.itemgetter(1)
print(get("abc"), operator.itemgetter(0, 2)("abc"), operator.attrgetter("v")(Number(5)), operator.methodcaller("upper")("x"), operator.floordiv(7, 2), operator.neg(3), operator.lt(1, 2), operator.contains([1], 1), operator.getitem({"a": 1}, "a"), operator.xor(5, 3), operator.not_(0), operator.truth([1]), operator.mod(7, 3))
c = Counter("mississippi")
c.update("pp")
print(c.most_common(2), c["s"], c["none"], sum(c.values()), sorted(c.items()), sorted(Counter("aab").elements()), Counter(a=3) - Counter(a=1), Counter("ab") + Counter("bc"))
d = defaultdict(list)
for k, v in [("a", 1), ("b", 2), ("a", 3)]:
    d[k].append(v)
print(d["a"], dict(d), d, len(d), "zz" in d, defaultdict(int)["x"])
q = deque([1, 2, 3], maxlen=4)
q.append(4)
q.append(5)
q.appendleft(0)
print(q, q.pop(), q.popleft(), q, len(q), q[0], q[-1], list(q), 3 in q)
q.rotate(1)
q.extend([8, 9])
q.extendleft([7])
print(q, deque("abc"), q.count(9), list(reversed(q)), q == deque(q))
Point = namedtuple("Point", "x y")
p = Point(1, y=2)
print(p, p.x, p[1], p._replace(x=5), p._asdict(), Point._fields, p == (1, 2), [*p], Point._make([3, 4]))
od = OrderedDict([("a", 1), ("b", 2)])
od.move_to_end("a")
print(od, list(od), od.popitem(last=False), od)
print(collections.ChainMap({"a": 1}, {"a": 2, "b": 3})["b"])
nested = [[1, [2, 3]], {"k": [4]}]
shallow, deep = copy.copy(nested), copy.deepcopy(nested)
nested[0][1].append("changed")
nested[1]["k"][0] = "changed"
print(shallow, deep, copy.copy((1, 2)), copy.deepcopy({"a": (1, [2])}))
n = Number([1])
m = copy.deepcopy(n)
m.v.append(2)
print(n.v, m.v, copy.copy(n).v is n.v)
print(string.ascii_lowercase, string.digits, string.ascii_uppercase[:3], string.punctuation, string.hexdigits, repr(string.whitespace))


def hot():
    total = 0
    queue = deque()
    counts = Counter()
    groups = defaultdict(int)
    for i in range(400):
        queue.append(i)
        if len(queue) > 10:
            total += queue.popleft()
        counts[i % 7] += 1
        groups[i % 5] += i
    for a, b in combinations(range(25), 2):
        total += a ^ b
    for a, b in zip(count(), repeat(2, 200)):
        total += a * b
    for x in accumulate(range(150), max):
        total += x
    return total, dict(counts), dict(groups), sum(map(operator.mul, range(50), range(50)))


print(hot())
try:
    Point(1)
except TypeError as e:
    print("TypeError:", e)
try:
    p.x = 3
except AttributeError as e:
    print("AttributeError:", e)
try:
    deque().pop()
except IndexError as e:
    print("IndexError:", e)
try:
    reduce(operator.add, [])
except TypeError as e:
    print("TypeError:", e)
