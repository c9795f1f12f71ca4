//! Truth, length, equality, ordering, containment.

use crate::objects::class::{C_BUILTIN, C_IDENTITY_EQ};
use crate::objects::dict::quick_eq;
use crate::objects::*;
use crate::vm::num::{IntVal, Num};
use crate::vm::ops::{CmpOp, bytes_of};
use crate::vm::{PyResult, Raised, Vm};
use crate::word::{FALSE, NONE, NOTIMPL, TRUE, UNDEF, Word};
use std::cmp::Ordering;

impl CmpOp {
    /// The operator's text.
    pub fn symbol(self) -> &'static str {
        ["<", "<=", "==", "!=", ">", ">="][self as usize]
    }

    /// The operator with swapped sides.
    pub fn swapped(self) -> CmpOp {
        match self {
            CmpOp::Lt => CmpOp::Gt,
            CmpOp::Le => CmpOp::Ge,
            CmpOp::Gt => CmpOp::Lt,
            CmpOp::Ge => CmpOp::Le,
            other => other,
        }
    }

    /// The answer for an ordering.
    #[inline]
    pub fn holds(self, o: Ordering) -> bool {
        match self {
            CmpOp::Lt => o == Ordering::Less,
            CmpOp::Le => o != Ordering::Greater,
            CmpOp::Eq => o == Ordering::Equal,
            CmpOp::Ne => o != Ordering::Equal,
            CmpOp::Gt => o == Ordering::Greater,
            CmpOp::Ge => o != Ordering::Less,
        }
    }

    fn name(self, vm: &Vm) -> Name {
        self.method(&vm.names)
    }

    /// The method's name.
    pub fn method(self, n: &crate::vm::Names) -> Name {
        [n.lt, n.le, n.eq, n.ne, n.gt, n.ge][self as usize]
    }
}

impl Vm {
    /// `bool(w)`.
    #[inline]
    pub fn truthy(&mut self, w: Word) -> PyResult<bool> {
        match w {
            TRUE => Ok(true),
            FALSE | NONE | UNDEF => Ok(false),
            _ if w.is_int() => Ok(w.unbox_int() != 0),
            _ => self.truthy_slow(w),
        }
    }

    fn truthy_slow(&mut self, w: Word) -> PyResult<bool> {
        if let Some(f) = w.as_float() {
            return Ok(f != 0.0);
        }
        let Some(h) = w.header() else { return Ok(true) };
        if h.is_exact_builtin()
            && let Some(t) = self.builtin_truth(w)
        {
            return Ok(t);
        }
        let class = self.type_of(w);
        if let Some(f) = self.lookup_class(class, self.names.bool_) {
            let r = self.call_descr(f, w, class, &Args::new(&[]))?;
            return match r.as_bool() {
                Some(b) => Ok(b),
                None => {
                    let t = self.type_name(r);
                    Err(self.type_error(format!("__bool__ should return bool, returned {t}")))
                }
            };
        }
        if self.lookup_class(class, self.names.len).is_some() {
            return Ok(self.len(w)? != 0);
        }
        Ok(true)
    }

    /// Truth of a value with a builtin layout.
    pub(crate) fn builtin_truth(&self, w: Word) -> Option<bool> {
        Some(match w.tag() {
            TypeTag::Complex => w.cast::<Complex>().is_some_and(|c| c.re != 0.0 || c.im != 0.0),
            TypeTag::WideInt | TypeTag::BigInt => true,
            TypeTag::Boxed => match self.num_of(w)? {
                Num::Int(i) => !i.is_zero(),
                Num::Float(f) => f != 0.0,
                Num::Complex(..) => true,
            },
            TypeTag::Function | TypeTag::Native | TypeTag::Class => return None,
            _ => self.builtin_len(w)? != 0,
        })
    }

