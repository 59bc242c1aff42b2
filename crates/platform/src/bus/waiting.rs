//! Events that were heard but could not be applied yet, or not at all.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    event::{Class, Envelope},
    failure::{Failure, reaction_pause},
};
use crate::{
    Cx, Result,
    db::{Pair, Tx, Value, json_list},
    listed,
};

crate::row! {
    /// `select id, source, class, subject, epoch, n, kind, payload, at, began, attempts from waiting …`
    pub(super) struct Waiting {
        id: String,
        source: String,
        class: Class,
        subject: String,
        epoch: i64,
        n: i64,
        kind: String,
        payload: String,
        at: Timestamp,
        began: Timestamp,
        pub(super) attempts: i64,
    }
    /// An event that failed for good, until somebody has it retried or dropped.
    #[derive(Debug, Clone)]
    pub struct Parked {
        /// The event's id.
        pub id: String,
        /// Who said it.
        pub source: String,
        /// Its name among all events.
        pub kind: String,
        /// What it is about: a word and an id.
        pub subject: String,
        /// Its number within its subject.
        pub n: i64,
        /// How many of the same subject wait for it.
        pub behind: i64,
        /// How often it was tried.
        pub attempts: i64,
        /// The kind of the last error.
        pub reason: String,
        /// Since when it is parked.
        pub parked_at: Timestamp,
    }
}

impl Waiting {
    pub(super) fn envelope(self) -> Arc<Envelope> {
        let Self { id, source, class, subject, epoch, n, kind, payload, at, began, .. } = self;
        Arc::new(Envelope {
            id,
            source: source.into(),
            epoch,
            subject,
            n,
            kind,
            class,
            payload,
            at,
            began,
            trace: None,
        })
    }
}

/// How many rows are read at once.
const AT_ONCE: i64 = 200;

const ANY: &str = "select 1 from waiting limit 1";

const OF_SUBJECTS: Pair = listed!(
    "select id, source, class, subject, epoch, n, kind, payload, at, began, attempts from waiting
     where source = $1 and class = $2 and subject ",
    "$3",
    " order by epoch, n limit 2000"
);

const OF_IDS: Pair = listed!(
    "select id, source, class, subject, epoch, n, kind, payload, at, began, attempts from waiting where id ",
    "$1",
    ""
);

const DUE: &str = "
    select id, source, class, subject, epoch, n, kind, payload, at, began, attempts from waiting
    where parked_at is null and attempts > 0 and due_at <= $1 order by due_at, id limit $2";

/// Kept for a predecessor that was applied at the same moment by another replica.
const READY: &str = "
    select w.id, w.source, w.class, w.subject, w.epoch, w.n, w.kind, w.payload, w.at, w.began, w.attempts
    from waiting w join heard h on h.source = w.source and h.class = w.class and h.subject = w.subject
    where w.attempts = 0 and ((w.epoch = h.epoch and w.n <= h.n + 1) or w.epoch < h.epoch or (w.epoch > h.epoch and w.n = 1))
    order by w.epoch, w.n, w.id limit $1";

const KEEP: &str = "
    insert into waiting (id, source, class, subject, epoch, n, kind, payload, at, began, kept_at, attempts, due_at, reason)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) on conflict (id) do nothing";

const UNREADABLE: &str = "
    insert into waiting (id, source, class, subject, epoch, n, kind, payload, at, began, kept_at, attempts, due_at, reason, parked_at)
    values ($1, $2, 'log', '', 0, 0, $3, '', $4, $4, $4, 1, $4, 'unreadable', $4) on conflict (id) do nothing";

const STATE: &str = "select attempts, kept_at from waiting where id = $1";
const FAILED: &str = "update waiting set attempts = $2, reason = $3, due_at = $4, parked_at = $5 where id = $1";
/// Row locks are taken in the order of ids, so that two replicas that drop the same rows wait for each other one way only.
const DROP: Pair = Pair {
    sqlite: "delete from waiting where id in (select value from json_each($1))",
    postgres: "delete from waiting where id in (select id from waiting
        where id = any (array(select jsonb_array_elements_text(($1::text)::jsonb))) order by id for update)",
};

const OPEN: &str = "select count(*) from waiting where parked_at is null";
const OVERDUE: &str = "select count(*) from waiting where kept_at < $1 and attempts = 0";
const REASONS: &str = "
    select distinct kind, reason from waiting where parked_at is null and attempts > 0 order by kind, reason limit 5";
const PARKED: &str = "
    select id, source, kind, subject, n, (select count(*) from waiting w where w.source = p.source and w.class = p.class
        and w.subject = p.subject and w.parked_at is null and p.class <> 'log'), attempts, reason, parked_at
    from waiting p where parked_at is not null order by parked_at, id limit $1";
const RETRY: &str = "
    update waiting set parked_at = null, attempts = 1, kept_at = $2, due_at = $2 where id = $1 and parked_at is not null";
/// Without a kind that anybody reacts to it is applied as nothing, and those after it follow.
const GIVE_UP: &str = "
    update waiting set parked_at = null, attempts = 1, kept_at = $2, due_at = $2, kind = 'dropped', payload = ''
    where id = $1 and parked_at is not null";

/// Whether anything waits at all.
pub(super) async fn any(tx: &mut Tx) -> Result<bool> {
    Ok(tx.one::<(i64,)>(ANY, &[]).await?.is_some())
}

