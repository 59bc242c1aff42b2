//! Who runs a job: its lease, a row's columns, so that a replica that dies leaves nothing locked for ever.

use jiff::{SignedDuration, Timestamp};

use crate::{
    Result,
    db::{Db, Pair, Tx},
};

/// A job not heard of for so long is another's to run.
const LEASE: SignedDuration = SignedDuration::from_secs(60);

/// The engines differ in one clause: replicas on PostgreSQL pass over the rows another is taking.
/// A lease that ends later than any right clock could have said is one of a clock that is ahead: it holds nobody.
const CLAIM: Pair = Pair {
    sqlite: "
    update job set lease_holder = $1, lease_until = $2, attempts = attempts + 1 where id in (
        select id from job where state = 'pending' and due_at <= $3 and (lease_until is null or lease_until <= $3 or lease_until > $6)
        and kind in (select value from json_each($4)) order by due_at, id limit $5)
    returning id, kind, payload, attempts, asked",
    postgres: "
    update job set lease_holder = $1, lease_until = $2, attempts = attempts + 1 where id in (
        select id from job where state = 'pending' and due_at <= $3 and (lease_until is null or lease_until <= $3 or lease_until > $6)
        and kind = any (array(select jsonb_array_elements_text(($4::text)::jsonb))) order by due_at, id limit $5 for update skip locked)
    returning id, kind, payload, attempts, asked",
};

const NEXT: &str = "select min(due_at) from job where state = 'pending' and lease_until is null";
const RENEW: &str = "update job set lease_until = $3 where id = $1 and lease_holder = $2";

const DONE: &str = "delete from job where id = $1 and lease_holder = $2 and asked = $3";
const AGAIN: &str = "
    update job set due_at = $4, attempts = $5, last_error = $6, lease_holder = null, lease_until = null
    where id = $1 and lease_holder = $2 and asked = $3";
const DEAD: &str = "
    update job set state = 'dead', last_error = $4, ended_at = $5, lease_holder = null, lease_until = null
    where id = $1 and lease_holder = $2 and asked = $3";
const LET_GO: &str = "update job set lease_holder = null, lease_until = null where id = $1 and lease_holder = $2";

const PLANT: &str = "
    insert into job (id, kind, key, payload, due_at, state, attempts, asked, created_at)
    values ($1, $2, 'every', 'null', $3, 'pending', 0, 0, $3)
    on conflict (kind, key) where state = 'pending' do nothing";

crate::row! {
    /// A job that is ours to run.
    #[derive(Debug, Clone)]
    pub(super) struct Leased {
        pub(super) id: String,
        pub(super) kind: String,
        pub(super) payload: String,
        pub(super) attempts: i64,
        asked: i64,
    }
}

/// How a run ended.
#[derive(Debug, Clone)]
pub(super) enum End {
    /// Nothing is left to do.
    Done,
    /// To be run again then; `attempts` have failed in a row.
    Again { due_at: Timestamp, attempts: i64, error: Option<String> },
    /// Not to be run again.
    Dead { error: String, at: Timestamp },
}

/// Takes at most `limit` due jobs of these kinds (a JSON array) for `holder`.
pub(super) async fn claim(db: &Db, holder: &str, now: Timestamp, kinds: &str, limit: i64) -> Result<Vec<Leased>> {
    let (holder, kinds) = (holder.to_owned(), kinds.to_owned());
    db.write(async move |tx| {
        tx.all(CLAIM.on(tx.engine()), &[&holder, &(now + LEASE), &now, &kinds, &limit, &(now + LEASE * 2)]).await
    })
    .await
}

/// When the next job is due.
pub(super) async fn next(db: &Db) -> Result<Option<Timestamp>> {
    Ok(db.read(async move |tx| tx.one::<(Option<Timestamp>,)>(NEXT, &[]).await).await?.and_then(|(at,)| at))
}

/// Keeps a job that takes long.
pub(super) async fn renew(db: &Db, holder: &str, id: &str, now: Timestamp) -> Result<()> {
    let (holder, id) = (holder.to_owned(), id.to_owned());
    db.write(async move |tx| tx.exec(RENEW, &[&id, &holder, &(now + LEASE)]).await).await.map(drop)
}

/// Writes down how a run ended, unless the job was asked for again meanwhile or is another's by now.
pub(super) async fn end(db: &Db, holder: &str, job: &Leased, end: End) -> Result<()> {
    let (holder, job) = (holder.to_owned(), job.clone());
    db.write(async move |tx| {
        if write_end(tx, &holder, &job, end).await? == 0 {
            tx.exec(LET_GO, &[&job.id, &holder]).await?;
        }
        Ok(())
    })
    .await
}

async fn write_end(tx: &mut Tx, holder: &str, job: &Leased, end: End) -> Result<u64> {
    match end {
        End::Done => tx.exec(DONE, &[&job.id, &holder, &job.asked]).await,
        End::Again { due_at, attempts, error } => {
            tx.exec(AGAIN, &[&job.id, &holder, &job.asked, &due_at, &attempts, &error]).await
        }
        End::Dead { error, at } => tx.exec(DEAD, &[&job.id, &holder, &job.asked, &error, &at]).await,
    }
}

/// Makes sure that a periodic job is there.
pub(super) async fn plant(tx: &mut Tx, id: &str, kind: &str, now: Timestamp) -> Result<()> {
    tx.exec(PLANT, &[&id, &kind, &now]).await.map(drop)
}
