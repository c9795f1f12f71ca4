//! `cargo xtask fuzz`: builds the targets of `fuzz/` and runs one after the other, with what each needs: a corpus that
//! stays, seeds, a dictionary. Failing cases make themselves small and write themselves down where tests pick them up.

use crate::{Outcome, workspace};
use comfy_table::{Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use uplift_generate::source::Source;

#[derive(clap::Args)]
pub struct Options {
    /// Targets to run; without any, all of them
    targets: Vec<String>,
    /// Minutes for each target
    #[arg(long, default_value_t = 1.0)]
    minutes: f64,
}

/// What a target reads.
#[derive(Clone, Copy, PartialEq)]
enum Input {
    /// Trees as text.
    Trees,
    /// Python source.
    Python,
    /// Choices of a generator: bytes without structure, many from the start.
    Choices,
}

/// All targets: the files of `fuzz/fuzz_targets`.
const TARGETS: &[(&str, Input)] = &[
    ("text_round_trip", Input::Trees),
    ("verifier", Input::Trees),
    ("bytecode_verifier", Input::Choices),
    ("optimizer_equivalence", Input::Choices),
    ("backend_equivalence", Input::Choices),
    ("deoptimization", Input::Choices),
    ("engine_churn", Input::Choices),
    ("value_layouts", Input::Choices),
    ("toy_programs", Input::Choices),
    ("python_front_end", Input::Python),
    ("python_programs", Input::Choices),
    ("python_mutants", Input::Choices),
];

/// Seeds for generators: how many, and the most bytes.
const SEEDS: u64 = 48;
const MOST_BYTES: usize = 4096;

impl Input {
    /// Folders to start from.
    fn seeds(self) -> Result<Vec<PathBuf>, String> {
        let root = workspace::root();
        Ok(match self {
            Self::Trees => vec![root.join("tests/filetests")],
            Self::Python => vec![root.join("tests/python"), root.join("crates/python/src/compile/golden")],
            Self::Choices => vec![choices()?],
        })
    }

    /// Words of its grammar.
    fn words(self) -> Vec<&'static str> {
        match self {
            Self::Trees => uplift_uop::Op::ALL.iter().map(|op| op.info().name).chain(TREE_WORDS).collect(),
            Self::Python => PYTHON_WORDS.split_whitespace().collect(),
            Self::Choices => Vec::new(),
        }
    }

    /// The dictionary as libFuzzer reads it, in a file.
    fn dictionary(self) -> Result<Option<PathBuf>, String> {
        let words = self.words();
        if words.is_empty() {
            return Ok(None);
        }
        let escaped = |word: &str| word.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\x0A");
        let quoted = |word: &&str| format!("\"{}\"\n", escaped(word));
        let text: String = words.iter().map(quoted).collect();
        let name = if self == Self::Trees { "trees.dict" } else { "python.dict" };
        let path = workspace::target()?.join("fuzz").join(name);
        write(&path, text.as_bytes())?;
        Ok(Some(path))
    }
}

/// What trees are written with, beside the uops.
const TREE_WORDS: [&str; 24] = [
    "host test",
    "host low_bit",
    "host tagged",
    "tree \"t\" {\n",
    "trace 0:\n",
    "trace 1 on g0:\n",
    "snapshots:\n",
    "}\n",
    " -> s0\n",
    "  s0: g0 [0x1 pc 0]\n",
    " live {0, 1}",
    " slots {0 = v0}",
    " raise",
    ".body",
    ": int = ",
    ": float = ",
    ": bool = ",
    ": word = ",
    ": ref = ",
    "#0x3",
    "@0x10000",
    "nan",
    "pair.first",
    "virtual",
];

/// Python's keywords, and other tokens.
const PYTHON_WORDS: &str = "False None True and as assert async await break class continue def del elif else except finally \
    for from global if import in is lambda nonlocal not or pass raise return try while with yield match case type _ \
    print range self __init__ ** // >> << <= >= == != -> := += -= *= @ ... \" ' \"\"\" ''' f\" rb' \\ { } [ ] ( ) : ; \
    0x 0b 1_0 1e9 1j # *args **kwargs";

