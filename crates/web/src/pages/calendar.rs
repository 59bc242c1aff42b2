//! The calendar file of an appointment (RFC 5545): where and when; never the complaint.

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use jiff::{Timestamp, tz::TimeZone};
use platform::Result;

use super::{Site, shown, visitor::Visitor};

/// `GET /janji/{code}/kalender.ics`
pub(super) async fn file(State(site): State<Site>, visitor: Visitor, Path(code): Path<String>) -> Result<Response> {
    visitor.cx.account()?;
    let appointment = site.scheduling.appointment(&visitor.cx, &code).await?;
    let visit = shown::visit(&appointment, &visitor);
    let lines = [
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//Mediverse//Janji//ID".to_owned(),
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{}@mediverse", appointment.id),
        format!("SEQUENCE:{}", appointment.version),
        format!("DTSTAMP:{}", utc(visitor.cx.now())),
        format!("DTSTART:{}", utc(appointment.starts_at)),
        format!("DTEND:{}", utc(appointment.ends_at)),
        format!("SUMMARY:{}", escaped(&format!("{} ({})", visit.with, visit.code))),
        format!("LOCATION:{}", escaped(&format!("{}, {}", visit.place, visit.address))),
        "END:VEVENT".to_owned(),
        "END:VCALENDAR".to_owned(),
    ];
    let text: String = lines.iter().flat_map(|line| [folded(line), "\r\n".to_owned()]).collect();
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"janji.ics\""),
    ];
    Ok((headers, text).into_response())
}

fn utc(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n")
}

/// Lines hold 75 octets at most; the next one goes on after a blank.
fn folded(line: &str) -> String {
    let mut out = String::new();
    let mut length = 0;
    for letter in line.chars() {
        if length + letter.len_utf8() > 74 {
            out.push_str("\r\n ");
            length = 1;
        }
        out.push(letter);
        length += letter.len_utf8();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{escaped, folded};

    #[test]
    fn long_lines_are_folded_and_marks_escaped() {
        assert_eq!(escaped("a,b;c"), "a\\,b\\;c");
        let long = "x".repeat(160);
        assert!(folded(&long).split("\r\n").all(|line| line.len() <= 75));
        assert_eq!(folded(&long).replace("\r\n ", ""), long);
    }
}
