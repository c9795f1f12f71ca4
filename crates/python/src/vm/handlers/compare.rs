//! Comparisons, truth, and the jumps on them.

use super::special::Special;
use super::*;
use crate::bytecode::insn;
use crate::jit::functions::*;
use crate::jit::spec::{LIST_COUNT, STR_COUNT, TUPLE_COUNT};
use crate::vm::frame::FrameKind;
use crate::vm::ops::CmpOp;
use crate::word::{FLOAT_OFFSET, INT_TAG, TRUE};

#[inline(always)]
fn ints<M: PyMachine>(m: &mut M, op: CmpOp, a: M::Int, b: M::Int) -> M::Bool {
    match op {
        CmpOp::Lt => m.int_lt(a, b),
        CmpOp::Le => m.int_le(a, b),
        CmpOp::Gt => m.int_gt(a, b),
        CmpOp::Ge => m.int_ge(a, b),
        CmpOp::Eq => m.int_eq(a, b),
        CmpOp::Ne => m.int_ne(a, b),
    }
}

#[inline(always)]
fn floats<M: PyMachine>(m: &mut M, op: CmpOp, a: M::Float, b: M::Float) -> M::Bool {
    match op {
        CmpOp::Lt => m.float_lt(a, b),
        CmpOp::Le => m.float_le(a, b),
        CmpOp::Gt => m.float_gt(a, b),
        CmpOp::Ge => m.float_ge(a, b),
        CmpOp::Eq => m.float_eq(a, b),
        CmpOp::Ne => m.float_ne(a, b),
    }
}

#[inline(always)]
fn now_float<M: PyMachine>(m: &mut M, w: M::Word) -> bool {
    M::RECORDS && (FLOAT_OFFSET..INT_TAG).contains(&m.hint_word(w))
}

/// The comparison, when it runs no Python code.
#[inline(always)]
fn compare<M: PyMachine>(m: &mut M, op: CmpOp, x: M::Word, y: M::Word) -> Option<M::Bool> {
    if !now_float(m, x) && is_int(m, x) {
        let a = m.unbox_int(x);
        if !now_float(m, y) && is_int(m, y) {
            let b = m.unbox_int(y);
            return Some(ints(m, op, a, b));
        }
        if is_float(m, y) {
            let (a, b) = (m.int_to_float(a), m.unbox_float(y));
            return Some(floats(m, op, a, b));
        }
        return wide::operands(m, x, y).map(|(a, b)| ints(m, op, a, b));
    }
    if is_float(m, x) {
        let a = m.unbox_float(x);
        if (!M::RECORDS || now_float(m, y)) && is_float(m, y) {
            let b = m.unbox_float(y);
            return Some(floats(m, op, a, b));
        }
        if is_int(m, y) {
            let b = m.unbox_int(y);
            let b = m.int_to_float(b);
            return Some(floats(m, op, a, b));
        }
        return None;
    }
    if let Some((a, b)) = wide::operands(m, x, y) {
        return Some(ints(m, op, a, b));
    }
    if matches!(op, CmpOp::Eq | CmpOp::Ne) { same(m, op, x, y) } else { None }
}

/// Equality of strings, and of anything plain with None.
#[inline(always)]
fn same<M: PyMachine>(m: &mut M, op: CmpOp, x: M::Word, y: M::Word) -> Option<M::Bool> {
    if !is_ref(m, x) || !is_ref(m, y) {
        return None;
    }
    let (x, y) = (m.unbox_ref(x), m.unbox_ref(y));
    let str = m.host().types.str;
    let shape = shape_of(m, x);
    if !is_exactly(shape, str) {
        return None;
    }
    let shape = shape_of(m, y);
    if !is_exactly(shape, str) {
        return None;
    }
    let b = m.call_bool(STR_EQ, args![Ref x, Ref y]);
    Some(if op == CmpOp::Ne { m.bool_not(b) } else { b })
}

#[inline(always)]
fn value<M: PyMachine>(m: &mut M, at: At, dst: u16, op: CmpOp, x: M::Word, y: M::Word) -> Flow {
    if let Some(b) = compare(m, op, x, y) {
        let w = m.box_bool(b);
        m.set_slot(r(dst), w);
        return Flow::Next;
    }
    let plain = M::RECORDS && arith::is_plain(m, x) && arith::is_plain(m, y);
    if !plain
        && let Some(flow) = special::call(m, at, Special::Compare(op), [x, y], (dst, FrameKind::Operator, 1))
    {
        return flow;
    }
    let op = m.const_int(op as i64);
    result(m, dst, if plain { PLAIN_COMPARE } else { COMPARE }, args![Int op, Word x, Word y])
}

