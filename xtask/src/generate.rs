//! Random Python programs for `cargo xtask diff`: hot loops over integers, floats, strings, lists, dictionaries,
//! attributes, closures and calls, whose variables change type while the loop runs. A seed gives the same program
//! everywhere; every program ends; values are kept small by `trim`; whatever raises is caught and counted.

use std::fmt::Write;

/// The program of a seed.
pub fn program(seed: u64) -> String {
    let mut generator =
        Generator { random: Random::new(seed), out: String::new(), indent: 0, loops: 0, plain: false };
    generator.whole(seed);
    generator.out
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed ^ 0x5851_F42D_4C95_7F2D)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

/// What an expression should give. Variables do not keep to it for long.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Int,
    Float,
    Text,
    Any,
}

/// Names that every scope has: the module's, and each function's as parameters and locals.
const NAMES: &[&str] = &["a", "b", "c", "d"];
const FUNCTIONS: usize = 3;

/// What all programs start with.
const PRELUDE: &str = r#"import math


def trim(v):
    if isinstance(v, bool) or v is None:
        return v
    if isinstance(v, int):
        return v if -10 ** 40 < v < 10 ** 40 else v % 1000003
    if isinstance(v, float):
        return v if -1e30 < v < 1e30 else 0.5
    if isinstance(v, str):
        return v if len(v) < 60 else v[-7:]
    if isinstance(v, list):
        return v if len(v) < 40 else v[:5]
    if isinstance(v, Thing):
        return 3 if isinstance(v.x, Thing) or isinstance(v.y, Thing) else v
    return v


def show(v):
    if isinstance(v, Thing):
        return "Thing(%s, %s)" % (show(v.x), show(v.y))
    if isinstance(v, list):
        return "[" + ", ".join(show(w) for w in v[:6]) + "]"
    if callable(v):
        return "callable"
    return repr(v)


class Thing:
    shared = 3

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def step(self, n):
        self.x = trim(self.x + n)
        return self.y

    def __add__(self, other):
        return Thing(trim(self.x + other), self.y)

    def __lt__(self, other):
        return self.x < other

    def __len__(self):
        return 7

    def __getitem__(self, i):
        return self.x if i % 2 else self.y


class Other(Thing):
    def step(self, n):
        self.y = trim(self.y - n)
        return self.x

    def __add__(self, other):
        return trim(self.y + other)


def counter(start):
    value = start

    def bump(n):
        nonlocal value
        value = trim(value + n)
        return value

    return bump


def numbers(n):
    for k in range(n):
        yield k if k % 3 else k * 0.5


def careful(n):
    for k in range(n):
        kept = k
        try:
            if k % 5 == 4:
                raise ValueError(k)
            yield k
        except ValueError:
            yield kept + 0.5
        kept = None


def paired(n):
    for p, (q, r) in enumerate(zip(range(n), values)):
        yield p + q * r
    yield from careful(n)


def mix(h, v):
    if isinstance(v, float):
        if v != v:
            return h + 1
        v = int(v * 1000)
    elif isinstance(v, str):
        v = len(v)
    elif not isinstance(v, int):
        return h + 2
    return (h * 31 + v) % 1000000007


seen = 0
faults = {}


def fault(e):
    name = type(e).__name__
    faults[name] = faults.get(name, 0) + 1


"#;

struct Generator {
    random: Random,
    out: String,
    indent: usize,
    /// Loops open around the current statement.
    loops: usize,
    /// Inside a loop that does not trim its variables: nothing there may double a text or an integer's digits.
    plain: bool,
}

impl Generator {
    fn line(&mut self, text: &str) {
        let _ = writeln!(self.out, "{:width$}{text}", "", width = self.indent * 4);
    }

    fn block(&mut self, head: &str, body: impl FnOnce(&mut Self)) {
        self.line(head);
        self.indent += 1;
        body(self);
        self.indent -= 1;
    }

