//! The backend: trace trees to machine code with Cranelift.
//!
//! The only crate that names Cranelift. A whole [`Tree`](uplift_uop::Tree) becomes one function of the
//! form `extern "C" fn(ctx, frame) -> u64`, which returns the number of the snapshot through which
//! it was left:
//!
//! - [`Compiler`] lowers a tree to CLIF (the module `lower`) and compiles it on any thread;
//! - [`CompiledTree`] is its result: position-independent bytes without relocations, and which bytes
//!   belong to which uop;
//! - [`CodeMemory`] places the bytes in executable memory and hands out a [`CodeBlob`], which frees
//!   its memory when dropped;
//! - [`dump`] shows the CLIF, and the machine code side by side with the uops.

mod compile;
pub mod dump;
mod error;
mod exits;
mod lower;
mod memory;
mod perf_map;
mod target;

pub use compile::{CodeRange, CompileStats, CompiledTree, Compiler, Origin};
pub use error::{CompileError, MemoryError};
pub use memory::{CodeBlob, CodeMemory, Entry, MemoryStats};
pub use target::{Limits, OptLevel, Options, emit_for};
