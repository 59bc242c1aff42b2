//! Facilities, services and doctors as tables for a spreadsheet, with the columns that an import takes: what was exported
//! is mended there and imported again.

use contracts::{
    Permission,
    audit::AuditEntry,
    directory::{
        DOCTOR_COLUMNS, Doctor, DoctorId, DoctorState, FACILITY_COLUMNS, Facility, FacilityId, Mode, Practice,
        SERVICE_COLUMNS, Service, WeeklyHours,
    },
};
use platform::{
    Cx, Error, FieldError, Result,
    ids::Id as _,
    sheet::{Cell, Sheet},
};

use crate::{CONTEXT, DirectoryContext, catalogue::Catalogue, doctor};

/// So many rows at most.
const MOST: usize = 10_000;
/// So many doctors are looked through at once.
const AT_ONCE: i64 = 256;

pub(crate) async fn run(
    directory: &DirectoryContext,
    cx: &Cx,
    what: &str,
    facility: Option<&FacilityId>,
) -> Result<String> {
    match what {
        "facilities" => facilities(directory, cx, facility),
        "services" => services(directory, cx, facility),
        "doctors" => doctors(directory, cx, facility).await,
        _ => Err(Error::Invalid(vec![
            FieldError::new("what", "not-one-of").with("choices", "facilities, services, doctors"),
        ])),
    }
}

/// The facilities asked for that the asker serves, by name; 404 for one they do not.
fn served(cx: &Cx, catalogue: &Catalogue, asked: Option<&FacilityId>) -> Result<Vec<Facility>> {
    let fits = |known: &Facility| cx.serves(known.id.as_str()) && asked.is_none_or(|asked| *asked == known.id);
    let all = catalogue.facilities.all().iter();
    let mut served: Vec<Facility> = all.filter(|known| fits(known)).map(|known| (**known).clone()).collect();
    if asked.is_some() && served.is_empty() {
        return Err(Error::NotFound("facility"));
    }
    served.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    Ok(served)
}

fn bounded(rows: usize) -> Result<()> {
    if rows <= MOST {
        return Ok(());
    }
    Err(Error::Invalid(vec![FieldError::new("facility", "export-too-many").with("max", MOST)]))
}

fn facilities(directory: &DirectoryContext, cx: &Cx, asked: Option<&FacilityId>) -> Result<String> {
    cx.require(Permission::DirectoryManage)?;
    let served = served(cx, &directory.memory.catalogue(), asked)?;
    bounded(served.len())?;
    let mut sheet = Sheet::headed(FACILITY_COLUMNS);
    for facility in served {
        sheet.row(facility_row(facility));
    }
    Ok(sheet.done())
}

fn facility_row(facility: Facility) -> [Cell; FACILITY_COLUMNS.len()] {
    [
        facility.name.into(),
        facility.zone.into(),
        facility.address.into(),
        facility.regency.into(),
        facility.latitude.map_or(Cell::Empty, Cell::Number),
        facility.longitude.map_or(Cell::Empty, Cell::Number),
        facility.phone.into(),
        yes_or_no(facility.bpjs),
        yes_or_no(facility.active),
    ]
}

fn yes_or_no(yes: bool) -> Cell {
    if yes { "ya".into() } else { "tidak".into() }
}

fn services(directory: &DirectoryContext, cx: &Cx, asked: Option<&FacilityId>) -> Result<String> {
    cx.require(Permission::ServiceManage)?;
    let catalogue = directory.memory.catalogue();
    let served = served(cx, &catalogue, asked)?;
    bounded(served.iter().map(|facility| catalogue.services_of(&facility.id).count()).sum())?;
    let mut sheet = Sheet::headed(SERVICE_COLUMNS);
    for facility in &served {
        for service in catalogue.services_of(&facility.id) {
            sheet.row(service_row(&catalogue, facility, service));
        }
    }
    Ok(sheet.done())
}

fn service_row(catalogue: &Catalogue, facility: &Facility, service: &Service) -> [Cell; SERVICE_COLUMNS.len()] {
    let department = service.department.as_ref().and_then(|id| catalogue.department(id));
    let modes: Vec<&str> = service.modes.iter().map(|mode| mode.word()).collect();
    [
        facility.slug.clone().into(),
        service.name.id.clone().into(),
        service.name.en.clone().into(),
        service.kind.word().into(),
        modes.join(" ").into(),
        department.map(|department| department.name.id.clone()).into(),
        i64::from(service.duration_minutes).into(),
        i64::from(service.buffer_before_minutes).into(),
        i64::from(service.buffer_after_minutes).into(),
        service.price.amount.into(),
        service.preparation.id.clone().into(),
        service.preparation.en.clone().into(),
        yes_or_no(service.active),
    ]
}

