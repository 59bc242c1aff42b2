//! What is known here of accounts, patients, facilities and doctors: copies kept by hearing their owners' events.

use std::collections::{BTreeSet, HashMap, HashSet};

use contracts::{
    auth::{AccountId, AccountOpened, AccountState},
    directory::{DoctorChanged, DoctorId, FacilityChanged, FacilityId},
    people::{PatientChanged, PatientId},
};
use platform::{
    Cx, Id, Result,
    db::{Engine, Pair, Tx, json_list, listed},
    i18n::Locale,
};

use crate::vault::{Contact, Vault};

/// Accounts that are told of one patient's visits at most.
pub(crate) const MOST_ACCOUNTS: i64 = 20;

/// How an account is reached, and in which language.
pub(crate) struct Reached {
    pub(crate) locale: Locale,
    /// None of an account that is shut or closed.
    pub(crate) contact: Option<Contact>,
}

/// Keeps what auth says of an account, unless it is gone. One that was shut is not reached any more, until it is opened
/// again.
pub(crate) async fn keep_account(tx: &mut Tx, cx: &Cx, vault: &Vault, event: &AccountOpened) -> Result<()> {
    const KEEP: &str = "insert into account (id, locale, contact, closed) values ($1, $2, $3, $4) \
        on conflict (id) do update set locale = excluded.locale, contact = excluded.contact where account.closed = $4";
    let AccountOpened { account, name, email, phone, locale, state, .. } = event;
    if *state == AccountState::Closed {
        return close_account(tx, account).await;
    }
    let sealed = if *state == AccountState::Deactivated {
        None
    } else {
        let contact = Contact { name: name.clone(), email: email.clone(), phone: phone.clone() };
        Some(vault.seal_contact(cx, &account.to_string(), &contact)?)
    };
    tx.exec(KEEP, &[account, locale, &sealed, &false]).await.map(drop)
}

