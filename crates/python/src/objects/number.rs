//! Boxed numbers: big ints, complex, and instances of user subclasses of `int` and `float`.

use super::{Header, impl_object};
use crate::word::Word;
use dashu_int::IBig;

/// An `int` of 64 bits outside the inline range.
#[repr(C)]
pub struct WideInt {
    pub hdr: Header,
    pub value: i64,
}

/// An `int` of more than 64 bits.
#[repr(C)]
pub struct BigInt {
    pub hdr: Header,
    pub value: IBig,
}

impl BigInt {
    /// Bytes of the digits, which are not on the heap unless they fit the object itself.
    #[inline]
    pub fn external_bytes(&self) -> usize {
        digit_bytes(&self.value)
    }
}

/// Bytes that the digits of `value` take beside it, as [`crate::heap::Heap::external`] counts them.
#[inline]
pub fn digit_bytes(value: &IBig) -> usize {
    // Two machine words are kept in place.
    let bytes = dashu_base::BitTest::bit_len(value).div_ceil(64) * 8;
    if bytes <= 16 { 0 } else { bytes }
}

/// An instance of a user subclass of `int` or `float`: its plain value.
#[repr(C)]
pub struct Boxed {
    pub hdr: Header,
    /// An inline int, a big int or a float.
    pub value: Word,
    /// Attribute dict, or UNDEF.
    pub dict: Word,
}

/// A `complex`.
#[repr(C)]
pub struct Complex {
    pub hdr: Header,
    pub re: f64,
    pub im: f64,
}

impl_object!(WideInt => WideInt, BigInt => BigInt, Boxed => Boxed, Complex => Complex);
