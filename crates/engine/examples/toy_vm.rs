//! A stack VM with integers, floats, locals, jumps and calls, whose hot loops get compiled: the smallest complete host.
//!
//! `cargo run --release --example toy_vm -- 30000000`

use std::rc::Rc;
use uplift::uop::bytecodes::{InstructionSet, Limits, verify_code};
use uplift::uop::spec::{HostSpec, KindTest, ReprSpec};
use uplift::uop::{FrameState, Resume, bytecodes};
use uplift::{
    AbortReason, Config, Driven, Embed, Engine, Host, Interp, Location, LoopCell, Machine, Recorder,
};

// 1. The instruction set, declared once: encoder, decoder, disassembler and verifier come with it.
bytecodes! {
    /// Instructions of the toy VM.
    pub enum Op, mod insn {
        /// Pushes an integer.
        Push { number: Imm }
        /// Pushes local `n`.
        Load { n: Count }
        /// Pops into local `n`.
        Store { n: Count }
        /// Pops y, x; pushes x + y.
        Add {}
        /// Pops y, x; pushes x - y.
        Sub {}
        /// Pops y, x; pushes x * y.
        Mul {}
        /// Pops y, x; pushes x / y, a float.
        Div {}
        /// Pops y, x; goes to `to` unless x < y.
        JumpUnlessLess { to: Jump }
        /// Goes to `to`.
        Jump { to: Jump } [ends]
        /// Head of a loop; the cell counts visits.
        Loop {} [cache 1]
        /// Calls the function at `to` with the `args` topmost values, which become its first locals.
        Call { args: Count, to: Jump }
        /// Pops the result and returns it.
        Return {} [ends]
    }
}

// 2. The host's values: 64-bit NaN-boxed words of two kinds.
static INT: KindTest = KindTest { id: 0, name: "int", set: 1, mask: !0, lo: 0xFFFE << 48, len: 2 << 48 };
static FLOAT: KindTest =
    KindTest { id: 1, name: "float", set: 2, mask: !0, lo: 1 << 49, len: (0xFFFE << 48) - (1 << 49) };
static SPEC: HostSpec = HostSpec {
    name: "toy",
    repr: ReprSpec::NAN_BOX,
    kinds: &[&INT, &FLOAT],
    fields: &[],
    elems: &[],
    fns: &[],
    raised_word: 0,
};
const LOCALS: i32 = 8;

#[derive(Clone, Copy)]
struct Frame {
    pc: usize,
    base: usize,
    /// Height of the operand stack, which starts above the locals: known at each pc, so a trace constant.
    height: i32,
}

/// A toy VM with a program.
pub struct Vm {
    code: Vec<u64>,
    slots: Vec<u64>,
    frames: Vec<Frame>,
    engine: Rc<Engine>,
}

/// Why a program stopped.
#[derive(Debug, PartialEq, Eq)]
pub enum Error {
    /// An operand was neither integer nor float, or an integer left its 48 bits.
    Type,
    /// Too many calls.
    StackOverflow,
}

enum Flow {
    Next,
    Goto(usize),
    /// The loop header wants the engine.
    Hot,
    /// The outermost function returned.
    Done,
    Fail(Error),
}

// 3. What the engine asks of the host.
impl Host for Vm {
    const REPR: ReprSpec = ReprSpec::NAN_BOX;
    const RAISED: u64 = 0;

    fn spec() -> &'static HostSpec {
        &SPEC
    }
    fn depth(&self) -> usize {
        self.frames.len()
    }
    fn location(&self) -> Location {
        Location { code: 0, pc: self.frame().pc as u32 }
    }
    fn frame_states(&self, root: usize, out: &mut Vec<FrameState>) {
        let base = self.frames[root].base;
        out.extend(self.frames[root..].iter().map(|f| FrameState {
            code: 0,
            pc: f.pc as u32,
            base: (f.base - base) as i32,
            extra: f.height as u64,
        }));
    }
    fn live_slots(&self, root: usize) -> Option<Vec<i32>> {
        // Locals and operand stacks of all frames; nothing above.
        let frames = &self.frames[root..];
        let end = |f: &Frame| (f.base - frames[0].base) as i32 + LOCALS + f.height;
        Some((0..frames.iter().map(end).max().unwrap_or(0)).collect())
    }
    fn set_resume(&mut self, pc: u32) {
        self.frame_mut().pc = pc as usize;
    }
}

