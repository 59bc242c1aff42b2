//! The rows of a patient: the profile itself, the words and fingerprints it is found by, and the claim on its NIK.

use contracts::{
    auth::AccountId,
    people::{PatientCard, PatientChanged, PatientId, PatientType, Relation, Sex},
};
use jiff::civil::Date;
use platform::{Cx, Error, Result, bus, bus::Event as _, db::Tx, i18n::Locale};

use crate::{names, patient_form::Person, vault::Vault};

platform::row! {
    /// A patient as they are kept.
    #[derive(Debug, Clone)]
    pub(crate) struct Kept {
        pub(crate) id: PatientId,
        pub(crate) account: Option<AccountId>,
        pub(crate) name: String,
        pub(crate) birth_date: Date,
        pub(crate) sex: Sex,
        pub(crate) patient_type: PatientType,
        pub(crate) locale: Locale,
        /// Sealed.
        pub(crate) details: Vec<u8>,
        pub(crate) duplicate: bool,
        pub(crate) version: i64,
    }

    /// A line of a list.
    #[derive(Debug, Clone)]
    pub(crate) struct Line {
        pub(crate) id: PatientId,
        pub(crate) name: String,
        pub(crate) birth_date: Date,
        pub(crate) sex: Sex,
        pub(crate) patient_type: PatientType,
    }
}

impl Line {
    /// As a card; `relation` is what they are to the asker.
    pub(crate) fn card(self, relation: Option<Relation>) -> PatientCard {
        let Self { id, name, birth_date, sex, patient_type } = self;
        PatientCard { id, name, birth_date, sex, patient_type, relation }
    }
}

/// A checked and sealed person, ready to be written.
#[derive(Debug, Clone)]
pub(crate) struct Sealed {
    pub(crate) id: PatientId,
    pub(crate) person: Person,
    pub(crate) details: Vec<u8>,
    pub(crate) nik_mark: Option<String>,
    pub(crate) marks: Vec<String>,
}

impl Sealed {
    /// Seals a person's details and takes their fingerprints.
    pub(crate) async fn new(cx: &Cx, vault: &Vault, id: PatientId, person: Person) -> Result<Self> {
        let details = vault.seal(cx, &id, &person.details).await?;
        let nik_mark = person.details.nik.as_deref().map(|nik| vault.nik_mark(nik));
        Ok(Self { marks: vault.marks(&person.details), id, person, details, nik_mark })
    }

    pub(crate) fn kept(self, account: Option<AccountId>, locale: Locale, duplicate: bool) -> Kept {
        let Person { name, birth_date, sex, patient_type, .. } = self.person;
        Kept {
            id: self.id,
            account,
            name,
            birth_date,
            sex,
            patient_type,
            locale,
            details: self.details,
            duplicate,
            version: 1,
        }
    }
}

pub(crate) const ADD: &str = "
    insert into patient (id, account, name, birth_date, sex, patient_type, locale, details, nik_mark, duplicate, version)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1) on conflict do nothing";
const REPLACE: &str = "
    update patient set name = $3, birth_date = $4, sex = $5, patient_type = $6, details = $7, nik_mark = $8, duplicate = $9,
    version = version + 1 where id = $1 and version = $2";
pub(crate) const CLAIM: &str = "insert into nik_claim (mark, patient) values ($1, $2) on conflict do nothing";
pub(crate) const CLAIMED: &str = "select patient from nik_claim where mark = $1";
const RELEASE: &str = "delete from nik_claim where patient = $1 returning mark";
const NEXT: &str = "select id from patient where nik_mark = $1 and duplicate and id <> $2 order by id limit 1";
const NO_DUPLICATE: &str = "update patient set duplicate = $2 where id = $1";
pub(crate) const ADD_WORD: &str = "insert into patient_word (word, patient) values ($1, $2) on conflict do nothing";
pub(crate) const ADD_MARK: &str = "insert into patient_mark (mark, patient) values ($1, $2) on conflict do nothing";
const DROP_WORDS: &str = "delete from patient_word where patient = $1";
const DROP_MARKS: &str = "delete from patient_mark where patient = $1";
const ACCOUNTS: &str = "
    select account from patient where id = $1 and account is not null
    union select account from family where patient = $1 and ended_at is null order by 1";

/// Keeps a new patient and tells the others. 409 `profile-exists` where the account has one already. A NIK that another
/// patient holds makes no difference but a mark for staff.
pub(crate) async fn add(
    tx: &mut Tx,
    cx: &Cx,
    sealed: Sealed,
    account: Option<AccountId>,
    locale: Locale,
) -> Result<Kept> {
    let (nik_mark, marks) = (sealed.nik_mark.clone(), sealed.marks.clone());
    let duplicate = !claim(tx, &sealed.id, nik_mark.as_deref()).await?;
    let kept = sealed.kept(account, locale, duplicate);
    let Kept { id, account, name, birth_date, sex, patient_type, details, .. } = &kept;
    let added = tx
        .exec(ADD, &[id, account, name, birth_date, sex, patient_type, &locale, details, &nik_mark, &duplicate])
        .await?;
    if added == 0 {
        return Err(Error::conflict("profile-exists"));
    }
    index(tx, id, name, &marks).await?;
    announce(tx, cx, &kept).await?;
    Ok(kept)
}

