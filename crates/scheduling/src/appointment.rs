//! An appointment: its row, its states and what may be done in each (R.N1), and how it is shown.

use std::sync::Arc;

use contracts::{
    auth::AccountId,
    directory::{DoctorId, FacilityId, Mode, Service, ServiceId, ServiceKind},
    people::PatientId,
    scheduling::{Appointment, AppointmentId, CancelledBy, Deed, Offer, Policy, State, Visit},
};
use jiff::{Timestamp, civil::Date};
use platform::{Cx, Error, Money, Result, db::Tx};

use crate::{
    access::Side,
    around::Around,
    copies::{Doctor, Facility, Patient},
    desk::Desk,
    policy,
};

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
        /// Reason of the last change in somebody's words, sealed.
        pub reason: Option<Vec<u8>>,
        /// Why the program itself made the last change: a text key.
        pub cause: Option<String>,
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
         a.moves, a.cancelled_by, a.reason, a.cause, a.owner, a.version"
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
        | (Deed::Cancel, State::Held | State::Pending | State::AwaitingPayment | State::Booked) => {
            Some(State::Cancelled)
        }
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

/// An appointment as somebody may see it, what people wrote still sealed: keys are fetched outside the transaction.
#[derive(Debug)]
pub struct Shown {
    /// All but what is sealed.
    pub appointment: Appointment,
    /// The complaint, for those who may read it.
    pub complaint: Option<Vec<u8>>,
    /// The reason of the last change, for those who may read it.
    pub reason: Option<Vec<u8>>,
}

/// What is known around an appointment.
#[derive(Debug)]
pub struct Known {
    /// The facility.
    pub facility: Option<Arc<Facility>>,
    /// The service.
    pub service: Option<Arc<Service>>,
    /// The doctor, where it is with one.
    pub doctor: Option<Arc<Doctor>>,
    /// The patient, unless they were forgotten.
    pub patient: Option<Patient>,
    /// The facility's policy.
    pub policy: Arc<Policy>,
}

impl Known {
    /// What a desk in memory knows.
    pub fn at_desk(desk: &Desk, service: &Service, patient: Option<Patient>) -> Self {
        Self {
            facility: Some(desk.facility.clone()),
            service: Some(Arc::new(service.clone())),
            doctor: desk.doctor.clone(),
            patient,
            policy: desk.policy.clone(),
        }
    }
}

/// Shows a row to somebody on that side of it.
pub async fn show(cx: &Cx, tx: &mut Tx, row: Row, side: Side) -> Result<Shown> {
    show_among(cx, tx, row, side, &mut Around::default()).await
}

/// Shows a row of a list, with what the rows before it had around them.
pub async fn show_among(cx: &Cx, tx: &mut Tx, row: Row, side: Side, around: &mut Around) -> Result<Shown> {
    let known = around.known(tx, &row).await?;
    Ok(shown(cx, row, side, &known))
}

/// A row as somebody on that side of it sees it, with what is known around it. Who was forgotten has no name.
pub fn shown(cx: &Cx, row: Row, side: Side, known: &Known) -> Shown {
    let now = cx.now();
    let Known { facility, service, doctor, patient, policy } = known;
    let complaint = row.complaint.clone().filter(|_| side.reads_complaint());
    let reason = row.reason.clone().filter(|_| side.reads_reason());
    let may = deeds(cx, &row, side, policy);
    let theirs = side == Side::Patient;
    let fee = if theirs { policy::cancel_fee(policy, row.starts_at, now) } else { 0 };
    let appointment = Appointment {
        code: row.code.clone(),
        state: row.state,
        patient_name: patient.as_ref().map(|p| p.name.clone()).unwrap_or_default(),
        patient_birth_date: patient.as_ref().and_then(|p| p.birth_date),
        patient_sex: patient.as_ref().and_then(|p| p.sex),
        offer: row.offer(),
        kind: row.kind,
        service_name: service.as_ref().map(|s| s.name.clone()).unwrap_or_default(),
        preparation: service.as_ref().map(|s| s.preparation.clone()).unwrap_or_default(),
        doctor_name: doctor.as_ref().map(|d| d.name.clone()),
        doctor_slug: doctor.as_ref().map(|d| d.slug.clone()),
        doctor_sex: doctor.as_ref().map(|d| d.sex),
        doctor_photo: doctor.as_ref().and_then(|d| d.photo.clone()),
        facility_name: facility.as_ref().map(|f| f.name.clone()).unwrap_or_default(),
        facility_address: facility.as_ref().map(|f| f.address.clone()).unwrap_or_default(),
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
        reason: row.cause,
        may,
        cancel_fee: Money::idr(fee),
        free_until: (theirs && !is_final(row.state)).then(|| policy::free_until(policy, row.starts_at)),
        patient: row.patient,
        id: row.id,
        version: row.version,
    };
    Shown { appointment, complaint, reason }
}

/// What somebody on that side may do with it now.
fn deeds(cx: &Cx, row: &Row, side: Side, policy: &Policy) -> Vec<Deed> {
    const BY_STATE: [Deed; 7] =
        [Deed::Accept, Deed::Reject, Deed::Cancel, Deed::Arrive, Deed::Start, Deed::Fulfil, Deed::NoShow];
    let now = cx.now();
    let possible = |deed: &Deed| after(row.state, *deed).is_some() && in_time(row, *deed, side, policy, now);
    let mut may: Vec<Deed> = BY_STATE.into_iter().filter(|deed| side.may(cx, *deed) && possible(deed)).collect();
    let theirs = side == Side::Patient;
    let moves_left = !theirs || row.moves < i64::from(policy.max_moves);
    let early_enough = !theirs || now <= row.starts_at - policy::minutes(policy.move_notice_minutes);
    if side.may(cx, Deed::Move) && can_move(row.state) && moves_left && early_enough {
        may.push(Deed::Move);
    }
    if side.may(cx, Deed::Correct) && can_correct(row.state) {
        may.push(Deed::Correct);
    }
    may
}

/// Whether a wrong final state can be put right. A cancelled visit has let its time go: it is booked anew.
pub fn can_correct(state: State) -> bool {
    matches!(state, State::Fulfilled | State::NoShow)
}

/// Whether a deed is in time: requests are accepted before they lapse, patients cancel before the notice, no-show is set after start and grace (R.N4).
pub fn in_time(row: &Row, deed: Deed, side: Side, policy: &Policy, now: Timestamp) -> bool {
    match (deed, side) {
        (Deed::Accept, _) => row.answer_by.is_none_or(|by| now < by),
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
