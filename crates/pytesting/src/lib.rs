//! What the fuzz targets of the Python VM check, one function each; all of it also runs under `cargo test`.
//!
//! - [`front_end`]: any bytes compile, or are refused with a place and a message;
//! - [`programs`]: generated programs print and raise the same in every mode of the JIT as without it;
//! - [`mutants`]: so do programs of the tests that were changed in a few places.
//!
//! A crate beside `testing`, which knows no host.

mod corpus;
mod modes;

pub use modes::{Difference, compare};

use uplift_generate::lines::shrink;
use uplift_generate::python::{mutant, program};
use uplift_generate::source::Source;
use uplift_python::compile::{CompileError, Mode, compile_source};

/// Any bytes compile, or are refused with a message and a place that is in the source.
pub fn front_end(bytes: &[u8]) {
    match compile_source(bytes, "fuzz.py", Mode::Exec) {
        Ok(code) => drop(uplift_python::disasm::disassemble(&code)),
        Err(error) => check_place(bytes, &error),
    }
}

fn check_place(bytes: &[u8], error: &CompileError) {
    // Python's lines end at "\n", "\r" or both; an error may stand at the end, behind the last of them.
    let ends = bytes.iter().filter(|b| matches!(b, b'\n' | b'\r')).count();
    let shown = error.to_string();
    assert!(!error.message.is_empty(), "no message: {error:?}");
    assert!((1..=ends as u32 + 1).contains(&error.line), "a line that is not there: {error:?}");
    assert!(error.column >= 1 && error.end_line >= error.line, "no place: {error:?}");
    assert!(shown.contains(&error.message), "{shown}");
}

/// Attempts at making a failing program small.
const ATTEMPTS: usize = 600;

/// Rounds of main loops: everything is recorded from the first visits on.
const ROUNDS: usize = 60;

/// A program made of a fuzzer's bytes does the same in every mode. Panics with the smallest program that does not, and
/// writes that to the folder `UPLIFT_FOUND_PYTHON`, if the environment names one.
pub fn programs(bytes: &[u8]) {
    check(&program(&mut Source::Bytes(bytes), ROUNDS));
}

/// A program of the tests, changed where a fuzzer's bytes say, does the same in every mode; reports as [`programs`] does.
pub fn mutants(bytes: &[u8]) {
    check_mutant(&mut Source::Bytes(bytes));
}

/// As [`mutants`], with a stream of choices.
pub fn check_mutant(source: &mut Source<'_>) {
    let program = source.pick(corpus::programs());
    check(&mutant(program, source));
}

/// As [`programs`], with the program's text.
pub fn check(text: &str) {
    let Some(mut last) = compare(text) else { return };
    let small = shrink(text, ATTEMPTS, |smaller| match compare(smaller) {
        Some(difference) if difference.mode == last.mode => {
            last = difference;
            true
        }
        _ => false,
    });
    let note = keep(&small, last.mode).unwrap_or_default();
    panic!("{last}\n{small}{note}");
}

/// Writes a program where a test will find it; where that is.
fn keep(text: &str, mode: &str) -> Option<String> {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let folder = std::path::PathBuf::from(std::env::var_os("UPLIFT_FOUND_PYTHON")?);
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let path = folder.join(format!("found_{:016x}.py", hasher.finish()));
    let written = std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(&path, format!("# Generated; differed in mode \"{mode}\".\n{text}")));
    Some(match written {
        Ok(()) => format!("written to {}\n", path.display()),
        Err(error) => format!("not written to {}: {error}\n", path.display()),
    })
}
