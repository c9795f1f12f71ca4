//! Does `Interp` cost nothing? The same bytecode loop, its handlers written directly and written over [`Machine`].
//!
//! `cargo bench -p uplift-record` prints both times and their ratio, from interleaved rounds.

use std::hint::black_box;
use std::time::{Duration, Instant};
use uplift_record::{Host, Interp, Location, Machine};
use uplift_uop::{FrameState, HostSpec, KindTest, ReprSpec};

static INT: KindTest = KindTest { id: 0, name: "int", set: 1, mask: !0, lo: 0xFFFE << 48, len: 2 << 48 };
static FLOAT: KindTest =
    KindTest { id: 1, name: "float", set: 2, mask: !0, lo: 1 << 49, len: (0xFFFE << 48) - (1 << 49) };
static SPEC: HostSpec = HostSpec {
    name: "bench",
    repr: ReprSpec::NAN_BOX,
    kinds: &[&INT, &FLOAT],
    fields: &[],
    elems: &[],
    fns: &[],
    raised_word: 0,
};
const REPR: ReprSpec = ReprSpec::NAN_BOX;

#[derive(Clone, Copy)]
enum Op {
    Add(u8, u8, u8),
    Sub(u8, u8, u8),
    Mul(u8, u8, u8),
    Move(u8, u8),
    JumpIfLess(u8, u8, i32),
    Stop,
}

/// i, n, one, s, f, half, t and scratch.
const PROGRAM: &[Op] = &[
    Op::Move(7, 0),
    Op::Mul(7, 7, 2),
    Op::Add(3, 3, 7),
    Op::Sub(3, 3, 2),
    Op::Add(4, 4, 5),
    Op::Mul(6, 4, 5),
    Op::Move(8, 6),
    Op::Sub(4, 4, 5),
    Op::Add(0, 0, 2),
    Op::JumpIfLess(0, 1, -9),
    Op::Stop,
];

struct Vm;

impl Host for Vm {
    const REPR: ReprSpec = REPR;
    const RAISED: u64 = 0;
    fn spec() -> &'static HostSpec {
        &SPEC
    }
    fn depth(&self) -> usize {
        1
    }
    fn location(&self) -> Location {
        Location { code: 0, pc: 0 }
    }
    fn frame_states(&self, _: usize, _: &mut Vec<FrameState>) {}
    fn live_slots(&self, _: usize) -> Option<Vec<i32>> {
        None
    }
    fn set_resume(&mut self, _: u32) {}
}

macro_rules! machine_arithmetic {
    ($m:ident, $d:expr, $x:expr, $y:expr, $checked:ident, $float:ident) => {{
        let (x, y) = ($m.slot($x.into()), $m.slot($y.into()));
        let (xi, yi) = ($m.is_kind(x, &INT), $m.is_kind(y, &INT));
        if $m.test(xi) && $m.test(yi) {
            let (x, y) = ($m.unbox_int(x), $m.unbox_int(y));
            let Some(r) = $m.$checked(x, y) else { return false };
            let fits = $m.int_fits(r, 48);
            if !$m.test(fits) {
                return false;
            }
            let r = $m.box_int(r);
            $m.set_slot($d.into(), r);
        } else {
            let (xf, yf) = ($m.is_kind(x, &FLOAT), $m.is_kind(y, &FLOAT));
            if !($m.test(xf) && $m.test(yf)) {
                return false;
            }
            let (x, y) = ($m.unbox_float(x), $m.unbox_float(y));
            let r = $m.$float(x, y);
            let r = $m.box_float(r);
            $m.set_slot($d.into(), r);
        }
    }};
}

#[inline(always)]
fn over_machine<M: Machine>(m: &mut M, op: Op, pc: &mut usize) -> bool {
    match op {
        Op::Add(d, x, y) => machine_arithmetic!(m, d, x, y, int_add_checked, float_add),
        Op::Sub(d, x, y) => machine_arithmetic!(m, d, x, y, int_sub_checked, float_sub),
        Op::Mul(d, x, y) => machine_arithmetic!(m, d, x, y, int_mul_checked, float_mul),
        Op::Move(d, x) => {
            let w = m.slot(x.into());
            m.set_slot(d.into(), w);
        }
        Op::JumpIfLess(x, y, to) => {
            let (x, y) = (m.slot(x.into()), m.slot(y.into()));
            let (xi, yi) = (m.is_kind(x, &INT), m.is_kind(y, &INT));
            if !(m.test(xi) && m.test(yi)) {
                return false;
            }
            let (x, y) = (m.unbox_int(x), m.unbox_int(y));
            let less = m.int_lt(x, y);
            if m.test(less) {
                *pc = pc.wrapping_add_signed(to as isize);
                return true;
            }
        }
        Op::Stop => return false,
    }
    *pc += 1;
    true
}

