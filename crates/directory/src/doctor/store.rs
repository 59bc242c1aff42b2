//! Doctors in the database.

use std::collections::HashMap;

use contracts::{
    auth::AccountId,
    directory::{
        Bilingual, Doctor, DoctorId, DoctorPhoto, DoctorState, FacilityId, Practice, PracticeService, SpecialityId,
    },
    people::Sex,
};
use jiff::civil::Date;
use platform::{
    Cx, Error, Result,
    db::{Tx, Value},
};

use crate::{
    memory::Memory,
    search::{Listed, Place},
    slug, stored,
};

platform::row! {
    /// A doctor as they are stored.
    struct Row {
        id: DoctorId,
        slug: String,
        account: Option<AccountId>,
        name: String,
        sex: Sex,
        specialities: String,
        practising_since: Option<i16>,
        languages: String,
        about_id: String,
        about_en: String,
        str_number: String,
        str_until: Option<Date>,
        auto_accept: bool,
        photo_small: Option<String>,
        photo_large: Option<String>,
        state: DoctorState,
        version: i64,
    }

    /// A practice as it is stored.
    struct PracticeRow {
        facility: FacilityId,
        sip_number: String,
        sip_until: Date,
        services: String,
        hours: String,
    }

    /// A doctor as lists show them.
    struct ListedRow {
        id: DoctorId,
        slug: String,
        name: String,
        sex: Sex,
        photo_small: Option<String>,
        specialities: String,
        practising_since: Option<i16>,
        state: DoctorState,
        version: i64,
    }
}

const BY_ID: &str =
    "select id, slug, account, name, sex, specialities, practising_since, languages, about_id, about_en, str_number,
    str_until, auto_accept, photo_small, photo_large, state, version from doctor where id = $1";
const BY_ACCOUNT: &str =
    "select id, slug, account, name, sex, specialities, practising_since, languages, about_id, about_en, str_number,
    str_until, auto_accept, photo_small, photo_large, state, version from doctor where account = $1
    order by case when state = 'refused' then 1 else 0 end, id desc limit 1";
const BY_STR: &str = "select id, slug, account, name, sex, specialities, practising_since, languages, about_id, about_en, str_number,
    str_until, auto_accept, photo_small, photo_large, state, version from doctor where str_number = $1 and state in ('waiting', 'listed', 'retired')";
const WAITING_AFTER: &str = "select id, slug, account, name, sex, specialities, practising_since, languages, about_id, about_en,
    str_number, str_until, auto_accept, photo_small, photo_large, state, version from doctor where state = 'waiting' and id > $1 order by id limit 100";
const PRACTICES: &str =
    "select facility, sip_number, sip_until, services, hours from practice where doctor = $1 order by place";
const LISTED_AFTER: &str =
    "select id, slug, name, sex, photo_small, specialities, practising_since, state, version from doctor
    where id > $1 order by id limit $2";
const PLACES_AFTER: &str =
    "select doctor, facility, services from practice where doctor > $1 and doctor <= $2 order by doctor, place";
const INSERT: &str =
    "insert into doctor (id, slug, account, name, sex, specialities, practising_since, languages, about_id, about_en,
    str_number, str_until, auto_accept, state, version)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1) on conflict do nothing";
const UPDATE: &str =
    "update doctor set account = $3, name = $4, sex = $5, specialities = $6, practising_since = $7, languages = $8,
    about_id = $9, about_en = $10, str_number = $11, str_until = $12, auto_accept = $13, version = version + 1
    where id = $1 and version = $2 returning version";
const SET_STATE: &str =
    "update doctor set state = $3, version = version + 1 where id = $1 and version = $2 returning version";
const SET_PHOTO: &str = "update doctor set photo_small = $3, photo_large = $4, version = version + 1
    where id = $1 and version = $2 returning version";
const STR_TAKEN: &str = "select id from doctor where str_number = $1 and state in ('waiting', 'listed', 'retired')
    and ($2 = '' or id <> $2)";
const ACCOUNT_TAKEN: &str =
    "select id from doctor where account = $1 and state in ('waiting', 'listed', 'retired') and id <> $2";
const ADD_PRACTICE: &str = "insert into practice (doctor, facility, place, sip_number, sip_until, services, hours)
    values ($1, $2, $3, $4, $5, $6, $7)";
const DROP_PRACTICES: &str = "delete from practice where doctor = $1";

/// A doctor by id.
pub(crate) async fn find(tx: &mut Tx, memory: &Memory, id: &DoctorId) -> Result<Option<Doctor>> {
    let row = tx.one::<Row>(BY_ID, &[id]).await?;
    whole(tx, memory, row).await
}

