"""Imported by main.py; prints once."""
print("sibling is imported")
counter = 100
SCALE = 2
_hidden = "hidden"


def add(a, b):
    return a + b


def scaled(x):
    return x * SCALE


def public():
    return "public of " + __name__
