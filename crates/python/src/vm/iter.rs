//! Iteration: making iterators, stepping them, and loops for natives.

use crate::heap::Marker;
use crate::objects::iter::*;
use crate::objects::*;
use crate::vm::num::IntVal;
use crate::vm::ops::bytes_of;
use crate::vm::{Exc, PyResult, Vm};
use crate::word::{NONE, UNDEF, Word};
use dashu_int::IBig;

/// A range whose numbers need not fit inline.
struct BigRange {
    next: IBig,
    step: IBig,
    left: IBig,
}

impl NativeIter for BigRange {
    fn next(&mut self, vm: &mut Vm) -> PyResult<Option<Word>> {
        if self.left == IBig::ZERO {
            return Ok(None);
        }
        self.left -= IBig::ONE;
        let w = vm.new_bigint(self.next.clone());
        self.next += &self.step;
        Ok(Some(w))
    }

    fn trace(&self, _: &mut Marker) {}

    fn size_hint(&self) -> usize {
        usize::try_from(&self.left).unwrap_or(usize::MAX)
    }
}

/// Iterator of a bytes or bytearray.
struct BytesIter {
    bytes: Word,
    at: usize,
}

impl NativeIter for BytesIter {
    fn next(&mut self, _: &mut Vm) -> PyResult<Option<Word>> {
        let b = bytes_of(self.bytes).get(self.at).map(|&b| Word::int(b as i64));
        self.at += 1;
        Ok(b)
    }

    fn trace(&self, m: &mut Marker) {
        m.word(self.bytes);
    }

    fn size_hint(&self) -> usize {
        bytes_of(self.bytes).len().saturating_sub(self.at)
    }
}

impl Vm {
    /// `iter(w)`.
    pub fn iter(&mut self, w: Word) -> PyResult {
        if w.header().is_some_and(|h| h.is_exact_builtin())
            && let Some(it) = self.builtin_iter(w)?
        {
            return Ok(it);
        }
        let n = self.names;
        let class = self.type_of(w);
        match self.lookup_class(class, n.iter) {
            Some(f) if !f.is_none() => {
                let it = self.call_descr(f, w, class, &Args::new(&[]))?;
                if self.is_iterator(it) {
                    return Ok(it);
                }
                let t = self.type_name(it);
                Err(self.type_error(format!("iter() returned non-iterator of type '{t}'")))
            }
            None if self.lookup_class(class, n.getitem).is_some() => {
                let hdr = self.header(TypeTag::SeqIter, self.types.seq_iter);
                Ok(self.heap.place(SeqIter { hdr, seq: w, index: 0 }).word())
            }
            _ => {
                let t = self.type_name(w);
                Err(self.type_error(format!("'{t}' object is not iterable")))
            }
        }
    }

    /// Whether `next` works on the value.
    pub fn is_iterator(&mut self, w: Word) -> bool {
        is_native_iterator(w.tag()) || self.lookup_special(w, self.names.next).is_some()
    }

    /// The iterator of a builtin layout; `None` when it is not iterable natively.
    pub(crate) fn builtin_iter(&mut self, w: Word) -> PyResult<Option<Word>> {
        let t = self.types;
        Ok(Some(match w.tag() {
            TypeTag::List => {
                let hdr = self.header(TypeTag::ListIter, t.list_iter);
                self.heap.place(ListIter { hdr, list: w, index: 0 }).word()
            }
            TypeTag::Tuple => {
                let hdr = self.header(TypeTag::TupleIter, t.tuple_iter);
                self.heap.place(TupleIter { hdr, tuple: w, index: 0 }).word()
            }
            TypeTag::Str => {
                let hdr = self.header(TypeTag::StrIter, t.str_iter);
                self.heap.place(StrIter { hdr, string: w, offset: 0 }).word()
            }
            TypeTag::Dict => self.new_dict_iter(w, ViewKind::Keys, false),
            TypeTag::DictView => {
                let v: Gc<DictView> = w.cast().expect("tag was checked");
                self.new_dict_iter(v.dict, v.kind, false)
            }
            TypeTag::Set => {
                let s: Gc<Set> = w.cast().expect("tag was checked");
                let hdr = self.header(TypeTag::SetIter, t.set_iter);
                self.heap.place(SetIter { hdr, set: w, index: 0, used: s.used }).word()
            }
            TypeTag::Range => self.range_iter(w)?,
            TypeTag::Bytes | TypeTag::ByteArray => {
                self.new_native_iter(Box::new(BytesIter { bytes: w, at: 0 }))
            }
            tag if is_native_iterator(tag) => w,
            _ => return Ok(None),
        }))
    }

