//! Calendars as text (RFC 5545): folded, escaped, times in UTC. A title says where, never why.

use std::fmt::Write as _;

use contracts::scheduling::AppointmentId;
use jiff::{Timestamp, tz::TimeZone};

/// Octets of a line at most, without its end.
const LINE: usize = 75;
/// How soon a calendar may be asked for again.
const REFRESH: &str = "PT1H";

/// Whether an event takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It waits for an acceptance.
    Tentative,
    /// It does.
    Confirmed,
    /// It does not.
    Cancelled,
}

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The same for ever.
    pub uid: String,
    /// Raised by changes.
    pub sequence: i64,
    /// When it was last changed.
    pub stamp: Timestamp,
    /// Start.
    pub from: Timestamp,
    /// End.
    pub until: Timestamp,
    /// Title.
    pub title: String,
    /// Place.
    pub place: String,
    /// Where to read more.
    pub url: Option<String>,
    /// Whether it takes place.
    pub status: Status,
    /// Name and address of the organizer and of who is invited.
    pub people: Option<[(String, String); 2]>,
}

/// What an appointment is called in every calendar.
pub(crate) fn uid(appointment: &AppointmentId) -> String {
    format!("{appointment}@mediverse")
}

/// A calendar with these events; with a name it is one to subscribe to, with a method a message to a calendar.
pub fn file(name: Option<&str>, method: Option<&str>, events: &[Event]) -> String {
    let mut text = Lines::default();
    text.put("BEGIN:VCALENDAR");
    text.put("VERSION:2.0");
    text.put("PRODID:-//Mediverse//Mediverse//ID");
    text.put("CALSCALE:GREGORIAN");
    if let Some(method) = method {
        text.put(&format!("METHOD:{method}"));
    }
    if let Some(name) = name {
        let name = escaped(name);
        text.put(&format!("NAME:{name}"));
        text.put(&format!("X-WR-CALNAME:{name}"));
        text.put(&format!("REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}"));
        text.put(&format!("X-PUBLISHED-TTL:{REFRESH}"));
    }
    for event in events {
        put_event(&mut text, event);
    }
    text.put("END:VCALENDAR");
    text.0
}

fn put_event(text: &mut Lines, event: &Event) {
    let status = match event.status {
        Status::Tentative => "TENTATIVE",
        Status::Confirmed => "CONFIRMED",
        Status::Cancelled => "CANCELLED",
    };
    text.put("BEGIN:VEVENT");
    text.put(&format!("UID:{}", event.uid));
    text.put(&format!("SEQUENCE:{}", event.sequence));
    text.put(&format!("DTSTAMP:{}", utc(event.stamp)));
    text.put(&format!("LAST-MODIFIED:{}", utc(event.stamp)));
    text.put(&format!("DTSTART:{}", utc(event.from)));
    text.put(&format!("DTEND:{}", utc(event.until)));
    text.put(&format!("SUMMARY:{}", escaped(&event.title)));
    if !event.place.is_empty() {
        text.put(&format!("LOCATION:{}", escaped(&event.place)));
    }
    if let Some(url) = &event.url {
        text.put(&format!("URL:{url}"));
    }
    if let Some([organizer, invited]) = &event.people {
        text.put(&format!("ORGANIZER;CN={}:mailto:{}", quoted(&organizer.0), plain(&organizer.1)));
        text.put(&format!(
            "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE;CN={}:mailto:{}",
            quoted(&invited.0),
            plain(&invited.1)
        ));
    }
    text.put(&format!("STATUS:{status}"));
    text.put(if event.status == Status::Cancelled { "TRANSP:TRANSPARENT" } else { "TRANSP:OPAQUE" });
    text.put("END:VEVENT");
}

