//! Booking in three steps: a time is kept, then for whom and why, then certainty before the commit. Every answer stays
//! when something is refused, and every post may come twice.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use contracts::{
    directory::{Doctor, Facility, Mode, Service},
    people::{PatientCard, PatientType, Relation},
    scheduling::{AskHold, Book, FreeTimesAsk, Hold, HoldId, Policy},
};
use jiff::Timestamp;
use platform::{
    Error, Money, Result,
    http::{Form, Params, PathId},
};
use serde::Deserialize;

use super::{
    Site,
    draft::Draft,
    family, go,
    offers::{self, Choice, Offered, word_of},
    picker, shown,
    visitor::Visitor,
};
use crate::{
    format,
    view::{
        self, Area, Back, BookingCheck, BookingData, Fee, Field, Here, Holding, Line, Lost, Mend, Patient, Term, Tone,
        Visit,
    },
};

/// Least and most letters of a complaint.
const COMPLAINT: (u32, u32) = (3, 1_000);

/// Keeps the time chosen in the form of a picker at this path and goes on; or back there, where it cannot be had.
pub(super) async fn keep_time(
    site: &Site,
    visitor: &Visitor,
    offered: &[Offered],
    choice: &Choice,
    path: &str,
) -> Result<Response> {
    let chosen = choice.among(offered).ok_or(Error::NotFound("service"))?;
    let Some(starts_at) = choice.start() else {
        return visitor.go_and_tell(site, &choice.on(path, None), visitor.say("picker-choose"));
    };
    match site.scheduling.hold(&visitor.cx, AskHold { offer: chosen.offer(), starts_at }).await {
        Ok(hold) => {
            let next = format!("/pesan/{}/data", hold.id);
            let mut draft = Draft::of(hold);
            draft.patient = family::meant(site, visitor);
            let mut answer = draft.keep_and_go(site, visitor, &next)?;
            if family::meant(site, visitor).is_some() {
                family::forget_meant(site, &mut answer)?;
            }
            Ok(answer)
        }
        Err(error) if error.is_conflict("slot-taken") => Ok(go(&choice.on(path, Some(starts_at)))),
        Err(error @ (Error::Conflict(_) | Error::RateLimited(_))) => {
            visitor.go_and_tell(site, &choice.on(path, None), visitor.words_of(&error))
        }
        Err(other) => Err(other),
    }
}

/// `GET /pesan/{hold}`: the step that is next.
pub(super) async fn entry(State(site): State<Site>, visitor: Visitor, PathId(id): PathId<HoldId>) -> Result<Response> {
    visitor.cx.account()?;
    let draft = draft(&site, &visitor, &id).await?;
    Ok(go(&next_step(&visitor, &draft)))
}

fn next_step(visitor: &Visitor, draft: &Draft) -> String {
    match &draft.booked {
        Some(code) => format!("/janji/{code}/selesai"),
        None if to_mend(visitor, draft).is_empty() => format!("/pesan/{}/periksa", draft.hold.id),
        None => format!("/pesan/{}/data", draft.hold.id),
    }
}

/// The answers so far. A hold whose answers are somebody else's, or that nobody knows, is not found.
async fn draft(site: &Site, visitor: &Visitor, id: &HoldId) -> Result<Draft> {
    let account = visitor.cx.account()?;
    match Draft::kept(site, visitor, id) {
        Some(draft) if draft.account.as_deref().is_none_or(|owner| owner == account) => Ok(draft),
        Some(_) => Err(Error::NotFound("hold")),
        None => match site.scheduling.held(&visitor.cx, id).await {
            Ok(hold) => Ok(Draft::of(hold)),
            Err(Error::Conflict(_)) => Err(Error::NotFound("hold")),
            Err(other) => Err(other),
        },
    }
}

/// How a kept time stands.
enum Standing {
    /// It is kept.
    Kept,
    /// It is kept no more, but free.
    Free,
    /// It went to somebody else; the nearest free ones.
    Gone(Vec<Timestamp>),
}

