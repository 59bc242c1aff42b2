//! The form of a week's hours: a row for each stretch, and an empty one for each day.

use jiff::civil::Date;

use crate::{
    format,
    pages::visitor::Visitor,
    view::{HoursRow, WeekDay},
};

/// The days of the form, Monday first, each with an empty row at its end.
pub(in crate::pages) fn week(visitor: &Visitor, rows: Vec<HoursRow>, today: Date) -> Vec<WeekDay> {
    let locale = visitor.speech.locale;
    let mut n = rows.iter().map(|row| row.n + 1).max().unwrap_or(0);
    let days = (1..=7_u8).map(|weekday| {
        let mut own: Vec<HoursRow> = rows.iter().filter(|row| row.weekday == weekday).cloned().collect();
        own.sort_by(|a, b| (&a.valid_from, &a.from).cmp(&(&b.valid_from, &b.from)));
        let point = |time: &str| {
            if locale == platform::i18n::Locale::Id { time.replace(':', ".") } else { time.to_owned() }
        };
        let spans = own.iter().map(|row| format!("{}–{}", point(&row.from), point(&row.until)));
        let (line, open) = (spans.collect::<Vec<_>>().join(", "), own.iter().any(|row| !row.error.is_empty()));
        own.push(HoursRow {
            n,
            weekday,
            capacity: "1".to_owned(),
            modes: "both".to_owned(),
            valid_from: today.to_string(),
            ..HoursRow::default()
        });
        n += 1;
        WeekDay { name: format::weekday_of(weekday, locale).to_owned(), line, rows: own, open }
    });
    days.collect()
}
