//! What the tracing JIT must know about this VM: kinds, fields, host functions, frames.

pub mod functions;
pub mod host;
pub mod natives;
pub mod spec;
