//! Services: what a facility offers, how long it takes and what it costs.

use contracts::{
    Permission,
    audit::AuditEntry,
    directory::{
        Bilingual, DepartmentId, FacilityId, Mode, Service, ServiceChanged, ServiceForm, ServiceId, ServiceKind,
    },
};
use platform::{
    Cx, Error, FieldError, Money, Result,
    db::{Bind, Tx},
    error::Problems,
    ids::Id as _,
};

use crate::{DirectoryContext, access, catalogue::Catalogue, facility, memory::Memory, stored};

/// The highest price, in rupiah.
pub(crate) const HIGHEST_PRICE: i64 = 1_000_000_000;

platform::row! {
    /// A service as it is stored.
    struct Row {
        id: ServiceId,
        facility: FacilityId,
        department: Option<DepartmentId>,
        kind: ServiceKind,
        name_id: String,
        name_en: String,
        preparation_id: String,
        preparation_en: String,
        duration_minutes: u16,
        buffer_before_minutes: u16,
        buffer_after_minutes: u16,
        price: i64,
        modes: String,
        active: bool,
        version: i64,
    }
}

const ALL: &str =
    "select id, facility, department, kind, name_id, name_en, preparation_id, preparation_en, duration_minutes,
    buffer_before_minutes, buffer_after_minutes, price, modes, active, version from service order by id";
const OF_FACILITY: &str =
    "select id, facility, department, kind, name_id, name_en, preparation_id, preparation_en, duration_minutes,
    buffer_before_minutes, buffer_after_minutes, price, modes, active, version from service where facility = $1 order by id";
const OF_NAME: &str =
    "select id, facility, department, kind, name_id, name_en, preparation_id, preparation_en, duration_minutes,
    buffer_before_minutes, buffer_after_minutes, price, modes, active, version from service
    where facility = $1 and name_id = $2 order by id";
const ONE_AFTER_ANOTHER: &str = "update facility set version = version where id = $1";
const INSERT: &str =
    "insert into service (id, facility, department, kind, name_id, name_en, preparation_id, preparation_en,
    duration_minutes, buffer_before_minutes, buffer_after_minutes, price, modes, active, version)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1) on conflict do nothing";
const UPDATE: &str = "update service set department = $3, kind = $4, name_id = $5, name_en = $6, preparation_id = $7,
    preparation_en = $8, duration_minutes = $9, buffer_before_minutes = $10, buffer_after_minutes = $11, price = $12,
    modes = $13, active = $14, version = version + 1 where id = $1 and version = $2 returning version";

impl TryFrom<Row> for Service {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id,
            facility: row.facility,
            department: row.department,
            kind: row.kind,
            name: Bilingual { id: row.name_id, en: row.name_en },
            preparation: Bilingual { id: row.preparation_id, en: row.preparation_en },
            duration_minutes: row.duration_minutes,
            buffer_before_minutes: row.buffer_before_minutes,
            buffer_after_minutes: row.buffer_after_minutes,
            price: Money::idr(row.price),
            modes: stored::read(&row.modes)?,
            active: row.active,
            version: row.version,
        })
    }
}

/// Every service, for the catalogue.
pub(crate) async fn all(tx: &mut Tx) -> Result<Vec<Service>> {
    tx.all::<Row>(ALL, &[]).await?.into_iter().map(Service::try_from).collect()
}

/// Every service of a facility, as the database has them now.
pub(crate) async fn all_of(tx: &mut Tx, facility: &FacilityId) -> Result<Vec<Service>> {
    tx.all::<Row>(OF_FACILITY, &[facility]).await?.into_iter().map(Service::try_from).collect()
}

/// The service of that name at a facility: what makes an imported row the same as one already there.
pub(crate) async fn of_name(tx: &mut Tx, facility: &FacilityId, name: &str) -> Result<Option<Service>> {
    tx.one::<Row>(OF_NAME, &[facility, &name]).await?.map(Service::try_from).transpose()
}

/// Waits until nobody else adds services to the facility by a name that they look for first.
pub(crate) async fn wait_for_others(tx: &mut Tx, facility: &FacilityId) -> Result<()> {
    tx.exec(ONE_AFTER_ANOTHER, &[facility]).await.map(drop)
}

/// Services offered now are for everybody, others for those who manage them.
fn visible(cx: &Cx, service: &Service) -> bool {
    service.active || (cx.may(Permission::ServiceManage) && cx.serves(service.facility.as_str()))
}

pub(crate) fn of_facility(
    directory: &DirectoryContext,
    cx: &Cx,
    facility: &FacilityId,
    kind: Option<ServiceKind>,
) -> Result<Vec<Service>> {
    facility::get(directory, cx, facility.as_str())?;
    let catalogue = directory.memory.catalogue();
    let asked =
        |service: &&std::sync::Arc<Service>| visible(cx, service) && kind.is_none_or(|kind| kind == service.kind);
    Ok(catalogue.services_of(facility).filter(asked).map(|service| (**service).clone()).collect())
}

pub(crate) fn get(directory: &DirectoryContext, cx: &Cx, id: &ServiceId) -> Result<Service> {
    let found = directory.memory.catalogue().services.get(id).cloned();
    found.filter(|service| visible(cx, service)).map(|service| (*service).clone()).ok_or(Error::NotFound("service"))
}

pub(crate) async fn add(directory: &DirectoryContext, cx: &Cx, form: ServiceForm) -> Result<Service> {
    access::at_facility(cx, Permission::ServiceManage, &form.facility, "facility")?;
    let id = form.id.clone().unwrap_or_else(|| cx.new_id());
    let service = check(&directory.memory.catalogue(), id, form)?;
    let (cx, memory) = (cx.clone(), directory.memory.clone());
    directory
        .db
        .write(async move |tx| {
            if !insert(tx, &service).await? {
                return sent_before(&memory, &service);
            }
            said(tx, &cx, "service.add", &service).await?;
            let added = service.clone();
            tx.after_commit(move || memory.catalogue_mut().put_service(added));
            Ok(service)
        })
        .await
}

