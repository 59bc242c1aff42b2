//! What a facility offers: kind, names, minutes, price, preparation; offered or withdrawn (B1, C2).

use axum::{
    extract::{Path, State},
    response::Response,
};
use contracts::{
    Permission,
    directory::{DepartmentId, Facility, Mode, Service, ServiceForm, ServiceId, ServiceKind},
};
use platform::{Error, Result};

use super::{
    Site,
    admin_facilities::{icon_of, mode_key},
    admin_form::{Filling, Places, Values},
    admin_masters::{self as masters, both},
    service, shown,
    visitor::Visitor,
};
use crate::view::{AdminServiceForm, Here, KindChoice, Option_};

const PLACES: &Places = &[
    ("name.id", "name_id"),
    ("name.en", "name_en"),
    ("kind", "kind"),
    ("department", "department"),
    ("duration_minutes", "duration"),
    ("buffer_before_minutes", "before"),
    ("buffer_after_minutes", "after"),
    ("price", "price"),
    ("modes", "modes"),
    ("preparation.id", "preparation_id"),
    ("preparation.en", "preparation_en"),
];

/// `GET /admin/facilities/{id}/services/new`
pub(super) async fn new(State(site): State<Site>, visitor: Visitor, Path(id): Path<String>) -> Result<Response> {
    let facility = masters::facility_where(&site, &visitor, Permission::ServiceManage, &id).await?;
    let key: ServiceId = visitor.cx.new_id();
    let usual = Filling::kept(vec![
        ("key", key.to_string()),
        ("kind", ServiceKind::Consultation.word().to_owned()),
        ("duration", "15".to_owned()),
        ("before", "0".to_owned()),
        ("after", "0".to_owned()),
        ("modes", Mode::InPerson.word().to_owned()),
        ("active", "1".to_owned()),
    ]);
    visitor.page(&page(&site, &visitor, &facility, None, &usual).await?)
}

/// `POST /admin/facilities/{id}/services/new`
pub(super) async fn add(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    mut sent: Filling,
) -> Result<Response> {
    let facility = masters::facility_where(&site, &visitor, Permission::ServiceManage, &id).await?;
    let form = ServiceForm { id: sent.get("key").parse().ok(), ..form(&sent, &facility, sent.has("active")) };
    match site.directory.add_service(&visitor.cx, form).await {
        Ok(service) if service.kind == ServiceKind::Consultation => {
            visitor.go_and_say(&masters::path_of(&facility.id), "flash-adm-service")
        }
        // A desk without hours has no times: they come next.
        Ok(service) if visitor.cx.may(Permission::ScheduleManage) => {
            visitor.go_and_say(&hours_path(&service.id), "flash-adm-desk")
        }
        Ok(_) => visitor.go_and_say(&masters::path_of(&facility.id), "flash-adm-saved"),
        Err(error) => {
            let status = sent.refused(&visitor, error, PLACES, &Values::new())?;
            visitor.page_with(status, &page(&site, &visitor, &facility, None, &sent).await?)
        }
    }
}

/// A service of a facility that the asker serves; another's is not there.
pub(super) async fn own(site: &Site, visitor: &Visitor, id: &str) -> Result<(Service, Facility)> {
    visitor.cx.account()?;
    let id: ServiceId = id.parse().map_err(|_| Error::NotFound("service"))?;
    let service = site.directory.service(&visitor.cx, &id).await?;
    if !visitor.cx.serves(&service.facility.to_string()) {
        return Err(Error::NotFound("service"));
    }
    let facility = masters::own_facility(site, visitor, &service.facility.to_string()).await?;
    Ok((service, facility))
}

/// Where the hours of a desk's service are.
pub(super) fn hours_path(service: &ServiceId) -> String {
    format!("/admin/services/{service}/hours")
}

/// `GET /admin/services/{id}`
pub(super) async fn show(State(site): State<Site>, visitor: Visitor, Path(id): Path<String>) -> Result<Response> {
    visitor.cx.require(Permission::ServiceManage)?;
    let (service, facility) = own(&site, &visitor, &id).await?;
    let kept = kept(&service);
    visitor.page(&page(&site, &visitor, &facility, Some(&service), &kept).await?)
}

/// `POST /admin/services/{id}`: appointments keep what they were booked with (R.V5).
pub(super) async fn keep(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    mut sent: Filling,
) -> Result<Response> {
    visitor.cx.require(Permission::ServiceManage)?;
    let (service, facility) = own(&site, &visitor, &id).await?;
    let form = form(&sent, &facility, service.active);
    match site.directory.change_service(&visitor.cx, &service.id, sent.version(), form).await {
        Ok(_) => visitor.go_and_say(&masters::path_of(&facility.id), "flash-adm-saved"),
        Err(error) => {
            let status = sent.refused(&visitor, error, PLACES, &values(&service))?;
            visitor.page_with(status, &page(&site, &visitor, &facility, Some(&service), &sent).await?)
        }
    }
}

