//! How somebody is known once they have signed in: tokens, or a browser's cookie.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::client::{escaped, text};
use crate::wire::{Answer, Wire, request};

/// Tokens older than this are traded for new ones before anything else.
const AGED: Duration = Duration::from_mins(10);

/// What a browser says with each page it asks for.
const BROWSER: &str = "accept: text/html\r\nsec-fetch-site: same-origin\r\n";

/// What somebody shows.
pub enum Pass {
    /// Tokens.
    Tokens {
        /// For each request.
        access: String,
        /// For new ones.
        refresh: String,
        /// Since when.
        since: Instant,
    },
    /// What a browser says, its cookies among it.
    Cookies(String),
}

impl Pass {
    /// Whether it must be made new first.
    pub fn is_aged(&self) -> bool {
        matches!(self, Self::Tokens { since, .. } if since.elapsed() > AGED)
    }

    /// Tokens as they were answered.
    pub fn of_tokens(tokens: &Value) -> Result<Self> {
        let (access, refresh) = (text(tokens, "access_token")?, text(tokens, "refresh_token")?);
        Ok(Self::Tokens { access, refresh, since: Instant::now() })
    }
}

/// Signs in through the API. `from` is the header line that says where somebody is.
pub async fn by_api(address: SocketAddr, from: &str, login: &str, password: &str) -> Result<Pass> {
    let (mut wire, mut ask) = (Wire::new(address), Vec::new());
    let body = serde_json::to_vec(&json!({ "login": login, "password": password }))?;
    request(&mut ask, "POST", "/api/v1/auth/login", "", from, &body);
    let answer = wire.exchange(&ask).await?;
    if answer.status != 200 {
        bail!("{login} cannot sign in: {} {}", answer.status, answer.start());
    }
    Pass::of_tokens(&answer.json()?)
}

/// Signs in on the page, as a browser does: the form, its token against forgery, the cookie.
pub async fn by_page(address: SocketAddr, from: &str, login: &str, password: &str) -> Result<Pass> {
    let (mut wire, mut ask, mut jar) = (Wire::new(address), Vec::new(), Vec::new());
    request(&mut ask, "GET", "/masuk", "", &[from, BROWSER].concat(), b"");
    let answer = wire.exchange(&ask).await?;
    keep_cookies(&mut jar, &answer);
    let page = String::from_utf8_lossy(answer.body).into_owned();
    let token = page.split_once("name=\"csrf\" value=\"").and_then(|(_, rest)| rest.split_once('"'));
    let (token, _) = token.with_context(|| format!("the page to sign in has no form: {}", answer.start()))?;
    let form = format!("csrf={}&next=&login={}&password={}", escaped(token), escaped(login), escaped(password));
    let more = format!("{from}{BROWSER}cookie: {}\r\ncontent-type: application/x-www-form-urlencoded\r\n", line(&jar));
    request(&mut ask, "POST", "/masuk", "", &more, form.as_bytes());
    let answer = wire.exchange(&ask).await?;
    if answer.status != 303 && answer.status != 302 {
        bail!("{login} cannot sign in on the page: {} {}", answer.status, answer.start());
    }
    keep_cookies(&mut jar, &answer);
    Ok(Pass::Cookies(format!("{BROWSER}cookie: {}\r\n", line(&jar))))
}

fn keep_cookies(jar: &mut Vec<(String, String)>, answer: &Answer<'_>) {
    for set in answer.headers("set-cookie") {
        let Some((name, value)) = set.split(';').next().and_then(|pair| pair.split_once('=')) else { continue };
        jar.retain(|(known, _)| known != name.trim());
        if !value.trim().is_empty() {
            jar.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
}

fn line(jar: &[(String, String)]) -> String {
    jar.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
}
