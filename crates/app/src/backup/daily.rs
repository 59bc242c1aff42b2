//! The backup of every day, made by the program itself: a job looks every minute whether one is due, so that one missed
//! while nothing ran is made up for, and one replica of those that share the folder makes it.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Time, tz::TimeZone};
use platform::{Cx, Error, Result, crypto::MasterKey, jobs::Jobs, telemetry::Gauges};

use super::{Plan, SealingKey, apart, blocking, make_apart, make_sound, prune};
use crate::settings::{Backup, Settings};

/// How often is looked whether a backup is due.
const LOOK: SignedDuration = SignedDuration::from_secs(60);
/// How often keys and the ledger of erasures are sealed: what was erased since the last time is known to no ledger.
const KEYS_EVERY: SignedDuration = SignedDuration::from_mins(15);
/// The longest pause after failures.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(1);

/// At which time of the day, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Hour {
    at: Time,
    zone: TimeZone,
}

impl Hour {
    /// As the settings say; none where they name no time. Fails naming the setting that does not fit.
    fn of(settings: &Backup) -> Result<Option<Self>> {
        if settings.at.is_empty() {
            return Ok(None);
        }
        let bad = |name: &str, value: &str, e: jiff::Error| {
            Error::internal(format_args!("setting backup.{name}: {value}: {e}"))
        };
        let at = Time::strptime("%H:%M", &settings.at).map_err(|e| bad("at", &settings.at, e))?;
        let zone = TimeZone::get(&settings.zone).map_err(|e| bad("zone", &settings.zone, e))?;
        if settings.folder.is_empty() {
            return Err(Error::conflict("backup-nowhere"));
        }
        Ok(Some(Self { at, zone }))
    }

    /// The last time it was that hour.
    fn last(&self, now: Timestamp) -> Result<Timestamp> {
        let mut day = now.to_zoned(self.zone.clone()).date();
        loop {
            let at = day.to_datetime(self.at).to_zoned(self.zone.clone()).map_err(Error::internal)?.timestamp();
            if at <= now {
                return Ok(at);
            }
            day = day.checked_sub(1.day()).map_err(Error::internal)?;
        }
    }
}

/// Tries that failed since the last backup was made.
#[derive(Debug, Clone, Copy)]
struct Failed {
    last: Timestamp,
    times: u32,
}

impl Failed {
    /// When it may be tried again: after a pause that doubles.
    fn again(self) -> Timestamp {
        let pause = LOOK * 2_i32.pow(self.times.min(6));
        self.last + pause.min(LONGEST_PAUSE)
    }
}

/// Backups made by this process when they are due.
pub struct Daily {
    settings: Settings,
    master: MasterKey,
    hour: Hour,
    failed: Mutex<Option<Failed>>,
}

impl Daily {
    /// As the settings say; none where they name no time of the day. Fails where they do not fit together.
    pub fn of(settings: &Settings, master: &MasterKey) -> Result<Option<Self>> {
        let Some(hour) = Hour::of(&settings.backup)? else { return Ok(None) };
        Ok(Some(Self { settings: settings.clone(), master: master.clone(), hour, failed: Mutex::default() }))
    }

    /// Makes a backup where one is due: looked at, and only then old ones go. Answers its folder.
    pub async fn look(&self, now: Timestamp) -> Result<Option<PathBuf>> {
        let to = PathBuf::from(&self.settings.backup.folder);
        let waits = self.failed().is_some_and(|failed| now < failed.again());
        if waits {
            return Ok(None);
        }
        let (newest, due) = (newest(&self.settings, &self.master, now).await?, self.hour.last(now)?);
        if newest.is_some_and(|at| at >= due) {
            return Ok(None);
        }
        let plan = Plan { to, keep: self.settings.backup.keep, now };
        let made = make_sound(&self.settings, &self.master, &plan).await.map(|made| made.folder);
        let end = match &made {
            Ok(_) => "done",
            Err(error) if error.is_conflict("backup-running") => return Ok(None),
            Err(_) => "failed",
        };
        metrics::counter!("backup_runs_total", "end" => end).increment(1);
        match &made {
            Ok(folder) => tracing::info!(folder = %folder.display(), "a backup was made and looked at"),
            Err(error) => tracing::error!(%error, "the backup of the day was not made"),
        }
        let mut failed = self.failed();
        let times = failed.map_or(1, |failed| failed.times + 1);
        failed = made.is_err().then_some(Failed { last: now, times });
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = failed;
        made.map(Some)
    }

