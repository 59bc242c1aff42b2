//! The words of a notification, made when somebody reads it or when it is sent: in their language, with the names as
//! they are now. Who, where and when; never why.

use contracts::notifications::NotificationKind;
use jiff::Timestamp;
use platform::i18n::{Locale, Texts};

use crate::when;

/// What a notification tells of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About<'a> {
    pub(crate) kind: NotificationKind,
    pub(crate) to_doctor: bool,
    /// None for the services of a desk.
    pub(crate) doctor: Option<&'a str>,
    pub(crate) facility: &'a str,
    /// The person treated; empty where they are not known here any more.
    pub(crate) patient: &'a str,
    pub(crate) starts_at: Timestamp,
    pub(crate) was_at: Option<Timestamp>,
    /// Until when an answer is awaited.
    pub(crate) answer_by: Option<Timestamp>,
    pub(crate) zone: &'a str,
}

/// The words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) title: String,
    pub(crate) body: String,
}

/// Says it. A doctor's words name no patient.
pub(crate) fn say(texts: &Texts, locale: Locale, about: &About<'_>) -> Said {
    let key = match (about.to_doctor, about.kind) {
        (false, NotificationKind::Requested) => "ntf-requested",
        (false, NotificationKind::Booked) => "ntf-booked",
        (false, NotificationKind::Accepted) => "ntf-accepted",
        (false, NotificationKind::Rejected) => "ntf-rejected",
        (false, NotificationKind::Moved) => "ntf-moved",
        (false, NotificationKind::Cancelled) => "ntf-cancelled",
        (false, NotificationKind::Proposed) => "ntf-proposed",
        (false, NotificationKind::Reminder) => "ntf-reminder",
        (true, NotificationKind::Requested) => "ntf-doctor-requested",
        (true, NotificationKind::Moved) => "ntf-doctor-moved",
        (true, NotificationKind::Cancelled | NotificationKind::Rejected) => "ntf-doctor-cancelled",
        (true, _) => "ntf-doctor-booked",
    };
    let when = when::said(about.starts_at, about.zone, locale);
    let was = about.was_at.map(|at| when::said(at, about.zone, locale)).unwrap_or_default();
    let until = about.answer_by.map(|at| when::said(at, about.zone, locale)).unwrap_or_default();
    let with = about.doctor.unwrap_or_default();
    let values = [
        ("when", when.as_str().into()),
        ("was", was.as_str().into()),
        ("until", until.as_str().into()),
        ("doctor", with.into()),
        ("facility", about.facility.into()),
        ("patient", about.patient.into()),
    ];
    // A service of a desk has no doctor to name.
    let body = if with.is_empty() && !about.to_doctor { "desk" } else { "body" };
    let mut said = Said {
        title: texts.get(locale, &format!("{key}.title"), &values),
        body: texts.get(locale, &format!("{key}.{body}"), &values),
    };
    if !about.to_doctor && !about.patient.is_empty() {
        said.body = format!("{} {}", said.body, texts.get(locale, "ntf-for", &values));
    }
    said
}