/// Lines that end in CR LF, long ones folded between letters.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn put(&mut self, line: &str) {
        let mut length = 0;
        for letter in line.chars() {
            if length + letter.len_utf8() > LINE {
                self.0.push_str("\r\n ");
                length = 1;
            }
            let _ = self.0.write_char(letter);
            length += letter.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

fn utc(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A text value (RFC 5545 §3.3.11): what has a meaning is escaped, control characters are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' => out.push_str("\\\\"),
            ';' => out.push_str("\\;"),
            ',' => out.push_str("\\,"),
            '\n' => out.push_str("\\n"),
            letter if letter.is_control() => {}
            letter => out.push(letter),
        }
    }
    out
}

/// The value of a parameter: quotation marks cannot stand in it (RFC 5545 §3.2).
fn quoted(text: &str) -> String {
    let inner: String =
        text.chars().filter(|letter| !letter.is_control()).map(|c| if c == '"' { '\'' } else { c }).collect();
    format!("\"{inner}\"")
}

/// An address, without what would end its line.
fn plain(address: &str) -> String {
    address.chars().filter(|letter| !letter.is_control() && !letter.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Event, LINE, Status, file};

    fn event(title: &str, name: &str) -> Event {
        Event {
            uid: "apt_1@mediverse".to_owned(),
            sequence: 2,
            stamp: "2026-11-23T00:00:00Z".parse().unwrap(),
            from: "2026-11-24T02:30:00Z".parse().unwrap(),
            until: "2026-11-24T03:00:00Z".parse().unwrap(),
            title: title.to_owned(),
            place: "Klinik A, Jl. Melati; lantai 2".to_owned(),
            url: None,
            status: Status::Confirmed,
            people: Some([
                ("Mediverse".to_owned(), "janji@contoh.example".to_owned()),
                (name.to_owned(), "siti@contoh.example".to_owned()),
            ]),
        }
    }

    /// G1, C10
    #[test]
    fn an_invitation_is_what_calendars_expect() {
        let text = file(None, Some("REQUEST"), &[event("Konsultasi – Klinik A", "Siti \"Aminah\"")]);
        for line in [
            "METHOD:REQUEST",
            "UID:apt_1@mediverse",
            "SEQUENCE:2",
            "DTSTART:20261124T023000Z",
            "SUMMARY:Konsultasi – Klinik A",
            "LOCATION:Klinik A\\, Jl. Melati\\; lantai 2",
            "ORGANIZER;CN=\"Mediverse\":mailto:janji@contoh.example",
            "STATUS:CONFIRMED",
        ] {
            assert!(text.split("\r\n").any(|known| known == line), "{line} is not in {text}");
        }
        assert!(text.replace("\r\n ", "").contains("CN=\"Siti 'Aminah'\":mailto:siti@contoh.example"), "{text}");
    }

    proptest! {
        /// C10
        #[test]
        fn whatever_a_title_holds_the_lines_stay_short_and_the_calendar_whole(title in "\\PC{0,200}|[\\x00-\\x7f]{0,200}", name in "\\PC{0,90}|[\\x00-\\x7f]{0,90}") {
            let text = file(Some(&title), None, &[event(&title, &name)]);
            prop_assert!(text.ends_with("END:VCALENDAR\r\n"));
            for line in text.trim_end().split("\r\n") {
                prop_assert!(line.len() <= LINE, "{line}");
                prop_assert!(!line.contains('\r') && !line.contains('\n'));
            }
            let whole = text.replace("\r\n ", "");
            let begins = whole.split("\r\n").filter(|line| line.starts_with("BEGIN:")).count();
            prop_assert_eq!(begins, 2, "nothing can be put in");
            let summary = whole.split("\r\n").find_map(|line| line.strip_prefix("SUMMARY:")).unwrap();
            let back = summary.replace("\\\\", "\u{0}").replace("\\n", "\n").replace("\\;", ";").replace("\\,", ",").replace('\u{0}', "\\");
            let kept: String = title.chars().filter(|c| !c.is_control() || *c == '\n').collect();
            prop_assert_eq!(back, kept);
        }
    }
}
