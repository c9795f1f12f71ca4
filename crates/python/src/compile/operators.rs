//! Operators: arithmetic and comparisons as values, and the tables from operators to instructions.

use ruff_python_ast::{self as ast, CmpOp, Expr, Operator, UnaryOp};

use super::Compiler;
use super::assemble::Reg;
use super::error::Res;
use crate::bytecode::Op;
use crate::code::Const;

/// The instruction of a binary operator.
fn binary_op(op: Operator) -> Op {
    match op {
        Operator::Add => Op::Add,
        Operator::Sub => Op::Sub,
        Operator::Mult => Op::Mul,
        Operator::MatMult => Op::MatMul,
        Operator::Div => Op::TrueDiv,
        Operator::Mod => Op::Mod,
        Operator::Pow => Op::Pow,
        Operator::LShift => Op::LShift,
        Operator::RShift => Op::RShift,
        Operator::BitOr => Op::Or,
        Operator::BitXor => Op::Xor,
        Operator::BitAnd => Op::And,
        Operator::FloorDiv => Op::FloorDiv,
    }
}

/// The instruction of a binary operator with a small int on the right.
fn binary_imm_op(op: Operator) -> Option<Op> {
    Some(match op {
        Operator::Add => Op::AddImm,
        Operator::Sub => Op::SubImm,
        Operator::Mult => Op::MulImm,
        Operator::FloorDiv => Op::FloorDivImm,
        Operator::Mod => Op::ModImm,
        Operator::BitAnd => Op::AndImm,
        Operator::LShift => Op::LShiftImm,
        Operator::RShift => Op::RShiftImm,
        _ => return None,
    })
}

/// The instruction of an augmented assignment.
fn inplace_op(op: Operator) -> Op {
    match op {
        Operator::Add => Op::InplaceAdd,
        Operator::Sub => Op::InplaceSub,
        Operator::Mult => Op::InplaceMul,
        Operator::MatMult => Op::InplaceMatMul,
        Operator::Div => Op::InplaceTrueDiv,
        Operator::Mod => Op::InplaceMod,
        Operator::Pow => Op::InplacePow,
        Operator::LShift => Op::InplaceLShift,
        Operator::RShift => Op::InplaceRShift,
        Operator::BitOr => Op::InplaceOr,
        Operator::BitXor => Op::InplaceXor,
        Operator::BitAnd => Op::InplaceAnd,
        Operator::FloorDiv => Op::InplaceFloorDiv,
    }
}

fn compare_op(op: CmpOp) -> Op {
    match op {
        CmpOp::Eq => Op::Eq,
        CmpOp::NotEq => Op::Ne,
        CmpOp::Lt => Op::Lt,
        CmpOp::LtE => Op::Le,
        CmpOp::Gt => Op::Gt,
        CmpOp::GtE => Op::Ge,
        CmpOp::Is => Op::Is,
        CmpOp::IsNot => Op::IsNot,
        CmpOp::In => Op::In,
        CmpOp::NotIn => Op::NotIn,
    }
}

impl<'a> Compiler<'a> {
    pub(super) fn binary(&mut self, binary: &'a ast::ExprBinOp, dst: Reg) -> Res {
        let left = self.any(&binary.left)?;
        if let (Some(op), Some(number)) = (binary_imm_op(binary.op), self.small_int(&binary.right)) {
            self.emit(op, &[dst, left, number]);
            return Ok(());
        }
        let right = self.any(&binary.right)?;
        self.emit(binary_op(binary.op), &[dst, left, right]);
        Ok(())
    }

    /// `r[dst] = r[left] op= value`.
    pub(super) fn inplace(&mut self, op: Operator, dst: Reg, left: Reg, value: &'a Expr) -> Res {
        let imm = match op {
            Operator::Add => Some(Op::InplaceAddImm),
            Operator::Sub => Some(Op::InplaceSubImm),
            _ => None,
        };
        if let (Some(imm), Some(number)) = (imm, self.small_int(value)) {
            self.emit(imm, &[dst, left, number]);
            return Ok(());
        }
        let mark = self.unit.next;
        let right = self.any(value)?;
        self.emit(inplace_op(op), &[dst, left, right]);
        self.unit.next = mark;
        Ok(())
    }

