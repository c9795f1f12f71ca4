//! Layouts of heap objects, and how Rust code reaches them.
//!
//! Every object starts with a [`Header`]: what it is ([`TypeTag`], drives tracing and native
//! casts), flags, and its [`Shape`] (class and attribute layout, drives inline caches).
//!
//! SAFETY of the module: a [`Gc<T>`] is only made from a fresh allocation of `T` or by a cast
//! that checked the tag. Objects do not move, and are freed only by a collection, which runs at
//! interpreter safepoints at native depth 0; so an address held by native code stays valid.
//! There is one mutator thread. `DerefMut` on a copied `Gc` may alias another; callers keep
//! borrows short and never across a call that can run Python code.

pub mod class;
pub mod dict;
pub mod exception;
pub mod function;
pub mod iter;
pub mod loaded;
pub mod misc;
pub mod module;
pub mod number;
pub mod sequence;
pub mod set;
pub mod string;
pub mod trace;

use crate::word::Word;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

pub use class::{Class, Instance, MemberDescr, NameMap, Shape};
pub use dict::{Dict, DictView, ViewKind};
pub use exception::{Exception, TraceEntry};
pub use function::{
    Args, BoundMethod, Cell, ClassMethod, Function, GetSet, MethodDef, Native, NativeFn, Property,
    StaticMethod, Super,
};
pub use iter::{NativeIter, NativeIterator};
pub use loaded::LoadedCode;
pub use misc::{CodeObject, Generator, NativeObject, NativePayload, RangeObj, SliceObj};
pub use module::{GlobalCell, Module, Namespace};
pub use number::{BigInt, Boxed, Complex, WideInt};
pub use sequence::{ByteArray, Bytes, List, Tuple};
pub use set::Set;
pub use string::Str;

/// What an object is, as far as native code is concerned. Subclasses share their base's tag.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TypeTag {
    /// A free heap cell.
    Free = 0,
    Instance,
    Str,
    StrBuf,
    List,
    Tuple,
    Dict,
    Set,
    WideInt,
    BigInt,
    Boxed,
    Complex,
    Bytes,
    ByteArray,
    Range,
    Slice,
    Function,
    Native,
    BoundMethod,
    Cell,
    Class,
    Module,
    Namespace,
    Code,
    Exception,
    Generator,
    Property,
    StaticMethod,
    ClassMethod,
    Super,
    MemberDescr,
    GetSet,
    DictView,
    RangeIter,
    ListIter,
    TupleIter,
    StrIter,
    DictIter,
    SetIter,
    SeqIter,
    Enumerate,
    Zip,
    Map,
    Filter,
    Reversed,
    CallIter,
    NativeIter,
    NativeObject,
}

impl TypeTag {
    /// Whether objects of the layout are plain ints.
    #[inline(always)]
    pub fn is_int(self) -> bool {
        matches!(self, TypeTag::WideInt | TypeTag::BigInt)
    }
}

/// The first sixteen bytes of every object.
#[repr(C)]
pub struct Header {
    /// A [`TypeTag`].
    pub tag: u32,
    /// [`F_MARK`] and the `F_` flags.
    pub flags: u32,
    /// Class and attribute layout; never null except in free cells and internal buffers.
    pub shape: *mut Shape,
}

impl Header {
    /// Whether the object's class is a builtin one (not a user subclass).
    #[inline(always)]
    pub fn is_exact_builtin(&self) -> bool {
        // SAFETY: shapes are immortal.
        unsafe { (*self.shape).class.has(class::C_BUILTIN) }
    }
}

/// Set by the collector on reached objects.
pub const F_MARK: u32 = 1;
/// The object lives outside the size-class blocks.
pub const F_LARGE: u32 = 2;
/// A string in the interning table: equal names are one object.
pub const F_INTERNED: u32 = 4;
/// A string with one byte per character.
pub const F_ASCII: u32 = 8;
/// A string whose bytes lie in another object (see [`Str`]).
pub const F_SHARED: u32 = 16;
/// A string that came from a concatenation.
pub const F_CONCAT: u32 = 32;
/// A set that is a frozenset.
pub const F_FROZEN: u32 = 64;
/// An object of a builtin-derived class with an attribute dict in the VM's side table.
pub const F_SIDE_DICT: u32 = 128;
/// An object that some weak reference watches.
pub const F_WEAK: u32 = 256;
/// An object being printed (recursion check of `repr`).
pub const F_IN_REPR: u32 = 512;

/// Byte offset of [`Header::tag`].
pub const HEADER_TAG: usize = core::mem::offset_of!(Header, tag);
/// Byte offset of [`Header::shape`].
pub const HEADER_SHAPE: usize = core::mem::offset_of!(Header, shape);

