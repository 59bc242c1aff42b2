//! The context as others hold it.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use contracts::{
    Permission,
    audit::AuditEntry,
    directory::{DoctorId, FacilityId},
    people::People,
    scheduling::{
        Affected, AnswerProposal, Appointment, AppointmentId, AppointmentSearch, AskHold, Book, Change, DayCount,
        Exception, ExceptionId, ExplainAsk, Explained, FreeTimes, FreeTimesAsk, HistoryLine, Hold, HoldId, Holiday,
        Leave, LeaveDecision, LeaveForm, LeaveId, LeaveSummary, Offer, Policy, Preview, PreviewAsk, Proposal,
        Reschedule, Schedule, ScheduleForm, Scheduling, SlotMoved, State, WhyNot,
    },
};
use jiff::{Timestamp, civil::Date};
use platform::{
    Cx, Error, Result,
    crypto::{BlindIndex, KeyStore, MasterKey},
    db::{Db, Page},
    error::Problems,
    live::Live,
};
use tokio::sync::broadcast;

use crate::{
    MIGRATIONS,
    complaint::Complaints,
    copies,
    desk::{Desk, DeskKey},
    free::{KeptTimes, TimesKey},
    holiday, idempotency,
    moves::Moves,
    policy,
};

/// Desks kept in memory; each takes a few kilobytes.
const DESKS: u64 = 12_000;
/// Answers kept in memory, by their weight in starts, which take 24 bytes each: two weeks of 10,000 doctors with twenty
/// starts a day.
const TIMES: u64 = 3_500_000;
/// How long a desk stays without being read anew, and what was answered by it: its holidays reach a little further than the
/// horizon.
const DESK_LIFE: Duration = Duration::from_hours(12);
/// Holidays set at a time.
const MOST_HOLIDAYS: usize = 400;

/// Scheduling, on its own database.
pub struct SchedulingContext {
    pub(crate) db: Db,
    pub(crate) people: Arc<dyn People>,
    pub(crate) complaints: Complaints,
    /// Fingerprints of request bodies.
    pub(crate) bodies: BlindIndex,
    pub(crate) desks: moka::sync::Cache<DeskKey, Arc<Desk>>,
    pub(crate) times: moka::sync::Cache<TimesKey, KeptTimes>,
    pub(crate) watch: Moves,
    /// The owner up to whom the last unfinished round of telling directory came.
    pub(crate) told_up_to: Mutex<String>,
}

impl SchedulingContext {
    /// Opens the context on its database, bringing the schema up to date.
    pub async fn start(db: Db, people: Arc<dyn People>, keys: KeyStore, master: &MasterKey) -> Result<Arc<Self>> {
        db.migrate("bus", platform::bus::MIGRATIONS).await?;
        db.migrate("jobs", platform::jobs::MIGRATIONS).await?;
        db.migrate("scheduling", MIGRATIONS).await?;
        db.write(async move |tx| holiday::keep_standard(tx).await).await?;
        Ok(Arc::new(Self {
            db,
            people,
            complaints: Complaints::new(keys),
            bodies: BlindIndex::new(1, master.derive(idempotency::PURPOSE)),
            desks: moka::sync::Cache::builder().max_capacity(DESKS).time_to_live(DESK_LIFE).build(),
            times: moka::sync::Cache::builder()
                .max_capacity(TIMES)
                .time_to_live(DESK_LIFE)
                .weigher(|_, kept: &KeptTimes| kept.weight())
                .build(),
            watch: Moves::new(),
            told_up_to: Mutex::default(),
        }))
    }

    /// Shares what [`Scheduling::watch`] tells with the other nodes.
    pub fn share_moves(&self, live: &Live) {
        self.watch.share(live);
    }

    /// The database, for the bus and for checks of health.
    pub fn db(&self) -> &Db {
        &self.db
    }
}

/// The calendar is everybody's: whoever edits it plans for the whole network.
fn keeps_calendar(cx: &Cx) -> Result<()> {
    cx.require(Permission::ScheduleManage)?;
    if cx.facilities.is_none() { Ok(()) } else { Err(Error::Forbidden("schedule.manage")) }
}

#[async_trait]
impl Scheduling for SchedulingContext {
    async fn free_times(&self, cx: &Cx, ask: FreeTimesAsk) -> Result<Arc<FreeTimes>> {
        self.list_free_times(cx, ask).await
    }

    async fn why_not(&self, cx: &Cx, offer: Offer, date: Date) -> Result<Vec<WhyNot>> {
        self.why_no_time(cx, offer, date).await
    }

    async fn hold(&self, cx: &Cx, ask: AskHold) -> Result<Hold> {
        self.keep_time(cx, ask).await
    }

    async fn held(&self, cx: &Cx, id: &HoldId) -> Result<Hold> {
        self.read_hold(cx, id).await
    }

    async fn release(&self, cx: &Cx, id: &HoldId) -> Result<()> {
        self.let_go(cx, id).await
    }

    async fn book(&self, cx: &Cx, key: Option<String>, ask: Book) -> Result<Appointment> {
        self.book_visit(cx, key, ask).await
    }

    async fn appointment(&self, cx: &Cx, id_or_code: &str) -> Result<Appointment> {
        self.show_by(cx, id_or_code).await
    }

    async fn history(&self, cx: &Cx, id: &AppointmentId) -> Result<Vec<HistoryLine>> {
        self.history_of(cx, id).await
    }

    async fn appointments(&self, cx: &Cx, ask: AppointmentSearch) -> Result<Page<Appointment>> {
        self.list(cx, ask).await
    }

    async fn export(&self, cx: &Cx, ask: AppointmentSearch) -> Result<Vec<Appointment>> {
        self.take_along(cx, ask).await
    }

