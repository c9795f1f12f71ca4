//! Loops over floats in memory, two iterations at a time: same results and exits as one at a time.

mod common;
use common::*;
use uplift_cranelift::{Compiler, Options};
use uplift_uop::*;

/// What the loop body does with the element that it loaded.
type Body = fn(&mut Build, Val) -> Val;

/// `for i in slot 0..n: output[i + ahead] = body(input[i])`. Snapshot 1 leaves at the poll, 2 at the end, 3 at the guard
/// that `i` is not `hole`; all say in slot 0 what `i` is.
fn mapped(
    input: *const f64,
    output: *mut f64,
    to: &Elem,
    n: i64,
    hole: i64,
    ahead: i64,
    body: Body,
) -> Build {
    let mut b = Build::new();
    let s0 = b.snap(0, &[]);
    let w = b.load(0);
    b.guard(Op::GuardKind, &[w], 0, s0);
    let i = b.op(Op::UnboxInt, &[w]);
    let p = b.header(&[i]);
    let [s1, s2, s3] = [1, 2, 3].map(|number| b.snap(number, &[(0, p[0])]));
    let (input, output) = (b.address(input), b.address(output.cast_const()));
    let (n, hole, ahead, one) = (b.int(n), b.int(hole), b.int(ahead), b.int(1));
    b.guard(Op::GuardAttention, &[], 0, s1);
    let more = b.op(Op::IntLt, &[p[0], n]);
    b.guard(Op::GuardTrue, &[more], 0, s2);
    let at_hole = b.op(Op::IntEq, &[p[0], hole]);
    b.guard(Op::GuardFalse, &[at_hole], 0, s3);
    let x = b.imm(Op::LoadElemFloat, &[input, p[0]], u64::from(E_FLOAT.id));
    let y = body(&mut b, x);
    let at = b.op(Op::IntAdd, &[ahead, p[0]]);
    b.imm(Op::StoreElemFloat, &[output, at, y], u64::from(to.id));
    let next = b.op(Op::IntAdd, &[p[0], one]);
    b.jump(&[next]);
    b
}

fn polynomial(b: &mut Build, x: Val) -> Val {
    let (half, three) = (b.float(0.5), b.float(-3.0));
    let square = b.op(Op::FloatMul, &[x, x]);
    let root = b.op(Op::FloatAbs, &[x]);
    let root = b.op(Op::FloatSqrt, &[root]);
    let y = b.op(Op::FloatAdd, &[square, half]);
    let y = b.op(Op::FloatDiv, &[three, y]);
    let y = b.op(Op::FloatSub, &[root, y]);
    b.op(Op::FloatNeg, &[y])
}

fn evaluated(x: f64) -> f64 {
    -(x.abs().sqrt() - -3.0 / (x * x + 0.5))
}

fn in_pairs(b: &Build) -> bool {
    let mut compiler = Compiler::new(&Options::default()).unwrap();
    let [before, _] = compiler.clif_text(&b.tree, &spec()).unwrap();
    before.contains("f64x2")
}

const INPUT: [f64; 12] = [0.0, -0.0, 1.5, -2.25, 1e300, 7.0, f64::INFINITY, 0.1, -1e-310, 3.0, 4.0, 5.0];

#[test]
fn every_length_gives_what_single_iterations_give() {
    at_each_level(|| {
        for n in 0..INPUT.len() {
            for start in 0..=n {
                let mut output = [9.0; INPUT.len()];
                let b = mapped(INPUT.as_ptr(), output.as_mut_ptr(), &E_OUT, n as i64, -1, 0, polynomial);
                assert!(in_pairs(&b));
                let mut frame = [0u64; 8];
                frame[4] = boxed(start as i64);
                assert_eq!(run(&b.tree, &mut Ctx::default(), &mut frame), 2);
                assert_eq!(unboxed(frame[4]), n as i64);
                for (i, (&x, &y)) in INPUT.iter().zip(&output).enumerate() {
                    let expected = if (start..n).contains(&i) { evaluated(x) } else { 9.0 };
                    assert_eq!(y.to_bits(), expected.to_bits(), "{start}..{n} at {i}");
                }
            }
        }
    });
}