    /// Seals keys and ledger, where that was not done for a quarter of an hour.
    pub async fn look_at_keys(&self, now: Timestamp) -> Result<()> {
        let to = PathBuf::from(&self.settings.backup.folder);
        let folder = to.clone();
        let newest = blocking(move || apart::newest_moment(&folder)).await?;
        // One of a clock that was ahead is no reason to wait for it.
        if newest.is_some_and(|at| (SignedDuration::ZERO..KEYS_EVERY).contains(&now.duration_since(at))) {
            return Ok(());
        }
        match make_apart(&self.settings, &self.master, &Plan { to, keep: usize::MAX, now }).await {
            // The one that is at work seals them too.
            Err(error) if error.is_conflict("backup-running") => Ok(()),
            done => done,
        }
    }

    fn failed(&self) -> Option<Failed> {
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Puts the job of backups among those of a context. It is there also where no backup is made, so that none that was
/// asked for under other settings is left behind as late.
pub fn add_job(jobs: &mut Jobs, daily: Option<&Arc<Daily>>) {
    let daily = daily.cloned();
    jobs.every("backup", LOOK, move |cx: Cx| {
        let daily = daily.clone();
        async move {
            let Some(daily) = daily else { return Ok(()) };
            let made = daily.look(cx.now()).await;
            // Keys are sealed where a backup could not be made too.
            daily.look_at_keys(cx.now()).await?;
            made.map(drop)
        }
    });
}

/// The moment of the newest set that is whole, and not named by a clock that was ahead; none where there is none.
pub async fn newest(settings: &Settings, master: &MasterKey, now: Timestamp) -> Result<Option<Timestamp>> {
    let (to, key) = (PathBuf::from(&settings.backup.folder), SealingKey::of(master));
    blocking(move || Ok(prune::newest(&to, &key, now))).await
}

/// How old the newest backup is, and the newest keys: where there is none yet, for how long this process has known.
pub fn gauges(settings: &Settings, master: &MasterKey, clock: &platform::Clock) -> Option<Gauges> {
    if settings.backup.folder.is_empty() {
        return None;
    }
    let (settings, master, clock, began) = (settings.clone(), master.clone(), clock.clone(), clock.now());
    Some(Gauges::new(move || {
        let (settings, master, now) = (settings.clone(), master.clone(), clock.now());
        async move {
            let age = |at: Option<Timestamp>| now.duration_since(at.unwrap_or(began)).as_secs_f64().max(0.0);
            if let Ok(at) = newest(&settings, &master, now).await {
                metrics::gauge!("backup_age_seconds").set(age(at));
            }
            let to = PathBuf::from(&settings.backup.folder);
            if let Ok(at) = blocking(move || apart::newest_moment(&to)).await {
                metrics::gauge!("backup_keys_age_seconds").set(age(at));
            }
        }
    }))
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::{Failed, Hour};
    use crate::settings::Settings;

    fn hour(at: &str, zone: &str) -> platform::Result<Option<Hour>> {
        let flags = [("backup.at", at), ("backup.zone", zone), ("backup.folder", "/backup")];
        Hour::of(&Settings::with(&flags).unwrap().backup)
    }

    #[test]
    fn the_hour_is_that_of_the_place_and_slips_are_told() {
        let hour_of = |at, zone| hour(at, zone).unwrap().unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let jakarta = hour_of("02:30", "Asia/Jakarta");
        assert_eq!(jakarta.last(at("2026-11-24T19:30:00Z")).unwrap(), at("2026-11-24T19:30:00Z"));
        assert_eq!(jakarta.last(at("2026-11-24T19:29:59Z")).unwrap(), at("2026-11-23T19:30:00Z"));
        // An hour that a day does not have is the one after it.
        let berlin = hour_of("02:30", "Europe/Berlin");
        assert_eq!(berlin.last(at("2026-03-29T12:00:00Z")).unwrap(), at("2026-03-29T01:30:00Z"));
        assert!(hour("", "Asia/Jakarta").unwrap().is_none());
        assert!(hour("2.30", "Asia/Jakarta").unwrap_err().to_string().contains("backup.at"));
        assert!(hour("02:30", "Asia/Batavia").unwrap_err().to_string().contains("backup.zone"));
        let nowhere = Settings::with(&[("backup.at", "02:30")]).unwrap();
        assert!(Hour::of(&nowhere.backup).unwrap_err().is_conflict("backup-nowhere"));
    }

    #[test]
    fn pauses_after_failures_double_and_end_at_an_hour() {
        let last: Timestamp = "2026-11-24T00:00:00Z".parse().unwrap();
        let pause = |times| Failed { last, times }.again().duration_since(last);
        assert_eq!([pause(1), pause(2)], [SignedDuration::from_mins(2), SignedDuration::from_mins(4)]);
        assert_eq!([pause(7), pause(u32::MAX)], [SignedDuration::from_hours(1); 2]);
    }
}
