//! Choosing a time: how, on which day, at what hour.

use super::Option_;

/// The slot picker, on a doctor's page and when moving an appointment.
#[derive(Debug, Clone, Default)]
pub struct Picker {
    /// Where the choice is posted.
    pub action: String,
    /// What the form sends besides the time: the version of a moved appointment, for instance.
    pub hidden: Vec<(&'static str, String)>,
    /// Where changes of free times are heard (SSE), or empty.
    pub stream: String,
    /// Places of practice, where there is a choice; the value is the picker at that place.
    pub places: Vec<Option_>,
    /// Services, where there is a choice; the value is the picker for that service.
    pub services: Vec<Option_>,
    /// Ways of meeting.
    pub modes: Vec<Mode>,
    /// The soonest free time.
    pub fastest: Option<Fastest>,
    /// `November 2026`.
    pub month: String,
    /// The strip from today on, where it begins later.
    pub earlier: Option<String>,
    /// The fourteen days after these, where they can be booked.
    pub later: Option<String>,
    /// Fourteen days.
    pub days: Vec<Day>,
    /// The chosen day in full.
    pub day: String,
    /// The hours of the chosen day.
    pub groups: Vec<SlotGroup>,
    /// Zone and city of the times: `WITA (Makassar)`.
    pub zone: String,
    /// Somebody was faster.
    pub lost: Option<Lost>,
    /// The patient already has a visit that day: its time, formatted, and its page.
    pub already: Option<(String, String)>,
    /// The doctor does not take appointments now.
    pub closed: bool,
}

/// A way of meeting.
#[derive(Debug, Clone)]
pub struct Mode {
    /// The picker in this mode.
    pub href: String,
    /// Form value: `video`, `klinik`.
    pub value: &'static str,
    /// Text key: `mode-video`, `mode-clinic`.
    pub label: &'static str,
    /// Icon name.
    pub icon: &'static str,
    /// Fee, formatted.
    pub fee: String,
    /// Length in minutes.
    pub minutes: u32,
    /// BPJS pays.
    pub bpjs: bool,
    /// It is the chosen one.
    pub chosen: bool,
}

/// The soonest free time.
#[derive(Debug, Clone)]
pub struct Fastest {
    /// RFC 3339 start, the form value.
    pub value: String,
    /// `Hari ini, 10.30`.
    pub label: String,
}

/// A day in the strip.
#[derive(Debug, Clone)]
pub struct Day {
    /// The picker on this day.
    pub href: String,
    /// Weekday or `Hari ini`.
    pub weekday: String,
    /// Day of the month.
    pub number: String,
    /// The whole date, for screen readers.
    pub long: String,
    /// Free times.
    pub free: u32,
    /// Free, full or closed.
    pub state: DayState,
    /// It is the chosen one.
    pub chosen: bool,
}

impl Day {
    /// Some time is free.
    pub fn is_free(&self) -> bool {
        self.state == DayState::Free
    }

    /// Every time is taken.
    pub fn is_full(&self) -> bool {
        self.state == DayState::Full
    }
}

/// Whether a day can be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayState {
    /// Some time is free.
    Free,
    /// Every time is taken.
    Full,
    /// No practice.
    Closed,
}

/// The times of a part of the day.
#[derive(Debug, Clone)]
pub struct SlotGroup {
    /// Text key: `part-morning`, `part-midday`, `part-afternoon`, `part-evening`.
    pub label: &'static str,
    /// Icon name.
    pub icon: &'static str,
    /// Free times.
    pub free: u32,
    /// The times.
    pub slots: Vec<Slot>,
}

/// One time.
#[derive(Debug, Clone)]
pub struct Slot {
    /// RFC 3339 start, the form value and the key live updates name.
    pub value: String,
    /// `10.30`.
    pub label: String,
    /// `Sel 24 Nov, 10.30 WITA`, shown in the summary once chosen.
    pub long: String,
    /// Free, taken or the patient's own.
    pub state: SlotState,
    /// It is the chosen one.
    pub chosen: bool,
}

impl Slot {
    /// It can be taken.
    pub fn is_free(&self) -> bool {
        self.state == SlotState::Free
    }

    /// Somebody has it.
    pub fn is_taken(&self) -> bool {
        self.state == SlotState::Taken
    }
}

/// Whether a time can be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlotState {
    /// It can be taken.
    Free,
    /// Somebody has it.
    Taken,
    /// The patient has it.
    Yours,
}

/// A time that somebody else took first, and the nearest free ones.
#[derive(Debug, Clone)]
pub struct Lost {
    /// The time lost: `10.30`.
    pub time: String,
    /// The nearest free times.
    pub nearest: Vec<Slot>,
}
