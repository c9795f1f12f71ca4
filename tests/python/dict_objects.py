"""Dictionaries of objects: attribute updates, methods, inheritance, tuple keys, __eq__/__hash__ (size: the events)."""
# diff: args 12000
import sys


class Account:
    def __init__(self, number, owner):
        self.number = number
        self.owner = owner
        self.balance = 0
        self.history = []

    def deposit(self, amount):
        self.balance += amount
        self.history.append(amount)

    def withdraw(self, amount):
        if amount > self.balance:
            raise ValueError("account %d: %d is more than %d" % (self.number, amount, self.balance))
        self.balance -= amount
        self.history.append(-amount)


class Savings(Account):
    rate = 3

    def add_interest(self):
        self.deposit(self.balance * self.rate // 100)


class Point:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __eq__(self, other):
        return isinstance(other, Point) and self.x == other.x and self.y == other.y

    def __hash__(self):
        return self.x * 31 + self.y

    def __repr__(self):
        return f"Point({self.x}, {self.y})"


def bank(events):
    accounts = {}
    for i in range(100):
        kind = Savings if i % 3 == 0 else Account
        accounts[i] = kind(i, "owner%d" % (i % 10))
    refused = 0
    state = 12345
    for event in range(events):
        state = (state * 1103515245 + 12345) % 2147483648
        account = accounts[state // 65536 % 100]
        amount = state // 1000 % 500
        if event % 3:
            account.deposit(amount)
        else:
            try:
                account.withdraw(amount)
            except ValueError:
                refused += 1
        if event % 1000 == 999:
            for account in accounts.values():
                if isinstance(account, Savings):
                    account.add_interest()
    return accounts, refused


def walk(steps):
    visits = {}
    x = y = 0
    state = 99
    for _ in range(steps):
        state = (state * 69069 + 1) % 4294967296
        direction = state >> 30
        if direction == 0:
            x += 1
        elif direction == 1:
            x -= 1
        elif direction == 2:
            y += 1
        else:
            y -= 1
        spot = Point(x % 20, y % 20)
        visits[spot] = visits.get(spot, 0) + 1
    return visits


events = int(sys.argv[1]) if len(sys.argv) > 1 else 800000
accounts, refused = bank(events)
print("refused:", refused)
print("total:", sum(a.balance for a in accounts.values()))
owners = {}
for account in accounts.values():
    owners[account.owner] = owners.get(account.owner, 0) + account.balance
print(owners)
print("longest history:", max(len(a.history) for a in accounts.values()))

visits = walk(events // 4)
best = sorted(visits.items(), key=lambda kv: (-kv[1], kv[0].x, kv[0].y))[:5]
print(len(visits), best)

grid = {}
for i in range(events // 4):
    key = (i % 37, i % 53)
    if key in grid:
        grid[key] += i
    else:
        grid[key] = i
print(len(grid), sum(grid.values()), grid[(3, 7)])
for key in [k for k in grid if (k[0] + k[1]) % 2]:
    del grid[key]
print(len(grid), sum(grid.values()))
