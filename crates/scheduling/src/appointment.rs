//! An appointment: its row, its states and what may be done in each (R.N1), and how it is shown.

use contracts::{
    auth::AccountId,
    directory::{DoctorId, FacilityId, Mode, ServiceId, ServiceKind},
    people::PatientId,
    scheduling::{Appointment, AppointmentId, CancelledBy, Deed, Offer, State, Visit},
};
use jiff::{Timestamp, civil::Date};
use platform::{Error, Money, Result, db::Tx};

use crate::{access::Side, copies, policy};

platform::row! {
    /// The row as it is kept.
    #[derive(Debug, Clone)]
    pub struct Row {
        /// Identifier.
        pub id: AppointmentId,
        /// Booking code.
        pub code: String,
        /// Facility.
        pub facility: FacilityId,
        /// Service.
        pub service: ServiceId,
        /// Doctor.
        pub doctor: Option<DoctorId>,
        /// Mode.
        pub mode: Mode,
        /// Kind.
        pub kind: ServiceKind,
        /// State.
        pub state: State,
        /// Patient.
        pub patient: PatientId,
        /// Account that booked.
        pub booked_by: Option<AccountId>,
        /// Start.
        pub starts_at: Timestamp,
        /// End.
        pub ends_at: Timestamp,
        /// The facility's zone when it was booked (R.T7).
        pub zone: String,
        /// Local date.
        pub local_date: Date,
        /// Tariff, minor units of IDR.
        pub price: i64,
        /// The complaint, sealed.
        pub complaint: Option<Vec<u8>>,
        /// When booked.
        pub booked_at: Timestamp,
        /// Until when a request may wait.
        pub answer_by: Option<Timestamp>,
        /// Booked by staff.
        pub on_behalf: bool,
        /// Booked past a rule.
        pub overbooked: bool,
        /// Moves by the patient.
        pub moves: i64,
        /// Who cancelled.
        pub cancelled_by: Option<CancelledBy>,
        /// Reason of the last change.
        pub reason: Option<String>,
        /// Whose time it takes.
        pub owner: String,
        /// Version.
        pub version: i64,
    }
}

/// The columns of [`Row`], in order.
macro_rules! columns {
    () => {
        "a.id, a.code, a.facility, a.service, a.doctor, a.mode, a.kind, a.state, a.patient, a.booked_by, a.starts_at, \
         a.ends_at, a.zone, a.local_date, a.price, a.complaint, a.booked_at, a.answer_by, a.on_behalf, a.overbooked, \
         a.moves, a.cancelled_by, a.reason, a.owner, a.version"
    };
}
pub(crate) use columns;

impl Row {
    /// What was booked.
    pub fn offer(&self) -> Offer {
        Offer {
            facility: self.facility.clone(),
            service: self.service.clone(),
            doctor: self.doctor.clone(),
            mode: self.mode,
        }
    }

    /// What events carry of it.
    pub fn visit(&self) -> Visit {
        Visit {
            appointment: self.id.clone(),
            patient: self.patient.clone(),
            booked_by: self.booked_by.clone(),
            offer: self.offer(),
            kind: self.kind,
            state: self.state,
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            zone: self.zone.clone(),
            price: Money::idr(self.price),
        }
    }
}

/// Whether a state is the last one.
pub fn is_final(state: State) -> bool {
    matches!(state, State::Fulfilled | State::Cancelled | State::NoShow)
}

/// The state a deed leads to, or none where it is not allowed (R.N1).
pub fn after(state: State, deed: Deed) -> Option<State> {
    match (deed, state) {
        (Deed::Accept, State::Pending) => Some(State::Booked),
        (Deed::Reject, State::Pending)
        | (Deed::Cancel, State::Held | State::Pending | State::AwaitingPayment | State::Booked) => Some(State::Cancelled),
        (Deed::Arrive, State::Booked) => Some(State::Arrived),
        (Deed::Start, State::Booked | State::Arrived) => Some(State::InProgress),
        (Deed::Fulfil, State::Booked | State::Arrived | State::InProgress) => Some(State::Fulfilled),
        (Deed::NoShow, State::Booked) => Some(State::NoShow),
        _ => None,
    }
}

/// Whether it may be moved in this state.
pub fn can_move(state: State) -> bool {
    matches!(state, State::Pending | State::AwaitingPayment | State::Booked)
}

/// One row by id.
pub async fn by_id(tx: &mut Tx, id: &AppointmentId) -> Result<Row> {
    const BY_ID: &str = concat!("select ", columns!(), " from appointment a where a.id = $1");
    tx.one(BY_ID, &[id]).await?.ok_or(Error::NotFound("appointment"))
}

/// One row by booking code.
pub async fn by_code(tx: &mut Tx, code: &str) -> Result<Row> {
    const BY_CODE: &str = concat!("select ", columns!(), " from appointment a where a.code = $1");
    tx.one(BY_CODE, &[&code]).await?.ok_or(Error::NotFound("appointment"))
}

