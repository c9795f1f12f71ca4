//! `dict`: entries in insertion order and an index of their places.
//!
//! Up to eight entries are searched in order without an index. Keys are compared by identity,
//! then (strings, ints) natively; only other keys call back into Python, and such a search
//! starts again when the callback changed the dict.

use super::{Gc, Header, Name, Str, Tuple, TypeTag, impl_object};
use crate::heap::note_external;
use crate::vm::{PyResult, Vm};
use crate::word::{UNDEF, Word};

/// One entry; `key` is UNDEF when deleted.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Entry {
    pub hash: u64,
    pub key: Word,
    pub value: Word,
}

/// A `dict`.
#[repr(C)]
pub struct Dict {
    pub hdr: Header,
    pub(crate) entries: Vec<Entry>,
    /// Open-addressing table of entry numbers; empty for small dicts.
    pub(crate) index: Vec<u32>,
    /// Index cells in use or deleted.
    filled: usize,
    /// Every entry before this one is deleted.
    pub(crate) head: usize,
    /// Number of live entries.
    pub used: i64,
    /// Changes whenever a key is added or removed.
    pub version: u64,
    /// Attribute dict of an instance of a subclass, or UNDEF.
    pub attrs: Word,
    /// The value factory of a `defaultdict`, or UNDEF.
    pub factory: Word,
}

/// Which part of the entries a view shows.
#[repr(u8)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ViewKind {
    Keys,
    Values,
    Items,
}

/// `d.keys()`, `d.values()`, `d.items()`.
#[repr(C)]
pub struct DictView {
    pub hdr: Header,
    pub dict: Word,
    pub kind: ViewKind,
}

impl_object!(Dict => Dict, DictView => DictView);

/// Byte offset of [`Dict::used`].
pub const DICT_USED: usize = core::mem::offset_of!(Dict, used);
/// Byte offset of [`Dict::version`].
pub const DICT_VERSION: usize = core::mem::offset_of!(Dict, version);

impl Dict {
    /// An empty dict (for placing into the heap).
    pub fn empty(hdr: Header) -> Dict {
        Dict {
            hdr,
            entries: Vec::new(),
            index: Vec::new(),
            filled: 0,
            head: 0,
            used: 0,
            version: 0,
            attrs: UNDEF,
            factory: UNDEF,
        }
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

    /// Keys and values in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Word, Word)> + '_ {
        self.entries[self.head..].iter().filter(|e| e.key != UNDEF).map(|e| (e.key, e.value))
    }
}

/// Entries up to which a dict has no index.
const SMALL: usize = 8;
const FREE: u32 = u32::MAX;
const DELETED: u32 = u32::MAX - 1;
/// Most entries a dict may hold.
pub const MAX_ENTRIES: usize = 1 << 31;

/// Probes an index as CPython does: all bits of the hash come in.
struct Probe {
    at: usize,
    mask: usize,
    perturb: u64,
}

impl Probe {
    #[inline(always)]
    fn new(hash: u64, table: usize) -> Probe {
        let mask = table - 1;
        // The identity hash of ints spreads well; strings are mixed already.
        Probe { at: hash as usize & mask, mask, perturb: hash }
    }

    #[inline(always)]
    fn step(&mut self) {
        self.perturb >>= 5;
        self.at = (self.at * 5 + 1 + self.perturb as usize) & self.mask;
    }
}

impl Dict {
    /// The entry of an interned name (no callbacks).
    pub fn find_name(&self, name: Name) -> Option<usize> {
        let (hash, key) = (name.hash, name.word());
        let same = |e: &Entry| {
            e.key == key || e.hash == hash && e.key.cast::<Str>().is_some_and(|s| s.bytes() == name.bytes())
        };
        if self.index.is_empty() {
            return self.entries.iter().position(same);
        }
        let mut p = Probe::new(hash, self.index.len());
        loop {
            match self.index[p.at] {
                FREE => return None,
                DELETED => {}
                i if same(&self.entries[i as usize]) => return Some(i as usize),
                _ => {}
            }
            p.step();
        }
    }

    /// The value of an interned name.
    #[inline]
    pub fn get_name(&self, name: Name) -> Option<Word> {
        self.find_name(name).map(|i| self.entries[i].value)
    }

    /// The value of a string key, if present.
    pub fn get_str(&self, vm: &Vm, key: &str) -> Option<Word> {
        match vm.find_interned(key) {
            Some(name) => self.get_name(name),
            None => self.iter().find(|(k, _)| k.as_str() == Some(key)).map(|(_, v)| v),
        }
    }

    /// The entry at place `i` of the order (`None`: deleted); `i < slots()`.
    #[inline(always)]
    pub fn entry(&self, i: usize) -> Option<&Entry> {
        self.entries.get(i).filter(|e| e.key != UNDEF)
    }

    /// Number of places, deleted ones included.
    #[inline(always)]
    pub fn slots(&self) -> usize {
        self.entries.len()
    }

    /// Sets the value of entry `i`.
    #[inline(always)]
    pub fn set_value(&mut self, i: usize, value: Word) {
        self.entries[i].value = value;
    }

