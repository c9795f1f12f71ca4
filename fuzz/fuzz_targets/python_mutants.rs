//! Python programs of the tests, changed in a few places, do the same in every mode of the JIT as interpreted.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| uplift_pytesting::mutants(bytes));
