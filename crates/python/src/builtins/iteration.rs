//! Builtin functions over iterables: `all`, `any`, `sum`, `min`, `max`, `sorted`, `iter`, `next`, `reversed`, and the
//! iterator types `enumerate`, `zip`, `map`, `filter`.

use dashu_int::IBig;

use super::args::{self, given};
use super::numbers::{Int, int_value};
use super::sort;
use crate::objects::iter::{CallIter, Enumerate, Filter, Map, Reversed, Zip};
use crate::objects::{Args, Class, Gc, MethodDef, TypeTag};
use crate::vm::ops::BinOp;
use crate::vm::{PyResult, Vm};
use crate::word::{FALSE, TRUE, UNDEF, Word};

static FUNCTIONS: &[MethodDef] = &[
    MethodDef::new("all", all, 1, 1),
    MethodDef::new("any", any, 1, 1),
    MethodDef::new("iter", iter, 1, 2),
    MethodDef::kw("max", max, 0, crate::objects::function::ANY),
    MethodDef::kw("min", min, 0, crate::objects::function::ANY),
    MethodDef::new("next", next, 1, 2),
    MethodDef::kw("sorted", sorted, 1, 1),
    MethodDef::kw("sum", sum, 1, 2),
];

/// Registers functions and constructors.
pub fn install(vm: &mut Vm) {
    vm.add_functions(vm.builtins, "builtins", FUNCTIONS);
    vm.set_constructor(vm.types.enumerate, new_enumerate, false);
    vm.set_constructor(vm.types.zip, new_zip, false);
    vm.set_constructor(vm.types.map, new_map, false);
    vm.set_constructor(vm.types.filter, new_filter, false);
    vm.set_constructor(vm.types.reversed, new_reversed, false);
}

fn all(vm: &mut Vm, a: &Args) -> PyResult {
    let mut result = TRUE;
    vm.iterate(a[0], |vm, item| {
        if vm.truthy(item)? {
            return Ok(true);
        }
        result = FALSE;
        Ok(false)
    })?;
    Ok(result)
}

fn any(vm: &mut Vm, a: &Args) -> PyResult {
    let mut result = FALSE;
    vm.iterate(a[0], |vm, item| {
        if !vm.truthy(item)? {
            return Ok(true);
        }
        result = TRUE;
        Ok(false)
    })?;
    Ok(result)
}

fn iter(vm: &mut Vm, a: &Args) -> PyResult {
    let Some(sentinel) = a.get(1) else {
        return vm.iter(a[0]);
    };
    if !args::is_callable(vm, a[0]) {
        return Err(vm.type_error("iter(v, w): v must be callable"));
    }
    let hdr = vm.header(TypeTag::CallIter, vm.types.call_iter);
    Ok(vm.heap.place(CallIter { hdr, func: a[0], sentinel }).word())
}

fn next(vm: &mut Vm, a: &Args) -> PyResult {
    match vm.iter_next(a[0])? {
        Some(item) => Ok(item),
        None => match a.get(1) {
            Some(default) => Ok(default),
            None if a[0].is::<crate::objects::Generator>() => {
                let value = vm.generator_return();
                Err(vm.stop_iteration(value))
            }
            None => Err(vm.stop_iteration(UNDEF)),
        },
    }
}

fn sum(vm: &mut Vm, a: &Args) -> PyResult {
    let [source, start] = args::bind(vm, a, "sum", ["/iterable", "start"], 1, 2)?;
    let start = start.defined().unwrap_or(Word::int(0));
    let refused = match start.tag() {
        TypeTag::Str => "strings [use ''.join(seq) instead]",
        TypeTag::Bytes => "bytes [use b''.join(seq) instead]",
        TypeTag::ByteArray => "bytearray [use b''.join(seq) instead]",
        _ => "",
    };
    if !refused.is_empty() {
        return Err(vm.type_error(format!("sum() can't sum {refused}")));
    }
    let mut total = Total::of(start);
    vm.iterate(source, |vm, item| {
        total.add(vm, item)?;
        Ok(true)
    })?;
    Ok(total.word(vm))
}

/// A running sum: native while the items are ints or floats.
enum Total {
    Int(i128),
    Float(f64),
    Other(Word),
}

impl Total {
    fn of(start: Word) -> Total {
        match (start.as_int(), start.as_float()) {
            (Some(i), _) => Total::Int(i128::from(i)),
            (_, Some(f)) => Total::Float(f),
            _ => Total::Other(start),
        }
    }

