//! Displays, comprehension steps, formatted strings.

use super::*;
use crate::bytecode::insn;
use crate::jit::functions::*;
use crate::jit::spec::{LIST_BUF, LIST_COUNT, LIST_ITEM, LIST_ROOM, TUPLE_COUNT, TUPLE_ITEM};
use crate::objects::{Dict, List, Set, Tuple};
use crate::vm::{Exc, PyResult};
use crate::word::{NONE, UNDEF};

/// A tuple of slots `from..from + n`.
#[inline(always)]
pub fn tuple_of<M: PyMachine>(m: &mut M, from: i32, n: u16) -> M::Ref {
    let t = blank_tuple(m, n.into());
    for i in 0..n {
        let w = m.slot(from + i32::from(i));
        let i = m.const_int(i.into());
        m.store_elem_word(t, i, w, TUPLE_ITEM);
    }
    t
}

/// A tuple of some values.
pub fn new_tuple<M: PyMachine>(m: &mut M, items: &[M::Word]) -> M::Ref {
    let t = blank_tuple(m, items.len() as i64);
    for (i, &w) in items.iter().enumerate() {
        let i = m.const_int(i as i64);
        m.store_elem_word(t, i, w, TUPLE_ITEM);
    }
    t
}

/// A tuple whose items are yet to be stored.
#[inline(always)]
fn blank_tuple<M: PyMachine>(m: &mut M, n: i64) -> M::Ref {
    let count = m.const_int(n);
    let t = m.call_ref(NEW_TUPLE, args![Int count]);
    if M::RECORDS {
        let tag = m.const_int(TypeTag::Tuple as i64);
        let shape = m.host().types.tuple.root_shape;
        let shape = m.const_ref(shape as u64);
        m.store_int(t, tag, TAG);
        m.store_ref(t, shape, BUILTIN_SHAPE);
        m.store_int(t, count, TUPLE_COUNT);
    }
    t
}

#[inline(always)]
fn set_ref<M: PyMachine>(m: &mut M, dst: u16, object: M::Ref) -> Flow {
    let w = m.box_ref(object);
    m.set_slot(r(dst), w);
    Flow::Next
}

#[inline(always)]
pub fn tuple<M: PyMachine>(m: &mut M, _at: At, i: insn::BuildTuple) -> Flow {
    if i.n == 0 {
        let w = m.host().empty_tuple;
        let w = word(m, w);
        m.set_slot(r(i.dst), w);
        return Flow::Next;
    }
    let t = tuple_of(m, r(i.base), i.n);
    set_ref(m, i.dst, t)
}

#[inline(always)]
pub fn list<M: PyMachine>(m: &mut M, _at: At, i: insn::BuildList) -> Flow {
    let b = r(i.base);
    let l = match i.n {
        0 => m.call_ref(NEW_LIST0, &[]),
        1 => {
            let x = m.slot(b);
            m.call_ref(NEW_LIST1, args![Word x])
        }
        2 => {
            let (x, y) = (m.slot(b), m.slot(b + 1));
            m.call_ref(NEW_LIST2, args![Word x, Word y])
        }
        3 => {
            let (x, y, z) = (m.slot(b), m.slot(b + 1), m.slot(b + 2));
            m.call_ref(NEW_LIST3, args![Word x, Word y, Word z])
        }
        4 => {
            let (x, y, z, u) = (m.slot(b), m.slot(b + 1), m.slot(b + 2), m.slot(b + 3));
            m.call_ref(NEW_LIST4, args![Word x, Word y, Word z, Word u])
        }
        n => {
            let t = tuple_of(m, b, n);
            m.call_ref(TUPLE_TO_LIST, args![Ref t])
        }
    };
    set_ref(m, i.dst, l)
}

#[inline(always)]
pub fn set<M: PyMachine>(m: &mut M, _at: At, i: insn::BuildSet) -> Flow {
    let s = m.call_ref(NEW_SET, &[]);
    for k in 0..i.n {
        let x = m.slot(r(i.base + k));
        let w = m.call_word(SET_ADD, args![Ref s, Word x]);
        if m.raised(w) {
            return Flow::Raise;
        }
    }
    set_ref(m, i.dst, s)
}

