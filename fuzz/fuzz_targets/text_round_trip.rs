//! Any text parses or is refused; what parses survives printing.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| uplift_testing::fuzz::text_round_trip(bytes));
