//! Approving and refusing doctors who registered themselves, and retiring those who leave.

use contracts::{
    Permission,
    directory::{Doctor, DoctorDecided, DoctorId, DoctorState},
};
use platform::{Cx, Error, Result, error::Problems};

use super::{said, store, whole};
use crate::{
    DirectoryContext,
    access::{self, Standing},
};

/// Approves or refuses one who waits. Whoever decides works for every facility the doctor named.
pub(crate) async fn decide(
    directory: &DirectoryContext,
    cx: &Cx,
    id: &DoctorId,
    version: i64,
    approve: bool,
    reason: Option<String>,
) -> Result<Doctor> {
    let doctor = theirs_to_decide(directory, cx, id, Permission::DoctorApprove).await?;
    let mut problems = Problems::default();
    let reason = problems.optional_text("reason", reason.as_deref(), 300);
    problems.check(approve || reason.is_some(), "reason", "required");
    problems.done()?;
    if doctor.state != DoctorState::Waiting {
        return Err(Error::conflict("doctor-not-waiting"));
    }
    let (state, action) =
        if approve { (DoctorState::Listed, "doctor.approve") } else { (DoctorState::Refused, "doctor.refuse") };
    into_state(directory, cx, doctor, version, state, action, reason).await
}

/// Takes a doctor out of the list. Appointments stay as they are (R.V5).
pub(crate) async fn retire(directory: &DirectoryContext, cx: &Cx, id: &DoctorId, version: i64) -> Result<Doctor> {
    let doctor = theirs_to_decide(directory, cx, id, Permission::DoctorManage).await?;
    if doctor.state != DoctorState::Listed {
        return Err(Error::conflict("doctor-not-listed"));
    }
    into_state(directory, cx, doctor, version, DoctorState::Retired, "doctor.retire", None).await
}

/// Puts a retired doctor back into the list.
pub(crate) async fn relist(directory: &DirectoryContext, cx: &Cx, id: &DoctorId, version: i64) -> Result<Doctor> {
    let doctor = theirs_to_decide(directory, cx, id, Permission::DoctorManage).await?;
    if doctor.state != DoctorState::Retired {
        return Err(Error::conflict("doctor-not-retired"));
    }
    into_state(directory, cx, doctor, version, DoctorState::Listed, "doctor.relist", None).await
}

async fn theirs_to_decide(
    directory: &DirectoryContext,
    cx: &Cx,
    id: &DoctorId,
    permission: Permission,
) -> Result<Doctor> {
    cx.require(permission)?;
    let doctor = whole(directory, id.clone()).await?;
    match access::staff_standing(cx, &doctor, &[permission]) {
        Standing::Staff => Ok((*doctor).clone()),
        Standing::PartStaff => Err(Error::Forbidden(platform::cx::Permission::name(permission))),
        Standing::Own | Standing::Public => Err(Error::NotFound("doctor")),
    }
}

async fn into_state(
    directory: &DirectoryContext,
    cx: &Cx,
    mut doctor: Doctor,
    version: i64,
    state: DoctorState,
    action: &'static str,
    reason: Option<String>,
) -> Result<Doctor> {
    if doctor.version != version {
        return Err(Error::Stale);
    }
    let was_waiting = doctor.state == DoctorState::Waiting;
    doctor.state = state;
    let (cx, memory) = (cx.clone(), directory.memory.clone());
    directory
        .db
        .write(async move |tx| {
            store::set_state(tx, version, &mut doctor).await?;
            if let (true, Some(account)) = (was_waiting, &doctor.account) {
                let decided = DoctorDecided {
                    doctor: doctor.id.clone(),
                    account: account.clone(),
                    approved: state == DoctorState::Listed,
                };
                tx.publish(&cx, &decided).await?;
            }
            said(tx, &cx, &memory, &doctor, action, reason.as_deref()).await?;
            Ok(doctor)
        })
        .await
}
