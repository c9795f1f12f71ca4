//! The Python VM: Uplift's reference host.
//!
//! `word` is the boxed value, `heap` and `objects` are the object model, `vm` the runtime
//! protocols (attributes, calls, operators, errors), `builtins` the library's native part.

pub mod bytecode;
pub mod code;
pub mod format;
pub mod heap;
pub mod objects;
pub mod vm;
pub mod word;
