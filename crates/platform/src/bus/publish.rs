//! The saying end: a row in the outbox, written in the transaction that writes what happened.

use jiff::Timestamp;

use super::event::{Class, Event};
use crate::{
    Cx, Error, Result,
    db::{Tx, Value},
    ids,
};

/// Numbers the next fact of a subject. The row stays locked until the commit, so numbers are given in commit order.
const NUMBER: &str = "
    insert into subject_number (subject, epoch, n, began)
    select $1, epoch, 1, $2 from bus_state where one = 1
    on conflict (subject) do update set
        n = case when subject_number.epoch = excluded.epoch then subject_number.n + 1 else 1 end,
        began = case when subject_number.epoch = excluded.epoch then subject_number.began else excluded.began end,
        epoch = excluded.epoch
    returning n, epoch, began";

const FACT: &str = "
    insert into outbox (id, subject, n, epoch, kind, class, payload, at, began)
    values ($1, $2, $3, $4, $5, 'fact', $6, $7, $8)";

/// The row of a profile is its counter as well.
const PROFILE: &str = "
    insert into outbox (id, subject, n, epoch, kind, class, payload, at, began)
    select $1, $2, 1, epoch, $3, 'profile', $4, $5, $5 from bus_state where one = 1
    on conflict (subject) where class = 'profile' do update set
        n = case when outbox.epoch = excluded.epoch then outbox.n + 1 else 1 end,
        id = excluded.id, epoch = excluded.epoch, kind = excluded.kind, payload = excluded.payload,
        at = excluded.at, sent_at = null";

const LOG: &str = "
    insert into outbox (id, subject, n, epoch, kind, class, payload, at, began)
    select $1, $2, 0, epoch, $3, 'log', $4, $5, $5 from bus_state where one = 1";

impl Tx {
    /// Says an event: it is sent if, and only if, this transaction is committed.
    pub async fn publish<E: Event>(&mut self, cx: &Cx, event: &E) -> Result<()> {
        let now = cx.now();
        let id = ids::encode("evt", now, cx.entropy.bytes());
        let subject = event.subject();
        let payload = serde_json::to_string(event).map_err(Error::internal)?;
        match E::CLASS {
            Class::Fact => {
                let numbered = self.one::<(i64, i64, Timestamp)>(NUMBER, &[&subject, &now]).await?;
                let (n, epoch, began) = numbered.ok_or_else(|| Error::internal("the bus has no state here"))?;
                self.exec(FACT, &[&id, &subject, &n, &epoch, &E::KIND, &payload, &now, &began]).await?;
            }
            Class::Profile => {
                self.exec(PROFILE, &[&id, &subject, &E::KIND, &payload, &now]).await?;
            }
            Class::Log => {
                self.exec(LOG, &[&id, &subject, &E::KIND, &payload, &now]).await?;
            }
        }
        self.ring_after_commit(|signals| &signals.published);
        Ok(())
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
        let now = cx.now();
        let row = |event: &E| -> Result<Vec<Value>> {
            let id = ids::encode("evt", now, cx.entropy.bytes());
            let payload = serde_json::to_string(event).map_err(Error::internal)?;
            Ok(vec![id.into(), event.subject().into(), E::KIND.into(), payload.into(), now.into()])
        };
        let rows = events.iter().map(row).collect::<Result<Vec<_>>>()?;
        self.exec_many(sql, &rows).await?;
        self.ring_after_commit(|signals| &signals.published);
        Ok(())
    }
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