    fn whole(&mut self, seed: u64) {
        let _ = writeln!(self.out, "\"\"\"Generated program of seed {seed}.\"\"\"");
        self.out.push_str(PRELUDE);
        for f in 0..FUNCTIONS {
            self.function(f);
        }
        self.line("things = [Thing(1, 2.5), Other(3, 4), Thing(0.5, 7), Other(2, 1.25)]");
        self.line("values = [1, 2, 3, 4, 5, 6, 7, 8]");
        self.line("table = {0: 1, 1: 2.5, 2: 3}");
        self.line("bump = counter(1)");
        for name in NAMES {
            let value = self.constant(Kind::Any);
            self.line(&format!("{name} = {value}"));
        }
        for part in 0..2 + self.random.below(2) {
            if self.random.chance(50) {
                // The variables are registers of a function, not globals.
                self.block(&format!("def run{part}(a, b, c, d):"), |g| {
                    g.line("global seen, f0, bump");
                    g.main_loop();
                    g.line("return a, b, c, d");
                });
                self.line(&format!("a, b, c, d = run{part}(a, b, c, d)"));
            } else {
                self.main_loop();
            }
            for name in NAMES {
                self.line(&format!("print({name:?}, show({name}))"));
            }
            self.line("print(seen)");
        }
        self.line("print(show(things), show(values), len(table), bump(0))");
        self.line("print(sorted(faults.items()))");
    }

    /// A function that calls only those before it, so that calls end.
    fn function(&mut self, number: usize) {
        let default = self.constant(Kind::Any);
        self.block(&format!("def f{number}(a, b, c={default}, d=2):"), |g| {
            if g.random.chance(60) {
                let count = g.random.below(6);
                g.loops += 1;
                g.block(&format!("for k in range({count}):"), |g| {
                    g.trim_all();
                    for _ in 0..1 + g.random.below(2) {
                        g.statement(number, 1);
                    }
                });
                g.loops -= 1;
            }
            for _ in 0..1 + g.random.below(2) {
                g.statement(number, 1);
            }
            let result = g.expression(Kind::Any, 2, number);
            let extra = g.random.pick(&["", "", " if values[1] else table[0]", " or Thing.shared"]);
            g.line(&format!("return trim({result}){extra}"));
        });
        self.line("");
        self.line("");
    }

    fn main_loop(&mut self) {
        let rounds = 120 + self.random.below(500);
        self.loops += 1;
        let head = match self.random.below(8) {
            4 => format!("for i in careful({rounds}):"),
            5 => format!("for i in paired({rounds}):"),
            6 => format!("for i, (v, w) in enumerate(zip(range({rounds}), range({rounds}, 0, -1))):"),
            0 => format!("for i, v in enumerate(values * {}):", rounds / 8),
            1 => format!("for i in range({rounds}, 0, -1):"),
            2 => format!("for i in numbers({rounds}):"),
            _ => format!("for i in range({rounds}):"),
        };
        self.block(&head, |g| {
            let change = g.random.below(rounds);
            let name = g.random.pick(NAMES);
            let value = g.constant(Kind::Any);
            g.block(&format!("if i == {change}:"), |g| {
                g.line(&format!("{name} = {value}"));
                if g.random.chance(40) {
                    let change = g.random.pick(&[
                        "Thing.step = lambda self, n: n",
                        "Thing.shared = 2.5",
                        "things[0].extra = 1",
                        "things[1] = Thing(9, 'text')",
                        "values[3] = 2.75",
                        "values.append(2 ** 65)",
                        "table['k'] = 5",
                        "f0 = lambda a, b, c=1, d=2: a",
                        "bump = counter(0.5)",
                        "Other.__add__ = Thing.__add__",
                    ]);
                    g.line(change);
                }
            });
            g.block("try:", |g| {
                for _ in 0..2 + g.random.below(4) {
                    g.statement(FUNCTIONS, 2);
                }
            });
            g.block("except Exception as e:", |g| {
                g.line("fault(e)");
                // Back to numbers, lest a text makes all later rounds raise the same.
                for name in NAMES {
                    let kind = g.random.pick(&[Kind::Int, Kind::Float]);
                    let value = g.constant(kind);
                    g.line(&format!("{name} = {value}"));
                }
            });
            g.line("a, b, c, d = trim(a), trim(b), trim(c), trim(d)");
            g.line("seen = mix(mix(mix(mix(seen, a), b), c), d)");
        });
        self.loops -= 1;
    }

