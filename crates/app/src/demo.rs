//! A believable network to try everything out: fictional clinics, doctors, families and their visits, the same for the
//! same seed. Whatever a person enters goes through the verbs that people use; nothing writes tables by itself.
//!
//! Sample data are unmistakable (R.O7): clinics carry "Contoh" in their names, every e-mail ends in `@contoh.example`.

pub mod authority;
mod desks;
mod families;
mod folder;
pub mod network;
mod staff;
pub mod trust;
mod visits;
mod words;

use std::{sync::Arc, time::Duration};

use contracts::{
    auth::{AccountId, Role},
    directory::Directory,
};
use jiff::{SignedDuration, Timestamp};
use platform::{Actor, Clock, Cx, PermissionSet, Result, entropy::Entropy};
use serde::{Deserialize, Serialize};

pub use folder::{Prepared, prepare};

use crate::wiring::House;

/// The password of every sample account.
pub const PASSWORD: &str = "kopi-susu-di-losari-47";
/// What every sample e-mail ends in.
const DOMAIN: &str = "contoh.example";
/// How many days of history there are, and how many to come are booked.
const HISTORY: i64 = 40;
const AHEAD: i64 = 20;
/// Verbs called at the same time; on SQLite they share a COMMIT.
const AT_ONCE: usize = 48;
/// How long the bus may take to tell the others.
const PATIENCE: Duration = Duration::from_mins(2);

/// A sample account to sign in with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Login {
    /// `patient`, `doctor`, `admin`, `super_admin`.
    pub role: Role,
    /// What one signs in with.
    pub email: String,
    /// The password.
    pub password: String,
    /// Who it is.
    pub name: String,
    /// What is particular about them, as a key: empty, `manual-acceptance`, `waits-for-approval`.
    #[serde(default)]
    pub note: String,
}

impl Login {
    fn new(role: Role, email: String, name: &str, note: &str) -> Self {
        Self { role, email, password: PASSWORD.to_owned(), name: name.to_owned(), note: note.to_owned() }
    }
}

/// Fills an empty house. The content follows from `seed` alone; identifiers and keys are drawn by true chance.
pub async fn plant(house: &House, seed: u64, scale: u32) -> Result<Vec<Login>> {
    let bus = house.start_bus().await?;
    let gardener = Gardener { house, seed, scale: scale.max(1), now: house.world.clock.now() };
    let planted = gardener.plant(&bus).await;
    bus.stop().await;
    planted
}

/// What planting needs.
struct Gardener<'h> {
    house: &'h House,
    seed: u64,
    scale: u32,
    now: Timestamp,
}

impl Gardener<'_> {
    async fn plant(&self, bus: &platform::bus::BusHandle) -> Result<Vec<Login>> {
        let long_ago = Self::program(self.days(-HISTORY));
        let hash = self.house.own_auth()?.hash_password(&long_ago, PASSWORD).await?;
        let mut sample = directory::sample::sample(self.seed, self.scale);
        let doctors = self.open_doctors(&hash, &mut sample.doctors).await?;
        let directory: Arc<dyn Directory> = self.house.directory();
        let network = directory::sample::plant(&directory, &long_ago, &sample).await?;
        let staff = self.open_staff(&hash, &network.facilities).await?;
        let families = self.open_families(&hash, &network.facilities).await?;
        bus.settle(PATIENCE).await?;
        self.set_desks(&network).await?;
        self.show_up_today(&network).await?;
        self.keep_visits(&network, &doctors, &staff, &families).await?;
        let applicant = self.apply_as_doctor(&network).await?;
        bus.settle(PATIENCE).await?;
        Ok(Self::logins(&network, &families, applicant))
    }

    /// The accounts shown when the demonstration starts; the first of each role is the one to try first.
    fn logins(network: &directory::sample::Planted, families: &[families::Family], applicant: Login) -> Vec<Login> {
        let mut logins = Vec::new();
        logins.extend(
            families
                .iter()
                .take(2)
                .enumerate()
                .map(|(n, family)| Login::new(Role::Patient, email("pasien", n), &family.name, "")),
        );
        let doctor = |n: usize, note: &str| {
            network.doctors.get(n).map(|doctor| Login::new(Role::Doctor, email("dokter", n), &doctor.name, note))
        };
        logins.extend(doctor(0, ""));
        let by_hand = network.doctors.iter().position(|doctor| !doctor.auto_accept);
        logins.extend(by_hand.and_then(|n| doctor(n, "manual-acceptance")));
        logins.push(applicant);
        logins.extend(
            network
                .facilities
                .iter()
                .take(2)
                .enumerate()
                .map(|(n, facility)| Login::new(Role::Admin, email("admin", n), &facility.name, "")),
        );
        logins.push(Login::new(Role::SuperAdmin, format!("super@{DOMAIN}"), staff::SUPER_ADMIN, ""));
        logins
    }

    /// An instant so many days from now.
    fn days(&self, days: i64) -> Timestamp {
        self.now + SignedDuration::from_hours(24 * days)
    }

    /// The program itself at some time.
    fn program(at: Timestamp) -> Cx {
        Cx::system("demo", Clock::manual(at), Entropy::System)
    }

    /// An account at some time, allowed everything: what it does is what its role may do anyway.
    fn account(id: &AccountId, at: Timestamp) -> Cx {
        let mut cx = Self::program(at);
        cx.actor = Actor::Account { id: id.to_string().into(), session: "demo".into() };
        cx.permissions = PermissionSet::ALL;
        cx
    }

    /// Chance for one part of the network, apart from the other parts.
    fn chance(&self, part: u64) -> Entropy {
        Entropy::seeded(self.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(part))
    }
}

/// `pasien1@contoh.example`
fn email(word: &str, number: usize) -> String {
    format!("{word}{}@{DOMAIN}", number + 1)
}

/// One of these.
fn pick<'a, T>(chance: &Entropy, from: &'a [T]) -> &'a T {
    &from[chance.below(from.len().max(1) as u64) as usize]
}
