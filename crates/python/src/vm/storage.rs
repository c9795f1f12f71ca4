//! Where attributes are stored: slots of instances, attribute dicts of the other objects.
//!
//! SAFETY of the module: slots are reached through the object's current shape, which says that
//! they exist; storage grows before the shape changes.

use crate::objects::class::*;
use crate::objects::*;
use crate::vm::{PyResult, Vm};
use crate::word::{UNDEF, Word};

impl Vm {
    /// The attribute stored in the object itself.
    #[inline]
    pub fn own_attr(&self, w: Word, name: Name) -> Option<Word> {
        match w.tag() {
            TypeTag::Instance => {
                // SAFETY: module argument.
                unsafe { self.instance_attr(w.cast_unchecked(), name) }
            }
            TypeTag::Module => w.cast::<Module>().and_then(|m| m.namespace.get(name)),
            _ => {
                let dict = self.peek_dict(w)?;
                dict.get_name(name)
            }
        }
    }

    fn instance_attr(&self, mut o: Gc<Instance>, name: Name) -> Option<Word> {
        // SAFETY: module argument.
        unsafe {
            let shape = &*o.hdr.shape;
            if shape.dict_mode {
                let dict: Gc<Dict> = Word(o.overflow as u64).cast()?;
                return dict.get_name(name);
            }
            let slot = shape.slot_of(name)?;
            (*o.slot_ptr(slot, shape.inline_slots)).defined()
        }
    }

    /// The place of the attribute dict of an object that has one other than an instance.
    fn dict_place(w: Word) -> Option<*mut Word> {
        // SAFETY: each cast is checked by the tag.
        unsafe {
            Some(match w.tag() {
                TypeTag::Function => &raw mut (*w.cast_unchecked::<Function>().as_ptr()).dict,
                TypeTag::Exception => &raw mut (*w.cast_unchecked::<Exception>().as_ptr()).dict,
                TypeTag::Boxed => &raw mut (*w.cast_unchecked::<Boxed>().as_ptr()).dict,
                TypeTag::Property => &raw mut (*w.cast_unchecked::<Property>().as_ptr()).dict,
                TypeTag::NativeObject => &raw mut (*w.cast_unchecked::<NativeObject>().as_ptr()).dict,
                TypeTag::Dict => &raw mut (*w.cast_unchecked::<Dict>().as_ptr()).attrs,
                _ => return None,
            })
        }
    }

    /// The attribute dict of a non-instance, if it exists already.
    pub(crate) fn peek_dict(&self, w: Word) -> Option<Gc<Dict>> {
        match Vm::dict_place(w) {
            // SAFETY: a field of a live object.
            Some(p) => unsafe { (*p).cast() },
            None if w.header()?.flags & F_SIDE_DICT != 0 => self.side_dicts.get(&w.0)?.cast(),
            None => None,
        }
    }

    /// The attribute dict of any object that may have one, made when absent; an instance goes to
    /// dict mode.
    pub fn attr_dict(&mut self, w: Word) -> Option<Gc<Dict>> {
        if let Some(o) = w.cast::<Instance>() {
            if o.class().has(C_NO_DICT) {
                return None;
            }
            return Some(self.to_dict_mode(o));
        }
        if let Some(d) = self.peek_dict(w) {
            return Some(d);
        }
        if !w.is_ref() || self.type_of(w).has(C_NO_DICT) {
            return None;
        }
        Some(self.make_dict(w))
    }

    /// Gives an object other than an instance an attribute dict. Its shape changes, so that caches
    /// which found a class attribute miss from now on.
    pub(crate) fn make_dict(&mut self, w: Word) -> Gc<Dict> {
        let dict = self.new_dict();
        match Vm::dict_place(w) {
            // SAFETY: a field of a live object.
            Some(p) => unsafe { *p = dict.word() },
            None => {
                if let Some(mut h) = w.header() {
                    h.flags |= F_SIDE_DICT;
                }
                self.side_dicts.insert(w.0, dict.word());
            }
        }
        if let Some(mut h) = w.header() {
            h.shape = self.type_of(w).dict_shape;
        }
        dict
    }

