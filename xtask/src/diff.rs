//! `cargo xtask diff`: every program in every mode of uplift against CPython. Compared are stdout byte for byte, the
//! last line of stderr, and the exit code. A program may say more in a comment line of its own:
//! `# diff: args 2000` passes arguments (small sizes, so that the slowest mode is quick enough), and `# diff: stderr`
//! compares all of stderr but the lines of carets. `cargo xtask chaos` compares in the same way.

mod shrink;

use crate::process::{self, Finished};
use crate::{Outcome, pyperformance, workspace};
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

#[derive(clap::Args)]
pub struct Options {
    /// Programs to run; without any, all of tests/python
    files: Vec<PathBuf>,
    /// Also run this many generated programs
    #[arg(long, default_value_t = 0)]
    generated: u64,
    /// The first generated program's seed; the next ones count up from it
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Also run the pyperformance programs on small inputs, printing what they compute
    #[arg(long)]
    pyperformance: bool,
    /// Only modes whose name contains this, such as "interp" or "threshold 1"
    #[arg(long)]
    mode: Option<String>,
    /// Seconds after which a run counts as hanging
    #[arg(long, default_value_t = 60)]
    timeout: u64,
    /// Runs at the same time
    #[arg(long, default_value_t = 2)]
    jobs: usize,
}

impl Options {
    /// What `cargo xtask ci` runs.
    pub fn for_ci(generated: u64) -> Self {
        Self { files: Vec::new(), generated, seed: 1, pyperformance: false, mode: None, timeout: 60, jobs: 2 }
    }
}

/// A way to run uplift.
#[derive(Clone, Debug)]
pub struct Mode {
    pub name: String,
    pub options: Vec<String>,
}

impl Mode {
    pub fn new(name: &str, options: &[&str]) -> Self {
        Self { name: name.to_owned(), options: options.iter().map(ToString::to_string).collect() }
    }
}

/// All modes. With the JIT off there is nothing to optimise and no threshold, so that is one mode.
const MODES: &[(&str, &[&str])] = &[
    ("default", &[]),
    ("threshold 1", &["--threshold", "1", "--verify"]),
    ("checked, threshold 1", &["--check-exits", "--threshold", "1"]),
    ("unoptimised", &["--optimize", "off"]),
    ("unoptimised, threshold 1", &["--optimize", "off", "--threshold", "1", "--verify"]),
    ("background, threshold 1", &["--compile", "background", "--threshold", "1", "--verify"]),
    ("jit off", &["--jit", "off"]),
    ("interp", &["--jit", "interp"]),
    ("interp, threshold 1", &["--jit", "interp", "--threshold", "1"]),
    ("interp, unoptimised", &["--jit", "interp", "--optimize", "off"]),
    ("interp, unoptimised, threshold 1", &["--jit", "interp", "--optimize", "off", "--threshold", "1"]),
];

/// A program with what its directives say.
pub struct Program {
    path: PathBuf,
    args: Vec<String>,
    /// More folders to import from.
    python_path: Vec<PathBuf>,
    whole_stderr: bool,
    /// Whether it was made by a generator.
    generated: bool,
}

impl Program {
    pub fn load(path: PathBuf) -> Result<Self, String> {
        let path = std::path::absolute(path).map_err(|e| e.to_string())?;
        let source = std::fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let mut program =
            Self { path, args: Vec::new(), python_path: Vec::new(), whole_stderr: false, generated: false };
        for line in String::from_utf8_lossy(&source).lines() {
            match line.strip_prefix("# diff: ").map(|d| d.split_once(' ').unwrap_or((d, ""))) {
                None => {}
                Some(("args", args)) => program.args = args.split_whitespace().map(Into::into).collect(),
                Some(("stderr", "")) => program.whole_stderr = true,
                Some((other, _)) => {
                    return Err(format!("{}: unknown directive `{other}`", program.path.display()));
                }
            }
        }
        Ok(program)
    }

    fn python_path(&self) -> Option<std::ffi::OsString> {
        std::env::join_paths(&self.python_path).ok().filter(|p| !p.is_empty())
    }

    pub fn name(&self) -> String {
        let mut name = workspace::shown(&self.path);
        if !self.python_path.is_empty() {
            name = format!("{name} {}", self.args.join(" "));
        }
        name
    }
}

/// A program, and the modes to run it in.
pub struct Task {
    pub program: Program,
    pub modes: Vec<Mode>,
}