macro_rules! comparisons {
    ($($name:ident $Row:ident $op:ident;)*) => { $(
        #[inline(always)]
        pub fn $name<M: PyMachine>(m: &mut M, at: At, i: insn::$Row) -> Flow {
            let (x, y) = (m.slot(r(i.x)), m.slot(r(i.y)));
            value(m, at, i.dst, CmpOp::$op, x, y)
        }
    )* };
}

comparisons! { lt Lt Lt; le Le Le; gt Gt Gt; ge Ge Ge; eq Eq Eq; ne Ne Ne; }

/// Jumps by `to` if `b` is `sense`.
#[inline(always)]
fn jump_if<M: PyMachine>(m: &mut M, b: M::Bool, sense: bool, to: i32) -> Flow {
    if m.test(b) == sense { Flow::Jump(to) } else { Flow::Next }
}

/// Jumps by `to` if the truth of a host call's result is `sense`. The instruction is `words` long.
#[inline(always)]
fn branch_on<M: PyMachine>(m: &mut M, at: At, w: M::Word, sense: bool, to: i32, words: usize) -> Flow {
    if m.raised(w) {
        return Flow::Raise;
    }
    let yes = word(m, TRUE);
    let b = m.word_eq(w, yes);
    let (target, next) = (at.index(to), at.index(words as i32));
    let (if_true, if_false) = if sense { (target, next) } else { (next, target) };
    if m.branch(b, if_true, if_false) == sense { Flow::Jump(to) } else { Flow::Next }
}

#[inline(always)]
fn compare_jump<M: PyMachine>(
    m: &mut M,
    at: At,
    op: CmpOp,
    x: M::Word,
    y: M::Word,
    sense: bool,
    to: i32,
) -> Flow {
    if let Some(b) = compare(m, op, x, y) {
        return jump_if(m, b, sense, to);
    }
    let plain = M::RECORDS && arith::is_plain(m, x) && arith::is_plain(m, y);
    if !plain && let Some(flow) = special::call(m, at, Special::Compare(op), [x, y], (0, FrameKind::Test, 1))
    {
        return flow;
    }
    let op = m.const_int(op as i64);
    let w = m.call_word(if plain { PLAIN_COMPARE } else { COMPARE_TRUTH }, args![Int op, Word x, Word y]);
    branch_on(m, at, w, sense, to, 1)
}

macro_rules! compare_jumps {
    ($($name:ident $Row:ident $op:ident $sense:literal;)*) => { $(
        #[inline(always)]
        pub fn $name<M: PyMachine>(m: &mut M, at: At, i: insn::$Row) -> Flow {
            let (x, y) = (m.slot(r(i.x)), m.slot(r(i.y)));
            compare_jump(m, at, CmpOp::$op, x, y, $sense, i.to.into())
        }
    )* };
}

compare_jumps! {
    jump_if_lt JumpIfLt Lt true; jump_if_not_lt JumpIfNotLt Lt false;
    jump_if_le JumpIfLe Le true; jump_if_not_le JumpIfNotLe Le false;
    jump_if_gt JumpIfGt Gt true; jump_if_not_gt JumpIfNotGt Gt false;
    jump_if_ge JumpIfGe Ge true; jump_if_not_ge JumpIfNotGe Ge false;
    jump_if_eq JumpIfEq Eq true; jump_if_not_eq JumpIfNotEq Eq false;
    jump_if_ne JumpIfNe Ne true; jump_if_not_ne JumpIfNotNe Ne false;
}

macro_rules! compare_immediate_jumps {
    ($($name:ident $Row:ident $op:ident $sense:literal;)*) => { $(
        #[inline(always)]
        pub fn $name<M: PyMachine>(m: &mut M, at: At, i: insn::$Row) -> Flow {
            let (x, y) = (m.slot(r(i.x)), word(m, Word::int(i.number.into())));
            compare_jump(m, at, CmpOp::$op, x, y, $sense, i.to.into())
        }
    )* };
}

compare_immediate_jumps! {
    jump_if_lt_imm JumpIfLtImm Lt true; jump_if_not_lt_imm JumpIfNotLtImm Lt false;
    jump_if_le_imm JumpIfLeImm Le true; jump_if_not_le_imm JumpIfNotLeImm Le false;
    jump_if_gt_imm JumpIfGtImm Gt true; jump_if_not_gt_imm JumpIfNotGtImm Gt false;
    jump_if_ge_imm JumpIfGeImm Ge true; jump_if_not_ge_imm JumpIfNotGeImm Ge false;
    jump_if_eq_imm JumpIfEqImm Eq true; jump_if_not_eq_imm JumpIfNotEqImm Eq false;
    jump_if_ne_imm JumpIfNeImm Ne true; jump_if_not_ne_imm JumpIfNotNeImm Ne false;
}

