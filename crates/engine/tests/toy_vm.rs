//! The toy VM of the examples, in all its modes.

#[path = "../examples/toy_vm.rs"]
mod toy_vm;

use toy_vm::{Op, Vm, program};
use uplift::uop::bytecodes::InstructionSet;
use uplift::{Backend, Config, Host};

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
