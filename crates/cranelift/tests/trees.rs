//! Whole trees: recorded, optimised, with side traces, virtual objects and calls.

mod common;
use common::*;
use uplift_uop::*;

/// Recorded loop: s1 += s0; s0 -= 1 while s0 > 0, all through slots.
fn recorded_sum() -> Build {
    let mut b = Build::new();
    let s: Vec<SnapId> = (0..6).map(|i| b.snap(i, &[])).collect();
    b.guard(Op::GuardAttention, &[], 0, s[0]);
    let w0 = b.load(0);
    b.guard(Op::GuardKind, &[w0], 0, s[1]);
    let i = b.imm(Op::UnboxInt, &[w0], 0);
    let zero = b.int(0);
    let positive = b.op(Op::IntGt, &[i, zero]);
    b.guard(Op::GuardTrue, &[positive], 0, s[2]);
    let w1 = b.load(1);
    b.guard(Op::GuardKind, &[w1], 0, s[3]);
    let sum = b.op(Op::UnboxInt, &[w1]);
    let sum = b.guard(Op::IntAddChecked, &[sum, i], 0, s[4]);
    let fits = b.imm(Op::IntFits, &[sum], 48);
    b.guard(Op::GuardTrue, &[fits], 0, s[5]);
    let boxed = b.op(Op::BoxInt, &[sum]);
    b.store(1, boxed);
    let minus = b.int(-1);
    let i = b.op(Op::IntAdd, &[i, minus]);
    let boxed = b.op(Op::BoxInt, &[i]);
    b.store(0, boxed);
    b.jump_entry();
    b
}

#[test]
fn a_recorded_loop_runs_through_its_slots() {
    at_each_level(|| {
        let b = recorded_sum();
        let mut frame = [0u64; 8];
        (frame[4], frame[5]) = (boxed(100), boxed(0));
        assert_eq!(run(&b.tree, &mut Ctx::default(), &mut frame), 2);
        assert_eq!((unboxed(frame[4]), unboxed(frame[5])), (0, 5050));
    });
}

#[test]
fn the_same_guard_leaves_on_a_wrong_kind() {
    at_each_level(|| {
        let b = recorded_sum();
        let mut frame = [0u64; 8];
        (frame[4], frame[5]) = (boxed(3), 2.5f64.to_bits() + (1 << 49));
        assert_eq!(run(&b.tree, &mut Ctx::default(), &mut frame), 3);
        (frame[4], frame[5]) = (boxed(3), boxed((1 << 47) - 2));
        assert_eq!(run(&b.tree, &mut Ctx::default(), &mut frame), 5);
        assert_eq!((unboxed(frame[4]), unboxed(frame[5])), (3, (1 << 47) - 2));
    });
}

#[test]
fn attention_leaves_at_the_poll() {
    at_each_level(|| {
        let b = recorded_sum();
        let mut frame = [0u64; 8];
        (frame[4], frame[5]) = (boxed(100), boxed(0));
        let mut ctx = Ctx { attention: 1 << 40, ..Ctx::default() };
        assert_eq!(run(&b.tree, &mut ctx, &mut frame), 0);
        assert_eq!(unboxed(frame[4]), 100);
    });
}

/// Optimised loop: values live in SSA, exits write them back.
fn optimised_sum() -> Build {
    let mut b = Build::new();
    let s0 = b.snap(0, &[]);
    let w0 = b.load(0);
    b.guard(Op::GuardKind, &[w0], 0, s0);
    let i = b.op(Op::UnboxInt, &[w0]);
    let (zero, half, yes) = (b.int(0), b.float(0.5), b.tree.constant(Scalar::Bool(true)));
    let p = b.header(&[i, zero, half, yes]);
    let slots = [(0, p[0]), (1, p[1]), (2, p[2]), (3, p[3])];
    let (s1, s2) = (b.snap(1, &slots), b.snap(2, &slots));
    b.guard(Op::GuardAttention, &[], 0, s1);
    let positive = b.op(Op::IntGt, &[p[0], zero]);
    b.guard(Op::GuardTrue, &[positive], 0, s2);
    let sum = b.op(Op::IntAdd, &[p[1], p[0]]);
    let one = b.int(1);
    let next = b.op(Op::IntSub, &[p[0], one]);
    let float = b.op(Op::FloatAdd, &[p[2], half]);
    let flipped = b.op(Op::BoolNot, &[p[3]]);
    b.jump(&[next, sum, float, flipped]);
    b
}

#[test]
fn exits_box_values_of_every_type() {
    at_each_level(|| {
        let b = optimised_sum();
        let mut frame = [0u64; 8];
        frame[4] = boxed(101);
        assert_eq!(run(&b.tree, &mut Ctx::default(), &mut frame), 2);
        let float = (0.5 + 101.0 * 0.5f64).to_bits() + (1 << 49);
        assert_eq!(frame[4..], [boxed(0), boxed(5151), float, 4]);
    });
}

