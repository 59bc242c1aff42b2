//! How a facility takes bookings: notice, horizon, limits, fees. Kept as one JSON document per facility with a version.

use contracts::{directory::FacilityId, scheduling::Policy};
use jiff::{SignedDuration, Timestamp};
use platform::{Error, Result, db::Tx, error::Problems};

use crate::copies::{parse, text};

/// What a facility begins with: a quarter of an hour of notice, free changes until a day before, a month and a half ahead, one
/// consultation a day (C4), closed on public holidays.
pub fn standard() -> Policy {
    Policy {
        book_notice_minutes: 15,
        move_notice_minutes: 120,
        cancel_notice_minutes: 0,
        free_change_minutes: 24 * 60,
        late_fee: 0,
        max_moves: 3,
        horizon_days: 60,
        same_day_cut_off: None,
        daily_limit: 1,
        max_upcoming: 20,
        hold_minutes: 5,
        no_show_grace_minutes: 15,
        accept_within_minutes: 24 * 60,
        closed_on_holidays: true,
        closed_on_collective_leave: false,
        version: 0,
    }
}

/// A facility's policy; the standard one where it never set its own.
pub async fn of(tx: &mut Tx, facility: &FacilityId) -> Result<Policy> {
    let row: Option<(String, i64)> =
        tx.one("select body, version from policy where facility = $1", &[facility]).await?;
    match row {
        Some((body, version)) => Ok(Policy { version, ..parse(&body)? }),
        None => Ok(standard()),
    }
}

/// Replaces a facility's policy at that version.
pub async fn set(tx: &mut Tx, facility: &FacilityId, version: i64, policy: &Policy) -> Result<Policy> {
    const ADD: &str = "insert into policy (facility, body, version) values ($1, $2, 1) on conflict do nothing";
    const REPLACE: &str = "update policy set body = $2, version = version + 1 where facility = $1 and version = $3";
    let body = text(policy)?;
    let changed = if version == 0 {
        tx.exec(ADD, &[facility, &body]).await?
    } else {
        tx.exec(REPLACE, &[facility, &body, &version]).await?
    };
    if changed == 0 {
        return Err(Error::Stale);
    }
    crate::owner::replan_facility(tx, &facility.to_string()).await?;
    Ok(Policy { version: version + 1, ..policy.clone() })
}

/// Bounds of every field, all told at once.
pub fn check(policy: &Policy) -> Result<()> {
    let mut problems = Problems::default();
    let year = 366 * 24 * 60;
    problems.range("book_notice_minutes", policy.book_notice_minutes, 0, year);
    problems.range("move_notice_minutes", policy.move_notice_minutes, 0, year);
    problems.range("cancel_notice_minutes", policy.cancel_notice_minutes, 0, year);
    problems.range("free_change_minutes", policy.free_change_minutes, 0, year);
    problems.range("late_fee", policy.late_fee, 0, 100_000_000);
    problems.range("max_moves", policy.max_moves, 0, 100);
    problems.range("horizon_days", policy.horizon_days, 1, 730);
    problems.range("daily_limit", policy.daily_limit, 0, 50);
    problems.range("max_upcoming", policy.max_upcoming, 0, 1000);
    problems.range("hold_minutes", policy.hold_minutes, 1, 60);
    problems.range("no_show_grace_minutes", policy.no_show_grace_minutes, 0, 24 * 60);
    problems.range("accept_within_minutes", policy.accept_within_minutes, 1, year);
    problems.done()
}

/// Until when a request may wait for the doctor's answer: never later than its start.
pub fn answer_by(policy: &Policy, starts_at: Timestamp, now: Timestamp) -> Timestamp {
    (now + minutes(policy.accept_within_minutes)).min(starts_at)
}

/// The last instant at which the patient may cancel or move without a fee.
pub fn free_until(policy: &Policy, starts_at: Timestamp) -> Timestamp {
    starts_at - minutes(policy.free_change_minutes)
}

/// What cancelling at `now` costs the patient, in minor units: nothing until the free time ends (R.H7).
pub fn cancel_fee(policy: &Policy, starts_at: Timestamp, now: Timestamp) -> i64 {
    if now <= free_until(policy, starts_at) { 0 } else { policy.late_fee }
}

/// So many minutes as a duration.
pub fn minutes(count: u32) -> SignedDuration {
    SignedDuration::from_mins(i64::from(count))
}
