//! A stack VM with integers, floats, locals, jumps, calls and output, whose hot loops get compiled: a complete host.

use std::ffi::c_void;
use std::rc::Rc;
use uplift::uop::bytecodes::{CodeError, Limits, stack_heights, verify_code};
use uplift::uop::{Effects, FnAddr, HostFn, HostSpec, KindTest, ReprSpec, Ty, bytecodes};
use uplift::{Arg, Config, Ended, Engine, Instructions, LoopCell, Machine, Stack, StackHost, Stop};

// 1. The instruction set, declared once: encoder, decoder, disassembler and verifier come with it.
bytecodes! {
    /// Instructions of the toy VM.
    pub enum Op, mod insn {
        /// Pushes an integer.
        Push { number: Imm } [pushes 1]
        /// Pushes local `n`.
        Load { n: Read } [pushes 1]
        /// Pops into local `n`.
        Store { n: Write } [pops 1]
        /// Pops y, x; pushes x + y.
        Add {} [pops 2, pushes 1]
        /// Pops y, x; pushes x - y.
        Sub {} [pops 2, pushes 1]
        /// Pops y, x; pushes x * y.
        Mul {} [pops 2, pushes 1]
        /// Pops y, x; pushes x / y, a float.
        Div {} [pops 2, pushes 1]
        /// Pops and prints.
        Print {} [pops 1]
        /// Pops y, x; goes to `to` unless x < y.
        JumpUnlessLess { to: Jump } [pops 2]
        /// Goes to `to`.
        Jump { to: Jump } [ends]
        /// Head of a loop; the cell counts visits.
        Loop {} [cache 1]
        /// Calls the function at `to` with the `args` topmost values, which become its first locals.
        Call { args: Pops, to: Entry } [pushes 1]
        /// Pops the result and returns it.
        Return {} [pops 1, ends]
    }
}

// 2. The host's values, 64-bit words of two kinds, and the function that traces may call.
static INT: KindTest = KindTest::nan_box_int(0);
static FLOAT: KindTest = KindTest::nan_box_float(1);
static PRINT: HostFn = HostFn {
    id: 0,
    name: "print",
    addr: FnAddr(print as *const ()),
    params: &[Ty::Word],
    ret: Ty::Unit,
    effects: Effects { writes: 1, ..Effects::PURE },
};

extern "C" fn print(vm: *mut c_void, word: u64) -> u64 {
    // SAFETY: the engine and the interpreter pass their host.
    unsafe { &mut *vm.cast::<Vm>() }.output.push(word);
    0
}

/// Locals of a function, which come first in its frame, and operands that may lie above them.
const LOCALS: u16 = 8;
const OPERANDS: u16 = 24;
const REPR: ReprSpec = ReprSpec::NAN_BOX;
const ZERO: u64 = REPR.box_int(0);

/// A toy VM with a program.
pub struct Vm {
    code: Vec<u64>,
    /// How many operands there are before each instruction.
    heights: Vec<u16>,
    stack: Stack,
    engine: Rc<Engine>,
    /// What the program printed.
    pub output: Vec<u64>,
}

/// Why a program failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// An integer left its 48 bits.
    Overflow,
    /// Too many calls.
    StackOverflow,
    /// Somebody stopped the program. It may go on.
    Stopped,
}

type Flow = Result<(), Stop<Error>>;

// 3. What the engine asks of the host; what else it needs follows from these.
impl StackHost for Vm {
    const SPEC: &'static HostSpec =
        &HostSpec { kinds: &[&INT, &FLOAT], fns: &[&PRINT], ..HostSpec::new("toy", REPR) };

    fn stack(&self) -> &Stack {
        &self.stack
    }
    fn stack_mut(&mut self) -> &mut Stack {
        &mut self.stack
    }
    fn used_slots(&self) -> u16 {
        LOCALS + self.heights[self.stack.frame().pc as usize]
    }
    fn wants_attention(&self) -> bool {
        self.engine.attention().get() != 0
    }
}

