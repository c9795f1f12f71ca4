//! Makes generated programs that differ small, and writes them where later runs pick them up: in `tests/python/found`.

use super::{Difference, Mode, Program, Runner};
use crate::{Outcome, workspace};
use std::path::{Path, PathBuf};
use std::time::Duration;
use uplift_generate::lines;

/// Pairs of runs that shrinking a program may take.
const ATTEMPTS: usize = 400;
/// Time that one of these runs may take: what shrinking makes of a program may run for ever.
const LIMIT: Duration = Duration::from_secs(5);
/// Programs to shrink: others have the same cause as a rule.
const MOST: usize = 3;

/// Shrinks the first generated programs that differ, each in the first mode in which it does.
pub fn shrink_all(programs: &[Program], modes: &[&Mode], runner: &Runner, found: &[Difference]) -> Outcome {
    let runner = Runner { cpython: runner.cpython.clone(), uplift: runner.uplift.clone(), limit: LIMIT };
    let mut done = Vec::new();
    for difference in found.iter().filter(|difference| programs[difference.program].generated) {
        let mode = modes.iter().find(|mode| mode.name == difference.mode);
        if let Some(mode) = mode.filter(|_| done.len() < MOST && !done.contains(&difference.program)) {
            done.push(difference.program);
            let path = shrink(&programs[difference.program].path, mode, &runner)?;
            println!("made small (mode {}): {}", mode.name, workspace::shown(&path));
        }
    }
    Ok(())
}

/// The smallest program found that CPython ends alike and that still differs; where it is written.
fn shrink(path: &Path, mode: &Mode, runner: &Runner) -> Result<PathBuf, String> {
    let fails = |error: std::io::Error| format!("{}: {error}", path.display());
    let text = std::fs::read_to_string(path).map_err(fails)?;
    let code = runner.expected(&Program::load(path.to_owned())?)?.code;
    let attempt = path.with_extension("small.py");
    let differs = |text: &str| -> Result<bool, String> {
        std::fs::write(&attempt, text).map_err(fails)?;
        let program = Program::load(attempt.clone())?;
        let expected = runner.expected(&program)?;
        let comparable = expected.code == code && !expected.timed_out;
        Ok(comparable && runner.differs(&program, mode, &expected)?.is_some())
    };
    let mut failure = None;
    let small = lines::shrink(&text, ATTEMPTS, |text| {
        differs(text).unwrap_or_else(|error| {
            failure = Some(error);
            false
        })
    });
    if let Some(error) = failure {
        return Err(error);
    }
    let folder = workspace::root().join("tests/python/found");
    let kept = folder.join(path.file_name().unwrap_or_default());
    std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&kept, small)).map_err(fails)?;
    Ok(kept)
}
