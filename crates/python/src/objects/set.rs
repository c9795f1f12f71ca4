//! `set` and `frozenset`: CPython's table, probe order and growth, so that iteration order of
//! ints (whose hashes are their values) is CPython's.

use super::dict::quick_eq;
use super::{F_FROZEN, Gc, Header, impl_object};
use crate::heap::note_external;
use crate::vm::{PyResult, Vm};
use crate::word::{UNDEF, Word};

/// One slot of the table: free (`key` UNDEF, hash 0), deleted (`key` UNDEF, hash !0) or in use.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct SetEntry {
    pub key: Word,
    pub hash: u64,
}

/// A `set` or (flag `F_FROZEN`) `frozenset`.
#[repr(C)]
pub struct Set {
    pub hdr: Header,
    pub(crate) table: Vec<SetEntry>,
    /// Slots in use or deleted.
    pub(crate) fill: usize,
    /// Slots in use.
    pub used: i64,
    /// Where `pop` searches next.
    pub(crate) finger: usize,
    /// Cached hash of a frozenset; 0 when not computed.
    pub hash: u64,
    /// Changes whenever a key is added or removed, or moved to another place of the table.
    pub version: u64,
}

impl_object!(Set => Set);

impl Set {
    /// An empty set (for placing into the heap).
    pub fn empty(hdr: Header) -> Set {
        Set {
            hdr,
            table: vec![SetEntry { key: UNDEF, hash: 0 }; 8],
            fill: 0,
            used: 0,
            finger: 0,
            hash: 0,
            version: 0,
        }
    }

    /// Whether this is a frozenset.
    #[inline(always)]
    pub fn is_frozen(&self) -> bool {
        self.hdr.flags & F_FROZEN != 0
    }

    /// Number of keys.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.used as usize
    }

    /// Whether there are no keys.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.used == 0
    }

    /// The keys in table order.
    pub fn iter(&self) -> impl Iterator<Item = Word> + '_ {
        self.table.iter().filter(|e| e.key != UNDEF).map(|e| e.key)
    }
}

const LINEAR_PROBES: usize = 9;
const MIN_TABLE: usize = 8;
const DUMMY: u64 = u64::MAX;
const EMPTY: SetEntry = SetEntry { key: UNDEF, hash: 0 };

impl SetEntry {
    #[inline(always)]
    fn is_free(&self) -> bool {
        self.key == UNDEF && self.hash == 0
    }
}

/// CPython's probe: runs of ten neighbours, then a jump that brings in more of the hash.
struct Probe {
    at: usize,
    left: usize,
    base: usize,
    perturb: u64,
    mask: usize,
}

impl Probe {
    #[inline(always)]
    fn new(hash: u64, mask: usize) -> Probe {
        let base = hash as usize & mask;
        Probe { at: base, left: Probe::run(base, mask), base, perturb: hash, mask }
    }

    #[inline(always)]
    fn run(base: usize, mask: usize) -> usize {
        if base + LINEAR_PROBES <= mask { LINEAR_PROBES } else { 0 }
    }

    #[inline(always)]
    fn step(&mut self) {
        if self.left > 0 {
            self.left -= 1;
            self.at += 1;
            return;
        }
        self.perturb >>= 5;
        self.base = self.base.wrapping_mul(5).wrapping_add(1).wrapping_add(self.perturb as usize) & self.mask;
        self.at = self.base;
        self.left = Probe::run(self.base, self.mask);
    }
}

impl Set {
    /// Number of table slots.
    #[inline(always)]
    pub fn slots(&self) -> usize {
        self.table.len()
    }

    /// The key in table slot `i`.
    #[inline(always)]
    pub fn slot(&self, i: usize) -> Option<Word> {
        self.table.get(i).and_then(|e| e.key.defined())
    }

    /// Keys with their hashes, in table order.
    pub fn entries(&self) -> impl Iterator<Item = SetEntry> + '_ {
        self.table.iter().filter(|e| e.key != UNDEF).copied()
    }

    fn insert_clean(&mut self, key: Word, hash: u64) {
        let mut p = Probe::new(hash, self.table.len() - 1);
        while self.table[p.at].key != UNDEF {
            p.step();
        }
        self.table[p.at] = SetEntry { key, hash };
    }

    /// Rebuilds with the smallest table larger than `min_used`.
    fn resize(&mut self, min_used: usize) {
        let mut size = MIN_TABLE;
        while size <= min_used {
            size *= 2;
        }
        note_external(size * size_of::<SetEntry>());
        let old = std::mem::replace(&mut self.table, vec![EMPTY; size]);
        self.fill = self.used as usize;
        self.version += 1;
        for e in old.iter().filter(|e| e.key != UNDEF) {
            self.insert_clean(e.key, e.hash);
        }
    }

    /// Removes everything.
    pub fn clear(&mut self) {
        self.table = vec![EMPTY; MIN_TABLE];
        self.fill = 0;
        self.used = 0;
        self.hash = 0;
        self.version += 1;
    }

    /// Removes the entry in table slot `i`.
    fn remove_slot(&mut self, i: usize) {
        self.table[i] = SetEntry { key: UNDEF, hash: DUMMY };
        self.used -= 1;
        self.version += 1;
    }

    /// Removes and returns a key.
    pub fn pop(&mut self) -> Option<Word> {
        if self.used == 0 {
            return None;
        }
        let mask = self.table.len() - 1;
        let mut i = self.finger & mask;
        while self.table[i].key == UNDEF {
            i = (i + 1) & mask;
        }
        let key = self.table[i].key;
        self.remove_slot(i);
        self.finger = i + 1;
        Some(key)
    }

    /// Exchanges the keys of two sets, tables and all.
    pub fn swap(&mut self, other: &mut Set) {
        std::mem::swap(&mut self.table, &mut other.table);
        std::mem::swap(&mut self.fill, &mut other.fill);
        std::mem::swap(&mut self.used, &mut other.used);
        (self.hash, other.hash) = (0, 0);
        self.version += 1;
        other.version += 1;
    }

    /// Makes this (empty) set a copy of another.
    pub fn copy_from(&mut self, other: &Set) {
        self.merge_into_empty(other);
    }

    fn merge_into_empty(&mut self, other: &Set) {
        if (other.used as usize) * 5 >= (self.table.len() - 1) * 3 {
            self.resize(other.used as usize * 2);
        }
        if self.table.len() == other.table.len() && other.fill == other.used as usize {
            self.table.copy_from_slice(&other.table);
        } else {
            for e in other.entries() {
                self.insert_clean(e.key, e.hash);
            }
        }
        self.fill = other.used as usize;
        self.used = other.used;
        self.version += 1;
    }
}

