"""A loop whose counter is full in its last iteration, or that runs once each time, still gets a useful trace or none."""


def short(n):
    total = 0
    for i in range(n):
        for j in range(1):
            total += j + 1
        for j in range(i % 2):
            total += 10
        for j in ():
            total += 1000
        k = 0
        while k < 1:
            k += 1
            total += 3
    return total


for n in (398, 399, 400, 401, 402, 799, 800, 801):
    print(short(n), end=" ")
print()


def exactly(n):
    total = 0
    for i in range(n):
        total += i
    return total


for n in range(390, 410):
    print(exactly(n), end=" ")
print()


def exits_differ(n):
    out = []
    for i in range(n):
        for j in range(i % 4 + 1):
            if j == 2 and i % 3 == 0:
                break
        else:
            out.append(j)
    return len(out), sum(out)


print(exits_differ(1500))