/// One disagreement: of which task, in which mode, what differs, and how to see it again.
struct Difference {
    task: usize,
    mode: String,
    what: String,
    reproduce: String,
}

/// Who is compared, and how long a run may take.
pub struct Contest {
    uplift: PathBuf,
    cpython: PathBuf,
    oracle: String,
    limit: Duration,
}

impl Contest {
    /// A release build of uplift, and the CPython at hand.
    pub fn new(seconds: u64) -> Result<Self, String> {
        Self::of(workspace::uplift()?, seconds)
    }

    /// The program `uplift`, and the CPython at hand.
    pub fn of(uplift: PathBuf, seconds: u64) -> Result<Self, String> {
        let (cpython, oracle) = workspace::cpython()?;
        if !oracle.starts_with("CPython 3.11") {
            eprintln!("note: the oracle is {oracle}; texts of some errors differ from 3.11's");
        }
        Ok(Self { uplift, cpython, oracle, limit: Duration::from_secs(seconds) })
    }

    /// The same, with another limit for a run.
    fn within(&self, limit: Duration) -> Self {
        let (uplift, cpython, oracle) = (self.uplift.clone(), self.cpython.clone(), self.oracle.clone());
        Self { uplift, cpython, oracle, limit }
    }

    /// What CPython does.
    pub fn expected(&self, program: &Program) -> Result<Finished, String> {
        let mut command = Command::new(&self.cpython);
        command.env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONUTF8", "1").env("PYTHONHASHSEED", "0");
        let expected = process::run(prepare(command, program), self.limit)?;
        if expected.timed_out {
            return Err(format!("{}: CPython itself takes more than {:?}", program.name(), self.limit));
        }
        Ok(expected)
    }

    /// The command that runs a program in a mode.
    pub fn command(&self, program: &Program, mode: &Mode) -> Command {
        let mut command = Command::new(&self.uplift);
        command.arg("run").args(&mode.options);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("UPLIFT_") {
                command.env_remove(name);
            }
        }
        prepare(command, program)
    }

    /// Runs a program in a mode: the first thing that is not as expected.
    pub fn difference(
        &self,
        program: &Program,
        mode: &Mode,
        expected: &Finished,
    ) -> Result<Option<String>, String> {
        let got = process::run(self.command(program, mode), self.limit)?;
        Ok(difference(program, expected, &got, self.limit))
    }

    /// Runs all tasks, `jobs` at a time, and tells what differs.
    pub fn run(&self, tasks: &[Task], jobs: usize) -> Outcome {
        let runs: usize = tasks.iter().map(|task| task.modes.len() + 1).sum();
        let bar = ProgressBar::new(runs as u64).with_style(
            ProgressStyle::with_template("{bar:40} {pos}/{len} runs, {elapsed}, {wide_msg}")
                .expect("the template is constant"),
        );
        let work = Mutex::new((0..tasks.len()).collect::<VecDeque<_>>());
        let found: Mutex<Vec<Difference>> = Mutex::default();
        let failure: Mutex<Option<String>> = Mutex::default();
        thread::scope(|scope| {
            for _ in 0..jobs.max(1) {
                scope.spawn(|| {
                    while let Some(i) = { work.lock().expect("no holder panics").pop_front() } {
                        bar.set_message(tasks[i].program.name());
                        match self.compare(i, &tasks[i], &bar) {
                            Ok(more) => found.lock().expect("no holder panics").extend(more),
                            Err(message) => *failure.lock().expect("no holder panics") = Some(message),
                        }
                    }
                });
            }
        });
        bar.finish_and_clear();
        if let Some(message) = failure.into_inner().expect("no holder panics") {
            return Err(message);
        }
        let found = found.into_inner().expect("no holder panics");
        let outcome = report(tasks, &self.oracle, &found);
        shrink::shrink_all(tasks, self, &found)?;
        outcome
    }

    /// Runs one program everywhere.
    fn compare(&self, index: usize, task: &Task, bar: &ProgressBar) -> Result<Vec<Difference>, String> {
        let program = &task.program;
        let expected = self.expected(program)?;
        bar.inc(1);
        let mut differences = Vec::new();
        for mode in &task.modes {
            let what = self.difference(program, mode, &expected)?;
            bar.inc(1);
            if let Some(what) = what {
                bar.println(format!("differs: {} ({})", program.name(), mode.name));
                let reproduce = shell_line(&self.command(program, mode));
                differences.push(Difference { task: index, mode: mode.name.clone(), what, reproduce });
            }
        }
        Ok(differences)
    }
}

