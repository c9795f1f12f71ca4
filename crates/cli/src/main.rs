//! The `uplift` command: `uplift run program.py` runs a Python program with its hot loops compiled.

mod logging;
mod options;
mod program;

use clap::Parser;
use options::{Cli, Command, RunArgs, Source};
use std::io::Write;
use uplift_python::{Interrupt, Outcome, Program, RunConfig};

/// Programs allocate in bursts of small objects, which this allocator serves about twice as fast as the C library's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Exit code of a program or command line that could not be started: bad usage, unreadable file, syntax error.
const NOT_STARTED: i32 = 2;
/// Exit code of a failure of our own.
const INTERNAL: i32 = 70;

/// Sizes of the native stack to try, largest first. Only what is touched takes memory, but an address-space limit
/// may refuse the reservation.
const STACK_BYTES: [usize; 4] = [512 << 20, 128 << 20, 32 << 20, 8 << 20];

fn main() {
    let code = match Cli::parse().command {
        Command::Run(args) => run(&args),
        Command::Disasm(args) => disassemble(args.source()),
    };
    // Leave at once: what the program left in memory is not worth tearing down.
    std::process::exit(code);
}

/// `uplift run`.
fn run(args: &RunArgs) -> i32 {
    if let Err(message) = logging::start(args.log.as_deref(), args.log_format) {
        return complain(&message);
    }
    let (source, arguments) = args.source();
    let program = match program::load(source, arguments) {
        Ok(program) => program,
        Err(message) => return complain(&message),
    };
    let interrupt = Interrupt::default();
    // Without the handler Ctrl-C ends the process at once, which is no reason not to run.
    let _ = ctrlc::set_handler({
        let interrupt = interrupt.clone();
        move || interrupt.request()
    });
    let Some(outcome) = on_large_stack(&program, &args.engine.config(interrupt)) else {
        return INTERNAL;
    };
    if args.engine.stats {
        // A closed stderr must not change the exit code.
        let _ = write!(std::io::stderr(), "{}", outcome.stats);
    }
    outcome.exit_code
}

/// Runs the program on a thread with the largest stack to be had, for deep recursion through native code.
/// Nothing when that thread ended by a panic, which it has reported.
fn on_large_stack(program: &Program, config: &RunConfig) -> Option<Outcome> {
    for stack_bytes in STACK_BYTES {
        let config = RunConfig { stack_bytes, ..config.clone() };
        let finished = std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().name("main".into()).stack_size(stack_bytes);
            let handle = thread.spawn_scoped(scope, move || uplift_python::run(program, &config)).ok()?;
            Some(handle.join().ok())
        });
        if let Some(outcome) = finished {
            return outcome;
        }
    }
    Some(uplift_python::run(program, &RunConfig { stack_bytes: 1 << 20, ..config.clone() }))
}

/// `uplift disasm`.
fn disassemble(source: Source) -> i32 {
    let listing = match program::load(source, &[]) {
        Ok(program) => uplift_python::disassemble(&program),
        Err(message) => return complain(&message),
    };
    match listing {
        Ok(text) => match std::io::stdout().write_all(text.as_bytes()) {
            Ok(()) => 0,
            Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => 0,
            Err(e) => complain(&format!("cannot write the listing: {e}")),
        },
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{}", error.to_string().trim_end());
            NOT_STARTED
        }
    }
}

/// Tells why the program could not be started.
fn complain(message: &str) -> i32 {
    let _ = writeln!(std::io::stderr(), "uplift: {message}");
    NOT_STARTED
}