/// Replaces what is kept at that version and tells the others; 412 where somebody was quicker.
pub(crate) async fn replace(tx: &mut Tx, cx: &Cx, before: &Kept, sealed: Sealed) -> Result<Kept> {
    let released = release(tx, &before.id).await?;
    let duplicate = !claim(tx, &before.id, sealed.nik_mark.as_deref()).await?;
    let (nik_mark, marks) = (sealed.nik_mark.clone(), sealed.marks.clone());
    let kept = Kept { version: before.version + 1, ..sealed.kept(before.account.clone(), before.locale, duplicate) };
    let Kept { id, name, birth_date, sex, patient_type, details, .. } = &kept;
    let changed = tx
        .exec(REPLACE, &[id, &before.version, name, birth_date, sex, patient_type, details, &nik_mark, &duplicate])
        .await?;
    if changed == 0 {
        return Err(Error::Stale);
    }
    tx.exec(DROP_WORDS, &[id]).await?;
    tx.exec(DROP_MARKS, &[id]).await?;
    index(tx, id, name, &marks).await?;
    for mark in released.iter().filter(|mark| nik_mark.as_deref() != Some(mark.as_str())) {
        promote(tx, id, mark).await?;
    }
    announce(tx, cx, &kept).await?;
    Ok(kept)
}

/// Tells the others how a patient is now.
pub(crate) async fn announce(tx: &mut Tx, cx: &Cx, kept: &Kept) -> Result<()> {
    let event = changed(tx, kept).await?;
    tx.publish(cx, &event).await
}

/// What the others may know of a patient.
pub(crate) async fn changed(tx: &mut Tx, kept: &Kept) -> Result<PatientChanged> {
    let accounts: Vec<(AccountId,)> = tx.all(ACCOUNTS, &[&kept.id]).await?;
    let accounts = accounts.into_iter().map(|(account,)| account).collect();
    let Kept { id, version, name, birth_date, sex, patient_type, locale, .. } = kept.clone();
    Ok(PatientChanged { patient: id, version, accounts, name, birth_date, sex, patient_type, locale })
}

/// Deletes everything about a patient and empties what was said of them; answers how many rows.
pub(crate) async fn erase(tx: &mut Tx, id: &PatientId) -> Result<u64> {
    const FORGET_REF: &str = "update import_ref set patient = '' where patient = $1";
    let released = release(tx, id).await?;
    let mut erased = u64::from(released.is_some());
    for sql in [
        DROP_WORDS,
        DROP_MARKS,
        "delete from family where patient = $1",
        "delete from patient where id = $1",
        FORGET_REF,
    ] {
        erased += tx.exec(sql, &[id]).await?;
    }
    if let Some(mark) = released {
        promote(tx, id, &mark).await?;
    }
    erased += bus::forget(tx, &subject(id)).await?;
    Ok(erased)
}

/// The subject under which the others hear of a patient.
fn subject(id: &PatientId) -> String {
    format!("{}:{id}", PatientChanged::KIND)
}

/// Claims a NIK; false where another patient holds it. The row that refuses is never looked at before: both ways take
/// the same steps.
async fn claim(tx: &mut Tx, id: &PatientId, mark: Option<&str>) -> Result<bool> {
    let Some(mark) = mark else { return Ok(true) };
    tx.exec(CLAIM, &[&mark, id]).await?;
    let holder: Option<(PatientId,)> = tx.one(CLAIMED, &[&mark]).await?;
    Ok(holder.is_some_and(|(holder,)| holder == *id))
}

/// Gives up a patient's claim; answers the NIK's fingerprint, if there was one.
async fn release(tx: &mut Tx, id: &PatientId) -> Result<Option<String>> {
    let released: Option<(String,)> = tx.one(RELEASE, &[id]).await?;
    Ok(released.map(|(mark,)| mark))
}

/// Whoever gave the same NIK next gets a claim that was given up.
async fn promote(tx: &mut Tx, gone: &PatientId, mark: &str) -> Result<()> {
    if let Some((next,)) = tx.one::<(PatientId,)>(NEXT, &[&mark, gone]).await?
        && claim(tx, &next, Some(mark)).await?
    {
        tx.exec(NO_DUPLICATE, &[&next, &false]).await?;
    }
    Ok(())
}

async fn index(tx: &mut Tx, id: &PatientId, name: &str, marks: &[String]) -> Result<()> {
    let words: Vec<_> = names::words(name).into_iter().map(|word| vec![word.into(), id.clone().into()]).collect();
    tx.insert_many(ADD_WORD, &words).await?;
    let marks: Vec<_> = marks.iter().map(|mark| vec![mark.as_str().into(), id.clone().into()]).collect();
    tx.insert_many(ADD_MARK, &marks).await?;
    Ok(())
}