    /// Moves an instance's attributes into a dict, which then is its `__dict__`.
    pub fn to_dict_mode(&mut self, mut o: Gc<Instance>) -> Gc<Dict> {
        // SAFETY: module argument.
        unsafe {
            let shape = &*o.hdr.shape;
            if shape.dict_mode {
                return Word(o.overflow as u64).cast_unchecked();
            }
            let dict = self.new_dict();
            for (i, name) in shape.names().into_iter().enumerate() {
                let value = *o.slot_ptr(i as u32, shape.inline_slots);
                if value != UNDEF {
                    self.dict_set_name(dict, name, value);
                }
            }
            free_overflow(o);
            o.overflow = dict.as_ptr() as *mut Word;
            o.hdr.shape = shape.class.dict_shape;
            dict
        }
    }

    /// Stores an attribute in an instance (no descriptors).
    pub fn set_instance_attr(&mut self, mut o: Gc<Instance>, name: Name, value: Word) {
        // SAFETY: module argument.
        unsafe {
            let shape = &mut *o.hdr.shape;
            if shape.dict_mode {
                let dict = Word(o.overflow as u64).cast_unchecked();
                self.dict_set_name(dict, name, value);
            } else if let Some(slot) = shape.slot_of(name) {
                *o.slot_ptr(slot, shape.inline_slots) = value;
            } else if let Some(new) = shape.with(name) {
                let slot = shape.len;
                self.grow_overflow(o, shape.inline_slots, slot);
                o.hdr.shape = new;
                *o.slot_ptr(slot, shape.inline_slots) = value;
            } else {
                let dict = self.to_dict_mode(o);
                self.dict_set_name(dict, name, value);
            }
        }
    }

    /// Gives the object another shape of a class with the same layout, keeping its attributes.
    pub(crate) fn reshape(&mut self, mut o: Gc<Instance>, class: Gc<Class>, without: Option<Name>) {
        // SAFETY: module argument; the cell has room for the old class' inline slots only.
        unsafe {
            let shape = &*o.hdr.shape;
            let inline = shape.inline_slots;
            if shape.dict_mode || class.inline_slots != inline {
                self.to_dict_mode(o);
                o.hdr.shape = class.dict_shape;
                if let (Some(name), Some(d)) = (without, Word(o.overflow as u64).cast::<Dict>()) {
                    let _ = self.dict_del(d, name.word());
                }
                return;
            }
            let names = shape.names();
            let values: Vec<Word> = (0..shape.len).map(|i| *o.slot_ptr(i, inline)).collect();
            free_overflow(o);
            o.overflow = std::ptr::null_mut();
            o.hdr.shape = class.root_shape;
            for (name, value) in names.into_iter().zip(values) {
                if Some(name) != without {
                    self.set_instance_attr(o, name, value);
                }
            }
        }
    }

    /// Deletes an attribute stored in the object itself; says whether it was there.
    pub(crate) fn delete_own(&mut self, w: Word, name: Name) -> PyResult<bool> {
        if self.own_attr(w, name).is_none() {
            return Ok(false);
        }
        if let Some(o) = w.cast::<Instance>() {
            self.reshape(o, o.class(), Some(name));
            return Ok(true);
        }
        if let Some(m) = w.cast::<Module>() {
            self.store_global(m.namespace, name, UNDEF);
            return Ok(true);
        }
        match self.peek_dict(w) {
            Some(d) => Ok(self.dict_del(d, name.word())?.is_some()),
            None => Ok(false),
        }
    }
}

/// Frees an instance's overflow buffer (the caller replaces pointer and shape).
unsafe fn free_overflow(o: Gc<Instance>) {
    // SAFETY: the capacity follows from the shape.
    unsafe {
        let shape = &*o.hdr.shape;
        if shape.len > shape.inline_slots && !o.overflow.is_null() {
            let cap = overflow_capacity(shape.len - shape.inline_slots) as usize;
            std::alloc::dealloc(
                o.overflow as *mut u8,
                std::alloc::Layout::array::<Word>(cap).unwrap_unchecked(),
            );
        }
    }
}
