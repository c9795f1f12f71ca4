//! `_heapq` and `bisect`: heaps and binary search on lists.

use crate::builtins::args::{self, DONE, given};
use crate::objects::{Args, Gc, List, MethodDef, Module};
use crate::vm::{PyResult, Vm};
use crate::word::Word;

static BISECT: &[MethodDef] = &[
    MethodDef::kw("bisect", bisect_right, 0, 4),
    MethodDef::kw("bisect_left", bisect_left, 0, 4),
    MethodDef::kw("bisect_right", bisect_right, 0, 4),
    MethodDef::kw("insort", insort_right, 0, 4),
    MethodDef::kw("insort_left", insort_left, 0, 4),
    MethodDef::kw("insort_right", insort_right, 0, 4),
];

static HEAPQ: &[MethodDef] = &[
    MethodDef::new("heapify", heapify, 1, 1),
    MethodDef::new("heappop", heappop, 1, 1),
    MethodDef::new("heappush", heappush, 2, 2),
    MethodDef::new("heappushpop", heappushpop, 2, 2),
    MethodDef::new("heapreplace", heapreplace, 2, 2),
];

/// Fills `bisect`.
pub fn build_bisect(vm: &mut Vm, module: Gc<Module>) -> PyResult<()> {
    vm.add_functions(module.namespace, "bisect", BISECT);
    Ok(())
}

/// Fills `_heapq`.
pub fn build_heapq(vm: &mut Vm, module: Gc<Module>) -> PyResult<()> {
    vm.add_functions(module.namespace, "_heapq", HEAPQ);
    Ok(())
}

