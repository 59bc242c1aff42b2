//! `mediverse import …`

use std::{path::PathBuf, process::ExitCode, time::Duration};

use clap::{Args, ValueEnum};
use contracts::directory::ImportReport;
use platform::{Error, Result};

use super::{Sources, log, say};
use crate::wiring::House;

/// How long the bus may take to tell the others; an import may say hundreds of thousands of events.
const PATIENCE: Duration = Duration::from_mins(10);

/// Takes rows of a CSV file in. Good rows are kept although others are refused; again, nothing changes.
#[derive(Debug, Args)]
pub(super) struct Import {
    /// What the rows are.
    what: What,
    /// The file, with a line of names first.
    file: PathBuf,
    #[command(flatten)]
    sources: Sources,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// Provinces, regencies, districts.
    Regions,
    /// Facilities.
    Facilities,
    /// Services and their prices.
    Services,
    /// Doctors.
    Doctors,
    /// Facilities with their services and doctors, in one file.
    Network,
    /// Patients.
    Patients,
}

impl Import {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let settings = self.sources.read(&[])?;
        log(&settings)?;
        let rows = std::fs::read(&self.file)
            .map_err(|e| Error::conflict("file-unreadable").with("file", self.file.display()).with("cause", e))?;
        let house = House::open(settings, self.sources.world()).await?;
        let report = self.what.take_in(&house, rows).await;
        let bus = house.start_bus().await?;
        let settled = bus.settle(PATIENCE).await;
        bus.stop().await;
        house.close().await;
        let report = report?;
        settled?;
        tell(&report);
        Ok(if report.refused.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

impl What {
    async fn take_in(self, house: &House, rows: Vec<u8>) -> Result<ImportReport> {
        let cx = house.world.cx("command-line");
        match self {
            Self::Regions => house.directory.import(&cx, "regions", rows).await,
            Self::Facilities => house.directory.import(&cx, "facilities", rows).await,
            Self::Services => house.directory.import(&cx, "services", rows).await,
            Self::Doctors => house.directory.import(&cx, "doctors", rows).await,
            Self::Network => house.directory.import(&cx, "network", rows).await,
            Self::Patients => house.own_people()?.import(&cx, rows).await,
        }
    }
}

fn tell(report: &ImportReport) {
    for row in &report.refused {
        say(format_args!("{}: {}: {}", row.line, row.field, row.reason));
    }
    say(format_args!("{} + {} ~ {} = {} !", report.added, report.changed, report.same, report.refused.len()));
}
