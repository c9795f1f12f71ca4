"""`raise ... from None` hides the context; an exception without arguments prints only its name."""
# diff: stderr
try:
    [].pop()
except IndexError:
    raise LookupError from None
