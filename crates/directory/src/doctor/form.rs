//! The form of a doctor: everything that is wrong with it is told at once.

use std::collections::HashSet;

use contracts::directory::{
    Bilingual, Doctor, DoctorForm, DoctorId, DoctorState, Mode, Practice, PracticeService, Speciality, SpecialityId,
};
use jiff::{civil::Date, tz::TimeZone};
use platform::{Cx, FieldError, Id as _, Result, error::Problems};

use super::hours;
use crate::{
    catalogue::Catalogue,
    memory::Memory,
    service::{HIGHEST_PRICE, distinct, range},
};

/// At most so many of each.
const SPECIALITIES: usize = 5;
const LANGUAGES: usize = 10;
const PRACTICES: usize = 10;
const SERVICES: usize = 50;

/// The doctor of a form, waiting, without a slug.
pub(crate) fn check(memory: &Memory, cx: &Cx, id: DoctorId, form: DoctorForm) -> Result<Doctor> {
    let catalogue = memory.catalogue();
    let mut problems = Problems::default();
    let name = problems.text("name", &form.name, 120);
    problems.check(name.is_empty() || name.chars().any(char::is_alphabetic), "name", "doctor-name-letters");
    let specialities = specialities(&mut problems, &catalogue, &form.specialities);
    if let Some(since) = form.practising_since {
        let this_year = cx.now().to_zoned(TimeZone::UTC).year();
        range(&mut problems, "practising_since", since.into(), 1940, this_year.into());
    }
    let languages = languages(&mut problems, &form.languages);
    let mut about = |field: &str, text: &str| problems.optional_text(field, Some(text), 2000).unwrap_or_default();
    let about = Bilingual { id: about("about.id", &form.about.id), en: about("about.en", &form.about.en) };
    let str_number = licence(&mut problems, "str_number", &form.str_number);
    if let Some(until) = form.str_until {
        sane(&mut problems, "str_until", until);
    }
    let practices = practices(&mut problems, &catalogue, form.practices);
    problems.done()?;
    Ok(Doctor {
        id,
        slug: String::new(),
        account: form.account,
        name,
        sex: form.sex,
        specialities,
        practising_since: form.practising_since,
        languages,
        about,
        str_number,
        str_until: form.str_until,
        practices,
        auto_accept: form.auto_accept,
        photo: None,
        state: DoctorState::Waiting,
        version: 1,
    })
}

fn specialities(problems: &mut Problems, catalogue: &Catalogue, ids: &[SpecialityId]) -> Vec<Speciality> {
    problems.check(!ids.is_empty(), "specialities", "required");
    bounded(problems, "specialities", ids.len(), SPECIALITIES);
    let mut known = Vec::new();
    for (at, id) in ids.iter().take(SPECIALITIES).enumerate() {
        let field = format!("specialities[{at}]");
        problems.check(!ids[..at].contains(id), &field, "duplicate");
        match catalogue.specialities.get(id) {
            Some(speciality) => known.push((**speciality).clone()),
            None => problems.add(FieldError::new(field, "no-such-speciality")),
        }
    }
    known
}

fn languages(problems: &mut Problems, tags: &[String]) -> Vec<String> {
    bounded(problems, "languages", tags.len(), LANGUAGES);
    let mut kept: Vec<String> = Vec::new();
    for (at, tag) in tags.iter().take(LANGUAGES).enumerate() {
        let tag = tag.trim().to_ascii_lowercase();
        let plain = (2..=3).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_lowercase());
        problems.check(plain, &format!("languages[{at}]"), "language-code");
        if !kept.contains(&tag) {
            kept.push(tag);
        }
    }
    kept
}

fn practices(problems: &mut Problems, catalogue: &Catalogue, practices: Vec<Practice>) -> Vec<Practice> {
    problems.check(!practices.is_empty(), "practices", "required");
    bounded(problems, "practices", practices.len(), PRACTICES);
    let mut facilities = HashSet::new();
    let mut checked = Vec::new();
    for (at, practice) in practices.into_iter().take(PRACTICES).enumerate() {
        let field = format!("practices[{at}]");
        problems.check(
            catalogue.facilities.get(&practice.facility).is_some(),
            &format!("{field}.facility"),
            "no-such-facility",
        );
        problems.check(facilities.insert(practice.facility.clone()), &format!("{field}.facility"), "duplicate");
        checked.push(self::practice(problems, catalogue, &field, practice));
    }
    checked
}