#[test]
fn a_side_trace_uses_values_of_its_parent_and_jumps_to_the_header() {
    at_each_level(|| {
        // Counts multiples of 3 on a side trace.
        let mut b = Build::new();
        let s0 = b.snap(0, &[]);
        let w0 = b.load(0);
        b.guard(Op::GuardKind, &[w0], 0, s0);
        let i = b.op(Op::UnboxInt, &[w0]);
        let (zero, one, three) = (b.int(0), b.int(1), b.int(3));
        let p = b.header(&[i, zero]);
        let slots = [(0, p[0]), (1, p[1])];
        let (s1, s2) = (b.snap(1, &slots), b.snap(2, &slots));
        let positive = b.op(Op::IntGt, &[p[0], zero]);
        b.guard(Op::GuardTrue, &[positive], 0, s1);
        let next = b.op(Op::IntSub, &[p[0], one]);
        let rest = b.op(Op::IntModFloor, &[p[0], three]);
        let other = b.op(Op::IntNe, &[rest, zero]);
        b.guard(Op::GuardTrue, &[other], 0, s2);
        b.jump(&[next, p[1]]);
        b.side(2);
        let count = b.op(Op::IntAdd, &[p[1], one]);
        let s3 = b.snap(3, &[(0, next), (1, count), (2, p[0])]);
        let limit = b.int(30);
        let few = b.op(Op::IntLt, &[count, limit]);
        b.guard(Op::GuardTrue, &[few], 0, s3);
        b.jump(&[next, count]);

        let mut frame = [0u64; 8];
        frame[4] = boxed(10);
        assert_eq!(run(&b.tree, &mut Ctx::default(), &mut frame), 1);
        assert_eq!(frame[4..6], [boxed(0), boxed(3)]);
        frame[4] = boxed(100);
        assert_eq!(run(&b.tree, &mut Ctx::default(), &mut frame), u64::from(s3.0));
        assert_eq!(frame[4..7], [boxed(11), boxed(30), boxed(12)]);
    });
}

#[test]
fn recorded_side_traces_continue_from_memory() {
    at_each_level(|| {
        let mut b = recorded_sum();
        // On overflow of 48 bits: reset the sum, and go on.
        b.side(5);
        let zero = b.word(boxed(0));
        b.store(1, zero);
        b.jump_entry();
        let mut frame = [0u64; 8];
        (frame[4], frame[5]) = (boxed(4), boxed((1 << 47) - 5));
        assert_eq!(run(&b.tree, &mut Ctx::default(), &mut frame), 2);
        // 4 is added, 3 overflows, then 3 + 2 + 1.
        assert_eq!((unboxed(frame[4]), unboxed(frame[5])), (0, 6));
    });
}

#[test]
fn a_side_trace_may_end_in_an_exit_and_its_exit_in_a_side_trace() {
    at_each_level(|| {
        let mut b = Build::new();
        let s0 = b.snap(0, &[]);
        let w0 = b.load(0);
        b.guard(Op::GuardKind, &[w0], 0, s0);
        let s1 = b.snap(1, &[(1, w0)]);
        b.exit(s1);
        b.side(0);
        let seven = b.word(boxed(7));
        let s2 = b.snap(2, &[(1, seven)]);
        b.exit(s2);
        b.side(2);
        let eight = b.word(boxed(8));
        let s3 = b.snap(3, &[(2, eight)]);
        b.exit(s3);
        let mut frame = [0u64; 8];
        assert_eq!(run(&b.tree, &mut Ctx::default(), &mut frame), 3);
        assert_eq!(frame[4..7], [0, 0, boxed(8)]);
        frame[4] = boxed(5);
        assert_eq!(run(&b.tree, &mut Ctx::default(), &mut frame), 1);
        assert_eq!(frame[5], boxed(5));
    });
}

#[test]
fn host_functions_get_the_context_and_typed_arguments() {
    at_each_level(|| {
        let mut b = Build::new();
        let (one, two) = (b.int(-1), b.word(42));
        let sum = b.call(&LOG2, &[one, two]);
        let args: Vec<Val> = (1..=5).map(|i| b.int(i)).chain([sum]).collect();
        let mixed = b.call(&SIX, &args);
        let float = b.float(5.0);
        let half = b.call(&HALF, &[float]);
        let even = b.call(&IS_EVEN, &[sum]);
        let word = b.call(&RAISE_IF, &[even]);
        let s0 = b.snap(0, &[]);
        b.guard(Op::GuardNotRaised, &[word], 0, s0);
        let wide = b.op(Op::IntToWord, &[mixed]);
        let s1 = b.snap(1, &[(0, wide), (1, half), (2, even), (3, word)]);
        b.exit(s1);
        let mut ctx = Ctx::default();
        let mut frame = [0u64; 8];
        assert_eq!(run(&b.tree, &mut ctx, &mut frame), 1);
        assert_eq!(ctx.calls, [vec![-1i64 as u64, 42]]);
        let mixed = [1, 2, 3, 4, 5, 41].iter().fold(0u64, |h, x| h * 31 + x);
        assert_eq!(frame[4..], [mixed, 2.5f64.to_bits() + (1 << 49), 4, 7]);
    });
}

