//! Command line -> command -> exit code.

#![recursion_limit = "256"]

use std::process::ExitCode;

use clap::Parser as _;

/// Gives back what building the index took, some seconds later; the system's allocator keeps it for good.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

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
