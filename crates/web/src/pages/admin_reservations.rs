//! Appointments of the facilities (C9): filters that stand in the address, what can be done with one row and with many.

use axum::{
    extract::{Path, State},
    response::Response,
};
use contracts::{
    Permission,
    directory::{DoctorId, DoctorSearch, Facility, FacilityId, Mode},
    people::{PatientCard, PatientId, PatientSearch},
    scheduling::{Appointment, AppointmentSearch, Change, DayCount, Deed, State as Stage},
};
use jiff::{SignedDuration, ToSpan as _, civil::Date};
use platform::{
    Error, Result,
    db::PageAsk,
    http::{Form, Params},
};
use serde::{Deserialize, Serialize};

use super::{Site, admin, admin_views, appointment, encoded, go, sealed::Place, search, shown, visitor::Visitor};
use crate::{
    format,
    view::{
        Area, Back, Here, Line, Option_, Pager, PatientFound, Reservation, ReservationPage, Reservations, RowAct, Tab,
        Told,
    },
};

/// Rows on a page, and rows done with at once.
const ROWS: u32 = 40;
/// People shown for a name.
const PEOPLE: u32 = 20;
/// Doctors to choose from at most.
const DOCTORS: u32 = 50;
/// The list as a table to take along.
const EXPORT: &str = "/admin/reservations/export";
/// The page.
pub(super) const PATH: &str = "/admin/reservations";

/// The query of the page. Names of people never stand in it: they are sought by a form and found by an id.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    pub tgl: String,
    pub faskes: String,
    pub dokter: String,
    pub status: String,
    pub pasien: String,
    pub kode: String,
    pub pilih: String,
    pub sesudah: String,
}

impl Wish {
    /// The address of this list with these parts changed; pages and choices start anew.
    fn but(&self, change: impl FnOnce(&mut Self)) -> String {
        let mut other = Self { sesudah: String::new(), pilih: String::new(), ..self.clone() };
        change(&mut other);
        other.address()
    }

    pub fn address(&self) -> String {
        let parts = [
            ("tgl", &self.tgl),
            ("faskes", &self.faskes),
            ("dokter", &self.dokter),
            ("status", &self.status),
            ("pasien", &self.pasien),
            ("kode", &self.kode),
            ("pilih", &self.pilih),
            ("sesudah", &self.sesudah),
        ];
        let given = parts.iter().filter(|(_, value)| !value.is_empty());
        let query: Vec<String> = given.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        if query.is_empty() { PATH.to_owned() } else { format!("{PATH}?{}", query.join("&")) }
    }

    /// One patient or one code: then on any day.
    pub fn is_of_one(&self) -> bool {
        !self.pasien.is_empty() || !self.kode.is_empty()
    }
}

/// The states to choose from: the word in the address, its text key.
const STATES: [(Stage, &str); 7] = [
    (Stage::Pending, "state-requested"),
    (Stage::Booked, "state-confirmed"),
    (Stage::Arrived, "state-arrived"),
    (Stage::InProgress, "state-in-progress"),
    (Stage::Fulfilled, "state-completed"),
    (Stage::NoShow, "state-no-show"),
    (Stage::Cancelled, "state-cancelled"),
];

/// Whether a word is one of those states.
pub(super) fn is_state(word: &str) -> bool {
    STATES.iter().any(|(state, _)| state.word() == word)
}

/// What can be done with a press: the deed, its word in forms, icon and text key, and what is said when it is done.
const DEEDS: [(Deed, RowAct, &str); 5] = [
    (Deed::Accept, RowAct { word: "accept", icon: "check", label: "accept" }, "flash-accepted"),
    (Deed::Arrive, RowAct { word: "arrived", icon: "door", label: "mark-arrived" }, "flash-arrived"),
    (Deed::NoShow, RowAct { word: "no-show", icon: "x", label: "mark-no-show" }, "flash-no-show"),
    (Deed::Reject, RowAct { word: "reject", icon: "x", label: "reject" }, "flash-rejected"),
    (Deed::Cancel, RowAct { word: "cancel", icon: "x", label: "cancel-appointment" }, "flash-cancelled"),
];

/// `GET /admin/reservations`
pub(super) async fn show(State(site): State<Site>, visitor: Visitor, Params(wish): Params<Wish>) -> Result<Response> {
    let page = fill(&site, &visitor, &wish, None).await?;
    if visitor.wants("list") {
        return visitor.page(&page.as_list());
    }
    let told = !page.told.is_empty();
    let mut answer = visitor.page(&page)?;
    if told {
        outcomes().forget(site.https, &mut answer)?;
    }
    Ok(answer)
}