/// The doctors of these ids, in their order, without those who are not there.
pub(crate) async fn find_each(tx: &mut Tx, memory: &Memory, ids: &[DoctorId]) -> Result<Vec<Doctor>> {
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        found.extend(find(tx, memory, id).await?);
    }
    Ok(found)
}

/// The doctor of an account; a refused one only where there is no other.
pub(super) async fn of_account(tx: &mut Tx, memory: &Memory, account: &str) -> Result<Option<Doctor>> {
    let row = tx.one::<Row>(BY_ACCOUNT, &[&account]).await?;
    whole(tx, memory, row).await
}

/// The doctor of a registration: what makes an imported row the same as one already there.
pub(crate) async fn of_str(tx: &mut Tx, memory: &Memory, str_number: &str) -> Result<Option<Doctor>> {
    let row = tx.one::<Row>(BY_STR, &[&str_number]).await?;
    whole(tx, memory, row).await
}

/// The next hundred who wait.
pub(super) async fn waiting_after(tx: &mut Tx, memory: &Memory, after: &str) -> Result<Vec<Doctor>> {
    let rows: Vec<Row> = tx.all(WAITING_AFTER, &[&after]).await?;
    let mut doctors = Vec::with_capacity(rows.len());
    for row in rows {
        doctors.extend(whole(tx, memory, Some(row)).await?);
    }
    Ok(doctors)
}

async fn whole(tx: &mut Tx, memory: &Memory, row: Option<Row>) -> Result<Option<Doctor>> {
    let Some(row) = row else { return Ok(None) };
    let practices = tx.all::<PracticeRow>(PRACTICES, &[&row.id]).await?;
    let specialities: Vec<SpecialityId> = stored::read(&row.specialities)?;
    let specialities = {
        let catalogue = memory.catalogue();
        specialities
            .iter()
            .filter_map(|id| catalogue.specialities.get(id))
            .map(|speciality| (**speciality).clone())
            .collect()
    };
    Ok(Some(Doctor {
        id: row.id,
        slug: row.slug,
        account: row.account,
        name: row.name,
        sex: row.sex,
        specialities,
        practising_since: row.practising_since,
        languages: stored::read(&row.languages)?,
        about: Bilingual { id: row.about_id, en: row.about_en },
        str_number: row.str_number,
        str_until: row.str_until,
        practices: practices.into_iter().map(practice).collect::<Result<_>>()?,
        auto_accept: row.auto_accept,
        photo: row.photo_small.zip(row.photo_large).map(|(small, large)| DoctorPhoto { small, large }),
        state: row.state,
        version: row.version,
    }))
}

fn practice(row: PracticeRow) -> Result<Practice> {
    Ok(Practice {
        facility: row.facility,
        services: stored::read(&row.services)?,
        sip_number: row.sip_number,
        sip_until: row.sip_until,
        hours: stored::read(&row.hours)?,
    })
}

/// The next doctors after an id, as lists show them, for the index.
pub(crate) async fn listed_after(tx: &mut Tx, after: &str, limit: i64) -> Result<Vec<Listed>> {
    let rows: Vec<ListedRow> = tx.all(LISTED_AFTER, &[&after, &limit]).await?;
    let Some(last) = rows.last().map(|row| row.id.clone()) else { return Ok(Vec::new()) };
    let mut places: HashMap<DoctorId, Vec<Place>> = HashMap::with_capacity(rows.len());
    for (doctor, facility, services) in tx.all::<(DoctorId, FacilityId, String)>(PLACES_AFTER, &[&after, &last]).await?
    {
        let services: Vec<PracticeService> = stored::read(&services)?;
        let services = services.into_iter().map(|offered| (offered.service, offered.fee)).collect();
        places.entry(doctor).or_default().push(Place { facility, services });
    }
    let listed = |row: ListedRow| {
        Ok(Listed {
            places: places.remove(&row.id).unwrap_or_default().into(),
            id: row.id,
            slug: row.slug.into(),
            name: row.name.into(),
            sex: row.sex,
            photo: row.photo_small.map(Into::into),
            specialities: stored::read(&row.specialities)?,
            practising_since: row.practising_since,
            state: row.state,
            version: row.version,
        })
    };
    rows.into_iter().map(listed).collect()
}

