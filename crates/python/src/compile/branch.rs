//! Conditions: an expression whose truth decides a jump, without making a bool where that can be helped.

use ruff_python_ast::{self as ast, BoolOp, CmpOp, Expr, UnaryOp};
use ruff_text_size::Ranged;

use super::Compiler;
use super::assemble::Label;
use super::error::Res;
use crate::bytecode::Op;
use crate::code::Const;

/// The fused comparison and jump for (operator, jump if true).
fn jump_op(op: CmpOp, when: bool) -> Op {
    match (op, when) {
        (CmpOp::Lt, true) => Op::JumpIfLt,
        (CmpOp::Lt, false) => Op::JumpIfNotLt,
        (CmpOp::LtE, true) => Op::JumpIfLe,
        (CmpOp::LtE, false) => Op::JumpIfNotLe,
        (CmpOp::Gt, true) => Op::JumpIfGt,
        (CmpOp::Gt, false) => Op::JumpIfNotGt,
        (CmpOp::GtE, true) => Op::JumpIfGe,
        (CmpOp::GtE, false) => Op::JumpIfNotGe,
        (CmpOp::Eq, true) => Op::JumpIfEq,
        (CmpOp::Eq, false) => Op::JumpIfNotEq,
        (CmpOp::NotEq, true) => Op::JumpIfNe,
        (CmpOp::NotEq, false) => Op::JumpIfNotNe,
        (CmpOp::Is, true) | (CmpOp::IsNot, false) => Op::JumpIfIs,
        (CmpOp::IsNot, true) | (CmpOp::Is, false) => Op::JumpIfIsNot,
        (CmpOp::In, true) | (CmpOp::NotIn, false) => Op::JumpIfIn,
        (CmpOp::NotIn, true) | (CmpOp::In, false) => Op::JumpIfNotIn,
    }
}

/// The same with a small int on the right.
fn jump_imm_op(op: CmpOp, when: bool) -> Option<Op> {
    Some(match (op, when) {
        (CmpOp::Lt, true) => Op::JumpIfLtImm,
        (CmpOp::Lt, false) => Op::JumpIfNotLtImm,
        (CmpOp::LtE, true) => Op::JumpIfLeImm,
        (CmpOp::LtE, false) => Op::JumpIfNotLeImm,
        (CmpOp::Gt, true) => Op::JumpIfGtImm,
        (CmpOp::Gt, false) => Op::JumpIfNotGtImm,
        (CmpOp::GtE, true) => Op::JumpIfGeImm,
        (CmpOp::GtE, false) => Op::JumpIfNotGeImm,
        (CmpOp::Eq, true) => Op::JumpIfEqImm,
        (CmpOp::Eq, false) => Op::JumpIfNotEqImm,
        (CmpOp::NotEq, true) => Op::JumpIfNeImm,
        (CmpOp::NotEq, false) => Op::JumpIfNotNeImm,
        _ => return None,
    })
}

/// Whether a constant is true.
pub(super) fn truth(value: &Const) -> bool {
    match value {
        Const::None => false,
        Const::Ellipsis | Const::BigInt(_) | Const::Code(_) => true,
        Const::Bool(b) => *b,
        Const::Int(i) => *i != 0,
        Const::Float(x) => *x != 0.0,
        Const::Complex(re, im) => *re != 0.0 || *im != 0.0,
        Const::Str(s) => !s.is_empty(),
        Const::Bytes(b) => !b.is_empty(),
        Const::Tuple(items) | Const::FrozenSet(items) => !items.is_empty(),
    }
}

impl<'a> Compiler<'a> {
    /// Jumps to `target` if the truth of the expression is `when`, else goes on.
    pub(super) fn branch(&mut self, test: &'a Expr, target: Label, when: bool) -> Res {
        let mark = self.unit.next;
        self.at(test.range(), |c| c.branch_on(test, target, when))?;
        self.unit.next = mark;
        Ok(())
    }

    fn branch_on(&mut self, test: &'a Expr, target: Label, when: bool) -> Res {
        match test {
            Expr::UnaryOp(unary) if unary.op == UnaryOp::Not => {
                return self.branch(&unary.operand, target, !when);
            }
            Expr::BoolOp(boolean) => return self.branch_boolean(boolean, target, when),
            Expr::Compare(compare) => return self.branch_compare(compare, target, when),
            Expr::If(conditional) => {
                let (otherwise, end) = (self.label(), self.label());
                self.branch(&conditional.test, otherwise, false)?;
                self.branch(&conditional.body, target, when)?;
                self.jump(Op::Jump, &[], end);
                self.place(otherwise);
                self.branch(&conditional.orelse, target, when)?;
                self.place(end);
                return Ok(());
            }
            _ => {}
        }
        if let Some(value) = self.fold(test)? {
            if truth(&value) == when {
                self.jump(Op::Jump, &[], target);
            }
            return Ok(());
        }
        let value = self.any(test)?;
        self.jump(if when { Op::JumpIfTrue } else { Op::JumpIfFalse }, &[value], target);
        Ok(())
    }

    fn branch_boolean(&mut self, boolean: &'a ast::ExprBoolOp, target: Label, when: bool) -> Res {
        let Some((last, rest)) = boolean.values.split_last() else { return Ok(()) };
        // `a or b` jumps if true as soon as one is true; jumping if false needs all: leave early past the end.
        let early = boolean.op == BoolOp::Or;
        if early == when {
            for value in rest {
                self.branch(value, target, when)?;
            }
            return self.branch(last, target, when);
        }
        let end = self.label();
        for value in rest {
            self.branch(value, end, early)?;
        }
        self.branch(last, target, when)?;
        self.place(end);
        Ok(())
    }

    fn branch_compare(&mut self, compare: &'a ast::ExprCompare, target: Label, when: bool) -> Res {
        let count = compare.ops.len();
        let end = self.label();
        let mut left = self.any(&compare.left)?;
        for (i, (&op, right)) in compare.ops.iter().zip(&compare.comparators).enumerate() {
            let (to, when) = match i + 1 < count {
                true if when => (end, false),
                true => (target, false),
                false => (target, when),
            };
            if i + 1 == count {
                if let (Some(jump), Some(number)) = (jump_imm_op(op, when), self.small_int(right)) {
                    self.jump(jump, &[left, number], to);
                    break;
                }
                if let (CmpOp::Is | CmpOp::IsNot, Expr::NoneLiteral(_)) = (op, right) {
                    let none = (op == CmpOp::Is) == when;
                    self.jump(if none { Op::JumpIfNone } else { Op::JumpIfNotNone }, &[left], to);
                    break;
                }
            }
            let right = self.right_operand(op, right)?;
            self.jump(jump_op(op, when), &[left, right], to);
            left = right;
        }
        self.place(end);
        Ok(())
    }
}
