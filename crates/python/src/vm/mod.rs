//! The virtual machine: its state, and the protocols natives and handlers call.
//!
//! Errors: a function that can raise returns [`PyResult`]; the exception object waits in
//! [`Vm::pending`] while [`Raised`] travels. Natives write `return Err(vm.type_error("..."))`.

pub mod attr;
pub mod bind;
pub mod boot;
pub mod build;
pub mod call;
pub mod class;
pub mod collect;
pub mod compare;
pub mod consume;
pub mod dunders;
pub mod each;
pub mod error;
pub mod exception;
pub mod frame;
pub mod generator;
pub mod generic;
pub mod handlers;
pub mod hash;
pub mod imports;
pub mod iter;
pub mod make;
pub mod names;
pub mod native_stack;
pub mod natives;
pub mod num;
pub mod ops;
pub mod patterns;
pub mod plan;
pub mod proxy;
pub mod room;
pub mod run;
pub mod setops;
pub mod storage;
pub mod subscript;
#[cfg(test)]
mod tests;
pub mod text;
pub mod traceback;

use crate::heap::{Heap, Marker};
use crate::objects::{Class, Dict, Gc, Name, Namespace, Str};
use crate::word::{UNDEF, Word};
use frame::{Frame, RunState};
use hashbrown::HashTable;
use rustc_hash::FxHashMap;
use std::any::{Any, TypeId};

pub use error::Exc;
pub use names::{Names, Types};

/// An exception is pending in [`Vm::pending`].
#[derive(Debug)]
pub struct Raised;

/// The result of anything that can raise.
pub type PyResult<T = Word> = Result<T, Raised>;

/// Words reserved for the value stack.
pub const STACK_WORDS: usize = 1 << 22;
/// Default recursion limit.
pub const RECURSION_LIMIT: usize = 1000;

/// One cached class lookup.
#[derive(Clone, Copy)]
pub(crate) struct LookupEntry {
    pub(crate) class: u64,
    pub(crate) name: u64,
    pub(crate) epoch: u64,
    /// UNDEF: known absent.
    pub(crate) value: Word,
}

/// Number of entries of the class lookup cache.
pub(crate) const LOOKUP_CACHE: usize = 2048;

/// The VM. The first fields have fixed offsets for compiled code.
#[repr(C)]
pub struct Vm {
    pub heap: Heap,
    /// The pending exception, or UNDEF.
    pub pending: Word,
    /// First word of the value stack.
    pub stack: *mut Word,
    /// End of the value stack.
    pub stack_end: *mut Word,
    /// First free word: nested calls put their frames here.
    pub top: *mut Word,
    /// Highest `top` since the last collection.
    pub high_water: *mut Word,
    /// Bumped when a class change may affect cached attribute lookups.
    pub class_epoch: u64,
    /// Frame records, innermost last.
    pub frames: Vec<Frame>,
    /// Exceptions being handled (`except` bodies), innermost last.
    pub handled: Vec<Word>,
    /// The interpreter's own state.
    pub run: RunState,
    /// Depth of native code that called back into the interpreter; collection waits for 0.
    pub native_depth: usize,
    pub recursion_limit: usize,
    /// Frames that compiled code on the native stack has inlined: they count as recursion, but have no records.
    pub inlined: usize,
    /// Levels of native recursion (comparison, repr).
    pub recursion: usize,
    /// Attribute names on self that the class statement in progress saw.
    pub slots_hint: u32,
    /// Address below which native recursion raises RecursionError.
    pub native_stack_limit: usize,
    pub types: Types,
    pub names: Names,
    pub builtins: Gc<Namespace>,
    /// `sys.modules`.
    pub modules: Gc<Dict>,
    pub empty_str: Gc<Str>,
    pub empty_tuple: Word,
    /// One-character strings of Latin-1.
    pub chars: [Word; 256],
    /// Classes of exceptions, by `Exc`.
    pub exc_classes: Vec<Gc<Class>>,
    /// `template % operand` of strings and bytes.
    pub percent: Option<fn(&mut Vm, Word, Word) -> PyResult>,
    /// Classes of `list[int]` and of `int | str`.
    pub generic_classes: (Gc<Class>, Gc<Class>),
    /// Class of frame objects.
    pub frame_class: Gc<Class>,
    /// The `__dict__` descriptor that user classes get.
    pub dict_getset: Word,
    /// Words that live forever: constants of code objects.
    pub immortal: Vec<Word>,
    /// Longest int the decimal conversions accept (`sys.set_int_max_str_digits`); 0: no limit.
    pub int_max_str_digits: usize,
    /// Attribute dicts of instances of builtin-derived classes that have no room of their own.
    pub side_dicts: FxHashMap<u64, Word>,
    pub(crate) interned: HashTable<Gc<Str>>,
    pub(crate) classes: Vec<Gc<Class>>,
    pub(crate) lookups: Box<[LookupEntry]>,
    pub(crate) weak_hooks: Vec<fn(&mut Vm)>,
    pub(crate) root_hooks: Vec<fn(&Vm, &mut Marker)>,
    state: FxHashMap<TypeId, Box<dyn Any>>,
}

impl Vm {
    /// State a module keeps in the VM, made on first use. Words in it are not roots: register a
    /// hook with [`Vm::add_roots`] or keep them in [`Vm::immortal`].
    pub fn state<T: Any + Default>(&mut self) -> &mut T {
        let any = self.state.entry(TypeId::of::<T>()).or_insert_with(|| Box::new(T::default()));
        any.downcast_mut::<T>().expect("keyed by its type")
    }

    /// The state of type `T`, if it was made.
    pub fn peek_state<T: Any>(&self) -> Option<&T> {
        self.state.get(&TypeId::of::<T>())?.downcast_ref::<T>()
    }

    /// Registers a function that marks roots during collection.
    pub fn add_roots(&mut self, hook: fn(&Vm, &mut Marker)) {
        self.root_hooks.push(hook);
    }

    /// Registers a function that runs after marking, before freeing: it may ask
    /// [`Vm::is_marked`] and drop weak references.
    pub fn add_weak_hook(&mut self, hook: fn(&mut Vm)) {
        self.weak_hooks.push(hook);
    }

    /// Keeps a word alive forever and returns it.
    pub fn immortalize(&mut self, w: Word) -> Word {
        if w.is_ref() {
            self.immortal.push(w);
        }
        w
    }

    /// Takes the pending exception.
    pub fn take_pending(&mut self) -> Word {
        std::mem::replace(&mut self.pending, UNDEF)
    }

    /// Says that traces depending on assumption `id` must go.
    pub fn invalidate(&mut self, id: u64) {
        if let Some(engine) = &self.run.engine {
            engine.invalidate(id);
        }
    }

    /// Whether an object was reached by the marking in progress (for weak hooks).
    pub fn is_marked(&self, w: Word) -> bool {
        w.header().is_none_or(|h| h.flags & crate::objects::F_MARK != 0)
    }

    /// Pushes onto a stack of interned names; see [`Vm::intern`].
    pub fn name(&mut self, text: &str) -> Name {
        self.intern(text)
    }
}
