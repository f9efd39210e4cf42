//! Any bytes at all, to every path of the ravelin dialect.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| rightful_fuzz::decode("ravelin", data));
