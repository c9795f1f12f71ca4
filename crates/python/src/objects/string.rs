//! Strings: UTF-8 with a character count.
//!
//! The bytes follow the object, or (flag `F_SHARED`) lie in a [`StrBuf`] named by the first word
//! after the object: `s += t` in a loop appends in place into the buffer's spare room while the
//! new string object shares it, which keeps building a string linear without reference counts.

use super::{F_ASCII, F_INTERNED, F_SHARED, Header, impl_object};

/// A `str`.
#[repr(C)]
pub struct Str {
    pub hdr: Header,
    /// Cached hash; 0 when not yet computed.
    pub hash: u64,
    /// Length in characters.
    pub len: i64,
    /// Length in bytes (equal to `len` when ASCII).
    pub nbytes: u64,
    /// The bytes.
    pub ptr: *const u8,
}

/// A growing buffer that strings share.
#[repr(C)]
pub struct StrBuf {
    pub hdr: Header,
    pub cap: usize,
    pub used: usize,
    pub data: *mut u8,
}

impl_object!(Str => Str, StrBuf => StrBuf);

/// Byte offset of [`Str::len`].
pub const STR_LEN: usize = core::mem::offset_of!(Str, len);
/// Byte offset of [`Str::hash`].
pub const STR_HASH: usize = core::mem::offset_of!(Str, hash);
/// Byte offset of [`Str::ptr`].
pub const STR_PTR: usize = core::mem::offset_of!(Str, ptr);

impl Str {
    /// The bytes.
    #[inline(always)]
    pub fn bytes(&self) -> &'static [u8] {
        // SAFETY: `ptr` and `nbytes` describe initialised bytes that live as long as the object.
        unsafe { std::slice::from_raw_parts(self.ptr, self.nbytes as usize) }
    }

    /// The text.
    #[inline(always)]
    pub fn text(&self) -> &'static str {
        // SAFETY: strings are made from valid UTF-8 only.
        unsafe { std::str::from_utf8_unchecked(self.bytes()) }
    }

    /// Length in characters.
    #[inline(always)]
    pub fn char_len(&self) -> usize {
        self.len as usize
    }

    /// Whether every character is ASCII.
    #[inline(always)]
    pub fn is_ascii(&self) -> bool {
        self.hdr.flags & F_ASCII != 0
    }

    /// Whether the string is a name: equal names are one object.
    #[inline(always)]
    pub fn is_interned(&self) -> bool {
        self.hdr.flags & F_INTERNED != 0
    }

    /// The buffer holding the bytes, when shared.
    #[inline]
    pub fn buffer(&self) -> Option<*mut StrBuf> {
        if self.hdr.flags & F_SHARED == 0 {
            return None;
        }
        // SAFETY: a shared string has one more word after its fields.
        Some(unsafe { *((self as *const Str).add(1) as *const *mut StrBuf) })
    }

    /// Byte offset of character `index` (`0..=len`).
    pub fn byte_offset(&self, index: usize) -> usize {
        if self.is_ascii() {
            return index;
        }
        byte_offset(self.bytes(), index)
    }

    /// The substring of characters `start..end` (`start <= end <= len`).
    pub fn slice(&self, start: usize, end: usize) -> &'static str {
        let from = self.byte_offset(start);
        let to = if self.is_ascii() { end } else { from + byte_offset(&self.bytes()[from..], end - start) };
        &self.text()[from..to]
    }
}

/// Byte offset of character `index` in UTF-8 `bytes`.
fn byte_offset(bytes: &[u8], index: usize) -> usize {
    let mut seen = 0;
    for (at, &b) in bytes.iter().enumerate() {
        if b & 0xC0 != 0x80 {
            if seen == index {
                return at;
            }
            seen += 1;
        }
    }
    bytes.len()
}

/// Frees a buffer's bytes.
pub(crate) fn drop_buffer(buf: &mut StrBuf) {
    if buf.cap > 0 {
        // SAFETY: the layout is the one the buffer was made with.
        unsafe { std::alloc::dealloc(buf.data, std::alloc::Layout::from_size_align_unchecked(buf.cap, 1)) };
        buf.cap = 0;
    }
}