    fn range_iter(&mut self, w: Word) -> PyResult {
        let r: Gc<RangeObj> = w.cast().expect("tag was checked");
        if let (Some(start), Some(step), Some(len)) = (r.start.as_int(), r.step.as_int(), r.len.as_int())
            && step.checked_mul(len).and_then(|d| d.checked_add(start)).is_some_and(Word::int_fits)
        {
            return Ok(self.new_range_iter(start, len, step));
        }
        let (next, step, left) = (self.index_big(r.start)?, self.index_big(r.step)?, self.index_big(r.len)?);
        Ok(self.new_native_iter(Box::new(BigRange { next, step, left })))
    }

    /// An iterator of a dict's keys, values or items.
    pub fn new_dict_iter(&mut self, dict: Word, kind: ViewKind, reverse: bool) -> Word {
        let t = &self.types;
        let class = match (kind, reverse) {
            (ViewKind::Keys, false) => t.dict_keyiter,
            (ViewKind::Values, false) => t.dict_valueiter,
            (ViewKind::Items, false) => t.dict_itemiter,
            (ViewKind::Keys, true) => t.dict_revkeyiter,
            (ViewKind::Values, true) => t.dict_revvalueiter,
            (ViewKind::Items, true) => t.dict_revitemiter,
        };
        let hdr = self.header(TypeTag::DictIter, class);
        let (used, slots, head) = dict.cast::<Dict>().map_or((0, 0, 0), |d| (d.used, d.slots(), d.head));
        let index = if reverse { slots as i64 - 1 } else { head as i64 };
        self.heap.place(DictIter { hdr, dict, index, used, kind: kind as i64, reverse }).word()
    }

    /// A view of a dict.
    pub fn new_dict_view(&mut self, dict: Word, kind: ViewKind) -> Word {
        let class = match kind {
            ViewKind::Keys => self.types.dict_keys,
            ViewKind::Values => self.types.dict_values,
            ViewKind::Items => self.types.dict_items,
        };
        let hdr = self.header(TypeTag::DictView, class);
        self.heap.place(DictView { hdr, dict, kind }).word()
    }

    /// The next item of an iterator; `None` when exhausted.
    #[inline]
    pub fn iter_next(&mut self, it: Word) -> PyResult<Option<Word>> {
        // SAFETY: each cast is checked by the tag.
        unsafe {
            match it.tag() {
                TypeTag::RangeIter => Ok(next_range(it.cast_unchecked())),
                TypeTag::ListIter => Ok(next_list(it.cast_unchecked())),
                TypeTag::TupleIter => Ok(next_tuple(it.cast_unchecked())),
                _ => self.iter_next_slow(it),
            }
        }
    }

    fn iter_next_slow(&mut self, it: Word) -> PyResult<Option<Word>> {
        // SAFETY: each cast is checked by the tag.
        unsafe {
            match it.tag() {
                TypeTag::DictIter => self.next_dict(it.cast_unchecked()),
                TypeTag::Generator => self.resume_generator(it.cast_unchecked(), NONE),
                TypeTag::StrIter => Ok(self.next_str(it.cast_unchecked())),
                TypeTag::SetIter => self.next_set(it.cast_unchecked()),
                TypeTag::Enumerate => self.next_enumerate(it.cast_unchecked()),
                TypeTag::Zip => self.next_zip(it.cast_unchecked()),
                TypeTag::Map => self.next_map(it.cast_unchecked()),
                TypeTag::Filter => self.next_filter(it.cast_unchecked()),
                TypeTag::Reversed => self.next_reversed(it.cast_unchecked()),
                TypeTag::SeqIter => self.next_seq(it.cast_unchecked()),
                TypeTag::CallIter => self.next_call(it.cast_unchecked()),
                TypeTag::NativeIter => self.next_native(it.cast_unchecked()),
                _ => self.next_user(it),
            }
        }
    }

