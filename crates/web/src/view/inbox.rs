//! What somebody was told, and how they want to be told.

use askama::Template;

use super::{Field, Mend, Option_, Pager, Shell};
use crate::filters;

/// `/kotak-masuk`
#[derive(Debug, Clone, Template)]
#[template(path = "inbox.html", blocks = ["list"])]
pub struct Inbox {
    /// The frame.
    pub shell: Shell,
    /// Days, the newest first.
    pub days: Vec<InboxDay>,
    /// Some of it is not read yet.
    pub unread: bool,
    /// Where the list goes on.
    pub pager: Pager,
}

/// What came on one day.
#[derive(Debug, Clone)]
pub struct InboxDay {
    /// The day, ready to read.
    pub day: String,
    /// The newest first.
    pub items: Vec<InboxItem>,
}

/// Something somebody was told.
#[derive(Debug, Clone)]
pub struct InboxItem {
    /// Where it is opened: a form, for opening marks it as read.
    pub action: String,
    /// The appointment it is about, or empty.
    pub about: String,
    /// Told to the doctor, not to the patient.
    pub to_doctor: bool,
    /// It opens the choice among the times that are kept.
    pub to_choose: bool,
    /// Icon name.
    pub icon: &'static str,
    /// Colour word: brand, info, plum, ok, wait, danger.
    pub tone: &'static str,
    /// A few words.
    pub title: String,
    /// A sentence or two.
    pub body: String,
    /// When, ready to read.
    pub at: String,
    /// Not read yet.
    pub unread: bool,
}

/// `/akun/pemberitahuan`
#[derive(Debug, Clone, Template)]
#[template(path = "notices.html")]
pub struct Notices {
    /// The frame.
    pub shell: Shell,
    /// Version of the preferences the page was made from.
    pub version: String,
    /// Kinds that may come by e-mail as well, with their names.
    pub kinds: Vec<Option_>,
    /// How long before a visit to remind.
    pub reminders: Vec<Option_>,
    /// When the hours without reminders begin; `chosen` on one of them, or on none.
    pub quiet_from: Vec<Option_>,
    /// When they end.
    pub quiet_until: Vec<Option_>,
    /// There are hours without reminders.
    pub quiet: Field,
    /// The calendar's address, or empty.
    pub feed: String,
    /// The same for programs that subscribe at a tap (`webcal:`), or empty.
    pub feed_app: String,
    /// When the address was made, ready to read.
    pub feed_made: String,
    /// What must be mended.
    pub mends: Vec<Mend>,
}
