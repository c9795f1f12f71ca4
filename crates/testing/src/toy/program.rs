//! Random programs of the toy VM that end: loops count, and only so much work is done in all.

use super::toy_vm::insn::Decoded;
use crate::source::Source;

/// A program and the argument of its main function.
pub struct Program {
    /// Its code, well-formed.
    pub code: Vec<u64>,
    /// What local 0 of the main function is.
    pub argument: i32,
}

/// Locals that statements write. The next ones count loops, which may nest as deep.
const FREE: u16 = 5;
const NESTING: u16 = 3;
/// Frames that fit into the VM's stack, at least as many.
const FRAMES: u64 = 2048;
/// Instructions that a run may execute.
const BUDGET: u64 = 500_000;

/// A function: main is number 0, and calls itself or later ones.
struct Function {
    words: Vec<u64>,
    /// Calls to be resolved: the word, and the callee's number.
    calls: Vec<(usize, usize)>,
    /// Instructions that a call executes, at most.
    cost: u64,
}

/// Makes a program from a stream of choices.
pub fn program(source: &mut Source<'_>) -> Program {
    let count = 1 + source.below(4);
    let argument = source.pick(&[10, 0, 1, -3, 100, i32::MAX]);
    // Callees first, so that what a call costs is known.
    let mut functions: Vec<Function> = Vec::new();
    for number in (0..count).rev() {
        let function = Writer::new(source, number, &functions).function();
        functions.insert(0, function);
    }
    let starts: Vec<usize> = (0..count).map(|n| functions[..n].iter().map(|f| f.words.len()).sum()).collect();
    for (number, function) in functions.iter_mut().enumerate() {
        for &(at, callee) in &function.calls {
            if let Some(Decoded::Call { args, .. }) = Decoded::of_word(function.words[at]) {
                let to = starts[callee] as i32 - (starts[number] + at) as i32;
                function.words[at] = Decoded::Call { args, to }.encode();
            }
        }
    }
    Program { code: functions.into_iter().flat_map(|f| f.words).collect(), argument }
}

struct Writer<'w, 'b> {
    source: &'w mut Source<'b>,
    /// This function's number, and the functions behind it.
    number: usize,
    later: &'w [Function],
    out: Function,
    /// How often the current place is executed in a call.
    times: u64,
    /// Whether the function calls itself: once at most, and not in a loop.
    recursive: bool,
    /// Values on the operand stack.
    height: u16,
    /// Loops around the current place: the height there, and jumps behind it.
    loops: Vec<(u16, Vec<usize>)>,
    /// Statements to go.
    statements: usize,
}

impl<'w, 'b> Writer<'w, 'b> {
    fn new(source: &'w mut Source<'b>, number: usize, later: &'w [Function]) -> Self {
        let out = Function { words: Vec::new(), calls: Vec::new(), cost: 0 };
        let statements = 2 + source.below(12);
        Writer {
            source,
            number,
            later,
            out,
            times: 1,
            recursive: false,
            height: 0,
            loops: Vec::new(),
            statements,
        }
    }

    fn function(mut self) -> Function {
        while self.statements > 0 {
            self.statement();
        }
        self.expression(2);
        self.emit(Decoded::Return {});
        if self.recursive {
            self.out.cost = self.out.cost.saturating_mul(FRAMES);
        }
        self.out
    }

    /// What a call may cost, so that the program stays within its budget.
    fn budget(&self) -> u64 {
        if self.recursive { BUDGET / FRAMES } else { BUDGET }
    }
    fn affords(&self, cost: u64) -> bool {
        self.out.cost.saturating_add(cost.saturating_mul(self.times)) <= self.budget()
    }

    fn emit(&mut self, instruction: Decoded) -> usize {
        let at = self.out.words.len();
        self.out.words.push(instruction.encode());
        if instruction == (Decoded::Loop {}) {
            self.out.words.push(0);
        }
        self.out.cost += self.times;
        at
    }
    /// Makes the jump at `at` go to here.
    fn land(&mut self, at: usize) {
        let to = (self.out.words.len() - at) as i32;
        self.out.words[at] = match Decoded::of_word(self.out.words[at]) {
            Some(Decoded::Jump { .. }) => Decoded::Jump { to }.encode(),
            _ => Decoded::JumpUnlessLess { to }.encode(),
        };
    }

    fn statement(&mut self) {
        self.statements = self.statements.saturating_sub(1);
        match self.source.below(8) {
            0 => {
                self.expression(2);
                self.emit(Decoded::Print {});
                self.height -= 1;
            }
            1 => self.branch(),
            2 | 3 => self.counted_loop(),
            4 if self.height == self.loops.last().map_or(u16::MAX, |l| l.0) => self.leave_loop(),
            _ => {
                self.expression(3);
                let n = self.source.below(FREE.into()) as u16;
                self.emit(Decoded::Store { n });
                self.height -= 1;
            }
        }
    }

