//! Booking: from an offer and a start to an appointment that nobody else can have. Judged by the same rule as the list
//! of free times, then guarded by the database in one transaction.
//!
//! The transaction goes through what it locks in one order, as every other does that claims time: the key, the patient,
//! the owner of the time, the claims, the appointment.

use contracts::{
    Permission,
    audit::AuditEntry,
    directory::ServiceKind,
    people::PatientId,
    scheduling::{Appointment, AppointmentBooked, AppointmentId, Book, State},
};
use jiff::Timestamp;
use platform::{
    Actor, Cx, Error, Money, Result,
    db::{Step, Tx},
    error::Problems,
    telemetry,
};

use crate::{
    SchedulingContext,
    access::Side,
    appointment::{self, Row},
    availability::{Audience, Busy, Purpose, Refusal},
    change, claim, code,
    copies::{self, Patient},
    desk::DeskKey,
    hold::{self, Standing},
    idempotency, owner, policy,
    verdict::{self, Terms, Verdict},
};

/// How often a booking is judged anew when the rules change under it, or a booking code is taken already.
const TRIES: u8 = 4;
/// Longest complaint and reason.
const COMPLAINT_LENGTH: usize = 1_000;
const REASON_LENGTH: usize = 300;
/// Rolls a try back and asks for another: the rules changed between judging and writing.
pub const RULES_CHANGED: &str = "rules-changed";
/// Rolls a try back: the patient is not known here, or not one that the asker may act for.
const NOT_THEIRS: &str = "not-theirs";

/// What became of a try.
enum Outcome {
    Booked(Box<Appointment>),
    /// The same request came before: this is its appointment.
    Again(AppointmentId),
}

/// A booking judged and ready to be written.
struct Judged {
    id: AppointmentId,
    verdict: Verdict,
    ask: Book,
    by_staff: bool,
    /// The complaint.
    sealed: Option<Vec<u8>>,
    /// Why it goes past a rule.
    reason: Option<Vec<u8>>,
    /// The hold that keeps just this time.
    held: Option<Standing>,
    /// The booking code, drawn before anybody waits.
    code: String,
    /// Idempotency key with the digest of the body.
    key: Option<(String, String)>,
}

impl SchedulingContext {
    pub(crate) async fn book_visit(&self, cx: &Cx, key: Option<String>, mut ask: Book) -> Result<Appointment> {
        let by_staff = self.who_books(cx, &ask).await?;
        let key = key.map(|key| Ok::<_, Error>((key, idempotency::digest(&self.bodies, &ask)?))).transpose()?;
        check_form(&mut ask, by_staff)?;
        let mut asked_people = false;
        for _ in 0..TRIES {
            let judged = match self.judge(cx, &ask, by_staff, key.clone()).await {
                Ok(judged) => judged,
                Err(refusal) => return self.answer_again_or(cx, key, &ask, refusal).await,
            };
            match self.write_booking(cx, judged).await {
                Ok(Outcome::Booked(appointment)) => {
                    telemetry::count("bookings_total", "mode", appointment.offer.mode.word());
                    return Ok(*appointment);
                }
                Ok(Outcome::Again(id)) => return self.show_by(cx, &id.to_string()).await,
                Err(error) if error.is_conflict(RULES_CHANGED) => self.desks.invalidate(&DeskKey::of(&ask.offer)),
                Err(error) if error.is_conflict(NOT_THEIRS) => {
                    // Somebody who signed up a moment ago, of whom the news has not come yet?
                    if std::mem::replace(&mut asked_people, true) || !self.fetch_patient(cx, &ask.patient).await? {
                        return Err(Error::NotFound("patient"));
                    }
                }
                Err(error) if error.is_unique() => {} // the booking code is taken: draw another
                Err(error) => return Err(self.with_alternatives(cx, &ask.offer, ask.starts_at, error).await),
            }
        }
        Err(Error::Unavailable("busy"))
    }

    /// Whether staff books on behalf (`true`) or the patient's own side does; else 401, 403 or 404. That the patient is
    /// theirs is asked in the booking's transaction; here only where the asker could be on either side.
    async fn who_books(&self, cx: &Cx, ask: &Book) -> Result<bool> {
        if !cx.may(Permission::AppointmentManage) {
            cx.require(Permission::AppointmentOwn)?;
            return Ok(false);
        }
        if cx.may(Permission::AppointmentOwn) {
            let (cx, patient) = (cx.clone(), ask.patient.clone());
            if self.db.read(async move |tx| crate::access::acts_for(&cx, tx, &patient).await).await? {
                return Ok(false);
            }
        }
        if cx.serves(&ask.offer.facility.to_string()) { Ok(true) } else { Err(Error::NotFound("facility")) }
    }

