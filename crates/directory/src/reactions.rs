//! What the directory does when it hears the other contexts.

use contracts::{
    people::{ErasureAnswer, ErasureDone, PatientErased},
    scheduling::AvailabilityChanged,
};
use platform::bus::Reactions;

use crate::{CONTEXT, DirectoryContext, earliest};

pub(crate) fn of(directory: &DirectoryContext) -> Reactions {
    let mut reactions = Reactions::new(CONTEXT, directory.db.clone());
    let memory = directory.memory.clone();
    reactions.hear_many::<AvailabilityChanged>("earliest free start", move |tx, _, told| {
        let memory = memory.clone();
        Box::pin(async move {
            earliest::note_all(tx, told).await?;
            let told: Vec<AvailabilityChanged> = told.iter().map(|(changed, _)| changed.clone()).collect();
            tx.after_commit(move || {
                let index = memory.index();
                for AvailabilityChanged { doctor, earliest, .. } in told {
                    index.note_earliest(&doctor, earliest);
                }
            });
            Ok(())
        })
    });
    // Doctors are no patients: nothing of a patient is kept here.
    reactions.hear::<PatientErased>("nothing to forget", |tx, cx, erased, _| {
        Box::pin(async move {
            let answer = ErasureAnswer { context: CONTEXT.to_owned(), erased: 0, kept: 0, kept_until: None };
            tx.publish(cx, &ErasureDone { erasure: erased.erasure.clone(), answer }).await
        })
    });
    reactions
}
