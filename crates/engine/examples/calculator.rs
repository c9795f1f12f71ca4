//! A calculator whose expressions are compiled: the smallest host, one instruction long.
//!
//! `cargo run --release --example calculator -- '2*x^0.5' 3` prints 3.4641016151377544. An expression knows numbers, `x`,
//! `+ - * / ^`, parentheses and `sqrt`; `^` binds tightest and to the right, then unary minus.

use std::ffi::c_void;
use std::rc::Rc;
use uplift::uop::{Effects, Elem, FnAddr, FrameState, HostFn, HostSpec, ReprSpec, Resume, Ty, Width};
use uplift::{Arg, Config, Embed, Engine, Host, Interp, Location, LoopCell, Machine, Recorder};

/// An arithmetic expression in one variable.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// A constant.
    Number(f64),
    /// The variable `x`.
    X,
    /// A negation.
    Neg(Box<Expr>),
    /// A square root.
    Sqrt(Box<Expr>),
    /// One of `+ - * / ^` between two expressions.
    Binary(char, Box<Expr>, Box<Expr>),
}

/// Why a text is no expression, and the byte at which that shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// Byte offset in the text.
    pub at: usize,
    /// What was expected.
    pub message: &'static str,
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

/// Nested parentheses and operators allowed, so that no text overflows the native stack.
const MAX_DEPTH: usize = 200;

impl Parser<'_> {
    fn error<T>(&self, message: &'static str) -> Result<T, ParseError> {
        Err(ParseError { at: self.at, message })
    }
    fn peek(&mut self) -> Option<char> {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        self.text[self.at..].chars().next()
    }
    fn eat(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        self.at += if found { c.len_utf8() } else { 0 };
        found
    }
    /// Operators of one precedence, grouping to the left.
    fn level(
        &mut self,
        operators: [char; 2],
        next: fn(&mut Self) -> Result<Expr, ParseError>,
    ) -> Result<Expr, ParseError> {
        let mut left = next(self)?;
        let mut length = 0;
        while let Some(op) = operators.into_iter().find(|&op| self.eat(op)) {
            length += 1;
            if length > MAX_DEPTH {
                return self.error("fewer operators in a row");
            }
            left = Expr::Binary(op, Box::new(left), Box::new(next(self)?));
        }
        Ok(left)
    }
    fn sum(&mut self) -> Result<Expr, ParseError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self.error("less nesting");
        }
        let result = self.level(['+', '-'], |p| p.level(['*', '/'], Parser::unary));
        self.depth -= 1;
        result
    }
    fn unary(&mut self) -> Result<Expr, ParseError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self.error("less nesting");
        }
        let result = if self.eat('-') {
            Expr::Neg(Box::new(self.unary()?))
        } else {
            let base = self.atom()?;
            if self.eat('^') { Expr::Binary('^', Box::new(base), Box::new(self.unary()?)) } else { base }
        };
        self.depth -= 1;
        Ok(result)
    }
    fn atom(&mut self) -> Result<Expr, ParseError> {
        if self.eat('(') {
            let inner = self.sum()?;
            return if self.eat(')') { Ok(inner) } else { self.error("expected `)`") };
        }
        self.peek();
        let rest = &self.text[self.at..];
        if let Some(after) = rest.strip_prefix("sqrt") {
            self.at += rest.len() - after.len();
            return if self.peek() == Some('(') {
                Ok(Expr::Sqrt(Box::new(self.atom()?)))
            } else {
                self.error("expected `(`")
            };
        }
        if self.eat('x') {
            return Ok(Expr::X);
        }
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        match rest[..end].parse() {
            Ok(number) => {
                self.at += end;
                Ok(Expr::Number(number))
            }
            Err(_) => self.error("expected a number, `x`, `sqrt` or `(`"),
        }
    }
}

impl Expr {
    /// Parses a text.
    pub fn parse(text: &str) -> Result<Expr, ParseError> {
        let mut parser = Parser { text, at: 0, depth: 0 };
        let expr = parser.sum()?;
        if parser.peek().is_some() { parser.error("expected an operator") } else { Ok(expr) }
    }