    /// The last live entry.
    pub fn last(&self) -> Option<usize> {
        self.entries.iter().rposition(|e| e.key != UNDEF)
    }

    /// The first live entry.
    pub fn first(&self) -> Option<usize> {
        (self.used > 0).then_some(self.head)
    }

    /// Appends a key known to be absent.
    pub fn push_new(&mut self, hash: u64, key: Word, value: Word) {
        if self.entries.len() == self.entries.capacity() && self.used * 4 < self.entries.len() as i64 * 3 {
            self.compact();
        }
        let (at, room) = (self.entries.len() as u32, self.entries.capacity());
        self.entries.push(Entry { hash, key, value });
        if self.entries.capacity() > room {
            note_external((self.entries.capacity() - room) * size_of::<Entry>());
        }
        self.used += 1;
        self.version += 1;
        if self.index.is_empty() {
            if self.entries.len() > SMALL {
                self.rebuild_index();
            }
        } else if (self.filled + 1) * 3 > self.index.len() * 2 {
            self.rebuild_index();
        } else {
            self.index_insert(hash, at);
        }
    }

    fn index_insert(&mut self, hash: u64, at: u32) {
        let mut p = Probe::new(hash, self.index.len());
        while self.index[p.at] < DELETED {
            p.step();
        }
        self.filled += usize::from(self.index[p.at] == FREE);
        self.index[p.at] = at;
    }

    /// Drops deleted entries.
    fn compact(&mut self) {
        self.entries.retain(|e| e.key != UNDEF);
        self.head = 0;
        if !self.index.is_empty() {
            self.rebuild_index();
        }
    }

    fn rebuild_index(&mut self) {
        if (self.used as usize) < self.entries.len() / 2 {
            self.entries.retain(|e| e.key != UNDEF);
            self.head = 0;
        }
        let size = (self.entries.len() * 2 + 1).next_power_of_two().max(16);
        note_external(size * 4);
        self.index.clear();
        self.index.resize(size, FREE);
        self.filled = 0;
        for i in 0..self.entries.len() {
            if self.entries[i].key != UNDEF {
                self.index_insert(self.entries[i].hash, i as u32);
            }
        }
    }

    /// Removes entry `i`; returns its value.
    pub fn remove_entry(&mut self, i: usize) -> Word {
        let hash = self.entries[i].hash;
        if !self.index.is_empty() {
            let mut p = Probe::new(hash, self.index.len());
            while self.index[p.at] != i as u32 {
                p.step();
            }
            self.index[p.at] = DELETED;
        }
        let value = self.entries[i].value;
        self.entries[i].key = UNDEF;
        self.entries[i].value = UNDEF;
        self.used -= 1;
        self.version += 1;
        if self.used == 0 {
            self.entries.clear();
            self.index.clear();
            self.head = 0;
        } else if i == self.head {
            while self.entries[self.head].key == UNDEF {
                self.head += 1;
            }
        } else if i + 1 == self.entries.len() {
            // The index keeps no place for it, so popping from the end stays cheap.
            while self.entries.last().is_some_and(|e| e.key == UNDEF) {
                self.entries.pop();
            }
        }
        value
    }

    /// Removes everything.
    pub fn clear(&mut self) {
        self.entries = Vec::new();
        self.index = Vec::new();
        self.head = 0;
        self.used = 0;
        self.version += 1;
    }

    /// Copies the entries of another dict into this empty one.
    pub fn copy_from(&mut self, other: &Dict) {
        self.entries = other.entries.iter().filter(|e| e.key != UNDEF).copied().collect();
        note_external(self.entries.len() * size_of::<Entry>());
        self.used = self.entries.len() as i64;
        self.version += 1;
        self.head = 0;
        self.index = Vec::new();
        if self.entries.len() > SMALL {
            self.rebuild_index();
        }
    }
}

