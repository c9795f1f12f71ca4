"""sys.exit with a number: through try/finally and out of a hot loop."""
import sys


def main():
    try:
        for i in range(1000):
            if i == 700:
                sys.exit(3)
    except Exception:
        print("not reached")
    finally:
        print("finally", i)


main()
