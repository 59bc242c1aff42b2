//! Dates, times, money and numbers as people read them (UI voice: `Sel 24 Nov, 10.30 WITA`, `Rp130.000`).
//!
//! The zone stands beside every time of day and is the facility's own.

use jiff::civil::{Date, Weekday};
use jiff::{ToSpan as _, Zoned};
use platform::i18n::Locale;

const MONTHS_ID: [&str; 12] = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
];
const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const SHORT_ID: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"];
const SHORT_EN: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The name of a month in full.
pub fn month(date: Date, locale: Locale) -> &'static str {
    let names = match locale {
        Locale::Id => &MONTHS_ID,
        Locale::En => &MONTHS_EN,
    };
    names[usize::from(date.month().unsigned_abs()) - 1]
}

fn month_short(date: Date, locale: Locale) -> &'static str {
    let names = match locale {
        Locale::Id => &SHORT_ID,
        Locale::En => &SHORT_EN,
    };
    names[usize::from(date.month().unsigned_abs()) - 1]
}

/// The name of a weekday in full: `Selasa`, `Tuesday`.
pub fn weekday(date: Date, locale: Locale) -> &'static str {
    match (locale, date.weekday()) {
        (Locale::Id, Weekday::Monday) => "Senin",
        (Locale::Id, Weekday::Tuesday) => "Selasa",
        (Locale::Id, Weekday::Wednesday) => "Rabu",
        (Locale::Id, Weekday::Thursday) => "Kamis",
        (Locale::Id, Weekday::Friday) => "Jumat",
        (Locale::Id, Weekday::Saturday) => "Sabtu",
        (Locale::Id, Weekday::Sunday) => "Minggu",
        (Locale::En, Weekday::Monday) => "Monday",
        (Locale::En, Weekday::Tuesday) => "Tuesday",
        (Locale::En, Weekday::Wednesday) => "Wednesday",
        (Locale::En, Weekday::Thursday) => "Thursday",
        (Locale::En, Weekday::Friday) => "Friday",
        (Locale::En, Weekday::Saturday) => "Saturday",
        (Locale::En, Weekday::Sunday) => "Sunday",
    }
}

/// The same of a day by its number in the week, 1 for Monday.
pub fn weekday_of(number: u8, locale: Locale) -> &'static str {
    let monday = Date::constant(2026, 11, 23);
    weekday(monday.saturating_add((i64::from(number) - 1).days()), locale)
}

/// The first three letters of a weekday: `Sel`, `Tue`.
pub fn weekday_short(date: Date, locale: Locale) -> &'static str {
    &weekday(date, locale)[..3]
}

/// A day among near days: `Sel 24 Nov`.
pub fn day(date: Date, locale: Locale) -> String {
    format!("{} {} {}", weekday_short(date, locale), date.day(), month_short(date, locale))
}

/// A day with its year: `Sel, 24 Nov 2026`; English `Tue 24 Nov 2026`.
pub fn day_year(date: Date, locale: Locale) -> String {
    let comma = if locale == Locale::Id { "," } else { "" };
    format!("{}{comma} {} {} {}", weekday_short(date, locale), date.day(), month_short(date, locale), date.year())
}

/// A day in full: `Selasa, 24 November 2026`; English `Tuesday 24 November 2026`.
pub fn day_long(date: Date, locale: Locale) -> String {
    let comma = if locale == Locale::Id { "," } else { "" };
    format!("{}{comma} {} {} {}", weekday(date, locale), date.day(), month(date, locale), date.year())
}

/// A date without its weekday: `24 November 2026`.
pub fn date(date: Date, locale: Locale) -> String {
    format!("{} {} {}", date.day(), month(date, locale), date.year())
}

/// Month and year over a strip of days: `November 2026`.
pub fn month_year(date: Date, locale: Locale) -> String {
    format!("{} {}", month(date, locale), date.year())
}

