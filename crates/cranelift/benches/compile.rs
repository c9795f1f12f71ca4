//! Compile time per uop, and the time to place code: `cargo bench -p uplift-cranelift`.

#[path = "../tests/common/mod.rs"]
mod common;
use common::*;
use std::time::Instant;
use uplift_cranelift::{CodeMemory, Compiler, Limits, OptLevel, Options};
use uplift_uop::*;

/// A loop of about `size` uops: six loop-carried integers, and per five uops one guard whose exit
/// writes all six.
fn optimised(size: usize) -> Tree {
    let mut b = Build::new();
    let s0 = b.snap(0, &[]);
    let initial: Vec<Val> = (0..6)
        .map(|slot| {
            let w = b.load(slot);
            b.guard(Op::GuardKind, &[w], 0, s0);
            b.op(Op::UnboxInt, &[w])
        })
        .collect();
    let mut p = b.header(&initial);
    let mut number = 1;
    while b.trace.insts.len() < size {
        let slots: Vec<(i32, Val)> = p.iter().enumerate().map(|(i, &v)| (i as i32, v)).collect();
        let snap = b.snap(number, &slots);
        let k = number as usize;
        number += 1;
        let (x, y, z) = (p[k % 6], p[(k + 1) % 6], p[(k + 3) % 6]);
        let sum = b.guard(Op::IntAddChecked, &[x, y], 0, snap);
        let mixed = b.op(Op::IntXor, &[sum, z]);
        let bits = b.int(0xFFFF_FFFF);
        let low = b.op(Op::IntAnd, &[mixed, bits]);
        let three = b.int(3);
        let scaled = b.op(Op::IntMul, &[low, three]);
        let moved = b.op(Op::IntSub, &[scaled, y]);
        p[k % 6] = moved;
    }
    b.jump(&p);
    b.tree
}

/// A recorded loop of about `size` uops: loads, kind guards, checked sums, stores.
fn recorded(size: usize) -> Tree {
    let mut b = Build::new();
    let mut number = 0;
    while b.trace.insts.len() < size {
        let snaps: Vec<SnapId> = (0..4).map(|i| b.snap(number + i, &[])).collect();
        number += 4;
        let slot = number as i32 / 4 % 8;
        let (x, y) = (b.load(slot), b.load(slot + 1));
        b.guard(Op::GuardKind, &[x], 0, snaps[0]);
        b.guard(Op::GuardKind, &[y], 0, snaps[1]);
        let (x, y) = (b.op(Op::UnboxInt, &[x]), b.op(Op::UnboxInt, &[y]));
        let sum = b.guard(Op::IntAddChecked, &[x, y], 0, snaps[2]);
        let fits = b.imm(Op::IntFits, &[sum], 48);
        b.guard(Op::GuardTrue, &[fits], 0, snaps[3]);
        let word = b.op(Op::BoxInt, &[sum]);
        b.store(slot, word);
    }
    b.jump_entry();
    b.tree
}

/// CPU time of this thread where there is such a clock: other processes do not count.
fn cpu_us() -> f64 {
    #[cfg(unix)]
    {
        let mut t = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: a valid place for the answer.
        unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut t) };
        t.tv_sec as f64 * 1e6 + t.tv_nsec as f64 / 1e3
    }
    #[cfg(not(unix))]
    {
        static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
        START.get_or_init(Instant::now).elapsed().as_secs_f64() * 1e6
    }
}

/// `-- --only optimised speed 1000` compiles one tree once, for profilers that count instructions.
fn only(name: &str, level: &str, size: usize) -> Option<bool> {
    let args: Vec<String> = std::env::args().skip_while(|arg| arg != "--only").skip(1).collect();
    let [wanted_name, wanted_level, wanted_size, ..] = &args[..] else { return None };
    Some(wanted_name == name && wanted_level == level && *wanted_size == size.to_string())
}

fn main() {
    let spec = spec();
    println!(
        "{:<12} {:>6} {:>6} {:>9} {:>7} {:>7} {:>6}",
        "tree", "opt", "uops", "us", "us/uop", "bytes", "exits"
    );
    for (name, make) in [("optimised", optimised as fn(usize) -> Tree), ("recorded", recorded)] {
        for (level, opt_level) in [("none", OptLevel::None), ("speed", OptLevel::Speed)] {
            let options = Options { opt_level, verify: false, ..Options::default() };
            let mut compiler = Compiler::new(&options).unwrap();
            for size in [50, 200, 1000, 5000] {
                let only = only(name, level, size);
                if only == Some(false) {
                    continue;
                }
                let tree = make(size);
                let mut best = f64::INFINITY;
                let mut stats = Default::default();
                let times = if only.is_some() { 1 } else { (20_000 / size).max(10) };
                for _ in 0..times {
                    let start = cpu_us();
                    let compiled = compiler.compile(&tree, &spec, std::ptr::null(), &Limits::default());
                    best = best.min(cpu_us() - start);
                    stats = compiled.unwrap().stats();
                }
                let uops = tree.len();
                let per_uop = best / uops as f64;
                let uplift_cranelift::CompileStats { code_bytes, exits, .. } = stats;
                println!(
                    "{name:<12} {level:>6} {uops:>6} {best:>9.0} {per_uop:>7.2} {code_bytes:>7} {exits:>6}"
                );
            }
        }
    }
    if only("", "", 0).is_none() {
        placing(&spec);
    }
}

fn placing(spec: &HostSpec) {
    let options = Options { verify: false, ..Options::default() };
    let mut compiler = Compiler::new(&options).unwrap();
    let tree = optimised(50);
    let compiled = compiler.compile(&tree, spec, std::ptr::null(), &Limits::default()).unwrap();
    let memory = CodeMemory::new(64 << 20).unwrap();
    let mut best = (u128::MAX, u128::MAX);
    for _ in 0..20 {
        let start = Instant::now();
        let blobs: Vec<_> = (0..500).map(|_| memory.publish(&compiled).unwrap()).collect();
        let placed = start.elapsed().as_nanos() / 500;
        let start = Instant::now();
        drop(blobs);
        best = (best.0.min(placed), best.1.min(start.elapsed().as_nanos() / 500));
    }
    println!("placing {} bytes: {} ns, freeing: {} ns", compiled.code().len(), best.0, best.1);
}
