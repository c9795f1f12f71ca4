//! Subscription.

use super::*;
use crate::bytecode::insn;
use crate::jit::functions::*;
use crate::jit::spec::{LIST_BUF, LIST_COUNT, LIST_ITEM, STR_COUNT, TUPLE_COUNT, TUPLE_ITEM};
use crate::vm::frame::FrameKind;
use crate::word::NONE;

/// An int operand as an index into a sequence of length `len`: counted from the end when negative, in range.
#[inline(always)]
pub fn index<M: PyMachine>(m: &mut M, key: M::Word, len: M::Int) -> Option<M::Int> {
    let i = m.unbox_int(key);
    // One test for the usual case: lengths are not negative.
    let ok = m.int_ult(i, len);
    if m.test(ok) {
        return Some(i);
    }
    let zero = m.const_int(0);
    let negative = m.int_lt(i, zero);
    if !m.test(negative) {
        return None;
    }
    let i = m.int_add(i, len);
    let ok = m.int_ult(i, len);
    m.test(ok).then_some(i)
}

#[inline(always)]
fn item<M: PyMachine>(m: &mut M, at: At, (dst, words): (u16, usize), object: M::Word, key: M::Word) -> Flow {
    if is_ref(m, object) {
        let o = m.unbox_ref(object);
        let shape = shape_of(m, o);
        let t = &raw const m.host().types;
        // SAFETY: the VM's table of classes never changes.
        let t = unsafe { &*t };
        if is_exactly(shape, t.list) {
            if is_int(m, key) {
                let len = m.load_int(o, LIST_COUNT);
                if let Some(i) = index(m, key, len) {
                    let buffer = m.load_ref(o, LIST_BUF);
                    let w = m.load_elem_word(buffer, i, LIST_ITEM);
                    m.set_slot(r(dst), w);
                    return Flow::Next;
                }
            }
        } else if is_exactly(shape, t.tuple) {
            if is_int(m, key) {
                let len = m.load_int(o, TUPLE_COUNT);
                if let Some(i) = index(m, key, len) {
                    let w = m.load_elem_word(o, i, TUPLE_ITEM);
                    m.set_slot(r(dst), w);
                    return Flow::Next;
                }
            }
        } else if is_exactly(shape, t.str) {
            if is_int(m, key) {
                let len = m.load_int(o, STR_COUNT);
                if let Some(i) = index(m, key, len) {
                    return result(m, dst, STR_ITEM, args![Ref o, Int i]);
                }
            }
        } else if is_exactly(shape, t.dict) && (!M::RECORDS || arith::is_plain(m, key)) {
            if M::RECORDS {
                return result(m, dst, DICT_GET, args![Ref o, Word key]);
            }
        } else if arrays::is_array(m, shape) {
            if let Some(w) = arrays::load(m, o, key) {
                m.set_slot(r(dst), w);
                return Flow::Next;
            }
        } else if class_of(shape).layout == TypeTag::Instance {
            let name = m.host().names.getitem;
            let linkage = (dst, FrameKind::Normal, words as u8);
            if let Some(flow) = call::special_method(m, at, shape, name, &[object, key], linkage) {
                return flow;
            }
        }
    }
    result(m, dst, GET_ITEM, args![Word object, Word key])
}

#[inline(always)]
pub fn load_item<M: PyMachine>(m: &mut M, at: At, i: insn::LoadItem) -> Flow {
    let (object, key) = (m.slot(r(i.object)), m.slot(r(i.key)));
    item(m, at, (i.dst, insn::LoadItem::WORDS), object, key)
}

#[inline(always)]
pub fn load_item_imm<M: PyMachine>(m: &mut M, at: At, i: insn::LoadItemImm) -> Flow {
    let (object, key) = (m.slot(r(i.object)), word(m, Word::int(i.number.into())));
    item(m, at, (i.dst, insn::LoadItemImm::WORDS), object, key)
}

