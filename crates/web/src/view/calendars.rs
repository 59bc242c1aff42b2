//! A doctor's calendars, and the page that ends a kind of e-mail (C10, G1).

use askama::Template;

use super::{Field, Mend, Shell};
use crate::filters;

/// `/d/kalender`
#[derive(Debug, Clone, Template)]
#[template(path = "calendars.html")]
pub struct Calendars {
    /// The frame.
    pub shell: Shell,
    /// The secret address of one's own calendar, or empty.
    pub feed: String,
    /// The same for a calendar program.
    pub feed_app: String,
    /// When it was made.
    pub feed_made: String,
    /// Those kept elsewhere.
    pub calendars: Vec<OutsideRow>,
    /// One more may be added.
    pub more: bool,
    /// The address of a new one.
    pub url: Field,
    /// What must be mended.
    pub mends: Vec<Mend>,
}

/// A calendar kept elsewhere.
#[derive(Debug, Clone)]
pub struct OutsideRow {
    /// Where the form goes that takes it away.
    pub action: String,
    /// The host of its address.
    pub host: String,
    /// Why it could not be read the last time, ready to read; or empty.
    pub problem: String,
    /// How much busy time was found, ready to read.
    pub busy: String,
    /// When it was read last, ready to read; empty while it was not.
    pub read: String,
}

/// `/berhenti/{token}`
#[derive(Debug, Clone, Template)]
#[template(path = "unsubscribe.html")]
pub struct Unsubscribe {
    /// The frame.
    pub shell: Shell,
    /// Where the form goes.
    pub action: String,
    /// Text key of the kind of e-mail.
    pub kind: &'static str,
    /// It has been ended.
    pub done: bool,
}
