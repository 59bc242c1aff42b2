//! Appointments as they are now, for reminders and calendars: ids, times and states.

use std::collections::HashMap;

use contracts::{
    directory::{DoctorId, FacilityId, Mode},
    people::PatientId,
    scheduling::{self, AppointmentId, State},
};
use jiff::Timestamp;
use platform::{
    Id, Result,
    db::{Bind, Pair, Tx, Value, json_list, listed},
};

platform::row! {
    /// An appointment as far as telling of it needs.
    #[derive(Debug, Clone, PartialEq)]
    pub(crate) struct Visit {
        pub(crate) id: AppointmentId,
        pub(crate) patient: PatientId,
        pub(crate) doctor: Option<DoctorId>,
        pub(crate) facility: FacilityId,
        pub(crate) mode: Mode,
        pub(crate) state: State,
        pub(crate) starts_at: Timestamp,
        pub(crate) ends_at: Timestamp,
        pub(crate) zone: String,
        pub(crate) sequence: i64,
        pub(crate) changed_at: Timestamp,
    }
}

impl Visit {
    /// As scheduling tells of it.
    pub(crate) fn told(visit: &scheduling::Visit, sequence: i64, at: Timestamp) -> Self {
        Self {
            id: visit.appointment.clone(),
            patient: visit.patient.clone(),
            doctor: visit.offer.doctor.clone(),
            facility: visit.offer.facility.clone(),
            mode: visit.offer.mode,
            state: visit.state,
            starts_at: visit.starts_at,
            ends_at: visit.ends_at,
            zone: visit.zone.clone(),
            sequence,
            changed_at: at,
        }
    }

    /// Whether it will surely take place, so that reminding of it helps.
    pub(crate) fn is_coming(&self) -> bool {
        self.state == State::Booked
    }
}

const ONE: &str = "select id, patient, doctor, facility, mode, state, starts_at, ends_at, zone, sequence, changed_at \
    from visit where id = $1";

/// The appointment of that id.
pub(crate) async fn one(tx: &mut Tx, id: &AppointmentId) -> Result<Option<Visit>> {
    tx.one(ONE, &[id]).await
}

/// The appointments of those ids that are known.
pub(crate) async fn each(
    tx: &mut Tx,
    ids: impl Iterator<Item = &AppointmentId>,
) -> Result<HashMap<AppointmentId, Visit>> {
    const EACH: Pair = listed!(
        "select id, patient, doctor, facility, mode, state, starts_at, ends_at, zone, sequence, changed_at \
         from visit where id ",
        "$1",
        ""
    );
    let visits: Vec<Visit> = tx.all(EACH.on(tx.engine()), &[&json_list(ids.map(Id::as_str))]).await?;
    Ok(visits.into_iter().map(|visit| (visit.id.clone(), visit)).collect())
}

/// Keeps how each is now; none of them comes twice.
pub(crate) async fn keep_all(tx: &mut Tx, visits: impl Iterator<Item = &Visit>) -> Result<()> {
    const KEEP: &str = "insert into visit \
        (id, patient, doctor, facility, mode, state, starts_at, ends_at, zone, sequence, changed_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
        on conflict (id) do update set patient = excluded.patient, doctor = excluded.doctor, \
        facility = excluded.facility, mode = excluded.mode, state = excluded.state, starts_at = excluded.starts_at, \
        ends_at = excluded.ends_at, zone = excluded.zone, sequence = excluded.sequence, changed_at = excluded.changed_at";
    let row = |visit: &Visit| -> Vec<Value> {
        let Visit { id, patient, doctor, facility, mode, state, starts_at, ends_at, zone, sequence, changed_at } =
            visit;
        let fields: [&dyn Bind; 11] =
            [id, patient, doctor, facility, mode, state, starts_at, ends_at, zone, sequence, changed_at];
        fields.map(Bind::value).into()
    };
    tx.insert_many(KEEP, &visits.map(row).collect::<Vec<_>>()).await.map(drop)
}

/// The coming visits of a patient; at most 500, the nearest first.
pub(crate) async fn coming_for(tx: &mut Tx, patient: &PatientId, now: Timestamp) -> Result<Vec<Visit>> {
    const COMING: &str = "select id, patient, doctor, facility, mode, state, starts_at, ends_at, zone, sequence, changed_at \
        from visit where patient = $1 and starts_at > $2 and state = 'booked' order by starts_at, id limit 500";
    tx.all(COMING, &[patient, &now]).await
}

/// The coming visits that an account's patients have; at most 500, the nearest first.
pub(crate) async fn coming_of(tx: &mut Tx, account: &str, now: Timestamp) -> Result<Vec<Visit>> {
    const COMING: &str = "select v.id, v.patient, v.doctor, v.facility, v.mode, v.state, v.starts_at, v.ends_at, v.zone, \
        v.sequence, v.changed_at from visit v join patient_account a on a.patient = v.patient \
        where a.account = $1 and v.starts_at > $2 and v.state = 'booked' order by v.starts_at, v.id limit 500";
    tx.all(COMING, &[&account, &now]).await
}