    pub(super) fn unary(&mut self, unary: &'a ast::ExprUnaryOp, dst: Reg) -> Res {
        if let (UnaryOp::Not, Expr::Compare(compare)) = (unary.op, &*unary.operand)
            && let [op @ (CmpOp::Is | CmpOp::IsNot | CmpOp::In | CmpOp::NotIn)] = &compare.ops[..]
        {
            let (left, right) = self.operands(*op, &compare.left, &compare.comparators[0])?;
            self.emit(compare_op(op.negate()), &[dst, left, right]);
            return Ok(());
        }
        let operand = self.any(&unary.operand)?;
        let op = match unary.op {
            UnaryOp::USub => Op::Neg,
            UnaryOp::UAdd => Op::Pos,
            UnaryOp::Invert => Op::Invert,
            UnaryOp::Not => Op::Not,
        };
        self.emit(op, &[dst, operand]);
        Ok(())
    }

    /// The registers of a comparison's operands.
    fn operands(&mut self, op: CmpOp, left: &'a Expr, right: &'a Expr) -> Res<(Reg, Reg)> {
        let left = self.any(left)?;
        Ok((left, self.right_operand(op, right)?))
    }

    /// The register of the right operand; a display that is only searched becomes a constant.
    pub(super) fn right_operand(&mut self, op: CmpOp, right: &'a Expr) -> Res<Reg> {
        if matches!(op, CmpOp::In | CmpOp::NotIn)
            && let Some(value) = self.constant_container(right)?
        {
            let r = self.unit.take(1);
            self.load_const(value, r)?;
            return Ok(r);
        }
        self.any(right)
    }

    /// A list or set display of constants, as the tuple or frozen set that `in` may search instead.
    pub(super) fn constant_container(&mut self, expr: &'a Expr) -> Res<Option<Const>> {
        let (elements, is_set) = match expr {
            Expr::List(list) => (&list.elts, false),
            Expr::Set(set) => (&set.elts, true),
            _ => return Ok(None),
        };
        let mut items = Vec::new();
        for element in elements {
            match self.fold(element)? {
                Some(item) if !is_set || !items.contains(&item) => items.push(item),
                Some(_) => {}
                None => return Ok(None),
            }
        }
        // Equal constants of different types (1, 1.0, True) would be one element: only plain strings and ints here.
        let plain = items.iter().all(|i| matches!(i, Const::Str(_)))
            || items.iter().all(|i| matches!(i, Const::Int(_)));
        if is_set && !plain {
            return Ok(None);
        }
        Ok(Some(if is_set { Const::FrozenSet(items.into()) } else { Const::Tuple(items.into()) }))
    }

    /// A comparison, perhaps chained, as a value.
    pub(super) fn compare(&mut self, compare: &'a ast::ExprCompare, dst: Reg) -> Res {
        let count = compare.ops.len();
        if count == 1 {
            let (left, right) = self.operands(compare.ops[0], &compare.left, &compare.comparators[0])?;
            self.emit(compare_op(compare.ops[0]), &[dst, left, right]);
            return Ok(());
        }
        let result = self.accumulator(dst);
        let end = self.label();
        let mut left = self.any(&compare.left)?;
        for (i, (&op, right)) in compare.ops.iter().zip(&compare.comparators).enumerate() {
            let right = self.right_operand(op, right)?;
            self.emit(compare_op(op), &[result, left, right]);
            if i + 1 < count {
                self.jump(Op::JumpIfFalse, &[result], end);
            }
            left = right;
        }
        self.place(end);
        self.settle(result, dst);
        Ok(())
    }
}
