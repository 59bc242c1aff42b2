//! How long things last.

use jiff::SignedDuration;

/// How auth is set up.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Who issues the access tokens: the public address of the site, or its name.
    pub issuer: String,
    /// How long an access token is good.
    pub access_token: SignedDuration,
    /// How long a refresh token is good; each use gives a new one.
    pub refresh_token: SignedDuration,
    /// How long a sign-in in a browser lasts.
    pub browser_session: SignedDuration,
    /// How long a used refresh token still gives its successor.
    pub retry: SignedDuration,
    /// How long a key signs before the next one does.
    pub key_period: SignedDuration,
    /// How many passwords are hashed at the same time; each takes 19 MiB.
    pub hashers: usize,
    /// With whom attempts are counted together.
    pub shared: platform::shared::Shared,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            issuer: "mediverse".to_owned(),
            access_token: SignedDuration::from_mins(15),
            refresh_token: SignedDuration::from_hours(30 * 24),
            browser_session: SignedDuration::from_hours(14 * 24),
            retry: SignedDuration::from_secs(10),
            key_period: SignedDuration::from_hours(30 * 24),
            hashers: 2,
            shared: platform::shared::Shared::none(),
        }
    }
}