impl Vm {
    /// The table slot of `key`.
    fn set_find(&mut self, s: Gc<Set>, key: Word, hash: u64) -> PyResult<Option<usize>> {
        'again: loop {
            let mut p = Probe::new(hash, s.table.len() - 1);
            loop {
                let e = s.table[p.at];
                if e.is_free() {
                    return Ok(None);
                }
                if e.hash == hash && e.key != UNDEF {
                    if e.key == key {
                        return Ok(Some(p.at));
                    }
                    match quick_eq(e.key, key) {
                        Some(true) => return Ok(Some(p.at)),
                        Some(false) => {}
                        None => {
                            let version = s.version;
                            let same = self.eq(e.key, key)?;
                            if s.version != version {
                                continue 'again;
                            }
                            if same {
                                return Ok(Some(p.at));
                            }
                        }
                    }
                }
                p.step();
            }
        }
    }

    /// Adds `key`; says whether it is new.
    pub fn set_add(&mut self, s: Gc<Set>, key: Word) -> PyResult<bool> {
        let hash = self.hash(key)?;
        self.set_add_hashed(s, key, hash)
    }

    /// Adds `key` whose hash is known; says whether it is new.
    pub fn set_add_hashed(&mut self, mut s: Gc<Set>, key: Word, hash: u64) -> PyResult<bool> {
        if self.set_find(s, key, hash)?.is_some() {
            return Ok(false);
        }
        let mask = s.table.len() - 1;
        let mut p = Probe::new(hash, mask);
        // The last deleted slot on the way is used again.
        let mut deleted = None;
        while !s.table[p.at].is_free() {
            if s.table[p.at].key == UNDEF {
                deleted = Some(p.at);
            }
            p.step();
        }
        s.used += 1;
        s.version += 1;
        if let Some(at) = deleted {
            s.table[at] = SetEntry { key, hash };
            return Ok(true);
        }
        s.table[p.at] = SetEntry { key, hash };
        s.fill += 1;
        if s.fill * 5 >= mask * 3 {
            let used = s.used as usize;
            s.resize(if used > 50_000 { used * 2 } else { used * 4 });
        }
        Ok(true)
    }

    /// Whether `key` is in the set.
    pub fn set_contains(&mut self, s: Gc<Set>, key: Word) -> PyResult<bool> {
        let hash = self.hash(key)?;
        Ok(self.set_find(s, key, hash)?.is_some())
    }

    /// Whether `key` (hash known) is in the set.
    pub fn set_contains_hashed(&mut self, s: Gc<Set>, key: Word, hash: u64) -> PyResult<bool> {
        Ok(self.set_find(s, key, hash)?.is_some())
    }

    /// Removes `key`; says whether it was there.
    pub fn set_discard(&mut self, s: Gc<Set>, key: Word) -> PyResult<bool> {
        let hash = self.hash(key)?;
        self.set_discard_hashed(s, key, hash)
    }

    /// Removes `key` whose hash is known; says whether it was there.
    pub fn set_discard_hashed(&mut self, mut s: Gc<Set>, key: Word, hash: u64) -> PyResult<bool> {
        let found = self.set_find(s, key, hash)?;
        if let Some(i) = found {
            s.remove_slot(i);
        }
        Ok(found.is_some())
    }

    /// Adds every key of `other` in CPython's way (`set.update`, `|=`, `set(other)`).
    pub fn set_merge(&mut self, mut s: Gc<Set>, other: Gc<Set>) -> PyResult<()> {
        if s == other || other.used == 0 {
            return Ok(());
        }
        if s.fill == 0 {
            s.merge_into_empty(&other);
            return Ok(());
        }
        self.set_reserve(s, other.used as usize);
        let entries: Vec<SetEntry> = other.entries().collect();
        for e in entries {
            self.set_add_hashed(s, e.key, e.hash)?;
        }
        Ok(())
    }

    /// Grows the table before adding `extra` keys at once, as CPython's update does.
    pub fn set_reserve(&mut self, mut s: Gc<Set>, extra: usize) {
        if (s.fill + extra) * 5 >= (s.table.len() - 1) * 3 {
            let want = (s.used as usize + extra) * 2;
            s.resize(want);
        }
    }
}