impl Embed for Vm {
    fn engine(&self) -> &Rc<Engine> {
        &self.engine
    }
    fn slots(&mut self) -> *mut u64 {
        let base = self.frame().base;
        &mut self.slots[base]
    }
    fn loop_name(&self) -> String {
        format!("loop at {}", self.frame().pc)
    }
    fn restore(&mut self, root: usize, frames: &[FrameState], _resume: Resume) {
        let base = self.frames[root].base;
        self.frames.truncate(root);
        self.frames.extend(frames.iter().map(|f| Frame {
            pc: f.pc as usize,
            base: base.wrapping_add_signed(f.base as isize),
            height: f.extra as i32,
        }));
    }
    fn record_instruction(recorder: &mut Recorder<'_, Vm>) {
        let pc = recorder.host().frame().pc;
        if Op::of_word(recorder.host().code[pc]) == Some(Op::Return) && recorder.before_return() {
            return;
        }
        match step(recorder, pc) {
            Flow::Fail(_) => recorder.abort(AbortReason::Unsupported),
            flow => drop(recorder.host().apply(pc, flow)),
        }
    }
}

// 4. The handlers, written once: over `Interp` they are the interpreter, over `Recorder` they record traces.
fn pop<M: Machine<Host = Vm>>(m: &mut M) -> M::Word {
    let frame = m.host().frame_mut();
    frame.height -= 1;
    let slot = LOCALS + frame.height;
    m.slot(slot)
}

fn push<M: Machine<Host = Vm>>(m: &mut M, w: M::Word) -> Flow {
    let frame = m.host().frame_mut();
    let slot = LOCALS + frame.height;
    frame.height += 1;
    m.set_slot(slot, w);
    Flow::Next
}

fn number<M: Machine<Host = Vm>>(m: &mut M, w: M::Word) -> Option<M::Float> {
    let float = m.is_kind(w, &FLOAT);
    if m.test(float) {
        return Some(m.unbox_float(w));
    }
    let int = m.is_kind(w, &INT);
    if !m.test(int) {
        return None;
    }
    let i = m.unbox_int(w);
    Some(m.int_to_float(i))
}

/// The operands at the top of the stack, still there: tests may leave the trace and execute the instruction again.
fn operands<M: Machine<Host = Vm>>(m: &mut M) -> (M::Word, M::Word, bool) {
    let top = LOCALS + m.host().frame().height;
    let (x, y) = (m.slot(top - 2), m.slot(top - 1));
    let (x_int, y_int) = (m.is_kind(x, &INT), m.is_kind(y, &INT));
    let both = m.test(x_int) && m.test(y_int);
    (x, y, both)
}

fn replace<M: Machine<Host = Vm>>(m: &mut M, w: M::Word) -> Flow {
    m.host().frame_mut().height -= 2;
    push(m, w)
}

fn arithmetic<M: Machine<Host = Vm>>(
    m: &mut M,
    int: Option<impl Fn(&mut M, M::Int, M::Int) -> Option<M::Int>>,
    float: impl Fn(&mut M, M::Float, M::Float) -> M::Float,
) -> Flow {
    let (x, y, ints) = operands(m);
    if let (true, Some(int)) = (ints, int) {
        let (x, y) = (m.unbox_int(x), m.unbox_int(y));
        let Some(result) = int(m, x, y) else { return Flow::Fail(Error::Type) };
        let fits = m.int_fits(result, 48);
        if !m.test(fits) {
            return Flow::Fail(Error::Type);
        }
        let result = m.box_int(result);
        return replace(m, result);
    }
    let (Some(x), Some(y)) = (number(m, x), number(m, y)) else { return Flow::Fail(Error::Type) };
    let result = float(m, x, y);
    let result = m.box_float(result);
    replace(m, result)
}

