//! The toy VM of the examples under random programs: compiled in every way, and interpreted alone.

mod code;
mod program;

#[allow(dead_code, reason = "the example's own main and program are not for us")]
#[path = "../../engine/examples/toy_vm.rs"]
pub mod toy_vm;

pub use code::check_code;
pub use program::{Program, program};

use crate::source::Source;
use toy_vm::{Error, Op, Vm};
use uplift::uop::ReprSpec;
use uplift::uop::bytecodes::{instruction_text, instructions};
use uplift::{AbortReason, Backend, Config, Instructions, Limits};

/// What a run of a program shows. All NaNs are one.
#[derive(Clone, Debug, PartialEq)]
struct Shown {
    result: Result<u64, Error>,
    output: Vec<u64>,
}

/// Reasons that must not come up: each says that a part of the engine contradicts another.
const BUGS: [AbortReason; 4] = [
    AbortReason::Malformed,
    AbortReason::OptimizerFailed,
    AbortReason::CompileFailed,
    AbortReason::GuardAfterEffect,
];

/// Runs a random program by interpretation alone, and with each loop compiled at once: by Cranelift and for the uop
/// interpreter, optimised and not. All must return, print and fail alike, and again in a second run. Returns the number of
/// entries into compiled code.
pub fn check(source: &mut Source<'_>) -> u64 {
    let Program { code, argument } = program(source);
    let base = config(source);
    let expected = run(&code, argument, Config::default().threshold(u32::MAX), "interpreted").0;
    let mut entries = 0;
    for backend in [Backend::Native, Backend::Interp] {
        for optimize in [true, false] {
            let config = base.clone().backend(backend).optimize(optimize);
            let what = format!("{backend:?}, optimize {optimize}");
            let (found, entered) = run(&code, argument, config, &what);
            entries += entered;
            let same = expected == found;
            assert!(same, "{what}\n{}expected {expected:?}\nfound {found:?}", text(&code, argument));
        }
    }
    entries
}

/// Settings under which much happens soon.
fn config(source: &mut Source<'_>) -> Config {
    let limits = Limits {
        max_uops: source.pick(&[4000, 400, 60]),
        max_inner_visits: source.pick(&[5, 1, 30]),
        max_inline_depth: source.pick(&[12, 1]),
        ..Limits::default()
    };
    Config::default()
        .verify(true)
        .threshold(1)
        .side_threshold(source.pick(&[1, 2, 5]))
        .max_side_traces(source.pick(&[100, 3, 0]))
        .code_cap(source.pick(&[64 << 20, 16 << 10]))
        .check_exits(source.one_in(3))
        .limits(limits)
}

fn run(code: &[u64], argument: i32, config: Config, what: &str) -> ([Shown; 2], u64) {
    let mut vm = Vm::new(code.to_vec(), config).unwrap_or_else(|error| {
        panic!("generated programs are well-formed: {error}\n{}", text(code, argument));
    });
    let shown = [(); 2].map(|()| {
        let result = vm.run(argument).map(one_nan);
        Shown { result, output: std::mem::take(&mut vm.output).into_iter().map(one_nan).collect() }
    });
    let stats = vm.jit().stats();
    for reason in BUGS {
        assert_eq!(stats.aborts.get(reason), 0, "{what}: {}\n{}", reason.text(), text(code, argument));
    }
    (shown, stats.entries)
}

/// Which NaN an operation gives is the machine's choice.
fn one_nan(word: u64) -> u64 {
    let repr = ReprSpec::NAN_BOX;
    let nan = uplift::uop::KindTest::nan_box_float(1).accepts(word) && repr.unbox_float(word).is_nan();
    if nan { repr.box_float(f64::NAN) } else { word }
}

/// A program as a person reads it.
fn text(code: &[u64], argument: i32) -> String {
    let mut text = format!("argument {argument}\n");
    for (pc, op, word) in instructions::<Op>(code) {
        text += &format!("{pc:4} {}\n", instruction_text(op, word, pc, |_, _| None));
    }
    text
}
