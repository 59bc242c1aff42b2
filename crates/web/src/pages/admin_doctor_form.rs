//! Taking a doctor on, and changing what is kept of one (B2): profile, papers, log-in, and where they practise.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use contracts::{
    Permission,
    auth::{AccountId, AccountSearch},
    directory::{Doctor, DoctorForm, DoctorState, Facility, FacilityId},
    people::Sex,
};
use jiff::civil::Date;
use platform::{Error, Result, db::PageAsk, http::Params};
use serde::Deserialize;

use super::{
    Site, admin,
    admin_doctors::state_key,
    admin_form::{Filling, Values, place},
    admin_masters::{self as masters, DOCTORS, both},
    admin_practices::{self as practices, Block},
    doctor_profile, photo, shown,
    visitor::Visitor,
};
use crate::view::{AdminDoctorForm, Here, Option_};

/// A date that no paper has: the verb refuses it and says how dates are written.
pub(super) const NEVER: Date = Date::constant(1, 1, 1);

const PLACES: &[(&str, &str)] = &[
    ("name", "name"),
    ("sex", "sex"),
    ("specialities", "specialities"),
    ("practising_since", "since"),
    ("languages", "languages"),
    ("about.id", "about_id"),
    ("about.en", "about_en"),
    ("str_number", "str_number"),
    ("str_until", "str_until"),
    ("account", "account"),
    ("practices", "place"),
];

/// The facility to begin with.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    faskes: String,
}

/// `GET /admin/doctors/new`
pub(super) async fn new(State(site): State<Site>, visitor: Visitor, Params(wish): Params<Wish>) -> Result<Response> {
    visitor.cx.require(Permission::DoctorManage)?;
    let places = admin::served(&site, &visitor).await?;
    let first = places.iter().find(|place| place.id.to_string() == wish.faskes).or(match places.as_slice() {
        [only] => Some(only),
        _ => None,
    });
    let mut values: Values = vec![("languages", "id".to_owned()), ("auto_accept", "1".to_owned())];
    values.extend(first.map(|place| (practices::FACILITY[0], place.id.to_string())));
    visitor.page(&page(&site, &visitor, None, &Filling::kept(values), &places).await?)
}

/// `POST /admin/doctors/new`: adds the doctor, or one more place to the form.
pub(super) async fn add(State(site): State<Site>, visitor: Visitor, sent: Filling) -> Result<Response> {
    visitor.cx.require(Permission::DoctorManage)?;
    keep_or_grow(&site, &visitor, None, sent).await
}

/// `GET /admin/doctors/{id}`
pub(super) async fn show(State(site): State<Site>, visitor: Visitor, Path(id): Path<String>) -> Result<Response> {
    let doctor = theirs(&site, &visitor, &id).await?;
    let places = admin::served(&site, &visitor).await?;
    let kept = Filling::kept(values(&site, &visitor, &doctor).await?);
    visitor.page(&page(&site, &visitor, Some(&doctor), &kept, &places).await?)
}

/// `POST /admin/doctors/{id}`
pub(super) async fn keep(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    sent: Filling,
) -> Result<Response> {
    visitor.cx.require(Permission::DoctorManage)?;
    let doctor = theirs(&site, &visitor, &id).await?;
    keep_or_grow(&site, &visitor, Some(&doctor), sent).await
}

/// A doctor of a facility that the asker serves; others are not there, though patients may see them.
async fn theirs(site: &Site, visitor: &Visitor, id: &str) -> Result<Doctor> {
    let cx = &visitor.cx;
    if !masters::edits_doctors(cx) {
        cx.require(Permission::DoctorManage)?;
    }
    let doctor = site.directory.doctor(cx, id).await?;
    let here = doctor.practices.iter().any(|practice| cx.serves(&practice.facility.to_string()));
    if here { Ok(doctor) } else { Err(Error::NotFound("doctor")) }
}

async fn keep_or_grow(site: &Site, visitor: &Visitor, doctor: Option<&Doctor>, mut sent: Filling) -> Result<Response> {
    let places = admin::served(site, visitor).await?;
    if sent.has("grow") {
        grow(visitor, &mut sent, &places);
        return visitor.page(&page(site, visitor, doctor, &sent, &places).await?);
    }
    let status = match save(site, visitor, doctor, &mut sent).await? {
        Ok(to) => return visitor.go_and_say(&to, "flash-adm-doctor"),
        Err(status) => status,
    };
    visitor.page_with(status, &page(site, visitor, doctor, &sent, &places).await?)
}

/// Adds the place that was chosen to the form.
fn grow(visitor: &Visitor, sent: &mut Filling, places: &[Facility]) {
    let chosen = sent.text("place");
    let free = practices::FACILITY.iter().find(|name| !sent.has(name));
    let there = practices::FACILITY.iter().any(|name| sent.get(name) == chosen);
    match (places.iter().any(|place| place.id.to_string() == chosen), free) {
        (true, Some(name)) if !there => sent.put(name, chosen),
        (true, _) => {}
        _ => sent.mend("place", visitor.say("doctor-choose-place")),
    }
}

