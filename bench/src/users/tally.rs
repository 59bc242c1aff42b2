//! What was asked, how long it took, and what went wrong.

use std::time::Duration;

use crate::numbers::Times;

/// Reasons kept word for word.
const SAMPLES: usize = 12;

/// What people ask for; [`Kind::name`] says each in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    HomePage,
    SearchPage,
    DoctorPage,
    VisitsPage,
    Search,
    Doctor,
    FreeTimes,
    Hold,
    Book,
    Visits,
    Visit,
    Cancel,
    DoctorsDay,
    FacilitysDay,
    Refresh,
}

impl Kind {
    /// Everything.
    pub const ALL: [Self; 15] = [
        Self::HomePage,
        Self::SearchPage,
        Self::DoctorPage,
        Self::VisitsPage,
        Self::Search,
        Self::Doctor,
        Self::FreeTimes,
        Self::Hold,
        Self::Book,
        Self::Visits,
        Self::Visit,
        Self::Cancel,
        Self::DoctorsDay,
        Self::FacilitysDay,
        Self::Refresh,
    ];

    /// Its name in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::HomePage => "home page",
            Self::SearchPage => "page of a search",
            Self::DoctorPage => "page of a doctor",
            Self::VisitsPage => "page of one's appointments",
            Self::Search => "search",
            Self::Doctor => "a doctor",
            Self::FreeTimes => "free times, 14 days",
            Self::Hold => "keep a time",
            Self::Book => "book it",
            Self::Visits => "one's appointments",
            Self::Visit => "one appointment",
            Self::Cancel => "cancel",
            Self::DoctorsDay => "a doctor's day",
            Self::FacilitysDay => "a facility's day",
            Self::Refresh => "new tokens",
        }
    }

    /// Whether that status is an answer to it: what was asked for, or that somebody was faster.
    pub fn takes(self, status: u16) -> bool {
        match self {
            Self::Hold | Self::Book => matches!(status, 201 | 409),
            Self::Cancel => matches!(status, 200 | 409 | 412),
            _ => status == 200,
        }
    }
}

/// The counts.
#[derive(Debug, Default)]
pub struct Tally {
    times: [Times; Kind::ALL.len()],
    server_errors: u64,
    unanswered: u64,
    odd: u64,
    refused: u64,
    latest: Duration,
    samples: Vec<String>,
}

impl Tally {
    /// Notes an answer, or none, and how long after it was due it came; `late` is how long after that the question went
    /// out. Answers whether it was as expected.
    pub fn note(&mut self, kind: Kind, answer: Result<(u16, String), String>, took: Duration, late: Duration) -> bool {
        self.times[kind as usize].note(took);
        self.latest = self.latest.max(late);
        let wrong = match answer {
            Ok((status, _)) if kind.takes(status) => {
                self.refused += u64::from(status >= 400);
                return status < 400;
            }
            Ok((status, start)) => {
                *(if status >= 500 { &mut self.server_errors } else { &mut self.odd }) += 1;
                format!("{}: {status} {start}", kind.name())
            }
            Err(error) => {
                self.unanswered += 1;
                format!("{}: {error}", kind.name())
            }
        };
        if self.samples.len() < SAMPLES {
            self.samples.push(wrong);
        }
        false
    }

    /// The times of one kind.
    pub fn of(&self, kind: Kind) -> &Times {
        &self.times[kind as usize]
    }

    /// The times of all.
    pub fn all(&self) -> Times {
        let mut all = Times::default();
        self.times.iter().for_each(|times| all.add(times));
        all
    }

    /// Answers with 5xx.
    pub fn server_errors(&self) -> u64 {
        self.server_errors
    }

    /// Questions without an answer.
    pub fn unanswered(&self) -> u64 {
        self.unanswered
    }

    /// Answers that are neither what was asked for nor a fault of the program's: the load asked wrongly.
    pub fn odd(&self) -> u64 {
        self.odd
    }

    /// Refusals because somebody was faster.
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// The latest that a question went out after it was due.
    pub fn latest(&self) -> Duration {
        self.latest
    }

    /// The first things that went wrong.
    pub fn samples(&self) -> &[String] {
        &self.samples
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Kind, Tally};

    #[test]
    fn each_kind_has_its_place_and_only_somebody_being_faster_is_no_fault() {
        for (n, kind) in Kind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, n, "{}", kind.name());
        }
        let mut tally = Tally::default();
        let ms = Duration::from_millis;
        let mut note = |kind, answer| tally.note(kind, answer, ms(5), ms(1));
        assert!(note(Kind::Hold, Ok((201, String::new()))));
        assert!(!note(Kind::Hold, Ok((409, String::new()))));
        assert!(!note(Kind::Visits, Ok((409, String::new()))));
        assert!(!note(Kind::Visits, Ok((503, String::new()))));
        assert!(!note(Kind::Visits, Err("cut".to_owned())));
        assert_eq!((tally.refused(), tally.odd(), tally.server_errors(), tally.unanswered()), (1, 1, 1, 1));
        assert_eq!((tally.all().count(), tally.of(Kind::Visits).count(), tally.samples().len()), (5, 3, 3));
    }
}