macro_rules! direct_arithmetic {
    ($s:ident, $d:expr, $x:expr, $y:expr, $checked:ident, $float:tt) => {{
        // SAFETY: operands of the program are below the number of slots.
        let (x, y) = unsafe { (*$s.add($x as usize), *$s.add($y as usize)) };
        let r = if INT.accepts(x) && INT.accepts(y) {
            let Some(r) = REPR.unbox_int(x).$checked(REPR.unbox_int(y)) else { return false };
            if !uplift_uop::arith::fits(r, 48) {
                return false;
            }
            REPR.box_int(r)
        } else if FLOAT.accepts(x) && FLOAT.accepts(y) {
            REPR.box_float(REPR.unbox_float(x) $float REPR.unbox_float(y))
        } else {
            return false;
        };
        // SAFETY: as above.
        unsafe { *$s.add($d as usize) = r };
    }};
}

#[inline(always)]
fn directly(slots: *mut u64, op: Op, pc: &mut usize) -> bool {
    match op {
        Op::Add(d, x, y) => direct_arithmetic!(slots, d, x, y, checked_add, +),
        Op::Sub(d, x, y) => direct_arithmetic!(slots, d, x, y, checked_sub, -),
        Op::Mul(d, x, y) => direct_arithmetic!(slots, d, x, y, checked_mul, *),
        // SAFETY: as above.
        Op::Move(d, x) => unsafe { *slots.add(d as usize) = *slots.add(x as usize) },
        Op::JumpIfLess(x, y, to) => {
            // SAFETY: as above.
            let (x, y) = unsafe { (*slots.add(x as usize), *slots.add(y as usize)) };
            if !(INT.accepts(x) && INT.accepts(y)) {
                return false;
            }
            if REPR.unbox_int(x) < REPR.unbox_int(y) {
                *pc = pc.wrapping_add_signed(to as isize);
                return true;
            }
        }
        Op::Stop => return false,
    }
    *pc += 1;
    true
}

fn slots(n: i64) -> [u64; 16] {
    let mut slots = [0; 16];
    for (slot, i) in [(0, 0), (1, n), (2, 1), (3, 0)] {
        slots[slot] = REPR.box_int(i);
    }
    for (slot, f) in [(4, 1.5), (5, 0.5), (6, 0.0)] {
        slots[slot] = REPR.box_float(f);
    }
    slots
}

#[inline(never)]
fn run_machine(program: &[Op], slots: &mut [u64; 16]) {
    let mut vm = Vm;
    // SAFETY: operands of the program are below the number of slots.
    let mut interp = unsafe { Interp::new(&mut vm, slots.as_mut_ptr(), i64::MAX) };
    let mut pc = 0;
    while over_machine(&mut interp, program[pc], &mut pc) {}
}

#[inline(never)]
fn run_directly(program: &[Op], slots: &mut [u64; 16]) {
    let mut pc = 0;
    while directly(slots.as_mut_ptr(), program[pc], &mut pc) {}
}

fn main() {
    const N: i64 = 2_000_000;
    let (mut machine, mut direct) = (Duration::MAX, Duration::MAX);
    for _ in 0..15 {
        let (mut a, mut b) = (slots(N), slots(N));
        let start = Instant::now();
        run_machine(black_box(PROGRAM), &mut a);
        machine = machine.min(start.elapsed());
        let start = Instant::now();
        run_directly(black_box(PROGRAM), &mut b);
        direct = direct.min(start.elapsed());
        assert_eq!(a, b, "both ways compute the same");
    }
    let per = |d: Duration| d.as_secs_f64() * 1e9 / (N as f64 * 10.0);
    println!("direct {:.3} ns, machine {:.3} ns an instruction", per(direct), per(machine));
    println!("ratio {:.3}", machine.as_secs_f64() / direct.as_secs_f64());
}
