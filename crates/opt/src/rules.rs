//! Algebraic rules: named rows, each of equations that hold for all operands.
//!
//! An equation is data in the language of [`crate::term`]; the few rows that look at more than uops are code. Before a
//! rule is tried, constants of commutative uops stand on the right, and a row's equations are tried in their order. Each
//! rule has a filetest, `tests/filetests/opt/rules/NAME.uop`, in which it fires; and each equation is proved
//! by an SMT solver in `crates/testing/tests/proofs.rs`, but for those that are listed there with a reason.
//!
//! Does not handle: rewrites into more than one uop, floating-point identities that fail for signed zeros. Which NaN
//! comes out is not kept: an operation on a NaN may be replaced by the NaN.

use crate::emit::{Def, Out};
use crate::facts::{Fact, Kinds, fact_of};
use crate::heap::Differ;
use crate::ranges;
use crate::state::State;
use crate::term::{Condition, Equation, Term, conditions, equation, term, terms};
use std::sync::OnceLock;
use uplift_uop::{HostSpec, Op, Scalar, Ty, Val};

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
#[derive(Debug)]
pub struct Rule {
    /// Name, which is also that of its filetest.
    pub name: &'static str,
    /// What it says.
    pub body: Body,
}

/// What a rule says.
pub enum Body {
    /// Equations, tried in this order.
    Equations(&'static [Equation]),
    /// Code, for what terms do not say.
    Code(Code),
}

/// A rule that is code.
pub struct Code {
    /// The equation, in words.
    doc: &'static str,
    /// Uops whose result it simplifies.
    ops: &'static [Op],
    apply: fn(&View<'_>, Op, &[Val]) -> Option<To>,
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Body::Equations(equations) => {
                f.debug_list().entries(equations.iter().map(ToString::to_string)).finish()
            }
            Body::Code(code) => f.write_str(code.doc),
        }
    }
}

impl View<'_> {
    /// The constant behind an operand.
    pub fn konst(&self, val: Val) -> Option<Scalar> {
        self.out.tree.as_const(val)
    }
    /// The operands of `val` if `op` made it.
    pub fn made_by(&self, val: Val, op: Op) -> Option<[Val; 3]> {
        let def: &Def = self.out.def(val).filter(|def| def.op == op)?;
        Some(def.args.map(|arg| self.state.resolve(arg)))
    }
    /// Everything known about an operand.
    pub fn fact(&self, val: Val) -> Fact {
        self.konst(val).map_or_else(|| self.state.fact(val), |scalar| fact_of(self.spec, scalar))
    }
    fn range(&self, val: Val) -> ranges::Range {
        let fact = self.fact(val);
        (fact.lo, fact.hi)
    }
}

fn bool_when(holds: bool, value: bool) -> Option<To> {
    holds.then_some(To::Const(Scalar::Bool(value)))
}

macro_rules! rules {
    (
        equations { $( $name:ident $( ( $($equation:tt)* ) )* ; )* }
        code { $( $code:ident $doc:literal [$($op:ident),*] |$v:pat_param, $o:pat_param, $a:ident| $body:expr ; )* }
    ) => {
        /// The table of rules, in the order in which they are tried.
        pub const RULES: &[Rule] = &[
            $( Rule { name: stringify!($name), body: Body::Equations(&[$( equation!($($equation)*) ),*]) }, )*
            $( Rule {
                name: stringify!($code),
                body: Body::Code(Code { doc: $doc, ops: &[$(Op::$op),*], apply: |$v, $o, $a| $body }),
            }, )*
        ];
    };
}

/// Integers up to here, and down to its negation, are floats exactly.
const EXACT: i64 = 1 << 53;
const MOST: Term = Term::Literal(Scalar::Int(EXACT));
const LEAST: Term = Term::Literal(Scalar::Int(-EXACT));
/// Logarithm of `c`, a power of two: the exponent of its float.
const LOG2: Term = term!(IntSub({ EXPONENT }, 1023));
const EXPONENT: Term = term!(IntUshr(FloatToBits(IntToFloat(c)), 52));
/// Fraction of the float `c`, and its biased exponent.
const FRACTION: Term = term!(IntShl(FloatToBits(c), 12));
const BIASED: Term = term!(IntUshr(FloatToBits(FloatAbs(c)), 52));

