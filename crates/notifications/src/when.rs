//! Instants as people read them: `Sel, 24 Nov 2026, 10.30 WITA`; English `Tue 24 Nov 2026, 10:30 WITA`.

use jiff::{Timestamp, tz::TimeZone};
use platform::i18n::Locale;

const MONTHS_ID: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"];
const MONTHS_EN: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS_ID: [&str; 7] = ["Sen", "Sel", "Rab", "Kam", "Jum", "Sab", "Min"];
const DAYS_EN: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// The zone of that name; that of Jakarta where the name is unknown, so that a text is never without a time.
pub(crate) fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).or_else(|_| TimeZone::get("Asia/Jakarta")).unwrap_or(TimeZone::UTC)
}

/// Day, time and zone.
pub(crate) fn said(at: Timestamp, zone_name: &str, locale: Locale) -> String {
    let at = at.to_zoned(zone(zone_name));
    let day = usize::from(at.weekday().to_monday_zero_offset().unsigned_abs());
    let month = usize::from(at.month().unsigned_abs()) - 1;
    let (day, comma, month, point) = match locale {
        Locale::Id => (DAYS_ID[day], ",", MONTHS_ID[month], '.'),
        Locale::En => (DAYS_EN[day], "", MONTHS_EN[month], ':'),
    };
    let (hour, minute, name) = (at.hour(), at.minute(), at.strftime("%Z"));
    format!("{day}{comma} {} {month} {}, {hour:02}{point}{minute:02} {name}", at.day(), at.year())
}

#[cfg(test)]
mod tests {
    use platform::i18n::Locale;

    use super::said;

    /// G1
    #[test]
    fn r_t5_every_time_stands_with_the_zone_of_the_facility() {
        let at = "2026-11-24T02:30:00Z".parse().unwrap();
        assert_eq!(said(at, "Asia/Makassar", Locale::Id), "Sel, 24 Nov 2026, 10.30 WITA");
        assert_eq!(said(at, "Asia/Jayapura", Locale::En), "Tue 24 Nov 2026, 11:30 WIT");
        assert_eq!(said(at, "Nowhere/Else", Locale::Id), "Sel, 24 Nov 2026, 09.30 WIB");
    }
}
