//! Attributes, through inline caches.
//!
//! A cache has three cells: a key (the shape of the object, or the object itself), the class epoch with the
//! plan's number below it, and the plan's payload. Both machines read it as constants; a trace guards the
//! key and depends on the class instead of the epoch.

use super::*;
use crate::bytecode::insn;
use crate::jit::functions::*;
use crate::jit::spec::{GLOBAL_VALUE, INSTANCE_SLOT, OVERFLOW, OVERFLOW_SLOT, SLOTS};
use crate::objects::class::{C_CUSTOM_META, C_GETATTRIBUTE};
use crate::objects::{ClassMethod, Function, Native, StaticMethod};
use crate::vm::attr::{Descr, GetPlan, SetPlan};
use crate::word::UNDEF;

/// What to do with an attribute; the numbers stand in caches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Plan {
    /// Ask the VM each time.
    Generic,
    /// Inline slot, payload its number.
    Slot,
    /// Slot of the overflow buffer, payload its number there.
    Overflow,
    /// The payload.
    Value,
    /// The payload bound to the object.
    Method,
    /// Call of the payload with the object.
    Property,
    /// Key is the object, a module; payload the global's cell.
    Global,
    /// Key is the object, a class; the payload.
    OfClass,
    /// Key is the object, a class; the payload bound to it.
    ClassMethod,
    /// Stores: the new slot and shape, payload `slot << 48 | shape`.
    Add,
}

const PLANS: [Plan; 10] = [
    Plan::Generic,
    Plan::Slot,
    Plan::Overflow,
    Plan::Value,
    Plan::Method,
    Plan::Property,
    Plan::Global,
    Plan::OfClass,
    Plan::ClassMethod,
    Plan::Add,
];

const SHAPE_BITS: u32 = 48;

impl Plan {
    #[inline(always)]
    fn of_object(self) -> bool {
        matches!(self, Plan::Global | Plan::OfClass | Plan::ClassMethod)
    }
}

#[inline(always)]
fn cached(vm: &Vm, at: At, key: u64) -> Option<Plan> {
    let state = *at.cell(1);
    if *at.cell(0) == key && state >> 8 == vm.class_epoch {
        Some(PLANS[(state & 0xff) as usize % PLANS.len()])
    } else {
        None
    }
}

fn fill(vm: &Vm, at: At, key: u64, plan: Plan, payload: u64) -> Plan {
    *at.cell(0) = key;
    *at.cell(1) = vm.class_epoch << 8 | plan as u64;
    *at.cell(2) = payload;
    plan
}

impl Vm {
    /// Fills the cache of an attribute read of `object`.
    #[cold]
    #[inline(never)]
    fn fill_get(&mut self, at: At, object: u64, name: Name) -> Plan {
        let w = Word(object);
        match w.tag() {
            TypeTag::Class => return self.fill_class(at, w, name),
            TypeTag::Module => {
                if let GetPlan::Cell(cell) = self.plan_get(w, name) {
                    // A cached object must not die: its address could come to mean another one.
                    self.immortalize(w);
                    return fill(self, at, object, Plan::Global, cell as u64);
                }
            }
            _ => {}
        }
        let shape = w.header().map_or(0, |h| h.shape as u64);
        let (plan, payload) = match self.plan_get(w, name) {
            GetPlan::Slot(n) => {
                // SAFETY: shapes are immortal.
                let inline = unsafe { (*(shape as *mut Shape)).inline_slots };
                if n < inline { (Plan::Slot, n.into()) } else { (Plan::Overflow, (n - inline).into()) }
            }
            GetPlan::Value(v) => (Plan::Value, v.0),
            GetPlan::Method(f) => (Plan::Method, f.0),
            GetPlan::Property(f) => (Plan::Property, f.0),
            GetPlan::Cell(_) | GetPlan::Generic => (Plan::Generic, 0),
        };
        fill(self, at, shape, plan, payload)
    }