impl Vm {
    /// The entry of `key`.
    pub fn dict_find(&mut self, d: Gc<Dict>, key: Word, hash: u64) -> PyResult<Option<usize>> {
        'again: loop {
            if d.index.is_empty() {
                for i in 0..d.entries.len() {
                    match self.same_key(d, i, key, hash)? {
                        Some(true) => return Ok(Some(i)),
                        Some(false) => {}
                        None => continue 'again,
                    }
                }
                return Ok(None);
            }
            let mut p = Probe::new(hash, d.index.len());
            loop {
                match d.index[p.at] {
                    FREE => return Ok(None),
                    DELETED => {}
                    i => match self.same_key(d, i as usize, key, hash)? {
                        Some(true) => return Ok(Some(i as usize)),
                        Some(false) => {}
                        None => continue 'again,
                    },
                }
                p.step();
            }
        }
    }

    /// Whether entry `i` has the key; `None` when the comparison changed the dict.
    #[inline(always)]
    fn same_key(&mut self, d: Gc<Dict>, i: usize, key: Word, hash: u64) -> PyResult<Option<bool>> {
        let e = &d.entries[i];
        if e.hash != hash || e.key == UNDEF {
            return Ok(Some(false));
        }
        if e.key == key {
            return Ok(Some(true));
        }
        if let Some(same) = quick_eq(e.key, key) {
            return Ok(Some(same));
        }
        let (version, held) = (d.version, e.key);
        let same = self.eq(held, key)?;
        let unchanged = d.version == version;
        Ok(unchanged.then_some(same))
    }

    /// The value of `key`.
    pub fn dict_get(&mut self, d: Gc<Dict>, key: Word) -> PyResult<Option<Word>> {
        let hash = self.hash(key)?;
        Ok(self.dict_find(d, key, hash)?.map(|i| d.entries[i].value))
    }

    /// Sets the value of `key`.
    pub fn dict_set(&mut self, d: Gc<Dict>, key: Word, value: Word) -> PyResult<()> {
        let hash = self.hash(key)?;
        self.dict_set_hashed(d, key, hash, value)
    }

    /// Sets the value of `key` whose hash is known.
    pub fn dict_set_hashed(&mut self, mut d: Gc<Dict>, key: Word, hash: u64, value: Word) -> PyResult<()> {
        match self.dict_find(d, key, hash)? {
            Some(i) => d.entries[i].value = value,
            None => {
                if d.entries.len() >= MAX_ENTRIES {
                    return Err(self.memory_error());
                }
                d.push_new(hash, key, value);
            }
        }
        Ok(())
    }

    /// Sets the value of an interned name (no callbacks).
    pub fn dict_set_name(&mut self, mut d: Gc<Dict>, name: Name, value: Word) {
        match d.find_name(name) {
            Some(i) => d.entries[i].value = value,
            None => d.push_new(name.hash, name.word(), value),
        }
    }

    /// Sets the value of a string key.
    pub fn dict_set_str(&mut self, d: Gc<Dict>, key: &str, value: Word) {
        let name = self.intern(key);
        self.dict_set_name(d, name, value);
    }

    /// Removes `key`; returns its value.
    pub fn dict_del(&mut self, mut d: Gc<Dict>, key: Word) -> PyResult<Option<Word>> {
        let hash = self.hash(key)?;
        Ok(self.dict_find(d, key, hash)?.map(|i| d.remove_entry(i)))
    }

    /// Adds (or overwrites with) the entries of another dict.
    pub fn dict_update(&mut self, mut d: Gc<Dict>, other: Gc<Dict>) -> PyResult<()> {
        if d.is_empty() {
            d.copy_from(&other);
            return Ok(());
        }
        let mut i = 0;
        while i < other.entries.len() {
            let e = other.entries[i];
            if e.key != UNDEF {
                self.dict_set_hashed(d, e.key, e.hash, e.value)?;
            }
            i += 1;
        }
        Ok(())
    }
}

/// Equality of keys as far as native code can tell; `None`: ask Python. Identical keys are equal.
#[inline]
pub(crate) fn quick_eq(a: Word, b: Word) -> Option<bool> {
    if a == b {
        return Some(true);
    }
    match (a.is_ref(), b.is_ref()) {
        (true, true) => quick_eq_refs(a, b, QUICK_DEPTH),
        (false, false) => Some(match (number(a), number(b)) {
            (Some(x), Some(y)) => x == y,
            _ => false,
        }),
        (true, false) => quick_eq_mixed(a),
        (false, true) => quick_eq_mixed(b),
    }
}

fn number(w: Word) -> Option<f64> {
    w.as_float().or_else(|| w.as_index().map(|i| i as f64))
}

/// An object against an immediate value.
fn quick_eq_mixed(a: Word) -> Option<bool> {
    match a.tag() {
        TypeTag::Str | TypeTag::Tuple | TypeTag::Bytes if a.header()?.is_exact_builtin() => Some(false),
        _ => None,
    }
}

/// Levels of nested tuples compared natively.
const QUICK_DEPTH: usize = 8;

fn quick_eq_refs(a: Word, b: Word, depth: usize) -> Option<bool> {
    let (ha, hb) = (a.header()?, b.header()?);
    if ha.tag == TypeTag::Str as u32 && hb.tag == TypeTag::Str as u32 {
        if !(ha.is_exact_builtin() && hb.is_exact_builtin()) {
            return None;
        }
        let (x, y) = (a.cast::<Str>()?, b.cast::<Str>()?);
        return Some(x.len == y.len && x.bytes() == y.bytes());
    }
    if ha.tag == TypeTag::Tuple as u32 && hb.tag == TypeTag::Tuple as u32 {
        if !(ha.is_exact_builtin() && hb.is_exact_builtin()) {
            return None;
        }
        let (x, y) = (a.cast::<Tuple>()?, b.cast::<Tuple>()?);
        if x.len != y.len {
            return Some(false);
        }
        for (&i, &j) in x.items().iter().zip(y.items()) {
            let same = match i.is_ref() && j.is_ref() && i != j {
                true if depth == 0 => None,
                true => quick_eq_refs(i, j, depth - 1),
                false => quick_eq(i, j),
            };
            match same {
                Some(true) => {}
                other => return other,
            }
        }
        return Some(true);
    }
    None
}
