//! Constants: the pool of a block of code, and folding of expressions over literals.

use std::sync::Arc;

use dashu_int::IBig;
use ruff_python_ast::{self as ast, Expr, Number, Operator, UnaryOp};

use super::Compiler;
use super::assemble::Reg;
use super::error::{Fault, Res};
use crate::bytecode::Op;
use crate::code::Const;

/// Results larger than this are left to run time.
const MAX_FOLDED_BITS: usize = 256;
/// Longer strings and tuples than this are left to run time.
const MAX_FOLDED_LENGTH: usize = 4096;
/// CPython's limit on the digits of a decimal literal.
const MAX_DECIMAL_DIGITS: usize = 4300;

impl<'a> Compiler<'a> {
    /// The index of a constant of the code.
    pub(super) fn const_index(&mut self, value: Const) -> i64 {
        if let Some(&index) = self.unit.const_index.get(&value) {
            return index;
        }
        let index = self.unit.consts.len() as i64;
        self.unit.consts.push(value.clone());
        self.unit.const_index.insert(value, index);
        index
    }

    pub(super) fn load_const(&mut self, value: Const, dst: Reg) -> Res {
        match value {
            Const::None => self.emit(Op::LoadNone, &[dst]),
            Const::Int(i) if i16::try_from(i).is_ok() => self.emit(Op::LoadInt, &[dst, i]),
            value => {
                let index = self.const_index(value);
                self.emit(Op::LoadConst, &[dst, index]);
            }
        }
        Ok(())
    }

    /// The value of an expression that is constant.
    pub(super) fn fold(&self, expr: &Expr) -> Res<Option<Const>> {
        let value = match expr {
            Expr::NoneLiteral(_) => Const::None,
            Expr::EllipsisLiteral(_) => Const::Ellipsis,
            Expr::BooleanLiteral(b) => Const::Bool(b.value),
            Expr::NumberLiteral(number) => return literal(number).map(Some),
            Expr::StringLiteral(s) => Const::Str(s.value.to_str().into()),
            Expr::BytesLiteral(b) => Const::Bytes(b.value.bytes().collect::<Vec<u8>>().into()),
            Expr::Name(name) if name.id == "__debug__" => Const::Bool(true),
            Expr::Tuple(tuple) => {
                let mut items = Vec::new();
                for item in &tuple.elts {
                    match self.fold(item)? {
                        Some(item) => items.push(item),
                        None => return Ok(None),
                    }
                }
                Const::Tuple(items.into())
            }
            Expr::UnaryOp(unary) => match self.fold(&unary.operand)? {
                Some(value) => return Ok(fold_unary(unary.op, value)),
                None => return Ok(None),
            },
            Expr::BinOp(binary) => match (self.fold(&binary.left)?, self.fold(&binary.right)?) {
                (Some(left), Some(right)) => return Ok(fold_binary(binary.op, &left, &right)),
                _ => return Ok(None),
            },
            _ => return Ok(None),
        };
        Ok(Some(value))
    }

    /// The number of a small int literal, for instructions with an immediate operand.
    pub(super) fn small_int(&self, expr: &Expr) -> Option<i64> {
        match expr {
            Expr::NumberLiteral(_) => {}
            Expr::UnaryOp(unary) if unary.operand.is_number_literal_expr() => {}
            _ => return None,
        }
        match self.fold(expr) {
            Ok(Some(Const::Int(i))) if i16::try_from(i).is_ok() => Some(i),
            _ => None,
        }
    }
}

fn literal(number: &ast::ExprNumberLiteral) -> Res<Const> {
    Ok(match &number.value {
        Number::Float(x) => Const::Float(*x),
        Number::Complex { real, imag } => Const::Complex(*real, *imag),
        Number::Int(int) => match int.as_i64() {
            Some(i) => Const::Int(i),
            None => {
                let digits = int.to_string();
                let parsed = match digits.get(..2) {
                    Some("0x" | "0X") => IBig::from_str_radix(&digits[2..].replace('_', ""), 16),
                    Some("0o" | "0O") => IBig::from_str_radix(&digits[2..].replace('_', ""), 8),
                    Some("0b" | "0B") => IBig::from_str_radix(&digits[2..].replace('_', ""), 2),
                    _ if digits.len() > MAX_DECIMAL_DIGITS => {
                        let message = format!(
                            "Exceeds the limit ({MAX_DECIMAL_DIGITS} digits) for integer string conversion: value has \
                             {} digits; use sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal \
                             for huge integer literals to avoid decimal conversion limits.",
                            digits.len()
                        );
                        return Err(Fault::syntax(message, number.range));
                    }
                    _ => IBig::from_str_radix(&digits.replace('_', ""), 10),
                };
                Const::BigInt(parsed.map_err(|_| Fault::syntax("invalid integer literal", number.range))?)
            }
        },
    })
}

/// A big integer as the constant it is.
fn int(value: IBig) -> Const {
    match i64::try_from(&value) {
        Ok(i) => Const::Int(i),
        Err(_) => Const::BigInt(value),
    }
}

