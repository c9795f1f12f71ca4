//! The language of algebraic rules: equations between terms of uops.
//!
//! An [`Equation`] is data, and everything in it is a uop: what it matches, what it puts there, what it computes of
//! constants, and the conditions on which it holds. So there is one statement of a rule. The optimizer matches it
//! here, with the table's evaluations for constants; the proofs in `crates/testing` translate the same data for
//! an SMT solver and ask for operands that make the two sides differ.
//!
//! Letters stand for operands: `x y z b` for any, `c d e` for constants. A letter that comes twice means one value.
//!
//! Does not handle: replacements of more than one uop (but for what folds), immediates.

use crate::emit::NO_VAL;
use crate::facts::Fact;
use crate::ranges;
use crate::rules::{Arg, To, View};
use uplift_uop::eval::{Outcome, evaluate};
use uplift_uop::{Op, Scalar, Ty, Val};

/// Letters of operands, by number.
pub const LETTERS: [&str; 7] = ["x", "y", "z", "b", "c", "d", "e"];

/// A term over operands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Term {
    /// Any value, by number of its letter.
    Any(usize),
    /// A value that is constant, by number of its letter.
    Const(usize),
    /// This constant.
    Literal(Scalar),
    /// A uop without an immediate.
    Uop(Op, &'static [Term]),
}

/// What must be known for an equation to be used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Condition {
    /// A boolean term is true: one of constants alone, or a comparison that integer ranges decide.
    True(Term),
    /// The word is what boxing a value of the type makes.
    Boxed(Ty, Term),
    /// No kind of the one word is a kind of the other.
    Apart(Term, Term),
    /// The host boxes values of the type.
    Boxes(Ty),
}

/// Two terms that are equal whenever the conditions hold; the left one is replaced by the right one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Equation {
    /// The uop that is replaced.
    pub op: Op,
    /// Its operands.
    pub left: &'static [Term],
    /// What replaces it.
    pub right: Term,
    /// All must hold.
    pub conditions: &'static [Condition],
}

/// The operands of a match, by number of their letters.
type Bound = [Val; LETTERS.len()];

impl Equation {
    /// The replacement for `op` on `args`, if they match and the conditions are known to hold.
    pub(crate) fn apply(&self, view: &View<'_>, args: &[Val]) -> Option<To> {
        let mut bound = [NO_VAL; LETTERS.len()];
        let matches = self.left.iter().zip(args).all(|(term, &arg)| term.matches(view, arg, &mut bound));
        if !matches || !self.conditions.iter().all(|condition| condition.is_known(view, &bound)) {
            return None;
        }
        match self.right {
            Term::Any(letter) | Term::Const(letter) => Some(To::Val(bound[letter])),
            right => match (right.constant(view, &bound), right) {
                (Some(scalar), _) => Some(To::Const(scalar)),
                (None, Term::Uop(op, operands)) => {
                    let mut filled = [None; 3];
                    for (to, term) in filled.iter_mut().zip(operands) {
                        *to = Some(term.operand(view, &bound)?);
                    }
                    Some(To::Op(op, filled, 0))
                }
                _ => None,
            },
        }
    }
}

impl Term {
    fn matches(&self, view: &View<'_>, val: Val, bound: &mut Bound) -> bool {
        match *self {
            Term::Const(_) if view.konst(val).is_none() => false,
            Term::Any(letter) | Term::Const(letter) => {
                let known = bound[letter];
                bound[letter] = val;
                known == NO_VAL || known == val
            }
            Term::Literal(scalar) => view.konst(val) == Some(scalar),
            Term::Uop(op, operands) => view.made_by(val, op).is_some_and(|args| {
                operands.iter().zip(args).all(|(term, arg)| term.matches(view, arg, bound))
            }),
        }
    }

