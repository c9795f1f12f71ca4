//! What differs between targets: how host functions are called, and frames that are larger than pages of the stack.

mod common;
use common::{Build, Ctx, at_each_level, boxed};
use std::ffi::c_void;
use uplift_uop::*;

/// Gives one number for the operands in their order.
fn mix(operands: &[u64]) -> u64 {
    operands.iter().fold(17, |h: u64, x| h.wrapping_mul(31).wrapping_add(*x).rotate_left(7))
}

/// A host function of so many operands, which checks its context and mixes the bits of all.
macro_rules! mixer {
    ($name:ident, $($operand:ident),*) => {
        unsafe extern "C" fn $name(ctx: *mut c_void, $($operand: u64),*) -> u64 {
            // SAFETY: trees here run with a `Ctx`.
            unsafe { (*ctx.cast::<Ctx>()).attention += 1 };
            mix(&[$($operand),*])
        }
    };
}
mixer!(mix0,);
mixer!(mix1, a);
mixer!(mix2, a, b);
mixer!(mix3, a, b, c);
mixer!(mix4, a, b, c, d);
mixer!(mix5, a, b, c, d, e);
mixer!(mix6, a, b, c, d, e, f);
mixer!(mix7, a, b, c, d, e, f, g);

/// As many as host functions may have, integers and floats in turns, so that each place is taken by either.
static INT_FIRST: [Ty; HostFn::MAX_PARAMS] =
    [Ty::Int, Ty::Float, Ty::Int, Ty::Float, Ty::Int, Ty::Float, Ty::Int];
static FLOAT_FIRST: [Ty; HostFn::MAX_PARAMS] =
    [Ty::Float, Ty::Int, Ty::Float, Ty::Int, Ty::Float, Ty::Int, Ty::Float];

/// A host function that takes the first `$count` of `$types`.
macro_rules! mixing {
    ($id:expr, $f:expr, $types:ident[..$count:expr]) => {
        &HostFn {
            id: $id,
            name: concat!(stringify!($f), "_", stringify!($types)),
            addr: FnAddr($f as *const ()),
            params: $types.split_at($count).0,
            ret: Ty::Int,
            effects: Effects::ANY,
        }
    };
}
static MIXERS: &[&HostFn] = &[
    mixing!(0, mix0, INT_FIRST[..0]),
    mixing!(1, mix1, INT_FIRST[..1]),
    mixing!(2, mix2, INT_FIRST[..2]),
    mixing!(3, mix3, INT_FIRST[..3]),
    mixing!(4, mix4, INT_FIRST[..4]),
    mixing!(5, mix5, INT_FIRST[..5]),
    mixing!(6, mix6, INT_FIRST[..6]),
    mixing!(7, mix7, INT_FIRST[..7]),
    mixing!(8, mix1, FLOAT_FIRST[..1]),
    mixing!(9, mix2, FLOAT_FIRST[..2]),
    mixing!(10, mix3, FLOAT_FIRST[..3]),
    mixing!(11, mix4, FLOAT_FIRST[..4]),
    mixing!(12, mix5, FLOAT_FIRST[..5]),
    mixing!(13, mix6, FLOAT_FIRST[..6]),
    mixing!(14, mix7, FLOAT_FIRST[..7]),
];

#[test]
fn host_functions_get_up_to_seven_operands_of_mixed_types() {
    const FLOATS: [f64; 7] = [0.5, -2.0, 1e300, 5e-324, -0.0, f64::INFINITY, 3.25];
    at_each_level(|| {
        let mut b = Build::new();
        // Operands come from slots: constants would be put into their places one by one.
        let words: Vec<Val> = (0..14).map(|slot| b.load(slot)).collect();
        let ints: Vec<Val> = words[..7].iter().map(|&w| b.op(Op::UnboxInt, &[w])).collect();
        let floats: Vec<Val> = words[7..].iter().map(|&w| b.op(Op::UnboxFloat, &[w])).collect();
        let mut results = Vec::new();
        for function in MIXERS {
            let place = |(i, ty): (usize, &Ty)| if *ty == Ty::Int { ints[i] } else { floats[i] };
            let operands: Vec<Val> = function.params.iter().enumerate().map(place).collect();
            let result = b.call(function, &operands);
            results.push(b.op(Op::IntToWord, &[result]));
        }
        // Operands are still what they were after the calls.
        results.extend(ints.iter().map(|&int| b.op(Op::BoxInt, &[int])));
        results.extend(floats.iter().map(|&float| b.op(Op::BoxFloat, &[float])));
        let slots: Vec<(i32, Val)> = (14..).zip(results).collect();
        let exit = b.snap(0, &slots);
        b.exit(exit);

        let mut ctx = Ctx::default();
        let mut frame = vec![0; 4 + 14 + MIXERS.len() + 14];
        for i in 0..7 {
            frame[4 + i] = boxed(i as i64 - 3);
            frame[11 + i] = ReprSpec::NAN_BOX.box_float(FLOATS[i]);
        }
        assert_eq!(run(&b.tree, MIXERS, &mut ctx, &mut frame), 0);
        for (n, function) in MIXERS.iter().enumerate() {
            let bits = |(i, ty): (usize, &Ty)| {
                if *ty == Ty::Int { (i as i64 - 3) as u64 } else { FLOATS[i].to_bits() }
            };
            let operands: Vec<u64> = function.params.iter().enumerate().map(bits).collect();
            assert_eq!(frame[18 + n], mix(&operands), "{} of {}", function.name, operands.len());
        }
        assert_eq!(frame[4..18], frame[18 + MIXERS.len()..]);
        assert_eq!(ctx.attention, MIXERS.len() as u64);
    });
}

