//! Reading the calendars of others (RFC 5545): when somebody is busy within a horizon, and nothing else of them. What is
//! read is bounded, and nothing that is read is kept but times.

use std::collections::{BTreeMap, BTreeSet};

use contracts::notifications::BusySpan;
use jiff::{
    SignedDuration, Span, Timestamp, ToSpan as _,
    civil::{Date, DateTime},
    tz::TimeZone,
};

use super::repeats::{NotUnderstood, Rule};

/// Events looked at in a calendar.
const MOST_EVENTS: usize = 5_000;
/// Lines looked at, unfolded.
const MOST_LINES: usize = 200_000;
/// Dates worked out in a calendar at most.
const BUDGET: usize = 1_000_000;
/// Spans told at most.
pub const MOST_SPANS: usize = 500;
/// Where a calendar says local times without a zone and names none of its own.
const USUAL_ZONE: &str = "Asia/Jakarta";

/// The stretch of time that is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Horizon {
    /// From then on.
    pub from: Timestamp,
    /// Until then.
    pub until: Timestamp,
}

/// What a calendar says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Busy {
    /// In order, none touching another, the nearest first where there are too many.
    pub spans: Vec<BusySpan>,
    /// Something of it is not understood or was too much, so that there are more.
    pub is_partly: bool,
}

/// Not a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoCalendar;

/// A time as an event gives it.
#[derive(Debug, Clone)]
struct Given {
    at: DateTime,
    zone: TimeZone,
    /// A whole day.
    is_date: bool,
}

impl Given {
    fn instant(&self) -> Option<Timestamp> {
        Some(self.at.to_zoned(self.zone.clone()).ok()?.timestamp())
    }
}

/// An event as far as being busy goes.
#[derive(Debug, Clone, Default)]
struct Event {
    uid: String,
    start: Option<Given>,
    end: Option<Given>,
    length: Option<Span>,
    rule: Option<String>,
    /// It names dates of its own to repeat on, which are not read.
    names_dates: bool,
    except: Vec<Given>,
    /// This event stands for the one of a series that would begin then.
    instead_of: Option<Given>,
    is_free: bool,
    is_cancelled: bool,
}

/// When somebody is busy within the horizon by this calendar.
pub fn busy(text: &str, horizon: Horizon) -> Result<Busy, NoCalendar> {
    let events = events(text)?;
    let mut is_partly = events.len() == MOST_EVENTS;
    let mut replaced: BTreeMap<&str, BTreeSet<Timestamp>> = BTreeMap::new();
    for event in &events {
        if let Some(at) = event.instead_of.as_ref().and_then(Given::instant) {
            replaced.entry(&event.uid).or_default().insert(at);
        }
    }
    let (mut spans, mut budget) = (Vec::new(), BUDGET);
    for event in events.iter().filter(|event| !event.is_free && !event.is_cancelled) {
        let replaced = replaced.get(event.uid.as_str()).filter(|_| event.instead_of.is_none());
        is_partly |= event.names_dates || matches!(event.rule(), Some(Err(_)));
        spans.extend(
            event
                .spans(horizon, &mut budget)
                .into_iter()
                .filter(|span| replaced.is_none_or(|at| !at.contains(&span.from))),
        );
    }
    is_partly |= budget == 0;
    let spans = joined(spans);
    is_partly |= spans.len() == MOST_SPANS;
    Ok(Busy { spans, is_partly })
}

impl Event {
    /// How it is repeated, if it is; what stands for one of a series is not.
    fn rule(&self) -> Option<Result<Rule, NotUnderstood>> {
        self.rule.as_deref().filter(|_| self.instead_of.is_none()).map(str::parse)
    }

    /// When it takes place within the horizon.
    fn spans(&self, horizon: Horizon, budget: &mut usize) -> Vec<BusySpan> {
        let Some(start) = &self.start else { return Vec::new() };
        let starts = match self.rule() {
            Some(Ok(rule)) => rule.starts(start.at, &start.zone, horizon, budget),
            // A rule that is not understood is no reason to miss the first time.
            Some(Err(_)) | None => vec![start.at],
        };
        let except: BTreeSet<Timestamp> = self.except.iter().filter_map(Given::instant).collect();
        let days: BTreeSet<Date> = self.except.iter().filter(|at| at.is_date).map(|at| at.at.date()).collect();
        let occurrence = |at: &DateTime| {
            let from = at.to_zoned(start.zone.clone()).ok()?;
            let until = self.end_of(start, &from)?;
            let from = from.timestamp();
            let is_left_out = except.contains(&from) || days.contains(&at.date());
            let touches = until > horizon.from && from < horizon.until && until > from;
            (touches && !is_left_out).then_some(BusySpan { from, until })
        };
        starts.iter().filter_map(occurrence).collect()
    }

