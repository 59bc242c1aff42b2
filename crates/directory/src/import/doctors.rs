//! Doctors: a row is a doctor at one facility. The registration (STR) is the doctor's key, the facility the practice's.

use std::sync::Arc;

use contracts::{
    Permission,
    directory::{
        Bilingual, Doctor, DoctorForm, DoctorState, Facility, FacilityId, ImportReport, Mode, Practice,
        PracticeService, Service, ServiceForm, ServiceKind, SpecialityId,
    },
    people::Sex,
};
use jiff::civil::Date;
use platform::{Cx, Error, FieldError, Id as _, Result, db::Tx, error::Problems, i18n::Locale};

use super::{
    Outcome, Report, UNIT, cell,
    file::{File, Row},
};
use crate::{DirectoryContext, catalogue::Catalogue, doctor, memory::Memory, search::plain, service};

const REQUIRED: &[&str] = &["name", "sex", "speciality", "facility", "str_number", "sip_number", "sip_until"];
const OPTIONAL: &[&str] = &["str_until", "fee", "languages", "account", "service", "hours", "hours_online"];
/// Minutes of the consultation a facility gets where it has none yet.
const USUAL_MINUTES: u16 = 30;

/// A row that can be read.
#[derive(Clone)]
struct Wanted {
    line: u64,
    facility: FacilityId,
    form: DoctorForm,
}

pub(super) async fn run(directory: &DirectoryContext, cx: &Cx, csv: &[u8]) -> Result<ImportReport> {
    cx.require(Permission::DoctorManage)?;
    let file = File::read(csv, REQUIRED, OPTIONAL)?;
    let mut report = Report::new(directory, cx);
    let mut rows = Vec::new();
    for row in &file.rows {
        match read(directory, cx, &file, row).await {
            Ok(wanted) => rows.push(wanted),
            Err(error) => report.note(row.line, Outcome::of(Err(error))?),
        }
    }
    for unit in rows.chunks(UNIT) {
        let (cx, memory, unit) = (cx.clone(), directory.memory.clone(), unit.to_vec());
        let outcomes = directory
            .db
            .write(async move |tx| {
                let mut outcomes = Vec::with_capacity(unit.len());
                for wanted in unit {
                    outcomes.push((wanted.line, Outcome::of(one(tx, &cx, &memory, wanted).await)?));
                }
                Ok(outcomes)
            })
            .await?;
        report.note_all(outcomes);
    }
    report.note_all(file.refusals());
    Ok(report.done())
}

async fn read(directory: &DirectoryContext, cx: &Cx, file: &File, row: &Row) -> Result<Wanted> {
    let text = |column: &str| file.cell(row, column);
    let mut problems = Problems::default();
    let sex: Sex = cell::sex(&mut problems, "sex", text("sex"));
    let str_until = cell::date(&mut problems, "str_until", text("str_until"));
    let sip_until = cell::date(&mut problems, "sip_until", text("sip_until"));
    problems.check(!text("sip_until").is_empty(), "sip_until", "required");
    let fee = cell::rupiah(&mut problems, "fee", text("fee"));
    let mut hours = cell::hours(&mut problems, "hours", text("hours"), &[Mode::InPerson]);
    hours.extend(cell::hours(&mut problems, "hours_online", text("hours_online"), &[Mode::Online]));
    let account = Some(text("account")).filter(|account| !account.is_empty()).map(str::parse).transpose();
    problems.check(account.is_ok(), "account", "invalid-id");
    let (specialities, facility) = {
        let catalogue = directory.memory.catalogue();
        (
            specialities(&mut problems, &catalogue, text("speciality")),
            facility(&mut problems, cx, &catalogue, text("facility")),
        )
    };
    problems.done()?;
    let facility = facility.ok_or_else(|| Error::invalid("facility", "no-such-facility"))?;
    let services = services(directory, cx, &facility.id, text("service"), fee).await?;
    let languages = text("languages").split([';', ',', ' ']).filter(|tag| !tag.is_empty()).map(str::to_owned).collect();
    let practice = Practice {
        facility: facility.id.clone(),
        services: services
            .into_iter()
            .map(|service| PracticeService { fee: fee.filter(|fee| *fee != service.price.amount), service: service.id })
            .collect(),
        sip_number: text("sip_number").to_owned(),
        sip_until: sip_until.unwrap_or(Date::ZERO),
        hours,
    };
    Ok(Wanted {
        line: row.line,
        facility: facility.id.clone(),
        form: DoctorForm {
            name: text("name").to_owned(),
            sex,
            specialities,
            practising_since: None,
            languages,
            about: Bilingual::default(),
            str_number: text("str_number").to_owned(),
            str_until,
            practices: vec![practice],
            auto_accept: true,
            account: account.ok().flatten(),
        },
    })
}