    #[inline]
    fn add(&mut self, vm: &mut Vm, item: Word) -> PyResult<()> {
        match *self {
            // Items are at most 48 bits: the sum cannot overflow 128.
            Total::Int(sum) => match item.as_index() {
                Some(i) => *self = Total::Int(sum + i128::from(i)),
                None if item.is_float() => *self = Total::Float(sum as f64 + item.unbox_float()),
                None => self.add_other(vm, item)?,
            },
            Total::Float(sum) => match item.as_float() {
                Some(f) => *self = Total::Float(sum + f),
                None => match item.as_index() {
                    Some(i) => *self = Total::Float(sum + i as f64),
                    None => self.add_other(vm, item)?,
                },
            },
            Total::Other(_) => self.add_other(vm, item)?,
        }
        Ok(())
    }

    fn add_other(&mut self, vm: &mut Vm, item: Word) -> PyResult<()> {
        let sum = self.word(vm);
        let next = vm.binary_op(BinOp::Add, sum, item)?;
        *self = Total::of(next);
        Ok(())
    }

    fn word(&self, vm: &mut Vm) -> Word {
        match *self {
            Total::Int(i) => vm.new_int_i128(i),
            Total::Float(f) => Word::float(f),
            Total::Other(w) => w,
        }
    }
}

fn min(vm: &mut Vm, a: &Args) -> PyResult {
    extreme(vm, a, "min", false)
}

fn max(vm: &mut Vm, a: &Args) -> PyResult {
    extreme(vm, a, "max", true)
}

/// Whether `candidate` replaces `best`.
#[inline]
fn better(vm: &mut Vm, candidate: Word, best: Word, largest: bool) -> PyResult<bool> {
    let (a, b) = if largest { (best, candidate) } else { (candidate, best) };
    if let (Some(x), Some(y)) = (a.as_int(), b.as_int()) {
        return Ok(x < y);
    }
    if let (Some(x), Some(y)) = (a.as_float(), b.as_float()) {
        return Ok(x < y);
    }
    // max asks `candidate > best`, min `candidate < best`.
    let op = if largest { crate::vm::ops::CmpOp::Gt } else { crate::vm::ops::CmpOp::Lt };
    let result = vm.compare(op, candidate, best)?;
    vm.truthy(result)
}

fn extreme(vm: &mut Vm, a: &Args, name: &str, largest: bool) -> PyResult {
    if !a.has_kw() && a.len() > 1 {
        let mut best = a[0];
        for &candidate in &a[1..] {
            if better(vm, candidate, best, largest)? {
                best = candidate;
            }
        }
        return Ok(best);
    }
    if a.is_empty() {
        return Err(vm.type_error(format!("{name} expected at least 1 argument, got 0")));
    }
    let [key, default] = args::bind(vm, &a.skip(a.len()), name, ["key", "default"], 0, 0)?;
    if a.len() > 1 && default != UNDEF {
        return Err(vm.type_error(format!(
            "Cannot specify a default for {name}() with multiple positional arguments"
        )));
    }
    let key = given(key);
    let mut best: Option<(Word, Word)> = None;
    let mut consider = |vm: &mut Vm, item: Word| -> PyResult<bool> {
        let rank = match key {
            Some(key) => vm.call(key, &[item])?,
            None => item,
        };
        let replaces = match best {
            Some((best_rank, _)) => better(vm, rank, best_rank, largest)?,
            None => true,
        };
        if replaces {
            best = Some((rank, item));
        }
        Ok(true)
    };
    if a.len() == 1 {
        vm.iterate(a[0], consider)?;
    } else {
        for &item in a.pos() {
            consider(vm, item)?;
        }
    }
    match (best, default.defined()) {
        (Some((_, item)), _) | (None, Some(item)) => Ok(item),
        (None, None) => Err(vm.value_error(format!("{name}() arg is an empty sequence"))),
    }
}

fn sorted(vm: &mut Vm, a: &Args) -> PyResult {
    let [key, reverse] = args::bind(vm, &a.skip(1), "sort", ["key", "reverse"], 0, 0)?;
    let reverse = reverse != UNDEF && vm.truthy(reverse)?;
    let mut items = vm.to_vec(a[0])?;
    sort::sort(vm, &mut items, given(key), reverse)?;
    Ok(vm.new_list(items))
}

fn finish(vm: &mut Vm, object: Word, class: Gc<Class>, own: Gc<Class>) -> PyResult {
    if class != own {
        vm.set_class(object, class);
    }
    Ok(object)
}

