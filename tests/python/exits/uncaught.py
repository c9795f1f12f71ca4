"""An uncaught exception: traceback through functions and methods on stderr, exit code 1, stdout kept."""
# diff: stderr


class Worker:
    def __init__(self, n):
        self.n = n

    def work(self, depth):
        if depth == 0:
            return self.n / (self.n - 3)
        return self.work(depth - 1)


def main():
    for n in range(10):
        print(n, Worker(n).work(2))


main()
