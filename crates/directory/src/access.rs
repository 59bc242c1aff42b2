//! Who may change and see what: a permission, and the facility it is used at.

use contracts::{
    Permission,
    directory::{Doctor, DoctorState, FacilityId},
};
use platform::{Cx, Error, Result, ids::Id as _};

/// The actor has the permission and works for the facility; a facility of others is as good as none (404).
pub(crate) fn at_facility(cx: &Cx, permission: Permission, facility: &FacilityId, what: &'static str) -> Result<()> {
    cx.require(permission)?;
    if cx.serves(facility.as_str()) { Ok(()) } else { Err(Error::NotFound(what)) }
}

/// The actor has the permission for the whole network.
pub(crate) fn everywhere(cx: &Cx, permission: Permission) -> Result<()> {
    cx.require(permission)?;
    if cx.facilities.is_none() { Ok(()) } else { Err(Error::Forbidden(platform::cx::Permission::name(permission))) }
}

/// How an actor stands to a doctor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Staff of all facilities where the doctor practises.
    Staff,
    /// Staff of some of them.
    PartStaff,
    /// The doctor.
    Own,
    /// Anybody else.
    Public,
}

/// How the actor stands to the doctor, as far as these permissions make them staff.
pub(crate) fn standing(cx: &Cx, doctor: &Doctor, permissions: &[Permission]) -> Standing {
    let own = doctor.account.as_ref().is_some_and(|own| cx.account().is_ok_and(|id| id == own.as_str()));
    match staff_standing(cx, doctor, permissions) {
        Standing::Staff => Standing::Staff,
        _ if own => Standing::Own,
        other => other,
    }
}

/// As [`standing`], without regard to whether they are the doctor.
pub(crate) fn staff_standing(cx: &Cx, doctor: &Doctor, permissions: &[Permission]) -> Standing {
    let served = doctor.practices.iter().filter(|practice| cx.serves(practice.facility.as_str())).count();
    match permissions.iter().any(|permission| cx.may(*permission)) {
        true if served == doctor.practices.len() => Standing::Staff,
        true if served > 0 => Standing::PartStaff,
        _ => Standing::Public,
    }
}

/// Somebody who may at all change a doctor: who is signed in, or a part of the program that manages doctors.
pub(crate) fn signed_in_to_change(cx: &Cx) -> Result<()> {
    cx.account().map(drop).or_else(|e| if cx.may(Permission::DoctorManage) { Ok(()) } else { Err(e) })
}

/// How the actor stands to a doctor whom they want to change: staff, or the doctor. Others get 403; 404 where they may not
/// see the doctor either.
pub(crate) fn to_change(cx: &Cx, doctor: &Doctor) -> Result<Standing> {
    let lacks = |permission| Error::Forbidden(platform::cx::Permission::name(permission));
    match standing(cx, doctor, &[Permission::DoctorManage]) {
        Standing::Own if !cx.may(Permission::DoctorOwn) && doctor.state != DoctorState::Waiting => {
            Err(lacks(Permission::DoctorOwn))
        }
        Standing::Public => shown_to(cx, doctor).and(Err(lacks(Permission::DoctorManage))),
        standing => Ok(standing),
    }
}

/// The doctor as the actor may see them; 404 where they may not.
pub(crate) fn shown_to(cx: &Cx, doctor: &Doctor) -> Result<Doctor> {
    match standing(cx, doctor, &[Permission::DoctorManage, Permission::DoctorApprove]) {
        Standing::Staff | Standing::PartStaff | Standing::Own => Ok(doctor.clone()),
        Standing::Public if doctor.state == DoctorState::Listed => Ok(public(doctor)),
        Standing::Public => Err(Error::NotFound("doctor")),
    }
}

/// Without what only staff and the doctor see.
fn public(doctor: &Doctor) -> Doctor {
    Doctor { account: None, str_number: String::new(), ..doctor.clone() }
}
