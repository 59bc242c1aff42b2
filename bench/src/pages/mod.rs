//! The pages: what a first visit costs on a slow phone, and how long the program takes for each page in a large network.

mod first;
mod served;

use std::time::Duration;

use anyhow::Result;
use e2e::Site;

use crate::report::Report;

/// The instant at which the network is planted and served: a Monday morning, so that doctors see patients.
const CLOCK: &str = "2026-11-23T09:30:00+08:00";
/// How long a network may take to be planted.
const PATIENCE: Duration = Duration::from_hours(1);

/// What is measured.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// So many times the demonstration's data.
    pub scale: u32,
    /// First visits of each page.
    pub visits: usize,
    /// Requests for each page.
    pub requests: usize,
}

/// Measures on a demonstration that is planted at the first run and kept.
pub async fn run(report: &mut Report, plan: Plan) -> Result<()> {
    let folder = crate::folder()?.join(format!("demo-{}", plan.scale));
    let scale = plan.scale.to_string();
    let site = Site::demo_in(&folder, &["--scale", &scale, "--clock", CLOCK], PATIENCE).await?;
    first::run(report, &site, plan.visits).await?;
    served::run(report, &site, plan).await
}
