//! Dumps: the text of a stage, to standard error or to a file of its own.

use crate::config::{Config, Stage};
use std::sync::atomic::{AtomicU32, Ordering};
use uplift_uop::{HostSpec, Tree};

/// Whether anybody wants this stage.
pub(crate) fn wants(config: &Config, stage: Stage) -> bool {
    config.dumps.iter().any(|d| d.stage == stage)
}

/// Dumps a tree as uops.
pub(crate) fn text(config: &Config, stage: Stage, tree: &Tree, spec: &HostSpec) {
    if wants(config, stage) {
        write(config, stage, tree, &uplift_uop::print::print_file([tree], spec));
    }
}

/// Writes one dump. A dump that cannot be written is reported as an event and forgotten.
pub(crate) fn write(config: &Config, stage: Stage, tree: &Tree, text: &str) {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let (kind, extension) = match stage {
        Stage::Trace => ("trace", "uop"),
        Stage::Opt => ("opt", "uop"),
        Stage::Clif => ("clif", "clif"),
        Stage::Asm => ("asm", "s"),
    };
    for dump in config.dumps.iter().filter(|d| d.stage == stage) {
        let Some(directory) = &dump.directory else {
            eprintln!("; {kind} of {}\n{text}", tree.name);
            continue;
        };
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = directory.join(format!("{number:04}-{}.{kind}.{extension}", file_name(&tree.name)));
        let written = std::fs::create_dir_all(directory).and_then(|()| std::fs::write(&path, text));
        if let Err(error) = written {
            tracing::warn!(target: "uplift::dump", %error, path = %path.display(), "dump not written");
        }
    }
}

fn file_name(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).take(60).collect()
}

/// The verifier's findings in one line.
pub(crate) fn violations(found: &[uplift_uop::verify::Violation]) -> String {
    found.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