#[inline(always)]
pub fn dict<M: PyMachine>(m: &mut M, _at: At, i: insn::BuildDict) -> Flow {
    let d = m.call_ref(NEW_DICT, &[]);
    for k in 0..i.n {
        let (key, value) = (m.slot(r(i.base + 2 * k)), m.slot(r(i.base + 2 * k + 1)));
        let w = m.call_word(DICT_STORE, args![Ref d, Word key, Word value]);
        if m.raised(w) {
            return Flow::Raise;
        }
    }
    set_ref(m, i.dst, d)
}

#[inline(always)]
pub fn slice<M: PyMachine>(m: &mut M, _at: At, i: insn::BuildSlice) -> Flow {
    let (start, stop) = (m.slot(r(i.base)), m.slot(r(i.base) + 1));
    let step = if i.n == 3 { m.slot(r(i.base) + 2) } else { word(m, NONE) };
    let s = m.call_ref(NEW_SLICE, args![Word start, Word stop, Word step]);
    set_ref(m, i.dst, s)
}

#[inline(always)]
pub fn string<M: PyMachine>(m: &mut M, _at: At, i: insn::BuildString) -> Flow {
    if i.n == 2 {
        let (x, y) = (m.slot(r(i.base)), m.slot(r(i.base) + 1));
        let (x, y) = (m.unbox_ref(x), m.unbox_ref(y));
        return result(m, i.dst, CONCAT, args![Ref x, Ref y]);
    }
    let t = tuple_of(m, r(i.base), i.n);
    result(m, i.dst, JOIN, args![Ref t])
}

/// Appends to a plain list.
#[inline(always)]
pub fn append<M: PyMachine>(m: &mut M, list: M::Ref, w: M::Word) {
    let (len, room) = (m.load_int(list, LIST_COUNT), m.load_int(list, LIST_ROOM));
    let fits = m.int_lt(len, room);
    if m.test(fits) {
        let buffer = m.load_ref(list, LIST_BUF);
        m.store_elem_word(buffer, len, w, LIST_ITEM);
        let one = m.const_int(1);
        let len = m.int_add(len, one);
        m.store_int(list, len, LIST_COUNT);
    } else {
        m.call_unit(LIST_PUSH, args![Ref list, Word w]);
    }
}

#[inline(always)]
pub fn list_append<M: PyMachine>(m: &mut M, _at: At, i: insn::ListAppend) -> Flow {
    let (l, w) = (m.slot(r(i.list)), m.slot(r(i.src)));
    let l = m.unbox_ref(l);
    append(m, l, w);
    Flow::Next
}

#[inline(always)]
pub fn set_add<M: PyMachine>(m: &mut M, _at: At, i: insn::SetAdd) -> Flow {
    let (s, w) = (m.slot(r(i.set)), m.slot(r(i.src)));
    let s = m.unbox_ref(s);
    effect(m, SET_ADD, args![Ref s, Word w])
}

#[inline(always)]
pub fn dict_set<M: PyMachine>(m: &mut M, _at: At, i: insn::DictSet) -> Flow {
    let (d, key, value) = (m.slot(r(i.dict)), m.slot(r(i.key)), m.slot(r(i.src)));
    let d = m.unbox_ref(d);
    let plain = M::RECORDS && arith::is_plain(m, key);
    effect(m, if plain { DICT_SET } else { DICT_STORE }, args![Ref d, Word key, Word value])
}

#[inline(always)]
pub fn list_extend<M: PyMachine>(m: &mut M, _at: At, i: insn::ListExtend) -> Flow {
    let (l, x) = (m.slot(r(i.list)), m.slot(r(i.src)));
    effect(m, LIST_EXTEND, args![Word l, Word x])
}

#[inline(always)]
pub fn set_update<M: PyMachine>(m: &mut M, _at: At, i: insn::SetUpdate) -> Flow {
    let (s, x) = (m.slot(r(i.set)), m.slot(r(i.src)));
    effect(m, SET_UPDATE, args![Word s, Word x])
}

