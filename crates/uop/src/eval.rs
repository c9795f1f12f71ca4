//! The table's evaluations as functions over [`Scalar`]s: what constant folding and the uop interpreter run.

use crate::for_each_uop;
use crate::spec::HostSpec;
use crate::table::Op;
use crate::trace::Scalar;

/// What evaluating a uop came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A value (`Scalar::Unit` for a guard that passed).
    Value(Scalar),
    /// A guard failed.
    Exit,
    /// Not a pure uop or a guard of the table, or operands that do not fit it.
    NotEvaluable,
}

/// Rust types of operand types and immediates, so that one macro can convert rows.
macro_rules! arg {
    (Int, $s:expr) => {
        match $s {
            Scalar::Int(v) => v,
            _ => return Outcome::NotEvaluable,
        }
    };
    (Float, $s:expr) => {
        match $s {
            Scalar::Float(v) => v,
            _ => return Outcome::NotEvaluable,
        }
    };
    (Bool, $s:expr) => {
        match $s {
            Scalar::Bool(v) => v,
            _ => return Outcome::NotEvaluable,
        }
    };
    (Ref, $s:expr) => {
        match $s {
            Scalar::Ref(v) => v,
            _ => return Outcome::NotEvaluable,
        }
    };
    (Word, $s:expr) => {
        match $s {
            Scalar::Word(v) => v,
            _ => return Outcome::NotEvaluable,
        }
    };
}
macro_rules! imm {
    (Kind, $spec:expr, $imm:expr) => {
        match $spec.kinds.get($imm as usize) {
            Some(kind) => *kind,
            None => return Outcome::NotEvaluable,
        }
    };
    (Bits, $spec:expr, $imm:expr) => {
        $imm as u32
    };
}
macro_rules! result {
    (Unit, $e:expr) => {{
        let () = $e;
        Scalar::Unit
    }};
    ($t:ident, $e:expr) => {
        Scalar::$t($e)
    };
}

macro_rules! define_eval {
    (
        pure { $( #[doc = $pd:literal] $pn:ident $pv:ident ( $($pa:ident : $pt:ident),* $(; $pi:ident : $pk:ident)? ) -> $pr:ident [$($pc:ident)?] |$prp:ident| $pe:expr ; )* }
        guard { $( #[doc = $gd:literal] $gn:ident $gv:ident ( $($ga:ident : $gt:ident),* $(; $gi:ident : $gk:ident)? ) -> $gr:ident |$grp:ident| $ge:expr ; )* }
        memory $memory:tt
        control $control:tt
    ) => {
        /// Evaluates a pure uop or a guard on `args`.
        pub fn evaluate(op: Op, imm: u64, args: &[Scalar], spec: &HostSpec) -> Outcome {
            let mut operands = args.iter().copied();
            #[allow(unused_mut, reason = "a macro row without operands takes none")]
            let mut next = || operands.next().unwrap_or(Scalar::Unit);
            match op {
                $( Op::$pv => {
                    $( let $pa = arg!($pt, next()); )*
                    $( let $pi = imm!($pk, spec, imm); )?
                    let $prp = &spec.repr;
                    Outcome::Value(result!($pr, $pe))
                } )*
                $( Op::$gv => {
                    $( let $ga = arg!($gt, next()); )*
                    $( let $gi = imm!($gk, spec, imm); )?
                    let $grp = &spec.repr;
                    match $ge { Some(value) => Outcome::Value(result!($gr, value)), None => Outcome::Exit }
                } )*
                _ => Outcome::NotEvaluable,
            }
        }
    };
}
for_each_uop!(define_eval);