    /// Length of a value with a builtin layout.
    #[inline]
    pub(crate) fn builtin_len(&self, w: Word) -> Option<usize> {
        // SAFETY: each cast is checked by the tag.
        unsafe {
            Some(match w.tag() {
                TypeTag::Str => w.cast_unchecked::<Str>().char_len(),
                TypeTag::List => w.cast_unchecked::<List>().count(),
                TypeTag::Tuple => w.cast_unchecked::<Tuple>().count(),
                TypeTag::Dict => w.cast_unchecked::<Dict>().len(),
                TypeTag::Set => w.cast_unchecked::<Set>().len(),
                TypeTag::Bytes | TypeTag::ByteArray => bytes_of(w).len(),
                TypeTag::DictView => w.cast_unchecked::<DictView>().dict.cast::<Dict>()?.len(),
                TypeTag::Range => match w.cast_unchecked::<RangeObj>().len.as_int() {
                    Some(n) => n as usize,
                    None => usize::MAX,
                },
                _ => return None,
            })
        }
    }

    /// `len(w)`.
    pub fn len(&mut self, w: Word) -> PyResult<usize> {
        if w.header().is_some_and(|h| h.is_exact_builtin())
            && let Some(n) = self.builtin_len(w)
        {
            if n == usize::MAX {
                return Err(self.overflow_error("Python int too large to convert to C ssize_t"));
            }
            return Ok(n);
        }
        let name = self.names.len;
        let Some(r) = self.call_special(w, name, &[])? else {
            let t = self.type_name(w);
            return Err(self.type_error(format!("object of type '{t}' has no len()")));
        };
        let n = self.index(r)?;
        if n < 0 {
            return Err(self.value_error("__len__() should return >= 0"));
        }
        Ok(n as usize)
    }

    /// `a == b` as containers compare: identical values are equal.
    #[inline]
    pub fn eq(&mut self, a: Word, b: Word) -> PyResult<bool> {
        if let Some(same) = quick_eq(a, b) {
            return Ok(same);
        }
        let r = self.compare(CmpOp::Eq, a, b)?;
        self.truthy(r)
    }

    /// `a < b`.
    #[inline]
    pub fn lt(&mut self, a: Word, b: Word) -> PyResult<bool> {
        if let (Some(x), Some(y)) = (a.as_int(), b.as_int()) {
            return Ok(x < y);
        }
        if let (Some(x), Some(y)) = (a.as_float(), b.as_float()) {
            return Ok(x < y);
        }
        let r = self.compare(CmpOp::Lt, a, b)?;
        self.truthy(r)
    }

    /// `a op b`.
    pub fn compare(&mut self, op: CmpOp, a: Word, b: Word) -> PyResult {
        let user = |w: Word| w.header().is_some_and(|h| !h.is_exact_builtin());
        if !user(a) && !user(b) {
            let r = self.builtin_compare(op, a, b)?;
            if r != NOTIMPL {
                return Ok(r);
            }
        }
        self.dispatch_compare(op, a, b)
    }

    fn dispatch_compare(&mut self, op: CmpOp, a: Word, b: Word) -> PyResult {
        let (ta, tb) = (self.type_of(a), self.type_of(b));
        if matches!(op, CmpOp::Eq | CmpOp::Ne) && ta.has(C_IDENTITY_EQ) && tb.has(C_IDENTITY_EQ) {
            let ne = self.names.ne;
            if op == CmpOp::Eq || !self.user_defines(ta, ne) && !self.user_defines(tb, ne) {
                return Ok(Word::bool((a == b) == (op == CmpOp::Eq)));
            }
        }
        let (name, back) = (op.name(self), op.swapped().name(self));
        let swap_first =
            ta != tb && tb.is_subclass(ta) && self.lookup_class(tb, back) != self.lookup_class(ta, back);
        if swap_first {
            let r = self.try_compare(tb, back, b, a)?;
            if r != NOTIMPL {
                return Ok(r);
            }
        }
        let r = self.try_compare(ta, name, a, b)?;
        if r != NOTIMPL {
            return Ok(r);
        }
        if !swap_first {
            let r = self.try_compare(tb, back, b, a)?;
            if r != NOTIMPL {
                return Ok(r);
            }
        }
        match op {
            CmpOp::Eq => Ok(Word::bool(a == b)),
            CmpOp::Ne => Ok(Word::bool(a != b)),
            _ => Err(self.order_error(op, a, b)),
        }
    }