/// `GET` where only forms are sent: the list.
pub(super) async fn back(visitor: Visitor) -> Result<Response> {
    visitor.cx.require(Permission::AppointmentRead)?;
    Ok(go(PATH))
}

/// The filters as the verb takes them, and what they were read with.
pub(super) struct Asked {
    pub search: AppointmentSearch,
    /// The day; `None` where days are not limited.
    pub day: Option<Date>,
    today: Date,
    places: Vec<Facility>,
}

/// Reads the filters. Days are those of the facility chosen, else of the first one served.
pub(super) async fn asked(site: &Site, visitor: &Visitor, wish: &Wish) -> Result<Asked> {
    let cx = &visitor.cx;
    cx.require(Permission::AppointmentRead)?;
    let places = admin::served(site, visitor).await?;
    let facility = wish.faskes.parse::<FacilityId>().ok();
    let zone = facility.as_ref().and_then(|id| places.iter().find(|place| place.id == *id)).or(places.first());
    let today = shown::at(cx.now(), zone.map_or(shown::HOUSE_ZONE, |place| place.zone.as_str())).date();
    let day = (!wish.is_of_one()).then(|| admin_views::day_of(&wish.tgl, today));
    let state = STATES.iter().find(|(state, _)| state.word() == wish.status).map(|(state, _)| *state);
    let search = AppointmentSearch {
        mine: Some(false),
        state,
        patient: wish.pasien.parse::<PatientId>().ok(),
        doctor: wish.dokter.parse::<DoctorId>().ok(),
        facility,
        from: day,
        until: day,
        code: Some(wish.kode.clone()).filter(|code| !code.is_empty()),
        page: PageAsk { limit: ROWS, after: search::cursor(&wish.sesudah) },
        ..AppointmentSearch::default()
    };
    Ok(Asked { search, day, today, places })
}

async fn fill(site: &Site, visitor: &Visitor, wish: &Wish, found: Option<Vec<PatientCard>>) -> Result<Reservations> {
    let cx = &visitor.cx;
    let Asked { search: ask, day, today, places } = asked(site, visitor, wish).await?;
    let (facility, state) = (ask.facility.clone(), ask.state);
    let kept = admin_views::query_of(wish, today);
    let counted = day.filter(|_| ask.doctor.is_none());
    let (visits, counts, doctors, views) = tokio::try_join!(
        site.scheduling.appointments(cx, ask),
        async {
            match counted {
                Some(day) => site.scheduling.counts(cx, facility.clone(), day, day).await.map(Some),
                None => Ok(None),
            }
        },
        doctors(site, visitor, &places, facility.as_ref(), &wish.dokter),
        async { Ok(admin_views::kept(site, visitor, kept.as_deref()).await) },
    )?;
    let several = places.len() != 1 && facility.is_none();
    let rows: Vec<Reservation> =
        visits.items.iter().map(|visit| row(visitor, visit, several, wish.pilih == "semua")).collect();
    let may = |deed| visits.items.iter().any(|visit| visit.may.contains(&deed));
    let told: Vec<Told> =
        outcomes().read::<Outcomes>(site, cx, &visitor.cookies).map(Outcomes::told).unwrap_or_default();
    let locale = visitor.speech.locale;
    let only = wish.is_of_one().then(|| {
        let name = visits.items.first().map(|visit| visit.patient_name.clone()).filter(|_| !wish.pasien.is_empty());
        let label = name.unwrap_or_else(|| {
            if wish.kode.is_empty() { visitor.say("res-one-patient") } else { shown::code(&wish.kode) }
        });
        (label, wish.but(|other| (other.pasien, other.kode) = (String::new(), String::new())))
    });
    let on = |date: Date| wish.but(|other| other.tgl = if date == today { String::new() } else { date.to_string() });
    Ok(Reservations {
        shell: visitor.shell("nav-reservations", Area::Admin, Here::Reservations),
        day: day.map(|day| format::day_long(day, locale)).unwrap_or_default(),
        date: day.map(|day| day.to_string()).unwrap_or_default(),
        days: day.map(|day| {
            let now = if day == today { String::new() } else { on(today) };
            (on(day.saturating_sub(1.day())), now, on(day.saturating_add(1.day())))
        }),
        tabs: tabs(wish, counts.as_deref()),
        state: state.map(|state| state.word().to_owned()).unwrap_or_default(),
        facilities: if places.len() > 1 { choices(&places, &wish.faskes) } else { Vec::new() },
        doctors,
        only,
        found: found.map(|cards| {
            let href = |card: &PatientCard| format!("{PATH}?pasien={}", encoded(&card.id.to_string()));
            cards.iter().map(|card| person(visitor, card, href(card))).collect()
        }),
        told,
        all: if rows.len() > 1 && wish.pilih.is_empty() {
            Wish { pilih: "semua".to_owned(), ..wish.clone() }.address()
        } else {
            String::new()
        },
        views,
        kept,
        export: wish.but(|_| ()).replacen(PATH, EXPORT, 1),
        back: Wish { pilih: String::new(), ..wish.clone() }.address(),
        books: cx.may(Permission::AppointmentManage) && cx.may(Permission::PatientRead),
        deeds: DEEDS[..3].iter().filter(|(deed, ..)| may(*deed)).map(|(_, act, _)| *act).collect(),
        cancels: may(Deed::Cancel),
        rejects: may(Deed::Reject),
        pager: Pager {
            previous: (!wish.sesudah.is_empty()).then(|| wish.but(|_| ())),
            next: visits.next.map(|cursor| wish.but(|other| cursor.as_str().clone_into(&mut other.sesudah))),
            ..Pager::default()
        },
        rows,
    })
}

