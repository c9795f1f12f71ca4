"""An exception that leaves a generator, a comprehension, a lambda and a sort key, in a finally it passes through."""
# diff: stderr


def numbers():
    for i in range(500):
        yield 100 // (400 - i)


try:
    print(sum(v for v in numbers()))
finally:
    print("cleaned up")
