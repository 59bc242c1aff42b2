//! Doctors: a row is a doctor at one facility. The registration (STR) is the doctor's key, the facility the practice's.

use contracts::{
    Permission,
    directory::{
        Bilingual, Doctor, DoctorForm, DoctorState, FacilityId, Mode, Practice, PracticeService, Service, ServiceForm,
        ServiceKind, SpecialityId,
    },
    people::Sex,
};
use jiff::civil::Date;
use platform::{Error, FieldError, Id as _, Result, db::Tx, error::Problems, i18n::Locale};

use super::{Hand, cell, facilities, file::Row, report::Fate};
use crate::{access, catalogue::Catalogue, doctor, search::plain, service};

pub(super) const REQUIRED: &[&str] =
    &["name", "sex", "speciality", "facility", "str_number", "sip_number", "sip_until"];
pub(super) const OPTIONAL: &[&str] =
    &["str_until", "fee", "languages", "account", "service", "hours", "hours_online", "hours_both"];
/// Minutes of the consultation a facility gets where it has none yet.
const USUAL_MINUTES: u16 = 30;

pub(super) async fn one(tx: &mut Tx, hand: &Hand, row: &Row) -> Result<(Fate, String)> {
    let cx = &hand.cx;
    let (facility, form) = read(tx, hand, row).await?;
    let known = doctor::of_str(tx, &hand.draft, form.str_number.trim()).await?;
    let id = known.as_ref().map_or_else(|| cx.new_id(), |known| known.id.clone());
    let mut new = doctor::check(&hand.draft, cx, id, form).map_err(as_columns)?;
    let name = new.name.clone();
    let fate = match known {
        None => {
            new.state = DoctorState::Listed;
            doctor::insert(tx, cx, &mut new).await?;
            Fate::Added
        }
        Some(known) => {
            let mut new_one = merged(&known, new, &facility);
            if new_one == known {
                return Ok((Fate::Same, name));
            }
            // Another log-in acts for the doctor everywhere, also at the facilities of others.
            let elsewhere = known.practices.iter().any(|practice| !cx.serves(practice.facility.as_str()));
            if elsewhere && new_one.account != known.account {
                return Err(Error::invalid("account", "facility-not-yours"));
            }
            doctor::update(tx, known.version, &mut new_one).await?;
            new = new_one;
            Fate::Changed
        }
    };
    doctor::said(tx, cx, &hand.memory, &new, "doctor.import", None).await?;
    Ok((fate, name))
}

/// The row's facility, and the form of its doctor.
async fn read(tx: &mut Tx, hand: &Hand, row: &Row) -> Result<(FacilityId, DoctorForm)> {
    let text = |column: &str| row.cell(column);
    let mut problems = Problems::default();
    let sex: Sex = cell::sex(&mut problems, "sex", text("sex"));
    let str_until = cell::date(&mut problems, "str_until", text("str_until"));
    let sip_until = cell::date(&mut problems, "sip_until", text("sip_until"));
    problems.check(!text("sip_until").is_empty(), "sip_until", "required");
    let fee = cell::rupiah(&mut problems, "fee", text("fee"));
    let mut hours = cell::hours(&mut problems, "hours", text("hours"), &[Mode::InPerson]);
    hours.extend(cell::hours(&mut problems, "hours_online", text("hours_online"), &[Mode::Online]));
    hours.extend(cell::hours(&mut problems, "hours_both", text("hours_both"), Mode::ALL));
    let account = Some(text("account")).filter(|account| !account.is_empty()).map(str::parse).transpose();
    problems.check(account.is_ok(), "account", "invalid-id");
    let (specialities, facility) = {
        let catalogue = hand.draft.catalogue();
        (
            specialities(&mut problems, &catalogue, text("speciality")),
            facilities::named(&mut problems, &hand.cx, &catalogue, text("facility")),
        )
    };
    problems.done()?;
    let facility = facility.ok_or_else(|| Error::invalid("facility", "no-such-facility"))?.id.clone();
    let services = services(tx, hand, &facility, text("service"), fee).await?;
    let languages = text("languages").split([';', ',', ' ']).filter(|tag| !tag.is_empty()).map(str::to_owned).collect();
    let practice = Practice {
        facility: facility.clone(),
        services: services
            .into_iter()
            .map(|service| PracticeService { fee: fee.filter(|fee| *fee != service.price.amount), service: service.id })
            .collect(),
        sip_number: text("sip_number").to_owned(),
        sip_until: sip_until.unwrap_or(Date::ZERO),
        hours,
    };
    let form = DoctorForm {
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
    };
    Ok((facility, form))
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

/// The services of a row: the one named, else all consultations of the facility. One that has none yet gets one, at the
/// row's fee.
async fn services(
    tx: &mut Tx,
    hand: &Hand,
    facility: &FacilityId,
    named: &str,
    fee: Option<i64>,
) -> Result<Vec<Service>> {
    let name = plain(named);
    let fits = |service: &Service| {
        if name.is_empty() {
            service.active && service.kind == ServiceKind::Consultation
        } else {
            plain(&service.name.id) == name || plain(&service.name.en) == name
        }
    };
    let there: Vec<Service> =
        hand.draft.catalogue().services_of(facility).map(|service| (**service).clone()).filter(&fits).collect();
    if !there.is_empty() {
        return Ok(there);
    }
    // Another process, or another import, may just have added it.
    service::wait_for_others(tx, facility).await?;
    let now = service::all_of(tx, facility).await?;
    for service in &now {
        hand.draft.catalogue_mut().put_service(service.clone());
    }
    let found: Vec<Service> = now.into_iter().filter(fits).collect();
    match found.is_empty() {
        false => Ok(found),
        true if !name.is_empty() => Err(Error::invalid("service", "no-such-service")),
        true => Ok(vec![usual(tx, hand, facility, fee).await?]),
    }
}

/// The consultation a facility gets with its first doctor.
async fn usual(tx: &mut Tx, hand: &Hand, facility: &FacilityId, fee: Option<i64>) -> Result<Service> {
    let cx = &hand.cx;
    access::at_facility(cx, Permission::ServiceManage, facility, "facility")?;
    let price = fee.ok_or_else(|| Error::invalid("fee", "required"))?;
    let named_in = |locale| hand.texts.get(locale, "directory-usual-consultation", &[]);
    let form = ServiceForm {
        id: None,
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
    let service = service::check(&hand.draft.catalogue(), cx.new_id(), form)
        .map_err(|_| Error::Invalid(vec![FieldError::new("fee", "cell-rupiah")]))?;
    service::insert(tx, &service).await?;
    service::said(tx, cx, "service.add", &service).await?;
    let added = service.clone();
    hand.learn(tx, move |memory| memory.catalogue_mut().put_service(added.clone()));
    Ok(service)
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
