//! Any bytes at all, to every path of the transmit dialect.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| rightful_fuzz::decode("transmit", data));
