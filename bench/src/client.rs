//! Asking the API one thing after the other: setting up, comparing, looking. Loads go through [`crate::crowd`].

use std::net::SocketAddr;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::wire::{Wire, request};

/// A signed-in program.
pub struct Client {
    wire: Wire,
    scratch: Vec<u8>,
    /// Its access token.
    pub token: String,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// The body, where it is JSON.
    pub body: Value,
    /// The version in `ETag`.
    pub version: Option<i64>,
}

impl Client {
    /// Nobody.
    pub fn guest(address: SocketAddr) -> Self {
        Self { wire: Wire::new(address), scratch: Vec::new(), token: String::new() }
    }

    /// Whom it asks.
    pub fn address(&self) -> SocketAddr {
        self.wire.address()
    }

    /// Signs in.
    pub async fn log_in(address: SocketAddr, login: &str, password: &str) -> Result<Self> {
        let mut client = Self::guest(address);
        let tokens = client.post("/api/v1/auth/login", &json!({ "login": login, "password": password })).await?;
        client.token = text(&tokens, "access_token")?;
        Ok(client)
    }

    /// Asks anything; `more` are header lines ended by CRLF.
    pub async fn ask(&mut self, method: &str, path: &str, more: &str, body: &[u8]) -> Result<Reply> {
        request(&mut self.scratch, method, path, &self.token, more, body);
        let answer = self.wire.exchange(&self.scratch).await.with_context(|| format!("{method} {path}"))?;
        let version = answer.header("etag").and_then(|tag| tag.trim_matches('"').parse().ok());
        Ok(Reply { status: answer.status, body: serde_json::from_slice(answer.body).unwrap_or_default(), version })
    }

    /// Asks, and fails on any status but a good one.
    async fn good(&mut self, method: &str, path: &str, more: &str, body: &[u8]) -> Result<Reply> {
        let reply = self.ask(method, path, more, body).await?;
        if !(200..300).contains(&reply.status) {
            bail!("{method} {path}: {} {}", reply.status, reply.body);
        }
        Ok(reply)
    }

    /// `GET`.
    pub async fn get(&mut self, path: &str) -> Result<Value> {
        Ok(self.good("GET", path, "", b"").await?.body)
    }

    /// `POST` of JSON.
    pub async fn post(&mut self, path: &str, body: &Value) -> Result<Value> {
        Ok(self.good("POST", path, "", &serde_json::to_vec(body)?).await?.body)
    }

    /// `PUT` of JSON at a version.
    pub async fn put(&mut self, path: &str, version: Option<i64>, body: &Value) -> Result<Value> {
        let more = version.map(|version| format!("if-match: \"{version}\"\r\n")).unwrap_or_default();
        Ok(self.good("PUT", path, &more, &serde_json::to_vec(body)?).await?.body)
    }

    /// `POST` of a CSV file.
    pub async fn post_csv(&mut self, path: &str, csv: &str) -> Result<Value> {
        Ok(self.good("POST", path, "content-type: text/csv\r\n", csv.as_bytes()).await?.body)
    }

    /// Every row of a list that pages by cursor. `path` has its query already.
    pub async fn pages(&mut self, path: &str, mut each: impl FnMut(&Value) -> Result<()>) -> Result<()> {
        let mut after = String::new();
        loop {
            let page = self.get(&format!("{path}{after}")).await?;
            for item in page["items"].as_array().context("the list has no items")? {
                each(item)?;
            }
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => return Ok(()),
            }
        }
    }
}

/// A field that must be a text.
pub fn text(json: &Value, field: &str) -> Result<String> {
    Ok(json[field].as_str().with_context(|| format!("no {field} in {json}"))?.to_owned())
}

/// Text for a query string.
pub fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
