//! What scheduling does when it hears: it keeps its copies in step, takes over the first hours of a doctor, and forgets
//! whoever asks to be forgotten.

use std::{collections::BTreeSet, sync::Arc};

use contracts::{
    directory::{DoctorChanged, FacilityChanged, ServiceChanged},
    notifications::BusyTimesChanged,
    people::{ErasureAnswer, ErasureDone, PatientChanged, PatientErased, PatientId},
};
use platform::{
    Cx, Result,
    bus::{self, Event as _, Reactions},
    db::Tx,
};

use crate::{SchedulingContext, appointment, appointment::columns, change, claim, copies, outside, owner, schedule};

impl SchedulingContext {
    /// The reactions of this context.
    pub fn reactions(self: &Arc<Self>) -> Reactions {
        let mut on = Reactions::new("scheduling", self.db.clone());
        on.hear::<FacilityChanged>("keep-facility", |tx, _, e, _| Box::pin(copies::keep_facility(tx, e)));
        on.hear::<ServiceChanged>("keep-service", |tx, _, e, _| Box::pin(copies::keep_service(tx, e)));
        on.hear::<DoctorChanged>("keep-doctor", |tx, cx, e, _| Box::pin(keep_doctor(tx, cx, e)));
        on.hear::<PatientChanged>("keep-patient", |tx, _, e, _| Box::pin(copies::keep_patient(tx, e)));
        on.hear::<BusyTimesChanged>("keep-busy-times", |tx, cx, e, _| Box::pin(outside::keep(tx, cx, e)));
        on.hear::<PatientErased>("forget-patient", |tx, cx, e, _| Box::pin(forget(tx, cx, e)));
        on
    }
}

async fn keep_doctor(tx: &mut Tx, cx: &Cx, e: &DoctorChanged) -> Result<()> {
    copies::keep_doctor(tx, e).await?;
    for practice in &e.practices {
        schedule::first_hours(cx, tx, &e.doctor, &practice.facility, &practice.hours).await?;
    }
    Ok(())
}

/// Coming visits are cancelled and their time freed; past ones stay as figures without a person: complaint, reason and
/// name are gone (A6). Late news of the person is not kept again.
async fn forget(tx: &mut Tx, cx: &Cx, e: &PatientErased) -> Result<()> {
    let mut coming = Vec::new();
    let mut patients = e.patients.clone();
    patients.sort_unstable();
    for patient in &patients {
        copies::lock_patient(tx, patient, None).await?;
        coming.extend(coming_of(tx, patient).await?);
    }
    // The order in which everybody locks: patients, owners, appointments.
    let owners: BTreeSet<&str> = coming.iter().map(|row| row.owner.as_str()).collect();
    for owner in owners {
        owner::freed(tx, owner).await?;
    }
    for mut row in coming {
        change::cancel_by_system(cx, tx, &mut row, "erased").await?;
        claim::release(tx, &row).await?;
    }
    let mut erased = 0;
    for patient in &patients {
        erased += erase(cx, tx, patient).await?;
    }
    if let Some(account) = &e.account {
        const ACTOR: &str = "update appointment_change set actor = 'erased' where actor = $1";
        erased += tx.exec(ACTOR, &[account]).await?;
        erased += tx.exec("delete from idempotency where actor = $1", &[account]).await?;
        erased += tx.exec("delete from patient_account where account = $1", &[account]).await?;
    }
    let answer =
        ErasureAnswer { context: "scheduling".to_owned(), erased: erased.cast_signed(), kept: 0, kept_until: None };
    tx.publish(cx, &ErasureDone { erasure: e.erasure.clone(), answer }).await
}

async fn coming_of(tx: &mut Tx, patient: &PatientId) -> Result<Vec<appointment::Row>> {
    const COMING: &str = concat!(
        "select ",
        columns!(),
        " from appointment a where a.patient = $1 \
         and a.state in ('held', 'pending', 'awaiting_payment', 'booked') order by a.id"
    );
    tx.all(COMING, &[patient]).await
}

/// Takes out of every table what is of a person; answers how many rows it touched.
async fn erase(cx: &Cx, tx: &mut Tx, patient: &PatientId) -> Result<u64> {
    const SCRUB: [&str; 7] = [
        "update leave_visit set reason = null where appointment in (select id from appointment where patient = $1)",
        "update appointment_change set reason = null, cause = null where appointment in (select id from appointment where patient = $1)",
        "update appointment set complaint = null, reason = null, cause = null, booked_by = null where patient = $1",
        "delete from patient_claim where patient = $1",
        "delete from patient_day where patient = $1",
        "delete from patient_account where patient = $1",
        "delete from patient where id = $1",
    ];
    const FORGOTTEN: &str = "insert into forgotten (patient, at) values ($1, $2) on conflict do nothing";
    let mut erased = 0;
    for sql in SCRUB {
        erased += tx.exec(sql, &[patient]).await?;
    }
    tx.exec(FORGOTTEN, &[patient, &cx.now()]).await?;
    erased += bus::forget(tx, &format!("{}:{patient}", PatientChanged::KIND)).await?;
    Ok(erased)
}
