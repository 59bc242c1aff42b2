//! The doctor's own profile: what patients read of them, and the papers they practise with (B2).

use axum::{extract::State, http::StatusCode, response::Response};
use contracts::{
    Permission,
    directory::{Bilingual, Doctor, DoctorForm},
};
use jiff::{ToSpan as _, civil::Date};
use platform::{Error, Result, http::Form};

use super::{Site, offers, photo, schedule::Typed, shown, visitor::Visitor};
use crate::{
    format,
    view::{Area, DoctorProfile, Field, Here, Option_, ProfilePractice},
};

/// Languages to choose from; others that are kept stay.
const LANGUAGES: [&str; 10] = ["id", "en", "jv", "su", "bug", "mak", "min", "ban", "zh", "ar"];
/// Days before a paper runs out from which on it is said.
const SOON: i64 = 90;

/// `GET /d/profil`
pub(super) async fn show(State(site): State<Site>, visitor: Visitor) -> Result<Response> {
    visitor.cx.require(Permission::DoctorOwn)?;
    let doctor = site.directory.my_doctor(&visitor.cx).await?;
    visitor.page(&page(&site, &visitor, &doctor, &Typed::default()).await?)
}

/// `POST /d/profil`
pub(super) async fn keep(
    State(site): State<Site>,
    visitor: Visitor,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    visitor.cx.account()?;
    visitor.cx.require(Permission::DoctorOwn)?;
    let typed = Typed(fields);
    let doctor = site.directory.my_doctor(&visitor.cx).await?;
    let version = typed.get("version").parse().unwrap_or(doctor.version);
    let since = typed.get("since");
    let form = DoctorForm {
        name: doctor.name.clone(),
        sex: doctor.sex,
        specialities: doctor.specialities.iter().map(|field| field.id.clone()).collect(),
        practising_since: if since.is_empty() { None } else { Some(since.parse().unwrap_or(0)) },
        languages: typed.0.iter().filter(|(name, _)| name == "language").map(|(_, value)| value.clone()).collect(),
        about: Bilingual { id: typed.get("about_id").to_owned(), en: typed.get("about_en").to_owned() },
        str_number: doctor.str_number.clone(),
        str_until: doctor.str_until,
        practices: doctor.practices.clone(),
        auto_accept: !typed.get("auto_accept").is_empty(),
        account: None,
    };
    match site.directory.change_doctor(&visitor.cx, &doctor.id, version, form).await {
        Ok(_) => visitor.go_and_say("/d/profil", "flash-doctor-profile"),
        Err(error @ (Error::Invalid(_) | Error::Stale)) => {
            let mut page = page(&site, &visitor, &doctor, &typed).await?;
            if !matches!(error, Error::Stale) {
                // What was opened stays what is saved over.
                page.version = version.to_string();
            }
            let told = visitor.told(&error);
            for field in &told.errors {
                let text = Some(field.message.clone());
                match field.field.as_str() {
                    "about.en" => page.about_en.error = text,
                    "practising_since" => page.since.error = text,
                    _ => page.about_id.error = text,
                }
            }
            if told.errors.is_empty() {
                page.about_id.error = Some(visitor.words_of(&error));
            }
            page.shell.failing = true;
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::CONFLICT);
            visitor.page_with(status, &page)
        }
        Err(other) => Err(other),
    }
}

async fn page(site: &Site, visitor: &Visitor, doctor: &Doctor, typed: &Typed) -> Result<DoctorProfile> {
    let (cx, locale) = (&visitor.cx, visitor.speech.locale);
    let today = shown::at(cx.now(), shown::HOUSE_ZONE).date();
    let mut practices = Vec::new();
    for practice in &doctor.practices {
        let facility = site.directory.facility(cx, &practice.facility.to_string()).await?;
        let mut fees = Vec::new();
        for offered in &practice.services {
            let Some(service) = offers::known(site.directory.service(cx, &offered.service).await)? else { continue };
            let fee = offered.fee.map_or_else(|| service.price.clone(), platform::Money::idr);
            fees.push((shown::said(&service.name, locale), shown::money(&fee, locale)));
        }
        let (until, class) = validity(visitor, Some(practice.sip_until), today);
        practices.push(ProfilePractice { place: facility.name, sip: practice.sip_number.clone(), until, class, fees });
    }
    let field =
        |name: &str, kept: &str| Field::of(if typed.has(name) { typed.get(name).to_owned() } else { kept.to_owned() });
    let given = typed.has("about_id");
    let typed_languages = typed.0.iter().filter(|(name, _)| name == "language").map(|(_, value)| value.as_str());
    let spoken: Vec<&str> =
        if given { typed_languages.collect() } else { doctor.languages.iter().map(String::as_str).collect() };
    let fields: Vec<String> = doctor.specialities.iter().map(|field| shown::said(&field.name, locale)).collect();
    let (str_until, str_class) = validity(visitor, doctor.str_until, today);
    let portrait = shown::portrait_of(doctor);
    let mut shell = visitor.shell("profile-title", Area::Doctor, Here::Account);
    if let Some(who) = &mut shell.who {
        who.name.clone_from(&doctor.name);
        who.portrait.clone_from(&portrait);
        who.line = fields.first().cloned().unwrap_or_default();
    }
    let since = doctor.practising_since.map(|year| year.to_string()).unwrap_or_default();
    Ok(DoctorProfile {
        shell,
        name: doctor.name.clone(),
        speciality: fields.join(", "),
        portrait,
        photo: photo::own_form(visitor, doctor),
        public: format!("/dokter/{}", doctor.slug),
        version: doctor.version.to_string(),
        str_number: doctor.str_number.clone(),
        str_until,
        str_class,
        practices,
        about_id: field("about_id", &doctor.about.id),
        about_en: field("about_en", &doctor.about.en),
        languages: languages(visitor, &spoken),
        auto_accept: if given { !typed.get("auto_accept").is_empty() } else { doctor.auto_accept },
        since: field("since", &since),
    })
}

/// Until when a paper holds, and how serious that is.
fn validity(visitor: &Visitor, until: Option<Date>, today: Date) -> (String, &'static str) {
    let Some(until) = until else { return (visitor.say("str-for-life"), "chip--ok") };
    let date = format::date(until, visitor.speech.locale);
    if until < today {
        (visitor.say_with("str-expired", &[("date", &date)]), "chip--danger")
    } else if until <= today.saturating_add(SOON.days()) {
        (visitor.say_with("str-until", &[("date", &date)]), "chip--wait")
    } else {
        (visitor.say_with("str-until", &[("date", &date)]), "chip--ok")
    }
}

/// Languages to choose from, those spoken chosen.
pub(super) fn languages(visitor: &Visitor, spoken: &[&str]) -> Vec<Option_> {
    let others = spoken.iter().copied().filter(|code| !LANGUAGES.contains(code));
    let codes = LANGUAGES.into_iter().chain(others);
    codes
        .map(|code| Option_ { value: code.to_owned(), label: language(visitor, code), chosen: spoken.contains(&code) })
        .collect()
}

fn language(visitor: &Visitor, code: &str) -> String {
    if LANGUAGES.contains(&code) { visitor.say(&format!("language-{code}")) } else { code.to_owned() }
}
