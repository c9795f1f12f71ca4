//! Iterators that choose or transform the items of one iterable.

use super::{mark, object};
use crate::builtins::args::{self, given};
use crate::heap::Marker;
use crate::objects::{Args, Class, Gc, NativeIter};
use crate::vm::ops::BinOp;
use crate::vm::{PyResult, Vm};
use crate::word::{NONE, UNDEF, Word};

struct Accumulate {
    source: Word,
    function: Word,
    total: Word,
    /// Whether `total` is an initial value still to be given out.
    pending: bool,
}

impl NativeIter for Accumulate {
    fn next(&mut self, vm: &mut Vm) -> PyResult<Option<Word>> {
        if std::mem::take(&mut self.pending) {
            return Ok(Some(self.total));
        }
        let Some(item) = vm.iter_next(self.source)? else { return Ok(None) };
        self.total = if self.total == UNDEF {
            item
        } else if self.function == UNDEF {
            vm.binary_op(BinOp::Add, self.total, item)?
        } else {
            vm.call(self.function, &[self.total, item])?
        };
        Ok(Some(self.total))
    }

    fn trace(&self, marker: &mut Marker) {
        mark(marker, &[self.source, self.function, self.total]);
    }
}

pub(super) fn accumulate(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    let [source, function, initial] = args::bind(vm, a, "accumulate", ["iterable", "func", "initial"], 1, 2)?;
    let source = vm.iter(source)?;
    let function = given(function).unwrap_or(UNDEF);
    let total = given(initial).unwrap_or(UNDEF);
    object(vm, class, Accumulate { source, function, total, pending: total != UNDEF })
}

struct Compress {
    data: Word,
    selectors: Word,
}

impl NativeIter for Compress {
    fn next(&mut self, vm: &mut Vm) -> PyResult<Option<Word>> {
        loop {
            let Some(item) = vm.iter_next(self.data)? else { return Ok(None) };
            let Some(selector) = vm.iter_next(self.selectors)? else { return Ok(None) };
            if vm.truthy(selector)? {
                return Ok(Some(item));
            }
        }
    }

    fn trace(&self, marker: &mut Marker) {
        mark(marker, &[self.data, self.selectors]);
    }
}

pub(super) fn compress(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    let [data, selectors] = args::bind(vm, a, "compress", ["data", "selectors"], 2, 2)?;
    let (data, selectors) = (vm.iter(data)?, vm.iter(selectors)?);
    object(vm, class, Compress { data, selectors })
}

/// What a predicate decides.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Test {
    DropWhile,
    TakeWhile,
    FilterFalse,
}

struct Tested {
    test: Test,
    predicate: Word,
    source: Word,
    /// The predicate has decided for good: everything passes (dropwhile) or nothing does (takewhile).
    decided: bool,
}

impl NativeIter for Tested {
    fn next(&mut self, vm: &mut Vm) -> PyResult<Option<Word>> {
        if self.decided && self.test == Test::TakeWhile {
            return Ok(None);
        }
        loop {
            let Some(item) = vm.iter_next(self.source)? else { return Ok(None) };
            if self.decided {
                return Ok(Some(item));
            }
            let verdict = if self.predicate.is_none() { item } else { vm.call(self.predicate, &[item])? };
            let holds = vm.truthy(verdict)?;
            match (self.test, holds) {
                (Test::TakeWhile, true) | (Test::FilterFalse, false) => return Ok(Some(item)),
                (Test::TakeWhile, false) => {
                    self.decided = true;
                    return Ok(None);
                }
                (Test::DropWhile, false) => {
                    self.decided = true;
                    return Ok(Some(item));
                }
                (Test::DropWhile, true) | (Test::FilterFalse, true) => {}
            }
        }
    }

    fn trace(&self, marker: &mut Marker) {
        mark(marker, &[self.predicate, self.source]);
    }
}

fn tested(vm: &mut Vm, class: Gc<Class>, a: &Args, name: &str, test: Test) -> PyResult {
    let [predicate, source] = args::bind(vm, a, name, ["/predicate", "/iterable"], 2, 2)?;
    let source = vm.iter(source)?;
    object(vm, class, Tested { test, predicate, source, decided: false })
}

pub(super) fn dropwhile(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    tested(vm, class, a, "dropwhile", Test::DropWhile)
}

pub(super) fn takewhile(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    tested(vm, class, a, "takewhile", Test::TakeWhile)
}

