"""Endless recursion that nobody catches: RecursionError, exit code 1, never a crash."""


def down(n):
    return down(n + 1) + 1


print("start")
down(0)
