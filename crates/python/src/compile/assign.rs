//! Assignment, deletion and unpacking.

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::{Ranged, TextRange};

use super::Compiler;
use super::assemble::Reg;
use super::error::{Fault, Res};
use super::expr::plain_slice;
use super::unit::Var;
use crate::bytecode::Op;

impl<'a> Compiler<'a> {
    pub(super) fn assignment(&mut self, stmt: &'a ast::StmtAssign) -> Res {
        match &stmt.targets[..] {
            [Expr::Name(name)] => self.assign_name(name, &stmt.value),
            [target @ (Expr::Tuple(_) | Expr::List(_))] => match self.parallel(target, &stmt.value)? {
                true => Ok(()),
                false => {
                    let src = self.any(&stmt.value)?;
                    self.assign(target, src)
                }
            },
            [target] => {
                let src = self.any(&stmt.value)?;
                self.assign(target, src)
            }
            targets => {
                let src = self.push(&stmt.value)?;
                targets.iter().try_for_each(|target| self.assign(target, src))
            }
        }
    }

    fn assign_name(&mut self, name: &'a ast::ExprName, value: &'a Expr) -> Res {
        if let Some(r) = self.target_register(&name.id) {
            self.into(value, r)?;
            self.note_assigned(r);
            return Ok(());
        }
        let src = self.any(value)?;
        self.at(name.range, |c| {
            c.store_name(&name.id, src);
            Ok(())
        })
    }

    /// `a, b = x, y` without a tuple. Values go to temporaries first, the last one to its target at once if
    /// nothing reads that target any more.
    fn parallel(&mut self, target: &'a Expr, value: &'a Expr) -> Res<bool> {
        let (Some(targets), Some(values)) = (elements(target), elements(value)) else { return Ok(false) };
        let plain = |list: &[Expr]| !list.iter().any(Expr::is_starred_expr);
        if targets.len() != values.len() || targets.is_empty() || !plain(targets) || !plain(values) {
            return Ok(false);
        }
        if self.fold(value)?.is_some() && targets.len() > 8 {
            return Ok(false);
        }
        let registers: Option<Vec<Reg>> = targets
            .iter()
            .map(|t| t.as_name_expr().and_then(|name| self.target_register(&name.id)))
            .collect();
        let distinct = registers.filter(|list| (1..list.len()).all(|i| !list[..i].contains(&list[i])));
        let written: Vec<Reg> = targets
            .iter()
            .filter_map(|t| t.as_name_expr().and_then(|name| self.target_register(&name.id)))
            .collect();
        let mut sources = Vec::new();
        for (i, value) in values.iter().enumerate() {
            let source = match (&distinct, value) {
                // Constants need no register before they are assigned.
                _ if self.fold(value)?.is_some() => None,
                (Some(list), _) if i + 1 == values.len() => {
                    self.into(value, list[i])?;
                    self.note_assigned(list[i]);
                    continue;
                }
                (_, Expr::Name(name))
                    if self.target_register(&name.id).is_some_and(|r| !written.contains(&r)) =>
                {
                    Some(self.any(value)?)
                }
                _ => Some(self.push(value)?),
            };
            sources.push((source, value));
        }
        for (target, (src, value)) in targets.iter().zip(sources) {
            match (src, target) {
                (Some(src), _) => self.assign(target, src)?,
                (None, Expr::Name(name)) => self.assign_name(name, value)?,
                (None, _) => {
                    let src = self.any(value)?;
                    self.assign(target, src)?;
                }
            }
        }
        Ok(true)
    }

    /// Assigns the value of a register to a target.
    pub(super) fn assign(&mut self, target: &'a Expr, src: Reg) -> Res {
        let mark = self.unit.next;
        self.at(target.range(), |c| c.assign_to(target, src))?;
        self.unit.next = mark;
        Ok(())
    }

