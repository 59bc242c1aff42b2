//! The context itself: its database, its keys, who carries its messages, and the verbs others call.

use std::sync::{Arc, atomic::AtomicBool};

use async_trait::async_trait;
use contracts::notifications::{
    AddOutsideCalendar, CalendarFile, Delivery, Feed, Notification, NotificationId, NotificationKind, Notifications,
    OutsideCalendar, OutsideCalendarId, Preferences, PreferencesForm,
};
use platform::{
    Cx, Result,
    crypto::{KeyStore, MasterKey},
    db::{Db, Page, PageAsk},
    i18n::Texts,
};

use crate::{
    bell::Bell,
    channel::{Carrier, Carriers},
    settings::House,
    vault::Vault,
};

/// What the context is made of.
pub struct Parts<'a> {
    /// Its database, migrated: bus, jobs, [`MIGRATIONS`](crate::MIGRATIONS).
    pub db: Db,
    /// Every text.
    pub texts: Arc<Texts>,
    /// The store of data keys.
    pub keys: KeyStore,
    /// The key of the house.
    pub master: &'a MasterKey,
    /// The address people see.
    pub house: House,
    /// Rings for those who look at their inbox.
    pub bell: Bell,
}

/// What people are told. Cheap to clone.
#[derive(Clone)]
pub struct NotificationsContext {
    pub(crate) db: Db,
    pub(crate) texts: Arc<Texts>,
    pub(crate) vault: Vault,
    pub(crate) house: House,
    pub(crate) bell: Bell,
    pub(crate) carriers: Carriers,
    /// Whether calendars inside this network may be read.
    pub(crate) internal: Arc<AtomicBool>,
}

impl NotificationsContext {
    /// The context; nobody carries its messages yet.
    pub async fn open(cx: &Cx, parts: Parts<'_>) -> Result<Self> {
        let Parts { db, texts, keys, master, house, bell } = parts;
        let vault = Vault::open(cx, keys, master).await?;
        Ok(Self { db, texts, vault, house, bell, carriers: Carriers::default(), internal: Arc::default() })
    }

    /// From now on messages go this way too. One that was there for the same channel gives way.
    pub fn carry_by(&self, carrier: Arc<dyn Carrier>) {
        self.carriers.put(carrier);
    }
}

#[async_trait]
impl Notifications for NotificationsContext {
    async fn inbox(&self, cx: &Cx, page: PageAsk) -> Result<Page<Notification>> {
        self.list(cx, page).await
    }

    async fn unread(&self, cx: &Cx) -> Result<i64> {
        self.count_unread(cx).await
    }

    async fn mark_read(&self, cx: &Cx, id: &NotificationId) -> Result<()> {
        self.read_one(cx, id).await
    }

    async fn mark_all_read(&self, cx: &Cx) -> Result<i64> {
        self.read_all(cx).await
    }

    async fn deliveries(&self, cx: &Cx, id: &NotificationId) -> Result<Vec<Delivery>> {
        self.sendings(cx, id).await
    }

    async fn preferences(&self, cx: &Cx) -> Result<Preferences> {
        self.show_preferences(cx).await
    }

    async fn set_preferences(&self, cx: &Cx, version: i64, form: PreferencesForm) -> Result<Preferences> {
        self.replace_preferences(cx, version, form).await
    }

    async fn unsubscribing(&self, _: &Cx, token: &str) -> Result<NotificationKind> {
        self.what_ends(token).await
    }

    async fn unsubscribe(&self, cx: &Cx, token: &str) -> Result<NotificationKind> {
        self.end_kind(cx, token).await
    }

    async fn feed(&self, cx: &Cx) -> Result<Option<Feed>> {
        self.show_feed(cx).await
    }

    async fn renew_feed(&self, cx: &Cx) -> Result<Feed> {
        self.make_feed(cx).await
    }

    async fn end_feed(&self, cx: &Cx) -> Result<()> {
        self.drop_feed(cx).await
    }

    async fn calendar(&self, cx: &Cx, token: &str) -> Result<CalendarFile> {
        self.read_feed(cx, token).await
    }

    async fn outside_calendars(&self, cx: &Cx) -> Result<Vec<OutsideCalendar>> {
        self.list_outside(cx).await
    }

    async fn add_outside_calendar(&self, cx: &Cx, ask: AddOutsideCalendar) -> Result<OutsideCalendar> {
        self.add_outside(cx, ask).await
    }

    async fn remove_outside_calendar(&self, cx: &Cx, id: &OutsideCalendarId) -> Result<()> {
        self.remove_outside(cx, id).await
    }
}