/// A layout with a tag of its own.
pub trait Object {
    /// The tag that says an address has this layout.
    const TAG: TypeTag;
}

/// The address of a live object of layout `T`.
#[repr(transparent)]
pub struct Gc<T>(NonNull<T>, PhantomData<T>);

impl<T> Clone for Gc<T> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Gc<T> {}
impl<T> PartialEq for Gc<T> {
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for Gc<T> {}
impl<T> std::hash::Hash for Gc<T> {
    #[inline(always)]
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.addr().hash(state)
    }
}
impl<T> std::fmt::Debug for Gc<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "@{:x}", self.addr())
    }
}

impl<T> Gc<T> {
    /// Wraps a pointer.
    ///
    /// # Safety
    /// `p` is a live object of layout `T`.
    #[inline(always)]
    pub unsafe fn from_ptr(p: *mut T) -> Gc<T> {
        debug_assert!(!p.is_null());
        // SAFETY: the caller's promise.
        Gc(unsafe { NonNull::new_unchecked(p) }, PhantomData)
    }

    /// The address as a pointer.
    #[inline(always)]
    pub fn as_ptr(self) -> *mut T {
        self.0.as_ptr()
    }

    /// The address as a number.
    #[inline(always)]
    pub fn addr(self) -> u64 {
        self.0.as_ptr() as u64
    }

    /// The object as a word.
    #[inline(always)]
    pub fn word(self) -> Word {
        Word(self.addr())
    }

    /// The object's header.
    #[inline(always)]
    pub fn header(self) -> Gc<Header> {
        Gc(self.0.cast(), PhantomData)
    }

    /// The object's shape.
    #[inline(always)]
    pub fn shape(self) -> *mut Shape {
        self.header().shape
    }

    /// The object's class.
    #[inline(always)]
    pub fn class(self) -> Gc<Class> {
        // SAFETY: shapes are immortal and name their class.
        unsafe { (*self.header().shape).class }
    }
}

impl<T> Deref for Gc<T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: module argument.
        unsafe { self.0.as_ref() }
    }
}
impl<T> DerefMut for Gc<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: module argument.
        unsafe { self.0.as_mut() }
    }
}
impl<T> From<Gc<T>> for Word {
    #[inline(always)]
    fn from(g: Gc<T>) -> Word {
        g.word()
    }
}

impl Word {
    /// The header, when this is an object.
    #[inline(always)]
    pub fn header(self) -> Option<Gc<Header>> {
        if self.is_ref() {
            // SAFETY: a ref word is the address of a live object.
            Some(unsafe { Gc::from_ptr(self.0 as *mut Header) })
        } else {
            None
        }
    }

    /// The object's tag, or `Free` for immediate values.
    #[inline(always)]
    pub fn tag(self) -> TypeTag {
        match self.header() {
            // SAFETY: live objects hold valid tags.
            Some(h) => unsafe { std::mem::transmute::<u32, TypeTag>(h.tag) },
            None => TypeTag::Free,
        }
    }

    /// Whether this is an object of layout `T` (subclasses included).
    #[inline(always)]
    pub fn is<T: Object>(self) -> bool {
        match self.header() {
            Some(h) => h.tag == T::TAG as u32,
            None => false,
        }
    }

    /// The object as `T`, when it has that layout (subclasses included).
    #[inline(always)]
    pub fn cast<T: Object>(self) -> Option<Gc<T>> {
        if self.is::<T>() {
            // SAFETY: the tag was checked.
            Some(unsafe { Gc::from_ptr(self.0 as *mut T) })
        } else {
            None
        }
    }

    /// The object as `T` without a check.
    ///
    /// # Safety
    /// The word is an object with `T`'s tag.
    #[inline(always)]
    pub unsafe fn cast_unchecked<T: Object>(self) -> Gc<T> {
        debug_assert!(self.is::<T>());
        // SAFETY: the caller's promise.
        unsafe { Gc::from_ptr(self.0 as *mut T) }
    }

    /// The text, when this is a string.
    #[inline]
    pub fn as_str(self) -> Option<&'static str> {
        // The bytes live as long as the object; see the module argument.
        self.cast::<Str>().map(|s| s.text())
    }
}

macro_rules! impl_object {
    ($($ty:ty => $tag:ident),* $(,)?) => {
        $(impl $crate::objects::Object for $ty { const TAG: $crate::objects::TypeTag = $crate::objects::TypeTag::$tag; })*
    };
}
pub(crate) use impl_object;

/// An interned string: equal names are equal pointers.
pub type Name = Gc<Str>;
