//! An instant as programs and people need it: with the offset, and with the zone that gave it.

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// An instant in RFC 3339 with the offset of a place, and the zone of that place.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(example = json!({"at": "2026-11-24T10:30:00+08:00", "zone": "Asia/Makassar"}))]
pub struct Moment {
    /// RFC 3339 with offset: `2026-11-24T10:30:00+08:00`.
    #[schema(format = DateTime)]
    pub at: String,
    /// Name in the time zone database: `Asia/Makassar`.
    pub zone: String,
}

impl Moment {
    /// The instant as shown in a zone; in UTC where the zone's name is not known. Fractions of a second are cut.
    pub fn new(at: Timestamp, zone: &str) -> Self {
        let (time_zone, zone) = match TimeZone::get(zone) {
            Ok(known) => (known, zone),
            Err(_) => (TimeZone::UTC, "UTC"),
        };
        let at = at.to_zoned(time_zone).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
        Self { at, zone: zone.to_owned() }
    }

    /// The instant.
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.at.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Moment;

    #[test]
    fn an_instant_carries_its_offset_and_zone() {
        let at = "2026-11-24T02:30:00.25Z".parse().unwrap();
        let moment = Moment::new(at, "Asia/Makassar");
        assert_eq!(moment.at, "2026-11-24T10:30:00+08:00");
        assert_eq!(moment.timestamp(), Some("2026-11-24T02:30:00Z".parse().unwrap()));
        assert_eq!(Moment::new(at, "Mars/Base").zone, "UTC");
        assert_eq!(Moment::new(at, "UTC").at, "2026-11-24T02:30:00+00:00");
    }
}
