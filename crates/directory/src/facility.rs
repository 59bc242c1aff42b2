//! Facilities: places of care.

use contracts::{
    Permission,
    audit::AuditEntry,
    directory::{Facility, FacilityChanged, FacilityForm, FacilityId, FacilitySearch},
};
use jiff::tz::TimeZone;
use platform::{
    Cx, Error, FieldError, Result,
    db::{Page, Tx},
    error::Problems,
    ids::Id as _,
};

use crate::{DirectoryContext, access, region, search, slug};

platform::row! {
    /// A facility as it is stored.
    struct Row {
        id: FacilityId,
        slug: String,
        name: String,
        zone: String,
        address: String,
        regency: String,
        regency_name: String,
        latitude: Option<f64>,
        longitude: Option<f64>,
        phone: Option<String>,
        bpjs: bool,
        active: bool,
        version: i64,
    }
}

const ALL: &str =
    "select id, slug, name, zone, address, regency, regency_name, latitude, longitude, phone, bpjs, active, version
    from facility order by id";
const OF_NAME: &str =
    "select id, slug, name, zone, address, regency, regency_name, latitude, longitude, phone, bpjs, active, version
    from facility where name = $1 and regency = $2";
const INSERT: &str = "insert into facility
    (id, slug, name, zone, address, regency, regency_name, latitude, longitude, phone, bpjs, active, version)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1) on conflict do nothing";
const UPDATE: &str =
    "update facility set name = $3, zone = $4, address = $5, regency = $6, regency_name = $7, latitude = $8,
    longitude = $9, phone = $10, bpjs = $11, active = $12, version = version + 1
    where id = $1 and version = $2 returning slug, version";
const NAME_TAKEN: &str = "select id from facility where name = $1 and regency = $2 and id <> $3";

impl From<Row> for Facility {
    fn from(row: Row) -> Self {
        let Row {
            id,
            slug,
            name,
            zone,
            address,
            regency,
            regency_name,
            latitude,
            longitude,
            phone,
            bpjs,
            active,
            version,
        } = row;
        Self { id, slug, name, zone, address, regency, regency_name, latitude, longitude, phone, bpjs, active, version }
    }
}

/// Every facility, for the catalogue.
pub(crate) async fn all(tx: &mut Tx) -> Result<Vec<Facility>> {
    Ok(tx.all::<Row>(ALL, &[]).await?.into_iter().map(Facility::from).collect())
}

/// The facility of that name in that regency: what makes an imported row the same as one already there.
pub(crate) async fn of_name(tx: &mut Tx, name: &str, regency: &str) -> Result<Option<Facility>> {
    Ok(tx.one::<Row>(OF_NAME, &[&name, &regency]).await?.map(Facility::from))
}

/// Each of these makes somebody an editor of the facilities they serve.
const EDITORS: [Permission; 4] =
    [Permission::DirectoryManage, Permission::ServiceManage, Permission::DoctorManage, Permission::ScheduleManage];

/// Whether the asker edits something of the facility: it is theirs, open or closed.
fn edits(cx: &Cx, facility: &Facility) -> bool {
    cx.serves(facility.id.as_str()) && EDITORS.iter().any(|permission| cx.may(*permission))
}

/// What the asker may find: open ones, and their own.
fn visible(cx: &Cx, facility: &Facility) -> bool {
    facility.active || edits(cx, facility)
}

pub(crate) fn search(directory: &DirectoryContext, cx: &Cx, ask: &FacilitySearch) -> Result<Page<Facility>> {
    let mut problems = Problems::default();
    problems.optional_text("q", ask.q.as_deref(), 100);
    problems.optional_text("city", ask.city.as_deref(), 100);
    problems.done()?;
    let managed = ask.managed == Some(true);
    if managed && !EDITORS.iter().any(|permission| cx.may(*permission)) {
        cx.require(Permission::DirectoryManage)?;
    }
    let shown = |facility: &Facility| if managed { edits(cx, facility) } else { visible(cx, facility) };
    search::find_facilities(&directory.memory.catalogue(), ask, shown)
}

pub(crate) fn get(directory: &DirectoryContext, cx: &Cx, id_or_slug: &str) -> Result<Facility> {
    let found = directory.memory.catalogue().facility(id_or_slug).cloned();
    found
        .filter(|facility| visible(cx, facility))
        .map(|facility| (*facility).clone())
        .ok_or(Error::NotFound("facility"))
}

pub(crate) async fn add(directory: &DirectoryContext, cx: &Cx, form: FacilityForm) -> Result<Facility> {
    access::everywhere(cx, Permission::DirectoryManage)?;
    let (cx, memory) = (cx.clone(), directory.memory.clone());
    directory
        .db
        .write(async move |tx| {
            let mut facility = check(tx, cx.new_id(), form).await?;
            insert(tx, &cx, &mut facility).await?;
            said(tx, &cx, "facility.add", &facility).await?;
            let added = facility.clone();
            tx.after_commit(move || memory.catalogue_mut().put_facility(added));
            Ok(facility)
        })
        .await
}

