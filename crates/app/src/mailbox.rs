//! The development mailbox: shows the codes that people would get by e-mail or WhatsApp. It is there in the
//! demonstration alone, where nobody else's codes can be, and gives way to the context `notifications`.

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use contracts::{auth::CodeIssued, people::PatientErased};
use jiff::Timestamp;
use platform::{
    Cx, Result,
    bus::Reactions,
    db::{Db, Migration},
};
use serde::Serialize;

const MIGRATIONS: &[Migration] = platform::migrations!("mailbox.sql");

/// How many messages are shown.
const SHOWN: i64 = 100;

platform::row! {
    /// A message as it is shown.
    #[derive(Debug, Serialize)]
    struct Message {
        /// E-mail or phone.
        recipient: String,
        /// The code.
        code: String,
        /// When it was sent.
        sent_at: Timestamp,
        /// When it ends.
        expires_at: Timestamp,
    }
}

/// The mailbox on its database. Cheap to clone.
#[derive(Clone)]
pub struct Mailbox {
    db: Db,
}

impl Mailbox {
    /// Opens it, bringing its schema up to date.
    pub async fn open(db: Db) -> Result<Self> {
        db.migrate("bus", platform::bus::MIGRATIONS).await?;
        db.migrate("mailbox", MIGRATIONS).await?;
        Ok(Self { db })
    }

    /// Closes it.
    pub async fn close(&self) {
        self.db.close().await;
    }

    /// What it keeps: codes while they are good, and nothing of whoever asked to be forgotten.
    pub fn reactions(&self) -> Reactions {
        let mut on = Reactions::new("mailbox", self.db.clone());
        on.hear::<CodeIssued>("keep-code", |tx, cx, code, heard| {
            Box::pin(async move {
                const KEEP: &str = "insert into message (id, account, recipient, code, sent_at, expires_at) values ($1, $2, $3, $4, $5, $6)";
                tx.exec("delete from message where expires_at <= $1", &[&cx.now()]).await?;
                tx.exec(KEEP, &[&heard.id, &code.account, &code.to, &code.code, &heard.at, &code.expires_at]).await?;
                Ok(())
            })
        });
        on.hear::<PatientErased>("forget-account", |tx, _, erased, _| {
            Box::pin(async move {
                if let Some(account) = &erased.account {
                    tx.exec("delete from message where account = $1", &[account]).await?;
                }
                Ok(())
            })
        });
        on
    }

    /// `GET /dev/mailbox`: a table for people, JSON for programs.
    pub fn routes(&self) -> Router {
        Router::new().route("/dev/mailbox", get(show)).with_state(self.clone())
    }

    async fn messages(&self, now: Timestamp) -> Result<Vec<Message>> {
        const LIST: &str = "select recipient, code, sent_at, expires_at from message where expires_at > $1 order by sent_at desc, id limit $2";
        self.db.read(async move |tx| tx.all(LIST, &[&now, &SHOWN]).await).await
    }
}

async fn show(State(mailbox): State<Mailbox>, cx: Cx, headers: HeaderMap) -> Result<Response> {
    let messages = mailbox.messages(cx.now()).await?;
    let accepted = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let fresh = [(header::CACHE_CONTROL, "no-store")];
    if accepted.contains("text/html") {
        return Ok((fresh, Html(page(&messages))).into_response());
    }
    Ok((fresh, Json(messages)).into_response())
}

/// A bare table: this page is for developers.
fn page(messages: &[Message]) -> String {
    let rows = messages.iter().fold(String::new(), |rows, m| {
        rows + &format!("<tr><td>{}<td><code>{}</code><td>{}", escaped(&m.recipient), escaped(&m.code), m.sent_at)
    });
    format!(
        "<!doctype html><meta charset=utf-8><meta name=viewport content=\"width=device-width\"><title>Mailbox</title><h1>Mailbox</h1><table>{rows}</table>"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