pub fn run(options: &Options) -> Outcome {
    let wanted = |name: &str| options.mode.as_ref().is_none_or(|wanted| name.contains(wanted));
    let modes: Vec<Mode> = MODES
        .iter()
        .filter(|(name, _)| wanted(name))
        .map(|(name, options)| Mode::new(name, options))
        .collect();
    if modes.is_empty() {
        let names: Vec<_> = MODES.iter().map(|(name, _)| *name).collect();
        return Err(format!("no such mode; there are: {}", names.join("; ")));
    }
    let contest = Contest::new(options.timeout)?;
    let programs = collect(&options.files, options.generated, options.seed, options.pyperformance)?;
    let tasks: Vec<Task> =
        programs.into_iter().map(|program| Task { program, modes: modes.clone() }).collect();
    contest.run(&tasks, options.jobs)
}

/// The programs asked for; all of tests/python when no files are named.
pub fn collect(
    files: &[PathBuf],
    generated: u64,
    seed: u64,
    with_pyperformance: bool,
) -> Result<Vec<Program>, String> {
    let mut programs = Vec::new();
    for file in files {
        programs.push(Program::load(file.clone())?);
    }
    if files.is_empty() && !with_pyperformance {
        for file in workspace::files()? {
            let inside = file.strip_prefix("tests/python").ok();
            let module = |f: &Path| f.starts_with("imports") && f != Path::new("imports/main.py");
            if inside.is_some_and(|f| f.extension().is_some_and(|e| e == "py") && !module(f)) {
                programs.push(Program::load(workspace::root().join(file))?);
            }
        }
    }
    if generated > 0 {
        let folder = workspace::target()?.join("generated");
        std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        for seed in seed..seed + generated {
            let path = folder.join(format!("seed_{seed}.py"));
            std::fs::write(&path, uplift_generate::python::of_seed(seed))
                .map_err(|e| format!("{}: {e}", path.display()))?;
            programs.push(Program { generated: true, ..Program::load(path)? });
        }
    }
    if with_pyperformance {
        let suite = pyperformance::get(false)?;
        for program in pyperformance::PROGRAMS {
            programs.push(Program {
                path: pyperformance::check_driver(),
                args: vec![program.name.into()],
                python_path: vec![suite.folder_of(program), pyperformance::stand_in()],
                whole_stderr: false,
                generated: false,
            });
        }
    }
    Ok(programs)
}

fn prepare(mut command: Command, program: &Program) -> Command {
    // Run from the root: what the programs and their tracebacks name is then the same everywhere.
    command.current_dir(workspace::root());
    command.arg(program.path.strip_prefix(workspace::root()).unwrap_or(&program.path)).args(&program.args);
    match program.python_path() {
        Some(path) => command.env("PYTHONPATH", path),
        None => command.env_remove("PYTHONPATH"),
    };
    command
}

/// The command as one would type it at the workspace's root.
pub fn shell_line(command: &Command) -> String {
    let mut line = String::new();
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            line += &format!("{}={} ", name.to_string_lossy(), value.to_string_lossy());
        }
    }
    line += &workspace::shown(Path::new(command.get_program()));
    for arg in command.get_args() {
        line = line + " " + &arg.to_string_lossy();
    }
    line
}

/// The first thing in which a run differs from what CPython did.
fn difference(program: &Program, expected: &Finished, got: &Finished, limit: Duration) -> Option<String> {
    if got.timed_out {
        return Some(format!("still running after {limit:?}"));
    }
    let last_lines = || {
        let text = String::from_utf8_lossy(&got.stderr);
        let lines: Vec<&str> = text.trim_end().lines().collect();
        let tail = &lines[lines.len().saturating_sub(6)..];
        tail.iter().map(|line| format!("\n      stderr: {line}")).collect::<String>()
    };
    if let Some(what) = first_different_line("stdout", &expected.stdout, &got.stdout) {
        return Some(format!("{what} (exit code {}){}", got.code, last_lines()));
    }
    if expected.code != got.code {
        return Some(format!("exit code: expected {}, got {}{}", expected.code, got.code, last_lines()));
    }
    let (expected, got) = if program.whole_stderr {
        (without_carets(&expected.stderr), without_carets(&got.stderr))
    } else {
        (last_line(&expected.stderr), last_line(&got.stderr))
    };
    first_different_line("stderr", &expected, &got)
}