    fn assign_to(&mut self, target: &'a Expr, src: Reg) -> Res {
        match target {
            Expr::Name(name) => self.store_name(&name.id, src),
            Expr::Attribute(attribute) => {
                let object = self.any(&attribute.value)?;
                let name = self.attribute_index(&attribute.attr);
                self.emit(Op::StoreAttr, &[object, name, src]);
            }
            Expr::Subscript(subscript) => {
                let object = self.any(&subscript.value)?;
                if let Some(slice) = plain_slice(&subscript.slice) {
                    let (base, _) = self.slice_bounds(slice)?;
                    self.emit(Op::StoreSlice, &[object, base, src]);
                } else {
                    let key = self.any(&subscript.slice)?;
                    self.emit(Op::StoreItem, &[object, key, src]);
                }
            }
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
                self.unpack(elts, src, target.range())?;
            }
            Expr::Starred(starred) => {
                let message = "starred assignment target must be in a list or tuple";
                return Err(Fault::syntax(message, starred.range));
            }
            other => return Err(Fault::syntax("cannot assign to expression", other.range())),
        }
        Ok(())
    }

    fn unpack(&mut self, targets: &'a [Expr], src: Reg, range: TextRange) -> Res {
        let count = targets.len() as Reg;
        let starred = targets.iter().position(Expr::is_starred_expr);
        if let Some(at) = starred {
            if targets[at + 1..].iter().any(Expr::is_starred_expr) {
                return Err(Fault::syntax("multiple starred expressions in assignment", range));
            }
            let after = targets.len() - at - 1;
            if at > 255 || after > 255 {
                return Err(Fault::syntax("too many expressions in star-unpacking assignment", range));
            }
            let base = self.unit.take(count);
            self.emit(Op::UnpackEx, &[src, base, (at | after << 8) as Reg]);
            for (i, target) in targets.iter().enumerate() {
                let target = if let Expr::Starred(starred) = target { &starred.value } else { target };
                self.assign(target, base + i as Reg)?;
            }
            return Ok(());
        }
        if let Some(base) = self.consecutive(targets) {
            self.emit(Op::UnpackSequence, &[src, base, count]);
            (base..base + count).for_each(|r| self.note_assigned(r));
            return Ok(());
        }
        let base = self.unit.take(count);
        self.emit(Op::UnpackSequence, &[src, base, count]);
        for (i, target) in targets.iter().enumerate() {
            self.assign(target, base + i as Reg)?;
        }
        Ok(())
    }

    /// The first register, if the targets are variables in registers next to each other.
    fn consecutive(&mut self, targets: &'a [Expr]) -> Option<Reg> {
        let mut first = None;
        for (i, target) in targets.iter().enumerate() {
            let r = self.target_register(&target.as_name_expr()?.id)?;
            if *first.get_or_insert(r) + i as Reg != r {
                return None;
            }
        }
        first
    }

    pub(super) fn augmented(&mut self, stmt: &'a ast::StmtAugAssign) -> Res {
        match &*stmt.target {
            Expr::Name(name) => {
                let mangled = self.mangled(&name.id);
                if let Var::Register(r) = self.lookup(&mangled) {
                    let left = if self.unit.volatile.contains(&r) { self.push(&stmt.target)? } else { r };
                    self.check_local(r);
                    return self.inplace(stmt.op, r, left, &stmt.value);
                }
                let value = self.push(&stmt.target)?;
                self.inplace(stmt.op, value, value, &stmt.value)?;
                self.store_name(&name.id, value);
                Ok(())
            }
            Expr::Attribute(attribute) => {
                let object = self.any(&attribute.value)?;
                let name = self.attribute_index(&attribute.attr);
                let value = self.unit.take(1);
                self.at(attribute.range, |c| {
                    c.emit(Op::LoadAttr, &[value, object, name]);
                    Ok(())
                })?;
                self.inplace(stmt.op, value, value, &stmt.value)?;
                self.at(attribute.range, |c| {
                    c.emit(Op::StoreAttr, &[object, name, value]);
                    Ok(())
                })
            }
            Expr::Subscript(subscript) => {
                let object = self.any(&subscript.value)?;
                if let Some(slice) = plain_slice(&subscript.slice) {
                    let (base, _) = self.slice_bounds(slice)?;
                    let value = self.unit.take(1);
                    self.emit(Op::LoadSlice, &[value, object, base]);
                    self.inplace(stmt.op, value, value, &stmt.value)?;
                    self.emit(Op::StoreSlice, &[object, base, value]);
                    return Ok(());
                }
                let key = self.any(&subscript.slice)?;
                let value = self.unit.take(1);
                self.at(subscript.range, |c| {
                    c.emit(Op::LoadItem, &[value, object, key]);
                    Ok(())
                })?;
                self.inplace(stmt.op, value, value, &stmt.value)?;
                self.at(subscript.range, |c| {
                    c.emit(Op::StoreItem, &[object, key, value]);
                    Ok(())
                })
            }
            other => Err(Fault::syntax("illegal expression for augmented assignment", other.range())),
        }
    }

    pub(super) fn annotated(&mut self, stmt: &'a ast::StmtAnnAssign) -> Res {
        if let Some(value) = &stmt.value {
            match &*stmt.target {
                Expr::Name(name) => self.assign_name(name, value)?,
                target => {
                    let src = self.any(value)?;
                    self.assign(target, src)?;
                }
            }
        } else if !self.scope().kind.is_function_like() {
            match &*stmt.target {
                Expr::Attribute(attribute) => self.effect(&attribute.value)?,
                Expr::Subscript(subscript) => {
                    self.effect(&subscript.value)?;
                    self.effect(&subscript.slice)?;
                }
                _ => {}
            }
        }
        if self.scope().kind.is_function_like() {
            return Ok(());
        }
        let Expr::Name(name) = stmt.target.as_ref() else {
            return if self.lazy_annotations { Ok(()) } else { self.effect(&stmt.annotation) };
        };
        if !stmt.simple {
            return if self.lazy_annotations { Ok(()) } else { self.effect(&stmt.annotation) };
        }
        let annotation = self.unit.next;
        self.annotation(&stmt.annotation, annotation)?;
        self.unit.take(1);
        let dict = self.unit.take(2);
        self.load_name("__annotations__", dict)?;
        let mangled = self.mangled(&name.id);
        self.load_const(crate::code::Const::Str(mangled), dict + 1)?;
        self.emit(Op::StoreItem, &[dict, dict + 1, annotation]);
        Ok(())
    }

    pub(super) fn delete(&mut self, target: &'a Expr) -> Res {
        let mark = self.unit.next;
        self.at(target.range(), |c| c.delete_target(target))?;
        self.unit.next = mark;
        Ok(())
    }

    fn delete_target(&mut self, target: &'a Expr) -> Res {
        match target {
            Expr::Name(name) => self.delete_name(&name.id),
            Expr::Attribute(attribute) => {
                let object = self.any(&attribute.value)?;
                let name = self.attribute_index(&attribute.attr);
                self.emit(Op::DelAttr, &[object, name]);
            }
            Expr::Subscript(subscript) => {
                let object = self.any(&subscript.value)?;
                let key = self.any(&subscript.slice)?;
                self.emit(Op::DelItem, &[object, key]);
            }
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
                elts.iter().try_for_each(|e| self.delete(e))?;
            }
            other => return Err(Fault::syntax("cannot delete expression", other.range())),
        }
        Ok(())
    }
}

/// The elements of a tuple or list display.
fn elements(expr: &Expr) -> Option<&[Expr]> {
    match expr {
        Expr::Tuple(tuple) => Some(&tuple.elts),
        Expr::List(list) => Some(&list.elts),
        _ => None,
    }
}