    fn block(&mut self) {
        for _ in 0..=self.source.below(3) {
            self.statement();
        }
    }

    fn condition(&mut self) -> usize {
        self.expression(1);
        self.expression(1);
        self.height -= 2;
        self.emit(Decoded::JumpUnlessLess { to: 0 })
    }

    fn branch(&mut self) {
        let over = self.condition();
        self.block();
        if self.source.one_in(2) {
            let end = self.emit(Decoded::Jump { to: 0 });
            self.land(over);
            self.block();
            self.land(end);
        } else if self.source.one_in(4) {
            self.expression(1);
            self.emit(Decoded::Return {});
            self.height -= 1;
            self.land(over);
        } else {
            self.land(over);
        }
    }

    fn leave_loop(&mut self) {
        let over = self.condition();
        let out = self.emit(Decoded::Jump { to: 0 });
        if let Some((_, jumps)) = self.loops.last_mut() {
            jumps.push(out);
        }
        self.land(over);
    }

    /// `for counter in 0..trips`, in steps of 1 or of 0.5.
    fn counted_loop(&mut self) {
        let depth = self.loops.len() as u16;
        let trips = 1 + self.source.below(30) as u64;
        let halves = self.source.one_in(6);
        let times = trips * (1 + u64::from(halves));
        if depth == NESTING || !self.affords(times * 100) {
            return;
        }
        let (counter, outside) = (FREE + depth, self.times);
        self.emit(Decoded::Push { number: 0 });
        self.emit(Decoded::Store { n: counter });
        self.times *= times + 1;
        let head = self.emit(Decoded::Loop {});
        self.emit(Decoded::Load { n: counter });
        self.emit(Decoded::Push { number: trips as i16 });
        let out = self.emit(Decoded::JumpUnlessLess { to: 0 });
        self.loops.push((self.height, vec![out]));
        self.block();
        self.emit(Decoded::Load { n: counter });
        self.emit(Decoded::Push { number: 1 });
        if halves {
            self.emit(Decoded::Push { number: 2 });
            self.emit(Decoded::Div {});
        }
        self.emit(Decoded::Add {});
        self.emit(Decoded::Store { n: counter });
        let to = head as i32 - self.out.words.len() as i32;
        self.emit(Decoded::Jump { to });
        self.times = outside;
        for jump in self.loops.pop().map(|l| l.1).unwrap_or_default() {
            self.land(jump);
        }
    }

    /// Pushes a value.
    fn expression(&mut self, depth: u32) {
        match self.source.below(if depth == 0 { 6 } else { 11 }) {
            0 | 1 => {
                let n = self.source.below(usize::from(FREE + NESTING)) as u16;
                self.push(Decoded::Load { n });
            }
            2 | 3 => {
                let number = self.source.pick(&[1, 0, 2, 3, 7, 10]);
                self.push(Decoded::Push { number });
            }
            4 => self.push(Decoded::Load { n: 0 }),
            5 => {
                let number = self.source.pick(&[i16::MAX, -1, -5, i16::MIN]);
                self.push(Decoded::Push { number });
            }
            6 if self.source.one_in(3) => {
                // A value that waits below a statement's.
                self.expression(depth - 1);
                self.statement();
            }
            7 => self.call(depth),
            _ => {
                self.expression(depth - 1);
                self.expression(depth - 1);
                let arithmetic =
                    [Decoded::Add {}, Decoded::Sub {}, Decoded::Mul {}, Decoded::Div {}, Decoded::Add {}];
                let op = self.source.pick(&arithmetic);
                self.emit(op);
                self.height -= 1;
            }
        }
    }

    fn push(&mut self, instruction: Decoded) {
        self.emit(instruction);
        self.height += 1;
    }

    fn call(&mut self, depth: u32) {
        let chosen = self.source.below(self.later.len() + 1);
        let itself = chosen == self.later.len();
        let affordable = if itself {
            !self.recursive && self.loops.is_empty() && self.out.cost < BUDGET / FRAMES / 4
        } else {
            self.affords(self.later[chosen].cost)
        };
        if !affordable || self.height > 12 {
            return self.push(Decoded::Load { n: 1 });
        }
        let args = self.source.below(4) as u16;
        let mut left = args;
        if itself {
            self.recursive = true;
            if args > 0 {
                // Recursion that counts down, often enough.
                self.push(Decoded::Load { n: 0 });
                self.push(Decoded::Push { number: 1 });
                self.emit(Decoded::Sub {});
                self.height -= 1;
                left -= 1;
            }
        } else {
            self.out.cost += self.times * self.later[chosen].cost;
        }
        for _ in 0..left {
            self.expression(depth.saturating_sub(2));
        }
        let at = self.emit(Decoded::Call { args, to: 0 });
        let callee = if itself { self.number } else { self.number + 1 + chosen };
        self.out.calls.push((at, callee));
        self.height = self.height + 1 - args;
    }
}