async fn standing(site: &Site, visitor: &Visitor, hold: &Hold) -> Result<Standing> {
    match site.scheduling.held(&visitor.cx, &hold.id).await {
        Ok(_) => return Ok(Standing::Kept),
        Err(Error::Conflict(_) | Error::NotFound(_)) => {}
        Err(other) => return Err(other),
    }
    let day = shown::at(hold.starts_at, &hold.zone).date();
    let ask = FreeTimesAsk { offer: hold.offer.clone(), from: Some(day), days: Some(1), taken: false };
    let times = offers::known(site.scheduling.free_times(&visitor.cx, ask).await)?;
    let free = times.is_some_and(|times| {
        times.days.iter().flat_map(|day| &day.times).any(|time| time.free && time.at == hold.starts_at)
    });
    if free {
        return Ok(Standing::Free);
    }
    offers::nearest(site, &visitor.cx, &hold.offer, hold.starts_at, &hold.zone).await.map(Standing::Gone)
}

/// What stands behind an offer.
struct Behind {
    facility: Facility,
    service: Service,
    doctor: Option<Doctor>,
}

async fn behind(site: &Site, visitor: &Visitor, hold: &Hold) -> Result<Behind> {
    let cx = &visitor.cx;
    Ok(Behind {
        facility: site.directory.facility(cx, &hold.offer.facility.to_string()).await?,
        service: site.directory.service(cx, &hold.offer.service).await?,
        doctor: match &hold.offer.doctor {
            Some(id) => Some(site.directory.doctor(cx, &id.to_string()).await?),
            None => None,
        },
    })
}

impl Behind {
    /// The page of the times, at this one.
    fn times(&self, hold: &Hold) -> String {
        let day = shown::at(hold.starts_at, &hold.zone).date();
        let query = format!(
            "faskes={}&layanan={}&cara={}&tgl={day}",
            self.facility.id,
            self.service.id,
            word_of(hold.offer.mode)
        );
        match &self.doctor {
            Some(doctor) => format!("/dokter/{}?{query}", doctor.slug),
            None => format!("/layanan/{}?{query}", self.service.id),
        }
    }

    fn visit(&self, visitor: &Visitor, hold: &Hold) -> Visit {
        let locale = visitor.speech.locale;
        let service = shown::said(&self.service.name, locale);
        let (with, portrait) = match &self.doctor {
            Some(doctor) => (doctor.name.clone(), shown::portrait_of(doctor)),
            None => (service.clone(), shown::picture_of_service()),
        };
        let address = format!("{}, {}", self.facility.address, self.facility.regency_name);
        Visit {
            href: String::new(),
            code: String::new(),
            with,
            portrait,
            speciality: if self.doctor.is_some() {
                service
            } else {
                visitor.say(super::service::kind_key(self.service.kind))
            },
            video: hold.offer.mode == Mode::Online,
            place: self.facility.name.clone(),
            map: shown::map(&self.facility.name, &address),
            address,
            when: shown::when(hold.starts_at, hold.ends_at, &hold.zone, locale),
            patient: String::new(),
            fee: shown::money(&hold.price, locale),
            chip: view::State::Held.into(),
            movable: false,
            cancellable: false,
            local: String::new(),
        }
    }
}

fn holding(visitor: &Visitor, hold: &Hold, standing: &Standing) -> Holding {
    let until = shown::at(hold.expires_at, &hold.zone);
    let seconds = hold.expires_at.duration_since(visitor.cx.now()).as_secs().max(0);
    let made = hold.id.to_string();
    Holding {
        until_iso: format::rfc3339(&until),
        until: format::time(&until, visitor.speech.locale),
        seconds: if matches!(standing, Standing::Kept) { seconds as u32 } else { 0 },
        // Holds are kept five minutes unless the facility says otherwise; the ring never shows more than all of it.
        whole: 300.max(seconds as u32),
        expired: (!matches!(standing, Standing::Kept)).then(|| format!("/pesan/{made}/simpan-lagi")),
        free: matches!(standing, Standing::Free),
    }
}

