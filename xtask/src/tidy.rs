//! `cargo xtask tidy`: what must hold of the source tree and no compiler checks.

use crate::{Outcome, workspace};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The dependency arrows: a package, and the packages of this workspace that it may depend on. Siblings are absent.
/// A host sees the engine, and the language of uops for its bytecode table.
const ARROWS: &[(&str, &[&str])] = &[
    ("uplift-uop", &[]),
    ("uplift-interp", &["uplift-uop"]),
    ("uplift-record", &["uplift-uop"]),
    ("uplift-opt", &["uplift-uop"]),
    ("uplift-cranelift", &["uplift-uop"]),
    ("uplift", &["uplift-uop", "uplift-interp", "uplift-record", "uplift-opt", "uplift-cranelift"]),
    ("uplift-python", &["uplift", "uplift-uop"]),
    ("uplift-cli", &["uplift", "uplift-python"]),
    ("uplift-generate", &[]),
    (
        "uplift-testing",
        &[
            "uplift-uop",
            "uplift-interp",
            "uplift-record",
            "uplift-opt",
            "uplift-cranelift",
            "uplift",
            "uplift-generate",
        ],
    ),
    ("uplift-pytesting", &["uplift-python", "uplift-generate"]),
    ("xtask", &["uplift-uop", "uplift-record", "uplift-opt", "uplift-generate"]),
];

/// The one package that may name Cranelift.
const BACKEND: &str = "uplift-cranelift";

/// Names of which each must stand in a test, from the tables that define them.
struct Named {
    /// What they are: "uop", "pass".
    what: &'static str,
    place: Place,
    names: Vec<String>,
}

/// Where a name must stand.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// A text under tests/filetests.
    Filetests,
    /// Rust code that tests: what no text can express.
    RustTests,
}

impl Place {
    fn holds(self, file: &Path, text: &str) -> bool {
        match self {
            Self::Filetests => file.starts_with("tests/filetests"),
            Self::RustTests => {
                let test_file =
                    file.components().any(|c| c.as_os_str() == "tests" || c.as_os_str() == "tests.rs");
                file.extension().is_some_and(|e| e == "rs") && (test_file || text.contains("#[cfg(test)]"))
            }
        }
    }
}

/// The lists whose coverage is checked, each from the public table of the crate that owns it.
fn named() -> Vec<Named> {
    use uplift_opt::{PASSES, rules::RULES};
    use uplift_record::AbortReason;
    use uplift_uop::{Op, verify::Rule};
    let list = |what, place, names| Named { what, place, names };
    vec![
        list("uop", Place::Filetests, Op::ALL.iter().map(|op| op.info().name.to_owned()).collect()),
        list(
            "verifier rule",
            Place::Filetests,
            Rule::ALL.iter().map(|rule| rule.number().to_owned()).collect(),
        ),
        list("pass", Place::Filetests, PASSES.iter().map(|pass| pass.name.to_owned()).collect()),
        list("optimizer rule", Place::Filetests, RULES.iter().map(|rule| rule.name.to_owned()).collect()),
        list("abort reason", Place::RustTests, AbortReason::ALL.iter().map(|r| format!("{r:?}")).collect()),
    ]
}

pub fn run() -> Outcome {
    let files = workspace::files()?;
    let mut problems = Vec::new();
    problems.extend(arrows()?);
    for file in &files {
        let Ok(text) = std::fs::read_to_string(workspace::root().join(file)) else { continue };
        let extension = file.extension().unwrap_or_default().to_string_lossy();
        match &*extension {
            "rs" if !text.starts_with("//!") => {
                problems.push(format!("{}:1: a file begins with `//!` and what it is", file.display()));
            }
            "md" => problems.extend(dead_paths(file, &text)),
            _ => {}
        }
        problems.extend(machine_paths(file, &text));
    }
    problems.extend(uncovered(&files, &named()));
    if problems.is_empty() {
        return Ok(());
    }
    for problem in &problems {
        eprintln!("{problem}");
    }
    Err(format!("{} problems; the rules are in xtask/src/tidy.rs", problems.len()))
}

/// Dependencies that the arrows do not allow. Tests may use more, so dev-dependencies are free.
fn arrows() -> Result<Vec<String>, String> {
    let metadata = workspace::metadata()?;
    let mut problems = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().unwrap_or_default();
        let Some((_, allowed)) = ARROWS.iter().find(|(package, _)| *package == name) else {
            problems.push(format!("{name}: no row in the table of dependency arrows"));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let on = dependency["name"].as_str().unwrap_or_default();
            let ours = dependency["path"].is_string();
            if dependency["kind"].as_str() == Some("dev") {
                continue;
            }
            if ours && !allowed.contains(&on) {
                problems.push(format!("{name} depends on {on}, which the design has no arrow for"));
            }
            if on.starts_with("cranelift") && name != BACKEND {
                problems.push(format!("{name} depends on {on}: only {BACKEND} may"));
            }
        }
    }
    Ok(problems)
}

