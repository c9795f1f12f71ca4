//! Generators: making, resuming and suspending them.

use super::*;
use crate::bytecode::insn;
use crate::jit::functions::*;
use crate::objects::Generator;
use crate::vm::Exc;
use crate::vm::frame::FrameKind;
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
    m.abort(AbortReason::Unsupported);
    let w = m.slot(r(i.src));
    let w = Word(m.hint_word(w));
    let before = m.host().frame().base;
    let flow = m.host().suspend(at.pc, w);
    moved(m, before, flow)
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
        return next_residual(m, at, i, it);
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

#[inline(always)]
fn next_residual<M: PyMachine>(m: &mut M, at: At, i: insn::ForIter, it: M::Word) -> Flow {
    let w = m.call_word(ITER_NEXT, args![Word it]);
    if m.raised(w) {
        return Flow::Raise;
    }
    let end = word(m, EXHAUSTED);
    let done = m.word_eq(w, end);
    let old = m.slot(r(i.dst));
    let now = m.select_word(done, old, w);
    m.set_slot(r(i.dst), now);
    if m.branch(done, at.index(1), at.index(i.to.into())) {
        return Flow::Next;
    }
    m.set_slot(r(i.dst), w);
    Flow::Jump(i.to.into())
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
