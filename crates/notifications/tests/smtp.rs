//! E-mail handed to a real server: what arrives is what mail programs take for an invitation (G1, RFC 6047).
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use std::{process::Stdio, time::Duration};

use contracts::{auth::AccountId, notifications::DeliveryId};
use notifications::{
    Event, Mail, Smtp, Status,
    channel::{Carrier as _, Invitation, Message, Refusal},
    file,
};
use platform::{Clock, Cx, config::Config, entropy::Entropy, i18n::Locale};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    net::TcpListener,
    process::{Child, ChildStdout, Command},
    time::timeout,
};

/// Debian's package python3-aiosmtpd. It prints its port, then a line of JSON for each message taken.
const SERVER: &str = r#"
import asyncio, email, email.policy, json, sys
from aiosmtpd.smtp import SMTP

class Box:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody"):
            return "550 5.1.1 <" + address + "> is not known here"
        if address.startswith("later"):
            return "451 4.7.1 come again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        parts = [{
            "type": part.get_content_type(), "method": part.get_param("method"), "charset": part.get_param("charset"),
            "name": part.get_filename(), "text": None if part.is_multipart() else part.get_payload(decode=True).decode(),
        } for part in mail.walk()]
        print(json.dumps({
            "from": envelope.mail_from, "to": envelope.rcpt_tos, "subject": mail["subject"], "id": mail["message-id"],
            "unsubscribe": mail["list-unsubscribe"], "one_click": mail["list-unsubscribe-post"],
            "date": mail["date"], "header_from": str(mail["from"]), "parts": parts,
            "lines": max(len(line) for line in envelope.content.split(b"\r\n")),
        }), flush=True)
        return "250 2.0.0 taken"

async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Box(), enable_SMTPUTF8=True), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Future()

asyncio.run(main())
"#;

struct Server {
    port: u16,
    said: Lines<BufReader<ChildStdout>>,
    _child: Child,
}

impl Server {
    async fn start() -> Self {
        let mut child = Command::new("/usr/bin/python3")
            .args(["-c", SERVER])
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("python3 runs");
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = timeout(Duration::from_secs(20), said.next_line()).await.unwrap().unwrap();
        let port = port.expect("aiosmtpd is there (Debian: python3-aiosmtpd)").parse().unwrap();
        Self { port, said, _child: child }
    }

    async fn next(&mut self) -> Value {
        let line = timeout(Duration::from_secs(20), self.said.next_line()).await.expect("a message").unwrap().unwrap();
        serde_json::from_str(&line).unwrap()
    }

    fn smtp(&self, tls: &str) -> Smtp {
        smtp_to(self.port, &[("mail.tls", tls)])
    }
}

/// The way to a server on this machine, with these settings beside.
fn smtp_to(port: u16, more: &[(&str, &str)]) -> Smtp {
    let port = port.to_string();
    let usual = [
        ("mail.host", "127.0.0.1"),
        ("mail.port", port.as_str()),
        ("mail.from", "janji@klinik.example"),
        ("mail.name", "Klinik Café, A"),
        ("mail.time_limit_seconds", "10"),
    ];
    let flags = usual.iter().chain(more).map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let config = Config::builder(&[Mail::SETTINGS]).flags(flags).build().unwrap();
    Smtp::new(&Mail::of(&config).unwrap()).unwrap()
}

/// A server that takes nobody's password; answers its port.
async fn server_that_takes_no_password() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let (read, mut write) = stream.into_split();
        write.write_all(b"220 here\r\n").await.unwrap();
        let mut lines = BufReader::new(read).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            let answer: &[u8] = match line.split(' ').next() {
                Some("EHLO") => b"250-here\r\n250 AUTH PLAIN LOGIN\r\n",
                Some("AUTH") => b"535 5.7.8 wrong\r\n",
                _ => b"250 OK\r\n",
            };
            let _ = write.write_all(answer).await;
        }
    });
    port
}

fn cx() -> Cx {
    Cx::system("test", Clock::manual("2026-11-23T00:00:00Z".parse().unwrap()), Entropy::System)
}

fn invitation(method: &'static str, status: Status) -> Invitation {
    let event = Event {
        uid: "apt_1@mediverse".to_owned(),
        sequence: 1,
        stamp: "2026-11-23T00:00:00Z".parse().unwrap(),
        from: "2026-11-24T02:30:00Z".parse().unwrap(),
        until: "2026-11-24T03:00:00Z".parse().unwrap(),
        title: "Konsultasi – Klinik A".to_owned(),
        place: "Klinik A".to_owned(),
        url: None,
        status,
        people: Some([
            ("Klinik A".to_owned(), "janji@klinik.example".to_owned()),
            ("Siti".to_owned(), "siti@contoh.example".to_owned()),
        ]),
    };
    Invitation { method, text: file(None, Some(method), &[event]) }
}

fn message(to: &str, invitation: Option<Invitation>) -> Message {
    let cx = cx();
    Message {
        delivery: cx.new_id::<DeliveryId>(),
        account: cx.new_id::<AccountId>(),
        name: "Siti \"Aminah\"; Né".to_owned(),
        email: to.to_owned(),
        phone: None,
        locale: Locale::Id,
        subject: "Janji temu terkonfirmasi – Klinik A".to_owned(),
        text: format!("Halo Siti,\n\n{}\n", "Janji temu Anda. ".repeat(80)),
        html: format!("<!doctype html><p>{}</p>", "Janji temu Anda. ".repeat(200)),
        invitation,
        unsubscribe: None,
    }
}

