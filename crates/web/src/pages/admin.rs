//! What an administrator may do, and the facilities they do it for.

use axum::response::Response;
use contracts::{
    Permission,
    directory::{Facility, FacilitySearch},
};
use futures_util::future::try_join_all;
use platform::{Cx, Error, Result, db::PageAsk};

use super::{Site, admin_import, go, offers, visitor::Visitor};
use crate::view::{AdminHome, AdminPart, Area, Duty, Here, Tone};

/// What may have just happened on these pages.
pub(super) const NOTICES: [(&str, Tone); 27] = [
    ("flash-adm-moved", Tone::Ok),
    ("flash-adm-booked", Tone::Ok),
    ("flash-adm-role", Tone::Ok),
    ("flash-adm-role-gone", Tone::Info),
    ("flash-adm-user", Tone::Ok),
    ("flash-adm-staff", Tone::Ok),
    ("flash-adm-shut", Tone::Info),
    ("flash-adm-open", Tone::Ok),
    ("flash-adm-code", Tone::Ok),
    ("flash-adm-saved", Tone::Ok),
    ("flash-adm-removed", Tone::Ok),
    ("flash-adm-facility", Tone::Ok),
    ("flash-adm-opened", Tone::Ok),
    ("flash-adm-closed", Tone::Info),
    ("flash-adm-service", Tone::Ok),
    ("flash-adm-desk", Tone::Wait),
    ("flash-adm-offered", Tone::Ok),
    ("flash-adm-withdrawn", Tone::Info),
    ("flash-adm-hours", Tone::Ok),
    ("flash-adm-policy", Tone::Ok),
    ("flash-adm-closure", Tone::Ok),
    ("flash-adm-holiday", Tone::Ok),
    ("flash-adm-doctor", Tone::Ok),
    ("flash-adm-retired", Tone::Info),
    ("flash-adm-relisted", Tone::Ok),
    ("flash-adm-view", Tone::Ok),
    ("flash-adm-view-gone", Tone::Info),
];

/// Facilities in a list of choices at most.
const MOST: u32 = 100;

/// What somebody's menu offers.
pub(crate) fn duties(cx: &Cx) -> Vec<Duty> {
    let duties = [
        (Duty::Reservations, cx.may(Permission::AppointmentRead)),
        (Duty::Approvals, cx.may(Permission::DoctorApprove)),
        (Duty::Schedules, cx.may(Permission::ScheduleManage) || cx.may(Permission::AppointmentManage)),
        (Duty::Places, super::admin_masters::edits_places(cx)),
        (Duty::Doctors, super::admin_masters::edits_doctors(cx)),
        (Duty::Users, cx.may(Permission::AccountManage)),
        (Duty::Roles, cx.may(Permission::AccountManage) || cx.may(Permission::RoleManage)),
        (Duty::Audit, cx.may(Permission::AuditRead)),
    ];
    duties.into_iter().filter(|(_, may)| *may).map(|(duty, _)| duty).collect()
}

/// `GET /admin`
pub(super) async fn show(visitor: Visitor) -> Result<Response> {
    visitor.cx.account()?;
    let cx = &visitor.cx;
    let mut parts: Vec<AdminPart> = Vec::new();
    for duty in duties(cx) {
        let (href, icon, label) = duty.place();
        parts.push(AdminPart { href, icon, label, line: duty.line() });
    }
    if cx.may(Permission::AppointmentManage) {
        parts.push(AdminPart { href: "/admin/book", icon: "plus", label: "book-title", line: "book-part-line" });
    }
    if admin_import::offered(cx) {
        let (label, line) = ("import-title", "import-part-line");
        parts.push(AdminPart { href: "/admin/import", icon: "file", label, line });
    }
    if cx.may(Permission::SystemRead) {
        parts.push(AdminPart { href: "/system", icon: "pulse", label: "nav-system", line: "system-part-line" });
    }
    if parts.is_empty() {
        return Err(Error::Forbidden("appointment.read"));
    }
    visitor.page(&AdminHome { shell: visitor.shell("admin-title", Area::Admin, Here::More), parts })
}

/// `GET /admin/mulai`: where somebody's work begins, by what they may.
pub(super) async fn start(visitor: Visitor) -> Result<Response> {
    visitor.cx.account()?;
    // Whose roles allow nothing any more has an account still.
    if visitor.work().is_none() {
        return Ok(go("/akun"));
    }
    Ok(go(visitor.shell("admin-title", Area::Admin, Here::More).first_duty().0))
}

/// The facilities somebody serves, by name; of who serves all, the first hundred.
pub(super) async fn served(site: &Site, visitor: &Visitor) -> Result<Vec<Facility>> {
    let cx = &visitor.cx;
    let mut served: Vec<Facility> = if let Some(ids) = &cx.facilities {
        let known = ids.iter().take(MOST as usize);
        let known = known.map(|id| async move { offers::known(site.directory.facility(cx, id).await) });
        try_join_all(known).await?.into_iter().flatten().collect()
    } else {
        let page = PageAsk { limit: MOST, after: None };
        site.directory.search_facilities(cx, FacilitySearch { page, ..FacilitySearch::default() }).await?.items
    };
    served.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(served)
}
