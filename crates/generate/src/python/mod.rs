//! Random Python programs: hot nested loops over integers, floats, strings, lists, dictionaries, attributes, closures,
//! generators and calls, whose variables change type, and whose classes and functions change, while the loops run.
//!
//! Every program ends; values are kept small by `trim`; whatever raises is caught and counted. The same choices give
//! the same program everywhere.

mod expressions;
mod mutate;
mod statements;

pub use mutate::mutant;

use crate::source::Source;
use std::fmt::Write;

/// The program of a seed.
pub fn of_seed(seed: u64) -> String {
    format!("\"\"\"Generated program of seed {seed}.\"\"\"\n{}", program(&mut Source::Seed(seed), ROUNDS))
}

/// Rounds of main loops in programs of seeds, at most: enough to get hot at the usual threshold.
const ROUNDS: usize = 620;

/// A program from a stream of choices, whose main loops go `rounds` times at most.
pub fn program(source: &mut Source<'_>, rounds: usize) -> String {
    let mut generator = Generator { source, rounds, out: String::new(), indent: 0, loops: 0, plain: false };
    generator.whole();
    generator.out
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
const PRELUDE: &str = include_str!("prelude.py");

/// What changes under a hot loop: names, classes, objects.
const CHANGES: &[&str] = &[
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
    "things[0].__class__ = Other",
    "del things[1].y",
    "del Thing.shared",
    "del Other.step",
    "things[2].step = lambda n: n * 2",
    "things[3] = things[0]",
    "things[2].x = things",
    "Thing.half = 4",
    "Thing.__getattr__ = lambda self, name: 1",
    "Thing.__bool__ = lambda self: False",
    "Other.__init__ = lambda self, x, y: Thing.__init__(self, y, x)",
    "Slotted.__eq__ = lambda self, other: True",
    "values.clear(); values.extend([1, 2.5, 3, 4, 5, 6, 7, 8])",
    "table.clear()",
    "slotted.q = 2 ** 62",
    "abs = lambda v: v",
    "deep = lambda n, v: v",
];

struct Generator<'s, 'b> {
    source: &'s mut Source<'b>,
    /// Rounds of main loops, at most.
    rounds: usize,
    out: String,
    indent: usize,
    /// Loops open around the current statement.
    loops: usize,
    /// Inside a loop that does not trim its variables: nothing there may double a text or an integer's digits.
    plain: bool,
}

impl Generator<'_, '_> {
    fn chance(&mut self, percent: usize) -> bool {
        self.source.below(100) < percent
    }

    fn below(&mut self, bound: usize) -> usize {
        self.source.below(bound)
    }

    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        self.source.pick(items)
    }

    fn line(&mut self, text: &str) {
        let _ = writeln!(self.out, "{:width$}{text}", "", width = self.indent * 4);
    }

    fn block(&mut self, head: &str, body: impl FnOnce(&mut Self)) {
        self.line(head);
        self.indent += 1;
        body(self);
        self.indent -= 1;
    }

    fn whole(&mut self) {
        self.out.push_str(PRELUDE);
        for f in 0..FUNCTIONS {
            self.function(f);
        }
        self.line("things = [Thing(1, 2.5), Other(3, 4), Thing(0.5, 7), Other(2, 1.25)]");
        self.line("values = [1, 2, 3, 4, 5, 6, 7, 8]");
        self.line("alias = values");
        self.line("table = {0: 1, 1: 2.5, 2: 3}");
        self.line("bump = touch = counter(1)");
        self.line("slotted = Slotted(1, 2)");
        self.line("shield = Shield(ValueError)");
        for name in NAMES {
            let value = self.constant(Kind::Any);
            self.line(&format!("{name} = {value}"));
        }
        for part in 0..2 + self.below(2) {
            if self.chance(60) {
                self.run_function(part);
            } else {
                self.main_loop();
            }
            for name in NAMES {
                self.line(&format!("print({name:?}, show({name}))"));
            }
            self.line("print(seen)");
        }
        self.line("print(show(things), show(values), len(table), bump(0), closed, shield.entered)");
        self.line("print(sorted(faults.items()))");
    }

    /// A main loop whose variables are registers of a function, or cells of it, not globals.
    fn run_function(&mut self, part: usize) {
        self.block(&format!("def run{part}(a, b, c, d):"), |g| {
            g.line("global seen, f0, bump, deep, abs");
            if g.chance(30) {
                let name = g.pick(NAMES);
                let value = g.expression(Kind::Any, 1, 0);
                g.block("def touch(n):", |g| {
                    g.line(&format!("nonlocal {name}"));
                    g.line(&format!("{name} = trim({value})"));
                    g.line("return n");
                });
            } else {
                g.line("touch = bump");
            }
            g.main_loop();
            g.line("return a, b, c, d");
        });
        self.line(&format!("a, b, c, d = run{part}(a, b, c, d)"));
    }

    /// A function that calls only those before it, and itself a few times deep, so that calls end.
    fn function(&mut self, number: usize) {
        let default = self.constant(Kind::Any);
        self.block(&format!("def f{number}(a, b, c={default}, d=2, *, n=2):"), |g| {
            if g.chance(60) {
                let count = g.below(6);
                g.loops += 1;
                g.block(&format!("for k in range({count}):"), |g| {
                    g.trim_all();
                    for _ in 0..1 + g.below(2) {
                        g.statement(number, 1);
                    }
                });
                g.loops -= 1;
            }
            for _ in 0..1 + g.below(2) {
                g.statement(number, 1);
            }
            if g.chance(20) {
                let (first, second) = (g.expression(Kind::Any, 1, 0), g.expression(Kind::Any, 1, 0));
                g.block("if n > 0:", |g| {
                    g.line(&format!("b = f{number}({first}, {second}, n=n - 1)"));
                });
            }
            let result = g.expression(Kind::Any, 2, number);
            let extra = g.pick(&["", "", " if values[1] else table[0]", " or Thing.shared"]);
            g.line(&format!("return trim({result}){extra}"));
        });
        self.line("");
        self.line("");
    }

    fn main_loop(&mut self) {
        let rounds = self.rounds / 5 + self.below(self.rounds * 4 / 5);
        self.loops += 1;
        let head = match self.below(9) {
            0 => format!("for i, v in enumerate(values * {}):", rounds / 8),
            1 => format!("for i in range({rounds}, 0, -1):"),
            2 => format!("for i in numbers({rounds}):"),
            4 => format!("for i in careful({rounds}):"),
            5 => format!("for i in paired({rounds}):"),
            6 => format!("for i, (v, w) in enumerate(zip(range({rounds}), range({rounds}, 0, -1))):"),
            7 => format!("for i in (k * 2 - 1 for k in range({rounds})):"),
            _ => format!("for i in range({rounds}):"),
        };
        self.block(&head, |g| {
            for _ in 0..1 + g.below(2) {
                g.change(rounds);
            }
            g.block("try:", |g| {
                for _ in 0..2 + g.below(4) {
                    g.statement(FUNCTIONS, 2);
                }
            });
            g.block("except Exception as e:", |g| {
                g.line("fault(e)");
                // Back to numbers, lest a text makes all later rounds raise the same.
                for name in NAMES {
                    let kind = g.pick(&[Kind::Int, Kind::Float]);
                    let value = g.constant(kind);
                    g.line(&format!("{name} = {value}"));
                }
            });
            g.line("a, b, c, d = trim(a), trim(b), trim(c), trim(d)");
            g.line("seen = mix(mix(mix(mix(seen, a), b), c), d)");
        });
        self.loops -= 1;
    }

    /// A variable, and perhaps something shared, changes in one of `rounds`, or in some of them.
    fn change(&mut self, rounds: usize) {
        let name = self.pick(NAMES);
        let value = self.constant(Kind::Any);
        let condition = match self.below(4) {
            0 => format!("if i % {} == 3:", 7 + self.below(60)),
            _ => format!("if i == {}:", self.below(rounds)),
        };
        self.block(&condition, |g| {
            g.line(&format!("{name} = {value}"));
            if g.chance(50) {
                let change = g.pick(CHANGES);
                g.block("try:", |g| g.line(change));
                g.block("except (AttributeError, TypeError) as e:", |g| g.line("fault(e)"));
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_always_gives_the_same_program_and_another_seed_another() {
        assert_eq!(of_seed(7), of_seed(7));
        assert_ne!(of_seed(7), of_seed(8));
    }

    #[test]
    fn no_bytes_give_a_short_program() {
        let (none, some) = (program(&mut Source::Bytes(&[]), 50), program(&mut Source::Seed(1), 50));
        assert!(none.len() < some.len());
    }
}
