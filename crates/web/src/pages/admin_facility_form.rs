//! Opening a facility, and changing what is kept of it (B1).

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use contracts::{
    Permission,
    directory::{Facility, FacilityForm},
};
use futures_util::future::try_join_all;
use platform::Result;

use super::{
    Site,
    admin_form::{Filling, Places, Values},
    admin_masters::{self as masters, FACILITIES},
    visitor::Visitor,
};
use crate::view::{AdminFacilityForm, Here, Option_, OptionGroup};

/// Zones to choose from; another that is kept stays.
const ZONES: [(&str, &str); 3] =
    [("Asia/Jakarta", "zone-wib"), ("Asia/Makassar", "zone-wita"), ("Asia/Jayapura", "zone-wit")];

/// Degrees that no place has: the verb refuses them, naming the bounds.
const NOWHERE: f64 = 999.0;

const PLACES: &Places = &[
    ("name", "name"),
    ("address", "address"),
    ("regency", "regency"),
    ("zone", "zone"),
    ("phone", "phone"),
    ("latitude", "latitude"),
    ("longitude", "longitude"),
];

/// `GET /admin/facilities/new`
pub(super) async fn new(State(site): State<Site>, visitor: Visitor) -> Result<Response> {
    masters::require_everywhere(&visitor.cx, Permission::DirectoryManage)?;
    let empty = Filling::kept(vec![("zone", ZONES[0].0.to_owned()), ("active", "1".to_owned())]);
    visitor.page(&page(&site, &visitor, None, &empty).await?)
}

/// `POST /admin/facilities/new`
pub(super) async fn add(State(site): State<Site>, visitor: Visitor, mut sent: Filling) -> Result<Response> {
    masters::require_everywhere(&visitor.cx, Permission::DirectoryManage)?;
    let form = form(&sent, sent.has("active"));
    match site.directory.add_facility(&visitor.cx, form).await {
        Ok(facility) => visitor.go_and_say(&masters::path_of(&facility.id), "flash-adm-facility"),
        Err(error) => {
            let status = sent.refused(&visitor, error, PLACES, &Values::new())?;
            visitor.page_with(status, &page(&site, &visitor, None, &sent).await?)
        }
    }
}

/// `GET /admin/facilities/{id}/edit`
pub(super) async fn edit(State(site): State<Site>, visitor: Visitor, Path(id): Path<String>) -> Result<Response> {
    let facility = masters::facility_where(&site, &visitor, Permission::DirectoryManage, &id).await?;
    visitor.page(&page(&site, &visitor, Some(&facility), &Filling::kept(values(&facility))).await?)
}

/// `POST /admin/facilities/{id}/edit`
pub(super) async fn keep(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    mut sent: Filling,
) -> Result<Response> {
    let facility = masters::facility_where(&site, &visitor, Permission::DirectoryManage, &id).await?;
    let form = form(&sent, facility.active);
    match site.directory.change_facility(&visitor.cx, &facility.id, sent.version(), form).await {
        Ok(_) => visitor.go_and_say(&masters::path_of(&facility.id), "flash-adm-saved"),
        Err(error) => {
            let status: StatusCode = sent.refused(&visitor, error, PLACES, &values(&facility))?;
            visitor.page_with(status, &page(&site, &visitor, Some(&facility), &sent).await?)
        }
    }
}

fn values(facility: &Facility) -> Values {
    let degrees = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    vec![
        ("version", facility.version.to_string()),
        ("name", facility.name.clone()),
        ("address", facility.address.clone()),
        ("regency", facility.regency.clone()),
        ("zone", facility.zone.clone()),
        ("phone", facility.phone.clone().unwrap_or_default()),
        ("latitude", degrees(facility.latitude)),
        ("longitude", degrees(facility.longitude)),
        ("bpjs", if facility.bpjs { "1".to_owned() } else { String::new() }),
    ]
}

fn form(sent: &Filling, active: bool) -> FacilityForm {
    FacilityForm {
        name: sent.text("name"),
        zone: sent.text("zone"),
        address: sent.text("address"),
        regency: sent.text("regency"),
        latitude: degrees(sent.get("latitude")),
        longitude: degrees(sent.get("longitude")),
        phone: Some(sent.text("phone")),
        bpjs: sent.has("bpjs"),
        active,
    }
}

/// Degrees as people write them, with a comma or a point.
fn degrees(text: &str) -> Option<f64> {
    (!text.is_empty()).then(|| text.replace(',', ".").parse().unwrap_or(NOWHERE))
}

async fn page(site: &Site, visitor: &Visitor, kept: Option<&Facility>, sent: &Filling) -> Result<AdminFacilityForm> {
    let (title, back, label, action) = match kept {
        Some(facility) => {
            let path = masters::path_of(&facility.id);
            (facility.name.clone(), path.clone(), "back-facility", format!("{path}/edit"))
        }
        None => (visitor.say("facility-new"), FACILITIES.to_owned(), "nav-places", format!("{FACILITIES}/new")),
    };
    let mut shell = masters::below(visitor, title, Here::Places, back, label);
    shell.failing = sent.failing();
    let zone = sent.get("zone");
    let known = ZONES.map(|(value, label)| (value, visitor.say(label)));
    let other = (!ZONES.iter().any(|(value, _)| *value == zone) && !zone.is_empty()).then(|| (zone, zone.to_owned()));
    let zones = known.into_iter().chain(other).map(|(value, label)| Option_ {
        value: value.to_owned(),
        chosen: value == zone,
        label,
    });
    Ok(AdminFacilityForm {
        shell,
        action,
        version: sent.text("version"),
        mends: sent.mends.clone(),
        stale: sent.stale.clone(),
        name: sent.field("name"),
        address: sent.field("address"),
        phone: sent.field("phone"),
        latitude: sent.field("latitude"),
        longitude: sent.field("longitude"),
        zone: sent.field("zone"),
        zones: zones.collect(),
        regency: sent.field("regency"),
        provinces: provinces(site, visitor, sent.get("regency")).await?,
        bpjs: sent.has("bpjs"),
        opens: kept.is_none().then(|| sent.has("active")),
    })
}

/// Every regency and city, by province.
async fn provinces(site: &Site, visitor: &Visitor, chosen: &str) -> Result<Vec<OptionGroup>> {
    let cx = &visitor.cx;
    let provinces = site.directory.regions(cx, None).await?;
    let below = provinces.iter().map(|province| site.directory.regions(cx, Some(province.code.clone())));
    let regencies = try_join_all(below).await?;
    let group =
        |(province, regencies): (contracts::directory::Region, Vec<contracts::directory::Region>)| OptionGroup {
            label: province.name,
            options: regencies
                .into_iter()
                .map(|regency| Option_ { chosen: regency.code == chosen, value: regency.code, label: regency.name })
                .collect(),
        };
    Ok(provinces.into_iter().zip(regencies).map(group).collect())
}

#[cfg(test)]
mod tests {
    use super::{NOWHERE, degrees};

    #[test]
    fn degrees_are_read_with_a_comma_too() {
        assert_eq!(degrees("-5,13"), Some(-5.13));
        assert_eq!(degrees("119.4"), Some(119.4));
        assert_eq!(degrees(""), None);
        assert_eq!(degrees("timur"), Some(NOWHERE));
    }
}