/// By state, with how many there are of each.
fn tabs(wish: &Wish, counts: Option<&[DayCount]>) -> Vec<Tab> {
    let count = |of: Option<Stage>| {
        let counts = counts?.iter().filter(|count| of.is_none_or(|state| count.state == state));
        Some(counts.map(|count| count.count.max(0).cast_unsigned()).sum::<u64>())
    };
    let all = Tab {
        href: wish.but(|other| other.status.clear()),
        label: "res-all",
        count: count(None),
        chosen: !STATES.iter().any(|(state, _)| state.word() == wish.status),
    };
    let of = |&(state, label): &(Stage, &'static str)| Tab {
        href: wish.but(|other| state.word().clone_into(&mut other.status)),
        label,
        count: count(Some(state)),
        chosen: state.word() == wish.status,
    };
    std::iter::once(all).chain(STATES.iter().map(of)).collect()
}

fn choices(places: &[Facility], chosen: &str) -> Vec<Option_> {
    let option = |place: &Facility| Option_ {
        value: place.id.to_string(),
        label: place.name.clone(),
        chosen: place.id.to_string() == chosen,
    };
    places.iter().map(option).collect()
}

/// Doctors of the facility chosen, or of the only one.
async fn doctors(
    site: &Site,
    visitor: &Visitor,
    places: &[Facility],
    facility: Option<&FacilityId>,
    chosen: &str,
) -> Result<Vec<Option_>> {
    let Some(facility) = facility.or(places.first().filter(|_| places.len() == 1).map(|place| &place.id)) else {
        return Ok(Vec::new());
    };
    let ask = DoctorSearch {
        facility: Some(facility.clone()),
        page: PageAsk { limit: DOCTORS, after: None },
        ..DoctorSearch::default()
    };
    let found = site.directory.search_doctors(&visitor.cx, ask).await?.items;
    let mut doctors: Vec<Option_> = found
        .into_iter()
        .map(|card| Option_ { chosen: card.id.to_string() == chosen, value: card.id.to_string(), label: card.name })
        .collect();
    doctors.sort_by(|a, b| a.label.cmp(&b.label));
    doctors.dedup_by(|a, b| a.value == b.value);
    Ok(doctors)
}

/// Somebody in a list of people.
pub(super) fn person(visitor: &Visitor, card: &PatientCard, href: String) -> PatientFound {
    let today = shown::at(visitor.cx.now(), shown::HOUSE_ZONE).date();
    let age = visitor.say_with("age", &[("n", &shown::years(card.birth_date, today).to_string())]);
    PatientFound {
        href,
        name: card.name.clone(),
        born: format!("{} · {age}", format::date(card.birth_date, visitor.speech.locale)),
        portrait: shown::portrait_of_patient(Some(card.sex), &card.id.to_string()),
    }
}

/// An appointment as a row.
pub(super) fn row(visitor: &Visitor, visit: &Appointment, several: bool, chosen: bool) -> Reservation {
    let locale = visitor.speech.locale;
    let mut marks = Vec::new();
    if visit.on_behalf {
        marks.push("res-on-behalf");
    }
    if visit.overbooked {
        marks.push("res-overbooked");
    }
    Reservation {
        href: format!("{PATH}/{}", visit.code),
        value: format!("{}.{}", visit.code, visit.version),
        chosen,
        when: shown::when(visit.starts_at, visit.ends_at, &visit.zone, locale),
        video: visit.offer.mode == Mode::Online,
        patient: visit.patient_name.clone(),
        code: shown::code(&visit.code),
        doctor: visit.doctor_name.clone().unwrap_or_default(),
        service: shown::said(&visit.service_name, locale),
        place: if several { visit.facility_name.clone() } else { String::new() },
        fee: shown::money(&visit.price, locale),
        chip: shown::chip(visit, visitor),
        marks,
        next: DEEDS[..3].iter().filter(|(deed, ..)| visit.may.contains(deed)).map(|(_, act, _)| *act).collect(),
    }
}

