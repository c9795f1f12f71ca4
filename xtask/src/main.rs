//! `cargo xtask`: the workspace's own chores. `cargo xtask --help` lists them.

mod bench;
mod chaos;
mod ci;
mod diff;
mod fuzz;
mod plot;
mod process;
mod pyperformance;
mod report;
mod targets;
mod tidy;
mod workspace;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// The workspace's own chores.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Everything that must hold before a change lands: format, lints, tidy, tests, differential runs
    Ci(ci::Options),
    /// Run programs in every mode of uplift and under CPython, and compare what they print
    Diff(diff::Options),
    /// Run programs under chaos (guards that fail, compilations that come late, evictions...) and under CPython
    Chaos(chaos::Options),
    /// Time programs under uplift, CPython and PyPy, and print a table
    Bench(bench::Options),
    /// Run the fuzz targets for a while each, and print what they reached and found
    Fuzz(fuzz::Options),
    /// Run the tests on other targets: aarch64 Linux in qemu, x86-64 Windows in Wine
    Targets(targets::Options),
    /// Check the rules of the source tree that no compiler checks
    Tidy,
    /// Print the generated program of a seed
    Generate {
        /// The seed, as `diff` reports it
        seed: u64,
    },
}

/// What a chore gives back: nothing, or why it failed, ready to be printed.
type Outcome = Result<(), String>;

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Ci(options) => ci::run(&options),
        Command::Diff(options) => diff::run(&options),
        Command::Chaos(options) => chaos::run(&options),
        Command::Bench(options) => bench::run(&options),
        Command::Fuzz(options) => fuzz::run(&options),
        Command::Targets(options) => targets::run(&options),
        Command::Tidy => tidy::run(),
        Command::Generate { seed } => {
            print!("{}", uplift_generate::python::of_seed(seed));
            Ok(())
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}
