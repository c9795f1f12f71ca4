//! `count`, `cycle`, `repeat`.

use super::object;
use crate::builtins::args;
use crate::builtins::numbers::{float_value, int_value};
use crate::heap::Marker;
use crate::objects::{Args, Class, Gc, NativeIter};
use crate::vm::ops::BinOp;
use crate::vm::{PyResult, Vm};
use crate::word::{UNDEF, Word};

struct Count {
    next: Word,
    step: Word,
}

impl NativeIter for Count {
    fn next(&mut self, vm: &mut Vm) -> PyResult<Option<Word>> {
        let current = self.next;
        self.next = match (current.as_int(), self.step.as_int()) {
            (Some(i), Some(step)) => vm.new_int(i + step),
            _ => vm.binary_op(BinOp::Add, current, self.step)?,
        };
        Ok(Some(current))
    }

    fn trace(&self, marker: &mut Marker) {
        marker.word(self.next);
        marker.word(self.step);
    }
}

pub(super) fn count(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    let [start, step] = args::bind(vm, a, "count", ["start", "step"], 0, 2)?;
    for w in [start, step] {
        let number = w == UNDEF || int_value(w).is_some() || float_value(w).is_some() || w.is_ref();
        if !number || w.as_str().is_some() {
            return Err(vm.type_error("a number is required"));
        }
    }
    let next = start.defined().unwrap_or(Word::int(0));
    let step = step.defined().unwrap_or(Word::int(1));
    object(vm, class, Count { next, step })
}

struct Cycle {
    source: Word,
    saved: Vec<Word>,
    at: usize,
}

impl NativeIter for Cycle {
    fn next(&mut self, vm: &mut Vm) -> PyResult<Option<Word>> {
        if self.source != UNDEF {
            if let Some(item) = vm.iter_next(self.source)? {
                self.saved.push(item);
                return Ok(Some(item));
            }
            self.source = UNDEF;
        }
        if self.saved.is_empty() {
            return Ok(None);
        }
        let item = self.saved[self.at];
        self.at = (self.at + 1) % self.saved.len();
        Ok(Some(item))
    }

    fn trace(&self, marker: &mut Marker) {
        marker.word(self.source);
        super::mark(marker, &self.saved);
    }
}

pub(super) fn cycle(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    let [source] = args::bind(vm, a, "cycle", ["/iterable"], 1, 1)?;
    let source = vm.iter(source)?;
    object(vm, class, Cycle { source, saved: Vec::new(), at: 0 })
}

struct Repeat {
    item: Word,
    /// Items left; `None`: endless.
    left: Option<u64>,
}

impl NativeIter for Repeat {
    fn next(&mut self, _: &mut Vm) -> PyResult<Option<Word>> {
        if let Some(left) = &mut self.left {
            if *left == 0 {
                return Ok(None);
            }
            *left -= 1;
        }
        Ok(Some(self.item))
    }

    fn trace(&self, marker: &mut Marker) {
        marker.word(self.item);
    }

    fn size_hint(&self) -> usize {
        self.left.map_or(0, |left| left as usize)
    }
}

pub(super) fn repeat(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    let [item, times] = args::bind(vm, a, "repeat", ["object", "times"], 1, 2)?;
    let left = if times == UNDEF { None } else { Some(vm.index(times)?.max(0) as u64) };
    object(vm, class, Repeat { item, left })
}
