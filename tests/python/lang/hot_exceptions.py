"""Exceptions raised and caught in hot loops, through calls, from built-ins, in generators, with finally counters."""


def parse(text):
    if not text:
        raise ValueError("empty")
    if text[0] == "x":
        raise KeyError(text)
    return int(text)


def run(inputs):
    total = errors = finals = 0
    kinds = {}
    for text in inputs:
        try:
            total += parse(text)
        except ValueError as e:
            errors += 1
            kinds[str(e)[:20]] = kinds.get(str(e)[:20], 0) + 1
        except KeyError as e:
            errors += 100
            kinds[e.args[0]] = kinds.get(e.args[0], 0) + 1
        else:
            total += 1
        finally:
            finals += 1
    return total, errors, finals, kinds


print(run(["1", "2", "x", "", "77", "abc"] * 100))


def index_errors(n):
    data = [1, 2, 3]
    hits = misses = 0
    for i in range(n):
        try:
            hits += data[i % 5]
        except IndexError:
            misses += 1
    return hits, misses


print(index_errors(600))


def key_errors(n):
    table = {0: 1, 2: 3}
    out = 0
    for i in range(n):
        try:
            out += table[i % 4]
        except KeyError as e:
            out -= e.args[0]
    return out


print(key_errors(600))


def division(n):
    out = 0
    for i in range(n):
        try:
            out += 100 // (i % 7 - 3)
        except ZeroDivisionError:
            out += 1000
    return out


print(division(700))


def rare(n):
    caught = []
    for i in range(n):
        try:
            if i == n - 3:
                raise RuntimeError(i)
            x = i * 2
        except RuntimeError as e:
            caught.append((e.args, x))
    return caught, x


print(rare(800))


def deep(n):
    if n == 0:
        raise LookupError("deep")
    return deep(n - 1) + 1


def unwinding(n):
    out = 0
    for i in range(n):
        try:
            deep(i % 12)
        except LookupError as e:
            out += len(str(e)) + i % 12
    return out


print(unwinding(400))


def break_finally(n):
    cleaned = 0
    for i in range(n):
        while True:
            try:
                if i % 3 == 0:
                    break
                if i % 3 == 1:
                    raise ValueError
                cleaned += 1000
                break
            except ValueError:
                cleaned += 10
                break
            finally:
                cleaned += 1
    return cleaned


print(break_finally(600))


class Failing:
    def __init__(self, every):
        self.every = every
        self.count = 0

    def __add__(self, other):
        self.count += 1
        if self.count % self.every == 0:
            raise ArithmeticError(self.count)
        return self.count + other

    def __getattr__(self, name):
        raise AttributeError("no " + name)


def operators(n):
    f = Failing(7)
    out = errors = 0
    for i in range(n):
        try:
            out += f + i
            if i % 50 == 0:
                f.missing
        except ArithmeticError as e:
            errors += e.args[0]
        except AttributeError as e:
            errors += len(str(e))
    return out, errors


print(operators(500))


def generator(n):
    for i in range(n):
        try:
            yield i
        except GeneratorExit:
            raise
        finally:
            stats[0] += 1


stats = [0]
for v in generator(500):
    if v > 450:
        break
print(v)


def stop_iterations(n):
    it = iter([])
    stops = 0
    for i in range(n):
        try:
            next(it)
        except StopIteration:
            stops += 1
            it = iter([1] * (i % 3))
    return stops


print(stop_iterations(500))


def chained(n):
    causes = 0
    for i in range(n):
        try:
            try:
                [][i]
            except IndexError as e:
                if i % 2:
                    raise KeyError(i) from e
                raise KeyError(i)
        except KeyError as e:
            causes += (e.__cause__ is not None) + 10 * isinstance(e.__context__, IndexError)
    return causes


print(chained(300))


def asserts(n):
    failed = 0
    for i in range(n):
        try:
            assert i % 10, f"bad {i}"
        except AssertionError as e:
            failed += int(str(e)[4:])
    return failed


print(asserts(500))


def return_through_finally(n):
    log = []

    def f(i):
        try:
            if i % 2:
                return i
        finally:
            log.append(i)
        return -i

    return sum(f(i) for i in range(n)), len(log), log[-1]


print(return_through_finally(500))


def nested_handlers(n):
    out = []
    for i in range(n):
        try:
            try:
                if i % 4 == 0:
                    raise TypeError("t")
                if i % 4 == 1:
                    raise ValueError("v")
                if i % 4 == 2:
                    raise OSError("o")
            except TypeError:
                out.append("T")
                raise ValueError("from T")
            except ValueError:
                out.append("V")
        except (ValueError, OSError) as e:
            out.append(str(e)[0])
    return "".join(out)[:40], len(out)


print(nested_handlers(400))


def overflow(n):
    x = 1.5
    seen = 0
    for i in range(n):
        try:
            x = x ** 2
        except OverflowError as e:
            seen += 1
            x = 1.5
    return seen, x


print(overflow(300))


def type_errors(n):
    values = [1, "a", 2.5, None, [1]]
    good = bad = 0
    for i in range(n):
        try:
            good += values[i % 5] + 1
        except TypeError:
            bad += 1
    return good, bad


print(type_errors(500))


def kept_for_the_handler(n):
    # What only the handler reads, of a call in a frame of the trace.
    def helper(i):
        if i == n - 1:
            raise ValueError(i)

    class Ordered:
        def __lt__(self, other):
            if other == n - 1:
                raise KeyError(other)
            return True

        @property
        def value(self):
            helper(count)
            return 1

    seen = []
    for i in range(n):
        m = i
        try:
            helper(i)
        except ValueError:
            seen.append(m)
        m = None
    o = Ordered()
    for i in range(n):
        m = -i
        try:
            if o < i:
                pass
        except KeyError:
            seen.append(m)
        m = None
    for count in range(n):
        m = count * 2
        try:
            o.value
        except ValueError:
            seen.append(m)
        m = None
    return seen


print(kept_for_the_handler(1000))
