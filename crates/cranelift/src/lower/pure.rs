//! Pure uops and the guards of the table, one arm each.

use super::int::Division;
use super::{Lower, Result, malformed};
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, Value, types};
use uplift_uop::{Inst, Op};

impl Lower<'_, '_> {
    /// The value of a pure uop.
    pub(super) fn pure(&mut self, inst: &Inst) -> Result<Value> {
        let arity = inst.op.info().params.len();
        if inst.args.len() != arity {
            return malformed("number of operands");
        }
        match arity {
            1 => {
                let a = self.operand(inst, 0)?;
                self.unary(inst, a)
            }
            2 => self.binary(inst),
            _ => {
                let c = self.operand(inst, 0)?;
                let (a, b) = (self.operand(inst, 1)?, self.operand(inst, 2)?);
                match inst.op {
                    Op::SelectInt | Op::SelectFloat | Op::SelectWord => Ok(self.b.ins().select(c, a, b)),
                    op => malformed(format!("{} has no lowering", op.info().name)),
                }
            }
        }
    }

    fn unary(&mut self, inst: &Inst, a: Value) -> Result<Value> {
        let zero = |this: &mut Self| this.b.ins().iconst(types::I8, 0);
        Ok(match inst.op {
            Op::IntNeg => self.b.ins().ineg(a),
            Op::IntNot => self.b.ins().bnot(a),
            Op::IntFits => self.int_fits(a, inst.imm as u32),
            Op::FloatNeg => self.b.ins().fneg(a),
            Op::FloatAbs => self.b.ins().fabs(a),
            Op::FloatSqrt => self.b.ins().sqrt(a),
            Op::FloatFloor => self.b.ins().floor(a),
            Op::FloatCeil => self.b.ins().ceil(a),
            Op::FloatTrunc => self.b.ins().trunc(a),
            Op::IntToFloat => self.b.ins().fcvt_from_sint(types::F64, a),
            Op::FloatToInt => self.b.ins().fcvt_to_sint_sat(types::I64, a),
            Op::FloatToBits => self.float_bits(a),
            Op::FloatFromBits => self.bits_float(a),
            Op::BoolNot => {
                let zero = zero(self);
                self.icmp(IntCC::Equal, a, zero)
            }
            Op::BoolToInt => self.b.ins().uextend(types::I64, a),
            Op::RefToInt | Op::IntToRef | Op::WordToInt | Op::IntToWord => a,
            Op::IsKind => {
                let kind = self.kind(inst.imm)?;
                self.is_kind(a, kind)
            }
            Op::BoxInt => self.box_int(a)?,
            Op::UnboxInt => self.unbox_int(a)?,
            Op::BoxFloat => self.box_float(a)?,
            Op::UnboxFloat => self.unbox_float(a)?,
            Op::BoxRef => self.box_ref(a)?,
            Op::UnboxRef => self.unbox_ref(a)?,
            Op::BoxBool => self.box_bool(a)?,
            Op::UnboxBool => self.unbox_bool(a)?,
            op => return malformed(format!("{} has no lowering", op.info().name)),
        })
    }