#[inline(always)]
pub fn dict_update<M: PyMachine>(m: &mut M, _at: At, i: insn::DictUpdate) -> Flow {
    let (d, x) = (m.slot(r(i.dict)), m.slot(r(i.src)));
    effect(m, DICT_UPDATE, args![Word d, Word x])
}

#[inline(always)]
pub fn dict_merge<M: PyMachine>(m: &mut M, _at: At, i: insn::DictMerge) -> Flow {
    let (d, x, f) = (m.slot(r(i.dict)), m.slot(r(i.src)), m.slot(r(i.callable)));
    effect(m, DICT_MERGE, args![Word d, Word x, Word f])
}

#[inline(always)]
pub fn list_to_tuple<M: PyMachine>(m: &mut M, _at: At, i: insn::ListToTuple) -> Flow {
    let l = m.slot(r(i.list));
    let l = m.unbox_ref(l);
    result(m, i.dst, LIST_TO_TUPLE, args![Ref l])
}

#[inline(always)]
pub fn format<M: PyMachine>(m: &mut M, _at: At, i: insn::Format) -> Flow {
    let (x, spec) = (m.slot(r(i.src)), m.host().empty_str);
    let spec = word(m, spec.word());
    result(m, i.dst, FORMAT, args![Word x, Word spec])
}

#[inline(always)]
pub fn format_spec<M: PyMachine>(m: &mut M, _at: At, i: insn::FormatSpec) -> Flow {
    let (x, spec) = (m.slot(r(i.src)), m.slot(r(i.spec)));
    result(m, i.dst, FORMAT, args![Word x, Word spec])
}

#[inline(always)]
pub fn convert<M: PyMachine>(m: &mut M, _at: At, i: insn::Convert) -> Flow {
    let (x, kind) = (m.slot(r(i.src)), m.const_int(i.kind.into()));
    result(m, i.dst, CONVERT, args![Word x, Int kind])
}

impl Vm {
    /// Appends to a list, accounting for its growth.
    #[cold]
    #[inline(never)]
    pub fn list_push_slow(&mut self, mut list: Gc<List>, w: Word) {
        let before = list.cap;
        list.push(w);
        self.heap.external((list.cap - before) as usize * 8);
    }

    /// Concatenates the strings in a tuple.
    pub fn join_tuple(&mut self, t: Gc<Tuple>) -> PyResult {
        let parts: Vec<&str> = t.items().iter().filter_map(|w| w.as_str()).collect();
        Ok(self.new_string(parts.concat()))
    }

    /// `[*x]`.
    pub fn display_extend(&mut self, list: Word, x: Word) -> PyResult {
        let Some(mut l) = list.cast::<List>() else { return Ok(NONE) };
        let class = self.type_of(x);
        if self.lookup_class(class, self.names.iter).is_none()
            && self.lookup_class(class, self.names.getitem).is_none()
        {
            let name = self.type_name(x);
            return Err(self.type_error(format!("Value after * must be an iterable, not {name}")));
        }
        self.iterate(x, |_, w| {
            l.push(w);
            Ok(true)
        })?;
        self.heap.external(l.count() * 8);
        Ok(NONE)
    }

    /// `{*x}`.
    pub fn display_set_update(&mut self, set: Word, x: Word) -> PyResult {
        let Some(s) = set.cast::<Set>() else { return Ok(NONE) };
        self.set_update(s, x)?;
        Ok(NONE)
    }

    /// The pairs of a mapping; `None` when it is none.
    pub fn mapping_items(&mut self, x: Word) -> PyResult<Option<Vec<(Word, Word)>>> {
        if let Some(d) = x.cast::<Dict>()
            && d.class() == self.types.dict
        {
            return Ok(Some(d.iter().collect()));
        }
        let keys = self.names.keys;
        let Some(method) = self.find_attr(x, keys)? else { return Ok(None) };
        let keys = self.call(method, &[])?;
        let mut items = Vec::new();
        self.iterate(keys, |vm, key| {
            let value = vm.get_item(x, key)?;
            items.push((key, value));
            Ok(true)
        })?;
        Ok(Some(items))
    }

