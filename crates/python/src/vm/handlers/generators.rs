//! Generators: making, resuming and suspending them.

use super::*;
use crate::bytecode::{Op, insn};
use crate::jit::functions::*;
use crate::jit::spec::{GEN_CODE, GEN_FUNC, GEN_PC, GEN_REG, GEN_REGS, GEN_STATE};
use crate::objects::Generator;
use crate::objects::misc::{GEN_CREATED, GEN_DONE, GEN_RUNNING, GEN_SUSPENDED};
use crate::vm::Exc;
use crate::vm::consume::Consumer;
use crate::vm::frame::{Frame, FrameKind};
use crate::vm::generator::GENERATOR_GAP;
use crate::word::{NONE, UNDEF};
use uplift::AbortReason;

/// After green work that changed the frames: moves the machine's frame there.
#[inline(always)]
pub fn moved<M: PyMachine>(m: &mut M, before: *mut Word, flow: Flow) -> Flow {
    let after = m.host().frame().base;
    // SAFETY: both are in the value stack.
    let delta = unsafe { after.offset_from(before) } as i32;
    m.enter_frame(delta);
    flow
}

#[inline(always)]
pub fn return_generator<M: PyMachine>(m: &mut M, at: At, _i: insn::ReturnGenerator) -> Flow {
    m.abort(AbortReason::Unsupported);
    let generator = m.host().make_generator(at.pc);
    let w = word(m, generator);
    call::return_value(m, w)
}

#[inline(always)]
pub fn yield_value<M: PyMachine>(m: &mut M, at: At, i: insn::Yield) -> Flow {
    let w = m.slot(r(i.src));
    let consumer = m.slot(-4);
    let consumer = Word(m.promote_word(consumer));
    if consumer != UNDEF {
        if let Some(flow) = consume(m, i, consumer, w) {
            return flow;
        }
    } else if M::RECORDS && m.host().frame().kind == FrameKind::ForIter {
        return record_yield(m, at, w);
    }
    m.abort(AbortReason::Unsupported);
    let w = Word(m.hint_word(w));
    let before = m.host().frame().base;
    let flow = m.host().suspend(at.pc, w);
    moved(m, before, flow)
}

/// Gives an item to a consumer in a few uops. `None`: nothing was done.
#[inline(always)]
fn consume<M: PyMachine>(m: &mut M, i: insn::Yield, consumer: Word, w: M::Word) -> Option<Flow> {
    let so_far = m.slot(-3);
    match Consumer::of(consumer)? {
        Consumer::List | Consumer::Tuple => {
            let list = m.unbox_ref(so_far);
            build::append(m, list, w);
        }
        Consumer::Set | Consumer::FrozenSet if M::RECORDS && arith::is_plain(m, w) => {
            let set = m.unbox_ref(so_far);
            m.call_unit(SET_ADD_PLAIN, args![Ref set, Word w]);
        }
        Consumer::Sum => {
            let w = if Word(m.hint_word(w)).is_bool() && is_bool(m, w) {
                let b = m.unbox_bool(w);
                let i = m.bool_to_int(b);
                m.box_int(i)
            } else {
                w
            };
            let sum = arith::plain_sum(m, so_far, w)?;
            m.set_slot(-3, sum);
        }
        consumer @ (Consumer::Any | Consumer::All) => {
            let b = compare::truth(m, w)?;
            if m.test(b) == (consumer == Consumer::Any) {
                return None;
            }
        }
        _ => return None,
    }
    let none = word(m, NONE);
    m.set_slot(r(i.dst), none);
    Some(Flow::Next)
}

/// Suspends a generator that the trace resumed: its live registers go into its object.
#[inline(always)]
fn record_yield<M: PyMachine>(m: &mut M, at: At, w: M::Word) -> Flow {
    let o = m.slot(-2);
    let o = m.unbox_ref(o);
    let regs = m.load_ref(o, GEN_REGS);
    let stop = at.index(0);
    for register in live_after_yield(at.code, stop) {
        let (value, index) = (m.slot(register as i32), m.const_int(register.into()));
        m.store_elem_word(regs, index, value, GEN_REG);
    }
    let (pc, state) = (m.const_int(stop.into()), m.const_int(GEN_SUSPENDED.into()));
    m.store_int(o, pc, GEN_PC);
    m.store_int(o, state, GEN_STATE);
    let (frame, code, pc) = call::pop_frame(m);
    m.set_slot(r(frame.dst), w);
    // SAFETY: the caller stands at the `ForIter`.
    let to = unsafe { insn::ForIter::decode(*pc).to };
    Flow::Go(code, pc.wrapping_offset(to as isize))
}

