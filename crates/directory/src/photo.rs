//! A doctor's photo: given by the doctor or by staff, drawn anew as two squares, kept as files for everybody (B4).
//!
//! A file is written before the row that names it, and taken away after the row that no longer does; in between its name
//! stands in `photo_file`. Every photo has files of its own, even where two are alike, so that taking one away never
//! takes another's.

mod files;
mod picture;

use std::sync::Arc;

use contracts::directory::{Doctor, DoctorId, DoctorPhoto, LARGEST_PHOTO};
use platform::{Cx, Error, Result, blobs::BlobName, crypto::token};

pub(crate) use files::{Photos, sweep};

use crate::{DirectoryContext, access, doctor};

/// Gives a doctor a photo, in place of the one before.
pub(crate) async fn set(directory: &DirectoryContext, cx: &Cx, id: &DoctorId, picture: Vec<u8>) -> Result<Doctor> {
    may_change(directory, cx, id).await?;
    if picture.len() > LARGEST_PHOTO {
        return Err(Error::TooLarge(LARGEST_PHOTO as u64));
    }
    let squares = directory.photos.draw(picture, token(&cx.entropy)).await?;
    let names = [BlobName::of(&squares.small), BlobName::of(&squares.large)];
    files::note(&directory.db, cx, names.clone()).await?;
    for file in [squares.small, squares.large] {
        directory.photos.put(file).await?;
    }
    let [small, large] = names.map(|name| name.as_str().to_owned());
    replace(directory, cx, id, Some(DoctorPhoto { small, large }), "doctor.photo").await
}

/// Takes a doctor's photo away; where there is none, nothing changes.
pub(crate) async fn remove(directory: &DirectoryContext, cx: &Cx, id: &DoctorId) -> Result<Doctor> {
    let doctor = may_change(directory, cx, id).await?;
    if doctor.photo.is_none() {
        return Ok((*doctor).clone());
    }
    replace(directory, cx, id, None, "doctor.photo-remove").await
}

/// A file of a photo, for everybody.
pub(crate) async fn get(directory: &DirectoryContext, name: &str) -> Result<Vec<u8>> {
    let name = name.parse()?;
    directory.photos.get(&name).await
}

async fn may_change(directory: &DirectoryContext, cx: &Cx, id: &DoctorId) -> Result<Arc<Doctor>> {
    access::signed_in_to_change(cx)?;
    let doctor = doctor::whole(directory, id.clone()).await?;
    access::to_change(cx, &doctor)?;
    Ok(doctor)
}

/// Writes the row, and afterwards takes the files away that were shown before.
async fn replace(
    directory: &DirectoryContext,
    cx: &Cx,
    id: &DoctorId,
    photo: Option<DoctorPhoto>,
    action: &'static str,
) -> Result<Doctor> {
    let (asked, id, memory) = (cx.clone(), id.clone(), directory.memory.clone());
    let (doctor, gone) = directory
        .db
        .write(async move |tx| {
            let mut doctor = doctor::find(tx, &memory, &id).await?.ok_or(Error::NotFound("doctor"))?;
            let gone = std::mem::replace(&mut doctor.photo, photo).map(names_of).unwrap_or_default();
            let shown = doctor.photo.clone().map(names_of).unwrap_or_default();
            doctor::set_photo(tx, doctor.version, &mut doctor).await?;
            files::forget(tx, &shown).await?;
            files::note_in(tx, &asked, &gone).await?;
            doctor::said(tx, &asked, &memory, &doctor, action, None).await?;
            Ok((doctor, gone))
        })
        .await?;
    // What does not succeed here is done by the sweep.
    if let Err(error) = directory.photos.take_away(&directory.db, gone).await {
        tracing::warn!(error = error.word(), "files of a photo stay until the next sweep");
    }
    Ok(doctor)
}

fn names_of(photo: DoctorPhoto) -> Vec<String> {
    vec![photo.small, photo.large]
}