    /// Where the one that begins then ends: as long after as the first, by the clock for whole days.
    fn end_of(&self, start: &Given, from: &jiff::Zoned) -> Option<Timestamp> {
        if let Some(length) = self.length {
            return from.checked_add(length).ok().map(|at| at.timestamp());
        }
        match &self.end {
            Some(end) if start.is_date => {
                let days = start.at.date().until(end.at.date()).ok()?;
                from.checked_add(days).ok().map(|at| at.timestamp())
            }
            Some(end) => {
                let length = end.instant()?.duration_since(start.instant()?);
                from.timestamp().checked_add(length).ok()
            }
            None if start.is_date => from.checked_add(1.day()).ok().map(|at| at.timestamp()),
            None => None,
        }
    }
}

/// In order, those that touch made one, and no more than can be told.
pub fn joined(mut spans: Vec<BusySpan>) -> Vec<BusySpan> {
    spans.sort_unstable();
    let mut joined: Vec<BusySpan> = Vec::new();
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.from <= last.until => last.until = last.until.max(span.until),
            _ => joined.push(span),
        }
    }
    joined.truncate(MOST_SPANS);
    joined
}

/// A line: its name, its parameters, its value.
struct Line<'a> {
    name: String,
    parameters: Vec<(String, &'a str)>,
    value: &'a str,
}

impl<'a> Line<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let mut quoted = false;
        let colon = line.find(|letter| {
            quoted ^= letter == '"';
            letter == ':' && !quoted
        })?;
        let (head, value) = (&line[..colon], &line[colon + 1..]);
        let mut parts = head.split(';');
        let name = parts.next()?.to_ascii_uppercase();
        let parameters = parts.filter_map(|part| part.split_once('='));
        let parameters = parameters.map(|(name, value)| (name.to_ascii_uppercase(), value.trim_matches('"'))).collect();
        Some(Self { name, parameters, value: value.trim() })
    }

    fn parameter(&self, name: &str) -> Option<&'a str> {
        self.parameters.iter().find(|(of, _)| of == name).map(|(_, value)| *value)
    }

    /// The times of its value.
    fn times(&self, usual: &TimeZone) -> Vec<Given> {
        let zone = self.parameter("TZID").and_then(zone).unwrap_or_else(|| usual.clone());
        self.value.split(',').take(MOST_SPANS).filter_map(|text| given(text.trim(), &zone)).collect()
    }
}

/// The events of a calendar.
fn events(text: &str) -> Result<Vec<Event>, NoCalendar> {
    let lines = unfolded(text);
    let first = lines.first().map(|line| line.trim_start_matches('\u{feff}').trim().to_ascii_uppercase());
    if first.as_deref() != Some("BEGIN:VCALENDAR") {
        return Err(NoCalendar);
    }
    let mut usual = TimeZone::get(USUAL_ZONE).unwrap_or(TimeZone::UTC);
    let mut events: Vec<Event> = Vec::new();
    // What is open, the innermost last.
    let mut open: Vec<String> = Vec::new();
    for line in lines.iter().filter_map(|line| Line::read(line)) {
        match line.name.as_str() {
            "BEGIN" => {
                open.push(line.value.to_ascii_uppercase());
                if open.len() == 2 && open[1] == "VEVENT" {
                    if events.len() == MOST_EVENTS {
                        break;
                    }
                    events.push(Event::default());
                }
            }
            "END" => drop(open.pop()),
            "X-WR-TIMEZONE" if open.len() == 1 => usual = zone(line.value).unwrap_or(usual),
            _ => {
                if let (2, Some("VEVENT"), Some(event)) =
                    (open.len(), open.last().map(String::as_str), events.last_mut())
                {
                    take(event, &line, &usual);
                }
            }
        }
    }
    Ok(events)
}

/// Takes what a line says of an event.
fn take(event: &mut Event, line: &Line<'_>, usual: &TimeZone) {
    let first = || line.times(usual).into_iter().next();
    match line.name.as_str() {
        "UID" => event.uid = line.value.chars().take(300).collect(),
        "DTSTART" => event.start = first(),
        "DTEND" => event.end = first(),
        "DURATION" => event.length = length(line.value),
        "RRULE" => event.rule = Some(line.value.to_owned()),
        "RDATE" => event.names_dates = true,
        "EXDATE" => event.except.extend(line.times(usual).into_iter().take(MOST_SPANS)),
        "RECURRENCE-ID" => event.instead_of = first(),
        "STATUS" => event.is_cancelled |= line.value.eq_ignore_ascii_case("CANCELLED"),
        "TRANSP" => event.is_free |= line.value.eq_ignore_ascii_case("TRANSPARENT"),
        "X-MICROSOFT-CDO-BUSYSTATUS" => event.is_free |= line.value.eq_ignore_ascii_case("FREE"),
        _ => {}
    }
}

