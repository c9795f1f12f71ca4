"""sys.exit with a text: it goes to stderr and the exit code is 1."""
import sys

print("before")
sys.exit("stopped: because")
