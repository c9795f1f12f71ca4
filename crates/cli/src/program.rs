//! Reading the program: from a file, the command line or standard input, and what it will see as sys.argv and sys.path.

use crate::options::Source;
use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};
use uplift_python::Program;

/// The program with its arguments, or why it cannot be read.
pub fn load(source: Source, arguments: &[OsString]) -> Result<Program, String> {
    let mut program = match source {
        Source::Code(code) => Program {
            // A file ends with a newline, and so does this, whatever the shell made of it.
            source: format!("{code}\n").into_bytes(),
            name: "<string>".into(),
            argv: vec!["-c".into()],
            search_path: search_path(None),
        },
        Source::Stdin => {
            let mut source = Vec::new();
            std::io::stdin()
                .read_to_end(&mut source)
                .map_err(|e| format!("cannot read standard input: {}", reason(&e)))?;
            let (name, argv) = ("<stdin>".into(), vec!["-".into()]);
            Program { source, name, argv, search_path: search_path(None) }
        }
        Source::File(file) => {
            let source = std::fs::read(&file)
                .map_err(|e| format!("cannot read {}: {}", file.display(), reason(&e)))?;
            // Tracebacks show where the file lies; sys.argv shows what was typed.
            let name = std::env::current_dir().unwrap_or_default().join(&file);
            let (name, given) = (name.to_string_lossy().into_owned(), file.to_string_lossy().into_owned());
            Program { source, name, argv: vec![given], search_path: search_path(Some(&file)) }
        }
    };
    program.argv.extend(arguments.iter().map(|argument| argument.to_string_lossy().into_owned()));
    Ok(program)
}

/// Where modules are looked for: beside the script (the real one, if a link names it) or in the working folder,
/// then in the folders of PYTHONPATH.
fn search_path(script: Option<&Path>) -> Vec<PathBuf> {
    let folder = match script {
        Some(script) => {
            let real = script.canonicalize().unwrap_or_else(|_| script.to_owned());
            real.parent().unwrap_or(Path::new("")).to_owned()
        }
        None => std::env::current_dir().unwrap_or_default(),
    };
    let more = std::env::var_os("PYTHONPATH").unwrap_or_default();
    let more: Vec<PathBuf> = std::env::split_paths(&more).filter(|p| !p.as_os_str().is_empty()).collect();
    std::iter::once(folder).chain(more).collect()
}

/// An error of the system in words, without its number.
fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    let words = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = words.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