/// Empties an account for good.
pub(crate) async fn close_account(tx: &mut Tx, account: &AccountId) -> Result<()> {
    const CLOSE: &str = "insert into account (id, closed) values ($1, $2) \
        on conflict (id) do update set locale = null, contact = null, closed = excluded.closed";
    tx.exec("delete from feed where account = $1", &[account]).await?;
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

/// Keeps what people says of a patient, unless something newer is known already or the patient was forgotten. Answers the
/// accounts that may act for the patient now and could not before.
pub(crate) async fn keep_patient(tx: &mut Tx, event: &PatientChanged) -> Result<Vec<AccountId>> {
    const KEEP: &str = "insert into patient (id, version, name) \
        select $1, $2, $3 where not exists (select 1 from forgotten where patient = $1) \
        on conflict (id) do update set version = excluded.version, name = excluded.name \
        where patient.version < excluded.version";
    const BEFORE: &str = "select account from patient_account where patient = $1 order by account limit $2";
    const ACTS: &str = "insert into patient_account (patient, account) values ($1, $2) on conflict do nothing";
    if tx.exec(KEEP, &[&event.patient, &event.version, &event.name]).await? == 0 {
        return Ok(Vec::new());
    }
    // An erasure that was under way is over now: whoever writes the row waits for the other.
    if is_forgotten(tx, &event.patient).await? {
        tx.exec("delete from patient where id = $1", &[&event.patient]).await?;
        return Ok(Vec::new());
    }
    let before: Vec<(AccountId,)> = tx.all(BEFORE, &[&event.patient, &MOST_ACCOUNTS]).await?;
    tx.exec("delete from patient_account where patient = $1", &[&event.patient]).await?;
    for account in &event.accounts {
        tx.exec(ACTS, &[&event.patient, account]).await?;
    }
    let is_new = |account: &&AccountId| before.iter().all(|(known,)| known != *account);
    Ok(event.accounts.iter().filter(is_new).take(MOST_ACCOUNTS as usize).cloned().collect())
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

/// Whose accounts among these are closed.
pub(crate) async fn closed(tx: &mut Tx, accounts: impl Iterator<Item = &AccountId>) -> Result<HashSet<AccountId>> {
    const CLOSED: Pair = listed!("select id from account where closed = $2 and id ", "$1", "");
    let asked = json_list(accounts.map(Id::as_str));
    let closed: Vec<(AccountId,)> = tx.all(CLOSED.on(tx.engine()), &[&asked, &true]).await?;
    Ok(closed.into_iter().map(|(account,)| account).collect())
}

/// Has news of patients and their erasure wait for each other: what is asked of the patients afterwards holds until the end
/// of the transaction. In one order, so that nobody waits in a ring. On SQLite one writes at a time.
pub(crate) async fn hold_patients(tx: &mut Tx, patients: &BTreeSet<&PatientId>) -> Result<()> {
    const HOLD: &str = "select id from patient \
        where id = any (array(select jsonb_array_elements_text(($1::text)::jsonb))) order by id for share";
    if tx.engine() == Engine::Postgres {
        tx.all::<(PatientId,)>(HOLD, &[&json_list(patients.iter().map(|id| id.as_str()))]).await?;
    }
    Ok(())
}

/// Of each patient the accounts that may act for them, none at all of one who asked to be forgotten. Whom people has not
/// told of yet is missing.
pub(crate) async fn sides_of(
    tx: &mut Tx,
    patients: &BTreeSet<&PatientId>,
) -> Result<HashMap<PatientId, Option<Vec<AccountId>>>> {
    const SIDES: Pair = listed!(
        "select p.id, a.account from patient p left join patient_account a on a.patient = p.id where p.id ",
        "$1",
        " order by p.id, a.account"
    );
    const FORGOTTEN: Pair = listed!("select patient from forgotten where patient ", "$1", "");
    let asked = json_list(patients.iter().map(|id| id.as_str()));
    let mut sides: HashMap<PatientId, Option<Vec<AccountId>>> = HashMap::new();
    for (patient, account) in tx.all::<(PatientId, Option<AccountId>)>(SIDES.on(tx.engine()), &[&asked]).await? {
        let accounts = sides.entry(patient).or_default().get_or_insert_default();
        accounts.extend(account.filter(|_| accounts.len() < MOST_ACCOUNTS as usize));
    }
    for (patient,) in tx.all::<(PatientId,)>(FORGOTTEN.on(tx.engine()), &[&asked]).await? {
        sides.insert(patient, None);
    }
    Ok(sides)
}

/// Whether a patient asked to be forgotten.
pub(crate) async fn is_forgotten(tx: &mut Tx, patient: &PatientId) -> Result<bool> {
    let row: Option<(PatientId,)> = tx.one("select patient from forgotten where patient = $1", &[patient]).await?;
    Ok(row.is_some())
}

/// Whether an account may act for a patient.
pub(crate) async fn acts_for(tx: &mut Tx, account: &AccountId, patient: &PatientId) -> Result<bool> {
    const ACTS: &str = "select account from patient_account where patient = $1 and account = $2";
    let row: Option<(AccountId,)> = tx.one(ACTS, &[patient, account]).await?;
    Ok(row.is_some())
}

/// The account each doctor signs in with, if any. Whom directory has not told of yet is missing.
pub(crate) async fn accounts_of_doctors(
    tx: &mut Tx,
    doctors: &BTreeSet<&DoctorId>,
) -> Result<HashMap<DoctorId, Option<AccountId>>> {
    const ACCOUNTS: Pair = listed!("select id, account from doctor where id ", "$1", "");
    let asked = json_list(doctors.iter().map(|id| id.as_str()));
    let accounts: Vec<(DoctorId, Option<AccountId>)> = tx.all(ACCOUNTS.on(tx.engine()), &[&asked]).await?;
    Ok(accounts.into_iter().collect())
}

/// Whether directory has told of all these facilities.
pub(crate) async fn knows_facilities(tx: &mut Tx, facilities: &BTreeSet<&FacilityId>) -> Result<bool> {
    const KNOWN: Pair = listed!("select id from facility where id ", "$1", "");
    let asked = json_list(facilities.iter().map(|id| id.as_str()));
    Ok(tx.all::<(FacilityId,)>(KNOWN.on(tx.engine()), &[&asked]).await?.len() == facilities.len())
}