    /// What a term of constants comes to, by the table's evaluations.
    fn constant(&self, view: &View<'_>, bound: &Bound) -> Option<Scalar> {
        match *self {
            Term::Any(letter) | Term::Const(letter) => view.konst(bound[letter]),
            Term::Literal(scalar) => Some(scalar),
            Term::Uop(op, operands) => {
                let mut scalars = [Scalar::Unit; 3];
                for (to, operand) in scalars.iter_mut().zip(operands) {
                    *to = operand.constant(view, bound)?;
                }
                match evaluate(op, 0, scalars.get(..operands.len())?, view.spec) {
                    Outcome::Value(scalar) => Some(scalar),
                    _ => None,
                }
            }
        }
    }

    fn operand(&self, view: &View<'_>, bound: &Bound) -> Option<Arg> {
        match *self {
            Term::Any(letter) | Term::Const(letter) => Some(Arg::Val(bound[letter])),
            term => term.constant(view, bound).map(Arg::Const),
        }
    }

    fn fact(&self, view: &View<'_>, bound: &Bound) -> Option<Fact> {
        match *self {
            Term::Any(letter) | Term::Const(letter) => Some(view.fact(bound[letter])),
            term => term.constant(view, bound).map(|scalar| crate::facts::fact_of(view.spec, scalar)),
        }
    }
}

impl Condition {
    fn is_known(&self, view: &View<'_>, bound: &Bound) -> bool {
        let kinds = |term: &Term| term.fact(view, bound).map_or(u64::MAX, |fact| fact.kinds);
        match self {
            Condition::True(term) => {
                let constant = term.constant(view, bound);
                constant == Some(Scalar::Bool(true)) || constant.is_none() && term.follows(view, bound)
            }
            Condition::Boxed(ty, term) => {
                let boxed = view.kinds.of_boxed(*ty);
                boxed != u64::MAX && kinds(term) & !boxed == 0
            }
            Condition::Apart(a, b) => kinds(a) & kinds(b) == 0,
            Condition::Boxes(ty) => view.spec.repr.boxes(*ty),
        }
    }
}

impl Term {
    /// Whether a comparison follows from the ranges of its operands.
    fn follows(&self, view: &View<'_>, bound: &Bound) -> bool {
        let Term::Uop(op, [a, b]) = self else { return false };
        let range = |term: &Term| term.fact(view, bound).map(|fact| (fact.lo, fact.hi));
        let (Some(a), Some(b)) = (range(a), range(b)) else { return false };
        ranges::decide(*op, a, b) == Some(true)
    }
}

impl std::fmt::Display for Term {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Term::Any(letter) | Term::Const(letter) => f.write_str(LETTERS[*letter]),
            Term::Literal(Scalar::Int(i)) => write!(f, "{i}"),
            Term::Literal(Scalar::Float(x)) => write!(f, "{x:?}"),
            Term::Literal(Scalar::Bool(b)) => write!(f, "{b}"),
            Term::Literal(other) => write!(f, "{other:?}"),
            Term::Uop(op, operands) => uop(f, *op, operands),
        }
    }
}

impl std::fmt::Display for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Condition::True(term) => term.fmt(f),
            Condition::Boxed(ty, term) => write!(f, "{term} is a boxed {}", ty.name()),
            Condition::Apart(a, b) => write!(f, "{a} and {b} are of different kinds"),
            Condition::Boxes(ty) => write!(f, "the host boxes {}", ty.name()),
        }
    }
}

impl std::fmt::Display for Equation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        uop(f, self.op, self.left)?;
        write!(f, " = {}", self.right)?;
        for (i, condition) in self.conditions.iter().enumerate() {
            write!(f, "{} {condition}", if i == 0 { " if" } else { " and" })?;
        }
        Ok(())
    }
}

fn uop(f: &mut std::fmt::Formatter<'_>, op: Op, operands: &[Term]) -> std::fmt::Result {
    let operands: Vec<String> = operands.iter().map(ToString::to_string).collect();
    write!(f, "{}({})", op.info().name, operands.join(", "))
}

