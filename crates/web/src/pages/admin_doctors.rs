//! Doctors for those who take them on: the list in every state, retiring and listing again (B2, A3).

use axum::{
    extract::{Path, State},
    response::Response,
};
use contracts::{
    Permission,
    directory::{Doctor, DoctorId, DoctorRecords, DoctorState, FacilityId},
};
use jiff::{ToSpan as _, civil::Date};
use platform::{Error, Result, db::PageAsk, http::Params};
use serde::Deserialize;

use super::{
    Site, admin,
    admin_form::Filling,
    admin_masters::{self as masters, DOCTORS},
    encoded, search, shown,
    visitor::Visitor,
};
use crate::{
    format,
    view::{AdminDoctors, Area, DoctorRecord, Here, Option_, Pager},
};

/// Doctors on a page.
const ROWS: u32 = 30;
/// Days before a paper runs out from which on it is said.
const SOON: i64 = 90;
/// Waiting doctors that are counted.
const COUNTED: u32 = 100;

/// The query of the list. Doctors' names are public, so that they may stand in an address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    q: String,
    faskes: String,
    bidang: String,
    status: String,
    sesudah: String,
}

impl Wish {
    fn on(&self, after: &str) -> String {
        let parts = [
            ("q", self.q.trim()),
            ("faskes", &self.faskes),
            ("bidang", &self.bidang),
            ("status", &self.status),
            ("sesudah", after),
        ];
        let given = parts.iter().filter(|(_, value)| !value.is_empty());
        let query: Vec<String> = given.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        if query.is_empty() { DOCTORS.to_owned() } else { format!("{DOCTORS}?{}", query.join("&")) }
    }
}

/// Text key and chip of a doctor's state.
pub(super) fn state_key(state: DoctorState) -> (&'static str, &'static str) {
    match state {
        DoctorState::Waiting => ("doctor-waiting", "chip--wait"),
        DoctorState::Listed => ("doctor-listed", "chip--ok"),
        DoctorState::Refused => ("doctor-refused", "chip--danger"),
        DoctorState::Retired => ("doctor-retired", "chip--mute"),
    }
}

/// `GET /admin/doctors`
pub(super) async fn list(State(site): State<Site>, visitor: Visitor, Params(wish): Params<Wish>) -> Result<Response> {
    let (cx, locale) = (&visitor.cx, visitor.speech.locale);
    let q: String = wish.q.trim().chars().take(100).collect();
    let ask = DoctorRecords {
        q: Some(q.clone()).filter(|q| !q.is_empty()),
        facility: wish.faskes.parse().ok(),
        speciality: wish.bidang.parse().ok(),
        state: wish.status.parse().ok(),
        page: PageAsk { limit: ROWS, after: search::cursor(&wish.sesudah) },
    };
    let found = site.directory.doctor_records(cx, ask).await?;
    let places = admin::served(&site, &visitor).await?;
    let name_of = |id: &FacilityId| places.iter().find(|place| place.id == *id).map(|place| place.name.clone());
    let option = |value: String, label: String, chosen: &str| Option_ { chosen: value == chosen, value, label };
    let mut fields = site.directory.specialities(cx).await?;
    fields.sort_by_key(|field| shown::said(&field.name, locale));
    let mut rows = Vec::with_capacity(found.items.len());
    for doctor in &found.items {
        let mut names = Vec::new();
        for practice in &doctor.practices {
            match name_of(&practice.facility) {
                Some(name) => names.push(name),
                None => names.extend(
                    super::offers::known(site.directory.facility(cx, &practice.facility.to_string()).await)?
                        .map(|place| place.name),
                ),
            }
        }
        rows.push(row(&visitor, doctor, &names));
    }
    let waiting = if cx.may(Permission::DoctorApprove) {
        site.directory.waiting_doctors(cx, PageAsk { limit: COUNTED, after: None }).await?.items.len()
    } else {
        0
    };
    let page = AdminDoctors {
        shell: visitor.shell("nav-doctors", Area::Admin, Here::Doctors),
        tabs: masters::tabs(cx, DOCTORS),
        facilities: places.iter().map(|p| option(p.id.to_string(), p.name.clone(), &wish.faskes)).collect(),
        specialities: fields
            .iter()
            .map(|field| option(field.id.to_string(), shown::said(&field.name, locale), &wish.bidang))
            .collect(),
        states: DoctorState::ALL
            .iter()
            .map(|state| option(state.word().to_owned(), visitor.say(state_key(*state).0), &wish.status))
            .collect(),
        rows,
        waiting,
        adds: cx.may(Permission::DoctorManage),
        pager: Pager {
            previous: (!wish.sesudah.is_empty()).then(|| wish.on("")),
            next: found.next.as_ref().map(|cursor| wish.on(cursor.as_str())),
            ..Pager::default()
        },
        q,
    };
    if visitor.wants("list") { visitor.page(&page.as_list()) } else { visitor.page(&page) }
}

