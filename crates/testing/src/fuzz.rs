//! What the fuzz targets check, one function each; all of it also runs under `cargo test`.
//!
//! Each takes a fuzzer's bytes and panics if something is wrong.

use crate::churn;
use crate::filetest::{HOSTS, is_recorded};
use crate::found;
use crate::generate::{self, Case, FUEL, Growing};
use crate::host::TestVm;
use crate::layouts;
use crate::oracle::{Input, Stages, Verdict, compare};
use crate::shrink::shrink;
use crate::source::Source;
use crate::toy;
use std::time::Duration;
use uplift_opt::OptError;
use uplift_uop::Tree;
use uplift_uop::canon::canonical;
use uplift_uop::parse::{File, parse_file};
use uplift_uop::print::{print, print_file};
use uplift_uop::verify::verify;

/// Any text parses or is refused; what parses prints, and parses back to the same trees.
pub fn text_round_trip(bytes: &[u8]) {
    let Some(File { host, trees }) = parsed(bytes) else { return };
    let text = print_file(&trees, host);
    match parse_file(&text, HOSTS) {
        Ok(again) => assert_eq!(again.trees, trees, "another tree\n{text}"),
        Err(error) => panic!("printed text does not parse: {error}\n{text}"),
    }
    for tree in &trees {
        assert_eq!(canonical(tree), *tree, "parsed trees are canonical");
    }
}

/// Whatever parses verifies or is refused; what verifies is optimised to something that verifies, or refused.
pub fn verifier(bytes: &[u8]) {
    let Some(File { host, trees }) = parsed(bytes) else { return };
    for tree in trees {
        if verify(&tree, host).is_err() || !is_recorded(&tree) {
            continue;
        }
        let config = uplift_opt::OptConfig { verify: true, ..Default::default() };
        match uplift_opt::optimize(&tree, host, &config) {
            Ok(_) | Err(OptError::Malformed(_) | OptError::Limit(_)) => {}
            Err(error) => panic!("{error}\n{}", print(&tree, host)),
        }
    }
}

/// Optimised trees do what recorded trees do, at every exit.
pub fn optimizer_equivalence(bytes: &[u8]) {
    equivalence(Source::Bytes(bytes), Stages { optimized: true, native: false, forced: 8 });
}

/// Machine code does what the uop interpreter does.
pub fn backend_equivalence(bytes: &[u8]) {
    equivalence(Source::Bytes(bytes), Stages { optimized: true, native: true, forced: 2 });
}

/// Programs of the toy VM do the same compiled in every way as interpreted.
pub fn toy_programs(bytes: &[u8]) {
    toy::check(&mut Source::Bytes(bytes));
}

/// Whatever an engine lives through, its trees do what was recorded.
pub fn engine_churn(bytes: &[u8]) {
    churn::check(&mut Source::Bytes(bytes));
}

/// However a host boxes its values, all stages agree on it.
pub fn value_layouts(bytes: &[u8]) {
    layouts::check(&mut Source::Bytes(bytes));
}

/// Arbitrary words are refused as code, or have the structure that `bytecodes!` promises of what it accepts.
pub fn bytecode_verifier(bytes: &[u8]) {
    toy::check_code(&mut Source::Bytes(bytes));
}

/// Leaves a tree at random visits of its guards, interpreted and as machine code, and compares all that is restored with
/// the recorded tree there; records a side trace at one of them, and again.
pub fn deoptimization(bytes: &[u8]) {
    deoptimize(&mut Source::Bytes(bytes));
}

/// Side traces that [`deoptimization`] adds to a tree.
const FORCED_SIDES: u32 = 3;

/// As [`deoptimization`]; how many side traces there were.
pub fn deoptimize(source: &mut Source<'_>) -> u32 {
    let stages = Stages { optimized: true, native: true, forced: 2 };
    let mut growing = Growing::new(source);
    let mut sides = 0;
    loop {
        let (tree, input) = growing.now();
        check(growing.vm(), &tree, &input, stages);
        if sides == FORCED_SIDES || !growing.force() {
            return sides;
        }
        sides += 1;
    }
}

/// Generates a case and checks it. Returns whether there was something to compare.
pub fn equivalence(mut source: Source<'_>, stages: Stages) -> bool {
    let Case { mut vm, tree, input } = generate::case(&mut source);
    check(&mut vm, &tree, &input, stages) == Verdict::Agree
}

/// Runs a tree at all stages. Panics with the smallest tree that shows a difference, and writes that as a filetest to the
/// folder `UPLIFT_FOUND_TREES`, if the environment names one.
fn check(vm: &mut TestVm, tree: &Tree, input: &Input, stages: Stages) -> Verdict {
    let mut last = match compare(vm, tree, input, FUEL, stages) {
        Ok(verdict) => return verdict,
        Err(mismatch) => *mismatch,
    };
    let host = HOSTS[0];
    let small = shrink(tree, host, |smaller| match compare(vm, smaller, input, FUEL, stages) {
        Err(mismatch) if mismatch.what == last.what => {
            last = *mismatch;
            true
        }
        _ => false,
    });
    let note = found::keep(&found::filetest(vm, &small, input, stages.forced)).unwrap_or_default();
    panic!("{last}\n--- recorded\n{}{note}", print(&vm.textual(&small), host));
}

/// How long a test goes on trying: `FUZZ_SECONDS`, or else `usual`.
pub fn budget(usual: Duration) -> Duration {
    let seconds = std::env::var("FUZZ_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    seconds.map_or(usual, Duration::from_secs)
}

fn parsed(bytes: &[u8]) -> Option<File<'static>> {
    parse_file(std::str::from_utf8(bytes).ok()?, HOSTS).ok()
}
