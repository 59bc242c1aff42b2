//! Rules of repetition (RFC 5545 §3.3.10), as far as calendars of people use them: daily, weekly, monthly and yearly, every
//! so many, on weekdays, days of the month and months, so often or until. A rule with anything else is not understood.

use std::str::FromStr;

use jiff::{
    Timestamp, ToSpan as _,
    civil::{Date, DateTime, Weekday},
    tz::TimeZone,
};

use super::events::Horizon;

/// The rule is not understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotUnderstood;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Every {
    Day,
    Week,
    Month,
    Year,
}

/// The end of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    Instant(DateTime),
    Local(DateTime),
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    every: Every,
    interval: i64,
    count: Option<usize>,
    until: Option<Until>,
    /// Weekdays; in a month perhaps the first of them, or counted from its end.
    weekdays: Vec<(Option<i8>, Weekday)>,
    month_days: Vec<i8>,
    months: Vec<i8>,
    week_begins: Weekday,
}

impl FromStr for Rule {
    type Err = NotUnderstood;

    fn from_str(text: &str) -> Result<Self, NotUnderstood> {
        let mut every = None;
        let mut rule = Self {
            every: Every::Day,
            interval: 1,
            count: None,
            until: None,
            weekdays: Vec::new(),
            month_days: Vec::new(),
            months: Vec::new(),
            week_begins: Weekday::Monday,
        };
        for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').ok_or(NotUnderstood)?;
            match name.to_ascii_uppercase().as_str() {
                "FREQ" => {
                    every = Some(match value.to_ascii_uppercase().as_str() {
                        "DAILY" => Every::Day,
                        "WEEKLY" => Every::Week,
                        "MONTHLY" => Every::Month,
                        "YEARLY" => Every::Year,
                        _ => return Err(NotUnderstood),
                    });
                }
                "INTERVAL" => rule.interval = number(value, 1, 1_000)?,
                "COUNT" => rule.count = Some(number(value, 1, 1_000_000)? as usize),
                "UNTIL" => rule.until = Some(until(value)?),
                "BYDAY" => rule.weekdays = list(value, weekday)?,
                "BYMONTHDAY" => rule.month_days = list(value, |day| signed(day, 31))?,
                "BYMONTH" => rule.months = list(value, |month| number(month, 1, 12).map(|month| month as i8))?,
                "WKST" => rule.week_begins = weekday(value)?.1,
                _ => return Err(NotUnderstood),
            }
        }
        rule.every = every.ok_or(NotUnderstood)?;
        let ordinals = rule.weekdays.iter().any(|(nth, _)| nth.is_some());
        // The fifth Monday of a year's, or of a week's, is for rules nobody keeps an agenda by.
        let strange = ordinals && (rule.every != Every::Month || !rule.month_days.is_empty())
            || rule.every == Every::Year && !rule.weekdays.is_empty()
            || rule.every == Every::Week && !rule.month_days.is_empty();
        if strange { Err(NotUnderstood) } else { Ok(rule) }
    }
}

fn number(text: &str, least: i64, most: i64) -> Result<i64, NotUnderstood> {
    text.trim().parse().ok().filter(|number| (least..=most).contains(number)).ok_or(NotUnderstood)
}

fn signed(text: &str, most: i64) -> Result<i8, NotUnderstood> {
    let number = number(text.trim().trim_start_matches('+'), -most, most)?;
    if number == 0 { Err(NotUnderstood) } else { Ok(number as i8) }
}

fn list<T>(text: &str, read: impl Fn(&str) -> Result<T, NotUnderstood>) -> Result<Vec<T>, NotUnderstood> {
    text.split(',').take(400).map(|part| read(part.trim())).collect()
}

fn weekday(text: &str) -> Result<(Option<i8>, Weekday), NotUnderstood> {
    let split = text.len().checked_sub(2).filter(|at| text.is_char_boundary(*at)).ok_or(NotUnderstood)?;
    let day = match text[split..].to_ascii_uppercase().as_str() {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return Err(NotUnderstood),
    };
    let nth = if split == 0 { None } else { Some(signed(&text[..split], 5)?) };
    Ok((nth, day))
}

fn until(text: &str) -> Result<Until, NotUnderstood> {
    let read = |text: &str| DateTime::strptime("%Y%m%dT%H%M%S", text).map_err(|_| NotUnderstood);
    if let Some(utc) = text.strip_suffix(['Z', 'z']) {
        return read(utc).map(Until::Instant);
    }
    if text.len() == 8 {
        let date = Date::strptime("%Y%m%d", text).map_err(|_| NotUnderstood)?;
        return Ok(Until::Local(date.at(23, 59, 59, 0)));
    }
    read(text).map(Until::Local)
}