fn new_enumerate(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    let [source, start] = args::bind(vm, a, "enumerate", ["iterable", "start"], 1, 2)?;
    let count = if start == UNDEF { Word::int(0) } else { vm.index_word(start)? };
    let iter = vm.iter(source)?;
    let hdr = vm.header(TypeTag::Enumerate, vm.types.enumerate);
    let object = vm.heap.place(Enumerate { hdr, iter, count }).word();
    finish(vm, object, class, vm.types.enumerate)
}

/// A tuple of iterators, one per source.
fn iterators(vm: &mut Vm, sources: &[Word]) -> PyResult {
    let mut iters = Vec::with_capacity(sources.len());
    for &source in sources {
        iters.push(vm.iter(source)?);
    }
    Ok(vm.new_tuple(&iters))
}

fn new_zip(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    let [strict] = args::bind(vm, &a.skip(a.len()), "zip", ["strict"], 0, 0)?;
    let strict = strict != UNDEF && vm.truthy(strict)?;
    let iters = iterators(vm, a.pos())?;
    let hdr = vm.header(TypeTag::Zip, vm.types.zip);
    let object = vm.heap.place(Zip { hdr, iters, strict }).word();
    finish(vm, object, class, vm.types.zip)
}

fn new_map(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    args::no_keywords(vm, a, "map")?;
    if a.len() < 2 {
        return Err(vm.type_error("map() must have at least two arguments."));
    }
    let iters = iterators(vm, &a[1..])?;
    let hdr = vm.header(TypeTag::Map, vm.types.map);
    let object = vm.heap.place(Map { hdr, func: a[0], iters }).word();
    finish(vm, object, class, vm.types.map)
}

fn new_filter(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    args::no_keywords(vm, a, "filter")?;
    if a.len() != 2 {
        return Err(vm.type_error(format!("filter expected 2 arguments, got {}", a.len())));
    }
    let iter = vm.iter(a[1])?;
    let hdr = vm.header(TypeTag::Filter, vm.types.filter);
    let object = vm.heap.place(Filter { hdr, func: a[0], iter }).word();
    finish(vm, object, class, vm.types.filter)
}

fn new_reversed(vm: &mut Vm, class: Gc<Class>, a: &Args) -> PyResult {
    args::no_keywords(vm, a, "reversed")?;
    if a.len() != 1 {
        return Err(vm.type_error(format!("reversed expected 1 argument, got {}", a.len())));
    }
    let source = a[0];
    if let Some(method) = vm.lookup_special(source, vm.names.reversed) {
        if method.is_none() {
            return Err(args::wrong_type(vm, source, "'{}' object is not reversible"));
        }
        return match vm.call_special(source, vm.names.reversed, &[])? {
            Some(result) => Ok(result),
            None => Err(args::wrong_type(vm, source, "'{}' object is not reversible")),
        };
    }
    let is_sequence = !source.is::<crate::objects::Dict>()
        && !source.is::<crate::objects::Set>()
        && vm.lookup_special(source, vm.names.getitem).is_some()
        && vm.lookup_special(source, vm.names.len).is_some();
    if !is_sequence {
        return Err(args::wrong_type(vm, source, "'{}' object is not reversible"));
    }
    let len = vm.len(source)?;
    let hdr = vm.header(TypeTag::Reversed, vm.types.reversed);
    let object = vm.heap.place(Reversed { hdr, seq: source, index: len as i64 - 1 }).word();
    finish(vm, object, class, vm.types.reversed)
}

/// `range.__reversed__`.
pub fn reversed_range(vm: &mut Vm, a: &Args) -> PyResult {
    let range = args::this::<crate::objects::RangeObj>(vm, a)?;
    let (Some(start), Some(step), Some(len)) =
        (int_value(range.start), int_value(range.step), int_value(range.len))
    else {
        return Err(vm.type_error("range has no integer bounds"));
    };
    if let (Int::Small(start), Int::Small(step), Int::Small(len)) = (&start, &step, &len) {
        let last = start.checked_add(step.wrapping_mul(len - 1));
        if let Some(last) = last.filter(|last| Word::int_fits(*last) && Word::int_fits(*start)) {
            return Ok(vm.new_range_iter(last, *len, -step));
        }
    }
    // Beyond the inline ints: iterate over the reversed range object.
    let (start, step, len) = (start.to_big(), step.to_big(), len.to_big());
    let last = &start + &step * (&len - IBig::ONE);
    let stop = &start - &step;
    let words = [vm.new_bigint(last), vm.new_bigint(stop), vm.new_bigint(-step)];
    let reversed = vm.new_range(words[0], words[1], words[2])?;
    vm.iter(reversed)
}
