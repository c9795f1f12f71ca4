//! Classes, shapes (hidden classes) and instances.
//!
//! A [`Shape`] names a class and maps attribute names to slots. Adding an attribute moves an
//! object along a transition, so objects built the same way share a shape, and a cache that
//! compared shapes knows both the class and where the attribute is. Shapes and classes are
//! immortal: a stale cache entry can never match a new shape at an old address.

use super::{Args, Gc, Header, Name, TypeTag, impl_object};
use crate::vm::{PyResult, Vm};
use crate::word::{UNDEF, Word};
use hashbrown::HashTable;
use rustc_hash::FxHashMap;

/// An ordered map from names to words: class dicts.
#[derive(Default)]
pub struct NameMap {
    entries: Vec<(Option<Name>, Word)>,
    index: HashTable<u32>,
}

#[inline(always)]
fn name_hash(n: Name) -> u64 {
    (n.addr() >> 4).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

impl NameMap {
    /// Number of names.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether there is no name.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    fn find(&self, name: Name) -> Option<usize> {
        self.index.find(name_hash(name), |&i| self.entries[i as usize].0 == Some(name)).map(|&i| i as usize)
    }

    /// The value of `name`.
    pub fn get(&self, name: Name) -> Option<Word> {
        self.find(name).map(|i| self.entries[i].1)
    }

    /// Sets `name`; returns the old value.
    pub fn insert(&mut self, name: Name, value: Word) -> Option<Word> {
        if let Some(i) = self.find(name) {
            return Some(std::mem::replace(&mut self.entries[i].1, value));
        }
        let at = self.entries.len() as u32;
        self.entries.push((Some(name), value));
        let entries = &self.entries;
        self.index.insert_unique(name_hash(name), at, |&i| entries[i as usize].0.map_or(0, name_hash));
        None
    }

    /// Removes `name`; returns its value.
    pub fn remove(&mut self, name: Name) -> Option<Word> {
        let entries = &self.entries;
        let found = self.index.find_entry(name_hash(name), |&i| entries[i as usize].0 == Some(name)).ok()?;
        let (at, _) = found.remove();
        self.entries[at as usize].0 = None;
        Some(std::mem::replace(&mut self.entries[at as usize].1, UNDEF))
    }

    /// The entries in insertion order.
    pub fn iter(&self) -> impl Iterator<Item = (Name, Word)> + '_ {
        self.entries.iter().filter_map(|&(n, w)| n.map(|n| (n, w)))
    }
}

/// A class and the attribute layout of objects that have this shape.
#[repr(C)]
pub struct Shape {
    pub class: Gc<Class>,
    /// Number of attribute slots.
    pub len: u32,
    /// Inline slots of instances of the class.
    pub inline_slots: u32,
    /// Whether attributes live in a dict (`Instance::overflow` is the dict).
    pub dict_mode: bool,
    /// The shape this one extends by `last`.
    pub parent: *mut Shape,
    /// The name of the last slot.
    pub last: Option<Name>,
    /// Slot of each name, from the fourth attribute on (shorter chains are walked).
    pub(crate) table: Option<FxHashMap<Name, u32>>,
    pub(crate) transitions: Vec<(Name, *mut Shape)>,
}

/// Most attributes a shape may have; further ones turn the object to dict mode.
pub const MAX_SLOTS: u32 = 128;

impl Shape {
    /// The slot of `name`.
    pub fn slot_of(&self, name: Name) -> Option<u32> {
        if let Some(t) = &self.table {
            return t.get(&name).copied();
        }
        let mut s: *const Shape = self;
        // SAFETY: shapes are immortal; the chain ends in the empty shape.
        unsafe {
            while let Some(n) = (*s).last {
                if n == name {
                    return Some((*s).len - 1);
                }
                s = (*s).parent;
            }
        }
        None
    }

    /// Names in slot order.
    pub fn names(&self) -> Vec<Name> {
        let mut names = Vec::with_capacity(self.len as usize);
        let mut s: *const Shape = self;
        // SAFETY: as in `slot_of`.
        unsafe {
            while let Some(n) = (*s).last {
                names.push(n);
                s = (*s).parent;
            }
        }
        names.reverse();
        names
    }

