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
use platform::{Actor, Cx, Error, Money, Result, db::Tx, error::Problems};

use crate::{
    SchedulingContext,
    access::Side,
    appointment::{self, Row},
    availability::{Audience, Purpose},
    change, claim, code,
    copies::{self, Patient},
    desk::DeskKey,
    hold::{self, Standing},
    idempotency, owner, policy,
    verdict::{Terms, Verdict},
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
    sealed: Option<Vec<u8>>,
    /// The hold that keeps just this time.
    held: Option<Standing>,
    /// Idempotency key with the digest of the body.
    key: Option<(String, String)>,
}

impl SchedulingContext {
    pub(crate) async fn book_visit(&self, cx: &Cx, key: Option<String>, mut ask: Book) -> Result<Appointment> {
        let by_staff = self.who_books(cx, &ask).await?;
        let key = key.map(|key| Ok::<_, Error>((key, idempotency::digest(&ask)?))).transpose()?;
        check_form(&mut ask, by_staff)?;
        let mut asked_people = false;
        for _ in 0..TRIES {
            let judged = match self.judge(cx, &ask, by_staff, key.clone()).await {
                Ok(judged) => judged,
                Err(refusal) => return self.answer_again_or(cx, key, &ask, refusal).await,
            };
            match self.write_booking(cx, judged).await {
                Ok(Outcome::Booked(appointment)) => return Ok(*appointment),
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
        Ok(Judged { id, verdict, ask: ask.clone(), by_staff, sealed, held, key })
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
                let Judged { verdict, .. } = &judged;
                let patient = patient_of(&cx, tx, &judged).await?;
                if !owner::touch(tx, &verdict.desk.owner, verdict.desk.plan_number).await? {
                    return Err(Error::conflict(RULES_CHANGED));
                }
                let overbooked = claim_all(tx, &judged, now).await?;
                let row = insert(&cx, tx, &judged, overbooked, now).await?;
                tx.publish(&cx, &AppointmentBooked { visit: row.visit() }).await?;
                let audit = AuditEntry::of(&cx, "scheduling", "appointment.book", &row.id.to_string())
                    .about(&row.patient.to_string())
                    .at_facility(&row.facility.to_string());
                tx.publish(&cx, &audit).await?;
                let moved = change::slot_moved(&row, row.starts_at, row.ends_at, false);
                tx.after_commit(move || {
                    let _ = watch.send(moved); // nobody watches: fine
                });
                let side = if judged.by_staff { Side::Staff } else { Side::Patient };
                let known = appointment::Known::at_desk(&verdict.desk, &verdict.service, Some(patient));
                let mut shown = appointment::shown(&cx, row, side, &known).appointment;
                shown.complaint =
                    (side == Side::Patient && !judged.ask.complaint.is_empty()).then_some(judged.ask.complaint);
                Ok(Outcome::Booked(Box::new(shown)))
            })
            .await
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

/// Locks the patient, and makes sure that it is one the asker may book for.
async fn patient_of(cx: &Cx, tx: &mut Tx, judged: &Judged) -> Result<Patient> {
    let account = match &cx.actor {
        Actor::Account { id, .. } => Some(&**id),
        Actor::Guest | Actor::System(_) => None,
    };
    match copies::lock_patient(tx, &judged.ask.patient, account).await? {
        Some((patient, acts)) if acts || judged.by_staff => Ok(patient),
        _ => Err(Error::conflict(NOT_THEIRS)),
    }
}

/// Takes the time of the doctor or desk, of the patient, and one of the patient's consultations of the day; a conflict
/// names the first that cannot be had. Answers whether the time had to be overbooked.
async fn claim_all(tx: &mut Tx, judged: &Judged, now: Timestamp) -> Result<bool> {
    let Judged { id, verdict, ask, .. } = judged;
    let (by, policy) = (id.to_string(), &verdict.desk.policy);
    let had = match &judged.held {
        Some(held) => hold::take(tx, &held.hold.id, &verdict.claim(&by, None), now).await?,
        None => false,
    };
    let overbooked = if had { false } else { verdict.take(tx, &by, None, now).await.map_err(|e| lost(e, ask))? };
    let most = if judged.by_staff { 0 } else { policy.max_upcoming };
    claim::claim_patient(tx, &ask.patient, verdict.visit(), &by, most, now).await?;
    if verdict.service.kind == ServiceKind::Consultation && policy.daily_limit > 0 {
        claim::claim_day(tx, &ask.patient, verdict.local_date(), policy.daily_limit, &by).await?;
    }
    Ok(overbooked)
}

/// Whoever had a hold lost more than a race.
fn lost(error: Error, ask: &Book) -> Error {
    if ask.hold.is_some() && error.is_conflict("slot-taken") { Error::conflict("hold-expired") } else { error }
}

async fn insert(cx: &Cx, tx: &mut Tx, judged: &Judged, overbooked: bool, now: Timestamp) -> Result<Row> {
    const INSERT: &str = "insert into appointment (id, code, facility, service, doctor, mode, kind, state, patient, \
        booked_by, starts_at, ends_at, zone, local_date, price, complaint, booked_at, answer_by, on_behalf, overbooked, \
        moves, cancelled_by, reason, owner, version) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, \
        $14, $15, $16, $17, $18, $19, $20, 0, null, $21, $22, 1)";
    let Judged { verdict, ask, .. } = judged;
    let Verdict { desk, service, slot, .. } = verdict;
    let waits = !judged.by_staff && desk.doctor.as_ref().is_some_and(|doctor| !doctor.auto_accept);
    let booked_by = match &cx.actor {
        Actor::Account { id, .. } => id.parse().ok(),
        Actor::Guest | Actor::System(_) => None,
    };
    // What was shown with the hold is what it costs, whatever the tariff is by now (R.H6).
    let price: Money = judged.held.as_ref().map_or_else(|| desk.price(service), |held| held.hold.price.clone());
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
        local_date: verdict.local_date(),
        price: price.amount,
        complaint: judged.sealed.clone(),
        booked_at: now,
        answer_by: waits.then(|| policy::answer_by(&desk.policy, slot.starts_at, now)),
        on_behalf: judged.by_staff,
        overbooked,
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
