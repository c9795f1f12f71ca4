//! Algebraic rules: named rows, each an equation that holds for all operands.
//!
//! A row gives a name, its documentation as an equation, the uops whose result it simplifies, and the closure that
//! tries it on resolved operands. Before a rule is tried, constants of commutative uops stand on the right. Each
//! rule has a filetest, `tests/filetests/opt/rules/NAME.uop`, in which it fires.
//!
//! Does not handle: rewrites into more than one uop, floating-point identities that fail for NaN or signed zeros.

use crate::emit::{Def, Out};
use crate::facts::{Fact, Kinds, fact_of};
use crate::heap::Differ;
use crate::ranges;
use crate::state::State;
use std::sync::OnceLock;
use uplift_uop::{HostSpec, Op, Scalar, Val};

/// What a rule looks at.
pub(crate) struct View<'v> {
    pub out: &'v Out,
    pub state: &'v State,
    pub spec: &'v HostSpec,
    pub kinds: &'v Kinds,
    pub differ: Differ<'v>,
}

/// An operand of a rewritten uop.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Arg {
    Val(Val),
    Const(Scalar),
}

/// What a rule makes of a uop.
#[derive(Clone, Copy, Debug)]
pub(crate) enum To {
    /// An operand or older value.
    Val(Val),
    /// A constant.
    Const(Scalar),
    /// Another uop.
    Op(Op, [Option<Arg>; 3], u64),
}

/// A row of the table.
pub struct Rule {
    /// Name, which is also that of its filetest.
    pub name: &'static str,
    /// The equation.
    pub doc: &'static str,
    /// Uops whose result it simplifies.
    pub ops: &'static [Op],
    apply: fn(&View<'_>, Op, &[Val]) -> Option<To>,
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.name, self.doc)
    }
}

impl View<'_> {
    fn konst(&self, val: Val) -> Option<Scalar> {
        self.out.tree.as_const(val)
    }
    fn int(&self, val: Val) -> Option<i64> {
        match self.konst(val) {
            Some(Scalar::Int(i)) => Some(i),
            _ => None,
        }
    }
    fn is(&self, val: Val, int: i64) -> bool {
        self.int(val) == Some(int)
    }
    fn is_float(&self, val: Val, float: f64) -> bool {
        self.konst(val) == Some(Scalar::Float(float))
    }
    fn boolean(&self, val: Val) -> Option<bool> {
        match self.konst(val) {
            Some(Scalar::Bool(b)) => Some(b),
            _ => None,
        }
    }
    fn word(&self, val: Val) -> Option<u64> {
        match self.konst(val) {
            Some(Scalar::Word(w)) => Some(w),
            _ => None,
        }
    }
    /// The operands of `val` if `op` made it.
    fn made_by(&self, val: Val, op: Op) -> Option<[Val; 3]> {
        let def = self.out.def(val).filter(|def| def.op == op)?;
        Some(def.args.map(|arg| self.state.resolve(arg)))
    }
    fn def(&self, val: Val) -> Option<Def> {
        let mut def = *self.out.def(val)?;
        def.args = def.args.map(|arg| self.state.resolve(arg));
        Some(def)
    }
    fn fact(&self, val: Val) -> Fact {
        self.konst(val).map_or_else(|| self.state.fact(val), |scalar| fact_of(self.spec, scalar))
    }
    fn range(&self, val: Val) -> ranges::Range {
        let fact = self.fact(val);
        (fact.lo, fact.hi)
    }
    /// Whether the integer converts to a float exactly.
    fn converts_exactly(&self, val: Val) -> bool {
        let fact = self.fact(val);
        fact.lo >= -(1 << 53) && fact.hi <= 1 << 53
    }
    fn words(&self) -> (u64, u64) {
        let repr = &self.spec.repr;
        (repr.box_bool(false), repr.box_bool(true))
    }
}

