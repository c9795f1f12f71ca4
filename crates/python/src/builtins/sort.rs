//! Stable sorting: natively for ints, floats and strings, else a merge sort whose comparison may run Python code.
//!
//! The general sort is timsort without galloping: runs found or made by binary insertion, merged so that the lengths
//! stay balanced. It asks `a < b` for the same pairs as CPython on short lists, and never loses an item whatever the
//! comparison answers.

use crate::vm::{PyResult, Vm};
use crate::word::Word;

/// Sorts `items` by `key(item)`.
pub fn sort(vm: &mut Vm, items: &mut [Word], key: Option<Word>, reverse: bool) -> PyResult<()> {
    if items.len() < 2 && key.is_none() {
        return Ok(());
    }
    // Reversing before and after keeps equal items in their order.
    if reverse {
        items.reverse();
    }
    let result = match key {
        None => sort_plain(vm, items),
        Some(key) => sort_keyed(vm, items, key),
    };
    if reverse {
        items.reverse();
    }
    result
}

/// What all keys are, when they can be compared natively.
enum Uniform {
    Ints,
    Floats,
    Strings,
    Mixed,
}

/// Items of the same kind at the start of tuples: most pairs are decided by them.
fn compare_heads(a: Word, b: Word) -> Option<std::cmp::Ordering> {
    use std::cmp::Ordering;
    let head = |w: Word| w.cast::<crate::objects::Tuple>()?.items().first().copied();
    let (a, b) = (head(a)?, head(b)?);
    let order = match (a.as_int(), b.as_int(), a.as_float(), b.as_float()) {
        (Some(x), Some(y), ..) => x.cmp(&y),
        (.., Some(x), Some(y)) => x.partial_cmp(&y)?,
        _ if is_exact_str(a) && is_exact_str(b) => text(a).cmp(text(b)),
        _ => return None,
    };
    (order != Ordering::Equal).then_some(order)
}

/// Whether all keys are exact tuples, so that comparing their heads decides what it can.
fn are_tuples(keys: impl Iterator<Item = Word>) -> bool {
    let exact = |w: Word| {
        w.cast::<crate::objects::Tuple>().is_some_and(|t| t.class().has(crate::objects::class::C_BUILTIN))
    };
    keys.into_iter().all(exact)
}

/// `a < b` of keys that are all exact tuples.
fn tuple_less(vm: &mut Vm, a: Word, b: Word) -> PyResult<bool> {
    match compare_heads(a, b) {
        Some(order) => Ok(order.is_lt()),
        None => vm.lt(a, b),
    }
}

fn classify(keys: impl Iterator<Item = Word> + Clone) -> Uniform {
    if keys.clone().all(|w| w.is_int()) {
        Uniform::Ints
    } else if keys.clone().all(|w| w.as_float().is_some_and(|f| !f.is_nan())) {
        Uniform::Floats
    } else if keys.clone().all(|w| w.as_str().is_some() && is_exact_str(w)) {
        Uniform::Strings
    } else {
        Uniform::Mixed
    }
}

/// Whether a string's class cannot override comparison.
fn is_exact_str(w: Word) -> bool {
    w.cast::<crate::objects::Str>().is_some_and(|s| s.class().has(crate::objects::class::C_BUILTIN))
}

fn text(w: Word) -> &'static str {
    w.as_str().unwrap_or("")
}

fn sort_plain(vm: &mut Vm, items: &mut [Word]) -> PyResult<()> {
    match classify(items.iter().copied()) {
        Uniform::Ints => items.sort_by_key(|w| w.unbox_int()),
        Uniform::Floats => items.sort_by(|a, b| order(a.unbox_float(), b.unbox_float())),
        Uniform::Strings => items.sort_by(|a, b| text(*a).cmp(text(*b))),
        Uniform::Mixed if are_tuples(items.iter().copied()) => {
            return merge_sort(items, |a, b| tuple_less(vm, *a, *b));
        }
        Uniform::Mixed => return merge_sort(items, |a, b| vm.lt(*a, *b)),
    }
    Ok(())
}

fn order(a: f64, b: f64) -> std::cmp::Ordering {
    a.partial_cmp(&b).unwrap_or(std::cmp::Ordering::Equal)
}

