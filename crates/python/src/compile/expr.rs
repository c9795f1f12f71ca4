//! Expressions: values into registers.

use ruff_python_ast::{self as ast, BoolOp, Expr};
use ruff_text_size::Ranged;

use super::Compiler;
use super::assemble::Reg;
use super::error::{Fault, Res};
use crate::bytecode::Op;
use crate::code::Const;

impl<'a> Compiler<'a> {
    /// The register where the expression's value is: a variable's own, or a new temporary.
    pub(super) fn any(&mut self, expr: &'a Expr) -> Res<Reg> {
        if let Expr::Name(name) = expr {
            let register = self.at(name.range, |c| Ok(c.stable_register(&name.id)))?;
            if let Some(r) = register {
                return Ok(r);
            }
        }
        self.push(expr)
    }

    /// Puts the value into the next temporary and keeps that.
    pub(super) fn push(&mut self, expr: &'a Expr) -> Res<Reg> {
        let slot = self.unit.next;
        self.into(expr, slot)?;
        Ok(self.unit.take(1))
    }

    /// Puts the value into `dst`, which is written last: a variable, a temporary in use, or the next one.
    pub(super) fn into(&mut self, expr: &'a Expr, dst: Reg) -> Res {
        self.unit.asm.check()?;
        let mark = self.unit.next;
        self.unit.nregs = self.unit.nregs.max(dst + 1);
        self.at(expr.range(), |c| c.value(expr, dst))?;
        self.unit.next = mark;
        Ok(())
    }

    /// Computes the expression for its effects.
    pub(super) fn effect(&mut self, expr: &'a Expr) -> Res {
        if self.fold(expr)?.is_some() {
            return Ok(());
        }
        let mark = self.unit.next;
        self.any(expr)?;
        self.unit.next = mark;
        Ok(())
    }

