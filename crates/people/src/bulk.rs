//! Keeping many new patients in one unit, as [`patient::add`](crate::patient::add) keeps one, but without waiting for the
//! database at every row.

use std::collections::HashMap;

use contracts::{
    audit::AuditEntry,
    people::{PatientChanged, PatientId},
};
use platform::{
    Cx, Error, Result,
    db::{Pair, Tx, Value, json_list, listed},
};

use crate::{
    names,
    patient::{ADD, ADD_MARK, ADD_WORD, CLAIM, Kept, Sealed},
    profile::entry,
};

const REFER: &str = "insert into import_ref (mark, patient) values ($1, $2) on conflict do nothing";

/// Keeps patients, each with the fingerprint of its reference, and tells the others. 412 where a reference was taken
/// meanwhile, and then nothing is kept.
pub(crate) async fn add(tx: &mut Tx, cx: &Cx, batch: Vec<(String, Sealed)>) -> Result<()> {
    let refs: Vec<_> =
        batch.iter().map(|(mark, sealed)| vec![mark.as_str().into(), sealed.id.clone().into()]).collect();
    if tx.insert_many(REFER, &refs).await? != refs.len() as u64 {
        return Err(Error::Stale);
    }
    let claims: Vec<_> = batch
        .iter()
        .filter_map(|(_, sealed)| Some(vec![sealed.nik_mark.as_deref()?.into(), sealed.id.clone().into()]))
        .collect();
    tx.insert_many(CLAIM, &claims).await?;
    let (mut rows, mut words, mut marks) = (Vec::with_capacity(batch.len()), Vec::new(), Vec::new());
    let (mut news, mut lines): (Vec<PatientChanged>, Vec<AuditEntry>) = (Vec::new(), Vec::new());
    let holders = holders(tx, batch.iter().filter_map(|(_, sealed)| sealed.nik_mark.as_deref())).await?;
    for (_, sealed) in batch {
        let duplicate = sealed.nik_mark.as_ref().is_some_and(|mark| holders.get(mark) != Some(&sealed.id));
        let id = || Value::from(sealed.id.clone());
        words.extend(names::words(&sealed.person.name).into_iter().map(|word| vec![word.into(), id()]));
        marks.extend(sealed.marks.iter().map(|mark| vec![mark.as_str().into(), id()]));
        let nik_mark = sealed.nik_mark.clone();
        let Kept { id, name, birth_date, sex, patient_type, locale, details, version, .. } =
            sealed.kept(None, cx.locale, duplicate);
        lines.push(entry(cx, "patient.import", &id));
        rows.push(vec![
            id.clone().into(),
            Value::Null,
            name.clone().into(),
            birth_date.into(),
            sex.into(),
            patient_type.into(),
            locale.into(),
            details.into(),
            nik_mark.into(),
            duplicate.into(),
        ]);
        news.push(PatientChanged {
            patient: id,
            version,
            accounts: Vec::new(),
            name,
            birth_date,
            sex,
            patient_type,
            locale,
        });
    }
    tx.insert_many(ADD, &rows).await?;
    tx.insert_many(ADD_WORD, &words).await?;
    tx.insert_many(ADD_MARK, &marks).await?;
    tx.publish_all(cx, &news).await?;
    tx.publish_all(cx, &lines).await
}

/// Whose claim on each of these NIKs holds.
async fn holders(tx: &mut Tx, marks: impl Iterator<Item = &str>) -> Result<HashMap<String, PatientId>> {
    const HOLDERS: Pair = listed!("select mark, patient from nik_claim where mark ", "$1", "");
    let holders: Vec<(String, PatientId)> = tx.all(HOLDERS.on(tx.engine()), &[&json_list(marks)]).await?;
    Ok(holders.into_iter().collect())
}
