//! The pyperformance suite: fetched with pip into the target folder, unpacked, its programs run as they are.

use crate::workspace;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// One benchmark: a program of the suite, with what it is called with.
pub struct Program {
    pub name: &'static str,
    /// Folder `bm_<folder>` of the suite.
    folder: &'static str,
    pub args: &'static [&'static str],
    /// Loops that make a round of CPython take about a tenth of a second.
    pub loops: u32,
}

const fn program(name: &'static str, loops: u32) -> Program {
    Program { name, folder: name, args: &[], loops }
}

const fn scimark(name: &'static str, kernel: &'static [&'static str], loops: u32) -> Program {
    Program { name, folder: "scimark", args: kernel, loops }
}

/// The programs that the table shows, in its order.
pub const PROGRAMS: &[Program] = &[
    program("nbody", 2),
    program("fannkuch", 1),
    program("spectral_norm", 2),
    program("float", 2),
    program("nqueens", 2),
    program("pidigits", 1),
    program("richards", 3),
    program("deltablue", 40),
    program("chaos", 3),
    program("raytrace", 1),
    program("unpack_sequence", 8000),
    scimark("scimark_sor", &["sor"], 1),
    scimark("scimark_fft", &["fft"], 1),
    scimark("scimark_lu", &["lu"], 2),
    scimark("scimark_monte_carlo", &["monte_carlo"], 2),
    scimark("scimark_sparse_mat_mult", &["sparse_mat_mult"], 40),
];

/// The unpacked suite.
pub struct Suite {
    pub version: String,
    benchmarks: PathBuf,
}

impl Suite {
    pub fn folder_of(&self, program: &Program) -> PathBuf {
        self.benchmarks.join(format!("bm_{}", program.folder))
    }

    pub fn script_of(&self, program: &Program) -> PathBuf {
        self.folder_of(program).join("run_benchmark.py")
    }
}

/// The folder of our pyperf module.
pub fn stand_in() -> PathBuf {
    workspace::root().join("xtask").join("pyperf")
}

/// The program that imports a benchmark and prints what it computes.
pub fn check_driver() -> PathBuf {
    stand_in().join("check.py")
}

/// The suite from the target folder; fetched when it is not there, or when `refresh` asks for the newest again.
pub fn get(refresh: bool) -> Result<Suite, String> {
    let folder = workspace::target()?.join("pyperformance");
    if !refresh && let Some(suite) = unpacked(&folder) {
        return Ok(suite);
    }
    let download = folder.join("download");
    std::fs::create_dir_all(&download).map_err(|e| format!("{}: {e}", download.display()))?;
    if let Err(message) = fetch(&download).and_then(|()| unpack(&folder, &download)) {
        // Without a network the programs fetched before are good enough.
        return match unpacked(&folder) {
            Some(suite) => {
                eprintln!("note: {message}; going on with pyperformance {}", suite.version);
                Ok(suite)
            }
            None => Err(message),
        };
    }
    unpacked(&folder).ok_or_else(|| format!("no benchmarks in the wheel under {}", folder.display()))
}

/// The newest version already unpacked.
fn unpacked(folder: &Path) -> Option<Suite> {
    let mut versions: Vec<(Vec<u32>, Suite)> = Vec::new();
    for entry in std::fs::read_dir(folder).ok()?.flatten() {
        let benchmarks = entry.path().join("pyperformance/data-files/benchmarks");
        let version = entry.file_name().to_string_lossy().into_owned();
        if benchmarks.is_dir() {
            let key = version.split('.').map(|part| part.parse().unwrap_or(0)).collect();
            versions.push((key, Suite { version, benchmarks }));
        }
    }
    versions.into_iter().max_by(|a, b| a.0.cmp(&b.0)).map(|(_, suite)| suite)
}

fn fetch(download: &Path) -> Result<(), String> {
    eprintln!("fetching pyperformance with pip");
    let pips: [&[&str]; 4] =
        [&["python3", "-m", "pip"], &["pip3"], &["pip"], &["/usr/bin/python3", "-m", "pip"]];
    let mut problem = "pip is not installed".to_owned();
    for pip in pips {
        let output = Command::new(pip[0])
            .args(&pip[1..])
            .args(["download", "--quiet", "--no-deps", "--dest"])
            .arg(download)
            .arg("pyperformance")
            .stdin(Stdio::null())
            .output();
        match output {
            Ok(output) if output.status.success() => return Ok(()),
            Ok(output) => {
                let text = String::from_utf8_lossy(&output.stderr).trim().to_owned();
                if !text.ends_with("No module named pip") {
                    problem = format!("pip cannot download pyperformance: {text}");
                }
            }
            Err(_) => {}
        }
    }
    Err(problem)
}

/// Unpacks each wheel into a folder named by its version.
fn unpack(folder: &Path, download: &Path) -> Result<(), String> {
    let entries = std::fs::read_dir(download).map_err(|e| format!("{}: {e}", download.display()))?;
    for path in
        entries.flatten().map(|entry| entry.path()).filter(|p| p.extension().is_some_and(|e| e == "whl"))
    {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let version = name.split('-').nth(1).unwrap_or("unknown").to_owned();
        let problem = |e: &dyn std::fmt::Display| format!("{}: {e}", path.display());
        let file = std::fs::File::open(&path).map_err(|e| problem(&e))?;
        let mut wheel = zip::ZipArchive::new(file).map_err(|e| problem(&e))?;
        for i in 0..wheel.len() {
            let mut entry = wheel.by_index(i).map_err(|e| problem(&e))?;
            let Some(inner) = entry.enclosed_name() else { continue };
            if entry.is_dir() || !inner.starts_with("pyperformance/data-files/benchmarks") {
                continue;
            }
            let target = folder.join(&version).join(inner);
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).map_err(|e| problem(&e))?;
            let parent = target.parent().expect("a file has a folder");
            std::fs::create_dir_all(parent)
                .and_then(|()| std::fs::write(&target, bytes))
                .map_err(|e| format!("{}: {e}", target.display()))?;
        }
    }
    Ok(())
}