    async fn change(&self, cx: &Cx, id: &AppointmentId, version: i64, ask: Change) -> Result<Appointment> {
        self.change_state(cx, id, version, ask).await
    }

    async fn reschedule(&self, cx: &Cx, id: &AppointmentId, version: i64, ask: Reschedule) -> Result<Appointment> {
        self.move_visit(cx, id, version, ask).await
    }

    async fn correct(
        &self,
        cx: &Cx,
        id: &AppointmentId,
        version: i64,
        to: State,
        reason: String,
    ) -> Result<Appointment> {
        self.correct_state(cx, id, version, to, reason).await
    }

    async fn schedules(
        &self,
        cx: &Cx,
        facility: Option<FacilityId>,
        doctor: Option<DoctorId>,
    ) -> Result<Vec<Schedule>> {
        self.list_schedules(cx, facility, doctor).await
    }

    async fn set_schedule(&self, cx: &Cx, version: Option<i64>, form: ScheduleForm) -> Result<(Schedule, Affected)> {
        self.replace_schedule(cx, version, form).await
    }

    async fn exceptions(
        &self,
        cx: &Cx,
        facility: Option<FacilityId>,
        doctor: Option<DoctorId>,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Exception>> {
        self.list_exceptions(cx, facility, doctor, from, until).await
    }

    async fn add_exception(&self, cx: &Cx, exception: Exception) -> Result<(Exception, Affected)> {
        self.put_exception(cx, exception).await
    }

    async fn remove_exception(&self, cx: &Cx, id: &ExceptionId) -> Result<()> {
        self.take_exception_back(cx, id).await
    }

    async fn holidays(&self, _: &Cx, year: i16) -> Result<Vec<Holiday>> {
        let mut problems = Problems::default();
        problems.range("year", year, 1900, 2200);
        problems.done()?;
        let (first, last) = (Date::constant(year, 1, 1), Date::constant(year, 12, 31));
        self.db.read(async move |tx| holiday::between(tx, first, last).await).await
    }

    async fn set_holidays(&self, cx: &Cx, holidays: Vec<Holiday>) -> Result<()> {
        keeps_calendar(cx)?;
        holiday::check(&holidays, MOST_HOLIDAYS)?;
        let cx = cx.clone();
        self.db
            .write(async move |tx| {
                holiday::keep(tx, &holidays).await?;
                tx.publish(&cx, &AuditEntry::of(&cx, "scheduling", "holidays.set", "holidays")).await
            })
            .await
    }

    async fn remove_holiday(&self, cx: &Cx, date: Date) -> Result<()> {
        keeps_calendar(cx)?;
        let cx = cx.clone();
        self.db
            .write(async move |tx| {
                if !holiday::remove(tx, date).await? {
                    return Err(Error::NotFound("holiday"));
                }
                tx.publish(&cx, &AuditEntry::of(&cx, "scheduling", "holiday.remove", &date.to_string())).await
            })
            .await
    }

    async fn policy(&self, _: &Cx, facility: &FacilityId) -> Result<Policy> {
        let facility = facility.clone();
        self.db.read(async move |tx| policy::of(tx, &facility).await).await
    }

    async fn set_policy(&self, cx: &Cx, facility: &FacilityId, version: i64, policy: Policy) -> Result<Policy> {
        cx.require(Permission::ScheduleManage)?;
        if !cx.serves(&facility.to_string()) {
            return Err(Error::NotFound("facility"));
        }
        policy::check(&policy)?;
        let (cx, facility) = (cx.clone(), facility.clone());
        self.db
            .write(async move |tx| {
                copies::facility(tx, &facility).await?.ok_or(Error::NotFound("facility"))?;
                let policy = policy::set(tx, &facility, version, &policy).await?;
                let id = facility.to_string();
                tx.publish(&cx, &AuditEntry::of(&cx, "scheduling", "policy.set", &id).at_facility(&id)).await?;
                Ok(policy)
            })
            .await
    }

    async fn counts(&self, cx: &Cx, facility: Option<FacilityId>, from: Date, until: Date) -> Result<Vec<DayCount>> {
        self.count_by_day(cx, facility, from, until).await
    }

    async fn preview(&self, cx: &Cx, ask: PreviewAsk) -> Result<Preview> {
        self.preview_schedule(cx, ask).await
    }

    async fn explain(&self, cx: &Cx, ask: ExplainAsk) -> Result<Explained> {
        self.explain_day(cx, ask).await
    }

    async fn enter_leave(&self, cx: &Cx, form: LeaveForm) -> Result<Leave> {
        self.keep_leave(cx, form).await
    }

    async fn leave(&self, cx: &Cx, id: &LeaveId) -> Result<Leave> {
        self.show_leave(cx, id).await
    }

    async fn leaves(&self, cx: &Cx, doctor: &DoctorId) -> Result<Vec<LeaveSummary>> {
        self.list_leaves(cx, doctor).await
    }

    async fn decide_leave(&self, cx: &Cx, id: &LeaveId, version: i64, ask: LeaveDecision) -> Result<Leave> {
        self.keep_decision(cx, id, version, ask).await
    }

    async fn withdraw_leave(&self, cx: &Cx, id: &LeaveId, version: i64) -> Result<Leave> {
        self.take_leave_back(cx, id, version).await
    }

    async fn proposal(&self, cx: &Cx, id: &AppointmentId) -> Result<Proposal> {
        self.show_proposal(cx, id).await
    }

    async fn answer_proposal(
        &self,
        cx: &Cx,
        id: &AppointmentId,
        version: i64,
        ask: AnswerProposal,
    ) -> Result<Appointment> {
        self.keep_answer(cx, id, version, ask).await
    }

    fn watch(&self) -> broadcast::Receiver<SlotMoved> {
        self.watch.subscribe()
    }
}