/// Writes a new doctor under a slug of their own.
pub(crate) async fn insert(tx: &mut Tx, cx: &Cx, d: &mut Doctor) -> Result<()> {
    let base = slug::of_person(&d.name);
    let (specialities, languages) = (speciality_ids(d)?, stored::text(&d.languages)?);
    for n in slug::attempts(cx) {
        let slug = slug::choice(&base, n);
        let written = tx
            .exec(
                INSERT,
                &[
                    &d.id,
                    &slug,
                    &d.account,
                    &d.name,
                    &d.sex,
                    &specialities,
                    &d.practising_since,
                    &languages,
                    &d.about.id,
                    &d.about.en,
                    &d.str_number,
                    &d.str_until,
                    &d.auto_accept,
                    &d.state,
                ],
            )
            .await?;
        if written == 1 {
            d.slug = slug;
            return add_practices(tx, d).await;
        }
        refuse_second(tx, d).await?;
    }
    Err(Error::Unavailable("slug"))
}

/// Writes a doctor's fields where they still have that version.
pub(crate) async fn update(tx: &mut Tx, version: i64, d: &mut Doctor) -> Result<()> {
    refuse_second(tx, d).await?;
    let (specialities, languages) = (speciality_ids(d)?, stored::text(&d.languages)?);
    let updated: Option<(i64,)> = tx
        .one(
            UPDATE,
            &[
                &d.id,
                &version,
                &d.account,
                &d.name,
                &d.sex,
                &specialities,
                &d.practising_since,
                &languages,
                &d.about.id,
                &d.about.en,
                &d.str_number,
                &d.str_until,
                &d.auto_accept,
            ],
        )
        .await
        // Another took the registration or account after it was looked for.
        .map_err(|error| if error.is_unique() { Error::Stale } else { error })?;
    (d.version,) = updated.ok_or(Error::Stale)?;
    tx.exec(DROP_PRACTICES, &[&d.id]).await?;
    add_practices(tx, d).await
}

/// Writes a doctor's state where they still have that version.
pub(super) async fn set_state(tx: &mut Tx, version: i64, d: &mut Doctor) -> Result<()> {
    let updated: Option<(i64,)> = tx.one(SET_STATE, &[&d.id, &version, &d.state]).await?;
    (d.version,) = updated.ok_or(Error::Stale)?;
    Ok(())
}

/// Writes a doctor's photo where they still have that version.
pub(crate) async fn set_photo(tx: &mut Tx, version: i64, d: &mut Doctor) -> Result<()> {
    let files = d.photo.as_ref().map(|photo| (photo.small.clone(), photo.large.clone()));
    let (small, large) = files.unzip();
    let updated: Option<(i64,)> = tx.one(SET_PHOTO, &[&d.id, &version, &small, &large]).await?;
    (d.version,) = updated.ok_or(Error::Stale)?;
    Ok(())
}

async fn add_practices(tx: &mut Tx, d: &Doctor) -> Result<()> {
    let mut rows: Vec<Vec<Value>> = Vec::with_capacity(d.practices.len());
    for (place, practice) in (0_i64..).zip(&d.practices) {
        rows.push(vec![
            d.id.clone().into(),
            practice.facility.clone().into(),
            place.into(),
            practice.sip_number.clone().into(),
            practice.sip_until.into(),
            stored::text(&practice.services)?.into(),
            stored::text(&practice.hours)?.into(),
        ]);
    }
    tx.insert_many(ADD_PRACTICE, &rows).await?;
    Ok(())
}

/// Whether a registration is that of a doctor other than this one.
pub(super) async fn is_str_taken(tx: &mut Tx, number: &str, but: Option<&DoctorId>) -> Result<bool> {
    let but = but.map_or_else(String::new, ToString::to_string);
    Ok(tx.one::<(DoctorId,)>(STR_TAKEN, &[&number, &but]).await?.is_some())
}

/// A registration, and an account, belong to one doctor.
async fn refuse_second(tx: &mut Tx, d: &Doctor) -> Result<()> {
    let mut problems = platform::error::Problems::default();
    let str_taken = is_str_taken(tx, &d.str_number, Some(&d.id)).await?;
    problems.check(!str_taken, "str_number", "str-taken");
    if let Some(account) = &d.account {
        let taken = tx.one::<(DoctorId,)>(ACCOUNT_TAKEN, &[account, &d.id]).await?.is_some();
        problems.check(!taken, "account", "account-taken");
    }
    problems.done()
}

fn speciality_ids(d: &Doctor) -> Result<String> {
    stored::text(&d.specialities.iter().map(|speciality| &speciality.id).collect::<Vec<_>>())
}
