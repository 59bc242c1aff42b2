//! Facilities for those who run them: the list, and one with its services, departments and rules (B1).

use axum::{
    extract::{Path, State},
    response::Response,
};
use contracts::{
    Permission,
    directory::{Department, Facility, FacilityForm, FacilitySearch, Service, ServiceKind},
};
use platform::{Error, Result, db::PageAsk, http::Params};
use serde::Deserialize;

use super::{
    Site,
    admin_form::Filling,
    admin_masters::{self as masters, DOCTORS, FACILITIES},
    encoded, search, service, shown,
    visitor::Visitor,
};
use crate::{
    format,
    view::{
        AdminFacilities, AdminFacility, Area, DepartmentRow, FacilityRow, Here, MasterLink, Pager, ServiceGroup,
        ServiceRow,
    },
};

/// Facilities on a page.
const ROWS: u32 = 30;

/// The query of the list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    q: String,
    sesudah: String,
}

impl Wish {
    fn on(&self, after: &str) -> String {
        let parts = [("q", self.q.trim()), ("sesudah", after)];
        let given = parts.iter().filter(|(_, value)| !value.is_empty());
        let query: Vec<String> = given.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        if query.is_empty() { FACILITIES.to_owned() } else { format!("{FACILITIES}?{}", query.join("&")) }
    }
}

/// `GET /admin/facilities`
pub(super) async fn list(State(site): State<Site>, visitor: Visitor, Params(wish): Params<Wish>) -> Result<Response> {
    let cx = &visitor.cx;
    masters::may_enter(cx)?;
    let q: String = wish.q.trim().chars().take(100).collect();
    let ask = FacilitySearch {
        q: Some(q.clone()).filter(|q| !q.is_empty()),
        managed: Some(true),
        page: PageAsk { limit: ROWS, after: search::cursor(&wish.sesudah) },
        ..FacilitySearch::default()
    };
    let found = site.directory.search_facilities(cx, ask).await?;
    let page = AdminFacilities {
        shell: visitor.shell("nav-places", Area::Admin, Here::Places),
        tabs: masters::tabs(cx, FACILITIES),
        rows: found.items.iter().map(|facility| row(&visitor, facility)).collect(),
        adds: masters::everywhere(cx, Permission::DirectoryManage),
        pager: Pager {
            previous: (!wish.sesudah.is_empty()).then(|| wish.on("")),
            next: found.next.map(|cursor| wish.on(cursor.as_str())),
            ..Pager::default()
        },
        q,
    };
    if visitor.wants("list") { visitor.page(&page.as_list()) } else { visitor.page(&page) }
}

fn row(visitor: &Visitor, facility: &Facility) -> FacilityRow {
    FacilityRow {
        href: masters::path_of(&facility.id),
        name: facility.name.clone(),
        line: format!("{}, {}", facility.address, facility.regency_name),
        zone: shown::zone_label(visitor.cx.now(), &facility.zone),
        bpjs: facility.bpjs,
        open: facility.active,
    }
}

/// `GET /admin/facilities/{id}`
pub(super) async fn show(State(site): State<Site>, visitor: Visitor, Path(id): Path<String>) -> Result<Response> {
    let cx = &visitor.cx;
    let facility = masters::own_facility(&site, &visitor, &id).await?;
    let (departments, services) = tokio::try_join!(
        site.directory.departments(cx, &facility.id),
        site.directory.services(cx, &facility.id, None)
    )?;
    let path = masters::path_of(&facility.id);
    let edits = cx.may(Permission::DirectoryManage);
    let page = AdminFacility {
        shell: masters::below(&visitor, facility.name.clone(), Here::Places, FACILITIES.to_owned(), "nav-places"),
        public: if facility.active { format!("/faskes/{}", facility.slug) } else { String::new() },
        dial: facility
            .phone
            .iter()
            .flat_map(|phone| phone.chars())
            .filter(|c| c.is_ascii_digit() || *c == '+')
            .collect(),
        phone: facility.phone.clone().unwrap_or_default(),
        map: shown::map(&facility.name, &facility.address),
        version: facility.version,
        edit: if edits { format!("{path}/edit") } else { String::new() },
        keeps_services: cx.may(Permission::ServiceManage),
        groups: groups(&visitor, &services, &departments),
        departments: departments
            .iter()
            .map(|department| department_row(&visitor, &path, department, &services))
            .collect(),
        links: links(&visitor, &facility, &path),
        row: row(&visitor, &facility),
    };
    visitor.page(&page)
}

