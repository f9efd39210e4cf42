//! Any bytes at all, to every path of the sumsub dialect.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| rightful_fuzz::decode("sumsub", data));