/// The form that seeks a person or a code.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sought {
    q: String,
}

/// `POST /admin/reservations/find`: a code leads to its appointment, a name to the people who have it.
pub(super) async fn find(State(site): State<Site>, visitor: Visitor, Form(sought): Form<Sought>) -> Result<Response> {
    visitor.cx.require(Permission::AppointmentRead)?;
    let q: String = sought.q.trim().chars().take(100).collect();
    if q.is_empty() {
        return Ok(go(PATH));
    }
    let code: String = q.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_uppercase();
    if (6..=10).contains(&code.len()) && !q.contains(' ') {
        match site.scheduling.appointment(&visitor.cx, &code).await {
            Ok(visit) => return Ok(go(&format!("{PATH}/{}", visit.code))),
            Err(Error::NotFound(_) | Error::Invalid(_)) => {}
            Err(other) => return Err(other),
        }
    }
    if !visitor.cx.may(Permission::PatientRead) {
        return visitor.go_and_tell(&site, PATH, visitor.say("res-find-none"));
    }
    let ask = PatientSearch { q: Some(q), page: PageAsk { limit: PEOPLE, after: None } };
    match site.people.patients(&visitor.cx, ask).await {
        Ok(people) if people.items.len() == 1 => {
            Ok(go(&format!("{PATH}?pasien={}", encoded(&people.items[0].id.to_string()))))
        }
        Ok(people) => visitor.page(&fill(&site, &visitor, &Wish::default(), Some(people.items)).await?),
        Err(error @ Error::Invalid(_)) => visitor.go_and_tell(&site, PATH, visitor.words_of(&error)),
        Err(other) => Err(other),
    }
}

/// What came of a deed on many rows, on its way to the next page: each text once.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Outcomes {
    texts: Vec<(bool, String)>,
    rows: Vec<(String, usize)>,
}

impl Outcomes {
    fn add(&mut self, code: &str, done: bool, text: String) {
        let known = self.texts.iter().position(|(_, known)| *known == text);
        let text = known.unwrap_or_else(|| {
            self.texts.push((done, text));
            self.texts.len() - 1
        });
        self.rows.push((code.to_owned(), text));
    }

    fn told(self) -> Vec<Told> {
        let Self { texts, rows } = self;
        let line = |(code, text): (String, usize)| {
            let (done, text) = texts.get(text)?.clone();
            Some(Told { code: shown::code(&code), done, text })
        };
        rows.into_iter().filter_map(line).collect()
    }
}

fn outcomes() -> Place {
    Place::new("outcomes", PATH, SignedDuration::from_mins(2))
}

/// `POST /admin/reservations/do`: one deed on the chosen rows, each with an outcome of its own.
pub(super) async fn act(
    State(site): State<Site>,
    visitor: Visitor,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response> {
    visitor.cx.account()?;
    let field = |name: &str| fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim());
    // Only our own list is gone back to.
    let to = Some(field("back")).filter(|back| back.strip_prefix(PATH).is_some_and(is_below)).unwrap_or(PATH);
    let Some((deed, _, done)) = DEEDS.iter().find(|(_, act, _)| act.word == field("deed")) else {
        return visitor.go_and_tell(&site, to, visitor.say("res-choose-deed"));
    };
    let chosen: Vec<(String, i64)> = fields
        .iter()
        .filter(|(name, _)| name == "visit")
        .filter_map(|(_, value)| value.split_once('.'))
        .filter_map(|(code, version)| Some((code.to_owned(), version.parse().ok()?)))
        .take(ROWS as usize)
        .collect();
    if chosen.is_empty() {
        return visitor.go_and_tell(&site, to, visitor.say("res-choose-rows"));
    }
    let reason = Some(field("reason").to_owned()).filter(|reason| !reason.is_empty());
    let mut came = Outcomes::default();
    for (code, version) in chosen {
        match one_deed(&site, &visitor, &code, version, *deed, reason.clone()).await {
            Ok(()) => came.add(&code, true, visitor.say(done)),
            Err(Error::Unauthenticated(why)) => return Err(Error::Unauthenticated(why)),
            Err(error) => came.add(&code, false, visitor.words_of(&error)),
        }
    }
    let mut answer = go(to);
    outcomes().keep(&site, &visitor.cx, &came, &mut answer)?;
    Ok(answer)
}