fn step<M: Machine<Host = Vm>>(m: &mut M, pc: usize) -> Flow {
    let word = m.host().code[pc];
    let target = |distance: i32| Flow::Goto(pc.wrapping_add_signed(distance as isize));
    let no_int = None::<fn(&mut M, M::Int, M::Int) -> Option<M::Int>>;
    match Op::of_word(word) {
        Some(Op::Push) => {
            let i = m.const_int(insn::Push::decode(word).number.into());
            let i = m.box_int(i);
            push(m, i)
        }
        Some(Op::Load) => {
            let w = m.slot(insn::Load::decode(word).n.into());
            push(m, w)
        }
        Some(Op::Store) => {
            let w = pop(m);
            m.set_slot(insn::Store::decode(word).n.into(), w);
            Flow::Next
        }
        Some(Op::Add) => {
            arithmetic(m, Some(|m: &mut M, x, y| m.int_add_checked(x, y)), |m, x, y| m.float_add(x, y))
        }
        Some(Op::Sub) => {
            arithmetic(m, Some(|m: &mut M, x, y| m.int_sub_checked(x, y)), |m, x, y| m.float_sub(x, y))
        }
        Some(Op::Mul) => {
            arithmetic(m, Some(|m: &mut M, x, y| m.int_mul_checked(x, y)), |m, x, y| m.float_mul(x, y))
        }
        Some(Op::Div) => arithmetic(m, no_int, |m, x, y| m.float_div(x, y)),
        Some(Op::JumpUnlessLess) => {
            let (x, y, ints) = operands(m);
            let less = if ints {
                let (x, y) = (m.unbox_int(x), m.unbox_int(y));
                m.int_lt(x, y)
            } else {
                let (Some(x), Some(y)) = (number(m, x), number(m, y)) else { return Flow::Fail(Error::Type) };
                m.float_lt(x, y)
            };
            let less = m.test(less);
            m.host().frame_mut().height -= 2;
            if less { Flow::Next } else { target(insn::JumpUnlessLess::decode(word).to) }
        }
        Some(Op::Jump) => target(insn::Jump::decode(word).to),
        Some(Op::Loop) => {
            let cell: *mut u64 = &mut m.host().code[pc + 1];
            // SAFETY: a cell is one 64-bit word, and nothing else refers to it now.
            if m.loop_header(unsafe { &mut *cell.cast::<LoopCell>() }) { Flow::Hot } else { Flow::Next }
        }
        Some(Op::Call) => {
            let insn::Call { args, to } = insn::Call::decode(word);
            let vm = m.host();
            if vm.frames.len() > 1000 {
                return Flow::Fail(Error::StackOverflow);
            }
            let caller = vm.frame_mut();
            caller.height -= i32::from(args);
            caller.pc = pc + 1;
            let delta = LOCALS + caller.height;
            let base = caller.base + delta as usize;
            let callee = pc.wrapping_add_signed(to as isize);
            vm.frames.push(Frame { pc: callee, base, height: 0 });
            m.enter_frame(delta);
            Flow::Goto(callee)
        }
        Some(Op::Return) => {
            let w = pop(m);
            let vm = m.host();
            let Some(callee) = vm.frames.pop() else { return Flow::Done };
            let Some(caller) = vm.frames.last().copied() else {
                vm.frames.push(callee);
                push(m, w);
                return Flow::Done;
            };
            m.leave_frame((callee.base - caller.base) as i32);
            push(m, w);
            Flow::Goto(caller.pc)
        }
        None => Flow::Fail(Error::Type),
    }
}