/// What the same form came to when it was sent before.
fn sent_before(memory: &Memory, again: &Service) -> Result<Service> {
    let before = memory.catalogue().services.get(&again.id).cloned();
    before
        .filter(|before| before.facility == again.facility)
        .map(|before| (*before).clone())
        .ok_or_else(|| Error::invalid("id", "duplicate"))
}

pub(crate) async fn change(
    directory: &DirectoryContext,
    cx: &Cx,
    id: &ServiceId,
    version: i64,
    form: ServiceForm,
) -> Result<Service> {
    cx.require(Permission::ServiceManage)?;
    let mut service = {
        let catalogue = directory.memory.catalogue();
        let before = catalogue.services.get(id).ok_or(Error::NotFound("service"))?;
        access::at_facility(cx, Permission::ServiceManage, &before.facility, "service")?;
        if form.facility != before.facility {
            return Err(Error::invalid("facility", "facility-fixed"));
        }
        check(&catalogue, id.clone(), form)?
    };
    let (cx, memory) = (cx.clone(), directory.memory.clone());
    directory
        .db
        .write(async move |tx| {
            service = update(tx, version, service).await?;
            said(tx, &cx, "service.change", &service).await?;
            let changed = service.clone();
            tx.after_commit(move || memory.catalogue_mut().put_service(changed));
            Ok(service)
        })
        .await
}

/// Writes a new service; `false` where there is one of that id.
pub(crate) async fn insert(tx: &mut Tx, s: &Service) -> Result<bool> {
    let modes = stored::text(&s.modes)?;
    let written = tx.exec(INSERT, &values(s, &s.facility, &modes)).await?;
    Ok(written == 1)
}

/// Writes a service's fields where it still has that version.
pub(crate) async fn update(tx: &mut Tx, version: i64, mut s: Service) -> Result<Service> {
    let modes = stored::text(&s.modes)?;
    let updated: Option<(i64,)> = tx.one(UPDATE, &values(&s, &version, &modes)).await?;
    (s.version,) = updated.ok_or(Error::Stale)?;
    Ok(s)
}

/// The values of [`INSERT`] and [`UPDATE`]. They differ in the second: the facility of a new service, the version of one
/// that is there.
fn values<'a>(s: &'a Service, second: &'a dyn Bind, modes: &'a dyn Bind) -> [&'a dyn Bind; 14] {
    [
        &s.id,
        second,
        &s.department,
        &s.kind,
        &s.name.id,
        &s.name.en,
        &s.preparation.id,
        &s.preparation.en,
        &s.duration_minutes,
        &s.buffer_before_minutes,
        &s.buffer_after_minutes,
        &s.price.amount,
        modes,
        &s.active,
    ]
}

/// The service of a form, or everything that is wrong with it.
pub(crate) fn check(catalogue: &Catalogue, id: ServiceId, form: ServiceForm) -> Result<Service> {
    let mut problems = Problems::default();
    problems.check(catalogue.facilities.get(&form.facility).is_some(), "facility", "no-such-facility");
    let there =
        |department: &DepartmentId| catalogue.department(department).is_some_and(|d| d.facility == form.facility);
    problems.check(form.department.as_ref().is_none_or(there), "department", "no-such-department");
    let name = Bilingual {
        id: problems.text("name.id", &form.name.id, 120),
        en: problems.text("name.en", &form.name.en, 120),
    };
    let mut prepare = |field: &str, text: &str| problems.optional_text(field, Some(text), 2000).unwrap_or_default();
    let preparation = Bilingual {
        id: prepare("preparation.id", &form.preparation.id),
        en: prepare("preparation.en", &form.preparation.en),
    };
    range(&mut problems, "duration_minutes", form.duration_minutes.into(), 5, 720);
    range(&mut problems, "buffer_before_minutes", form.buffer_before_minutes.into(), 0, 120);
    range(&mut problems, "buffer_after_minutes", form.buffer_after_minutes.into(), 0, 120);
    range(&mut problems, "price", form.price, 0, HIGHEST_PRICE);
    problems.check(!form.modes.is_empty(), "modes", "required");
    problems.done()?;
    Ok(Service {
        id,
        facility: form.facility,
        department: form.department,
        kind: form.kind,
        name,
        preparation,
        duration_minutes: form.duration_minutes,
        buffer_before_minutes: form.buffer_before_minutes,
        buffer_after_minutes: form.buffer_after_minutes,
        price: Money::idr(form.price),
        modes: distinct(&form.modes),
        active: form.active,
        version: 1,
    })
}

/// Each mode once, in the order of the words.
pub(crate) fn distinct(modes: &[Mode]) -> Vec<Mode> {
    Mode::ALL.iter().copied().filter(|mode| modes.contains(mode)).collect()
}

/// Notes a number that lies outside its bounds.
pub(crate) fn range(problems: &mut Problems, field: &str, value: i64, min: i64, max: i64) {
    if !(min..=max).contains(&value) {
        problems.add(FieldError::new(field, "out-of-range").with("min", min).with("max", max));
    }
}

/// Says to the others, and to the audit trail, what was done.
pub(crate) async fn said(tx: &mut Tx, cx: &Cx, action: &str, service: &Service) -> Result<()> {
    tx.publish(cx, &ServiceChanged { service: service.id.clone(), details: service.clone() }).await?;
    tx.publish(
        cx,
        &AuditEntry::of(cx, crate::CONTEXT, action, service.id.as_str()).at_facility(service.facility.as_str()),
    )
    .await
}
