//! Command line -> command -> exit code.

#![recursion_limit = "256"]

use std::process::ExitCode;

use clap::Parser as _;

/// Gives back what the building of the index took, where the system's allocator keeps it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    declic::telemetry::silence_panics();
    let cli = declic::cli::Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.into()),
    };
    let outcome = runtime.block_on(declic::cli::run(cli));
    // A read of standard input cannot be cancelled: it must not hold the exit.
    runtime.shutdown_background();
    outcome.unwrap_or_else(|error| fail(&error))
}

fn fail(error: &anyhow::Error) -> ExitCode {
    eprintln!("declic: {error:#}");
    ExitCode::FAILURE
}