    /// `{**x}`.
    pub fn display_dict_update(&mut self, dict: Word, x: Word) -> PyResult {
        let Some(d) = dict.cast::<Dict>() else { return Ok(NONE) };
        let Some(items) = self.mapping_items(x)? else {
            let name = self.type_name(x);
            return Err(self.type_error(format!("'{name}' object is not a mapping")));
        };
        for (key, value) in items {
            self.dict_set(d, key, value)?;
        }
        Ok(NONE)
    }

    /// `f(**x)` after other keywords.
    pub fn call_dict_merge(&mut self, dict: Word, x: Word, callee: Word) -> PyResult {
        let Some(d) = dict.cast::<Dict>() else { return Ok(NONE) };
        let Some(items) = self.mapping_items(x)? else {
            let (f, name) = (self.callable_name(callee), self.type_name(x));
            return Err(self.type_error(format!("{f} argument after ** must be a mapping, not {name}")));
        };
        for (key, value) in items {
            let Some(text) = key.as_str() else { return Err(self.type_error("keywords must be strings")) };
            if self.dict_get(d, key)?.is_some() {
                let f = self.callable_name(callee);
                return Err(self.type_error(format!("{f} got multiple values for keyword argument '{text}'")));
            }
            self.dict_set(d, key, value)?;
        }
        Ok(NONE)
    }

    /// How messages name a callable: `f()`.
    pub fn callable_name(&mut self, f: Word) -> String {
        let qualname = self.names.qualname;
        match self.find_attr(f, qualname) {
            Ok(Some(w)) => match (w.as_str(), self.callable_module(f)) {
                (Some(name), Some(module)) if module != "builtins" => format!("{module}.{name}()"),
                (Some(name), _) => format!("{name}()"),
                (None, _) => format!("{} object", self.type_name(f)),
            },
            Ok(None) => format!("{} object", self.type_name(f)),
            Err(_) => {
                self.pending = UNDEF;
                "function".to_string()
            }
        }
    }

    fn callable_module(&mut self, f: Word) -> Option<&'static str> {
        let module = self.names.module;
        match self.find_attr(f, module) {
            Ok(w) => w?.as_str(),
            Err(_) => {
                self.pending = UNDEF;
                None
            }
        }
    }

    /// The items of an iterable as a tuple of exactly `n`.
    pub fn unpack(&mut self, x: Word, n: usize) -> PyResult {
        let mut items = Vec::with_capacity(n);
        if self.lookup_special(x, self.names.iter).is_none()
            && self.lookup_special(x, self.names.getitem).is_none()
        {
            let name = self.type_name(x);
            return Err(self.type_error(format!("cannot unpack non-iterable {name} object")));
        }
        self.iterate(x, |_, w| {
            items.push(w);
            Ok(items.len() <= n)
        })?;
        if items.len() > n {
            return Err(self.raise(Exc::ValueError, format!("too many values to unpack (expected {n})")));
        }
        if items.len() < n {
            let got = items.len();
            return Err(
                self.raise(Exc::ValueError, format!("not enough values to unpack (expected {n}, got {got})"))
            );
        }
        Ok(self.new_tuple(&items))
    }

    /// `low` items, a list of the rest, and `high` items, as a tuple.
    pub fn unpack_ex(&mut self, x: Word, low: usize, high: usize) -> PyResult {
        if self.lookup_special(x, self.names.iter).is_none()
            && self.lookup_special(x, self.names.getitem).is_none()
        {
            let name = self.type_name(x);
            return Err(self.type_error(format!("cannot unpack non-iterable {name} object")));
        }
        let items = self.to_vec(x)?;
        if items.len() < low + high {
            let (want, got) = (low + high, items.len());
            let message = format!("not enough values to unpack (expected at least {want}, got {got})");
            return Err(self.raise(Exc::ValueError, message));
        }
        let end = items.len() - high;
        let rest = self.new_list(items[low..end].to_vec());
        let all: Vec<Word> = items[..low].iter().chain(&[rest]).chain(&items[end..]).copied().collect();
        Ok(self.new_tuple(&all))
    }
}
