//! Namespaces (module globals) and modules.
//!
//! A namespace maps names to cells at stable addresses, so that a global access can cache its
//! cell. Deleting a global leaves its cell with UNDEF.

use super::{Gc, Header, Name, impl_object};
use crate::word::{UNDEF, Word};
use rustc_hash::FxHashMap;

/// Cell flag: a trace assumed the value constant.
pub const CELL_WATCHED: u64 = 1;
/// One write, in [`GlobalCell::flags`] units.
pub const CELL_WRITE: u64 = 2;

/// The storage of one global.
#[repr(C)]
pub struct GlobalCell {
    pub value: Word,
    /// Bit 0: watched; the rest counts writes.
    pub flags: u64,
}

/// Globals of a module, or the builtins.
#[repr(C)]
pub struct Namespace {
    pub hdr: Header,
    cells: FxHashMap<Name, *mut GlobalCell>,
    order: Vec<Name>,
    /// The dict object that stands for this namespace, when one was asked for; UNDEF if not.
    pub dict: Word,
}

/// A module.
#[repr(C)]
pub struct Module {
    pub hdr: Header,
    pub name: Word,
    pub namespace: Gc<Namespace>,
}

impl_object!(Namespace => Namespace, Module => Module);

/// Byte offset of [`GlobalCell::value`].
pub const GLOBAL_CELL_VALUE: usize = core::mem::offset_of!(GlobalCell, value);
/// Byte offset of [`GlobalCell::flags`].
pub const GLOBAL_CELL_FLAGS: usize = core::mem::offset_of!(GlobalCell, flags);

impl Namespace {
    /// An empty namespace (for placing into the heap).
    pub fn empty(hdr: Header) -> Namespace {
        Namespace { hdr, cells: FxHashMap::default(), order: Vec::new(), dict: UNDEF }
    }

    /// The cell of `name`, if it was ever made.
    #[inline]
    pub fn find(&self, name: Name) -> Option<*mut GlobalCell> {
        self.cells.get(&name).copied()
    }

    /// The cell of `name`, made with UNDEF when new. Cells are never freed.
    pub fn cell(&mut self, name: Name) -> *mut GlobalCell {
        if let Some(&c) = self.cells.get(&name) {
            return c;
        }
        let c = Box::into_raw(Box::new(GlobalCell { value: UNDEF, flags: 0 }));
        self.cells.insert(name, c);
        self.order.push(name);
        c
    }

    /// The value of `name`.
    pub fn get(&self, name: Name) -> Option<Word> {
        // SAFETY: cells are never freed.
        self.find(name).and_then(|c| unsafe { (*c).value.defined() })
    }

    /// The defined names and values, in order of creation.
    pub fn iter(&self) -> impl Iterator<Item = (Name, Word)> + '_ {
        self.order.iter().filter_map(|&n| self.get(n).map(|w| (n, w)))
    }
}
