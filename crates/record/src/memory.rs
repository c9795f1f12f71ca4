//! Raw loads, stores and host calls, as both machines perform them.
//!
//! The host's handlers promise that references are live objects with the declared layout and that indices were
//! tested; that promise is the safety argument of every function here.

use std::ffi::c_void;
use uplift_uop::{HostFn, Width};

/// Loads the value at `address`, as bits.
///
/// # Safety
/// `address` must be readable with the alignment and size of `width`.
#[inline(always)]
pub unsafe fn load(address: u64, width: Width) -> u64 {
    // SAFETY: the caller's promise.
    unsafe {
        match width {
            Width::I64 | Width::F64 | Width::Ref | Width::Word => *(address as *const u64),
            Width::I32 => i64::from(*(address as *const i32)) as u64,
            Width::U32 => u64::from(*(address as *const u32)),
            Width::U16 => u64::from(*(address as *const u16)),
            Width::U8 => u64::from(*(address as *const u8)),
        }
    }
}

/// Stores `bits` at `address`, truncated to `width`.
///
/// # Safety
/// `address` must be writable with the alignment and size of `width`.
#[inline(always)]
pub unsafe fn store(address: u64, width: Width, bits: u64) {
    // SAFETY: the caller's promise.
    unsafe {
        match width {
            Width::I64 | Width::F64 | Width::Ref | Width::Word => *(address as *mut u64) = bits,
            Width::I32 | Width::U32 => *(address as *mut u32) = bits as u32,
            Width::U16 => *(address as *mut u16) = bits as u16,
            Width::U8 => *(address as *mut u8) = bits as u8,
        }
    }
}

type Fn0 = extern "C" fn(*mut c_void) -> u64;
type Fn1 = extern "C" fn(*mut c_void, u64) -> u64;
type Fn2 = extern "C" fn(*mut c_void, u64, u64) -> u64;
type Fn3 = extern "C" fn(*mut c_void, u64, u64, u64) -> u64;
type Fn4 = extern "C" fn(*mut c_void, u64, u64, u64, u64) -> u64;
type Fn5 = extern "C" fn(*mut c_void, u64, u64, u64, u64, u64) -> u64;
type Fn6 = extern "C" fn(*mut c_void, u64, u64, u64, u64, u64, u64) -> u64;
type Fn7 = extern "C" fn(*mut c_void, u64, u64, u64, u64, u64, u64, u64) -> u64;

/// Calls a host function with the operands' bits.
///
/// # Safety
/// `f` must have as many parameters as `bits` has elements, and `context` must be what it expects.
#[inline(always)]
pub unsafe fn call(f: &'static HostFn, context: *mut c_void, bits: &[u64]) -> u64 {
    use std::mem::transmute;
    let address = f.addr.0;
    // SAFETY: the declaration gives the parameter count; the caller passes that many.
    unsafe {
        match *bits {
            [] => transmute::<*const (), Fn0>(address)(context),
            [a] => transmute::<*const (), Fn1>(address)(context, a),
            [a, b] => transmute::<*const (), Fn2>(address)(context, a, b),
            [a, b, c] => transmute::<*const (), Fn3>(address)(context, a, b, c),
            [a, b, c, d] => transmute::<*const (), Fn4>(address)(context, a, b, c, d),
            [a, b, c, d, e] => transmute::<*const (), Fn5>(address)(context, a, b, c, d, e),
            [a, b, c, d, e, g] => transmute::<*const (), Fn6>(address)(context, a, b, c, d, e, g),
            [a, b, c, d, e, g, h] => transmute::<*const (), Fn7>(address)(context, a, b, c, d, e, g, h),
            _ => 0,
        }
    }
}
