//! The earliest free start of each doctor, as scheduling last told it.

use contracts::{
    directory::{DoctorId, FacilityId, Mode},
    scheduling::{AvailabilityChanged, EarliestFree},
};
use jiff::Timestamp;
use platform::{
    Result,
    bus::Heard,
    db::{Step, Tx},
};

const AMONG: &str =
    "select doctor, facility, mode, at from earliest_free where doctor > $1 and doctor <= $2 order by doctor";
const OF: &str = "select facility, mode, at from earliest_free where doctor = $1 order by facility, mode";
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

/// Replaces what is known of each of these doctors, in the order it was told. What stays as it was is not written: every
/// other replica looks at what was.
pub(crate) async fn note_all(tx: &mut Tx, told: &[(AvailabilityChanged, Heard)]) -> Result<()> {
    let ask = |(told, _): &(AvailabilityChanged, Heard)| Step::new(OF, &[&told.doctor]);
    let known = tx.all_each::<(FacilityId, Mode, Timestamp)>(&told.iter().map(ask).collect::<Vec<_>>()).await?;
    let mut steps = Vec::new();
    for ((AvailabilityChanged { doctor, earliest }, _), known) in told.iter().zip(known) {
        let is_known = |EarliestFree { facility, mode, at }: &EarliestFree| {
            known.iter().any(|(place, way, start)| (place, way, start) == (facility, mode, at))
        };
        if known.len() == earliest.len() && earliest.iter().all(is_known) {
            continue;
        }
        steps.push(Step::new(FORGET, &[doctor]));
        let note = |EarliestFree { facility, mode, at }: &EarliestFree| Step::new(NOTE, &[doctor, facility, mode, at]);
        steps.extend(earliest.iter().map(note));
    }
    tx.exec_each(&steps).await.map(drop)
}
