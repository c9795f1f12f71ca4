//! Under chaos everything goes wrong that may, and no result changes.

#[allow(dead_code, reason = "the tests use a part of the example")]
#[path = "../examples/toy_vm.rs"]
mod toy_vm;

use toy_vm::{Vm, program};
use uplift::{AbortReason, Backend, Chaos, Config, Host, Instructions, Stats};

/// Runs the program a few times under a plan; its results must be those of the interpreter.
fn run(plan: Chaos, config: Config) -> Stats {
    let what = format!("{plan:?}");
    let mut vm = Vm::new(program(), config.chaos(plan)).expect("well-formed");
    for n in [1, 40, 700, 3, 2_000] {
        let word = vm.run(n).expect("the program runs");
        assert_eq!(Vm::REPR.unbox_float(word), (0..n).map(|i| f64::from(i) / 2.0).sum::<f64>(), "{what}");
    }
    vm.jit().stats()
}

/// What a run did, as far as it is not a matter of time.
fn counts(stats: &Stats) -> (u64, u64, u64, u64, u64) {
    (stats.traces, stats.side_traces, stats.emissions, stats.entries, stats.evicted)
}

#[test]
fn no_seed_changes_a_result_and_all_of_them_together_have_everything_happen() {
    for backend in [Backend::Native, Backend::Interp] {
        let all: Vec<Stats> =
            (0..60).map(|seed| run(Chaos::new(seed), Config::default().backend(backend))).collect();
        let most = |count: fn(&Stats) -> u64| all.iter().map(count).max().unwrap_or(0);
        assert!(most(|s| s.entries) > 100, "trees are left early and entered again");
        assert!(most(|s| s.evicted) > 0 && most(|s| s.side_traces) > 0);
        for reason in [AbortReason::CompileFailed, AbortReason::NoCodeMemory, AbortReason::TraceTooLong] {
            assert!(all.iter().any(|stats| stats.aborts.get(reason) > 0), "{reason:?}");
        }
    }
}

#[test]
fn a_seed_does_the_same_each_time() {
    for seed in 0..10 {
        let [first, second] = [0; 2].map(|_| counts(&run(Chaos::new(seed), Config::default())));
        assert_eq!(first, second, "seed {seed}");
    }
}

#[test]
fn without_decisions_everything_goes_as_usual() {
    let usual = run(Chaos::new(0).only(0..0), Config::default());
    assert_eq!((usual.evicted, usual.aborts.get(AbortReason::CompileFailed)), (0, 0));
    assert_eq!(counts(&usual), counts(&run(Chaos::new(1).only(0..0), Config::default())));
    assert_ne!(counts(&usual), counts(&run(Chaos::new(2), Config::default())));
}
