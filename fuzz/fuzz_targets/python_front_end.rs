//! Any bytes compile as Python or are refused at a place.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| uplift_pytesting::front_end(bytes));
