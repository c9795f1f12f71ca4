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

fn main() {
    let spec = spec();
    println!("{:<12} {:>6} {:>6}  {:>9} {:>9} {:>8} {:>7} {:>7}", "tree", "opt", "uops", "clif us", "gen us", "us/uop", "bytes", "exits");
    for (name, make) in [("optimised", optimised as fn(usize) -> Tree), ("recorded", recorded)] {
        for (level, opt_level) in [("none", OptLevel::None), ("speed", OptLevel::Speed)] {
            let options = Options { opt_level, verify: false, target: None };
            let mut compiler = Compiler::new(&options).unwrap();
            for size in [50, 200, 1000, 5000] {
                let tree = make(size);
                let mut best = (u64::MAX, 0, 0, 0, 0);
                for _ in 0..(20_000 / size).max(5) {
                    let compiled = compiler
                        .compile(&tree, &spec, std::ptr::null(), &Limits::default())
                        .unwrap();
                    let s = compiled.stats();
                    best = best.min((s.clif_us + s.codegen_us, s.clif_us, s.codegen_us, s.code_bytes, s.exits));
                }
                let (total, clif, codegen, bytes, exits) = best;
                let per_uop = total as f64 / tree.len() as f64;
                println!("{name:<12} {level:>6} {:>6}  {clif:>9} {codegen:>9} {per_uop:>8.2} {bytes:>7} {exits:>7}", tree.len());
            }
        }
    }
    placing(&spec);
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
