//! Booking: from an offer and a start to an appointment that nobody else can have. Judged by the same rule as the list
//! of free times, then guarded by the database in one transaction.

use std::sync::Arc;

use contracts::{
    Permission,
    audit::AuditEntry,
    directory::{Service, ServiceKind},
    scheduling::{Appointment, AppointmentBooked, AppointmentId, Book, SlotMoved, State},
};
use jiff::Timestamp;
use platform::{Actor, Cx, Error, Result, db::Tx, error::Problems};

use crate::{
    SchedulingContext,
    access::Side,
    appointment::{self, Row},
    availability::{self, AcceptedSlot, Audience, Purpose, Request},
    claim::{self, Span},
    code, copies,
    desk::{Desk, DeskKey},
    free, hold, idempotency, owner, policy,
};

/// How often a booking is judged anew when the rules change under it, or a booking code is taken already.
const TRIES: u8 = 4;
/// Longest complaint and reason.
const COMPLAINT_LENGTH: usize = 1_000;
const REASON_LENGTH: usize = 300;
/// Overbooked visits at the same time (R.L5).
const OVERBOOKED_SEATS: [i64; 2] = [-1, -2];

/// What became of a try.
enum Outcome {
    Booked(Box<Appointment>),
    /// The same request came before: this is its appointment.
    Again(AppointmentId),
    /// The rules changed between judging and writing.
    RulesChanged,
}

/// A booking judged and ready to be written.
struct Judged {
    id: AppointmentId,
    desk: Arc<Desk>,
    service: Service,
    slot: AcceptedSlot,
    seats: Vec<i64>,
    ask: Book,
    by_staff: bool,
    sealed: Option<Vec<u8>>,
    /// Idempotency key with the digest of the body.
    key: Option<(String, String)>,
}

impl SchedulingContext {
    pub(crate) async fn book_visit(&self, cx: &Cx, key: Option<String>, mut ask: Book) -> Result<Appointment> {
        let by_staff = self.who_books(cx, &ask).await?;
        let key = key.map(|key| Ok::<_, Error>((key, idempotency::digest(&ask)?))).transpose()?;
        check_form(&mut ask, by_staff)?;
        for _ in 0..TRIES {
            let judged = match self.judge(cx, &ask, by_staff, key.clone()).await {
                Ok(judged) => judged,
                Err(refusal) => return self.answer_again_or(cx, key, refusal).await,
            };
            let desk = judged.desk.clone();
            match self.write_booking(cx, judged).await {
                Ok(Outcome::Booked(appointment)) => return Ok(*appointment),
                Ok(Outcome::Again(id)) => return self.show_one(cx, &id).await,
                Ok(Outcome::RulesChanged) => self.desks.invalidate(&DeskKey::of(&ask.offer)),
                Err(Error::Db(fault)) if fault.is_unique() => {} // the booking code is taken: draw another
                Err(Error::Conflict(mut conflict)) => {
                    if conflict.alternatives.is_null() {
                        conflict.alternatives = self.alternatives(cx, &ask.offer, ask.starts_at).await;
                    }
                    metrics(&conflict.kind);
                    drop(desk);
                    return Err(Error::Conflict(conflict));
                }
                Err(other) => return Err(other),
            }
        }
        Err(Error::Unavailable("busy"))
    }

    /// Whether staff books on behalf (`true`) or the patient's own side does; else 401, 403 or 404.
    async fn who_books(&self, cx: &Cx, ask: &Book) -> Result<bool> {
        if cx.may(Permission::AppointmentOwn) {
            let cx_ = cx.clone();
            let patient = ask.patient.clone();
            let acts = self.db.read(async move |tx| crate::access::acts_for(&cx_, tx, &patient).await).await?;
            if acts || self.learn_patient(cx, &ask.patient).await? {
                return Ok(false);
            }
        }
        if cx.may(Permission::AppointmentManage) {
            if !cx.serves(&ask.offer.facility.to_string()) {
                return Err(Error::NotFound("facility"));
            }
            self.know_patient(cx, &ask.patient).await?;
            return Ok(true);
        }
        cx.require(Permission::AppointmentOwn)?;
        Err(Error::NotFound("patient"))
    }

