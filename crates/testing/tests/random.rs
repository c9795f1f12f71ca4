//! Random trees mean the same recorded, optimised and compiled.

use std::time::{Duration, Instant};
use uplift_opt::OptConfig;
use uplift_testing::filetest::FileTest;
use uplift_testing::generate::{self, Case, FUEL};
use uplift_testing::host::HOST;
use uplift_testing::oracle::{Stages, compare_with};
use uplift_testing::source::Source;
use uplift_testing::toy;
use uplift_testing::{churn, found, fuzz, layouts};
use uplift_uop::print::print;
use uplift_uop::verify::verify;
use uplift_uop::{Inst, Op, Section, Tree, Ty};

/// Checks cases from fixed seeds on for a while, or the one that `SEED` names.
fn cases(budget: Duration, mut check: impl FnMut(u64)) {
    if let Some(seed) = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()) {
        return check(seed);
    }
    let most = std::env::var("CASES").ok().and_then(|n| n.parse().ok());
    let (start, budget) = (Instant::now(), fuzz::budget(budget));
    let mut seeds = 0..most.unwrap_or(u64::MAX);
    while let Some(seed) = seeds.next().filter(|_| most.is_some() || start.elapsed() < budget) {
        check(seed);
    }
}

#[test]
fn generated_trees_verify_and_round_trip() {
    cases(Duration::from_millis(500), |seed| {
        let case = generate::case(&mut Source::Seed(seed));
        let text = print(&case.tree, &HOST);
        if let Err(found) = verify(&case.tree, &HOST) {
            panic!("seed {seed}: {}\n{text}", found[0]);
        }
        let again = uplift_uop::parse::parse(&text, &HOST).unwrap();
        assert_eq!(again, uplift_uop::canon::canonical(&case.tree), "seed {seed}");
    });
}

#[test]
fn optimised_trees_do_what_recorded_trees_do() {
    equivalence(Stages { optimized: true, native: false, forced: 8 }, Duration::from_millis(1500));
}

#[test]
fn machine_code_does_what_the_uop_interpreter_does() {
    equivalence(Stages { optimized: true, native: true, forced: 2 }, Duration::from_millis(2000));
}

#[test]
fn trees_leave_alike_wherever_they_are_made_to() {
    let (mut sides, mut total) = (0, 0);
    cases(Duration::from_millis(2000), |seed| {
        println!("seed {seed}");
        total += 1;
        sides += fuzz::deoptimize(&mut Source::Seed(seed));
    });
    assert!(sides > total, "{total} trees got only {sides} side traces");
}

#[test]
fn a_case_written_down_as_a_filetest_does_the_same() {
    cases(Duration::from_millis(500), |seed| {
        let Case { mut vm, tree, input } = generate::case(&mut Source::Seed(seed));
        let text = found::filetest(&mut vm, &tree, &input, 2);
        let test = FileTest::new(&text).unwrap_or_else(|error| panic!("seed {seed}: {error}\n{text}"));
        let output = test.output().unwrap_or_else(|error| panic!("seed {seed}: {error}\n{text}"));
        assert_eq!(Some(output.as_str()), test.expected, "seed {seed}");
    });
}

#[test]
fn the_bytes_of_fuzzers_make_cases_too() {
    let mut source = Source::Seed(0);
    fuzz::optimizer_equivalence(&[]);
    fuzz::toy_programs(&[]);
    fuzz::deoptimization(&[]);
    fuzz::engine_churn(&[]);
    fuzz::value_layouts(&[]);
    fuzz::bytecode_verifier(&[]);
    cases(Duration::from_millis(500), |seed| {
        let bytes: Vec<u8> = (0..seed % 500).map(|_| source.below(256) as u8).collect();
        fuzz::optimizer_equivalence(&bytes);
    });
}

#[test]
fn toy_programs_do_the_same_compiled_and_interpreted() {
    let (mut entries, mut programs) = (0, 0);
    cases(Duration::from_millis(1500), |seed| {
        println!("seed {seed}");
        entries += toy::check(&mut Source::Seed(seed));
        programs += 1;
    });
    assert!(entries > programs, "{programs} programs entered compiled code {entries} times");
}

