//! `o[k]`, `o[k] = v`, `del o[k]`, indices and slices.

use crate::objects::*;
use crate::vm::num::IntVal;
use crate::vm::ops::bytes_of;
use crate::vm::{Exc, PyResult, Vm};
use crate::word::{NONE, Word};
use dashu_int::IBig;

/// What a slice selects: `start`, `start + step`, ... (`count` items, before `stop`).
#[derive(Clone, Copy, Debug)]
pub struct Indices {
    pub start: i64,
    pub stop: i64,
    pub step: i64,
    pub count: usize,
}

impl Indices {
    /// The items from `start` to `stop` (missing: all there are), every `step`th, of a sequence of `len`; the step is
    /// neither zero nor `i64::MIN`.
    #[inline]
    fn new(start: Option<i64>, stop: Option<i64>, step: i64, len: usize) -> Indices {
        let len = len as i64;
        let (low, high) = if step < 0 { (-1, len - 1) } else { (0, len) };
        let (first, last) = if step < 0 { (high, low) } else { (low, high) };
        let start = start.map_or(first, |i| clamp(i, len, low, high));
        let stop = stop.map_or(last, |i| clamp(i, len, low, high));
        let distance = if step < 0 { start - stop } else { stop - start };
        let count = match step {
            _ if distance <= 0 => 0,
            1 | -1 => distance as usize,
            _ => ((distance - 1) / step.abs() + 1) as usize,
        };
        Indices { start, stop, step, count }
    }

    /// The same if all three are None or ints that need no more than a look, and the step is not zero.
    #[inline]
    fn plain(start: Word, stop: Word, step: Word, len: usize) -> Option<Indices> {
        let bound = |w: Word| match w {
            NONE => Some(None),
            w if w.is_int() => Some(Some(w.unbox_int())),
            _ => None,
        };
        let step = bound(step)?.unwrap_or(1);
        if step == 0 { None } else { Some(Indices::new(bound(start)?, bound(stop)?, step, len)) }
    }
}

impl Vm {
    /// The value as an int word: ints, bools, `__index__`.
    pub fn index_word(&mut self, w: Word) -> PyResult {
        if w.is_int() || w.tag().is_int() {
            return Ok(w);
        }
        if let Some(i) = w.as_index() {
            return Ok(Word::int(i));
        }
        if let Some(b) = w.cast::<Boxed>()
            && self.int_of(b.value).is_some()
        {
            return self.index_word(b.value);
        }
        let name = self.names.index;
        match self.call_special(w, name, &[])? {
            Some(r) => match self.int_of(r) {
                Some(IntVal::Small(i)) => Ok(self.new_int(i)),
                Some(IntVal::Big(b)) => Ok(b.word()),
                None => {
                    let t = self.type_name(r);
                    Err(self.type_error(format!("__index__ returned non-int (type {t})")))
                }
            },
            None => {
                let t = self.type_name(w);
                Err(self.type_error(format!("'{t}' object cannot be interpreted as an integer")))
            }
        }
    }

    /// The value as a machine int; OverflowError when it does not fit.
    #[inline]
    pub fn index(&mut self, w: Word) -> PyResult<i64> {
        if let Some(i) = w.as_index() {
            return Ok(i);
        }
        let i = self.index_word(w)?;
        match self.int_of(i).and_then(IntVal::small) {
            Some(i) => Ok(i),
            None => Err(self.overflow_error("Python int too large to convert to C ssize_t")),
        }
    }

    /// The value as a big int.
    pub fn index_big(&mut self, w: Word) -> PyResult<IBig> {
        let i = self.index_word(w)?;
        Ok(self.int_of(i).map(IntVal::big).unwrap_or_default())
    }

    /// The value as a float: float, int, `__float__`, `__index__`.
    pub fn as_f64(&mut self, w: Word) -> PyResult<f64> {
        match self.num_of(w) {
            Some(crate::vm::num::Num::Float(f)) => return Ok(f),
            Some(crate::vm::num::Num::Int(i)) => return self.int_to_f64(i),
            _ => {}
        }
        let n = self.names;
        if let Some(r) = self.call_special(w, n.float, &[])? {
            return match self.num_of(r) {
                Some(crate::vm::num::Num::Float(f)) => Ok(f),
                _ => {
                    let (t, r) = (self.type_name(w), self.type_name(r));
                    Err(self.type_error(format!("{t}.__float__ returned non-float (type {r})")))
                }
            };
        }
        if self.lookup_special(w, n.index).is_some() {
            let i = self.index_word(w)?;
            return self.as_f64(i);
        }
        let t = self.type_name(w);
        Err(self.type_error(format!("must be real number, not {t}")))
    }