#[inline(always)]
pub fn store_item<M: PyMachine>(m: &mut M, at: At, i: insn::StoreItem) -> Flow {
    let (object, key, value) = (m.slot(r(i.object)), m.slot(r(i.key)), m.slot(r(i.src)));
    if is_ref(m, object) {
        let o = m.unbox_ref(object);
        let shape = shape_of(m, o);
        let (list, dict) = (m.host().types.list, m.host().types.dict);
        if is_exactly(shape, list) {
            if is_int(m, key) {
                let len = m.load_int(o, LIST_COUNT);
                if let Some(i) = index(m, key, len) {
                    let buffer = m.load_ref(o, LIST_BUF);
                    m.store_elem_word(buffer, i, value, LIST_ITEM);
                    return Flow::Next;
                }
            }
        } else if arrays::is_array(m, shape) {
            if arrays::store(m, o, key, value) {
                return Flow::Next;
            }
        } else if M::RECORDS && is_exactly(shape, dict) && arith::is_plain(m, key) {
            return effect(m, DICT_SET, args![Ref o, Word key, Word value]);
        } else if class_of(shape).layout == TypeTag::Instance {
            let name = m.host().names.setitem;
            let linkage = (0, FrameKind::Discard, insn::StoreItem::WORDS as u8);
            if let Some(flow) = call::special_method(m, at, shape, name, &[object, key, value], linkage) {
                return flow;
            }
        }
    }
    effect(m, SET_ITEM, args![Word object, Word key, Word value])
}

#[inline(always)]
pub fn del_item<M: PyMachine>(m: &mut M, _at: At, i: insn::DelItem) -> Flow {
    let (object, key) = (m.slot(r(i.object)), m.slot(r(i.key)));
    effect(m, DEL_ITEM, args![Word object, Word key])
}

/// Whether a slice bound is an int or None.
#[inline(always)]
fn is_bound<M: PyMachine>(m: &mut M, w: M::Word) -> bool {
    if m.hint_word(w) == NONE.0 { is_none(m, w) } else { is_int(m, w) }
}

#[inline(always)]
pub fn load_slice<M: PyMachine>(m: &mut M, _at: At, i: insn::LoadSlice) -> Flow {
    let step = word(m, NONE);
    slice(m, i.dst, i.object, i.base, step)
}

#[inline(always)]
pub fn load_extended_slice<M: PyMachine>(m: &mut M, _at: At, i: insn::LoadExtendedSlice) -> Flow {
    let step = m.slot(r(i.base) + 2);
    slice(m, i.dst, i.object, i.base, step)
}

/// `object[start:stop:step]`, the bounds at `base`.
#[inline(always)]
fn slice<M: PyMachine>(m: &mut M, dst: u16, object: u16, base: u16, step: M::Word) -> Flow {
    let (object, start, stop) = (m.slot(r(object)), m.slot(r(base)), m.slot(r(base) + 1));
    if M::RECORDS && is_ref(m, object) && is_bound(m, start) && is_bound(m, stop) && is_bound(m, step) {
        let o = m.unbox_ref(object);
        let shape = shape_of(m, o);
        let t = m.host().types;
        if is_exactly(shape, t.list) {
            return result(m, dst, LIST_SLICE, args![Word object, Word start, Word stop, Word step]);
        }
        if [t.str, t.tuple, t.bytes].iter().any(|&c| is_exactly(shape, c)) {
            return result(m, dst, PLAIN_SLICE, args![Word object, Word start, Word stop, Word step]);
        }
    }
    result(m, dst, GET_SLICE, args![Word object, Word start, Word stop, Word step])
}

/// Whether a value is a plain list.
#[inline(always)]
fn is_list<M: PyMachine>(m: &mut M, w: M::Word) -> bool {
    if !is_ref(m, w) {
        return false;
    }
    let o = m.unbox_ref(w);
    let list = m.host().types.list;
    is_exactly(shape_of(m, o), list)
}

#[inline(always)]
pub fn store_slice<M: PyMachine>(m: &mut M, _at: At, i: insn::StoreSlice) -> Flow {
    let (object, start, stop) = (m.slot(r(i.object)), m.slot(r(i.base)), m.slot(r(i.base) + 1));
    let value = m.slot(r(i.src));
    if M::RECORDS && is_list(m, object) && is_list(m, value) && is_bound(m, start) && is_bound(m, stop) {
        return effect(m, LIST_SET_SLICE, args![Word object, Word start, Word stop, Word value]);
    }
    effect(m, SET_SLICE, args![Word object, Word start, Word stop, Word value])
}

impl Vm {
    /// Character `index` of a string.
    #[inline]
    pub fn str_item(&mut self, s: Gc<crate::objects::Str>, index: usize) -> Word {
        if s.is_ascii() {
            return self.chars[s.bytes()[index] as usize];
        }
        match s.slice(index, index + 1).chars().next() {
            Some(c) => self.new_char(c),
            None => self.empty_str.word(),
        }
    }
}
