"""A failing assert with a message, after output without a newline at its end."""
# diff: stderr
values = [i * i for i in range(500)]
print("no newline at the end", end="")
assert sum(values) < 100, ("sum", sum(values))