    /// The rules' verdict on the time asked for. Who holds it is judged by the moment it was held.
    async fn judge(&self, cx: &Cx, ask: &Book, by_staff: bool, key: Option<(String, String)>) -> Result<Judged> {
        let now = cx.now();
        let held = match &ask.hold {
            Some(id) => self.standing_hold(cx, id, now).await?,
            None => None,
        };
        let held = held.filter(|held| held.hold.offer == ask.offer && held.hold.starts_at == ask.starts_at);
        let judged_at = held.as_ref().map_or(now, |held| held.held_at);
        let terms = Terms {
            audience: if by_staff { Audience::Staff } else { Audience::Public },
            purpose: Purpose::Book,
            overriding: ask.override_reason.is_some(),
        };
        let verdict = self.verdict(&ask.offer, ask.starts_at, terms, judged_at, now).await?;
        let id: AppointmentId = cx.new_id();
        let sealed = match ask.complaint.as_str() {
            "" => None,
            complaint => Some(self.complaints.seal(cx, &ask.patient, &id, complaint).await?),
        };
        let reason = self.complaints.seal_reason(cx, &ask.patient, &id, ask.override_reason.as_deref()).await?;
        let code = code::draw(&cx.entropy);
        Ok(Judged { id, verdict, ask: ask.clone(), by_staff, sealed, reason, held, code, key })
    }

    async fn write_booking(&self, cx: &Cx, judged: Judged) -> Result<Outcome> {
        let (cx_, watch) = (cx.clone(), self.watch.clone());
        let written = self.db.write(async move |tx| write(&cx_, tx, judged, watch).await).await?;
        Ok(match written {
            Written::Anew(booked) => Outcome::Booked(Box::new(booked.shown(cx))),
            Written::Before(earlier) => Outcome::Again(earlier),
        })
    }

    /// A refusal, unless the same request was accepted before: then its answer.
    async fn answer_again_or(
        &self,
        cx: &Cx,
        key: Option<(String, String)>,
        ask: &Book,
        refusal: Error,
    ) -> Result<Appointment> {
        if let Some((key, digest)) = key {
            let actor = cx.actor_text();
            let earlier = self.db.read(async move |tx| idempotency::earlier(tx, &actor, &key, &digest).await).await?;
            if let Some(id) = earlier {
                return self.show_by(cx, &id.to_string()).await;
            }
        }
        Err(self.with_alternatives(cx, &ask.offer, ask.starts_at, refusal).await)
    }

