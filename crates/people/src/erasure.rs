//! Forgetting a person (A6). In one transaction their rows go, what was said of them is emptied, and the others are told;
//! then their keys are destroyed; and when every context has answered, the erasure is complete.

use contracts::{
    Permission,
    audit::AuditEntry,
    auth::{AccountId, AccountOpened},
    people::{Erasure, ErasureAnswer, ErasureDone, ErasureId, PatientErased, PatientId},
};
use jiff::{Timestamp, civil::Date};
use platform::{
    Cx, Error, Result, bus,
    bus::Event as _,
    db::Tx,
    jobs::{Job, Jobs},
};

use crate::{PeopleContext, account, family, patient, profile::own};

/// Destroys the keys of an erasure and answers it for people. Begun at once, and again by this job if that fails.
const FINISH: &str = "finish-erasure";

const OPEN: &str = "
    insert into erasure (id, account, contexts, erased, asked_at) values ($1, $2, $3, 0, $4) on conflict (account) do nothing";
const OF_ACCOUNT: &str = "select id from erasure where account = $1";
const OWN: &str = "select id from patient where account = $1";
const MEMBERS: &str = "select patient from family where account = $1 and ended_at is null order by patient";
/// Locks the patient, so that of two who leave at once the second sees that the first has left.
const LOCK: &str = "update patient set version = version + 1 where id = $1";
const SHARED: &str = "
    select 1 from patient p where p.id = $1 and (p.account is not null or exists
        (select 1 from family f where f.patient = p.id and f.account <> $2 and f.ended_at is null))";
const PATIENT: &str = "insert into erasure_patient (erasure, patient) values ($1, $2)";
const ERASED: &str = "update erasure set erased = $2 where id = $1";
const PATIENTS: &str = "select patient from erasure_patient where erasure = $1 order by patient";
const KEYS_GONE: &str = "update erasure set keys_gone_at = $2 where id = $1 and keys_gone_at is null returning erased";
const ANSWER: &str = "
    insert into erasure_answer (erasure, context, erased, kept, kept_until) values ($1, $2, $3, $4, $5) on conflict do nothing";
const ONE: &str = "select contexts, asked_at, done_at from erasure where id = $1";
const ANSWERS: &str =
    "select context, erased, kept, kept_until from erasure_answer where erasure = $1 order by context";
/// Locks the erasure, so that of two answers at once the second sees the first.
const TURN: &str = "update erasure set erased = erased where id = $1";
const DONE: &str = "update erasure set done_at = $2 where id = $1 and done_at is null";

impl PeopleContext {
    /// What people does later: finish erasures that were cut off.
    pub fn jobs(&self) -> Jobs {
        let mut jobs = Jobs::new("people", self.db.clone());
        let people = self.clone();
        jobs.on(FINISH, move |cx: Cx, id: ErasureId| {
            let people = people.clone();
            async move { people.finish(&cx, &id).await }
        });
        jobs
    }

    /// Forgets the asker, and of their family those for whom nobody else acts. Asked twice, the answer is the same.
    pub(crate) async fn forget_asker(&self, cx: &Cx) -> Result<Erasure> {
        cx.require(Permission::ProfileOwn)?;
        let (account, answering, cx_) = (own(cx)?, self.answering.clone(), cx.clone());
        let id = self.db.write(async move |tx| begin(tx, &cx_, &account, &answering).await).await?;
        if let Err(error) = self.finish(cx, &id).await {
            tracing::warn!(erasure = %id, error = error.word(), "the keys of an erasure will be destroyed by a job");
        }
        self.progress(&id).await
    }

    /// Forgets again whom a restored database still knows: an account, and patients by their ids. Answers whether there
    /// was anything to do. For the command that restores a backup, before anybody is served.
    pub async fn erase_again(&self, cx: &Cx, account: &AccountId, patients: &[PatientId]) -> Result<bool> {
        let (account, patients) = (account.clone(), patients.to_vec());
        let (answering, cx_) = (self.answering.clone(), cx.clone());
        let (id, again) = self
            .db
            .write(async move |tx| {
                let known = tx.one::<(ErasureId,)>(OF_ACCOUNT, &[&account]).await?.is_some();
                let id = begin(tx, &cx_, &account, &answering).await?;
                let begun: Vec<(PatientId,)> = tx.all(PATIENTS, &[&id]).await?;
                // Others may have looked after them at the time of the backup, and not any more when they were forgotten.
                let left: Vec<PatientId> =
                    patients.into_iter().filter(|patient| begun.iter().all(|(id,)| id != patient)).collect();
                for patient in &left {
                    tx.exec(PATIENT, &[&id, patient]).await?;
                    patient::erase(tx, patient).await?;
                }
                let again = !known || !left.is_empty();
                if !left.is_empty() {
                    let erased = PatientErased { erasure: id.clone(), patients: left, account: None };
                    tx.publish(&cx_, &erased).await?;
                }
                Ok((id, again))
            })
            .await?;
        self.finish(cx, &id).await?;
        Ok(again)
    }