    fn statement(&mut self, callable: usize, depth: usize) {
        let name = self.random.pick(NAMES);
        match self.random.below(if depth > 0 { 17 } else { 9 }) {
            0..=2 => {
                let value = self.expression(Kind::Any, 2, callable);
                self.line(&format!("{name} = {value}"));
            }
            3 | 4 => {
                let value = self.expression(Kind::Int, 1, callable);
                let operator = self.random.pick(&["+=", "-=", "//=", "%=", "^=", "|="]);
                let operator = if self.plain { "-=" } else { operator };
                self.line(&format!("{name} {operator} {value}"));
            }
            5 if callable == FUNCTIONS && !self.plain => self.effect(callable),
            5 => {
                let (left, right) =
                    (self.expression(Kind::Any, 1, callable), self.expression(Kind::Any, 1, callable));
                self.line(&format!("a, b = {left}, {right}"));
            }
            6 => {
                let other = self.random.pick(NAMES);
                self.line(&format!("{name}, {other} = {other}, {name}"));
            }
            7 if callable == FUNCTIONS && !self.plain => {
                let index = self.random.below(4);
                let attribute = self.random.pick(&["x", "y"]);
                let value = self.expression(Kind::Float, 1, callable);
                self.line(&format!("things[{index}].{attribute} = trim({value})"));
            }
            7 | 8 => {
                let value = self.expression(Kind::Float, 2, callable);
                self.line(&format!("{name} = {value}"));
            }
            9..=11 => {
                let condition = self.condition(callable);
                self.block(&format!("if {condition}:"), |g| g.statement(callable, depth - 1));
                if self.random.chance(50) {
                    self.block("else:", |g| {
                        if g.loops > 0 && g.random.chance(25) {
                            let jump = g.random.pick(&["continue", "continue", "break"]);
                            // Leaving the outermost loop early makes dull programs.
                            g.line(if g.loops == 1 { "pass" } else { jump });
                        } else {
                            g.statement(callable, depth - 1);
                        }
                    });
                }
            }
            12 => self.inner_loop(callable, depth),
            15 => {
                // What only the handler reads, should something below raise.
                let kept = self.expression(Kind::Any, 1, callable);
                self.line(&format!("kept = {kept}"));
                self.block("try:", |g| {
                    let call = g.call(1, callable);
                    g.line(&format!("{name} = {call}"));
                });
                self.block("except Exception as e:", |g| {
                    g.line("fault(e)");
                    g.line(&format!("{name} = kept"));
                });
                self.line("kept = None");
            }
            13 => {
                self.block("try:", |g| g.statement(callable, depth - 1));
                let kinds = self.random.pick(&[
                    "ZeroDivisionError",
                    "TypeError",
                    "(ValueError, OverflowError)",
                    "(IndexError, KeyError)",
                    "Exception",
                ]);
                self.block(&format!("except {kinds}:"), |g| {
                    let value = g.constant(Kind::Int);
                    g.line(&format!("{name} = {value}"));
                });
                if self.random.chance(30) {
                    self.block("finally:", |g| g.line("d = 1"));
                }
            }
            _ => {
                let value = self.expression(Kind::Any, 2, callable);
                self.line(&format!("{name} = {name} if {name} == {value} else {value}"));
            }
        }
    }

    fn inner_loop(&mut self, callable: usize, depth: usize) {
        let name = self.random.pick(NAMES);
        let j = format!("j{}", self.loops);
        self.loops += 1;
        let outer = self.plain;
        self.plain = outer || self.random.chance(50);
        match self.random.below(3) {
            0 => {
                let count = self.random.below(9);
                self.line(&format!("{j} = {count}"));
                self.block(&format!("while {j} > 0:"), |g| {
                    g.line(&format!("{j} -= 1"));
                    g.trim_all();
                    g.statement(callable, depth - 1);
                    g.line(&format!("{name} = {name} + {j}"));
                });
            }
            1 if callable == FUNCTIONS => {
                self.block(&format!("for {j} in values:"), |g| {
                    g.trim_all();
                    g.line(&format!("{name} = trim({name} + {j})"));
                    g.statement(callable, depth - 1);
                });
            }
            _ => {
                let count = self.random.below(12);
                self.block(&format!("for {j} in range({count}):"), |g| {
                    g.trim_all();
                    g.statement(callable, depth - 1);
                    g.line(&format!("{name} = {j} - {name}"));
                });
            }
        }
        self.plain = outer;
        self.loops -= 1;
    }

