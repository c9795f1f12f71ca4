//! What each object refers to (marking) and owns (freeing), by tag.
//!
//! SAFETY of the module: `p` is a live object whose tag names its layout.

use super::iter::*;
use super::*;
use crate::heap::Marker;
use crate::objects::string::StrBuf;
use std::ptr::drop_in_place;

/// Marks what the object refers to and counts its bytes.
///
/// # Safety
/// `p` is a live object.
pub unsafe fn trace(p: *mut Header, m: &mut Marker) {
    // SAFETY: module argument.
    unsafe {
        let tag: TypeTag = std::mem::transmute::<u32, TypeTag>((*p).tag);
        macro_rules! words {
            ($ty:ty: $($f:ident),*) => {{
                let o = &*(p as *mut $ty);
                m.live += size_of::<$ty>();
                $(m.word(o.$f);)*
            }};
        }
        match tag {
            TypeTag::Free => {}
            TypeTag::Instance => trace_instance(p as *mut Instance, m),
            TypeTag::Str => {
                let s = &*(p as *mut Str);
                match s.buffer() {
                    Some(b) => {
                        m.live += size_of::<Str>() + 8;
                        m.object(Gc::from_ptr(b));
                    }
                    None => m.live += size_of::<Str>() + s.nbytes as usize,
                }
            }
            TypeTag::StrBuf => m.live += (*(p as *mut StrBuf)).cap,
            TypeTag::List => {
                let l = &*(p as *mut List);
                m.live += size_of::<List>() + l.cap as usize * 8;
                m.words(l.items());
            }
            TypeTag::Tuple => {
                let t = &*(p as *mut Tuple);
                m.live += size_of::<Tuple>() + t.count() * 8;
                m.words(t.items());
            }
            TypeTag::Dict => {
                let d = &*(p as *mut Dict);
                m.live += size_of::<Dict>() + d.entries.capacity() * 24 + d.index.len() * 4;
                for e in &d.entries {
                    m.word(e.key);
                    m.word(e.value);
                }
                m.word(d.attrs);
                m.word(d.factory);
            }
            TypeTag::Set => {
                let s = &*(p as *mut Set);
                m.live += size_of::<Set>() + s.table.len() * 16;
                for e in &s.table {
                    m.word(e.key);
                }
            }
            TypeTag::WideInt => m.live += size_of::<WideInt>(),
            TypeTag::BigInt => m.live += size_of::<BigInt>() + (*(p as *mut BigInt)).external_bytes(),
            TypeTag::Boxed => words!(Boxed: value, dict),
            TypeTag::Complex => m.live += size_of::<Complex>(),
            TypeTag::Bytes => m.live += size_of::<Bytes>() + (&*(p as *mut Bytes)).data.len(),
            TypeTag::ByteArray => {
                m.live += size_of::<ByteArray>() + (&*(p as *mut ByteArray)).data.capacity()
            }
            TypeTag::Range => words!(RangeObj: start, stop, step, len),
            TypeTag::Slice => words!(SliceObj: start, stop, step),
            TypeTag::Function => {
                words!(Function: defaults, kwdefaults, closure, name, qualname, doc, module, annotations, dict);
                m.object((*(p as *mut Function)).globals);
            }
            TypeTag::Native => words!(Native: name, module),
            TypeTag::BoundMethod => words!(BoundMethod: func, this),
            TypeTag::Cell => words!(Cell: value),
            TypeTag::Class => trace_class(p as *mut Class, m),
            TypeTag::Module => {
                words!(Module: name);
                m.object((*(p as *mut Module)).namespace);
            }
            TypeTag::Namespace => trace_namespace(p as *mut Namespace, m),
            TypeTag::Code => m.live += size_of::<CodeObject>(),
            TypeTag::Exception => words!(Exception: args, cause, context, dict, notes),
            TypeTag::Generator => {
                words!(Generator: func, name, qualname);
                let g = &*(p as *mut Generator);
                m.live += g.regs.len() * 8;
                m.words(&g.regs);
                m.words(&g.handled);
            }
            TypeTag::Property => words!(Property: get, set, del, doc, dict),
            TypeTag::StaticMethod => words!(StaticMethod: func),
            TypeTag::ClassMethod => words!(ClassMethod: func),
            TypeTag::Super => words!(Super: this),
            TypeTag::MemberDescr => m.live += size_of::<MemberDescr>(),
            TypeTag::GetSet => words!(GetSet: name),
            TypeTag::DictView => words!(DictView: dict),
            _ => trace_iterator(tag, p, m),
        }
    }
}

