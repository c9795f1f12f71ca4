//! Exception objects and their tracebacks.

use super::{Header, impl_object};
use crate::objects::LoadedCode;
use crate::word::Word;

/// One line of a traceback: where a frame was.
#[derive(Clone, Copy)]
pub struct TraceEntry {
    pub code: *const LoadedCode,
    /// Instruction index in words.
    pub pc: u32,
}

/// An exception.
#[repr(C)]
pub struct Exception {
    pub hdr: Header,
    /// Tuple.
    pub args: Word,
    /// Exception, None, or UNDEF.
    pub cause: Word,
    /// Exception, None, or UNDEF.
    pub context: Word,
    pub suppress_context: bool,
    /// Outermost call last: entries are pushed while unwinding.
    pub traceback: Vec<TraceEntry>,
    /// Attribute dict (also `value`, `code`, `name`, `errno`...), or UNDEF.
    pub dict: Word,
    /// `__notes__` list or UNDEF.
    pub notes: Word,
}

impl_object!(Exception => Exception);
