//! What memory is known to hold: loads and stores seen so far, by place.
//!
//! A store forgets what it may have overwritten: accesses of different alias classes never overlap, immutable
//! places never change, and within one class two places of the same base are told apart by their byte ranges
//! when both are constant. An object made in this trace differs from every value that is older than it.

use uplift_uop::{HostSpec, Val};

/// A place within an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// Field, by id.
    Field(u16),
    /// Element, by id, at a constant index.
    Item(u16, i64),
    /// Element, by id, at an index in a value.
    Indexed(u16, Val),
}

/// What a place is, apart from its base.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlaceInfo {
    pub class: u8,
    pub immutable: bool,
    /// Offset from the base and size in bytes, if constant.
    pub range: Option<(i64, i64)>,
}

impl Place {
    /// Looks a place up in the host's declarations.
    pub fn info(self, spec: &HostSpec) -> Option<PlaceInfo> {
        Some(match self {
            Place::Field(id) => {
                let field = spec.fields.get(usize::from(id))?;
                PlaceInfo {
                    class: field.class,
                    immutable: field.immutable,
                    range: Some((i64::from(field.offset), i64::from(field.width.bytes()))),
                }
            }
            Place::Item(id, index) => {
                let elem = spec.elems.get(usize::from(id))?;
                let size = i64::from(elem.width.bytes());
                let offset = index.checked_mul(size)?.checked_add(i64::from(elem.offset))?;
                PlaceInfo { class: elem.class, immutable: elem.immutable, range: Some((offset, size)) }
            }
            Place::Indexed(id, _) => {
                let elem = spec.elems.get(usize::from(id))?;
                PlaceInfo { class: elem.class, immutable: elem.immutable, range: None }
            }
        })
    }
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    base: Val,
    place: Place,
    range: Option<(i64, i64)>,
    value: Val,
}

/// Result of a call that only reads, reusable while nothing it reads is written.
#[derive(Clone, Debug)]
struct CallEntry {
    callee: u64,
    args: Vec<Val>,
    reads: u64,
    value: Val,
}

/// Known memory contents. Values in here may have been sharpened since: the caller resolves them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heap {
    mutable: Vec<Vec<Entry>>,
    immutable: Vec<Entry>,
    calls: Vec<CallEntry>,
}

/// Whether two bases are known to be different objects.
pub(crate) type Differ<'a> = &'a dyn Fn(Val, Val) -> bool;

fn disjoint(a: Option<(i64, i64)>, b: Option<(i64, i64)>) -> bool {
    match (a, b) {
        (Some((a, a_size)), Some((b, b_size))) => {
            a.saturating_add(a_size) <= b || b.saturating_add(b_size) <= a
        }
        _ => false,
    }
}

impl Heap {
    fn list(&self, info: &PlaceInfo) -> &[Entry] {
        if info.immutable {
            &self.immutable
        } else {
            self.mutable.get(usize::from(info.class)).map_or(&[], |list| list)
        }
    }

    /// What `place` of `base` holds; `resolve` gives the sharpest name of a value.
    pub fn find(
        &self,
        base: Val,
        place: Place,
        info: &PlaceInfo,
        resolve: impl Fn(Val) -> Val,
    ) -> Option<Val> {
        let same_place = |other: Place| match (place, other) {
            (Place::Indexed(id, i), Place::Indexed(other, j)) => id == other && i == resolve(j),
            _ => place == other,
        };
        let entry = self.list(info).iter().rev();
        let mut found = entry.filter(|e| same_place(e.place) && resolve(e.base) == base);
        found.next().map(|e| e.value)
    }

    /// Everything known: base, place and content, newest first within a class.
    pub fn iter(&self) -> impl Iterator<Item = (Val, Place, Val)> + '_ {
        let lists = self.mutable.iter().chain(std::iter::once(&self.immutable));
        lists.flat_map(|list| list.iter().rev().map(|e| (e.base, e.place, e.value)))
    }

    /// Remembers what `place` of `base` holds, without forgetting anything.
    pub fn learn(&mut self, base: Val, place: Place, info: &PlaceInfo, value: Val) {
        let entry = Entry { base, place, range: info.range, value };
        if info.immutable {
            self.immutable.push(entry);
            return;
        }
        let class = usize::from(info.class);
        if self.mutable.len() <= class {
            self.mutable.resize_with(class + 1, Vec::new);
        }
        self.mutable[class].push(entry);
    }

    /// Forgets what a store to `place` of `base` may overwrite.
    pub fn store(&mut self, base: Val, info: &PlaceInfo, resolve: impl Fn(Val) -> Val, differ: Differ<'_>) {
        self.forget_calls(1 << (info.class & 63));
        if info.immutable {
            return;
        }
        if let Some(list) = self.mutable.get_mut(usize::from(info.class)) {
            list.retain(|e| {
                let other = resolve(e.base);
                if other == base { disjoint(e.range, info.range) } else { differ(other, base) }
            });
        }
    }

    /// Forgets every mutable place of these alias classes.
    pub fn clobber(&mut self, classes: u64) {
        for (class, list) in self.mutable.iter_mut().enumerate() {
            if classes >> class & 1 != 0 {
                list.clear();
            }
        }
        self.forget_calls(classes);
    }

    fn forget_calls(&mut self, classes: u64) {
        self.calls.retain(|call| call.reads & classes == 0);
    }

    /// The result of an earlier, equal call.
    pub fn find_call(&self, callee: u64, args: &[Val], resolve: impl Fn(Val) -> Val) -> Option<Val> {
        let same = |call: &&CallEntry| {
            call.callee == callee
                && call.args.len() == args.len()
                && call.args.iter().zip(args).all(|(a, b)| resolve(*a) == *b)
        };
        self.calls.iter().rev().find(same).map(|call| call.value)
    }

    /// Remembers the result of a call that reads the alias classes `reads` and has no effect.
    pub fn learn_call(&mut self, callee: u64, args: &[Val], reads: u64, value: Val) {
        self.calls.push(CallEntry { callee, args: args.to_vec(), reads, value });
    }
}