/// The registers that a generator needs when it goes on behind the yield (or start) at `stop`.
fn live_after_yield(code: *mut LoadedCode, stop: u32) -> Vec<u32> {
    // SAFETY: loaded code is immortal.
    let loaded = unsafe { &*code };
    // SAFETY: as above; `stop` is an instruction.
    let bits = unsafe { *loaded.instrs.add(stop as usize) };
    let op = Op::from_u16(bits as u16).unwrap_or(Op::Nop);
    let dst = if op == Op::Yield { Some(u32::from(insn::Yield::decode(bits).dst)) } else { None };
    loaded.source.live_registers(stop + op.words() as u32).iter().filter(|&r| Some(r) != dst).collect()
}

#[inline(always)]
pub fn get_yield_from_iter<M: PyMachine>(m: &mut M, _at: At, i: insn::GetYieldFromIter) -> Flow {
    let x = m.slot(r(i.src));
    result(m, i.dst, YIELD_FROM_ITER, args![Word x])
}

#[inline(always)]
pub fn yield_from<M: PyMachine>(m: &mut M, at: At, i: insn::YieldFrom) -> Flow {
    m.abort(AbortReason::Unsupported);
    let (it, value) = (m.slot(r(i.iter)), m.slot(r(i.value)));
    let (it, value) = (Word(m.hint_word(it)), Word(m.hint_word(value)));
    let before = m.host().frame().base;
    let flow = m.host().yield_from(at, i, it, value);
    moved(m, before, flow)
}

/// `ForIter` over a generator.
#[inline(always)]
pub fn next_of_generator<M: PyMachine>(m: &mut M, at: At, i: insn::ForIter, o: M::Ref, it: M::Word) -> Flow {
    if M::RECORDS {
        return match resume(m, at, i, o) {
            Some(flow) => flow,
            None => iterate::next_slow(m, at, i, it, TypeTag::Generator as u32),
        };
    }
    let generator = m.hint_ref(o);
    // SAFETY: the tag was tested.
    let generator: Gc<Generator> = unsafe { Word(generator).cast_unchecked() };
    let before = m.host().frame().base;
    match m.host().enter_generator(at.pc, generator, NONE, FrameKind::ForIter, i.dst, 1) {
        Entered::Running(flow) => moved(m, before, flow),
        Entered::Done => Flow::Next,
        Entered::Failed => Flow::Raise,
    }
}

/// Records the resumption of a generator as a frame of the trace. `None`: by a host function instead.
fn resume<M: PyMachine>(m: &mut M, at: At, i: insn::ForIter, o: M::Ref) -> Option<Flow> {
    let code = m.load_ref(o, GEN_CODE);
    let code = m.promote_ref(code) as *mut LoadedCode;
    let state = m.load_int(o, GEN_STATE);
    let state = m.promote_int(state) as u32;
    if !matches!(state, GEN_CREATED | GEN_SUSPENDED) || !m.should_inline(code as u64, false) {
        return None;
    }
    let pc = m.load_int(o, GEN_PC);
    let stop = m.promote_int(pc) as u32;
    // SAFETY: loaded code is immortal, `stop` is an instruction.
    let (loaded, bits) = unsafe { (&*code, *(*code).instrs.add(stop as usize)) };
    // Handlers make a generator keep exceptions, and need registers that are dead behind the yield.
    if !loaded.source.handlers.is_empty() {
        return None;
    }
    let op = Op::from_u16(bits as u16).unwrap_or(Op::Nop);
    if !matches!(op, Op::Yield | Op::ReturnGenerator) || !m.host().handled.is_empty() {
        return None;
    }
    let live = live_after_yield(code, stop);
    let (regs, func, this) = (m.load_ref(o, GEN_REGS), m.load_word(o, GEN_FUNC), m.box_ref(o));
    let mut values = Vec::with_capacity(live.len());
    for &register in &live {
        let index = m.const_int(register.into());
        values.push(m.load_elem_word(regs, index, GEN_REG));
    }
    let delta = at.code().nregs as i32 + GENERATOR_GAP as i32;
    let base = m.host().frame().base.wrapping_offset(delta as isize);
    let start = loaded.instrs.wrapping_add(stop as usize);
    let frame = Frame { code, base, pc: start, dst: i.dst, kind: FrameKind::ForIter, skip: 1 };
    if !m.host().push_frame(at.pc, frame) {
        m.abort(AbortReason::Raised);
        return Some(Flow::Raise);
    }
    let running = m.const_int(GEN_RUNNING.into());
    m.store_int(o, running, GEN_STATE);
    m.enter_frame(delta);
    let (none, undef) = (word(m, NONE), word(m, UNDEF));
    m.set_slot(-1, func);
    m.set_slot(-2, this);
    m.set_slot(-3, undef);
    m.set_slot(-4, undef);
    for (&register, &value) in live.iter().zip(&values) {
        m.set_slot(register as i32, value);
    }
    if op == Op::Yield {
        m.set_slot(r(insn::Yield::decode(bits).dst), none);
    }
    Some(Flow::Go(code, start.wrapping_add(op.words())))
}

