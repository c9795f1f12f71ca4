//! Trees that come and go do what was recorded.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| uplift_testing::fuzz::engine_churn(bytes));
