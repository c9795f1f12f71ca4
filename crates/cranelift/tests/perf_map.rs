//! The map file for `perf`, in a process of its own: the variable is read once.

#![cfg(unix)]

mod common;
use common::*;
use uplift_cranelift::{CodeMemory, Compiler, Limits, Options};

#[test]
fn with_the_variable_set_trees_are_listed_for_perf() {
    let folder = std::env::temp_dir().join(format!("uplift-perf-map-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    // SAFETY: the only test of this process.
    unsafe {
        std::env::set_var("UPLIFT_PERF_MAP", "1");
        std::env::set_var("TMPDIR", &folder);
    }
    let mut b = Build::new();
    b.tree.name = "loop at\nline 3".into();
    let s = b.snap(0, &[]);
    b.exit(s);
    let mut compiler = Compiler::new(&Options::default()).unwrap();
    let compiled = compiler.compile(&b.tree, &spec(), std::ptr::null(), &Limits::default()).unwrap();
    let blob = CodeMemory::new(1 << 16).unwrap().publish(&compiled).unwrap();
    let path = folder.join(format!("perf-{}.map", std::process::id()));
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let (start, len) = (blob.range().start, blob.range().len());
    assert_eq!(text, format!("{start:x} {len:x} uplift: loop at line 3\n"));
}