fn links(visitor: &Visitor, facility: &Facility, path: &str) -> Vec<MasterLink> {
    let cx = &visitor.cx;
    let part = |href: String, icon, label, line| MasterLink { href, icon, label, line };
    let mut links = Vec::new();
    if masters::edits_doctors(cx) {
        let href = format!("{DOCTORS}?faskes={}", facility.id);
        links.push(part(href, "stethoscope", "nav-doctors", "doctors-part-line"));
    }
    if cx.may(Permission::ScheduleManage) {
        links.push(part(format!("{path}/policy"), "ticket", "policy-title", "policy-part-line"));
        links.push(part(format!("{path}/closures"), "door", "closures-title", "closures-part-line"));
    }
    links
}

/// Services by their kind; kinds without any are left out.
fn groups(visitor: &Visitor, services: &[Service], departments: &[Department]) -> Vec<ServiceGroup> {
    let group = |kind: ServiceKind| {
        let of_kind = services.iter().filter(|service| service.kind == kind);
        let mut rows: Vec<ServiceRow> = of_kind.map(|service| service_row(visitor, service, departments)).collect();
        rows.sort_by(|a, b| (!a.offered, &a.name).cmp(&(!b.offered, &b.name)));
        ServiceGroup { icon: icon_of(kind), label: service::kind_key(kind), rows }
    };
    ServiceKind::ALL.iter().map(|kind| group(*kind)).filter(|group| !group.rows.is_empty()).collect()
}

/// The icon of a kind of service.
pub(super) fn icon_of(kind: ServiceKind) -> &'static str {
    match kind {
        ServiceKind::Consultation => "stethoscope",
        ServiceKind::LabTest => "flask",
        ServiceKind::Procedure => "pulse",
        ServiceKind::Vaccination => "syringe",
    }
}

fn service_row(visitor: &Visitor, service: &Service, departments: &[Department]) -> ServiceRow {
    let locale = visitor.speech.locale;
    let department = departments.iter().find(|department| Some(&department.id) == service.department.as_ref());
    ServiceRow {
        href: format!("/admin/services/{}", service.id),
        name: shown::said(&service.name, locale),
        department: department.map(|department| shown::said(&department.name, locale)).unwrap_or_default(),
        minutes: service.duration_minutes,
        price: format::money(service.price.amount, &service.price.currency, locale),
        modes: service.modes.iter().map(|mode| mode_key(*mode)).collect(),
        offered: service.active,
    }
}

/// The text key of a way of meeting, where there is little room.
pub(super) fn mode_key(mode: contracts::directory::Mode) -> &'static str {
    match mode {
        contracts::directory::Mode::InPerson => "mode-clinic-short",
        contracts::directory::Mode::Online => "mode-video-short",
    }
}

fn department_row(visitor: &Visitor, path: &str, department: &Department, services: &[Service]) -> DepartmentRow {
    DepartmentRow {
        href: format!("{path}/departments/{}", department.id),
        name: shown::said(&department.name, visitor.speech.locale),
        services: services.iter().filter(|service| service.department.as_ref() == Some(&department.id)).count(),
    }
}

/// `POST /admin/facilities/{id}/{open|close}`: appointments stay as they are (R.V5).
pub(super) async fn set_open(
    State(site): State<Site>,
    visitor: Visitor,
    Path((id, what)): Path<(String, String)>,
    sent: Filling,
) -> Result<Response> {
    let facility = masters::facility_where(&site, &visitor, Permission::DirectoryManage, &id).await?;
    let (active, notice) = match what.as_str() {
        "open" => (true, "flash-adm-opened"),
        "close" => (false, "flash-adm-closed"),
        _ => return Err(Error::NotFound("path")),
    };
    let to = masters::path_of(&facility.id);
    let form = FacilityForm { active, ..form_of(&facility) };
    match site.directory.change_facility(&visitor.cx, &facility.id, sent.version(), form).await {
        Ok(_) => visitor.go_and_say(&to, notice),
        // Pressed twice: it is so already.
        Err(Error::Stale) if facility.active == active => visitor.go_and_say(&to, notice),
        Err(error @ (Error::Stale | Error::Invalid(_))) => visitor.go_and_tell(&site, &to, visitor.words_of(&error)),
        Err(other) => Err(other),
    }
}

/// A facility's fields as they are.
pub(super) fn form_of(facility: &Facility) -> FacilityForm {
    FacilityForm {
        name: facility.name.clone(),
        zone: facility.zone.clone(),
        address: facility.address.clone(),
        regency: facility.regency.clone(),
        latitude: facility.latitude,
        longitude: facility.longitude,
        phone: facility.phone.clone(),
        bpjs: facility.bpjs,
        active: facility.active,
    }
}
