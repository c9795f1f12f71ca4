//! A program stops soon after it is asked to, or when its fuel is used up, with exact state, and goes on from there.

#[allow(dead_code, reason = "the tests use a part of the example")]
#[path = "../examples/toy_vm.rs"]
mod toy_vm;

use std::thread;
use std::time::Duration;
use toy_vm::{Error, Vm, program};
use uplift::{Backend, Config, Host, Instructions, StackHost};

/// The ways in which loops run: compiled, in the uop interpreter, recorded but not yet compiled, interpreted.
fn ways() -> [(&'static str, Config); 4] {
    let config = || Config::default().threshold(2).side_threshold(1);
    [
        ("compiled", config()),
        ("uop interpreter", config().backend(Backend::Interp)),
        ("unoptimised", config().optimize(false)),
        ("interpreted", config().threshold(u32::MAX)),
    ]
}

/// Local `n` of the program's main function: `n`, the sum and the counter.
fn local(vm: &Vm, n: u16) -> u64 {
    vm.stack().slot(n)
}

/// The state of a stopped program must be one that the interpreter reaches at the loop header; gives the counter.
fn consistent(vm: &Vm, what: &str) -> i64 {
    assert_eq!((vm.depth(), vm.location().pc), (1, 0), "{what}: it stands at the loop header");
    let i = Vm::REPR.unbox_int(local(vm, 2));
    let sum = if i == 0 { 0.0 } else { Vm::REPR.unbox_float(local(vm, 1)) };
    // Halves of integers sum up exactly, if they are not too many.
    assert!(i > 1 << 27 || sum == (i * (i - 1)) as f64 / 4.0, "{what}: {sum} after {i} iterations");
    i
}

#[test]
fn a_request_from_another_thread_stops_the_program_with_exact_state() {
    for (what, config) in ways() {
        let mut vm = Vm::new(program(), config).expect("well-formed");
        let mut before = -1;
        for round in 0..9 {
            let interrupt = vm.jit().interrupt();
            let asked = thread::spawn(move || {
                thread::sleep(Duration::from_millis(4));
                interrupt.request();
            });
            let ended = if round == 0 { vm.run(i32::MAX) } else { vm.go_on() };
            asked.join().expect("the thread ends");
            assert_eq!(ended, Err(Error::Stopped), "{what}");
            let i = consistent(&vm, what);
            assert!(i > before, "{what}: the program goes on where it was stopped");
            before = i;
        }
    }
}

#[test]
fn fuel_bounds_the_iterations_and_runs_out_with_exact_state() {
    for (what, config) in ways() {
        let mut vm = Vm::new(program(), config.fuel(1_000)).expect("well-formed");
        let mut ended = vm.run(20_000);
        let mut rounds = 1;
        let mut before = 0;
        while ended == Err(Error::Stopped) {
            let i = consistent(&vm, what);
            assert!(i > before && i - before <= 1_001, "{what}: {} iterations on 1000", i - before);
            before = i;
            assert_eq!(vm.jit().fuel(), Some(0), "{what}");
            vm.jit().set_fuel(1_000);
            ended = vm.go_on();
            rounds += 1;
        }
        let sum = ended.map(|word| Vm::REPR.unbox_float(word));
        assert_eq!(sum, Ok((0..20_000).map(|i| f64::from(i) / 2.0).sum()), "{what}");
        assert!((19..=22).contains(&rounds), "{what}: {rounds} rounds");
    }
}

#[test]
fn without_fuel_configured_nothing_is_counted() {
    let mut vm = Vm::new(program(), Config::default()).expect("well-formed");
    vm.jit().set_fuel(1);
    assert!(vm.run(5_000).is_ok());
    assert_eq!(vm.jit().fuel(), None);
}