    /// Keeps the variables small, unless the statements around here do that by themselves.
    fn trim_all(&mut self) {
        if !self.plain {
            self.line("a, b, c, d = trim(a), trim(b), trim(c), trim(d)");
        }
    }

    /// A statement of the main loop that changes something shared.
    fn effect(&mut self, callable: usize) {
        let value = self.expression(Kind::Int, 1, callable);
        let name = self.random.pick(NAMES);
        let text = match self.random.below(9) {
            0 => format!("values[i % len(values)] = trim({value})"),
            1 => format!("values[int(i) % 8] += {value}"),
            2 => format!("table[int(i) % 5] = {value}"),
            3 => format!("{name} = things[int(i) % 4].step({value})"),
            4 => format!("{name} = bump({value})"),
            5 => format!("values[2:4] = [{value}, {name}]"),
            6 => format!("{name} = things[int(i) % 4] + {value}"),
            7 => format!("table.pop(int(i) % 7, None); table.setdefault(3, {value})"),
            _ => format!("values.append(values.pop({}))", self.random.pick(&["0", "", "-2"])),
        };
        self.line(&text);
    }

    fn condition(&mut self, callable: usize) -> String {
        let name = self.random.pick(NAMES);
        let left = self.expression(Kind::Int, 1, callable);
        let right = self.expression(Kind::Float, 1, callable);
        match self.random.below(7) {
            0 => name.to_owned(),
            1 => format!("not {name}"),
            2 => {
                format!("isinstance({name}, {})", self.random.pick(&["int", "float", "str", "Thing", "list"]))
            }
            3 => format!("{name} is None or {left} > 3"),
            4 => format!("0 <= {left} < 20"),
            5 => format!("{left} % 3 == 1"),
            _ => format!("{left} {} {right}", self.random.pick(&["<", ">", "<=", ">=", "==", "!="])),
        }
    }

    fn constant(&mut self, kind: Kind) -> String {
        let texts: &[&str] = match kind {
            Kind::Int => &[
                "0",
                "1",
                "2",
                "3",
                "-1",
                "7",
                "10",
                "-13",
                "255",
                "2 ** 31",
                "2 ** 47 - 3",
                "-2 ** 47 + 2",
                "2 ** 63 - 5",
            ],
            Kind::Float => &["0.0", "1.0", "0.5", "-2.5", "1e10", "3.0", "-0.0", "0.1", "1e-5"],
            Kind::Text => &["''", "'a'", "'text'", "'é'", "'12'"],
            Kind::Any => {
                let kind = match self.random.below(16) {
                    0..=7 => Kind::Int,
                    8..=13 => Kind::Float,
                    14 => Kind::Text,
                    _ => {
                        return self
                            .random
                            .pick(&["None", "True", "False", "[1, 2.5]", "Thing(1, 2)"])
                            .to_owned();
                    }
                };
                return self.constant(kind);
            }
        };
        self.random.pick(texts).to_owned()
    }