fn lost(visitor: &Visitor, hold: &Hold, standing: &Standing) -> Option<Lost> {
    let Standing::Gone(nearest) = standing else { return None };
    Some(Lost {
        time: format::clock(&shown::at(hold.starts_at, &hold.zone), visitor.speech.locale),
        nearest: nearest.iter().map(|at| picker::near(*at, &hold.zone, true, visitor)).collect(),
    })
}

/// The form of step 2.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Answers {
    patient: String,
    complaint: String,
}

/// For whom it is meant, of the address: whoever was added to the family on the way.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct For {
    untuk: String,
}

/// `GET /pesan/{hold}/data`
pub(super) async fn data(
    State(site): State<Site>,
    visitor: Visitor,
    PathId(id): PathId<HoldId>,
    Params(meant): Params<For>,
) -> Result<Response> {
    visitor.cx.account()?;
    let mut draft = draft(&site, &visitor, &id).await?;
    if let Ok(member) = meant.untuk.parse() {
        draft.patient = Some(member);
    }
    if draft.booked.is_some() {
        return Ok(go(&next_step(&visitor, &draft)));
    }
    if site.people.my_patients(&visitor.cx).await?.is_empty() {
        return Ok(go(&format!("/akun/profil?next=/pesan/{id}/data")));
    }
    let mends = visitor.refusal.as_ref().map(|refusal| refusal.mends(&["patient", "complaint"])).unwrap_or_default();
    visitor.page(&data_page(&site, &visitor, &draft, mends).await?)
}

async fn data_page(site: &Site, visitor: &Visitor, draft: &Draft, mends: Vec<Mend>) -> Result<BookingData> {
    let family = site.people.my_patients(&visitor.cx).await?;
    let standing = standing(site, visitor, &draft.hold).await?;
    let behind = behind(site, visitor, &draft.hold).await?;
    let id = &draft.hold.id;
    let mut shell = visitor.shell("data-title", Area::Patient, Here::Search);
    shell.back = Some(Back { href: behind.times(&draft.hold), label: "back-doctor" });
    shell.step = 2;
    Ok(BookingData {
        shell,
        action: format!("/pesan/{id}/data"),
        hold: holding(visitor, &draft.hold, &standing),
        lost: lost(visitor, &draft.hold, &standing),
        visit: behind.visit(visitor, &draft.hold),
        patients: patients(visitor, &family, draft),
        add_member: format!("/pesan/{id}/keluarga"),
        times: behind.times(&draft.hold),
        complaint: Field {
            value: draft.complaint.clone(),
            error: mends.iter().find(|mend| mend.field == "complaint").map(|mend| mend.text.clone()),
        },
        complaint_bounds: COMPLAINT,
        prepare: shown::said(&behind.service.preparation, visitor.speech.locale),
        mends,
    })
}

fn patients(visitor: &Visitor, family: &[PatientCard], draft: &Draft) -> Vec<Patient> {
    let own = |card: &&PatientCard| card.relation == Some(Relation::Own);
    let usual = family.iter().find(own).or(family.first()).map(|card| &card.id);
    let meant = draft.patient.as_ref().filter(|meant| family.iter().any(|card| card.id == **meant));
    let chosen = meant.or(usual);
    let today = shown::at(visitor.cx.now(), &draft.hold.zone).date();
    let patient = |card: &PatientCard| {
        let age = visitor.say_with("age", &[("n", &shown::years(card.birth_date, today).to_string())]);
        let mine = own(&card);
        Patient {
            value: card.id.to_string(),
            name: if mine { visitor.say("myself") } else { card.name.clone() },
            portrait: shown::portrait_of_patient(Some(card.sex), &card.id.to_string()),
            line: if mine { format!("{}, {age}", card.name) } else { shown::family_line(card, visitor) },
            bpjs: card.patient_type == PatientType::Bpjs,
            chosen: Some(&card.id) == chosen,
        }
    };
    family.iter().map(patient).collect()
}

