//! Claims: the time an appointment or a hold takes from a doctor or desk, and from a patient. The database refuses
//! overlaps (an exclusion constraint on PostgreSQL, a trigger on SQLite), so of many who try one wins (R.C1). Always
//! inserted with `on conflict do nothing`: on PostgreSQL a plain insert into an exclusion deadlocks under load.

use jiff::{SignedDuration, Timestamp};
use platform::{Result, db::Tx};

use crate::availability::Busy;

/// No claim is longer; looking for an overlap never reaches further back. Stated in the migration too.
const LONGEST: SignedDuration = SignedDuration::from_hours(48);

/// A span of time, buffers included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Start.
    pub starts_at: Timestamp,
    /// End.
    pub ends_at: Timestamp,
}

const CLAIM: &str = "insert into resource_claim (owner, seat, starts_at, ends_at, hold_until, appointment) \
    values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
const RELEASE_EXPIRED: &str = "delete from resource_claim where owner = $1 and starts_at > $2 and starts_at < $3 \
    and ends_at > $4 and hold_until <= $5";
const CLAIM_PATIENT: &str = "insert into patient_claim (patient, starts_at, ends_at, appointment) \
    values ($1, $2, $3, $4) on conflict do nothing";
const CLAIM_DAY: &str = "insert into patient_day (patient, local_date, k, appointment) values ($1, $2, $3, $4) \
    on conflict do nothing";
const BUSY: &str = "select starts_at, ends_at, seat, hold_until from resource_claim \
    where owner = $1 and starts_at > $2 and starts_at < $3 and ends_at > $4 and appointment <> $5 order by starts_at";

/// Claims one of the seats, tried in order; `hold_until` marks a hold. Answers whether one was had. Holds that have
/// run out stand in nobody's way (R.H2): they are released and the seats tried once more.
pub async fn claim_seat(
    tx: &mut Tx,
    owner: &str,
    seats: &[i64],
    span: Span,
    hold_until: Option<Timestamp>,
    by: &str,
    now: Timestamp,
) -> Result<bool> {
    if try_seats(tx, owner, seats, span, hold_until, by).await? {
        return Ok(true);
    }
    let reach = span.starts_at - LONGEST;
    let released = tx.exec(RELEASE_EXPIRED, &[&owner, &reach, &span.ends_at, &span.starts_at, &now]).await?;
    Ok(released > 0 && try_seats(tx, owner, seats, span, hold_until, by).await?)
}

async fn try_seats(
    tx: &mut Tx,
    owner: &str,
    seats: &[i64],
    span: Span,
    hold_until: Option<Timestamp>,
    by: &str,
) -> Result<bool> {
    for seat in seats {
        if tx.exec(CLAIM, &[&owner, seat, &span.starts_at, &span.ends_at, &hold_until, &by]).await? == 1 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Makes a live hold's claim the appointment's own. Answers whether it was still live.
pub async fn take_over(tx: &mut Tx, hold: &str, appointment: &str, now: Timestamp) -> Result<bool> {
    const TAKE_OVER: &str = "update resource_claim set appointment = $1, hold_until = null \
        where appointment = $2 and hold_until > $3";
    Ok(tx.exec(TAKE_OVER, &[&appointment, &hold, &now]).await? == 1)
}

/// Claims the patient's time: nobody is in two places at once (R.L2).
pub async fn claim_patient(tx: &mut Tx, patient: &str, span: Span, by: &str) -> Result<bool> {
    Ok(tx.exec(CLAIM_PATIENT, &[&patient, &span.starts_at, &span.ends_at, &by]).await? == 1)
}

/// Claims one of the patient's consultations of that local date (C4).
pub async fn claim_day(tx: &mut Tx, patient: &str, date: jiff::civil::Date, limit: u16, by: &str) -> Result<bool> {
    for k in 1..=i64::from(limit) {
        if tx.exec(CLAIM_DAY, &[&patient, &date, &k, &by]).await? == 1 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Lets go of all an appointment or hold has claimed (R.C8).
pub async fn release(tx: &mut Tx, by: &str) -> Result<()> {
    tx.exec("delete from resource_claim where appointment = $1", &[&by]).await?;
    tx.exec("delete from patient_claim where appointment = $1", &[&by]).await?;
    tx.exec("delete from patient_day where appointment = $1", &[&by]).await?;
    Ok(())
}

/// What is taken of an owner's time between two instants, leaving out one appointment's own claims.
pub async fn busy(tx: &mut Tx, owner: &str, span: Span, except: &str) -> Result<Vec<Busy>> {
    let reach = span.starts_at - LONGEST;
    let rows: Vec<(Timestamp, Timestamp, i64, Option<Timestamp>)> =
        tx.all(BUSY, &[&owner, &reach, &span.ends_at, &span.starts_at, &except]).await?;
    Ok(rows
        .into_iter()
        .map(|(starts_at, ends_at, seat, hold_until)| Busy {
            starts_at,
            ends_at,
            // An overbooked visit keeps the doctor busy but is not one of the seats.
            seat: u16::try_from(seat).ok().filter(|seat| *seat > 0),
            hold_until,
        })
        .collect())
}