    /// An expression that mostly gives `kind`; functions below `callable` may be called in it.
    fn expression(&mut self, kind: Kind, depth: usize, callable: usize) -> String {
        if depth == 0 || self.random.chance(15) {
            return if self.random.chance(70) {
                self.random.pick(NAMES).to_owned()
            } else {
                self.constant(kind)
            };
        }
        let kind = match kind {
            Kind::Any => self.random.pick(&[
                Kind::Int,
                Kind::Int,
                Kind::Int,
                Kind::Float,
                Kind::Float,
                Kind::Float,
                Kind::Text,
            ]),
            kind => kind,
        };
        if self.random.chance(18) {
            return self.call(depth, callable);
        }
        let left = self.expression(kind, depth - 1, callable);
        let right = self.expression(kind, depth - 1, callable);
        let small = 1 + self.random.below(9);
        match kind {
            Kind::Int => match self.random.below(14) {
                0..=2 if self.plain => format!("({left} + {small})"),
                0..=2 => format!("({left} + {right})"),
                3 | 4 => format!("({left} - {right})"),
                5 if self.plain => format!("({left} ^ {small})"),
                5 => format!("trim({left} * {})", self.random.pick(&["3", "-7", "2 ** 20", &left])),
                6 => format!("({left} // {right})"),
                7 => format!("({left} % {small})"),
                8 => format!("({left} >> {small})"),
                9 => format!("(({left} & 65535) << {small})"),
                10 => format!("({left} & {right})"),
                11 => format!("(-{left})"),
                12 => format!("abs({left})"),
                _ => format!("({left} if {right} else {small})"),
            },
            Kind::Float => match self.random.below(11) {
                0..=2 if self.plain => format!("({left} + 0.25)"),
                0..=2 => format!("({left} + {right})"),
                3 => format!("({left} * 0.75)"),
                4 => format!("({left} / {right})"),
                5 => format!("({left} - {right} * 0.5)"),
                6 => format!("({left} % {small})"),
                7 => format!("({left} // 0.5)"),
                8 => format!("(abs({left}) ** 0.5)"),
                9 => format!("max({left}, {right})"),
                _ => format!("float({left})"),
            },
            Kind::Text | Kind::Any => match self.random.below(8) {
                0 => format!("(str({left}) + str({right}))[:20]"),
                1 => format!("f'{{{}}}-{small}'", self.random.pick(NAMES)),
                2 => format!("len(str({left}))"),
                3 => format!("('%s' % ({left},))[-{small}:]"),
                4 => format!("str({left}).replace('1', 'xy').upper()"),
                5 => format!("'abcdef'[{small} % 6]"),
                6 => format!("sum(ord(ch) for ch in str({left})[:5])"),
                _ => format!("(str({left}) < str({right}))"),
            },
        }
    }

    fn call(&mut self, depth: usize, callable: usize) -> String {
        let first = self.expression(Kind::Any, depth - 1, callable);
        let second = self.expression(Kind::Any, depth - 1, callable);
        if callable > 0 && self.random.chance(60) {
            let f = self.random.below(callable);
            return match self.random.below(4) {
                0 => format!("f{f}({first}, {second}, d={second})"),
                1 => format!("f{f}(b={first}, a={second})"),
                2 => format!("f{f}(*[{first}, {second}])"),
                _ => format!("f{f}({first}, {second})"),
            };
        }
        match self.random.below(17) {
            10 => format!("sum(w * {first} for w in careful({}))", self.random.below(9)),
            11 => "(values[:] is values[:])".to_owned(),
            12 => format!("len([w for w in paired({}) if w != {first}])", self.random.below(7)),
            13 => format!("any(w == {first} for w in values)"),
            14 => format!("next(iter(values[{}:]), {first})", self.random.below(9)),
            15 => format!("len({{w for w in (1, 2.5, {second})}})"),
            16 => format!("(({first} * 1103515245 + 12345 & 0x7FFFFFFF) if isinstance({first}, int) else 3)"),
            0 => format!("int({first})"),
            1 => format!("min({first}, {second})"),
            2 => format!("round({first}, 1)"),
            3 => format!("math.floor({first})"),
            4 => format!("(lambda p, q=2: (p, q))({first})[{}]", self.random.below(2)),
            5 => format!("sum([w * 2 for w in range({})])", self.random.below(8)),
            6 => format!("divmod({first}, {second})[{}]", self.random.below(2)),
            7 => format!("bool({first})"),
            8 => format!("Thing({first}, {second}).y"),
            _ => format!("[{first}, {second}][{}]", self.random.pick(&["0", "1", "-1"])),
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_seed_always_gives_the_same_program_and_another_seed_another() {
        assert_eq!(super::program(7), super::program(7));
        assert_ne!(super::program(7), super::program(8));
    }
}
