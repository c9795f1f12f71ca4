//! The attention word: one word that compiled code polls and any thread may set.

use std::sync::atomic::{AtomicU64, Ordering};

/// Why compiled code should leave at the next poll, one bit a reason; zero means "go on".
#[derive(Debug, Default)]
pub struct Attention(AtomicU64);

impl Attention {
    /// An assumption was invalidated; the engine's own bit.
    pub const INVALIDATED: u64 = 1;
    /// Somebody asked the program to stop ([`crate::Interrupt`]).
    pub const INTERRUPT: u64 = 2;
    /// First bit that belongs to the host (collection wanted, a signal...).
    pub const HOST: u64 = 1 << 8;

    /// All bits.
    #[inline(always)]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
    /// Sets bits. From any thread.
    pub fn set(&self, bits: u64) {
        self.0.fetch_or(bits, Ordering::SeqCst);
    }
    /// Clears bits.
    pub fn clear(&self, bits: u64) {
        self.0.fetch_and(!bits, Ordering::SeqCst);
    }
    /// Address of the word, for compiled code.
    pub fn address(&self) -> *const u64 {
        self.0.as_ptr()
    }
    /// The word itself.
    pub fn word(&self) -> &AtomicU64 {
        &self.0
    }
}