impl Rule {
    /// The starts of a series that first begins then: the first, and those about `from` and before `until`. What each costs
    /// is taken from `budget`; where that ends the answer does too.
    pub fn starts(&self, first: DateTime, zone: &TimeZone, horizon: Horizon, budget: &mut usize) -> Vec<DateTime> {
        // What begins a series belongs to it, whatever the rule says (RFC 5545 §3.8.5.3).
        let mut starts = vec![first];
        let mut counted = 1;
        for period in self.first_period(first.date(), zone, horizon.from).. {
            let Some(dates) = self.dates(first.date(), period * self.interval) else { break };
            *budget = budget.saturating_sub(1 + dates.len());
            if *budget == 0 {
                break;
            }
            for at in dates.into_iter().map(|date| date.to_datetime(first.time())).filter(|at| *at > first) {
                let Ok(instant) = at.to_zoned(zone.clone()).map(|at| at.timestamp()) else { return starts };
                let is_over = match self.until {
                    Some(Until::Instant(until)) => at_utc(until).is_none_or(|until| instant > until),
                    Some(Until::Local(until)) => at > until,
                    None => false,
                };
                if is_over || instant >= horizon.until || self.count.is_some_and(|count| counted >= count) {
                    return starts;
                }
                counted += 1;
                starts.push(at);
            }
        }
        starts
    }

    /// The period to begin with: where nothing is counted, the one before the horizon.
    fn first_period(&self, first: Date, zone: &TimeZone, from: Timestamp) -> i64 {
        if self.count.is_some() {
            return 0;
        }
        let from = from.to_zoned(zone.clone()).date();
        let years = i64::from(from.year()) - i64::from(first.year());
        let periods = match self.every {
            Every::Day => days_between(first, from),
            Every::Week => days_between(first, from) / 7,
            Every::Month => years * 12 + i64::from(from.month()) - i64::from(first.month()),
            Every::Year => years,
        };
        (periods / self.interval - 2).max(0)
    }

    /// The dates of the period that is so many after the first one's, in order; none where the calendar ends.
    fn dates(&self, first: Date, after: i64) -> Option<Vec<Date>> {
        let mut dates = match self.every {
            Every::Day => {
                let date = first.checked_add(after.days()).ok()?;
                let weekday = self.weekdays.is_empty() || self.weekdays.iter().any(|(_, day)| *day == date.weekday());
                let month_day = self.month_days.is_empty() || self.is_month_day(date);
                if weekday && month_day { vec![date] } else { Vec::new() }
            }
            Every::Week => {
                let into = i64::from(first.weekday().since(self.week_begins));
                let begins = first.checked_sub(into.days()).ok()?.checked_add((after * 7).days()).ok()?;
                let week = (0_i64..7).filter_map(|day| begins.checked_add(day.days()).ok());
                let wanted = |date: &Date| {
                    let day = date.weekday();
                    if self.weekdays.is_empty() {
                        day == first.weekday()
                    } else {
                        self.weekdays.iter().any(|(_, of)| *of == day)
                    }
                };
                week.filter(wanted).collect()
            }
            Every::Month => {
                let month = first.first_of_month().checked_add(after.months()).ok()?;
                self.of_month(month, first.day())
            }
            Every::Year => {
                let year = i64::from(first.year()) + after;
                let year = i16::try_from(year).ok().filter(|year| *year < 9_000)?;
                let usual = [first.month()];
                let months = if self.months.is_empty() { &usual[..] } else { &self.months };
                let of = |month: &i8| Date::new(year, *month, 1).ok().map(|month| self.of_month(month, first.day()));
                months.iter().filter_map(of).flatten().collect()
            }
        };
        dates.retain(|date| self.months.is_empty() || self.months.contains(&date.month()));
        dates.sort_unstable();
        dates.dedup();
        Some(dates)
    }

    /// The dates of a month; that of the first where the rule names none, and none where the month lacks it.
    fn of_month(&self, month: Date, day: i8) -> Vec<Date> {
        let days = (1..=month.days_in_month()).filter_map(|day| Date::new(month.year(), month.month(), day).ok());
        let wanted = |date: &Date| {
            if self.weekdays.is_empty() && self.month_days.is_empty() {
                return date.day() == day;
            }
            let weekday = self.weekdays.is_empty() || self.weekdays.iter().any(|wanted| is_nth(*date, *wanted));
            weekday && (self.month_days.is_empty() || self.is_month_day(*date))
        };
        days.filter(wanted).collect()
    }

    fn is_month_day(&self, date: Date) -> bool {
        let from_end = date.day() - date.days_in_month() - 1;
        self.month_days.iter().any(|day| *day == date.day() || *day == from_end)
    }
}

/// Whether a date is that weekday, and that one of its month.
fn is_nth(date: Date, (nth, weekday): (Option<i8>, Weekday)) -> bool {
    let from_begin = (date.day() - 1) / 7 + 1;
    let from_end = -((date.days_in_month() - date.day()) / 7 + 1);
    date.weekday() == weekday && nth.is_none_or(|nth| nth == from_begin || nth == from_end)
}

fn days_between(one: Date, other: Date) -> i64 {
    one.until(other).map_or(0, |span| i64::from(span.get_days()))
}

