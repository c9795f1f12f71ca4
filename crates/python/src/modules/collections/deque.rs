//! `deque`.

use std::collections::VecDeque;

use crate::builtins::args::{self, DONE, given};
use crate::heap::Marker;
use crate::objects::iter::NativeIter;
use crate::objects::misc::{NativePayload, Payload};
use crate::objects::{Args, Class, Gc, MethodDef};
use crate::vm::ops::CmpOp;
use crate::vm::{Exc, PyResult, Raised, Vm};
use crate::word::{NONE, NOTIMPL, UNDEF, Word};

struct Deque {
    items: VecDeque<Word>,
    limit: Option<usize>,
    /// Changes with every change of the items: iterators check it.
    version: u64,
}

impl NativePayload for Deque {
    fn trace(&self, marker: &mut Marker) {
        let (front, back) = self.items.as_slices();
        marker.words(front);
        marker.words(back);
    }

    fn external_bytes(&self) -> usize {
        self.items.capacity() * 8
    }
}

static METHODS: &[MethodDef] = &[
    MethodDef::kw("__init__", init, 0, 2),
    MethodDef::new("append", append, 1, 1),
    MethodDef::new("appendleft", appendleft, 1, 1),
    MethodDef::new("pop", pop, 0, 0),
    MethodDef::new("popleft", popleft, 0, 0),
    MethodDef::new("extend", extend, 1, 1),
    MethodDef::new("extendleft", extendleft, 1, 1),
    MethodDef::new("rotate", rotate, 0, 1),
    MethodDef::new("clear", clear, 0, 0),
    MethodDef::new("copy", copy, 0, 0),
    MethodDef::new("__copy__", copy, 0, 0),
    MethodDef::new("count", count, 1, 1),
    MethodDef::new("index", index, 1, 3),
    MethodDef::new("insert", insert, 2, 2),
    MethodDef::new("remove", remove, 1, 1),
    MethodDef::new("reverse", reverse, 0, 0),
    MethodDef::new("__len__", len, 0, 0),
    MethodDef::new("__bool__", truth, 0, 0),
    MethodDef::new("__getitem__", getitem, 1, 1),
    MethodDef::new("__setitem__", setitem, 2, 2),
    MethodDef::new("__delitem__", delitem, 1, 1),
    MethodDef::new("__contains__", contains, 1, 1),
    MethodDef::new("__iter__", iter, 0, 0),
    MethodDef::new("__reversed__", reversed, 0, 0),
    MethodDef::new("__repr__", repr, 0, 0),
    MethodDef::new("__add__", add, 1, 1),
    MethodDef::new("__iadd__", iadd, 1, 1),
    MethodDef::new("__mul__", mul, 1, 1),
    MethodDef::new("__rmul__", mul, 1, 1),
    MethodDef::new("__imul__", imul, 1, 1),
    MethodDef::new("__eq__", eq, 1, 1),
    MethodDef::new("__ne__", ne, 1, 1),
    MethodDef::new("__lt__", lt, 1, 1),
    MethodDef::new("__le__", le, 1, 1),
    MethodDef::new("__gt__", gt, 1, 1),
    MethodDef::new("__ge__", ge, 1, 1),
];

pub(super) fn class(vm: &mut Vm) -> Gc<Class> {
    let class = crate::modules::new_type(vm, "deque", "collections");
    vm.add_methods(class, METHODS);
    vm.set_class_attr(class, "__hash__", NONE);
    vm.add_getsets(
        class,
        &[("maxlen", |vm, w| Ok(this(vm, w)?.limit.map_or(NONE, |n| Word::int(n as i64))), None)],
    );
    vm.set_constructor(class, construct, true);
    class
}

#[inline]
fn this(vm: &mut Vm, w: Word) -> PyResult<Payload<Deque>> {
    match w.payload::<Deque>() {
        Some(deque) => Ok(deque),
        None => Err(args::wrong_type(
            vm,
            w,
            "descriptor requires a 'collections.deque' object but received a '{}'",
        )),
    }
}

fn construct(vm: &mut Vm, class: Gc<Class>, _: &Args) -> PyResult {
    Ok(new(vm, class, VecDeque::new(), None))
}

fn new(vm: &mut Vm, class: Gc<Class>, items: VecDeque<Word>, limit: Option<usize>) -> Word {
    vm.new_native_object(class, Box::new(Deque { items, limit, version: 0 }))
}

/// A deque like the receiver (same class and bound) with other items.
fn like(vm: &mut Vm, receiver: Word, items: VecDeque<Word>) -> PyResult {
    let limit = this(vm, receiver)?.limit;
    let class = vm.type_of(receiver);
    let result = new(vm, class, items, limit);
    this(vm, result)?.trim_left();
    Ok(result)
}