unsafe fn trace_iterator(tag: TypeTag, p: *mut Header, m: &mut Marker) {
    // SAFETY: module argument.
    unsafe {
        macro_rules! words {
            ($ty:ty: $($f:ident),*) => {{
                let o = &*(p as *mut $ty);
                m.live += size_of::<$ty>();
                $(m.word(o.$f);)*
            }};
        }
        match tag {
            TypeTag::RangeIter => m.live += size_of::<RangeIter>(),
            TypeTag::ListIter => words!(ListIter: list),
            TypeTag::TupleIter => words!(TupleIter: tuple),
            TypeTag::StrIter => words!(StrIter: string),
            TypeTag::DictIter => words!(DictIter: dict),
            TypeTag::SetIter => words!(SetIter: set),
            TypeTag::SeqIter => words!(SeqIter: seq),
            TypeTag::Enumerate => words!(Enumerate: iter, count),
            TypeTag::Zip => words!(Zip: iters),
            TypeTag::Map => words!(Map: func, iters),
            TypeTag::Filter => words!(Filter: func, iter),
            TypeTag::Reversed => words!(Reversed: seq),
            TypeTag::CallIter => words!(CallIter: func, sentinel),
            TypeTag::NativeIter => {
                m.live += size_of::<NativeIterator>() + 64;
                if let Some(i) = &(*(p as *mut NativeIterator)).iter {
                    i.trace(m);
                }
            }
            TypeTag::NativeObject => {
                let o = &*(p as *mut NativeObject);
                m.live += size_of::<NativeObject>() + o.payload.external_bytes();
                m.word(o.dict);
                o.payload.trace(m);
            }
            _ => {}
        }
    }
}

unsafe fn trace_instance(p: *mut Instance, m: &mut Marker) {
    // SAFETY: module argument; the shape says which slots exist.
    unsafe {
        let shape = &*(*p).hdr.shape;
        let inline = shape.inline_slots;
        m.live += size_of::<Instance>() + inline as usize * 8;
        if shape.dict_mode {
            m.word(Word((*p).overflow as u64));
            return;
        }
        for i in 0..shape.len {
            m.word(*(*p).slot_ptr(i, inline));
        }
        if shape.len > inline {
            m.live += class::overflow_capacity(shape.len - inline) as usize * 8;
        }
    }
}

unsafe fn trace_class(p: *mut Class, m: &mut Marker) {
    // SAFETY: module argument.
    let c = unsafe { &*p };
    m.word(c.name);
    m.word(c.qualname);
    m.word(c.call_init);
    m.word(c.call_new);
    for (n, w) in c.dict.iter() {
        m.object(n);
        m.word(w);
    }
    for &b in c.mro.iter().chain(&c.bases).chain(&c.subclasses) {
        m.object(b);
    }
    m.live += size_of::<Class>() + c.dict.len() * 24;
}

unsafe fn trace_namespace(p: *mut Namespace, m: &mut Marker) {
    // SAFETY: module argument.
    let n = unsafe { &*p };
    for (_, w) in n.iter() {
        m.word(w);
    }
    m.word(n.dict);
}

macro_rules! owners {
    ($object:ident: $($tag:ident => $drop:expr;)*) => {
        /// Tags of objects that own memory outside their cell, as bits.
        const OWNERS: u64 = $(1 << TypeTag::$tag as u32)|*;

        /// Frees what the object owns outside its cell.
        ///
        /// # Safety
        /// `p` is an unreachable object, not used afterwards.
        #[inline]
        pub unsafe fn finalize(p: *mut Header) {
            // SAFETY: module argument.
            if OWNERS >> unsafe { (*p).tag } & 1 != 0 {
                // SAFETY: as above.
                unsafe { finalize_owner(p) };
            }
        }

        unsafe fn finalize_owner($object: *mut Header) {
            // SAFETY: module argument.
            unsafe {
                match std::mem::transmute::<u32, TypeTag>((*$object).tag) {
                    $(TypeTag::$tag => $drop,)*
                    _ => {}
                }
            }
        }
    };
}

owners! { p:
    Instance => drop_instance(p as *mut Instance);
    List => sequence::drop_list(&mut *(p as *mut List));
    StrBuf => string::drop_buffer(&mut *(p as *mut StrBuf));
    Dict => drop_in_place(p as *mut Dict);
    Set => drop_in_place(p as *mut Set);
    BigInt => drop_in_place(p as *mut BigInt);
    Bytes => drop_in_place(p as *mut Bytes);
    ByteArray => drop_in_place(p as *mut ByteArray);
    Class => drop_in_place(p as *mut Class);
    Namespace => drop_in_place(p as *mut Namespace);
    Exception => drop_in_place(p as *mut Exception);
    Generator => drop_in_place(p as *mut Generator);
    NativeIter => drop_in_place(p as *mut NativeIterator);
    NativeObject => drop_in_place(p as *mut NativeObject);
}

unsafe fn drop_instance(p: *mut Instance) {
    // SAFETY: module argument; the class is immortal, the capacity follows from the shape.
    unsafe {
        if (*p).overflow.is_null() {
            return;
        }
        let shape = &*(*p).hdr.shape;
        // The class object itself may already be gone when the whole heap is dropped.
        if !shape.dict_mode && shape.len > shape.inline_slots {
            let cap = class::overflow_capacity(shape.len - shape.inline_slots) as usize;
            std::alloc::dealloc(
                (*p).overflow as *mut u8,
                std::alloc::Layout::array::<Word>(cap).unwrap_unchecked(),
            );
        }
    }
}