    fn value(&mut self, expr: &'a Expr, dst: Reg) -> Res {
        match expr {
            Expr::Name(name) => self.load_name(&name.id, dst),
            Expr::BinOp(_) | Expr::UnaryOp(_) | Expr::Tuple(_) => match self.fold(expr)? {
                Some(value) => self.load_const(value, dst),
                None => match expr {
                    Expr::BinOp(binary) => self.binary(binary, dst),
                    Expr::UnaryOp(unary) => self.unary(unary, dst),
                    Expr::Tuple(tuple) => self.sequence(&tuple.elts, Op::BuildTuple, dst),
                    _ => Ok(()),
                },
            },
            Expr::NoneLiteral(_)
            | Expr::EllipsisLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::StringLiteral(_)
            | Expr::BytesLiteral(_) => {
                let value = self.fold(expr)?.unwrap_or(Const::None);
                self.load_const(value, dst)
            }
            Expr::Attribute(attribute) => self.attribute(attribute, dst),
            Expr::Subscript(subscript) => self.subscript(subscript, dst),
            Expr::Call(call) => self.call(call, dst),
            Expr::Compare(compare) => self.compare(compare, dst),
            Expr::BoolOp(boolean) => self.boolean(boolean, dst),
            Expr::If(conditional) => self.conditional(conditional, dst),
            Expr::Named(named) => self.named(named, dst),
            Expr::List(list) => self.sequence(&list.elts, Op::BuildList, dst),
            Expr::Set(set) => self.sequence(&set.elts, Op::BuildSet, dst),
            Expr::Dict(dict) => self.dict(dict, dst),
            Expr::FString(string) => self.fstring(string, dst),
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_) => {
                self.comprehension(expr, dst)
            }
            Expr::Lambda(lambda) => self.lambda(lambda, dst),
            Expr::Slice(slice) => self.slice(slice, dst),
            Expr::Yield(e) => self.yield_value(e.value.as_deref(), dst),
            Expr::YieldFrom(e) => self.yield_from(&e.value, dst),
            Expr::Starred(e) => Err(Fault::syntax("can't use starred expression here", e.range)),
            Expr::Await(e) => Err(Fault::unsupported("'await' is", e.range)),
            Expr::TString(e) => Err(Fault::unsupported("template strings are", e.range)),
            Expr::IpyEscapeCommand(e) => Err(Fault::syntax("invalid syntax", e.range())),
        }
    }

    /// A register to build a value in step by step: `dst` unless a handler could see it half-built.
    pub(super) fn accumulator(&mut self, dst: Reg) -> Reg {
        if self.unit.is_variable(dst) {
            return self.unit.take(1);
        }
        if dst == self.unit.next {
            self.unit.take(1);
        }
        dst
    }

    /// Moves a value that was built in an accumulator to where it was wanted.
    pub(super) fn settle(&mut self, accumulator: Reg, dst: Reg) {
        if accumulator != dst {
            self.emit(Op::Move, &[dst, accumulator]);
        }
    }

    fn attribute(&mut self, attribute: &'a ast::ExprAttribute, dst: Reg) -> Res {
        if let Some(base) = self.super_window(&attribute.value)? {
            let name = self.attribute_index(&attribute.attr);
            self.emit(Op::LoadSuperAttr, &[dst, base, name]);
            return Ok(());
        }
        let object = self.any(&attribute.value)?;
        let name = self.attribute_index(&attribute.attr);
        self.emit(Op::LoadAttr, &[dst, object, name]);
        Ok(())
    }

    fn subscript(&mut self, subscript: &'a ast::ExprSubscript, dst: Reg) -> Res {
        let object = self.any(&subscript.value)?;
        if let Some(number) = self.small_int(&subscript.slice) {
            self.emit(Op::LoadItemImm, &[dst, object, number]);
        } else if let Expr::Slice(slice) = &*subscript.slice {
            let (base, count) = self.slice_bounds(slice)?;
            let op = if count == 3 { Op::LoadExtendedSlice } else { Op::LoadSlice };
            self.emit(op, &[dst, object, base]);
        } else {
            let key = self.any(&subscript.slice)?;
            self.emit(Op::LoadItem, &[dst, object, key]);
        }
        Ok(())
    }

    /// Puts the bounds of a slice, and its step if there is one, into new temporaries: the first and their number.
    pub(super) fn slice_bounds(&mut self, slice: &'a ast::ExprSlice) -> Res<(Reg, i64)> {
        let base = self.push_or_none(slice.lower.as_deref())?;
        self.push_or_none(slice.upper.as_deref())?;
        let Some(step) = &slice.step else { return Ok((base, 2)) };
        self.push_or_none(Some(step))?;
        Ok((base, 3))
    }

    fn push_or_none(&mut self, expr: Option<&'a Expr>) -> Res<Reg> {
        match expr {
            Some(expr) => self.push(expr),
            None => {
                let r = self.unit.take(1);
                self.emit(Op::LoadNone, &[r]);
                Ok(r)
            }
        }
    }

    fn slice(&mut self, slice: &'a ast::ExprSlice, dst: Reg) -> Res {
        let (base, count) = self.slice_bounds(slice)?;
        self.emit(Op::BuildSlice, &[dst, base, count]);
        Ok(())
    }

    fn boolean(&mut self, boolean: &'a ast::ExprBoolOp, dst: Reg) -> Res {
        let stop = match boolean.op {
            BoolOp::And => Op::JumpIfFalse,
            BoolOp::Or => Op::JumpIfTrue,
        };
        let result = self.accumulator(dst);
        let end = self.label();
        for (i, value) in boolean.values.iter().enumerate() {
            self.into(value, result)?;
            if i + 1 < boolean.values.len() {
                self.jump(stop, &[result], end);
            }
        }
        self.place(end);
        self.settle(result, dst);
        Ok(())
    }

    fn conditional(&mut self, conditional: &'a ast::ExprIf, dst: Reg) -> Res {
        let (otherwise, end) = (self.label(), self.label());
        self.branch(&conditional.test, otherwise, false)?;
        self.into(&conditional.body, dst)?;
        self.jump(Op::Jump, &[], end);
        self.place(otherwise);
        self.into(&conditional.orelse, dst)?;
        self.place(end);
        Ok(())
    }

    fn named(&mut self, named: &'a ast::ExprNamed, dst: Reg) -> Res {
        let Expr::Name(target) = &*named.target else { return Ok(()) };
        self.into(&named.value, dst)?;
        self.store_name(&target.id, dst);
        Ok(())
    }

    fn yield_value(&mut self, value: Option<&'a Expr>, dst: Reg) -> Res {
        let src = match value {
            Some(value) => self.any(value)?,
            None => self.push_or_none(None)?,
        };
        self.emit(Op::Yield, &[dst, src]);
        Ok(())
    }

    fn yield_from(&mut self, value: &'a Expr, dst: Reg) -> Res {
        let iter = self.push(value)?;
        let sent = self.unit.take(1);
        self.emit(Op::GetYieldFromIter, &[iter, iter]);
        self.emit(Op::LoadNone, &[sent]);
        self.emit(Op::YieldFrom, &[dst, iter, sent]);
        Ok(())
    }
}

/// The slice `a:b` without a step.
pub(super) fn plain_slice(expr: &Expr) -> Option<&ast::ExprSlice> {
    expr.as_slice_expr().filter(|slice| slice.step.is_none())
}