fn sort_keyed(vm: &mut Vm, items: &mut [Word], key: Word) -> PyResult<()> {
    let mut pairs = Vec::with_capacity(items.len());
    for &item in items.iter() {
        pairs.push((vm.call(key, &[item])?, item));
    }
    let mut result = Ok(());
    match classify(pairs.iter().map(|p| p.0)) {
        Uniform::Ints => pairs.sort_by_key(|p| p.0.unbox_int()),
        Uniform::Floats => pairs.sort_by(|a, b| order(a.0.unbox_float(), b.0.unbox_float())),
        Uniform::Strings => pairs.sort_by(|a, b| text(a.0).cmp(text(b.0))),
        Uniform::Mixed => result = merge_sort(&mut pairs, |a, b| vm.lt(a.0, b.0)),
    }
    // Even after an error the items are all there, in some order.
    for (slot, pair) in items.iter_mut().zip(&pairs) {
        *slot = pair.1;
    }
    result
}

/// Sorts with a comparison that may fail; on failure `items` is some permutation.
fn merge_sort<T: Copy>(items: &mut [T], mut less: impl FnMut(&T, &T) -> PyResult<bool>) -> PyResult<()> {
    let len = items.len();
    let min_run = min_run_length(len);
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let mut scratch = Vec::new();
    let mut start = 0;
    while start < len {
        let mut run = natural_run(&mut items[start..], &mut less)?;
        if run < min_run {
            let forced = min_run.min(len - start);
            insertion_sort(&mut items[start..start + forced], run, &mut less)?;
            run = forced;
        }
        runs.push((start, run));
        start += run;
        while let Some(at) = merge_wanted(&runs) {
            merge_at(items, &mut runs, at, &mut scratch, &mut less)?;
        }
    }
    while runs.len() > 1 {
        let n = runs.len();
        let at = if n > 2 && runs[n - 3].1 < runs[n - 1].1 { n - 3 } else { n - 2 };
        merge_at(items, &mut runs, at, &mut scratch, &mut less)?;
    }
    Ok(())
}

/// A length from 32 to 64 such that `len` divided by it is a power of two or slightly less.
fn min_run_length(mut len: usize) -> usize {
    let mut odd = 0;
    while len >= 64 {
        odd |= len & 1;
        len >>= 1;
    }
    len + odd
}

/// Length of the run at the start; a strictly descending one is reversed.
fn natural_run<T: Copy>(items: &mut [T], less: &mut impl FnMut(&T, &T) -> PyResult<bool>) -> PyResult<usize> {
    if items.len() < 2 {
        return Ok(items.len());
    }
    let mut end = 2;
    if less(&items[1], &items[0])? {
        while end < items.len() && less(&items[end], &items[end - 1])? {
            end += 1;
        }
        items[..end].reverse();
    } else {
        while end < items.len() && !less(&items[end], &items[end - 1])? {
            end += 1;
        }
    }
    Ok(end)
}

fn insertion_sort<T: Copy>(
    items: &mut [T],
    sorted: usize,
    less: &mut impl FnMut(&T, &T) -> PyResult<bool>,
) -> PyResult<()> {
    for at in sorted..items.len() {
        let pivot = items[at];
        let (mut low, mut high) = (0, at);
        while low < high {
            let middle = low + (high - low) / 2;
            if less(&pivot, &items[middle])? {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        items[low..=at].rotate_right(1);
    }
    Ok(())
}

/// Where to merge so that run lengths keep shrinking fast enough from the bottom of the stack.
fn merge_wanted(runs: &[(usize, usize)]) -> Option<usize> {
    let n = runs.len();
    let length = |i: usize| runs[i].1;
    let unbalanced = |i: usize| length(i) <= length(i + 1) + length(i + 2);
    if n >= 3 && unbalanced(n - 3) || n >= 4 && unbalanced(n - 4) {
        return Some(if length(n - 3) < length(n - 1) { n - 3 } else { n - 2 });
    }
    (n >= 2 && length(n - 2) <= length(n - 1)).then(|| n - 2)
}

fn merge_at<T: Copy>(
    items: &mut [T],
    runs: &mut Vec<(usize, usize)>,
    at: usize,
    scratch: &mut Vec<T>,
    less: &mut impl FnMut(&T, &T) -> PyResult<bool>,
) -> PyResult<()> {
    let (start, left) = runs[at];
    let (_, right) = runs.remove(at + 1);
    runs[at].1 = left + right;
    let items = &mut items[start..start + left + right];
    scratch.clear();
    scratch.extend_from_slice(&items[..left]);
    let (mut i, mut j, mut out) = (0, left, 0);
    let mut result = Ok(());
    while i < left && j < items.len() {
        match less(&items[j], &scratch[i]) {
            Ok(true) => {
                items[out] = items[j];
                j += 1;
            }
            Ok(false) => {
                items[out] = scratch[i];
                i += 1;
            }
            Err(raised) => {
                result = Err(raised);
                break;
            }
        }
        out += 1;
    }
    // What is left of the first run goes before what is left of the second, also after an error.
    items[out..out + left - i].copy_from_slice(&scratch[i..left]);
    result
}
