//! Iterators over several iterables: `chain`, `zip_longest`.

use super::{mark, object};
use crate::builtins::args;
use crate::heap::Marker;
use crate::objects::{Args, Class, Gc, MethodDef, NativeIter};
use crate::vm::{PyResult, Vm};
use crate::word::{NONE, UNDEF, Word};

pub(super) static CHAIN_METHODS: &[MethodDef] = &[MethodDef::new("from_iterable", from_iterable, 1, 1)];

struct Chain {
    /// Iterator over the iterables; UNDEF at the end.
    sources: Word,
    current: Word,
}

impl NativeIter for Chain {
    fn next(&mut self, vm: &mut Vm) -> PyResult<Option<Word>> {
        loop {
            if self.current != UNDEF {
                if let Some(item) = vm.iter_next(self.current)? {
                    return Ok(Some(item));
                }
                self.current = UNDEF;
            }
            if self.sources == UNDEF {
                return Ok(None);
            }
            match vm.iter_next(self.sources)? {
                Some(source) => self.current = vm.iter(source)?,
                None => self.sources = UNDEF,
            }
        }
    }

    fn trace(&self, marker: &mut Marker) {
        mark(marker, &[self.sources, self.current]);
    }
}

pub(super) fn chain(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    args::no_keywords(vm, a, "chain")?;
    let sources = vm.new_tuple(a.pos());
    let sources = vm.iter(sources)?;
    object(vm, class, Chain { sources, current: UNDEF })
}

fn from_iterable(vm: &mut Vm, a: &Args) -> PyResult {
    let sources = vm.iter(a[1])?;
    match a[0].cast::<Class>() {
        Some(class) => object(vm, class, Chain { sources, current: UNDEF }),
        None => Err(vm.type_error("from_iterable() needs a class")),
    }
}

struct ZipLongest {
    /// UNDEF once exhausted.
    iters: Vec<Word>,
    fill: Word,
    active: usize,
}

impl NativeIter for ZipLongest {
    fn next(&mut self, vm: &mut Vm) -> PyResult<Option<Word>> {
        if self.active == 0 {
            return Ok(None);
        }
        let mut row = Vec::with_capacity(self.iters.len());
        for iter in &mut self.iters {
            let item = if *iter == UNDEF { None } else { vm.iter_next(*iter)? };
            if item.is_none() && *iter != UNDEF {
                *iter = UNDEF;
                self.active -= 1;
                if self.active == 0 {
                    return Ok(None);
                }
            }
            row.push(item.unwrap_or(self.fill));
        }
        Ok(Some(vm.new_tuple(&row)))
    }

    fn trace(&self, marker: &mut Marker) {
        mark(marker, &self.iters);
        marker.word(self.fill);
    }
}

pub(super) fn zip_longest(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    let mut fill = NONE;
    for (name, value) in a.kw_iter() {
        if name.text() != "fillvalue" {
            return Err(vm.type_error("zip_longest() got an unexpected keyword argument"));
        }
        fill = value;
    }
    let mut iters = Vec::with_capacity(a.len());
    for &source in a.pos() {
        iters.push(vm.iter(source)?);
    }
    let active = iters.len();
    object(vm, class, ZipLongest { iters, fill, active })
}
