//! [`Machine`]: what a bytecode handler sees of the world, and [`Host`]: what the engine sees of a VM.

use crate::abort::AbortReason;
use crate::hot::LoopCell;
use uplift_uop::for_each_uop;
use uplift_uop::{Elem, Field, FrameState, HostFn, HostSpec, KindTest, ReprSpec};

/// The VM that embeds the engine.
pub trait Host: Sized {
    /// How words are boxed; a constant, so that it folds into [`crate::Interp`].
    const REPR: ReprSpec;
    /// The word by which a raising host function says that it raised.
    const RAISED: u64;

    /// All declarations; its `repr` is [`Host::REPR`].
    fn spec() -> &'static HostSpec;

    /// Number of interpreter frames now.
    fn depth(&self) -> usize;

    /// Where execution stands: innermost frame's code and the pc of the instruction being executed.
    fn location(&self) -> Location;

    /// Appends the frames from number `root` (0 is the outermost) to the innermost, as an exit taken now would have to
    /// restore them; the innermost resumes at the current instruction. Slot bases are relative to frame `root`.
    fn frame_states(&self, root: usize, out: &mut Vec<FrameState>);

    /// Slots, relative to frame `root`'s first, whose content the interpreter may still read from here on, ascending.
    /// `None`: all of them.
    fn live_slots(&self, root: usize) -> Option<Vec<i32>>;

    /// Whether a loop header shall ask the engine even if it is not hot, because something wants attention. Compiled code
    /// polls the engine's attention word by itself.
    #[inline(always)]
    fn wants_attention(&self) -> bool {
        false
    }

    /// Says, while recording after an effect, that the current instruction has been completed up to `pc`.
    fn set_resume(&mut self, pc: u32);
}

/// A place in the host's bytecode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Location {
    /// The host's name for the code (an address).
    pub code: u64,
    /// Instruction, in the host's units.
    pub pc: u32,
}

/// An operand of a host call.
pub enum Arg<M: Machine> {
    /// Integer.
    Int(M::Int),
    /// Float.
    Float(M::Float),
    /// Truth value.
    Bool(M::Bool),
    /// Address.
    Ref(M::Ref),
    /// Boxed word.
    Word(M::Word),
}

impl<M: Machine> Clone for Arg<M> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<M: Machine> Copy for Arg<M> {}