fn op1(op: Op, a: Val) -> Option<To> {
    Some(To::Op(op, [Some(Arg::Val(a)), None, None], 0))
}
fn op2(op: Op, a: Val, b: Val) -> Option<To> {
    Some(To::Op(op, [Some(Arg::Val(a)), Some(Arg::Val(b)), None], 0))
}
fn op_const(op: Op, a: Val, b: Scalar) -> Option<To> {
    Some(To::Op(op, [Some(Arg::Val(a)), Some(Arg::Const(b)), None], 0))
}
fn op3(op: Op, a: Val, b: Val, c: Val) -> Option<To> {
    Some(To::Op(op, [Some(Arg::Val(a)), Some(Arg::Val(b)), Some(Arg::Val(c))], 0))
}
fn when(holds: bool, val: Val) -> Option<To> {
    holds.then_some(To::Val(val))
}
fn int_when(holds: bool, int: i64) -> Option<To> {
    holds.then_some(To::Const(Scalar::Int(int)))
}
fn bool_when(holds: bool, value: bool) -> Option<To> {
    holds.then_some(To::Const(Scalar::Bool(value)))
}
/// The bool that is `b` if `positive`, else its negation.
fn polarity(b: Val, positive: bool) -> Option<To> {
    if positive { Some(To::Val(b)) } else { op1(Op::BoolNot, b) }
}
/// Logarithm of a positive power of two.
fn log2(int: i64) -> Option<u32> {
    (int > 0 && int.count_ones() == 1).then(|| int.trailing_zeros())
}
/// Same comparison of integers.
fn int_compare(op: Op) -> Option<Op> {
    Some(match op {
        Op::FloatEq => Op::IntEq,
        Op::FloatNe => Op::IntNe,
        Op::FloatLt => Op::IntLt,
        Op::FloatLe => Op::IntLe,
        _ => return None,
    })
}

macro_rules! rules {
    ($( $name:ident $doc:literal [$($op:ident),*] |$v:pat_param, $o:pat_param, $a:ident| $body:expr ; )*) => {
        /// The table of rules, in the order in which they are tried.
        pub const RULES: &[Rule] = &[
            $( Rule { name: stringify!($name), doc: $doc, ops: &[$(Op::$op),*], apply: |$v, $o, $a| $body }, )*
        ];
    };
}