fn row(visitor: &Visitor, doctor: &Doctor, places: &[String]) -> DoctorRecord {
    let locale = visitor.speech.locale;
    let today = shown::at(visitor.cx.now(), shown::HOUSE_ZONE).date();
    let fields: Vec<String> = doctor.specialities.iter().map(|field| shown::said(&field.name, locale)).collect();
    let (state, class) = state_key(doctor.state);
    let (papers, papers_class) = papers(visitor, doctor, today);
    DoctorRecord {
        href: format!("{DOCTORS}/{}", doctor.id),
        name: doctor.name.clone(),
        portrait: shown::portrait_of(doctor),
        speciality: fields.join(", "),
        places: places.join(", "),
        papers,
        papers_class,
        state,
        class,
    }
}

/// The paper that runs out first, and how serious that is.
fn papers(visitor: &Visitor, doctor: &Doctor, today: Date) -> (String, &'static str) {
    let mine = doctor.practices.iter().filter(|practice| visitor.cx.serves(&practice.facility.to_string()));
    let sips = mine.map(|practice| ("SIP", practice.sip_until));
    let Some((paper, until)) = doctor.str_until.map(|until| ("STR", until)).into_iter().chain(sips).min_by_key(|p| p.1)
    else {
        return (visitor.say("str-for-life"), "");
    };
    let date = format::date(until, visitor.speech.locale);
    let (key, class) = if until < today {
        ("paper-expired", "bad")
    } else if until <= today.saturating_add(SOON.days()) {
        ("paper-soon", "adm-soon")
    } else {
        ("paper-until", "")
    };
    (visitor.say_with(key, &[("paper", paper), ("date", &date)]), class)
}

/// `POST /admin/doctors/{id}/{retire|relist}`: appointments stay as they are (R.V5).
pub(super) async fn set_listed(
    State(site): State<Site>,
    visitor: Visitor,
    Path((id, what)): Path<(String, String)>,
    sent: Filling,
) -> Result<Response> {
    let id: DoctorId = id.parse().map_err(|_| Error::NotFound("doctor"))?;
    let version = sent.version();
    let to = format!("{DOCTORS}/{id}");
    let (done, notice) = match what.as_str() {
        "retire" => (site.directory.retire_doctor(&visitor.cx, &id, version).await, "flash-adm-retired"),
        "relist" => (site.directory.relist_doctor(&visitor.cx, &id, version).await, "flash-adm-relisted"),
        _ => return Err(Error::NotFound("path")),
    };
    match done {
        Ok(_) => visitor.go_and_say(&to, notice),
        // Pressed twice: it is so already.
        Err(error) if error.is_conflict("doctor-not-listed") || error.is_conflict("doctor-not-retired") => {
            visitor.go_and_say(&to, notice)
        }
        Err(error @ Error::Stale) => visitor.go_and_tell(&site, &to, visitor.words_of(&error)),
        Err(other) => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use super::Wish;

    #[test]
    fn the_filters_stand_in_the_address() {
        let wish = Wish { q: " siti ".into(), status: "waiting".into(), ..Wish::default() };
        assert_eq!(wish.on("x"), "/admin/doctors?q=siti&status=waiting&sesudah=x");
        assert_eq!(Wish::default().on(""), "/admin/doctors");
    }
}
