//! What an administrator may do, and the facilities they do it for.

use axum::response::Response;
use contracts::{
    Permission,
    directory::{Facility, FacilitySearch},
};
use futures_util::future::try_join_all;
use platform::{Cx, Error, Result, db::PageAsk};

use super::{Site, offers, visitor::Visitor};
use crate::view::{AdminHome, AdminPart, Area, Duty, Here, Tone};

/// What may have just happened on these pages.
pub(super) const NOTICES: [(&str, Tone); 7] = [
    ("flash-adm-moved", Tone::Ok),
    ("flash-adm-booked", Tone::Ok),
    ("flash-adm-role", Tone::Ok),
    ("flash-adm-user", Tone::Ok),
    ("flash-adm-shut", Tone::Info),
    ("flash-adm-open", Tone::Ok),
    ("flash-adm-code", Tone::Ok),
];

/// Facilities in a list of choices at most.
const MOST: u32 = 100;

/// What somebody's menu offers.
pub(crate) fn duties(cx: &Cx) -> Vec<Duty> {
    let duties = [
        (Duty::Reservations, cx.may(Permission::AppointmentRead)),
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
    if cx.may(Permission::DoctorApprove) {
        let (label, line) = ("nav-approvals", "approvals-part-line");
        parts.push(AdminPart { href: "/a/dokter-menunggu", icon: "stethoscope", label, line });
    }
    if cx.may(Permission::ScheduleManage) || cx.may(Permission::AppointmentManage) {
        parts.push(AdminPart { href: "/a/jadwal", icon: "clock", label: "nav-schedule", line: "schedules-part-line" });
    }
    if cx.may(Permission::SystemRead) {
        parts.push(AdminPart { href: "/system", icon: "pulse", label: "nav-system", line: "system-part-line" });
    }
    if parts.is_empty() {
        return Err(Error::Forbidden("appointment.read"));
    }
    visitor.page(&AdminHome { shell: visitor.shell("admin-title", Area::Admin, Here::More), parts })
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
