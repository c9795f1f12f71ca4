//! `range` and `slice`: constructors and methods.

use dashu_base::Sign;
use dashu_int::IBig;

use super::args::{self, this};
use super::numbers::int_value;
use crate::objects::{Args, Class, Gc, MethodDef, RangeObj, SliceObj};
use crate::vm::ops::{BinOp, CmpOp};
use crate::vm::{PyResult, Vm};
use crate::word::{FALSE, NONE, TRUE, Word};

static RANGE_METHODS: &[MethodDef] = &[
    MethodDef::new("count", count, 1, 1),
    MethodDef::new("index", index, 1, 1),
    MethodDef::new("__reversed__", super::iteration::reversed_range, 0, 0),
];

static SLICE_METHODS: &[MethodDef] = &[MethodDef::new("indices", indices, 1, 1)];

/// Registers methods and constructors.
pub fn install(vm: &mut Vm) {
    let class = vm.types.range;
    vm.add_methods(class, RANGE_METHODS);
    vm.add_getsets(
        class,
        &[
            ("start", |vm, w| Ok(range(vm, w)?.start), None),
            ("stop", |vm, w| Ok(range(vm, w)?.stop), None),
            ("step", |vm, w| Ok(range(vm, w)?.step), None),
        ],
    );
    vm.set_constructor(class, construct, false);
    let class = vm.types.slice;
    vm.add_methods(class, SLICE_METHODS);
    vm.add_getsets(
        class,
        &[
            ("start", |vm, w| Ok(slice(vm, w)?.start), None),
            ("stop", |vm, w| Ok(slice(vm, w)?.stop), None),
            ("step", |vm, w| Ok(slice(vm, w)?.step), None),
        ],
    );
    vm.set_constructor(class, construct_slice, false);
}

fn range(vm: &mut Vm, w: Word) -> PyResult<Gc<RangeObj>> {
    this(vm, &Args::new(&[w]))
}

fn slice(vm: &mut Vm, w: Word) -> PyResult<Gc<SliceObj>> {
    this(vm, &Args::new(&[w]))
}

fn construct(vm: &mut Vm, _: Gc<Class>, a: &Args) -> PyResult {
    args::no_keywords(vm, a, "range")?;
    let (start, stop, step) = match *a.pos() {
        [stop] => (Word::int(0), bound(vm, stop)?, Word::int(1)),
        [start, stop] => (bound(vm, start)?, bound(vm, stop)?, Word::int(1)),
        [start, stop, step] => (bound(vm, start)?, bound(vm, stop)?, bound(vm, step)?),
        [] => return Err(vm.type_error("range expected at least 1 argument, got 0")),
        _ => {
            let given = a.len();
            return Err(vm.type_error(format!("range expected at most 3 arguments, got {given}")));
        }
    };
    if step == Word::int(0) {
        return Err(vm.value_error("range() arg 3 must not be zero"));
    }
    vm.new_range(start, stop, step)
}

#[inline]
fn bound(vm: &mut Vm, w: Word) -> PyResult {
    if w.is_int() { Ok(w) } else { vm.index_word(w) }
}

/// Place of an integer in a range, if it is in it.
fn position(range: Gc<RangeObj>, wanted: Word) -> Option<IBig> {
    let (wanted, start, stop, step) = (
        int_value(wanted)?.to_big(),
        int_value(range.start)?.to_big(),
        int_value(range.stop)?.to_big(),
        int_value(range.step)?.to_big(),
    );
    let inside = if step.sign() == Sign::Positive {
        start <= wanted && wanted < stop
    } else {
        stop < wanted && wanted <= start
    };
    let offset = wanted - start;
    (inside && &offset % &step == IBig::ZERO).then(|| offset / step)
}