fn last_line(bytes: &[u8]) -> Vec<u8> {
    bytes.trim_ascii_end().split(|b| *b == b'\n').next_back().unwrap_or_default().to_vec()
}

/// All lines but those that underline a part of the source, which implementations may choose differently.
fn without_carets(bytes: &[u8]) -> Vec<u8> {
    let lines = bytes.split(|b| *b == b'\n');
    let kept: Vec<&[u8]> =
        lines.filter(|l| l.is_empty() || !l.iter().all(|b| matches!(b, b' ' | b'^' | b'~'))).collect();
    kept.join(&b'\n')
}

fn first_different_line(what: &str, expected: &[u8], got: &[u8]) -> Option<String> {
    if expected == got {
        return None;
    }
    let shown = |line: Option<&[u8]>| match line {
        None => "nothing more".to_owned(),
        Some(line) => String::from_utf8_lossy(line).into_owned(),
    };
    let (mut left, mut right) = (expected.split(|b| *b == b'\n'), got.split(|b| *b == b'\n'));
    for number in 1.. {
        let (a, b) = (left.next(), right.next());
        if a != b {
            let (a, b) = (shown(a), shown(b));
            return Some(format!("{what}, line {number}{}", around_difference(&a, &b)));
        }
        if a.is_none() {
            break;
        }
    }
    Some(format!("{what} differs"))
}

/// Two long lines, cut to where they part.
fn around_difference(expected: &str, got: &str) -> String {
    let same = expected.chars().zip(got.chars()).take_while(|(a, b)| a == b).count();
    let start = same.saturating_sub(40);
    let cut = |text: &str| {
        let part: String = text.chars().skip(start).take(120).collect();
        if start > 0 { format!("…{part}") } else { part }
    };
    let column = if start > 0 { format!(", column {}", same + 1) } else { String::new() };
    format!("{column}\n      expected: {}\n      got:      {}", cut(expected), cut(got))
}

fn report(tasks: &[Task], oracle: &str, found: &[Difference]) -> Outcome {
    let mut failed = 0;
    for (i, Task { program, modes }) in tasks.iter().enumerate() {
        let mine: Vec<&Difference> = found.iter().filter(|d| d.task == i).collect();
        if mine.is_empty() {
            continue;
        }
        failed += 1;
        println!("✗ {}", program.name());
        // Modes that fail in the same way are told once.
        let mut told: Vec<&str> = Vec::new();
        for difference in &mine {
            if told.contains(&difference.what.as_str()) {
                continue;
            }
            told.push(&difference.what);
            let same: Vec<&str> =
                mine.iter().filter(|d| d.what == difference.what).map(|d| d.mode.as_str()).collect();
            let names = if same.len() == modes.len() { "every mode".into() } else { same.join("; ") };
            println!("    in {names}: {}", difference.what);
            println!("      reproduce: {}", difference.reproduce);
        }
    }
    let runs: usize = tasks.iter().map(|task| task.modes.len()).sum();
    let programs = tasks.len();
    if failed > 0 {
        let wrong = found.len();
        return Err(format!("{failed} of {programs} programs differ from {oracle} ({wrong} of {runs} runs)"));
    }
    println!("{programs} programs print what {oracle} prints, in {runs} runs");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_different_line_is_shown_from_where_it_parts() {
        assert_eq!(first_different_line("stdout", b"a\nb\n", b"a\nb\n"), None);
        let text = first_different_line("stdout", b"a\nbc\n", b"a\nbd\n").unwrap();
        assert!(text.starts_with("stdout, line 2") && text.contains("expected: bc"), "{text}");
        let text = first_different_line("stdout", b"a\n", b"a").unwrap();
        assert!(text.contains("line 2") && text.contains("nothing more"), "{text}");
    }

    #[test]
    fn caret_lines_do_not_count() {
        assert_eq!(without_carets(b"a\n   ~~^~~\n\nb"), b"a\n\nb");
    }

    #[test]
    fn every_pair_of_options_has_a_mode_of_its_own() {
        for (i, (name, options)) in MODES.iter().enumerate() {
            assert!(MODES[..i].iter().all(|(other, same)| same != options && other != name));
        }
    }
}