fn is_below(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('?') || (rest.starts_with('/') && !rest.contains(".."))
}

async fn one_deed(
    site: &Site,
    visitor: &Visitor,
    code: &str,
    version: i64,
    deed: Deed,
    reason: Option<String>,
) -> Result<()> {
    let visit = site.scheduling.appointment(&visitor.cx, code).await?;
    site.scheduling.change(&visitor.cx, &visit.id, version, Change { deed, reason }).await.map(drop)
}

/// `GET /admin/reservations/{code}`
pub(super) async fn one(State(site): State<Site>, visitor: Visitor, Path(code): Path<String>) -> Result<Response> {
    let cx = &visitor.cx;
    cx.require(Permission::AppointmentRead)?;
    let visit = site.scheduling.appointment(cx, &code).await?;
    let history = site.scheduling.history(cx, &visit.id).await?;
    let locale = visitor.speech.locale;
    let line = |label, value: String| Line { label, value, change: String::new() };
    let mode = if visit.offer.mode == Mode::Online { "mode-video" } else { "mode-clinic" };
    let born = visit.patient_birth_date.map(|born| {
        let age = shown::years(born, visit.local_date).to_string();
        format!("{} · {}", format::date(born, locale), visitor.say_with("age", &[("n", &age)]))
    });
    let mut lines = vec![line("res-born", born.unwrap_or_default())];
    lines.push(line("sum-doctor", visit.doctor_name.clone().unwrap_or_default()));
    lines.push(line("sum-service", shown::said(&visit.service_name, locale)));
    lines.push(line("sum-mode", visitor.say(mode)));
    lines.push(line("sum-place", visit.facility_name.clone()));
    lines.push(line("sum-fee", shown::money(&visit.price, locale)));
    lines.retain(|line| !line.value.is_empty());
    let mut shell = visitor.shell("appointment-title", Area::Admin, Here::Reservations);
    let day = format!("{PATH}?tgl={}", visit.local_date);
    shell.back = Some(Back { href: day, label: "nav-reservations" });
    let may = |deed| visit.may.contains(&deed);
    let told = outcomes().read::<Outcomes>(&site, cx, &visitor.cookies).map(Outcomes::told).unwrap_or_default();
    let forget = !told.is_empty();
    let page = ReservationPage {
        shell,
        row: row(&visitor, &visit, true, true),
        portrait: shown::portrait_of_patient(visit.patient_sex, &visit.patient.to_string()),
        lines,
        reason: visit.reason.clone().map(|reason| appointment::reason_words(&visitor, &reason)).unwrap_or_default(),
        happenings: appointment::happenings(&visitor, &visit, &history),
        moves: if may(Deed::Move) { format!("{PATH}/{}/move", visit.code) } else { String::new() },
        cancels: may(Deed::Cancel),
        rejects: may(Deed::Reject),
        again: if cx.may(Permission::AppointmentManage) && cx.may(Permission::PatientRead) {
            format!("/admin/book/{}", visit.patient)
        } else {
            String::new()
        },
        told,
    };
    let mut answer = visitor.page(&page)?;
    if forget {
        outcomes().forget(site.https, &mut answer)?;
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::{Outcomes, Wish, is_below};

    #[test]
    fn an_address_keeps_the_filters_and_begins_pages_anew() {
        let wish = Wish { tgl: "2026-11-24".into(), status: "booked".into(), sesudah: "x".into(), ..Wish::default() };
        assert_eq!(
            wish.but(|other| other.status = "pending".into()),
            "/admin/reservations?tgl=2026-11-24&status=pending"
        );
        assert_eq!(Wish::default().address(), "/admin/reservations");
    }

    #[test]
    fn only_our_own_list_is_gone_back_to() {
        assert!(is_below("") && is_below("?tgl=2026-11-24") && is_below("/K7M4P2Q"));
        assert!(!is_below(".evil.example") && !is_below("/../../keluar") && !is_below("@evil.example"));
    }

    #[test]
    fn every_row_has_one_outcome_and_a_text_is_kept_once() {
        let mut came = Outcomes::default();
        came.add("AAAAAAA", true, "done".into());
        came.add("BBBBBBB", false, "no".into());
        came.add("CCCCCCC", true, "done".into());
        assert_eq!(came.texts.len(), 2);
        let told: Vec<(String, bool)> = came.told().into_iter().map(|told| (told.code, told.done)).collect();
        assert_eq!(told, [("AAA-AAAA".into(), true), ("BBB-BBBB".into(), false), ("CCC-CCCC".into(), true)]);
    }
}
