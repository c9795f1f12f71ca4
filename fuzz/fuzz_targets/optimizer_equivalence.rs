//! Optimised trees do what recorded trees do.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| uplift_testing::fuzz::optimizer_equivalence(bytes));
