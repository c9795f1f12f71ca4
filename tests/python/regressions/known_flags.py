"""A condition that was tested is not tested again, but only as long as nothing has changed it."""


def flags(n, flag):
    total = 0
    for i in range(n):
        if not flag:
            total += 1
        if flag:
            total += 10
        elif not flag:
            total += 100
        if i == n - 100:
            flag = not flag
        total += 1000 if flag else 2000
    return total


print(flags(1000, False), flags(1000, True), flags(1000, 0), flags(1000, "yes"), flags(1000, None))


class Holder:
    flag = False

    def flip(self):
        self.flag = not self.flag


def held(n):
    holder = Holder()
    total = 0
    for i in range(n):
        if holder.flag:
            total += 1
        if i % 37 == 0:
            holder.flip()
        if holder.flag:
            total += 100
        other = holder
        other.flag = other.flag
        total += 3 if other.flag is holder.flag else 5
    return total


print(held(1500))
