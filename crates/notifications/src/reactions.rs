//! What notifications does when it hears: keeps its copies, tells patients and doctors what became of a visit, plans
//! reminders, and forgets whoever asks to be forgotten.

use contracts::{
    auth::{AccountId, AccountOpened},
    directory::{DoctorChanged, FacilityChanged},
    notifications::NotificationKind,
    people::{PatientChanged, PatientErased},
    scheduling::{
        self, AppointmentAccepted, AppointmentArrived, AppointmentBooked, AppointmentCancelled, AppointmentFulfilled,
        AppointmentNoShow, AppointmentRejected, AppointmentRescheduled, State,
    },
};
use jiff::SignedDuration;
use platform::{
    Cx, Result,
    bus::{Heard, Reactions, not_yet},
    db::Tx,
};

use crate::{
    NotificationsContext, copies, erasure,
    notice::{self, Notice},
    preference, reminder,
    visit::{self, Visit},
};

/// News older than this go to the inbox alone: they are no surprise any more, or were heard again.
const FRESH: SignedDuration = SignedDuration::from_hours(24);

/// What became of a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Booked,
    Accepted,
    Rejected,
    Moved,
    Cancelled,
    /// Its state alone; nobody is told.
    State,
}

/// Hears an event about a visit.
macro_rules! hear_visit {
    ($on:ident, $this:ident, $($event:ident $name:literal => $told:ident),+ $(,)?) => {$(
        let this = $this.clone();
        $on.hear::<$event>($name, move |tx, cx, event, heard| {
            let this = this.clone();
            Box::pin(async move { this.hear_of_visit(tx, cx, Told::$told, &event.visit, heard).await })
        });
    )+};
}

impl NotificationsContext {
    /// The reactions, to be joined to the bus.
    pub fn reactions(&self) -> Reactions {
        let mut on = Reactions::new("notifications", self.db.clone());
        let vault = self.vault.clone();
        on.hear::<AccountOpened>("keep-account", move |tx, cx, event, _| {
            let vault = vault.clone();
            Box::pin(async move { copies::keep_account(tx, cx, &vault, event).await })
        });
        on.hear::<PatientChanged>("keep-patient", |tx, _, event, _| Box::pin(copies::keep_patient(tx, event)));
        on.hear::<FacilityChanged>("keep-facility", |tx, _, event, _| Box::pin(copies::keep_facility(tx, event)));
        on.hear::<DoctorChanged>("keep-doctor", |tx, _, event, _| Box::pin(copies::keep_doctor(tx, event)));
        on.hear::<PatientErased>("forget", |tx, cx, event, _| Box::pin(erasure::forget(tx, cx, event)));
        let this = self;
        hear_visit!(on, this,
            AppointmentBooked "booked" => Booked,
            AppointmentAccepted "accepted" => Accepted,
            AppointmentRejected "rejected" => Rejected,
            AppointmentRescheduled "moved" => Moved,
            AppointmentCancelled "cancelled" => Cancelled,
            AppointmentArrived "arrived" => State,
            AppointmentFulfilled "fulfilled" => State,
            AppointmentNoShow "no-show" => State,
        );
        on
    }

    async fn hear_of_visit(
        &self,
        tx: &mut Tx,
        cx: &Cx,
        told: Told,
        event: &scheduling::Visit,
        heard: &Heard,
    ) -> Result<()> {
        let before = visit::one(tx, &event.appointment).await?;
        let raised = i64::from(told != Told::State && told != Told::Booked);
        let sequence = before.as_ref().map_or(0, |before| before.sequence) + raised;
        let visit = Visit::told(event, sequence, heard.at);
        // The patient's side, unless they are forgotten: then the doctor alone is told that the time is free again.
        let mut patients_side = Vec::new();
        if !copies::is_forgotten(tx, &visit.patient).await? {
            patients_side = copies::accounts_of(tx, &visit.patient).await?.ok_or_else(not_yet)?;
            visit::keep(tx, &visit).await?;
            reminder::call_off_unless_coming(tx, &visit).await?;
            for account in &patients_side {
                let wanted = preference::of(tx, account).await?;
                reminder::derive(tx, &visit, account, &wanted, cx.now()).await?;
            }
        }
        let Some(kind) = kind(told, before.as_ref(), &visit) else { return Ok(()) };
        if visit.ends_at <= cx.now() {
            return Ok(());
        }
        if !copies::knows_facility(tx, &visit.facility).await? {
            return Err(not_yet());
        }
        let by = if cx.now().duration_since(heard.at) < FRESH { self.carriers.channels() } else { Vec::new() };
        let was_at = before.filter(|before| before.starts_at != visit.starts_at).map(|before| before.starts_at);
        let doctor = doctor_to_tell(tx, told, &visit).await?.filter(|account| !patients_side.contains(account));
        let everybody =
            patients_side.iter().map(|account| (account, false)).chain(doctor.iter().map(|doctor| (doctor, true)));
        for (account, to_doctor) in everybody {
            let by = if to_doctor { &[][..] } else { &by };
            let (cause, at, visit) = (&heard.id, heard.at, &visit);
            let notice = Notice { account, cause, kind, to_doctor, visit, was_at, at, by };
            notice::tell(tx, cx, &notice, &self.bell).await?;
        }
        Ok(())
    }
}

/// What people are told, if anything. A visit set back to booked by a correction is no acceptance.
fn kind(told: Told, before: Option<&Visit>, visit: &Visit) -> Option<NotificationKind> {
    let waited = before.is_none_or(|before| matches!(before.state, State::Pending | State::AwaitingPayment));
    match told {
        Told::Booked if visit.state == State::Booked => Some(NotificationKind::Booked),
        Told::Booked => Some(NotificationKind::Requested),
        Told::Accepted => waited.then_some(NotificationKind::Accepted),
        Told::Rejected => Some(NotificationKind::Rejected),
        Told::Moved => Some(NotificationKind::Moved),
        Told::Cancelled => Some(NotificationKind::Cancelled),
        Told::State => None,
    }
}

/// The doctor's account, of what others did with their time (R.M8, D4): accepting and rejecting was their own word.
async fn doctor_to_tell(tx: &mut Tx, told: Told, visit: &Visit) -> Result<Option<AccountId>> {
    let Some(doctor) = &visit.doctor else { return Ok(None) };
    if !matches!(told, Told::Booked | Told::Moved | Told::Cancelled) {
        return Ok(None);
    }
    copies::account_of_doctor(tx, doctor).await?.ok_or_else(not_yet)
}