    /// The shape with one more attribute; `None` when objects must go to dict mode.
    pub fn with(&mut self, name: Name) -> Option<*mut Shape> {
        if let Some(&(_, s)) = self.transitions.iter().find(|t| t.0 == name) {
            return Some(s);
        }
        if self.len >= MAX_SLOTS || self.transitions.len() >= 64 || self.dict_mode {
            return None;
        }
        let table = (self.len >= 3).then(|| {
            let mut t = FxHashMap::default();
            for (i, n) in self.names().into_iter().enumerate() {
                t.insert(n, i as u32);
            }
            t.insert(name, self.len);
            t
        });
        let new = Box::into_raw(Box::new(Shape {
            class: self.class,
            len: self.len + 1,
            inline_slots: self.inline_slots,
            dict_mode: false,
            parent: self,
            last: Some(name),
            table,
            transitions: Vec::new(),
        }));
        self.transitions.push((name, new));
        Some(new)
    }

    /// An empty shape of `class` (leaked: shapes are immortal).
    pub fn root(class: Gc<Class>, inline_slots: u32, dict_mode: bool) -> *mut Shape {
        Box::into_raw(Box::new(Shape {
            class,
            len: 0,
            inline_slots,
            dict_mode,
            parent: std::ptr::null_mut(),
            last: None,
            table: None,
            transitions: Vec::new(),
        }))
    }
}

/// Makes an object of a builtin class (or of a subclass, `cls`).
pub type Constructor = fn(&mut Vm, Gc<Class>, &Args) -> PyResult;

/// Class flag: the class or a base overrides `__getattribute__`.
pub const C_GETATTRIBUTE: u32 = 1;
/// Class flag: `__getattr__` is defined.
pub const C_GETATTR: u32 = 2;
/// Class flag: `__setattr__` or `__delattr__` is overridden.
pub const C_SETATTR: u32 = 4;
/// Class flag: instances have no attribute dict (`__slots__`, most builtins).
pub const C_NO_DICT: u32 = 8;
/// Class flag: `==` is identity (neither `__eq__` nor a builtin base defines it).
pub const C_IDENTITY_EQ: u32 = 16;
/// Class flag: a builtin class: attributes cannot be set.
pub const C_BUILTIN: u32 = 32;
/// Class flag: may not be subclassed (bool, NoneType...).
pub const C_FINAL: u32 = 64;
/// Class flag: the constructor ignores its arguments for subclasses (`__init__` fills the object).
pub const C_MUTABLE_CTOR: u32 = 128;
/// Class flag: a metaclass other than `type`.
pub const C_CUSTOM_META: u32 = 256;
/// Class flag: an exception class.
pub const C_EXCEPTION: u32 = 512;

/// A class object.
#[repr(C)]
pub struct Class {
    pub hdr: Header,
    pub name: Word,
    pub qualname: Word,
    pub bases: Vec<Gc<Class>>,
    /// Method resolution order; the class itself first.
    pub mro: Vec<Gc<Class>>,
    pub dict: NameMap,
    /// Attributes that were assigned another plain value after the first: never assumed constant.
    pub volatile: Vec<Name>,
    pub subclasses: Vec<Gc<Class>>,
    /// Bumped whenever a lookup on the class may give another answer.
    pub version: u64,
    /// `C_` flags.
    pub flags: u32,
    /// Layout of instances.
    pub layout: TypeTag,
    /// Attribute names the compiler saw assigned on self, bases included.
    pub slots_hint: u32,
    /// Inline slots of instances.
    pub inline_slots: u32,
    /// Shape of fresh instances.
    pub root_shape: *mut Shape,
    /// Shape of instances whose attributes live in a dict.
    pub dict_shape: *mut Shape,
    /// Constructor of the nearest builtin base; `None`: a plain instance.
    pub construct: Option<Constructor>,
    /// Names declared in `__slots__` of this class.
    pub slots: Vec<Name>,
    /// Whether traces depend on this class; see `Vm::class_changed`.
    pub watched: bool,
    /// Cached lookups of `__init__` and `__new__`, valid while `Vm::class_epoch == plan_epoch`.
    pub plan_epoch: u64,
    pub call_init: Word,
    pub call_new: Word,
}

