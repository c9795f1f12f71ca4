//! Operators: the slow paths of arithmetic.

use crate::objects::*;
use crate::vm::num::{IntVal, Num};
use crate::vm::{Names, PyResult, Raised, Vm};
use crate::word::{NOTIMPL, Word};

/// A binary operator.
#[repr(u8)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum BinOp {
    Add,
    Sub,
    Mul,
    MatMul,
    TrueDiv,
    FloorDiv,
    Mod,
    Pow,
    LShift,
    RShift,
    And,
    Or,
    Xor,
    DivMod,
}

/// A unary operator.
#[repr(u8)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum UnOp {
    Neg,
    Pos,
    Invert,
}

/// A rich comparison.
#[repr(u8)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum CmpOp {
    Lt,
    Le,
    Eq,
    Ne,
    Gt,
    Ge,
}

impl BinOp {
    /// Left, right and in-place method names.
    pub fn names(self, n: &Names) -> (Name, Name, Name) {
        match self {
            BinOp::Add => (n.add, n.radd, n.iadd),
            BinOp::Sub => (n.sub, n.rsub, n.isub),
            BinOp::Mul => (n.mul, n.rmul, n.imul),
            BinOp::MatMul => (n.matmul, n.rmatmul, n.imatmul),
            BinOp::TrueDiv => (n.truediv, n.rtruediv, n.itruediv),
            BinOp::FloorDiv => (n.floordiv, n.rfloordiv, n.ifloordiv),
            BinOp::Mod => (n.mod_, n.rmod, n.imod),
            BinOp::Pow => (n.pow, n.rpow, n.ipow),
            BinOp::LShift => (n.lshift, n.rlshift, n.ilshift),
            BinOp::RShift => (n.rshift, n.rrshift, n.irshift),
            BinOp::And => (n.and, n.rand, n.iand),
            BinOp::Or => (n.or, n.ror, n.ior),
            BinOp::Xor => (n.xor, n.rxor, n.ixor),
            BinOp::DivMod => (n.divmod, n.rdivmod, n.divmod),
        }
    }
}

impl BinOp {
    /// The operator's text.
    pub fn symbol(self) -> &'static str {
        match self {
            BinOp::Add => "+",
            BinOp::Sub => "-",
            BinOp::Mul => "*",
            BinOp::MatMul => "@",
            BinOp::TrueDiv => "/",
            BinOp::FloorDiv => "//",
            BinOp::Mod => "%",
            BinOp::Pow => "** or pow()",
            BinOp::LShift => "<<",
            BinOp::RShift => ">>",
            BinOp::And => "&",
            BinOp::Or => "|",
            BinOp::Xor => "^",
            BinOp::DivMod => "divmod()",
        }
    }
}

impl Vm {
    /// `a op b`.
    pub fn binary_op(&mut self, op: BinOp, a: Word, b: Word) -> PyResult {
        if !self.overrides(a) && !self.overrides(b) {
            let r = self.builtin_binary(op, a, b)?;
            if r != NOTIMPL {
                return Ok(r);
            }
        }
        let r = self.dispatch_binary(op, a, b)?;
        if r != NOTIMPL {
            return Ok(r);
        }
        Err(self.operand_error(op, a, b, false))
    }

    /// Whether the value's class may override operators.
    #[inline(always)]
    fn overrides(&self, w: Word) -> bool {
        w.header().is_some_and(|h| !h.is_exact_builtin())
    }

    /// `__op__` and `__rop__`, the right one first when its class derives from the left's.
    fn dispatch_binary(&mut self, op: BinOp, a: Word, b: Word) -> PyResult {
        let (left, right, _) = op.names(&self.names);
        let (ta, tb) = (self.type_of(a), self.type_of(b));
        let f = self.lookup_class(ta, left);
        let g = if ta == tb { None } else { self.lookup_class(tb, right) };
        if let (Some(g), true) = (g, tb.is_subclass(ta))
            && self.lookup_class(ta, right) != Some(g)
        {
            let r = self.call_descr(g, b, tb, &Args::new(&[a]))?;
            if r != NOTIMPL {
                return Ok(r);
            }
            return match f {
                Some(f) => self.call_descr(f, a, ta, &Args::new(&[b])),
                None => Ok(NOTIMPL),
            };
        }
        if let Some(f) = f {
            let r = self.call_descr(f, a, ta, &Args::new(&[b]))?;
            if r != NOTIMPL {
                return Ok(r);
            }
        }
        match g {
            Some(g) => self.call_descr(g, b, tb, &Args::new(&[a])),
            None => Ok(NOTIMPL),
        }
    }