    /// The value at `x`: what the compiled code must give, bit for bit.
    pub fn eval(&self, x: f64) -> f64 {
        match self {
            Expr::Number(number) => *number,
            Expr::X => x,
            Expr::Neg(a) => -a.eval(x),
            Expr::Sqrt(a) => a.eval(x).sqrt(),
            Expr::Binary(op, a, b) => {
                let (a, b) = (a.eval(x), b.eval(x));
                match op {
                    '+' => a + b,
                    '-' => a - b,
                    '*' => a * b,
                    '/' => a / b,
                    _ => a.powf(b),
                }
            }
        }
    }

    /// The same over a machine: evaluates now, or records how.
    fn run<M: Machine>(&self, m: &mut M, x: M::Float) -> M::Float {
        match self {
            Expr::Number(number) => m.const_float(*number),
            Expr::X => x,
            Expr::Neg(a) => {
                let a = a.run(m, x);
                m.float_neg(a)
            }
            Expr::Sqrt(a) => {
                let a = a.run(m, x);
                m.float_sqrt(a)
            }
            Expr::Binary('^', a, b) => {
                let a = a.run(m, x);
                power(m, a, b, x)
            }
            Expr::Binary(op, a, b) => {
                let (a, b) = (a.run(m, x), b.run(m, x));
                match op {
                    '+' => m.float_add(a, b),
                    '-' => m.float_sub(a, b),
                    '*' => m.float_mul(a, b),
                    _ => m.float_div(a, b),
                }
            }
        }
    }
}

/// A power; a root of a positive number is cheaper than the general function and equal to it.
fn power<M: Machine>(m: &mut M, base: M::Float, exponent: &Expr, x: M::Float) -> M::Float {
    if *exponent == Expr::Number(0.5) {
        let (zero, infinity) = (m.const_float(0.0), m.const_float(f64::INFINITY));
        let (positive, finite) = (m.float_gt(base, zero), m.float_lt(base, infinity));
        let ordinary = m.bool_and(positive, finite);
        if m.test(ordinary) {
            return m.float_sqrt(base);
        }
    }
    let exponent = exponent.run(m, x);
    m.call_float(&POW, &[Arg::Float(base), Arg::Float(exponent)])
}

extern "C" fn pow(_: *mut c_void, base: u64, exponent: u64) -> u64 {
    f64::from_bits(base).powf(f64::from_bits(exponent)).to_bits()
}

static POW: HostFn = HostFn {
    id: 0,
    name: "pow",
    addr: FnAddr(pow as *const ()),
    params: &[Ty::Float, Ty::Float],
    ret: Ty::Float,
    effects: Effects::PURE,
};
static INPUT: Elem = Elem { id: 0, name: "input", offset: 0, width: Width::F64, immutable: true, class: 0 };
static OUTPUT: Elem =
    Elem { id: 1, name: "output", offset: 0, width: Width::F64, immutable: false, class: 1 };
static SPEC: HostSpec = HostSpec {
    name: "calculator",
    repr: ReprSpec::RAW,
    kinds: &[],
    fields: &[],
    elems: &[&INPUT, &OUTPUT],
    fns: &[&POW],
    raised_word: 0,
};

/// An expression made ready to be mapped over slices.
pub struct Calculator {
    expr: Rc<Expr>,
    engine: Rc<Engine>,
    cell: LoopCell,
    /// Address of the input, address of the output, next index, length.
    slots: [u64; 4],
}

/// The only instruction: computes one element. False at the end.
fn step<M: Machine<Host = Calculator>>(m: &mut M) -> bool {
    let expr = Rc::clone(&m.host().expr);
    let (i, n) = (m.slot(2), m.slot(3));
    let (i, n) = (m.unbox_int(i), m.unbox_int(n));
    let more = m.int_lt(i, n);
    if !m.test(more) {
        return false;
    }
    let (input, output) = (m.slot(0), m.slot(1));
    let (input, output) = (m.unbox_ref(input), m.unbox_ref(output));
    let x = m.load_elem_float(input, i, &INPUT);
    let y = expr.run(m, x);
    m.store_elem_float(output, i, y, &OUTPUT);
    let one = m.const_int(1);
    let next = m.int_add(i, one);
    let next = m.box_int(next);
    m.set_slot(2, next);
    true
}