/// An integer constant's value.
fn big(value: &Const) -> Option<IBig> {
    match value {
        Const::Int(i) => Some(IBig::from(*i)),
        Const::BigInt(i) => Some(i.clone()),
        _ => None,
    }
}

fn fold_unary(op: UnaryOp, value: Const) -> Option<Const> {
    match (op, &value) {
        (UnaryOp::UAdd, Const::Int(_) | Const::BigInt(_) | Const::Float(_) | Const::Complex(..)) => {
            Some(value)
        }
        (UnaryOp::USub, Const::Int(_) | Const::BigInt(_)) => big(&value).map(|i| int(-i)),
        (UnaryOp::USub, Const::Float(x)) => Some(Const::Float(-x)),
        (UnaryOp::USub, Const::Complex(re, im)) => Some(Const::Complex(-re, -im)),
        (UnaryOp::Invert, Const::Int(i)) => Some(Const::Int(!i)),
        (UnaryOp::Not, Const::None) => Some(Const::Bool(true)),
        (UnaryOp::Not, Const::Bool(b)) => Some(Const::Bool(!b)),
        (UnaryOp::Not, Const::Int(i)) => Some(Const::Bool(*i == 0)),
        _ => None,
    }
}

fn fold_binary(op: Operator, left: &Const, right: &Const) -> Option<Const> {
    if let (Some(a), Some(b)) = (big(left), big(right)) {
        return fold_ints(op, a, b);
    }
    match (left, right) {
        (Const::Str(a), Const::Str(b)) if op == Operator::Add && a.len() + b.len() <= MAX_FOLDED_LENGTH => {
            Some(Const::Str(format!("{a}{b}").into()))
        }
        (Const::Str(a), Const::Int(n)) if op == Operator::Mult => repeated(a, *n),
        (Const::Tuple(a), Const::Tuple(b))
            if op == Operator::Add && a.len() + b.len() <= MAX_FOLDED_LENGTH =>
        {
            Some(Const::Tuple(a.iter().chain(b.iter()).cloned().collect()))
        }
        _ => fold_floats(op, left, right),
    }
}

fn repeated(text: &Arc<str>, times: i64) -> Option<Const> {
    let times = usize::try_from(times).unwrap_or(0);
    let fits = text.len().checked_mul(times).is_some_and(|n| n <= MAX_FOLDED_LENGTH);
    fits.then(|| Const::Str(text.repeat(times).into()))
}

fn fold_ints(op: Operator, a: IBig, b: IBig) -> Option<Const> {
    use dashu_int::ops::{BitTest, DivRemEuclid};
    let zero = IBig::ZERO;
    let bits = |x: &IBig| x.bit_len();
    let small = |x: &IBig| u32::try_from(x).ok().map(|n| n as usize).filter(|&n| n <= MAX_FOLDED_BITS);
    let value = match op {
        Operator::Add => a + b,
        Operator::Sub => a - b,
        Operator::Mult if bits(&a) + bits(&b) <= MAX_FOLDED_BITS => a * b,
        Operator::FloorDiv | Operator::Mod if b > zero => {
            let (quotient, remainder) = a.div_rem_euclid(b);
            if op == Operator::FloorDiv { quotient } else { IBig::from(remainder) }
        }
        Operator::Div if b != zero && bits(&a) <= 53 && bits(&b) <= 53 => {
            let (a, b) = (i64::try_from(a).ok()?, i64::try_from(b).ok()?);
            return Some(Const::Float(a as f64 / b as f64));
        }
        Operator::Pow => match small(&b) {
            Some(n) if bits(&a).max(1) * n <= MAX_FOLDED_BITS => a.pow(n),
            _ => return None,
        },
        Operator::LShift => match small(&b) {
            Some(n) if bits(&a) + n <= MAX_FOLDED_BITS => a << n,
            _ => return None,
        },
        Operator::RShift => a >> small(&b)?,
        Operator::BitAnd => a & b,
        Operator::BitOr => a | b,
        Operator::BitXor => a ^ b,
        _ => return None,
    };
    Some(int(value))
}

fn fold_floats(op: Operator, left: &Const, right: &Const) -> Option<Const> {
    let real = |value: &Const| match value {
        Const::Float(x) => Some(*x),
        Const::Int(i) if i.unsigned_abs() <= 1 << 53 => Some(*i as f64),
        _ => None,
    };
    if let (Const::Complex(..), _) | (_, Const::Complex(..)) = (left, right) {
        // `1 - 2j` and the like: a literal with two parts.
        let (a, b) = (real(left)?, if let Const::Complex(re, im) = right { (*re, *im) } else { return None });
        return match op {
            Operator::Add => Some(Const::Complex(a + b.0, 0.0 + b.1)),
            Operator::Sub => Some(Const::Complex(a - b.0, 0.0 - b.1)),
            _ => None,
        };
    }
    let (a, b) = (real(left)?, real(right)?);
    match op {
        Operator::Add => Some(Const::Float(a + b)),
        Operator::Sub => Some(Const::Float(a - b)),
        Operator::Mult => Some(Const::Float(a * b)),
        Operator::Div if b != 0.0 => Some(Const::Float(a / b)),
        _ => None,
    }
}