/// `POST /pesan/{hold}/data`: keeps the answers, however the hold stands.
pub(super) async fn keep(
    State(site): State<Site>,
    visitor: Visitor,
    PathId(id): PathId<HoldId>,
    Form(answers): Form<Answers>,
) -> Result<Response> {
    visitor.cx.account()?;
    let mut draft = draft(&site, &visitor, &id).await?;
    if draft.booked.is_some() {
        return Ok(go(&next_step(&visitor, &draft)));
    }
    answer(&site, &visitor, &mut draft, &answers).await?;
    let mends = to_mend(&visitor, &draft);
    let mut on = if mends.is_empty() {
        go(&format!("/pesan/{id}/periksa"))
    } else {
        visitor.go_and_mend(&site, &format!("/pesan/{id}/data"), &mends)?
    };
    if draft.keep(&site, &visitor, &mut on)? {
        return Ok(on);
    }
    // Longer by far than a complaint may be: shown at once, for the browser cannot keep it.
    let mut page = data_page(&site, &visitor, &draft, mends).await?;
    page.shell.failing = true;
    visitor.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// `POST /pesan/{hold}/keluarga`: keeps the answers so far, and goes on to add somebody to the family.
pub(super) async fn add_member(
    State(site): State<Site>,
    visitor: Visitor,
    PathId(id): PathId<HoldId>,
    Form(answers): Form<Answers>,
) -> Result<Response> {
    visitor.cx.account()?;
    let mut draft = draft(&site, &visitor, &id).await?;
    answer(&site, &visitor, &mut draft, &answers).await?;
    let mut on = go(&format!("/keluarga/tambah?next=/pesan/{id}/data"));
    // Where somebody typed more than a browser keeps, the way goes on without it.
    draft.keep(&site, &visitor, &mut on)?;
    Ok(on)
}

/// Takes the answers over into the draft, as typed.
async fn answer(site: &Site, visitor: &Visitor, draft: &mut Draft, answers: &Answers) -> Result<()> {
    let family = site.people.my_patients(&visitor.cx).await?;
    draft.patient = family.iter().find(|card| card.id.to_string() == answers.patient).map(|card| card.id.clone());
    draft.complaint = answers.complaint.trim().replace("\r\n", "\n");
    draft.account = Some(visitor.cx.account()?.to_owned());
    Ok(())
}

/// What is still missing or wrong in the answers.
fn to_mend(visitor: &Visitor, draft: &Draft) -> Vec<Mend> {
    let letters = draft.complaint.chars().count() as u32;
    let mut mends = Vec::new();
    if draft.patient.is_none() {
        mends.push(Mend { field: "patient", text: visitor.say("data-who-needed") });
    }
    if letters < COMPLAINT.0 || letters > COMPLAINT.1 {
        let (least, most) = (COMPLAINT.0.to_string(), COMPLAINT.1.to_string());
        let text = visitor.say_with("data-complaint-bounds", &[("least", &least), ("most", &most)]);
        mends.push(Mend { field: "complaint", text });
    }
    mends
}

/// `GET /pesan/{hold}/periksa`
pub(super) async fn check(State(site): State<Site>, visitor: Visitor, PathId(id): PathId<HoldId>) -> Result<Response> {
    visitor.cx.account()?;
    let draft = draft(&site, &visitor, &id).await?;
    let next = next_step(&visitor, &draft);
    if next != format!("/pesan/{id}/periksa") {
        return Ok(go(&next));
    }
    visitor.page(&check_page(&site, &visitor, &draft).await?)
}

async fn check_page(site: &Site, visitor: &Visitor, draft: &Draft) -> Result<BookingCheck> {
    let standing = standing(site, visitor, &draft.hold).await?;
    let locale = visitor.speech.locale;
    let behind = behind(site, visitor, &draft.hold).await?;
    let family = site.people.my_patients(&visitor.cx).await?;
    let policy = site.scheduling.policy(&visitor.cx, &behind.facility.id).await?;
    let id = &draft.hold.id;
    let change = format!("/pesan/{id}/data");
    let mut shell = visitor.shell("check-title", Area::Patient, Here::Search);
    shell.back = Some(Back { href: change.clone(), label: "back-data" });
    shell.step = 3;
    // Told with the page's own words below, or by what the page shows of the lost time.
    let refused = shell.flash.take_if(|flash| flash.tone == Tone::Danger).map(|flash| flash.text);
    let mut lines = Vec::new();
    let mut insured = false;
    if let Some(card) = family.iter().find(|card| Some(&card.id) == draft.patient.as_ref()) {
        let name = format!("{} ({})", card.name, shown::family_line(card, visitor));
        lines.push(Line { label: "sum-patient", value: name, change: change.clone() });
        insured = card.patient_type == PatientType::Bpjs;
        let kind = if insured { "kind-bpjs" } else { "kind-general" };
        lines.push(Line { label: "sum-coverage", value: visitor.say(kind), change: String::new() });
    }
    let minutes = behind.service.duration_minutes.to_string();
    let fee = shown::money(&draft.hold.price, locale);
    let label =
        format!("{}, {}", shown::said(&behind.service.name, locale), visitor.say_with("minutes", &[("n", &minutes)]));
    let asks = behind.doctor.as_ref().is_some_and(|doctor| !doctor.auto_accept);
    let answered = visitor.cx.now() + minutes_of(policy.accept_within_minutes);
    Ok(BookingCheck {
        shell,
        action: format!("/pesan/{id}"),
        hold: holding(visitor, &draft.hold, &standing),
        lost: lost(visitor, &draft.hold, &standing),
        times: behind.times(&draft.hold),
        visit: behind.visit(visitor, &draft.hold),
        lines,
        complaint: draft.complaint.clone(),
        change,
        fees: vec![Fee { label, amount: fee.clone() }],
        total: fee,
        terms: terms(visitor, &draft.hold, &policy),
        no_bpjs: insured && !behind.facility.bpjs,
        decided_by: if asks {
            instant(visitor, answered.min(draft.hold.starts_at), &draft.hold.zone)
        } else {
            String::new()
        },
        idempotency_key: id.to_string(),
        refused: refused.filter(|_| matches!(standing, Standing::Kept)),
    })
}

/// So many minutes.
pub(super) fn minutes_of(minutes: u32) -> jiff::SignedDuration {
    jiff::SignedDuration::from_mins(i64::from(minutes))
}

/// A point in time in the facility's zone.
pub(super) fn instant(visitor: &Visitor, at: Timestamp, zone: &str) -> String {
    format::when(&shown::at(at, zone), visitor.speech.locale)
}

/// What moving, cancelling and not coming means for a visit at this time.
fn terms(visitor: &Visitor, hold: &Hold, policy: &Policy) -> Vec<Term> {
    let mut terms = Vec::new();
    let mut term = |icon, text| terms.push(Term { icon, text });
    let before = |minutes: u32| hold.starts_at - minutes_of(minutes);
    let coming = |at: &Timestamp| *at > visitor.cx.now();
    let told = |at: Timestamp| instant(visitor, at, &hold.zone);
    let fee = Money { amount: policy.late_fee, ..hold.price.clone() };
    let fee = shown::money(&fee, visitor.speech.locale);
    let last = before(policy.cancel_notice_minutes);
    let free = before(policy.free_change_minutes.max(policy.cancel_notice_minutes));
    if coming(&free) {
        term("shield", visitor.say_with("cancel-free", &[("until", &told(free))]));
    }
    if policy.late_fee > 0 && free < last && coming(&last) {
        term("wallet", visitor.say_with("term-late-fee", &[("fee", &fee), ("until", &told(last))]));
    }
    if !coming(&last) {
        term("phone", visitor.say("term-too-late"));
    }
    let moving = before(policy.move_notice_minutes);
    if policy.max_moves > 0 && coming(&moving) {
        let times = policy.max_moves.to_string();
        term("swap", visitor.say_with("term-moves", &[("n", &times), ("until", &told(moving))]));
    }
    term("clock", visitor.say_with("term-no-show", &[("n", &policy.no_show_grace_minutes.to_string())]));
    terms
}

/// `POST /pesan/{hold}`: books. Pressing twice, going back and reloading lead to the same appointment.
pub(super) async fn book(State(site): State<Site>, visitor: Visitor, PathId(id): PathId<HoldId>) -> Result<Response> {
    visitor.cx.account()?;
    let mut draft = draft(&site, &visitor, &id).await?;
    let (None, Some(patient)) = (&draft.booked, &draft.patient) else { return Ok(go(&next_step(&visitor, &draft))) };
    let ask = Book {
        offer: draft.hold.offer.clone(),
        starts_at: draft.hold.starts_at,
        patient: patient.clone(),
        complaint: draft.complaint.clone(),
        hold: Some(id.clone()),
        override_reason: None,
    };
    match site.scheduling.book(&visitor.cx, Some(id.to_string()), ask).await {
        Ok(appointment) => {
            let next = format!("/janji/{}/selesai", appointment.code);
            draft.booked = Some(appointment.code);
            draft.complaint = String::new();
            draft.keep_and_go(&site, &visitor, &next)
        }
        Err(error @ Error::Invalid(_)) => {
            let problem = visitor.told(&error);
            let mends: Vec<Mend> =
                problem.errors.into_iter().map(|field| Mend { field: "complaint", text: field.message }).collect();
            visitor.go_and_mend(&site, &format!("/pesan/{id}/data"), &mends)
        }
        Err(error @ (Error::Conflict(_) | Error::NotFound(_) | Error::Forbidden(_))) => {
            visitor.go_and_tell(&site, &format!("/pesan/{id}/periksa"), visitor.words_of(&error))
        }
        Err(other) => Err(other),
    }
}

/// The form that asks for a time again; with the answers where it stands among them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Again {
    take: String,
    patient: Option<String>,
    complaint: Option<String>,
}

