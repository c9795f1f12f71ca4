//! Loops over iterables, and unpacking.

use super::*;
use crate::bytecode::insn;
use crate::jit::functions::*;
use crate::jit::spec::*;
use crate::word::UNDEF;

#[inline(always)]
pub fn get_iter<M: PyMachine>(m: &mut M, _at: At, i: insn::GetIter) -> Flow {
    let x = m.slot(r(i.src));
    if is_ref(m, x) {
        let o = m.unbox_ref(x);
        let shape = shape_of(m, o);
        let t = &raw const m.host().types;
        // SAFETY: the VM's table of classes never changes.
        let t = unsafe { &*t };
        let zero = m.const_int(0);
        if is_exactly(shape, t.list) {
            let it = m.call_ref(NEW_LIST_ITER, &[]);
            let tag = m.const_int(TypeTag::ListIter as i64);
            if M::RECORDS {
                m.store_int(it, tag, TAG);
            }
            m.store_word(it, x, LIST_ITER_SEQ);
            m.store_int(it, zero, LIST_ITER_POS);
            return set_iter(m, i.dst, it);
        }
        if is_exactly(shape, t.tuple) {
            let it = m.call_ref(NEW_TUPLE_ITER, &[]);
            let tag = m.const_int(TypeTag::TupleIter as i64);
            if M::RECORDS {
                m.store_int(it, tag, TAG);
            }
            m.store_word(it, x, TUPLE_ITER_SEQ);
            m.store_int(it, zero, TUPLE_ITER_POS);
            return set_iter(m, i.dst, it);
        }
        if is_exactly(shape, t.range)
            && let Some(it) = range_iter(m, o)
        {
            return set_iter(m, i.dst, it);
        }
        if class_of(shape).layout == TypeTag::Generator {
            m.set_slot(r(i.dst), x);
            return Flow::Next;
        }
    }
    result(m, i.dst, ITER, args![Word x])
}

#[inline(always)]
fn set_iter<M: PyMachine>(m: &mut M, dst: u16, it: M::Ref) -> Flow {
    let w = m.box_ref(it);
    m.set_slot(r(dst), w);
    Flow::Next
}

/// The iterator of a range of inline ints.
#[inline(always)]
fn range_iter<M: PyMachine>(m: &mut M, range: M::Ref) -> Option<M::Ref> {
    let start = m.load_word(range, RANGE_START);
    if !is_int(m, start) {
        return None;
    }
    let step = m.load_word(range, RANGE_STRIDE);
    if !is_int(m, step) {
        return None;
    }
    let count = m.load_word(range, RANGE_COUNT);
    if !is_int(m, count) {
        return None;
    }
    let (start, step, count) = (m.unbox_int(start), m.unbox_int(step), m.unbox_int(count));
    let it = m.call_ref(NEW_RANGE_ITER, &[]);
    if M::RECORDS {
        let tag = m.const_int(TypeTag::RangeIter as i64);
        m.store_int(it, tag, TAG);
    }
    m.store_int(it, start, RANGE_NEXT);
    m.store_int(it, count, RANGE_LEFT);
    m.store_int(it, step, RANGE_STEP);
    Some(it)
}

#[inline(always)]
pub fn for_iter<M: PyMachine>(m: &mut M, at: At, i: insn::ForIter) -> Flow {
    let it = m.slot(r(i.iter));
    // What GetIter made is an object.
    let o = m.unbox_ref(it);
    match tag_of(m, o) {
        t if t == TypeTag::RangeIter as u32 => next_of_range(m, i, o),
        t if t == TypeTag::ListIter as u32 => next_of_list(m, i, o),
        t if t == TypeTag::TupleIter as u32 => next_of_tuple(m, i, o),
        t if t == TypeTag::Generator as u32 => generators::next_of_generator(m, at, i, o, it),
        t => next_slow(m, at, i, it, t),
    }
}

#[inline(always)]
fn give<M: PyMachine>(m: &mut M, i: insn::ForIter, w: M::Word) -> Flow {
    m.set_slot(r(i.dst), w);
    Flow::Jump(i.to.into())
}

#[inline(always)]
fn next_of_range<M: PyMachine>(m: &mut M, i: insn::ForIter, it: M::Ref) -> Flow {
    let (left, zero, one) = (m.load_int(it, RANGE_LEFT), m.const_int(0), m.const_int(1));
    let more = m.int_gt(left, zero);
    if !m.test(more) {
        return Flow::Next;
    }
    let (now, step) = (m.load_int(it, RANGE_NEXT), m.load_int(it, RANGE_STEP));
    let next = m.int_add(now, step);
    let left = m.int_sub(left, one);
    m.store_int(it, next, RANGE_NEXT);
    m.store_int(it, left, RANGE_LEFT);
    let w = m.box_int(now);
    give(m, i, w)
}