impl Deque {
    #[inline]
    fn push_back(&mut self, vm: &mut Vm, item: Word) {
        self.version += 1;
        if self.items.len() == self.items.capacity() {
            vm.heap.external(self.items.capacity().max(4) * 8);
        }
        self.items.push_back(item);
        self.trim_left();
    }

    #[inline]
    fn push_front(&mut self, vm: &mut Vm, item: Word) {
        self.version += 1;
        if self.items.len() == self.items.capacity() {
            vm.heap.external(self.items.capacity().max(4) * 8);
        }
        self.items.push_front(item);
        if self.limit.is_some_and(|limit| self.items.len() > limit) {
            self.items.pop_back();
        }
    }

    /// Drops items from the left beyond the bound.
    #[inline]
    fn trim_left(&mut self) {
        if let Some(limit) = self.limit {
            while self.items.len() > limit {
                self.items.pop_front();
            }
        }
    }
}

fn init(vm: &mut Vm, a: &Args) -> PyResult {
    let [source, limit] = args::bind(vm, &a.skip(1), "deque", ["iterable", "maxlen"], 0, 2)?;
    let limit = match given(limit) {
        None => None,
        Some(w) => match usize::try_from(vm.index(w)?) {
            Ok(limit) => Some(limit),
            Err(_) => return Err(vm.value_error("maxlen must be non-negative")),
        },
    };
    let mut deque = this(vm, a[0])?;
    deque.limit = limit;
    deque.items.clear();
    deque.version += 1;
    if source != UNDEF {
        extend_with(vm, a[0], source)?;
    }
    DONE
}

fn extend_with(vm: &mut Vm, receiver: Word, source: Word) -> PyResult<()> {
    // A deque may be extended by itself.
    let source = if source == receiver { snapshot(vm, source)? } else { source };
    vm.iterate(source, |vm, item| {
        this(vm, receiver)?.push_back(vm, item);
        Ok(true)
    })
}

fn snapshot(vm: &mut Vm, w: Word) -> PyResult {
    let items: Vec<Word> = this(vm, w)?.items.iter().copied().collect();
    Ok(vm.new_list(items))
}

fn append(vm: &mut Vm, a: &Args) -> PyResult {
    this(vm, a[0])?.push_back(vm, a[1]);
    DONE
}

fn appendleft(vm: &mut Vm, a: &Args) -> PyResult {
    this(vm, a[0])?.push_front(vm, a[1]);
    DONE
}

fn pop(vm: &mut Vm, a: &Args) -> PyResult {
    let mut deque = this(vm, a[0])?;
    deque.version += 1;
    match deque.items.pop_back() {
        Some(item) => Ok(item),
        None => Err(vm.index_error("pop from an empty deque")),
    }
}

fn popleft(vm: &mut Vm, a: &Args) -> PyResult {
    let mut deque = this(vm, a[0])?;
    deque.version += 1;
    match deque.items.pop_front() {
        Some(item) => Ok(item),
        None => Err(vm.index_error("pop from an empty deque")),
    }
}

fn extend(vm: &mut Vm, a: &Args) -> PyResult {
    extend_with(vm, a[0], a[1])?;
    DONE
}

fn extendleft(vm: &mut Vm, a: &Args) -> PyResult {
    let source = if a[0] == a[1] { snapshot(vm, a[1])? } else { a[1] };
    vm.iterate(source, |vm, item| {
        this(vm, a[0])?.push_front(vm, item);
        Ok(true)
    })?;
    DONE
}

fn rotate(vm: &mut Vm, a: &Args) -> PyResult {
    let steps = args::index_or(vm, a.or(1, UNDEF), 1)?;
    let mut deque = this(vm, a[0])?;
    deque.version += 1;
    if !deque.items.is_empty() {
        let steps = steps.rem_euclid(deque.items.len() as i64) as usize;
        deque.items.rotate_right(steps);
    }
    DONE
}

fn clear(vm: &mut Vm, a: &Args) -> PyResult {
    let mut deque = this(vm, a[0])?;
    deque.version += 1;
    deque.items.clear();
    DONE
}

fn copy(vm: &mut Vm, a: &Args) -> PyResult {
    let items = this(vm, a[0])?.items.clone();
    like(vm, a[0], items)
}

fn changed(vm: &mut Vm) -> Raised {
    vm.runtime_error("deque mutated during iteration")
}

/// Place of an equal item among `from..to`. A comparison may change the deque and yet find its item: who goes on to use
/// the place looks at the version.
fn find(vm: &mut Vm, deque: Payload<Deque>, item: Word, from: usize, to: usize) -> PyResult<Option<usize>> {
    let version = deque.version;
    for at in from..to.min(deque.items.len()) {
        let candidate = deque.items[at];
        if candidate == item || vm.eq(candidate, item)? {
            return Ok(Some(at));
        }
        if deque.version != version {
            return Err(changed(vm));
        }
    }
    Ok(None)
}

