"""Sieve of Eratosthenes: list stores with a stride, slice assignment, counting (size: the limit)."""
# diff: args 60000
import sys


def sieve_loop(limit):
    flags = [True] * (limit + 1)
    flags[0] = flags[1] = False
    n = 2
    while n * n <= limit:
        if flags[n]:
            multiple = n * n
            while multiple <= limit:
                flags[multiple] = False
                multiple += n
        n += 1
    return flags


def sieve_slices(limit):
    flags = bytearray([1]) * (limit + 1)
    flags[0] = flags[1] = 0
    for n in range(2, int(limit ** 0.5) + 1):
        if flags[n]:
            flags[n * n :: n] = bytes(len(range(n * n, limit + 1, n)))
    return flags


limit = int(sys.argv[1]) if len(sys.argv) > 1 else 2500000
flags = sieve_loop(limit)
primes = [n for n, prime in enumerate(flags) if prime]
print(len(primes), "primes up to", limit)
print(primes[:12], primes[-3:])
print("sum:", sum(primes))
print("twins:", sum(1 for a, b in zip(primes, primes[1:]) if b - a == 2))
gaps = {}
for a, b in zip(primes, primes[1:]):
    gaps[b - a] = gaps.get(b - a, 0) + 1
print("gaps:", sorted(gaps.items())[:10], "widest:", max(gaps))
again = sieve_slices(limit)
print("same:", all(bool(a) == b for a, b in zip(again, flags)))
