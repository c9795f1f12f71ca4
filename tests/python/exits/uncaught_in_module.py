"""An exception in an imported built-in's callback, in a class body, after partial output."""
# diff: stderr
print("partial")


class Broken:
    x = 1
    y = [x / d for d in (2, 1, 0)] if False else sorted([3, 1], key=lambda v: v.missing)
