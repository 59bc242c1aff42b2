//! How long a certificate lives, and for which names.

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use x509_parser::{extensions::GeneralName, parse_x509_certificate};

/// What of a certificate tells when another is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Life {
    begins: Timestamp,
    ends: Timestamp,
    names: Vec<String>,
    spread: u16,
}

const DAY: f64 = 86_400.0;

impl Life {
    /// Reads a certificate (DER). `None` where it cannot be read.
    pub fn of(certificate: &[u8]) -> Option<Self> {
        let (_, read) = parse_x509_certificate(certificate).ok()?;
        let instant = |seconds| Timestamp::from_second(seconds).ok();
        let names = read.subject_alternative_name().ok()?;
        let names = names.iter().flat_map(|extension| &extension.value.general_names).filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(name.to_ascii_lowercase()),
            _ => None,
        });
        let digest = Sha256::digest(certificate);
        Some(Self {
            begins: instant(read.validity().not_before.timestamp())?,
            ends: instant(read.validity().not_after.timestamp())?,
            names: names.collect(),
            spread: u16::from_be_bytes([digest[0], digest[1]]),
        })
    }

    /// Whether it is for all of these names, in lower case.
    pub fn covers(&self, names: &[String]) -> bool {
        names.iter().all(|name| self.names.contains(name))
    }

    /// When it is to be renewed: after two thirds of its life, and up to a thirtieth later. How much is drawn from the
    /// certificate itself: every gateway comes to the same moment, before and after a restart, and certificates
    /// ordered together are not renewed together.
    pub fn renewal(&self) -> Timestamp {
        let seconds = self.whole().as_secs();
        let later = seconds / 30 * i64::from(self.spread) / i64::from(u16::MAX);
        self.begins + SignedDuration::from_secs(seconds / 3 * 2 + later)
    }

    /// From its beginning to its end; nothing where the end comes first.
    pub fn whole(&self) -> SignedDuration {
        self.ends.duration_since(self.begins).max(SignedDuration::ZERO)
    }

    /// Days until it ends; less than nothing after that.
    pub fn days_left(&self, now: Timestamp) -> f64 {
        self.ends.duration_since(now).as_secs_f64() / DAY
    }

    /// The share of its life that is left, from 1 down to 0.
    pub fn share_left(&self, now: Timestamp) -> f64 {
        let share = self.ends.duration_since(now).as_secs_f64() / self.whole().as_secs_f64().max(1.0);
        share.clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::Life;

    fn ninety_days() -> Life {
        let mut params =
            CertificateParams::new(["Klinik.example".to_owned(), "www.klinik.example".to_owned()]).unwrap();
        (params.not_before, params.not_after) = (date_time_ymd(2026, 1, 1), date_time_ymd(2026, 4, 1));
        let key = KeyPair::generate().unwrap();
        Life::of(params.self_signed(&key).unwrap().der()).unwrap()
    }

    fn day(day: i64) -> Timestamp {
        "2026-01-01T00:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_hours(24 * day)
    }

    #[test]
    fn a_certificate_is_renewed_after_two_thirds_of_its_life() {
        let renewals: Vec<_> = (0..20).map(|_| ninety_days().renewal()).collect();
        assert!(renewals.iter().all(|at| (day(60)..=day(63)).contains(at)), "{renewals:?}");
        assert!(renewals.iter().any(|at| *at != renewals[0]), "not all at once");
        let one = ninety_days();
        assert_eq!(one.renewal(), one.clone().renewal(), "and each always at its moment");
    }

    #[test]
    fn what_is_left_of_it_is_told() {
        let life = ninety_days();
        assert!((life.days_left(day(60)) - 30.0).abs() < 1e-6 && (life.share_left(day(60)) - 1.0 / 3.0).abs() < 1e-6);
        assert!((life.days_left(day(91)) + 1.0).abs() < 1e-6 && life.share_left(day(91)) == 0.0);
    }

    #[test]
    fn it_is_for_its_names() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert!(ninety_days().covers(&names(&["www.klinik.example", "klinik.example"])));
        assert!(!ninety_days().covers(&names(&["klinik.example", "api.klinik.example"])));
        assert!(Life::of(b"no certificate").is_none());
    }
}
