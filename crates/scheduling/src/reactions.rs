//! What scheduling does when it hears: it keeps its copies in step, takes over the first hours of a doctor, and forgets
//! whoever asks to be forgotten.

use std::sync::Arc;

use contracts::{
    directory::{DoctorChanged, FacilityChanged, ServiceChanged},
    people::{ErasureAnswer, ErasureDone, PatientChanged, PatientErased, PatientId},
};
use platform::{Cx, Result, bus::Reactions, db::Tx};

use crate::{SchedulingContext, appointment, appointment::columns, change, claim, copies, owner, schedule};

impl SchedulingContext {
    /// The reactions of this context.
    pub fn reactions(self: &Arc<Self>) -> Reactions {
        let mut on = Reactions::new("scheduling", self.db.clone());
        on.hear::<FacilityChanged>("keep-facility", |tx, _, e, _| Box::pin(copies::keep_facility(tx, e)));
        on.hear::<ServiceChanged>("keep-service", |tx, _, e, _| Box::pin(copies::keep_service(tx, e)));
        on.hear::<DoctorChanged>("keep-doctor", |tx, cx, e, _| Box::pin(keep_doctor(tx, cx, e)));
        on.hear::<PatientChanged>("keep-patient", |tx, _, e, _| Box::pin(copies::keep_patient(tx, e)));
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
/// name are gone (A6).
async fn forget(tx: &mut Tx, cx: &Cx, e: &PatientErased) -> Result<()> {
    let mut erased = 0;
    for patient in &e.patients {
        erased += forget_one(tx, cx, patient).await?;
    }
    let answer = ErasureAnswer { context: "scheduling".to_owned(), erased, kept: 0, kept_until: None };
    tx.publish(cx, &ErasureDone { erasure: e.erasure.clone(), answer }).await
}

async fn forget_one(tx: &mut Tx, cx: &Cx, patient: &PatientId) -> Result<i64> {
    const COMING: &str = concat!(
        "select ", columns!(), " from appointment a where a.patient = $1 \
         and a.state in ('held', 'pending', 'awaiting_payment', 'booked') order by a.id"
    );
    const SCRUB: &str = "update appointment set complaint = null, reason = null, booked_by = null where patient = $1";
    const SCRUB_CHANGES: &str = "update appointment_change set reason = null \
        where appointment in (select id from appointment where patient = $1)";
    let coming: Vec<appointment::Row> = tx.all(COMING, &[patient]).await?;
    for mut row in coming {
        change::cancel_by_system(cx, tx, &mut row, "erased").await?;
        owner::freed(tx, &row.owner).await?;
        claim::release(tx, &row.id.to_string()).await?;
    }
    let mut erased = tx.exec(SCRUB_CHANGES, &[patient]).await?;
    erased += tx.exec(SCRUB, &[patient]).await?;
    erased += tx.exec("delete from patient_account where patient = $1", &[patient]).await?;
    erased += tx.exec("delete from patient where id = $1", &[patient]).await?;
    Ok(erased.cast_signed())
}
