//! The fuzz targets of the Python VM, for a second or two each.

use std::time::{Duration, Instant};
use uplift_generate::python::of_seed;
use uplift_generate::source::Source;

/// Runs `check` on numbers that count up, for `FUZZ_SECONDS` or a second; or on `SEED` alone.
fn cases(mut check: impl FnMut(u64)) {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse().ok());
    if let Some(seed) = number("SEED") {
        return check(seed);
    }
    let budget = Duration::from_secs(number("FUZZ_SECONDS").unwrap_or(1));
    let start = Instant::now();
    (0..).take_while(|_| start.elapsed() < budget).for_each(check);
}

#[test]
fn generated_programs_do_the_same_in_every_mode() {
    cases(|seed| {
        println!("seed {seed}");
        uplift_pytesting::check(&of_seed(seed));
    });
    uplift_pytesting::programs(&[]);
}

#[test]
fn changed_programs_do_the_same_in_every_mode() {
    cases(|seed| {
        println!("seed {seed}");
        uplift_pytesting::check_mutant(&mut Source::Seed(seed));
    });
    uplift_pytesting::mutants(&[]);
}

#[test]
fn damaged_programs_compile_or_are_refused_at_a_place() {
    const TOKENS: [&str; 12] =
        ["(", ")", ":", "\n", "    ", "lambda", "\"", "'''", "\\", "\0", "é", "async "];
    cases(|seed| {
        let mut source = Source::Seed(seed);
        let mut text = of_seed(seed / 16).into_bytes();
        for _ in 0..=source.below(4) {
            let at = source.below(text.len());
            match source.below(3) {
                0 => drop(text.drain(at..(at + source.below(40)).min(text.len()))),
                1 => drop(text.splice(at..at, source.pick(&TOKENS).bytes())),
                _ => text[at] = source.below(256) as u8,
            }
        }
        uplift_pytesting::front_end(&text);
    });
}

#[test]
fn what_differs_is_found() {
    // Modules of the process make a difference that no JIT should: the time.
    let difference = uplift_pytesting::compare("import time\nprint(time.perf_counter())\n");
    let text = difference.expect("two times differ").to_string();
    assert!(text.contains("threshold 1") && text.contains("exit code 0"), "{text}");
    assert!(uplift_pytesting::compare("print(1)\n1 / 0\n").is_none());
}
