//! Pictures for people: `pictures` takes those of the README, `sheets` puts those of the journeys side by side.

mod pictures;
mod sheets;

use anyhow::{Result, bail};

#[tokio::main]
async fn main() -> Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("pictures") => pictures::take().await,
        Some("sheets") => sheets::lay_out().await,
        _ => bail!("`pictures` or `sheets` is expected; see cargo xtask --help"),
    }
}