/// `POST /admin/services/{id}/{withdraw|offer}`
pub(super) async fn set_offered(
    State(site): State<Site>,
    visitor: Visitor,
    Path((id, what)): Path<(String, String)>,
    sent: Filling,
) -> Result<Response> {
    visitor.cx.require(Permission::ServiceManage)?;
    let (service, facility) = own(&site, &visitor, &id).await?;
    let (active, notice) = match what.as_str() {
        "offer" => (true, "flash-adm-offered"),
        "withdraw" => (false, "flash-adm-withdrawn"),
        _ => return Err(Error::NotFound("path")),
    };
    let form = form(&kept(&service), &facility, active);
    match site.directory.change_service(&visitor.cx, &service.id, sent.version(), form).await {
        Ok(_) => visitor.go_and_say(&masters::path_of(&facility.id), notice),
        // Pressed twice: it is so already.
        Err(Error::Stale) if service.active == active => visitor.go_and_say(&masters::path_of(&facility.id), notice),
        Err(error @ (Error::Stale | Error::Invalid(_))) => {
            visitor.go_and_tell(&site, &format!("/admin/services/{}", service.id), visitor.words_of(&error))
        }
        Err(other) => Err(other),
    }
}

fn values(service: &Service) -> Values {
    let department = service.department.as_ref().map(ToString::to_string);
    vec![
        ("version", service.version.to_string()),
        ("kind", service.kind.word().to_owned()),
        ("name_id", service.name.id.clone()),
        ("name_en", service.name.en.clone()),
        ("department", department.unwrap_or_default()),
        ("duration", service.duration_minutes.to_string()),
        ("before", service.buffer_before_minutes.to_string()),
        ("after", service.buffer_after_minutes.to_string()),
        ("price", service.price.amount.to_string()),
        ("preparation_id", service.preparation.id.clone()),
        ("preparation_en", service.preparation.en.clone()),
    ]
}

fn kept(service: &Service) -> Filling {
    let modes = service.modes.iter().map(|mode| ("modes", mode.word().to_owned()));
    Filling::kept(values(service).into_iter().chain(modes).collect())
}

fn form(sent: &Filling, facility: &Facility, active: bool) -> ServiceForm {
    ServiceForm {
        id: None,
        facility: facility.id.clone(),
        department: sent.get("department").parse::<DepartmentId>().ok(),
        kind: sent.get("kind").parse().unwrap_or(ServiceKind::Consultation),
        name: both(sent.get("name_id"), sent.get("name_en")),
        preparation: both(sent.get("preparation_id"), sent.get("preparation_en")),
        duration_minutes: sent.number("duration", 0),
        buffer_before_minutes: sent.number("before", u16::MAX),
        buffer_after_minutes: sent.number("after", u16::MAX),
        price: sent.rupiah("price"),
        modes: sent.all("modes").filter_map(|word| word.parse().ok()).collect(),
        active,
    }
}

async fn page(
    site: &Site,
    visitor: &Visitor,
    facility: &Facility,
    kept: Option<&Service>,
    sent: &Filling,
) -> Result<AdminServiceForm> {
    let (cx, locale) = (&visitor.cx, visitor.speech.locale);
    let place = masters::path_of(&facility.id);
    let (title, action) = match kept {
        Some(service) => (shown::said(&service.name, locale), format!("/admin/services/{}", service.id)),
        None => (visitor.say("service-new"), format!("{place}/services/new")),
    };
    let mut shell = masters::below(visitor, title, Here::Places, place, "back-facility");
    shell.failing = sent.failing() || shell.failing;
    let kind = |kind: &ServiceKind| KindChoice {
        value: kind.word(),
        icon: icon_of(*kind),
        label: service::kind_key(*kind),
        chosen: sent.get("kind") == kind.word(),
    };
    let departments = site.directory.departments(cx, &facility.id).await?;
    let departments = departments.into_iter().map(|department| Option_ {
        chosen: department.id.to_string() == sent.get("department"),
        value: department.id.to_string(),
        label: shown::said(&department.name, locale),
    });
    let desk = kept.filter(|service| service.kind != ServiceKind::Consultation && cx.may(Permission::ScheduleManage));
    let mode = |mode: &Mode| Option_ {
        value: mode.word().to_owned(),
        label: visitor.say(mode_key(*mode)),
        chosen: sent.all("modes").any(|word| word == mode.word()),
    };
    Ok(AdminServiceForm {
        shell,
        facility: facility.name.clone(),
        key: sent.text("key"),
        version: sent.text("version"),
        mends: sent.mends.clone(),
        stale: sent.stale.clone(),
        kinds: ServiceKind::ALL.iter().map(kind).collect(),
        name_id: sent.field("name_id"),
        name_en: sent.field("name_en"),
        department: sent.field("department"),
        departments: departments.collect(),
        duration: sent.field("duration"),
        before: sent.field("before"),
        after: sent.field("after"),
        price: sent.field("price"),
        modes: Mode::ALL.iter().map(mode).collect(),
        modes_field: sent.field("modes"),
        preparation_id: sent.field("preparation_id"),
        preparation_en: sent.field("preparation_en"),
        offers: kept.is_none().then(|| sent.has("active")),
        offered: kept.map(|service| service.active),
        kept_version: kept.map(|service| service.version).unwrap_or_default(),
        hours: desk.map(|service| hours_path(&service.id)).unwrap_or_default(),
        action,
    })
}
