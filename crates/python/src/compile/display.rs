//! Displays: lists, tuples, sets and dicts, with unpacking.

use ruff_python_ast::{self as ast, Expr};

use super::Compiler;
use super::assemble::Reg;
use super::error::Res;
use crate::bytecode::Op;
use crate::code::Const;

/// Values that are put into registers before a display takes them up; longer displays grow in steps.
const CHUNK: usize = 32;
/// Displays of constants of at least this length are copied from a constant tuple or frozen set.
const CONSTANT_DISPLAY: usize = 3;

impl<'a> Compiler<'a> {
    /// A list, tuple or set display (by its build instruction) into `dst`.
    pub(super) fn sequence(&mut self, elements: &'a [Expr], build: Op, dst: Reg) -> Res {
        let plain = elements.len() <= CHUNK && !elements.iter().any(Expr::is_starred_expr);
        let copied =
            build != Op::BuildTuple && elements.len() >= CONSTANT_DISPLAY && self.all_constant(elements)?;
        if plain && !copied {
            let base = self.unit.next;
            for element in elements {
                self.push(element)?;
            }
            self.emit(build, &[dst, base, elements.len() as Reg]);
            return Ok(());
        }
        let result = self.accumulator(dst);
        if build == Op::BuildTuple {
            self.grow(elements, Op::BuildList, result)?;
            self.emit(Op::ListToTuple, &[dst, result]);
        } else {
            self.grow(elements, build, result)?;
            self.settle(result, dst);
        }
        Ok(())
    }

    fn all_constant(&mut self, elements: &'a [Expr]) -> Res<bool> {
        for element in elements {
            if self.fold(element)?.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Builds a list or set in the register `result`, a run of elements at a time.
    pub(super) fn grow(&mut self, elements: &'a [Expr], build: Op, result: Reg) -> Res {
        let (add, extend) = match build {
            Op::BuildSet => (Op::SetAdd, Op::SetUpdate),
            _ => (Op::ListAppend, Op::ListExtend),
        };
        let first = elements.iter().take(CHUNK).take_while(|e| !e.is_starred_expr()).count();
        let constant =
            build != Op::BuildTuple && elements.len() >= CONSTANT_DISPLAY && self.all_constant(elements)?;
        let first = if constant { 0 } else { first };
        let base = self.unit.next;
        for element in &elements[..first] {
            self.push(element)?;
        }
        self.emit(build, &[result, base, first as Reg]);
        self.unit.next = base;
        if constant && !elements.is_empty() {
            let mut items = Vec::new();
            for element in elements {
                items.extend(self.fold(element)?);
            }
            // A set is copied from a frozen set, as in CPython, where this decides the order of iteration.
            let constant = match build {
                Op::BuildSet => Const::FrozenSet(items.into()),
                _ => Const::Tuple(items.into()),
            };
            self.load_const(constant, base)?;
            self.unit.take(1);
            self.emit(extend, &[result, base]);
            self.unit.next = base;
            return Ok(());
        }
        self.extend(&elements[first..], add, extend, result)
    }

    /// Adds elements one by one to the list or set in `result`.
    pub(super) fn extend(&mut self, elements: &'a [Expr], add: Op, extend: Op, result: Reg) -> Res {
        let mark = self.unit.next;
        for element in elements {
            if let Expr::Starred(starred) = element {
                let value = self.any(&starred.value)?;
                self.at(starred.range, |c| {
                    c.emit(extend, &[result, value]);
                    Ok(())
                })?;
            } else {
                let value = self.any(element)?;
                self.emit(add, &[result, value]);
            }
            self.unit.next = mark;
        }
        Ok(())
    }

    pub(super) fn dict(&mut self, dict: &'a ast::ExprDict, dst: Reg) -> Res {
        let plain = dict.items.iter().take(CHUNK / 2).take_while(|item| item.key.is_some()).count();
        let whole = plain == dict.items.len();
        let result = if whole { dst } else { self.accumulator(dst) };
        let base = self.unit.next;
        for item in &dict.items[..plain] {
            if let Some(key) = &item.key {
                self.push(key)?;
                self.push(&item.value)?;
            }
        }
        self.emit(Op::BuildDict, &[result, base, plain as Reg]);
        self.unit.next = base;
        for item in &dict.items[plain..] {
            if let Some(key) = &item.key {
                let key = self.any(key)?;
                let value = self.any(&item.value)?;
                self.emit(Op::DictSet, &[result, key, value]);
            } else {
                let value = self.any(&item.value)?;
                self.emit(Op::DictUpdate, &[result, value]);
            }
            self.unit.next = base;
        }
        if !whole {
            self.settle(result, dst);
        }
        Ok(())
    }
}