fn at_utc(at: DateTime) -> Option<Timestamp> {
    at.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp())
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

    use super::{Horizon, NotUnderstood, Rule};

    /// Month and day of the starts until the end of 2027, by the examples of RFC 5545 §3.8.5.3.
    fn dates(first: &str, rule: &str) -> Vec<String> {
        let first: DateTime = first.parse().unwrap();
        let zone = TimeZone::get("America/New_York").unwrap();
        let instant = |text: &str| text.parse::<Timestamp>().unwrap();
        let horizon = Horizon { from: instant("1997-01-01T00:00:00Z"), until: instant("2028-01-01T00:00:00Z") };
        let starts = rule.parse::<Rule>().unwrap().starts(first, &zone, horizon, &mut 10_000);
        assert!(starts.iter().all(|at| at.time() == first.time()));
        starts.iter().map(|at| at.strftime("%m-%d").to_string()).collect()
    }

    /// C10
    #[test]
    fn the_examples_of_the_standard_come_out_as_it_says() {
        assert_eq!(dates("1997-09-02T09:00", "FREQ=DAILY;COUNT=4"), ["09-02", "09-03", "09-04", "09-05"]);
        assert_eq!(
            dates("1997-09-02T09:00", "FREQ=DAILY;INTERVAL=10;COUNT=5"),
            ["09-02", "09-12", "09-22", "10-02", "10-12"]
        );
        assert_eq!(
            dates("1997-12-20T09:00", "FREQ=DAILY;UNTIL=19971224T000000Z"),
            ["12-20", "12-21", "12-22", "12-23"]
        );
        assert_eq!(
            dates("1997-09-02T09:00", "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH"),
            ["09-02", "09-04", "09-09", "09-11", "09-16", "09-18", "09-23", "09-25", "09-30", "10-02"]
        );
        assert_eq!(
            dates("1997-08-05T09:00", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO"),
            ["08-05", "08-10", "08-19", "08-24"]
        );
        assert_eq!(
            dates("1997-08-05T09:00", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU"),
            ["08-05", "08-17", "08-19", "08-31"]
        );
        assert_eq!(dates("1997-09-05T09:00", "FREQ=MONTHLY;COUNT=4;BYDAY=1FR"), ["09-05", "10-03", "11-07", "12-05"]);
        assert_eq!(dates("1997-09-22T09:00", "FREQ=MONTHLY;COUNT=3;BYDAY=-2MO"), ["09-22", "10-20", "11-17"]);
        assert_eq!(dates("1997-09-28T09:00", "FREQ=MONTHLY;BYMONTHDAY=-3;COUNT=3"), ["09-28", "10-29", "11-28"]);
        assert_eq!(dates("1997-06-10T09:00", "FREQ=YEARLY;COUNT=4;BYMONTH=6,7"), ["06-10", "07-10", "06-10", "07-10"]);
        assert_eq!(
            dates("2027-01-31T09:00", "FREQ=MONTHLY;COUNT=3"),
            ["01-31", "03-31", "05-31"],
            "a month without a 31st is passed over"
        );
        assert_eq!(dates("2024-02-29T09:00", "FREQ=YEARLY"), ["02-29"], "the next leap year is beyond");
    }

    /// C10
    #[test]
    fn a_series_of_many_years_is_entered_at_the_horizon() {
        let first: DateTime = "1990-01-01T09:00".parse().unwrap();
        let instant = |text: &str| text.parse::<Timestamp>().unwrap();
        let horizon = Horizon { from: instant("2026-11-01T00:00:00Z"), until: instant("2026-12-01T00:00:00Z") };
        for (rule, on) in [
            ("FREQ=DAILY", 30),
            ("FREQ=DAILY;INTERVAL=7", 5),
            ("FREQ=WEEKLY", 5),
            ("FREQ=MONTHLY;BYMONTHDAY=15", 1),
            ("FREQ=YEARLY;BYMONTH=11", 1),
        ] {
            let mut budget = 300;
            let starts = rule.parse::<Rule>().unwrap().starts(first, &TimeZone::UTC, horizon, &mut budget);
            let within = starts.iter().filter(|at| at.year() == 2026 && at.month() == 11).count();
            assert_eq!((within, budget > 0), (on, true), "{rule}: {starts:?}");
        }
    }

    /// C10
    #[test]
    fn what_is_not_understood_says_so() {
        for rule in [
            "",
            "FREQ=HOURLY",
            "FREQ=MONTHLY;BYSETPOS=-1;BYDAY=MO",
            "FREQ=DAILY;INTERVAL=0",
            "FREQ=YEARLY;BYWEEKNO=20",
            "FREQ=WEEKLY;BYDAY=2MO",
            "COUNT=3",
            "FREQ=DAILY;COUNT",
        ] {
            assert_eq!(rule.parse::<Rule>(), Err(NotUnderstood), "{rule}");
        }
    }
}
