//! Ranges, slices, generators, code objects, and the wrapper for module types written in Rust.

use super::{Gc, Header, impl_object};
use crate::heap::Marker;
use crate::objects::LoadedCode;
use crate::word::Word;
use std::any::Any;

/// A `range`; the bounds are int words (big ints included).
#[repr(C)]
pub struct RangeObj {
    pub hdr: Header,
    pub start: Word,
    pub stop: Word,
    pub step: Word,
    /// Number of items, an int word.
    pub len: Word,
}

/// A `slice`.
#[repr(C)]
pub struct SliceObj {
    pub hdr: Header,
    pub start: Word,
    pub stop: Word,
    pub step: Word,
}

/// A code object as Python sees it.
#[repr(C)]
pub struct CodeObject {
    pub hdr: Header,
    pub code: *const LoadedCode,
}

/// State of a generator: created, not running.
pub const GEN_CREATED: u32 = 0;
/// State of a generator: at a `yield`.
pub const GEN_SUSPENDED: u32 = 1;
/// State of a generator: on the stack.
pub const GEN_RUNNING: u32 = 2;
/// State of a generator: finished.
pub const GEN_DONE: u32 = 3;

/// A generator (or coroutine): a frame that is off the stack.
#[repr(C)]
pub struct Generator {
    pub hdr: Header,
    /// The function; its closure serves the frame.
    pub func: Word,
    pub code: *const LoadedCode,
    /// Index of the `Yield`, `YieldFrom` or `ReturnGenerator` at which it stands, in words.
    pub pc: u32,
    /// A `GEN_` state.
    pub state: u32,
    /// Registers r0.. while suspended.
    pub regs: Box<[Word]>,
    /// While it runs, unless a trace resumed it: `handled` holds what its resumer was handling.
    pub swapped: bool,
    pub is_coroutine: bool,
    pub name: Word,
    pub qualname: Word,
    /// Exceptions being handled inside the generator while suspended.
    pub handled: Vec<Word>,
}

/// What a native type keeps in its object.
pub trait NativePayload: Any {
    /// Marks the words it holds.
    fn trace(&self, marker: &mut Marker);
    /// Bytes it owns outside the heap, for accounting.
    fn external_bytes(&self) -> usize {
        0
    }
}

/// An object of a type written in Rust.
#[repr(C)]
pub struct NativeObject {
    pub hdr: Header,
    pub payload: Box<dyn NativePayload>,
    /// Attribute dict, or UNDEF.
    pub dict: Word,
}

impl_object!(
    RangeObj => Range, SliceObj => Slice, CodeObject => Code, Generator => Generator, NativeObject => NativeObject,
);

impl Word {
    /// The payload of a native object, when it is a `T`.
    pub fn payload<T: NativePayload>(self) -> Option<&'static mut T> {
        let object: Gc<NativeObject> = self.cast()?;
        // SAFETY: module argument of `objects`: the object outlives native code.
        let object = unsafe { &mut *object.as_ptr() };
        let any: &mut dyn Any = object.payload.as_mut();
        any.downcast_mut::<T>()
    }
}