/// The folder with seeds for generators.
fn choices() -> Result<PathBuf, String> {
    let folder = workspace::target()?.join("fuzz").join("choices");
    for seed in 0..SEEDS {
        let mut source = Source::Seed(seed);
        let length = 64 << source.below(7);
        let bytes: Vec<u8> = (0..length).map(|_| source.below(256) as u8).collect();
        write(&folder.join(format!("{seed:02}")), &bytes)?;
    }
    Ok(folder)
}

fn write(path: &Path, bytes: &[u8]) -> Outcome {
    let folder = path.parent().unwrap_or(Path::new("."));
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(path, bytes));
    written.map_err(|error| format!("{}: {error}", path.display()))
}

/// `cargo fuzz` of a nightly toolchain.
fn cargo_fuzz(arg: &str) -> Command {
    let mut command = Command::new("cargo");
    // The toolchain that runs us is not the one wanted.
    command.current_dir(workspace::root()).env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO");
    command.args(["+nightly", "fuzz", arg]);
    command
}

/// What a target's run came to.
#[derive(Debug, Default, PartialEq)]
struct Report {
    executions: u64,
    edges: u64,
    corpus: u64,
    seconds: f64,
    /// Lines that say where something was found.
    found: Vec<String>,
    /// The first complaint.
    complaint: String,
}

pub fn run(options: &Options) -> Outcome {
    let wanted = |name: &str| options.targets.is_empty() || options.targets.iter().any(|t| t == name);
    if let Some(unknown) = options.targets.iter().find(|t| TARGETS.iter().all(|(name, _)| name != t)) {
        let names: Vec<_> = TARGETS.iter().map(|(name, _)| *name).collect();
        return Err(format!("no target {unknown}; there are: {}", names.join(", ")));
    }
    let there = cargo_fuzz("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !there.is_ok_and(|status| status.success()) {
        return Err("cargo-fuzz or a nightly toolchain is missing; install them with\n  \
            rustup toolchain install nightly\n  cargo install cargo-fuzz"
            .into());
    }
    // Machine code knows no sanitizer; one build does for all targets.
    let built = cargo_fuzz("build").args(["--sanitizer", "none"]).status();
    if !built.map_err(|error| format!("cargo fuzz: {error}"))?.success() {
        return Err("the fuzz targets do not build".into());
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["target", "executions", "a second", "edges", "corpus", "found"]);
    let mut found = Vec::new();
    for (name, input) in TARGETS.iter().filter(|(name, _)| wanted(name)) {
        let report = run_target(name, *input, options.minutes)?;
        let rate = report.executions as f64 / report.seconds.max(1e-3);
        let numbers = [report.executions, report.edges, report.corpus].map(|n| n.to_string());
        let [executions, edges, corpus] = numbers;
        let count = report.found.len().to_string();
        table.add_row([name.to_string(), executions, format!("{rate:.1}"), edges, corpus, count]);
        found.extend(report.found.into_iter().map(|line| format!("{name}: {line}")));
    }
    println!("{table}");
    if found.is_empty() { Ok(()) } else { Err(found.join("\n")) }
}

