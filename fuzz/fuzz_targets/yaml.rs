#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ssoctl::fuzzing::yaml(bytes));
