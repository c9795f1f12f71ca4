//! Boxed numbers: big ints, complex, and instances of user subclasses of `int` and `float`.

use super::{Header, impl_object};
use crate::word::Word;
use dashu_int::IBig;

/// An `int` outside the inline range (never inside it).
#[repr(C)]
pub struct BigInt {
    pub hdr: Header,
    pub value: IBig,
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

impl_object!(BigInt => BigInt, Boxed => Boxed, Complex => Complex);
