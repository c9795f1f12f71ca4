//! The boxed value: a NaN-boxed 64-bit word.
//!
//! ```text
//! 0                          UNDEF (unbound, empty)
//! 2, 4, 5, 6, 7              None, False, True, NotImplemented, Ellipsis
//! 0x1000 <= w < 2^48         address of a heap object (8-aligned)
//! 2^49 <= w < 0xFFFE << 48   float: its bits + 2^49
//! 0xFFFE << 48 | payload     int: 48-bit two's complement
//! ```
//!
//! An int that fits 48 bits is always inline, so equal small ints are equal words.

/// A boxed Python value.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Word(pub u64);

/// Kind bit of [`UNDEF`].
pub const K_UNDEF: u32 = 1 << 0;
/// Kind bit of [`NONE`].
pub const K_NONE: u32 = 1 << 1;
/// Kind bit of the two bools.
pub const K_BOOL: u32 = 1 << 2;
/// Kind bit of `NotImplemented` and `Ellipsis`.
pub const K_SPECIAL: u32 = 1 << 3;
/// Kind bit of inline ints (bools are not in it).
pub const K_INT: u32 = 1 << 4;
/// Kind bit of floats.
pub const K_FLOAT: u32 = 1 << 5;
/// Kind bit of heap objects.
pub const K_REF: u32 = 1 << 6;

/// The absent value: unbound local, empty slot, raised result.
pub const UNDEF: Word = Word(0);
/// `None`.
pub const NONE: Word = Word(2);
/// `False`.
pub const FALSE: Word = Word(4);
/// `True`.
pub const TRUE: Word = Word(5);
/// `NotImplemented`.
pub const NOTIMPL: Word = Word(6);
/// `...`.
pub const ELLIPSIS: Word = Word(7);

/// Tag of inline ints: the top sixteen bits.
pub const INT_TAG: u64 = 0xFFFE << 48;
/// Mask of an int's payload.
pub const INT_MASK: u64 = (1 << 48) - 1;
/// Added to a float's bits.
pub const FLOAT_OFFSET: u64 = 1 << 49;
/// Smallest inline int.
pub const INT_MIN: i64 = -(1 << 47);
/// Largest inline int.
pub const INT_MAX: i64 = (1 << 47) - 1;
/// Bits of the one NaN that is ever boxed.
pub const CANONICAL_NAN: u64 = 0x7FF8_0000_0000_0000;

impl Word {
    /// Boxes an int known to fit 48 bits.
    #[inline(always)]
    pub const fn int(i: i64) -> Word {
        debug_assert!(Word::int_fits(i));
        Word(INT_TAG | (i as u64 & INT_MASK))
    }

    /// Whether `i` is an inline int.
    #[inline(always)]
    pub const fn int_fits(i: i64) -> bool {
        i >= INT_MIN && i <= INT_MAX
    }

    /// Boxes a float; every NaN becomes the canonical one.
    #[inline(always)]
    pub const fn float(f: f64) -> Word {
        let bits = if f.is_nan() { CANONICAL_NAN } else { f.to_bits() };
        Word(bits + FLOAT_OFFSET)
    }

    /// Boxes a bool.
    #[inline(always)]
    pub const fn bool(b: bool) -> Word {
        Word(FALSE.0 | b as u64)
    }

    /// Boxes an object's address.
    #[inline(always)]
    pub const fn from_addr(addr: u64) -> Word {
        Word(addr)
    }

    /// Whether this is an inline int (not a bool).
    #[inline(always)]
    pub const fn is_int(self) -> bool {
        self.0 >= INT_TAG
    }

    /// Whether this is a float.
    #[inline(always)]
    pub const fn is_float(self) -> bool {
        self.0 >= FLOAT_OFFSET && self.0 < INT_TAG
    }

    /// Whether this is a bool.
    #[inline(always)]
    pub const fn is_bool(self) -> bool {
        self.0 & !1 == FALSE.0
    }