fn run_target(name: &str, input: Input, minutes: f64) -> Result<Report, String> {
    let fuzz = workspace::root().join("fuzz");
    let (corpus, artifacts) = (fuzz.join("corpus").join(name), fuzz.join("artifacts").join(name));
    for folder in [&corpus, &artifacts] {
        std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    let seconds = (minutes * 60.0).ceil() as u64;
    let mut command = cargo_fuzz("run");
    command.args(["--sanitizer", "none", name]).arg(corpus).args(input.seeds()?).arg("--");
    command.arg(format!("-max_total_time={seconds}")).arg(format!("-max_len={MOST_BYTES}"));
    command.args(["-print_final_stats=1", "-timeout=60", "-rss_limit_mb=4096"]);
    if input == Input::Choices {
        command.arg("-len_control=0");
    }
    command.args(input.dictionary()?.map(|path| format!("-dict={}", path.display())));
    let tests = workspace::root().join("tests");
    command.env("UPLIFT_FOUND_TREES", tests.join("filetests/found"));
    command.env("UPLIFT_FOUND_PYTHON", tests.join("python/found"));
    let bar = ProgressBar::new(seconds).with_style(
        ProgressStyle::with_template("{bar:30} {elapsed}/{len} s, {wide_msg}")
            .expect("the template is constant"),
    );
    bar.set_message(name.to_owned());
    let start = std::time::Instant::now();
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    let mut child = child.map_err(|error| format!("cargo fuzz: {error}"))?;
    let mut report = Report::default();
    for line in child.stderr.take().into_iter().flat_map(|stderr| BufReader::new(stderr).lines()) {
        let line = line.map_err(|error| format!("{name}: {error}"))?;
        report.read(&line);
        bar.set_position(start.elapsed().as_secs().min(seconds));
        let Report { executions, edges, corpus, .. } = report;
        bar.set_message(format!("{name}: {executions} executions, {edges} edges, {corpus} inputs"));
    }
    let status = child.wait().map_err(|error| format!("{name}: {error}"))?;
    bar.finish_and_clear();
    report.seconds = start.elapsed().as_secs_f64();
    if !status.success() && report.found.is_empty() {
        report.found.push(format!("ended with {status}: {}", report.complaint));
    }
    let Report { executions, edges, corpus, .. } = report;
    eprintln!(
        "{name}: {executions} executions, {edges} edges, {corpus} inputs, {} found",
        report.found.len()
    );
    Ok(report)
}

impl Report {
    /// Takes what a line of libFuzzer's says, such as `#12 NEW cov: 345 ft: 678 corp: 9/10Kb exec/s: 11 rss: 12Mb`.
    fn read(&mut self, line: &str) {
        let mut words = line.split_whitespace();
        let number = |text: &str| text.split('/').next().and_then(|number| number.parse().ok());
        if let Some(executions) = line.strip_prefix('#').and_then(|_| words.next()) {
            self.executions = number(&executions[1..]).unwrap_or(self.executions);
            while let Some(word) = words.next() {
                let place = match word {
                    "cov:" => &mut self.edges,
                    "corp:" => &mut self.corpus,
                    _ => continue,
                };
                *place = words.next().and_then(number).unwrap_or(*place);
            }
        } else if let Some(executions) = line.strip_prefix("stat::number_of_executed_units:") {
            self.executions = number(executions.trim()).unwrap_or(self.executions);
        } else if let Some((_, path)) = line.split_once("written to ") {
            self.found.push(workspace::shown(Path::new(path.trim())));
        } else if line.contains("rror") && self.complaint.is_empty() {
            self.complaint = line.to_owned();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_stands_in_the_table_in_the_manifest_and_in_a_file() {
        let fuzz = workspace::root().join("fuzz");
        let manifest = std::fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
        let mut files: Vec<String> = std::fs::read_dir(fuzz.join("fuzz_targets"))
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        files.sort();
        let mut names: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
        assert!(names.iter().all(|name| manifest.contains(&format!("name = \"{name}\""))));
        names.sort_unstable();
        assert_eq!(files, names);
    }

    #[test]
    fn what_lib_fuzzer_says_is_understood() {
        let mut report = Report::default();
        report.read("INFO: Seed: 1");
        report.read("#12\tNEW    cov: 345 ft: 678 corp: 9/10Kb exec/s: 11 rss: 12Mb L: 1/2");
        assert_eq!((report.executions, report.edges, report.corpus), (12, 345, 9));
        report.read("stat::number_of_executed_units: 99");
        report.read("artifact_prefix='a/'; Test unit written to a/crash-1");
        assert_eq!((report.executions, report.found.as_slice()), (99, &["a/crash-1".to_owned()][..]));
    }
}
