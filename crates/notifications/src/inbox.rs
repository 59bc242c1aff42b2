//! The inbox of an account (G4): the newest first, read or not. Words are made when it is read.

use contracts::{
    notifications::{Channel, Delivery, DeliveryId, DeliveryState, Notification, NotificationId, NotificationKind},
    scheduling::AppointmentId,
};
use jiff::Timestamp;
use platform::{
    Cx, Error, Result,
    db::{Page, PageAsk, Tx},
    i18n::{Locale, Texts},
};

use crate::{
    NotificationsContext, notice,
    saying::{self, About},
};

/// More than so many are not counted.
const COUNTED: i64 = 1_000;
/// After every notification there will ever be: the key before the first page.
const END: i64 = 7_258_118_400;

platform::row! {
    struct Row {
        id: NotificationId,
        kind: NotificationKind,
        to_doctor: bool,
        appointment: AppointmentId,
        starts_at: Timestamp,
        was_at: Option<Timestamp>,
        zone: String,
        at: Timestamp,
        read_at: Option<Timestamp>,
        answer_by: Option<Timestamp>,
        doctor: Option<String>,
        facility: Option<String>,
        patient: Option<String>,
    }

    struct Sending {
        id: DeliveryId,
        channel: Channel,
        state: DeliveryState,
        tries: i64,
        queued_at: Timestamp,
        tried_at: Option<Timestamp>,
        sent_at: Option<Timestamp>,
        answer: Option<String>,
    }
}

impl Row {
    fn say(self, texts: &Texts, locale: Locale) -> Notification {
        let kind = notice::kind_of(self.kind, self.answer_by);
        let said = saying::say(
            texts,
            locale,
            &About {
                kind,
                to_doctor: self.to_doctor,
                doctor: self.doctor.as_deref(),
                facility: self.facility.as_deref().unwrap_or_default(),
                patient: self.patient.as_deref().unwrap_or_default(),
                starts_at: self.starts_at,
                was_at: self.was_at,
                answer_by: self.answer_by,
                zone: &self.zone,
            },
        );
        Notification {
            id: self.id,
            kind,
            title: said.title,
            body: said.body,
            appointment: Some(self.appointment),
            to_doctor: self.to_doctor,
            at: self.at,
            read_at: self.read_at,
        }
    }
}

impl NotificationsContext {
    pub(crate) async fn list(&self, cx: &Cx, ask: PageAsk) -> Result<Page<Notification>> {
        const LIST: &str = "select n.id, n.kind, n.to_doctor, n.appointment, n.starts_at, n.was_at, n.zone, n.at, \
            n.read_at, n.answer_by, d.name, f.name, p.name from notification n left join doctor d on d.id = n.doctor \
            left join facility f on f.id = n.facility left join patient p on p.id = n.patient \
            where n.account = $1 and (n.at, n.id) < ($2, $3) order by n.at desc, n.id desc limit $4";
        let account = cx.account()?.to_owned();
        let last = ask.after::<(Timestamp, String)>()?;
        let (at, id) = match last {
            Some(key) => key,
            None => (Timestamp::from_second(END).map_err(Error::internal)?, String::new()),
        };
        let fetch = ask.fetch();
        let rows: Vec<Row> = self.db.read(async move |tx| tx.all(LIST, &[&account, &at, &id, &fetch]).await).await?;
        let page = Page::of(rows, &ask, |row| (row.at, row.id.to_string()))?;
        Ok(page.map(|row| row.say(&self.texts, cx.locale)))
    }

    pub(crate) async fn count_unread(&self, cx: &Cx) -> Result<i64> {
        const UNREAD: &str = "select count(*) from \
            (select 1 from notification where account = $1 and read_at is null limit $2) unread";
        let account = cx.account()?.to_owned();
        let row: Option<(i64,)> = self.db.read(async move |tx| tx.one(UNREAD, &[&account, &COUNTED]).await).await?;
        Ok(row.map_or(0, |(count,)| count))
    }

    pub(crate) async fn read_one(&self, cx: &Cx, id: &NotificationId) -> Result<()> {
        const READ: &str = "update notification set read_at = $3 where id = $1 and account = $2 and read_at is null";
        let (account, id, now, bell) = (cx.account()?.to_owned(), id.clone(), cx.now(), self.bell.clone());
        self.db
            .write(async move |tx| {
                own(tx, &account, &id).await?;
                if tx.exec(READ, &[&id, &account, &now]).await? > 0 {
                    tx.after_commit(move || bell.ring(&account));
                }
                Ok(())
            })
            .await
    }

    pub(crate) async fn read_all(&self, cx: &Cx) -> Result<i64> {
        const READ: &str = "update notification set read_at = $2 where account = $1 and read_at is null";
        let (account, now, bell) = (cx.account()?.to_owned(), cx.now(), self.bell.clone());
        self.db
            .write(async move |tx| {
                let read = tx.exec(READ, &[&account, &now]).await?;
                if read > 0 {
                    tx.after_commit(move || bell.ring(&account));
                }
                Ok(read.cast_signed())
            })
            .await
    }

    pub(crate) async fn sendings(&self, cx: &Cx, id: &NotificationId) -> Result<Vec<Delivery>> {
        const SENDINGS: &str = "select id, channel, state, tries, queued_at, tried_at, sent_at, answer from delivery \
            where notification = $1 and account = $2 order by id limit 20";
        let (account, id) = (cx.account()?.to_owned(), id.clone());
        let rows: Vec<Sending> = self
            .db
            .read(async move |tx| {
                own(tx, &account, &id).await?;
                tx.all(SENDINGS, &[&id, &account]).await
            })
            .await?;
        let shown = |row: Sending| Delivery {
            id: row.id,
            channel: row.channel,
            state: row.state,
            tries: row.tries,
            queued_at: row.queued_at,
            tried_at: row.tried_at,
            sent_at: row.sent_at,
            answer: row.answer,
        };
        Ok(rows.into_iter().map(shown).collect())
    }
}

/// 404 where it is not this account's.
async fn own(tx: &mut Tx, account: &str, id: &NotificationId) -> Result<()> {
    const OWN: &str = "select id from notification where id = $1 and account = $2";
    let row: Option<(NotificationId,)> = tx.one(OWN, &[id, &account]).await?;
    row.map(drop).ok_or(Error::NotFound("notification"))
}