/// G1, RFC 8058
#[tokio::test]
async fn a_letter_that_may_be_ended_says_so_to_mail_programs() {
    let mut server = Server::start().await;
    let smtp = server.smtp("none");
    let url = format!("https://klinik.example/berhenti/dlv_01jd3m6t0f8q2v7x4n9c5k1rhe.{}", "0f".repeat(32));
    let sent = Message { unsubscribe: Some(url.clone()), ..message("siti@contoh.example", None) };
    smtp.send(&cx(), &sent).await.unwrap();
    let mail = server.next().await;
    assert_eq!(
        (&mail["unsubscribe"], &mail["one_click"]),
        (&format!("<{url}>").into(), &"List-Unsubscribe=One-Click".into())
    );
    smtp.send(&cx(), &message("siti@contoh.example", None)).await.unwrap();
    let plain = server.next().await;
    assert!(plain["unsubscribe"].is_null() && plain["one_click"].is_null(), "{plain}");
}

/// G1, C10
#[tokio::test]
async fn a_server_takes_words_page_and_invitation_in_the_shape_calendars_know() {
    let mut server = Server::start().await;
    let (smtp, sent) =
        (server.smtp("none"), message("siti@contoh.example", Some(invitation("REQUEST", Status::Confirmed))));
    let receipt = smtp.send(&cx(), &sent).await.unwrap();
    assert!(receipt.answer.starts_with("250") && receipt.answer.contains("taken"), "{receipt:?}");
    let mail = server.next().await;
    assert_eq!((&mail["from"], &mail["to"][0]), (&"janji@klinik.example".into(), &"siti@contoh.example".into()));
    assert_eq!(mail["subject"], sent.subject);
    assert_eq!(mail["id"], format!("<{}@klinik.example>", sent.delivery));
    assert!(mail["date"].as_str().unwrap().starts_with("Mon, 23 Nov 2026 00:00:00"), "{mail}");
    assert!(mail["header_from"].as_str().unwrap().contains("Klinik Café, A"), "{mail}");
    assert!(mail["lines"].as_u64().unwrap() <= 998, "RFC 5322 bounds a line");
    let parts = mail["parts"].as_array().unwrap();
    let kinds: Vec<_> = parts.iter().map(|part| part["type"].as_str().unwrap()).collect();
    let expected =
        ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar", "application/ics"];
    assert_eq!(kinds, expected);
    assert_eq!(parts[4]["method"], "REQUEST");
    assert!(parts[4]["charset"].as_str().unwrap().eq_ignore_ascii_case("UTF-8"), "{mail}");
    assert_eq!(parts[5]["name"], "invite.ics");
    let text = &sent.invitation.as_ref().unwrap().text;
    assert_eq!((parts[4]["text"].as_str(), parts[5]["text"].as_str()), (Some(text.as_str()), Some(text.as_str())));
    assert_eq!(parts[2]["text"].as_str().unwrap().replace("\r\n", "\n"), sent.text);

    // Sent again it is known as the same; a cancellation says so twice.
    smtp.send(&cx(), &sent).await.unwrap();
    assert_eq!(server.next().await["id"], mail["id"]);
    let cancelled = message("siti@contoh.example", Some(invitation("CANCEL", Status::Cancelled)));
    smtp.send(&cx(), &cancelled).await.unwrap();
    assert_eq!(server.next().await["parts"][4]["method"], "CANCEL");
    smtp.send(&cx(), &message("siti@contoh.example", None)).await.unwrap();
    assert_eq!(server.next().await["parts"].as_array().unwrap().len(), 3, "a reminder holds no invitation");
}

/// G1, R.M4
#[tokio::test]
async fn refusals_for_now_and_for_good_are_told_apart() {
    let server = Server::start().await;
    let smtp = server.smtp("none");
    let refused = smtp.send(&cx(), &message("nobody@contoh.example", None)).await;
    assert!(matches!(&refused, Err(Refusal::Never(answer)) if answer.contains("550")), "{refused:?}");
    let later = smtp.send(&cx(), &message("later@contoh.example", None)).await;
    assert!(matches!(&later, Err(Refusal::Later(answer)) if answer.contains("451")), "{later:?}");
    let nobody = smtp.send(&cx(), &message("no address", None)).await;
    assert_eq!(nobody, Err(Refusal::Never("bad-address".to_owned())));
    drop(server);
    let away = smtp.send(&cx(), &message("siti@contoh.example", None)).await;
    assert!(matches!(away, Err(Refusal::Later(_))), "{away:?}");
}

/// G1: a wrong password is mended by whoever set it; the message may arrive then.
#[tokio::test]
async fn a_password_that_is_not_taken_refuses_nobodys_message_for_good() {
    let port = server_that_takes_no_password().await;
    let smtp = smtp_to(port, &[("mail.tls", "none"), ("mail.user", "klinik"), ("mail.password", "old")]);
    let refused = smtp.send(&cx(), &message("siti@contoh.example", None)).await;
    assert!(matches!(&refused, Err(Refusal::Later(answer)) if answer.contains("535")), "{refused:?}");
}

/// G1
#[tokio::test]
async fn a_server_without_encryption_is_handed_nothing_where_encryption_was_asked_for() {
    let mut server = Server::start().await;
    for tls in ["starttls", "tls"] {
        let refused = server.smtp(tls).send(&cx(), &message("siti@contoh.example", None)).await;
        assert!(refused.is_err(), "{tls}: {refused:?}");
    }
    server.smtp("none").send(&cx(), &message("budi@contoh.example", None)).await.unwrap();
    assert_eq!(server.next().await["to"][0], "budi@contoh.example", "the first that arrived");
}
