//! Who stands where towards an appointment. Asked for in the query of every list, and here for a single one; who stands
//! nowhere is told 404, never 403 (R.A1).

use contracts::{Permission, directory::DoctorId, people::PatientId, scheduling::Deed};
use platform::{Actor, Cx, Error, Result, db::Tx};

use crate::{appointment::Row, copies};

/// The side somebody is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The patient, or family acting for them.
    Patient,
    /// The doctor of the visit.
    Doctor,
    /// Staff of the facility who may manage or attend.
    Staff,
    /// Staff who may look only.
    Onlooker,
}

impl Side {
    /// Whether the complaint is theirs to read: the patient's side and the doctor.
    pub fn reads_complaint(self) -> bool {
        matches!(self, Self::Patient | Self::Doctor)
    }

    /// Whether reasons of changes are theirs to read: everybody's who takes part in the visit, not of who only looks on.
    pub fn reads_reason(self) -> bool {
        self != Self::Onlooker
    }

    /// Whether the asker on this side may do that at all, whatever state and time say.
    pub fn may(self, cx: &Cx, deed: Deed) -> bool {
        self.permission(deed).is_some_and(|needed| cx.may(needed))
    }

    /// `Ok` where the asker may; 403 otherwise.
    pub fn require(self, cx: &Cx, deed: Deed) -> Result<()> {
        self.permission(deed).map_or(Err(Error::Forbidden("appointment.manage")), |needed| cx.require(needed))
    }

    /// What the asker must be permitted on this side; none where it is not for this side to do.
    fn permission(self, deed: Deed) -> Option<Permission> {
        match (self, deed) {
            (Self::Patient, Deed::Cancel | Deed::Move) => Some(Permission::AppointmentOwn),
            (Self::Doctor, Deed::Correct) | (Self::Patient | Self::Onlooker, _) => None,
            (Self::Doctor, _) => Some(Permission::AppointmentDecideOwn),
            (Self::Staff, Deed::Accept | Deed::Reject) => Some(Permission::AppointmentDecide),
            (Self::Staff, Deed::Arrive | Deed::Start | Deed::Fulfil | Deed::NoShow) => {
                Some(Permission::AppointmentAttend)
            }
            (Self::Staff, Deed::Cancel | Deed::Move) => Some(Permission::AppointmentManage),
            (Self::Staff, Deed::Correct) => Some(Permission::AppointmentCorrect),
        }
    }
}

/// The side the asker is on towards a row; 404 for none.
pub async fn side(cx: &Cx, tx: &mut Tx, row: &Row) -> Result<Side> {
    if cx.may(Permission::AppointmentPractice)
        && let (Some(doctor), Ok(account)) = (&row.doctor, cx.account())
        && copies::doctor_of_account(tx, account).await?.as_ref() == Some(doctor)
    {
        return Ok(Side::Doctor);
    }
    if cx.may(Permission::AppointmentOwn) && acts_for(cx, tx, &row.patient).await? {
        return Ok(Side::Patient);
    }
    if cx.serves(&row.facility.to_string()) {
        if cx.may(Permission::AppointmentManage) || cx.may(Permission::AppointmentAttend) {
            return Ok(Side::Staff);
        }
        if cx.may(Permission::AppointmentRead) {
            return Ok(Side::Onlooker);
        }
    }
    Err(Error::NotFound("appointment"))
}

/// Whether the asker's account may act for a patient.
pub async fn acts_for(cx: &Cx, tx: &mut Tx, patient: &PatientId) -> Result<bool> {
    match &cx.actor {
        Actor::Account { id, .. } => copies::acts_for(tx, id, patient).await,
        Actor::Guest | Actor::System(_) => Ok(false),
    }
}

/// The doctor the asker signs in as, if any.
pub async fn own_doctor(cx: &Cx, tx: &mut Tx) -> Result<Option<DoctorId>> {
    match cx.account() {
        Ok(account) => copies::doctor_of_account(tx, account).await,
        Err(_) => Ok(None),
    }
}

/// Whether the asker may edit a schedule: the doctor their own, staff those of their facilities; else 404.
pub async fn edits_schedule(cx: &Cx, tx: &mut Tx, facility: Option<&str>, doctor: Option<&DoctorId>) -> Result<()> {
    let serves = facility.map_or(cx.facilities.is_none(), |facility| cx.serves(facility));
    if cx.may(Permission::ScheduleManage) && serves {
        return Ok(());
    }
    if let Some(doctor) = doctor
        && cx.may(Permission::ScheduleOwn)
        && own_doctor(cx, tx).await?.as_ref() == Some(doctor)
    {
        return Ok(());
    }
    if !cx.may(Permission::ScheduleOwn) && !cx.may(Permission::ScheduleManage) {
        cx.require(Permission::ScheduleManage)?;
    }
    Err(Error::NotFound("schedule"))
}
