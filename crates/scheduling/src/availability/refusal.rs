//! Why a time cannot be had.

use jiff::civil::Time;
use serde::{Deserialize, Serialize};

/// The rule that stands in the way. The public is told no reason of an absence: its pages show `Leave` as "not
/// free" (R.G9).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Refusal {
    /// The doctor holds no permit for this facility (R.V8).
    NotAtThisFacility,
    /// The plan does not offer the service.
    ServiceNotOffered,
    /// No session at that time.
    NoSession,
    /// More than this many facility days ahead (R.G6).
    BeyondHorizon {
        /// Days that may be booked ahead.
        days: u16,
    },
    /// The session does not take place on a holiday (R.V1).
    Holiday {
        /// The holiday's name.
        name: String,
    },
    /// The session does not take the wished mode.
    WrongMode,
    /// The session does not take the service.
    WrongSession,
    /// Not a start on the session's grid (R.G4).
    NotOnGrid,
    /// Visit and buffers do not fit into the session (R.G2).
    DoesNotFit,
    /// Already begun; for staff, already over (R.G10, R.G8).
    Past,
    /// Less than the minimum notice (R.G6).
    TooSoon {
        /// The notice in minutes.
        minutes: u32,
    },
    /// Too late in the day to book for today (R.G6).
    CutOff {
        /// The local time from which today is closed.
        at: Time,
    },
    /// Registration or permit is not valid on that date (R.V8).
    LicenceExpired,
    /// This single slot was taken out.
    SlotRemoved,
    /// The facility is closed (R.V3).
    Closure,
    /// The doctor, desk or service is away (R.V3).
    Leave,
    /// The daily cap is reached (R.G6).
    DayFull {
        /// Visits per day.
        cap: u16,
    },
    /// No seat is left (R.C1).
    Taken,
}

impl Refusal {
    /// How far a request came before this rule: of several refusals the one that came furthest tells most.
    pub(super) fn depth(&self) -> u8 {
        match self {
            Self::NotAtThisFacility => 0,
            Self::ServiceNotOffered => 1,
            Self::NoSession => 2,
            Self::BeyondHorizon { .. } => 3,
            Self::Holiday { .. } => 4,
            Self::WrongSession => 5,
            Self::WrongMode => 6,
            Self::NotOnGrid => 7,
            Self::DoesNotFit => 8,
            Self::Past => 9,
            Self::TooSoon { .. } => 10,
            Self::CutOff { .. } => 11,
            Self::LicenceExpired => 12,
            Self::SlotRemoved => 13,
            Self::Closure => 14,
            Self::Leave => 15,
            Self::DayFull { .. } => 16,
            Self::Taken => 17,
        }
    }
}
