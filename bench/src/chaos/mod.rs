//! The program as services while their engines, processes and networks break: a load of bookings, moves and
//! cancellations goes on through it, and a checker then proves that nothing answered was lost, nothing is there twice,
//! and every event was heard (J1, J2, J5, H3). `docs/chaos.md` tells what each fault does and what is proved.

mod check;
pub(crate) mod engines;
mod fault;
mod figures;
mod link;
pub(crate) mod network;
pub(crate) mod node;
mod patient;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use futures_util::future::try_join_all;
use jiff::Timestamp;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

use self::check::Databases;
pub use self::fault::Fault;
use self::figures::{Figures, Sums};
pub use self::network::{Network, needs};
use self::patient::Patient;
use crate::client::Client;
use crate::numbers::Dice;
use crate::places::{self, Offer, Wanted};

/// Doctors who are booked.
const DOCTORS: usize = 6;
/// How long what is still asked when the load ends may take.
const LAST_ANSWERS: Duration = Duration::from_mins(3);

/// How a run is made.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Where chance begins.
    pub seed: u64,
    /// How long each fault lasts.
    pub lasting: Duration,
    /// How long the load goes on undisturbed before and after a fault.
    pub calm: Duration,
    /// Patients who book at the same time.
    pub patients: usize,
    /// Spoils what was kept before it is checked: the checker must complain.
    pub spoil: bool,
}

/// What became of one fault.
#[derive(Debug)]
pub struct Outcome {
    /// Which.
    pub fault: Fault,
    /// How the program was reached.
    pub sums: Sums,
    /// From the mending until every process was ready and the last late answer was had.
    pub recovery: Duration,
    /// From the end of the load until everything said was heard.
    pub backlog: Duration,
    /// The longest that the load itself stood still, because the machine did other things: so much of any gap is not the
    /// program's.
    pub stall: Duration,
    /// What is not as it must be.
    pub faults: Vec<String>,
}

impl Outcome {
    /// Whether nothing was lost, doubled or wrong. How well the program was reached is a figure of the machine too.
    pub fn is_right(&self) -> bool {
        self.faults.is_empty()
    }

    /// Whether the aims at availability were reached, where there are any.
    pub fn reached(&self) -> Option<bool> {
        let (share, gap) = self.fault.aim()?;
        Some(self.sums.available >= share && gap.is_none_or(|gap| self.sums.longest_gap <= gap))
    }

    /// A line for people.
    pub fn told(&self) -> String {
        format!(
            "{:<10} {:.3} % of {} within 2 s; longest wait {:.1} s ({}), longest gap {:.1} s (load stalled {:.1} s); recovered {:.1} s, all heard {:.1} s; {} booked, {} refused; {}",
            self.fault.name(),
            self.sums.available * 100.0,
            self.sums.due,
            self.sums.longest_wait.as_secs_f64(),
            self.sums.longest_for,
            self.sums.longest_gap.as_secs_f64(),
            self.stall.as_secs_f64(),
            self.recovery.as_secs_f64(),
            self.backlog.as_secs_f64(),
            self.sums.bookings,
            self.sums.refused,
            if self.is_right() { "all right".to_owned() } else { format!("{} FAULTS", self.faults.len()) },
        )
    }
}

/// Waits so long: a fault lasts, a client has its pace.
async fn pause(lasting: Duration) {
    sleep_until(Instant::now() + lasting).await;
}

#[expect(clippy::disallowed_methods, reason = "services under test run by the machine's clock")]
fn now() -> Timestamp {
    Timestamp::now()
}

/// A stage: services and engines, doctors with free times.
pub struct Stage {
    network: Network,
    offers: Arc<Vec<Offer>>,
    /// Patients ever signed up.
    signed_up: usize,
    /// Those of all faults so far: what one fault left is looked at after the next as well.
    patients: Vec<Patient>,
}

impl Stage {
    /// Sets it up below `folder`.
    pub async fn set(program: &Path, folder: &Path) -> Result<Self> {
        let begun = Instant::now();
        let network = Network::start(program, folder).await?;
        let offers = match open_doctors(&network).await {
            Ok(offers) => offers,
            Err(error) => bail!("{error:#}\n{}", network.ends_of_logs()),
        };
        println!("services and engines are up after {:.1} s", begun.elapsed().as_secs_f64());
        Ok(Self { network, offers: Arc::new(offers), signed_up: 0, patients: Vec::new() })
    }

