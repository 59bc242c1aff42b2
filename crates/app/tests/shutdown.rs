//! The real program is asked to end (SIGTERM) while 32 connections book without a pause.
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use bytes::Bytes;
use http::{Request, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use testkit::topology::{Asker, Shape, Topology};
use tokio::{net::TcpStream, sync::Notify};

const CLIENTS: usize = 32;
/// Bookings answered before the program is asked to end.
const ENOUGH: usize = 40;
const PASSWORD: &str = "kuda laut biru menari";

/// Somebody with a connection of their own, which is kept.
struct Client {
    connection: SendRequest<Full<Bytes>>,
    host: String,
    token: String,
    patient: Value,
}

/// What came of a client's bookings: the ids of those answered, and the one without an answer, if there was one.
#[derive(Default)]
struct Told {
    patient: Value,
    token: String,
    booked: Vec<String>,
    unanswered: Option<(String, Value)>,
}

impl Client {
    async fn sign_up(url: &str, name: usize) -> Self {
        let email = format!("muat{name}@contoh.example");
        let form = json!({
            "name": format!("Pasien Contoh {name}"), "email": email, "password": PASSWORD, "no_nik_reason": "later",
            "birth_place": "Makassar", "birth_date": "1990-01-02", "sex": "female", "patient_type": "umum",
        });
        let registered = Asker::guest(url).post("/users/register", &form).await.expect(201);
        let login = json!({ "login": email, "password": PASSWORD });
        let tokens = Asker::guest(url).post("/auth/login", &login).await.expect(200);
        let host = url.trim_start_matches("http://").to_owned();
        let stream = TcpStream::connect(&host).await.unwrap();
        let (connection, driver) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(driver);
        let token = tokens["access_token"].as_str().unwrap().to_owned();
        Self { connection, host, token, patient: registered["patient"]["id"].clone() }
    }

    /// The status and body; none where the connection ended without an answer.
    async fn book(&mut self, key: &str, book: &Value) -> Option<(u16, Value)> {
        self.connection.ready().await.ok()?;
        let request = Request::post("/api/v1/appointments")
            .header(header::HOST, &self.host)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header("idempotency-key", key)
            .body(Full::new(Bytes::from(book.to_string())))
            .unwrap();
        let answer = self.connection.send_request(request).await.ok()?;
        let status = answer.status().as_u16();
        // An answer that has begun comes to its end.
        let body = answer.into_body().collect().await.expect("an answer is whole").to_bytes();
        Some((status, serde_json::from_slice(&body).unwrap_or_default()))
    }

    /// Books one after the other until nobody answers.
    async fn book_all(mut self, wanted: Vec<Value>, answered: Arc<AtomicUsize>, enough: Arc<Notify>) -> Told {
        let mut told = Told { patient: self.patient.clone(), token: self.token.clone(), ..Told::default() };
        for (n, mut book) in wanted.into_iter().enumerate() {
            book["patient"] = self.patient.clone();
            let key = format!("booking-{n}");
            match self.book(&key, &book).await {
                Some((201, booked)) => {
                    told.booked.push(booked["id"].as_str().unwrap().to_owned());
                    if answered.fetch_add(1, Relaxed) + 1 == ENOUGH {
                        enough.notify_one();
                    }
                }
                // Others may have been quicker.
                Some((409, _)) => {}
                Some((status, body)) => panic!("{status}: {body}"),
                None => {
                    told.unanswered = Some((key, book));
                    break;
                }
            }
        }
        told
    }
}

/// Free starts, of as many days as there are, shared out so that nobody asks for another's: a list for each client with
/// one of a day.
async fn shared_out(url: &str) -> Vec<Vec<Value>> {
    let guest = Asker::guest(url);
    let mut lists = vec![Vec::new(); CLIENTS];
    let found = guest.get("/doctors?limit=25&mode=in_person").await.expect(200);
    let mut next = 0;
    for card in found["items"].as_array().unwrap() {
        let doctor = guest.get(&format!("/api/v1/doctors/{}", card["id"].as_str().unwrap())).await.expect(200);
        let practice = &doctor["practices"][0];
        let offer = json!({
            "facility": practice["facility"], "service": practice["services"][0]["service"], "doctor": doctor["id"], "mode": "in_person",
        });
        let query: Vec<String> = offer
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| format!("{name}={}", value.as_str().unwrap()))
            .collect();
        let listed = guest.get(&format!("/api/v1/free-times?{}&days=14", query.join("&"))).await.expect(200);
        for day in listed["days"].as_array().unwrap() {
            for slot in day["times"].as_array().unwrap() {
                let mut book = offer.clone();
                book["starts_at"] = slot["at"].clone();
                book["complaint"] = json!("Demam sejak tiga hari yang lalu");
                let list: &mut Vec<Value> = &mut lists[next % CLIENTS];
                let date = |book: &Value| book["starts_at"].as_str().unwrap()[..10].to_owned();
                if list.iter().all(|other| date(other) != date(&book)) {
                    list.push(book);
                }
                next += 1;
            }
        }
    }
    lists
}

