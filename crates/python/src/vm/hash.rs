//! Hashing with CPython's numeric rules.

use crate::objects::*;
use crate::vm::class::is_native;
use crate::vm::{PyResult, Vm};
use crate::word::{FALSE, NONE, TRUE, Word};
use dashu_int::IBig;

/// Hash of a byte string; never 0.
#[inline]
pub fn hash_bytes(bytes: &[u8]) -> u64 {
    let mut h: u64 = 0xCBF2_9CE4_8422_2325 ^ (bytes.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut chunks = bytes.chunks_exact(8);
    for c in &mut chunks {
        h = mix(h ^ u64::from_le_bytes([c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7]]));
    }
    let rest = chunks.remainder();
    if !rest.is_empty() {
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        h = mix(h ^ u64::from_le_bytes(last));
    }
    if h == 0 { 1 } else { h }
}

#[inline(always)]
fn mix(x: u64) -> u64 {
    let wide = (x as u128).wrapping_mul(0xA076_1D64_78BD_642F_E703_7ED1_A0B4_28DB);
    (wide as u64) ^ ((wide >> 64) as u64)
}

/// CPython's modulus of numeric hashes: 2^61 - 1.
pub const MODULUS: u64 = (1 << 61) - 1;
const HASH_INF: i64 = 314_159;
const HASH_IMAG: u64 = 1_000_003;
/// What None, NotImplemented and Ellipsis hash to.
const HASH_NONE: u64 = 0xFCA8_6420;

/// `hash(i)`.
#[inline(always)]
pub fn hash_int(i: i64) -> u64 {
    // A hash of 64 bits stays itself; -1 means an error in CPython.
    if i == -1 { -2i64 as u64 } else { i as u64 }
}

/// `hash(i)` of a big int.
pub fn hash_big(i: &IBig) -> u64 {
    let r = i % IBig::from(MODULUS);
    let r = i64::try_from(r).unwrap_or(0);
    if r == -1 { -2i64 as u64 } else { r as u64 }
}

/// `hash(f)`; NaN hashes to 0.
pub fn hash_float(f: f64) -> u64 {
    if !f.is_finite() {
        return if f.is_nan() {
            0
        } else if f > 0.0 {
            HASH_INF as u64
        } else {
            -HASH_INF as u64
        };
    }
    if f == f.trunc() && f.abs() < 1e15 {
        return hash_int(f as i64);
    }
    let (mut m, mut e) = libm::frexp(f);
    let negative = m < 0.0;
    m = m.abs();
    let mut x: u64 = 0;
    while m != 0.0 {
        x = ((x << 28) & MODULUS) | x >> (61 - 28);
        m *= 268_435_456.0;
        e -= 28;
        let y = m as u64;
        m -= y as f64;
        x += y;
        if x >= MODULUS {
            x -= MODULUS;
        }
    }
    let e = if e >= 0 { e % 61 } else { 61 - 1 - ((-1 - e) % 61) };
    x = ((x << e) & MODULUS) | x >> (61 - e);
    let h = if negative { (x as i64).wrapping_neg() } else { x as i64 };
    (if h == -1 { -2 } else { h }) as u64
}

/// `hash(complex(re, im))`.
pub fn hash_complex(re: f64, im: f64) -> u64 {
    let h = hash_float(re).wrapping_add(HASH_IMAG.wrapping_mul(hash_float(im)));
    if h == u64::MAX { -2i64 as u64 } else { h }
}

/// Combines the hashes of a tuple's items (CPython's variant of xxHash).
pub struct TupleHash(u64, u64);

impl TupleHash {
    const P1: u64 = 11_400_714_785_074_694_791;
    const P2: u64 = 14_029_467_366_897_019_727;
    const P5: u64 = 2_870_177_450_012_600_261;

    /// The start.
    pub fn new() -> TupleHash {
        TupleHash(Self::P5, 0)
    }

    /// Adds an item.
    #[inline]
    pub fn add(&mut self, lane: u64) {
        self.0 = self.0.wrapping_add(lane.wrapping_mul(Self::P2)).rotate_left(31).wrapping_mul(Self::P1);
        self.1 += 1;
    }

    /// The hash.
    pub fn finish(&self) -> u64 {
        let h = self.0.wrapping_add(self.1 ^ (Self::P5 ^ 3_527_539));
        if h == u64::MAX { 1_546_275_796 } else { h }
    }
}

impl Default for TupleHash {
    fn default() -> TupleHash {
        TupleHash::new()
    }
}

/// `hash` of a frozenset from the hashes of its `n` keys.
pub fn hash_frozenset(hashes: impl Iterator<Item = u64>, n: usize) -> u64 {
    let shuffle = |h: u64| ((h ^ 89_869_747) ^ (h << 16)).wrapping_mul(3_644_798_167);
    let mut hash = hashes.fold(0, |acc, h| acc ^ shuffle(h));
    hash ^= (n as u64 + 1).wrapping_mul(1_927_868_237);
    hash ^= (hash >> 11) ^ (hash >> 25);
    hash = hash.wrapping_mul(69_069).wrapping_add(907_133_923);
    if hash == u64::MAX { 590_923_713 } else { hash }
}

/// Hash of an address (identity).
#[inline]
pub fn hash_address(w: Word) -> u64 {
    w.0.rotate_right(4)
}

