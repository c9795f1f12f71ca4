//! The optimizer answers any tree, well-formed or not, and any switches, without a panic and without changing what
//! the tree does.

use uplift_opt::{OptConfig, optimize};
use uplift_testing::generate::{Case, FUEL, case};
use uplift_testing::host::HOST;
use uplift_testing::oracle::{self, Executor};
use uplift_testing::source::Source;
use uplift_uop::{Op, Ty, Val};

fn generated(seed: u64) -> (Case, Source<'static>) {
    let mut source = Source::Seed(seed);
    let case = case(&mut source);
    (case, source)
}

#[test]
fn malformed_trees_are_errors_or_trees_but_no_panics() {
    const TYPES: [Ty; 6] = [Ty::Int, Ty::Word, Ty::Ref, Ty::Bool, Ty::Float, Ty::Unit];
    for seed in 0..2000 {
        let (Case { mut tree, .. }, mut source) = generated(seed);
        for _ in 0..1 + source.below(6) {
            let trace = source.below(tree.traces.len());
            let count = tree.traces[trace].insts.len();
            let values = tree.values.len();
            if count == 0 || values == 0 {
                continue;
            }
            let at = source.below(count);
            let inst = &mut tree.traces[trace].insts[at];
            match source.below(7) {
                0 => inst.op = source.pick(Op::ALL),
                1 => inst.imm = source.word() >> source.below(64),
                2 => inst.snap = None,
                3 => drop(inst.args.pop()),
                4 => inst.args.push(Val::value(source.below(values + 2) as u32)),
                5 => drop(tree.traces[trace].insts.remove(at)),
                _ => tree.values[source.below(values)] = source.pick(&TYPES),
            }
        }
        let config = OptConfig { verify: false, ..OptConfig::default() };
        let _ = optimize(&tree, &HOST, &config);
    }
}

#[test]
fn every_set_of_switches_keeps_the_meaning() {
    for seed in 0..1000 {
        let (Case { mut vm, tree, input }, mut source) = generated(seed);
        let tree = vm.relocate(&tree);
        let recorded = Executor::Interp(FUEL);
        let Ok(expected) = oracle::run(&mut vm, &tree, &input, tree.slots, &recorded) else { continue };
        let config = OptConfig {
            peel: source.one_in(2),
            rules: source.one_in(2),
            share: source.one_in(2),
            heap: source.one_in(2),
            ranges: source.one_in(2),
            virtuals: source.one_in(2),
            dead_code: source.one_in(2),
            sink: source.one_in(2),
            // Strengthened guards leave earlier, at other guards than the recorded tree.
            strengthen: false,
            verify: true,
            ..OptConfig::default()
        };
        let optimised = optimize(&tree, &HOST, &config).unwrap();
        let optimised_run = Executor::Interp(4 * FUEL);
        let found = oracle::run(&mut vm, &optimised, &input, tree.slots, &optimised_run).unwrap();
        assert!(found == expected, "seed {seed}, {config:?}");
    }
}
