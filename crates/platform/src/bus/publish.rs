//! The saying end: a row in the outbox, written in the transaction that writes what happened.

use super::event::{Class, Event};
use crate::{
    Cx, Error, Result,
    db::{Step, Tx, Value},
    ids,
};

/// The largest content of an event, in bytes: it is copied into outboxes, queues and hearers' databases.
const MOST_BYTES: usize = 256 * 1024;

/// Numbers the next fact of a subject. The row stays locked until the commit, so numbers are given in commit order.
const NUMBER: &str = "
    insert into subject_number (subject, epoch, n, began)
    select $1, epoch, 1, $2 from bus_state where one = 1
    on conflict (subject) do update set
        n = case when subject_number.epoch = excluded.epoch then subject_number.n + 1 else 1 end,
        began = case when subject_number.epoch = excluded.epoch then subject_number.began else excluded.began end,
        epoch = excluded.epoch";

/// Under the number just given, in the same transaction.
const FACT: &str = "
    insert into outbox (id, subject, n, epoch, kind, class, payload, at, began, trace)
    select $1, $2, n, epoch, $3, 'fact', $4, $5, began, $6 from subject_number where subject = $2";

/// The row of a profile is its counter as well.
const PROFILE: &str = "
    insert into outbox (id, subject, n, epoch, kind, class, payload, at, began, trace)
    select $1, $2, 1, epoch, $3, 'profile', $4, $5, $5, $6 from bus_state where one = 1
    on conflict (subject) where class = 'profile' do update set
        n = case when outbox.epoch = excluded.epoch then outbox.n + 1 else 1 end,
        id = excluded.id, epoch = excluded.epoch, kind = excluded.kind, payload = excluded.payload,
        at = excluded.at, trace = excluded.trace, sent_at = null";

const LOG: &str = "
    insert into outbox (id, subject, n, epoch, kind, class, payload, at, began, trace)
    select $1, $2, 0, epoch, $3, 'log', $4, $5, $5, $6 from bus_state where one = 1";

impl Tx {
    /// Says an event: it is sent if, and only if, this transaction is committed.
    pub async fn publish<E: Event>(&mut self, cx: &Cx, event: &E) -> Result<()> {
        let steps = self.saying(cx, event)?;
        let kept = self.exec_each(&steps).await?;
        if kept.contains(&0) { Err(Error::internal("the bus has no state here")) } else { Ok(()) }
    }

    /// The statements that say an event, to be run by [`Tx::exec_each`] along with others; each changes one row.
    pub fn saying<E: Event>(&mut self, cx: &Cx, event: &E) -> Result<Vec<Step>> {
        let now = cx.now();
        let id = ids::encode("evt", now, cx.entropy.bytes());
        let subject = event.subject();
        let payload = content(event)?;
        let trace = cx.trace.map(|trace| trace.traceparent());
        let keep = |sql: &'static str| Step::new(sql, &[&id, &subject, &E::KIND, &payload, &now, &trace]);
        self.ring_after_commit(|signals| &signals.published);
        Ok(match E::CLASS {
            Class::Fact => vec![Step::new(NUMBER, &[&subject, &now]), keep(FACT)],
            Class::Profile => vec![keep(PROFILE)],
            Class::Log => vec![keep(LOG)],
        })
    }

    /// Says many events of a kind, on PostgreSQL without waiting for each answer: for imports. Facts, which are
    /// numbered one after the other, go one by one.
    pub async fn publish_all<E: Event>(&mut self, cx: &Cx, events: &[E]) -> Result<()> {
        let sql = match E::CLASS {
            Class::Profile => PROFILE,
            Class::Log => LOG,
            Class::Fact => {
                for event in events {
                    self.publish(cx, event).await?;
                }
                return Ok(());
            }
        };
        let (now, trace) = (cx.now(), cx.trace.map(|trace| trace.traceparent()));
        let row = |event: &E| -> Result<Vec<Value>> {
            let id = ids::encode("evt", now, cx.entropy.bytes());
            let payload = content(event)?;
            Ok(vec![
                id.into(),
                event.subject().into(),
                E::KIND.into(),
                payload.into(),
                now.into(),
                trace.clone().into(),
            ])
        };
        let rows = events.iter().map(row).collect::<Result<Vec<_>>>()?;
        self.exec_many(sql, &rows).await?;
        self.ring_after_commit(|signals| &signals.published);
        Ok(())
    }
}

/// The event as it travels. Fails where it is too large, which is a fault of the program.
fn content<E: Event>(event: &E) -> Result<String> {
    let payload = serde_json::to_string(event).map_err(Error::internal)?;
    if payload.len() > MOST_BYTES {
        return Err(Error::Internal(format!("an event {} has {} bytes", E::KIND, payload.len())));
    }
    Ok(payload)
}

/// What the content of a forgotten event becomes: its number stays, so that those after it are not waited for.
const FORGOTTEN: &str = "forgotten";
const FORGET_SAID: &str = "update outbox set payload = '', kind = $2 where subject = $1 and class = 'fact'";
const FORGET_PROFILE: &str = "update outbox set payload = '', kind = $2 where subject = $1 and class = 'profile'";
const FORGET_LINES: &str = "delete from outbox where subject = $1 and class = 'log' and sent_at is null";
const FORGET_HEARD: &str = "update waiting set payload = '', kind = $2, attempts = 1, parked_at = null, reason = '', due_at = kept_at where subject = $1";

/// Erases what events about a subject carried, said here or heard and not applied yet; answers how many. The numbers
/// stay, so nobody waits for them. Say the event that tells of the erasure after this, in the same transaction.
/// Lines of a log about the subject are kept once sent: those who hear them own them.
pub async fn forget(tx: &mut Tx, subject: &str) -> Result<u64> {
    let mut erased = 0;
    for sql in [FORGET_SAID, FORGET_PROFILE, FORGET_HEARD] {
        erased += tx.exec(sql, &[&subject, &FORGOTTEN]).await?;
    }
    Ok(erased + tx.exec(FORGET_LINES, &[&subject]).await?)
}