/// Byte offset of [`Class::version`].
pub const CLASS_VERSION: usize = core::mem::offset_of!(Class, version);

impl Class {
    /// The name.
    pub fn name_str(&self) -> &'static str {
        self.name.as_str().unwrap_or("?")
    }

    /// Whether this class is `other` or derives from it.
    #[inline]
    pub fn is_subclass(&self, other: Gc<Class>) -> bool {
        self.mro.contains(&other)
    }

    /// Whether a flag is set.
    #[inline(always)]
    pub fn has(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }
}

/// An object of a Python class: `inline_slots` words follow.
#[repr(C)]
pub struct Instance {
    pub hdr: Header,
    /// Slots beyond the inline ones (null if none), or the attribute dict in dict mode.
    pub overflow: *mut Word,
    slots: [Word; 0],
}

/// Byte offset of [`Instance::overflow`].
pub const INSTANCE_OVERFLOW: usize = core::mem::offset_of!(Instance, overflow);
/// Byte offset of an instance's first inline slot.
pub const INSTANCE_SLOTS: usize = core::mem::offset_of!(Instance, slots);

/// Words an overflow buffer has for `n` overflow slots.
#[inline]
pub fn overflow_capacity(n: u32) -> u32 {
    if n == 0 { 0 } else { n.next_power_of_two().max(4) }
}

impl Instance {
    /// Address of slot `i`.
    #[inline(always)]
    pub fn slot_ptr(&mut self, i: u32, inline_slots: u32) -> *mut Word {
        // SAFETY: the slot exists in the object's shape, so its storage exists.
        unsafe {
            if i < inline_slots {
                self.slots.as_mut_ptr().add(i as usize)
            } else {
                self.overflow.add((i - inline_slots) as usize)
            }
        }
    }
}

/// The descriptor of a name in `__slots__`.
#[repr(C)]
pub struct MemberDescr {
    pub hdr: Header,
    pub name: Name,
    pub owner: Gc<Class>,
}

impl_object!(Class => Class, Instance => Instance, MemberDescr => MemberDescr);

/// A native attribute row: name, getter, setter.
pub type GetSetDef =
    (&'static str, fn(&mut Vm, Word) -> PyResult, Option<fn(&mut Vm, Word, Word) -> PyResult<()>>);

/// A class object that has neither name nor bases nor shapes yet.
pub(crate) fn bare_class(heap: &mut crate::heap::Heap, layout: TypeTag, flags: u32) -> Gc<Class> {
    let hdr = Header { tag: TypeTag::Class as u32, flags: 0, shape: std::ptr::null_mut() };
    heap.place(Class {
        hdr,
        name: UNDEF,
        qualname: UNDEF,
        bases: Vec::new(),
        mro: Vec::new(),
        dict: NameMap::default(),
        volatile: Vec::new(),
        subclasses: Vec::new(),
        version: 0,
        flags,
        layout,
        slots_hint: 0,
        inline_slots: MIN_INLINE_SLOTS,
        root_shape: std::ptr::null_mut(),
        dict_shape: std::ptr::null_mut(),
        construct: None,
        slots: Vec::new(),
        watched: false,
        plan_epoch: 0,
        call_init: UNDEF,
        call_new: UNDEF,
    })
}

/// Fewest inline slots of an instance.
pub const MIN_INLINE_SLOTS: u32 = 4;
/// Most inline slots of an instance.
pub const MAX_INLINE_SLOTS: u32 = 40;

impl Class {
    /// Gives the class its MRO (itself, then `bases`' merged), and shapes.
    pub(crate) fn finish(mut this: Gc<Class>, mro: Vec<Gc<Class>>) {
        this.mro = mro;
        let inline = this.inline_slots;
        this.root_shape = Shape::root(this, inline, false);
        this.dict_shape = Shape::root(this, inline, true);
    }
}
