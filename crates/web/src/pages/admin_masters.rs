//! What the pages of master data have in common: who may enter them, the tabs over them, a facility of one's own.

use contracts::{
    Permission,
    directory::{Bilingual, Facility, FacilityId},
};
use platform::{Cx, Error, Result, cx::Permission as _};

use super::{Site, visitor::Visitor};
use crate::view::{Area, Back, Here, Shell, Tab};

/// The list of facilities.
pub(super) const FACILITIES: &str = "/admin/facilities";
/// The list of doctors.
pub(super) const DOCTORS: &str = "/admin/doctors";
/// The list of specialities.
pub(super) const SPECIALITIES: &str = "/admin/specialities";
/// The calendar of holidays.
pub(super) const HOLIDAYS: &str = "/admin/holidays";

/// Each of these opens the facilities one serves.
const EDITORS: [Permission; 4] =
    [Permission::DirectoryManage, Permission::ServiceManage, Permission::DoctorManage, Permission::ScheduleManage];

/// Whether somebody edits master data of facilities.
pub(super) fn edits_places(cx: &Cx) -> bool {
    EDITORS.iter().any(|permission| cx.may(*permission))
}

/// Whether somebody edits or approves doctors.
pub(super) fn edits_doctors(cx: &Cx) -> bool {
    cx.may(Permission::DoctorManage) || cx.may(Permission::DoctorApprove)
}

/// Whether somebody edits what is the whole network's.
pub(super) fn everywhere(cx: &Cx, permission: Permission) -> bool {
    cx.may(permission) && cx.facilities.is_none()
}

/// `Ok` for whoever edits what is the whole network's.
pub(super) fn require_everywhere(cx: &Cx, permission: Permission) -> Result<()> {
    cx.require(permission)?;
    if everywhere(cx, permission) { Ok(()) } else { Err(Error::Forbidden(permission.name())) }
}

/// `Ok` for whoever edits master data of facilities.
pub(super) fn may_enter(cx: &Cx) -> Result<()> {
    if edits_places(cx) { Ok(()) } else { cx.require(Permission::ServiceManage) }
}

/// The tabs over the lists of master data.
pub(super) fn tabs(cx: &Cx, here: &str) -> Vec<Tab> {
    let tabs = [
        (FACILITIES, "nav-places", edits_places(cx)),
        (DOCTORS, "nav-doctors", edits_doctors(cx)),
        (SPECIALITIES, "nav-specialities", everywhere(cx, Permission::DirectoryManage)),
        (HOLIDAYS, "nav-holidays", cx.may(Permission::ScheduleManage)),
    ];
    let shown = tabs.into_iter().filter(|(.., may)| *may);
    shown.map(|(href, label, _)| Tab { href: href.to_owned(), label, count: None, chosen: href == here }).collect()
}

/// A facility that the asker serves and edits; another's is not there.
pub(super) async fn own_facility(site: &Site, visitor: &Visitor, id: &str) -> Result<Facility> {
    may_enter(&visitor.cx)?;
    let id: FacilityId = id.parse().map_err(|_| Error::NotFound("facility"))?;
    if !visitor.cx.serves(&id.to_string()) {
        return Err(Error::NotFound("facility"));
    }
    site.directory.facility(&visitor.cx, &id.to_string()).await
}

/// [`own_facility`] for whoever holds one permission in particular.
pub(super) async fn facility_where(
    site: &Site,
    visitor: &Visitor,
    permission: Permission,
    id: &str,
) -> Result<Facility> {
    visitor.cx.require(permission)?;
    own_facility(site, visitor, id).await
}

/// The path of a facility's page.
pub(super) fn path_of(facility: &FacilityId) -> String {
    format!("{FACILITIES}/{facility}")
}

/// The frame of a page below a list or a facility.
pub(super) fn below(visitor: &Visitor, title: String, here: Here, href: String, label: &'static str) -> Shell {
    let mut shell = visitor.titled(title, Area::Admin, here);
    shell.back = Some(Back { href, label });
    shell
}

/// A text in both languages as a form sent it.
pub(super) fn both(id: &str, en: &str) -> Bilingual {
    Bilingual { id: id.to_owned(), en: en.to_owned() }
}