// 4. The handlers, written once: over `Interp` they are the interpreter, over `Recorder` they record traces. In each
// instruction tests come before effects, because a trace that leaves at a test executes the instruction again.
fn float<M: Machine>(m: &mut M, w: M::Word) -> M::Float {
    let is_float = m.is_kind(w, &FLOAT);
    if m.test(is_float) {
        return m.unbox_float(w);
    }
    let int = m.unbox_int(w);
    m.int_to_float(int)
}

/// The two topmost operands, and whether both are integers.
fn operands<M: Machine>(m: &mut M, top: i32) -> (M::Word, M::Word, bool) {
    let (x, y) = (m.slot(top - 2), m.slot(top - 1));
    let (x_int, y_int) = (m.is_kind(x, &INT), m.is_kind(y, &INT));
    (x, y, m.test(x_int) && m.test(y_int))
}

fn arithmetic<M: Machine>(
    m: &mut M,
    top: i32,
    on_ints: impl Fn(&mut M, M::Int, M::Int) -> Option<M::Int>,
    on_floats: impl Fn(&mut M, M::Float, M::Float) -> M::Float,
) -> Flow {
    let (x, y, ints) = operands(m, top); // two guards when recording, nothing more
    let result = if ints {
        let (x, y) = (m.unbox_int(x), m.unbox_int(y));
        let result = on_ints(m, x, y).ok_or(Stop::Fail(Error::Overflow))?; // the overflow guard
        let fits = m.int_fits(result, 48);
        if !m.test(fits) {
            return Err(Stop::Fail(Error::Overflow));
        }
        m.box_int(result)
    } else {
        let (x, y) = (float(m, x), float(m, y));
        let result = on_floats(m, x, y);
        m.box_float(result)
    };
    m.set_slot(top - 2, result);
    Ok(())
}

impl Instructions for Vm {
    type Error = Error;

    fn jit(&self) -> &Rc<Engine> {
        &self.engine
    }
    fn step<M: Machine<Host = Vm>>(m: &mut M) -> Flow {
        use insn::Decoded as I;
        let vm = m.host();
        let (pc, top) = (vm.stack.frame().pc, i32::from(vm.used_slots()));
        let mut next = pc + 1;
        match I::of_word(vm.code[pc as usize]).ok_or(Stop::Done)? {
            I::Push { number } => {
                let w = m.const_word(REPR.box_int(number.into()));
                m.set_slot(top, w);
            }
            I::Load { n } => {
                let w = m.slot(n.into());
                m.set_slot(top, w);
            }
            I::Store { n } => {
                let w = m.slot(top - 1);
                m.set_slot(n.into(), w);
            }
            I::Add {} => arithmetic(m, top, M::int_add_checked, M::float_add)?,
            I::Sub {} => arithmetic(m, top, M::int_sub_checked, M::float_sub)?,
            I::Mul {} => arithmetic(m, top, M::int_mul_checked, M::float_mul)?,
            I::Div {} => {
                let (x, y) = (m.slot(top - 2), m.slot(top - 1));
                let (x, y) = (float(m, x), float(m, y));
                let quotient = m.float_div(x, y);
                let quotient = m.box_float(quotient);
                m.set_slot(top - 2, quotient);
            }
            I::Print {} => {
                let w = m.slot(top - 1);
                m.call_unit(&PRINT, &[Arg::Word(w)]);
            }
            I::JumpUnlessLess { to } => {
                let (x, y, ints) = operands(m, top);
                let less = if ints {
                    let (x, y) = (m.unbox_int(x), m.unbox_int(y));
                    m.int_lt(x, y)
                } else {
                    let (x, y) = (float(m, x), float(m, y));
                    m.float_lt(x, y)
                };
                if !m.test(less) {
                    next = pc.wrapping_add_signed(to);
                }
            }
            I::Jump { to } => next = pc.wrapping_add_signed(to),
            I::Loop {} => {
                let cell: *mut LoopCell = LoopCell::in_word(&mut vm.code[pc as usize + 1]);
                next += 1;
                // SAFETY: the code stays where it is, and nothing else refers to it now.
                if m.loop_header(unsafe { &mut *cell }) {
                    return Err(Stop::Hot(cell, next));
                }
            }
            I::Call { args, to } => {
                let delta = top - i32::from(args);
                vm.stack.frame_mut().pc = next;
                if !vm.stack.push(delta as u16, 0, pc.wrapping_add_signed(to)) {
                    vm.stack.frame_mut().pc = pc;
                    return Err(Stop::Fail(Error::StackOverflow));
                }
                m.enter_frame(delta);
                m.claim_slots((LOCALS + OPERANDS).into());
                let zero = m.const_word(ZERO);
                (args..LOCALS).for_each(|n| m.set_slot(n.into(), zero));
                return Ok(());
            }
            I::Return {} => {
                if m.before_return() {
                    return Ok(());
                }
                let result = m.slot(top - 1);
                let delta = m.host().stack.pop().ok_or(Stop::Done)?;
                m.leave_frame(delta);
                let height = m.host().used_slots();
                m.set_slot(i32::from(height) - 1, result);
                return Ok(());
            }
        }
        m.host().stack.frame_mut().pc = next;
        Ok(())
    }
}