rules! {
    add_zero "x + 0 = x" [IntAdd] |v, _, a| when(v.is(a[1], 0), a[0]);
    sub_zero "x - 0 = x" [IntSub] |v, _, a| when(v.is(a[1], 0), a[0]);
    sub_self "x - x = 0" [IntSub, IntSubChecked] |_, _, a| int_when(a[0] == a[1], 0);
    sub_from_zero "0 - x = -x" [IntSub] |v, _, a| if v.is(a[0], 0) { op1(Op::IntNeg, a[1]) } else { None };
    sub_const "x - c = x + -c" [IntSub] |v, _, a| op_const(Op::IntAdd, a[0], Scalar::Int(v.int(a[1])?.wrapping_neg()));
    add_const_chain "(x + c) + d = x + (c + d)" [IntAdd] |v, _, a| {
        let inner = v.made_by(a[0], Op::IntAdd)?;
        let sum = v.int(inner[1])?.wrapping_add(v.int(a[1])?);
        op_const(Op::IntAdd, inner[0], Scalar::Int(sum))
    };
    sub_of_sum "(x + y) - x = y" [IntSub] |v, _, a| {
        let [x, y, _] = v.made_by(a[0], Op::IntAdd)?;
        if x == a[1] { Some(To::Val(y)) } else { when(y == a[1], x) }
    };
    add_of_difference "(x - y) + y = x" [IntAdd] |v, _, a| {
        let undo = |difference: Val, y: Val| v.made_by(difference, Op::IntSub).filter(|d| d[1] == y).map(|d| To::Val(d[0]));
        undo(a[0], a[1]).or_else(|| undo(a[1], a[0]))
    };
    mul_zero "x * 0 = 0" [IntMul] |v, _, a| int_when(v.is(a[1], 0), 0);
    mul_one "x * 1 = x" [IntMul, IntMulChecked] |v, _, a| when(v.is(a[1], 1), a[0]);
    mul_minus_one "x * -1 = -x" [IntMul] |v, _, a| if v.is(a[1], -1) { op1(Op::IntNeg, a[0]) } else { None };
    mul_const_chain "(x * c) * d = x * (c * d)" [IntMul] |v, _, a| {
        let inner = v.made_by(a[0], Op::IntMul)?;
        let product = v.int(inner[1])?.wrapping_mul(v.int(a[1])?);
        op_const(Op::IntMul, inner[0], Scalar::Int(product))
    };
    neg_neg "-(-x) = x" [IntNeg] |v, _, a| Some(To::Val(v.made_by(a[0], Op::IntNeg)?[0]));
    neg_sub "-(x - y) = y - x" [IntNeg] |v, _, a| {
        let inner = v.made_by(a[0], Op::IntSub)?;
        op2(Op::IntSub, inner[1], inner[0])
    };
    not_not "~~x = x" [IntNot] |v, _, a| Some(To::Val(v.made_by(a[0], Op::IntNot)?[0]));
    and_self "x & x = x" [IntAnd] |_, _, a| when(a[0] == a[1], a[0]);
    and_zero "x & 0 = 0" [IntAnd] |v, _, a| int_when(v.is(a[1], 0), 0);
    and_ones "x & -1 = x" [IntAnd] |v, _, a| when(v.is(a[1], -1), a[0]);
    and_mask "x & (2^n - 1) = x if 0 <= x < 2^n" [IntAnd] |v, _, a| {
        let (mask, range) = (v.int(a[1])?, v.range(a[0]));
        when(mask >= 0 && mask & mask.wrapping_add(1) == 0 && range.0 >= 0 && range.1 <= mask, a[0])
    };
    and_const_chain "(x & c) & d = x & (c & d)" [IntAnd] |v, _, a| {
        let inner = v.made_by(a[0], Op::IntAnd)?;
        op_const(Op::IntAnd, inner[0], Scalar::Int(v.int(inner[1])? & v.int(a[1])?))
    };
    or_self "x | x = x" [IntOr] |_, _, a| when(a[0] == a[1], a[0]);
    or_zero "x | 0 = x" [IntOr] |v, _, a| when(v.is(a[1], 0), a[0]);
    or_ones "x | -1 = -1" [IntOr] |v, _, a| int_when(v.is(a[1], -1), -1);
    xor_self "x ^ x = 0" [IntXor] |_, _, a| int_when(a[0] == a[1], 0);
    xor_zero "x ^ 0 = x" [IntXor] |v, _, a| when(v.is(a[1], 0), a[0]);
    xor_ones "x ^ -1 = ~x" [IntXor] |v, _, a| if v.is(a[1], -1) { op1(Op::IntNot, a[0]) } else { None };
    shift_by_zero "x << 0 = x, also >>" [IntShl, IntShr, IntUshr] |v, _, a| when(v.is(a[1], 0), a[0]);
    shift_of_zero "0 << x = 0, also >>" [IntShl, IntShr, IntUshr] |v, _, a| int_when(v.is(a[0], 0), 0);
    shift_too_far "x << 64 = 0, also >>>" [IntShl, IntUshr] |v, _, a| int_when(!(0..64).contains(&v.int(a[1])?), 0);
    div_by_one "x / 1 = x" [IntDivFloor, IntDivTrunc] |v, _, a| when(v.is(a[1], 1), a[0]);
    mod_by_one "x % 1 = 0" [IntModFloor, IntRemTrunc] |v, _, a| int_when(v.is(a[1], 1), 0);
    div_power_of_two "floor(x / 2^n) = x >> n" [IntDivFloor] |v, _, a| {
        op_const(Op::IntShr, a[0], Scalar::Int(i64::from(log2(v.int(a[1])?)?)))
    };
    mod_power_of_two "x mod 2^n = x & (2^n - 1)" [IntModFloor] |v, _, a| {
        let divisor = v.int(a[1])?;
        log2(divisor)?;
        op_const(Op::IntAnd, a[0], Scalar::Int(divisor - 1))
    };
    div_positive "floor(x / y) = trunc(x / y) if x >= 0 and y > 0" [IntDivFloor] |v, _, a| {
        if v.range(a[0]).0 >= 0 && v.range(a[1]).0 > 0 { op2(Op::IntDivTrunc, a[0], a[1]) } else { None }
    };
    mod_positive "x mod y = x rem y if x >= 0 and y > 0" [IntModFloor] |v, _, a| {
        if v.range(a[0]).0 >= 0 && v.range(a[1]).0 > 0 { op2(Op::IntRemTrunc, a[0], a[1]) } else { None }
    };
    mod_smaller "x mod y = x if 0 <= x < y" [IntModFloor, IntRemTrunc] |v, _, a| {
        let (x, y) = (v.range(a[0]), v.range(a[1]));
        when(x.0 >= 0 && x.1 < y.0, a[0])
    };

    int_gt_swap "x > y = y < x" [IntGt] |_, _, a| op2(Op::IntLt, a[1], a[0]);
    int_ge_swap "x >= y = y <= x" [IntGe] |_, _, a| op2(Op::IntLe, a[1], a[0]);
    compare_self "x == x, x <= x; not x != x, x < x" [IntEq, IntLe, IntNe, IntLt, IntUlt, WordEq, RefEq, FloatLt] |_, op, a| {
        bool_when(a[0] == a[1], matches!(op, Op::IntEq | Op::IntLe | Op::WordEq | Op::RefEq))
    };
    ult_zero "not x <u 0" [IntUlt] |v, _, a| bool_when(v.is(a[1], 0), false);
    eq_of_sum "(x + c) == d = (x == d - c)" [IntEq, IntNe] |v, op, a| {
        let inner = v.made_by(a[0], Op::IntAdd)?;
        let constant = v.int(a[1])?.wrapping_sub(v.int(inner[1])?);
        op_const(op, inner[0], Scalar::Int(constant))
    };
    eq_of_bool "(int(b) == 1) = b, (int(b) == 0) = not b" [IntEq, IntNe] |v, op, a| {
        let b = v.made_by(a[0], Op::BoolToInt)?[0];
        match v.int(a[1])? {
            bit @ (0 | 1) => polarity(b, (bit == 1) == (op == Op::IntEq)),
            _ => Some(To::Const(Scalar::Bool(op == Op::IntNe))),
        }
    };
    compare_ranges "comparisons that ranges decide" [IntEq, IntNe, IntLt, IntLe, IntUlt, IntAddOverflows, IntSubOverflows, IntMulOverflows] |v, op, a| {
        Some(To::Const(Scalar::Bool(ranges::decide(op, v.range(a[0]), v.range(a[1]))?)))
    };

    float_sub_zero "x - 0.0 = x" [FloatSub] |v, _, a| when(v.is_float(a[1], 0.0), a[0]);
    float_add_negative_zero "x + -0.0 = x" [FloatAdd] |v, _, a| when(v.is_float(a[1], -0.0), a[0]);
    float_mul_one "x * 1.0 = x" [FloatMul] |v, _, a| when(v.is_float(a[1], 1.0), a[0]);
    float_div_one "x / 1.0 = x" [FloatDiv] |v, _, a| when(v.is_float(a[1], 1.0), a[0]);
    float_div_power_of_two "x / 2^n = x * 2^-n" [FloatDiv] |v, _, a| match v.konst(a[1])? {
        Scalar::Float(f) if f.is_normal() && f.to_bits() << 12 == 0 && (1.0 / f).is_normal() => {
            op_const(Op::FloatMul, a[0], Scalar::Float(1.0 / f))
        }
        _ => None,
    };
    float_neg_neg "-(-x) = x" [FloatNeg] |v, _, a| Some(To::Val(v.made_by(a[0], Op::FloatNeg)?[0]));
    float_abs_neg "abs(-x) = abs(x)" [FloatAbs] |v, _, a| op1(Op::FloatAbs, v.made_by(a[0], Op::FloatNeg)?[0]);
    float_abs_abs "abs(abs(x)) = abs(x)" [FloatAbs] |v, _, a| { v.made_by(a[0], Op::FloatAbs)?; Some(To::Val(a[0])) };
    float_round_integer "floor(float(i)) = float(i), also ceil, trunc" [FloatFloor, FloatCeil, FloatTrunc] |v, _, a| {
        v.made_by(a[0], Op::IntToFloat)?;
        Some(To::Val(a[0]))
    };
    float_gt_swap "x > y = y < x" [FloatGt] |_, _, a| op2(Op::FloatLt, a[1], a[0]);
    float_ge_swap "x >= y = y <= x" [FloatGe] |_, _, a| op2(Op::FloatLe, a[1], a[0]);
    float_compare_integers "float(i) < float(j) = i < j if both are exact" [FloatEq, FloatNe, FloatLt, FloatLe] |v, op, a| {
        let (i, j) = (v.made_by(a[0], Op::IntToFloat)?[0], v.made_by(a[1], Op::IntToFloat)?[0]);
        if v.converts_exactly(i) && v.converts_exactly(j) { op2(int_compare(op)?, i, j) } else { None }
    };
    float_to_int_exact "int(float(i)) = i if exact" [FloatToInt] |v, _, a| {
        let i = v.made_by(a[0], Op::IntToFloat)?[0];
        when(v.converts_exactly(i), i)
    };
    float_from_bits_of "from_bits(to_bits(x)) = x" [FloatFromBits] |v, _, a| Some(To::Val(v.made_by(a[0], Op::FloatToBits)?[0]));
    float_to_bits_of "to_bits(from_bits(x)) = x" [FloatToBits] |v, _, a| Some(To::Val(v.made_by(a[0], Op::FloatFromBits)?[0]));

    bool_not_not "not not b = b" [BoolNot] |v, _, a| Some(To::Val(v.made_by(a[0], Op::BoolNot)?[0]));
    bool_not_compare "not x < y = y <= x, not x == y = x != y" [BoolNot] |v, _, a| {
        let def = v.def(a[0])?;
        op2(ranges::negated(def.op)?, def.args[0], def.args[1])
    };
    bool_and_const "b and true = b, b and false = false" [BoolAnd] |v, _, a| Some(To::Val(if v.boolean(a[1])? { a[0] } else { a[1] }));
    bool_or_const "b or false = b, b or true = true" [BoolOr] |v, _, a| Some(To::Val(if v.boolean(a[1])? { a[1] } else { a[0] }));
    bool_xor_const "b xor false = b, b xor true = not b" [BoolXor] |v, _, a| polarity(a[0], !v.boolean(a[1])?);
    bool_same "b and b = b or b = b" [BoolAnd, BoolOr] |_, _, a| when(a[0] == a[1], a[0]);
    bool_xor_self "b xor b = false" [BoolXor] |_, _, a| bool_when(a[0] == a[1], false);
    select_same "x if c else x = x" [SelectInt, SelectFloat, SelectWord] |_, _, a| when(a[1] == a[2], a[1]);
    select_const "x if true else y = x" [SelectInt, SelectFloat, SelectWord] |v, _, a| Some(To::Val(if v.boolean(a[0])? { a[1] } else { a[2] }));
    select_not "x if not c else y = y if c else x" [SelectInt, SelectFloat, SelectWord] |v, op, a| {
        let c = v.made_by(a[0], Op::BoolNot)?[0];
        op3(op, c, a[2], a[1])
    };
    select_bool_int "1 if c else 0 = int(c)" [SelectInt] |v, _, a| {
        if v.is(a[1], 1) && v.is(a[2], 0) { op1(Op::BoolToInt, a[0]) } else { None }
    };
    select_bool_word "TRUE if c else FALSE = box_bool(c)" [SelectWord] |v, _, a| {
        v.spec.repr.bools?;
        let (no, yes) = v.words();
        if v.word(a[1]) == Some(yes) && v.word(a[2]) == Some(no) { op1(Op::BoxBool, a[0]) } else { None }
    };

    word_eq_bool "(box_bool(b) == TRUE) = b, (box_bool(b) == FALSE) = not b" [WordEq] |v, _, a| {
        let b = v.made_by(a[0], Op::BoxBool)?[0];
        let (word, (no, yes)) = (v.word(a[1])?, v.words());
        if word == yes { Some(To::Val(b)) } else if word == no { op1(Op::BoolNot, b) } else { Some(To::Const(Scalar::Bool(false))) }
    };
    word_eq_select "((c if b else d) == e) for constants: b, not b, true or false" [WordEq] |v, _, a| {
        let [c, x, y] = v.made_by(a[0], Op::SelectWord)?;
        let (x, y, word) = (v.word(x)?, v.word(y)?, v.word(a[1])?);
        match (x == word, y == word) {
            (true, false) => Some(To::Val(c)),
            (false, true) => op1(Op::BoolNot, c),
            (both, _) => Some(To::Const(Scalar::Bool(both))),
        }
    };
    word_eq_kinds "words of different kinds differ" [WordEq] |v, _, a| {
        bool_when(v.fact(a[0]).kinds & v.fact(a[1]).kinds == 0, false)
    };
    word_eq_int "(box_int(x) == box_int(c)) = (x == c)" [WordEq] |v, _, a| {
        let x = v.made_by(a[0], Op::BoxInt)?[0];
        if let Some(y) = v.made_by(a[1], Op::BoxInt) {
            return op2(Op::IntEq, x, y[0]);
        }
        let word = v.word(a[1])?;
        let int = v.spec.repr.unbox_int(word);
        if v.spec.repr.box_int(int) == word { op_const(Op::IntEq, x, Scalar::Int(int)) } else { None }
    };
    word_eq_ref "(box_ref(x) == box_ref(y)) = (x == y)" [WordEq] |v, _, a| {
        let x = v.made_by(a[0], Op::BoxRef)?[0];
        if let Some(y) = v.made_by(a[1], Op::BoxRef) {
            return op2(Op::RefEq, x, y[0]);
        }
        op_const(Op::RefEq, x, Scalar::Ref(v.spec.repr.unbox_ref(v.word(a[1])?)))
    };
    ref_eq_different "a new object differs from older ones, null from an object" [RefEq] |v, _, a| {
        bool_when((v.differ)(a[0], a[1]), false)
    };
    word_eq_different "a new object differs from older words" [WordEq] |v, _, a| bool_when((v.differ)(a[0], a[1]), false);

    unbox_box_int "unbox_int(box_int(x)) = x" [UnboxInt] |v, _, a| Some(To::Val(v.made_by(a[0], Op::BoxInt)?[0]));
    unbox_box_float "unbox_float(box_float(x)) = x" [UnboxFloat] |v, _, a| Some(To::Val(v.made_by(a[0], Op::BoxFloat)?[0]));
    unbox_box_ref "unbox_ref(box_ref(x)) = x" [UnboxRef] |v, _, a| Some(To::Val(v.made_by(a[0], Op::BoxRef)?[0]));
    unbox_box_bool "unbox_bool(box_bool(x)) = x" [UnboxBool] |v, _, a| Some(To::Val(v.made_by(a[0], Op::BoxBool)?[0]));
    box_unbox_int "box_int(unbox_int(w)) = w if w is an integer" [BoxInt] |v, _, a| {
        let w = v.made_by(a[0], Op::UnboxInt)?[0];
        when(v.kinds.int != u64::MAX && v.fact(w).kinds & !v.kinds.int == 0, w)
    };
    box_unbox_float "box_float(unbox_float(w)) = w" [BoxFloat] |v, _, a| Some(To::Val(v.made_by(a[0], Op::UnboxFloat)?[0]));
    box_unbox_ref "box_ref(unbox_ref(w)) = w" [BoxRef] |v, _, a| Some(To::Val(v.made_by(a[0], Op::UnboxRef)?[0]));
    box_unbox_bool "box_bool(unbox_bool(w)) = w if w is a boolean" [BoxBool] |v, _, a| {
        let w = v.made_by(a[0], Op::UnboxBool)?[0];
        when(v.kinds.boolean != u64::MAX && v.fact(w).kinds & !v.kinds.boolean == 0, w)
    };
    ref_round_trip "int_to_ref(ref_to_int(x)) = x" [IntToRef] |v, _, a| Some(To::Val(v.made_by(a[0], Op::RefToInt)?[0]));
    ref_int_round_trip "ref_to_int(int_to_ref(x)) = x" [RefToInt] |v, _, a| Some(To::Val(v.made_by(a[0], Op::IntToRef)?[0]));
    word_round_trip "int_to_word(word_to_int(x)) = x" [IntToWord] |v, _, a| Some(To::Val(v.made_by(a[0], Op::WordToInt)?[0]));
    word_int_round_trip "word_to_int(int_to_word(x)) = x" [WordToInt] |v, _, a| Some(To::Val(v.made_by(a[0], Op::IntToWord)?[0]));
}

/// The table, indexed by uop.
#[derive(Debug)]
pub(crate) struct Rules {
    by_op: Vec<Vec<usize>>,
}

impl Rules {
    /// The only instance.
    pub fn table() -> &'static Rules {
        static TABLE: OnceLock<Rules> = OnceLock::new();
        TABLE.get_or_init(|| {
            let of = |op: &Op| (0..RULES.len()).filter(|&r| RULES[r].ops.contains(op)).collect();
            Rules { by_op: Op::ALL.iter().map(of).collect() }
        })
    }

    /// Tries the rules for `op`; also says which one fired.
    pub fn apply(&self, view: &View<'_>, op: Op, args: &[Val]) -> Option<(To, usize)> {
        let rows = self.by_op.get(op as usize)?;
        if args.len() != op.info().params.len() {
            return None;
        }
        rows.iter().find_map(|&row| Some(((RULES[row].apply)(view, op, args)?, row)))
    }
}