#[test]
fn a_guard_of_either_iteration_leaves_exactly_there() {
    at_each_level(|| {
        for hole in 0..8 {
            let mut output = [9.0; INPUT.len()];
            let b = mapped(INPUT.as_ptr(), output.as_mut_ptr(), &E_OUT, 10, hole, 0, polynomial);
            let mut frame = [0u64; 8];
            frame[4] = boxed(0);
            assert_eq!(run(&b.tree, &mut Ctx::default(), &mut frame), 3);
            assert_eq!(unboxed(frame[4]), hole);
            assert_eq!(output.iter().position(|&y| y == 9.0), Some(hole as usize));
        }
    });
}

#[test]
fn side_traces_come_back_to_the_pairs() {
    at_each_level(|| {
        let mut output = [9.0; INPUT.len()];
        let mut b = mapped(INPUT.as_ptr(), output.as_mut_ptr(), &E_OUT, 12, 5, 0, polynomial);
        // The side trace steps over the hole.
        b.side(3);
        let header = b.tree.traces[0].insts.iter().find(|inst| inst.op == Op::LoopHeader).unwrap();
        let (i, one) = (header.results[0], b.int(1));
        let next = b.op(Op::IntAdd, &[i, one]);
        b.jump(&[next]);
        let mut frame = [0u64; 8];
        frame[4] = boxed(0);
        assert_eq!(run(&b.tree, &mut Ctx::default(), &mut frame), 2);
        for (i, (&x, &y)) in INPUT.iter().zip(&output).enumerate() {
            assert_eq!(y.to_bits(), if i == 5 { 9f64 } else { evaluated(x) }.to_bits(), "at {i}");
        }
    });
}

#[test]
fn attention_is_polled_in_pairs_and_leaves_between_iterations() {
    at_each_level(|| {
        let mut output = [9.0; INPUT.len()];
        let b = mapped(INPUT.as_ptr(), output.as_mut_ptr(), &E_OUT, 12, -1, 0, polynomial);
        let mut frame = [0u64; 8];
        frame[4] = boxed(3);
        let mut ctx = Ctx { attention: 1, ..Ctx::default() };
        assert_eq!(run(&b.tree, &mut ctx, &mut frame), 1);
        assert_eq!((unboxed(frame[4]), output), (3, [9.0; INPUT.len()]));
    });
}

#[test]
fn accesses_that_may_overlap_stay_in_order() {
    at_each_level(|| {
        let mut floats = [1.5, 0.0, 0.0, 0.0, 0.0, 0.0];
        let twice: Body = |b, x| b.op(Op::FloatAdd, &[x, x]);
        let address = floats.as_mut_ptr();
        // floats[i + 1] = floats[i] * 2
        let b = mapped(address, address, &E_FLOAT, 5, -1, 1, twice);
        assert!(!in_pairs(&b));
        let mut frame = [0u64; 8];
        frame[4] = boxed(0);
        assert_eq!(run(&b.tree, &mut Ctx::default(), &mut frame), 2);
        assert_eq!(floats, [1.5, 3.0, 6.0, 12.0, 24.0, 48.0]);
    });
}

#[test]
fn guards_on_what_was_loaded_keep_iterations_single() {
    let mut output = [9.0; INPUT.len()];
    let guarded: Body = |b, x| {
        let s4 = b.snap(4, &[]);
        let positive = b.op(Op::FloatGt, &[x, x]);
        b.guard(Op::GuardFalse, &[positive], 0, s4);
        x
    };
    let b = mapped(INPUT.as_ptr(), output.as_mut_ptr(), &E_OUT, 12, -1, 0, guarded);
    assert!(!in_pairs(&b));
    let plain = mapped(INPUT.as_ptr(), output.as_mut_ptr(), &E_OUT, 12, -1, 0, |_, x| x);
    assert!(in_pairs(&plain));
}

#[cfg(feature = "all-arch")]
#[test]
fn pairs_lower_for_every_target() {
    let b = mapped(INPUT.as_ptr(), std::ptr::null_mut(), &E_OUT, 12, -1, 0, polynomial);
    assert!(in_pairs(&b));
    for target in [
        "x86_64-unknown-linux-gnu",
        "aarch64-unknown-linux-gnu",
        "x86_64-pc-windows-msvc",
        "aarch64-pc-windows-msvc",
    ] {
        uplift_cranelift::emit_for(target, &b.tree, &spec())
            .unwrap_or_else(|error| panic!("{target}: {error}"));
    }
}