    fn binary(&mut self, inst: &Inst) -> Result<Value> {
        match inst.op {
            Op::IntAddOverflows | Op::IntSubOverflows | Op::IntMulOverflows => {
                return Ok(self.overflowing(inst)?.1);
            }
            Op::IntDivFloor => return self.divide(inst, Division::DivFloor),
            Op::IntModFloor => return self.divide(inst, Division::ModFloor),
            Op::IntDivTrunc => return self.divide(inst, Division::DivTrunc),
            Op::IntRemTrunc => return self.divide(inst, Division::RemTrunc),
            Op::IntShl | Op::IntShr | Op::IntUshr => return self.shift(inst),
            _ => {}
        }
        let (mut a, mut b) = (self.operand(inst, 0)?, self.operand(inst, 1)?);
        if inst.op.info().commutative && inst.args[0].is_const() {
            // Cranelift takes a constant on the right from memory or as an immediate.
            std::mem::swap(&mut a, &mut b);
        }
        if let Some(cc) = int_condition(inst.op) {
            return Ok(self.icmp(cc, a, b));
        }
        if let Some(cc) = float_condition(inst.op) {
            return Ok(self.b.ins().fcmp(cc, a, b));
        }
        Ok(match inst.op {
            Op::IntAdd => self.b.ins().iadd(a, b),
            Op::IntSub => self.b.ins().isub(a, b),
            Op::IntMul => self.b.ins().imul(a, b),
            Op::IntAnd | Op::BoolAnd => self.b.ins().band(a, b),
            Op::IntOr | Op::BoolOr => self.b.ins().bor(a, b),
            Op::IntXor | Op::BoolXor => self.b.ins().bxor(a, b),
            Op::FloatAdd => self.b.ins().fadd(a, b),
            Op::FloatSub => self.b.ins().fsub(a, b),
            Op::FloatMul => self.b.ins().fmul(a, b),
            Op::FloatDiv => self.b.ins().fdiv(a, b),
            op => return malformed(format!("{} has no lowering", op.info().name)),
        })
    }

    /// A guard of the table: its exit, and its value if it has one.
    pub(super) fn guard_row(&mut self, inst: &Inst) -> Result<Option<Value>> {
        if inst.args.len() != inst.op.info().params.len() {
            return malformed("number of operands");
        }
        if matches!(inst.op, Op::IntAddChecked | Op::IntSubChecked | Op::IntMulChecked) {
            let (value, overflow) = self.overflowing(inst)?;
            self.guard(inst, overflow, false)?;
            return Ok(Some(value));
        }
        let (condition, pass) = self.condition(inst)?;
        self.guard(inst, condition, pass)?;
        Ok(None)
    }

    /// The condition of a guard without a value, and what it must be.
    pub(super) fn condition(&mut self, inst: &Inst) -> Result<(Value, bool)> {
        Ok(match inst.op {
            Op::GuardTrue => (self.operand(inst, 0)?, true),
            Op::GuardFalse => (self.operand(inst, 0)?, false),
            Op::GuardKind => {
                let word = self.operand(inst, 0)?;
                let kind = self.kind(inst.imm)?;
                (self.is_kind(word, kind), true)
            }
            Op::GuardEqInt | Op::GuardEqRef | Op::GuardEqWord => {
                let (a, b) = (self.operand(inst, 0)?, self.operand(inst, 1)?);
                (self.icmp(IntCC::Equal, a, b), true)
            }
            Op::GuardBounds => {
                let (a, b) = (self.operand(inst, 0)?, self.operand(inst, 1)?);
                (self.icmp(IntCC::UnsignedLessThan, a, b), true)
            }
            op => return malformed(format!("{} has no lowering", op.info().name)),
        })
    }
}

fn int_condition(op: Op) -> Option<IntCC> {
    Some(match op {
        Op::IntEq | Op::RefEq | Op::WordEq => IntCC::Equal,
        Op::IntNe => IntCC::NotEqual,
        Op::IntLt => IntCC::SignedLessThan,
        Op::IntLe => IntCC::SignedLessThanOrEqual,
        Op::IntGt => IntCC::SignedGreaterThan,
        Op::IntGe => IntCC::SignedGreaterThanOrEqual,
        Op::IntUlt => IntCC::UnsignedLessThan,
        _ => return None,
    })
}

fn float_condition(op: Op) -> Option<FloatCC> {
    Some(match op {
        Op::FloatEq => FloatCC::Equal,
        Op::FloatNe => FloatCC::NotEqual,
        Op::FloatLt => FloatCC::LessThan,
        Op::FloatLe => FloatCC::LessThanOrEqual,
        Op::FloatGt => FloatCC::GreaterThan,
        Op::FloatGe => FloatCC::GreaterThanOrEqual,
        _ => return None,
    })
}
