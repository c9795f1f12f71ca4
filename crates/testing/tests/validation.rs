//! Optimised trees do what recorded trees do, whatever words are in the slots: an SMT solver finds none for which
//! they differ ([`uplift_testing::smt::tree`]). `tests/random.rs` compares runs from one state, but of trees with a heap.

use std::time::{Duration, Instant};
use uplift_opt::{OptConfig, optimize};
use uplift_testing::fuzz;
use uplift_testing::generate::plain_case;
use uplift_testing::host::HOST;
use uplift_testing::smt::tree::validate;
use uplift_testing::source::Source;
use uplift_uop::canon::map_constants;
use uplift_uop::print::print;
use uplift_uop::{Op, Scalar, Tree};

/// Iterations of loops: the preamble, and the body twice.
const ROUNDS: u32 = 3;

fn recorded(seed: u64) -> Tree {
    plain_case(&mut Source::Seed(seed)).tree
}

fn optimised(tree: &Tree) -> Tree {
    // Strengthened guards leave earlier, at other guards than the recorded tree.
    let config = OptConfig { strengthen: false, verify: true, ..OptConfig::default() };
    optimize(tree, &HOST, &config).expect("generated trees are well-formed")
}

#[test]
fn optimised_trees_take_the_same_exits_with_the_same_slots_from_any_state() {
    let (mut trees, mut proved, mut undecided) = (0, 0, 0);
    let (start, budget) = (Instant::now(), fuzz::budget(Duration::from_secs(15)));
    let seeds = match std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()) {
        Some(seed) => seed..seed + 1,
        None => 0..u64::MAX,
    };
    for seed in seeds.take_while(|_| start.elapsed() < budget) {
        let before = recorded(seed);
        let after = optimised(&before);
        let report =
            validate(&before, &after, &HOST, ROUNDS).unwrap_or_else(|why| panic!("seed {seed}: {why}"));
        if let Some(refuted) = report.refuted {
            panic!("seed {seed}:\n{}\n{}\n{refuted}", print(&before, &HOST), print(&after, &HOST));
        }
        trees += 1;
        (proved, undecided) = (proved + report.proved, undecided + report.undecided);
    }
    println!("{trees} trees: {proved} exits proved, {undecided} undecided");
    assert!(proved > 20 * undecided, "of {trees} trees: {proved} exits proved, {undecided} undecided");
}

/// The solver must be able to refute: it does, for a good part of random damage to optimised trees.
#[test]
fn damaged_trees_are_refuted() {
    const DAMAGES: [fn(&mut Tree); 3] = [
        |tree| {
            let last = tree.snaps.iter_mut().rev().find(|snapshot| !snapshot.slots.is_empty());
            last.map(|snapshot| snapshot.slots.pop());
        },
        // Bounds and steps of loops among them.
        |tree| {
            *tree = map_constants(tree, |scalar| match scalar {
                Scalar::Int(int) => Scalar::Int(int ^ 1),
                other => other,
            });
        },
        |tree| {
            let insts = tree.traces.iter_mut().flat_map(|trace| &mut trace.insts);
            for inst in insts.filter(|inst| inst.op == Op::GuardKind) {
                inst.imm ^= 1;
            }
        },
    ];
    for (number, damage) in DAMAGES.iter().enumerate() {
        let refuted = (0..4).filter(|&seed| {
            let before = recorded(seed);
            let mut after = optimised(&before);
            damage(&mut after);
            validate(&before, &after, &HOST, ROUNDS).is_ok_and(|report| report.refuted.is_some())
        });
        let refuted = refuted.count();
        assert!(refuted >= 2, "damage {number}: {refuted} of 4 were refuted");
    }
}