    fn user_defines(&self, class: Gc<Class>, name: Name) -> bool {
        class.mro.iter().any(|c| !c.has(C_BUILTIN) && c.dict.get(name).is_some())
    }

    fn try_compare(&mut self, class: Gc<Class>, name: Name, a: Word, b: Word) -> PyResult {
        match self.lookup_class(class, name) {
            Some(f) if !f.is_none() => self.call_descr(f, a, class, &Args::new(&[b])),
            _ => Ok(NOTIMPL),
        }
    }

    #[cold]
    pub(crate) fn order_error(&mut self, op: CmpOp, a: Word, b: Word) -> Raised {
        let (ta, tb, op) = (self.type_name(a), self.type_name(b), op.symbol());
        self.type_error(format!("'{op}' not supported between instances of '{ta}' and '{tb}'"))
    }

    /// `object.__ne__` of user classes: the opposite of `__eq__`.
    pub(crate) fn default_ne(&mut self, a: Word, b: Word) -> PyResult {
        let class = self.type_of(a);
        let r = self.try_compare(class, self.names.eq, a, b)?;
        if r == NOTIMPL {
            return Ok(NOTIMPL);
        }
        Ok(Word::bool(!self.truthy(r)?))
    }

    /// The comparison on builtin layouts; `NotImplemented` when it has no meaning.
    pub(crate) fn builtin_compare(&mut self, op: CmpOp, a: Word, b: Word) -> PyResult {
        let equality = matches!(op, CmpOp::Eq | CmpOp::Ne);
        match (a.tag(), b.tag()) {
            (TypeTag::Str, TypeTag::Str) => match (a.as_str(), b.as_str()) {
                (Some(x), Some(y)) => Ok(Word::bool(op.holds(x.as_bytes().cmp(y.as_bytes())))),
                _ => Ok(NOTIMPL),
            },
            (TypeTag::List, TypeTag::List) | (TypeTag::Tuple, TypeTag::Tuple) => {
                self.compare_sequences(op, a, b)
            }
            (TypeTag::Dict, TypeTag::Dict) if equality => {
                let same = self.equal_dicts(a, b)?;
                Ok(Word::bool(same == (op == CmpOp::Eq)))
            }
            (TypeTag::Set, TypeTag::Set) => self.compare_sets(op, a, b),
            (TypeTag::DictView, TypeTag::DictView | TypeTag::Set) | (TypeTag::Set, TypeTag::DictView) => {
                let values = |w: Word| w.cast::<DictView>().is_some_and(|v| v.kind == ViewKind::Values);
                if values(a) || values(b) {
                    return Ok(NOTIMPL);
                }
                let (x, y) = (self.set_from(a)?, self.set_from(b)?);
                self.compare_sets(op, x.word(), y.word())
            }
            (TypeTag::Bytes | TypeTag::ByteArray, TypeTag::Bytes | TypeTag::ByteArray) => {
                Ok(Word::bool(op.holds(bytes_of(a).cmp(bytes_of(b)))))
            }
            (TypeTag::Range, TypeTag::Range) if equality => {
                let same = self.equal_ranges(a, b)?;
                Ok(Word::bool(same == (op == CmpOp::Eq)))
            }
            (TypeTag::Slice, TypeTag::Slice) => self.compare_slices(op, a, b),
            (TypeTag::BoundMethod, TypeTag::BoundMethod) if equality => {
                match (a.cast::<BoundMethod>(), b.cast::<BoundMethod>()) {
                    (Some(x), Some(y)) => {
                        let same = x.func == y.func && x.this == y.this;
                        Ok(Word::bool(same == (op == CmpOp::Eq)))
                    }
                    _ => Ok(NOTIMPL),
                }
            }
            _ => Ok(self.compare_numbers(op, a, b)),
        }
    }

