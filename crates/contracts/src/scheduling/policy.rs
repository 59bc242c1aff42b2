//! How a facility takes bookings, and holidays.

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::directory::Bilingual;

/// A holiday.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Holiday {
    /// Date.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    /// Name.
    pub name: Bilingual,
    /// A bridge day by decree (cuti bersama).
    pub collective_leave: bool,
}

/// How a facility takes bookings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Policy {
    /// Minutes of notice for booking by the public.
    pub book_notice_minutes: u32,
    /// Minutes of notice for moving by the patient.
    pub move_notice_minutes: u32,
    /// Minutes of notice for cancelling by the patient.
    pub cancel_notice_minutes: u32,
    /// Minutes before the start until which cancelling and moving is free of a fee.
    pub free_change_minutes: u32,
    /// Fee afterwards, minor units of IDR.
    pub late_fee: i64,
    /// How often a patient may move one appointment; clinic's changes do not count (R.N3).
    pub max_moves: u32,
    /// Days ahead that can be booked.
    pub horizon_days: u16,
    /// Local time after which the same day is closed to the public.
    #[schema(value_type = Option<String>, format = "time")]
    pub same_day_cut_off: Option<Time>,
    /// Live consultations of a patient per local date (C4); 0 is without limit.
    pub daily_limit: u16,
    /// Coming appointments of a patient at most (R.L1); 0 is without limit.
    pub max_upcoming: u16,
    /// Minutes a hold is kept.
    pub hold_minutes: u16,
    /// Minutes after the start before no-show may be set (R.N4).
    pub no_show_grace_minutes: u16,
    /// Minutes a request may wait for acceptance before it lapses; never later than its start.
    pub accept_within_minutes: u32,
    /// Closed on public holidays.
    pub closed_on_holidays: bool,
    /// Closed on bridge days too.
    pub closed_on_collective_leave: bool,
    /// Raised by every change.
    pub version: i64,
}
