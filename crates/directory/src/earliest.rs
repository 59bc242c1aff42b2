//! The earliest free start of each doctor, as scheduling last told it.

use contracts::{
    directory::{DoctorId, FacilityId, Mode},
    scheduling::{AvailabilityChanged, EarliestFree},
};
use jiff::Timestamp;
use platform::{
    Result,
    db::{Tx, Value},
};

const AMONG: &str =
    "select doctor, facility, mode, at from earliest_free where doctor > $1 and doctor <= $2 order by doctor";
const FORGET: &str = "delete from earliest_free where doctor = $1";
const NOTE: &str = "insert into earliest_free (doctor, facility, mode, at) values ($1, $2, $3, $4)
    on conflict (doctor, facility, mode) do update set at = excluded.at";

/// All that is known of the doctors after an id up to another, by doctor.
pub(crate) async fn among(tx: &mut Tx, after: &str, last: &DoctorId) -> Result<Vec<(DoctorId, Vec<EarliestFree>)>> {
    let rows: Vec<(DoctorId, FacilityId, Mode, Timestamp)> = tx.all(AMONG, &[&after, last]).await?;
    let mut by_doctor: Vec<(DoctorId, Vec<EarliestFree>)> = Vec::new();
    for (doctor, facility, mode, at) in rows {
        let free = EarliestFree { facility, mode, at };
        match by_doctor.last_mut() {
            Some((last, all)) if *last == doctor => all.push(free),
            _ => by_doctor.push((doctor, vec![free])),
        }
    }
    Ok(by_doctor)
}

/// Replaces what is known of a doctor.
pub(crate) async fn note(tx: &mut Tx, changed: &AvailabilityChanged) -> Result<()> {
    tx.exec(FORGET, &[&changed.doctor]).await?;
    let row = |free: &EarliestFree| -> Vec<Value> {
        vec![changed.doctor.clone().into(), free.facility.clone().into(), free.mode.into(), free.at.into()]
    };
    let rows: Vec<Vec<Value>> = changed.earliest.iter().map(row).collect();
    tx.exec_many(NOTE, &rows).await?;
    Ok(())
}
