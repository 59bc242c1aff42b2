//! What a person has answered so far on the way from a kept time to an appointment. It lives in memory for an hour, under
//! the hold's unguessable id, and holds what must not stand in an address: for whom, and the complaint.

use std::time::Duration;

use contracts::{
    people::PatientId,
    scheduling::{Hold, HoldId},
};
use platform::cache::Cache;

/// Drafts kept at most.
const MOST: u64 = 20_000;
/// How long one is kept: longer than a hold, so that answers outlive it.
const LIFE: Duration = Duration::from_hours(1);

/// A booking on its way.
#[derive(Debug, Clone)]
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
}

/// Every draft.
#[derive(Clone)]
pub(super) struct Drafts(Cache<HoldId, Draft>);

impl Default for Drafts {
    fn default() -> Self {
        Self(Cache::new(MOST, LIFE))
    }
}

impl Drafts {
    /// The draft under a hold's id.
    pub async fn of(&self, hold: &HoldId) -> Option<Draft> {
        self.0.get(hold).await
    }

    /// Keeps a draft under its hold's id.
    pub async fn keep(&self, draft: Draft) {
        self.0.put(draft.hold.id.clone(), draft).await;
    }
}
