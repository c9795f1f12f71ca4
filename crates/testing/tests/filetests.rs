//! Every `.uop` file of the workspace's filetests does what it says.

use uplift_testing::filetest::{self, FileTest, Test};
use uplift_uop::verify::{Rule, verify};

#[test]
fn every_filetest_gives_what_it_expects() {
    let bless = std::env::var_os("BLESS").is_some_and(|value| value == "1");
    let files = filetest::files(&filetest::folder());
    assert!(!files.is_empty(), "no filetests found");
    let mut failures = Vec::new();
    for path in files {
        if let Err(error) = filetest::run_file(&path, bless) {
            failures.push(format!("{}: {error}", path.display()));
        }
    }
    assert!(failures.is_empty(), "{} filetests failed\n{}", failures.len(), failures.join("\n\n"));
}

#[test]
fn every_verifier_rule_has_a_filetest_that_breaks_it() {
    let mut broken = Vec::new();
    for path in filetest::files(&filetest::folder().join("verifier")) {
        let text = std::fs::read_to_string(path).unwrap();
        broken.extend(FileTest::new(&text).unwrap().directives.errors);
    }
    for rule in Rule::ALL {
        let breaks = |error: &String| error.split(' ').next() == Some(rule.number());
        assert!(broken.iter().any(breaks), "no filetest breaks {}: {}", rule.number(), rule.doc());
    }
}

#[test]
fn every_filetest_lowers_for_every_target() {
    let targets = ["aarch64-unknown-linux-gnu", "x86_64-pc-windows-msvc", "aarch64-pc-windows-msvc"];
    let mut failures = Vec::new();
    for path in filetest::files(&filetest::folder()) {
        let text = std::fs::read_to_string(&path).unwrap();
        let test = FileTest::new(&text).unwrap();
        if matches!(test.directives.test, Test::ParseError | Test::VerifyError) {
            continue;
        }
        let file = test.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for tree in &file.trees {
            if verify(tree, file.host).is_err() {
                continue;
            }
            for target in targets {
                if let Err(error) = uplift_cranelift::emit_for(target, tree, file.host) {
                    failures.push(format!("{} \"{}\" {target}: {error}", path.display(), tree.name));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
