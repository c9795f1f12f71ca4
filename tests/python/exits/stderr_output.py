"""Writing to stderr and stdout in turns, print(file=), flush, write's result."""
# diff: stderr
import sys

for i in range(5):
    print("out", i)
    print("err", i, file=sys.stderr)
print(sys.stdout.write("text\n"), sys.stderr.write("last on stderr\n"))
sys.stdout.flush()
print("a", "b", sep="", end="!\n", flush=True)
print()
print(*[1, 2, 3], sep=", ")
print("é", "日本", "😀")
