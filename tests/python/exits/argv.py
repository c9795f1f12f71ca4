"""sys.argv: the script's name as given, then every argument, options included."""
# diff: args one -2 --three=3 é
import sys

print(len(sys.argv), sys.argv[1:], sys.argv[0].endswith("argv.py"), __name__)
print(sum(len(a) for a in sys.argv[1:]), sys.version_info[0], sys.maxsize, sys.byteorder)
