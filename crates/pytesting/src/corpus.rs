//! Programs of the tests that may be changed and run without harm: they print, and touch nothing else.

use std::path::Path;
use std::sync::LazyLock;

/// Words of programs that touch files or the process, or print what differs between runs: addresses, times.
const UNFIT: &[&str] = &[
    "open(",
    "exec(",
    "eval(",
    "input(",
    "id(",
    "hash(",
    "__import__",
    "importlib",
    "os",
    "sys",
    "io",
    "time",
    "random",
    "gc",
    "weakref",
    "platform",
    "traceback",
];

/// The programs, read once. There are some.
pub fn programs() -> &'static [&'static str] {
    static PROGRAMS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/python");
        let mut paths: Vec<_> = [folder.clone(), folder.join("lang")]
            .iter()
            .filter_map(|folder| std::fs::read_dir(folder).ok())
            .flat_map(|entries| entries.flatten().map(|entry| entry.path()))
            .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
            .collect();
        paths.sort();
        let texts = paths.iter().filter_map(|path| std::fs::read_to_string(path).ok());
        let fit: Vec<&str> = texts.filter(|text| is_fit(text)).map(|text| &*text.leak()).collect();
        assert!(!fit.is_empty(), "no programs in {}", folder.display());
        fit
    });
    &PROGRAMS
}

fn is_fit(text: &str) -> bool {
    let named = |word: &&&str| {
        text.match_indices(**word).any(|(at, _)| {
            let inside = |c: char| c.is_alphanumeric() || c == '_';
            let (before, after) = (&text[..at], &text[at + word.len()..]);
            !before.ends_with(inside) && (word.ends_with('(') || !after.starts_with(inside))
        })
    };
    UNFIT.iter().find(named).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_that_touch_files_are_not_changed() {
        assert!(!is_fit("import os\n") && !is_fit("with open('x') as f: pass") && !is_fit("print(id(1))"));
        assert!(is_fit("class Cosine: pass\nprint(valid(1))") && programs().len() > 10);
    }
}
