//! Parts that several pages show.

/// A time to be shown, formatted in its facility's zone.
#[derive(Debug, Clone)]
pub struct When {
    /// RFC 3339, for machines.
    pub iso: String,
    /// `Sel 24 Nov, 10.30 WITA`.
    pub short: String,
    /// `Selasa, 24 November 2026`.
    pub day: String,
    /// `10.30–10.45 WITA`.
    pub span: String,
    /// `10.30`, where the zone is named nearby.
    pub clock: String,
    /// `Sel`.
    pub weekday: String,
    /// `24`.
    pub number: String,
    /// `Nov`.
    pub month: String,
}

/// The state of an appointment as people see it (the one vocabulary for chips, filters and messages).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// A slot is kept until a time.
    Held,
    /// The doctor has to agree.
    Requested,
    /// It stands.
    Confirmed,
    /// The patient is there.
    Arrived,
    /// The doctor is with the patient.
    InProgress,
    /// It took place.
    Completed,
    /// It was called off.
    Cancelled,
    /// The doctor said no.
    Rejected,
    /// The patient did not come.
    NoShow,
    /// It went to another time.
    Moved,
}

impl State {
    /// Every state, in the order of a visit.
    pub const ALL: [Self; 10] = [
        Self::Held,
        Self::Requested,
        Self::Confirmed,
        Self::Arrived,
        Self::InProgress,
        Self::Completed,
        Self::Cancelled,
        Self::Rejected,
        Self::NoShow,
        Self::Moved,
    ];

    /// The text key of its name.
    pub fn key(self) -> &'static str {
        match self {
            Self::Held => "state-held",
            Self::Requested => "state-requested",
            Self::Confirmed => "state-confirmed",
            Self::Arrived => "state-arrived",
            Self::InProgress => "state-in-progress",
            Self::Completed => "state-completed",
            Self::Cancelled => "state-cancelled",
            Self::Rejected => "state-rejected",
            Self::NoShow => "state-no-show",
            Self::Moved => "state-moved",
        }
    }

    /// The class of its chip.
    pub fn class(self) -> &'static str {
        match self {
            Self::Held => "chip--solid",
            Self::Requested => "chip--plum",
            Self::Confirmed => "chip--info",
            Self::Arrived => "chip--wait",
            Self::InProgress => "chip--brand",
            Self::Completed => "chip--ok",
            Self::Cancelled | Self::Rejected | Self::Moved => "chip--mute",
            Self::NoShow => "chip--danger",
        }
    }

    /// The icon of its chip: state is never told by colour alone.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Held | Self::Requested => "clock",
            Self::Confirmed => "cal",
            Self::Arrived => "door",
            Self::InProgress => "stethoscope",
            Self::Completed => "check",
            Self::Cancelled | Self::Rejected | Self::NoShow => "x",
            Self::Moved => "arr-r",
        }
    }
}

/// A state with what belongs to it (until when it is held, where it moved, who called it off); empty where nothing does.
#[derive(Debug, Clone)]
pub struct Chip {
    /// The state.
    pub state: State,
    /// Display-ready detail, or empty.
    pub detail: String,
}

impl From<State> for Chip {
    fn from(state: State) -> Self {
        Self { state, detail: String::new() }
    }
}

/// A doctor in a list.
#[derive(Debug, Clone)]
pub struct DoctorCard {
    /// The doctor's page.
    pub href: String,
    /// Name with titles.
    pub name: String,
    /// Address of the portrait.
    pub portrait: String,
    /// Speciality.
    pub speciality: String,
    /// Years in practice; 0 hides the line.
    pub years: u32,
    /// `4,9`, or empty while there are no reviews.
    pub rating: String,
    /// How many reviews.
    pub reviews: u32,
    /// Facility and city.
    pub place: String,
    /// Lowest fee, formatted.
    pub fee: String,
    /// Takes BPJS.
    pub bpjs: bool,
    /// The day of the times below: `Hari ini`, `Sel 24 Nov`; empty if none are free.
    pub day: String,
    /// The zone of the times below.
    pub zone: String,
    /// The next free times (three at most): label and address.
    pub times: Vec<(String, String)>,
}

/// One field of a form: what was typed is kept.
#[derive(Debug, Clone, Default)]
pub struct Field {
    /// What was typed.
    pub value: String,
    /// What is wrong with it, ready to read.
    pub error: Option<String>,
}

impl Field {
    /// A field with a value and nothing wrong.
    pub fn of(value: impl Into<String>) -> Self {
        Self { value: value.into(), error: None }
    }

    /// A field whose value was refused.
    pub fn refused(value: impl Into<String>, error: impl Into<String>) -> Self {
        Self { value: value.into(), error: Some(error.into()) }
    }
}

/// A line of the list over a refused form: leads to the field.
#[derive(Debug, Clone)]
pub struct Mend {
    /// The id of the field.
    pub field: &'static str,
    /// What to do, ready to read.
    pub text: String,
}

/// A choice in a list.
#[derive(Debug, Clone)]
pub struct Option_ {
    /// What the form sends.
    pub value: String,
    /// What people read.
    pub label: String,
    /// It is the current one.
    pub chosen: bool,
}

/// A line of a summary: what and how much or who.
#[derive(Debug, Clone)]
pub struct Line {
    /// Text key of the left side.
    pub label: &'static str,
    /// The right side, ready to read.
    pub value: String,
    /// Where it can be changed, or empty.
    pub change: String,
}

/// Where a list goes on.
#[derive(Debug, Clone, Default)]
pub struct Pager {
    /// First row shown, counted from 1.
    pub from: u64,
    /// Last row shown.
    pub to: u64,
    /// How many there are, where that is known.
    pub total: Option<u64>,
    /// The page before.
    pub previous: Option<String>,
    /// The page after.
    pub next: Option<String>,
}

/// An appointment as its owner sees it in lists and at the head of its pages.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Its page.
    pub href: String,
    /// Short code, said at the desk: `K7M4-P2`.
    pub code: String,
    /// Doctor's name with titles, or the service.
    pub with: String,
    /// Address of the portrait.
    pub portrait: String,
    /// Speciality or kind of service.
    pub speciality: String,
    /// Video consultation (else at the facility).
    pub video: bool,
    /// Facility's name.
    pub place: String,
    /// Street and city.
    pub address: String,
    /// A map of that address, or empty.
    pub map: String,
    /// When.
    pub when: When,
    /// For whom.
    pub patient: String,
    /// What it costs, formatted.
    pub fee: String,
    /// Its state.
    pub chip: Chip,
    /// May be moved now.
    pub movable: bool,
    /// May be called off now.
    pub cancellable: bool,
    /// The time the owner was told is over: the same in the owner's own zone, or empty where both agree.
    pub local: String,
}