#[test]
fn a_raising_call_leaves_after_itself() {
    at_each_level(|| {
        let mut b = Build::new();
        let yes = b.tree.constant(Scalar::Bool(true));
        let word = b.call(&RAISE_IF, &[yes]);
        let s0 = b.snap(0, &[]);
        b.guard(Op::GuardNotRaised, &[word], 0, s0);
        let s1 = b.snap(1, &[]);
        b.exit(s1);
        assert_eq!(run(&b.tree, &mut Ctx::default(), &mut [0; 8]), 0);
    });
}

#[test]
fn virtual_objects_are_built_at_the_exit_and_may_mention_each_other() {
    at_each_level(|| {
        let mut b = Build::new();
        let w = b.load(0);
        let s0 = b.snap(0, &[]);
        let (x, y) = (b.tree.new_value(Ty::Ref), b.tree.new_value(Ty::Ref));
        let (five, six) = (b.int(5), b.int(6));
        let snapshot = &mut b.tree.snaps[s0.0 as usize];
        snapshot.slots = vec![(0, y), (1, x)];
        let store = |op, field: &Field, v| (op, u64::from(field.id), smallvec::smallvec![v]);
        snapshot.virtuals = vec![
            VirtualObject {
                name: x,
                alloc: (ALLOC.id, vec![five]),
                stores: vec![store(Op::StoreWord, &F_WORD, w), store(Op::StoreRef, &F_REF, y)],
            },
            VirtualObject {
                name: y,
                alloc: (ALLOC.id, vec![six]),
                stores: vec![store(Op::StoreInt, &F_INT, five), store(Op::StoreRef, &F_REF, x)],
            },
        ];
        b.guard(Op::GuardKind, &[w], 0, s0);
        let s1 = b.snap(1, &[]);
        b.exit(s1);
        let mut ctx = Ctx::default();
        let mut frame = [0u64; 8];
        frame[4] = 99;
        assert_eq!(run(&b.tree, &mut ctx, &mut frame), 0);
        let [x, y] = &ctx.objects[..] else { panic!("two objects") };
        assert_eq!(frame[4..6], [y.as_ptr() as u64, x.as_ptr() as u64]);
        assert_eq!(x[..], [0, 99, 0, y.as_ptr() as u64, 0, 0, 0, 5]);
        assert_eq!(y[..], [5, 0, 0, x.as_ptr() as u64, 0, 0, 0, 6]);
    });
}

#[test]
fn virtual_objects_box_what_goes_into_word_fields() {
    at_each_level(|| {
        let mut b = Build::new();
        let w = b.load(0);
        let i = b.op(Op::UnboxInt, &[w]);
        let s0 = b.snap(0, &[]);
        let x = b.tree.new_value(Ty::Ref);
        let five = b.int(5);
        let snapshot = &mut b.tree.snaps[s0.0 as usize];
        snapshot.slots = vec![(0, i), (1, x), (2, five)];
        let word = u64::from(F_WORD.id);
        let elem = u64::from(E_WORD.id);
        let two = b.tree.constant(Scalar::Int(2));
        b.tree.snaps[s0.0 as usize].virtuals = vec![VirtualObject {
            name: x,
            alloc: (ALLOC.id, vec![i]),
            stores: vec![
                (Op::StoreWord, word, smallvec::smallvec![five]),
                (Op::StoreElemWord, elem, smallvec::smallvec![two, i]),
            ],
        }];
        b.guard(Op::GuardKind, &[w], 1, s0);
        b.exit(s0);
        let mut ctx = Ctx::default();
        let mut frame = [0u64; 8];
        frame[4] = boxed(-9);
        assert_eq!(run(&b.tree, &mut ctx, &mut frame), 0);
        assert_eq!(ctx.objects[0][..3], [0, boxed(5), boxed(-9)]);
        assert_eq!(ctx.objects[0][7], -9i64 as u64);
        assert_eq!(frame[4..7], [boxed(-9), ctx.objects[0].as_ptr() as u64, boxed(5)]);
    });
}

#[test]
fn a_reentering_call_can_ring_for_attention() {
    at_each_level(|| {
        let mut b = Build::new();
        b.call(&RING, &[]);
        let s0 = b.snap(0, &[]);
        b.guard(Op::GuardAttention, &[], 0, s0);
        let s1 = b.snap(1, &[]);
        b.exit(s1);
        assert_eq!(run(&b.tree, &mut Ctx::default(), &mut [0; 8]), 0);
    });
}
