//! Trees leave alike wherever they are made to, and grow from there.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| uplift_testing::fuzz::deoptimization(bytes));
