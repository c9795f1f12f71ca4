//! `cargo xtask bench`: the pyperformance programs, unmodified, and our own of tests/python, under uplift with the JIT
//! on and off, CPython and PyPy. The rounds of all interpreters are interleaved, so that a slow minute of the machine
//! hits all of them. Steady state is the median of the later half of a run's rounds, in processor time; a whole
//! process is timed by the clock.

use crate::process::{self, Finished};
use crate::{Outcome, plot, pyperformance, report, workspace};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

#[derive(clap::Args)]
pub struct Options {
    /// Only these programs, comma separated
    #[arg(long, value_delimiter = ',')]
    programs: Vec<String>,
    /// Processes per program and interpreter, interleaved
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// Timed rounds inside each process
    #[arg(long, default_value_t = 12)]
    inner_rounds: u32,
    /// One process each, five rounds inside: a first impression
    #[arg(long)]
    quick: bool,
    /// Write every figure as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Draw the ratios as SVG
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Ask pip for a newer pyperformance
    #[arg(long)]
    refresh: bool,
    /// Leave PyPy out though it is installed
    #[arg(long)]
    no_pypy: bool,
    /// Run the engine's own benchmarks (cargo bench) instead
    #[arg(long)]
    engine: bool,
}

/// An interpreter in the comparison.
#[derive(Serialize)]
pub struct Subject {
    /// The column's name.
    pub label: String,
    #[serde(skip)]
    command: Vec<OsString>,
}

/// A program in the comparison.
struct Workload {
    name: String,
    script: PathBuf,
    args: Vec<String>,
    /// The folder of our pyperf module; set for programs that report rounds.
    stand_in: Option<PathBuf>,
}

/// What one process showed.
#[derive(Serialize)]
struct Sample {
    /// Seconds of each timed round, for programs that report them.
    rounds: Vec<f64>,
    wall: f64,
    cpu: f64,
    peak_rss: u64,
}

/// Everything measured of one program under one interpreter.
#[derive(Serialize, Default)]
pub struct Cell {
    /// Seconds a round in steady state.
    pub steady: Option<f64>,
    /// Seconds from start to end of the process.
    pub wall: Option<f64>,
    pub peak_rss: Option<u64>,
    /// Why there are no figures.
    pub problem: Option<String>,
    samples: Vec<Sample>,
}

/// A program's row.
#[derive(Serialize)]
pub struct Row {
    pub name: String,
    pub pyperformance: bool,
    /// One cell per subject.
    pub cells: Vec<Cell>,
}

/// All figures, and what they were measured on.
#[derive(Serialize)]
pub struct Results {
    pub date: String,
    pub machine: String,
    pub pyperformance: Option<String>,
    pub rounds: u32,
    pub inner_rounds: u32,
    pub subjects: Vec<Subject>,
    pub rows: Vec<Row>,
}

/// Which subject the ratios refer to, and which are ours.
pub const CPYTHON: usize = 0;
pub const JIT_ON: usize = 1;
pub const JIT_OFF: usize = 2;

pub fn run(options: &Options) -> Outcome {
    if options.engine {
        let status = workspace::cargo().args(["bench", "--workspace"]).status().map_err(|e| e.to_string())?;
        return if status.success() { Ok(()) } else { Err("cargo bench failed".into()) };
    }
    let (rounds, inner_rounds) =
        if options.quick { (1, 5) } else { (options.rounds.max(1), options.inner_rounds.max(2)) };
    let subjects = subjects(options)?;
    let (workloads, version) = workloads(options, inner_rounds)?;
    let bar = ProgressBar::new(u64::from(rounds) * (workloads.len() * subjects.len()) as u64).with_style(
        ProgressStyle::with_template("{bar:40} {pos}/{len} runs, {elapsed}, {wide_msg}")
            .expect("the template is constant"),
    );
    let mut rows: Vec<Row> = workloads
        .iter()
        .map(|w| Row {
            name: w.name.clone(),
            pyperformance: w.stand_in.is_some(),
            cells: subjects.iter().map(|_| Cell::default()).collect(),
        })
        .collect();
    for _ in 0..rounds {
        for (workload, row) in workloads.iter().zip(&mut rows) {
            for (subject, cell) in subjects.iter().zip(&mut row.cells) {
                bar.set_message(format!("{} under {}", workload.name, subject.label));
                if cell.problem.is_none() {
                    match sample(workload, subject) {
                        Ok(sample) => cell.samples.push(sample),
                        Err(problem) => {
                            bar.println(format!("{} under {}: {problem}", workload.name, subject.label));
                            cell.problem = Some(problem);
                        }
                    }
                }
                bar.inc(1);
            }
        }
    }
    bar.finish_and_clear();
    for cell in rows.iter_mut().flat_map(|row| &mut row.cells) {
        cell.summarise();
    }
    let results = Results {
        date: report::today(),
        machine: report::machine(),
        pyperformance: version,
        rounds,
        inner_rounds,
        subjects,
        rows,
    };
    report::print(&results);
    if let Some(path) = &options.json {
        let text = serde_json::to_string_pretty(&results).map_err(|e| e.to_string())?;
        std::fs::write(path, text + "\n").map_err(|e| format!("{}: {e}", path.display()))?;
    }
    if let Some(path) = &options.svg {
        plot::write(&results, path)?;
    }
    let problems = results.rows.iter().flat_map(|r| &r.cells).filter(|c| c.problem.is_some()).count();
    if problems > 0 { Err(format!("{problems} programs did not run; see above")) } else { Ok(()) }
}

