//! Loops over iterables, and unpacking.

use super::*;
use crate::bytecode::insn;
use crate::jit::functions::*;
use crate::jit::spec::*;
use crate::objects::Tuple;
use crate::objects::iter::{Enumerate, Zip};
use crate::vm::iter::is_native_iterator;
use crate::word::UNDEF;
use uplift::uop::Field;

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
        let class = class_of(shape);
        if is_exactly(shape, class) && is_native_iterator(class.layout) {
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

/// How an iterator goes on once its item is taken. A step is looked at first and made last: guards come in between,
/// and an exit must find the iterator as it was.
enum Step<M: PyMachine> {
    Range { it: M::Ref, next: M::Int, left: M::Int },
    Index { it: M::Ref, field: &'static Field, at: M::Int },
    Count { it: M::Ref, count: M::Word },
}

impl<M: PyMachine> Step<M> {
    #[inline(always)]
    fn make(self, m: &mut M) {
        match self {
            Step::Range { it, next, left } => {
                m.store_int(it, next, RANGE_NEXT);
                m.store_int(it, left, RANGE_LEFT);
            }
            Step::Index { it, field, at } => m.store_int(it, at, field),
            Step::Count { it, count } => m.store_word(it, count, ENUMERATE_COUNT),
        }
    }
}

#[inline(always)]
pub fn for_iter<M: PyMachine>(m: &mut M, at: At, i: insn::ForIter) -> Flow {
    let it = m.slot(r(i.iter));
    // What GetIter made is an object.
    let o = m.unbox_ref(it);
    match tag_of(m, o) {
        t if t == TypeTag::RangeIter as u32 => {
            let next = next_of_range(m, o);
            give(m, i, next)
        }
        t if t == TypeTag::ListIter as u32 => {
            let next = next_of_list(m, o);
            give(m, i, next)
        }
        t if t == TypeTag::TupleIter as u32 => {
            let next = next_of_tuple(m, o);
            give(m, i, next)
        }
        t if t == TypeTag::Generator as u32 => generators::next_of_generator(m, at, i, o, it),
        t if M::RECORDS && (t == TypeTag::Enumerate as u32 || t == TypeTag::Zip as u32) => {
            let mut steps = Steps::default();
            match steps.next(m, o, t) {
                Some(item) => {
                    steps.made.into_iter().for_each(|step| step.make(m));
                    let Some(w) = item else { return Flow::Next };
                    m.set_slot(r(i.dst), w);
                    Flow::Jump(i.to.into())
                }
                None => next_slow(m, at, i, it, t),
            }
        }
        t => next_slow(m, at, i, it, t),
    }
}

/// Goes to the loop's body with the item, or out of the loop.
#[inline(always)]
fn give<M: PyMachine>(m: &mut M, i: insn::ForIter, next: Option<(M::Word, Step<M>)>) -> Flow {
    let Some((w, step)) = next else { return Flow::Next };
    step.make(m);
    m.set_slot(r(i.dst), w);
    Flow::Jump(i.to.into())
}

#[inline(always)]
fn next_of_range<M: PyMachine>(m: &mut M, it: M::Ref) -> Option<(M::Word, Step<M>)> {
    let (left, zero, one) = (m.load_int(it, RANGE_LEFT), m.const_int(0), m.const_int(1));
    let more = m.int_gt(left, zero);
    if !m.test(more) {
        return None;
    }
    let (now, step) = (m.load_int(it, RANGE_NEXT), m.load_int(it, RANGE_STEP));
    let next = m.int_add(now, step);
    let left = m.int_sub(left, one);
    let w = m.box_int(now);
    Some((w, Step::Range { it, next, left }))
}

#[inline(always)]
fn next_of_list<M: PyMachine>(m: &mut M, it: M::Ref) -> Option<(M::Word, Step<M>)> {
    let list = m.load_word(it, LIST_ITER_SEQ);
    if is_undef(m, list) {
        return None;
    }
    let list = m.unbox_ref(list);
    let (at, len) = (m.load_int(it, LIST_ITER_POS), m.load_int(list, LIST_COUNT));
    let more = m.int_ult(at, len);
    if !m.test(more) {
        let none = word(m, UNDEF);
        m.store_word(it, none, LIST_ITER_SEQ);
        return None;
    }
    let (buffer, one) = (m.load_ref(list, LIST_BUF), m.const_int(1));
    let w = m.load_elem_word(buffer, at, LIST_ITEM);
    let at = m.int_add(at, one);
    Some((w, Step::Index { it, field: LIST_ITER_POS, at }))
}

#[inline(always)]
fn next_of_tuple<M: PyMachine>(m: &mut M, it: M::Ref) -> Option<(M::Word, Step<M>)> {
    let tuple = m.load_word(it, TUPLE_ITER_SEQ);
    if is_undef(m, tuple) {
        return None;
    }
    let tuple = m.unbox_ref(tuple);
    let (at, len) = (m.load_int(it, TUPLE_ITER_POS), m.load_int(tuple, TUPLE_COUNT));
    let more = m.int_ult(at, len);
    if !m.test(more) {
        let none = word(m, UNDEF);
        m.store_word(it, none, TUPLE_ITER_SEQ);
        return None;
    }
    let (w, one) = (m.load_elem_word(tuple, at, TUPLE_ITEM), m.const_int(1));
    let at = m.int_add(at, one);
    Some((w, Step::Index { it, field: TUPLE_ITER_POS, at }))
}

/// The steps of an iterator over iterators, while recording.
struct Steps<M: PyMachine> {
    made: Vec<Step<M>>,
    /// The innermost iterators looked at: each gives one item a step, so all must be different.
    leaves: Vec<M::Ref>,
}

impl<M: PyMachine> Default for Steps<M> {
    fn default() -> Self {
        Steps { made: Vec::new(), leaves: Vec::new() }
    }
}

impl<M: PyMachine> Steps<M> {
    /// The next item of `it`, `Some(None)` at the end. `None`: not here; nothing has been changed.
    fn next(&mut self, m: &mut M, it: M::Ref, tag: u32) -> Option<Option<M::Word>> {
        const SIMPLE: [u32; 3] =
            [TypeTag::RangeIter as u32, TypeTag::ListIter as u32, TypeTag::TupleIter as u32];
        if tag == TypeTag::Enumerate as u32 {
            return self.next_of_enumerate(m, it);
        }
        if tag == TypeTag::Zip as u32 {
            return self.next_of_zip(m, it);
        }
        if !SIMPLE.contains(&tag) {
            return None;
        }
        for &other in &self.leaves {
            let same = m.ref_eq(it, other);
            if m.test(same) {
                return None;
            }
        }
        self.leaves.push(it);
        let next = match tag {
            t if t == TypeTag::RangeIter as u32 => next_of_range(m, it),
            t if t == TypeTag::ListIter as u32 => next_of_list(m, it),
            _ => next_of_tuple(m, it),
        };
        Some(next.map(|(w, step)| {
            self.made.push(step);
            w
        }))
    }

    /// As [`Steps::next`], of an iterator that another one holds.
    fn next_inner(&mut self, m: &mut M, it: M::Word) -> Option<Option<M::Word>> {
        let now = Word(m.hint_word(it));
        if !now.is_ref() || !m.host().known_steps(now) || !is_ref(m, it) {
            return None;
        }
        let it = m.unbox_ref(it);
        let tag = tag_of(m, it);
        self.next(m, it, tag)
    }

    fn next_of_enumerate(&mut self, m: &mut M, it: M::Ref) -> Option<Option<M::Word>> {
        let class = m.host().types.enumerate;
        let inner = m.load_word(it, ENUMERATE_ITER);
        let now = Word(m.hint_word(inner));
        if !is_exactly(shape_of(m, it), class) || !m.host().known_steps(now) {
            return None;
        }
        let count = m.load_word(it, ENUMERATE_COUNT);
        if !is_int(m, count) {
            return None;
        }
        let (i, one) = (m.unbox_int(count), m.const_int(1));
        let next = m.int_add(i, one);
        let fits = m.int_fits(next, 48);
        if !m.test(fits) {
            return None;
        }
        let Some(item) = self.next_inner(m, inner)? else { return Some(None) };
        let next = m.box_int(next);
        self.made.push(Step::Count { it, count: next });
        let pair = build::new_tuple(m, &[count, item]);
        Some(Some(m.box_ref(pair)))
    }

    fn next_of_zip(&mut self, m: &mut M, it: M::Ref) -> Option<Option<M::Word>> {
        let class = m.host().types.zip;
        let strict = m.load_int(it, ZIP_STRICT);
        if !is_exactly(shape_of(m, it), class) || m.promote_int(strict) != 0 {
            return None;
        }
        let iters = m.load_word(it, ZIP_ITERS);
        let now = Word(m.hint_word(iters)).cast::<Tuple>()?;
        if now.items().is_empty() || !now.items().iter().all(|&w| m.host().known_steps(w)) {
            return None;
        }
        let iters = m.unbox_ref(iters);
        let n = m.load_int(iters, TUPLE_COUNT);
        let mut items = Vec::new();
        for k in 0..m.promote_int(n) {
            let k = m.const_int(k);
            let inner = m.load_elem_word(iters, k, TUPLE_ITEM);
            match self.next_inner(m, inner)? {
                Some(item) => items.push(item),
                None => return Some(None),
            }
        }
        let row = build::new_tuple(m, &items);
        Some(Some(m.box_ref(row)))
    }
}

impl Vm {
    /// Whether the steps of an iterator can be recorded as uops, those of the iterators in it included.
    fn known_steps(&self, it: Word) -> bool {
        match it.tag() {
            TypeTag::RangeIter | TypeTag::ListIter | TypeTag::TupleIter => true,
            TypeTag::Enumerate => it.cast::<Enumerate>().is_some_and(|e| self.known_steps(e.iter)),
            TypeTag::Zip => (it.cast::<Zip>().and_then(|z| z.iters.cast::<Tuple>()))
                .is_some_and(|t| t.items().iter().all(|&w| self.known_steps(w))),
            _ => false,
        }
    }
}

/// Any other iterator, by a host function.
#[inline(always)]
pub fn next_slow<M: PyMachine>(m: &mut M, at: At, i: insn::ForIter, it: M::Word, tag: u32) -> Flow {
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
        m.set_slot(r(i.dst), w);
        return Flow::Jump(i.to.into());
    }
    if m.test(done) {
        return Flow::Next;
    }
    m.set_slot(r(i.dst), w);
    Flow::Jump(i.to.into())
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