// --- Identity and membership ---

#[inline(always)]
fn identical<M: PyMachine>(m: &mut M, x: u16, y: u16) -> M::Bool {
    let (x, y) = (m.slot(r(x)), m.slot(r(y)));
    m.word_eq(x, y)
}

#[inline(always)]
pub fn is<M: PyMachine>(m: &mut M, _at: At, i: insn::Is) -> Flow {
    let b = identical(m, i.x, i.y);
    let w = m.box_bool(b);
    m.set_slot(r(i.dst), w);
    Flow::Next
}

#[inline(always)]
pub fn is_not<M: PyMachine>(m: &mut M, _at: At, i: insn::IsNot) -> Flow {
    let b = identical(m, i.x, i.y);
    let b = m.bool_not(b);
    let w = m.box_bool(b);
    m.set_slot(r(i.dst), w);
    Flow::Next
}

#[inline(always)]
pub fn jump_if_is<M: PyMachine>(m: &mut M, _at: At, i: insn::JumpIfIs) -> Flow {
    let b = identical(m, i.x, i.y);
    jump_if(m, b, true, i.to.into())
}

#[inline(always)]
pub fn jump_if_is_not<M: PyMachine>(m: &mut M, _at: At, i: insn::JumpIfIsNot) -> Flow {
    let b = identical(m, i.x, i.y);
    jump_if(m, b, false, i.to.into())
}

/// Membership in a dict or set by a key that runs no Python code. Traces only: the host function is as fast
/// for the interpreter.
#[inline(always)]
fn plain_contains<M: PyMachine>(m: &mut M, container: M::Word, item: M::Word) -> Option<M::Bool> {
    if !M::RECORDS || !is_ref(m, container) || !arith::is_plain(m, item) {
        return None;
    }
    let object = m.unbox_ref(container);
    let shape = shape_of(m, object);
    let t = m.host().types;
    if is_exactly(shape, t.dict) {
        return Some(m.call_bool(DICT_CONTAINS, args![Ref object, Word item]));
    }
    if is_exactly(shape, t.set) || is_exactly(shape, t.frozenset) {
        return Some(m.call_bool(SET_CONTAINS, args![Ref object, Word item]));
    }
    None
}

#[inline(always)]
fn contains_value<M: PyMachine>(m: &mut M, at: At, dst: u16, item: u16, container: u16, sense: bool) -> Flow {
    let (item, container) = (m.slot(r(item)), m.slot(r(container)));
    let b = match plain_contains(m, container, item) {
        Some(b) => b,
        None => {
            let kind = if sense { FrameKind::Bool } else { FrameKind::NotBool };
            if let Some(flow) = special::call(m, at, Special::Contains, [container, item], (dst, kind, 1)) {
                return flow;
            }
            let w = m.call_word(CONTAINS, args![Word container, Word item]);
            if m.raised(w) {
                return Flow::Raise;
            }
            m.unbox_bool(w)
        }
    };
    let b = if sense { b } else { m.bool_not(b) };
    let w = m.box_bool(b);
    m.set_slot(r(dst), w);
    Flow::Next
}

#[inline(always)]
pub fn contains<M: PyMachine>(m: &mut M, at: At, i: insn::In) -> Flow {
    contains_value(m, at, i.dst, i.x, i.y, true)
}

#[inline(always)]
pub fn not_contains<M: PyMachine>(m: &mut M, at: At, i: insn::NotIn) -> Flow {
    contains_value(m, at, i.dst, i.x, i.y, false)
}

#[inline(always)]
fn contains_jump<M: PyMachine>(m: &mut M, at: At, item: u16, container: u16, sense: bool, to: i16) -> Flow {
    let (item, container) = (m.slot(r(item)), m.slot(r(container)));
    if let Some(b) = plain_contains(m, container, item) {
        return jump_if(m, b, sense, to.into());
    }
    if let Some(flow) = special::call(m, at, Special::Contains, [container, item], (0, FrameKind::Test, 1)) {
        return flow;
    }
    let w = m.call_word(CONTAINS, args![Word container, Word item]);
    branch_on(m, at, w, sense, to.into(), 1)
}

#[inline(always)]
pub fn jump_if_in<M: PyMachine>(m: &mut M, at: At, i: insn::JumpIfIn) -> Flow {
    contains_jump(m, at, i.x, i.y, true, i.to)
}

