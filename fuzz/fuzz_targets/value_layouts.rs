//! All stages agree on values, however a host boxes them.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| uplift_testing::fuzz::value_layouts(bytes));