rules! { equations {
    add_zero (IntAdd(x, 0) => x);
    sub_zero (IntSub(x, 0) => x);
    sub_self (IntSub(x, x) => 0) (IntSubChecked(x, x) => 0);
    sub_from_zero (IntSub(0, x) => IntNeg(x));
    sub_const (IntSub(x, c) => IntAdd(x, IntNeg(c)));
    add_const_chain (IntAdd(IntAdd(x, c), d) => IntAdd(x, IntAdd(c, d)));
    sub_of_sum (IntSub(IntAdd(x, y), x) => y) (IntSub(IntAdd(x, y), y) => x);
    add_of_difference (IntAdd(IntSub(x, y), y) => x) (IntAdd(y, IntSub(x, y)) => x);
    mul_zero (IntMul(x, 0) => 0);
    mul_one (IntMul(x, 1) => x) (IntMulChecked(x, 1) => x);
    mul_minus_one (IntMul(x, -1) => IntNeg(x));
    mul_const_chain (IntMul(IntMul(x, c), d) => IntMul(x, IntMul(c, d)));
    neg_neg (IntNeg(IntNeg(x)) => x);
    neg_sub (IntNeg(IntSub(x, y)) => IntSub(y, x));
    not_not (IntNot(IntNot(x)) => x);
    and_self (IntAnd(x, x) => x);
    and_zero (IntAnd(x, 0) => 0);
    and_ones (IntAnd(x, -1) => x);
    and_mask (IntAnd(x, c) => x if IntEq(IntAnd(c, IntAdd(c, 1)), 0), IntLe(0, x), IntLe(x, c));
    and_const_chain (IntAnd(IntAnd(x, c), d) => IntAnd(x, IntAnd(c, d)));
    or_self (IntOr(x, x) => x);
    or_zero (IntOr(x, 0) => x);
    or_ones (IntOr(x, -1) => -1);
    xor_self (IntXor(x, x) => 0);
    xor_zero (IntXor(x, 0) => x);
    xor_ones (IntXor(x, -1) => IntNot(x));
    shift_by_zero (IntShl(x, 0) => x) (IntShr(x, 0) => x) (IntUshr(x, 0) => x);
    shift_of_zero (IntShl(0, x) => 0) (IntShr(0, x) => 0) (IntUshr(0, x) => 0);
    shift_too_far (IntShl(x, c) => 0 if IntUlt(63, c)) (IntUshr(x, c) => 0 if IntUlt(63, c));
    div_by_one (IntDivFloor(x, 1) => x) (IntDivTrunc(x, 1) => x);
    mod_by_one (IntModFloor(x, 1) => 0) (IntRemTrunc(x, 1) => 0);
    div_power_of_two (IntDivFloor(x, c) => IntShr(x, {LOG2}) if IntLt(0, c), IntEq(IntAnd(c, IntSub(c, 1)), 0));
    mod_power_of_two
        (IntModFloor(x, c) => IntAnd(x, IntSub(c, 1)) if IntLt(0, c), IntEq(IntAnd(c, IntSub(c, 1)), 0));
    div_positive (IntDivFloor(x, y) => IntDivTrunc(x, y) if IntLe(0, x), IntLt(0, y));
    mod_positive (IntModFloor(x, y) => IntRemTrunc(x, y) if IntLe(0, x), IntLt(0, y));
    mod_smaller
        (IntModFloor(x, y) => x if IntLe(0, x), IntLt(x, y))
        (IntRemTrunc(x, y) => x if IntLe(0, x), IntLt(x, y));

    int_gt_swap (IntGt(x, y) => IntLt(y, x));
    int_ge_swap (IntGe(x, y) => IntLe(y, x));
    compare_self
        (IntEq(x, x) => true) (IntLe(x, x) => true) (IntNe(x, x) => false) (IntLt(x, x) => false) (IntUlt(x, x) => false)
        (WordEq(x, x) => true) (RefEq(x, x) => true) (FloatLt(x, x) => false);
    ult_zero (IntUlt(x, 0) => false);
    eq_of_sum (IntEq(IntAdd(x, c), d) => IntEq(x, IntSub(d, c))) (IntNe(IntAdd(x, c), d) => IntNe(x, IntSub(d, c)));
    eq_of_bool
        (IntEq(BoolToInt(b), 1) => b) (IntEq(BoolToInt(b), 0) => BoolNot(b))
        (IntNe(BoolToInt(b), 0) => b) (IntNe(BoolToInt(b), 1) => BoolNot(b))
        (IntEq(BoolToInt(b), c) => false if IntUlt(1, c)) (IntNe(BoolToInt(b), c) => true if IntUlt(1, c));

    float_sub_zero (FloatSub(x, F(0.0)) => x);
    float_add_negative_zero (FloatAdd(x, F(-0.0)) => x);
    float_mul_one (FloatMul(x, F(1.0)) => x);
    float_div_one (FloatDiv(x, F(1.0)) => x);
    float_div_power_of_two
        (FloatDiv(x, c) => FloatMul(x, FloatDiv(F(1.0), c))
            if IntEq({FRACTION}, 0), IntLt(0, {BIASED}), IntLt({BIASED}, 2046));
    float_neg_neg (FloatNeg(FloatNeg(x)) => x);
    float_abs_neg (FloatAbs(FloatNeg(x)) => FloatAbs(x));
    float_abs_abs (FloatAbs(FloatAbs(x)) => FloatAbs(x));
    float_round_integer
        (FloatFloor(IntToFloat(x)) => IntToFloat(x))
        (FloatCeil(IntToFloat(x)) => IntToFloat(x))
        (FloatTrunc(IntToFloat(x)) => IntToFloat(x));
    float_gt_swap (FloatGt(x, y) => FloatLt(y, x));
    float_ge_swap (FloatGe(x, y) => FloatLe(y, x));
    float_compare_integers
        (FloatEq(IntToFloat(x), IntToFloat(y)) => IntEq(x, y)
            if IntLe({LEAST}, x), IntLe(x, {MOST}), IntLe({LEAST}, y), IntLe(y, {MOST}))
        (FloatNe(IntToFloat(x), IntToFloat(y)) => IntNe(x, y)
            if IntLe({LEAST}, x), IntLe(x, {MOST}), IntLe({LEAST}, y), IntLe(y, {MOST}))
        (FloatLt(IntToFloat(x), IntToFloat(y)) => IntLt(x, y)
            if IntLe({LEAST}, x), IntLe(x, {MOST}), IntLe({LEAST}, y), IntLe(y, {MOST}))
        (FloatLe(IntToFloat(x), IntToFloat(y)) => IntLe(x, y)
            if IntLe({LEAST}, x), IntLe(x, {MOST}), IntLe({LEAST}, y), IntLe(y, {MOST}));
    float_to_int_exact (FloatToInt(IntToFloat(x)) => x if IntLe({LEAST}, x), IntLe(x, {MOST}));
    float_from_bits_of (FloatFromBits(FloatToBits(x)) => x);
    float_to_bits_of (FloatToBits(FloatFromBits(x)) => x);

    bool_not_not (BoolNot(BoolNot(b)) => b);
    bool_not_compare
        (BoolNot(IntEq(x, y)) => IntNe(x, y)) (BoolNot(IntNe(x, y)) => IntEq(x, y))
        (BoolNot(IntLt(x, y)) => IntGe(x, y)) (BoolNot(IntGe(x, y)) => IntLt(x, y))
        (BoolNot(IntLe(x, y)) => IntGt(x, y)) (BoolNot(IntGt(x, y)) => IntLe(x, y))
        (BoolNot(FloatEq(x, y)) => FloatNe(x, y)) (BoolNot(FloatNe(x, y)) => FloatEq(x, y));
    bool_and_const (BoolAnd(b, true) => b) (BoolAnd(b, false) => false);
    bool_or_const (BoolOr(b, false) => b) (BoolOr(b, true) => true);
    bool_xor_const (BoolXor(b, false) => b) (BoolXor(b, true) => BoolNot(b));
    bool_same (BoolAnd(b, b) => b) (BoolOr(b, b) => b);
    bool_xor_self (BoolXor(b, b) => false);
    select_same (SelectInt(b, x, x) => x) (SelectFloat(b, x, x) => x) (SelectWord(b, x, x) => x);
    select_const
        (SelectInt(true, x, y) => x) (SelectFloat(true, x, y) => x) (SelectWord(true, x, y) => x)
        (SelectInt(false, x, y) => y) (SelectFloat(false, x, y) => y) (SelectWord(false, x, y) => y);
    select_not
        (SelectInt(BoolNot(b), x, y) => SelectInt(b, y, x))
        (SelectFloat(BoolNot(b), x, y) => SelectFloat(b, y, x))
        (SelectWord(BoolNot(b), x, y) => SelectWord(b, y, x));
    select_bool_int (SelectInt(b, 1, 0) => BoolToInt(b));
    select_bool_word
        (SelectWord(b, c, d) => BoxBool(b) if boxes(Bool), WordEq(c, BoxBool(true)), WordEq(d, BoxBool(false)));

    word_eq_bool
        (WordEq(BoxBool(b), c) => b if WordEq(c, BoxBool(true)))
        (WordEq(BoxBool(b), c) => BoolNot(b) if WordEq(c, BoxBool(false)))
        (WordEq(BoxBool(b), c) => false if BoolNot(WordEq(c, BoxBool(true))), BoolNot(WordEq(c, BoxBool(false))));
    word_eq_select
        (WordEq(SelectWord(b, c, d), e) => b if WordEq(c, e), BoolNot(WordEq(d, e)))
        (WordEq(SelectWord(b, c, d), e) => BoolNot(b) if BoolNot(WordEq(c, e)), WordEq(d, e))
        (WordEq(SelectWord(b, c, d), e) => true if WordEq(c, e), WordEq(d, e))
        (WordEq(SelectWord(b, c, d), e) => false if BoolNot(WordEq(c, e)), BoolNot(WordEq(d, e)));
    word_eq_kinds (WordEq(x, y) => false if apart(x, y));
    word_eq_int
        (WordEq(BoxInt(x), BoxInt(y)) => IntEq(x, y))
        (WordEq(BoxInt(x), c) => IntEq(x, UnboxInt(c)) if WordEq(BoxInt(UnboxInt(c)), c));
    word_eq_ref
        (WordEq(BoxRef(x), BoxRef(y)) => RefEq(x, y))
        (WordEq(BoxRef(x), c) => RefEq(x, UnboxRef(c)));

    unbox_box_int (UnboxInt(BoxInt(x)) => x);
    unbox_box_float (UnboxFloat(BoxFloat(x)) => x);
    unbox_box_ref (UnboxRef(BoxRef(x)) => x);
    unbox_box_bool (UnboxBool(BoxBool(b)) => b);
    box_unbox_int (BoxInt(UnboxInt(x)) => x if boxed(Int, x));
    box_unbox_float (BoxFloat(UnboxFloat(x)) => x);
    box_unbox_ref (BoxRef(UnboxRef(x)) => x);
    box_unbox_bool (BoxBool(UnboxBool(x)) => x if boxed(Bool, x));
    ref_round_trip (IntToRef(RefToInt(x)) => x);
    ref_int_round_trip (RefToInt(IntToRef(x)) => x);
    word_round_trip (IntToWord(WordToInt(x)) => x);
    word_int_round_trip (WordToInt(IntToWord(x)) => x);
} code {
    compare_ranges "comparisons that ranges decide" [IntEq, IntNe, IntLt, IntLe, IntUlt, IntAddOverflows, IntSubOverflows, IntMulOverflows] |v, op, a| {
        Some(To::Const(Scalar::Bool(ranges::decide(op, v.range(a[0]), v.range(a[1]))?)))
    };
    ref_eq_different "a new object differs from older ones, null from an object" [RefEq] |v, _, a| bool_when((v.differ)(a[0], a[1]), false);
    word_eq_different "a new object differs from older words" [WordEq] |v, _, a| bool_when((v.differ)(a[0], a[1]), false);
}}