/// Leases of relays and jobs that somebody still holds.
fn held(data: &Path) -> i64 {
    ["auth", "people", "directory", "scheduling", "notifications"]
        .iter()
        .map(|name| {
            let file = rusqlite::Connection::open(data.join(format!("{name}.db"))).unwrap();
            let count = |sql: &str| file.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
            #[expect(clippy::disallowed_methods, reason = "the program under test has the time of the world")]
            let now = jiff::Timestamp::now().as_microsecond();
            count(&format!("select count(*) from relay_lease where until > {now}"))
                + count("select count(*) from job where lease_holder is not null")
        })
        .sum()
}

/// J1, J6
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_is_asked_to_end_under_load_loses_nothing_it_has_taken() {
    let mut topology = Topology::start(env!("CARGO_BIN_EXE_mediverse").as_ref(), Shape::Embedded).await;
    let url = topology.url.clone();
    let lists = shared_out(&url).await;
    assert!(lists.iter().map(Vec::len).sum::<usize>() > 3 * ENOUGH, "enough free times");
    let (answered, enough) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let mut clients = Vec::new();
    for name in 0..CLIENTS {
        clients.push(Client::sign_up(&url, name).await);
    }
    let booking: Vec<_> = clients
        .into_iter()
        .zip(lists)
        .map(|(client, list)| tokio::spawn(client.book_all(list, answered.clone(), enough.clone())))
        .collect();
    let in_time = tokio::time::timeout(std::time::Duration::from_mins(1), enough.notified()).await;
    assert!(in_time.is_ok(), "{} bookings in a minute", answered.load(Relaxed));
    topology.process("all").terminate().await;
    let mut told = Vec::new();
    for client in booking {
        told.push(client.await.unwrap());
    }
    let cut_off = told.iter().filter(|told| told.unanswered.is_some()).count();
    assert!(cut_off > 0, "it was asked to end under load");
    let data = topology.key_file().parent().unwrap().join("data");
    assert_eq!(held(&data), 0, "leases were handed back");

    topology.process("all").start_again().await;
    let url = topology.process("all").url().to_owned();
    for Told { patient, token, booked, unanswered } in told {
        let kept = Asker::guest(&url);
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        let list = kept.send(http::Method::GET, "/api/v1/appointments?when=upcoming&limit=50", &headers, None).await;
        let list = list.expect(200);
        let mut ids: Vec<&str> =
            list["items"].as_array().unwrap().iter().filter_map(|item| item["id"].as_str()).collect();
        let mut said: Vec<&str> = booked.iter().map(String::as_str).collect();
        ids.sort_unstable();
        said.sort_unstable();
        assert_eq!(ids, said, "what {patient} was told is what there is: nothing lost, nothing done without an answer");
        if let Some((key, book)) = unanswered {
            let headers = [("authorization", bearer.as_str()), ("idempotency-key", key.as_str())];
            let again = kept.send(http::Method::POST, "/api/v1/appointments", &headers, Some(&book)).await;
            assert!(again.status == 201 || again.status == 409, "{}", again.status);
        }
    }
    topology.stop().await;
}
