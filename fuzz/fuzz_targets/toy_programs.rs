//! Programs of the toy VM do the same compiled and interpreted.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| uplift_testing::fuzz::toy_programs(bytes));
