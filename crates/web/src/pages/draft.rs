//! What a person has answered so far on the way from a kept time to an appointment. The browser keeps it, sealed, under
//! the hold's own path for an hour: every replica can go on with it, and none of it stands in an address.

use axum::response::Response;
use contracts::{
    people::PatientId,
    scheduling::{Hold, HoldId},
};
use jiff::SignedDuration;
use platform::Result;
use serde::{Deserialize, Serialize};

use super::{Site, go, sealed::Place, visitor::Visitor};

/// How long it is kept: longer than a hold, so that answers outlive it.
const LIFE: SignedDuration = SignedDuration::from_hours(1);

/// A booking on its way.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Draft {
    /// The time that is, or was, kept.
    pub hold: Hold,
    /// For whom, once chosen.
    pub patient: Option<PatientId>,
    /// The complaint as typed.
    pub complaint: String,
    /// The appointment, once booked: its code.
    pub booked: Option<String>,
    /// The account that answered; nobody else is shown the answers.
    pub account: Option<String>,
}

impl Draft {
    /// Nothing answered yet.
    pub fn of(hold: Hold) -> Self {
        Self { hold, patient: None, complaint: String::new(), booked: None, account: None }
    }

    /// The draft the browser keeps for a hold.
    pub fn kept(site: &Site, visitor: &Visitor, hold: &HoldId) -> Option<Self> {
        let draft: Self = place(hold).read(site, &visitor.cx, &visitor.cookies)?;
        (draft.hold.id == *hold).then_some(draft)
    }

    /// Adds the draft to an answer. `false` where somebody typed more than a browser can keep.
    pub fn keep(&self, site: &Site, visitor: &Visitor, answer: &mut Response) -> Result<bool> {
        place(&self.hold.id).keep(site, &visitor.cx, self, answer)
    }

    /// Sends the browser on with the draft.
    pub fn keep_and_go(&self, site: &Site, visitor: &Visitor, to: &str) -> Result<Response> {
        let mut answer = go(to);
        self.keep(site, visitor, &mut answer)?;
        Ok(answer)
    }
}

fn place(hold: &HoldId) -> Place {
    Place::new("draft", format!("/pesan/{hold}"), LIFE)
}