/// The place found by comparing items one by one, for values that are not exact ints.
fn search(vm: &mut Vm, a: &Args) -> PyResult<(i64, Option<i64>)> {
    let (mut count, mut first, mut at) = (0, None, 0);
    vm.iterate(a[0], |vm, item| {
        if vm.eq(item, a[1])? {
            count += 1;
            first = first.or(Some(at));
        }
        at += 1;
        Ok(true)
    })?;
    Ok((count, first))
}

fn count(vm: &mut Vm, a: &Args) -> PyResult {
    let range = range(vm, a[0])?;
    if int_value(a[1]).is_some() {
        return Ok(Word::int(i64::from(position(range, a[1]).is_some())));
    }
    Ok(Word::int(search(vm, a)?.0))
}

fn index(vm: &mut Vm, a: &Args) -> PyResult {
    let range = range(vm, a[0])?;
    let found =
        if int_value(a[1]).is_some() { position(range, a[1]) } else { search(vm, a)?.1.map(IBig::from) };
    match found {
        Some(at) => Ok(vm.new_bigint(at)),
        None if int_value(a[1]).is_none() => Err(vm.value_error("sequence.index(x): x not in sequence")),
        None => {
            let shown = vm.repr(a[1])?;
            Err(vm.value_error(format!("{shown} is not in range")))
        }
    }
}

fn construct_slice(vm: &mut Vm, _: Gc<Class>, a: &Args) -> PyResult {
    args::no_keywords(vm, a, "slice")?;
    match *a.pos() {
        [stop] => Ok(vm.new_slice(NONE, stop, NONE)),
        [start, stop] => Ok(vm.new_slice(start, stop, NONE)),
        [start, stop, step] => Ok(vm.new_slice(start, stop, step)),
        [] => Err(vm.type_error("slice expected at least 1 argument, got 0")),
        _ => {
            let given = a.len();
            Err(vm.type_error(format!("slice expected at most 3 arguments, got {given}")))
        }
    }
}

/// `slice.indices(length)`, on words so that lengths may be huge.
fn indices(vm: &mut Vm, a: &Args) -> PyResult {
    let slice = slice(vm, a[0])?;
    let length = vm.index_word(a[1])?;
    let zero = Word::int(0);
    if less(vm, length, zero)? {
        return Err(vm.value_error("length should not be negative"));
    }
    let step = if slice.step.is_none() { Word::int(1) } else { slice_index(vm, slice.step)? };
    if step == zero {
        return Err(vm.value_error("slice step cannot be zero"));
    }
    let backward = less(vm, step, zero)?;
    // The least and the greatest position.
    let (lower, upper) = if backward {
        (Word::int(-1), vm.binary_op(BinOp::Sub, length, Word::int(1))?)
    } else {
        (zero, length)
    };
    let (first, last) = if backward { (upper, lower) } else { (lower, upper) };
    let start = clamp(vm, slice.start, first, lower, upper, length)?;
    let stop = clamp(vm, slice.stop, last, lower, upper, length)?;
    Ok(vm.new_tuple(&[start, stop, step]))
}

fn slice_index(vm: &mut Vm, w: Word) -> PyResult {
    if w.as_index().is_none() && vm.lookup_special(w, vm.names.index).is_none() {
        return Err(vm.type_error("slice indices must be integers or None or have an __index__ method"));
    }
    vm.index_word(w)
}

fn less(vm: &mut Vm, a: Word, b: Word) -> PyResult<bool> {
    let result = vm.compare(CmpOp::Lt, a, b)?;
    Ok(match result {
        TRUE => true,
        FALSE => false,
        other => vm.truthy(other)?,
    })
}

fn clamp(vm: &mut Vm, w: Word, default: Word, lower: Word, upper: Word, length: Word) -> PyResult {
    if w.is_none() {
        return Ok(default);
    }
    let mut index = slice_index(vm, w)?;
    if less(vm, index, Word::int(0))? {
        index = vm.binary_op(BinOp::Add, index, length)?;
        return Ok(if less(vm, index, lower)? { lower } else { index });
    }
    Ok(if less(vm, upper, index)? { upper } else { index })
}
