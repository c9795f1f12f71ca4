//! The Python VM: Uplift's reference host.
//!
//! `word` is the boxed value, `heap` and `objects` are the object model, `vm` the runtime
//! protocols (attributes, calls, operators, errors), `builtins` the library's native part.

#![allow(
    clippy::not_unsafe_ptr_arg_deref,
    reason = "frames and code objects are passed as raw pointers that the collector keeps alive, all over the VM"
)]

pub mod builtins;
pub mod bytecode;
pub mod code;
pub mod compile;
pub mod disasm;
pub mod format;
pub mod heap;
pub mod jit;
pub mod modules;
pub mod objects;
mod program;
pub mod vm;
pub mod word;

pub use program::{
    Capture, Captured, Chaos, CompileMode, Dump, DumpKind, Interrupt, JitMode, Outcome, Program, RunConfig,
    disassemble, run,
};
