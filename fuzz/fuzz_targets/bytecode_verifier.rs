//! Arbitrary words are refused as code, or have the structure that the verifier promises.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| uplift_testing::fuzz::bytecode_verifier(bytes));
