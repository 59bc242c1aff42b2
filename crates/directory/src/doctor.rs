//! Doctors: who they are, where they practise, and whether they may be found.

mod decision;
mod form;
mod hours;
mod store;

use std::sync::Arc;

use contracts::{
    Permission,
    audit::AuditEntry,
    auth::AccountId,
    directory::{Doctor, DoctorChanged, DoctorDecided, DoctorForm, DoctorId, DoctorRecords, DoctorState},
};
use platform::{
    Actor, Cx, Error, Id as _, Result,
    db::{Page, PageAsk, Tx},
    error::Problems,
};

pub(crate) use decision::{decide, relist, retire};
pub(crate) use form::check;
pub(crate) use store::{find, find_each, insert, listed_after, of_str, set_photo, update};

use crate::{
    DirectoryContext,
    access::{self, Standing},
    memory::Memory,
    search,
};

/// A doctor as the asker may see them.
pub(crate) async fn get(directory: &DirectoryContext, cx: &Cx, id_or_slug: &str) -> Result<Doctor> {
    let id = match id_or_slug.parse::<DoctorId>() {
        Ok(id) => id,
        Err(_) => directory.memory.index().of_slug(id_or_slug).cloned().ok_or(Error::NotFound("doctor"))?,
    };
    let doctor = whole(directory, id).await?;
    access::shown_to(cx, &doctor)
}

/// The doctor that the asker's account signs in as.
pub(crate) async fn mine(directory: &DirectoryContext, cx: &Cx) -> Result<Doctor> {
    let (account, memory) = (cx.account()?.to_owned(), directory.memory.clone());
    let found = directory.db.read(async move |tx| store::of_account(tx, &memory, &account).await).await?;
    found.ok_or(Error::NotFound("doctor"))
}

/// A doctor with everything, from memory where they were asked for lately.
pub(crate) async fn whole(directory: &DirectoryContext, id: DoctorId) -> Result<Arc<Doctor>> {
    if let Some(doctor) = directory.memory.page(&id) {
        return Ok(doctor);
    }
    let memory = directory.memory.clone();
    let found = directory.db.read(async move |tx| find(tx, &memory, &id).await).await?;
    let doctor = Arc::new(found.ok_or(Error::NotFound("doctor"))?);
    directory.memory.keep_page(doctor.clone());
    Ok(doctor)
}

/// Takes into memory what is not there yet of these doctors, in one reading.
async fn read_at_once(directory: &DirectoryContext, ids: &[DoctorId]) -> Result<()> {
    let missing: Vec<DoctorId> = ids.iter().filter(|id| directory.memory.page(id).is_none()).cloned().collect();
    if missing.is_empty() {
        return Ok(());
    }
    let memory = directory.memory.clone();
    let read = directory.db.read(async move |tx| find_each(tx, &memory, &missing).await).await?;
    for doctor in read {
        directory.memory.keep_page(Arc::new(doctor));
    }
    Ok(())
}

/// Everything that is wrong with a form of somebody new, as it stands now: the fields, and a registration that is
/// another doctor's already.
pub(crate) async fn check_new(directory: &DirectoryContext, cx: &Cx, form: &DoctorForm) -> Result<()> {
    let number = form.str_number.trim().to_owned();
    let checked = check(&directory.memory, cx, cx.new_id(), form.clone());
    let taken = directory.db.read(async move |tx| store::is_str_taken(tx, &number, None).await).await?;
    let mut problems = Problems::default();
    match checked {
        Ok(_) => {}
        Err(Error::Invalid(found)) => found.into_iter().for_each(|problem| problems.add(problem)),
        Err(other) => return Err(other),
    }
    problems.check(!taken, "str_number", "str-taken");
    problems.done()
}

/// Adds a doctor, listed at once.
pub(crate) async fn add(directory: &DirectoryContext, cx: &Cx, form: DoctorForm) -> Result<Doctor> {
    cx.require(Permission::DoctorManage)?;
    let mut doctor = check(&directory.memory, cx, cx.new_id(), form)?;
    form::only_served(cx, &doctor, None)?;
    doctor.state = DoctorState::Listed;
    create(directory, cx, doctor, "doctor.add").await
}

/// A doctor registers themselves and waits. The account is the asker's own, whatever the form says (R.A3), and one of a
/// doctor: a patient's never becomes one by an approval. A part of the program that registers somebody names it in the form.
pub(crate) async fn register(directory: &DirectoryContext, cx: &Cx, mut form: DoctorForm) -> Result<Doctor> {
    cx.require(Permission::DoctorOwn)?;
    if !matches!(cx.actor, Actor::System(_)) {
        form.account = Some(cx.account()?.parse().map_err(|_| Error::Unauthenticated("sign-in-needed"))?);
    }
    let mut doctor = check(&directory.memory, cx, cx.new_id(), form)?;
    doctor.state = DoctorState::Waiting;
    create(directory, cx, doctor, "doctor.register").await
}

async fn create(directory: &DirectoryContext, cx: &Cx, mut doctor: Doctor, action: &'static str) -> Result<Doctor> {
    let (cx, memory) = (cx.clone(), directory.memory.clone());
    directory
        .db
        .write(async move |tx| {
            insert(tx, &cx, &mut doctor).await?;
            let_in(tx, &cx, &doctor, None).await?;
            said(tx, &cx, &memory, &doctor, action, None).await?;
            Ok(doctor)
        })
        .await
}

