//! Registers, constants, cells and captured variables.

use super::*;
use crate::bytecode::insn;
use crate::jit::functions::*;
use crate::jit::spec::{CELL_CONTENT, FUNC_CLOSURE, TUPLE_ITEM};
use crate::word::{NONE, UNDEF};

#[inline(always)]
pub fn nop<M: PyMachine>(_m: &mut M, _at: At, _i: insn::Nop) -> Flow {
    Flow::Next
}

#[inline(always)]
pub fn copy<M: PyMachine>(m: &mut M, _at: At, i: insn::Move) -> Flow {
    let w = m.slot(r(i.src));
    m.set_slot(r(i.dst), w);
    Flow::Next
}

#[inline(always)]
pub fn load_const<M: PyMachine>(m: &mut M, at: At, i: insn::LoadConst) -> Flow {
    let w = word(m, at.constant(i.k));
    m.set_slot(r(i.dst), w);
    Flow::Next
}

#[inline(always)]
pub fn load_none<M: PyMachine>(m: &mut M, _at: At, i: insn::LoadNone) -> Flow {
    let w = word(m, NONE);
    m.set_slot(r(i.dst), w);
    Flow::Next
}

#[inline(always)]
pub fn load_int<M: PyMachine>(m: &mut M, _at: At, i: insn::LoadInt) -> Flow {
    let w = word(m, Word::int(i.number.into()));
    m.set_slot(r(i.dst), w);
    Flow::Next
}

#[inline(always)]
pub fn load_undef<M: PyMachine>(m: &mut M, _at: At, i: insn::LoadUndef) -> Flow {
    let w = word(m, UNDEF);
    m.set_slot(r(i.dst), w);
    Flow::Next
}

#[inline(always)]
fn unbound_local<M: PyMachine>(m: &mut M, at: At, register: u16) -> Flow {
    let (c, i) = (m.const_ref(at.code as u64), m.const_int(register.into()));
    effect(m, UNBOUND_LOCAL, args![Ref c, Int i])
}

#[inline(always)]
fn unbound_free<M: PyMachine>(m: &mut M, at: At, index: u16) -> Flow {
    let (c, i) = (m.const_ref(at.code as u64), m.const_int(index.into()));
    effect(m, UNBOUND_FREE, args![Ref c, Int i])
}

#[inline(always)]
pub fn check_local<M: PyMachine>(m: &mut M, at: At, i: insn::CheckLocal) -> Flow {
    let w = m.slot(r(i.src));
    if is_undef(m, w) { unbound_local(m, at, i.src) } else { Flow::Next }
}

#[inline(always)]
pub fn del_local<M: PyMachine>(m: &mut M, at: At, i: insn::DelLocal) -> Flow {
    let w = m.slot(r(i.local));
    if is_undef(m, w) {
        return unbound_local(m, at, i.local);
    }
    let w = word(m, UNDEF);
    m.set_slot(r(i.local), w);
    Flow::Next
}

#[inline(always)]
pub fn make_cell<M: PyMachine>(m: &mut M, _at: At, i: insn::MakeCell) -> Flow {
    let value = m.slot(r(i.cell));
    let cell = m.call_ref(NEW_CELL, args![Word value]);
    if M::RECORDS {
        m.store_word(cell, value, CELL_CONTENT);
    }
    let w = m.box_ref(cell);
    m.set_slot(r(i.cell), w);
    Flow::Next
}

#[inline(always)]
pub fn load_cell<M: PyMachine>(m: &mut M, at: At, i: insn::LoadCell) -> Flow {
    let w = m.slot(r(i.cell));
    let cell = m.unbox_ref(w);
    let w = m.load_word(cell, CELL_CONTENT);
    if is_undef(m, w) {
        return unbound_local(m, at, i.cell);
    }
    m.set_slot(r(i.dst), w);
    Flow::Next
}

#[inline(always)]
pub fn store_cell<M: PyMachine>(m: &mut M, _at: At, i: insn::StoreCell) -> Flow {
    let (w, value) = (m.slot(r(i.cell)), m.slot(r(i.src)));
    let cell = m.unbox_ref(w);
    m.store_word(cell, value, CELL_CONTENT);
    Flow::Next
}

#[inline(always)]
pub fn del_cell<M: PyMachine>(m: &mut M, at: At, i: insn::DelCell) -> Flow {
    let w = m.slot(r(i.cell));
    let cell = m.unbox_ref(w);
    let w = m.load_word(cell, CELL_CONTENT);
    if is_undef(m, w) {
        return unbound_local(m, at, i.cell);
    }
    let w = word(m, UNDEF);
    m.store_word(cell, w, CELL_CONTENT);
    Flow::Next
}

/// Closure cell `index` of the running function.
#[inline(always)]
fn free_cell<M: PyMachine>(m: &mut M, index: u16) -> M::Word {
    let func = m.slot(-1);
    let func = m.unbox_ref(func);
    let closure = m.load_ref(func, FUNC_CLOSURE);
    let index = m.const_int(index.into());
    m.load_elem_word(closure, index, TUPLE_ITEM)
}

#[inline(always)]
pub fn load_free<M: PyMachine>(m: &mut M, at: At, i: insn::LoadFree) -> Flow {
    let cell = free_cell(m, i.index);
    let cell = m.unbox_ref(cell);
    let w = m.load_word(cell, CELL_CONTENT);
    if is_undef(m, w) {
        return unbound_free(m, at, i.index);
    }
    m.set_slot(r(i.dst), w);
    Flow::Next
}

#[inline(always)]
pub fn store_free<M: PyMachine>(m: &mut M, _at: At, i: insn::StoreFree) -> Flow {
    let cell = free_cell(m, i.index);
    let cell = m.unbox_ref(cell);
    let w = m.slot(r(i.src));
    m.store_word(cell, w, CELL_CONTENT);
    Flow::Next
}

#[inline(always)]
pub fn del_free<M: PyMachine>(m: &mut M, at: At, i: insn::DelFree) -> Flow {
    let cell = free_cell(m, i.index);
    let cell = m.unbox_ref(cell);
    let w = m.load_word(cell, CELL_CONTENT);
    if is_undef(m, w) {
        return unbound_free(m, at, i.index);
    }
    let w = word(m, UNDEF);
    m.store_word(cell, w, CELL_CONTENT);
    Flow::Next
}

#[inline(always)]
pub fn load_free_cell<M: PyMachine>(m: &mut M, _at: At, i: insn::LoadFreeCell) -> Flow {
    let cell = free_cell(m, i.index);
    m.set_slot(r(i.dst), cell);
    Flow::Next
}