impl Str {
    /// The string's hash, cached.
    #[inline(always)]
    pub fn hash_value(&mut self) -> u64 {
        if self.hash == 0 {
            self.hash = hash_bytes(self.bytes());
        }
        self.hash
    }
}

impl Vm {
    /// `hash(w)`.
    #[inline]
    pub fn hash(&mut self, w: Word) -> PyResult<u64> {
        if w.is_int() {
            return Ok(hash_int(w.unbox_int()));
        }
        if let Some(mut s) = w.cast::<Str>()
            && s.header().is_exact_builtin()
        {
            return Ok(s.hash_value());
        }
        self.hash_slow(w)
    }

    fn hash_slow(&mut self, w: Word) -> PyResult<u64> {
        if let Some(f) = w.as_float() {
            return Ok(hash_float(f));
        }
        if !w.is_ref() {
            return Ok(match w {
                FALSE => 0,
                TRUE => 1,
                _ => HASH_NONE + w.0 - NONE.0,
            });
        }
        let class = self.type_of(w);
        if !class.has(crate::objects::class::C_BUILTIN) {
            let f = self.lookup_class(class, self.names.hash);
            match f {
                Some(f) if is_native(f, &crate::vm::dunders::HASH) => {}
                Some(f) if !f.is_none() => return self.user_hash(f, w, class),
                _ => return Err(self.unhashable(w)),
            }
        }
        self.builtin_hash(w)
    }

    fn user_hash(&mut self, f: Word, w: Word, class: Gc<Class>) -> PyResult<u64> {
        let r = self.call_descr(f, w, class, &Args::new(&[]))?;
        match self.int_of(r) {
            Some(i) => Ok(match i.small() {
                Some(i) => hash_int(i),
                None => hash_big(&i.big()),
            }),
            None => Err(self.type_error("__hash__ method should return an integer")),
        }
    }

    #[cold]
    fn unhashable(&mut self, w: Word) -> crate::vm::Raised {
        let name = self.type_name(w);
        self.type_error(format!("unhashable type: '{name}'"))
    }

    /// The hash of a value by its layout, ignoring user overrides.
    pub fn builtin_hash(&mut self, w: Word) -> PyResult<u64> {
        match w.tag() {
            TypeTag::Str => Ok(w.cast::<Str>().map_or(0, |mut s| s.hash_value())),
            TypeTag::WideInt => Ok(w.cast::<WideInt>().map_or(0, |i| hash_int(i.value % MODULUS as i64))),
            TypeTag::BigInt => Ok(w.cast::<BigInt>().map_or(0, |b| hash_big(&b.value))),
            TypeTag::Boxed => {
                let value = w.cast::<Boxed>().map_or(NONE, |b| b.value);
                self.hash(value)
            }
            TypeTag::Complex => Ok(w.cast::<Complex>().map_or(0, |c| hash_complex(c.re, c.im))),
            TypeTag::Bytes => Ok(w.cast::<Bytes>().map_or(0, |b| hash_bytes(&b.data))),
            TypeTag::Tuple => {
                let mut h = TupleHash::new();
                if crate::vm::boot::native_stack_pointer() < self.native_stack_limit {
                    return Err(self.recursion_error());
                }
                let items = w.cast::<Tuple>().map_or(&[][..], |t| t.items());
                for &i in items {
                    h.add(self.hash(i)?);
                }
                Ok(h.finish())
            }
            TypeTag::Set => self.set_hash(w),
            TypeTag::Range => self.range_hash(w),
            TypeTag::List | TypeTag::Dict | TypeTag::ByteArray | TypeTag::Slice => Err(self.unhashable(w)),
            TypeTag::BoundMethod => match w.cast::<BoundMethod>() {
                Some(m) => Ok(hash_address(m.this) ^ self.hash(m.func)?),
                None => Ok(0),
            },
            TypeTag::DictView if w.cast::<DictView>().is_some_and(|v| v.kind != ViewKind::Values) => {
                Err(self.unhashable(w))
            }
            TypeTag::Free => self.hash(w),
            _ => {
                let class = self.type_of(w);
                let f = self.lookup_class(class, self.names.hash);
                match f {
                    Some(f) if f.is_none() => Err(self.unhashable(w)),
                    Some(f) if f.is::<Native>() && !is_native(f, &crate::vm::dunders::HASH) => {
                        self.user_hash(f, w, class)
                    }
                    _ => Ok(hash_address(w)),
                }
            }
        }
    }

    fn set_hash(&mut self, w: Word) -> PyResult<u64> {
        let Some(mut s) = w.cast::<Set>() else { return Ok(0) };
        if !s.is_frozen() {
            return Err(self.unhashable(w));
        }
        if s.hash == 0 {
            s.hash = hash_frozenset(s.entries().map(|e| e.hash), s.len());
        }
        Ok(s.hash)
    }

    fn range_hash(&mut self, w: Word) -> PyResult<u64> {
        let Some(r) = w.cast::<RangeObj>() else { return Ok(0) };
        let mut h = TupleHash::new();
        let one = r.len == Word::int(1);
        let empty = r.len == Word::int(0);
        for item in [r.len, if empty { NONE } else { r.start }, if empty || one { NONE } else { r.step }] {
            h.add(self.hash(item)?);
        }
        Ok(h.finish())
    }
}
