//! Statements: assignments, branches, loops, handlers, and what changes shared objects.

use super::{FUNCTIONS, Generator, Kind, NAMES};

impl Generator<'_, '_> {
    /// A statement, in which functions below `callable` may be called, and others stand at most `depth` deep.
    pub(super) fn statement(&mut self, callable: usize, depth: usize) {
        let name = self.pick(NAMES);
        let shared = callable == FUNCTIONS && !self.plain;
        match self.below(if depth > 0 { 22 } else { 10 }) {
            0..=2 => {
                let value = self.expression(Kind::Any, 2, callable);
                self.line(&format!("{name} = {value}"));
            }
            3 | 4 => {
                let value = self.expression(Kind::Int, 1, callable);
                let operator = self.pick(&["+=", "-=", "//=", "%=", "^=", "|="]);
                let operator = if self.plain { "-=" } else { operator };
                self.line(&format!("{name} {operator} {value}"));
            }
            5 | 9 if shared => self.effect(callable),
            5 | 9 => {
                let (left, right) =
                    (self.expression(Kind::Any, 1, callable), self.expression(Kind::Any, 1, callable));
                self.line(&format!("a, b = {left}, {right}"));
            }
            6 => {
                let other = self.pick(NAMES);
                self.line(&format!("{name}, {other} = {other}, {name}"));
            }
            7 if shared => {
                let index = self.below(4);
                let attribute = self.pick(&["x", "y"]);
                let value = self.expression(Kind::Float, 1, callable);
                self.line(&format!("things[{index}].{attribute} = trim({value})"));
            }
            7 | 8 => {
                let value = self.expression(Kind::Float, 2, callable);
                self.line(&format!("{name} = {value}"));
            }
            10..=12 => self.branch(callable, depth),
            13 | 14 => self.inner_loop(callable, depth),
            15 => self.kept_for_a_handler(callable, name),
            16 => self.handled(callable, depth, name),
            17 => self.shielded(callable, depth, name),
            18 => self.matched(callable, depth, name),
            19 => self.caught_around_a_loop(callable, depth, name),
            _ => {
                let value = self.expression(Kind::Any, 2, callable);
                self.line(&format!("{name} = {name} if {name} == {value} else {value}"));
            }
        }
    }

    fn branch(&mut self, callable: usize, depth: usize) {
        let condition = self.condition(callable);
        self.block(&format!("if {condition}:"), |g| g.statement(callable, depth - 1));
        if self.chance(50) {
            self.block("else:", |g| {
                if g.loops > 0 && g.chance(25) {
                    let jump = g.pick(&["continue", "continue", "break"]);
                    // Leaving the outermost loop early makes dull programs.
                    g.line(if g.loops == 1 { "pass" } else { jump });
                } else {
                    g.statement(callable, depth - 1);
                }
            });
        }
    }