    fn next_user(&mut self, it: Word) -> PyResult<Option<Word>> {
        let name = self.names.next;
        match self.call_special(it, name, &[]) {
            Ok(Some(w)) => Ok(Some(w)),
            Ok(None) => {
                let t = self.type_name(it);
                Err(self.type_error(format!("'{t}' object is not an iterator")))
            }
            Err(_) if self.swallow(Exc::StopIteration) => Ok(None),
            Err(e) => Err(e),
        }
    }

    fn next_str(&mut self, mut it: Gc<StrIter>) -> Option<Word> {
        let s: Gc<Str> = it.string.cast()?;
        let at = it.offset as usize;
        let Some(c) = s.text()[at..].chars().next() else {
            it.string = UNDEF;
            return None;
        };
        it.offset += c.len_utf8() as i64;
        Some(self.new_char(c))
    }

    fn next_dict(&mut self, mut it: Gc<DictIter>) -> PyResult<Option<Word>> {
        let Some(d) = it.dict.cast::<Dict>() else { return Ok(None) };
        if d.used != it.used {
            it.used = -1;
            return Err(self.runtime_error("dictionary changed size during iteration"));
        }
        loop {
            let i = it.index;
            if i < 0 || i >= d.slots() as i64 {
                it.dict = UNDEF;
                return Ok(None);
            }
            it.index += if it.reverse { -1 } else { 1 };
            if let Some(&e) = d.entry(i as usize) {
                return Ok(Some(match it.kind {
                    0 => e.key,
                    1 => e.value,
                    _ => self.new_tuple(&[e.key, e.value]),
                }));
            }
        }
    }

    fn next_set(&mut self, mut it: Gc<SetIter>) -> PyResult<Option<Word>> {
        let Some(s) = it.set.cast::<Set>() else { return Ok(None) };
        if s.used != it.used {
            it.used = -1;
            return Err(self.runtime_error("Set changed size during iteration"));
        }
        while (it.index as usize) < s.slots() {
            it.index += 1;
            if let Some(w) = s.slot(it.index as usize - 1) {
                return Ok(Some(w));
            }
        }
        it.set = UNDEF;
        Ok(None)
    }

    fn next_enumerate(&mut self, mut it: Gc<Enumerate>) -> PyResult<Option<Word>> {
        let Some(item) = self.iter_next(it.iter)? else { return Ok(None) };
        let count = it.count;
        it.count = match self.int_of(count) {
            Some(IntVal::Small(i)) => self.new_int_i128(i128::from(i) + 1),
            Some(IntVal::Big(b)) => {
                let next = &b.value + IBig::ONE;
                self.new_bigint(next)
            }
            None => count,
        };
        Ok(Some(self.new_tuple(&[count, item])))
    }

    fn next_zip(&mut self, it: Gc<Zip>) -> PyResult<Option<Word>> {
        let iters = it.iters.cast::<Tuple>().map_or(&[][..], |t| t.items());
        if iters.is_empty() {
            return Ok(None);
        }
        let mut items = smallvec::SmallVec::<[Word; 4]>::new();
        for (i, &inner) in iters.iter().enumerate() {
            match self.iter_next(inner)? {
                Some(w) => items.push(w),
                None if it.strict => return self.zip_strict_end(iters, i),
                None => return Ok(None),
            }
        }
        Ok(Some(self.new_tuple(&items)))
    }

    fn zip_strict_end(&mut self, iters: &[Word], ended: usize) -> PyResult<Option<Word>> {
        let arguments = |n: usize| if n == 1 { "argument 1".to_string() } else { format!("arguments 1-{n}") };
        if ended > 0 {
            let (n, before) = (ended + 1, arguments(ended));
            return Err(self.value_error(format!("zip() argument {n} is shorter than {before}")));
        }
        for (i, &inner) in iters.iter().enumerate().skip(1) {
            if self.iter_next(inner)?.is_some() {
                let (n, before) = (i + 1, arguments(i));
                return Err(self.value_error(format!("zip() argument {n} is longer than {before}")));
            }
        }
        Ok(None)
    }