#[inline(always)]
fn next_of_list<M: PyMachine>(m: &mut M, i: insn::ForIter, it: M::Ref) -> Flow {
    let list = m.load_word(it, LIST_ITER_SEQ);
    if is_undef(m, list) {
        return Flow::Next;
    }
    let list = m.unbox_ref(list);
    let (at, len) = (m.load_int(it, LIST_ITER_POS), m.load_int(list, LIST_COUNT));
    let more = m.int_ult(at, len);
    if !m.test(more) {
        let none = word(m, UNDEF);
        m.store_word(it, none, LIST_ITER_SEQ);
        return Flow::Next;
    }
    let (buffer, one) = (m.load_ref(list, LIST_BUF), m.const_int(1));
    let w = m.load_elem_word(buffer, at, LIST_ITEM);
    let at = m.int_add(at, one);
    m.store_int(it, at, LIST_ITER_POS);
    give(m, i, w)
}

#[inline(always)]
fn next_of_tuple<M: PyMachine>(m: &mut M, i: insn::ForIter, it: M::Ref) -> Flow {
    let tuple = m.load_word(it, TUPLE_ITER_SEQ);
    if is_undef(m, tuple) {
        return Flow::Next;
    }
    let tuple = m.unbox_ref(tuple);
    let (at, len) = (m.load_int(it, TUPLE_ITER_POS), m.load_int(tuple, TUPLE_COUNT));
    let more = m.int_ult(at, len);
    if !m.test(more) {
        let none = word(m, UNDEF);
        m.store_word(it, none, TUPLE_ITER_SEQ);
        return Flow::Next;
    }
    let (w, one) = (m.load_elem_word(tuple, at, TUPLE_ITEM), m.const_int(1));
    let at = m.int_add(at, one);
    m.store_int(it, at, TUPLE_ITER_POS);
    give(m, i, w)
}

/// Any other iterator, by a host function.
#[inline(always)]
fn next_slow<M: PyMachine>(m: &mut M, at: At, i: insn::ForIter, it: M::Word, tag: u32) -> Flow {
    const PLAIN: [u32; 3] = [TypeTag::DictIter as u32, TypeTag::SetIter as u32, TypeTag::StrIter as u32];
    let w = m.call_word(if PLAIN.contains(&tag) { PLAIN_NEXT } else { ITER_NEXT }, args![Word it]);
    if m.raised(w) {
        return Flow::Raise;
    }
    let end = word(m, EXHAUSTED);
    let done = m.word_eq(w, end);
    if M::RECORDS {
        // The exit of either outcome needs `dst` as it is then.
        let old = m.slot(r(i.dst));
        let now = m.select_word(done, old, w);
        m.set_slot(r(i.dst), now);
        let (body, next) = (at.index(i.to.into()), at.index(1));
        if m.branch(done, next, body) {
            return Flow::Next;
        }
        return give(m, i, w);
    }
    if m.test(done) { Flow::Next } else { give(m, i, w) }
}

#[inline(always)]
pub fn unpack_sequence<M: PyMachine>(m: &mut M, _at: At, i: insn::UnpackSequence) -> Flow {
    let x = m.slot(r(i.src));
    let n = m.const_int(i.n.into());
    if is_ref(m, x) {
        let o = m.unbox_ref(x);
        let shape = shape_of(m, o);
        let (tuple, list) = (m.host().types.tuple, m.host().types.list);
        if is_exactly(shape, tuple) {
            let len = m.load_int(o, TUPLE_COUNT);
            let ok = m.int_eq(len, n);
            if m.test(ok) {
                return spread(m, i.base, i.n, o);
            }
        } else if is_exactly(shape, list) {
            let len = m.load_int(o, LIST_COUNT);
            let ok = m.int_eq(len, n);
            if m.test(ok) {
                let buffer = m.load_ref(o, LIST_BUF);
                for k in 0..i.n {
                    let at = m.const_int(k.into());
                    let w = m.load_elem_word(buffer, at, LIST_ITEM);
                    m.set_slot(r(i.base + k), w);
                }
                return Flow::Next;
            }
        }
    }
    let t = m.call_word(UNPACK, args![Word x, Int n]);
    if m.raised(t) {
        return Flow::Raise;
    }
    let t = m.unbox_ref(t);
    spread(m, i.base, i.n, t)
}

/// The items of a tuple of `n` go to registers.
#[inline(always)]
fn spread<M: PyMachine>(m: &mut M, base: u16, n: u16, tuple: M::Ref) -> Flow {
    for k in 0..n {
        let at = m.const_int(k.into());
        let w = m.load_elem_word(tuple, at, TUPLE_ITEM);
        m.set_slot(r(base + k), w);
    }
    Flow::Next
}

#[inline(always)]
pub fn unpack_ex<M: PyMachine>(m: &mut M, _at: At, i: insn::UnpackEx) -> Flow {
    let x = m.slot(r(i.src));
    let (low, high) = (i.counts & 0xff, i.counts >> 8);
    let (a, b) = (m.const_int(low.into()), m.const_int(high.into()));
    let t = m.call_word(UNPACK_EX, args![Word x, Int a, Int b]);
    if m.raised(t) {
        return Flow::Raise;
    }
    let t = m.unbox_ref(t);
    spread(m, i.base, low + 1 + high, t)
}
