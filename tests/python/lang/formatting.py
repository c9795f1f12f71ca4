"""f-strings, str.format, % formatting: widths, fills, signs, precisions, grouping, conversions, nested fields."""

n, x, s = 255, 3.14159265, "text"
print(f"{n} {n:d} {n:5} {n:<5}| {n:^7} {n:>5} {n:05} {n:+} {n: } {n:x} {n:X} {n:#x} {n:o} {n:b} {n:#b} {n:,} {n:c}")
print(f"{x} {x:.2f} {x:8.3f} {x:<8.1f}| {x:e} {x:.1e} {x:g} {x:.3g} {x:+.2f} {x:08.2f} {x:%} {x:.1%} {x:10}")
print(f"{s} {s:8}| {s:>8} {s:^8}| {s:*^10} {s!r} {s!r:>8} {s:.2} {s:6.3}| {s!s} {'é'!a}")
print(f"{1234567:,} {1234567.891:,.2f} {1234567:_} {0:,} {-1234:,} {10**20:,} {1e20:,} {65535:_x} {12:08_b}")
print(f"{-7:05} {-7:<5}| {-7:=5} {-7:^5}| {-7:x} {-7:#b} {-7:+} {7:=+5} {True} {True:d} {True:5} {None}")
w, p = 10, 3
print(f"{x:{w}.{p}f} {s:>{w}} {s:{'*'}^{w}} {'nested ' + f'{n}'} {n + 1 = } {s=} {x = :.2f} {s = !r:>8}")
print(f"{{literal}} {{{n}}} {'quote'} {[1, 'a']} {({'k': 1})['k']} {(lambda v: v * 2)(4)}")
print(f"{1e16} {1e15} {1e-4} {1e-5} {123456789.123456789} {1.0} {-0.0} {1e300 * 1e10} {float('nan')} {5e-324}")
print(f"{1e16:g} {1e5:g} {1e6:g} {1e-5:g} {123456.0:g} {1234567.0:g} {0.1:g} {100:g} {1.5:G} {1e100:.3G}")
print(f"{0.5:.0f} {1.5:.0f} {2.5:.0f} {2.675:.2f} {1e22:f} {1e-7:f} {0.1:.20f} {1/3:.50f}")
print(f"{float('inf'):.2f} {float('-inf'):10} {float('nan'):5.1f}| {float('inf'):+} {float('nan'):08.2f}")
print("{} {} {0}".format(1, 2) if False else "{0} {1} {0} {k} {k[0]} {0.real}".format(1, 2, k="ab"))
print("{} {:>5} {!r} {:{}}".format(1, 2, "three", 4, 6), "{0:{1}}|".format("a", 5), "{a[x]} {b.imag}".format(a={"x": 1}, b=3))
print("%d %5d %-5d| %05d %+d %x %X %#x %o %i %u %c %c" % (1, 2, 3, 4, 5, 255, 255, 255, 8, 9, 10, 65, "b"))
print("%s %r %10s %-10s| %.2s %5.1s| %%" % ("a", "b", "c", "d", "efg", "hij"))
print("%f %.2f %10.3f %-10.1f| %e %.1e %g %G %+.1f %010.2f" % (x, x, x, x, x, x, x, 1e-10, x, x))
print("%(name)s is %(age)d" % {"name": "Ann", "age": 30}, "%s" % (1,), "%s" % [1, 2], "%s %s" % ("a", None))
print("%*d|%-*d|%.*f" % (5, 1, 5, 2, 2, x), "%d" % 3.99, "%d" % -3.99, "%s" % 1.0, "%d" % True, "%x" % 10 ** 20)
print("%s %s" % (True, 1.5), "%5s|%5r" % ("é", "é"), "%.3d" % 7, "%d%%" % 50, "%#o" % 8, "% d" % 5)
print(format(5, "03d"), format(1.5), format("a", ">3"), format(True), format(12345.678, ",.1f"), format(None, ""))
print(str(1.0), repr("it's"), repr('say "x"'), repr("both ' and \""), repr("\n\t\\\x00\x7fé\u200b\U0001F600"), str(b"b"))
print(repr([1, "a", None, 2.5, (1,), {}, {"k": [1]}, {1}, set(), frozenset(), range(3), slice(1)]))
print([repr(v) for v in (1e5, 1.0e100, 1e-10, 0.1 + 0.2, 1 / 3, 2 ** 53 + 0.0, 1e22, 1e23, 123456789012345678.0)])


class Money:
    def __init__(self, v):
        self.v = v

    def __format__(self, spec):
        return f"<{spec}:{self.v}>"

    def __str__(self):
        return "str"

    def __repr__(self):
        return "repr"


m = Money(5)
print(f"{m} {m:abc} {m!r} {m!s:>5}", "{:x}".format(m), "%s %r" % (m, m), format(m, "z"), [m])
for bad in (
    lambda: "%d" % "a",
    lambda: "%s %s" % (1,),
    lambda: "%s" % (1, 2),
    lambda: "%(a)s" % {},
    lambda: "{}".format(),
    lambda: "{a}".format(),
    lambda: f"{'a':d}",
    lambda: f"{1:s}",
    lambda: f"{1.5:d}",
    lambda: "%c" % "ab",
    lambda: "%z" % 1,
    lambda: "{".format(1),
    lambda: "}".format(1),
    lambda: format(1, ".2d"),
):
    try:
        print(bad())
    except (TypeError, ValueError, KeyError, IndexError) as e:
        print(type(e).__name__, e)
total = 0
for i in range(600):
    total += len(f"{i:>{i % 9}}{i / 7:.{i % 5}f}{'abc'[i % 3]!r}") + len("%d-%s-%5.2f" % (i, i, i))
print(total)
print("a" "b" f"{1}" "c", "\x41\u0042\103\N{DIGIT ONE}", r"\n{raw}", rf"\{n}", """multi
line""")
