//! Executable memory: many trees a page, never writable and executable through one mapping.
//!
//! Memory comes in regions of a megabyte. Where that works (`probe.rs`), a region is mapped twice:
//! code is written through one mapping and executed through the other, so placing a tree neither
//! changes page protections nor stops threads that execute its neighbours. Otherwise each tree
//! gets pages of its own, which become executable after they were written.
//!
//! Each tree is placed as one `cranelift-jit` module with our memory provider; dropping its
//! [`CodeBlob`] frees the module and its memory. Freed code is filled with trapping instructions.
//!
//! Regions are shared mappings: a forked child must not place or free code.

mod cache;
mod pool;
mod probe;
mod provider;
mod region;

use crate::compile::CompiledTree;
use crate::error::MemoryError;
use crate::exits::ExitTable;
use crate::perf_map;
use cranelift_jit::JITModule;
use pool::Pool;
use std::ffi::c_void;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Entry of a compiled tree: takes the context that host functions get and the address of slot 0 of
/// the root frame; returns the number of the snapshot through which it left.
pub type Entry = unsafe extern "C" fn(ctx: *mut c_void, frame: *mut u64) -> u64;

/// A capped amount of executable memory, shared by threads. Clones are the same memory.
#[derive(Clone)]
pub struct CodeMemory {
    shared: Arc<Shared>,
}

struct Shared {
    pool: Mutex<Pool>,
}

impl Shared {
    /// The pool. A panic while it was locked leaves it consistent: it is changed last.
    fn pool(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How much memory is in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoryStats {
    /// Trees in memory.
    pub blobs: usize,
    /// Bytes they take, with padding.
    pub used: usize,
    /// Bytes of address space mapped for code.
    pub mapped: usize,
    /// The cap on `used`.
    pub cap: usize,
    /// Whether regions are mapped twice; otherwise page protections change.
    pub dual: bool,
}

impl CodeMemory {
    /// Memory for at most `cap` bytes of code.
    pub fn new(cap: usize) -> Result<CodeMemory, MemoryError> {
        let dual = probe::dual_mapping_works();
        Ok(CodeMemory::with(cap, dual))
    }

    /// Memory for which the system refuses to map anything, for tests of what follows from that.
    pub fn refused() -> CodeMemory {
        CodeMemory { shared: Arc::new(Shared { pool: Mutex::new(Pool::refused()) }) }
    }

    fn with(cap: usize, dual: bool) -> CodeMemory {
        CodeMemory { shared: Arc::new(Shared { pool: Mutex::new(Pool::new(cap, dual)) }) }
    }

    /// Places the code of `tree` in executable memory.
    pub fn publish(&self, tree: &CompiledTree) -> Result<CodeBlob, MemoryError> {
        if !tree.native {
            return Err(MemoryError::ForeignTarget);
        }
        let (module, address) = provider::place(&self.shared, tree)?;
        perf_map::register(address, tree);
        Ok(CodeBlob { module: Some(module), address, len: tree.code.len(), _table: tree.table.clone() })
    }

    /// How much memory is in use.
    pub fn stats(&self) -> MemoryStats {
        self.shared.pool().stats()
    }
}

/// Code of one tree in executable memory, which is freed when this is dropped: nothing may be executing
/// it then.
pub struct CodeBlob {
    module: Option<JITModule>,
    address: usize,
    len: usize,
    /// The code holds the table's address.
    _table: Option<Arc<ExitTable>>,
}

// SAFETY: the module is reached by `drop` alone.
unsafe impl Sync for CodeBlob {}

impl CodeBlob {
    /// The entry. Calling it needs a live blob, the context that the tree's host functions expect,
    /// and a frame with the slots that the tree touches.
    pub fn entry(&self) -> Entry {
        // SAFETY: the address is that of a function of this type.
        unsafe { std::mem::transmute::<usize, Entry>(self.address) }
    }
    /// The code's addresses.
    pub fn range(&self) -> std::ops::Range<usize> {
        self.address..self.address + self.len
    }
}

impl Drop for CodeBlob {
    fn drop(&mut self) {
        if let Some(module) = self.module.take() {
            // SAFETY: callers of `entry` keep the blob alive.
            unsafe { module.free_memory() };
        }
    }
}

#[cfg(test)]
mod tests;
