"""random: the Mersenne Twister's sequence for given seeds, through every common method."""
import random

for seed in (0, 1, 42, 1234, -5, 2 ** 40, 2 ** 100, "text", 3.5, None):
    if seed is None:
        continue
    random.seed(seed)
    print(seed, [random.random() for _ in range(3)], random.randint(1, 100), random.randrange(10), random.randrange(5, 50, 5), random.getrandbits(70), random.uniform(-1, 1))
random.seed(7)
print([random.choice("abcdef") for _ in range(10)], random.sample(range(100), 5), random.choices([1, 2, 3], k=6), random.choices("xy", weights=[1, 9], k=8))
deck = list(range(20))
random.shuffle(deck)
print(deck)
print(random.gauss(0, 1), random.gauss(5, 2), random.expovariate(1.5), random.betavariate(1, 2) if False else "skip", random.triangular(0, 1), random.normalvariate(0, 1))
r = random.Random(99)
s = random.Random(99)
print(r.random() == s.random(), r.randint(0, 10 ** 20), s.randint(0, 10 ** 20), [r.randrange(3) for _ in range(12)])
random.seed(3)
state = random.getstate()
a = [random.random() for _ in range(2)]
random.setstate(state)
print(a == [random.random() for _ in range(2)])
random.seed(5)
inside = 0
for _ in range(2000):
    x, y = random.random(), random.random()
    if x * x + y * y < 1:
        inside += 1
print(inside)
buckets = [0] * 6
for _ in range(1000):
    buckets[random.randint(1, 6) - 1] += 1
print(buckets, sum(random.randrange(1000) for _ in range(1500)), random.random())
for bad in (lambda: random.randrange(0), lambda: random.choice([]), lambda: random.sample([1], 2), lambda: random.randint(5, 1)):
    try:
        print(bad())
    except (ValueError, IndexError) as e:
        print(type(e).__name__, e)