    fn fill_class(&mut self, at: At, object: Word, name: Name) -> Plan {
        let shape = object.header().map_or(0, |h| h.shape as u64);
        let (Some(class), meta) = (object.cast::<Class>(), self.type_of(object)) else {
            return fill(self, at, shape, Plan::Generic, 0);
        };
        let on_meta = self.lookup_class(meta, name);
        let data = on_meta.is_some_and(|a| matches!(self.descr_kind(a), Descr::Data));
        let found = self.lookup_class(class, name);
        let (Some(attr), false) = (found, data || meta.has(C_GETATTRIBUTE)) else {
            return fill(self, at, shape, Plan::Generic, 0);
        };
        let (plan, value) = match self.descr_kind(attr) {
            Descr::Function => (Plan::OfClass, attr),
            Descr::Plain if class.mro.iter().any(|c| c.volatile.contains(&name)) => (Plan::Generic, UNDEF),
            Descr::Plain => (Plan::OfClass, attr),
            _ => match (attr.cast::<StaticMethod>(), attr.cast::<ClassMethod>()) {
                (Some(s), _) => (Plan::OfClass, s.func),
                (_, Some(c)) if c.func.is::<Function>() || c.func.is::<Native>() => {
                    (Plan::ClassMethod, c.func)
                }
                _ => (Plan::Generic, UNDEF),
            },
        };
        if plan == Plan::Generic {
            return fill(self, at, shape, plan, 0);
        }
        fill(self, at, object.0, plan, value.0)
    }

    /// Fills the cache of an attribute write to `object`.
    #[cold]
    #[inline(never)]
    fn fill_set(&mut self, at: At, object: u64, name: Name) -> Plan {
        let w = Word(object);
        let shape = w.header().map_or(0, |h| h.shape as u64);
        // SAFETY: shapes are immortal.
        let inline = unsafe { (*(shape as *mut Shape)).inline_slots };
        let (plan, payload) = match self.plan_set(w, name) {
            SetPlan::Slot(n) if n < inline => (Plan::Slot, n.into()),
            SetPlan::Slot(n) => (Plan::Overflow, (n - inline).into()),
            SetPlan::Add { slot, shape } => (Plan::Add, u64::from(slot) << SHAPE_BITS | shape as u64),
            SetPlan::Generic => (Plan::Generic, 0),
        };
        fill(self, at, shape, plan, payload)
    }
}

/// The plan for reading an attribute of `o`; the trace guards what it depends on.
#[inline(always)]
fn plan<M: PyMachine>(m: &mut M, at: At, o: M::Ref, name: Name) -> Plan {
    if !M::RECORDS {
        let object = m.hint_ref(o);
        // SAFETY: a live object.
        let shape = unsafe { (*(object as *const crate::objects::Header)).shape } as u64;
        if let Some(plan) = cached(m.host(), at, shape) {
            return plan;
        }
        if let Some(plan) = cached(m.host(), at, object) {
            return plan;
        }
        return m.host().fill_get(at, object, name);
    }
    let now = m.hint_ref(o);
    let plan = m.host().fill_get(at, now, name);
    if plan.of_object() {
        m.promote_ref(o);
        if plan != Plan::Global
            && let Some(class) = Word(now).cast::<Class>()
        {
            assume_class(m, class);
        }
    } else {
        let shape = shape_of(m, o);
        assume_class(m, class_of(shape));
    }
    plan
}

/// Inline slot `n` of an instance.
#[inline(always)]
fn load_slot<M: PyMachine>(m: &mut M, o: M::Ref, n: u64) -> M::Word {
    if M::RECORDS && (n as usize) < SLOTS.len() {
        return m.load_word(o, SLOTS[n as usize]);
    }
    let n = m.const_int(n as i64);
    m.load_elem_word(o, n, INSTANCE_SLOT)
}

#[inline(always)]
fn store_slot<M: PyMachine>(m: &mut M, o: M::Ref, n: u64, w: M::Word) {
    if M::RECORDS && (n as usize) < SLOTS.len() {
        return m.store_word(o, w, SLOTS[n as usize]);
    }
    let n = m.const_int(n as i64);
    m.store_elem_word(o, n, w, INSTANCE_SLOT);
}

#[inline(always)]
fn load_overflow<M: PyMachine>(m: &mut M, o: M::Ref, n: u64) -> M::Word {
    let (buffer, n) = (m.load_ref(o, OVERFLOW), m.const_int(n as i64));
    m.load_elem_word(buffer, n, OVERFLOW_SLOT)
}

#[inline(always)]
fn get_generic<M: PyMachine>(m: &mut M, dst: u16, object: M::Word, name: Name) -> Flow {
    let n = constant_ref(m, name);
    result(m, dst, GET_ATTR, args![Word object, Ref n])
}

