//! Iterators that share a source: `tee`, `groupby` and its groups.

use std::cell::RefCell;
use std::rc::Rc;

use super::{mark, object};
use crate::builtins::args::{self, given};
use crate::heap::Marker;
use crate::objects::{Args, Class, Gc, NativeIter};
use crate::vm::{PyResult, Vm};
use crate::word::{UNDEF, Word};

/// A link of the items that some branch of a `tee` has yet to see.
struct Link {
    item: Word,
    next: Next,
}

type Next = Rc<RefCell<Option<Rc<Link>>>>;

/// A branch: the source, and the place after the last item it gave out.
struct Branch {
    source: Word,
    place: Next,
}

impl NativeIter for Branch {
    fn next(&mut self, vm: &mut Vm) -> PyResult<Option<Word>> {
        let seen = self.place.borrow().clone();
        let link = match seen {
            Some(link) => link,
            None => {
                let Some(item) = vm.iter_next(self.source)? else { return Ok(None) };
                let link = Rc::new(Link { item, next: Next::default() });
                *self.place.borrow_mut() = Some(link.clone());
                link
            }
        };
        self.place = link.next.clone();
        Ok(Some(link.item))
    }

    fn trace(&self, marker: &mut Marker) {
        marker.word(self.source);
        let mut place = self.place.clone();
        loop {
            let link = place.borrow().clone();
            let Some(link) = link else { return };
            marker.word(link.item);
            place = link.next.clone();
        }
    }
}

impl Drop for Branch {
    fn drop(&mut self) {
        // Long chains are taken apart link by link, not by recursion.
        let mut place = std::mem::take(&mut self.place);
        while let Some(cell) = Rc::into_inner(place) {
            let Some(link) = cell.into_inner().and_then(Rc::into_inner) else { return };
            place = link.next;
        }
    }
}

pub(super) fn tee(vm: &mut Vm, a: &Args) -> PyResult {
    let count = args::index_or(vm, a.or(1, UNDEF), 2)?;
    if count < 0 {
        return Err(vm.value_error("n must be >= 0"));
    }
    vm.room_for(count as usize, size_of::<Branch>())?;
    let source = vm.iter(a[0])?;
    let place = Next::default();
    let mut branches = Vec::with_capacity(count as usize);
    for _ in 0..count {
        branches.push(vm.new_native_iter(Box::new(Branch { source, place: place.clone() })));
    }
    Ok(vm.new_tuple(&branches))
}

/// What `groupby` and its current group share.
struct Groups {
    source: Word,
    key: Word,
    /// The item read last, and its key; UNDEF before the first.
    item: Word,
    item_key: Word,
    /// Key of the group given out last.
    group_key: Word,
    /// Counts groups: older ones are exhausted.
    group: u64,
}

type SharedGroups = Rc<RefCell<Groups>>;

/// Reads the next item and its key; false at the end.
fn advance(vm: &mut Vm, groups: &SharedGroups) -> PyResult<bool> {
    let (source, key) = {
        let g = groups.borrow();
        (g.source, g.key)
    };
    let Some(item) = vm.iter_next(source)? else { return Ok(false) };
    let item_key = if key == UNDEF { item } else { vm.call(key, &[item])? };
    let mut g = groups.borrow_mut();
    g.item = item;
    g.item_key = item_key;
    Ok(true)
}

/// Whether the item read last belongs to the current group.
fn in_group(vm: &mut Vm, groups: &SharedGroups) -> PyResult<bool> {
    let (item_key, group_key) = {
        let g = groups.borrow();
        (g.item_key, g.group_key)
    };
    Ok(item_key == group_key || vm.eq(group_key, item_key)?)
}

struct GroupBy(SharedGroups);

impl NativeIter for GroupBy {
    fn next(&mut self, vm: &mut Vm) -> PyResult<Option<Word>> {
        self.0.borrow_mut().group += 1;
        loop {
            let first = self.0.borrow().item_key == UNDEF;
            let started = self.0.borrow().group_key != UNDEF;
            if !first && (!started || !in_group(vm, &self.0)?) {
                break;
            }
            if !advance(vm, &self.0)? {
                return Ok(None);
            }
        }
        let (key, number) = {
            let mut g = self.0.borrow_mut();
            g.group_key = g.item_key;
            (g.item_key, g.group)
        };
        let group = vm.new_native_iter(Box::new(Group { groups: self.0.clone(), number }));
        Ok(Some(vm.new_tuple(&[key, group])))
    }

    fn trace(&self, marker: &mut Marker) {
        trace_groups(&self.0, marker);
    }
}

fn trace_groups(groups: &SharedGroups, marker: &mut Marker) {
    let g = groups.borrow();
    mark(marker, &[g.source, g.key, g.item, g.item_key, g.group_key]);
}

struct Group {
    groups: SharedGroups,
    number: u64,
}

impl NativeIter for Group {
    fn next(&mut self, vm: &mut Vm) -> PyResult<Option<Word>> {
        if self.groups.borrow().group != self.number {
            return Ok(None);
        }
        if self.groups.borrow().item == UNDEF && !advance(vm, &self.groups)? {
            return Ok(None);
        }
        if !in_group(vm, &self.groups)? {
            return Ok(None);
        }
        // The item is gone; its key stays, to tell where the group ends.
        let item = std::mem::replace(&mut self.groups.borrow_mut().item, UNDEF);
        Ok(Some(item))
    }

    fn trace(&self, marker: &mut Marker) {
        trace_groups(&self.groups, marker);
    }
}

pub(super) fn groupby(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    let [source, key] = args::bind(vm, a, "groupby", ["iterable", "key"], 1, 2)?;
    let source = vm.iter(source)?;
    let key = given(key).unwrap_or(UNDEF);
    let groups = Groups { source, key, item: UNDEF, item_key: UNDEF, group_key: UNDEF, group: 0 };
    object(vm, class, GroupBy(Rc::new(RefCell::new(groups))))
}