// 5. What a user of the VM sees.
impl Vm {
    /// A VM for `code`, whose main function starts at its first word. Refuses code that could do any harm.
    pub fn new(code: Vec<u64>, config: Config) -> Result<Vm, CodeError> {
        verify_code::<Op>(&code, &Limits { registers: LOCALS.into(), ..Limits::default() })?;
        let heights = stack_heights::<Op>(&code, OPERANDS)?;
        let engine = Engine::new(Vm::SPEC, config).expect("the host's declarations are sound");
        let stack = Stack::new(1 << 14, LOCALS + OPERANDS, ZERO);
        Ok(Vm { code, heights, stack, engine, output: Vec::new() })
    }
    /// Runs the main function with `argument` in local 0; the word that it returns.
    pub fn run(&mut self, argument: i32) -> Result<u64, Error> {
        self.stack.reset(ZERO);
        self.stack.set_slot(0, REPR.box_int(argument.into()));
        self.go_on()
    }
    /// Runs on from where the program was stopped.
    pub fn go_on(&mut self) -> Result<u64, Error> {
        // SAFETY: the code was verified: its locals and operands are slots of its frames.
        match unsafe { self.interpret()? } {
            Ended::Returned => Ok(self.stack.slot(self.used_slots() - 1)),
            Ended::Stopped => Err(Error::Stopped),
        }
    }
}

/// `s = 0.0; i = 0; while i < n: s = s + half(i); i = i + 1; return s`, with `half(x) = x / 2`.
pub fn program() -> Vec<u64> {
    use insn::Decoded::{self, *};
    let (n, s, i) = (0, 1, 2);
    let loop_body = [
        Load { n: i },
        Load { n },
        JumpUnlessLess { to: 11 },
        Load { n: s },
        Load { n: i },
        Call { args: 1, to: 10 },
        Add {},
        Store { n: s },
        Load { n: i },
        Push { number: 1 },
        Add {},
        Store { n: i },
        Jump { to: -14 },
    ];
    let end = [Load { n: s }, Return {}];
    let half = [Load { n: 0 }, Push { number: 2 }, Div {}, Return {}];
    let rest = loop_body.into_iter().chain(end).chain(half).map(Decoded::encode);
    [Loop {}.encode(), 0].into_iter().chain(rest).collect()
}

#[allow(dead_code, reason = "the tests include this file as a module")]
fn main() {
    let n = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(10_000_000);
    let mut vm = Vm::new(program(), Config::default()).expect("the program is well-formed");
    let started = std::time::Instant::now();
    let result = vm.run(n).map(|word| REPR.unbox_float(word));
    println!("{result:?} in {:?}", started.elapsed());
    print!("{}", vm.jit().stats());
}