    /// A slice bound: None gives `default`; clamps huge ints.
    #[inline]
    fn slice_bound(&mut self, w: Word, default: i64) -> PyResult<i64> {
        if w == NONE {
            return Ok(default);
        }
        match w.as_index() {
            Some(i) => Ok(i),
            None => self.slice_bound_of(w, default),
        }
    }

    fn slice_bound_of(&mut self, w: Word, default: i64) -> PyResult<i64> {
        if self.int_of(w).is_none() && self.lookup_special(w, self.names.index).is_none() {
            return Err(self.type_error("slice indices must be integers or None or have an __index__ method"));
        }
        let i = self.index_word(w)?;
        Ok(match self.int_of(i) {
            Some(v) => v.small().unwrap_or(if v.is_negative() { i64::MIN + 1 } else { i64::MAX }),
            None => default,
        })
    }

    /// The items a slice selects from a sequence of `len()` items, which is asked once the bounds are known: an
    /// `__index__` may change the sequence.
    pub fn slice_indices(&mut self, s: Gc<SliceObj>, len: impl FnOnce() -> usize) -> PyResult<Indices> {
        let step = self.slice_bound(s.step, 1)?;
        if step == 0 {
            return Err(self.value_error("slice step cannot be zero"));
        }
        let step = step.max(-i64::MAX);
        let start = match s.start {
            NONE => None,
            w => Some(self.slice_bound(w, 0)?),
        };
        let stop = match s.stop {
            NONE => None,
            w => Some(self.slice_bound(w, 0)?),
        };
        Ok(Indices::new(start, stop, step, len()))
    }

    /// `o[start:stop:step]`.
    pub fn get_slice(&mut self, o: Word, [start, stop, step]: [Word; 3]) -> PyResult {
        if let Some(l) = plain_list(o)
            && let Some(Indices { start, step, count, .. }) = Indices::plain(start, stop, step, l.count())
        {
            return Ok(self.new_list(pick(l.items(), start, step, count)));
        }
        let key = self.new_slice(start, stop, step);
        self.get_item(o, key)
    }

    /// `o[start:stop] = v`.
    pub fn set_slice(&mut self, o: Word, start: Word, stop: Word, v: Word) -> PyResult<()> {
        if let (Some(mut l), Some(with)) = (plain_list(o), plain_list(v))
            && o != v
            && let Some(Indices { start, count, .. }) = Indices::plain(start, stop, NONE, l.count())
        {
            self.heap.external(with.count().saturating_sub(count) * 8);
            l.splice(start as usize, start as usize + count, with.items());
            return Ok(());
        }
        let key = self.new_slice(start, stop, NONE);
        self.set_item(o, key, v)
    }

    /// `o[k]`.
    pub fn get_item(&mut self, o: Word, k: Word) -> PyResult {
        if o.header().is_some_and(|h| h.is_exact_builtin())
            && let Some(w) = self.builtin_get_item(o, k)?
        {
            return Ok(w);
        }
        let n = self.names;
        let class = self.type_of(o);
        if let Some(f) = self.lookup_class(class, n.getitem) {
            return self.call_descr(f, o, class, &Args::new(&[k]));
        }
        if let Some(c) = o.cast::<Class>() {
            if c == self.types.type_ {
                return Ok(self.new_generic_alias(o, k));
            }
            if let Some(f) = self.find_attr(o, n.class_getitem)? {
                return self.call(f, &[k]);
            }
            let t = c.name_str();
            return Err(self.type_error(format!("type '{t}' is not subscriptable")));
        }
        let t = class.name_str();
        Err(self.type_error(format!("'{t}' object is not subscriptable")))
    }