/// A time of day without its zone, for lists under a heading that names the zone: `10.30`; English `10:30`.
pub fn clock(at: &Zoned, locale: Locale) -> String {
    let point = if locale == Locale::Id { '.' } else { ':' };
    format!("{:02}{point}{:02}", at.hour(), at.minute())
}

/// The zone's short name: `WIB`, `WITA`, `WIT`, or what the zone calls itself.
pub fn zone(at: &Zoned) -> String {
    at.strftime("%Z").to_string()
}

/// A time of day with its zone: `10.30 WITA`.
pub fn time(at: &Zoned, locale: Locale) -> String {
    format!("{} {}", clock(at, locale), zone(at))
}

/// From and until with the zone once: `10.30–10.45 WITA`.
pub fn span(from: &Zoned, until: &Zoned, locale: Locale) -> String {
    format!("{}–{} {}", clock(from, locale), clock(until, locale), zone(from))
}

/// Day and time: `Sel 24 Nov, 10.30 WITA`.
pub fn when(at: &Zoned, locale: Locale) -> String {
    format!("{}, {}", day(at.date(), locale), time(at, locale))
}

/// The machine-readable form for `<time datetime>` and form values: RFC 3339 with offset.
pub fn rfc3339(at: &Zoned) -> String {
    at.strftime("%Y-%m-%dT%H:%M%:z").to_string()
}

/// An amount in the currency's minor units (for IDR, whole rupiah): `Rp130.000`; English `IDR 130,000`.
pub fn money(amount: i64, currency: &str, locale: Locale) -> String {
    let figure = number(amount, locale);
    match (locale, currency) {
        (Locale::Id, "IDR") => format!("Rp{figure}"),
        _ => format!("{currency} {figure}"),
    }
}

/// A whole number with its thousands apart: `1.204`; English `1,204`.
pub fn number(value: i64, locale: Locale) -> String {
    let mark = if locale == Locale::Id { '.' } else { ',' };
    let digits = value.unsigned_abs().to_string();
    let mut out = String::from(if value < 0 { "-" } else { "" });
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(mark);
        }
        out.push(digit);
    }
    out
}

/// A rating in tenths: 49 reads `4,9`; English `4.9`.
pub fn rating(tenths: u32, locale: Locale) -> String {
    let mark = if locale == Locale::Id { ',' } else { '.' };
    format!("{}{mark}{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use jiff::tz::TimeZone;

    use super::*;

    #[test]
    fn days_are_named_by_their_number() {
        assert_eq!((weekday_of(1, Locale::Id), weekday_of(7, Locale::En)), ("Senin", "Sunday"));
    }

    fn tuesday() -> Zoned {
        date(2026, 11, 24).at(10, 30, 0, 0).to_zoned(TimeZone::get("Asia/Makassar").expect("a zone")).expect("a time")
    }

    #[test]
    fn times_name_their_zone_in_both_languages() {
        assert_eq!(when(&tuesday(), Locale::Id), "Sel 24 Nov, 10.30 WITA");
        assert_eq!(when(&tuesday(), Locale::En), "Tue 24 Nov, 10:30 WITA");
        assert_eq!(rfc3339(&tuesday()), "2026-11-24T10:30+08:00");
    }

    #[test]
    fn money_keeps_its_thousands_apart() {
        assert_eq!(money(130_000, "IDR", Locale::Id), "Rp130.000");
        assert_eq!(money(130_000, "IDR", Locale::En), "IDR 130,000");
        assert_eq!(number(-1_204_000, Locale::Id), "-1.204.000");
        assert_eq!(number(90, Locale::Id), "90");
    }

    #[test]
    fn days_in_full_and_in_short() {
        assert_eq!(day_long(tuesday().date(), Locale::Id), "Selasa, 24 November 2026");
        assert_eq!(day_year(tuesday().date(), Locale::En), "Tue 24 Nov 2026");
    }
}
