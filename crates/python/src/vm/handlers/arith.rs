//! Arithmetic: inline for ints and floats, host functions for the rest.

use super::*;
use crate::bytecode::{Op, insn};
use crate::jit::functions::*;
use crate::vm::frame::FrameKind;
use crate::vm::ops::BinOp;
use crate::word::{FLOAT_OFFSET, INT_TAG};

/// What two operands are.
enum Pair<M: PyMachine> {
    Ints(M::Int, M::Int),
    Floats(M::Float, M::Float),
    Other,
}

/// What an operand is, going by what it is now.
#[inline(always)]
fn hinted_float<M: PyMachine>(m: &mut M, w: M::Word) -> bool {
    M::RECORDS && (FLOAT_OFFSET..INT_TAG).contains(&m.hint_word(w))
}

/// A number as a float.
#[inline(always)]
fn number<M: PyMachine>(m: &mut M, w: M::Word) -> Option<M::Float> {
    if is_float(m, w) {
        return Some(m.unbox_float(w));
    }
    if is_int(m, w) {
        let i = m.unbox_int(w);
        return Some(m.int_to_float(i));
    }
    None
}

/// Tests which pair of numbers the operands are. A trace tests first for what they are now.
#[inline(always)]
fn numbers<M: PyMachine>(m: &mut M, x: M::Word, y: M::Word) -> Pair<M> {
    if !hinted_float(m, x) && is_int(m, x) {
        if !hinted_float(m, y) && is_int(m, y) {
            return Pair::Ints(m.unbox_int(x), m.unbox_int(y));
        }
        if is_float(m, y) {
            let i = m.unbox_int(x);
            return Pair::Floats(m.int_to_float(i), m.unbox_float(y));
        }
        return Pair::Other;
    }
    if !is_float(m, x) {
        return Pair::Other;
    }
    match hinted_number(m, y) {
        Some(y) => Pair::Floats(m.unbox_float(x), y),
        None => Pair::Other,
    }
}

/// As [`number`], for the second operand of a float.
#[inline(always)]
fn hinted_number<M: PyMachine>(m: &mut M, w: M::Word) -> Option<M::Float> {
    if M::RECORDS && m.hint_word(w) >= INT_TAG {
        if is_int(m, w) {
            let i = m.unbox_int(w);
            return Some(m.int_to_float(i));
        }
        return None;
    }
    number(m, w)
}

/// The slow path of an operator: `f` is its host function.
#[inline(always)]
fn slow<M: PyMachine>(
    m: &mut M,
    at: At,
    dst: u16,
    op: BinOp,
    f: &'static HostFn,
    x: M::Word,
    y: M::Word,
) -> Flow {
    if let Some((a, b)) = wide::operands(m, x, y)
        && let Some(i) = wide::binary(m, op, a, b)
    {
        let w = wide::boxed(m, i);
        m.set_slot(r(dst), w);
        return Flow::Next;
    }
    if M::RECORDS && is_plain(m, x) && is_plain(m, y) {
        let op = m.const_int(op as i64);
        return result(m, dst, PLAIN_OP, args![Int op, Word x, Word y]);
    }
    let what = if is_inplace(at) { special::Special::Inplace(op) } else { special::Special::Binary(op) };
    if let Some(flow) = special::call(m, at, what, [x, y], (dst, FrameKind::Operator, 1)) {
        return flow;
    }
    result(m, dst, f, args![Word x, Word y])
}

/// Whether the instruction is an augmented assignment.
fn is_inplace(at: At) -> bool {
    // SAFETY: a verified instruction.
    let op = unsafe { *at.pc } as u16;
    (Op::InplaceAdd as u16..=Op::InplaceMatMul as u16).contains(&op)
        || op == Op::InplaceAddImm as u16
        || op == Op::InplaceSubImm as u16
}