async fn doctors(directory: &DirectoryContext, cx: &Cx, asked: Option<&FacilityId>) -> Result<String> {
    cx.require(Permission::DoctorManage)?;
    served(cx, &directory.memory.catalogue(), asked)?;
    let mut sheet = Sheet::headed(DOCTOR_COLUMNS);
    let here = |facility: &FacilityId| cx.serves(facility.as_str()) && asked.is_none_or(|asked| asked == facility);
    let (mut after, mut rows) = (String::new(), 0);
    loop {
        let (memory, from) = (directory.memory.clone(), after);
        let listed = directory.db.read(async move |tx| doctor::listed_after(tx, &from, AT_ONCE).await).await?;
        let Some(last) = listed.last().map(|doctor| doctor.id.to_string()) else { break };
        after = last;
        let practises_here = listed.iter().filter(|doctor| doctor.state == DoctorState::Listed);
        let practises_here = practises_here.filter(|doctor| doctor.places.iter().any(|place| here(&place.facility)));
        let ids: Vec<DoctorId> = practises_here.map(|doctor| doctor.id.clone()).collect();
        let whole = directory.db.read(async move |tx| doctor::find_each(tx, &memory, &ids).await).await?;
        let catalogue = directory.memory.catalogue();
        for doctor in &whole {
            for practice in doctor.practices.iter().filter(|practice| here(&practice.facility)) {
                sheet.row(doctor_row(&catalogue, doctor, practice));
                rows += 1;
            }
        }
        bounded(rows)?;
    }
    let entry = AuditEntry::of(cx, CONTEXT, "doctor.export", asked.map_or("doctors", |facility| facility.as_str()));
    let entry = match asked {
        Some(facility) => entry.at_facility(facility.as_str()),
        None => entry,
    };
    let cx = cx.clone();
    directory.db.write(async move |tx| tx.publish(&cx, &entry).await).await?;
    Ok(sheet.done())
}

fn doctor_row(catalogue: &Catalogue, doctor: &Doctor, practice: &Practice) -> [Cell; DOCTOR_COLUMNS.len()] {
    let facility = catalogue.facilities.get(&practice.facility).map(|facility| facility.slug.clone());
    let specialities: Vec<&str> = doctor.specialities.iter().map(|speciality| speciality.slug.as_str()).collect();
    // One service is named with its fee; several are all there are, each at a price of its own.
    let only = practice.services.first().filter(|_| practice.services.len() == 1);
    let service = only.and_then(|offered| catalogue.services.get(&offered.service));
    let fees = practice.services.iter().map(|offered| offered.fee);
    let fee = fees.clone().next().flatten().filter(|fee| fees.clone().all(|other| other == Some(*fee)));
    [
        doctor.name.clone().into(),
        doctor.sex.word().into(),
        specialities.join(";").into(),
        facility.into(),
        doctor.str_number.clone().into(),
        doctor.str_until.map(|until| until.to_string()).into(),
        practice.sip_number.clone().into(),
        practice.sip_until.to_string().into(),
        fee.into(),
        doctor.languages.join(" ").into(),
        service.map(|service| service.name.id.clone()).into(),
        hours(practice, &[Mode::InPerson]).into(),
        hours(practice, &[Mode::Online]).into(),
        hours(practice, Mode::ALL).into(),
    ]
}

/// The weekly hours in these modes, as an import reads them.
fn hours(practice: &Practice, modes: &[Mode]) -> String {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let span = |row: &WeeklyHours| {
        let day = DAYS.get(usize::from(row.weekday.saturating_sub(1))).copied().unwrap_or_default();
        let (from, until) = (row.from, row.until);
        format!("{day} {:02}:{:02}-{:02}:{:02}", from.hour(), from.minute(), until.hour(), until.minute())
    };
    let rows = practice.hours.iter().filter(|row| row.modes == modes);
    rows.map(span).collect::<Vec<_>>().join("; ")
}
