//! The file of an import on its way: from the form into a preview, and from there, sealed, back again, so that what is
//! kept is what was shown. Nothing of it lies here in between, and any replica can go on with it.

use axum::extract::{Multipart, multipart::Field};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use platform::{Cx, Error, Result};

use super::Site;

/// The largest file that is previewed, in bytes.
pub(super) const LARGEST: usize = 512 * 1024;
/// The largest form that is read: what is larger than a file may be is read to its end and answered, not cut off.
pub(super) const LARGEST_FORM: usize = 8 << 20;
/// How long a preview may be kept after it was made.
const LIFE: SignedDuration = SignedDuration::from_mins(30);
/// Characters of a file's name that are shown.
const NAME: usize = 80;

/// What an upload form sent.
#[derive(Debug, Default)]
pub(super) struct Upload {
    /// What the rows are.
    pub what: String,
    /// The file's name.
    pub name: String,
    /// The file; `None` where it is larger than [`LARGEST`].
    pub csv: Option<Vec<u8>>,
}

/// Reads the form with the file.
pub(super) async fn upload(mut form: Multipart) -> Result<Upload> {
    let mut upload = Upload { csv: Some(Vec::new()), ..Upload::default() };
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name().unwrap_or_default() {
            "what" => upload.what = text(field, 40).await?,
            "file" => {
                upload.name = field.file_name().unwrap_or_default().chars().take(NAME).collect();
                upload.csv = bytes(field, LARGEST).await?;
            }
            _ => drop(bytes(field, 0).await?),
        }
    }
    Ok(upload)
}

/// Reads the form that keeps what was previewed: the sealed file.
pub(super) async fn sealed(mut form: Multipart) -> Result<String> {
    let mut sealed = String::new();
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name().unwrap_or_default() {
            "sealed" => sealed = text(field, LARGEST * 2).await?,
            _ => drop(bytes(field, 0).await?),
        }
    }
    Ok(sealed)
}

async fn text(field: Field<'_>, most: usize) -> Result<String> {
    Ok(bytes(field, most).await?.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default())
}

/// A field's bytes, or `None` where there are more than `most`; read to the end either way.
pub(super) async fn bytes(mut field: Field<'_>, most: usize) -> Result<Option<Vec<u8>>> {
    let mut bytes = Some(Vec::new());
    while let Some(chunk) = field.chunk().await.map_err(broken)? {
        bytes = bytes.filter(|kept: &Vec<u8>| kept.len() + chunk.len() <= most);
        if let Some(kept) = &mut bytes {
            kept.extend_from_slice(&chunk);
        }
    }
    Ok(bytes)
}

pub(super) fn broken(error: axum::extract::multipart::MultipartError) -> Error {
    match error.status().as_u16() {
        413 => Error::TooLarge(LARGEST as u64),
        _ => Error::invalid("", "malformed"),
    }
}

fn place(cx: &Cx) -> Result<String> {
    Ok(format!("import:{}", cx.account()?))
}

/// The file as the preview carries it: whoever else sends it is not heard, nor is one that was touched or lay too long.
pub(super) fn seal(site: &Site, cx: &Cx, what: &str, csv: &[u8]) -> Result<String> {
    let mut plain = format!("{}\n{what}\n", cx.now() + LIFE).into_bytes();
    plain.extend_from_slice(csv);
    Ok(BASE64_URL_SAFE_NO_PAD.encode(site.seal.seal(&place(cx)?, &plain, &cx.entropy)))
}

/// What the rows are, and the file that was previewed; `None` where it is not what was sealed for the asker.
pub(super) fn open(site: &Site, cx: &Cx, sealed: &str) -> Result<Option<(String, Vec<u8>)>> {
    let place = place(cx)?;
    let plain = BASE64_URL_SAFE_NO_PAD.decode(sealed).ok().and_then(|sealed| site.seal.open(&place, &sealed).ok());
    Ok(plain.and_then(|plain| parts(&plain, cx.now())))
}

fn parts(plain: &[u8], now: Timestamp) -> Option<(String, Vec<u8>)> {
    let mut lines = plain.splitn(3, |byte| *byte == b'\n');
    let mut line = || lines.next();
    let until: Timestamp = std::str::from_utf8(line()?).ok()?.parse().ok()?;
    let what = String::from_utf8(line()?.to_vec()).ok()?;
    Some((what, line()?.to_vec())).filter(|_| now < until)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::parts;

    #[test]
    fn a_preview_is_kept_whole_and_for_a_while() {
        let plain = b"2026-11-24T02:30:00Z\nservices\nname\nKonsultasi\n";
        let at = |time: &str| time.parse::<Timestamp>().unwrap();
        let (what, csv) = parts(plain, at("2026-11-24T02:29:59Z")).unwrap();
        assert_eq!((what.as_str(), csv.as_slice()), ("services", b"name\nKonsultasi\n".as_slice()));
        assert!(parts(plain, at("2026-11-24T02:30:00Z")).is_none());
        assert!(parts(b"nonsense", at("2026-11-24T02:30:00Z")).is_none());
    }
}