fn subjects(options: &Options) -> Result<Vec<Subject>, String> {
    let uplift = workspace::uplift()?.into_os_string();
    let (cpython, version) = workspace::cpython()?;
    let ours = |label: &str, jit: &str| Subject {
        label: label.into(),
        command: vec![uplift.clone(), "run".into(), "--jit".into(), jit.into()],
    };
    // In the order of CPYTHON, JIT_ON, JIT_OFF.
    let mut subjects = vec![
        Subject { label: version, command: vec![cpython.into()] },
        ours("uplift", "on"),
        ours("uplift, JIT off", "off"),
    ];
    if !options.no_pypy
        && let Some((pypy, version)) = workspace::pypy()
    {
        subjects.push(Subject { label: version, command: vec![pypy.into()] });
    }
    Ok(subjects)
}

fn workloads(options: &Options, inner_rounds: u32) -> Result<(Vec<Workload>, Option<String>), String> {
    let wanted = |name: &str| options.programs.is_empty() || options.programs.iter().any(|p| p == name);
    let mut workloads = Vec::new();
    let mut version = None;
    if pyperformance::PROGRAMS.iter().any(|program| wanted(program.name)) {
        let suite = pyperformance::get(options.refresh)?;
        for program in pyperformance::PROGRAMS.iter().filter(|program| wanted(program.name)) {
            let mut args = vec![format!("--rounds={inner_rounds}"), format!("--loops={}", program.loops)];
            args.extend(program.args.iter().map(|arg| (*arg).to_owned()));
            workloads.push(Workload {
                name: program.name.into(),
                script: suite.script_of(program),
                args,
                stand_in: Some(pyperformance::stand_in()),
            });
        }
        version = Some(suite.version);
    }
    let folder = workspace::root().join("tests/python");
    let entries = std::fs::read_dir(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut scripts: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    scripts.retain(|path| path.extension().is_some_and(|e| e == "py"));
    scripts.sort();
    for script in scripts {
        let name = script.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if wanted(&name) {
            workloads.push(Workload { name, script, args: Vec::new(), stand_in: None });
        }
    }
    if workloads.is_empty() {
        let known: Vec<_> = pyperformance::PROGRAMS.iter().map(|p| p.name).collect();
        return Err(format!("no such program; there are {}, and those of tests/python", known.join(", ")));
    }
    Ok((workloads, version))
}

fn sample(workload: &Workload, subject: &Subject) -> Result<Sample, String> {
    let mut command = Command::new(&subject.command[0]);
    command.args(&subject.command[1..]).arg(&workload.script).args(&workload.args);
    command.env("PYTHONDONTWRITEBYTECODE", "1").env_remove("PYTHONPATH");
    if let Some(stand_in) = &workload.stand_in {
        command.env("PYTHONPATH", stand_in);
    }
    let finished = process::run(command, Duration::from_secs(600))?;
    let rounds = reported_rounds(&finished);
    if finished.timed_out {
        return Err("still running after ten minutes".into());
    }
    if finished.code != 0 || (workload.stand_in.is_some() && rounds.is_empty()) {
        let text = String::from_utf8_lossy(&finished.stderr);
        let last = text.trim_end().lines().next_back().unwrap_or("no rounds reported");
        return Err(format!("exit code {}: {last}", finished.code));
    }
    Ok(Sample { rounds, wall: finished.wall, cpu: finished.cpu, peak_rss: finished.peak_rss })
}

/// The seconds on the stand-in's line, `@pyperf NAME SECONDS...`.
fn reported_rounds(finished: &Finished) -> Vec<f64> {
    let text = String::from_utf8_lossy(&finished.stderr);
    let line = text.lines().find_map(|line| line.strip_prefix("@pyperf ")).unwrap_or_default();
    line.split(' ').skip(1).filter_map(|word| word.parse().ok()).collect()
}

impl Cell {
    fn summarise(&mut self) {
        let later_halves = self.samples.iter().filter(|s| !s.rounds.is_empty());
        self.steady =
            median(later_halves.filter_map(|s| median(s.rounds[s.rounds.len() / 2..].to_vec())).collect());
        self.wall = median(self.samples.iter().map(|s| s.wall).collect());
        self.peak_rss = self.samples.iter().map(|s| s.peak_rss).max();
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 0 => Some((values[middle - 1] + values[middle]) / 2.0),
        _ => Some(values[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steady_state_is_the_median_of_the_later_half() {
        let sample = |rounds: &[f64]| Sample { rounds: rounds.to_vec(), wall: 1.0, cpu: 1.0, peak_rss: 1 };
        let mut cell = Cell { samples: vec![sample(&[9.0, 9.0, 2.0, 1.0, 3.0])], ..Cell::default() };
        cell.summarise();
        assert_eq!(cell.steady, Some(2.0));
        assert_eq!(median(vec![4.0, 1.0]), Some(2.5));
        assert_eq!(median(vec![]), None);
    }
}
