//! [`Interp`]: the machine whose values are plain values.

use crate::abort::AbortReason;
use crate::hot::LoopCell;
use crate::machine::{Arg, Host, Machine, imm_type};
use crate::memory;
use std::ffi::c_void;
use uplift_uop::{Elem, Field, HostFn, KindTest, for_each_uop};

/// Runs handlers directly on the host. Every method is the uop's evaluation, inlined.
pub struct Interp<'h, H: Host> {
    host: &'h mut H,
    slots: *mut u64,
    threshold: i64,
}

impl<'h, H: Host> Interp<'h, H> {
    /// A machine whose current frame starts at `slots` and which asks the engine at `threshold` visits of a header.
    ///
    /// # Safety
    /// All slots that the handlers will touch must be readable and writable for as long as the machine lives, and
    /// nobody else may access them through a Rust reference meanwhile.
    #[inline(always)]
    pub unsafe fn new(host: &'h mut H, slots: *mut u64, threshold: i64) -> Interp<'h, H> {
        Interp { host, slots, threshold }
    }
    /// First slot of the current frame.
    #[inline(always)]
    pub fn frame(&self) -> *mut u64 {
        self.slots
    }
    /// Moves the current frame; the host changed its frame stack.
    ///
    /// # Safety
    /// As for [`Interp::new`].
    #[inline(always)]
    pub unsafe fn set_frame(&mut self, slots: *mut u64) {
        self.slots = slots;
    }
    /// Changes the threshold at which headers ask the engine.
    pub fn set_threshold(&mut self, threshold: i64) {
        self.threshold = threshold;
    }

    #[inline(always)]
    fn call(&mut self, f: &'static HostFn, args: &[Arg<Self>]) -> u64 {
        let bits = |arg: &Arg<Self>| match *arg {
            Arg::Int(v) => v as u64,
            Arg::Float(v) => v.to_bits(),
            Arg::Bool(v) => u64::from(v),
            Arg::Ref(v) | Arg::Word(v) => v,
        };
        let context = std::ptr::from_mut(self.host).cast::<c_void>();
        // One arm per count, so that nothing is copied through memory.
        // SAFETY: the host declared the function; the context is the host.
        unsafe {
            match args {
                [] => memory::call(f, context, &[]),
                [a] => memory::call(f, context, &[bits(a)]),
                [a, b] => memory::call(f, context, &[bits(a), bits(b)]),
                [a, b, c] => memory::call(f, context, &[bits(a), bits(b), bits(c)]),
                [a, b, c, d] => memory::call(f, context, &[bits(a), bits(b), bits(c), bits(d)]),
                [a, b, c, d, e] => memory::call(f, context, &[bits(a), bits(b), bits(c), bits(d), bits(e)]),
                [a, b, c, d, e, g] => {
                    memory::call(f, context, &[bits(a), bits(b), bits(c), bits(d), bits(e), bits(g)])
                }
                _ => 0,
            }
        }
    }
}

macro_rules! interp_pure {
    (
        pure { $( #[doc = $pd:literal] $pn:ident $pv:ident ( $($pa:ident : $pt:ident),* $(; $pi:ident : $pk:ident)? ) -> $pr:ident [$($pc:ident)?] |$prp:ident| $pe:expr ; )* }
        guard $guard:tt memory $memory:tt control $control:tt
    ) => {
        $(
            #[inline(always)]
            fn $pn(&mut self, $($pa: Self::$pt),* $(, $pi: imm_type!($pk))?) -> Self::$pr {
                let $prp = &const { H::REPR };
                $pe
            }
        )*
    };
}

/// Loads and stores of one machine type: (type, to bits, from bits, four method names).
macro_rules! interp_memory {
    ($($t:ident, $to:expr, $from:expr, $load:ident, $store:ident, $load_elem:ident, $store_elem:ident;)*) => { $(
        #[inline(always)]
        fn $load(&mut self, base: u64, field: &'static Field) -> Self::$t {
            // SAFETY: the handler's promise, see `memory`.
            $from(unsafe { memory::load(base.wrapping_add_signed(i64::from(field.offset)), field.width) })
        }
        #[inline(always)]
        fn $store(&mut self, base: u64, v: Self::$t, field: &'static Field) {
            // SAFETY: as above.
            unsafe { memory::store(base.wrapping_add_signed(i64::from(field.offset)), field.width, $to(v)) }
        }
        #[inline(always)]
        fn $load_elem(&mut self, base: u64, i: i64, elem: &'static Elem) -> Self::$t {
            // SAFETY: as above.
            $from(unsafe { memory::load(element(base, i, elem), elem.width) })
        }
        #[inline(always)]
        fn $store_elem(&mut self, base: u64, i: i64, v: Self::$t, elem: &'static Elem) {
            // SAFETY: as above.
            unsafe { memory::store(element(base, i, elem), elem.width, $to(v)) }
        }
    )* };
}

/// Address of element `i`.
#[inline(always)]
pub(crate) fn element(base: u64, i: i64, elem: &'static Elem) -> u64 {
    base.wrapping_add_signed(i64::from(elem.offset))
        .wrapping_add_signed(i.wrapping_mul(i64::from(elem.width.bytes())))
}

impl<H: Host> Machine for Interp<'_, H> {
    type Host = H;
    type Int = i64;
    type Float = f64;
    type Bool = bool;
    type Ref = u64;
    type Word = u64;
    const RECORDS: bool = false;

    #[inline(always)]
    fn host(&mut self) -> &mut H {
        self.host
    }
    #[inline(always)]
    fn const_int(&mut self, v: i64) -> i64 {
        v
    }
    #[inline(always)]
    fn const_float(&mut self, v: f64) -> f64 {
        v
    }
    #[inline(always)]
    fn const_bool(&mut self, v: bool) -> bool {
        v
    }
    #[inline(always)]
    fn const_ref(&mut self, v: u64) -> u64 {
        v
    }
    #[inline(always)]
    fn const_word(&mut self, v: u64) -> u64 {
        v
    }

    for_each_uop!(interp_pure);

    #[inline(always)]
    fn int_add_checked(&mut self, a: i64, b: i64) -> Option<i64> {
        a.checked_add(b)
    }
    #[inline(always)]
    fn int_sub_checked(&mut self, a: i64, b: i64) -> Option<i64> {
        a.checked_sub(b)
    }
    #[inline(always)]
    fn int_mul_checked(&mut self, a: i64, b: i64) -> Option<i64> {
        a.checked_mul(b)
    }

    #[inline(always)]
    fn test(&mut self, b: bool) -> bool {
        b
    }
    #[inline(always)]
    fn promote_int(&mut self, v: i64) -> i64 {
        v
    }
    #[inline(always)]
    fn promote_ref(&mut self, v: u64) -> u64 {
        v
    }
    #[inline(always)]
    fn promote_word(&mut self, v: u64) -> u64 {
        v
    }

    #[inline(always)]
    fn hint_word(&mut self, v: u64) -> u64 {
        v
    }
    #[inline(always)]
    fn hint_ref(&mut self, v: u64) -> u64 {
        v
    }
    #[inline(always)]
    fn branch(&mut self, b: bool, _if_true: u32, _if_false: u32) -> bool {
        b
    }

    #[inline(always)]
    fn slot(&mut self, i: i32) -> u64 {
        // SAFETY: promised at construction.
        unsafe { *self.slots.offset(i as isize) }
    }
    #[inline(always)]
    fn set_slot(&mut self, i: i32, w: u64) {
        // SAFETY: promised at construction.
        unsafe { *self.slots.offset(i as isize) = w }
    }
    #[inline(always)]
    fn enter_frame(&mut self, delta: i32) {
        self.slots = self.slots.wrapping_offset(delta as isize);
    }
    #[inline(always)]
    fn claim_slots(&mut self, _end: i32) {}
    #[inline(always)]
    fn before_return(&mut self) -> bool {
        false
    }
    #[inline(always)]
    fn leave_frame(&mut self, delta: i32) {
        self.slots = self.slots.wrapping_offset(-(delta as isize));
    }

    interp_memory! {
        Int, |v| v as u64, |b| b as i64, load_int, store_int, load_elem_int, store_elem_int;
        Float, f64::to_bits, f64::from_bits, load_float, store_float, load_elem_float, store_elem_float;
        Ref, |v| v, |b| b, load_ref, store_ref, load_elem_ref, store_elem_ref;
        Word, |v| v, |b| b, load_word, store_word, load_elem_word, store_elem_word;
    }

    #[inline(always)]
    fn call_int(&mut self, f: &'static HostFn, args: &[Arg<Self>]) -> i64 {
        self.call(f, args) as i64
    }
    #[inline(always)]
    fn call_float(&mut self, f: &'static HostFn, args: &[Arg<Self>]) -> f64 {
        f64::from_bits(self.call(f, args))
    }
    #[inline(always)]
    fn call_bool(&mut self, f: &'static HostFn, args: &[Arg<Self>]) -> bool {
        self.call(f, args) & 1 != 0
    }
    #[inline(always)]
    fn call_ref(&mut self, f: &'static HostFn, args: &[Arg<Self>]) -> u64 {
        self.call(f, args)
    }
    #[inline(always)]
    fn call_word(&mut self, f: &'static HostFn, args: &[Arg<Self>]) -> u64 {
        self.call(f, args)
    }
    #[inline(always)]
    fn call_unit(&mut self, f: &'static HostFn, args: &[Arg<Self>]) {
        self.call(f, args);
    }
    #[inline(always)]
    fn raised(&mut self, w: u64) -> bool {
        w == H::RAISED
    }

    #[inline(always)]
    fn commit(&mut self, _pc: u32) {}
    #[inline(always)]
    fn assume(&mut self, _id: u64) {}
    #[inline(always)]
    fn should_inline(&mut self, _code: u64, _has_loop: bool) -> bool {
        true
    }
    #[inline(always)]
    fn loop_header(&mut self, cell: &mut LoopCell) -> bool {
        self.host.wants_attention() || cell.visit(self.threshold)
    }
    #[inline(always)]
    fn function_entry(&mut self, cell: &mut LoopCell) -> bool {
        cell.visit(self.threshold)
    }
    #[inline(always)]
    fn abort(&mut self, _reason: AbortReason) {}
}
