//! How this process proves to others which one it is.

use std::path::Path;

use platform::{Clock, Result, crypto::MasterKey, db::Engine, http::health::Check};
use remote::{Passes, ServiceKeys};

use super::{Roles, World};
use crate::settings::Settings;

/// Its passes: sealed with the keys of its own roles, where there are such, else with one of the whole house.
pub(super) fn of(settings: &Settings, roles: &Roles, master: &MasterKey, world: &World) -> Result<Passes> {
    let (name, folder) = (roles.name(), settings.services.keys.as_str());
    if folder.is_empty() || roles.is_whole() {
        return Ok(Passes::new(master, &name, world.clock.clone()));
    }
    let keys = ServiceKeys::read(Path::new(folder), &name.split('+').collect::<Vec<_>>())?;
    Ok(Passes::signed(keys, &name, world.clock.clone()))
}

/// Whether others take its passes, by their clocks: where they do not, what is asked of this process fails, so it should
/// not be asked. Where the database's server keeps the time, that is asked instead: it tells who of two is wrong.
pub(super) fn check(passes: &Passes, engines: impl Iterator<Item = Engine>, clock: &Clock) -> Option<Check> {
    let mut engines = engines;
    if matches!(clock, Clock::System) && engines.any(|engine| engine == Engine::Postgres) {
        return None;
    }
    let passes = passes.clone();
    Some(Check::new("clock", move || std::future::ready(passes.clock_agrees())))
}
