//! What may be set: where mail is handed in, and the address people see.

use platform::{Error, Result, settings, telemetry::Private};

settings! {
    /// Where e-mail is handed in.
    pub struct Mail in "mail" {
        /// Host of the mail server; empty: no e-mail is sent.
        host: String = "",
        /// Its port: 587 for STARTTLS, 465 for TLS from the first byte, 25 without.
        port: u16 = 587,
        /// How the connection is protected: starttls, tls, or none for a server on the same machine or network.
        tls: String = "starttls",
        /// Name to sign in with; empty: nobody signs in.
        user: String = "",
        /// Password to sign in with.
        password: Private<String> = "" (secret),
        /// Address of the sender, which is the organizer of invitations too.
        from: String = "janji@localhost",
        /// Name of the sender.
        name: String = "Mediverse",
        /// Seconds until the mail server must have answered.
        time_limit_seconds: u64 = 30,
    }
}

/// How a connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protection {
    /// In clear first, then TLS or nothing at all.
    StartTls,
    /// TLS from the first byte.
    Tls,
    /// None.
    Clear,
}

impl Mail {
    /// Whether mail is sent at all.
    pub fn is_used(&self) -> bool {
        !self.host.is_empty()
    }

    /// How the connection is protected. Fails where the word is unknown.
    pub(crate) fn protection(&self) -> Result<Protection> {
        match self.tls.as_str() {
            "starttls" => Ok(Protection::StartTls),
            "tls" => Ok(Protection::Tls),
            "none" => Ok(Protection::Clear),
            other => Err(Error::internal(format_args!("setting mail.tls: {other} is none of starttls, tls, none"))),
        }
    }
}

/// The address people see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct House(String);

impl House {
    /// The house at this address; empty where it does not know its own.
    pub fn at(public_url: &str) -> Self {
        Self(public_url.trim_end_matches('/').to_owned())
    }

    /// The whole address of a path.
    pub(crate) fn url(&self, path: &str) -> Option<String> {
        (!self.0.is_empty()).then(|| format!("{}{path}", self.0))
    }
}