#[test]
fn trees_that_come_and_go_do_what_was_recorded() {
    let (mut all, mut total) = (churn::Life::default(), 0);
    cases(Duration::from_millis(1500), |seed| {
        println!("seed {seed}");
        let life = churn::check(&mut Source::Seed(seed));
        all.entries += life.entries;
        all.side_traces += life.side_traces;
        all.invalidated += life.invalidated;
        all.aborted += life.aborted;
        total += 1;
    });
    println!("{total} engines: {all:?}");
    let often = all.entries > 3 * total && all.side_traces > total / 2 && all.invalidated > total;
    assert!(often && all.aborted > 0, "{total} engines have lived through too little: {all:?}");
}

#[test]
fn all_stages_agree_however_values_are_boxed() {
    cases(Duration::from_millis(1500), |seed| {
        println!("seed {seed}");
        layouts::check(&mut Source::Seed(seed));
    });
}

#[test]
fn code_that_is_accepted_has_the_promised_structure() {
    let (mut accepted, mut total) = (0, 0);
    cases(Duration::from_millis(500), |seed| {
        total += 1;
        accepted += u32::from(toy::check_code(&mut Source::Seed(seed)));
    });
    assert!(accepted > 0, "none of {total} was accepted");
}

/// The oracle must be able to fail: it notices a good part of random damage to optimised trees.
#[test]
fn the_oracle_notices_damage() {
    let stages = Stages { optimized: true, native: false, forced: 8 };
    let mut noticed = [0; DAMAGES.len()];
    const CASES: u64 = 100;
    for seed in 0..CASES {
        for (damage, noticed) in DAMAGES.iter().zip(&mut noticed) {
            let mut source = Source::Seed(seed);
            let Case { mut vm, tree, input } = generate::case(&mut source);
            let optimize = |tree: &Tree| {
                let mut optimized = uplift_opt::optimize(tree, &HOST, &OptConfig::default()).unwrap();
                damage(&mut optimized, &mut source);
                Ok(optimized)
            };
            let compared = compare_with(&mut vm, &tree, &input, FUEL, stages, optimize);
            *noticed += u64::from(compared.is_err());
        }
    }
    println!("noticed of {CASES}: {noticed:?}");
    assert!(noticed.iter().all(|&n| n * 10 > CASES), "of {CASES} only {noticed:?} were noticed");
}

/// Ways to break an optimised tree without making it unsafe.
const DAMAGES: [fn(&mut Tree, &mut Source<'_>); 3] = [
    // A slot is not restored.
    |tree, source| {
        let snaps = tree.snaps.iter_mut().filter(|s| !s.slots.is_empty());
        let mut snaps: Vec<_> = snaps.collect();
        if !snaps.is_empty() {
            let chosen = source.below(snaps.len());
            snaps[chosen].slots.pop();
        }
    },
    // A loop-carried value does not change.
    |tree, source| {
        let header = tree.traces[0].insts.iter().find(|i| i.op == Op::LoopHeader);
        let Some(values) = header.map(|h| h.results.clone()) else { return };
        let changed = |inst: &Inst| inst.op == Op::Jump && !values.is_empty();
        let insts = tree.traces.iter_mut().flat_map(|t| &mut t.insts);
        for jump in insts.filter(|inst| changed(inst)) {
            let at = source.below(values.len());
            jump.args[at] = values[at];
        }
    },
    // Stores are lost.
    |tree, _| {
        let stores = |inst: &Inst| {
            let info = inst.op.info();
            info.section == Section::Memory && info.ret == Ty::Unit
        };
        tree.traces.iter_mut().for_each(|t| t.insts.retain(|inst| !stores(inst)));
    },
];

fn equivalence(stages: Stages, budget: Duration) {
    let (mut agreed, mut total) = (0, 0);
    cases(budget, |seed| {
        // The seed is what a failure is found again by.
        println!("seed {seed}");
        total += 1;
        agreed += u32::from(fuzz::equivalence(Source::Seed(seed), stages));
    });
    println!("{agreed} of {total} cases compared");
    assert!(agreed * 10 >= total * 9, "too many cases run out of fuel");
}