    /// What only the handler reads, should something below raise.
    fn kept_for_a_handler(&mut self, callable: usize, name: &str) {
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

    fn handled(&mut self, callable: usize, depth: usize, name: &str) {
        self.block("try:", |g| g.statement(callable, depth - 1));
        let kinds = self.pick(&[
            "ZeroDivisionError",
            "TypeError",
            "(ValueError, OverflowError)",
            "(IndexError, KeyError)",
            "(AttributeError, NameError)",
            "Exception",
        ]);
        self.block(&format!("except {kinds}:"), |g| {
            let value = g.constant(Kind::Int);
            g.line(&format!("{name} = {value}"));
            if g.chance(15) {
                g.line("raise");
            }
        });
        if self.chance(30) {
            self.block("finally:", |g| g.line("d = 1"));
        }
    }

    /// A context manager that swallows one kind of exception; registers hold its `__exit__` meanwhile.
    fn shielded(&mut self, callable: usize, depth: usize, name: &str) {
        let condition = self.condition(callable);
        self.block(&format!("with shield as {name}:"), |g| {
            g.statement(callable, depth - 1);
            let error = g.pick(&["ValueError", "ValueError", "KeyError"]);
            g.block(&format!("if {condition}:"), |g| g.line(&format!("raise {error}({name})")));
        });
    }

    fn matched(&mut self, callable: usize, depth: usize, name: &str) {
        let other = self.expression(Kind::Any, 1, callable);
        self.block(&format!("match {name}, {other}:"), |g| {
            g.block("case (int(), float()):", |g| g.statement(callable, depth - 1));
            g.block("case (Thing(x=int() as k), _) | (_, [k, *_]):", |g| g.line("c = k"));
            g.block("case (0 | 1 | None, _):", |g| g.statement(callable, depth - 1));
            g.block(&format!("case _ if {name}:"), |g| g.line("pass"));
        });
    }

    /// A loop that an exception leaves, with work done on the way out.
    fn caught_around_a_loop(&mut self, callable: usize, depth: usize, name: &str) {
        let (count, last) = (1 + self.below(30), self.below(30));
        self.block("try:", |g| {
            g.loops += 1;
            g.block(&format!("for j in range({count}):"), |g| {
                g.trim_all();
                g.block("try:", |g| g.statement(callable, depth - 1));
                g.block("finally:", |g| g.line(&format!("{name} = j")));
                g.block(&format!("if j == {last}:"), |g| g.line(&format!("raise LookupError({name})")));
            });
            g.loops -= 1;
            g.block("else:", |g| g.line(&format!("{name} = -1")));
        });
        self.block("except LookupError as e:", |g| g.line("c = e.args[0]"));
    }

    fn inner_loop(&mut self, callable: usize, depth: usize) {
        let name = self.pick(NAMES);
        let j = format!("j{}", self.loops);
        self.loops += 1;
        let outer = self.plain;
        self.plain = outer || self.chance(50);
        match self.below(4) {
            0 => {
                let count = self.below(9);
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
            2 if callable == FUNCTIONS => {
                self.block(&format!("for {j} in things:"), |g| {
                    g.trim_all();
                    let member = g.pick(&["x", "y", "shared", "step(1)", "half", "missing"]);
                    g.line(&format!("{name} = {j}.{member}"));
                    g.statement(callable, depth - 1);
                });
            }
            _ => {
                let count = self.below(12);
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
    pub(super) fn trim_all(&mut self) {
        if !self.plain {
            self.line("a, b, c, d = trim(a), trim(b), trim(c), trim(d)");
        }
    }

    /// A statement of the main loop that changes something shared.
    fn effect(&mut self, callable: usize) {
        let value = self.expression(Kind::Int, 1, callable);
        let name = self.pick(NAMES);
        let error = self.pick(&["None", "KeyError(1)", "KeyError", "ValueError('thrown')"]);
        let text = match self.below(17) {
            0 => format!("values[i % len(values)] = trim({value})"),
            1 => format!("values[int(i) % 8] += {value}"),
            2 => format!("table[int(i) % 5] = {value}"),
            3 => format!("{name} = things[int(i) % 4].step({value})"),
            4 => format!("{name} = bump({value})"),
            5 => format!("values[2:4] = [{value}, {name}]"),
            6 => format!("{name} = things[int(i) % 4] + {value}"),
            7 => format!("table.pop(int(i) % 7, None); table.setdefault(3, {value})"),
            8 => format!("{name} = converse(echo, {value}, {name}, {error})"),
            9 => format!("{name} = converse(relay, {value}, i, {error})"),
            10 => format!("alias[int(i) % 8] = trim({value}); {name} = values[int(i) % 8]"),
            11 => format!("other = things[int(i) % 4]; other.x = {value}; {name} = things[int(i) % 4].x"),
            12 => format!("{name} = slotted({value})"),
            13 => format!("slotted.p, slotted.q = slotted.q, trim({value})"),
            14 => format!("{name} = [lambda: {name}, lambda: {value}][int(i) % 2]()"),
            15 => format!("{name} = touch({value})"),
            _ => format!("values.append(values.pop({}))", self.pick(&["0", "", "-2"])),
        };
        self.line(&text);
    }

    fn condition(&mut self, callable: usize) -> String {
        let name = self.pick(NAMES);
        let left = self.expression(Kind::Int, 1, callable);
        let right = self.expression(Kind::Float, 1, callable);
        match self.below(8) {
            0 => name.to_owned(),
            1 => format!("not {name}"),
            2 => {
                format!("isinstance({name}, {})", self.pick(&["int", "float", "str", "Thing", "list"]))
            }
            3 => format!("{name} is None or {left} > 3"),
            4 => format!("0 <= {left} < 20"),
            5 => format!("{left} % 3 == 1"),
            6 => format!("{name} == {right} or {name} != {name}"),
            _ => format!("{left} {} {right}", self.pick(&["<", ">", "<=", ">=", "==", "!="])),
        }
    }
}
