//! Busy times of doctors in calendars they keep elsewhere (C10): absences like others, for judging and for listing, kept
//! in step with what notifications tells.

use std::collections::BTreeMap;

use contracts::{
    notifications::{BusySpan, BusyTimesChanged},
    scheduling::{Exception, ExceptionId, ExceptionKind},
};
use jiff::Timestamp;
use platform::{Cx, Result, db::Tx};

use crate::{exception, owner};

/// Makes the doctor's absences those that were told: what is new is added, what is gone is taken back, the rest stays.
pub(crate) async fn keep(tx: &mut Tx, cx: &Cx, e: &BusyTimesChanged) -> Result<()> {
    const KNOWN: &str = "select x.id, x.starts_at, x.ends_at from outside_busy o join exception x on x.id = o.exception \
        where o.doctor = $1 order by x.id limit 5000";
    const MARK: &str = "insert into outside_busy (exception, doctor) values ($1, $2)";
    const UNMARK: &str = "delete from outside_busy where exception = $1";
    let rows: Vec<(ExceptionId, Timestamp, Timestamp)> = tx.all(KNOWN, &[&e.doctor]).await?;
    let mut gone: BTreeMap<BusySpan, ExceptionId> =
        rows.into_iter().map(|(id, from, until)| (BusySpan { from, until }, id)).collect();
    let fresh: Vec<BusySpan> = e.spans.iter().filter(|span| gone.remove(span).is_none()).copied().collect();
    if fresh.is_empty() && gone.is_empty() {
        return Ok(());
    }
    for id in gone.values() {
        exception::remove(tx, id).await?;
        tx.exec(UNMARK, &[id]).await?;
    }
    for span in fresh {
        let absence = Exception {
            id: None,
            schedule: None,
            doctor: Some(e.doctor.clone()),
            facility: None,
            kind: ExceptionKind::Absent,
            starts_at: span.from,
            ends_at: span.until,
            slot_minutes: None,
            capacity: None,
            reason: None,
        };
        let kept = exception::add(cx, tx, absence).await?;
        tx.exec(MARK, &[&kept.id, &e.doctor]).await?;
    }
    owner::replan(tx, &e.doctor.to_string()).await
}