    /// Lets a fault happen under load and looks at what is left.
    pub async fn play(&mut self, fault: Fault, plan: Plan) -> Result<Outcome> {
        let outcome = self.perform(fault, plan).await;
        outcome.with_context(|| format!("{}, seed {}\n{}", fault.name(), plan.seed, self.network.ends_of_logs()))
    }

    async fn perform(&mut self, fault: Fault, plan: Plan) -> Result<Outcome> {
        let figures = Arc::new(Figures::default());
        let mut dice = Dice::new(plan.seed);
        let signing = (0..plan.patients).map(|n| {
            let (offers, figures) = (self.offers.clone(), figures.clone());
            Patient::sign_up(self.network.gateway, self.signed_up + n, plan.seed, offers, figures)
        });
        let patients = try_join_all(signing).await.context("signing up")?;
        self.signed_up += plan.patients;
        let (end, ended) = watch::channel(false);
        let working: Vec<_> = patients
            .into_iter()
            .map(|mut patient| {
                let ended = ended.clone();
                tokio::spawn(async move { patient.work(ended).await.map(|()| patient) })
            })
            .collect();
        let stall = watch_stalls(ended);
        pause(plan.calm).await;
        let broken = fault.happen(&mut self.network, plan.lasting, &mut dice).await;
        self.network.mend();
        let mended = Instant::now();
        let back = self.network.ready().await;
        let ready = mended.elapsed();
        pause(plan.calm).await;
        end.send_replace(true);
        let load_ended = Instant::now();
        for patient in working {
            let patient = timeout(LAST_ANSWERS, patient).await.context("a patient does not come to an end")??;
            self.patients.push(patient.context("a patient")?);
        }
        let stall = stall.await?;
        // The checks ask as well, at their own pace: that is no gap of the program's.
        let sums = figures.sums();
        broken?;
        back.context("it does not recover")?;
        let databases = Databases::of(&self.network).await?;
        let quiet = check::quiet(&databases).await;
        let backlog = load_ended.elapsed();
        if plan.spoil {
            databases.spoil().await?;
        }
        let mut faults = check::faults(&self.network, &databases, &mut self.patients).await?;
        if let Err(error) = quiet {
            faults.push(format!("{error:#}: {} events are open", databases.open_events().await?));
        }
        faults.extend(figures.all_wrong());
        let late = sums.last_late.map_or(Duration::ZERO, |last| last.saturating_duration_since(mended));
        Ok(Outcome { fault, sums, recovery: ready.max(late), backlog, stall, faults })
    }

    /// Ends everything in order.
    pub async fn end(self) -> Result<()> {
        self.network.stop().await
    }
}

/// The longest that something that is to happen every 20 ms came late, until the end.
fn watch_stalls(ended: watch::Receiver<bool>) -> tokio::task::JoinHandle<Duration> {
    const EVERY: Duration = Duration::from_millis(20);
    tokio::spawn(async move {
        let mut longest = Duration::ZERO;
        while !*ended.borrow() {
            let begun = Instant::now();
            pause(EVERY).await;
            longest = longest.max(begun.elapsed().saturating_sub(EVERY));
        }
        longest
    })
}

async fn open_doctors(network: &Network) -> Result<Vec<Offer>> {
    let mut head: Client = network.super_admin().await?;
    let mut offers = Vec::new();
    for number in 0..DOCTORS {
        let wanted = Wanted {
            name: format!("Klinik {number}"),
            hours: ("07:00:00".to_owned(), "17:00:00".to_owned()),
            minutes: 10,
            capacity: 1,
            daily_limit: 0,
        };
        offers.push(places::open(&mut head, number, &wanted).await?);
    }
    places::until_bookable(&mut head, &offers).await?;
    Ok(offers)
}

/// The program: `MEDIVERSE_BIN`, or the one built beside this one.
pub fn program() -> Result<PathBuf> {
    crate::server::program()
}
