//! Dumps, and emission for other targets.

mod common;
use common::*;
use uplift_cranelift::{Compiler, Limits, Options, Origin, dump, emit_for};
use uplift_uop::*;

/// A loop with a bit of everything that needs target support.
fn tree() -> Tree {
    let mut b = Build::new();
    b.tree.name = "everything".into();
    let s0 = b.snap(0, &[]);
    let w = b.load(0);
    b.guard(Op::GuardKind, &[w], 0, s0);
    let i = b.op(Op::UnboxInt, &[w]);
    let half = b.float(0.5);
    let p = b.header(&[i, half]);
    let s1 = b.snap(1, &[(0, p[0]), (1, p[1])]);
    b.guard(Op::GuardAttention, &[], 0, s1);
    let i = b.guard(Op::IntMulChecked, &[p[0], p[0]], 0, s1);
    let i = b.op(Op::IntDivFloor, &[i, p[0]]);
    let i = b.call(&LOG2, &[i, w]);
    let f = b.op(Op::FloatFloor, &[p[1]]);
    let f = b.call(&HALF, &[f]);
    let n = b.op(Op::FloatToInt, &[f]);
    let i = b.guard(Op::IntAddChecked, &[i, n], 0, s1);
    let more = b.op(Op::FloatLt, &[f, half]);
    b.guard(Op::GuardTrue, &[more], 0, s1);
    b.jump(&[i, f]);
    b.tree
}

#[test]
fn code_is_shown_under_its_uops() {
    let tree = tree();
    let mut compiler = Compiler::new(&Options::default()).unwrap();
    let compiled = compiler.compile(&tree, &spec(), std::ptr::null(), &Limits::default()).unwrap();
    assert!(compiled.ranges().is_sorted_by_key(|range| range.start));
    let origins: Vec<Origin> = compiled.ranges().iter().map(|r| r.origin).collect();
    assert!(origins.contains(&Origin::Uop(TraceId(0), 5)));
    assert!(origins.contains(&Origin::Exit(SnapId(1))));
    let text = dump::disassemble(&compiled, &tree, &spec());
    assert!(text.contains("int_mul_checked v") && text.contains("; exit s1"), "{text}");
    #[cfg(all(feature = "disas", target_arch = "x86_64"))]
    assert!(text.contains("pushq %rbp") && text.contains("imul"), "{text}");
    let [before, after] = compiler.clif_text(&tree, &spec()).unwrap();
    assert!(before.contains("smul_overflow") && after.contains("brif"), "{before}{after}");
}

#[cfg(feature = "all-arch")]
#[test]
fn code_is_emitted_for_every_supported_target() {
    for triple in [
        "x86_64-unknown-linux-gnu",
        "x86_64-pc-windows-msvc",
        "x86_64-apple-darwin",
        "aarch64-unknown-linux-gnu",
        "aarch64-pc-windows-msvc",
        "aarch64-apple-darwin",
    ] {
        let code = emit_for(triple, &tree(), &spec()).unwrap_or_else(|e| panic!("{triple}: {e}"));
        assert!(code.len() > 200, "{triple}: {} bytes", code.len());
        if triple.starts_with("aarch64") {
            assert_eq!(code.len() % 4, 0);
        }
    }
}

#[test]
fn emission_for_unknown_targets_is_refused() {
    assert!(emit_for("pdp11", &tree(), &spec()).is_err());
}
