//! `list`, `tuple`, `bytes`, `bytearray`.

use super::{Header, impl_object};
use crate::heap::note_external;
use crate::word::Word;
use std::alloc::{Layout, alloc, dealloc, realloc};

/// A `list`: its own growing buffer of words.
#[repr(C)]
pub struct List {
    pub hdr: Header,
    /// The items; dangling (but non-null) when `cap` is 0.
    pub ptr: *mut Word,
    pub len: i64,
    pub cap: i64,
}

/// A `tuple`: the items follow the object.
#[repr(C)]
pub struct Tuple {
    pub hdr: Header,
    pub len: i64,
    items: [Word; 0],
}

/// A `bytes`.
#[repr(C)]
pub struct Bytes {
    pub hdr: Header,
    pub data: Box<[u8]>,
}

/// A `bytearray`.
#[repr(C)]
pub struct ByteArray {
    pub hdr: Header,
    pub data: Vec<u8>,
}

impl_object!(List => List, Tuple => Tuple, Bytes => Bytes, ByteArray => ByteArray);

/// Byte offset of [`List::ptr`].
pub const LIST_PTR: usize = core::mem::offset_of!(List, ptr);
/// Byte offset of [`List::len`].
pub const LIST_LEN: usize = core::mem::offset_of!(List, len);
/// Byte offset of [`List::cap`].
pub const LIST_CAP: usize = core::mem::offset_of!(List, cap);
/// Byte offset of [`Tuple::len`].
pub const TUPLE_LEN: usize = core::mem::offset_of!(Tuple, len);
/// Byte offset of a tuple's first item.
pub const TUPLE_ITEMS: usize = core::mem::offset_of!(Tuple, items);

/// The most items a list may hold.
pub const MAX_ITEMS: usize = 1 << 40;

impl List {
    /// The items.
    #[inline(always)]
    pub fn items(&self) -> &[Word] {
        // SAFETY: `ptr[..len]` is initialised.
        unsafe { std::slice::from_raw_parts(self.ptr, self.len as usize) }
    }

    /// The items, writable.
    #[inline(always)]
    pub fn items_mut(&mut self) -> &mut [Word] {
        // SAFETY: `ptr[..len]` is initialised.
        unsafe { std::slice::from_raw_parts_mut(self.ptr, self.len as usize) }
    }

    /// Number of items.
    #[inline(always)]
    pub fn count(&self) -> usize {
        self.len as usize
    }

    /// Appends; the buffer grows by an eighth as CPython's does, at least doubling small ones.
    #[inline(always)]
    pub fn push(&mut self, w: Word) {
        if self.len == self.cap {
            self.grow(1);
        }
        // SAFETY: `len < cap` now.
        unsafe { *self.ptr.add(self.len as usize) = w };
        self.len += 1;
    }

    /// Removes the last item.
    #[inline]
    pub fn pop(&mut self) -> Option<Word> {
        if self.len == 0 {
            return None;
        }
        self.len -= 1;
        // SAFETY: the item was in bounds.
        Some(unsafe { *self.ptr.add(self.len as usize) })
    }

    /// Room for `extra` more items, growing geometrically.
    #[cold]
    pub fn grow(&mut self, extra: usize) {
        let need = self.len as usize + extra;
        let new = need.max(self.cap as usize + (self.cap as usize >> 1)).max(4);
        self.set_capacity(new);
    }

    /// Room for `extra` more items.
    pub fn reserve(&mut self, extra: usize) {
        if self.len as usize + extra > self.cap as usize {
            self.grow(extra);
        }
    }

    /// Reallocates the buffer to exactly `new` words (`new >= len`).
    fn set_capacity(&mut self, new: usize) {
        let bytes = Layout::array::<Word>(new).expect("list size was checked");
        // SAFETY: the old layout is the one the buffer was made with.
        let p = unsafe {
            if self.cap == 0 {
                alloc(bytes)
            } else {
                realloc(
                    self.ptr as *mut u8,
                    Layout::array::<Word>(self.cap as usize).unwrap_unchecked(),
                    bytes.size(),
                )
            }
        };
        if p.is_null() {
            std::alloc::handle_alloc_error(bytes);
        }
        note_external((new - self.cap as usize) * 8);
        self.ptr = p as *mut Word;
        self.cap = new as i64;
    }

