//! Plans: how an attribute of objects like this one is read or written, for inline caches.

use crate::objects::class::*;
use crate::objects::*;
use crate::vm::Vm;
use crate::vm::attr::Descr;
use crate::word::{UNDEF, Word};

/// How to read an attribute, as long as the object's shape and `Vm::class_epoch` stay the same.
#[derive(Clone, Copy, Debug)]
pub enum GetPlan {
    /// The instance's slot.
    Slot(u32),
    /// This value (a class attribute that does not bind).
    Value(Word),
    /// This function (Python or native) bound to the object.
    Method(Word),
    /// The result of calling this Python-level getter with the object.
    Property(Word),
    /// A module's global.
    Cell(*mut GlobalCell),
    /// Anything else: [`Vm::get_attr`].
    Generic,
}

/// How to write an attribute, as long as the object's shape and `Vm::class_epoch` stay the same.
#[derive(Clone, Copy, Debug)]
pub enum SetPlan {
    /// The instance's slot.
    Slot(u32),
    /// A new slot: the object takes this shape (and overflow room if `slot >= inline_slots`).
    Add { slot: u32, shape: *mut Shape },
    /// Anything else: [`Vm::set_attr`].
    Generic,
}

impl Vm {
    /// How to read `name` from objects like `w`; no side effects.
    pub fn plan_get(&mut self, w: Word, name: Name) -> GetPlan {
        let class = self.type_of(w);
        if class.flags & (C_GETATTRIBUTE | C_GETATTR) != 0 && class.has(C_GETATTRIBUTE) {
            return GetPlan::Generic;
        }
        if let Some(m) = w.cast::<Module>() {
            return match m.namespace.find(name) {
                // SAFETY: cells are never freed.
                Some(c) if unsafe { (*c).value } != UNDEF && self.lookup_class(class, name).is_none() => {
                    GetPlan::Cell(c)
                }
                _ => GetPlan::Generic,
            };
        }
        if matches!(w.tag(), TypeTag::Class | TypeTag::Super) {
            return GetPlan::Generic;
        }
        let slot = self.plan_slot(w, name);
        let Some(attr) = self.lookup_class(class, name) else {
            return slot.map_or(GetPlan::Generic, GetPlan::Slot);
        };
        let kind = self.descr_kind(attr);
        if matches!(kind, Descr::Data) {
            if attr.is::<MemberDescr>() {
                return slot.map_or(GetPlan::Generic, GetPlan::Slot);
            }
            return match attr.cast::<Property>() {
                Some(p) if p.get.is::<Function>() && !class.has(C_GETATTR) => GetPlan::Property(p.get),
                _ => GetPlan::Generic,
            };
        }
        if let Some(slot) = slot {
            return GetPlan::Slot(slot);
        }
        if Vm::may_own(w) {
            return GetPlan::Generic;
        }
        match kind {
            Descr::Function => GetPlan::Method(attr),
            Descr::Plain if self.is_constant(class, name) => GetPlan::Value(attr),
            Descr::NonData => match attr.cast::<StaticMethod>() {
                Some(s) => GetPlan::Value(s.func),
                None => GetPlan::Generic,
            },
            _ => GetPlan::Generic,
        }
    }

    /// Whether the value of a plain class attribute may be cached (it never changed).
    fn is_constant(&self, class: Gc<Class>, name: Name) -> bool {
        class.mro.iter().find(|c| c.dict.get(name).is_some()).is_some_and(|c| !c.volatile.contains(&name))
    }

    /// Whether the object may hold attributes that its shape does not tell.
    fn may_own(w: Word) -> bool {
        // SAFETY: shapes are immortal.
        w.header().is_some_and(|h| unsafe { (*h.shape).dict_mode })
    }

    fn plan_slot(&self, w: Word, name: Name) -> Option<u32> {
        let o = w.cast::<Instance>()?;
        // SAFETY: shapes are immortal.
        let shape = unsafe { &*o.hdr.shape };
        if shape.dict_mode { None } else { shape.slot_of(name) }
    }

    /// How to write `name` to objects like `w`; a new shape may be made.
    pub fn plan_set(&mut self, w: Word, name: Name) -> SetPlan {
        let class = self.type_of(w);
        let Some(o) = w.cast::<Instance>() else { return SetPlan::Generic };
        // SAFETY: shapes are immortal.
        let shape = unsafe { &mut *o.shape() };
        if class.has(C_SETATTR) || shape.dict_mode {
            return SetPlan::Generic;
        }
        match self.lookup_class(class, name) {
            Some(attr) if attr.is::<MemberDescr>() => {}
            Some(attr) if matches!(self.descr_kind(attr), Descr::Data) => return SetPlan::Generic,
            _ if class.has(C_NO_DICT) => return SetPlan::Generic,
            _ => {}
        }
        if let Some(slot) = shape.slot_of(name) {
            return SetPlan::Slot(slot);
        }
        match shape.with(name) {
            Some(new) => SetPlan::Add { slot: shape.len, shape: new },
            None => SetPlan::Generic,
        }
    }
}
