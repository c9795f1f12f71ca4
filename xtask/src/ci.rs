//! `cargo xtask ci`: everything that must hold before a change lands, with the time each step took.

use crate::{Outcome, chaos, diff, tidy, workspace};
use std::time::Instant;

#[derive(clap::Args)]
pub struct Options {
    /// Only steps whose name contains this
    #[arg(long)]
    only: Option<String>,
    /// Programs that the differential run generates
    #[arg(long, default_value_t = 40)]
    generated: u64,
    /// Seeds of the runs under chaos
    #[arg(long, default_value_t = 400)]
    seeds: u64,
    /// Go on after a step that failed
    #[arg(long)]
    keep_going: bool,
}

/// A step: its name, and what it runs.
type Step = (&'static str, fn(&Options) -> Outcome);

const STEPS: &[Step] = &[
    ("format", |_| cargo(&["fmt", "--all", "--check"])),
    ("tidy", |_| tidy::run()),
    ("clippy", |_| cargo(&["clippy", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"])),
    ("features", |_| cargo(&["test", "--package", "uplift", "--no-default-features", "--quiet"])),
    ("test", |_| cargo(&["test", "--workspace", "--quiet"])),
    ("diff", |options| diff::run(&diff::Options::for_ci(options.generated))),
    ("chaos", |options| chaos::run(&chaos::Options::for_ci(options.seeds, options.generated))),
];

pub fn run(options: &Options) -> Outcome {
    let mut rows = Vec::new();
    let mut failed = Vec::new();
    for (name, step) in STEPS {
        if options.only.as_ref().is_some_and(|only| !name.contains(only.as_str())) {
            continue;
        }
        eprintln!("── {name}");
        let start = Instant::now();
        let outcome = step(options);
        let verdict = if outcome.is_ok() { "ok" } else { "FAILED" };
        rows.push(format!("{name:<10} {:>7.1} s  {verdict}", start.elapsed().as_secs_f64()));
        if let Err(message) = outcome {
            eprintln!("{name}: {message}");
            failed.push(*name);
            if !options.keep_going {
                break;
            }
        }
    }
    eprintln!("\n{}", rows.join("\n"));
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
}

fn cargo(args: &[&str]) -> Outcome {
    let status = workspace::cargo().args(args).status().map_err(|e| format!("cannot run cargo: {e}"))?;
    if status.success() { Ok(()) } else { Err(format!("`cargo {}` failed", args.join(" "))) }
}
