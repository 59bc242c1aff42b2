//! Signature Version 4 in the query of an address: what S3 asks for, and Google Cloud Storage understands of HMAC keys.
//! Source: AWS, *Authenticating Requests: Using Query Parameters (AWS Signature Version 4)*.

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::crypto::hmac_sha256;

/// Who signs, and for where.
#[derive(Clone)]
pub(super) struct Signer {
    pub(super) region: String,
    pub(super) access_key: String,
    pub(super) secret: Zeroizing<String>,
}

/// What is to be asked.
pub(super) struct Asked<'a> {
    pub(super) method: &'a str,
    pub(super) host: &'a str,
    /// The path, encoded.
    pub(super) path: &'a str,
    /// More parameters, not encoded.
    pub(super) query: &'a [(&'a str, &'a str)],
}

impl Signer {
    /// Path and query, good from `now` for `life`, at most seven days.
    pub(super) fn sign(&self, asked: &Asked<'_>, now: Timestamp, life: SignedDuration) -> String {
        let (day, moment) = (now.strftime("%Y%m%d").to_string(), now.strftime("%Y%m%dT%H%M%SZ").to_string());
        let scope = format!("{day}/{}/s3/aws4_request", self.region);
        let credential = format!("{}/{scope}", self.access_key);
        let life = life.as_secs().clamp(1, 7 * 24 * 3600).to_string();
        let mut query = vec![
            ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
            ("X-Amz-Credential", &credential),
            ("X-Amz-Date", &moment),
            ("X-Amz-Expires", &life),
            ("X-Amz-SignedHeaders", "host"),
        ];
        query.extend_from_slice(asked.query);
        query.sort_unstable();
        let query: Vec<String> =
            query.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        let query = query.join("&");
        let Asked { method, host, path, .. } = asked;
        // The content is known by its name, which is its checksum.
        let request = format!("{method}\n{path}\n{query}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD");
        let digest = hex(&Sha256::digest(request.as_bytes()));
        let text = format!("AWS4-HMAC-SHA256\n{moment}\n{scope}\n{digest}");
        let secret = Zeroizing::new(format!("AWS4{}", self.secret.as_str()));
        let key = [day.as_str(), &self.region, "s3", "aws4_request"]
            .iter()
            .fold(secret.as_bytes().to_vec(), |key, part| hmac_sha256(&key, &[part.as_bytes()]).to_vec());
        format!("{path}?{query}&X-Amz-Signature={}", hex(&hmac_sha256(&key, &[text.as_bytes()])))
    }
}

fn encode(text: &str) -> String {
    let keep = |b: &u8| b.is_ascii_alphanumeric() || b"-_.~".contains(b);
    text.bytes().map(|b| if keep(&b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::{Asked, Signer};

    /// The example of the source.
    #[test]
    fn a_known_answer_holds() {
        let signer = Signer {
            region: "us-east-1".to_owned(),
            access_key: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned().into(),
        };
        let asked = Asked { method: "GET", host: "examplebucket.s3.amazonaws.com", path: "/test.txt", query: &[] };
        let signed = signer.sign(&asked, "2013-05-24T00:00:00Z".parse().unwrap(), SignedDuration::from_hours(24));
        assert!(
            signed.ends_with("X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"),
            "{signed}"
        );
    }
}