    /// The rules' verdict on the time asked for.
    async fn judge(&self, cx: &Cx, ask: &Book, by_staff: bool, key: Option<(String, String)>) -> Result<Judged> {
        let now = cx.now();
        let desk = self.desk_kept(&ask.offer, now).await?;
        let service = desk.service(&ask.offer.service, ask.offer.mode).ok_or(Error::NotFound("service"))?.clone();
        let audience = if by_staff { Audience::Staff } else { Audience::Public };
        let wish = free::wish(&ask.offer.service, ask.offer.mode, audience, Purpose::Book);
        let request = Request { wish, starts_at: ask.starts_at };
        let overrides = by_staff && ask.override_reason.is_some();
        let (slot, seats) = if overrides {
            let mut plan = desk.plan.clone();
            plan.policy.horizon_days = None;
            plan.policy.daily_cap = None;
            let slot = availability::check(&plan, &request, &[], now).map_err(|refusal| refused(&refusal))?;
            let seats = seats(&slot).chain(OVERBOOKED_SEATS).collect();
            (slot, seats)
        } else {
            // What is taken is for the claims to decide, in the transaction.
            let mut plan = std::borrow::Cow::Borrowed(&desk.plan);
            if plan.policy.daily_cap.is_some() {
                plan.to_mut().policy.daily_cap = None;
            }
            let slot = availability::check(&plan, &request, &[], now).map_err(|refusal| refused(&refusal))?;
            let seats = seats(&slot).collect();
            (slot, seats)
        };
        let id: AppointmentId = cx.new_id();
        let sealed = match ask.complaint.as_str() {
            "" => None,
            complaint => Some(self.complaints.seal(cx, &ask.patient, &id, complaint).await?),
        };
        Ok(Judged { id, desk, service, slot, seats, ask: ask.clone(), by_staff, sealed, key })
    }

    async fn write_booking(&self, cx: &Cx, judged: Judged) -> Result<Outcome> {
        let cx = cx.clone();
        let watch = self.watch.clone();
        self.db
            .write(async move |tx| {
                let now = cx.now();
                if let Some((key, digest)) = &judged.key
                    && let Some(earlier) = idempotency::claim(&cx, tx, key, digest, &judged.id).await?
                {
                    return Ok(Outcome::Again(earlier));
                }
                if !owner::touch(tx, &judged.desk.owner, judged.desk.plan_number).await? {
                    // An error would be the same, but then the key would be lost with it: nothing is written yet.
                    return Err(Error::conflict(RULES_CHANGED));
                }
                claim_all(&cx, tx, &judged, now).await?;
                let row = insert(&cx, tx, &judged, now).await?;
                tx.publish(&cx, &AppointmentBooked { visit: row.visit() }).await?;
                let audit = AuditEntry::of(&cx, "scheduling", "appointment.book", &row.id.to_string())
                    .about(&row.patient.to_string())
                    .at_facility(&row.facility.to_string());
                tx.publish(&cx, &audit).await?;
                let moved = SlotMoved {
                    facility: row.facility.clone(),
                    doctor: row.doctor.clone(),
                    service: row.service.clone(),
                    starts_at: row.starts_at,
                    ends_at: row.ends_at,
                    free: false,
                };
                tx.after_commit(move || {
                    let _ = watch.send(moved); // nobody watches: fine
                });
                let side = if judged.by_staff { Side::Staff } else { Side::Patient };
                let mut shown = appointment::show(tx, row, side, now).await?.appointment;
                shown.complaint = (side == Side::Patient && !judged.ask.complaint.is_empty()).then_some(judged.ask.complaint);
                Ok(Outcome::Booked(Box::new(shown)))
            })
            .await
            .or_else(|error| if error.is_conflict(RULES_CHANGED) { Ok(Outcome::RulesChanged) } else { Err(error) })
    }

    /// A refusal, unless the same request was accepted before: then its answer.
    async fn answer_again_or(&self, cx: &Cx, key: Option<(String, String)>, refusal: Error) -> Result<Appointment> {
        if let Some((key, digest)) = key {
            let actor = cx.actor_text();
            let earlier = self.db.read(async move |tx| idempotency::earlier(tx, &actor, &key, &digest).await).await?;
            if let Some(id) = earlier {
                return self.show_one(cx, &id).await;
            }
        }
        Err(refusal)
    }
}

/// Rolls a try back and asks for another.
const RULES_CHANGED: &str = "rules-changed";