    fn compare_numbers(&mut self, op: CmpOp, a: Word, b: Word) -> Word {
        let (Some(x), Some(y)) = (self.num_of(a), self.num_of(b)) else { return NOTIMPL };
        if let (Num::Complex(..), _) | (_, Num::Complex(..)) = (x, y) {
            let same = match (x, y) {
                (Num::Complex(a, b), Num::Complex(c, d)) => a == c && b == d,
                (Num::Complex(re, im), n) | (n, Num::Complex(re, im)) => {
                    im == 0.0 && order_numbers(Num::Float(re), n) == Some(Ordering::Equal)
                }
                _ => false,
            };
            return match op {
                CmpOp::Eq => Word::bool(same),
                CmpOp::Ne => Word::bool(!same),
                _ => NOTIMPL,
            };
        }
        match order_numbers(x, y) {
            Some(o) => Word::bool(op.holds(o)),
            None => Word::bool(op == CmpOp::Ne),
        }
    }

    fn compare_sequences(&mut self, op: CmpOp, a: Word, b: Word) -> PyResult {
        let n = match (self.builtin_len(a), self.builtin_len(b)) {
            (Some(m), Some(n)) if matches!(op, CmpOp::Eq | CmpOp::Ne) && m != n => {
                return Ok(Word::bool(op == CmpOp::Ne));
            }
            (Some(m), Some(n)) => m.min(n),
            _ => return Ok(NOTIMPL),
        };
        self.enter_native()?;
        let r = self.compare_items(op, a, b, n);
        self.leave_native();
        r
    }

    fn compare_items(&mut self, op: CmpOp, a: Word, b: Word, n: usize) -> PyResult {
        for i in 0..n {
            // Comparing may run code that shrinks a list.
            let (Some(x), Some(y)) = (item_of(a, i), item_of(b, i)) else { break };
            if !self.eq(x, y)? {
                let (Some(x), Some(y)) = (item_of(a, i), item_of(b, i)) else { break };
                return match op {
                    CmpOp::Eq => Ok(FALSE),
                    CmpOp::Ne => Ok(TRUE),
                    _ => self.compare(op, x, y),
                };
            }
        }
        let (m, n) = (self.builtin_len(a).unwrap_or(0), self.builtin_len(b).unwrap_or(0));
        Ok(Word::bool(op.holds(m.cmp(&n))))
    }

    fn equal_dicts(&mut self, a: Word, b: Word) -> PyResult<bool> {
        let (Some(x), Some(y)) = (a.cast::<Dict>(), b.cast::<Dict>()) else { return Ok(false) };
        if x.used != y.used {
            return Ok(false);
        }
        self.enter_native()?;
        let r = self.equal_entries(x, y);
        self.leave_native();
        r
    }

    fn equal_entries(&mut self, x: Gc<Dict>, y: Gc<Dict>) -> PyResult<bool> {
        let mut i = 0;
        while i < x.slots() {
            if let Some(&e) = x.entry(i) {
                let Some(j) = self.dict_find(y, e.key, e.hash)? else { return Ok(false) };
                let Some(other) = y.entry(j).map(|o| o.value) else { return Ok(false) };
                if !self.eq(e.value, other)? {
                    return Ok(false);
                }
            }
            i += 1;
        }
        Ok(true)
    }

    fn compare_sets(&mut self, op: CmpOp, a: Word, b: Word) -> PyResult {
        let (Some(x), Some(y)) = (a.cast::<Set>(), b.cast::<Set>()) else { return Ok(NOTIMPL) };
        let r = match op {
            CmpOp::Eq => x.used == y.used && self.is_subset(x, y)?,
            CmpOp::Ne => !(x.used == y.used && self.is_subset(x, y)?),
            CmpOp::Le => self.is_subset(x, y)?,
            CmpOp::Lt => x.used < y.used && self.is_subset(x, y)?,
            CmpOp::Ge => self.is_subset(y, x)?,
            CmpOp::Gt => y.used < x.used && self.is_subset(y, x)?,
        };
        Ok(Word::bool(r))
    }

