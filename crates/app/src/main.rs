//! The program `mediverse`.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A request allocates some hundred small things: a fifth of its processor time went into the system's allocator.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    app::cli::run().await
}