    /// Appends all of `items`.
    pub fn extend(&mut self, items: &[Word]) {
        let n = items.len();
        // The source may be this list's own buffer: copy by pointer after growing by count.
        if std::ptr::eq(items.as_ptr(), self.ptr) && n > 0 {
            self.reserve(n);
            // SAFETY: both halves are inside the buffer and do not overlap.
            unsafe { std::ptr::copy_nonoverlapping(self.ptr, self.ptr.add(self.len as usize), n) };
        } else {
            self.reserve(n);
            // SAFETY: room was reserved, the source is another buffer.
            unsafe { std::ptr::copy_nonoverlapping(items.as_ptr(), self.ptr.add(self.len as usize), n) };
        }
        self.len += n as i64;
    }

    /// Inserts before `index <= len`.
    pub fn insert(&mut self, index: usize, w: Word) {
        self.push(w);
        self.items_mut()[index..].rotate_right(1);
    }

    /// Removes and returns item `index < len`.
    pub fn remove(&mut self, index: usize) -> Word {
        let w = self.items()[index];
        self.items_mut().copy_within(index + 1.., index);
        self.len -= 1;
        w
    }

    /// Replaces items `from..to` with `with` (which must not alias this list).
    pub fn splice(&mut self, from: usize, to: usize, with: &[Word]) {
        let (len, removed) = (self.count(), to - from);
        if with.len() > removed {
            self.reserve(with.len() - removed);
        }
        // SAFETY: the tail stays within capacity; the gap is then filled from `with`.
        unsafe {
            std::ptr::copy(self.ptr.add(to), self.ptr.add(from + with.len()), len - to);
            std::ptr::copy_nonoverlapping(with.as_ptr(), self.ptr.add(from), with.len());
        }
        self.len = (len - removed + with.len()) as i64;
    }

    /// Keeps the first `n` items.
    pub fn truncate(&mut self, n: usize) {
        self.len = self.len.min(n as i64);
    }

    /// Frees the buffer and becomes empty.
    pub fn clear(&mut self) {
        let v = self.take();
        drop(v);
    }

    /// Takes the items out as a `Vec`, leaving the list empty.
    pub fn take(&mut self) -> Vec<Word> {
        let v = if self.cap == 0 {
            Vec::new()
        } else {
            // SAFETY: the buffer came from the global allocator with this capacity.
            unsafe { Vec::from_raw_parts(self.ptr, self.len as usize, self.cap as usize) }
        };
        self.ptr = std::ptr::dangling_mut();
        self.len = 0;
        self.cap = 0;
        v
    }

    /// Replaces the items (the old buffer is freed).
    pub fn set(&mut self, items: Vec<Word>) {
        self.clear();
        let mut v = std::mem::ManuallyDrop::new(items);
        self.cap = v.capacity() as i64;
        self.len = v.len() as i64;
        if self.cap > 0 {
            self.ptr = v.as_mut_ptr();
        }
    }
}

impl Tuple {
    /// The items.
    #[inline(always)]
    pub fn items(&self) -> &'static [Word] {
        // SAFETY: `len` words follow the object; tuples are immutable and outlive native code.
        unsafe { std::slice::from_raw_parts(self.items.as_ptr(), self.len as usize) }
    }

    /// The items while the tuple is being made.
    #[inline]
    pub fn items_mut(&mut self) -> &mut [Word] {
        // SAFETY: `len` words follow the object.
        unsafe { std::slice::from_raw_parts_mut(self.items.as_mut_ptr(), self.len as usize) }
    }

    /// Number of items.
    #[inline(always)]
    pub fn count(&self) -> usize {
        self.len as usize
    }
}

/// Frees a list's buffer.
pub(crate) fn drop_list(list: &mut List) {
    if list.cap > 0 {
        // SAFETY: the layout is the one the buffer was made with.
        unsafe { dealloc(list.ptr as *mut u8, Layout::array::<Word>(list.cap as usize).unwrap_unchecked()) };
        list.cap = 0;
    }
}
