//! `product`, `permutations`, `combinations`, `combinations_with_replacement`: all choose places in pools.

use super::{mark, object, tuple};
use crate::builtins::args::{self, given};
use crate::heap::Marker;
use crate::objects::{Args, Class, Gc, NativeIter};
use crate::vm::{PyResult, Vm};
use crate::word::Word;

struct Product {
    pools: Vec<Vec<Word>>,
    places: Vec<usize>,
    started: bool,
    done: bool,
}

impl NativeIter for Product {
    fn next(&mut self, vm: &mut Vm) -> PyResult<Option<Word>> {
        if self.started {
            self.advance();
        } else {
            self.started = true;
            self.done = self.pools.iter().any(Vec::is_empty);
        }
        if self.done {
            return Ok(None);
        }
        Ok(Some(tuple(vm, self.places.len(), |i| self.pools[i][self.places[i]])))
    }

    fn trace(&self, marker: &mut Marker) {
        self.pools.iter().for_each(|pool| mark(marker, pool));
    }
}

impl Product {
    /// Counts up, the last place fastest.
    fn advance(&mut self) {
        for (place, pool) in self.places.iter_mut().zip(&self.pools).rev() {
            *place += 1;
            if *place < pool.len() {
                return;
            }
            *place = 0;
        }
        self.done = true;
    }
}

pub(super) fn product(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    let mut times = 1;
    for (name, value) in a.kw_iter() {
        if name.text() != "repeat" {
            let name = name.text();
            return Err(vm.type_error(format!("'{name}' is an invalid keyword argument for product()")));
        }
        times = vm.index(value)?;
    }
    if times < 0 {
        return Err(vm.value_error("repeat argument cannot be negative"));
    }
    let mut pools = Vec::with_capacity(a.len());
    for &source in a.pos() {
        pools.push(vm.to_vec(source)?);
    }
    vm.room_for(pools.len().saturating_mul(size_of::<Vec<Word>>()), times as usize)?;
    let pools: Vec<_> = std::iter::repeat_n(pools, times as usize).flatten().collect();
    let places = vec![0; pools.len()];
    object(vm, class, Product { pools, places, started: false, done: false })
}

struct Permutations {
    pool: Vec<Word>,
    /// A permutation of all places, of which the first `cycles.len()` show.
    places: Vec<usize>,
    cycles: Vec<usize>,
    started: bool,
    done: bool,
}

impl NativeIter for Permutations {
    fn next(&mut self, vm: &mut Vm) -> PyResult<Option<Word>> {
        if self.started && !self.done {
            self.advance();
        }
        self.started = true;
        if self.done {
            return Ok(None);
        }
        Ok(Some(tuple(vm, self.cycles.len(), |i| self.pool[self.places[i]])))
    }

    fn trace(&self, marker: &mut Marker) {
        mark(marker, &self.pool);
    }
}

impl Permutations {
    fn advance(&mut self) {
        let n = self.pool.len();
        for i in (0..self.cycles.len()).rev() {
            self.cycles[i] -= 1;
            if self.cycles[i] == 0 {
                self.places[i..].rotate_left(1);
                self.cycles[i] = n - i;
            } else {
                self.places.swap(i, n - self.cycles[i]);
                return;
            }
        }
        self.done = true;
    }
}

/// The length argument `r`.
fn length(vm: &mut Vm, r: Word) -> PyResult<usize> {
    match usize::try_from(vm.index(r)?) {
        Ok(r) => Ok(r),
        Err(_) => Err(vm.value_error("r must be non-negative")),
    }
}

pub(super) fn permutations(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    let [source, r] = args::bind(vm, a, "permutations", ["iterable", "r"], 1, 2)?;
    let pool = vm.to_vec(source)?;
    let n = pool.len();
    let r = match given(r) {
        Some(r) => length(vm, r)?,
        None => n,
    };
    let cycles = (0..r.min(n)).map(|i| n - i).collect();
    object(vm, class, Permutations { places: (0..n).collect(), pool, cycles, started: false, done: r > n })
}

struct Combinations {
    pool: Vec<Word>,
    places: Vec<usize>,
    /// Whether a place may be chosen again.
    replacement: bool,
    started: bool,
    done: bool,
}

impl NativeIter for Combinations {
    fn next(&mut self, vm: &mut Vm) -> PyResult<Option<Word>> {
        if self.started && !self.done {
            self.advance();
        }
        self.started = true;
        if self.done {
            return Ok(None);
        }
        Ok(Some(tuple(vm, self.places.len(), |i| self.pool[self.places[i]])))
    }

    fn trace(&self, marker: &mut Marker) {
        mark(marker, &self.pool);
    }
}

impl Combinations {
    fn advance(&mut self) {
        let (n, r) = (self.pool.len(), self.places.len());
        // The last place that can still move.
        let highest = |i: usize| if self.replacement { n - 1 } else { i + n - r };
        let Some(i) = (0..r).rev().find(|&i| self.places[i] != highest(i)) else {
            self.done = true;
            return;
        };
        let next = self.places[i] + 1;
        for j in i..r {
            self.places[j] = if self.replacement { next } else { next + j - i };
        }
    }
}

pub(super) fn combinations(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    let [source, r] = args::bind(vm, a, "combinations", ["iterable", "r"], 2, 2)?;
    let pool = vm.to_vec(source)?;
    let r = length(vm, r)?;
    let done = r > pool.len();
    let places = if done { Vec::new() } else { (0..r).collect() };
    object(vm, class, Combinations { pool, places, replacement: false, started: false, done })
}

pub(super) fn combinations_with_replacement(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    let [source, r] = args::bind(vm, a, "combinations_with_replacement", ["iterable", "r"], 2, 2)?;
    let pool = vm.to_vec(source)?;
    let r = length(vm, r)?;
    let done = pool.is_empty() && r > 0;
    vm.room_for(r, size_of::<usize>())?;
    object(vm, class, Combinations { pool, places: vec![0; r], replacement: true, started: false, done })
}
