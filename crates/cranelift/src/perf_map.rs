//! Names for `perf`: with `UPLIFT_PERF_MAP=1`, each tree gets a line in `perf-<pid>.map` in the
//! temporary folder, where the profiler looks for code without a file.

use crate::compile::CompiledTree;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::sync::{Mutex, OnceLock, PoisonError};

/// Announces the code of `tree` at `address`. Never fails: profiling is a courtesy.
pub(crate) fn register(address: usize, tree: &CompiledTree) {
    static MAP: OnceLock<Option<Mutex<File>>> = OnceLock::new();
    if let Some(map) = MAP.get_or_init(open) {
        let mut file = map.lock().unwrap_or_else(PoisonError::into_inner);
        let name: String = tree.name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        // One write, so that lines of two engines do not mix.
        let line = format!("{address:x} {:x} uplift: {name}\n", tree.code.len());
        let _ = file.write_all(line.as_bytes());
    }
}

fn open() -> Option<Mutex<File>> {
    if std::env::var_os("UPLIFT_PERF_MAP").is_none_or(|value| value != "1") {
        return None;
    }
    let path = std::env::temp_dir().join(format!("perf-{}.map", std::process::id()));
    OpenOptions::new().create(true).append(true).open(path).ok().map(Mutex::new)
}
