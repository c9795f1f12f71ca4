//! Functions, natives, methods and the other descriptors.

use super::{Class, Gc, Header, Name, Namespace, impl_object};
use crate::objects::LoadedCode;
use crate::vm::{PyResult, Vm};
use crate::word::{UNDEF, Word};
use std::ops::Deref;

/// A Python function.
#[repr(C)]
pub struct Function {
    pub hdr: Header,
    pub code: *const LoadedCode,
    pub globals: Gc<Namespace>,
    /// Tuple of positional defaults, or UNDEF.
    pub defaults: Word,
    /// Dict of keyword-only defaults, or UNDEF.
    pub kwdefaults: Word,
    /// Tuple of cells, or UNDEF.
    pub closure: Word,
    pub name: Word,
    pub qualname: Word,
    pub doc: Word,
    pub module: Word,
    /// Dict of annotations, or UNDEF.
    pub annotations: Word,
    /// Attribute dict, or UNDEF.
    pub dict: Word,
}

/// The arguments of a native call: positionals, then the values of keywords.
///
/// Dereferences to the positionals. For methods `a[0]` is self.
#[derive(Clone, Copy)]
pub struct Args<'a> {
    pos: &'a [Word],
    names: &'a [Word],
    values: &'a [Word],
}

impl<'a> Args<'a> {
    /// Positional arguments only.
    #[inline(always)]
    pub fn new(pos: &'a [Word]) -> Args<'a> {
        Args { pos, names: &[], values: &[] }
    }

    /// Positionals and keywords (`names` are interned strings, one per value).
    #[inline(always)]
    pub fn with_kw(pos: &'a [Word], names: &'a [Word], values: &'a [Word]) -> Args<'a> {
        debug_assert_eq!(names.len(), values.len());
        Args { pos, names, values }
    }

    /// The positionals.
    #[inline(always)]
    pub fn pos(&self) -> &'a [Word] {
        self.pos
    }

    /// Positional `i`, if given.
    #[inline(always)]
    pub fn get(&self, i: usize) -> Option<Word> {
        self.pos.get(i).copied()
    }

    /// Positional `i`, or `default`.
    #[inline(always)]
    pub fn or(&self, i: usize, default: Word) -> Word {
        self.pos.get(i).copied().unwrap_or(default)
    }

    /// Whether keywords were given.
    #[inline(always)]
    pub fn has_kw(&self) -> bool {
        !self.names.is_empty()
    }

    /// Number of keywords.
    #[inline(always)]
    pub fn kw_count(&self) -> usize {
        self.names.len()
    }

    /// The keyword named `name`, if given.
    pub fn kw(&self, name: &str) -> Option<Word> {
        self.kw_iter().find(|(n, _)| n.text() == name).map(|(_, w)| w)
    }

    /// The keywords in order.
    pub fn kw_iter(&self) -> impl Iterator<Item = (Name, Word)> + 'a {
        // SAFETY: keyword names are strings.
        self.names.iter().zip(self.values).map(|(n, v)| (unsafe { n.cast_unchecked() }, *v))
    }

    /// Keyword names as words.
    #[inline(always)]
    pub fn kw_names(&self) -> &'a [Word] {
        self.names
    }

    /// Keyword values.
    #[inline(always)]
    pub fn kw_values(&self) -> &'a [Word] {
        self.values
    }

    /// The same call without its first `n` positionals.
    #[inline(always)]
    pub fn skip(&self, n: usize) -> Args<'a> {
        Args { pos: &self.pos[n.min(self.pos.len())..], names: self.names, values: self.values }
    }
}

impl Deref for Args<'_> {
    type Target = [Word];
    #[inline(always)]
    fn deref(&self) -> &[Word] {
        self.pos
    }
}

/// A function written in Rust. Arity was checked against its [`MethodDef`] before the call.
pub type NativeFn = fn(&mut Vm, &Args) -> PyResult;

/// [`MethodDef::max`] of a native that takes any number of positionals.
pub const ANY: u8 = 255;

/// A row of a method table: name, function, and how many positionals it takes (self not counted).
#[derive(Clone, Copy)]
pub struct MethodDef {
    pub name: &'static str,
    pub func: NativeFn,
    pub min: u8,
    pub max: u8,
    /// Whether keywords are accepted (the native reads them from its [`Args`]).
    pub kw: bool,
}