/// Where a row has something to say about a uop: its equations of that uop, or its code.
#[derive(Clone, Copy, Debug)]
struct Entry {
    row: usize,
    what: What,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Equation(&'static Equation),
    Code(fn(&View<'_>, Op, &[Val]) -> Option<To>),
}

/// The table, indexed by uop.
#[derive(Debug)]
pub(crate) struct Rules {
    by_op: Vec<Vec<Entry>>,
}

impl Rules {
    /// The only instance.
    pub fn table() -> &'static Rules {
        static TABLE: OnceLock<Rules> = OnceLock::new();
        TABLE.get_or_init(|| {
            let mut by_op = vec![Vec::new(); Op::ALL.len()];
            for (row, rule) in RULES.iter().enumerate() {
                match &rule.body {
                    Body::Equations(equations) => {
                        for equation in *equations {
                            by_op[equation.op as usize].push(Entry { row, what: What::Equation(equation) });
                        }
                    }
                    Body::Code(code) => {
                        for &op in code.ops {
                            by_op[op as usize].push(Entry { row, what: What::Code(code.apply) });
                        }
                    }
                }
            }
            Rules { by_op }
        })
    }

    /// Tries the rules for `op`; also says which one fired.
    pub fn apply(&self, view: &View<'_>, op: Op, args: &[Val]) -> Option<(To, usize)> {
        let entries = self.by_op.get(op as usize)?;
        if args.len() != op.info().params.len() {
            return None;
        }
        entries.iter().find_map(|entry| {
            let to = match entry.what {
                What::Equation(equation) => equation.apply(view, args),
                What::Code(apply) => apply(view, op, args),
            };
            Some((to?, entry.row))
        })
    }
}