    fn next_map(&mut self, it: Gc<Map>) -> PyResult<Option<Word>> {
        let iters = it.iters.cast::<Tuple>().map_or(&[][..], |t| t.items());
        let mut items = smallvec::SmallVec::<[Word; 4]>::new();
        for &inner in iters {
            match self.iter_next(inner)? {
                Some(w) => items.push(w),
                None => return Ok(None),
            }
        }
        let item = self.call(it.func, &items).map(Some);
        self.ended(item)
    }

    /// The step of a native iterator: StopIteration out of what it calls ends it, as it ends any other.
    fn ended(&mut self, item: PyResult<Option<Word>>) -> PyResult<Option<Word>> {
        match item {
            Err(_) if self.swallow(Exc::StopIteration) => Ok(None),
            item => item,
        }
    }

    fn next_filter(&mut self, it: Gc<Filter>) -> PyResult<Option<Word>> {
        while let Some(w) = self.iter_next(it.iter)? {
            let keep = if it.func == NONE || it.func == self.types.bool_.word() {
                self.truthy(w)?
            } else {
                match self.call(it.func, &[w]) {
                    Ok(r) => self.truthy(r)?,
                    Err(e) => return self.ended(Err(e)),
                }
            };
            if keep {
                return Ok(Some(w));
            }
        }
        Ok(None)
    }

    fn next_reversed(&mut self, mut it: Gc<Reversed>) -> PyResult<Option<Word>> {
        if it.seq == UNDEF || it.index < 0 {
            it.seq = UNDEF;
            return Ok(None);
        }
        let i = it.index;
        it.index -= 1;
        match self.get_item(it.seq, Word::int(i)) {
            Ok(w) => Ok(Some(w)),
            Err(e) => {
                it.seq = UNDEF;
                if self.swallow(Exc::IndexError) || self.swallow(Exc::StopIteration) {
                    Ok(None)
                } else {
                    Err(e)
                }
            }
        }
    }

    fn next_seq(&mut self, mut it: Gc<SeqIter>) -> PyResult<Option<Word>> {
        if it.seq == UNDEF {
            return Ok(None);
        }
        let i = it.index;
        it.index += 1;
        match self.get_item(it.seq, Word::int(i)) {
            Ok(w) => Ok(Some(w)),
            Err(_) if self.swallow(Exc::IndexError) || self.swallow(Exc::StopIteration) => {
                it.seq = UNDEF;
                Ok(None)
            }
            Err(e) => Err(e),
        }
    }

    fn next_call(&mut self, mut it: Gc<CallIter>) -> PyResult<Option<Word>> {
        if it.func == UNDEF {
            return Ok(None);
        }
        match self.call(it.func, &[]) {
            Ok(w) => {
                if self.eq(w, it.sentinel)? {
                    it.func = UNDEF;
                    return Ok(None);
                }
                Ok(Some(w))
            }
            Err(_) if self.swallow(Exc::StopIteration) => {
                it.func = UNDEF;
                Ok(None)
            }
            Err(e) => Err(e),
        }
    }

    fn next_native(&mut self, mut it: Gc<NativeIterator>) -> PyResult<Option<Word>> {
        let Some(mut inner) = it.iter.take() else {
            return Err(self.value_error("iterator already executing"));
        };
        // A collection cannot run meanwhile: native code is on the stack.
        let r = inner.next(self);
        it.iter = Some(inner);
        self.ended(r)
    }

    /// Runs `f` on each item until it says false.
    pub fn iterate(&mut self, w: Word, mut f: impl FnMut(&mut Vm, Word) -> PyResult<bool>) -> PyResult<()> {
        if w.header().is_some_and(|h| h.is_exact_builtin())
            && matches!(w.tag(), TypeTag::List | TypeTag::Tuple)
        {
            let mut i = 0;
            while let Some(item) = crate::vm::compare::item_of(w, i) {
                self.room_for_item(i)?;
                if !f(self, item)? {
                    break;
                }
                i += 1;
            }
            return Ok(());
        }
        let it = self.iter(w)?;
        let mut count = 0;
        while let Some(item) = self.iter_next(it)? {
            self.room_for_item(count)?;
            count += 1;
            if !f(self, item)? {
                break;
            }
        }
        Ok(())
    }