/// Staff who may approve doctors let the account in that they name as a listed doctor's log-in.
async fn let_in(tx: &mut Tx, cx: &Cx, doctor: &Doctor, before: Option<&AccountId>) -> Result<()> {
    let Some(account) = doctor.account.as_ref().filter(|account| before != Some(*account)) else { return Ok(()) };
    if doctor.state != DoctorState::Listed || !cx.may(Permission::DoctorApprove) {
        return Ok(());
    }
    tx.publish(cx, &DoctorDecided { doctor: doctor.id.clone(), account: account.clone(), approved: true }).await
}

/// Replaces a doctor's fields, but the log-in where the form names none. Staff change all of them, but of practices only those at facilities they work for;
/// the doctor changes how they present themselves, and everything while they wait.
pub(crate) async fn change(
    directory: &DirectoryContext,
    cx: &Cx,
    id: &DoctorId,
    version: i64,
    form: DoctorForm,
) -> Result<Doctor> {
    access::signed_in_to_change(cx)?;
    let before = whole(directory, id.clone()).await?;
    let standing = access::to_change(cx, &before)?;
    if before.version != version {
        return Err(Error::Stale);
    }
    let mut doctor = check(&directory.memory, cx, id.clone(), form)?;
    if standing == Standing::Own {
        doctor.account.clone_from(&before.account);
        if before.state != DoctorState::Waiting {
            form::only_presentation(&doctor, &before)?;
        }
    } else {
        doctor.account = doctor.account.or_else(|| before.account.clone());
        // Another log-in acts for the doctor everywhere, also at the facilities of others.
        if standing == Standing::PartStaff && doctor.account != before.account {
            return Err(Error::invalid("account", "facility-not-yours"));
        }
        form::keep_foreign(cx, &mut doctor, &before)?;
    }
    doctor.slug.clone_from(&before.slug);
    doctor.photo.clone_from(&before.photo);
    doctor.state = before.state;
    let (cx, memory) = (cx.clone(), directory.memory.clone());
    directory
        .db
        .write(async move |tx| {
            update(tx, version, &mut doctor).await?;
            let_in(tx, &cx, &doctor, before.account.as_ref()).await?;
            said(tx, &cx, &memory, &doctor, "doctor.change", None).await?;
            Ok(doctor)
        })
        .await
}

/// Doctors of one's own facilities by name, in every state.
pub(crate) async fn records(directory: &DirectoryContext, cx: &Cx, ask: &DoctorRecords) -> Result<Page<Doctor>> {
    if !cx.may(Permission::DoctorApprove) {
        cx.require(Permission::DoctorManage)?;
    }
    let mut problems = Problems::default();
    problems.optional_text("q", ask.q.as_deref(), 100);
    problems.done()?;
    if ask.facility.as_ref().is_some_and(|facility| !cx.serves(facility.as_str())) {
        return Err(Error::NotFound("facility"));
    }
    let found = search::find_records(&directory.memory.index(), cx, ask)?;
    read_at_once(directory, &found.items).await?;
    let mut items = Vec::with_capacity(found.items.len());
    for id in found.items {
        items.push((*whole(directory, id).await?).clone());
    }
    Ok(Page { items, next: found.next })
}

/// Doctors who wait, longest first; of one's own facilities.
pub(crate) async fn waiting(directory: &DirectoryContext, cx: &Cx, ask: PageAsk) -> Result<Page<Doctor>> {
    cx.require(Permission::DoctorApprove)?;
    let after: Option<String> = ask.after()?;
    let (cx, memory) = (cx.clone(), directory.memory.clone());
    directory
        .db
        .read(async move |tx| {
            let mut after = after.unwrap_or_default();
            let mut found = Vec::new();
            while found.len() <= ask.size() {
                let batch = store::waiting_after(tx, &memory, &after).await?;
                let Some(last) = batch.last() else { break };
                after = last.id.to_string();
                found.extend(
                    batch.into_iter().filter(|doctor| doctor.practices.iter().any(|p| cx.serves(p.facility.as_str()))),
                );
            }
            Page::of(found, &ask, |doctor| doctor.id.to_string())
        })
        .await
}

/// Tells of a doctor as they are now: the others (of those who may be booked, or no longer may), the audit trail, and
/// after the commit what is kept in memory.
pub(crate) async fn said(
    tx: &mut Tx,
    cx: &Cx,
    memory: &Arc<Memory>,
    doctor: &Doctor,
    action: &str,
    reason: Option<&str>,
) -> Result<()> {
    if matches!(doctor.state, DoctorState::Listed | DoctorState::Retired) {
        tx.publish(cx, &changed(doctor)).await?;
    }
    let mut entry = AuditEntry::of(cx, crate::CONTEXT, action, doctor.id.as_str());
    entry.facility = doctor.practices.first().map(|practice| practice.facility.to_string());
    entry.reason = reason.map(ToOwned::to_owned);
    tx.publish(cx, &entry).await?;
    let (memory, doctor) = (memory.clone(), doctor.clone());
    tx.after_commit(move || memory.put_doctor(doctor));
    Ok(())
}

/// The doctor as others may know them.
fn changed(doctor: &Doctor) -> DoctorChanged {
    DoctorChanged {
        doctor: doctor.id.clone(),
        slug: doctor.slug.clone(),
        account: doctor.account.clone(),
        name: doctor.name.clone(),
        sex: doctor.sex,
        photo: doctor.photo.as_ref().map(|photo| photo.small.clone()),
        speciality: doctor.specialities.first().map(|speciality| speciality.name.clone()).unwrap_or_default(),
        str_until: doctor.str_until,
        practices: doctor.practices.clone(),
        auto_accept: doctor.auto_accept,
        state: doctor.state,
    }
}