/// A call whose only argument is a generator that it uses up, or becomes one. The interpreter runs the generator in a
/// frame of its own, a trace leaves it to a host function. `None` for other arguments.
#[inline(always)]
pub fn consume_call<M: PyMachine>(
    m: &mut M,
    at: At,
    consumer: Consumer,
    callee: M::Word,
    w: call::Window,
) -> Option<Flow> {
    if w.total() != 1 {
        return None;
    }
    let source = m.slot(w.first());
    let runnable = Vm::runnable_generator(Word(m.hint_word(source)));
    if M::RECORDS {
        runnable?;
        let kind = m.const_int(consumer as i64);
        return Some(result(m, w.dst, CONSUME, args![Word callee, Int kind, Word source]));
    }
    let source = Word(m.hint_word(source));
    let g = runnable.or_else(|| m.host().each(at.pc, source))?;
    let before = m.host().frame().base;
    let flow = m.host().enter_consumed(at.pc, g, consumer, w.dst, w.words);
    Some(moved(m, before, flow))
}

/// The outcome of resuming a generator.
pub enum Entered {
    /// Its frame is the innermost one.
    Running(Flow),
    /// It had finished before.
    Done,
    /// An exception is pending.
    Failed,
}

/// A frame of another kind than the usual ones returns `w`.
#[inline(always)]
pub fn return_from<M: PyMachine>(m: &mut M, kind: FrameKind, w: M::Word) -> Flow {
    match kind {
        FrameKind::Test | FrameKind::Bool | FrameKind::NotBool | FrameKind::Operator => {
            special::return_from(m, kind, w)
        }
        FrameKind::ForIter if M::RECORDS => {
            let o = m.slot(-2);
            let (o, done) = (m.unbox_ref(o), m.const_int(GEN_DONE.into()));
            m.store_int(o, done, GEN_STATE);
            let (frame, code, pc) = call::pop_frame(m);
            Flow::Go(code, pc.wrapping_add(frame.skip as usize))
        }
        _ => {
            m.abort(AbortReason::Unsupported);
            let w = Word(m.hint_word(w));
            let before = m.host().frame().base;
            let flow = m.host().finish_generator(w);
            moved(m, before, flow)
        }
    }
}

impl Vm {
    /// `x.send(value)` or `next(x)` of an iterator that is no generator. UNDEF with StopIteration pending: the end.
    pub fn send_to(&mut self, x: Word, value: Word) -> crate::vm::PyResult {
        if value.is_none() {
            return match self.iter_next(x)? {
                Some(w) => Ok(w),
                None => Err(self.stop_iteration(UNDEF)),
            };
        }
        self.call_method(x, "send", &[value])
    }

    /// Takes the value of the pending StopIteration, when it is one.
    pub fn take_stop_value(&mut self) -> Option<Word> {
        if !self.pending_is(Exc::StopIteration) {
            return None;
        }
        let e = self.take_pending();
        let args = e.cast::<crate::objects::Exception>()?.args.cast::<crate::objects::Tuple>()?;
        Some(args.items().first().copied().unwrap_or(NONE))
    }
}