fn metrics(kind: &str) {
    tracing::debug!(kind, "booking refused");
}

fn seats(slot: &AcceptedSlot) -> impl Iterator<Item = i64> {
    slot.seats.iter().map(|seat| i64::from(*seat))
}

/// A refusal of the rules as a conflict that names the rule.
pub(crate) fn refused(refusal: &availability::Refusal) -> Error {
    let why = free::why_not(refusal);
    let mut error = Error::conflict("not-bookable").with("rule", &why.rule);
    for (name, value) in why.args {
        error = error.with(&name, value);
    }
    error
}

/// What a person types: the complaint, and staff's reason to go past a rule.
fn check_form(ask: &mut Book, by_staff: bool) -> Result<()> {
    let mut problems = Problems::default();
    let complaint = ask.complaint.trim();
    if !by_staff || !complaint.is_empty() {
        problems.check(complaint.chars().count() >= 3 || by_staff, "complaint", "complaint-too-short");
    }
    ask.complaint = problems.optional_text("complaint", Some(complaint), COMPLAINT_LENGTH).unwrap_or_default();
    problems.check(by_staff || ask.override_reason.is_none(), "override_reason", "staff-only");
    ask.override_reason = problems.optional_text("override_reason", ask.override_reason.as_deref(), REASON_LENGTH);
    problems.done()
}

/// Takes the time of the doctor or desk, of the patient, and one of the patient's consultations of the day; a
/// conflict names the first that cannot be had.
async fn claim_all(cx: &Cx, tx: &mut Tx, judged: &Judged, now: Timestamp) -> Result<()> {
    let Judged { id, desk, slot, ask, service, .. } = judged;
    let by = id.to_string();
    let patient = ask.patient.to_string();
    let span = Span { starts_at: slot.claim_starts_at, ends_at: slot.claim_ends_at };
    if let Some(cap) = desk.plan.policy.daily_cap
        && ask.override_reason.is_none()
    {
        within_cap(tx, desk, slot, cap).await?;
    }
    let had = match &ask.hold {
        Some(hold) => hold::take(tx, hold, ask, &by, now).await?,
        None => false,
    };
    if !had && !claim::claim_seat(tx, &desk.owner, &judged.seats, span, None, &by, now).await? {
        return Err(Error::conflict(if ask.hold.is_some() { "hold-expired" } else { "slot-taken" }));
    }
    let visit = Span { starts_at: slot.starts_at, ends_at: slot.ends_at };
    if !claim::claim_patient(tx, &patient, visit, &by).await? {
        return Err(Error::conflict("patient-overlap"));
    }
    let limit = desk.policy.daily_limit;
    if service.kind == ServiceKind::Consultation
        && limit > 0
        && !claim::claim_day(tx, &patient, desk.local_date(slot.starts_at), limit, &by).await?
    {
        return Err(Error::conflict("day-limit").with("limit", limit));
    }
    if !judged.by_staff && desk.policy.max_upcoming > 0 {
        within_upcoming(tx, cx, &patient, desk.policy.max_upcoming).await?;
    }
    Ok(())
}

/// Counts the owner's visits of the day behind the owner's lock (R.C3).
pub(crate) async fn within_cap(tx: &mut Tx, desk: &Desk, slot: &AcceptedSlot, cap: u16) -> Result<()> {
    const COUNT: &str = "select count(*) from appointment where owner = $1 and facility = $2 and local_date = $3 \
        and state <> 'cancelled' and state <> 'noshow'";
    let date = desk.local_date(slot.claim_starts_at);
    let count: Option<(i64,)> = tx.one(COUNT, &[&&*desk.owner, &desk.facility.id, &date]).await?;
    if count.is_some_and(|(count,)| count >= i64::from(cap)) {
        return Err(refused(&availability::Refusal::DayFull { cap }));
    }
    Ok(())
}

/// Counts the patient's coming visits behind a lock on the patient (R.L1, R.L3).
async fn within_upcoming(tx: &mut Tx, cx: &Cx, patient: &str, limit: u16) -> Result<()> {
    const LOCK: &str = "update patient set version = version where id = $1";
    const COUNT: &str = "select count(*) from patient_claim where patient = $1 and starts_at > $2";
    tx.exec(LOCK, &[&patient]).await?;
    let count: Option<(i64,)> = tx.one(COUNT, &[&patient, &cx.now()]).await?;
    if count.is_some_and(|(count,)| count > i64::from(limit)) {
        return Err(Error::conflict("too-many-upcoming").with("limit", limit));
    }
    Ok(())
}