// 5. The loops that drive them.
impl Vm {
    /// A VM for `code`, whose main function starts at its first word.
    pub fn new(code: Vec<u64>, config: Config) -> Vm {
        verify_code::<Op>(&code, &Limits::default()).expect("the program is well-formed");
        let engine = Engine::new(&SPEC, config).expect("the host's declarations are sound");
        Vm { code, slots: vec![0; 1 << 16], frames: Vec::new(), engine }
    }
    /// The engine, for statistics.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }
    fn frame(&self) -> &Frame {
        &self.frames[self.frames.len() - 1]
    }
    fn frame_mut(&mut self) -> &mut Frame {
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }
    /// Runs the main function with `argument` in local 0; the word that it returns.
    pub fn run(&mut self, argument: i64) -> Result<u64, Error> {
        self.frames = vec![Frame { pc: 0, base: 0, height: 0 }];
        self.slots[0] = Vm::REPR.box_int(argument);
        loop {
            let (slots, threshold) = (self.slots(), self.engine.threshold());
            let pc = self.frame().pc;
            // SAFETY: the call limit keeps all frames within `slots`.
            let mut interp = unsafe { Interp::new(self, slots, threshold) };
            match step(&mut interp, pc) {
                Flow::Hot => {
                    let cell: *mut LoopCell = std::ptr::from_mut(&mut self.code[pc + 1]).cast();
                    // SAFETY: cells are words of the code, which stays where it is; the slots as above.
                    if unsafe { Engine::drive(self, cell) } == Driven::Interpret {
                        self.frame_mut().pc = pc + 2;
                    }
                }
                flow => {
                    if let Some(result) = self.apply(pc, flow) {
                        return result;
                    }
                }
            }
        }
    }
    fn apply(&mut self, pc: usize, flow: Flow) -> Option<Result<u64, Error>> {
        match flow {
            Flow::Next => self.frame_mut().pc = pc + Op::of_word(self.code[pc]).map_or(1, Op::words),
            Flow::Goto(target) => self.frame_mut().pc = target,
            Flow::Hot => {}
            Flow::Done => return Some(Ok(self.slots[LOCALS as usize])),
            Flow::Fail(error) => return Some(Err(error)),
        }
        None
    }
}

/// `s = 0.0; i = 0; while i < n: s = s + half(i); i = i + 1; return s`, with `half(x) = x / 2`.
pub fn program() -> Vec<u64> {
    let (n, s, i) = (0, 1, 2);
    vec![
        insn::Push { number: 0 }.encode(),
        insn::Store { n: s }.encode(),
        insn::Push { number: 0 }.encode(),
        insn::Store { n: i }.encode(),
        insn::Loop {}.encode(),
        0,
        insn::Load { n: i }.encode(),
        insn::Load { n }.encode(),
        insn::JumpUnlessLess { to: 11 }.encode(),
        insn::Load { n: s }.encode(),
        insn::Load { n: i }.encode(),
        insn::Call { args: 1, to: 10 }.encode(),
        insn::Add {}.encode(),
        insn::Store { n: s }.encode(),
        insn::Load { n: i }.encode(),
        insn::Push { number: 1 }.encode(),
        insn::Add {}.encode(),
        insn::Store { n: i }.encode(),
        insn::Jump { to: -14 }.encode(),
        insn::Load { n: s }.encode(),
        insn::Return {}.encode(),
        insn::Load { n: 0 }.encode(),
        insn::Push { number: 2 }.encode(),
        insn::Div {}.encode(),
        insn::Return {}.encode(),
    ]
}

#[allow(dead_code, reason = "the tests include this file as a module")]
fn main() {
    let n = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(10_000_000);
    let mut vm = Vm::new(program(), Config::default());
    let started = std::time::Instant::now();
    match vm.run(n) {
        Ok(word) => println!("{} in {:?}", Vm::REPR.unbox_float(word), started.elapsed()),
        Err(error) => println!("error: {error:?}"),
    }
    print!("{}", vm.engine().stats());
}
