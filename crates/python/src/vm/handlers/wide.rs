//! Ints of 64 bits in traces. An int that does not fit a word is an object; a trace keeps its value in a machine integer,
//! and makes the object only where somebody else sees it. The interpreter leaves such ints to host functions.

use super::*;
use crate::jit::functions::NEW_WIDE;
use crate::jit::spec::{BUILTIN_SHAPE, INT_WIDE, TAG};
use crate::vm::ops::BinOp;

/// Both operands as ints of 64 bits, if one of them is an object. Nothing while interpreting.
#[inline(always)]
pub fn operands<M: PyMachine>(m: &mut M, x: M::Word, y: M::Word) -> Option<(M::Int, M::Int)> {
    if !M::RECORDS {
        return None;
    }
    let [a, b] = [x, y].map(|w| Word(m.hint_word(w)));
    let wide = |w: Word| w.tag() == TypeTag::WideInt;
    let fits = |w: Word| w.is_int() || wide(w);
    if !(fits(a) && fits(b) && (wide(a) || wide(b))) {
        return None;
    }
    Some((value(m, x)?, value(m, y)?))
}

/// The value of an int that is known to be one of 64 bits now.
fn value<M: PyMachine>(m: &mut M, w: M::Word) -> Option<M::Int> {
    if Word(m.hint_word(w)).is_int() {
        return is_int(m, w).then(|| m.unbox_int(w));
    }
    if !is_ref(m, w) {
        return None;
    }
    let object = m.unbox_ref(w);
    (tag_of(m, object) == TypeTag::WideInt as u32).then(|| m.load_int(object, INT_WIDE))
}

/// The word of an int of 64 bits: an object, if it does not fit inline now.
pub fn boxed<M: PyMachine>(m: &mut M, i: M::Int) -> M::Word {
    let fits = m.int_fits(i, 48);
    if m.test(fits) { m.box_int(i) } else { object(m, i) }
}

/// The object of an int that does not fit inline.
pub fn object<M: PyMachine>(m: &mut M, i: M::Int) -> M::Word {
    let o = m.call_ref(NEW_WIDE, &[]);
    let (tag, shape) = (m.const_int(TypeTag::WideInt as i64), m.host().types.int.root_shape);
    let shape = m.const_ref(shape as u64);
    m.store_int(o, tag, TAG);
    m.store_ref(o, shape, BUILTIN_SHAPE);
    m.store_int(o, i, INT_WIDE);
    m.box_ref(o)
}

/// `a op b`, if that is one of 64 bits too. `None`: it is not, or the operator raises, or it is left to others.
pub fn binary<M: PyMachine>(m: &mut M, op: BinOp, a: M::Int, b: M::Int) -> Option<M::Int> {
    let (zero, limit) = (m.const_int(0), m.const_int(63));
    match op {
        BinOp::Add => m.int_add_checked(a, b),
        BinOp::Sub => m.int_sub_checked(a, b),
        BinOp::Mul => m.int_mul_checked(a, b),
        BinOp::And => Some(m.int_and(a, b)),
        BinOp::Or => Some(m.int_or(a, b)),
        BinOp::Xor => Some(m.int_xor(a, b)),
        BinOp::FloorDiv | BinOp::Mod => {
            let positive = m.int_gt(b, zero);
            if !m.test(positive) {
                return None;
            }
            Some(if op == BinOp::Mod { m.int_mod_floor(a, b) } else { m.int_div_floor(a, b) })
        }
        BinOp::RShift => {
            let positive = m.int_ge(b, zero);
            m.test(positive).then(|| m.int_shr(a, b))
        }
        BinOp::LShift => {
            let small = m.int_ult(b, limit);
            if !m.test(small) {
                return None;
            }
            let i = m.int_shl(a, b);
            let back = m.int_shr(i, b);
            let exact = m.int_eq(back, a);
            m.test(exact).then_some(i)
        }
        _ => None,
    }
}