async fn insert(cx: &Cx, tx: &mut Tx, judged: &Judged, now: Timestamp) -> Result<Row> {
    const INSERT: &str = "insert into appointment (id, code, facility, service, doctor, mode, kind, state, patient, \
        booked_by, starts_at, ends_at, zone, local_date, price, complaint, booked_at, answer_by, on_behalf, overbooked, \
        moves, cancelled_by, reason, owner, version) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, \
        $14, $15, $16, $17, $18, $19, $20, 0, null, $21, $22, 1)";
    let Judged { desk, slot, ask, service, .. } = judged;
    let waits = !judged.by_staff && desk.doctor.as_ref().is_some_and(|doctor| !doctor.auto_accept);
    let booked_by = match &cx.actor {
        Actor::Account { id, .. } => id.parse().ok(),
        Actor::Guest | Actor::System(_) => None,
    };
    let row = Row {
        id: judged.id.clone(),
        code: code::draw(&cx.entropy),
        facility: ask.offer.facility.clone(),
        service: ask.offer.service.clone(),
        doctor: ask.offer.doctor.clone(),
        mode: ask.offer.mode,
        kind: service.kind,
        state: if waits { State::Pending } else { State::Booked },
        patient: ask.patient.clone(),
        booked_by,
        starts_at: slot.starts_at,
        ends_at: slot.ends_at,
        zone: desk.facility.zone.clone(),
        local_date: desk.local_date(slot.starts_at),
        price: desk.price(service).amount,
        complaint: judged.sealed.clone(),
        booked_at: now,
        answer_by: waits.then(|| (now + policy::minutes(desk.policy.accept_within_minutes)).min(slot.starts_at)),
        on_behalf: judged.by_staff,
        overbooked: ask.override_reason.is_some(),
        moves: 0,
        cancelled_by: None,
        reason: ask.override_reason.clone(),
        owner: desk.owner.to_string(),
        version: 1,
    };
    tx.exec(
        INSERT,
        &[
            &row.id,
            &row.code,
            &row.facility,
            &row.service,
            &row.doctor,
            &row.mode,
            &row.kind,
            &row.state,
            &row.patient,
            &row.booked_by,
            &row.starts_at,
            &row.ends_at,
            &row.zone,
            &row.local_date,
            &row.price,
            &row.complaint,
            &row.booked_at,
            &row.answer_by,
            &row.on_behalf,
            &row.overbooked,
            &row.reason,
            &row.owner,
        ],
    )
    .await?;
    Ok(row)
}

impl SchedulingContext {
    /// Knows the patient's name for staff's bookings, asking people where the news has not come yet.
    async fn know_patient(&self, cx: &Cx, patient: &contracts::people::PatientId) -> Result<()> {
        let id = patient.clone();
        let known = self.db.read(async move |tx| copies::patient(tx, &id).await).await?.is_some();
        if known || self.fetch_patient(cx, patient).await? { Ok(()) } else { Err(Error::NotFound("patient")) }
    }

    /// Whether the asker may act for a patient of whom the news has not come yet: a person who signed up a moment ago.
    async fn learn_patient(&self, cx: &Cx, patient: &contracts::people::PatientId) -> Result<bool> {
        if !self.fetch_patient(cx, patient).await? {
            return Ok(false);
        }
        let (cx, patient) = (cx.clone(), patient.clone());
        self.db.read(async move |tx| crate::access::acts_for(&cx, tx, &patient).await).await
    }

    /// Asks people for a patient and keeps the answer; an event that is newer wins over it.
    async fn fetch_patient(&self, cx: &Cx, patient: &contracts::people::PatientId) -> Result<bool> {
        let system = Cx { request_id: cx.request_id.clone(), ..Cx::system("scheduling", cx.clock.clone(), cx.entropy.clone()) };
        match self.people.patient_profile(&system, patient).await {
            Ok(profile) => {
                self.db.write(async move |tx| copies::keep_patient(tx, &profile).await).await?;
                Ok(true)
            }
            Err(Error::NotFound(_)) => Ok(false),
            Err(other) => Err(other),
        }
    }
}
