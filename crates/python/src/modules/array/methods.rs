//! Methods of `array`.

use super::{Array, encode, object};
use crate::builtins::args::{self, DONE};
use crate::builtins::bytes;
use crate::heap::Marker;
use crate::objects::iter::NativeIter;
use crate::objects::misc::Payload;
use crate::objects::{Args, Class, Gc, List, MethodDef, SliceObj};
use crate::vm::ops::CmpOp;
use crate::vm::{PyResult, Vm};
use crate::word::{NONE, NOTIMPL, UNDEF, Word};

static METHODS: &[MethodDef] = &[
    MethodDef::new("append", append, 1, 1),
    MethodDef::new("extend", extend, 1, 1),
    MethodDef::new("insert", insert, 2, 2),
    MethodDef::new("pop", pop, 0, 1),
    MethodDef::new("remove", remove, 1, 1),
    MethodDef::new("index", index, 1, 3),
    MethodDef::new("count", count, 1, 1),
    MethodDef::new("reverse", reverse, 0, 0),
    MethodDef::new("tolist", tolist, 0, 0),
    MethodDef::new("fromlist", fromlist, 1, 1),
    MethodDef::new("tobytes", tobytes, 0, 0),
    MethodDef::new("frombytes", frombytes, 1, 1),
    MethodDef::new("byteswap", byteswap, 0, 0),
    MethodDef::new("buffer_info", buffer_info, 0, 0),
    MethodDef::new("__copy__", copy, 0, 0),
    MethodDef::new("__deepcopy__", copy, 1, 1),
    MethodDef::new("__len__", len, 0, 0),
    MethodDef::new("__getitem__", getitem, 1, 1),
    MethodDef::new("__setitem__", setitem, 2, 2),
    MethodDef::new("__delitem__", delitem, 1, 1),
    MethodDef::new("__contains__", contains, 1, 1),
    MethodDef::new("__iter__", iter, 0, 0),
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

pub(super) fn install(vm: &mut Vm, class: Gc<Class>) {
    vm.add_methods(class, METHODS);
    vm.set_class_attr(class, "__hash__", NONE);
    vm.add_getsets(
        class,
        &[
            (
                "typecode",
                |vm, w| {
                    let code = this(vm, w)?.kind.code;
                    Ok(vm.new_char(code as char))
                },
                None,
            ),
            ("itemsize", |vm, w| Ok(Word::int(this(vm, w)?.kind.size as i64)), None),
        ],
    );
}

#[inline]
fn this(vm: &mut Vm, w: Word) -> PyResult<Payload<Array>> {
    match w.payload::<Array>() {
        Some(array) => Ok(array),
        None => {
            Err(args::wrong_type(vm, w, "descriptor requires an 'array.array' object but received a '{}'"))
        }
    }
}

/// An array of the receiver's class and kind.
fn like(vm: &mut Vm, receiver: Word, items: &[u8]) -> PyResult {
    let mut new = Array::new(this(vm, receiver)?.kind);
    new.splice(0, 0, items);
    let class = vm.type_of(receiver);
    Ok(object(vm, class, new))
}

/// Appends `item`, whose conversion may run Python code that changes the array.
fn push(vm: &mut Vm, array: Word, item: Word) -> PyResult<()> {
    let mut array = this(vm, array)?;
    let raw = encode(vm, array.kind, item)?;
    array.push(vm, raw);
    Ok(())
}

fn append(vm: &mut Vm, a: &Args) -> PyResult {
    push(vm, a[0], a[1])?;
    DONE
}

fn extend_with(vm: &mut Vm, receiver: Word, source: Word) -> PyResult<()> {
    let mut array = this(vm, receiver)?;
    if let Some(other) = source.payload::<Array>() {
        if other.kind != array.kind {
            return Err(vm.type_error("can only extend with array of same kind"));
        }
        let (end, items) = (array.len(), other.bytes().to_vec());
        array.splice(end, end, &items);
        return Ok(());
    }
    vm.iterate(source, |vm, item| {
        push(vm, receiver, item)?;
        Ok(true)
    })
}

fn extend(vm: &mut Vm, a: &Args) -> PyResult {
    extend_with(vm, a[0], a[1])?;
    DONE
}

fn insert(vm: &mut Vm, a: &Args) -> PyResult {
    let index = vm.index(a[1])?;
    let mut array = this(vm, a[0])?;
    let raw = encode(vm, array.kind, a[2])?;
    let len = array.len();
    let at = if index < 0 { (index + len as i64).max(0) as usize } else { (index as usize).min(len) };
    let size = array.kind.size;
    array.splice(at, at, &raw[..size]);
    DONE
}

/// The place that an index names, if it is in the array. The array is looked at once the index is known: an `__index__`
/// may change it, so nobody holds a reference to it meanwhile.
fn place(vm: &mut Vm, array: Word, index: Word, message: &str) -> PyResult<usize> {
    let index = match index.as_int() {
        Some(index) => index,
        None => {
            if index.as_index().is_none() && vm.lookup_special(index, vm.names.index).is_none() {
                return Err(vm.type_error("array indices must be integers"));
            }
            vm.index(index)?
        }
    };
    let len = this(vm, array)?.len() as i64;
    let at = if index < 0 { index + len } else { index };
    if (0..len).contains(&at) { Ok(at as usize) } else { Err(vm.index_error(message)) }
}

fn pop(vm: &mut Vm, a: &Args) -> PyResult {
    let index = vm.index_word(a.or(1, Word::int(-1)))?;
    if this(vm, a[0])?.is_empty() {
        return Err(vm.index_error("pop from empty array"));
    }
    let at = place(vm, a[0], index, "pop index out of range")?;
    let mut array = this(vm, a[0])?;
    let item = array.get(vm, at);
    array.splice(at, at + 1, &[]);
    Ok(item)
}

fn find(vm: &mut Vm, array: Payload<Array>, wanted: Word, from: usize, to: usize) -> PyResult<Option<usize>> {
    let mut at = from;
    while at < to.min(array.len()) {
        let item = array.get(vm, at);
        if item == wanted || vm.eq(item, wanted)? {
            return Ok(Some(at));
        }
        at += 1;
    }
    Ok(None)
}

fn remove(vm: &mut Vm, a: &Args) -> PyResult {
    let mut array = this(vm, a[0])?;
    match find(vm, array, a[1], 0, usize::MAX)? {
        Some(at) => {
            // The comparison may have shortened the array.
            let len = array.len();
            array.splice(at.min(len), (at + 1).min(len), &[]);
            DONE
        }
        None => Err(vm.value_error("array.remove(x): x not in array")),
    }
}

fn index(vm: &mut Vm, a: &Args) -> PyResult {
    let array = this(vm, a[0])?;
    let from = crate::builtins::list::bound_index(vm, a.or(2, UNDEF), array.len(), 0)?;
    let to = crate::builtins::list::bound_index(vm, a.or(3, UNDEF), array.len(), usize::MAX)?;
    match find(vm, array, a[1], from, to)? {
        Some(at) => Ok(Word::int(at as i64)),
        None => Err(vm.value_error("array.index(x): x not in array")),
    }
}

fn count(vm: &mut Vm, a: &Args) -> PyResult {
    let array = this(vm, a[0])?;
    let (mut total, mut at) = (0, 0);
    while let Some(found) = find(vm, array, a[1], at, usize::MAX)? {
        total += 1;
        at = found + 1;
    }
    Ok(Word::int(total))
}

fn contains(vm: &mut Vm, a: &Args) -> PyResult {
    let array = this(vm, a[0])?;
    Ok(find(vm, array, a[1], 0, usize::MAX)?.is_some().into())
}

fn reverse(vm: &mut Vm, a: &Args) -> PyResult {
    let mut array = this(vm, a[0])?;
    let size = array.kind.size;
    let bytes = array.bytes_mut();
    bytes.reverse();
    bytes.chunks_exact_mut(size).for_each(<[u8]>::reverse);
    DONE
}

fn items(vm: &mut Vm, array: Payload<Array>) -> Vec<Word> {
    (0..array.len()).map(|at| array.get(vm, at)).collect()
}

fn tolist(vm: &mut Vm, a: &Args) -> PyResult {
    let array = this(vm, a[0])?;
    let items = items(vm, array);
    Ok(vm.new_list(items))
}

fn fromlist(vm: &mut Vm, a: &Args) -> PyResult {
    if !a[1].is::<List>() {
        return Err(vm.type_error("arg must be list"));
    }
    extend_with(vm, a[0], a[1])?;
    DONE
}

fn tobytes(vm: &mut Vm, a: &Args) -> PyResult {
    let array = this(vm, a[0])?;
    Ok(vm.new_bytes(array.bytes()))
}

fn frombytes(vm: &mut Vm, a: &Args) -> PyResult {
    let data = bytes::like(vm, a[1])?.to_vec();
    let mut array = this(vm, a[0])?;
    if data.len() % array.kind.size != 0 {
        return Err(vm.value_error("bytes length not a multiple of item size"));
    }
    let end = array.len();
    array.splice(end, end, &data);
    DONE
}

fn byteswap(vm: &mut Vm, a: &Args) -> PyResult {
    let mut array = this(vm, a[0])?;
    let size = array.kind.size;
    array.bytes_mut().chunks_exact_mut(size).for_each(<[u8]>::reverse);
    let bytes = array.bytes().len();
    array.canonicalise(0, bytes);
    DONE
}

fn buffer_info(vm: &mut Vm, a: &Args) -> PyResult {
    let array = this(vm, a[0])?;
    let address = vm.new_int(array.bytes().as_ptr() as i64);
    Ok(vm.new_tuple(&[address, Word::int(array.len() as i64)]))
}

fn copy(vm: &mut Vm, a: &Args) -> PyResult {
    let array = this(vm, a[0])?;
    like(vm, a[0], array.bytes())
}

fn len(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(Word::int(this(vm, a[0])?.len() as i64))
}

/// Places that a slice names, in order.
fn slice_places(vm: &mut Vm, slice: Gc<SliceObj>, array: Word) -> PyResult<(Vec<usize>, i64, i64)> {
    let indices = vm.slice_indices(slice, || array.payload::<Array>().map_or(0, |array| array.len()))?;
    let (start, step, count) = (indices.start, indices.step, indices.count);
    Ok(((0..count as i64).map(|i| (start + i * step) as usize).collect(), start, step))
}

fn getitem(vm: &mut Vm, a: &Args) -> PyResult {
    let Some(slice) = a[1].cast::<SliceObj>() else {
        let at = place(vm, a[0], a[1], "array index out of range")?;
        return Ok(this(vm, a[0])?.get(vm, at));
    };
    let (places, ..) = slice_places(vm, slice, a[0])?;
    let array = this(vm, a[0])?;
    let size = array.kind.size;
    let mut picked = Vec::with_capacity(places.len() * size);
    for at in places {
        picked.extend_from_slice(&array.bytes()[at * size..(at + 1) * size]);
    }
    like(vm, a[0], &picked)
}

fn setitem(vm: &mut Vm, a: &Args) -> PyResult {
    let Some(slice) = a[1].cast::<SliceObj>() else {
        let at = place(vm, a[0], a[1], "array assignment index out of range")?;
        let mut array = this(vm, a[0])?;
        let raw = encode(vm, array.kind, a[2])?;
        // Converting may have run Python code that shortened the array.
        return if array.set(at, raw) {
            DONE
        } else {
            Err(vm.index_error("array assignment index out of range"))
        };
    };
    let array = this(vm, a[0])?;
    let Some(other) = a[2].payload::<Array>() else {
        return Err(args::wrong_type(vm, a[2], "can only assign array (not \"{}\") to array slice"));
    };
    if other.kind != array.kind {
        return Err(vm.type_error("bad argument type for built-in operation"));
    }
    let items = other.bytes().to_vec();
    let (places, start, step) = slice_places(vm, slice, a[0])?;
    let mut array = this(vm, a[0])?;
    let size = array.kind.size;
    if step == 1 {
        let from = (start.max(0) as usize).min(array.len());
        array.splice(from, from + places.len(), &items);
        return DONE;
    }
    let given = items.len() / size;
    if given != places.len() {
        let wanted = places.len();
        return Err(vm.value_error(format!(
            "attempt to assign array of size {given} to extended slice of size {wanted}"
        )));
    }
    for (at, item) in places.into_iter().zip(items.chunks_exact(size)) {
        array.bytes_mut()[at * size..(at + 1) * size].copy_from_slice(item);
    }
    DONE
}

fn delitem(vm: &mut Vm, a: &Args) -> PyResult {
    let mut places = match a[1].cast::<SliceObj>() {
        None => vec![place(vm, a[0], a[1], "array assignment index out of range")?],
        Some(slice) => slice_places(vm, slice, a[0])?.0,
    };
    let mut array = this(vm, a[0])?;
    places.sort_unstable();
    for at in places.into_iter().rev() {
        array.splice(at, at + 1, &[]);
    }
    DONE
}

struct Iter {
    array: Word,
    at: usize,
}

impl NativeIter for Iter {
    fn next(&mut self, vm: &mut Vm) -> PyResult<Option<Word>> {
        let array = this(vm, self.array)?;
        if self.at >= array.len() {
            self.at = usize::MAX;
            return Ok(None);
        }
        self.at += 1;
        Ok(Some(array.get(vm, self.at - 1)))
    }

    fn trace(&self, marker: &mut Marker) {
        marker.word(self.array);
    }
}

fn iter(vm: &mut Vm, a: &Args) -> PyResult {
    Ok(vm.new_native_iter(Box::new(Iter { array: a[0], at: 0 })))
}

fn repr(vm: &mut Vm, a: &Args) -> PyResult {
    let array = this(vm, a[0])?;
    let name = vm.type_name(a[0]);
    let code = array.kind.code as char;
    if array.is_empty() {
        return Ok(vm.new_string(format!("{name}('{code}')")));
    }
    let items = items(vm, array);
    let shown = if code == 'u' {
        let text: String = items.iter().filter_map(|w| w.as_str()).collect();
        let text = vm.new_string(text);
        vm.repr(text)?
    } else {
        let list = vm.new_list(items);
        vm.repr(list)?
    };
    Ok(vm.new_string(format!("{name}('{code}', {shown})")))
}

fn add(vm: &mut Vm, a: &Args) -> PyResult {
    let array = this(vm, a[0])?;
    let Some(other) = a[1].payload::<Array>() else {
        return Err(args::wrong_type(vm, a[1], "can only append array (not \"{}\") to array"));
    };
    if other.kind != array.kind {
        return Err(vm.type_error("bad argument type for built-in operation"));
    }
    let joined = [array.bytes(), other.bytes()].concat();
    like(vm, a[0], &joined)
}

fn iadd(vm: &mut Vm, a: &Args) -> PyResult {
    if a[1].payload::<Array>().is_none() {
        return Err(args::wrong_type(vm, a[1], "can only extend with array (not \"{}\")"));
    }
    extend_with(vm, a[0], a[1])?;
    Ok(a[0])
}

fn repeated(vm: &mut Vm, a: &Args) -> PyResult<Vec<u8>> {
    let times = vm.index(a[1])?.max(0) as usize;
    let array = this(vm, a[0])?;
    vm.room_for(array.bytes().len(), times)?;
    Ok(array.bytes().repeat(times))
}

fn mul(vm: &mut Vm, a: &Args) -> PyResult {
    if a[1].as_index().is_none() && vm.lookup_special(a[1], vm.names.index).is_none() {
        return Ok(NOTIMPL);
    }
    let items = repeated(vm, a)?;
    like(vm, a[0], &items)
}

fn imul(vm: &mut Vm, a: &Args) -> PyResult {
    let items = repeated(vm, a)?;
    let mut array = this(vm, a[0])?;
    let len = array.len();
    array.splice(0, len, &items);
    Ok(a[0])
}

/// Compares as lists compare.
fn compare(vm: &mut Vm, a: &Args, op: CmpOp) -> PyResult {
    let Some(other) = a[1].payload::<Array>() else { return Ok(NOTIMPL) };
    let array = this(vm, a[0])?;
    let (x, y) = (items(vm, array), items(vm, other));
    let (x, y) = (vm.new_list(x), vm.new_list(y));
    vm.compare(op, x, y)
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
