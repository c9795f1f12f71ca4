"""Collatz chains: integer branches on parity, a memo dictionary, chains beyond 2**31 (size: the last start)."""
# diff: args 3000
import sys


def longest(limit):
    best, best_start = 0, 0
    highest = 0
    for start in range(1, limit):
        n = start
        length = 1
        while n != 1:
            if n % 2 == 0:
                n //= 2
            else:
                n = 3 * n + 1
                if n > highest:
                    highest = n
            length += 1
        if length > best:
            best, best_start = length, start
    return best, best_start, highest


def longest_memo(limit):
    known = {1: 1}
    for start in range(2, limit):
        chain = []
        n = start
        while n not in known:
            chain.append(n)
            n = n >> 1 if not n & 1 else 3 * n + 1
        length = known[n]
        while chain:
            length += 1
            known[chain.pop()] = length
    return max(range(1, limit), key=known.__getitem__), len(known)


limit = int(sys.argv[1]) if len(sys.argv) > 1 else 90000
print("plain:", *longest(limit))
print("memo:", *longest_memo(limit))

# A start above every inline integer: big integers come down into small ones.
n = 2 ** 70 + 1
steps = 0
while n != 1:
    n = n // 2 if n % 2 == 0 else 3 * n + 1
    steps += 1
print("from 2**70+1:", steps)
