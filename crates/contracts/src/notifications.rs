//! What people are told, and how: inbox, e-mail, reminders, calendars.

use async_trait::async_trait;
use jiff::Timestamp;
use platform::{Cx, Result, db::Page, db::PageAsk};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    directory::DoctorId,
    scheduling::{AppointmentId, LocalTime},
};

platform::id!(/// Something somebody was told.
    NotificationId, "ntf");
platform::id!(/// One sending of it by one channel.
    DeliveryId, "dlv");

platform::id!(/// A calendar kept elsewhere, whose events are busy time here.
    OutsideCalendarId, "cal");

platform::words! {
    /// What somebody is told of.
    pub enum NotificationKind {
        /// A visit was asked for and waits for the doctor's acceptance.
        Requested = "requested",
        /// A visit was booked.
        Booked = "booked",
        /// The doctor accepted.
        Accepted = "accepted",
        /// The doctor rejected.
        Rejected = "rejected",
        /// Moved to another time.
        Moved = "moved",
        /// Cancelled.
        Cancelled = "cancelled",
        /// The doctor is away: other times are kept to choose from until a time.
        Proposed = "proposed",
        /// The visit is near.
        Reminder = "reminder",
    }
}

platform::words! {
    /// A way to reach somebody beside the inbox, where everything lies anyway.
    pub enum Channel {
        /// E-mail.
        Email = "email",
    }
}

platform::words! {
    /// How far a sending has come.
    pub enum DeliveryState {
        /// Waits, or is tried again.
        Queued = "queued",
        /// The provider took it.
        Sent = "sent",
        /// The provider refused it for good.
        Failed = "failed",
        /// Too often in vain, or no longer worth sending.
        GivenUp = "given_up",
    }
}

impl NotificationKind {
    /// Whether a letter of this kind may be ended by the link in it: what nobody misses who was told before.
    pub fn may_be_ended(self) -> bool {
        self == Self::Reminder
    }
}

/// Something in somebody's inbox. Title and body are in the asker's language and name no complaint or diagnosis.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Notification {
    /// Identifier.
    pub id: NotificationId,
    /// What it tells of.
    pub kind: NotificationKind,
    /// A few words.
    pub title: String,
    /// A sentence or two.
    pub body: String,
    /// The appointment it is about.
    pub appointment: Option<AppointmentId>,
    /// Told to the doctor of the visit, not to the patient's side.
    pub to_doctor: bool,
    /// When it happened.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// When it was read; none while it is not.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub read_at: Option<Timestamp>,
}

/// One sending, as its receiver may know it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Delivery {
    /// Identifier.
    pub id: DeliveryId,
    /// By which way.
    pub channel: Channel,
    /// How far it has come.
    pub state: DeliveryState,
    /// How often it was tried.
    pub tries: i64,
    /// Since when it was to be sent.
    #[schema(value_type = String, format = DateTime)]
    pub queued_at: Timestamp,
    /// When it was tried last.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub tried_at: Option<Timestamp>,
    /// When the provider took it.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub sent_at: Option<Timestamp>,
    /// What the provider answered last, without addresses.
    pub answer: Option<String>,
}

/// By which ways somebody is told of a kind, beside the inbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KindChannels {
    /// The kind.
    pub kind: NotificationKind,
    /// The ways; empty: the inbox alone.
    pub channels: Vec<Channel>,
}

/// Hours of the day without reminders; `until` before `from` goes over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QuietHours {
    /// From this time on, such as `21:00`.
    #[schema(value_type = String, example = "21:00")]
    pub from: LocalTime,
    /// Until this time, such as `07:00`.
    #[schema(value_type = String, example = "07:00")]
    pub until: LocalTime,
}

/// How somebody wants to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Preferences {
    /// The ways for each kind; every kind is there once.
    pub channels: Vec<KindChannels>,
    /// Minutes before a visit at which to remind, the earliest reminder first; empty: never.
    pub reminders: Vec<u32>,
    /// Hours without reminders.
    pub quiet: Option<QuietHours>,
    /// IANA zone of the quiet hours; none: that of the facility visited.
    pub zone: Option<String>,
    /// Raised by every change; the ETag.
    pub version: i64,
}

/// New preferences. Kinds that are not named keep their ways.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreferencesForm {
    /// The ways for these kinds, each at most once.
    #[serde(default)]
    pub channels: Vec<KindChannels>,
    /// Minutes before a visit, 15 to 20,160 (14 days), at most five.
    pub reminders: Vec<u32>,
    /// Hours without reminders.
    #[serde(default)]
    pub quiet: Option<QuietHours>,
    /// IANA zone of the quiet hours.
    #[serde(default)]
    pub zone: Option<String>,
}

