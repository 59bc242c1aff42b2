//! The form of a week's hours as somebody typed it.

use contracts::{
    directory::{Mode, ServiceId},
    scheduling::Hours,
};
use jiff::civil::{Date, Time};

use crate::view::HoursRow;

/// Rows that a form may have.
const MOST_ROWS: usize = 80;

/// The fields of a form as typed.
#[derive(Debug, Default)]
pub(in crate::pages) struct Typed(pub Vec<(String, String)>);

impl Typed {
    /// A field; empty where it was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }

    /// Whether a field was sent at all.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// The rows of hours, removed ones left out.
    pub(in crate::pages) fn rows(&self) -> Vec<HoursRow> {
        let field = |letter: &str, n: usize| self.get(&format!("{letter}{n}")).to_owned();
        let rows = (0..MOST_ROWS).filter(|n| self.has(&format!("d{n}")) && self.get(&format!("x{n}")).is_empty());
        let rows = rows.map(|n| HoursRow {
            n,
            weekday: field("d", n).parse().unwrap_or(1),
            from: field("f", n),
            until: field("u", n),
            slot: field("s", n),
            capacity: field("c", n),
            modes: field("m", n),
            valid_from: field("vf", n),
            valid_until: field("vu", n),
            services: field("sv", n),
            error: String::new(),
            kept: true,
        });
        let filled = rows.filter(|row| !row.from.is_empty() || !row.until.is_empty());
        // Numbered anew: the page adds empty rows after the last, and a form's numbers are bounded.
        filled.enumerate().map(|(n, row)| HoursRow { n, ..row }).collect()
    }
}

/// Reads a row; where it cannot be read, the text key of what is wrong.
pub(in crate::pages) fn hours_of(row: &HoursRow, today: Date) -> std::result::Result<Hours, &'static str> {
    let time = |text: &str| text.parse::<Time>().map_err(|_| "hours-bad-time");
    let number = |text: &str, otherwise: Option<u16>| match text {
        "" => Ok(otherwise),
        text => text.parse().map(Some).map_err(|_| "hours-bad-number"),
    };
    let date = |text: &str| match text {
        "" => Ok(None),
        text => text.parse::<Date>().map(Some).map_err(|_| "hours-bad-date"),
    };
    Ok(Hours {
        weekday: row.weekday,
        from: time(&row.from)?,
        until: time(&row.until)?,
        valid_from: date(&row.valid_from)?.unwrap_or(today),
        valid_until: date(&row.valid_until)?,
        slot_minutes: number(&row.slot, None)?,
        capacity: number(&row.capacity, Some(1))?.unwrap_or(1),
        modes: match row.modes.as_str() {
            "in_person" => vec![Mode::InPerson],
            "online" => vec![Mode::Online],
            _ => vec![Mode::InPerson, Mode::Online],
        },
        services: row.services.split(',').filter_map(|id| id.parse::<ServiceId>().ok()).collect(),
    })
}

/// Hours that are kept, as a row to be edited.
pub(in crate::pages) fn row_of(n: usize, hours: &Hours) -> HoursRow {
    let number = |number: Option<u16>| number.map(|number| number.to_string()).unwrap_or_default();
    HoursRow {
        n,
        weekday: hours.weekday,
        from: hours.from.strftime("%H:%M").to_string(),
        until: hours.until.strftime("%H:%M").to_string(),
        slot: number(hours.slot_minutes),
        capacity: hours.capacity.to_string(),
        modes: match hours.modes.as_slice() {
            [one] => one.word().to_owned(),
            _ => "both".to_owned(),
        },
        valid_from: hours.valid_from.to_string(),
        valid_until: hours.valid_until.map(|date| date.to_string()).unwrap_or_default(),
        services: hours.services.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
        error: String::new(),
        kept: true,
    }
}
