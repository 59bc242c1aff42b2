//! Links to files in a folder: signed, with an end; and the route that answers them.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, Query, State},
    http::{HeaderName, header},
    response::IntoResponse,
    routing::get,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::{BlobName, Blobs, Kind};
use crate::{
    clock::Clock,
    crypto::{equal, hmac_sha256},
    error::{Error, Result},
};

/// Makes links and tells whether one was made here and has not ended.
#[derive(Clone)]
pub struct Links {
    path: &'static str,
    key: [u8; 32],
}

impl std::fmt::Debug for Links {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Links({})", self.path)
    }
}

/// What a link carries beside the name.
#[derive(Debug, Deserialize)]
struct Signed {
    kind: Kind,
    until: i64,
    sign: String,
}

impl Links {
    /// Links below `path`, signed with a key of their own (`master.derive("files")`).
    pub fn new(path: &'static str, key: [u8; 32]) -> Self {
        Self { path, key }
    }

    /// A link that ends after `life`.
    pub fn make(&self, name: &BlobName, kind: Kind, now: Timestamp, life: SignedDuration) -> String {
        let until = now.as_second() + life.as_secs();
        let sign = BASE64_URL_SAFE_NO_PAD.encode(self.sign(name, kind, until));
        format!("{}/{}?kind={kind}&until={until}&sign={sign}", self.path, name.as_str())
    }

    /// 404 where a link was not made here, was changed, or has ended.
    fn check(&self, name: &BlobName, link: &Signed, now: Timestamp) -> Result<()> {
        let given = BASE64_URL_SAFE_NO_PAD.decode(&link.sign).unwrap_or_default();
        let ours = equal(&given, &self.sign(name, link.kind, link.until));
        if ours && now.as_second() < link.until { Ok(()) } else { Err(Error::NotFound("file")) }
    }

    fn sign(&self, name: &BlobName, kind: Kind, until: i64) -> [u8; 32] {
        let text = format!("{}:{}:{until}", name.as_str(), kind.word());
        hmac_sha256(&self.key, &[b"mediverse:file-link:", text.as_bytes()])
    }
}

/// `GET {path}/{name}?kind&until&sign`, for files in a folder. A file is shown as what it was kept as and nothing else,
/// and no script in it runs.
pub fn routes(links: Links, blobs: Arc<dyn Blobs>, clock: Clock) -> Router {
    Router::new().route(&format!("{}/{{name}}", links.path), get(show)).with_state((links, blobs, clock))
}

async fn show(
    State((links, blobs, clock)): State<(Links, Arc<dyn Blobs>, Clock)>,
    Path(name): Path<String>,
    Query(link): Query<Signed>,
) -> Result<impl IntoResponse> {
    let name: BlobName = name.parse()?;
    links.check(&name, &link, clock.now())?;
    let headers = [
        (header::CONTENT_TYPE, link.kind.media_type()),
        (header::CACHE_CONTROL, "private, no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    Ok((headers, blobs.get(&name).await?))
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::{BlobName, Kind, Links, Signed};

    #[test]
    fn a_link_opens_one_file_as_one_kind_until_it_ends() {
        let (links, name) = (Links::new("/files", [1; 32]), BlobName::of(b"letter"));
        let now: jiff::Timestamp = "2026-11-24T01:00:00Z".parse().unwrap();
        let link = links.make(&name, Kind::Pdf, now, SignedDuration::from_mins(5));
        let sign = link.rsplit_once("sign=").unwrap().1.to_owned();
        let until = (now + SignedDuration::from_mins(5)).as_second();
        let signed = |kind, until, sign: &str| Signed { kind, until, sign: sign.to_owned() };
        let good = signed(Kind::Pdf, until, &sign);
        assert!(links.check(&name, &good, now).is_ok());
        assert!(links.check(&name, &good, now + SignedDuration::from_mins(5)).is_err(), "it has ended");
        assert!(links.check(&BlobName::of(b"other"), &good, now).is_err());
        assert!(links.check(&name, &signed(Kind::Jpeg, until, &sign), now).is_err());
        assert!(links.check(&name, &signed(Kind::Pdf, until + 1, &sign), now).is_err());
        assert!(links.check(&name, &signed(Kind::Pdf, until, ""), now).is_err());
        assert!(Links::new("/files", [2; 32]).check(&name, &good, now).is_err());
    }
}