/// The address of somebody's own calendar. Whoever knows it may read it; a new one ends the old one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Feed {
    /// The path, to be put after the address of the house: `/calendar/….ics`.
    pub path: String,
    /// The whole address, where the house knows its own.
    pub url: Option<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub made_at: Timestamp,
}

/// A calendar as a file (RFC 5545).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarFile {
    /// Changes with every change of the text, and only then.
    pub etag: String,
    /// The text.
    pub text: String,
}

/// A calendar kept elsewhere whose events are busy time of a doctor (C10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OutsideCalendar {
    /// Identifier.
    pub id: OutsideCalendarId,
    /// The host of its address; the rest of it is a secret and shown to nobody.
    pub host: String,
    /// When it was read last.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub read_at: Option<Timestamp>,
    /// Why it could not be read the last time: a text key, `error-` goes before it.
    pub problem: Option<String>,
    /// Busy spans found in it, within the horizon.
    pub spans: i64,
}

/// A calendar to be read from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddOutsideCalendar {
    /// Its address: http, https or webcal, at most 2,000 characters.
    pub url: String,
}

/// The verbs of notifications. All but the calendar by its address are about the asker alone: what is somebody else's
/// is not there (404).
#[async_trait]
pub trait Notifications: Send + Sync {
    /// The inbox, the newest first.
    async fn inbox(&self, cx: &Cx, page: PageAsk) -> Result<Page<Notification>>;
    /// How many are not read, 1,000 at most.
    async fn unread(&self, cx: &Cx) -> Result<i64>;
    /// Marks one as read; again is no error.
    async fn mark_read(&self, cx: &Cx, id: &NotificationId) -> Result<()>;
    /// Marks all as read that came until now; answers how many were not.
    async fn mark_all_read(&self, cx: &Cx) -> Result<i64>;
    /// How one was sent, by each way.
    async fn deliveries(&self, cx: &Cx, id: &NotificationId) -> Result<Vec<Delivery>>;
    /// How the asker wants to be told; the usual where they have said nothing.
    async fn preferences(&self, cx: &Cx) -> Result<Preferences>;
    /// Replaces them, at that version; reminders of coming visits follow at once.
    async fn set_preferences(&self, cx: &Cx, version: i64, form: PreferencesForm) -> Result<Preferences>;
    /// Which kind of e-mail the link of a letter ends; anybody may ask who has the letter. 404 where the link is none of ours
    /// or too old.
    async fn unsubscribing(&self, cx: &Cx, token: &str) -> Result<NotificationKind>;
    /// Ends e-mail of that kind to whoever the letter was for, and nothing else; again is no error (RFC 8058).
    async fn unsubscribe(&self, cx: &Cx, token: &str) -> Result<NotificationKind>;
    /// The address of the asker's calendar, if there is one.
    async fn feed(&self, cx: &Cx) -> Result<Option<Feed>>;
    /// A new address; an old one is no longer good.
    async fn renew_feed(&self, cx: &Cx) -> Result<Feed>;
    /// Ends the address without a new one.
    async fn end_feed(&self, cx: &Cx) -> Result<()>;
    /// The calendar behind the secret part of an address; anybody may ask who knows it.
    async fn calendar(&self, cx: &Cx, token: &str) -> Result<CalendarFile>;
    /// The calendars that the asker, a doctor, keeps elsewhere. Needs `schedule.own`, as the two that follow.
    async fn outside_calendars(&self, cx: &Cx) -> Result<Vec<OutsideCalendar>>;
    /// Adds one, to be read within a minute and then every half an hour; three at most: 409 `too-many-calendars`.
    async fn add_outside_calendar(&self, cx: &Cx, ask: AddOutsideCalendar) -> Result<OutsideCalendar>;
    /// Takes one away, with the busy time that came from it.
    async fn remove_outside_calendar(&self, cx: &Cx, id: &OutsideCalendarId) -> Result<()>;
}

/// Spans a doctor is busy elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BusySpan {
    /// Start.
    pub from: Timestamp,
    /// End.
    pub until: Timestamp,
}

crate::event! {
    /// When a doctor is busy by the calendars they keep elsewhere: times only, the newest wins.
    BusyTimesChanged, "notifications.busy_times_changed.v1", Profile, "notifications", doctor {
        /// The doctor.
        pub doctor: DoctorId,
        /// The spans, in order, none touching another; at most 500.
        pub spans: Vec<BusySpan>,
    }
}
