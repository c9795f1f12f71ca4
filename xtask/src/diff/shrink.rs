//! Makes generated programs that differ small, and writes them where later runs pick them up: in `tests/python/found`.

use super::{Contest, Difference, Mode, Program, Task};
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
pub fn shrink_all(tasks: &[Task], contest: &Contest, found: &[Difference]) -> Outcome {
    let contest = contest.within(LIMIT);
    let mut done = Vec::new();
    for difference in found.iter().filter(|difference| tasks[difference.task].program.generated) {
        let Task { program, modes } = &tasks[difference.task];
        let mode = modes.iter().find(|mode| mode.name == difference.mode);
        if let Some(mode) = mode.filter(|_| done.len() < MOST && !done.contains(&difference.task)) {
            done.push(difference.task);
            let path = shrink(&program.path, mode, &contest)?;
            println!("made small (mode {}): {}", mode.name, workspace::shown(&path));
        }
    }
    Ok(())
}

/// The smallest program found that CPython ends alike and that still differs; where it is written.
fn shrink(path: &Path, mode: &Mode, contest: &Contest) -> Result<PathBuf, String> {
    let fails = |error: std::io::Error| format!("{}: {error}", path.display());
    let text = std::fs::read_to_string(path).map_err(fails)?;
    let code = contest.expected(&Program::load(path.to_owned())?)?.code;
    let attempt = path.with_extension("small.py");
    let differs = |text: &str| -> Result<bool, String> {
        std::fs::write(&attempt, text).map_err(fails)?;
        let program = Program::load(attempt.clone())?;
        // What CPython itself takes too long for is no smaller failure.
        let Ok(expected) = contest.expected(&program) else { return Ok(false) };
        Ok(expected.code == code && contest.difference(&program, mode, &expected)?.is_some())
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
