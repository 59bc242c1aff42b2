//! Claims: the time an appointment or a hold takes from a doctor or desk, and from a patient. The database refuses
//! overlaps (an exclusion constraint on PostgreSQL, a trigger on SQLite), so of many who try one wins (R.C1). Always
//! inserted with `on conflict do nothing`: on PostgreSQL a plain insert into an exclusion deadlocks under load.

use contracts::{directory::FacilityId, people::PatientId};
use jiff::{SignedDuration, Timestamp, civil::Date};
use platform::{
    Error, Result,
    db::{Step, Tx},
};

use crate::{appointment::Row, availability::Busy, leave};

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

const CLAIM: &str = "insert into resource_claim (owner, seat, starts_at, ends_at, facility, hold_until, appointment) \
    values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing";
const RELEASE_EXPIRED: &str = "delete from resource_claim where owner = $1 and starts_at > $2 and starts_at < $3 \
    and ends_at > $4 and hold_until <= $5";
/// The patient's time, unless they have as many coming visits as they may; `$5` is 0 where there is no such limit.
const CLAIM_PATIENT: &str = "insert into patient_claim (patient, starts_at, ends_at, appointment) \
    select cast($1 as text), cast($2 as timestamptz), cast($3 as timestamptz), cast($4 as text) \
    where cast($5 as bigint) = 0 \
    or (select count(*) from patient_claim where patient = $1 and starts_at > $6) < cast($5 as bigint) \
    on conflict do nothing";
const UPCOMING: &str = "select count(*) from patient_claim where patient = $1 and starts_at > $2";
const CLAIM_DAY: &str = "insert into patient_day (patient, local_date, k, appointment) values ($1, $2, $3, $4) \
    on conflict do nothing";
const BUSY: &str = "select starts_at, ends_at, seat, hold_until, facility from resource_claim \
    where owner = $1 and starts_at > $2 and starts_at < $3 and ends_at > $4 order by starts_at";

/// Whose time a claim takes, and for what.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// The doctor or desk.
    pub owner: &'a str,
    /// Where it is taken.
    pub facility: &'a FacilityId,
    /// From when to when.
    pub span: Span,
    /// Until when, where it is a hold's.
    pub hold_until: Option<Timestamp>,
    /// The appointment or hold.
    pub by: &'a str,
}

/// Claims one of the seats, tried in order; answers whether one was had. Holds that have run out stand in nobody's way
/// (R.H2): they are released and the seats tried once more.
pub async fn claim_seat(tx: &mut Tx, claim: &Claim<'_>, seats: &[i64], now: Timestamp) -> Result<bool> {
    if try_seats(tx, claim, seats).await? {
        return Ok(true);
    }
    let Claim { owner, span, .. } = claim;
    let reach = span.starts_at - LONGEST;
    let released = tx.exec(RELEASE_EXPIRED, &[owner, &reach, &span.ends_at, &span.starts_at, &now]).await?;
    Ok(released > 0 && try_seats(tx, claim, seats).await?)
}

/// The statement that claims one seat.
pub fn seat(claim: &Claim<'_>, seat: i64) -> Step {
    let Claim { owner, facility, span, hold_until, by } = claim;
    Step::new(CLAIM, &[owner, &seat, &span.starts_at, &span.ends_at, facility, hold_until, by])
}

