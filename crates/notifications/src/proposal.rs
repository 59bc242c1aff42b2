//! A doctor goes on leave, and times are kept for a patient: the patient's side is told to choose one.

use std::collections::BTreeSet;

use contracts::{notifications::NotificationKind, scheduling::AppointmentProposed};
use platform::{
    Cx, Result,
    bus::{Heard, not_yet},
    db::Tx,
};

use crate::{
    NotificationsContext, copies,
    notice::{self, Notice},
    visit::{self, Visit},
};

impl NotificationsContext {
    /// The patient's side is to choose another time while some are kept for them. The visit itself has not changed.
    pub(crate) async fn hear_of_proposal(
        &self,
        tx: &mut Tx,
        cx: &Cx,
        event: &AppointmentProposed,
        heard: &Heard,
    ) -> Result<()> {
        let known = visit::one(tx, &event.visit.appointment).await?;
        let visit = &Visit::told(&event.visit, known.map_or(0, |known| known.sequence), heard.at);
        if event.answer_by <= cx.now() {
            return Ok(());
        }
        let patient = BTreeSet::from([&visit.patient]);
        copies::hold_patients(tx, &patient).await?;
        let mut sides = copies::sides_of(tx, &patient).await?;
        let Some(side) = sides.remove(&visit.patient).ok_or_else(not_yet)? else { return Ok(()) };
        if !copies::knows_facilities(tx, &BTreeSet::from([&visit.facility])).await? {
            return Err(not_yet());
        }
        let by = self.channels_for(cx, heard);
        let notice = |account| Notice {
            account,
            cause: &heard.id,
            kind: NotificationKind::Proposed,
            to_doctor: false,
            visit,
            was_at: None,
            answer_by: Some(event.answer_by),
            at: heard.at,
            by: &by,
        };
        notice::tell(tx, cx, &side.iter().map(notice).collect::<Vec<_>>(), &self.bell).await
    }
}
