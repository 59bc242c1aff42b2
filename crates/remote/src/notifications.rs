//! Notifications in another process. Live news are answered by the process that runs them, at their own route.

use contracts::notifications::{
    AddOutsideCalendar, CalendarFile, Delivery, Feed, Notification, NotificationId, NotificationKind, Notifications,
    OutsideCalendar, OutsideCalendarId, Preferences, PreferencesForm,
};
use platform::db::{Page, PageAsk};

use crate::{Caller, verbs::remote};

/// Notifications in another process.
#[derive(Debug, Clone)]
pub struct RemoteNotifications {
    caller: Caller,
}

impl RemoteNotifications {
    /// Called by this caller.
    pub fn new(caller: Caller) -> Self {
        Self { caller }
    }
}

remote! {
    Notifications as "notifications", RemoteNotifications, serve_notifications {
        read inbox(page: PageAsk) -> Page<Notification>;
        read unread() -> i64;
        write mark_read(id & NotificationId) -> (), again if true;
        write mark_all_read() -> i64, again if true;
        read deliveries(id & NotificationId) -> Vec<Delivery>;
        read preferences() -> Preferences;
        write set_preferences(version: i64, form: PreferencesForm) -> Preferences;
        read unsubscribing(token & str) -> NotificationKind;
        write unsubscribe(token & str) -> NotificationKind, again if true;
        read feed() -> Option<Feed>;
        write renew_feed() -> Feed;
        write end_feed() -> (), again if true;
        read calendar(token & str) -> CalendarFile;
        read outside_calendars() -> Vec<OutsideCalendar>;
        write add_outside_calendar(ask: AddOutsideCalendar) -> OutsideCalendar;
        write remove_outside_calendar(id & OutsideCalendarId) -> ();
    }
}
