//! What has little more than a name: departments of a facility (B1), and specialities of the whole network.

use axum::{
    extract::{Path, State},
    response::Response,
};
use contracts::{
    Permission,
    directory::{Department, DepartmentId, Facility, Speciality, SpecialityId},
};
use platform::{Error, Result};

use super::{
    Site,
    admin_form::{Filling, Places, Values},
    admin_masters::{self as masters, SPECIALITIES, both},
    shown,
    visitor::Visitor,
};
use crate::view::{AdminNames, AdminSpecialities, Area, Here, SpecialityRow};

const PLACES: &Places =
    &[("name.id", "name_id"), ("name.en", "name_en"), ("title", "title"), ("slug", "slug"), ("name", "name_id")];

/// `GET /admin/facilities/{id}/departments/new`
pub(super) async fn new_department(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response> {
    let facility = masters::facility_where(&site, &visitor, Permission::ServiceManage, &id).await?;
    visitor.page(&department_page(&visitor, &facility, None, &Filling::default()))
}

/// `POST /admin/facilities/{id}/departments/new`
pub(super) async fn add_department(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    mut sent: Filling,
) -> Result<Response> {
    let facility = masters::facility_where(&site, &visitor, Permission::ServiceManage, &id).await?;
    let name = both(sent.get("name_id"), sent.get("name_en"));
    match site.directory.add_department(&visitor.cx, &facility.id, name).await {
        Ok(_) => visitor.go_and_say(&masters::path_of(&facility.id), "flash-adm-saved"),
        Err(error) => {
            let status = sent.refused(&visitor, error, PLACES, &Values::new())?;
            visitor.page_with(status, &department_page(&visitor, &facility, None, &sent))
        }
    }
}

/// `GET /admin/facilities/{id}/departments/{department}`
pub(super) async fn department(
    State(site): State<Site>,
    visitor: Visitor,
    Path((id, department)): Path<(String, String)>,
) -> Result<Response> {
    let facility = masters::facility_where(&site, &visitor, Permission::ServiceManage, &id).await?;
    let department = find(&site, &visitor, &facility, &department).await?;
    let kept = Filling::kept(vec![("name_id", department.name.id.clone()), ("name_en", department.name.en.clone())]);
    visitor.page(&department_page(&visitor, &facility, Some(&department), &kept))
}

/// `POST /admin/facilities/{id}/departments/{department}`
pub(super) async fn rename_department(
    State(site): State<Site>,
    visitor: Visitor,
    Path((id, department)): Path<(String, String)>,
    mut sent: Filling,
) -> Result<Response> {
    let facility = masters::facility_where(&site, &visitor, Permission::ServiceManage, &id).await?;
    let department = find(&site, &visitor, &facility, &department).await?;
    let name = both(sent.get("name_id"), sent.get("name_en"));
    match site.directory.rename_department(&visitor.cx, &department.id, name).await {
        Ok(_) => visitor.go_and_say(&masters::path_of(&facility.id), "flash-adm-saved"),
        Err(error) => {
            let status = sent.refused(&visitor, error, PLACES, &Values::new())?;
            visitor.page_with(status, &department_page(&visitor, &facility, Some(&department), &sent))
        }
    }
}

/// `POST /admin/facilities/{id}/departments/{department}/remove`
pub(super) async fn remove_department(
    State(site): State<Site>,
    visitor: Visitor,
    Path((id, department)): Path<(String, String)>,
) -> Result<Response> {
    let facility = masters::facility_where(&site, &visitor, Permission::ServiceManage, &id).await?;
    let department: DepartmentId = department.parse().map_err(|_| Error::NotFound("department"))?;
    let path = masters::path_of(&facility.id);
    match site.directory.remove_department(&visitor.cx, &department).await {
        // Pressed twice: it is gone.
        Ok(()) | Err(Error::NotFound(_)) => visitor.go_and_say(&path, "flash-adm-removed"),
        Err(error @ Error::Conflict(_)) => {
            visitor.go_and_tell(&site, &format!("{path}/departments/{department}"), visitor.words_of(&error))
        }
        Err(other) => Err(other),
    }
}

async fn find(site: &Site, visitor: &Visitor, facility: &Facility, id: &str) -> Result<Department> {
    let id: DepartmentId = id.parse().map_err(|_| Error::NotFound("department"))?;
    let known = site.directory.departments(&visitor.cx, &facility.id).await?;
    known.into_iter().find(|department| department.id == id).ok_or(Error::NotFound("department"))
}

fn department_page(visitor: &Visitor, facility: &Facility, kept: Option<&Department>, sent: &Filling) -> AdminNames {
    let path = masters::path_of(&facility.id);
    let (title, action) = match kept {
        Some(department) => {
            (shown::said(&department.name, visitor.speech.locale), format!("{path}/departments/{}", department.id))
        }
        None => (visitor.say("department-new"), format!("{path}/departments/new")),
    };
    let mut shell = masters::below(visitor, title, Here::Places, path, "back-facility");
    shell.failing = sent.failing() || shell.failing;
    AdminNames {
        shell,
        eyebrow: facility.name.clone(),
        remove: kept.map(|_| format!("{action}/remove")).unwrap_or_default(),
        action,
        mends: sent.mends.clone(),
        name_id: sent.field("name_id"),
        name_en: sent.field("name_en"),
        title: None,
        slug: None,
    }
}

/// `GET /admin/specialities`
pub(super) async fn specialities(State(site): State<Site>, visitor: Visitor) -> Result<Response> {
    masters::require_everywhere(&visitor.cx, Permission::DirectoryManage)?;
    let locale = visitor.speech.locale;
    let mut rows: Vec<SpecialityRow> = site
        .directory
        .specialities(&visitor.cx)
        .await?
        .into_iter()
        .map(|field| SpecialityRow {
            href: format!("{SPECIALITIES}/{}", field.id),
            name: shown::said(&field.name, locale),
            other: if locale == platform::i18n::Locale::Id { field.name.en } else { field.name.id },
            title: field.title,
            slug: field.slug,
        })
        .collect();
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    visitor.page(&AdminSpecialities {
        shell: visitor.shell("nav-specialities", Area::Admin, Here::Places),
        tabs: masters::tabs(&visitor.cx, SPECIALITIES),
        rows,
    })
}

/// `GET /admin/specialities/new`
pub(super) async fn new_speciality(visitor: Visitor) -> Result<Response> {
    masters::require_everywhere(&visitor.cx, Permission::DirectoryManage)?;
    visitor.page(&speciality_page(&visitor, None, &Filling::default()))
}

/// `POST /admin/specialities/new`
pub(super) async fn add_speciality(State(site): State<Site>, visitor: Visitor, mut sent: Filling) -> Result<Response> {
    masters::require_everywhere(&visitor.cx, Permission::DirectoryManage)?;
    let name = both(sent.get("name_id"), sent.get("name_en"));
    match site.directory.add_speciality(&visitor.cx, sent.text("slug"), name, sent.text("title")).await {
        Ok(_) => visitor.go_and_say(SPECIALITIES, "flash-adm-saved"),
        Err(error) => {
            let status = sent.refused(&visitor, error, PLACES, &Values::new())?;
            visitor.page_with(status, &speciality_page(&visitor, None, &sent))
        }
    }
}

/// `GET /admin/specialities/{id}`
pub(super) async fn speciality(State(site): State<Site>, visitor: Visitor, Path(id): Path<String>) -> Result<Response> {
    let kept = known(&site, &visitor, &id).await?;
    let values = vec![
        ("name_id", kept.name.id.clone()),
        ("name_en", kept.name.en.clone()),
        ("title", kept.title.clone()),
        ("slug", kept.slug.clone()),
    ];
    visitor.page(&speciality_page(&visitor, Some(&kept), &Filling::kept(values)))
}

/// `POST /admin/specialities/{id}`
pub(super) async fn change_speciality(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    mut sent: Filling,
) -> Result<Response> {
    let kept = known(&site, &visitor, &id).await?;
    let name = both(sent.get("name_id"), sent.get("name_en"));
    match site.directory.change_speciality(&visitor.cx, &kept.id, name, sent.text("title")).await {
        Ok(_) => visitor.go_and_say(SPECIALITIES, "flash-adm-saved"),
        Err(error) => {
            let status = sent.refused(&visitor, error, PLACES, &Values::new())?;
            visitor.page_with(status, &speciality_page(&visitor, Some(&kept), &sent))
        }
    }
}

async fn known(site: &Site, visitor: &Visitor, id: &str) -> Result<Speciality> {
    masters::require_everywhere(&visitor.cx, Permission::DirectoryManage)?;
    let id: SpecialityId = id.parse().map_err(|_| Error::NotFound("speciality"))?;
    let all = site.directory.specialities(&visitor.cx).await?;
    all.into_iter().find(|field| field.id == id).ok_or(Error::NotFound("speciality"))
}

fn speciality_page(visitor: &Visitor, kept: Option<&Speciality>, sent: &Filling) -> AdminNames {
    let (title, action) = match kept {
        Some(field) => (shown::said(&field.name, visitor.speech.locale), format!("{SPECIALITIES}/{}", field.id)),
        None => (visitor.say("speciality-new"), format!("{SPECIALITIES}/new")),
    };
    let mut shell = masters::below(visitor, title, Here::Places, SPECIALITIES.to_owned(), "nav-specialities");
    shell.failing = sent.failing();
    AdminNames {
        shell,
        eyebrow: visitor.say("nav-specialities"),
        action,
        remove: String::new(),
        mends: sent.mends.clone(),
        name_id: sent.field("name_id"),
        name_en: sent.field("name_en"),
        title: Some(sent.field("title")),
        // The address of a field of medicine stays: links lead there.
        slug: kept.is_none().then(|| sent.field("slug")),
    }
}