    /// `o[k]` of a builtin layout; `None` when it is not subscriptable.
    pub(crate) fn builtin_get_item(&mut self, o: Word, k: Word) -> PyResult<Option<Word>> {
        Ok(Some(match o.tag() {
            TypeTag::List | TypeTag::Tuple => self.sequence_item(o, k)?,
            TypeTag::Dict => {
                let d: Gc<Dict> = o.cast().expect("tag was checked");
                match self.dict_get(d, k)? {
                    Some(w) => w,
                    None => self.missing_key(o, d, k)?,
                }
            }
            TypeTag::Str => self.string_item(o.cast().expect("tag was checked"), k)?,
            TypeTag::Bytes | TypeTag::ByteArray => self.bytes_item(o, k)?,
            TypeTag::Range => self.range_item(o, k)?,
            _ => return Ok(None),
        }))
    }

    fn missing_key(&mut self, o: Word, d: Gc<Dict>, k: Word) -> PyResult {
        if !d.header().is_exact_builtin() || !d.factory.is_undef() {
            let name = self.names.missing;
            if let Some(w) = self.call_special(o, name, &[k])? {
                return Ok(w);
            }
        }
        Err(self.key_error(k))
    }

    /// A checked index into a sequence of `len()` items, which is asked once the index is known: an `__index__` may change
    /// the sequence.
    #[inline]
    fn checked_index(&mut self, k: Word, len: impl FnOnce() -> usize, what: &str) -> PyResult<usize> {
        let i = match k.as_index() {
            Some(i) => i,
            None => self.index_for(k, what)?,
        };
        let len = len() as i64;
        let at = if i < 0 { i + len } else { i };
        if at < 0 || at >= len {
            return Err(self.index_error(match what {
                "string" => "string index out of range".to_string(),
                "byte" => "index out of range".to_string(),
                "bytearray" => "bytearray index out of range".to_string(),
                "range" => "range object index out of range".to_string(),
                what => format!("{what} index out of range"),
            }));
        }
        Ok(at as usize)
    }

    fn index_for(&mut self, k: Word, what: &str) -> PyResult<i64> {
        if self.int_of(k).is_none() && self.lookup_special(k, self.names.index).is_none() {
            let t = self.type_name(k);
            let what = what.trim_end_matches(" assignment");
            return Err(self.type_error(match what {
                "string" => format!("string indices must be integers, not '{t}'"),
                what => format!("{what} indices must be integers or slices, not {t}"),
            }));
        }
        let i = self.index_word(k)?;
        match self.int_of(i).and_then(IntVal::small) {
            Some(i) => Ok(i),
            None => Err(self.raise(Exc::IndexError, "cannot fit 'int' into an index-sized integer")),
        }
    }

    fn sequence_item(&mut self, o: Word, k: Word) -> PyResult {
        let (list, tuple) = (o.cast::<List>(), o.cast::<Tuple>());
        let len = || list.map_or(0, |l| l.count()) + tuple.map_or(0, |t| t.count());
        if let Some(s) = k.cast::<SliceObj>() {
            let Indices { start, step, count, .. } = self.slice_indices(s, len)?;
            let Some(tuple) = tuple else {
                let v = pick(list.expect("tag was checked").items(), start, step, count);
                return Ok(self.new_list(v));
            };
            if count == tuple.count() && step == 1 && o.header().is_some_and(|h| h.is_exact_builtin()) {
                return Ok(o);
            }
            let v = pick(tuple.items(), start, step, count);
            return Ok(self.new_tuple(&v));
        }
        let i = self.checked_index(k, len, if list.is_some() { "list" } else { "tuple" })?;
        match crate::vm::compare::item_of(o, i) {
            Some(w) => Ok(w),
            None => Err(self.index_error("list index out of range")),
        }
    }

    fn string_item(&mut self, s: Gc<Str>, k: Word) -> PyResult {
        if let Some(slice) = k.cast::<SliceObj>() {
            let Indices { start, step, count, .. } = self.slice_indices(slice, || s.char_len())?;
            return Ok(self.string_slice(s, start, step, count));
        }
        let i = self.checked_index(k, || s.char_len(), "string")?;
        if s.is_ascii() {
            return Ok(self.chars[s.bytes()[i] as usize]);
        }
        let c = s.slice(i, i + 1).chars().next().unwrap_or('\0');
        Ok(self.new_char(c))
    }