/// Where to go on, or with what status the form is shown again.
async fn save(
    site: &Site,
    visitor: &Visitor,
    doctor: Option<&Doctor>,
    sent: &mut Filling,
) -> Result<std::result::Result<String, StatusCode>> {
    let blocks = practices::blocks(site, visitor, doctor, sent).await?;
    let account = match account(site, visitor, doctor, sent.get("account")).await? {
        Ok(account) => account,
        Err(key) => {
            sent.mend("account", visitor.say(key));
            None
        }
    };
    let Ok(sex) = sent.get("sex").parse::<Sex>() else {
        sent.mend("sex", visitor.say("error-required"));
        // The rest is checked too, with a stand-in.
        let form = form(sent, &blocks, Sex::Female, None);
        if let Err(error) = site.directory.check_doctor(&visitor.cx, &form).await {
            note(visitor, sent, error, &blocks, &Values::new())?;
        }
        return Ok(Err(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let form = form(sent, &blocks, sex, account);
    if !sent.mends.is_empty() {
        if let (None, Err(error)) = (doctor, site.directory.check_doctor(&visitor.cx, &form).await) {
            note(visitor, sent, error, &blocks, &Values::new())?;
        }
        return Ok(Err(StatusCode::UNPROCESSABLE_ENTITY));
    }
    let (done, now) = match doctor {
        Some(known) => {
            let done = site.directory.change_doctor(&visitor.cx, &known.id, sent.version(), form).await;
            // Somebody may have changed it since this request began.
            let now = site.directory.doctor(&visitor.cx, &known.id.to_string()).await?;
            (done, compared(values(site, visitor, &now).await?, &now, &blocks))
        }
        None => (site.directory.add_doctor(&visitor.cx, form).await, Values::new()),
    };
    match done {
        Ok(kept) => Ok(Ok(format!("{DOCTORS}/{}", kept.id))),
        Err(error) => Ok(Err(note(visitor, sent, error, &blocks, &now)?)),
    }
}

/// Takes over a refusal: what is wrong with the n-th practice sent is shown in its block of the form.
fn note(visitor: &Visitor, sent: &mut Filling, error: Error, blocks: &[Block], now: &Values) -> Result<StatusCode> {
    let Error::Invalid(_) = &error else { return sent.refused(visitor, error, PLACES, now) };
    let told = visitor.told(&error);
    for field in told.errors {
        let here = practices::place(&field.field, blocks).or_else(|| place(PLACES, &field.field));
        sent.mend(here.unwrap_or("name"), field.message);
    }
    Ok(StatusCode::UNPROCESSABLE_ENTITY)
}

/// The account of an e-mail that is typed; the one that is there where nothing was changed.
async fn account(
    site: &Site,
    visitor: &Visitor,
    doctor: Option<&Doctor>,
    email: &str,
) -> Result<std::result::Result<Option<AccountId>, &'static str>> {
    if email.is_empty() {
        return Ok(Ok(None));
    }
    let before = doctor.and_then(|doctor| doctor.account.clone());
    if let Some(id) = &before
        && email_of(site, visitor, id).await == email
    {
        return Ok(Ok(before));
    }
    let ask = AccountSearch {
        q: Some(email.to_owned()),
        page: PageAsk { limit: 10, after: None },
        ..AccountSearch::default()
    };
    match site.auth.accounts(&visitor.cx, ask).await {
        Ok(found) => {
            let same = found.items.into_iter().find(|account| account.email.eq_ignore_ascii_case(email));
            Ok(same.map(|account| Some(account.id)).ok_or("doctor-no-account"))
        }
        Err(Error::Invalid(_) | Error::Forbidden(_)) => Ok(Err("doctor-no-account")),
        Err(other) => Err(other),
    }
}

/// The e-mail of an account, or nothing where one may not see it.
async fn email_of(site: &Site, visitor: &Visitor, id: &AccountId) -> String {
    site.auth.account(&visitor.cx, id).await.map(|account| account.email).unwrap_or_default()
}

async fn values(site: &Site, visitor: &Visitor, doctor: &Doctor) -> Result<Values> {
    let since = doctor.practising_since.map(|year| year.to_string());
    let email = match &doctor.account {
        Some(id) => email_of(site, visitor, id).await,
        None => String::new(),
    };
    let mut values = vec![
        ("version", doctor.version.to_string()),
        ("name", doctor.name.clone()),
        ("sex", doctor.sex.word().to_owned()),
        ("since", since.unwrap_or_default()),
        ("about_id", doctor.about.id.clone()),
        ("about_en", doctor.about.en.clone()),
        ("str_number", doctor.str_number.clone()),
        ("str_until", doctor.str_until.map(|until| until.to_string()).unwrap_or_default()),
        ("account", email),
        ("auto_accept", if doctor.auto_accept { "1".to_owned() } else { String::new() }),
    ];
    values.extend(doctor.specialities.iter().map(|field| ("specialities", field.id.to_string())));
    values.extend(doctor.languages.iter().map(|code| ("languages", code.clone())));
    values.extend(practices::values(visitor, doctor));
    Ok(values)
}

/// What is kept now, with practices under the numbers they have in the form that was sent; lists are not compared.
fn compared(values: Values, now: &Doctor, blocks: &[Block]) -> Values {
    let single = values
        .into_iter()
        .filter(|(id, _)| !matches!(*id, "specialities" | "languages" | "auto_accept") && !practices::is_part(id));
    single.chain(practices::compared(now, blocks)).collect()
}

fn form(sent: &Filling, blocks: &[Block], sex: Sex, account: Option<AccountId>) -> DoctorForm {
    let date = |name: &str| sent.has(name).then(|| sent.get(name).parse().unwrap_or(NEVER));
    DoctorForm {
        name: sent.text("name"),
        sex,
        specialities: sent.all("specialities").filter_map(|id| id.parse().ok()).collect(),
        practising_since: sent.has("since").then(|| sent.number("since", 0)),
        languages: sent.all("languages").map(ToOwned::to_owned).collect(),
        about: both(sent.get("about_id"), sent.get("about_en")),
        str_number: sent.text("str_number"),
        str_until: date("str_until"),
        practices: blocks.iter().map(|block| block.practice(sent)).collect(),
        auto_accept: sent.has("auto_accept"),
        account,
    }
}

async fn page(
    site: &Site,
    visitor: &Visitor,
    doctor: Option<&Doctor>,
    sent: &Filling,
    places: &[Facility],
) -> Result<AdminDoctorForm> {
    let (cx, locale) = (&visitor.cx, visitor.speech.locale);
    let (title, action) = match doctor {
        Some(doctor) => (doctor.name.clone(), format!("{DOCTORS}/{}", doctor.id)),
        None => (visitor.say("doctor-new"), format!("{DOCTORS}/new")),
    };
    let mut shell = masters::below(visitor, title, Here::Doctors, DOCTORS.to_owned(), "nav-doctors");
    shell.failing = sent.failing() || shell.failing;
    let mut fields = site.directory.specialities(cx).await?;
    fields.sort_by_key(|field| shown::said(&field.name, locale));
    let chosen = |name: &str, value: &str| sent.all(name).any(|given| given == value);
    let blocks = practices::blocks(site, visitor, doctor, sent).await?;
    let taken = |id: &FacilityId| blocks.iter().any(|block| block.facility.id == *id);
    let elsewhere = doctor.into_iter().flat_map(|doctor| &doctor.practices);
    let elsewhere = elsewhere.filter(|practice| !cx.serves(&practice.facility.to_string())).count();
    let manages = cx.may(Permission::DoctorManage);
    let whole = manages && elsewhere == 0;
    Ok(AdminDoctorForm {
        shell,
        portrait: doctor.map(shown::portrait_of).unwrap_or_default(),
        photo: doctor.filter(|_| manages).map(|doctor| photo::form_of(visitor, doctor)),
        public: doctor
            .filter(|doctor| doctor.state == DoctorState::Listed)
            .map(|doctor| format!("/dokter/{}", doctor.slug))
            .unwrap_or_default(),
        state: doctor.map(|doctor| state_key(doctor.state)),
        waits: doctor.is_some_and(|doctor| doctor.state == DoctorState::Waiting),
        retires: whole && doctor.is_some_and(|doctor| doctor.state == DoctorState::Listed),
        relists: whole && doctor.is_some_and(|doctor| doctor.state == DoctorState::Retired),
        kept_version: doctor.map(|doctor| doctor.version).unwrap_or_default(),
        edits: manages,
        action,
        version: sent.text("version"),
        mends: sent.mends.clone(),
        stale: sent.stale.clone(),
        name: sent.field("name"),
        sex: sent.field("sex"),
        specialities: fields
            .into_iter()
            .map(|field| Option_ {
                chosen: chosen("specialities", &field.id.to_string()),
                value: field.id.to_string(),
                label: shown::said(&field.name, locale),
            })
            .collect(),
        specialities_field: sent.field("specialities"),
        since: sent.field("since"),
        languages: doctor_profile::languages(visitor, &sent.all("languages").collect::<Vec<_>>()),
        languages_field: sent.field("languages"),
        about_id: sent.field("about_id"),
        about_en: sent.field("about_en"),
        auto_accept: sent.has("auto_accept"),
        str_number: sent.field("str_number"),
        str_until: sent.field("str_until"),
        account: sent.field("account"),
        more: places
            .iter()
            .filter(|place| !taken(&place.id))
            .map(|place| Option_ { value: place.id.to_string(), label: place.name.clone(), chosen: false })
            .collect(),
        place: sent.field("place"),
        practices: blocks.iter().map(|block| block.shown(visitor, sent)).collect(),
        elsewhere,
    })
}
