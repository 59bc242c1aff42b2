//! What is known here of accounts, patients, facilities and doctors: copies kept by hearing their owners' events.

use contracts::{
    auth::{AccountId, AccountOpened, AccountState},
    directory::{DoctorChanged, DoctorId, FacilityChanged, FacilityId},
    people::{PatientChanged, PatientId},
};
use platform::{Cx, Result, db::Tx, i18n::Locale};

use crate::vault::{Contact, Vault};

/// Accounts that are told of one patient's visits at most.
pub(crate) const MOST_ACCOUNTS: i64 = 20;

/// How an account is reached, and in which language.
pub(crate) struct Reached {
    pub(crate) locale: Locale,
    /// None of an account that is closed.
    pub(crate) contact: Option<Contact>,
}

/// Keeps what auth says of an account, unless it is gone.
pub(crate) async fn keep_account(tx: &mut Tx, cx: &Cx, vault: &Vault, event: &AccountOpened) -> Result<()> {
    const KEEP: &str = "insert into account (id, locale, contact, closed) values ($1, $2, $3, $4) \
        on conflict (id) do update set locale = excluded.locale, contact = excluded.contact where account.closed = $4";
    let AccountOpened { account, name, email, phone, locale, state, .. } = event;
    if *state == AccountState::Closed {
        return close_account(tx, account).await;
    }
    let contact = Contact { name: name.clone(), email: email.clone(), phone: phone.clone() };
    let sealed = vault.seal_contact(cx, &account.to_string(), &contact)?;
    tx.exec(KEEP, &[account, locale, &sealed, &false]).await.map(drop)
}

/// Empties an account for good.
pub(crate) async fn close_account(tx: &mut Tx, account: &AccountId) -> Result<()> {
    const CLOSE: &str = "insert into account (id, closed) values ($1, $2) \
        on conflict (id) do update set locale = null, contact = null, closed = excluded.closed";
    tx.exec(CLOSE, &[account, &true]).await.map(drop)
}

/// How an account is reached; none where auth has not told of it yet.
pub(crate) async fn reached(tx: &mut Tx, vault: &Vault, account: &str) -> Result<Option<Reached>> {
    type Row = (Option<Locale>, Option<Vec<u8>>);
    let row: Option<Row> = tx.one("select locale, contact from account where id = $1", &[&account]).await?;
    let Some((locale, sealed)) = row else { return Ok(None) };
    let contact = sealed.map(|sealed| vault.contact(account, &sealed)).transpose()?;
    Ok(Some(Reached { locale: locale.unwrap_or_default(), contact }))
}

/// Keeps what people says of a patient, unless something newer is known already or the patient was forgotten.
pub(crate) async fn keep_patient(tx: &mut Tx, event: &PatientChanged) -> Result<()> {
    const KEEP: &str = "insert into patient (id, version, name) \
        select $1, $2, $3 where not exists (select 1 from forgotten where patient = $1) \
        on conflict (id) do update set version = excluded.version, name = excluded.name \
        where patient.version < excluded.version";
    const ACTS: &str = "insert into patient_account (patient, account) values ($1, $2) on conflict do nothing";
    if tx.exec(KEEP, &[&event.patient, &event.version, &event.name]).await? == 0 {
        return Ok(());
    }
    tx.exec("delete from patient_account where patient = $1", &[&event.patient]).await?;
    for account in &event.accounts {
        tx.exec(ACTS, &[&event.patient, account]).await?;
    }
    Ok(())
}

/// Keeps what directory says of a facility.
pub(crate) async fn keep_facility(tx: &mut Tx, event: &FacilityChanged) -> Result<()> {
    const KEEP: &str = "insert into facility (id, name, zone, address) values ($1, $2, $3, $4) \
        on conflict (id) do update set name = excluded.name, zone = excluded.zone, address = excluded.address";
    tx.exec(KEEP, &[&event.facility, &event.name, &event.zone, &event.address]).await.map(drop)
}

/// Keeps what directory says of a doctor.
pub(crate) async fn keep_doctor(tx: &mut Tx, event: &DoctorChanged) -> Result<()> {
    const KEEP: &str = "insert into doctor (id, account, name) values ($1, $2, $3) \
        on conflict (id) do update set account = excluded.account, name = excluded.name";
    tx.exec(KEEP, &[&event.doctor, &event.account, &event.name]).await.map(drop)
}

/// Whether a patient asked to be forgotten.
pub(crate) async fn is_forgotten(tx: &mut Tx, patient: &PatientId) -> Result<bool> {
    let row: Option<(PatientId,)> = tx.one("select patient from forgotten where patient = $1", &[patient]).await?;
    Ok(row.is_some())
}

/// The accounts that may act for a patient; none where people has not told of the patient yet.
pub(crate) async fn accounts_of(tx: &mut Tx, patient: &PatientId) -> Result<Option<Vec<AccountId>>> {
    const ACCOUNTS: &str = "select account from patient_account where patient = $1 order by account limit $2";
    let known: Option<(PatientId,)> = tx.one("select id from patient where id = $1", &[patient]).await?;
    if known.is_none() {
        return Ok(None);
    }
    let rows: Vec<(AccountId,)> = tx.all(ACCOUNTS, &[patient, &MOST_ACCOUNTS]).await?;
    Ok(Some(rows.into_iter().map(|(account,)| account).collect()))
}

/// The account a doctor signs in with, if any; none at all where directory has not told of the doctor yet.
pub(crate) async fn account_of_doctor(tx: &mut Tx, doctor: &DoctorId) -> Result<Option<Option<AccountId>>> {
    let row: Option<(Option<AccountId>,)> = tx.one("select account from doctor where id = $1", &[doctor]).await?;
    Ok(row.map(|(account,)| account))
}

/// Whether directory has told of a facility.
pub(crate) async fn knows_facility(tx: &mut Tx, facility: &FacilityId) -> Result<bool> {
    let row: Option<(FacilityId,)> = tx.one("select id from facility where id = $1", &[facility]).await?;
    Ok(row.is_some())
}