/// Lines with those that go on joined (RFC 5545 §3.1).
fn unfolded(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.split('\n').map(|line| line.trim_end_matches('\r')).take(MOST_LINES) {
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some(last)) => last.push_str(rest),
            _ if line.is_empty() => {}
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

/// `20261124`, `20261124T103000` or `20261124T023000Z`.
fn given(text: &str, zone: &TimeZone) -> Option<Given> {
    if text.len() == 8 {
        let date = Date::strptime("%Y%m%d", text).ok()?;
        return Some(Given { at: date.at(0, 0, 0, 0), zone: zone.clone(), is_date: true });
    }
    let (local, zone) = match text.strip_suffix('Z') {
        Some(local) => (local, TimeZone::UTC),
        None => (text, zone.clone()),
    };
    let at = DateTime::strptime("%Y%m%dT%H%M%S", local).ok()?;
    Some(Given { at, zone, is_date: false })
}

/// `PT30M`, `P1D`, `P2W`; negative ones are none.
fn length(text: &str) -> Option<Span> {
    let span: Span = text.trim_start_matches('+').parse().ok()?;
    let hours: SignedDuration = span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?;
    (hours > SignedDuration::ZERO && hours < SignedDuration::from_hours(24 * 400)).then_some(span)
}

/// A zone by its IANA name, or by what Windows calls those of this country.
fn zone(name: &str) -> Option<TimeZone> {
    let name = match name.trim() {
        "SE Asia Standard Time" => "Asia/Jakarta",
        "Singapore Standard Time" => "Asia/Makassar",
        "Tokyo Standard Time" => "Asia/Jayapura",
        // Some calendars put a prefix of their own before the name.
        other => other.rsplit_once("/Asia/").map_or(other, |(_, city)| &other[other.len() - city.len() - 5..]),
    };
    TimeZone::get(name).ok()
}

#[cfg(test)]
mod tests {
    use contracts::notifications::BusySpan;
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::{Horizon, MOST_SPANS, NoCalendar, busy, zone};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn november() -> Horizon {
        Horizon { from: at("2026-11-01T00:00:00Z"), until: at("2026-12-01T00:00:00Z") }
    }

    /// The starts and lengths in minutes of a calendar with these events.
    fn spans(events: &str) -> Vec<(String, i64)> {
        let text = format!("BEGIN:VCALENDAR\nVERSION:2.0\n{events}\nEND:VCALENDAR\n").replace('\n', "\r\n");
        let told = busy(&text, november()).unwrap();
        assert!(!told.is_partly, "{told:?}");
        told.spans.iter().map(|span| (span.from.to_string(), span.until.duration_since(span.from).as_mins())).collect()
    }

    /// C10
    #[test]
    fn an_event_is_busy_in_its_zone_unless_it_is_free_or_cancelled() {
        let one = "BEGIN:VEVENT\nUID:1\nDTSTART;TZID=Asia/Makassar:20261124T103000\nDTEND;TZID=Asia/Makassar:20261124T110000\nSUMMARY:Rapat: de\n wan\nBEGIN:VALARM\nTRIGGER:-PT15M\nDURATION:PT5M\nEND:VALARM\nEND:VEVENT";
        assert_eq!(spans(one), [("2026-11-24T02:30:00Z".to_owned(), 30)]);
        for line in ["TRANSP:TRANSPARENT", "STATUS:CANCELLED", "X-MICROSOFT-CDO-BUSYSTATUS:FREE"] {
            assert!(spans(&one.replace("UID:1", &format!("UID:1\n{line}"))).is_empty(), "{line}");
        }
        let length = "BEGIN:VEVENT\nUID:2\nDTSTART:20261124T023000Z\nDURATION:PT1H30M\nEND:VEVENT";
        assert_eq!(spans(length), [("2026-11-24T02:30:00Z".to_owned(), 90)]);
        let windows = one.replace("Asia/Makassar", "\"Singapore Standard Time\"");
        assert_eq!(spans(&windows), [("2026-11-24T02:30:00Z".to_owned(), 30)]);
        assert!(zone("/citadel.org/20210210_1/Asia/Jayapura").is_some());
        assert_eq!(busy("<html>", november()), Err(NoCalendar));
    }

    /// C10
    #[test]
    fn a_whole_day_is_a_day_on_the_clock_of_the_calendar() {
        let day = "X-WR-TIMEZONE:Asia/Jayapura\nBEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE:20261124\nDTEND;VALUE=DATE:20261126\nEND:VEVENT";
        assert_eq!(spans(day), [("2026-11-23T15:00:00Z".to_owned(), 2880)]);
        let one = "BEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE:20261124\nEND:VEVENT";
        assert_eq!(spans(one), [("2026-11-23T17:00:00Z".to_owned(), 1440)]);
    }

    /// C10
    #[test]
    fn a_series_comes_without_what_is_left_out_and_with_what_was_moved() {
        let series = "BEGIN:VEVENT\nUID:s\nDTSTART;TZID=Asia/Makassar:20261102T090000\nDTEND;TZID=Asia/Makassar:20261102T100000\nRRULE:FREQ=WEEKLY;BYDAY=MO,WE\nEXDATE;TZID=Asia/Makassar:20261104T090000\nEND:VEVENT\nBEGIN:VEVENT\nUID:s\nRECURRENCE-ID;TZID=Asia/Makassar:20261109T090000\nDTSTART;TZID=Asia/Makassar:20261110T130000\nDTEND;TZID=Asia/Makassar:20261110T140000\nEND:VEVENT";
        let starts: Vec<String> = spans(series).into_iter().map(|(at, _)| at[8..16].to_owned()).collect();
        assert_eq!(
            starts,
            ["02T01:00", "10T05:00", "11T01:00", "16T01:00", "18T01:00", "23T01:00", "25T01:00", "30T01:00"]
        );
    }

    /// C10
    #[test]
    fn a_repetition_that_is_not_understood_is_told_beside_what_is() {
        let event = "BEGIN:VEVENT\nUID:1\nDTSTART:20261124T023000Z\nDURATION:PT1H\nEND:VEVENT";
        let told = |events: &str| busy(&format!("BEGIN:VCALENDAR\n{events}\nEND:VCALENDAR\n"), november()).unwrap();
        assert!(!told(event).is_partly);
        let lines =
            ["RRULE:FREQ=MONTHLY;BYDAY=TU;BYSETPOS=-1", "RRULE:FREQ=YEARLY;BYWEEKNO=48", "RDATE:20261125T023000Z"];
        for line in lines {
            let repeated = event.replace("UID:1", &format!("UID:1\n{line}"));
            let busy = told(&repeated);
            assert_eq!((busy.spans.len(), busy.is_partly), (1, true), "{line}");
            assert!(!told(&repeated.replace("UID:1", "UID:1\nTRANSP:TRANSPARENT")).is_partly, "{line}: nobody is busy");
        }
    }

    proptest! {
        /// C10
        #[test]
        fn whatever_is_read_the_answer_is_in_order_apart_within_bounds_and_never_a_panic(
            lines in proptest::collection::vec(prop_oneof![
                Just("BEGIN:VEVENT".to_owned()), Just("END:VEVENT".to_owned()), Just("END:VCALENDAR".to_owned()),
                "DTSTART(;TZID=[A-Za-z/]{0,20})?:20(1|2)[0-9](0|1)[0-9][0-3][0-9](T[0-2][0-9][0-5][0-9]00Z?)?",
                "DTEND:20(1|2)[0-9](0|1)[0-9][0-3][0-9](T[0-2][0-9][0-5][0-9]00Z?)?",
                "DURATION:-?P(T?[0-9]{1,7}[HMDWS]){0,3}",
                "RRULE:FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY|HOURLY|X)(;INTERVAL=-?[0-9]{1,10})?(;COUNT=[0-9]{1,9})?(;BYDAY=-?[0-9]{0,2}(MO|SU|X))?(;BYMONTHDAY=-?[0-9]{1,3})?",
                "\\PC{0,80}",
            ], 0..30),
        ) {
            // A line that begins with a blank goes on the one before, which must not be the first.
            let text = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}", lines.join("\r\n"));
            let told: Vec<BusySpan> = busy(&text, november()).unwrap().spans;
            prop_assert!(told.len() <= MOST_SPANS);
            for span in &told {
                prop_assert!(span.from < span.until && span.until > november().from && span.from < november().until);
            }
            for pair in told.windows(2) {
                prop_assert!(pair[0].until < pair[1].from);
            }
        }
    }
}
