//! Machine code does what the uop interpreter does.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| uplift_testing::fuzz::backend_equivalence(bytes));
