//! Python programs do the same in every mode of the JIT as interpreted.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| uplift_pytesting::programs(bytes));
