//! `cargo xtask targets`: the workspace's tests on targets that are not the host's, in emulators: aarch64 Linux in qemu,
//! x86-64 Windows in Wine. It installs what it needs (Debian's packages, Rust's std), builds the tests with cargo, and runs
//! each test program itself, with a time limit. Emulators may exit with 0 after a crash, so a program has passed only if it
//! also says "test result: ok". `--programs` compares Python programs with CPython as `cargo xtask diff` and `chaos` do.

mod setup;

use crate::diff::{self, Contest, Mode, Task};
use crate::process::{self, Finished};
use crate::{Outcome, chaos, workspace};
use setup::{TARGETS, Target};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[derive(clap::Args)]
pub struct Options {
    /// Targets, or parts of their names; without any, all
    targets: Vec<String>,
    /// Install what is missing, and stop
    #[arg(long)]
    setup_only: bool,
    /// Only test programs whose name contains this, such as "memory" or "uplift-cranelift"
    #[arg(long)]
    only: Option<String>,
    /// Seconds after which a test program counts as hanging
    #[arg(long, default_value_t = 900)]
    timeout: u64,
    /// Another qemu-aarch64: Debian 12's does not run code that is written through another mapping, 8.1 and later do
    #[arg(long, value_name = "PATH")]
    qemu: Option<PathBuf>,
    /// Instead of the tests, run the programs of tests/python and compare them with CPython
    #[arg(long)]
    programs: bool,
    /// With --programs: only files whose path contains this
    #[arg(long, value_name = "PART", requires = "programs")]
    file: Option<String>,
    /// With --programs: seeds of runs under chaos, spread over the programs
    #[arg(long, default_value_t = 0, requires = "programs")]
    seeds: u64,
}

/// Test programs that only the host runs: they ask a solver, which is a program of the host's, and what they prove holds for
/// all targets.
const HOST_ONLY: &[&str] = &["testing proofs", "testing validation"];

/// The modes in which programs run: the one that everybody uses, and the one that compiles most.
const MODES: &[(&str, &[&str])] = &[("default", &[]), ("threshold 1", &["--threshold", "1"])];

