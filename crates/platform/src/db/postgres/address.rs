//! What the URL of a database says: to the driver, and to us.

use std::path::PathBuf;

use tokio_postgres::config::{Config, Host, SslMode};

use crate::db::DbError;

/// How far a connection is encrypted, in the words of PostgreSQL's own programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// Not at all.
    Disable,
    /// Where the server can; whoever stands in between may pretend that it cannot.
    Prefer,
    /// Always. Who the server is, is looked at only where `sslrootcert` names who vouches for it.
    Require,
    /// Always, with a server that somebody trusted vouches for.
    VerifyCa,
    /// Always, with the very server that was asked for.
    VerifyFull,
}

impl Encryption {
    /// Its word, as in `sslmode=`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        }
    }

    fn of(word: &str) -> Option<Self> {
        [Self::Disable, Self::Prefer, Self::Require, Self::VerifyCa, Self::VerifyFull]
            .into_iter()
            .find(|mode| mode.word() == word)
    }

    fn driver(self) -> SslMode {
        match self {
            Self::Disable => SslMode::Disable,
            Self::Prefer => SslMode::Prefer,
            Self::Require | Self::VerifyCa | Self::VerifyFull => SslMode::Require,
        }
    }
}

/// The URL of a database, understood.
#[derive(Debug, Clone)]
pub(in crate::db) struct Address {
    /// For the driver.
    pub(in crate::db) config: Config,
    /// The schema that is ours (`schema=…`).
    pub(in crate::db) schema: Option<String>,
    /// How the connection is encrypted (`sslmode=…`).
    pub(in crate::db) encryption: Encryption,
    /// Certificates of those who vouch for the server (`sslrootcert=…`); none: those the machine trusts.
    pub(in crate::db) authority: Option<PathBuf>,
}

impl Address {
    /// Takes out of the URL what is ours, not the driver's.
    pub(in crate::db) fn of(url: &str) -> Result<Self, DbError> {
        let bad = || DbError::Other("the PostgreSQL URL is not understood".to_owned());
        let mut url = url::Url::parse(url).map_err(|_| bad())?;
        let (mut schema, mut mode, mut authority, mut theirs) = (None, None, None, Vec::new());
        for (name, value) in url.query_pairs().into_owned() {
            match name.as_str() {
                "schema" => schema = Some(plain(value)?),
                "sslmode" => {
                    let known = Encryption::of(&value);
                    let words = "sslmode is disable, prefer, require, verify-ca or verify-full";
                    mode = Some(known.ok_or_else(|| DbError::Other(words.to_owned()))?);
                }
                "sslrootcert" if value.is_empty() || value == "system" => {}
                "sslrootcert" => authority = Some(PathBuf::from(value)),
                _ => theirs.push(format!("{name}={}", percent(&value))),
            }
        }
        // Encoded by hand: the driver does not read `+` as a space.
        url.set_query(Some(&theirs.join("&")).filter(|rest| !rest.is_empty()).map(String::as_str));
        let mut config: Config = url.as_str().parse().map_err(|_| bad())?;
        // Whoever listens on this machine's own addresses could read its memory too.
        let here = config.get_hosts().iter().all(is_here);
        let encryption = mode.unwrap_or(if here { Encryption::Disable } else { Encryption::Prefer });
        config.ssl_mode(encryption.driver());
        Ok(Self { config, schema, encryption, authority })
    }
}

fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback()),
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

fn plain(schema: String) -> Result<String, DbError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if schema.is_empty() || schema.len() > 63 || !schema.chars().all(plain) {
        return Err(DbError::Other("a schema is named with a-z, 0-9 and _".to_owned()));
    }
    Ok(schema)
}

fn percent(text: &str) -> String {
    let keep = |b: &u8| b.is_ascii_alphanumeric() || b"-_.~".contains(b);
    text.bytes().map(|b| if keep(&b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::{Address, Encryption};

    #[test]
    fn what_is_ours_is_taken_out_and_the_rest_is_the_drivers() {
        let of = |url: &str| Address::of(url).unwrap();
        let one = of(
            "postgres://u:p@db.example/d?schema=people&sslmode=verify-full&sslrootcert=/ca.pem&options=-c%20work_mem%3D8MB",
        );
        assert_eq!((one.schema.as_deref(), one.encryption), (Some("people"), Encryption::VerifyFull));
        assert_eq!(one.authority.as_deref(), Some(std::path::Path::new("/ca.pem")));
        assert_eq!(one.config.get_options(), Some("-c work_mem=8MB"));
        assert_eq!(of("postgres://u@db.example/d").encryption, Encryption::Prefer);
        for here in ["127.0.0.1", "[::1]", "localhost"] {
            assert_eq!(of(&format!("postgres://u@{here}/d")).encryption, Encryption::Disable, "{here}");
        }
        assert_eq!(of("postgres://u@127.0.0.1/d?sslmode=require").encryption, Encryption::Require);
        assert_eq!(of("postgres://u@h/d?sslmode=verify-full&sslrootcert=system").authority, None);
        for bad in ["postgres://u@h/d?sslmode=always", "postgres://u@h/d?schema=A-b", "nonsense"] {
            assert!(Address::of(bad).is_err(), "{bad}");
        }
    }
}