fn count(vm: &mut Vm, a: &Args) -> PyResult {
    let deque = this(vm, a[0])?;
    let version = deque.version;
    let (mut total, mut at) = (0, 0);
    while let Some(found) = find(vm, deque, a[1], at, usize::MAX)? {
        if deque.version != version {
            return Err(changed(vm));
        }
        total += 1;
        at = found + 1;
    }
    Ok(Word::int(total))
}

fn index(vm: &mut Vm, a: &Args) -> PyResult {
    let deque = this(vm, a[0])?;
    let len = deque.items.len();
    let from = crate::builtins::list::bound_index(vm, a.or(2, UNDEF), len, 0)?;
    let to = crate::builtins::list::bound_index(vm, a.or(3, UNDEF), len, usize::MAX)?;
    match find(vm, deque, a[1], from, to)? {
        Some(at) => Ok(Word::int(at as i64)),
        None => {
            let shown = vm.repr(a[1])?;
            Err(vm.value_error(format!("{shown} is not in deque")))
        }
    }
}

fn contains(vm: &mut Vm, a: &Args) -> PyResult {
    let deque = this(vm, a[0])?;
    Ok(find(vm, deque, a[1], 0, usize::MAX)?.is_some().into())
}

fn insert(vm: &mut Vm, a: &Args) -> PyResult {
    let index = vm.index(a[1])?;
    let mut deque = this(vm, a[0])?;
    if deque.limit.is_some_and(|limit| deque.items.len() >= limit) {
        return Err(vm.index_error("deque already at its maximum size"));
    }
    let len = deque.items.len() as i64;
    let at = if index < 0 { (index + len).max(0) } else { index.min(len) };
    deque.version += 1;
    deque.items.insert(at as usize, a[2]);
    DONE
}

fn remove(vm: &mut Vm, a: &Args) -> PyResult {
    let mut deque = this(vm, a[0])?;
    let version = deque.version;
    let found = find(vm, deque, a[1], 0, usize::MAX);
    if deque.version != version && (found.is_ok() || vm.swallow(Exc::RuntimeError)) {
        return Err(vm.index_error("deque mutated during iteration"));
    }
    match found? {
        Some(at) => {
            deque.version += 1;
            deque.items.remove(at);
            DONE
        }
        None => {
            let shown = vm.repr(a[1])?;
            Err(vm.value_error(format!("{shown} is not in deque")))
        }
    }
}

fn reverse(vm: &mut Vm, a: &Args) -> PyResult {
    let mut deque = this(vm, a[0])?;
    deque.version += 1;
    deque.items.make_contiguous().reverse();
    DONE
}

fn len(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(Word::int(this(vm, a[0])?.items.len() as i64))
}

fn truth(vm: &mut Vm, a: &Args) -> PyResult {
    Ok((!this(vm, a[0])?.items.is_empty()).into())
}

/// The place that an index names.
fn place(vm: &mut Vm, a: &Args) -> PyResult<usize> {
    if a[1].as_index().is_none() && vm.lookup_special(a[1], vm.names.index).is_none() {
        return Err(args::wrong_type(vm, a[1], "sequence index must be integer, not '{}'"));
    }
    let index = vm.index(a[1])?;
    let len = this(vm, a[0])?.items.len() as i64;
    let at = if index < 0 { index + len } else { index };
    if (0..len).contains(&at) { Ok(at as usize) } else { Err(vm.index_error("deque index out of range")) }
}

fn getitem(vm: &mut Vm, a: &Args) -> PyResult {
    let at = place(vm, a)?;
    Ok(this(vm, a[0])?.items[at])
}

fn setitem(vm: &mut Vm, a: &Args) -> PyResult {
    let at = place(vm, a)?;
    this(vm, a[0])?.items[at] = a[2];
    DONE
}

fn delitem(vm: &mut Vm, a: &Args) -> PyResult {
    let at = place(vm, a)?;
    let mut deque = this(vm, a[0])?;
    deque.version += 1;
    deque.items.remove(at);
    DONE
}

struct Iter {
    deque: Word,
    at: usize,
    backward: bool,
    version: u64,
}

impl NativeIter for Iter {
    fn next(&mut self, vm: &mut Vm) -> PyResult<Option<Word>> {
        let deque = this(vm, self.deque)?;
        if self.at >= deque.items.len() && deque.version == self.version {
            return Ok(None);
        }
        if deque.version != self.version {
            return Err(changed(vm));
        }
        let at = if self.backward { deque.items.len() - 1 - self.at } else { self.at };
        self.at += 1;
        Ok(deque.items.get(at).copied())
    }

