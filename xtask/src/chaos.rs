//! `cargo xtask chaos`: programs under disorder (`uplift run --chaos`) against CPython. Each seed runs one program, so
//! that the seeds spread over all of them; `--bisect` finds the decisions of a seed that make a program differ.

use crate::Outcome;
use crate::diff::{self, Contest, Mode, Program, Task, shell_line};
use crate::process::{self, Finished};
use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

#[derive(clap::Args)]
pub struct Options {
    /// Programs to run; without any, all of tests/python
    files: Vec<PathBuf>,
    /// How many seeds to run
    #[arg(long, default_value_t = 240)]
    seeds: u64,
    /// The first seed; the next ones count up from it
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Also run this many generated programs
    #[arg(long, default_value_t = 0)]
    generated: u64,
    /// Find the decisions of this seed that make the one program named differ
    #[arg(long, value_name = "SEED")]
    bisect: Option<u64>,
    /// With --bisect: another option of `uplift run` that the failure needs, such as --jit=interp
    #[arg(long, value_name = "OPTION", allow_hyphen_values = true)]
    with: Vec<String>,
    /// Seconds after which a run counts as hanging
    #[arg(long, default_value_t = 60)]
    timeout: u64,
    /// Runs at the same time
    #[arg(long, default_value_t = 2)]
    jobs: usize,
}

impl Options {
    /// What `cargo xtask ci` runs.
    pub fn for_ci(seeds: u64, generated: u64) -> Self {
        let files = Vec::new();
        Self { files, seeds, seed: 1, generated, bisect: None, with: Vec::new(), timeout: 60, jobs: 2 }
    }
}

/// What is combined with chaos, in turns.
const VARIANTS: &[&[&str]] = &[&[], &["--jit=interp"], &["--verify"], &["--optimize=off"]];

pub fn run(options: &Options) -> Outcome {
    let contest = Contest::new(options.timeout)?;
    if let Some(seed) = options.bisect {
        let [file] = &options.files[..] else { return Err("--bisect wants one program".into()) };
        let with: Vec<&str> = options.with.iter().map(String::as_str).collect();
        return Bisection::new(&contest, Program::load(file.clone())?, seed, &with)?.run();
    }
    let programs = diff::collect(&options.files, options.generated, 1, false)?;
    let mut tasks: Vec<Task> =
        programs.into_iter().map(|program| Task { program, modes: Vec::new() }).collect();
    spread(&mut tasks, options.seed..options.seed + options.seeds);
    tasks.retain(|task| !task.modes.is_empty());
    contest.run(&tasks, options.jobs)
}

/// Gives each seed's mode to one task, in turns.
pub fn spread(tasks: &mut [Task], seeds: Range<u64>) {
    let count = tasks.len() as u64;
    for (n, seed) in (0..).zip(seeds) {
        let variant = VARIANTS[(n / count) as usize % VARIANTS.len()];
        tasks[(n % count) as usize].modes.push(chaos(seed, None, variant));
    }
}

/// A mode with a seed's disorder, or with some of its decisions.
fn chaos(seed: u64, decisions: Option<&Range<u64>>, with: &[&str]) -> Mode {
    let plan = match decisions {
        Some(Range { start, end }) => format!("{seed}:{start}..{end}"),
        None => seed.to_string(),
    };
    let name = [&[&*format!("seed {plan}")], with].concat().join(" ");
    Mode::new(&name, &[&["--chaos", &plan], with].concat())
}

/// The search for the decisions that matter.
struct Bisection<'a> {
    contest: &'a Contest,
    program: Program,
    seed: u64,
    with: &'a [&'a str],
    expected: Finished,
}

impl<'a> Bisection<'a> {
    fn new(contest: &'a Contest, program: Program, seed: u64, with: &'a [&'a str]) -> Result<Self, String> {
        let expected = contest.expected(&program)?;
        Ok(Self { contest, program, seed, with, expected })
    }

    /// First the shortest prefix of decisions that makes the program differ, whose last one is guilty; then as many as
    /// possible are taken away before it.
    fn run(&self) -> Outcome {
        let mut end = 1;
        while !self.differs(0..end)? {
            if end == u64::MAX {
                return Err(format!("seed {} makes no difference", self.seed));
            }
            end = end.saturating_mul(2);
        }
        let end = least(end / 2, end, |end| self.differs(0..end))?;
        let start = least(0, end, |start| Ok(!self.differs(start..end)?))? - 1;
        self.tell(start..end)
    }

    fn mode(&self, decisions: &Range<u64>, with: &[&str]) -> Mode {
        chaos(self.seed, Some(decisions), &[self.with, with].concat())
    }

    fn differs(&self, decisions: Range<u64>) -> Result<bool, String> {
        let mode = self.mode(&decisions, &[]);
        Ok(self.contest.difference(&self.program, &mode, &self.expected)?.is_some())
    }

    /// Prints what the decisions did.
    fn tell(&self, decisions: Range<u64>) -> Outcome {
        let mode = self.mode(&decisions, &[]);
        let what = self.contest.difference(&self.program, &mode, &self.expected)?;
        let command =
            self.contest.command(&self.program, &self.mode(&decisions, &["--log=uplift::chaos=info"]));
        println!(
            "decision {} is guilty, after {} others:",
            decisions.end - 1,
            decisions.end - 1 - decisions.start
        );
        println!("    {}", what.unwrap_or_else(|| "(but not always)".into()));
        println!("    reproduce: {}", shell_line(&command));
        let ran = process::run(command, Duration::from_secs(60))?;
        let text = String::from_utf8_lossy(&ran.stderr).into_owned();
        let events: Vec<&str> = text.lines().filter(|line| line.contains("uplift::chaos")).collect();
        for event in &events[events.len().saturating_sub(LAST)..] {
            println!("    {}", event.trim_start());
        }
        Ok(())
    }
}

/// How many of the last events are shown.
const LAST: usize = 10;

/// The least number above `low`, up to `high`, for which `holds`; it does for `high` and not for `low`.
fn least(mut low: u64, mut high: u64, holds: impl Fn(u64) -> Result<bool, String>) -> Result<u64, String> {
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if holds(middle)? {
            high = middle;
        } else {
            low = middle;
        }
    }
    Ok(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bisection_finds_the_first_number_that_holds() {
        for answer in 1..=9 {
            assert_eq!(least(0, 9, |n| Ok(n >= answer)), Ok(answer));
        }
    }

    #[test]
    fn a_mode_names_its_seed_and_decisions() {
        let mode = chaos(7, Some(&(3..9)), &["--jit=interp"]);
        assert_eq!((mode.name.as_str(), mode.options.len()), ("seed 7:3..9 --jit=interp", 3));
        assert_eq!(mode.options, ["--chaos", "7:3..9", "--jit=interp"]);
    }
}