/// The place after the items of `sorted[..high]` that are not greater than `x`.
pub fn right(vm: &mut Vm, sorted: &[Word], x: Word, high: usize) -> PyResult<usize> {
    let (mut low, mut high) = (0, high);
    while low < high {
        let middle = (low + high) / 2;
        if vm.lt(x, sorted[middle])? {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok(low)
}

struct Search {
    sequence: Word,
    x: Word,
    low: i64,
    /// None: the length, which is asked for last, as a key function may change it.
    high: Option<i64>,
    key: Option<Word>,
}

fn arguments(vm: &mut Vm, a: &Args, name: &str) -> PyResult<Search> {
    let [sequence, x, low, high, key] = args::bind(vm, a, name, ["a", "x", "lo", "hi", "key"], 2, 4)?;
    let low = args::index_or(vm, low, 0)?;
    if low < 0 {
        return Err(vm.value_error("lo must be non-negative"));
    }
    let high = match given(high) {
        Some(high) => Some(vm.index(high)?),
        None => None,
    };
    Ok(Search { sequence, x, low, high, key: given(key) })
}

fn item(vm: &mut Vm, sequence: Word, at: i64) -> PyResult {
    match sequence.cast::<List>() {
        Some(list) if list.class() == vm.types.list && (at as usize) < list.count() => {
            Ok(list.items()[at as usize])
        }
        _ => vm.get_item(sequence, Word::int(at)),
    }
}

/// The place of `x`, before (`left`) or after equal items. `x` is compared with keys.
fn locate(vm: &mut Vm, search: &Search, x: Word, left: bool) -> PyResult<i64> {
    let mut low = search.low;
    let mut high = match search.high {
        Some(high) => high,
        None => vm.len(search.sequence)? as i64,
    };
    while low < high {
        let middle = (low + high) / 2;
        let mut candidate = item(vm, search.sequence, middle)?;
        if let Some(key) = search.key {
            candidate = vm.call(key, &[candidate])?;
        }
        let goes_right = if left { vm.lt(candidate, x)? } else { !vm.lt(x, candidate)? };
        if goes_right {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

fn bisect_left(vm: &mut Vm, a: &Args) -> PyResult {
    let search = arguments(vm, a, "bisect_left")?;
    Ok(Word::int(locate(vm, &search, search.x, true)?))
}

fn bisect_right(vm: &mut Vm, a: &Args) -> PyResult {
    let search = arguments(vm, a, "bisect_right")?;
    Ok(Word::int(locate(vm, &search, search.x, false)?))
}

fn insort(vm: &mut Vm, a: &Args, name: &str, left: bool) -> PyResult {
    let search = arguments(vm, a, name)?;
    let x = match search.key {
        Some(key) => vm.call(key, &[search.x])?,
        None => search.x,
    };
    let at = locate(vm, &search, x, left)?;
    match search.sequence.cast::<List>() {
        Some(mut list) if list.class() == vm.types.list => {
            let at = (at as usize).min(list.count());
            list.insert(at, search.x);
            vm.heap.external(8);
        }
        _ => {
            vm.call_method(search.sequence, "insert", &[Word::int(at), search.x])?;
        }
    }
    DONE
}

fn insort_left(vm: &mut Vm, a: &Args) -> PyResult {
    insort(vm, a, "insort_left", true)
}

fn insort_right(vm: &mut Vm, a: &Args) -> PyResult {
    insort(vm, a, "insort_right", false)
}

fn heap(vm: &mut Vm, w: Word) -> PyResult<Gc<List>> {
    match w.cast::<List>() {
        Some(list) => Ok(list),
        None => Err(args::wrong_type(vm, w, "heap argument must be a list, not {}")),
    }
}

fn changed(vm: &mut Vm) -> crate::vm::Raised {
    vm.runtime_error("list changed size during iteration")
}

/// Moves the item at `at` towards the root until its parent is not greater.
fn sift_up(vm: &mut Vm, mut heap: Gc<List>, start: usize, mut at: usize) -> PyResult<()> {
    let size = heap.count();
    let item = heap.items()[at];
    while at > start {
        let parent_at = (at - 1) / 2;
        let parent = heap.items()[parent_at];
        let less = vm.lt(item, parent)?;
        if heap.count() != size {
            return Err(changed(vm));
        }
        if !less {
            break;
        }
        heap.items_mut()[at] = parent;
        heap.items_mut()[parent_at] = item;
        at = parent_at;
    }
    Ok(())
}

/// Moves the hole at `at` down along smaller children to a leaf, then the item up from there: fewer comparisons, and
/// CPython's.
fn sift_down(vm: &mut Vm, mut heap: Gc<List>, start: usize) -> PyResult<()> {
    let size = heap.count();
    let mut at = start;
    while at < size / 2 {
        let mut child = 2 * at + 1;
        if child + 1 < size {
            let (left, right) = (heap.items()[child], heap.items()[child + 1]);
            let less = vm.lt(left, right)?;
            if heap.count() != size {
                return Err(changed(vm));
            }
            child += usize::from(!less);
        }
        heap.items_mut().swap(at, child);
        at = child;
    }
    sift_up(vm, heap, start, at)
}

fn heapify(vm: &mut Vm, a: &Args) -> PyResult {
    let heap = heap(vm, a[0])?;
    for at in (0..heap.count() / 2).rev() {
        sift_down(vm, heap, at)?;
    }
    DONE
}

fn heappush(vm: &mut Vm, a: &Args) -> PyResult {
    let mut heap = heap(vm, a[0])?;
    heap.push(a[1]);
    vm.heap.external(8);
    sift_up(vm, heap, 0, heap.count() - 1)?;
    DONE
}

fn heappop(vm: &mut Vm, a: &Args) -> PyResult {
    let mut heap = heap(vm, a[0])?;
    let Some(last) = heap.pop() else { return Err(vm.index_error("index out of range")) };
    if heap.count() == 0 {
        return Ok(last);
    }
    let least = std::mem::replace(&mut heap.items_mut()[0], last);
    sift_down(vm, heap, 0)?;
    Ok(least)
}

fn heapreplace(vm: &mut Vm, a: &Args) -> PyResult {
    let mut heap = heap(vm, a[0])?;
    if heap.count() == 0 {
        return Err(vm.index_error("index out of range"));
    }
    let least = std::mem::replace(&mut heap.items_mut()[0], a[1]);
    sift_down(vm, heap, 0)?;
    Ok(least)
}

fn heappushpop(vm: &mut Vm, a: &Args) -> PyResult {
    let mut heap = heap(vm, a[0])?;
    if heap.count() == 0 || !vm.lt(heap.items()[0], a[1])? {
        return Ok(a[1]);
    }
    if heap.count() == 0 {
        return Err(vm.index_error("index out of range"));
    }
    let least = std::mem::replace(&mut heap.items_mut()[0], a[1]);
    sift_down(vm, heap, 0)?;
    Ok(least)
}