pub(crate) async fn change(
    directory: &DirectoryContext,
    cx: &Cx,
    id: &FacilityId,
    version: i64,
    form: FacilityForm,
) -> Result<Facility> {
    access::at_facility(cx, Permission::DirectoryManage, id, "facility")?;
    if directory.memory.catalogue().facilities.get(id).is_none() {
        return Err(Error::NotFound("facility"));
    }
    let (cx, memory, id) = (cx.clone(), directory.memory.clone(), id.clone());
    directory
        .db
        .write(async move |tx| {
            let facility = check(tx, id, form).await?;
            let facility = update(tx, version, facility).await?;
            said(tx, &cx, "facility.change", &facility).await?;
            let changed = facility.clone();
            tx.after_commit(move || memory.catalogue_mut().put_facility(changed));
            Ok(facility)
        })
        .await
}

/// The facility of a form, or everything that is wrong with it. It has no slug and no version yet.
pub(crate) async fn check(tx: &mut Tx, id: FacilityId, form: FacilityForm) -> Result<Facility> {
    let mut problems = Problems::default();
    let name = problems.text("name", &form.name, 120);
    let address = problems.text("address", &form.address, 300);
    let phone = problems.optional_text("phone", form.phone.as_deref(), 30);
    let dialled = |phone: &String| {
        phone.chars().all(|c| c.is_ascii_digit() || "+-() .".contains(c))
            && phone.chars().filter(char::is_ascii_digit).count() >= 5
    };
    problems.check(phone.as_ref().is_none_or(dialled), "phone", "invalid-phone");
    problems.check(form.zone.contains('/') && TimeZone::get(&form.zone).is_ok(), "zone", "no-such-zone");
    within(&mut problems, "latitude", form.latitude, 90);
    within(&mut problems, "longitude", form.longitude, 180);
    problems.check(
        form.latitude.is_some() == form.longitude.is_some(),
        if form.latitude.is_none() { "latitude" } else { "longitude" },
        "required",
    );
    let regency_name = if region::is_regency(&form.regency) { region::name(tx, &form.regency).await? } else { None };
    problems.check(regency_name.is_some(), "regency", "no-such-region");
    problems.done()?;
    Ok(Facility {
        id,
        slug: String::new(),
        name,
        zone: form.zone,
        address,
        regency: form.regency,
        regency_name: regency_name.unwrap_or_default(),
        latitude: form.latitude,
        longitude: form.longitude,
        phone,
        bpjs: form.bpjs,
        active: form.active,
        version: 1,
    })
}

fn within(problems: &mut Problems, field: &str, value: Option<f64>, bound: i32) {
    let bounds = f64::from(-bound)..=f64::from(bound);
    if value.is_some_and(|value| !bounds.contains(&value)) {
        problems.add(FieldError::new(field, "out-of-range").with("min", -bound).with("max", bound));
    }
}

/// Writes a new facility under a slug of its own.
pub(crate) async fn insert(tx: &mut Tx, cx: &Cx, f: &mut Facility) -> Result<()> {
    let base = slug::of_place(&f.name);
    for n in slug::attempts(cx) {
        let slug = slug::choice(&base, n);
        let written = tx
            .exec(
                INSERT,
                &[
                    &f.id,
                    &slug,
                    &f.name,
                    &f.zone,
                    &f.address,
                    &f.regency,
                    &f.regency_name,
                    &f.latitude,
                    &f.longitude,
                    &f.phone,
                    &f.bpjs,
                    &f.active,
                ],
            )
            .await?;
        if written == 1 {
            f.slug = slug;
            return Ok(());
        }
        refuse_second(tx, f).await?;
    }
    Err(Error::Unavailable("slug"))
}

/// Writes a facility's fields where it still has that version.
pub(crate) async fn update(tx: &mut Tx, version: i64, mut f: Facility) -> Result<Facility> {
    refuse_second(tx, &f).await?;
    let updated: Option<(String, i64)> = tx
        .one(
            UPDATE,
            &[
                &f.id,
                &version,
                &f.name,
                &f.zone,
                &f.address,
                &f.regency,
                &f.regency_name,
                &f.latitude,
                &f.longitude,
                &f.phone,
                &f.bpjs,
                &f.active,
            ],
        )
        .await
        // Another took the name after it was looked for.
        .map_err(|error| if error.is_unique() { Error::invalid("name", "facility-exists") } else { error })?;
    (f.slug, f.version) = updated.ok_or(Error::Stale)?;
    Ok(f)
}

/// Two of one name in one regency would be the same to everybody.
async fn refuse_second(tx: &mut Tx, f: &Facility) -> Result<()> {
    let other: Option<(String,)> = tx.one(NAME_TAKEN, &[&f.name, &f.regency, &f.id]).await?;
    if other.is_some() { Err(Error::invalid("name", "facility-exists")) } else { Ok(()) }
}

/// Says to the others, and to the audit trail, what was done.
pub(crate) async fn said(tx: &mut Tx, cx: &Cx, action: &str, f: &Facility) -> Result<()> {
    tx.publish(
        cx,
        &FacilityChanged {
            facility: f.id.clone(),
            slug: f.slug.clone(),
            name: f.name.clone(),
            zone: f.zone.clone(),
            address: format!("{}, {}", f.address, f.regency_name),
            active: f.active,
        },
    )
    .await?;
    tx.publish(cx, &AuditEntry::of(cx, crate::CONTEXT, action, f.id.as_str()).at_facility(f.id.as_str())).await
}