/// Whether an operand is of a kind whose operators run no Python code and whose value never changes: a number, a
/// string, bytes. Only asked while recording.
#[inline(always)]
pub fn is_plain<M: PyMachine>(m: &mut M, w: M::Word) -> bool {
    let now = Word(m.hint_word(w));
    if now.is_int() {
        return is_int(m, w);
    }
    if now.is_float() {
        return is_float(m, w);
    }
    if now.is_bool() {
        return is_bool(m, w);
    }
    if now.is_none() {
        return is_none(m, w);
    }
    let t = m.host().types;
    let plain = [t.int, t.str, t.bytes, t.complex];
    if !now.is_ref() || !plain.contains(&m.host().type_of(now)) || !is_ref(m, w) {
        return false;
    }
    let object = m.unbox_ref(w);
    let shape = shape_of(m, object);
    plain.iter().any(|&c| is_exactly(shape, c))
}

#[inline(always)]
fn set_float<M: PyMachine>(m: &mut M, dst: u16, f: M::Float) -> Flow {
    let w = m.box_float(f);
    m.set_slot(r(dst), w);
    Flow::Next
}

/// Boxes an int that is known to fit.
#[inline(always)]
fn set_int<M: PyMachine>(m: &mut M, dst: u16, i: M::Int) -> Flow {
    let w = m.box_int(i);
    m.set_slot(r(dst), w);
    Flow::Next
}

/// Boxes an int of 64 bits that is known not to fit inline.
#[inline(always)]
fn set_wide<M: PyMachine>(m: &mut M, dst: u16, i: M::Int) -> Flow {
    let w = wide::object(m, i);
    m.set_slot(r(dst), w);
    Flow::Next
}

#[inline(always)]
fn fits<M: PyMachine>(m: &mut M, i: M::Int) -> bool {
    let b = m.int_fits(i, 48);
    m.test(b)
}

#[inline(always)]
fn is_nonzero<M: PyMachine>(m: &mut M, i: M::Int) -> bool {
    let zero = m.const_int(0);
    let b = m.int_ne(i, zero);
    m.test(b)
}

#[inline(always)]
fn is_nonzero_float<M: PyMachine>(m: &mut M, f: M::Float) -> bool {
    let zero = m.const_float(0.0);
    let b = m.float_ne(f, zero);
    m.test(b)
}

