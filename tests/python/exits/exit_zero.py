"""sys.exit() and SystemExit caught by code; None means 0."""
import sys

for value in (0, 1, "text", None, (1, 2), True):
    try:
        sys.exit(value)
    except SystemExit as e:
        print(repr(e.code), e.args)
try:
    raise SystemExit
except BaseException as e:
    print(type(e).__name__, e.code, isinstance(e, Exception))
sys.exit()
