//! Where things are: the workspace's root, its target folder, the uplift binary and the interpreters to compare with.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The workspace's root folder. What cargo says now goes before what it said when it built us: a target folder may
/// be shared by several clones.
pub fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        let ours = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").into());
        Path::new(&ours).parent().unwrap_or(Path::new(".")).to_owned()
    })
}

/// `cargo`, the one that runs us.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// `cargo metadata` of the workspace's own packages, parsed.
pub fn metadata() -> Result<serde_json::Value, String> {
    let output = cargo()
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|e| format!("cannot run cargo metadata: {e}"))?;
    if !output.status.success() {
        return Err("cargo metadata failed".into());
    }
    serde_json::from_slice(&output.stdout).map_err(|e| format!("cargo metadata: {e}"))
}

/// The folder that cargo builds into.
pub fn target() -> Result<PathBuf, String> {
    let metadata = metadata()?;
    let path = metadata["target_directory"].as_str().ok_or("cargo metadata names no target")?;
    Ok(PathBuf::from(path))
}

/// The uplift binary to test: `$UPLIFT_BIN`, else a release build of this tree.
pub fn uplift() -> Result<PathBuf, String> {
    if let Some(path) = std::env::var_os("UPLIFT_BIN") {
        let path = PathBuf::from(path);
        return path.canonicalize().map_err(|e| format!("UPLIFT_BIN={}: {e}", path.display()));
    }
    let status = cargo()
        .args(["build", "--release", "--package", "uplift-cli", "--bin", "uplift"])
        .status()
        .map_err(|e| format!("cannot run cargo build: {e}"))?;
    if !status.success() {
        return Err("the release build of uplift failed".into());
    }
    Ok(target()?.join("release").join("uplift"))
}

/// The CPython to compare with, and what it calls itself: `$UPLIFT_CPYTHON`, else Debian's 3.11, else the path's python3.
pub fn cpython() -> Result<(PathBuf, String), String> {
    let candidates = match std::env::var_os("UPLIFT_CPYTHON") {
        Some(path) => vec![PathBuf::from(path)],
        None => vec!["/usr/bin/python3.11".into(), "python3.11".into(), "python3".into()],
    };
    for path in &candidates {
        if let Some(version) = version_of(path) {
            return Ok((path.clone(), version));
        }
    }
    Err("no CPython found: install python3.11 or name one in UPLIFT_CPYTHON".into())
}

/// PyPy, when it is installed, and what it calls itself.
pub fn pypy() -> Option<(PathBuf, String)> {
    let path = PathBuf::from(std::env::var_os("UPLIFT_PYPY").unwrap_or_else(|| "pypy3".into()));
    let version = version_of(&path)?;
    Some((path, version))
}

/// "CPython 3.11.2" or "PyPy 7.3.11 (3.9.16)".
fn version_of(python: &Path) -> Option<String> {
    let script = "import sys; n = sys.implementation\n\
                  v = '.'.join(map(str, sys.version_info[:3]))\n\
                  w = '.'.join(map(str, n.version[:3]))\n\
                  print('CPython ' + v if n.name == 'cpython' else 'PyPy %s (%s)' % (w, v))";
    let output = Command::new(python).args(["-c", script]).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// The tree's files that are or would be under version control, relative to the root, sorted.
pub fn files() -> Result<Vec<PathBuf>, String> {
    let output = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
        .current_dir(root())
        .output()
        .map_err(|e| format!("cannot run git: {e}"))?;
    if !output.status.success() {
        return Err("git ls-files failed; is this a clone?".into());
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut files: Vec<PathBuf> = text.split('\0').filter(|f| !f.is_empty()).map(Into::into).collect();
    files.retain(|file| root().join(file).is_file());
    files.sort();
    files.dedup();
    Ok(files)
}

/// A path as a person would type it: relative to the root if it lies in it.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}