/// `x op y` where ints and floats have inline forms.
#[inline(always)]
fn simple<M: PyMachine>(
    m: &mut M,
    at: At,
    dst: u16,
    (op, f): (BinOp, &'static HostFn),
    (x, y): (M::Word, M::Word),
    int: impl FnOnce(&mut M, M::Int, M::Int) -> Option<M::Int>,
    float: impl FnOnce(&mut M, M::Float, M::Float) -> M::Float,
) -> Flow {
    match numbers(m, x, y) {
        Pair::Ints(a, b) => {
            if let Some(i) = int(m, a, b) {
                if fits(m, i) {
                    return set_int(m, dst, i);
                }
                if M::RECORDS {
                    return set_wide(m, dst, i);
                }
            }
            slow(m, at, dst, op, f, x, y)
        }
        Pair::Floats(a, b) => {
            let f = float(m, a, b);
            set_float(m, dst, f)
        }
        Pair::Other => slow(m, at, dst, op, f, x, y),
    }
}

#[inline(always)]
fn add_words<M: PyMachine>(m: &mut M, at: At, dst: u16, f: &'static HostFn, x: M::Word, y: M::Word) -> Flow {
    simple(m, at, dst, (BinOp::Add, f), (x, y), |m, a, b| Some(m.int_add(a, b)), |m, a, b| m.float_add(a, b))
}

/// `x + y` of inline ints or floats; `None` when it takes more.
#[inline(always)]
pub fn plain_sum<M: PyMachine>(m: &mut M, x: M::Word, y: M::Word) -> Option<M::Word> {
    match numbers(m, x, y) {
        Pair::Ints(a, b) => {
            let i = m.int_add(a, b);
            fits(m, i).then(|| m.box_int(i))
        }
        Pair::Floats(a, b) => {
            let f = m.float_add(a, b);
            Some(m.box_float(f))
        }
        Pair::Other => None,
    }
}

#[inline(always)]
fn sub_words<M: PyMachine>(m: &mut M, at: At, dst: u16, f: &'static HostFn, x: M::Word, y: M::Word) -> Flow {
    simple(m, at, dst, (BinOp::Sub, f), (x, y), |m, a, b| Some(m.int_sub(a, b)), |m, a, b| m.float_sub(a, b))
}

#[inline(always)]
fn mul_words<M: PyMachine>(m: &mut M, at: At, dst: u16, f: &'static HostFn, x: M::Word, y: M::Word) -> Flow {
    simple(
        m,
        at,
        dst,
        (BinOp::Mul, f),
        (x, y),
        |m, a, b| m.int_mul_checked(a, b),
        |m, a, b| m.float_mul(a, b),
    )
}

#[inline(always)]
fn true_div_words<M: PyMachine>(
    m: &mut M,
    at: At,
    dst: u16,
    f: &'static HostFn,
    x: M::Word,
    y: M::Word,
) -> Flow {
    // Inline ints are exact as floats, so one division rounds correctly.
    let (a, b) = match numbers(m, x, y) {
        Pair::Ints(a, b) => (m.int_to_float(a), m.int_to_float(b)),
        Pair::Floats(a, b) => (a, b),
        Pair::Other => return slow(m, at, dst, BinOp::TrueDiv, f, x, y),
    };
    if !is_nonzero_float(m, b) {
        return slow(m, at, dst, BinOp::TrueDiv, f, x, y);
    }
    let q = m.float_div(a, b);
    set_float(m, dst, q)
}

#[inline(always)]
fn floor_div_words<M: PyMachine>(
    m: &mut M,
    at: At,
    dst: u16,
    f: &'static HostFn,
    x: M::Word,
    y: M::Word,
) -> Flow {
    match numbers(m, x, y) {
        Pair::Ints(a, b) if is_nonzero(m, b) => {
            let q = m.int_div_floor(a, b);
            if fits(m, q) {
                return set_int(m, dst, q);
            }
        }
        Pair::Floats(a, b) if is_nonzero_float(m, b) => {
            let q = m.call_float(FLOAT_FLOOR_DIV, args![Float a, Float b]);
            return set_float(m, dst, q);
        }
        _ => {}
    }
    slow(m, at, dst, BinOp::FloorDiv, f, x, y)
}

#[inline(always)]
fn mod_words<M: PyMachine>(m: &mut M, at: At, dst: u16, f: &'static HostFn, x: M::Word, y: M::Word) -> Flow {
    match numbers(m, x, y) {
        Pair::Ints(a, b) if is_nonzero(m, b) => {
            let q = m.int_mod_floor(a, b);
            return set_int(m, dst, q);
        }
        Pair::Floats(a, b) if is_nonzero_float(m, b) => {
            let q = m.call_float(FLOAT_MOD, args![Float a, Float b]);
            return set_float(m, dst, q);
        }
        _ => {}
    }
    slow(m, at, dst, BinOp::Mod, f, x, y)
}

#[inline(always)]
fn pow_words<M: PyMachine>(m: &mut M, at: At, dst: u16, f: &'static HostFn, x: M::Word, y: M::Word) -> Flow {
    match numbers(m, x, y) {
        Pair::Ints(a, b) => {
            let two = m.const_int(2);
            let b = m.int_eq(b, two);
            if m.test(b)
                && let Some(i) = m.int_mul_checked(a, a)
                && fits(m, i)
            {
                return set_int(m, dst, i);
            }
            slow(m, at, dst, BinOp::Pow, f, x, y)
        }
        Pair::Floats(a, b) => match pow_floats(m, a, b) {
            Some(p) => set_float(m, dst, p),
            None => slow(m, at, dst, BinOp::Pow, f, x, y),
        },
        Pair::Other => slow(m, at, dst, BinOp::Pow, f, x, y),
    }
}

/// `a ** b` where it is finite and real: always C's `pow`, whose results for 2 and 0.5 are not always those of a product
/// and a root.
#[inline(always)]
fn pow_floats<M: PyMachine>(m: &mut M, a: M::Float, b: M::Float) -> Option<M::Float> {
    let (two, zero, limit) = (m.const_float(2.0), m.const_float(0.0), m.const_float(f64::MAX));
    let squares = m.float_eq(b, two);
    if !m.test(squares) {
        let positive = m.float_gt(a, zero);
        if !m.test(positive) {
            return None;
        }
    }
    let p = m.call_float(FLOAT_POW, args![Float a, Float b]);
    let finite = m.float_le(p, limit);
    m.test(finite).then_some(p)
}

#[inline(always)]
fn lshift_words<M: PyMachine>(
    m: &mut M,
    at: At,
    dst: u16,
    f: &'static HostFn,
    x: M::Word,
    y: M::Word,
) -> Flow {
    if let Pair::Ints(a, b) = numbers(m, x, y) {
        let limit = m.const_int(48);
        let small = m.int_ult(b, limit);
        if m.test(small) {
            let i = m.int_shl(a, b);
            let back = m.int_shr(i, b);
            let exact = m.int_eq(back, a);
            if m.test(exact) {
                if fits(m, i) {
                    return set_int(m, dst, i);
                }
                if M::RECORDS {
                    return set_wide(m, dst, i);
                }
            }
        }
    }
    slow(m, at, dst, BinOp::LShift, f, x, y)
}

#[inline(always)]
fn rshift_words<M: PyMachine>(
    m: &mut M,
    at: At,
    dst: u16,
    f: &'static HostFn,
    x: M::Word,
    y: M::Word,
) -> Flow {
    if let Pair::Ints(a, b) = numbers(m, x, y) {
        let zero = m.const_int(0);
        let ok = m.int_ge(b, zero);
        if m.test(ok) {
            let i = m.int_shr(a, b);
            return set_int(m, dst, i);
        }
    }
    slow(m, at, dst, BinOp::RShift, f, x, y)
}

/// Operators on bits, whose results always fit.
#[inline(always)]
fn bits<M: PyMachine>(
    m: &mut M,
    at: At,
    dst: u16,
    (op, f): (BinOp, &'static HostFn),
    (x, y): (M::Word, M::Word),
    int: impl FnOnce(&mut M, M::Int, M::Int) -> M::Int,
) -> Flow {
    if is_int(m, x) && is_int(m, y) {
        let (a, b) = (m.unbox_int(x), m.unbox_int(y));
        let i = int(m, a, b);
        return set_int(m, dst, i);
    }
    slow(m, at, dst, op, f, x, y)
}

#[inline(always)]
fn and_words<M: PyMachine>(m: &mut M, at: At, dst: u16, f: &'static HostFn, x: M::Word, y: M::Word) -> Flow {
    bits(m, at, dst, (BinOp::And, f), (x, y), |m, a, b| m.int_and(a, b))
}

#[inline(always)]
fn or_words<M: PyMachine>(m: &mut M, at: At, dst: u16, f: &'static HostFn, x: M::Word, y: M::Word) -> Flow {
    bits(m, at, dst, (BinOp::Or, f), (x, y), |m, a, b| m.int_or(a, b))
}

#[inline(always)]
fn xor_words<M: PyMachine>(m: &mut M, at: At, dst: u16, f: &'static HostFn, x: M::Word, y: M::Word) -> Flow {
    bits(m, at, dst, (BinOp::Xor, f), (x, y), |m, a, b| m.int_xor(a, b))
}

#[inline(always)]
fn matmul_words<M: PyMachine>(
    m: &mut M,
    at: At,
    dst: u16,
    f: &'static HostFn,
    x: M::Word,
    y: M::Word,
) -> Flow {
    slow(m, at, dst, BinOp::MatMul, f, x, y)
}

macro_rules! operators {
    ($($name:ident $Row:ident $words:ident $f:ident;)*) => { $(
        #[inline(always)]
        pub fn $name<M: PyMachine>(m: &mut M, at: At, i: insn::$Row) -> Flow {
            let (x, y) = (m.slot(r(i.x)), m.slot(r(i.y)));
            $words(m, at, i.dst, $f, x, y)
        }
    )* };
}

operators! {
    add Add add_words ADD;
    sub Sub sub_words SUB;
    mul Mul mul_words MUL;
    true_div TrueDiv true_div_words TRUE_DIV;
    floor_div FloorDiv floor_div_words FLOOR_DIV;
    modulo Mod mod_words MOD;
    pow Pow pow_words POW;
    lshift LShift lshift_words LSHIFT;
    rshift RShift rshift_words RSHIFT;
    and And and_words AND;
    or Or or_words OR;
    xor Xor xor_words XOR;
    matmul MatMul matmul_words MATMUL;
    iadd InplaceAdd add_words IADD;
    isub InplaceSub sub_words ISUB;
    imul InplaceMul mul_words IMUL;
    itrue_div InplaceTrueDiv true_div_words ITRUE_DIV;
    ifloor_div InplaceFloorDiv floor_div_words IFLOOR_DIV;
    imodulo InplaceMod mod_words IMOD;
    ipow InplacePow pow_words IPOW;
    ilshift InplaceLShift lshift_words ILSHIFT;
    irshift InplaceRShift rshift_words IRSHIFT;
    iand InplaceAnd and_words IAND;
    ior InplaceOr or_words IOR;
    ixor InplaceXor xor_words IXOR;
    imatmul InplaceMatMul matmul_words IMATMUL;
}

macro_rules! immediate_operators {
    ($($name:ident $Row:ident $words:ident $f:ident;)*) => { $(
        #[inline(always)]
        pub fn $name<M: PyMachine>(m: &mut M, at: At, i: insn::$Row) -> Flow {
            let (x, y) = (m.slot(r(i.x)), word(m, Word::int(i.number.into())));
            $words(m, at, i.dst, $f, x, y)
        }
    )* };
}

immediate_operators! {
    add_imm AddImm add_words ADD;
    sub_imm SubImm sub_words SUB;
    mul_imm MulImm mul_words MUL;
    floor_div_imm FloorDivImm floor_div_words FLOOR_DIV;
    mod_imm ModImm mod_words MOD;
    and_imm AndImm and_words AND;
    lshift_imm LShiftImm lshift_words LSHIFT;
    rshift_imm RShiftImm rshift_words RSHIFT;
    iadd_imm InplaceAddImm add_words IADD;
    isub_imm InplaceSubImm sub_words ISUB;
}

#[inline(always)]
pub fn neg<M: PyMachine>(m: &mut M, _at: At, i: insn::Neg) -> Flow {
    let x = m.slot(r(i.x));
    if !hinted_float(m, x) && is_int(m, x) {
        let a = m.unbox_int(x);
        let n = m.int_neg(a);
        if fits(m, n) {
            return set_int(m, i.dst, n);
        }
    } else if is_float(m, x) {
        let f = m.unbox_float(x);
        let f = m.float_neg(f);
        return set_float(m, i.dst, f);
    }
    result(m, i.dst, NEG, args![Word x])
}

#[inline(always)]
pub fn pos<M: PyMachine>(m: &mut M, _at: At, i: insn::Pos) -> Flow {
    let x = m.slot(r(i.x));
    let number = m.is_kind(x, crate::jit::spec::NUMBER);
    if m.test(number) {
        m.set_slot(r(i.dst), x);
        return Flow::Next;
    }
    result(m, i.dst, POS, args![Word x])
}

#[inline(always)]
pub fn invert<M: PyMachine>(m: &mut M, _at: At, i: insn::Invert) -> Flow {
    let x = m.slot(r(i.x));
    if is_int(m, x) {
        let a = m.unbox_int(x);
        let n = m.int_not(a);
        return set_int(m, i.dst, n);
    }
    result(m, i.dst, INVERT, args![Word x])
}