#[inline(always)]
pub fn jump_if_not_in<M: PyMachine>(m: &mut M, at: At, i: insn::JumpIfNotIn) -> Flow {
    contains_jump(m, at, i.x, i.y, false, i.to)
}

// --- Truth ---

/// The truth of a value, when it runs no Python code.
#[inline(always)]
pub fn truth<M: PyMachine>(m: &mut M, w: M::Word) -> Option<M::Bool> {
    if !M::RECORDS {
        // One comparison for the common case.
        if is_bool(m, w) {
            return Some(m.unbox_bool(w));
        }
    }
    let now = Word(m.hint_word(w));
    if M::RECORDS && now.is_bool() && is_bool(m, w) {
        return Some(m.unbox_bool(w));
    }
    if now.is_int() && is_int(m, w) {
        let (i, zero) = (m.unbox_int(w), m.const_int(0));
        return Some(m.int_ne(i, zero));
    }
    if now.is_none() && is_none(m, w) {
        return Some(m.const_bool(false));
    }
    if now.is_float() && is_float(m, w) {
        let (f, zero) = (m.unbox_float(w), m.const_float(0.0));
        return Some(m.float_ne(f, zero));
    }
    if !now.is_ref() || !is_ref(m, w) {
        return None;
    }
    let object = m.unbox_ref(w);
    let shape = shape_of(m, object);
    let t = m.host().types;
    let count = if is_exactly(shape, t.list) {
        LIST_COUNT
    } else if is_exactly(shape, t.str) {
        STR_COUNT
    } else if is_exactly(shape, t.tuple) {
        TUPLE_COUNT
    } else {
        return object_truth(m, shape);
    };
    let (n, zero) = (m.load_int(object, count), m.const_int(0));
    Some(m.int_ne(n, zero))
}

/// Instances without `__bool__` and `__len__` are true.
#[inline(always)]
fn object_truth<M: PyMachine>(m: &mut M, shape: *mut Shape) -> Option<M::Bool> {
    let class = class_of(shape);
    if class.layout != TypeTag::Instance || m.host().has_truth(class) {
        return None;
    }
    assume_class(m, class);
    Some(m.const_bool(true))
}

#[inline(always)]
fn truth_jump<M: PyMachine>(m: &mut M, at: At, x: u16, sense: bool, to: i32) -> Flow {
    let w = m.slot(r(x));
    if let Some(b) = truth(m, w) {
        return jump_if(m, b, sense, to);
    }
    let w = m.call_word(TRUTH, args![Word w]);
    branch_on(m, at, w, sense, to, 1)
}

#[inline(always)]
pub fn not<M: PyMachine>(m: &mut M, _at: At, i: insn::Not) -> Flow {
    let w = m.slot(r(i.x));
    let b = match truth(m, w) {
        Some(b) => b,
        None => {
            let w = m.call_word(TRUTH, args![Word w]);
            if m.raised(w) {
                return Flow::Raise;
            }
            m.unbox_bool(w)
        }
    };
    let b = m.bool_not(b);
    let w = m.box_bool(b);
    m.set_slot(r(i.dst), w);
    Flow::Next
}

#[inline(always)]
pub fn jump<M: PyMachine>(_m: &mut M, _at: At, i: insn::Jump) -> Flow {
    Flow::Jump(i.to)
}

#[inline(always)]
pub fn jump_if_true<M: PyMachine>(m: &mut M, at: At, i: insn::JumpIfTrue) -> Flow {
    truth_jump(m, at, i.x, true, i.to)
}

#[inline(always)]
pub fn jump_if_false<M: PyMachine>(m: &mut M, at: At, i: insn::JumpIfFalse) -> Flow {
    truth_jump(m, at, i.x, false, i.to)
}

#[inline(always)]
pub fn jump_if_none<M: PyMachine>(m: &mut M, _at: At, i: insn::JumpIfNone) -> Flow {
    let w = m.slot(r(i.x));
    let b = m.is_kind(w, NONE_KIND);
    jump_if(m, b, true, i.to)
}

#[inline(always)]
pub fn jump_if_not_none<M: PyMachine>(m: &mut M, _at: At, i: insn::JumpIfNotNone) -> Flow {
    let w = m.slot(r(i.x));
    let b = m.is_kind(w, NONE_KIND);
    jump_if(m, b, false, i.to)
}

impl Vm {
    /// Whether instances of a class may be false.
    pub fn has_truth(&mut self, class: Gc<Class>) -> bool {
        let n = self.names;
        self.lookup_class(class, n.bool_).is_some() || self.lookup_class(class, n.len).is_some()
    }
}
