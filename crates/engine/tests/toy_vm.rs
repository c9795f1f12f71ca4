//! The toy VM of the examples, in all its modes.

#[allow(dead_code, reason = "the tests use a part of the example")]
#[path = "../examples/toy_vm.rs"]
mod toy_vm;

use toy_vm::{Op, Vm, program};
use uplift::uop::bytecodes::InstructionSet;
use uplift::{AbortReason, Backend, CompileMode, Config, Host, Instructions, Limits};

fn result(config: Config, n: i32) -> (f64, u64) {
    let mut vm = Vm::new(program(), config).expect("well-formed");
    let word = vm.run(n).expect("the program runs");
    (Vm::REPR.unbox_float(word), vm.jit().stats().entries)
}

#[test]
fn the_loop_is_compiled_and_gives_the_interpreters_result() {
    let n = 5_000;
    let expected: f64 = (0..n).map(|i| f64::from(i) / 2.0).sum();
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
#[cfg_attr(not(feature = "cranelift"), ignore = "machine code is built out")]
fn a_tree_that_does_not_fit_the_code_cap_is_counted_and_changes_nothing() {
    let mut vm = Vm::new(program(), Config::default().threshold(10).code_cap(1)).expect("well-formed");
    let word = vm.run(2_000).expect("the program runs");
    assert_eq!(Vm::REPR.unbox_float(word), (0..2_000).map(|i| f64::from(i) / 2.0).sum::<f64>());
    let stats = vm.jit().stats();
    assert_eq!(stats.entries, 0, "{stats}");
    assert!(stats.aborts.get(AbortReason::NoCodeMemory) > 0, "{stats}");
    assert_eq!(vm.jit().explain().len(), 1, "the loop's history says why it is not compiled");
}

#[test]
fn background_compilation_gives_the_same_result() {
    let config = Config::default().threshold(10).compile_mode(CompileMode::Background);
    let mut vm = Vm::new(program(), config).expect("well-formed");
    for n in [1_000, 2_000, 300_000] {
        let word = vm.run(n).expect("the program runs");
        assert_eq!(Vm::REPR.unbox_float(word), (0..n).map(|i| f64::from(i) / 2.0).sum::<f64>());
    }
    assert_eq!(vm.jit().stats().traces, 1);
}

#[test]
fn the_readme_shows_code_of_the_example() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| std::fs::read_to_string(root.join(path)).expect("a file of the workspace");
    let (readme, example) = (read("../../README.md"), read("examples/toy_vm.rs"));
    let (_, shown) = readme.split_once("```rust\n").expect("the README has Rust code");
    let (shown, _) = shown.split_once("```").expect("the code block ends");
    assert!(shown.lines().count() > 10 && example.contains(shown), "not in the example:\n{shown}");
    assert!(example.lines().count() <= 300, "the README says how long the example is");
}

#[test]
fn code_that_could_do_harm_is_refused() {
    use toy_vm::insn::Decoded::{self, *};
    let refused = |code: &[Decoded]| {
        let words: Vec<u64> = code.iter().map(|d| d.encode()).collect();
        Vm::new(words, Config::default()).err().map(|error| error.kind)
    };
    use uplift::uop::bytecodes::CodeErrorKind::*;
    let push = Decoded::Push { number: 1 };
    assert_eq!(refused(&[push, Return {}]), None);
    assert_eq!(refused(&[push, Store { n: 8 }, push, Return {}]), Some(Register(8)));
    assert_eq!(refused(&[Add {}, Return {}]), Some(StackUnderflow));
    assert_eq!(refused(&[push, Jump { to: -1 }]), Some(StackMismatch));
}

#[test]
fn what_programs_print_and_how_they_fail_is_the_same_compiled() {
    use toy_vm::insn::Decoded::{self, *};
    // Prints and squares local 1 until it leaves 48 bits.
    let code = [
        Push { number: 3 },
        Store { n: 1 },
        Loop {},
        Load { n: 1 },
        Print {},
        Load { n: 1 },
        Load { n: 1 },
        Mul {},
        Store { n: 1 },
        Jump { to: -8 },
    ];
    let with_cell = |d: Decoded| [Some(d.encode()), (d == Loop {}).then_some(0)].into_iter().flatten();
    let code: Vec<u64> = code.into_iter().flat_map(with_cell).collect();
    for threshold in [1, 2, u32::MAX] {
        let mut vm = Vm::new(code.clone(), Config::default().threshold(threshold)).expect("well-formed");
        assert_eq!(vm.run(0), Err(toy_vm::Error::Overflow));
        let printed: Vec<i64> = vm.output.iter().map(|&w| Vm::REPR.unbox_int(w)).collect();
        assert_eq!(printed, [3, 9, 81, 6561, 43_046_721], "{threshold}");
        assert_eq!(vm.jit().stats().entries > 0, threshold != u32::MAX);
    }
}

#[test]
fn calls_run_out_of_stack_at_the_same_depth_compiled() {
    use toy_vm::insn::Decoded::{self, *};
    // f(d): a loop that calls a function of its own twice, then f(d + 1), which prints d.
    let code = [
        Load { n: 0 },
        Print {},
        Loop {},
        Load { n: 1 },
        Push { number: 2 },
        JumpUnlessLess { to: 9 },
        Load { n: 1 },
        Call { args: 1, to: 12 },
        Store { n: 2 },
        Load { n: 1 },
        Push { number: 1 },
        Add {},
        Store { n: 1 },
        Jump { to: -12 },
        Load { n: 0 },
        Push { number: 1 },
        Add {},
        Call { args: 1, to: -18 },
        Return {},
        Load { n: 0 },
        Call { args: 1, to: 2 },
        Return {},
        Load { n: 0 },
        Return {},
    ];
    let with_cell = |d: Decoded| [Some(d.encode()), (d == Loop {}).then_some(0)].into_iter().flatten();
    let code: Vec<u64> = code.into_iter().flat_map(with_cell).collect();
    let run = |threshold| {
        let mut vm = Vm::new(code.clone(), Config::default().threshold(threshold)).expect("well-formed");
        assert_eq!(vm.run(0), Err(toy_vm::Error::StackOverflow));
        (std::mem::take(&mut vm.output), vm.jit().stats().entries)
    };
    let (plain, compiled) = (run(u32::MAX), run(2));
    assert!(compiled.1 > 100, "entered {} times", compiled.1);
    assert_eq!(plain.0, compiled.0);
}

#[test]
fn a_loop_is_recorded_after_exactly_the_threshold_and_given_up_ever_less_often() {
    let traces = |n| {
        let mut vm = Vm::new(program(), Config::default().threshold(100)).expect("well-formed");
        vm.run(n).expect("the program runs");
        vm.jit().stats().traces
    };
    // The header is visited once more than there are iterations, and the visit after the hundredth records.
    let first = (1..300).find(|&n| traces(n) > 0);
    assert_eq!(first, Some(101));
    let given_up = |n| {
        let limits = Limits { max_uops: 3, ..Limits::default() };
        let mut vm =
            Vm::new(program(), Config::default().threshold(100).limits(limits)).expect("well-formed");
        vm.run(n).expect("the program runs");
        vm.jit().stats().aborts.get(AbortReason::TraceTooLong)
    };
    let times: Vec<i32> = (1..4)
        .map(|count| (1..4000).step_by(50).find(|&n| given_up(n) >= count).expect("it is tried again"))
        .collect();
    assert!(times[1] - times[0] >= 100 && times[2] - times[1] > times[1] - times[0], "{times:?}");
}
