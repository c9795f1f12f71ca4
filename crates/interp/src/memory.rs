//! Raw memory and calls: everything of the uop interpreter that is unsafe by nature.
//!
//! Addresses come from the host through slots, fields and calls; a verified tree applies only declared fields and
//! elements to them, and the recorder saw each access happen on such an object. That is the whole argument.

use std::ffi::c_void;
use uplift_uop::{FnAddr, HostSpec, ImmKind, Op, Width};

/// Address and width of what a memory uop touches; `None` if its field or element is not declared.
pub fn place(spec: &HostSpec, op: Op, imm: u64, base: u64, index: i64) -> Option<(u64, Width)> {
    let at = usize::try_from(imm).ok()?;
    let (offset, width) = match op.info().imm {
        ImmKind::Field => spec.fields.get(at).map(|f| (i64::from(f.offset), f.width))?,
        ImmKind::Elem => {
            let elem = spec.elems.get(at)?;
            let scaled = index.wrapping_mul(i64::from(elem.width.bytes()));
            (i64::from(elem.offset).wrapping_add(scaled), elem.width)
        }
        _ => return None,
    };
    Some((base.wrapping_add(offset as u64), width))
}

/// Loads the bits of a machine value stored at `address`: small integers extended as their width says.
///
/// # Safety
/// The address must hold such a value.
pub unsafe fn load(address: u64, width: Width) -> u64 {
    let at = address as usize;
    // SAFETY: the caller's promise; unaligned reads cost nothing and ask for less.
    unsafe {
        match width {
            Width::I64 | Width::F64 | Width::Ref | Width::Word => (at as *const u64).read_unaligned(),
            Width::I32 => i64::from((at as *const i32).read_unaligned()) as u64,
            Width::U32 => u64::from((at as *const u32).read_unaligned()),
            Width::U16 => u64::from((at as *const u16).read_unaligned()),
            Width::U8 => u64::from((at as *const u8).read()),
        }
    }
}

/// Stores the bits of a machine value at `address`, truncated to the width.
///
/// # Safety
/// The address must be writable storage of that width.
pub unsafe fn store(address: u64, width: Width, bits: u64) {
    let at = address as usize;
    // SAFETY: the caller's promise.
    unsafe {
        match width {
            Width::I64 | Width::F64 | Width::Ref | Width::Word => (at as *mut u64).write_unaligned(bits),
            Width::I32 | Width::U32 => (at as *mut u32).write_unaligned(bits as u32),
            Width::U16 => (at as *mut u16).write_unaligned(bits as u16),
            Width::U8 => (at as *mut u8).write(bits as u8),
        }
    }
}

/// What a place in memory held before a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overwritten {
    /// The place.
    pub address: u64,
    /// Its width.
    pub width: Width,
    /// Its bits then.
    pub bits: u64,
}

impl Overwritten {
    /// What `address` holds now.
    ///
    /// # Safety
    /// As for [`load`].
    pub unsafe fn at(address: u64, width: Width) -> Overwritten {
        // SAFETY: the caller's promise.
        Overwritten { address, width, bits: unsafe { load(address, width) } }
    }
    /// Puts it back.
    ///
    /// # Safety
    /// As for [`store`].
    pub unsafe fn undo(&self) {
        // SAFETY: the caller's promise.
        unsafe { store(self.address, self.width, self.bits) };
    }
}

/// Calls a host function with up to six arguments after the context (more are ignored).
///
/// # Safety
/// The function must take exactly these arguments, as [`uplift_uop::HostFn`] describes.
pub unsafe fn call(function: FnAddr, ctx: *mut c_void, args: &[u64]) -> u64 {
    macro_rules! with {
        ($($arg:ident)*) => {{
            type Function = unsafe extern "C" fn(*mut c_void $(, with!(@ty $arg))*) -> u64;
            // SAFETY: the declaration says that the address is a function of this type.
            let function: Function = unsafe { std::mem::transmute(function.0) };
            // SAFETY: the caller's promise.
            unsafe { function(ctx $(, $arg)*) }
        }};
        (@ty $arg:ident) => { u64 };
    }
    match *args {
        [] => with!(),
        [a] => with!(a),
        [a, b] => with!(a b),
        [a, b, c] => with!(a b c),
        [a, b, c, d] => with!(a b c d),
        [a, b, c, d, e] => with!(a b c d e),
        [a, b, c, d, e, f] => with!(a b c d e f),
        [a, b, c, d, e, f, g, ..] => with!(a b c d e f g),
    }
}
