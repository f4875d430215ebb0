//! The binary: nothing but the way into the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(ssoctl::run(std::env::args_os()))
}