pub fn run(options: &Options) -> Outcome {
    let wanted = |target: &&Target| {
        options.targets.is_empty() || options.targets.iter().any(|part| target.triple.contains(part.as_str()))
    };
    let targets: Vec<&Target> = TARGETS.iter().filter(wanted).collect();
    if targets.is_empty() {
        let names: Vec<&str> = TARGETS.iter().map(|target| target.triple).collect();
        return Err(format!("no such target; there are: {}", names.join(", ")));
    }
    let mut failed = Vec::new();
    for target in targets {
        eprintln!("── {}", target.triple);
        let target = &target.with_qemu(options.qemu.as_deref());
        target.set_up().map_err(|e| format!("{}: {e}", target.triple))?;
        if options.setup_only {
            continue;
        }
        let _running = target.start()?;
        let build = Build::new(target)?;
        let outcome = if options.programs {
            run_programs(target, &build, options)
        } else {
            build.test(target, options)
        };
        if let Err(message) = outcome {
            eprintln!("{}: {message}", target.triple);
            failed.push(target.triple);
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
}

/// A test program.
struct TestProgram {
    /// Its package and target, such as "uplift-cranelift memory".
    name: String,
    path: PathBuf,
    /// The package's folder, in which tests run.
    folder: PathBuf,
}

/// What cargo built.
struct Build {
    tests: Vec<TestProgram>,
    uplift: Option<PathBuf>,
}

impl Build {
    /// Builds all tests of the workspace, and the `uplift` command, which some of them run. The chores themselves are the
    /// host's.
    fn new(target: &Target) -> Result<Build, String> {
        let start = Instant::now();
        let output = workspace::cargo()
            .args(["test", "--workspace", "--exclude", "xtask", "--no-run", "--target", target.triple])
            .args(["--quiet", "--message-format", "json-render-diagnostics"])
            .envs(target.environment()?)
            .stderr(Stdio::inherit())
            .output()
            .map_err(|e| format!("cannot run cargo test: {e}"))?;
        if !output.status.success() {
            return Err(format!("the tests do not build for {}", target.triple));
        }
        eprintln!("{:>7.1} s  build", start.elapsed().as_secs_f64());
        let mut build = Build { tests: Vec::new(), uplift: None };
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let message = serde_json::from_str(line).map_err(|e| format!("cargo's messages: {e}"))?;
            build.add(&message);
        }
        Ok(build)
    }

    /// Notes the program that a message of cargo's is about, if it is about one.
    fn add(&mut self, message: &serde_json::Value) {
        let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        let Some(path) = text(&message["executable"]).map(PathBuf::from) else { return };
        let Some(manifest) = text(&message["manifest_path"]).map(PathBuf::from) else { return };
        let name = text(&message["target"]["name"]).unwrap_or_default();
        if message["profile"]["test"] == true {
            let folder = manifest.parent().map(PathBuf::from).unwrap_or_default();
            let package = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            self.tests.push(TestProgram { name: format!("{package} {name}"), path, folder });
        } else if name == "uplift" {
            self.uplift = Some(path);
        }
    }

    /// Runs the test programs one after the other.
    fn test(&self, target: &Target, options: &Options) -> Outcome {
        let (mut passed, mut failed) = (0, Vec::new());
        let start = Instant::now();
        for test in &self.tests {
            if options.only.as_ref().is_some_and(|part| !test.name.contains(part.as_str())) {
                continue;
            }
            if HOST_ONLY.contains(&test.name.as_str()) {
                eprintln!("           {}: only on the host", test.name);
                continue;
            }
            let finished = test.run(target, Duration::from_secs(options.timeout))?;
            let verdict = verdict(&finished);
            let told = match &verdict {
                Ok(tests) => format!("{tests} passed"),
                Err(what) => format!("FAILED: {what}"),
            };
            eprintln!("{:>7.1} s  {}: {told}", finished.wall, test.name);
            match verdict {
                Ok(tests) => passed += tests,
                Err(_) => {
                    eprintln!("{}", end_of(&finished));
                    failed.push(test.name.as_str());
                }
            }
        }
        eprintln!("{:>7.1} s  {passed} tests passed on {}", start.elapsed().as_secs_f64(), target.triple);
        if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
    }
}

impl TestProgram {
    /// Runs it in the emulator. `timeout` kills what it has started, too.
    fn run(&self, target: &Target, limit: Duration) -> Result<Finished, String> {
        let mut command = Command::new("timeout");
        command.args(["--kill-after", "5", &limit.as_secs().to_string(), &target.emulator]);
        command.arg(&self.path).current_dir(&self.folder).envs(target.environment()?);
        process::run(command, limit + Duration::from_secs(30))
    }
}

/// How many tests passed, or what went wrong.
fn verdict(finished: &Finished) -> Result<u64, String> {
    /// What `timeout` exits with when time is over, and when it had to kill.
    const OUT_OF_TIME: [i32; 2] = [124, 137];
    if finished.timed_out || OUT_OF_TIME.contains(&finished.code) {
        return Err(format!("still running after {:.0} s", finished.wall));
    }
    if finished.code != 0 {
        return Err(format!("exit code {}", finished.code));
    }
    let text = String::from_utf8_lossy(&finished.stdout);
    let result = text.lines().find_map(|line| line.strip_prefix("test result: ok. "));
    let passed = result.and_then(|rest| rest.split_once(" passed")).and_then(|(count, _)| count.parse().ok());
    passed.ok_or_else(|| "it exits with 0 but does not say that its tests passed".to_owned())
}

/// The last lines that a program printed.
fn end_of(finished: &Finished) -> String {
    const LINES: usize = 60;
    let text = [&finished.stdout[..], &finished.stderr[..]].concat();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}

/// Compares Python programs on the target with CPython on the host.
fn run_programs(target: &Target, build: &Build, options: &Options) -> Outcome {
    let uplift = build.uplift.as_ref().ok_or("cargo built no uplift")?;
    let contest = Contest::of(target.wrapper(uplift)?, options.timeout)?;
    let mut programs = diff::collect(&[], 0, 1, false)?;
    if let Some(part) = &options.file {
        programs.retain(|program| program.name().contains(part.as_str()));
    }
    let modes: Vec<Mode> = MODES.iter().map(|(name, options)| Mode::new(name, options)).collect();
    let mut tasks: Vec<Task> =
        programs.into_iter().map(|program| Task { program, modes: modes.clone() }).collect();
    if tasks.is_empty() {
        return Err("no such program".into());
    }
    chaos::spread(&mut tasks, 1..options.seeds + 1);
    contest.run(&tasks, 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finished(code: i32, stdout: &str) -> Finished {
        let stdout = stdout.as_bytes().to_vec();
        Finished { stdout, stderr: Vec::new(), code, timed_out: false, wall: 1.0, cpu: 0.0, peak_rss: 0 }
    }

    #[test]
    fn only_a_program_that_says_so_has_passed() {
        let ok = "test a ... ok\n\ntest result: ok. 12 passed; 0 failed; 0 ignored\n";
        assert_eq!(verdict(&finished(0, ok)), Ok(12));
        assert!(verdict(&finished(0, "test a ... ok\n")).is_err());
        assert!(verdict(&finished(101, ok)).is_err());
        assert!(verdict(&finished(124, ok)).is_err_and(|what| what.contains("still running")));
    }
}
