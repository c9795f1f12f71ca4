"""A side trace whose parent is a side trace hangs on that one's exit, not on the exit of the same number elsewhere."""


def branches(n):
    counts = [0] * 6
    total = 0
    for i in range(n):
        if i % 2:
            if i % 3:
                if i % 5:
                    counts[0] += 1
                    total += i
                else:
                    counts[1] += 1
                    total -= i
            elif i % 7:
                counts[2] += 1
                total += 0.5
            else:
                counts[3] += 1
        elif i % 11:
            counts[4] += 1
            total += 2
        else:
            counts[5] += 1
            total = int(total)
    return counts, total


print(branches(6000))
print(branches(6001))