    fn string_slice(&mut self, s: Gc<Str>, start: i64, step: i64, count: usize) -> Word {
        if count == 0 {
            return self.empty_str.word();
        }
        if step == 1 {
            if count == s.char_len() && s.header().is_exact_builtin() {
                return s.word();
            }
            let text = s.slice(start as usize, start as usize + count);
            return match count {
                1 => self.new_str(text),
                _ => self.new_str_counted(text, count).word(),
            };
        }
        let at = |i: usize| (start + step * i as i64) as usize;
        let text: String = if s.is_ascii() {
            (0..count).map(|i| s.bytes()[at(i)] as char).collect()
        } else {
            let chars: Vec<char> = s.text().chars().collect();
            (0..count).map(|i| chars[at(i)]).collect()
        };
        self.new_str(&text)
    }

    fn bytes_item(&mut self, o: Word, k: Word) -> PyResult {
        let len = || bytes_of(o).len();
        if let Some(slice) = k.cast::<SliceObj>() {
            let Indices { start, step, count, .. } = self.slice_indices(slice, len)?;
            let v = pick(bytes_of(o), start, step, count);
            return Ok(if o.is::<Bytes>() { self.new_bytes(&v) } else { self.new_bytearray(v) });
        }
        let what = if o.is::<Bytes>() { "byte" } else { "bytearray" };
        let i = self.checked_index(k, len, what)?;
        Ok(Word::int(bytes_of(o)[i] as i64))
    }

    /// `o[k] = v`.
    pub fn set_item(&mut self, o: Word, k: Word, v: Word) -> PyResult<()> {
        if o.header().is_some_and(|h| h.is_exact_builtin()) && self.builtin_set_item(o, k, v)? {
            return Ok(());
        }
        let name = self.names.setitem;
        if self.call_special(o, name, &[k, v])?.is_some() {
            return Ok(());
        }
        let t = self.type_name(o);
        Err(self.type_error(format!("'{t}' object does not support item assignment")))
    }

