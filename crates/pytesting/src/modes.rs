//! One program in every mode of the JIT, in this process.

use std::fmt;
use std::sync::mpsc;
use std::time::Duration;
use uplift_python::{Capture, Captured, JitMode, Program, RunConfig, run};

/// A way to run a program that must do what interpretation alone does.
struct Mode {
    name: &'static str,
    jit: JitMode,
    optimize: bool,
    /// Whether each entry is checked against the uop interpreter.
    check_exits: bool,
}

const MODES: &[Mode] = &[
    Mode { name: "threshold 1", jit: JitMode::On, optimize: true, check_exits: false },
    Mode { name: "checked, threshold 1", jit: JitMode::On, optimize: true, check_exits: true },
    Mode { name: "unoptimised, threshold 1", jit: JitMode::On, optimize: false, check_exits: false },
    Mode { name: "interp, threshold 1", jit: JitMode::Interp, optimize: true, check_exits: true },
];

/// What a run of a program shows: output, the last line of an uncaught exception's traceback, the exit code.
#[derive(Debug, PartialEq)]
struct Shown {
    output: String,
    error: String,
    exit_code: i32,
}

/// The first mode in which a program does something else than interpreted.
#[derive(Debug)]
pub struct Difference {
    /// The mode's name.
    pub mode: &'static str,
    expected: Shown,
    found: Shown,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Difference { mode, expected, found } = self;
        writeln!(f, "differs in mode \"{mode}\"\n--- interpreted\n{expected}\n--- found\n{found}")
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}\nexit code {}", self.output, self.error, self.exit_code)
    }
}

/// Runs a program interpreted, in the first mode, and in one of the others, which its length chooses. `None`: no difference, or it takes too long.
pub fn compare(text: &str) -> Option<Difference> {
    let expected = shown(text, RunConfig { jit: JitMode::Off, ..RunConfig::default() })?;
    let chosen = [&MODES[0], &MODES[1 + text.len() % (MODES.len() - 1)]];
    chosen.into_iter().find_map(|mode| {
        let &Mode { name, jit, optimize, check_exits } = mode;
        let config =
            RunConfig { jit, optimize, check_exits, threshold: Some(1), verify: true, ..Default::default() };
        let found = shown(text, config)?;
        if found == expected {
            return None;
        }
        let expected = Shown { output: expected.output.clone(), error: expected.error.clone(), ..expected };
        Some(Difference { mode: name, expected, found })
    })
}

/// Time that a run may take. Generated programs take a tenth; mutants, and what shrinking makes, may run for ever.
const LIMIT: Duration = Duration::from_secs(3);
/// Native stack that runs may use: less than the test threads of cargo have.
const STACK_BYTES: usize = 1 << 20;
/// The exit code after an interrupt.
const INTERRUPTED: i32 = 130;

/// What a run shows; `None` if it was stopped.
fn shown(text: &str, config: RunConfig) -> Option<Shown> {
    let capture = Capture::default();
    let config = RunConfig { capture: Some(capture.clone()), stack_bytes: STACK_BYTES, ..config };
    let program = Program {
        source: text.as_bytes().to_vec(),
        name: "generated.py".to_owned(),
        argv: Vec::new(),
        search_path: Vec::new(),
    };
    let exit_code = std::thread::scope(|scope| {
        let (done, ended) = mpsc::channel::<()>();
        let interrupt = config.interrupt.clone();
        scope.spawn(move || {
            if ended.recv_timeout(LIMIT) == Err(mpsc::RecvTimeoutError::Timeout) {
                interrupt.request();
            }
        });
        let exit_code = run(&program, &config).exit_code;
        drop(done);
        exit_code
    });
    let Captured { stdout, stderr } = capture.take();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let error = text(&stderr).lines().last().unwrap_or_default().to_owned();
    (exit_code != INTERRUPTED).then(|| Shown { output: text(&stdout), error, exit_code })
}
