//! A host's boxing and kind tests in SMT-LIB, and uops as applications of their functions.

use super::{UOPS, apply, constant, word};
use std::fmt::Write;
use uplift_uop::{HostSpec, ImmKind, KindTest, Op, Scalar, Section, Ty};

/// The functions of all pure uops and guards, for a host.
pub fn prelude(spec: &HostSpec) -> String {
    let repr = &spec.repr;
    let mut out = UOPS.to_owned();
    let mut define = |name: &str, from: &str, to: &str, body: String| {
        writeln!(out, "(define-fun {name} ((a {from})) {to} {body})").expect("strings take everything");
    };
    if let Some(int) = repr.int {
        let (spare, shift, payload) =
            (64 - int.bits, u64::from(int.shift), u64::MAX >> (64 - int.bits) << int.shift);
        let shifted = format!("(bvshl a {})", word(shift));
        define("box_int", "W", "W", format!("(bvor (bvand {shifted} {}) {})", word(payload), word(int.tag)));
        let upper = word(u64::from(spare) - shift);
        define("unbox_int", "W", "W", format!("(bvashr (bvshl a {upper}) {})", word(u64::from(spare))));
        define("box_int.defined", "W", "Bool", format!("(int_fits a {})", word(u64::from(int.bits))));
    }
    if let Some(offset) = repr.float_offset {
        define("box_float", "W", "W", format!("(bvadd a {})", word(offset)));
        define("unbox_float", "W", "W", format!("(bvsub a {})", word(offset)));
    }
    if let Some(tag) = repr.ref_tag {
        define("box_ref", "W", "W", format!("(bvadd a {})", word(tag)));
        define("unbox_ref", "W", "W", format!("(bvsub a {})", word(tag)));
    }
    if let Some((no, yes)) = repr.bools {
        define("box_bool", "Bool", "W", format!("(ite a {} {})", word(yes), word(no)));
        define("unbox_bool", "W", "Bool", format!("(= a {})", word(yes)));
    }
    let says =
        |test: &&KindTest| format!("(ite {} {} {})", accepts(test, "a"), word(test.set), word(!test.set));
    let sets: Vec<String> = spec.kinds.iter().map(says).collect();
    define(
        "kinds",
        "W",
        "W",
        sets.iter().fold(word(u64::MAX), |kinds, set| format!("(bvand {kinds} {set})")),
    );
    out
}

/// Whether a word passes a kind test.
pub fn accepts(test: &KindTest, a: &str) -> String {
    format!("(accepts {a} {} {} {})", word(test.mask), word(test.lo), word(test.len))
}

/// What a pure uop or a guard computes.
pub fn value(op: Op, imm: u64, operands: &[String], spec: &HostSpec) -> String {
    let info = op.info();
    match info.imm {
        ImmKind::Kind => {
            spec.kinds.get(imm as usize).map_or("false".into(), |test| accepts(test, &operands[0]))
        }
        ImmKind::Bits => apply(info.name, &[operands[0].clone(), word(imm)]),
        _ => apply(info.name, operands),
    }
}

/// Whether a guard passes.
pub fn passes(op: Op, imm: u64, operands: &[String], spec: &HostSpec) -> String {
    match op {
        Op::GuardKind => value(op, imm, operands, spec),
        _ if op.info().section == Section::Guard => apply(&format!("{}.passes", op.info().name), operands),
        _ => "true".to_owned(),
    }
}

/// What a trace promises that uses the uop.
pub fn defined(op: Op, operands: &[String]) -> String {
    if op == Op::BoxInt { apply("box_int.defined", operands) } else { "true".to_owned() }
}

/// That evaluating `op` gives the table's result (`None`: the guard fails). All NaNs are equal.
pub fn agrees(op: Op, imm: u64, args: &[Scalar], result: Option<Scalar>, spec: &HostSpec) -> String {
    let operands: Vec<String> = args.iter().map(|&arg| constant(arg)).collect();
    let passes = passes(op, imm, &operands, spec);
    match result {
        None => format!("(not {passes})"),
        Some(Scalar::Unit) => passes,
        Some(scalar) => {
            let value = value(op, imm, &operands, spec);
            format!("(and {passes} {})", super::same(op.info().ret, &value, &constant(scalar)))
        }
    }
}

/// Whether the host can have this uop at all.
pub fn has(spec: &HostSpec, op: Op) -> bool {
    let boxed = match op {
        Op::BoxInt | Op::UnboxInt => Ty::Int,
        Op::BoxFloat | Op::UnboxFloat => Ty::Float,
        Op::BoxRef | Op::UnboxRef => Ty::Ref,
        Op::BoxBool | Op::UnboxBool => Ty::Bool,
        _ => return true,
    };
    spec.repr.boxes(boxed)
}
