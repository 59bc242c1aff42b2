//! Kills the program in the middle of bookings and looks at what is left.

use std::process::ExitCode;

use bench::faults::kill_in_the_middle;
use bench::server::Engine;
use clap::Parser;

/// Kills the program in the middle of bookings and looks at what is left.
#[derive(Parser)]
struct Cli {
    /// Which database.
    #[arg(long, value_enum, default_value = "sqlite")]
    engine: Engine,
    /// How many bookings.
    #[arg(long, default_value_t = 10_000)]
    count: usize,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = async { kill_in_the_middle(&bench::folder()?, "kill", cli.engine, cli.count).await };
    match done.await {
        Ok(outcome) => {
            println!("{outcome:?}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