    /// All items of an iterable.
    pub fn to_vec(&mut self, w: Word) -> PyResult<Vec<Word>> {
        if w.header().is_some_and(|h| h.is_exact_builtin()) {
            match w.tag() {
                TypeTag::List => return Ok(w.cast::<List>().map_or(Vec::new(), |l| l.items().to_vec())),
                TypeTag::Tuple => return Ok(w.cast::<Tuple>().map_or(Vec::new(), |t| t.items().to_vec())),
                TypeTag::Set => return Ok(w.cast::<Set>().map_or(Vec::new(), |s| s.iter().collect())),
                TypeTag::Dict => {
                    return Ok(w.cast::<Dict>().map_or(Vec::new(), |d| d.iter().map(|(k, _)| k).collect()));
                }
                _ => {}
            }
        }
        if let Some(g) = Vm::runnable_generator(w) {
            let items = self.consume_generator(g, crate::vm::consume::Consumer::List)?;
            return Ok(items.cast::<List>().map_or(Vec::new(), |mut l| l.take()));
        }
        let it = self.iter(w)?;
        let hint = size_hint(it);
        self.room_for(hint, size_of::<Word>())?;
        let mut v = Vec::with_capacity(hint.min(1 << 16));
        while let Some(item) = self.iter_next(it)? {
            self.room_for_item(v.len())?;
            v.push(item);
        }
        Ok(v)
    }
}

/// Whether objects with this tag are iterators.
pub fn is_native_iterator(tag: TypeTag) -> bool {
    matches!(
        tag,
        TypeTag::RangeIter
            | TypeTag::ListIter
            | TypeTag::TupleIter
            | TypeTag::StrIter
            | TypeTag::DictIter
            | TypeTag::SetIter
            | TypeTag::SeqIter
            | TypeTag::Enumerate
            | TypeTag::Zip
            | TypeTag::Map
            | TypeTag::Filter
            | TypeTag::Reversed
            | TypeTag::CallIter
            | TypeTag::NativeIter
            | TypeTag::Generator
    )
}

/// Items left in an iterator, when cheaply known.
pub fn size_hint(it: Word) -> usize {
    match it.tag() {
        TypeTag::RangeIter => it.cast::<RangeIter>().map_or(0, |r| r.left as usize),
        TypeTag::ListIter => it
            .cast::<ListIter>()
            .and_then(|i| i.list.cast::<List>().map(|l| l.count().saturating_sub(i.index as usize)))
            .unwrap_or(0),
        TypeTag::TupleIter => it
            .cast::<TupleIter>()
            .and_then(|i| i.tuple.cast::<Tuple>().map(|t| t.count().saturating_sub(i.index as usize)))
            .unwrap_or(0),
        TypeTag::DictIter => it.cast::<DictIter>().map_or(0, |d| d.used.max(0) as usize),
        TypeTag::SetIter => it.cast::<SetIter>().map_or(0, |s| s.used.max(0) as usize),
        TypeTag::StrIter => it
            .cast::<StrIter>()
            .and_then(|i| {
                i.string.cast::<Str>().map(|s| (s.nbytes as usize).saturating_sub(i.offset as usize))
            })
            .unwrap_or(0),
        TypeTag::Reversed => it.cast::<Reversed>().map_or(0, |r| (r.index + 1).max(0) as usize),
        TypeTag::NativeIter => {
            it.cast::<NativeIterator>().and_then(|n| n.iter.as_ref().map(|i| i.size_hint())).unwrap_or(0)
        }
        _ => 0,
    }
}

#[inline(always)]
fn next_range(mut it: Gc<RangeIter>) -> Option<Word> {
    if it.left <= 0 {
        return None;
    }
    let i = it.next;
    it.next += it.step;
    it.left -= 1;
    Some(Word::int(i))
}

#[inline(always)]
fn next_list(mut it: Gc<ListIter>) -> Option<Word> {
    let l: Gc<List> = it.list.cast()?;
    match l.items().get(it.index as usize) {
        Some(&w) => {
            it.index += 1;
            Some(w)
        }
        None => {
            it.list = UNDEF;
            None
        }
    }
}

#[inline(always)]
fn next_tuple(mut it: Gc<TupleIter>) -> Option<Word> {
    let t: Gc<Tuple> = it.tuple.cast()?;
    match t.items().get(it.index as usize) {
        Some(&w) => {
            it.index += 1;
            Some(w)
        }
        None => {
            it.tuple = UNDEF;
            None
        }
    }
}