    /// `a op= b`.
    pub fn inplace_op(&mut self, op: BinOp, a: Word, b: Word) -> PyResult {
        if !self.overrides(a) {
            let r = self.builtin_inplace(op, a, b)?;
            if r != NOTIMPL {
                return Ok(r);
            }
        }
        let class = self.type_of(a);
        let (_, _, name) = op.names(&self.names);
        if op != BinOp::DivMod
            && let Some(f) = self.lookup_class(class, name)
        {
            let r = self.call_descr(f, a, class, &Args::new(&[b]))?;
            if r != NOTIMPL {
                return Ok(r);
            }
        }
        if !self.overrides(a) && !self.overrides(b) {
            let r = self.builtin_binary(op, a, b)?;
            if r != NOTIMPL {
                return Ok(r);
            }
        }
        let r = self.dispatch_binary(op, a, b)?;
        if r != NOTIMPL {
            return Ok(r);
        }
        Err(self.operand_error(op, a, b, true))
    }

    #[cold]
    pub(crate) fn operand_error(&mut self, op: BinOp, a: Word, b: Word, inplace: bool) -> Raised {
        let (ta, tb) = (self.type_name(a), self.type_name(b));
        let tag = a.tag();
        if op == BinOp::Add {
            let kind = match tag {
                TypeTag::Str => Some("str"),
                TypeTag::List => Some("list"),
                TypeTag::Tuple => Some("tuple"),
                _ => None,
            };
            if let Some(kind) = kind {
                return if tag == TypeTag::List && inplace {
                    self.type_error(format!("'{tb}' object is not iterable"))
                } else {
                    self.type_error(format!("can only concatenate {kind} (not \"{tb}\") to {kind}"))
                };
            }
            if matches!(tag, TypeTag::Bytes | TypeTag::ByteArray) {
                return self.type_error(format!("can't concat {tb} to {ta}"));
            }
        }
        if op == BinOp::Mul {
            let seq = |t| {
                matches!(
                    t,
                    TypeTag::Str | TypeTag::List | TypeTag::Tuple | TypeTag::Bytes | TypeTag::ByteArray
                )
            };
            if seq(tag) {
                return self.type_error(format!("can't multiply sequence by non-int of type '{tb}'"));
            }
            if seq(b.tag()) {
                return self.type_error(format!("can't multiply sequence by non-int of type '{ta}'"));
            }
        }
        let symbol = match (op, inplace) {
            (BinOp::Pow, true) => "**=".to_string(),
            (_, true) => format!("{}=", op.symbol()),
            _ => op.symbol().to_string(),
        };
        self.type_error(format!("unsupported operand type(s) for {symbol}: '{ta}' and '{tb}'"))
    }

    /// The operator on builtin layouts, ignoring user overrides; `NotImplemented` when it has no meaning.
    pub(crate) fn builtin_binary(&mut self, op: BinOp, a: Word, b: Word) -> PyResult {
        match (a.tag(), b.tag()) {
            (TypeTag::Str, TypeTag::Str) if op == BinOp::Add => match (a.cast(), b.cast()) {
                (Some(x), Some(y)) => self.concat_str(x, y),
                _ => Ok(NOTIMPL),
            },
            (TypeTag::Str, _) if op == BinOp::Mod => self.format_percent(a, b),
            (TypeTag::List, TypeTag::List) if op == BinOp::Add => self.concat_lists(a, b),
            (TypeTag::Tuple, TypeTag::Tuple) if op == BinOp::Add => self.concat_tuples(a, b),
            (TypeTag::Bytes | TypeTag::ByteArray, TypeTag::Bytes | TypeTag::ByteArray)
                if op == BinOp::Add =>
            {
                self.concat_bytes(a, b)
            }
            (TypeTag::Set, TypeTag::Set) => self.set_binary(op, a, b),
            (TypeTag::DictView, _) | (_, TypeTag::DictView) => self.view_binary(op, a, b),
            (TypeTag::Dict, TypeTag::Dict) if op == BinOp::Or => self.merge_dicts(a, b),
            (TypeTag::Str | TypeTag::List | TypeTag::Tuple | TypeTag::Bytes | TypeTag::ByteArray, _)
                if op == BinOp::Mul =>
            {
                self.repeat(a, b)
            }
            (_, TypeTag::Str | TypeTag::List | TypeTag::Tuple | TypeTag::Bytes | TypeTag::ByteArray)
                if op == BinOp::Mul =>
            {
                self.repeat(b, a)
            }
            (TypeTag::Bytes | TypeTag::ByteArray, _) if op == BinOp::Mod => self.format_percent(a, b),
            _ => self.num_binary(op, a, b),
        }
    }

