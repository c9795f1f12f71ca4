//! Where generators get their choices from: a seed, or the bytes of a fuzzer.

/// A stream of choices. Bytes that run out give zeros, so that shorter inputs make simpler cases.
#[derive(Clone, Debug)]
pub enum Source<'b> {
    /// Bytes to consume.
    Bytes(&'b [u8]),
    /// State of a pseudo-random generator.
    Seed(u64),
}

impl Source<'_> {
    /// The next 64 bits; of a byte stream only as many bytes as `bound` needs.
    fn bits(&mut self, bound: u64) -> u64 {
        match self {
            Source::Bytes(bytes) => {
                let wanted = (64 - bound.leading_zeros()).div_ceil(8) as usize;
                let (taken, rest) = bytes.split_at(wanted.min(bytes.len()));
                *bytes = rest;
                taken.iter().fold(0, |bits, &byte| bits << 8 | u64::from(byte))
            }
            Source::Seed(state) => {
                // SplitMix64 (Steele, Lea and Flood, 2014).
                *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
                let mut z = *state;
                z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
                z ^ z >> 31
            }
        }
    }

    /// A number below `bound` (0 if that is 0).
    pub fn below(&mut self, bound: usize) -> usize {
        if bound < 2 { 0 } else { (self.bits(bound as u64 - 1) % bound as u64) as usize }
    }
    /// True once in `n` times; false when bytes run out.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) + 1 == n
    }
    /// One of `items`, which are not empty.
    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
    /// Any 64 bits.
    pub fn word(&mut self) -> u64 {
        self.bits(u64::MAX)
    }
    /// Whether a byte stream has run out.
    pub fn is_empty(&self) -> bool {
        matches!(self, Source::Bytes([]))
    }
}