    /// How far an erasure has come.
    pub(crate) async fn progress(&self, id: &ErasureId) -> Result<Erasure> {
        let id = id.clone();
        self.db.read(async move |tx| progress(tx, &id).await).await
    }

    /// Destroys the keys of everybody in an erasure, and only then answers it. May be done again.
    async fn finish(&self, cx: &Cx, id: &ErasureId) -> Result<()> {
        let sought = id.clone();
        let patients: Vec<(PatientId,)> = self.db.read(async move |tx| tx.all(PATIENTS, &[&sought]).await).await?;
        for (patient,) in &patients {
            self.vault.destroy(cx, patient).await?;
        }
        let (id, cx) = (id.clone(), cx.clone());
        self.db
            .write(async move |tx| {
                let Some((erased,)) = tx.one::<(i64,)>(KEYS_GONE, &[&id, &cx.now()]).await? else { return Ok(()) };
                let answer = ErasureAnswer { context: "people".to_owned(), erased, kept: 0, kept_until: None };
                tx.publish(&cx, &ErasureDone { erasure: id.clone(), answer }).await?;
                tx.cancel_job(FINISH, &id.to_string()).await.map(|_| ())
            })
            .await
    }
}

/// Deletes and tells, in one transaction; answers the erasure, which may have begun before.
async fn begin(tx: &mut Tx, cx: &Cx, account: &AccountId, answering: &str) -> Result<ErasureId> {
    let id: ErasureId = cx.new_id();
    // Locks the account's row, so that nothing is kept for it meanwhile.
    account::close(tx, account).await?;
    if tx.exec(OPEN, &[&id, account, &answering, &cx.now()]).await? == 0 {
        let (before,) = tx.one::<(ErasureId,)>(OF_ACCOUNT, &[account]).await?.ok_or(Error::NotFound("erasure"))?;
        return Ok(before);
    }
    let mut patients: Vec<PatientId> =
        tx.all::<(PatientId,)>(OWN, &[account]).await?.into_iter().map(|(id,)| id).collect();
    for (member,) in tx.all::<(PatientId,)>(MEMBERS, &[account]).await? {
        tx.exec(LOCK, &[&member]).await?;
        match tx.one::<(i64,)>(SHARED, &[&member, account]).await? {
            Some(_) => family::end(tx, cx, account, &member).await?,
            None => patients.push(member),
        }
    }
    let mut erased = 1;
    for patient in &patients {
        tx.exec(PATIENT, &[&id, patient]).await?;
        erased += patient::erase(tx, patient).await?;
    }
    erased += tx.exec("delete from family where account = $1", &[account]).await?;
    erased += bus::forget(tx, &format!("{}:{account}", AccountOpened::KIND)).await?;
    tx.exec(ERASED, &[&id, &(erased as i64)]).await?;
    tx.publish(cx, &PatientErased { erasure: id.clone(), patients, account: Some(account.clone()) }).await?;
    tx.publish(cx, &AuditEntry::of(cx, "people", "person.unregister", &id.to_string())).await?;
    tx.enqueue(cx, Job::new(FINISH, &id)?.key(id.to_string())).await?;
    Ok(id)
}

/// Counts an answer; with the last one the erasure is complete.
pub(crate) async fn answered(tx: &mut Tx, cx: &Cx, said: &ErasureDone, by: &str) -> Result<()> {
    let ErasureAnswer { erased, kept, kept_until, .. } = &said.answer;
    if tx.exec(TURN, &[&said.erasure]).await? == 0 {
        return Ok(());
    }
    tx.exec(ANSWER, &[&said.erasure, &by, erased, kept, kept_until]).await?;
    if progress(tx, &said.erasure).await?.waiting_for.is_empty() {
        tx.exec(DONE, &[&said.erasure, &cx.now()]).await?;
    }
    Ok(())
}

async fn progress(tx: &mut Tx, id: &ErasureId) -> Result<Erasure> {
    let row: Option<(String, Timestamp, Option<Timestamp>)> = tx.one(ONE, &[id]).await?;
    let (contexts, asked_at, done_at) = row.ok_or(Error::NotFound("erasure"))?;
    let answers: Vec<(String, i64, i64, Option<Date>)> = tx.all(ANSWERS, &[id]).await?;
    let answers: Vec<ErasureAnswer> = answers
        .into_iter()
        .map(|(context, erased, kept, kept_until)| ErasureAnswer { context, erased, kept, kept_until })
        .collect();
    let is_open = |context: &&str| answers.iter().all(|answer| answer.context != **context);
    let waiting_for = contexts.split_whitespace().filter(is_open).map(str::to_owned).collect();
    Ok(Erasure { id: id.clone(), asked_at, done_at, answers, waiting_for })
}
