//! Special methods written in Python: operators, comparisons and subscription of instances run as frames
//! above the caller's registers, without native recursion.
//!
//! The callee's `r(-2)` and `r(-3)` keep the operands, for the rest of the protocol after NotImplemented.

use super::*;
use crate::bytecode::{Op, insn};
use crate::objects::Function;
use crate::objects::class::C_IDENTITY_EQ;
use crate::vm::frame::{Frame, FrameKind};
use crate::vm::ops::{BinOp, CmpOp};
use crate::vm::{PyResult, Raised};
use crate::word::{FALSE, NOTIMPL, TRUE};

/// What is asked of the operands.
#[derive(Clone, Copy, Debug)]
pub enum Special {
    /// `x op y`.
    Binary(BinOp),
    /// `x op= y`.
    Inplace(BinOp),
    /// A comparison.
    Compare(CmpOp),
    /// `y in x`.
    Contains,
}

/// How a frame meets its caller: destination, kind, words of the instruction.
pub type Linkage = (u16, FrameKind, u8);

/// Distance from a caller's last register to such a callee's `r0`.
const GAP: i32 = 4;

/// Calls the Python function that answers, if there is one: where control goes.
#[inline(always)]
pub fn call<M: PyMachine>(
    m: &mut M,
    at: At,
    what: Special,
    [x, y]: [M::Word; 2],
    linkage: Linkage,
) -> Option<Flow> {
    let (now_x, now_y) = (Word(m.hint_word(x)), Word(m.hint_word(y)));
    if !now_x.is_ref() && !now_y.is_ref() {
        return None;
    }
    let (f, swapped) = m.host().special_target(what, now_x, now_y)?;
    if !M::RECORDS {
        let row = if swapped { [now_y, now_x] } else { [now_x, now_y] };
        let before = m.host().frame().base;
        let flow = m.host().push_special(at, f, row, linkage);
        return Some(generators::moved(m, before, flow));
    }
    let code = f.code as *mut LoadedCode;
    if !m.should_inline(code as u64, at_loops(code)) || !same_class(m, x) || !same_class(m, y) {
        return None;
    }
    let delta = at.code().nregs as i32 + GAP;
    let (first, second) = if swapped { (y, x) } else { (x, y) };
    m.set_slot(delta, first);
    m.set_slot(delta + 1, second);
    m.set_slot(delta - 2, first);
    m.set_slot(delta - 3, second);
    let func = word(m, f.word());
    Some(call::enter(m, at, code, func, delta, linkage))
}

fn at_loops(code: *mut LoadedCode) -> bool {
    // SAFETY: loaded code is immortal.
    unsafe { (*code).has_loop }
}

/// Guards that a value keeps the class it has now.
#[inline(always)]
fn same_class<M: PyMachine>(m: &mut M, w: M::Word) -> bool {
    let now = Word(m.hint_word(w));
    if now.is_int() {
        is_int(m, w)
    } else if now.is_float() {
        is_float(m, w)
    } else if now.is_bool() {
        is_bool(m, w)
    } else if now.is_none() {
        is_none(m, w)
    } else if now.is_ref() && is_ref(m, w) {
        let o = m.unbox_ref(w);
        let shape = shape_of(m, o);
        assume_class(m, class_of(shape));
        true
    } else {
        false
    }
}

