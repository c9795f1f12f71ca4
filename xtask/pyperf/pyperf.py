"""A stand-in for the pyperf module: it times the loops of pyperformance's programs, the same way in every interpreter.

    run_benchmark.py [--rounds=N] [--loops=N] [the program's own arguments]

Each round runs the benchmark `loops` times; its processor time goes to stderr as a line of numbers:
    @pyperf NAME SECONDS SECONDS ...
"""
import sys
import time

# Programs that time themselves subtract two of these: processor time, which noisy neighbours do not change.
perf_counter = time.process_time


class Namespace:
    pass


class ArgumentParser:
    """As much of argparse as the programs use: options with a value, and one optional positional argument."""

    def __init__(self):
        self.options = {}
        self.positionals = []

    def add_argument(self, name, type=str, default=None, nargs=None, choices=None, help=None, metavar=None):
        if name.startswith("-"):
            self.options[name.lstrip("-")] = (type, default)
        else:
            self.positionals.append((name, choices))

    def parse(self, words):
        result = Namespace()
        for name, (type, default) in self.options.items():
            setattr(result, name.replace("-", "_"), default)
        for name, choices in self.positionals:
            setattr(result, name, None)
        pending = list(self.positionals)
        for word in words:
            if word.startswith("--"):
                name, equals, text = word[2:].partition("=")
                if name not in self.options or not equals:
                    sys.exit("pyperf: unknown option " + word)
                type, default = self.options[name]
                setattr(result, name.replace("-", "_"), type(text))
            elif pending:
                name, choices = pending.pop(0)
                if choices is not None and word not in choices:
                    sys.exit("pyperf: %s must be one of %s" % (name, ", ".join(choices)))
                setattr(result, name, word)
            else:
                sys.exit("pyperf: unexpected argument " + word)
        return result


class Runner:
    def __init__(self, add_cmdline_args=None, **ignored):
        self.metadata = {}
        self.argparser = ArgumentParser()
        self.argparser.add_argument("--rounds", type=int, default=10)
        self.argparser.add_argument("--loops", type=int, default=1)
        self.args = None

    def parse_args(self):
        if self.args is None:
            self.args = self.argparser.parse(sys.argv[1:])
        return self.args

    def bench_func(self, name, function, *args, **ignored):
        def timed(loops):
            start = perf_counter()
            for _ in range(loops):
                function(*args)
            return perf_counter() - start

        self.bench_time_func(name, timed)

    def bench_time_func(self, name, function, *args, inner_loops=1, **ignored):
        options = self.parse_args()
        times = [function(options.loops, *args) for _ in range(options.rounds)]
        sys.stderr.write("@pyperf %s %s\n" % (name, " ".join(map(repr, times))))
