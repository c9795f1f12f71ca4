//! The filetest runner: `.uop` files that say what to do with their trees and what comes out.
//!
//! `tests/filetests/README.uop` documents the directives. A file is comments and directives, trees, and after a line
//! `---` the expected output. With `BLESS=1` in the environment, what came out replaces it.

mod directives;
mod subtests;

pub(crate) use directives::OBJECTS;
pub use directives::{Directives, Test};
pub use subtests::is_recorded;

use crate::host::{HOST, LOW_BIT_HOST, TAGGED_HOST};
use std::path::{Path, PathBuf};
use uplift_uop::HostSpec;
use uplift_uop::parse::{File, ParseError, parse_file};

/// Hosts that files may name.
pub static HOSTS: &[&HostSpec] = &[&HOST, &LOW_BIT_HOST, &TAGGED_HOST];

/// The line between trees and expected output.
pub(crate) const SEPARATOR: &str = "---";

/// A filetest's text, taken apart.
#[derive(Debug)]
pub struct FileTest<'t> {
    /// What to do.
    pub directives: Directives,
    /// Everything before the separator.
    pub input: &'t str,
    /// Everything after the separator, if there is one.
    pub expected: Option<&'t str>,
}

impl<'t> FileTest<'t> {
    /// Takes a file apart.
    pub fn new(text: &'t str) -> Result<FileTest<'t>, String> {
        let mut at = 0;
        let (mut input, mut expected) = (text, None);
        for line in text.split_inclusive('\n') {
            if line.trim_end() == SEPARATOR {
                (input, expected) = (&text[..at], Some(&text[at + line.len()..]));
                break;
            }
            at += line.len();
        }
        Ok(FileTest { directives: Directives::parse(input)?, input, expected })
    }

    /// The trees of the file and their host.
    pub fn parse(&self) -> Result<File<'static>, ParseError> {
        parse_file(self.input, HOSTS)
    }

    /// Runs the test: the output, which is to be compared with what the file expects.
    pub fn output(&self) -> Result<String, String> {
        subtests::output(self)
    }
}

/// Runs one file. With `bless`, expected output that differs is replaced.
pub fn run_file(path: &Path, bless: bool) -> Result<(), String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let test = FileTest::new(&text)?;
    let output = test.output()?;
    let expected = test.expected.unwrap_or_default();
    if output == expected {
        return Ok(());
    }
    if bless {
        let rewritten = format!("{}{SEPARATOR}\n{output}", test.input);
        // Other tests may be reading the file.
        let new = path.with_extension("new");
        let written = std::fs::write(&new, rewritten).and_then(|()| std::fs::rename(&new, path));
        return written.map_err(|error| error.to_string());
    }
    Err(difference(expected, &output))
}

/// All `.uop` files under a folder, sorted.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "uop") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The folder of the workspace's filetests.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/filetests")
}

/// Two texts side by side enough to see what differs.
fn difference(expected: &str, found: &str) -> String {
    let same = expected.lines().zip(found.lines()).take_while(|(a, b)| a == b).count();
    let rest = |text: &str| text.lines().skip(same).take(40).collect::<Vec<_>>().join("\n    ");
    format!(
        "output differs from line {} after the separator (BLESS=1 accepts it)\n  expected:\n    {}\n  found:\n    {}",
        same + 1,
        rest(expected),
        rest(found)
    )
}