macro_rules! imm_type {
    (Kind) => { &'static KindTest };
    (Bits) => { u32 };
}
pub(crate) use imm_type;

macro_rules! define_machine {
    (
        pure { $( #[doc = $pd:literal] $pn:ident $pv:ident ( $($pa:ident : $pt:ident),* $(; $pi:ident : $pk:ident)? ) -> $pr:ident [$($pc:ident)?] |$prp:ident| $pe:expr ; )* }
        guard $guard:tt memory $memory:tt control $control:tt
    ) => {
        /// What a bytecode handler is generic over. One method per uop; a machine value becomes a Rust `bool` only through
        /// [`Machine::test`] and a Rust constant only through the `promote_*` methods, so a handler cannot forget a guard.
        ///
        /// Law: within one bytecode, tests and promotions come before effects (slot writes, stores, calls that write),
        /// because an exit executes the bytecode again from its start. After an effect, [`Machine::commit`].
        pub trait Machine: Sized {
            /// The VM.
            type Host: Host;
            /// 64-bit integers.
            type Int: Copy;
            /// Floats.
            type Float: Copy;
            /// Truth values.
            type Bool: Copy;
            /// Addresses.
            type Ref: Copy;
            /// Boxed host words.
            type Word: Copy;

            /// Whether this machine records; for policies such as "prefer a residual call", never for semantics.
            const RECORDS: bool;

            /// The VM, for constant ("green") work: code, caches, frame records.
            fn host(&mut self) -> &mut Self::Host;

            /// An integer constant.
            fn const_int(&mut self, v: i64) -> Self::Int;
            /// A float constant.
            fn const_float(&mut self, v: f64) -> Self::Float;
            /// A truth value constant.
            fn const_bool(&mut self, v: bool) -> Self::Bool;
            /// An address constant.
            fn const_ref(&mut self, v: u64) -> Self::Ref;
            /// A word constant.
            fn const_word(&mut self, v: u64) -> Self::Word;

            $( #[doc = $pd] fn $pn(&mut self, $($pa: Self::$pt),* $(, $pi: imm_type!($pk))?) -> Self::$pr; )*

            /// Addition; `None` when the sum does not fit 64 bits.
            fn int_add_checked(&mut self, a: Self::Int, b: Self::Int) -> Option<Self::Int>;
            /// Subtraction; `None` when the difference does not fit 64 bits.
            fn int_sub_checked(&mut self, a: Self::Int, b: Self::Int) -> Option<Self::Int>;
            /// Multiplication; `None` when the product does not fit 64 bits.
            fn int_mul_checked(&mut self, a: Self::Int, b: Self::Int) -> Option<Self::Int>;

            /// The truth of `b`, guarded.
            fn test(&mut self, b: Self::Bool) -> bool;
            /// The value of `v`, guarded to stay this constant.
            fn promote_int(&mut self, v: Self::Int) -> i64;
            /// The value of `v`, guarded to stay this constant.
            fn promote_ref(&mut self, v: Self::Ref) -> u64;
            /// The value of `v`, guarded to stay this constant.
            fn promote_word(&mut self, v: Self::Word) -> u64;

            /// What `v` is now, without a guard: for choosing which tests to make first. The choice must never change what
            /// the handler does, only how it finds out.
            fn hint_word(&mut self, v: Self::Word) -> u64;
            /// What `v` is now; see [`Machine::hint_word`].
            fn hint_ref(&mut self, v: Self::Ref) -> u64;
            /// The truth of `b` after the effects of this instruction, as its last test: the instruction is completed
            /// up to `if_true` or `if_false`, so the guard's exit resumes at the other one of the two.
            fn branch(&mut self, b: Self::Bool, if_true: u32, if_false: u32) -> bool;

            /// Slot `i` of the current frame.
            fn slot(&mut self, i: i32) -> Self::Word;
            /// Writes slot `i` of the current frame.
            fn set_slot(&mut self, i: i32, w: Self::Word);
            /// The current frame now starts `delta` slots higher: the handler pushed a frame record.
            fn enter_frame(&mut self, delta: i32);
            /// The current frame needs slots up to `end`, touched or not: a tree that comes by here is entered only where
            /// they exist. For hosts that limit their stack.
            fn claim_slots(&mut self, end: i32);
            /// Before the current frame returns. True: recording ends in front of this instruction, which must do nothing.
            fn before_return(&mut self) -> bool;
            /// The current frame now starts `delta` slots lower: the handler popped a frame record.
            fn leave_frame(&mut self, delta: i32);

            /// Loads an integer field.
            fn load_int(&mut self, base: Self::Ref, field: &'static Field) -> Self::Int;
            /// Loads a float field.
            fn load_float(&mut self, base: Self::Ref, field: &'static Field) -> Self::Float;
            /// Loads a reference field.
            fn load_ref(&mut self, base: Self::Ref, field: &'static Field) -> Self::Ref;
            /// Loads a boxed field.
            fn load_word(&mut self, base: Self::Ref, field: &'static Field) -> Self::Word;
            /// Stores an integer field.
            fn store_int(&mut self, base: Self::Ref, v: Self::Int, field: &'static Field);
            /// Stores a float field.
            fn store_float(&mut self, base: Self::Ref, v: Self::Float, field: &'static Field);
            /// Stores a reference field.
            fn store_ref(&mut self, base: Self::Ref, v: Self::Ref, field: &'static Field);
            /// Stores a boxed field.
            fn store_word(&mut self, base: Self::Ref, v: Self::Word, field: &'static Field);
            /// Loads an integer element; the handler tested the bounds.
            fn load_elem_int(&mut self, base: Self::Ref, i: Self::Int, elem: &'static Elem) -> Self::Int;
            /// Loads a float element.
            fn load_elem_float(&mut self, base: Self::Ref, i: Self::Int, elem: &'static Elem) -> Self::Float;
            /// Loads a reference element.
            fn load_elem_ref(&mut self, base: Self::Ref, i: Self::Int, elem: &'static Elem) -> Self::Ref;
            /// Loads a boxed element.
            fn load_elem_word(&mut self, base: Self::Ref, i: Self::Int, elem: &'static Elem) -> Self::Word;
            /// Stores an integer element.
            fn store_elem_int(&mut self, base: Self::Ref, i: Self::Int, v: Self::Int, elem: &'static Elem);
            /// Stores a float element.
            fn store_elem_float(&mut self, base: Self::Ref, i: Self::Int, v: Self::Float, elem: &'static Elem);
            /// Stores a reference element.
            fn store_elem_ref(&mut self, base: Self::Ref, i: Self::Int, v: Self::Ref, elem: &'static Elem);
            /// Stores a boxed element.
            fn store_elem_word(&mut self, base: Self::Ref, i: Self::Int, v: Self::Word, elem: &'static Elem);

            /// Calls a host function that returns an integer.
            fn call_int(&mut self, f: &'static HostFn, args: &[Arg<Self>]) -> Self::Int;
            /// Calls a host function that returns a float.
            fn call_float(&mut self, f: &'static HostFn, args: &[Arg<Self>]) -> Self::Float;
            /// Calls a host function that returns a truth value.
            fn call_bool(&mut self, f: &'static HostFn, args: &[Arg<Self>]) -> Self::Bool;
            /// Calls a host function that returns an address.
            fn call_ref(&mut self, f: &'static HostFn, args: &[Arg<Self>]) -> Self::Ref;
            /// Calls a host function that returns a word.
            fn call_word(&mut self, f: &'static HostFn, args: &[Arg<Self>]) -> Self::Word;
            /// Calls a host function for its effects.
            fn call_unit(&mut self, f: &'static HostFn, args: &[Arg<Self>]);
            /// Whether a raising call's result says that it raised. Right after the call, before any other effect.
            fn raised(&mut self, w: Self::Word) -> bool;

            /// After an effect: later tests of this bytecode resume at `pc`, with all slots as they are now.
            fn commit(&mut self, pc: u32);
            /// What follows holds only while the host's assumption `id` does.
            fn assume(&mut self, id: u64);
            /// Whether a call of `code` should be followed into its frame (always, unless recording decides otherwise).
            fn should_inline(&mut self, code: u64, has_loop: bool) -> bool;
            /// A loop header with its counter. True: the interpreter must ask the engine what to do here.
            fn loop_header(&mut self, cell: &mut LoopCell) -> bool;
            /// The first instruction of a function, with its counter. True: as for [`Machine::loop_header`].
            fn function_entry(&mut self, cell: &mut LoopCell) -> bool;
            /// Gives up recording at this bytecode. Execution goes on.
            fn abort(&mut self, reason: AbortReason);
        }
    };
}
for_each_uop!(define_machine);