async fn try_seats(tx: &mut Tx, claim: &Claim<'_>, seats: &[i64]) -> Result<bool> {
    let Claim { owner, facility, span, hold_until, by } = claim;
    for seat in seats {
        if tx.exec(CLAIM, &[owner, seat, &span.starts_at, &span.ends_at, facility, hold_until, by]).await? == 1 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Makes a live hold's claim on just that span the appointment's own. Answers whether it was so.
pub async fn take_over(tx: &mut Tx, hold: &str, claim: &Claim<'_>, now: Timestamp) -> Result<bool> {
    const TAKE_OVER: &str = "update resource_claim set appointment = $1, hold_until = null \
        where appointment = $2 and owner = $3 and starts_at = $4 and ends_at = $5 and hold_until > $6";
    let Claim { owner, span, by, .. } = claim;
    Ok(tx.exec(TAKE_OVER, &[by, &hold, owner, &span.starts_at, &span.ends_at, &now]).await? == 1)
}

/// Claims the patient's time: nobody is in two places at once (R.L2), nor has more coming visits than `most`, where
/// that is not 0 (R.L1). The patient is locked, so that what is counted stays true.
pub async fn claim_patient(
    tx: &mut Tx,
    patient: &PatientId,
    span: Span,
    by: &str,
    most: u16,
    now: Timestamp,
) -> Result<()> {
    if tx.exec_each(&[of_patient(patient, span, by, most, now)]).await? == [1] {
        return Ok(());
    }
    Err(patient_is_taken(tx, patient, most, now).await?)
}

/// The statement that claims the patient's time.
pub fn of_patient(patient: &PatientId, span: Span, by: &str, most: u16, now: Timestamp) -> Step {
    Step::new(CLAIM_PATIENT, &[patient, &span.starts_at, &span.ends_at, &by, &most, &now])
}

/// Why the patient's time could not be claimed.
pub async fn patient_is_taken(tx: &mut Tx, patient: &PatientId, most: u16, now: Timestamp) -> Result<Error> {
    let upcoming: Option<(i64,)> = tx.one(UPCOMING, &[patient, &now]).await?;
    Ok(match upcoming {
        Some((count,)) if most > 0 && count >= i64::from(most) => {
            Error::conflict("too-many-upcoming").with("limit", most)
        }
        _ => Error::conflict("patient-overlap"),
    })
}

/// The statement that claims consultation number `k` of the patient's local date.
pub fn of_day(patient: &PatientId, date: Date, k: u16, by: &str) -> Step {
    Step::new(CLAIM_DAY, &[patient, &date, &k, &by])
}

/// Claims one of the patient's consultations of that local date (C4).
pub async fn claim_day(tx: &mut Tx, patient: &PatientId, date: Date, limit: u16, by: &str) -> Result<()> {
    for k in 1..=limit {
        if tx.exec(CLAIM_DAY, &[patient, &date, &k, &by]).await? == 1 {
            return Ok(());
        }
    }
    Err(Error::conflict("day-limit").with("limit", limit))
}

/// Lets go of all that an appointment has claimed (R.C8), and of what its doctor's leave keeps for its patient to choose
/// from. Found by whose time it is and when, so that no booking has to keep an index by appointment.
pub async fn release(tx: &mut Tx, row: &Row) -> Result<()> {
    const TIME: &str = "delete from resource_claim where owner = $1 and starts_at > $2 and starts_at <= $3 \
        and appointment = $4";
    const PATIENT: &str = "delete from patient_claim where patient = $1 and starts_at = $2 and appointment = $3";
    const DAY: &str = "delete from patient_day where patient = $1 and local_date = $2 and appointment = $3";
    let Row { id, owner, patient, starts_at, local_date, .. } = row;
    let mut steps = vec![
        Step::new(TIME, &[owner, &(*starts_at - LONGEST), starts_at, id]),
        Step::new(PATIENT, &[patient, starts_at, id]),
        Step::new(DAY, &[patient, local_date, id]),
    ];
    steps.extend(leave::no_longer_proposed(id));
    tx.exec_each(&steps).await.map(drop)
}

/// Lets go of the time that a hold keeps.
pub async fn release_hold(tx: &mut Tx, hold: &str) -> Result<()> {
    const HELD: &str = "delete from resource_claim where appointment = $1 and hold_until is not null";
    tx.exec(HELD, &[&hold]).await.map(drop)
}

/// What is taken of an owner's time between two instants, as a facility sees it.
pub async fn busy(tx: &mut Tx, owner: &str, facility: &FacilityId, span: Span) -> Result<Vec<Busy>> {
    let reach = span.starts_at - LONGEST;
    let taken = tx.all(BUSY, &[&owner, &reach, &span.ends_at, &span.starts_at]).await?;
    Ok(as_seen_by(facility, taken))
}

/// A row of what is taken: start, end, seat, until when where it is held, facility.
pub type Taken = (Timestamp, Timestamp, i64, Option<Timestamp>, FacilityId);

/// The statement that reads what is taken: rows of [`Taken`].
pub fn taken(owner: &str, span: Span) -> Step {
    Step::new(BUSY, &[&owner, &(span.starts_at - LONGEST), &span.ends_at, &span.starts_at])
}

/// What is taken, as a facility sees it.
pub fn as_seen_by(facility: &FacilityId, taken: Vec<Taken>) -> Vec<Busy> {
    taken
        .into_iter()
        .map(|(starts_at, ends_at, seat, hold_until, at)| Busy {
            starts_at,
            ends_at,
            // An overbooked visit, or one at another facility, keeps the doctor busy but is not one of the seats here.
            seat: u16::try_from(seat).ok().filter(|seat| *seat > 0 && at == *facility),
            hold_until,
        })
        .collect()
}
