//! Whatever goes wrong inside the engine is counted, and the interpreter goes on.

#[allow(dead_code, reason = "the tests use a part of the example")]
#[path = "../examples/toy_vm.rs"]
mod toy_vm;

use toy_vm::{Vm, program};
use uplift::uop::{HostSpec, Inst, Op, Trace, Tree, Val};
use uplift::{
    AbortReason, Action, Backend, CompileMode, Config, Engine, Fault, Finished, HeaderKind, Host,
    Instructions, Limits, Location, LoopCell,
};

const AT: Location = Location { code: 1, pc: 2 };

fn spec() -> &'static HostSpec {
    Vm::spec()
}

/// Offers `tree` as the outcome of a recording; the reason for which the engine refused it.
fn offer(config: Config, tree: Tree, meanwhile: impl FnOnce(&Engine)) -> AbortReason {
    let engine = Engine::new(spec(), config).expect("the declarations are sound");
    let mut cell = LoopCell::default();
    assert_eq!(engine.at_header(&mut cell, AT, HeaderKind::Loop), Action::Record);
    engine.start_root(AT, HeaderKind::Loop, || "loop".to_owned(), 0);
    meanwhile(&engine);
    engine.finish_root(AT, HeaderKind::Loop, &mut cell, Finished::Trace(tree));
    assert_eq!(cell.tree(), None);
    let [(at, attempts, reason)] = engine.explain()[..] else { panic!("one refused location") };
    assert_eq!((at, attempts, engine.stats().aborts.get(reason)), (AT, 1, 1));
    reason
}

/// A tree whose only instruction uses a value that nothing defines.
fn malformed() -> Tree {
    let inst = Inst::new(Op::GuardTrue, &[Val::value(9)], 0);
    Tree { traces: vec![Trace { parent: None, insts: vec![inst] }], ..Tree::default() }
}

#[test]
#[cfg_attr(not(feature = "cranelift"), ignore = "machine code is built out")]
fn malformed_trees_are_refused_at_each_stage() {
    let config = || Config::default().verify(false);
    assert_eq!(offer(config().verify(true), malformed(), |_| {}), AbortReason::Malformed);
    assert_eq!(offer(config(), malformed(), |_| {}), AbortReason::OptimizerFailed);
    let lowered = offer(config().optimize(false).backend(Backend::Native), malformed(), |_| {});
    assert_eq!(lowered, AbortReason::CompileFailed);
}

#[test]
fn an_assumption_that_breaks_during_recording_discards_the_trace() {
    let tree = Tree { assumptions: vec![7], ..malformed() };
    assert_eq!(offer(Config::default(), tree, |engine| engine.invalidate(7)), AbortReason::Invalidated);
}

#[test]
fn limits_of_a_recording_are_counted_and_change_nothing() {
    let limits = [
        (Limits { max_uops: 10, ..Limits::default() }, AbortReason::TraceTooLong),
        (Limits { max_snapshots: 3, ..Limits::default() }, AbortReason::TooManySnapshots),
    ];
    for (limits, reason) in limits {
        let mut vm = Vm::new(program(), Config::default().threshold(10).limits(limits)).expect("well-formed");
        let word = vm.run(5_000).expect("the program runs");
        assert_eq!(Vm::REPR.unbox_float(word), (0..5_000).map(|i| f64::from(i) / 2.0).sum::<f64>());
        let stats = vm.jit().stats();
        assert!(stats.aborts.get(reason) > 1, "tried again after a penalty: {stats}");
        assert!(stats.aborts.get(reason) < 9, "penalties double: {stats}");
        assert_eq!(stats.traces, 0);
    }
}

#[test]
fn a_tree_takes_no_more_side_traces_than_configured() {
    // The loop's end is a guard that fails once a run; many runs make it hot.
    let mut vm = Vm::new(program(), Config::default().threshold(2).side_threshold(2).max_side_traces(0))
        .expect("well-formed");
    for _ in 0..20 {
        vm.run(50).expect("the program runs");
    }
    let stats = vm.jit().stats();
    assert_eq!(stats.side_traces, 0);
    assert!(stats.aborts.get(AbortReason::TooManySideTraces) > 0, "{stats}");
}

/// Runs the program under a fault; its result must be that of the interpreter. Returns the engine's counts.
fn run_under(fault: Fault, config: Config) -> uplift::Stats {
    let mut vm =
        Vm::new(program(), config.threshold(10).side_threshold(2).fault(fault)).expect("well-formed");
    for n in [1, 100, 20_000] {
        let word = vm.run(n).expect("the program runs");
        assert_eq!(Vm::REPR.unbox_float(word), (0..n).map(|i| f64::from(i) / 2.0).sum::<f64>(), "{fault:?}");
    }
    vm.jit().stats()
}

#[test]
#[cfg_attr(not(feature = "cranelift"), ignore = "machine code is built out")]
fn what_the_system_or_the_backend_refuses_is_counted_and_changes_no_result() {
    let cases = [(Fault::MapMemory, AbortReason::NoCodeMemory), (Fault::Compile, AbortReason::CompileFailed)];
    for (fault, reason) in cases {
        let stats = run_under(fault, Config::default());
        assert!(stats.aborts.get(reason) > 1, "tried again after a penalty: {stats}");
        assert!(stats.aborts.get(reason) < 12, "penalties double: {stats}");
        assert_eq!((stats.entries, stats.code_bytes), (0, 0), "{stats}");

        let config = Config::default().compile_mode(CompileMode::Background);
        let mut vm = Vm::new(program(), config.threshold(10).fault(fault)).expect("well-formed");
        let started = std::time::Instant::now();
        while vm.jit().stats().aborts.get(reason) == 0 && started.elapsed().as_secs() < 60 {
            let word = vm.run(100).expect("the program runs");
            assert_eq!(Vm::REPR.unbox_float(word), 2475.0, "{fault:?} in the background");
        }
        let stats = vm.jit().stats();
        assert!(stats.aborts.get(reason) > 0 && stats.entries == 0, "{stats}");
    }
}

#[test]
#[cfg_attr(not(feature = "cranelift"), ignore = "machine code is built out")]
fn without_a_compile_thread_trees_are_compiled_inline() {
    let stats = run_under(Fault::Thread, Config::default().compile_mode(CompileMode::Background));
    assert_eq!((stats.aborts.get(AbortReason::NoThread), stats.traces), (1, 1), "{stats}");
    assert!(stats.entries > 0 && stats.code_bytes > 0, "{stats}");
    let stats = run_under(Fault::Thread, Config::default());
    assert_eq!(stats.aborts.get(AbortReason::NoThread), 0, "no thread was wanted: {stats}");
}

#[test]
#[cfg_attr(not(feature = "cranelift"), ignore = "machine code is built out")]
fn without_a_native_backend_trees_run_on_the_uop_interpreter() {
    for mode in [CompileMode::Inline, CompileMode::Background] {
        let stats = run_under(Fault::Backend, Config::default().compile_mode(mode));
        assert_eq!(stats.aborts.get(AbortReason::NoBackend), 1, "{stats}");
        assert_eq!(stats.code_bytes, 0, "{stats}");
        if mode == CompileMode::Inline {
            assert!(stats.entries > 0, "{stats}");
        }
    }
}