#[inline(always)]
pub fn load_attr<M: PyMachine>(m: &mut M, at: At, i: insn::LoadAttr) -> Flow {
    let (object, name) = (m.slot(r(i.object)), at.name(i.name));
    if !is_ref(m, object) {
        return get_generic(m, i.dst, object, name);
    }
    let o = m.unbox_ref(object);
    let plan = plan(m, at, o, name);
    let payload = *at.cell(2);
    let w = match plan {
        Plan::Slot => load_slot(m, o, payload),
        Plan::Overflow => load_overflow(m, o, payload),
        Plan::Value | Plan::OfClass => m.const_word(payload),
        Plan::Global => match global(m, payload) {
            Some(w) => w,
            None => return get_generic(m, i.dst, object, name),
        },
        Plan::Method | Plan::ClassMethod => {
            let f = m.const_word(payload);
            let bound = m.call_ref(BIND, args![Word f, Word object]);
            m.box_ref(bound)
        }
        Plan::Property => return call::property(m, at, i.dst, payload, object),
        Plan::Generic | Plan::Add => return get_generic(m, i.dst, object, name),
    };
    m.set_slot(r(i.dst), w);
    Flow::Next
}

/// The content of a module's global, unless it was deleted.
#[inline(always)]
fn global<M: PyMachine>(m: &mut M, cell: u64) -> Option<M::Word> {
    let w = if M::RECORDS {
        names::global_value(m, cell as *mut crate::objects::GlobalCell)
    } else {
        let cell = m.const_ref(cell);
        m.load_word(cell, GLOBAL_VALUE)
    };
    if is_undef(m, w) { None } else { Some(w) }
}

#[inline(always)]
pub fn load_method<M: PyMachine>(m: &mut M, at: At, i: insn::LoadMethod) -> Flow {
    let (object, name) = (m.slot(r(i.object)), at.name(i.name));
    if !is_ref(m, object) {
        return method_generic(m, i.base, object, name);
    }
    let o = m.unbox_ref(object);
    let plan = plan(m, at, o, name);
    let payload = *at.cell(2);
    let f = match plan {
        Plan::Method | Plan::ClassMethod => {
            let f = m.const_word(payload);
            m.set_slot(r(i.base), f);
            m.set_slot(r(i.base) + 2, object);
            return Flow::Next;
        }
        Plan::Slot => load_slot(m, o, payload),
        Plan::Overflow => load_overflow(m, o, payload),
        Plan::Value | Plan::OfClass => m.const_word(payload),
        Plan::Global => match global(m, payload) {
            Some(w) => w,
            None => return method_generic(m, i.base, object, name),
        },
        Plan::Property | Plan::Generic | Plan::Add => return method_generic(m, i.base, object, name),
    };
    set_callable(m, i.base, f)
}

/// A callable without self goes to a call window.
#[inline(always)]
fn set_callable<M: PyMachine>(m: &mut M, base: u16, f: M::Word) -> Flow {
    let none = word(m, UNDEF);
    m.set_slot(r(base), f);
    m.set_slot(r(base) + 2, none);
    Flow::Next
}

#[inline(always)]
fn method_generic<M: PyMachine>(m: &mut M, base: u16, object: M::Word, name: Name) -> Flow {
    let n = constant_ref(m, name);
    let f = m.call_word(GET_ATTR, args![Word object, Ref n]);
    if m.raised(f) {
        return Flow::Raise;
    }
    set_callable(m, base, f)
}

#[inline(always)]
pub fn store_attr<M: PyMachine>(m: &mut M, at: At, i: insn::StoreAttr) -> Flow {
    let (object, value, name) = (m.slot(r(i.object)), m.slot(r(i.src)), at.name(i.name));
    if is_ref(m, object) {
        let o = m.unbox_ref(object);
        let plan = store_plan(m, at, o, name);
        let payload = *at.cell(2);
        match plan {
            Plan::Slot => {
                store_slot(m, o, payload, value);
                return Flow::Next;
            }
            Plan::Overflow => {
                let (buffer, n) = (m.load_ref(o, OVERFLOW), m.const_int(payload as i64));
                m.store_elem_word(buffer, n, value, OVERFLOW_SLOT);
                return Flow::Next;
            }
            Plan::Add => return add_slot(m, o, payload, value),
            _ => {}
        }
    }
    let n = constant_ref(m, name);
    effect(m, SET_ATTR, args![Word object, Ref n, Word value])
}

/// The plan for writing an attribute of `o`.
#[inline(always)]
fn store_plan<M: PyMachine>(m: &mut M, at: At, o: M::Ref, name: Name) -> Plan {
    if !M::RECORDS {
        let object = m.hint_ref(o);
        // SAFETY: a live object.
        let shape = unsafe { (*(object as *const crate::objects::Header)).shape } as u64;
        return match cached(m.host(), at, shape) {
            Some(plan) => plan,
            None => m.host().fill_set(at, object, name),
        };
    }
    let now = m.hint_ref(o);
    let plan = m.host().fill_set(at, now, name);
    let shape = shape_of(m, o);
    assume_class(m, class_of(shape));
    plan
}