    /// The in-place operator on mutable builtin layouts.
    pub(crate) fn builtin_inplace(&mut self, op: BinOp, a: Word, b: Word) -> PyResult {
        match (a.tag(), op) {
            (TypeTag::List, BinOp::Add) => {
                let mut l: Gc<List> = a.cast().expect("tag was checked");
                let items = self.to_vec(b)?;
                self.heap.external(items.len() * 8);
                l.extend(&items);
                Ok(a)
            }
            (TypeTag::List, BinOp::Mul) => {
                let mut l: Gc<List> = a.cast().expect("tag was checked");
                let r = self.repeat(a, b)?;
                if let Some(mut r) = r.cast::<List>() {
                    l.set(r.take());
                    return Ok(a);
                }
                Ok(r)
            }
            (TypeTag::ByteArray, BinOp::Add) if matches!(b.tag(), TypeTag::Bytes | TypeTag::ByteArray) => {
                let add = bytes_of(b).to_vec();
                let mut l: Gc<ByteArray> = a.cast().expect("tag was checked");
                self.heap.external(add.len());
                l.data.extend_from_slice(&add);
                Ok(a)
            }
            (TypeTag::Set, BinOp::Or | BinOp::And | BinOp::Sub | BinOp::Xor) if b.is::<Set>() => {
                self.set_inplace(op, a, b)
            }
            (TypeTag::Dict, BinOp::Or) => match (a.cast::<Dict>(), b.cast::<Dict>()) {
                (Some(x), Some(y)) => {
                    self.dict_update(x, y)?;
                    Ok(a)
                }
                _ => Ok(NOTIMPL),
            },
            _ => Ok(NOTIMPL),
        }
    }

    fn concat_lists(&mut self, a: Word, b: Word) -> PyResult {
        let (Some(x), Some(y)) = (a.cast::<List>(), b.cast::<List>()) else { return Ok(NOTIMPL) };
        let mut v = Vec::with_capacity(x.count() + y.count());
        v.extend_from_slice(x.items());
        v.extend_from_slice(y.items());
        Ok(self.new_list(v))
    }

    fn concat_tuples(&mut self, a: Word, b: Word) -> PyResult {
        let (Some(x), Some(y)) = (a.cast::<Tuple>(), b.cast::<Tuple>()) else { return Ok(NOTIMPL) };
        let n = x.count() + y.count();
        if n == 0 {
            return Ok(self.empty_tuple);
        }
        let Some(mut t) = self.alloc_tuple(n) else { return Err(self.memory_error()) };
        t.items_mut()[..x.count()].copy_from_slice(x.items());
        t.items_mut()[x.count()..].copy_from_slice(y.items());
        Ok(t.word())
    }

    fn concat_bytes(&mut self, a: Word, b: Word) -> PyResult {
        let v = [bytes_of(a), bytes_of(b)].concat();
        Ok(if a.is::<Bytes>() { self.new_bytes(&v) } else { self.new_bytearray(v) })
    }

    fn merge_dicts(&mut self, a: Word, b: Word) -> PyResult {
        let (Some(x), Some(y)) = (a.cast::<Dict>(), b.cast::<Dict>()) else { return Ok(NOTIMPL) };
        let mut d = self.new_dict();
        d.copy_from(&x);
        self.dict_update(d, y)?;
        Ok(d.word())
    }

    /// `sequence * count`.
    fn repeat(&mut self, seq: Word, count: Word) -> PyResult {
        let count = match self.int_of(count) {
            Some(i) => match i.small() {
                Some(n) => n.max(0) as usize,
                None if i.is_negative() => 0,
                None => return Err(self.overflow_error("cannot fit 'int' into an index-sized integer")),
            },
            None if self.lookup_special(count, self.names.index).is_some() && !self.int_like(count) => {
                self.index(count)?.max(0) as usize
            }
            None => return Ok(NOTIMPL),
        };
        match seq.tag() {
            TypeTag::Str => {
                let s: Gc<Str> = seq.cast().expect("tag was checked");
                if count == 1 && s.header().is_exact_builtin() {
                    return Ok(seq);
                }
                let n = self.repeat_size(s.nbytes as usize, count, 1)?;
                if n == 0 {
                    return Ok(self.empty_str.word());
                }
                match self.repeat_str(s, n, count) {
                    Some(w) => Ok(w),
                    None => Err(self.memory_error()),
                }
            }
            TypeTag::List => {
                let l: Gc<List> = seq.cast().expect("tag was checked");
                let n = self.repeat_size(l.count(), count, 8)?;
                match repeated(l.items(), n) {
                    Some(v) => Ok(self.new_list(v)),
                    None => Err(self.memory_error()),
                }
            }
            TypeTag::Tuple => {
                let t: Gc<Tuple> = seq.cast().expect("tag was checked");
                let n = self.repeat_size(t.count(), count, 8)?;
                if n == 0 {
                    return Ok(self.empty_tuple);
                }
                let Some(mut r) = self.alloc_tuple(n) else { return Err(self.memory_error()) };
                fill_repeated(t.items(), r.items_mut());
                Ok(r.word())
            }
            _ => {
                let data = bytes_of(seq);
                let n = self.repeat_size(data.len(), count, 1)?;
                let Some(v) = repeated(data, n) else { return Err(self.memory_error()) };
                Ok(if seq.is::<Bytes>() { self.new_bytes(&v) } else { self.new_bytearray(v) })
            }
        }
    }

