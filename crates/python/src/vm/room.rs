//! How much memory a program may take: MemoryError in place of a process that ends.
//!
//! What grows bit by bit is found at safepoints, after the collection that its growth has asked for
//! ([`Vm::check_limit`]). What is large at once, or grows inside of one native, asks beforehand
//! ([`Vm::room`]): against the limit, and, from 64 MiB on, whether the system would give as much.
//!
//! The limit counts what the heap counts: objects, and the buffers that they own. A program that
//! grows bit by bit up to what the system gives, without a limit, still ends with the process.

use crate::heap::{Heap, LEAST_THRESHOLD};
use crate::vm::{PyResult, Raised, Vm};
use std::alloc::{GlobalAlloc, Layout, System};

/// Requests of so many bytes are looked at.
const ASKED: usize = 64 << 10;
/// Requests of so many bytes are tried on the system before they are made.
const TRIED: usize = 64 << 20;
/// How often those who take many items ask for room: once in so many.
const ITEMS: usize = 4096;
/// Bytes that an item takes in what grows with each, spare room included.
const ITEM_BYTES: usize = 16;

impl Heap {
    /// Whether `bytes` more would stay within the limit and within what the system gives.
    pub fn has_room(&self, bytes: usize) -> bool {
        self.used().saturating_add(bytes) <= self.limit && (bytes < TRIED || system_has(bytes))
    }
}

/// Whether the system would give `bytes` bytes at once. Asked of its own allocator, which maps as much and reserves it:
/// others may hand out addresses only.
#[cold]
fn system_has(bytes: usize) -> bool {
    let Ok(layout) = Layout::from_size_align(bytes, 16) else { return false };
    // SAFETY: the size is not zero; what is got is given back as it is.
    unsafe {
        let got = System.alloc(layout);
        if got.is_null() {
            return false;
        }
        System.dealloc(std::hint::black_box(got), layout);
    }
    true
}

impl Vm {
    /// MemoryError unless there is room for `bytes` more. Garbage counts as long as nobody collected it, so after an
    /// error the next safepoint does. What is small is left to safepoints.
    #[inline]
    pub fn room(&mut self, bytes: usize) -> PyResult<()> {
        if bytes < ASKED || self.heap.has_room(bytes) { Ok(()) } else { Err(self.no_room()) }
    }

    #[cold]
    fn no_room(&mut self) -> Raised {
        self.heap.request_collection();
        self.memory_error()
    }

    /// MemoryError unless there is room for `count` times `unit` bytes.
    pub fn room_for(&mut self, count: usize, unit: usize) -> PyResult<()> {
        self.room(count.saturating_mul(unit))
    }

    /// Like [`Vm::room`], for who takes items one by one and keeps them: to be asked with the number of each.
    #[inline]
    pub fn room_for_item(&mut self, number: usize) -> PyResult<()> {
        if number & (ITEMS - 1) == ITEMS - 1 { self.room_for(number, ITEM_BYTES) } else { Ok(()) }
    }

    /// MemoryError at a safepoint, if what is left after a collection is beyond the limit. The program then has a little
    /// more for its handler, before it gets the next one.
    pub fn check_limit(&mut self) -> PyResult<()> {
        let used = self.heap.used();
        if used <= self.heap.limit {
            self.heap.reported = 0;
            return Ok(());
        }
        if self.heap.reported > 0 && used < self.heap.reported + LEAST_THRESHOLD {
            return Ok(());
        }
        self.heap.reported = used;
        Err(self.no_room())
    }
}

/// Bytes of a text of `length` in which each of `matches()` occurrences of `from` bytes becomes `to` bytes. They are
/// counted only if it matters; the result is too large otherwise.
pub fn replaced_size(length: usize, from: usize, to: usize, matches: impl FnOnce() -> usize) -> usize {
    if to <= from {
        return length;
    }
    let most = (length + 1).saturating_mul(to).saturating_add(length);
    if most < 1 << 20 {
        return most;
    }
    length.saturating_add(matches().saturating_mul(to - from))
}