impl Host for Calculator {
    const REPR: ReprSpec = ReprSpec::RAW;
    const RAISED: u64 = 0;

    fn spec() -> &'static HostSpec {
        &SPEC
    }
    fn depth(&self) -> usize {
        1
    }
    fn location(&self) -> Location {
        Location { code: 0, pc: 0 }
    }
    fn frame_states(&self, _root: usize, out: &mut Vec<FrameState>) {
        out.push(FrameState { code: 0, pc: 0, base: 0, extra: 0 });
    }
    fn live_slots(&self, _root: usize) -> Option<Vec<i32>> {
        None
    }
    fn set_resume(&mut self, _pc: u32) {}
}

impl Embed for Calculator {
    fn engine(&self) -> &Rc<Engine> {
        &self.engine
    }
    fn slots(&mut self) -> *mut u64 {
        self.slots.as_mut_ptr()
    }
    fn loop_name(&self) -> String {
        "map".to_owned()
    }
    fn restore(&mut self, _root: usize, _frames: &[FrameState], _resume: Resume) {}
    fn record_instruction(recorder: &mut Recorder<'_, Calculator>) {
        let mut cell = LoopCell::default();
        if !recorder.loop_header(&mut cell) && !step(recorder) {
            recorder.abort(uplift::AbortReason::LeftRootFrame);
        }
    }
}

impl Calculator {
    /// Makes `expr` ready; compiled after a few elements.
    pub fn new(expr: Expr, config: Config) -> Calculator {
        let engine = Engine::new(&SPEC, config).expect("the host's declarations are sound");
        Calculator { expr: Rc::new(expr), engine, cell: LoopCell::default(), slots: [0; 4] }
    }

    /// Writes the value at each of `input` to `output`, which must be as long.
    pub fn map(&mut self, input: &[f64], output: &mut [f64]) {
        assert_eq!(input.len(), output.len(), "input and output have the same length");
        self.slots = [input.as_ptr() as u64, output.as_mut_ptr() as u64, 0, input.len() as u64];
        loop {
            let (slots, threshold) = (self.slots(), self.engine.threshold());
            let mut cell = self.cell;
            // SAFETY: the slots live as long as the calculator; slots 0 and 1 are the slices with the length in slot 3.
            let hot = unsafe { Interp::new(self, slots, threshold) }.loop_header(&mut cell);
            if hot {
                // SAFETY: as above, and the cell is a local.
                unsafe { Engine::drive(self, uplift::HeaderKind::Loop, &mut cell) };
            }
            self.cell = cell;
            // Header and body are one instruction: after an exit it must be executed before the tree is entered again.
            // SAFETY: as above.
            if !step(&mut unsafe { Interp::new(self, slots, threshold) }) {
                return;
            }
        }
    }

    /// The value at `x`.
    pub fn call(&mut self, x: f64) -> f64 {
        let mut output = [0.0];
        self.map(&[x], &mut output);
        output[0]
    }
    /// The engine, for statistics.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }
}

#[allow(dead_code, reason = "the tests and benchmarks include this file as a module")]
fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [text, values @ ..] = arguments.as_slice() else {
        eprintln!("usage: calculator EXPRESSION [X...]");
        std::process::exit(2);
    };
    let expr = Expr::parse(text).unwrap_or_else(|error| {
        eprintln!("{text}\n{:>width$} {}", '^', error.message, width = error.at + 1);
        std::process::exit(2);
    });
    let mut calculator = Calculator::new(expr, Config::default().threshold(1));
    for value in values {
        match value.parse() {
            Ok(x) => println!("{}", calculator.call(x)),
            Err(_) => {
                eprintln!("{value} is not a number");
                std::process::exit(2);
            }
        }
    }
}
