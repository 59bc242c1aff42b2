//! Photos of doctors: the files as browsers fetch them, and the forms that give one and take it away (B2, B4).

use axum::{
    extract::{Multipart, Path, State, multipart::MultipartRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use contracts::{
    Permission,
    directory::{Doctor, DoctorId, LARGEST_PHOTO},
};
use platform::{Cx, Error, Result, http::Params};
use serde::Deserialize;

use super::{Site, admin_masters::DOCTORS, go, import_file, shown, visitor::Visitor};
use crate::{
    portrait,
    view::{Field, Mend, PhotoForm},
};

/// The largest form that is read: what is larger than a photo may be is read to its end and answered, not cut off.
pub(super) const LARGEST_FORM: usize = 24 << 20;
/// The doctor's own page.
const OWN: &str = "/d/profil";

/// What is drawn where the file is not there: the file of a portrait.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Instead {
    #[serde(rename = "as")]
    portrait: String,
}

/// `GET /photos/{file}`: a file never changes, so that browsers keep it for good. One that is gone, or cannot be had now,
/// does not leave a hole in a page: the portrait that the page asks for is drawn.
pub(super) async fn file(
    State(site): State<Site>,
    cx: Cx,
    Path(file): Path<String>,
    Params(instead): Params<Instead>,
    headers: HeaderMap,
) -> Result<Response> {
    let name = file.strip_suffix(".jpg").ok_or(Error::NotFound("photo"))?;
    let about = [
        (header::ETAG, format!("\"{name}\"")),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable".to_owned()),
    ];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == about[0].1.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, about).into_response());
    }
    match site.directory.photo(&cx, name).await {
        Ok(file) => Ok((about, [(header::CONTENT_TYPE, "image/jpeg")], file).into_response()),
        Err(error @ (Error::NotFound(_) | Error::Unavailable(_) | Error::Late)) => {
            let drawn = portrait::drawn(&instead.portrait).ok_or(error)?;
            let headers = [(header::CONTENT_TYPE, portrait::KIND), (header::CACHE_CONTROL, "no-store")];
            Ok((headers, drawn).into_response())
        }
        Err(other) => Err(other),
    }
}

/// The form of a doctor's photo on the page `to`.
pub(super) fn form(visitor: &Visitor, doctor: &Doctor, action: String, remove: String) -> PhotoForm {
    let mends = visitor.refusal.as_ref().map(|refusal| refusal.mends(&["photo"])).unwrap_or_default();
    PhotoForm {
        portrait: shown::portrait_of(doctor),
        name: doctor.name.clone(),
        action,
        remove: doctor.photo.as_ref().map(|_| remove),
        file: mends.first().map_or_else(Field::default, |mend| Field::refused("", mend.text.clone())),
        mends,
        largest: largest(),
    }
}

/// The form on the doctor's own page.
pub(super) fn own_form(visitor: &Visitor, doctor: &Doctor) -> PhotoForm {
    form(visitor, doctor, format!("{OWN}/foto"), format!("{OWN}/foto/hapus"))
}

/// The form on the page of those who take doctors on.
pub(super) fn form_of(visitor: &Visitor, doctor: &Doctor) -> PhotoForm {
    let at = format!("{DOCTORS}/{}/photo", doctor.id);
    form(visitor, doctor, at.clone(), format!("{at}/remove"))
}

fn largest() -> String {
    format!("{} MB", LARGEST_PHOTO >> 20)
}

/// `GET` where only a form is sent: the doctor's page.
pub(super) async fn back_to_own(visitor: Visitor) -> Result<Response> {
    visitor.cx.account()?;
    Ok(go(OWN))
}

/// `GET` where only a form is sent: the page of that doctor.
pub(super) async fn back_to(visitor: Visitor, Path(id): Path<DoctorPath>) -> Result<Response> {
    visitor.cx.account()?;
    Ok(go(&id.page()))
}

/// `POST /d/profil/foto`
pub(super) async fn keep_own(
    State(site): State<Site>,
    visitor: Visitor,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response> {
    visitor.cx.require(Permission::DoctorOwn)?;
    let doctor = site.directory.my_doctor(&visitor.cx).await?;
    keep(&site, &visitor, &doctor.id, OWN, form).await
}

/// `POST /d/profil/foto/hapus`
pub(super) async fn remove_own(State(site): State<Site>, visitor: Visitor) -> Result<Response> {
    visitor.cx.require(Permission::DoctorOwn)?;
    let doctor = site.directory.my_doctor(&visitor.cx).await?;
    remove(&site, &visitor, &doctor.id, OWN).await
}

/// `POST /admin/doctors/{id}/photo`
pub(super) async fn keep_of(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<DoctorPath>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response> {
    visitor.cx.require(Permission::DoctorManage)?;
    keep(&site, &visitor, &id.doctor()?, &id.page(), form).await
}

/// `POST /admin/doctors/{id}/photo/remove`
pub(super) async fn remove_of(
    State(site): State<Site>,
    visitor: Visitor,
    Path(id): Path<DoctorPath>,
) -> Result<Response> {
    visitor.cx.require(Permission::DoctorManage)?;
    remove(&site, &visitor, &id.doctor()?, &id.page()).await
}

/// A doctor in an address.
#[derive(Debug, Deserialize)]
pub(super) struct DoctorPath {
    id: String,
}

impl DoctorPath {
    fn doctor(&self) -> Result<DoctorId> {
        self.id.parse().map_err(|_| Error::NotFound("doctor"))
    }

    fn page(&self) -> String {
        // What is no id leads to the list: an address is never made of what somebody wrote.
        self.doctor().map_or_else(|_| DOCTORS.to_owned(), |id| format!("{DOCTORS}/{id}"))
    }
}

async fn keep(
    site: &Site,
    visitor: &Visitor,
    doctor: &DoctorId,
    page: &str,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response> {
    let picture = read(form.map_err(|_| Error::Unsupported)?).await?;
    let refuse = |text: String| visitor.go_and_mend(site, &format!("{page}#foto"), &[Mend { field: "photo", text }]);
    let picture = match picture {
        None => return refuse(visitor.say_with("photo-too-large", &[("size", &largest())])),
        Some(picture) if picture.is_empty() => return refuse(visitor.say("photo-needed")),
        Some(picture) => picture,
    };
    match site.directory.set_doctor_photo(&visitor.cx, doctor, picture).await {
        Ok(_) => visitor.go_and_say(page, "flash-photo"),
        Err(error @ (Error::Invalid(_) | Error::Stale | Error::Unavailable(_))) => refuse(visitor.words_of(&error)),
        Err(other) => Err(other),
    }
}

async fn remove(site: &Site, visitor: &Visitor, doctor: &DoctorId, page: &str) -> Result<Response> {
    match site.directory.remove_doctor_photo(&visitor.cx, doctor).await {
        Ok(_) => visitor.go_and_say(page, "flash-photo-gone"),
        Err(error @ (Error::Stale | Error::Unavailable(_))) => {
            visitor.go_and_tell(site, page, visitor.words_of(&error))
        }
        Err(other) => Err(other),
    }
}

/// The photo of a form; `None` where it is too large.
async fn read(mut form: Multipart) -> Result<Option<Vec<u8>>> {
    let mut picture = Some(Vec::new());
    while let Some(field) = form.next_field().await.map_err(import_file::broken)? {
        if field.name() == Some("photo") {
            picture = import_file::bytes(field, LARGEST_PHOTO).await?;
        } else {
            drop(import_file::bytes(field, 0).await?);
        }
    }
    Ok(picture)
}
