//! `mediverse events …`: events that a context could not apply, and events that are wanted again.

use std::process::ExitCode;

use clap::Subcommand;
use contracts::system::Process;
use jiff::Timestamp;
use platform::{Cx, Result, bus::BusHandle};

use super::{Sources, log, say, words::Words};
use crate::wiring::House;

/// Parked events shown of each hearer.
const SHOWN: i64 = 100;

/// Events between the parts of the program. On files, stop the server first; beside a running one use its page or
/// `/api/v1/system/parked`.
#[derive(Debug, Subcommand)]
pub(super) enum Events {
    /// Shows the events that could not be applied and wait for somebody's decision: hearer, id, source, kind, tries,
    /// kind of error, since when.
    Parked(Sources),
    /// Has a parked event tried again.
    Retry {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        sources: Sources,
    },
    /// Lets a parked event go without its effect; those after it follow.
    Drop {
        #[command(flatten)]
        which: Which,
        /// Why, for the audit trail.
        #[arg(long, value_name = "WORDS")]
        reason: String,
        #[command(flatten)]
        sources: Sources,
    },
    /// Has a part say its present profiles again, and what else it said since an instant: for a hearer that was away for
    /// more than a day, or lost what it had.
    Reannounce {
        /// Who is to speak again: auth, people, directory, scheduling or notifications.
        source: String,
        /// Since when; without it, profiles alone.
        #[arg(long, value_name = "INSTANT")]
        since: Option<Timestamp>,
        #[command(flatten)]
        sources: Sources,
    },
}

/// A parked event.
#[derive(Debug, clap::Args)]
pub(super) struct Which {
    /// Who could not apply it: the first word of its line.
    hearer: String,
    /// Its id: the second word.
    id: String,
}

impl Events {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let (Self::Parked(sources)
        | Self::Retry { sources, .. }
        | Self::Drop { sources, .. }
        | Self::Reannounce { sources, .. }) = &self;
        let (settings, world) = (sources.read(&[])?, sources.world());
        log(&settings)?;
        let words = Words::of_environment()?;
        let house = House::open(settings, world).await?;
        let bus = house.start_bus().await?;
        let done = self.act(&house, &bus, &words).await;
        bus.stop().await;
        house.close().await;
        done.map(|()| ExitCode::SUCCESS)
    }

    async fn act(&self, house: &House, bus: &BusHandle, words: &Words) -> Result<()> {
        match self {
            Self::Parked(_) => show(bus, words).await,
            Self::Retry { which, .. } => {
                house.process.retry_parked(&cx(house), &which.hearer, &which.id).await?;
                say(words.say("cli-event-retried", &[("id", which.id.clone())]));
                Ok(())
            }
            Self::Drop { which, reason, .. } => {
                house.process.drop_parked(&cx(house), &which.hearer, &which.id, reason).await?;
                say(words.say("cli-event-dropped", &[("id", which.id.clone())]));
                Ok(())
            }
            Self::Reannounce { source, since, .. } => {
                bus.reannounce(source, since.unwrap_or_else(|| house.world.clock.now())).await?;
                say(words.say("cli-reannounced", &[("source", source.clone())]));
                Ok(())
            }
        }
    }
}

/// Whoever sits at the machine's keyboard, as the audit trail names them.
fn cx(house: &House) -> Cx {
    house.world.cx("operator")
}

async fn show(bus: &BusHandle, words: &Words) -> Result<()> {
    let parked = bus.parked(SHOWN).await?;
    if parked.is_empty() {
        say(words.say("cli-nothing-parked", &[]));
    }
    for (hearer, p) in parked {
        say(format_args!("{hearer} {} {} {} {} {} {}", p.id, p.source, p.kind, p.attempts, p.reason, p.parked_at));
    }
    Ok(())
}
