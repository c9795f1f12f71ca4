"""An object that only the call at a trace's end needs exists when that call is made."""


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y


def keep(kept, point):
    if point.x % 250 == 0:
        kept.append(point)
        raise ValueError(point.y)
    return point.x


def run(n):
    kept = []
    total = 0
    for i in range(n):
        point = Point(i, (i, i + 1))
        try:
            total += keep(kept, point)
        except ValueError as error:
            total += error.args[0][1]
    return total, [(p.x, p.y) for p in kept]


print(run(2000))


def last(n):
    pairs = []
    for i in range(n):
        pair = [i, Point(i, -i)]
        if i >= n - 3:
            pairs.append(sorted([pair, pair], key=lambda p: p[0]))
    return [[(i, p.y) for i, p in row] for row in pairs], pair[1].x


print(last(1500))
