"""User modules: a sibling, a package with submodules, `from` and `as`, import once, circular, attributes rebound."""
import sys

import sibling
import package
import package.shapes as shapes
from package import TITLE, describe
from package.shapes import Square, area_of
from package.sub.deep import deep_value
from sibling import *
from sibling import add as plus

print(__name__, sibling.__name__, package.__name__, shapes.__name__, TITLE, describe(), deep_value())
print(sibling.counter, sibling.add(1, 2), plus(3, 4), public(), "_hidden" in globals(), sibling._hidden)
import sibling as again

print(again is sibling, "sibling" in sys.modules, sys.modules["sibling"] is sibling)
print(Square(3).area(), area_of(Square(4)), isinstance(Square(1), shapes.Shape), package.shapes is shapes)
import circular_a

print(circular_a.value(), circular_a.other.value())


def hot(n):
    total = 0
    for i in range(n):
        sibling.counter += 1
        total += sibling.add(i, sibling.counter)
        if i == 200:
            sibling.add = lambda a, b: a - b
        if i == 300:
            sibling.SCALE = 0.5
        total += sibling.scaled(i)
        total += Square(i % 5).area()
    return total


print(hot(500), sibling.counter)
try:
    import does_not_exist
except ImportError as e:
    print(type(e).__name__, e)
try:
    from sibling import not_there
except ImportError as e:
    print(type(e).__name__, str(e)[:41])
try:
    import broken
except ZeroDivisionError as e:
    print("broken:", e, "broken" in sys.modules)


def local_import():
    import math
    from package.sub import deep

    return math.floor(2.5), deep.deep_value()


print([local_import() for _ in range(3)], sum(local_import()[0] for _ in range(300)))
print(sorted(n for n in dir(sibling) if not n.startswith("__")))