/// Gives the object the shape with one more slot, and fills the slot.
#[inline(always)]
fn add_slot<M: PyMachine>(m: &mut M, o: M::Ref, payload: u64, value: M::Word) -> Flow {
    let (slot, shape) = (payload >> SHAPE_BITS, (payload & ((1 << SHAPE_BITS) - 1)) as *mut Shape);
    // SAFETY: shapes are immortal.
    let inline = u64::from(unsafe { (*shape).inline_slots });
    let new = m.const_ref(shape as u64);
    if slot < inline {
        store_slot(m, o, slot, value);
    } else {
        let (a, b) = (m.const_int(inline as i64), m.const_int(slot as i64));
        m.call_unit(GROW, args![Ref o, Int a, Int b]);
        let (buffer, n) = (m.load_ref(o, OVERFLOW), m.const_int((slot - inline) as i64));
        m.store_elem_word(buffer, n, value, OVERFLOW_SLOT);
    }
    m.store_ref(o, new, SHAPE);
    Flow::Next
}

#[inline(always)]
pub fn del_attr<M: PyMachine>(m: &mut M, at: At, i: insn::DelAttr) -> Flow {
    let (object, n) = (m.slot(r(i.object)), constant_ref(m, at.name(i.name)));
    effect(m, DEL_ATTR, args![Word object, Ref n])
}

// --- super() ---

/// The method that `super(class, object).name` finds, when it is a plain function of a class above.
#[inline(always)]
fn super_method<M: PyMachine>(m: &mut M, at: At, base: u16, name: Name) -> Option<u64> {
    let (callee, class, object) = (m.slot(r(base)), m.slot(r(base) + 3), m.slot(r(base) + 4));
    if !is_ref(m, class) || !is_ref(m, object) {
        return None;
    }
    let o = m.unbox_ref(object);
    if m.promote_word(callee) != m.host().types.super_.addr() {
        return None;
    }
    let class = Word(m.promote_word(class));
    let shape = shape_of(m, o);
    if !M::RECORDS && *at.cell(0) == shape as u64 && *at.cell(1) == (m.host().class_epoch << 8) {
        // A code's `__class__` is one class, save where a class statement runs again with the same code.
        let owner = *at.cell(2);
        if owner != 0 && m.host().super_owner(at) == class.0 {
            return Some(owner);
        }
    }
    let f = m.host().find_super(at, shape, class, name)?;
    assume_class(m, class_of(shape));
    Some(f.0)
}

#[inline(always)]
pub fn load_super_attr<M: PyMachine>(m: &mut M, at: At, i: insn::LoadSuperAttr) -> Flow {
    let n = constant_ref(m, at.name(i.name));
    let (callee, class, object) = (m.slot(r(i.base)), m.slot(r(i.base) + 3), m.slot(r(i.base) + 4));
    result(m, i.dst, SUPER_ATTR, args![Word callee, Word class, Word object, Ref n])
}

#[inline(always)]
pub fn load_super_method<M: PyMachine>(m: &mut M, at: At, i: insn::LoadSuperMethod) -> Flow {
    let (name, b) = (at.name(i.name), r(i.base));
    if let Some(f) = super_method(m, at, i.base, name) {
        let (f, object) = (m.const_word(f), m.slot(b + 4));
        m.set_slot(b, f);
        m.set_slot(b + 2, object);
        return Flow::Next;
    }
    let (callee, class, object) = (m.slot(b), m.slot(b + 3), m.slot(b + 4));
    let n = constant_ref(m, name);
    let f = m.call_word(SUPER_ATTR, args![Word callee, Word class, Word object, Ref n]);
    if m.raised(f) {
        return Flow::Raise;
    }
    set_callable(m, i.base, f)
}

impl Vm {
    /// The class for which the cache of a `super()` call was filled.
    fn super_owner(&self, at: At) -> u64 {
        self.run.super_owners.get(&(at.pc as u64)).copied().unwrap_or(0)
    }

    /// The function after `class` in the MRO of the shape's class; fills the cache.
    #[inline(never)]
    fn find_super(&mut self, at: At, shape: *mut Shape, class: Word, name: Name) -> Option<Word> {
        let (start, of) = (class.cast::<Class>()?, class_of(shape));
        if of.has(C_CUSTOM_META) && of.layout == TypeTag::Class || !of.is_subclass(start) {
            return None;
        }
        let f = self.super_lookup(start, of, name)?;
        if !matches!(self.descr_kind(f), Descr::Function) {
            return None;
        }
        *at.cell(0) = shape as u64;
        *at.cell(1) = self.class_epoch << 8;
        *at.cell(2) = f.0;
        self.run.super_owners.insert(at.pc as u64, class.0);
        Some(f)
    }
}
