"""Chained uncaught exceptions: `from`, and during handling; both tracebacks are printed."""
# diff: stderr


def load(key):
    try:
        return {"a": 1}[key]
    except KeyError as e:
        raise ValueError(f"no {key}") from e


def handle(key):
    try:
        load(key)
    except ValueError:
        return int(key)


print(load("a"))
handle("zz")
