"""A custom exception with __str__, defined in the program, raised in a hot loop and not caught."""
# diff: stderr


class Problem(Exception):
    def __init__(self, code):
        self.code = code

    def __str__(self):
        return f"problem number {self.code}"


total = 0
for i in range(1000):
    total += i
    if total > 100000:
        print(i, total)
        raise Problem(i)