/// An appointment as somebody may see it, its complaint still sealed: keys are fetched outside the transaction.
#[derive(Debug)]
pub struct Shown {
    /// All but the complaint.
    pub appointment: Appointment,
    /// The complaint, for those who may read it.
    pub sealed: Option<Vec<u8>>,
}

/// Shows a row to somebody on that side of it.
pub async fn show(tx: &mut Tx, row: Row, side: Side, now: Timestamp) -> Result<Shown> {
    let facility = copies::facility(tx, &row.facility).await?.ok_or(Error::NotFound("facility"))?;
    let service = copies::service(tx, &row.service).await?.ok_or(Error::NotFound("service"))?;
    let doctor = match &row.doctor {
        Some(id) => copies::doctor(tx, id).await?,
        None => None,
    };
    let patient = copies::patient(tx, &row.patient).await?;
    let policy = policy::of(tx, &row.facility).await?;
    let sealed = row.complaint.clone().filter(|_| side.reads_complaint());
    let may = deeds(&row, side, &policy, now);
    let fee = if side == Side::Patient { policy::cancel_fee(&policy, row.starts_at, now) } else { 0 };
    let appointment = Appointment {
        code: row.code.clone(),
        state: row.state,
        patient_name: patient.as_ref().map(|p| p.name.clone()).unwrap_or_default(),
        patient_birth_date: patient.as_ref().and_then(|p| p.birth_date),
        patient_sex: patient.as_ref().and_then(|p| p.sex),
        offer: row.offer(),
        kind: row.kind,
        service_name: service.name,
        preparation: service.preparation,
        doctor_name: doctor.as_ref().map(|d| d.name.clone()),
        doctor_slug: doctor.as_ref().map(|d| d.slug.clone()),
        doctor_sex: doctor.as_ref().map(|d| d.sex),
        facility_name: facility.name,
        facility_address: facility.address,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        zone: row.zone,
        local_date: row.local_date,
        price: Money::idr(row.price),
        complaint: None,
        booked_at: row.booked_at,
        on_behalf: row.on_behalf,
        overbooked: row.overbooked,
        moves: row.moves,
        cancelled_by: row.cancelled_by,
        reason: row.reason,
        may,
        cancel_fee: Money::idr(fee),
        free_until: (side == Side::Patient && !is_final(row.state)).then(|| policy::free_until(&policy, row.starts_at)),
        patient: row.patient,
        id: row.id,
        version: row.version,
    };
    Ok(Shown { appointment, sealed })
}

/// What somebody on that side may do with it now.
fn deeds(row: &Row, side: Side, policy: &contracts::scheduling::Policy, now: Timestamp) -> Vec<Deed> {
    let candidates: &[Deed] = match side {
        Side::Patient => &[Deed::Cancel],
        Side::Doctor | Side::Staff => {
            &[Deed::Accept, Deed::Reject, Deed::Cancel, Deed::Arrive, Deed::Start, Deed::Fulfil, Deed::NoShow]
        }
        Side::Onlooker => &[],
    };
    let mut may: Vec<Deed> = candidates
        .iter()
        .copied()
        .filter(|deed| after(row.state, *deed).is_some() && in_time(row, *deed, side, policy, now))
        .collect();
    let moves_left = side != Side::Patient || row.moves < i64::from(policy.max_moves);
    let early_enough = side != Side::Patient || now < row.starts_at - policy::minutes(policy.move_notice_minutes);
    if side != Side::Onlooker && can_move(row.state) && moves_left && early_enough {
        may.push(Deed::Move);
    }
    if side == Side::Staff && is_final(row.state) {
        may.push(Deed::Correct);
    }
    may
}

/// Whether a deed is in time: patients cancel before the notice, no-show is set after start and grace (R.N4).
pub fn in_time(row: &Row, deed: Deed, side: Side, policy: &contracts::scheduling::Policy, now: Timestamp) -> bool {
    match (deed, side) {
        (Deed::Cancel, Side::Patient) => now < row.starts_at - policy::minutes(policy.cancel_notice_minutes),
        (Deed::NoShow, _) => now >= row.starts_at + policy::minutes(u32::from(policy.no_show_grace_minutes)),
        (Deed::Arrive | Deed::Start | Deed::Fulfil, _) => now >= row.starts_at - policy::minutes(24 * 60),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use contracts::scheduling::{Deed, State};

    use super::{after, is_final};

    /// C7, C9
    #[test]
    fn r_n1_final_states_stay_final() {
        for state in State::ALL.iter().filter(|state| is_final(**state)) {
            for deed in Deed::ALL {
                assert_eq!(after(*state, *deed), None, "{state} {deed}");
            }
        }
    }

    /// C9
    #[test]
    fn r_n4_no_show_is_never_set_over_an_arrived_patient() {
        assert_eq!(after(State::Arrived, Deed::NoShow), None);
        assert_eq!(after(State::InProgress, Deed::NoShow), None);
        assert_eq!(after(State::Booked, Deed::NoShow), Some(State::NoShow));
    }
}