/// A frame of one of the kinds that answer an operator returns `w`.
#[inline(always)]
pub fn return_from<M: PyMachine>(m: &mut M, kind: FrameKind, w: M::Word) -> Flow {
    let before = m.host().frame().base;
    if !M::RECORDS {
        let w = Word(m.hint_word(w));
        let flow = m.host().finish_special(w);
        return generators::moved(m, before, flow);
    }
    let declined = word(m, NOTIMPL);
    let declined = m.word_eq(w, declined);
    let test = kind != FrameKind::Operator;
    let bool_now = Word(m.hint_word(w)).is_bool();
    if m.test(declined) || test && !bool_now || test && !is_bool(m, w) {
        m.abort(uplift::AbortReason::Unsupported);
        let w = Word(m.hint_word(w));
        let flow = m.host().finish_special(w);
        return generators::moved(m, before, flow);
    }
    if kind == FrameKind::Test {
        let b = m.unbox_bool(w);
        let truth = m.test(b);
        let (frame, code, pc) = call::pop_frame(m);
        let (sense, to) = jump_of(pc);
        return Flow::Go(code, pc.wrapping_offset(if truth == sense { to } else { frame.skip as isize }));
    }
    let (frame, code, pc) = call::pop_frame(m);
    let w = if kind == FrameKind::NotBool {
        let b = m.unbox_bool(w);
        let b = m.bool_not(b);
        m.box_bool(b)
    } else {
        w
    };
    m.set_slot(r(frame.dst), w);
    Flow::Go(code, pc.wrapping_add(frame.skip as usize))
}

/// Sense and distance of a jump on a comparison or membership.
fn jump_of(pc: *mut u64) -> (bool, isize) {
    // SAFETY: an instruction of loaded code.
    let bits = unsafe { *pc };
    let op = Op::from_u16(bits as u16).unwrap_or(Op::Nop);
    // All of them have the distance in the same place.
    let to = insn::JumpIfLt::decode(bits).to as isize;
    let negated = matches!(
        op,
        Op::JumpIfNotLt
            | Op::JumpIfNotLe
            | Op::JumpIfNotGt
            | Op::JumpIfNotGe
            | Op::JumpIfNotEq
            | Op::JumpIfNotNe
            | Op::JumpIfNotLtImm
            | Op::JumpIfNotLeImm
            | Op::JumpIfNotGtImm
            | Op::JumpIfNotGeImm
            | Op::JumpIfNotEqImm
            | Op::JumpIfNotNeImm
            | Op::JumpIfNotIn
    );
    (!negated, to)
}

/// What the instruction at `pc` asks of its operands.
fn asked(pc: *mut u64) -> Special {
    use Special::*;
    // SAFETY: an instruction of loaded code.
    match Op::from_u16(unsafe { *pc } as u16).unwrap_or(Op::Nop) {
        Op::Add | Op::AddImm | Op::InplaceAdd | Op::InplaceAddImm => Binary(BinOp::Add),
        Op::Sub | Op::SubImm | Op::InplaceSub | Op::InplaceSubImm => Binary(BinOp::Sub),
        Op::Mul | Op::MulImm | Op::InplaceMul => Binary(BinOp::Mul),
        Op::TrueDiv | Op::InplaceTrueDiv => Binary(BinOp::TrueDiv),
        Op::FloorDiv | Op::FloorDivImm | Op::InplaceFloorDiv => Binary(BinOp::FloorDiv),
        Op::Mod | Op::ModImm | Op::InplaceMod => Binary(BinOp::Mod),
        Op::Pow | Op::InplacePow => Binary(BinOp::Pow),
        Op::LShift | Op::LShiftImm | Op::InplaceLShift => Binary(BinOp::LShift),
        Op::RShift | Op::RShiftImm | Op::InplaceRShift => Binary(BinOp::RShift),
        Op::And | Op::AndImm | Op::InplaceAnd => Binary(BinOp::And),
        Op::Or | Op::InplaceOr => Binary(BinOp::Or),
        Op::Xor | Op::InplaceXor => Binary(BinOp::Xor),
        Op::MatMul | Op::InplaceMatMul => Binary(BinOp::MatMul),
        Op::Lt | Op::JumpIfLt | Op::JumpIfNotLt | Op::JumpIfLtImm | Op::JumpIfNotLtImm => Compare(CmpOp::Lt),
        Op::Le | Op::JumpIfLe | Op::JumpIfNotLe | Op::JumpIfLeImm | Op::JumpIfNotLeImm => Compare(CmpOp::Le),
        Op::Gt | Op::JumpIfGt | Op::JumpIfNotGt | Op::JumpIfGtImm | Op::JumpIfNotGtImm => Compare(CmpOp::Gt),
        Op::Ge | Op::JumpIfGe | Op::JumpIfNotGe | Op::JumpIfGeImm | Op::JumpIfNotGeImm => Compare(CmpOp::Ge),
        Op::Ne | Op::JumpIfNe | Op::JumpIfNotNe | Op::JumpIfNeImm | Op::JumpIfNotNeImm => Compare(CmpOp::Ne),
        Op::In | Op::NotIn | Op::JumpIfIn | Op::JumpIfNotIn => Contains,
        _ => Compare(CmpOp::Eq),
    }
}