    fn trace(&self, marker: &mut Marker) {
        marker.word(self.deque);
    }

    fn size_hint(&self) -> usize {
        self.deque.payload::<Deque>().map_or(0, |d| d.items.len().saturating_sub(self.at))
    }
}

fn iterator(vm: &mut Vm, w: Word, backward: bool) -> PyResult {
    let version = this(vm, w)?.version;
    Ok(vm.new_native_iter(Box::new(Iter { deque: w, at: 0, backward, version })))
}

fn iter(vm: &mut Vm, a: &Args) -> PyResult {
    iterator(vm, a[0], false)
}

fn reversed(vm: &mut Vm, a: &Args) -> PyResult {
    iterator(vm, a[0], true)
}

fn repr(vm: &mut Vm, a: &Args) -> PyResult {
    let name = vm.type_name(a[0]);
    if !vm.enter_repr(a[0]) {
        return Ok(vm.new_str("[...]"));
    }
    let list = snapshot(vm, a[0]);
    let shown = match list {
        Ok(list) => vm.repr(list),
        Err(raised) => Err(raised),
    };
    vm.leave_repr(a[0]);
    let shown = shown?;
    Ok(match this(vm, a[0])?.limit {
        Some(limit) => vm.new_string(format!("{name}({shown}, maxlen={limit})")),
        None => vm.new_string(format!("{name}({shown})")),
    })
}

fn add(vm: &mut Vm, a: &Args) -> PyResult {
    let Some(other) = a[1].payload::<Deque>() else {
        return Err(args::wrong_type(vm, a[1], "can only concatenate deque (not \"{}\") to deque"));
    };
    let mut items = this(vm, a[0])?.items.clone();
    items.extend(&other.items);
    like(vm, a[0], items)
}

fn iadd(vm: &mut Vm, a: &Args) -> PyResult {
    extend_with(vm, a[0], a[1])?;
    Ok(a[0])
}

fn repeated(vm: &mut Vm, a: &Args) -> PyResult<VecDeque<Word>> {
    let times = vm.index(a[1])?.max(0) as usize;
    let deque = this(vm, a[0])?;
    vm.room_for(deque.items.len().saturating_mul(size_of::<Word>()), times)?;
    Ok(std::iter::repeat_n(&deque.items, times).flatten().copied().collect())
}

fn mul(vm: &mut Vm, a: &Args) -> PyResult {
    if a[1].as_index().is_none() && vm.lookup_special(a[1], vm.names.index).is_none() {
        return Ok(NOTIMPL);
    }
    let items = repeated(vm, a)?;
    like(vm, a[0], items)
}

fn imul(vm: &mut Vm, a: &Args) -> PyResult {
    let items = repeated(vm, a)?;
    let mut deque = this(vm, a[0])?;
    deque.items = items;
    deque.version += 1;
    deque.trim_left();
    Ok(a[0])
}

/// Compares item by item, as iterators give them.
fn compare(vm: &mut Vm, a: &Args, op: CmpOp) -> PyResult {
    let Some(other) = a[1].payload::<Deque>() else { return Ok(NOTIMPL) };
    if matches!(op, CmpOp::Eq | CmpOp::Ne) && this(vm, a[0])?.items.len() != other.items.len() {
        return Ok((op == CmpOp::Ne).into());
    }
    let (left, right) = (iterator(vm, a[0], false)?, iterator(vm, a[1], false)?);
    vm.enter_native()?;
    let answer = compare_items(vm, op, left, right);
    vm.leave_native();
    Ok(answer?.into())
}

fn compare_items(vm: &mut Vm, op: CmpOp, left: Word, right: Word) -> PyResult<bool> {
    loop {
        let items = (vm.iter_next(left)?, vm.iter_next(right)?);
        let (Some(x), Some(y)) = items else {
            return Ok(op.holds(items.0.is_some().cmp(&items.1.is_some())));
        };
        if !vm.eq(x, y)? {
            let answer = vm.compare(op, x, y)?;
            return vm.truthy(answer);
        }
    }
}

fn eq(vm: &mut Vm, a: &Args) -> PyResult {
    compare(vm, a, CmpOp::Eq)
}

fn ne(vm: &mut Vm, a: &Args) -> PyResult {
    compare(vm, a, CmpOp::Ne)
}

fn lt(vm: &mut Vm, a: &Args) -> PyResult {
    compare(vm, a, CmpOp::Lt)
}

fn le(vm: &mut Vm, a: &Args) -> PyResult {
    compare(vm, a, CmpOp::Le)
}

fn gt(vm: &mut Vm, a: &Args) -> PyResult {
    compare(vm, a, CmpOp::Gt)
}

fn ge(vm: &mut Vm, a: &Args) -> PyResult {
    compare(vm, a, CmpOp::Ge)
}