    /// Whether this is a heap object.
    #[inline(always)]
    pub const fn is_ref(self) -> bool {
        self.0 >= 0x1000 && self.0 < (1 << 48)
    }

    /// Whether this is `None`.
    #[inline(always)]
    pub const fn is_none(self) -> bool {
        self.0 == NONE.0
    }

    /// Whether this is the absent value.
    #[inline(always)]
    pub const fn is_undef(self) -> bool {
        self.0 == 0
    }

    /// The payload of an inline int; meaningless for others.
    #[inline(always)]
    pub const fn unbox_int(self) -> i64 {
        ((self.0 << 16) as i64) >> 16
    }

    /// The payload of a float; meaningless for others.
    #[inline(always)]
    pub const fn unbox_float(self) -> f64 {
        f64::from_bits(self.0.wrapping_sub(FLOAT_OFFSET))
    }

    /// The value of an inline int.
    #[inline(always)]
    pub const fn as_int(self) -> Option<i64> {
        if self.is_int() { Some(self.unbox_int()) } else { None }
    }

    /// The value of an inline int or a bool.
    #[inline(always)]
    pub const fn as_index(self) -> Option<i64> {
        if self.is_int() {
            Some(self.unbox_int())
        } else if self.is_bool() {
            Some((self.0 & 1) as i64)
        } else {
            None
        }
    }

    /// The value of a float.
    #[inline(always)]
    pub const fn as_float(self) -> Option<f64> {
        if self.is_float() { Some(self.unbox_float()) } else { None }
    }

    /// The value of a bool.
    #[inline(always)]
    pub const fn as_bool(self) -> Option<bool> {
        if self.is_bool() { Some(self.0 & 1 != 0) } else { None }
    }

    /// The kind bit of this word.
    #[inline]
    pub const fn kind(self) -> u32 {
        if self.is_int() {
            K_INT
        } else if self.is_float() {
            K_FLOAT
        } else if self.is_ref() {
            K_REF
        } else if self.is_bool() {
            K_BOOL
        } else {
            match self.0 {
                0 => K_UNDEF,
                2 => K_NONE,
                _ => K_SPECIAL,
            }
        }
    }

    /// `None` for the absent value.
    #[inline(always)]
    pub const fn defined(self) -> Option<Word> {
        if self.0 == 0 { None } else { Some(self) }
    }
}

impl From<bool> for Word {
    #[inline(always)]
    fn from(b: bool) -> Word {
        Word::bool(b)
    }
}

impl From<f64> for Word {
    #[inline(always)]
    fn from(f: f64) -> Word {
        Word::float(f)
    }
}

impl std::fmt::Debug for Word {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.kind() {
            K_UNDEF => write!(f, "undef"),
            K_NONE => write!(f, "None"),
            K_BOOL => write!(f, "{}", self.0 & 1 != 0),
            K_INT => write!(f, "{}", self.unbox_int()),
            K_FLOAT => write!(f, "{:?}", self.unbox_float()),
            K_REF => write!(f, "@{:x}", self.0),
            _ => write!(f, "special{}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ints_and_floats_round_trip_at_their_edges() {
        for i in [0, 1, -1, INT_MIN, INT_MAX] {
            let w = Word::int(i);
            assert!(w.is_int() && !w.is_float() && !w.is_ref());
            assert_eq!(w.unbox_int(), i);
        }
        for f in [0.0, -0.0, 1.5, f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE, -f64::NAN] {
            let w = Word::float(f);
            assert!(w.is_float() && !w.is_int() && !w.is_ref());
            assert!(
                w.unbox_float() == f && w.unbox_float().is_sign_negative() == f.is_sign_negative()
                    || f.is_nan()
            );
        }
        assert!(TRUE.is_bool() && FALSE.is_bool() && !NONE.is_bool() && !NOTIMPL.is_bool());
    }
}