    /// `o[k] = v` of a builtin layout; false when it does not support it.
    pub(crate) fn builtin_set_item(&mut self, o: Word, k: Word, v: Word) -> PyResult<bool> {
        match o.tag() {
            TypeTag::Dict => {
                let d: Gc<Dict> = o.cast().expect("tag was checked");
                self.dict_set(d, k, v)?;
            }
            TypeTag::List => {
                let mut l: Gc<List> = o.cast().expect("tag was checked");
                if let Some(s) = k.cast::<SliceObj>() {
                    self.set_list_slice(l, s, v)?;
                    return Ok(true);
                }
                let i = self.checked_index(k, || l.count(), "list assignment")?;
                match l.items_mut().get_mut(i) {
                    Some(p) => *p = v,
                    None => return Err(self.index_error("list assignment index out of range")),
                }
            }
            TypeTag::ByteArray => self.set_bytearray_item(o, k, v)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn set_list_slice(&mut self, mut l: Gc<List>, s: Gc<SliceObj>, v: Word) -> PyResult<()> {
        if s.step == NONE || s.step == Word::int(1) {
            let items = match self.to_vec(v) {
                Ok(items) => items,
                Err(e) => {
                    if self.lookup_special(v, self.names.iter).is_none() && self.swallow(Exc::TypeError) {
                        return Err(self.type_error("can only assign an iterable"));
                    }
                    return Err(e);
                }
            };
            let Indices { start, stop, .. } = self.slice_indices(s, || l.count())?;
            self.heap.external(items.len() * 8);
            l.splice(start as usize, stop.max(start) as usize, &items);
            return Ok(());
        }
        let items = self.to_vec(v)?;
        let Indices { start, step, count, .. } = self.slice_indices(s, || l.count())?;
        if items.len() != count {
            let n = items.len();
            return Err(self.value_error(format!(
                "attempt to assign sequence of size {n} to extended slice of size {count}"
            )));
        }
        for (i, w) in items.into_iter().enumerate() {
            l.items_mut()[(start + step * i as i64) as usize] = w;
        }
        Ok(())
    }

    fn byte_value(&mut self, v: Word) -> PyResult<u8> {
        let i = self.index(v)?;
        u8::try_from(i).map_err(|_| self.value_error("byte must be in range(0, 256)"))
    }

    fn set_bytearray_item(&mut self, o: Word, k: Word, v: Word) -> PyResult<()> {
        let mut b: Gc<ByteArray> = o.cast().expect("tag was checked");
        if let Some(s) = k.cast::<SliceObj>() {
            let with: Vec<u8> = match v.tag() {
                TypeTag::Bytes | TypeTag::ByteArray => bytes_of(v).to_vec(),
                _ => {
                    let items = self.to_vec(v)?;
                    items.into_iter().map(|w| self.byte_value(w)).collect::<PyResult<_>>()?
                }
            };
            let Indices { start, stop, step, count } = self.slice_indices(s, || b.data.len())?;
            if step == 1 {
                b.data.splice(start as usize..stop.max(start) as usize, with);
                return Ok(());
            }
            if with.len() != count {
                let n = with.len();
                return Err(self.value_error(format!(
                    "attempt to assign bytes of size {n} to extended slice of size {count}"
                )));
            }
            for (i, x) in with.into_iter().enumerate() {
                b.data[(start + step * i as i64) as usize] = x;
            }
            return Ok(());
        }
        let k = match k.as_index() {
            Some(_) => k,
            None => {
                let i = self.index_for(k, "bytearray")?;
                self.new_int(i)
            }
        };
        // Before the bounds are checked: the value's `__index__` may change the bytes, too.
        let byte = self.byte_value(v)?;
        let i = self.checked_index(k, || b.data.len(), "bytearray")?;
        b.data[i] = byte;
        Ok(())
    }

    /// `del o[k]`.
    pub fn del_item(&mut self, o: Word, k: Word) -> PyResult<()> {
        if o.header().is_some_and(|h| h.is_exact_builtin()) && self.builtin_del_item(o, k)? {
            return Ok(());
        }
        let name = self.names.delitem;
        if self.call_special(o, name, &[k])?.is_some() {
            return Ok(());
        }
        let t = self.type_name(o);
        Err(self.type_error(format!("'{t}' object doesn't support item deletion")))
    }

    /// `del o[k]` of a builtin layout; false when it does not support it.
    pub(crate) fn builtin_del_item(&mut self, o: Word, k: Word) -> PyResult<bool> {
        match o.tag() {
            TypeTag::Dict => {
                let d: Gc<Dict> = o.cast().expect("tag was checked");
                if self.dict_del(d, k)?.is_none() {
                    return Err(self.key_error(k));
                }
            }
            TypeTag::List => {
                let mut l: Gc<List> = o.cast().expect("tag was checked");
                if let Some(s) = k.cast::<SliceObj>() {
                    let indices = self.slice_indices(s, || l.count())?;
                    delete_slice(l, indices);
                    return Ok(true);
                }
                let i = self.checked_index(k, || l.count(), "list assignment")?;
                l.remove(i);
            }
            TypeTag::ByteArray => {
                let mut b: Gc<ByteArray> = o.cast().expect("tag was checked");
                if let Some(s) = k.cast::<SliceObj>() {
                    let Indices { start, step, count, .. } = self.slice_indices(s, || b.data.len())?;
                    let drop: Vec<usize> = (0..count).map(|i| (start + step * i as i64) as usize).collect();
                    let mut at = 0;
                    b.data.retain(|_| {
                        at += 1;
                        !drop.contains(&(at - 1))
                    });
                    return Ok(true);
                }
                let i = self.checked_index(k, || b.data.len(), "bytearray")?;
                b.data.remove(i);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// A range of int words.
    pub fn new_range(&mut self, start: Word, stop: Word, step: Word) -> PyResult {
        let (start, stop, step) = (self.index_word(start)?, self.index_word(stop)?, self.index_word(step)?);
        if step == Word::int(0) {
            return Err(self.value_error("range() arg 3 must not be zero"));
        }
        let len = match (start.as_int(), stop.as_int(), step.as_int()) {
            (Some(a), Some(b), Some(s)) => Word::int(range_len(a, b, s)),
            _ => {
                let (a, b, s) = (self.index_big(start)?, self.index_big(stop)?, self.index_big(step)?);
                let (lo, hi, s) = if s > IBig::ZERO { (a, b, s) } else { (b, a, -s) };
                let n = if lo >= hi { IBig::ZERO } else { (hi - lo - IBig::ONE) / s + IBig::ONE };
                self.new_bigint(n)
            }
        };
        let hdr = self.header(TypeTag::Range, self.types.range);
        Ok(self.heap.place(RangeObj { hdr, start, stop, step, len }).word())
    }

    fn range_item(&mut self, o: Word, k: Word) -> PyResult {
        let r: Gc<RangeObj> = o.cast().expect("tag was checked");
        if let Some(s) = k.cast::<SliceObj>() {
            let Some(len) = r.len.as_int() else {
                return Err(self.overflow_error("Python int too large to convert to C ssize_t"));
            };
            let Indices { start, stop, step, .. } = self.slice_indices(s, || len as usize)?;
            let (a, b) = (self.range_at(r, &IBig::from(start)), self.range_at(r, &IBig::from(stop)));
            let step = self.index_big(r.step)? * IBig::from(step);
            let step = self.new_bigint(step);
            return self.new_range(a, b, step);
        }
        if self.int_of(k).is_none() && self.lookup_special(k, self.names.index).is_none() {
            let t = self.type_name(k);
            return Err(self.type_error(format!("range indices must be integers or slices, not {t}")));
        }
        let (mut i, len) = (self.index_big(k)?, self.index_big(r.len)?);
        if i < IBig::ZERO {
            i += &len;
        }
        if i < IBig::ZERO || i >= len {
            return Err(self.index_error("range object index out of range"));
        }
        Ok(self.range_at(r, &i))
    }

    /// Item `i` of a range, not checked.
    fn range_at(&mut self, r: Gc<RangeObj>, i: &IBig) -> Word {
        let value = |w: Word| self.int_of(w).map(IntVal::big).unwrap_or_default();
        let v = value(r.start) + i * value(r.step);
        self.new_bigint(v)
    }

    /// Where an int is in a range: `Some(None)` not in it, `None`: not an int at all.
    pub fn range_position(&mut self, range: Word, item: Word) -> Option<Option<IBig>> {
        if !item.is_int() && !item.is_bool() && !item.tag().is_int() {
            return None;
        }
        let r = range.cast::<RangeObj>()?;
        let value = |w: Word| self.int_of(w).map(IntVal::big).unwrap_or_default();
        let (off, step) = (value(item) - value(r.start), value(r.step));
        let (q, m) = crate::vm::num::big_divmod(&off, &step);
        Some((m == IBig::ZERO && q >= IBig::ZERO && q < value(r.len)).then_some(q))
    }
}

/// Number of items of `range(a, b, s)`; `s` is not zero.
#[inline]
pub fn range_len(a: i64, b: i64, s: i64) -> i64 {
    if s > 0 {
        if a < b { (b - a - 1) / s + 1 } else { 0 }
    } else if b < a {
        (a - b - 1) / -s + 1
    } else {
        0
    }
}

/// A list that is none of a subclass.
fn plain_list(w: Word) -> Option<Gc<List>> {
    w.cast::<List>().filter(|l| l.header().is_exact_builtin())
}

/// A slice bound within a sequence of `len` items: counted from the end if negative, at least `low`, at most `high`.
fn clamp(i: i64, len: i64, low: i64, high: i64) -> i64 {
    if i < 0 { i.saturating_add(len).max(low) } else { i.min(high) }
}

/// The selected items of a slice.
fn pick<T: Copy>(items: &[T], start: i64, step: i64, count: usize) -> Vec<T> {
    if count == 0 {
        return Vec::new();
    }
    if step == 1 {
        return items[start as usize..start as usize + count].to_vec();
    }
    if step == -1 {
        return items[start as usize + 1 - count..=start as usize].iter().rev().copied().collect();
    }
    (0..count).map(|i| items[(start + step * i as i64) as usize]).collect()
}

/// Deletes the items a slice selects.
fn delete_slice(mut l: Gc<List>, Indices { start, step, count, .. }: Indices) {
    if count == 0 {
        return;
    }
    if step == 1 {
        l.splice(start as usize, start as usize + count, &[]);
        return;
    }
    let (first, stride) = if step > 0 { (start, step) } else { (start + step * (count as i64 - 1), -step) };
    let (mut to, mut next, mut left) = (first as usize, first as usize, count);
    for from in first as usize..l.count() {
        if left > 0 && from == next {
            next += stride as usize;
            left -= 1;
        } else {
            let w = l.items()[from];
            l.items_mut()[to] = w;
            to += 1;
        }
    }
    l.truncate(to);
}
