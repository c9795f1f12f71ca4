//! The toy VM of the examples, in all its modes.

#[allow(dead_code, reason = "the tests use a part of the example")]
#[path = "../examples/toy_vm.rs"]
mod toy_vm;

use toy_vm::{Op, Vm, program};
use uplift::uop::bytecodes::InstructionSet;
use uplift::{AbortReason, Backend, CompileMode, Config, Host};

fn result(config: Config, n: i64) -> (f64, u64) {
    let mut vm = Vm::new(program(), config);
    let word = vm.run(n).expect("the program runs");
    (Vm::REPR.unbox_float(word), vm.engine().stats().entries)
}

#[test]
fn the_loop_is_compiled_and_gives_the_interpreters_result() {
    let n = 5_000;
    let expected: f64 = (0..n).map(|i| i as f64 / 2.0).sum();
    for backend in [Backend::Native, Backend::Interp] {
        for optimize in [true, false] {
            for threshold in [1, 2, 50, u32::MAX] {
                let config = Config::default().backend(backend).optimize(optimize).threshold(threshold);
                let (sum, entries) = result(config, n);
                assert_eq!(sum.to_bits(), expected.to_bits(), "{backend:?} {optimize} {threshold}");
                assert_eq!(entries > 0, threshold != u32::MAX, "{backend:?} {optimize} {threshold}");
            }
        }
    }
}

#[test]
fn every_instruction_of_the_program_decodes() {
    let mut pc = 0;
    let code = program();
    while pc < code.len() {
        pc += Op::of_word(code[pc]).expect("an instruction").words();
    }
    assert_eq!(pc, code.len());
}

#[test]
fn a_tree_that_does_not_fit_the_code_cap_is_counted_and_changes_nothing() {
    let mut vm = Vm::new(program(), Config::default().threshold(10).code_cap(1));
    let word = vm.run(2_000).expect("the program runs");
    assert_eq!(Vm::REPR.unbox_float(word), (0..2_000).map(|i| i as f64 / 2.0).sum::<f64>());
    let stats = vm.engine().stats();
    assert_eq!(stats.entries, 0, "{stats}");
    assert!(stats.aborts.get(AbortReason::NoCodeMemory) > 0, "{stats}");
    assert_eq!(vm.engine().explain().len(), 1, "the loop's history says why it is not compiled");
}

#[test]
fn background_compilation_gives_the_same_result() {
    let config = Config::default().threshold(10).compile_mode(CompileMode::Background);
    let mut vm = Vm::new(program(), config);
    for n in [1_000, 2_000, 300_000] {
        let word = vm.run(n).expect("the program runs");
        assert_eq!(Vm::REPR.unbox_float(word), (0..n).map(|i| i as f64 / 2.0).sum::<f64>());
    }
    assert_eq!(vm.engine().stats().traces, 1);
}
