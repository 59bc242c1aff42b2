//! What hours would come to, day by day, and whom they would leave without a time.

use contracts::scheduling::{Appointment, DayStatus, Preview, StartChange};

use crate::{
    format,
    pages::{shown, visitor::Visitor},
    view::{Conflict, Outcome, OutcomeDay, OutcomeStart},
};

/// Conflicts shown.
const CONFLICTS: usize = 20;

/// What a preview found, of the week's hours or of a departure from them.
pub(in crate::pages) fn outcome(visitor: &Visitor, found: &Preview, departure: bool) -> Outcome {
    let locale = visitor.speech.locale;
    let count =
        |change: StartChange| found.days.iter().flat_map(|day| &day.times).filter(|time| time.change == change).count();
    let point = if locale == platform::i18n::Locale::Id { '.' } else { ':' };
    let days = found.days.iter().map(|day| OutcomeDay {
        label: format::day(day.date, locale),
        off: match day.status {
            DayStatus::Holiday => "outcome-holiday",
            DayStatus::Leave => "outcome-leave",
            DayStatus::Outside => "outcome-outside",
            DayStatus::Open | DayStatus::Full => "",
            DayStatus::Off => "outcome-off",
        },
        holiday: day.holiday.as_ref().map(|name| shown::said(name, locale)).unwrap_or_default(),
        times: day
            .times
            .iter()
            .map(|time| OutcomeStart {
                clock: format!("{:02}{point}{:02}", time.local.hour(), time.local.minute()),
                change: time.change.word(),
                said: match time.change {
                    StartChange::Kept => "",
                    StartChange::New => "outcome-is-new",
                    StartChange::Gone => "outcome-is-gone",
                },
            })
            .collect(),
    });
    Outcome {
        new: count(StartChange::New),
        gone: count(StartChange::Gone),
        conflicts: found.affected.appointments.iter().take(CONFLICTS).map(|visit| conflict(visit, visitor)).collect(),
        count: found.affected.count,
        days: days.collect(),
        departure,
    }
}

fn conflict(visit: &Appointment, visitor: &Visitor) -> Conflict {
    let locale = visitor.speech.locale;
    Conflict {
        when: format::when(&shown::at(visit.starts_at, &visit.zone), locale),
        name: visit.patient_name.clone(),
        service: shown::said(&visit.service_name, locale),
    }
}