/// What waits of these subjects.
pub(super) async fn of_subjects(tx: &mut Tx, source: &str, class: Class, subjects: &str) -> Result<Vec<Waiting>> {
    tx.all(OF_SUBJECTS.on(tx.engine()), &[&source, &class, &subjects]).await
}

/// Which of these events wait.
pub(super) async fn of_ids(tx: &mut Tx, ids: &str) -> Result<Vec<Waiting>> {
    tx.all(OF_IDS.on(tx.engine()), &[&ids]).await
}

/// What is to be tried again by now.
pub(super) async fn due(tx: &mut Tx, now: Timestamp) -> Result<Vec<Arc<Envelope>>> {
    let mut due = tx.all::<Waiting>(DUE, &[&now, &AT_ONCE]).await?;
    due.extend(tx.all::<Waiting>(READY, &[&AT_ONCE]).await?);
    // One order for every replica, whenever it looks and however often an event failed: whoever locks in it waits for no
    // one who waits for them.
    due.sort_by(|a, b| (a.epoch, a.n, &a.id).cmp(&(b.epoch, b.n, &b.id)));
    Ok(due.into_iter().map(Waiting::envelope).collect())
}

/// Keeps events until their turn comes; those that failed, until their next try.
pub(super) async fn keep(tx: &mut Tx, cx: &Cx, events: &[Arc<Envelope>], failed: &[Failure]) -> Result<()> {
    let now = cx.now();
    let rows: Vec<Vec<Value>> = events
        .iter()
        .map(|e| {
            let failure = failed.iter().find(|f| f.event == e.id);
            let attempts = i64::from(failure.is_some());
            let due = if failure.is_some() { now + reaction_pause(1, &cx.entropy) } else { now };
            vec![
                e.id.clone().into(),
                (&*e.source).into(),
                e.class.into(),
                e.subject.clone().into(),
                e.epoch.into(),
                e.n.into(),
                e.kind.clone().into(),
                e.payload.clone().into(),
                e.at.into(),
                e.began.into(),
                now.into(),
                attempts.into(),
                due.into(),
                failure.map_or("", |f| &f.word).into(),
            ]
        })
        .collect();
    if !rows.is_empty() {
        tx.insert_many(KEEP, &rows).await?;
    }
    Ok(())
}

/// Notes another failure of an event that was kept already.
pub(super) async fn failed_again(tx: &mut Tx, cx: &Cx, failure: &Failure) -> Result<()> {
    let Some((attempts, kept_at)) = tx.one::<(i64, Timestamp)>(STATE, &[&failure.event]).await? else { return Ok(()) };
    let (now, attempts) = (cx.now(), attempts + 1);
    let parked_at = failure.is_final(attempts, kept_at, now).then_some(now);
    let due_at = now + reaction_pause(attempts, &cx.entropy);
    tx.exec(FAILED, &[&failure.event, &attempts, &failure.word, &due_at, &parked_at]).await?;
    Ok(())
}

/// Lets go of events that are applied, or of no use any more.
pub(super) async fn drop(tx: &mut Tx, ids: &str) -> Result<u64> {
    tx.exec(DROP.on(tx.engine()), &[&ids]).await
}

/// How many wait and are not parked.
pub(super) async fn open(tx: &mut Tx) -> Result<i64> {
    Ok(tx.one::<(i64,)>(OPEN, &[]).await?.map_or(0, |(n,)| n))
}

/// How many have waited for their predecessor since before `since`.
pub(super) async fn overdue(tx: &mut Tx, since: Timestamp) -> Result<i64> {
    Ok(tx.one::<(i64,)>(OVERDUE, &[&since]).await?.map_or(0, |(n,)| n))
}

/// The kinds that wait after a failure, each with the kind of the error.
pub(super) async fn reasons(tx: &mut Tx) -> Result<Vec<String>> {
    let reasons = tx.all::<(String, String)>(REASONS, &[]).await?;
    Ok(reasons.into_iter().map(|(kind, reason)| format!("{kind}: {reason}")).collect())
}

/// At most `limit` parked events, the oldest first.
pub(super) async fn parked(tx: &mut Tx, limit: i64) -> Result<Vec<Parked>> {
    tx.all(PARKED, &[&limit]).await
}

/// Has a parked event tried again; false where there is none of that id.
pub(super) async fn retry(tx: &mut Tx, id: &str, now: Timestamp) -> Result<bool> {
    Ok(tx.exec(RETRY, &[&id, &now]).await? > 0)
}

/// Parks what is no event. It stands among the lines of a log, which nothing waits for.
pub(super) async fn park_unreadable(tx: &mut Tx, id: &str, source: &str, kind: &str, now: Timestamp) -> Result<()> {
    tx.exec(UNREADABLE, &[&id, &source, &kind, &now]).await?;
    Ok(())
}

/// Lets a parked event go without its reaction, and those after it follow; false where there is none of that id.
pub(super) async fn give_up(tx: &mut Tx, id: &str, now: Timestamp) -> Result<bool> {
    Ok(tx.exec(GIVE_UP, &[&id, &now]).await? > 0)
}

/// The events as a list for a statement.
pub(super) fn ids<'a>(events: impl IntoIterator<Item = &'a Arc<Envelope>>) -> String {
    json_list(events.into_iter().map(|e| e.id.as_str()))
}
