//! A notification as a message for one person: subject, plain text, a page of the same words, and the appointment for
//! their calendar.

use askama::Template;
use contracts::{directory::Mode, notifications::NotificationKind};
use platform::{
    Error, Result,
    i18n::{Locale, Texts},
};

use crate::{
    calendar::{self, Event, Status},
    channel::{Invitation, Message, Sender},
    delivery::Item,
    saying::{self, About},
    settings::House,
    unsubscribe,
    vault::{Contact, Vault},
};

/// The words of a letter.
struct Words<'a> {
    locale: Locale,
    subject: &'a str,
    greeting: &'a str,
    body: &'a str,
    open: &'a str,
    url: Option<&'a str>,
    end: &'a str,
    end_url: Option<&'a str>,
    footer: &'a str,
}

#[derive(Template)]
#[template(path = "letter.html")]
struct Html<'a> {
    words: &'a Words<'a>,
}

#[derive(Template)]
#[template(path = "letter.txt", escape = "none")]
struct Plain<'a> {
    words: &'a Words<'a>,
}

/// The message for who is reached so.
pub(crate) fn compose(
    texts: &Texts,
    house: &House,
    vault: &Vault,
    sender: &Sender,
    item: &Item,
    locale: Locale,
    contact: Contact,
) -> Result<Message> {
    let said = saying::say(
        texts,
        locale,
        &About {
            kind: item.kind(),
            to_doctor: false,
            doctor: item.doctor.as_deref(),
            facility: &item.facility,
            patient: &item.patient,
            starts_at: item.starts_at,
            was_at: item.was_at,
            answer_by: item.answer_by,
            zone: &item.zone,
        },
    );
    let (page, open) = match item.kind() {
        NotificationKind::Proposed => ("/usulan", "mail-open-proposal"),
        _ => ("", "mail-open"),
    };
    let url = house.url(&format!("/janji/{}{page}", item.appointment));
    let end_url = unsubscribe::path(vault, item).and_then(|path| house.url(&path));
    let words = Words {
        locale,
        subject: &said.title,
        greeting: &texts.get(locale, "mail-greeting", &[("name", contact.name.as_str().into())]),
        body: &said.body,
        open: &texts.get(locale, open, &[]),
        url: url.as_deref(),
        end: &texts.get(locale, "mail-end", &[]),
        end_url: end_url.as_deref(),
        footer: &texts.get(locale, "mail-footer", &[]),
    };
    let text = Plain { words: &words }.render().map_err(Error::internal)?;
    let html = Html { words: &words }.render().map_err(Error::internal)?;
    let invitation = invitation(texts, sender, item, locale, &contact, url.as_deref());
    Ok(Message {
        delivery: item.id.clone(),
        account: item.account.clone(),
        name: contact.name,
        email: contact.email,
        phone: contact.phone,
        locale,
        subject: said.title,
        text,
        html,
        invitation,
        unsubscribe: end_url,
    })
}

/// The appointment for the calendar of who is told; none with a reminder or a proposal, for it is there already.
fn invitation(
    texts: &Texts,
    sender: &Sender,
    item: &Item,
    locale: Locale,
    contact: &Contact,
    url: Option<&str>,
) -> Option<Invitation> {
    let (method, status) = match item.kind() {
        NotificationKind::Requested => ("REQUEST", Status::Tentative),
        NotificationKind::Booked | NotificationKind::Accepted | NotificationKind::Moved => {
            ("REQUEST", Status::Confirmed)
        }
        NotificationKind::Rejected | NotificationKind::Cancelled => ("CANCEL", Status::Cancelled),
        NotificationKind::Proposed | NotificationKind::Reminder => return None,
    };
    let place = match item.mode {
        Mode::InPerson if item.address.is_empty() => item.facility.clone(),
        Mode::InPerson => format!("{}, {}", item.facility, item.address),
        Mode::Online => texts.get(locale, "calendar-online", &[]),
    };
    let event = Event {
        uid: calendar::uid(&item.appointment),
        sequence: item.sequence,
        stamp: item.at,
        from: item.starts_at,
        until: item.ends_at,
        title: texts.get(locale, "calendar-visit", &[("facility", item.facility.as_str().into())]),
        place,
        url: url.map(ToOwned::to_owned),
        status,
        people: Some([(sender.name.clone(), sender.address.clone()), (contact.name.clone(), contact.email.clone())]),
    };
    Some(Invitation { method, text: calendar::file(None, Some(method), &[event]) })
}
