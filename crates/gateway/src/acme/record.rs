//! What became of the last order, and when the next may be.

use jiff::{SignedDuration, Timestamp};
use platform::entropy::Entropy;
use serde::{Deserialize, Serialize};

use super::Plan;
use crate::life::Life;

/// Kept beside the certificate, so that it holds for all gateways and through restarts: authorities count failed orders by
/// name and by account, and lock out who comes too often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    directory: String,
    names: Vec<String>,
    failures: u32,
    last: Timestamp,
    next: Timestamp,
}

/// After the first failure; three times as long after each further one.
const FIRST: SignedDuration = SignedDuration::from_mins(1);
/// The longest wait between two orders that fail.
const LONGEST: SignedDuration = SignedDuration::from_hours(6);
/// The shortest time between two orders that succeed, where a third of the certificate's life is not shorter still.
const SETTLED: SignedDuration = SignedDuration::from_hours(24);
/// The shortest time between orders for different names, or from different authorities: while settings are being
/// changed, gateways with the old ones and with the new ones must not take turns.
const CHANGED: SignedDuration = SignedDuration::from_mins(10);

impl Record {
    /// Reads it. What cannot be read is none: then the certificate alone tells what is due.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// As it is written.
    pub fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).unwrap_or_default()
    }

    /// Whether the certificate comes from another authority than the one that is asked now.
    pub fn is_elsewhere(&self, plan: &Plan) -> bool {
        self.directory != plan.directory
    }

    /// When the next order may begin.
    pub fn not_before(&self, plan: &Plan) -> Timestamp {
        let same = self.directory == plan.directory && self.names == plan.names;
        if same { self.next } else { self.last + CHANGED }
    }

    /// What is noted when an order begins: that it failed. Who dies in the middle of it has noted so.
    pub fn begun(before: Option<&Self>, plan: &Plan, now: Timestamp, chance: &Entropy) -> Self {
        let failed = before.filter(|before| before.names == plan.names && !before.is_elsewhere(plan));
        let failures = failed.map_or(0, |before| before.failures).saturating_add(1);
        let wait = (1..failures.min(20)).fold(FIRST, |wait, _| (wait * 3).min(LONGEST));
        let jitter = SignedDuration::from_millis(chance.below(wait.as_millis() as u64 / 4 + 1) as i64);
        Self::of(plan, failures, now, now + wait + jitter)
    }

    /// What is noted when it has ended well.
    pub fn done(plan: &Plan, now: Timestamp, life: Option<&Life>) -> Self {
        let wait = life.map_or(SETTLED, |life| SETTLED.min(life.whole() / 3));
        Self::of(plan, 0, now, now + wait)
    }

    fn of(plan: &Plan, failures: u32, last: Timestamp, next: Timestamp) -> Self {
        Self { directory: plan.directory.clone(), names: plan.names.clone(), failures, last, next }
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};
    use platform::entropy::Entropy;

    use super::Record;
    use crate::acme::Plan;

    fn plan(name: &str) -> Plan {
        Plan {
            directory: "https://authority.example/directory".to_owned(),
            contact: None,
            names: vec![name.to_owned()],
            folder: "acme".into(),
            trust: None,
        }
    }

    fn noon() -> Timestamp {
        "2026-01-01T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn who_fails_waits_longer_each_time() {
        let (plan, chance) = (plan("klinik.example"), Entropy::seeded(7));
        let (mut record, mut waits) = (None, Vec::new());
        for _ in 0..8 {
            let next = Record::begun(record.as_ref(), &plan, noon(), &chance);
            waits.push(next.not_before(&plan).duration_since(noon()).as_secs_f64() / 60.0);
            record = Record::read(&next.bytes());
        }
        for (wait, least) in waits.iter().zip([1.0, 3.0, 9.0, 27.0, 81.0, 243.0, 360.0, 360.0]) {
            assert!((least..=least * 1.25).contains(wait), "{waits:?}");
        }
        let tries = waits.iter().scan(0.0, |at, wait| {
            *at += wait;
            Some(*at)
        });
        assert!(tries.filter(|at| *at < 60.0).count() < 5, "at most five in an hour, as authorities ask");
    }

    #[test]
    fn after_an_order_that_succeeded_none_follows_soon() {
        let plan = plan("klinik.example");
        let failed = Record::begun(None, &plan, noon(), &Entropy::seeded(7));
        let done = Record::done(&plan, noon(), None);
        assert_eq!(done.not_before(&plan), noon() + SignedDuration::from_hours(24));
        let again = Record::begun(Some(&done), &plan, noon(), &Entropy::seeded(7));
        assert_eq!(again, failed, "and failures are counted anew");
    }

    #[test]
    fn other_names_need_not_wait_a_day_but_cannot_take_turns() {
        let done = Record::done(&plan("klinik.example"), noon(), None);
        assert_eq!(done.not_before(&plan("www.klinik.example")), noon() + SignedDuration::from_mins(10));
        let elsewhere = Plan { directory: "https://other.example/directory".to_owned(), ..plan("klinik.example") };
        assert!(done.is_elsewhere(&elsewhere) && !done.is_elsewhere(&plan("www.klinik.example")));
        assert_eq!(done.not_before(&elsewhere), noon() + SignedDuration::from_mins(10));
        assert_eq!(Record::read(b"{}"), None);
    }
}