/// A term, as it is written: `IntAdd(x, 1)`, `F(1.0)` for a float, `{TERM}` for one that has a name.
macro_rules! term {
    (x) => { Term::Any(0) };
    (y) => { Term::Any(1) };
    (z) => { Term::Any(2) };
    (b) => { Term::Any(3) };
    (c) => { Term::Const(4) };
    (d) => { Term::Const(5) };
    (e) => { Term::Const(6) };
    (true) => { Term::Literal(Scalar::Bool(true)) };
    (false) => { Term::Literal(Scalar::Bool(false)) };
    ($int:literal) => { Term::Literal(Scalar::Int($int)) };
    (- $int:literal) => { Term::Literal(Scalar::Int(-$int)) };
    (F($float:literal)) => { Term::Literal(Scalar::Float($float)) };
    ({$named:expr}) => { $named };
    ($op:ident($($operands:tt)*)) => { Term::Uop(Op::$op, terms!($($operands)*)) };
}

/// Terms between commas.
macro_rules! terms {
    (@ [$($done:expr),*]) => { &[$($done),*] };
    (@ [$($done:expr),*] - $int:literal $(, $($rest:tt)*)?) => { terms!(@ [$($done,)* term!(- $int)] $($($rest)*)?) };
    (@ [$($done:expr),*] $op:ident($($operands:tt)*) $(, $($rest:tt)*)?) => {
        terms!(@ [$($done,)* term!($op($($operands)*))] $($($rest)*)?)
    };
    (@ [$($done:expr),*] $term:tt $(, $($rest:tt)*)?) => { terms!(@ [$($done,)* term!($term)] $($($rest)*)?) };
    ($($terms:tt)*) => { terms!(@ [] $($terms)*) };
}

/// Conditions between commas: boolean terms, `boxed(Int, x)`, `apart(x, y)`, `boxes(Bool)`.
macro_rules! conditions {
    (@ [$($done:expr),*]) => { &[$($done),*] };
    (@ [$($done:expr),*] boxed($ty:ident, $($term:tt)*) $(, $($rest:tt)*)?) => {
        conditions!(@ [$($done,)* Condition::Boxed(Ty::$ty, term!($($term)*))] $($($rest)*)?)
    };
    (@ [$($done:expr),*] apart($one:tt, $other:tt) $(, $($rest:tt)*)?) => {
        conditions!(@ [$($done,)* Condition::Apart(term!($one), term!($other))] $($($rest)*)?)
    };
    (@ [$($done:expr),*] boxes($ty:ident) $(, $($rest:tt)*)?) => {
        conditions!(@ [$($done,)* Condition::Boxes(Ty::$ty)] $($($rest)*)?)
    };
    (@ [$($done:expr),*] $op:ident($($operands:tt)*) $(, $($rest:tt)*)?) => {
        conditions!(@ [$($done,)* Condition::True(term!($op($($operands)*)))] $($($rest)*)?)
    };
    ($($conditions:tt)*) => { conditions!(@ [] $($conditions)*) };
}

/// An equation: `IntAdd(x, 0) => x`, with `if` and conditions behind it.
macro_rules! equation {
    (@ $op:ident $left:tt [$right:expr] $(if $($conditions:tt)*)?) => {
        Equation { op: Op::$op, left: terms! $left, right: $right, conditions: conditions!($($($conditions)*)?) }
    };
    ($op:ident $left:tt => - $int:literal $($rest:tt)*) => { equation!(@ $op $left [term!(- $int)] $($rest)*) };
    ($op:ident $left:tt => $to:ident($($operands:tt)*) $($rest:tt)*) => {
        equation!(@ $op $left [term!($to($($operands)*))] $($rest)*)
    };
    ($op:ident $left:tt => $term:tt $($rest:tt)*) => { equation!(@ $op $left [term!($term)] $($rest)*) };
}

pub(crate) use {conditions, equation, term, terms};
