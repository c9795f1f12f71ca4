//! Set algebra on sets and dict views, in CPython's order of insertion.

use crate::objects::set::SetEntry;
use crate::objects::*;
use crate::vm::ops::BinOp;
use crate::vm::{PyResult, Vm};
use crate::word::{NOTIMPL, Word};

impl Vm {
    /// `a op b` of sets; the result has the type of `a`.
    pub(crate) fn set_binary(&mut self, op: BinOp, a: Word, b: Word) -> PyResult {
        let (Some(x), Some(y)) = (a.cast::<Set>(), b.cast::<Set>()) else { return Ok(NOTIMPL) };
        let r = match op {
            BinOp::Or => {
                let r = self.set_copy(x, x.is_frozen())?;
                self.set_merge(r, y)?;
                r
            }
            BinOp::And => self.set_intersection(x, y)?,
            BinOp::Sub => self.set_difference(x, y)?,
            BinOp::Xor => {
                let r = self.set_copy(y, x.is_frozen())?;
                self.set_xor_update(r, x)?;
                r
            }
            _ => return Ok(NOTIMPL),
        };
        Ok(r.word())
    }

    /// A copy of a set.
    pub fn set_copy(&mut self, s: Gc<Set>, frozen: bool) -> PyResult<Gc<Set>> {
        let r = self.new_set(frozen);
        self.set_merge(r, s)?;
        Ok(r)
    }

    /// The keys in both; iterates the smaller set.
    pub fn set_intersection(&mut self, x: Gc<Set>, y: Gc<Set>) -> PyResult<Gc<Set>> {
        let r = self.new_set(x.is_frozen());
        let (other, so) = if y.used > x.used { (x, y) } else { (y, x) };
        for e in snapshot(other) {
            if self.set_contains_hashed(so, e.key, e.hash)? {
                self.set_add_hashed(r, e.key, e.hash)?;
            }
        }
        Ok(r)
    }

    /// The keys of `x` not in `y`.
    pub fn set_difference(&mut self, x: Gc<Set>, y: Gc<Set>) -> PyResult<Gc<Set>> {
        if x.used >> 2 > y.used {
            let r = self.set_copy(x, x.is_frozen())?;
            self.set_difference_update(r, y)?;
            return Ok(r);
        }
        let r = self.new_set(x.is_frozen());
        for e in snapshot(x) {
            if !self.set_contains_hashed(y, e.key, e.hash)? {
                self.set_add_hashed(r, e.key, e.hash)?;
            }
        }
        Ok(r)
    }

    /// Removes the keys of `y` from `x`.
    pub fn set_difference_update(&mut self, mut x: Gc<Set>, y: Gc<Set>) -> PyResult<()> {
        if x == y {
            x.clear();
            return Ok(());
        }
        for e in snapshot(y) {
            self.set_discard_hashed(x, e.key, e.hash)?;
        }
        Ok(())
    }

    /// Toggles the keys of `y` in `x`.
    pub fn set_xor_update(&mut self, mut x: Gc<Set>, y: Gc<Set>) -> PyResult<()> {
        if x == y {
            x.clear();
            return Ok(());
        }
        for e in snapshot(y) {
            if !self.set_discard_hashed(x, e.key, e.hash)? {
                self.set_add_hashed(x, e.key, e.hash)?;
            }
        }
        Ok(())
    }

    /// `a op= b` of sets; a frozenset gives `NotImplemented`.
    pub(crate) fn set_inplace(&mut self, op: BinOp, a: Word, b: Word) -> PyResult {
        let (Some(mut x), Some(y)) = (a.cast::<Set>(), b.cast::<Set>()) else { return Ok(NOTIMPL) };
        if x.is_frozen() {
            return Ok(NOTIMPL);
        }
        match op {
            BinOp::Or => self.set_merge(x, y)?,
            BinOp::Sub => self.set_difference_update(x, y)?,
            BinOp::Xor => self.set_xor_update(x, y)?,
            _ => {
                let mut r = self.set_intersection(x, y)?;
                x.swap(&mut r);
            }
        }
        Ok(a)
    }

    /// `op` on key or item views (and any iterable on the other side).
    pub(crate) fn view_binary(&mut self, op: BinOp, a: Word, b: Word) -> PyResult {
        if !matches!(op, BinOp::And | BinOp::Or | BinOp::Sub | BinOp::Xor) || !set_like(a) && !set_like(b) {
            return Ok(NOTIMPL);
        }
        let (x, y) = (self.set_from(a)?, self.set_from(b)?);
        self.set_binary(op, x.word(), y.word())
    }

    /// A new set of an iterable's items.
    pub fn set_from(&mut self, w: Word) -> PyResult<Gc<Set>> {
        let s = self.new_set(false);
        self.set_update(s, w)?;
        Ok(s)
    }

    /// Adds an iterable's items as `set.update` does.
    pub fn set_update(&mut self, s: Gc<Set>, w: Word) -> PyResult<()> {
        if let Some(o) = w.cast::<Set>() {
            return self.set_merge(s, o);
        }
        if let Some(d) = w.cast::<Dict>().filter(|d| d.header().is_exact_builtin()) {
            self.set_reserve(s, d.len());
            let keys: Vec<(Word, u64)> =
                d.entries.iter().filter(|e| !e.key.is_undef()).map(|e| (e.key, e.hash)).collect();
            for (key, hash) in keys {
                self.set_add_hashed(s, key, hash)?;
            }
            return Ok(());
        }
        self.iterate(w, |vm, item| {
            vm.set_add(s, item)?;
            Ok(true)
        })
    }
}

fn snapshot(s: Gc<Set>) -> Vec<SetEntry> {
    s.entries().collect()
}

/// Whether a view behaves as a set.
fn set_like(w: Word) -> bool {
    w.cast::<DictView>().is_some_and(|v| v.kind != ViewKind::Values)
}
