//! Iterators: fixed layouts that compiled code steps itself, and a trait object for the rest.

use super::{Header, impl_object};
use crate::heap::Marker;
use crate::vm::{PyResult, Vm};
use crate::word::Word;

/// Iterator of a `range` of inline ints.
#[repr(C)]
pub struct RangeIter {
    pub hdr: Header,
    pub next: i64,
    /// Items left.
    pub left: i64,
    pub step: i64,
}

/// Iterator of a `list`; `list` is UNDEF when exhausted.
#[repr(C)]
pub struct ListIter {
    pub hdr: Header,
    pub list: Word,
    pub index: i64,
}

/// Iterator of a `tuple`; `tuple` is UNDEF when exhausted.
#[repr(C)]
pub struct TupleIter {
    pub hdr: Header,
    pub tuple: Word,
    pub index: i64,
}

/// Iterator of a `str`.
#[repr(C)]
pub struct StrIter {
    pub hdr: Header,
    pub string: Word,
    /// Byte offset of the next character.
    pub offset: i64,
}

/// Iterator of a dict or a view.
#[repr(C)]
pub struct DictIter {
    pub hdr: Header,
    pub dict: Word,
    /// Next entry.
    pub index: i64,
    /// Number of keys the dict had at the start.
    pub used: i64,
    /// A `ViewKind`.
    pub kind: i64,
    pub reverse: bool,
}

/// Iterator of a set.
#[repr(C)]
pub struct SetIter {
    pub hdr: Header,
    pub set: Word,
    pub index: i64,
    pub used: i64,
}

/// Iterator over `__getitem__` with 0, 1, 2...
#[repr(C)]
pub struct SeqIter {
    pub hdr: Header,
    pub seq: Word,
    pub index: i64,
}

/// `enumerate(...)`; the count is a word as it may be a big int.
#[repr(C)]
pub struct Enumerate {
    pub hdr: Header,
    pub iter: Word,
    pub count: Word,
}

/// `zip(...)`.
#[repr(C)]
pub struct Zip {
    pub hdr: Header,
    /// Tuple of iterators.
    pub iters: Word,
    pub strict: bool,
}

/// `map(...)`.
#[repr(C)]
pub struct Map {
    pub hdr: Header,
    pub func: Word,
    /// Tuple of iterators.
    pub iters: Word,
}

/// `filter(...)`.
#[repr(C)]
pub struct Filter {
    pub hdr: Header,
    /// None: truth.
    pub func: Word,
    pub iter: Word,
}

/// `reversed(...)` of a sequence: items `index`, `index - 1`, ..., 0.
#[repr(C)]
pub struct Reversed {
    pub hdr: Header,
    pub seq: Word,
    pub index: i64,
}

/// `iter(callable, sentinel)`.
#[repr(C)]
pub struct CallIter {
    pub hdr: Header,
    pub func: Word,
    pub sentinel: Word,
}

/// An iterator written in Rust.
pub trait NativeIter {
    /// The next item; `None` when exhausted.
    fn next(&mut self, vm: &mut Vm) -> PyResult<Option<Word>>;
    /// Marks the words it holds.
    fn trace(&self, marker: &mut Marker);
    /// Items left, when known (`__length_hint__`).
    fn size_hint(&self) -> usize {
        0
    }
}

/// A [`NativeIter`] as an object.
#[repr(C)]
pub struct NativeIterator {
    pub hdr: Header,
    /// Taken out while it runs (a generator-like re-entry raises ValueError).
    pub iter: Option<Box<dyn NativeIter>>,
}

impl_object!(
    RangeIter => RangeIter, ListIter => ListIter, TupleIter => TupleIter, StrIter => StrIter, DictIter => DictIter,
    SetIter => SetIter, SeqIter => SeqIter, Enumerate => Enumerate, Zip => Zip, Map => Map, Filter => Filter,
    Reversed => Reversed, CallIter => CallIter, NativeIterator => NativeIter,
);

/// Byte offset of [`RangeIter::next`].
pub const RANGE_ITER_NEXT: usize = core::mem::offset_of!(RangeIter, next);
/// Byte offset of [`RangeIter::left`].
pub const RANGE_ITER_LEFT: usize = core::mem::offset_of!(RangeIter, left);
/// Byte offset of [`RangeIter::step`].
pub const RANGE_ITER_STEP: usize = core::mem::offset_of!(RangeIter, step);
/// Byte offset of [`ListIter::list`].
pub const LIST_ITER_LIST: usize = core::mem::offset_of!(ListIter, list);
/// Byte offset of [`ListIter::index`].
pub const LIST_ITER_INDEX: usize = core::mem::offset_of!(ListIter, index);
/// Byte offset of [`TupleIter::tuple`].
pub const TUPLE_ITER_TUPLE: usize = core::mem::offset_of!(TupleIter, tuple);
/// Byte offset of [`TupleIter::index`].
pub const TUPLE_ITER_INDEX: usize = core::mem::offset_of!(TupleIter, index);