/// Specialities by slug, title or name, with semicolons between.
fn specialities(problems: &mut Problems, catalogue: &Catalogue, cell: &str) -> Vec<SpecialityId> {
    let mut ids = Vec::new();
    for wanted in cell.split(';').map(|part| plain(part.trim())).filter(|part| !part.is_empty()) {
        let known = catalogue.specialities.all().iter().find(|speciality| {
            speciality.slug == wanted
                || [&speciality.title, &speciality.name.id, &speciality.name.en]
                    .iter()
                    .any(|text| plain(text) == wanted)
        });
        match known {
            Some(speciality) => ids.push(speciality.id.clone()),
            None => problems.add(FieldError::new("speciality", "no-such-speciality")),
        }
    }
    problems.check(!cell.is_empty(), "speciality", "required");
    ids
}

/// A facility by id, slug or name, of those the asker works for.
fn facility(problems: &mut Problems, cx: &Cx, catalogue: &Catalogue, cell: &str) -> Option<Arc<Facility>> {
    let by_name = || {
        let name = plain(cell);
        let mut named = catalogue.facilities.all().iter().filter(|facility| plain(&facility.name) == name);
        named.next().filter(|_| named.next().is_none())
    };
    let found = catalogue.facility(cell).or_else(by_name).cloned();
    match &found {
        None if cell.is_empty() => problems.add(FieldError::new("facility", "required")),
        None => problems.add(FieldError::new("facility", "no-such-facility")),
        Some(facility) => problems.check(cx.serves(facility.id.as_str()), "facility", "facility-not-yours"),
    }
    found
}

/// The services of a row: the one named, else all consultations of the facility. One that has none yet gets one, at the
/// row's fee.
async fn services(
    directory: &DirectoryContext,
    cx: &Cx,
    facility: &FacilityId,
    named: &str,
    fee: Option<i64>,
) -> Result<Vec<Service>> {
    let name = plain(named);
    let fits = |service: &&Arc<Service>| {
        if name.is_empty() {
            service.active && service.kind == ServiceKind::Consultation
        } else {
            plain(&service.name.id) == name || plain(&service.name.en) == name
        }
    };
    let found: Vec<Service> =
        directory.memory.catalogue().services_of(facility).filter(fits).map(|service| (**service).clone()).collect();
    match found.is_empty() {
        false => Ok(found),
        true if !name.is_empty() => Err(Error::invalid("service", "no-such-service")),
        true => {
            let price = fee.ok_or_else(|| Error::invalid("fee", "required"))?;
            let named_in = |locale| directory.texts.get(locale, "directory-usual-consultation", &[]);
            let usual = ServiceForm {
                facility: facility.clone(),
                department: None,
                kind: ServiceKind::Consultation,
                name: Bilingual { id: named_in(Locale::Id), en: named_in(Locale::En) },
                preparation: Bilingual::default(),
                duration_minutes: USUAL_MINUTES,
                buffer_before_minutes: 0,
                buffer_after_minutes: 0,
                price,
                modes: Mode::ALL.to_vec(),
                active: true,
            };
            Ok(vec![service::add(directory, cx, usual).await?])
        }
    }
}

async fn one(tx: &mut Tx, cx: &Cx, memory: &Arc<Memory>, wanted: Wanted) -> Result<Outcome> {
    let Wanted { facility, form, .. } = wanted;
    let known = doctor::of_str(tx, memory, form.str_number.trim()).await?;
    let id = known.as_ref().map_or_else(|| cx.new_id(), |known| known.id.clone());
    let mut new = doctor::check(memory, cx, id, form).map_err(as_columns)?;
    let outcome = match known {
        None => {
            new.state = DoctorState::Listed;
            doctor::insert(tx, cx, &mut new).await?;
            Outcome::Added
        }
        Some(known) => {
            let mut new_one = merged(&known, new, &facility);
            if new_one == known {
                return Ok(Outcome::Same);
            }
            doctor::update(tx, known.version, &mut new_one).await?;
            new = new_one;
            Outcome::Changed
        }
    };
    doctor::said(tx, cx, memory, &new, "doctor.import", None).await?;
    Ok(outcome)
}

/// The doctor who is there, with what the row says of them and of their practice at its facility.
fn merged(known: &Doctor, row: Doctor, facility: &FacilityId) -> Doctor {
    let mut practices = known.practices.clone();
    for practice in row.practices {
        match practices.iter_mut().find(|known| known.facility == *facility) {
            Some(known) => *known = practice,
            None => practices.push(practice),
        }
    }
    Doctor {
        name: row.name,
        sex: row.sex,
        specialities: row.specialities,
        languages: row.languages,
        str_until: row.str_until,
        account: row.account.or_else(|| known.account.clone()),
        practices,
        ..known.clone()
    }
}

/// Names the column where the form named its field: `practices[0].sip_until` → `sip_until`.
fn as_columns(error: Error) -> Error {
    let Error::Invalid(mut fields) = error else { return error };
    for field in &mut fields {
        let bare = field.field.strip_prefix("practices[0].").unwrap_or(&field.field);
        let first = bare.split(['[', '.']).next().unwrap_or_default();
        field.field = match first {
            "specialities" => "speciality",
            "services" => "service",
            other => other,
        }
        .to_owned();
    }
    Error::Invalid(fields)
}
