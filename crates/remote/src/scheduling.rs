//! Scheduling in another process.

use std::sync::Arc;

use contracts::{
    directory::{DoctorId, FacilityId},
    scheduling::{
        Affected, AnswerProposal, Appointment, AppointmentId, AppointmentSearch, AskHold, Book, Change, DayCount,
        Exception, ExceptionId, ExplainAsk, Explained, FreeTimes, FreeTimesAsk, HistoryLine, Hold, HoldId, Holiday,
        Leave, LeaveDecision, LeaveForm, LeaveId, LeaveSummary, Offer, Policy, Preview, PreviewAsk, Proposal,
        Reschedule, Schedule, ScheduleForm, Scheduling, SlotMoved, State, WhyNot,
    },
};
use jiff::{Timestamp, civil::Date};
use platform::db::Page;
use tokio::sync::broadcast;

use crate::{Caller, verbs::remote, watch};

/// Moves a slow watcher may fall behind.
const WATCHED: usize = 1_024;

/// Scheduling in another process.
#[derive(Debug, Clone)]
pub struct RemoteScheduling {
    caller: Caller,
    moves: broadcast::Sender<SlotMoved>,
}

impl RemoteScheduling {
    /// Called by this caller. Nobody tells [`Scheduling::watch`] anything yet: see [`RemoteScheduling::follow`].
    pub fn new(caller: Caller) -> Self {
        Self { caller, moves: broadcast::channel(WATCHED).0 }
    }

    /// Listens to what replicas tell of starts taken and freed, and tells watchers here, until this is dropped: to every
    /// replica, or to one of them where replicas tell each other.
    pub async fn follow(&self, one_tells_all: bool) {
        watch::follow(&self.caller, "watch", one_tells_all, &self.moves).await;
    }
}

remote! {
    Scheduling as "scheduling", RemoteScheduling, serve_scheduling {
        read free_times(ask: FreeTimesAsk) -> Arc<FreeTimes>;
        read why_not(offer: Offer, date: Date) -> Vec<WhyNot>;
        write hold(ask: AskHold) -> Hold;
        read held(id & HoldId) -> Hold;
        write release(id & HoldId) -> (), again if true;
        write book(key: Option<String>, ask: Book) -> Appointment, again if key.is_some();
        read appointment(id_or_code & str) -> Appointment;
        read history(id & AppointmentId) -> Vec<HistoryLine>;
        read appointments(ask: AppointmentSearch) -> Page<Appointment>;
        // It is audited: asked again of its own accord, it would stand there twice.
        write export(ask: AppointmentSearch) -> Vec<Appointment>;
        write change(id & AppointmentId, version: i64, ask: Change) -> Appointment;
        write reschedule(id & AppointmentId, version: i64, ask: Reschedule) -> Appointment;
        write correct(id & AppointmentId, version: i64, to: State, reason: String) -> Appointment;
        read schedules(facility: Option<FacilityId>, doctor: Option<DoctorId>) -> Vec<Schedule>;
        write set_schedule(version: Option<i64>, form: ScheduleForm) -> (Schedule, Affected);
        read exceptions(facility: Option<FacilityId>, doctor: Option<DoctorId>, from: Timestamp, until: Timestamp) -> Vec<Exception>;
        write add_exception(exception: Exception) -> (Exception, Affected);
        write remove_exception(id & ExceptionId) -> ();
        read holidays(year: i16) -> Vec<Holiday>;
        write set_holidays(holidays: Vec<Holiday>) -> (), again if true;
        write remove_holiday(date: Date) -> ();
        read policy(facility & FacilityId) -> Policy;
        write set_policy(facility & FacilityId, version: i64, policy: Policy) -> Policy;
        read preview(ask: PreviewAsk) -> Preview;
        read explain(ask: ExplainAsk) -> Explained;
        write enter_leave(form: LeaveForm) -> Leave;
        read leave(id & LeaveId) -> Leave;
        read leaves(doctor & DoctorId) -> Vec<LeaveSummary>;
        write decide_leave(id & LeaveId, version: i64, ask: LeaveDecision) -> Leave;
        write withdraw_leave(id & LeaveId, version: i64) -> Leave;
        read proposal(id & AppointmentId) -> Proposal;
        write answer_proposal(id & AppointmentId, version: i64, ask: AnswerProposal) -> Appointment;
        read counts(facility: Option<FacilityId>, from: Date, until: Date) -> Vec<DayCount>;
    }
    beside {
        fn watch(&self) -> broadcast::Receiver<SlotMoved> {
            self.moves.subscribe()
        }
    }
    streams {
        "watch" => watched
    }
}

fn watched(verbs: &dyn Scheduling) -> axum::body::Body {
    watch::tell(verbs.watch())
}
