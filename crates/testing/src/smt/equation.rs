//! Equations of rules in SMT-LIB, from the data that the optimizer matches.

use super::{all, constant, host, same, sort};
use std::fmt::Write;
use uplift_opt::term::{Condition, Equation, LETTERS, Term};
use uplift_uop::{HostSpec, Op, Ty};

/// An equation to be proved for a host.
pub struct Goal {
    /// Letters with their types, as declarations.
    pub declarations: String,
    /// What may be assumed: the conditions, and what a trace with the left side promises.
    pub assumptions: Vec<String>,
    /// What must follow: both sides are the same, and nothing leaves or breaks a promise.
    pub claim: String,
}

impl Goal {
    /// The goal of an equation; `None` if the host cannot have its uops, or its conditions never hold.
    pub fn new(equation: &Equation, spec: &HostSpec) -> Option<Goal> {
        let left = Term::Uop(equation.op, equation.left);
        let ty = equation.op.info().ret;
        let mut side =
            Translation { spec, types: [None; LETTERS.len()], promises: Vec::new(), leaves: Vec::new() };
        let left = side.term(&left, ty)?;
        let mut assumptions = std::mem::take(&mut side.promises);
        let mut needed = std::mem::take(&mut side.leaves);
        for condition in equation.conditions {
            assumptions.push(side.condition(condition)?);
        }
        side.promises.clear();
        let right = side.term(&equation.right, ty)?;
        needed.extend(side.promises);
        needed.push(same(ty, &left, &right));
        let mut declarations = String::new();
        for (letter, ty) in LETTERS.iter().zip(side.types) {
            if let Some(ty) = ty {
                writeln!(declarations, "(declare-const {letter} {})", sort(ty))
                    .expect("strings take everything");
            }
        }
        Some(Goal { declarations, assumptions, claim: all(&needed) })
    }

    /// Two queries: whether the assumptions can hold, and whether the claim can fail then.
    pub fn queries(&self, case: &str) -> [String; 2] {
        let assumptions =
            format!("{}(assert {})\n(assert {case})\n", self.declarations, all(&self.assumptions));
        let refutation = format!("{assumptions}(assert (not {}))\n", self.claim);
        [assumptions, refutation]
    }
}

struct Translation<'s> {
    spec: &'s HostSpec,
    types: [Option<Ty>; LETTERS.len()],
    promises: Vec<String>,
    leaves: Vec<String>,
}

impl Translation<'_> {
    fn term(&mut self, term: &Term, ty: Ty) -> Option<String> {
        match *term {
            Term::Any(letter) | Term::Const(letter) => {
                self.types[letter].get_or_insert(ty);
                Some(LETTERS[letter].to_owned())
            }
            Term::Literal(scalar) => Some(constant(scalar)),
            Term::Uop(op, operands) => self.uop(op, operands),
        }
    }

    fn uop(&mut self, op: Op, operands: &[Term]) -> Option<String> {
        if !host::has(self.spec, op) {
            return None;
        }
        let operands: Option<Vec<String>> =
            operands.iter().zip(op.info().params).map(|(term, &ty)| self.term(term, ty)).collect();
        let operands = operands?;
        self.promises.push(host::defined(op, &operands));
        self.leaves.push(host::passes(op, 0, &operands, self.spec));
        Some(host::value(op, 0, &operands, self.spec))
    }

    fn condition(&mut self, condition: &Condition) -> Option<String> {
        match condition {
            Condition::True(term) => self.term(term, Ty::Bool),
            Condition::Boxed(ty, term) => {
                let word = self.term(term, Ty::Word)?;
                Some(format!("(= (box_{0} (unbox_{0} {word})) {word})", ty.name()))
            }
            Condition::Apart(a, b) if !self.spec.kinds.is_empty() => {
                let (a, b) = (self.term(a, Ty::Word)?, self.term(b, Ty::Word)?);
                Some(format!("(= (bvand (kinds {a}) (kinds {b})) {})", super::word(0)))
            }
            Condition::Apart(..) => None,
            Condition::Boxes(ty) => self.spec.repr.boxes(*ty).then(|| "true".to_owned()),
        }
    }
}