/// `POST /pesan/{hold}/simpan-lagi`: keeps the same time again, or one of the nearest; the answers go along.
pub(super) async fn again(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(wish): Form<Again>,
) -> Result<Response> {
    visitor.cx.account()?;
    let id: HoldId = id.parse().map_err(|_| Error::NotFound("hold"))?;
    let mut draft = draft(&site, &visitor, &id).await?;
    if draft.booked.is_some() {
        return Ok(go(&next_step(&visitor, &draft)));
    }
    if let Some(complaint) = wish.complaint {
        let answers = Answers { patient: wish.patient.unwrap_or_default(), complaint };
        answer(&site, &visitor, &mut draft, &answers).await?;
    }
    let starts_at = wish.take.parse().unwrap_or(draft.hold.starts_at);
    match site.scheduling.hold(&visitor.cx, AskHold { offer: draft.hold.offer.clone(), starts_at }).await {
        Ok(hold) => {
            let renewed = Draft { hold, ..draft };
            renewed.keep_and_go(&site, &visitor, &next_step(&visitor, &renewed))
        }
        Err(error) if error.is_conflict("slot-taken") => {
            let to = next_step(&visitor, &draft);
            draft.keep_and_go(&site, &visitor, &to)
        }
        Err(error @ (Error::Conflict(_) | Error::RateLimited(_))) => {
            let mut back = visitor.go_and_tell(&site, &next_step(&visitor, &draft), visitor.words_of(&error))?;
            draft.keep(&site, &visitor, &mut back)?;
            Ok(back)
        }
        Err(other) => Err(other),
    }
}