impl Vm {
    fn python_method(&mut self, class: Gc<Class>, name: Name) -> Option<Gc<Function>> {
        self.lookup_class(class, name)?.cast::<Function>().filter(|f| {
            // SAFETY: loaded code is immortal.
            let code = unsafe { &*f.code };
            !code.is_generator
        })
    }

    /// The Python function that answers first, and whether the operands change places.
    #[inline(never)]
    fn special_target(&mut self, what: Special, x: Word, y: Word) -> Option<(Gc<Function>, bool)> {
        let (tx, names) = (self.type_of(x), self.names);
        let (f, swapped) = match what {
            Special::Contains if x.is_ref() => (self.python_method(tx, names.contains)?, false),
            Special::Binary(op) => {
                let (left, right, _) = op.names(&names);
                self.answering(x, y, left, right)?
            }
            Special::Inplace(op) => {
                let (left, right, own) = op.names(&names);
                match self.lookup_class(tx, own) {
                    Some(f) if f.is::<Function>() => (self.python_method(tx, own)?, false),
                    Some(_) => return None,
                    None => self.answering(x, y, left, right)?,
                }
            }
            Special::Compare(op) => {
                let ty = self.type_of(y);
                if matches!(op, CmpOp::Eq | CmpOp::Ne) && tx.has(C_IDENTITY_EQ) && ty.has(C_IDENTITY_EQ) {
                    return None;
                }
                let (left, right) = (op.method(&names), op.swapped().method(&names));
                if tx == ty {
                    (self.python_method(tx, left)?, false)
                } else {
                    self.answering(x, y, left, right)?
                }
            }
            Special::Contains => return None,
        };
        // SAFETY: loaded code is immortal.
        (unsafe { (*f.code).simple_args } == 2).then_some((f, swapped))
    }

    /// The method of the left operand, or of the right one where the left has no say.
    fn answering(&mut self, x: Word, y: Word, left: Name, right: Name) -> Option<(Gc<Function>, bool)> {
        let (tx, ty) = (self.type_of(x), self.type_of(y));
        let derived = tx != ty && ty.is_subclass(tx);
        if derived && self.lookup_class(ty, right) != self.lookup_class(tx, right) {
            return self.python_method(ty, right).map(|f| (f, true));
        }
        if let Some(f) = self.python_method(tx, left) {
            return Some((f, false));
        }
        // Plain numbers and strings decline instances of Python classes.
        let t = &self.types;
        let declines = [t.int, t.float, t.bool_, t.str, t.none].contains(&tx);
        if declines && ty.layout == TypeTag::Instance {
            return self.python_method(ty, right).map(|f| (f, true));
        }
        None
    }

    #[inline(never)]
    fn push_special(&mut self, at: At, f: Gc<Function>, row: [Word; 2], (dst, kind, skip): Linkage) -> Flow {
        let code = f.code as *mut LoadedCode;
        let base = self.frame().base.wrapping_offset((at.code().nregs as i32 + GAP) as isize);
        if !self.push_frame(at.pc, Frame { code, base, pc: std::ptr::null_mut(), dst, kind, skip }) {
            return Flow::Raise;
        }
        // SAFETY: the stack has room for the frame and the words below it.
        unsafe {
            *base = row[0];
            *base.add(1) = row[1];
            *base.offset(-1) = f.word();
            *base.offset(-2) = row[0];
            *base.offset(-3) = row[1];
            for &register in &(*code).unset {
                *base.add(register as usize) = crate::word::UNDEF;
            }
            Flow::Go(code, (*code).instrs)
        }
    }

