"""KeyboardInterrupt raised and caught by a program; it is no Exception."""
try:
    try:
        raise KeyboardInterrupt("by hand")
    except Exception:
        print("wrong")
except KeyboardInterrupt as e:
    print("caught", e, issubclass(KeyboardInterrupt, Exception))