fn practice(problems: &mut Problems, catalogue: &Catalogue, field: &str, mut practice: Practice) -> Practice {
    practice.sip_number = licence(problems, &format!("{field}.sip_number"), &practice.sip_number);
    sane(problems, &format!("{field}.sip_until"), practice.sip_until);
    problems.check(!practice.services.is_empty(), &format!("{field}.services"), "required");
    bounded(problems, &format!("{field}.services"), practice.services.len(), SERVICES);
    let mut modes: Vec<Mode> = Vec::new();
    let mut seen = HashSet::new();
    for (at, PracticeService { service, fee }) in practice.services.iter().take(SERVICES).enumerate() {
        let path = format!("{field}.services[{at}]");
        problems.check(seen.insert(service), &format!("{path}.service"), "duplicate");
        match catalogue.services.get(service) {
            Some(service) if service.facility == practice.facility => modes.extend(&service.modes),
            _ => problems.add(FieldError::new(format!("{path}.service"), "no-such-service")),
        }
        if let Some(fee) = fee {
            range(problems, &format!("{path}.fee"), *fee, 0, HIGHEST_PRICE);
        }
    }
    hours::check(problems, &format!("{field}.hours"), &practice.hours, &modes);
    for row in &mut practice.hours {
        row.modes = distinct(&row.modes);
    }
    practice
}

/// The number of a licence: letters, digits and what stands between them.
fn licence(problems: &mut Problems, field: &str, number: &str) -> String {
    let number = problems.text(field, number, 60);
    let plain = number.chars().all(|c| c.is_ascii_alphanumeric() || " ./-".contains(c))
        && number.chars().any(|c| c.is_ascii_digit());
    problems.check(number.is_empty() || plain, field, "licence-number");
    number
}

/// A last date that no typing error made. One that is over is taken: the doctor is then not bookable (R.V8).
fn sane(problems: &mut Problems, field: &str, until: Date) {
    problems.check((1990..=2100).contains(&until.year()), field, "invalid-date");
}

fn bounded(problems: &mut Problems, field: &str, count: usize, max: usize) {
    if count > max {
        problems.add(FieldError::new(field, "too-many").with("max", max));
    }
}

/// Staff add and change practices only where they work. `before` is what may stay as it is.
pub(super) fn only_served(cx: &Cx, doctor: &Doctor, before: Option<&Doctor>) -> Result<()> {
    let mut problems = Problems::default();
    for (at, practice) in doctor.practices.iter().enumerate() {
        let as_before = || before.is_some_and(|before| before.practices.contains(practice));
        problems.check(
            cx.serves(practice.facility.as_str()) || as_before(),
            &format!("practices[{at}].facility"),
            "facility-not-yours",
        );
    }
    problems.done()
}

/// Practices at facilities of others stay as they are, named in the form or not.
pub(super) fn keep_foreign(cx: &Cx, doctor: &mut Doctor, before: &Doctor) -> Result<()> {
    only_served(cx, doctor, Some(before))?;
    let missing = before.practices.iter().filter(|old| !cx.serves(old.facility.as_str()));
    for old in missing {
        if !doctor.practices.iter().any(|new| new.facility == old.facility) {
            doctor.practices.push(old.clone());
        }
    }
    Ok(())
}

/// What a doctor may not change of themselves is as it was.
pub(super) fn only_presentation(doctor: &Doctor, before: &Doctor) -> Result<()> {
    let mut problems = Problems::default();
    problems.check(doctor.name == before.name, "name", "staff-only");
    problems.check(doctor.sex == before.sex, "sex", "staff-only");
    problems.check(doctor.specialities == before.specialities, "specialities", "staff-only");
    problems.check(doctor.str_number == before.str_number, "str_number", "staff-only");
    problems.check(doctor.str_until == before.str_until, "str_until", "staff-only");
    problems.check(doctor.practices == before.practices, "practices", "staff-only");
    problems.done()
}