pub(super) fn filterfalse(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    tested(vm, class, a, "filterfalse", Test::FilterFalse)
}

struct Islice {
    source: Word,
    /// Items taken from the source so far.
    taken: u64,
    /// Number of the next item to give out.
    next: u64,
    stop: u64,
    step: u64,
}

impl NativeIter for Islice {
    fn next(&mut self, vm: &mut Vm) -> PyResult<Option<Word>> {
        if self.source == UNDEF {
            return Ok(None);
        }
        // Items up to the stop are consumed even when they are not given out.
        let target = self.next.min(self.stop);
        while self.taken < target {
            if vm.iter_next(self.source)?.is_none() {
                self.source = UNDEF;
                return Ok(None);
            }
            self.taken += 1;
        }
        if self.next >= self.stop {
            self.source = UNDEF;
            return Ok(None);
        }
        let item = vm.iter_next(self.source)?;
        if item.is_none() {
            self.source = UNDEF;
        }
        self.taken += 1;
        self.next = self.next.saturating_add(self.step);
        Ok(item)
    }

    fn trace(&self, marker: &mut Marker) {
        marker.word(self.source);
    }
}

fn slice_bound(vm: &mut Vm, w: Word, default: u64, what: &str) -> PyResult<u64> {
    let Some(w) = given(w) else { return Ok(default) };
    let index = if w.as_index().is_some() || vm.lookup_special(w, vm.names.index).is_some() {
        vm.index(w).ok()
    } else {
        None
    };
    match index.and_then(|i| u64::try_from(i).ok()) {
        Some(bound) => Ok(bound),
        None => {
            vm.take_pending();
            Err(vm.value_error(match what {
                "step" => "Step for islice() must be a positive integer or None.",
                "stop" => "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.",
                _ => "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.",
            }))
        }
    }
}

pub(super) fn islice(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    args::no_keywords(vm, a, "islice")?;
    let (start, stop, step) = match *a.pos() {
        [_, stop] => (NONE, slice_bound(vm, stop, u64::MAX, "stop")?, NONE),
        [_, start, stop] => (start, slice_bound(vm, stop, u64::MAX, "indices")?, NONE),
        [_, start, stop, step] => (start, slice_bound(vm, stop, u64::MAX, "indices")?, step),
        _ => {
            let (given, bound) = (a.len(), if a.len() < 2 { "at least 2" } else { "at most 4" });
            return Err(vm.type_error(format!("islice expected {bound} arguments, got {given}")));
        }
    };
    let start = slice_bound(vm, start, 0, "indices")?;
    let step = slice_bound(vm, step, 1, "step")?;
    if step == 0 {
        return Err(vm.value_error("Step for islice() must be a positive integer or None."));
    }
    let source = vm.iter(a[0])?;
    object(vm, class, Islice { source, taken: 0, next: start, stop, step })
}

struct Pairwise {
    source: Word,
    previous: Word,
}

impl NativeIter for Pairwise {
    fn next(&mut self, vm: &mut Vm) -> PyResult<Option<Word>> {
        if self.previous == UNDEF {
            let Some(first) = vm.iter_next(self.source)? else { return Ok(None) };
            self.previous = first;
        }
        let Some(item) = vm.iter_next(self.source)? else { return Ok(None) };
        let pair = vm.new_tuple(&[self.previous, item]);
        self.previous = item;
        Ok(Some(pair))
    }

    fn trace(&self, marker: &mut Marker) {
        mark(marker, &[self.source, self.previous]);
    }
}

pub(super) fn pairwise(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    let [source] = args::bind(vm, a, "pairwise", ["/iterable"], 1, 1)?;
    let source = vm.iter(source)?;
    object(vm, class, Pairwise { source, previous: UNDEF })
}

struct Starmap {
    function: Word,
    source: Word,
}

impl NativeIter for Starmap {
    fn next(&mut self, vm: &mut Vm) -> PyResult<Option<Word>> {
        let Some(item) = vm.iter_next(self.source)? else { return Ok(None) };
        let arguments = vm.to_vec(item)?;
        vm.call(self.function, &arguments).map(Some)
    }

    fn trace(&self, marker: &mut Marker) {
        mark(marker, &[self.function, self.source]);
    }
}

pub(super) fn starmap(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    let [function, source] = args::bind(vm, a, "starmap", ["/function", "/iterable"], 2, 2)?;
    let source = vm.iter(source)?;
    object(vm, class, Starmap { function, source })
}