    /// The interpreter's return from a frame that answers an operator.
    #[inline(never)]
    fn finish_special(&mut self, w: Word) -> Flow {
        let frame = *self.frame();
        self.frames.pop();
        let caller = *self.frame();
        self.run.pc = caller.pc;
        // SAFETY: the words below the callee's registers; registers of the caller.
        let (first, second) = unsafe { (*frame.base.offset(-2), *frame.base.offset(-3)) };
        let mut result = Ok(w);
        if w == NOTIMPL {
            result = self.rest_of_protocol(caller.pc, &frame, first, second);
        }
        if frame.kind != FrameKind::Operator {
            result = result.and_then(|w| if w.is_bool() { Ok(w) } else { self.truthy(w).map(Word::bool) });
        }
        let Ok(w) = result else { return Flow::RaiseAt(caller.code, caller.pc) };
        if frame.kind == FrameKind::Test {
            let (sense, to) = jump_of(caller.pc);
            let by = if (w == TRUE) == sense { to } else { frame.skip as isize };
            return Flow::Go(caller.code, caller.pc.wrapping_offset(by));
        }
        let w = match frame.kind {
            FrameKind::NotBool if w == TRUE => FALSE,
            FrameKind::NotBool => TRUE,
            _ => w,
        };
        // SAFETY: a register of the caller.
        unsafe { *caller.base.add(frame.dst as usize) = w };
        Flow::Go(caller.code, caller.pc.wrapping_add(frame.skip as usize))
    }

    /// What follows a method's NotImplemented. `first` is the operand whose method answered.
    fn rest_of_protocol(&mut self, pc: *mut u64, frame: &Frame, first: Word, second: Word) -> PyResult {
        let (t1, t2) = (self.type_of(first), self.type_of(second));
        let what = asked(pc);
        // SAFETY: loaded code is immortal.
        let name = unsafe { (*frame.code).name };
        match what {
            Special::Binary(op) => {
                let (left, right, own) = op.names(&self.names);
                let swapped = name == right;
                if name == own && own != left {
                    return self.binary_op(op, first, second);
                }
                let (x, y) = if swapped { (second, first) } else { (first, second) };
                let other = if swapped { left } else { right };
                // A number or string on the left has declined before its right operand was asked.
                if t1 != t2
                    && let Some(f) = self.lookup_class(t2, other)
                    && (!swapped || f.is::<Function>())
                {
                    let w = self.call_descr(f, second, t2, &crate::objects::Args::new(&[first]))?;
                    if w != NOTIMPL {
                        return Ok(w);
                    }
                }
                Err(self.operator_error(op, x, y))
            }
            Special::Compare(op) => {
                let swapped = name == op.swapped().method(&self.names) && name != op.method(&self.names);
                let (x, y) = if swapped { (second, first) } else { (first, second) };
                let other = if swapped { op.method(&self.names) } else { op.swapped().method(&self.names) };
                if let Some(f) = self.lookup_class(t2, other) {
                    let w = self.call_descr(f, second, t2, &crate::objects::Args::new(&[first]))?;
                    if w != NOTIMPL {
                        return Ok(w);
                    }
                }
                match op {
                    CmpOp::Eq => Ok(Word::bool(x == y)),
                    CmpOp::Ne => Ok(Word::bool(x != y)),
                    _ => Err(self.order_error(op, x, y)),
                }
            }
            _ => Ok(NOTIMPL),
        }
    }

    #[cold]
    fn operator_error(&mut self, op: BinOp, x: Word, y: Word) -> Raised {
        self.operand_error(op, x, y, false)
    }
}
