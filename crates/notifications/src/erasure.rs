//! Forgetting a person (A6): everything that is theirs or about their visits goes, in everybody's inbox; nothing is kept.

use contracts::people::{ErasureAnswer, ErasureDone, PatientErased};
use platform::{Cx, Result, db::Tx};

use crate::{copies, outside};

/// What is about a patient.
const OF_PATIENT: [&str; 6] = [
    "delete from delivery where notification in (select id from notification where patient = $1)",
    "delete from notification where patient = $1",
    "delete from reminder where appointment in (select id from visit where patient = $1)",
    "delete from visit where patient = $1",
    "delete from patient_account where patient = $1",
    "delete from patient where id = $1",
];
/// What is of an account.
const OF_ACCOUNT: [&str; 6] = [
    "delete from delivery where account = $1",
    "delete from notification where account = $1",
    "delete from reminder where account = $1",
    "delete from preference where account = $1",
    "delete from feed where account = $1",
    "delete from patient_account where account = $1",
];

/// Forgets, and answers what was forgotten.
pub(crate) async fn forget(tx: &mut Tx, cx: &Cx, event: &PatientErased) -> Result<()> {
    const FORGOTTEN: &str = "insert into forgotten (patient, at) values ($1, $2) on conflict do nothing";
    // News that are being heard of the patient hold the row: waited for here, they are known and go as well. What comes
    // later waits for this end, and then finds the patient forgotten.
    const HOLD: &str = "insert into patient (id, version, name) values ($1, 0, '') \
        on conflict (id) do update set version = patient.version";
    let mut erased = 0;
    for patient in &event.patients {
        tx.exec(FORGOTTEN, &[patient, &cx.now()]).await?;
        tx.exec(HOLD, &[patient]).await?;
        for sql in OF_PATIENT {
            erased += tx.exec(sql, &[patient]).await?;
        }
    }
    if let Some(account) = &event.account {
        for sql in OF_ACCOUNT {
            erased += tx.exec(sql, &[account]).await?;
        }
        erased += outside::forget(tx, cx, account).await?;
        copies::close_account(tx, account).await?;
        erased += 1;
    }
    let answer =
        ErasureAnswer { context: "notifications".to_owned(), erased: erased.cast_signed(), kept: 0, kept_until: None };
    tx.publish(cx, &ErasureDone { erasure: event.erasure.clone(), answer }).await
}
