//! The development mailbox: shows the codes and letters that people would get by e-mail or WhatsApp. It is there in the
//! demonstration alone, where nobody else's can be.

use async_trait::async_trait;
use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use contracts::{auth::CodeIssued, notifications::Channel, people::PatientErased};
use jiff::Timestamp;
use notifications::channel::{Carrier, Message as Sending, Receipt, Refusal, Sender};
use platform::{
    Cx, Error, Result,
    bus::Reactions,
    db::{Db, Migration},
};
use serde::Serialize;

const MIGRATIONS: &[Migration] = platform::migrations!("mailbox.sql", "mailbox_letters.sql");

/// How many messages are shown.
const SHOWN: i64 = 100;
/// How many letters are kept.
const KEPT: i64 = 1_000;

platform::row! {
    /// A code as it is shown.
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

    /// A letter as it is shown.
    #[derive(Debug, Serialize)]
    struct Letter {
        /// Of the sending.
        id: String,
        /// E-mail.
        recipient: String,
        /// A few words.
        subject: String,
        /// The text.
        body: String,
        /// What a calendar is asked: `REQUEST`, `CANCEL`.
        method: Option<String>,
        /// The appointment for a calendar.
        calendar: Option<String>,
        /// When it was sent.
        sent_at: Timestamp,
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
                    tx.exec("delete from letter where account = $1", &[account]).await?;
                }
                Ok(())
            })
        });
        on
    }

    /// `GET /dev/mailbox`: codes and letters as tables for people, the codes in JSON for programs;
    /// `GET /dev/mailbox/letters`: the letters in JSON; `GET /dev/mailbox/letters/{id}`: one of them to read.
    pub fn routes(&self) -> Router {
        Router::new()
            .route("/dev/mailbox", get(show))
            .route("/dev/mailbox/letters", get(show_letters))
            .route("/dev/mailbox/letters/{id}", get(show_letter))
            .with_state(self.clone())
    }

    async fn messages(&self, now: Timestamp) -> Result<Vec<Message>> {
        const LIST: &str = "select recipient, code, sent_at, expires_at from message where expires_at > $1 order by sent_at desc, id limit $2";
        self.db.read(async move |tx| tx.all(LIST, &[&now, &SHOWN]).await).await
    }

    async fn letters(&self) -> Result<Vec<Letter>> {
        const LIST: &str = "select id, recipient, subject, body, method, calendar, sent_at from letter order by sent_at desc, id desc limit $1";
        self.db.read(async move |tx| tx.all(LIST, &[&SHOWN]).await).await
    }

    async fn letter(&self, id: String) -> Result<Letter> {
        const ONE: &str = "select id, recipient, subject, body, method, calendar, sent_at from letter where id = $1";
        let letter: Option<Letter> = self.db.read(async move |tx| tx.one(ONE, &[&id]).await).await?;
        letter.ok_or(Error::NotFound("letter"))
    }

    /// Keeps a letter; sent again it is the same one.
    async fn keep(&self, cx: &Cx, sending: &Sending) -> Result<()> {
        const KEEP: &str = "insert into letter (id, account, recipient, subject, body, method, calendar, sent_at) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (id) do nothing";
        const TIDY: &str =
            "delete from letter where id not in (select id from letter order by sent_at desc, id desc limit $1)";
        let Sending { delivery, account, email, subject, text, invitation, .. } = sending.clone();
        let (method, calendar) = invitation.map(|invitation| (invitation.method.to_owned(), invitation.text)).unzip();
        let now = cx.now();
        self.db
            .write(async move |tx| {
                tx.exec(KEEP, &[&delivery, &account, &email, &subject, &text, &method, &calendar, &now]).await?;
                tx.exec(TIDY, &[&KEPT]).await.map(drop)
            })
            .await
    }
}

#[async_trait]
impl Carrier for Mailbox {
    fn channel(&self) -> Channel {
        Channel::Email
    }

    fn sender(&self) -> Sender {
        Sender { name: "Mediverse".to_owned(), address: "janji@mediverse.example".to_owned() }
    }

    async fn send(&self, cx: &Cx, message: &Sending) -> Result<Receipt, Refusal> {
        match self.keep(cx, message).await {
            Ok(()) => Ok(Receipt { answer: "mailbox".to_owned() }),
            Err(error) => Err(Refusal::Later(error.word().to_owned())),
        }
    }
}

const FRESH: [(header::HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];

async fn show(State(mailbox): State<Mailbox>, cx: Cx, headers: HeaderMap) -> Result<Response> {
    let messages = mailbox.messages(cx.now()).await?;
    if wants_a_page(&headers) {
        return Ok((FRESH, Html(page(&messages, &mailbox.letters().await?))).into_response());
    }
    Ok((FRESH, Json(messages)).into_response())
}

async fn show_letters(State(mailbox): State<Mailbox>) -> Result<Response> {
    Ok((FRESH, Json(mailbox.letters().await?)).into_response())
}

async fn show_letter(State(mailbox): State<Mailbox>, Path(id): Path<String>, headers: HeaderMap) -> Result<Response> {
    let letter = mailbox.letter(id).await?;
    if wants_a_page(&headers) {
        return Ok((FRESH, Html(letter_page(&letter))).into_response());
    }
    Ok((FRESH, Json(letter)).into_response())
}

fn wants_a_page(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default().contains("text/html")
}

const HEAD: &str = "<!doctype html><meta charset=utf-8><meta name=viewport content=\"width=device-width\"><meta name=color-scheme content=\"light dark\"><title>Mailbox</title>";

/// Bare tables: this page is for developers.
fn page(messages: &[Message], letters: &[Letter]) -> String {
    let codes = messages.iter().fold(String::new(), |rows, m| {
        rows + &format!("<tr><td>{}<td><code>{}</code><td>{}", escaped(&m.recipient), escaped(&m.code), m.sent_at)
    });
    let letters = letters.iter().fold(String::new(), |rows, letter| {
        let Letter { id, recipient, subject, method, sent_at, .. } = letter;
        let (subject, method) = (escaped(subject), method.as_deref().unwrap_or_default());
        let link = format!("<a href=\"/dev/mailbox/letters/{}\">{subject}</a>", escaped(id));
        rows + &format!("<tr><td>{}<td>{link}<td>{}<td>{sent_at}", escaped(recipient), escaped(method))
    });
    format!("{HEAD}<h1>Mailbox</h1><table>{codes}</table><h2>Letters</h2><table>{letters}</table>")
}

fn letter_page(letter: &Letter) -> String {
    let [to, subject, body] = [&letter.recipient, &letter.subject, &letter.body].map(|text| escaped(text));
    let calendar = letter.calendar.as_deref().map(|text| format!("<h2>invite.ics</h2><pre>{}</pre>", escaped(text)));
    format!(
        "{HEAD}<p><a href=/dev/mailbox>Mailbox</a><h1>{subject}</h1><p>{to}, {}<pre>{body}</pre>{}",
        letter.sent_at,
        calendar.unwrap_or_default()
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