/// Where the stack is while compiled code calls.
unsafe extern "C" fn stack_address(_: *mut c_void) -> u64 {
    let here = 0u8;
    std::hint::black_box(&raw const here) as u64
}
static STACK_ADDRESS: HostFn = HostFn {
    id: 0,
    name: "stack_address",
    addr: FnAddr(stack_address as *const ()),
    params: &[],
    ret: Ty::Int,
    effects: Effects::ANY,
};

/// Loads `count` slots, calls, and only then sums them up: as many values live at once. Slot 0 becomes the sum, slot 1
/// what the call gave.
fn many_live_values(count: i32) -> Tree {
    let mut b = Build::new();
    let values: Vec<Val> = (0..count)
        .map(|slot| {
            let word = b.load(slot);
            b.op(Op::WordToInt, &[word])
        })
        .collect();
    let address = b.call(&STACK_ADDRESS, &[]);
    let three = b.int(3);
    let mut sum = b.int(1);
    for &value in &values {
        sum = b.op(Op::IntMul, &[sum, three]);
        sum = b.op(Op::IntXor, &[sum, value]);
    }
    let slots = [(0, b.op(Op::IntToWord, &[sum])), (1, b.op(Op::IntToWord, &[address]))];
    let exit = b.snap(0, &slots);
    b.exit(exit);
    b.tree
}

#[test]
fn frames_of_many_pages_touch_each_page_of_the_stack() {
    static FNS: &[&HostFn] = &[&STACK_ADDRESS];
    for (count, bytes) in [(700, 4 << 10), (9_000, 64 << 10)] {
        let tree = many_live_values(count);
        // The stack of a new thread, of which nobody has touched more than the first pages.
        let thread = std::thread::Builder::new().stack_size(16 << 20);
        let running = thread.spawn(move || {
            let mut frame: Vec<u64> =
                (0..4 + count as u64).map(|n| n.wrapping_mul(0x9E37_79B9_7F4A_7C15)).collect();
            let sum = frame[4..].iter().fold(1u64, |sum, value| sum.wrapping_mul(3) ^ value);
            // SAFETY: the function only takes an address.
            let above = unsafe { stack_address(std::ptr::null_mut()) };
            assert_eq!(run(&tree, FNS, &mut Ctx::default(), &mut frame), 0);
            assert_eq!(frame[4], sum);
            assert!(above - frame[5] > bytes, "the frame has less than {} bytes", above - frame[5]);
        });
        running.expect("a thread starts").join().expect("the values are right");
    }
}

/// Looks at the stack, as a host function does that panics and catches that: the value plus one.
unsafe extern "C" fn panics_inside(_: *mut c_void, value: u64) -> u64 {
    let backtrace = std::backtrace::Backtrace::force_capture();
    std::hint::black_box(backtrace.to_string());
    let caught = std::panic::catch_unwind(|| std::panic::resume_unwind(Box::new(value + 1)));
    caught.err().and_then(|payload| payload.downcast::<u64>().ok()).map_or(0, |value| *value)
}
static PANICS_INSIDE: HostFn = HostFn {
    id: 0,
    name: "panics_inside",
    addr: FnAddr(panics_inside as *const ()),
    params: &[Ty::Int],
    ret: Ty::Int,
    effects: Effects::ANY,
};

/// Compiled code has no unwind information on any target, so nothing may unwind through it; but what host functions
/// unwind inside themselves must not care.
#[test]
fn panics_and_backtraces_inside_host_functions_end_there() {
    static FNS: &[&HostFn] = &[&PANICS_INSIDE];
    at_each_level(|| {
        let mut b = Build::new();
        let word = b.load(0);
        let int = b.op(Op::UnboxInt, &[word]);
        let once = b.call(&PANICS_INSIDE, &[int]);
        let twice = b.call(&PANICS_INSIDE, &[once]);
        let sum = b.op(Op::IntAdd, &[twice, int]);
        let exit = b.snap(0, &[(0, sum)]);
        b.exit(exit);
        let mut frame = [0, 0, 0, 0, boxed(20)];
        assert_eq!(run(&b.tree, FNS, &mut Ctx::default(), &mut frame), 0);
        assert_eq!(frame[4], boxed(42));
    });
}

/// Compiles and runs a tree that calls `functions`, with slot 0 at index 4; returns the snapshot's number.
fn run(tree: &Tree, functions: &'static [&'static HostFn], ctx: &mut Ctx, frame: &mut [u64]) -> u64 {
    let spec = HostSpec { fns: functions, ..common::spec() };
    spec.validate().unwrap();
    common::run_on(tree, &spec, ctx, frame)
}
