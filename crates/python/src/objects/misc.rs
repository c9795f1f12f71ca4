//! Ranges, slices, generators, code objects, and the wrapper for module types written in Rust.

use super::{Gc, Header, impl_object};
use crate::heap::Marker;
use crate::objects::LoadedCode;
use crate::word::Word;
use std::any::Any;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

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

/// The address of a live native object's payload, as [`Gc`] is that of an object.
///
/// It is not a reference, which would promise the compiler that nobody else changes the payload meanwhile: natives keep
/// it across calls of Python code, which may reach the same object. Each use borrows the payload anew; what is borrowed
/// (items, bytes, lengths) must not be kept across such a call.
pub struct Payload<T>(NonNull<T>);

impl<T> Clone for Payload<T> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Payload<T> {}

impl<T> Deref for Payload<T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: module argument of `objects`: the object, which owns the payload, outlives native code.
        unsafe { self.0.as_ref() }
    }
}

impl<T> DerefMut for Payload<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as above.
        unsafe { self.0.as_mut() }
    }
}

impl Word {
    /// The payload of a native object, when it is a `T`.
    pub fn payload<T: NativePayload>(self) -> Option<Payload<T>> {
        let mut object: Gc<NativeObject> = self.cast()?;
        let any: &mut dyn Any = object.payload.as_mut();
        any.downcast_mut::<T>().map(|payload| Payload(NonNull::from(payload)))
    }
}