    fn repeat_str(&mut self, s: Gc<Str>, n: usize, count: usize) -> Option<Word> {
        let (p, data) = self.try_alloc_str(n, s.char_len() * count)?;
        fill_repeated(s.bytes(), data);
        Some(p)
    }

    fn int_like(&self, w: Word) -> bool {
        w.is_float() || matches!(w.tag(), TypeTag::Str | TypeTag::List | TypeTag::Tuple | TypeTag::Complex)
    }

    /// Items of a repetition, if there is room for them.
    fn repeat_size(&mut self, len: usize, count: usize, unit: usize) -> PyResult<usize> {
        let n = len.saturating_mul(count);
        self.room_for(n, unit)?;
        Ok(n)
    }

    /// `-a`, `+a`, `~a`.
    pub fn unary_op(&mut self, op: UnOp, a: Word) -> PyResult {
        if !self.overrides(a) {
            let r = self.builtin_unary(op, a)?;
            if r != NOTIMPL {
                return Ok(r);
            }
        }
        let (name, symbol) = match op {
            UnOp::Neg => (self.names.neg, "-"),
            UnOp::Pos => (self.names.pos, "+"),
            UnOp::Invert => (self.names.invert, "~"),
        };
        match self.call_special(a, name, &[])? {
            Some(r) if r != NOTIMPL => Ok(r),
            _ => {
                let t = self.type_name(a);
                Err(self.type_error(format!("bad operand type for unary {symbol}: '{t}'")))
            }
        }
    }

    /// A unary operator on numbers; `NotImplemented` for other values.
    pub(crate) fn builtin_unary(&mut self, op: UnOp, a: Word) -> PyResult {
        Ok(match (self.num_of(a), op) {
            (Some(Num::Int(i)), UnOp::Pos) => match i {
                IntVal::Small(i) => self.new_int(i),
                IntVal::Big(b) => b.word(),
            },
            (Some(Num::Int(i)), UnOp::Neg) => {
                let v = -i.big();
                self.new_bigint(v)
            }
            (Some(Num::Int(i)), UnOp::Invert) => {
                let v = -i.big() - dashu_int::IBig::ONE;
                self.new_bigint(v)
            }
            (Some(Num::Float(f)), UnOp::Neg) => Word::float(-f),
            (Some(Num::Float(f)), UnOp::Pos) => Word::float(f),
            (Some(Num::Complex(a, b)), UnOp::Neg) => self.new_complex(-a, -b),
            (Some(Num::Complex(..)), UnOp::Pos) => a,
            _ => NOTIMPL,
        })
    }
}

/// `n` items: `items` again and again; `None` without memory.
fn repeated<T: Copy + Default>(items: &[T], n: usize) -> Option<Vec<T>> {
    let mut v = Vec::new();
    v.try_reserve_exact(n).ok()?;
    v.resize(n, T::default());
    fill_repeated(items, &mut v);
    Some(v)
}

/// Fills `to` (a multiple of `items` long) with copies of `items`.
fn fill_repeated<T: Copy>(items: &[T], to: &mut [T]) {
    if let [one] = items {
        return to.fill(*one);
    }
    let mut done = items.len().min(to.len());
    to[..done].copy_from_slice(&items[..done]);
    while done < to.len() {
        let n = done.min(to.len() - done);
        to.copy_within(..n, done);
        done += n;
    }
}

/// The bytes of a bytes or bytearray.
pub fn bytes_of(w: Word) -> &'static [u8] {
    // SAFETY: the object outlives native code; callers copy before they mutate it.
    unsafe {
        match w.tag() {
            TypeTag::Bytes => &(*w.cast_unchecked::<Bytes>().as_ptr()).data,
            TypeTag::ByteArray => &(*w.cast_unchecked::<ByteArray>().as_ptr()).data,
            _ => &[],
        }
    }
}