/// Paths in `code spans` and links of a document that do not exist.
fn dead_paths(file: &Path, text: &str) -> Vec<String> {
    let root = workspace::root();
    let tops: BTreeSet<String> = std::fs::read_dir(root)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    let here = root.join(file.parent().unwrap_or(Path::new("")));
    let mut problems = Vec::new();
    let mut fenced = false;
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            continue;
        }
        let spans = line.split('`').skip(1).step_by(2).flat_map(str::split_whitespace);
        let links = line.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
        let outside = |link: &&str| !link.is_empty() && !link.contains(':');
        let spans = spans.filter(|_| !fenced).filter(|s| s.contains('/') || s.ends_with(".md"));
        for path in spans.chain(links.filter(|_| !fenced).filter(outside)) {
            // A line number behind a path is fine; globs and placeholders name their folder.
            let path = path.split(':').next().unwrap_or_default().trim_end_matches(['.', ',', ';', '/']);
            let plain: PathBuf = Path::new(path)
                .components()
                .take_while(|c| {
                    let c = c.as_os_str().to_string_lossy();
                    !c.contains(['*', '<', '{', '$', '…'])
                })
                .collect();
            let first = plain.components().next().map(|c| c.as_os_str().to_string_lossy().into_owned());
            let is_ours = first.is_some_and(|f| tops.contains(&f)) || path.ends_with(".md");
            let built = plain.starts_with("target") || plain.as_os_str().is_empty();
            if is_ours && !built && !root.join(&plain).exists() && !here.join(&plain).exists() {
                problems.push(format!("{}:{}: there is no {path}", file.display(), number + 1));
            }
        }
    }
    problems
}

/// Paths of somebody's machine.
fn machine_paths(file: &Path, text: &str) -> Vec<String> {
    // Put together here, so that this file does not find itself.
    let forbidden = ["work", "root", "home", "Users"].map(|folder| format!("/{folder}/"));
    let mut problems = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for path in &forbidden {
            let alone = |at: usize| {
                at == 0 || !line[..at].ends_with(|c: char| c.is_alphanumeric() || "._-*}".contains(c))
            };
            if line.match_indices(path.as_str()).any(|(at, _)| alone(at)) {
                problems.push(format!(
                    "{}:{}: a path of somebody's machine: {path}",
                    file.display(),
                    number + 1
                ));
            }
        }
    }
    problems
}

/// Names from the tables that no test has as a word.
fn uncovered(files: &[PathBuf], lists: &[Named]) -> Vec<String> {
    let mut problems = Vec::new();
    for place in [Place::Filetests, Place::RustTests] {
        let mut words = BTreeSet::new();
        for file in files {
            let text = std::fs::read_to_string(workspace::root().join(file)).unwrap_or_default();
            if place.holds(file, &text) {
                words.extend(text.split(|c: char| !(c.is_alphanumeric() || c == '_')).map(str::to_owned));
            }
        }
        for list in lists.iter().filter(|list| list.place == place) {
            let missing = list.names.iter().filter(|name| !words.contains(*name));
            problems.extend(missing.map(|name| match place {
                Place::Filetests => format!("{} `{name}` stands in no file under tests/filetests", list.what),
                Place::RustTests => format!("{} `{name}` stands in no Rust test", list.what),
            }));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_path_is_found_and_a_relative_one_is_not() {
        let bad = format!("see {}work/main", '/');
        assert_eq!(machine_paths(Path::new("a"), &bad).len(), 1);
        let fine = format!("actions{}work/x and net{0}home/", '/');
        assert!(machine_paths(Path::new("a"), &fine).is_empty());
    }

    #[test]
    fn a_dead_path_in_a_document_is_found() {
        let text = "see `xtask/src/tidy.rs:12` and `xtask/src/nothing.rs`, [x](xtask/none.md), `tests/*.uop`";
        let found = dead_paths(Path::new("README.md"), text);
        assert_eq!(found.len(), 2, "{found:?}");
    }

    #[test]
    fn a_name_without_a_filetest_is_found() {
        let list = Named { what: "uop", place: Place::Filetests, names: vec!["no_such_name".into()] };
        assert_eq!(uncovered(&[], &[list]).len(), 1);
    }
}
