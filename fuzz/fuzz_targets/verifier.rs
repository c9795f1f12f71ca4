//! Whatever parses verifies or is refused, and what verifies is optimised without contradiction.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| uplift_testing::fuzz::verifier(bytes));
