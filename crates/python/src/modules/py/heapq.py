"""Heaps on lists; the basic operations are native."""

from _heapq import heapify, heappop, heappush, heappushpop, heapreplace

__all__ = ["heapify", "heappop", "heappush", "heappushpop", "heapreplace", "merge", "nlargest", "nsmallest"]


def merge(*iterables, key=None, reverse=False):
    """Merges sorted inputs into one sorted iterator."""
    heap = []
    for order, iterable in enumerate(iterables):
        iterator = iter(iterable)
        for value in iterator:
            heap.append(_Source(value, order, iterator, key, reverse))
            break
    heapify(heap)
    while heap:
        source = heap[0]
        yield source.value
        for value in source.iterator:
            source.set(value)
            heapreplace(heap, source)
            break
        else:
            heappop(heap)


class _Source:
    __slots__ = ("value", "rank", "order", "iterator", "key", "reverse")

    def __init__(self, value, order, iterator, key, reverse):
        self.order, self.iterator, self.key, self.reverse = order, iterator, key, reverse
        self.set(value)

    def set(self, value):
        self.value = value
        self.rank = value if self.key is None else self.key(value)

    def __lt__(self, other):
        if self.reverse:
            if other.rank < self.rank:
                return True
            if self.rank < other.rank:
                return False
        else:
            if self.rank < other.rank:
                return True
            if other.rank < self.rank:
                return False
        return self.order < other.order


def nsmallest(n, iterable, key=None):
    """The n smallest items, in order."""
    return sorted(iterable, key=key)[: max(n, 0)]


def nlargest(n, iterable, key=None):
    """The n largest items, largest first."""
    return sorted(iterable, key=key, reverse=True)[: max(n, 0)]