    /// Asks people for a patient and keeps the answer; an event that is newer wins over it.
    async fn fetch_patient(&self, cx: &Cx, patient: &PatientId) -> Result<bool> {
        let system =
            Cx { request_id: cx.request_id.clone(), ..Cx::system("scheduling", cx.clock.clone(), cx.entropy.clone()) };
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

/// What a person types: the complaint, and staff's reason to go past a rule.
fn check_form(ask: &mut Book, by_staff: bool) -> Result<()> {
    let mut problems = Problems::default();
    let complaint = ask.complaint.trim();
    problems.check(by_staff || complaint.chars().count() >= 3, "complaint", "complaint-too-short");
    ask.complaint = problems.optional_text("complaint", Some(complaint), COMPLAINT_LENGTH).unwrap_or_default();
    problems.check(by_staff || ask.override_reason.is_none(), "override_reason", "staff-only");
    ask.override_reason = problems.optional_text("override_reason", ask.override_reason.as_deref(), REASON_LENGTH);
    problems.done()
}

/// What the transaction came to.
enum Written {
    Anew(Box<Booked>),
    /// The same request came before.
    Before(AppointmentId),
}

/// A booking as it was written, and by what it was judged.
struct Booked {
    row: Row,
    patient: Patient,
    judged: Judged,
}

impl Booked {
    /// As the asker sees it. Made after the commit, for the transaction keeps others waiting.
    fn shown(self, cx: &Cx) -> Appointment {
        let Self { row, patient, judged } = self;
        let Judged { verdict, ask, by_staff, .. } = judged;
        let side = if by_staff { Side::Staff } else { Side::Patient };
        let known = appointment::Known::at_desk(&verdict.desk, &verdict.service, Some(patient));
        let mut shown = appointment::shown(cx, row, side, &known).appointment;
        shown.complaint = (side == Side::Patient && !ask.complaint.is_empty()).then_some(ask.complaint);
        shown.reason = ask.override_reason;
        shown
    }
}

/// The booking's transaction. What needs no answer of another statement is sent together with it.
async fn write(cx: &Cx, tx: &mut Tx, judged: Judged, watch: crate::moves::Moves) -> Result<Written> {
    let now = cx.now();
    if let Some((key, digest)) = &judged.key
        && let Some(earlier) = idempotency::claim(cx, tx, key, digest, &judged.id).await?
    {
        return Ok(Written::Before(earlier));
    }
    let (patient, busy) = lock(cx, tx, &judged).await?;
    let mut row = row(cx, &judged, now);
    if judged.held.is_some() || judged.verdict.is_overriding() {
        row.overbooked = claim_in_turn(tx, &judged, &busy, now).await?;
        let steps = recording(cx, tx, &row)?;
        tx.exec_each(&steps).await?;
    } else {
        claim_and_record(cx, tx, &judged, &row, &busy, now).await.map_err(|e| lost(e, &judged.ask))?;
    }
    let moved = change::slot_moved(&row, row.starts_at, row.ends_at, false);
    tx.after_commit(move || {
        let _ = watch.send(moved); // nobody watches: fine
    });
    Ok(Written::Anew(Box::new(Booked { row, patient, judged })))
}

/// Locks the patient, who must be one that the asker may book for, then the owner of the time, whose rules must still be
/// those it was judged by; answers what is taken behind these locks.
async fn lock(cx: &Cx, tx: &mut Tx, judged: &Judged) -> Result<(Patient, Vec<Busy>)> {
    let Judged { verdict, ask, .. } = judged;
    let desk = &verdict.desk;
    let account = match &cx.actor {
        Actor::Account { id, .. } => Some(&**id),
        Actor::Guest | Actor::System(_) => None,
    };
    let steps = [
        copies::locking(tx.engine(), &ask.patient, account),
        owner::touching(&desk.owner, desk.plan_number),
        claim::taken(&desk.owner, verdict.counted()?),
    ];
    let (patients, touched, taken) = tx.all_three::<copies::Locked, (i64,), claim::Taken>(&steps).await?;
    let patient = match patients.into_iter().next().map(copies::as_locked) {
        Some((patient, acts)) if acts || judged.by_staff => patient,
        _ => return Err(Error::conflict(NOT_THEIRS)),
    };
    if touched.is_empty() {
        return Err(Error::conflict(RULES_CHANGED));
    }
    Ok((patient, claim::as_seen_by(&desk.facility.id, taken)))
}

/// Takes the first seat, the patient's time and the first of the patient's consultations of the day, and writes the
/// appointment, all sent together; what could not be had is tried again by itself. A conflict names the first that cannot
/// be had, and rolls everything back.
async fn claim_and_record(
    cx: &Cx,
    tx: &mut Tx,
    judged: &Judged,
    row: &Row,
    busy: &[Busy],
    now: Timestamp,
) -> Result<()> {
    let Judged { verdict, ask, .. } = judged;
    let by = row.id.to_string();
    let seats = verdict.seats_beside(busy, now).map_err(|refusal| refusal_of(&refusal))?;
    let (most, limit) = limits(judged);
    let claim = verdict.claim(&by, None);
    let mut steps = vec![claim::of_patient(&ask.patient, verdict.visit(), &by, most, now)];
    steps.extend(seats.first().map(|seat| claim::seat(&claim, *seat)));
    steps.extend((limit > 0).then(|| claim::of_day(&ask.patient, verdict.local_date(), 1, &by)));
    let claims = steps.len();
    steps.extend(recording(cx, tx, row)?);
    let had = tx.exec_each(&steps).await?;
    let seated = !seats.is_empty() && had[1] == 1;
    if !seated && !claim::claim_seat(tx, &claim, &seats, now).await? {
        return Err(Error::conflict("slot-taken"));
    }
    if had[0] == 0 {
        return Err(claim::patient_is_taken(tx, &ask.patient, most, now).await?);
    }
    if limit > 0 && had[claims - 1] == 0 {
        claim::claim_day(tx, &ask.patient, verdict.local_date(), limit, &by).await?;
    }
    Ok(())
}

/// The same claims one after the other, where the time is held already or a rule is gone past. Answers whether the time
/// had to be overbooked.
async fn claim_in_turn(tx: &mut Tx, judged: &Judged, busy: &[Busy], now: Timestamp) -> Result<bool> {
    let Judged { id, verdict, ask, .. } = judged;
    let by = id.to_string();
    let overbooked = match &judged.held {
        Some(held) if hold::take(tx, &held.hold.id, &verdict.claim(&by, None), now).await? => Ok(false),
        // The hold was let go: what is taken is less than was read.
        Some(_) => verdict.take(tx, &by, None, now).await,
        None => verdict.take_beside(tx, busy, &by, None, now).await,
    };
    let overbooked = overbooked.map_err(|e| lost(e, ask))?;
    let (most, limit) = limits(judged);
    claim::claim_patient(tx, &ask.patient, verdict.visit(), &by, most, now).await?;
    if limit > 0 {
        claim::claim_day(tx, &ask.patient, verdict.local_date(), limit, &by).await?;
    }
    Ok(overbooked)
}

/// How many coming visits the patient may have, and how many consultations on the day; 0 where that is not limited.
fn limits(judged: &Judged) -> (u16, u16) {
    let policy = &judged.verdict.desk.policy;
    let consultation = judged.verdict.service.kind == ServiceKind::Consultation;
    (if judged.by_staff { 0 } else { policy.max_upcoming }, if consultation { policy.daily_limit } else { 0 })
}

/// What the rules say when what is taken is known.
fn refusal_of(refusal: &Refusal) -> Error {
    if *refusal == Refusal::Taken { Error::conflict("slot-taken") } else { verdict::refused(refusal) }
}

/// Whoever had a hold lost more than a race.
fn lost(error: Error, ask: &Book) -> Error {
    if ask.hold.is_some() && error.is_conflict("slot-taken") { Error::conflict("hold-expired") } else { error }
}

/// The appointment as it is to be written.
fn row(cx: &Cx, judged: &Judged, now: Timestamp) -> Row {
    let Judged { verdict, ask, .. } = judged;
    let Verdict { desk, service, slot, .. } = verdict;
    let waits = !judged.by_staff && desk.doctor.as_ref().is_some_and(|doctor| !doctor.auto_accept);
    let booked_by = match &cx.actor {
        Actor::Account { id, .. } => id.parse().ok(),
        Actor::Guest | Actor::System(_) => None,
    };
    // What was shown with the hold is what it costs, whatever the tariff is by now (R.H6).
    let price: Money = judged.held.as_ref().map_or_else(|| desk.price(service), |held| held.hold.price.clone());
    Row {
        id: judged.id.clone(),
        code: judged.code.clone(),
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
        local_date: verdict.local_date(),
        price: price.amount,
        complaint: judged.sealed.clone(),
        booked_at: now,
        answer_by: waits.then(|| policy::answer_by(&desk.policy, slot.starts_at, now)),
        on_behalf: judged.by_staff,
        overbooked: false,
        moves: 0,
        cancelled_by: None,
        reason: judged.reason.clone(),
        cause: None,
        owner: desk.owner.to_string(),
        version: 1,
    }
}

/// The statements that write the appointment, say so, and note it in the audit trail.
fn recording(cx: &Cx, tx: &mut Tx, row: &Row) -> Result<Vec<Step>> {
    const INSERT: &str = "insert into appointment (id, code, facility, service, doctor, mode, kind, state, patient, \
        booked_by, starts_at, ends_at, zone, local_date, price, complaint, booked_at, answer_by, on_behalf, overbooked, \
        moves, cancelled_by, reason, cause, owner, version) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, \
        $14, $15, $16, $17, $18, $19, $20, 0, null, $21, null, $22, 1)";
    let mut steps = vec![Step::new(
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
    )];
    steps.extend(tx.saying(cx, &AppointmentBooked { visit: row.visit() })?);
    let audit = AuditEntry::of(cx, "scheduling", "appointment.book", &row.id.to_string())
        .about(&row.patient.to_string())
        .at_facility(&row.facility.to_string());
    steps.extend(tx.saying(cx, &audit)?);
    Ok(steps)
}
