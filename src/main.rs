//! The binary: nothing but the way into the library.

use std::process::ExitCode;

#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // A panic is a defect of ssoctl; its message has been printed by the time it arrives here.
    ExitCode::from(std::panic::catch_unwind(|| ssoctl::run(std::env::args_os())).unwrap_or(70))
}
