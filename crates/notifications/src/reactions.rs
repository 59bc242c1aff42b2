//! What notifications does when it hears: keeps its copies, tells patients and doctors what became of a visit, plans
//! reminders, and forgets whoever asks to be forgotten.

use contracts::{
    auth::AccountOpened,
    directory::{DoctorChanged, FacilityChanged},
    people::{PatientChanged, PatientErased},
    scheduling::{
        AppointmentAccepted, AppointmentArrived, AppointmentBooked, AppointmentCancelled, AppointmentFulfilled,
        AppointmentNoShow, AppointmentProposed, AppointmentRejected, AppointmentRescheduled,
    },
};
use platform::bus::Reactions;

use crate::{
    NotificationsContext, copies, erasure,
    news::{News, Told},
    reminder,
};

/// Hears events about visits.
macro_rules! hear_visit {
    ($on:ident, $this:ident, $($event:ident $name:literal => $told:ident),+ $(,)?) => {$(
        let this = $this.clone();
        $on.hear_many::<$event>($name, move |tx, cx, events| {
            let this = this.clone();
            Box::pin(async move {
                let news: Vec<News<'_>> = events.iter().map(|(event, heard)| (&event.visit, heard)).collect();
                this.hear_of_visits(tx, cx, Told::$told, &news).await
            })
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
        on.hear::<PatientChanged>("keep-patient", |tx, cx, event, _| {
            Box::pin(async move {
                let added = copies::keep_patient(tx, event).await?;
                reminder::follow(tx, &event.patient, &added, cx.now()).await
            })
        });
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
        let this = this.clone();
        on.hear::<AppointmentProposed>("proposed", move |tx, cx, event, heard| {
            let this = this.clone();
            Box::pin(async move { this.hear_of_proposal(tx, cx, event, heard).await })
        });
        on
    }
}