    /// Whether every key of `x` is in `y`.
    pub fn is_subset(&mut self, x: Gc<Set>, y: Gc<Set>) -> PyResult<bool> {
        if x.used > y.used {
            return Ok(false);
        }
        let entries: Vec<_> = x.entries().collect();
        for e in entries {
            if !self.set_contains_hashed(y, e.key, e.hash)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn equal_ranges(&mut self, a: Word, b: Word) -> PyResult<bool> {
        let (Some(x), Some(y)) = (a.cast::<RangeObj>(), b.cast::<RangeObj>()) else { return Ok(false) };
        if !self.eq(x.len, y.len)? {
            return Ok(false);
        }
        if x.len == Word::int(0) {
            return Ok(true);
        }
        Ok(self.eq(x.start, y.start)? && (x.len == Word::int(1) || self.eq(x.step, y.step)?))
    }

    fn compare_slices(&mut self, op: CmpOp, a: Word, b: Word) -> PyResult {
        let (Some(x), Some(y)) = (a.cast::<SliceObj>(), b.cast::<SliceObj>()) else { return Ok(NOTIMPL) };
        let x = self.new_tuple(&[x.start, x.stop, x.step]);
        let y = self.new_tuple(&[y.start, y.stop, y.step]);
        self.compare_sequences(op, x, y)
    }

    /// `item in container`.
    pub fn contains(&mut self, container: Word, item: Word) -> PyResult<bool> {
        if container.header().is_some_and(|h| h.is_exact_builtin())
            && let Some(found) = self.builtin_contains(container, item)?
        {
            return Ok(found);
        }
        let name = self.names.contains;
        let class = self.type_of(container);
        match self.lookup_class(class, name) {
            Some(f) if f.is_none() => {
                let t = class.name_str();
                Err(self.type_error(format!("'{t}' object is not a container")))
            }
            Some(f) => {
                let r = self.call_descr(f, container, class, &Args::new(&[item]))?;
                self.truthy(r)
            }
            None => {
                let n = self.names;
                if self.lookup_class(class, n.iter).is_none() && self.lookup_class(class, n.getitem).is_none()
                {
                    let t = class.name_str();
                    return Err(self.type_error(format!("argument of type '{t}' is not iterable")));
                }
                self.contains_by_iteration(container, item)
            }
        }
    }

    fn contains_by_iteration(&mut self, container: Word, item: Word) -> PyResult<bool> {
        let mut found = false;
        self.iterate(container, |vm, x| {
            found = vm.eq(x, item)?;
            Ok(!found)
        })?;
        Ok(found)
    }

    /// Containment in a builtin layout; `None` when it has none.
    pub(crate) fn builtin_contains(&mut self, container: Word, item: Word) -> PyResult<Option<bool>> {
        Ok(Some(match container.tag() {
            TypeTag::List | TypeTag::Tuple => {
                let mut i = 0;
                loop {
                    let Some(x) = item_of(container, i) else { break false };
                    if self.eq(x, item)? {
                        break true;
                    }
                    i += 1;
                }
            }
            TypeTag::Dict => match container.cast::<Dict>() {
                Some(d) => self.dict_get(d, item)?.is_some(),
                None => false,
            },
            TypeTag::Set => match container.cast::<Set>() {
                Some(s) => self.set_contains_item(s, item)?,
                None => false,
            },
            TypeTag::Str => match (container.as_str(), item.as_str()) {
                (Some(s), Some(t)) => s.contains(t),
                _ => {
                    let t = self.type_name(item);
                    return Err(
                        self.type_error(format!("'in <string>' requires string as left operand, not {t}"))
                    );
                }
            },
            TypeTag::Bytes | TypeTag::ByteArray => self.bytes_contain(container, item)?,
            TypeTag::Range => match self.range_position(container, item) {
                Some(p) => p.is_some(),
                None => self.contains_by_iteration(container, item)?,
            },
            TypeTag::DictView => self.view_contains(container, item)?,
            _ => return Ok(None),
        }))
    }

    /// `item in set`, where a set item stands for the frozenset of its keys.
    fn set_contains_item(&mut self, s: Gc<Set>, item: Word) -> PyResult<bool> {
        if let Some(k) = item.cast::<Set>().filter(|k| !k.is_frozen()) {
            let frozen = self.set_copy(k, true)?;
            return self.set_contains(s, frozen.word());
        }
        self.set_contains(s, item)
    }

    fn bytes_contain(&mut self, container: Word, item: Word) -> PyResult<bool> {
        match item.tag() {
            TypeTag::Bytes | TypeTag::ByteArray => {
                let (data, needle) = (bytes_of(container), bytes_of(item));
                Ok(needle.is_empty() || data.windows(needle.len()).any(|w| w == needle))
            }
            _ => match self.int_of(item).map(|i| i.small()) {
                Some(Some(b @ 0..=255)) => Ok(bytes_of(container).contains(&(b as u8))),
                Some(_) => Err(self.value_error("byte must be in range(0, 256)")),
                None => {
                    let t = self.type_name(item);
                    Err(self.type_error(format!("a bytes-like object is required, not '{t}'")))
                }
            },
        }
    }

    fn view_contains(&mut self, view: Word, item: Word) -> PyResult<bool> {
        let Some(v) = view.cast::<DictView>() else { return Ok(false) };
        let Some(d) = v.dict.cast::<Dict>() else { return Ok(false) };
        match v.kind {
            ViewKind::Keys => Ok(self.dict_get(d, item)?.is_some()),
            ViewKind::Values => self.contains_by_iteration(view, item),
            ViewKind::Items => match item.cast::<Tuple>().map(|t| t.items()) {
                Some(&[key, value]) => match self.dict_get(d, key)? {
                    Some(have) => self.eq(have, value),
                    None => Ok(false),
                },
                _ => Ok(false),
            },
        }
    }

    /// Counts a level of native recursion; RecursionError when too deep.
    #[inline]
    pub fn enter_native(&mut self) -> PyResult<()> {
        if crate::vm::boot::native_stack_pointer() < self.native_stack_limit
            || self.recursion >= self.recursion_limit
        {
            return Err(
                self.raise(crate::vm::Exc::RecursionError, "maximum recursion depth exceeded in comparison")
            );
        }
        self.recursion += 1;
        Ok(())
    }

    /// Leaves a level of native recursion.
    #[inline]
    pub fn leave_native(&mut self) {
        self.recursion -= 1;
    }
}

/// Item `i` of a list or tuple.
#[inline]
pub(crate) fn item_of(w: Word, i: usize) -> Option<Word> {
    match w.tag() {
        TypeTag::List => w.cast::<List>()?.items().get(i).copied(),
        TypeTag::Tuple => w.cast::<Tuple>()?.items().get(i).copied(),
        _ => None,
    }
}

/// Exact order of an int and a float, of ints, or of floats; `None` with NaN.
fn order_numbers(x: Num, y: Num) -> Option<Ordering> {
    match (x, y) {
        (Num::Int(IntVal::Small(a)), Num::Int(IntVal::Small(b))) => Some(a.cmp(&b)),
        (Num::Int(a), Num::Int(b)) => Some(a.big().cmp(&b.big())),
        (Num::Float(a), Num::Float(b)) => a.partial_cmp(&b),
        (Num::Int(i), Num::Float(f)) => order_int_float(i, f),
        (Num::Float(f), Num::Int(i)) => order_int_float(i, f).map(Ordering::reverse),
        _ => None,
    }
}

fn order_int_float(i: IntVal, f: f64) -> Option<Ordering> {
    if f.is_nan() {
        return None;
    }
    if f.is_infinite() {
        return Some(if f > 0.0 { Ordering::Less } else { Ordering::Greater });
    }
    if let IntVal::Small(s) = i
        && s.unsigned_abs() <= 1 << 53
    {
        return (s as f64).partial_cmp(&f);
    }
    let whole = crate::vm::num::f64_to_big(f.trunc());
    let i = i.big();
    Some(match i.cmp(&whole) {
        Ordering::Equal => 0.0f64.partial_cmp(&(f - f.trunc()))?,
        o => o,
    })
}
