//! Times of a facility's day.

use std::{fmt, str::FromStr};

use jiff::civil::{DateTime, Time};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// A time on the facility's clock to the minute, written `10:30`. Two bytes: answers hold hundreds of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTime {
    hour: u8,
    minute: u8,
}

impl LocalTime {
    /// The hour, 0 to 23.
    pub fn hour(self) -> u8 {
        self.hour
    }

    /// The minute, 0 to 59.
    pub fn minute(self) -> u8 {
        self.minute
    }
}

impl From<DateTime> for LocalTime {
    fn from(at: DateTime) -> Self {
        at.time().into()
    }
}

impl From<Time> for LocalTime {
    fn from(at: Time) -> Self {
        Self { hour: at.hour().unsigned_abs(), minute: at.minute().unsigned_abs() }
    }
}

impl FromStr for LocalTime {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(text.parse::<Time>()?.into())
    }
}

impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)
    }
}

impl Serialize for LocalTime {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for LocalTime {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::LocalTime;

    /// J4
    #[test]
    fn r_t5_a_local_time_is_read_as_it_is_written() {
        let time: LocalTime = "08:05".parse().unwrap();
        assert_eq!((time.hour(), time.minute(), time.to_string().as_str()), (8, 5, "08:05"));
        assert_eq!(serde_json::to_string(&time).unwrap(), "\"08:05\"");
        assert_eq!(serde_json::from_str::<LocalTime>("\"08:05\"").unwrap(), time);
        assert!("24:61".parse::<LocalTime>().is_err());
    }
}