impl MethodDef {
    /// A native without keywords.
    pub const fn new(name: &'static str, func: NativeFn, min: u8, max: u8) -> MethodDef {
        MethodDef { name, func, min, max, kw: false }
    }

    /// A native that reads keywords itself.
    pub const fn kw(name: &'static str, func: NativeFn, min: u8, max: u8) -> MethodDef {
        MethodDef { name, func, min, max, kw: true }
    }
}

/// How a native in a class behaves when looked up on an instance.
#[repr(u8)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NativeKind {
    /// A plain function: never binds.
    Function,
    /// A method: binds to the instance, whose class is checked against `owner`.
    Method,
}

/// A native function object.
#[repr(C)]
pub struct Native {
    pub hdr: Header,
    pub func: NativeFn,
    pub def: &'static MethodDef,
    /// The name as Python sees it.
    pub name: Word,
    /// The class a method belongs to.
    pub owner: Option<Gc<Class>>,
    /// Module name, class, or other thing shown as `__self__`; UNDEF if none.
    pub module: Word,
    pub kind: NativeKind,
    /// What traces know of it; 0: not looked up yet.
    pub known: u8,
}

/// A method bound to an object (Python function or native).
#[repr(C)]
pub struct BoundMethod {
    pub hdr: Header,
    pub func: Word,
    pub this: Word,
}

/// A closure cell.
#[repr(C)]
pub struct Cell {
    pub hdr: Header,
    pub value: Word,
}

/// A `property`; absent functions are UNDEF.
#[repr(C)]
pub struct Property {
    pub hdr: Header,
    pub get: Word,
    pub set: Word,
    pub del: Word,
    pub doc: Word,
    pub dict: Word,
}

/// A `staticmethod`.
#[repr(C)]
pub struct StaticMethod {
    pub hdr: Header,
    pub func: Word,
}

/// A `classmethod`.
#[repr(C)]
pub struct ClassMethod {
    pub hdr: Header,
    pub func: Word,
}

/// A `super` object: attribute lookup starts after `start` in the MRO of `of`.
#[repr(C)]
pub struct Super {
    pub hdr: Header,
    pub start: Gc<Class>,
    /// The instance or class that methods bind to; UNDEF when unbound.
    pub this: Word,
    /// The class whose MRO is walked.
    pub of: Gc<Class>,
}

/// Sets an attribute of the first word to the second.
pub type Setter = fn(&mut Vm, Word, Word) -> PyResult<()>;

/// A native attribute: getter and optional setter.
#[repr(C)]
pub struct GetSet {
    pub hdr: Header,
    pub name: Word,
    pub get: fn(&mut Vm, Word) -> PyResult,
    pub set: Option<Setter>,
    pub owner: Gc<Class>,
}

impl_object!(
    Function => Function, Native => Native, BoundMethod => BoundMethod, Cell => Cell, Property => Property,
    StaticMethod => StaticMethod, ClassMethod => ClassMethod, Super => Super, GetSet => GetSet,
);

/// Byte offset of [`Function::code`].
pub const FUNCTION_CODE: usize = core::mem::offset_of!(Function, code);
/// Byte offset of [`Function::closure`].
pub const FUNCTION_CLOSURE: usize = core::mem::offset_of!(Function, closure);
/// Byte offset of [`Function::defaults`].
pub const FUNCTION_DEFAULTS: usize = core::mem::offset_of!(Function, defaults);
/// Byte offset of [`Cell::value`].
pub const CELL_VALUE: usize = core::mem::offset_of!(Cell, value);
/// Byte offset of [`BoundMethod::func`].
pub const BOUND_FUNC: usize = core::mem::offset_of!(BoundMethod, func);
/// Byte offset of [`BoundMethod::this`].
pub const BOUND_THIS: usize = core::mem::offset_of!(BoundMethod, this);

impl Function {
    /// The cells of the closure.
    #[inline]
    pub fn cells(&self) -> &'static [Word] {
        if self.closure == UNDEF {
            return &[];
        }
        self.closure.cast::<super::Tuple>().map_or(&[], |t| t.items())
    }
}
