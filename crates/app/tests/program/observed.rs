//! What operators see of a whole journey through the real program: logs without a word of anybody's, one trace for one
//! booking, and every number that dashboards and alerts ask for.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Json, Router, body::Body, extract::State, routing::post};
use http::Request;
use http_body_util::BodyExt as _;
use hyper_util::rt::TokioIo;
use platform::db::Engine;
use serde_json::{Value, json};
use tokio::{net::TcpListener, time::timeout};

use crate::{
    house::{App, MORNING, PASSWORD, email},
    on_both_engines,
};

/// What is asked with, and must stand in no log.
const NAME: &str = "Ratnaningsih Kusumowardhani";
const NIK: &str = "3174014501900003";
const PHONE: &str = "081298765432";
const ADDRESS: &str = "Jalan Cempaka Wangi 47";
const BIRTH_PLACE: &str = "Banyuwangi Kulon";
const BPJS: &str = "0001234567897";
const HELPER: &str = "Sulastri Kusumowardhani";
const HELPER_PHONE: &str = "081311223344";
const COMPLAINT: &str = "Nyeri dada menjalar ke lengan kiri sejak subuh";
const REASON: &str = "Harus menjemput keponakan dari Banjarnegara";
const SOUGHT: &str = "kusumowardhono";

/// The trace a proxy has begun for the booking.
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

/// Numbers that need an occasion this journey does not give: a folder of backups, a message to send, other processes, a
/// broker, Redis, a collector that is away.
const OCCASIONAL: [&str; 7] = [
    "backup_",
    "bus_queue_depth",
    "gateway_",
    "notification_sendings_total",
    "redis_up",
    "service_call",
    "trace_spans_dropped_total",
];

/// The program, running.
struct Program {
    child: Child,
    address: String,
}

impl Program {
    fn start(data: &Path, flags: &[(String, String)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mediverse"));
        command.args(["serve", "--json", "--listen", "127.0.0.1:0", "--clock", MORNING]).arg("--data").arg(data);
        for (key, value) in flags {
            command.arg("--set").arg(format!("{key}={value}"));
        }
        let log = std::fs::File::create(data.join("log")).unwrap();
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line)
            .unwrap_or_else(|_| panic!("not ready: {}", std::fs::read_to_string(data.join("log")).unwrap_or_default()));
        let address = ready["url"].as_str().unwrap().trim_start_matches("http://").to_owned();
        Self { child, address }
    }

    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> (u16, String) {
        let stream = tokio::net::TcpStream::connect(&self.address).await.unwrap();
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let mut request = Request::builder().method(method).uri(path).header("host", &self.address);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let answer = sender.send_request(request.body(body).unwrap()).await.unwrap();
        let status = answer.status().as_u16();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8_lossy(&bytes).into_owned())
    }

    async fn json(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
        status: u16,
    ) -> Value {
        let (got, text) = self.ask(method, path, headers, body).await;
        assert_eq!(got, status, "{method} {path}: {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// Every number, by name, and whether all that was said has been sent.
    async fn numbers(&self) -> (BTreeSet<String>, bool) {
        let (status, text) = self.ask("GET", "/metrics", &[], None).await;
        assert_eq!(status, 200);
        let names =
            text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_whitespace().next()).map(str::to_owned);
        let unsent = text.lines().filter(|line| line.starts_with("bus_outbox_unsent{"));
        (names.collect(), unsent.clone().count() > 0 && unsent.clone().all(|line| line.ends_with(" 0")))
    }

    fn end(mut self) {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(told.success() && self.child.wait().unwrap().success());
    }
}

/// A collector for one test: keeps every span.
async fn collector() -> (String, Arc<Mutex<Vec<Value>>>) {
    type Spans = Arc<Mutex<Vec<Value>>>;
    async fn take(State(spans): State<Spans>, Json(body): Json<Value>) -> Json<Value> {
        for resource in body["resourceSpans"].as_array().unwrap() {
            for scope in resource["scopeSpans"].as_array().unwrap() {
                spans.lock().unwrap().extend(scope["spans"].as_array().unwrap().iter().cloned());
            }
        }
        Json(json!({}))
    }
    let spans = Spans::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/v1/traces", post(take)).with_state(spans.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, spans)
}

/// Signs up, looks around, errs, books under [`TRACE`], is refused, cancels; answers what must stand in no log.
async fn travel(program: &Program, offer: &Value) -> Vec<String> {
    let form = json!({
        "name": NAME, "email": email("ratnaningsih"), "phone": PHONE, "password": PASSWORD, "nik": NIK,
        "birth_place": BIRTH_PLACE, "birth_date": "1990-01-05", "sex": "female", "patient_type": "bpjs",
        "bpjs_number": BPJS, "address": { "line": ADDRESS },
        "emergency_contact": { "name": HELPER, "phone": HELPER_PHONE, "relation": "parent" },
    });
    let mut wrong = form.clone();
    wrong["birth_date"] = json!(ADDRESS);
    program.json("POST", "/users/register", &[], Some(&wrong), 422).await;
    let registered = program.json("POST", "/users/register", &[], Some(&form), 201).await;
    let patient = registered["patient"]["id"].clone();
    let login = |password: &str| json!({ "login": email("ratnaningsih"), "password": password });
    program.json("POST", "/auth/login", &[], Some(&login("kata-sandi-yang-keliru")), 401).await;
    let tokens = program.json("POST", "/auth/login", &[], Some(&login(PASSWORD)), 200).await;
    let token = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let bearer = ("authorization", token.as_str());
    program.json("GET", "/api/v1/patients/me", &[bearer], None, 200).await;
    program.ask("GET", &format!("/doctors?q={SOUGHT}"), &[], None).await;
    program.ask("GET", "/", &[("accept", "text/html")], None).await;
    program.ask("GET", &format!("/api/v1/nowhere/{NIK}"), &[bearer], None).await;

    let query: Vec<String> =
        offer.as_object().unwrap().iter().map(|(name, value)| format!("{name}={}", value.as_str().unwrap())).collect();
    let listed = program.json("GET", &format!("/api/v1/free-times?{}&days=14", query.join("&")), &[], None, 200).await;
    let start = listed["days"].as_array().unwrap().iter().find_map(|day| day["times"][0]["at"].as_str()).unwrap();
    let mut book = offer.clone();
    book["starts_at"] = json!(start);
    book["patient"] = patient;
    book["complaint"] = json!(COMPLAINT);
    let traceparent = format!("00-{TRACE}-b7ad6b7169203331-01");
    let headers = [bearer, ("traceparent", traceparent.as_str()), ("idempotency-key", "one-click")];
    let booked = program.json("POST", "/api/v1/appointments", &headers, Some(&book), 201).await;
    assert_eq!(booked["state"], "booked");
    program.json("POST", "/api/v1/appointments", &[bearer], Some(&book), 409).await;
    let path = format!("/api/v1/appointments/{}/changes", booked["id"].as_str().unwrap());
    let version = format!("\"{}\"", booked["version"]);
    let cancel = json!({ "deed": "cancel", "reason": REASON });
    program.json("POST", &path, &[bearer, ("if-match", &version)], Some(&cancel), 200).await;

    let mut secrets: Vec<String> = [
        NAME,
        NIK,
        PHONE,
        &PHONE[1..],
        ADDRESS,
        BIRTH_PLACE,
        BPJS,
        HELPER,
        HELPER_PHONE,
        &HELPER_PHONE[1..],
        COMPLAINT,
        REASON,
        SOUGHT,
        PASSWORD,
        "kata-sandi-yang-keliru",
    ]
    .into_iter()
    .map(str::to_owned)
    .collect();
    secrets.extend(NAME.split(' ').map(str::to_owned));
    secrets.push(email("ratnaningsih"));
    secrets.extend(["access_token", "refresh_token"].map(|name| tokens[name].as_str().unwrap().to_owned()));
    secrets
}

on_both_engines! {
    /// E6, H3, J5, J9
    async fn a_journey_leaves_one_trace_all_numbers_and_nobodys_data_in_the_log(engine) {
        let app = App::start(engine).await;
        let practice = &app.doctors[0].practices[0];
        let offer = json!({
            "facility": practice.facility, "service": practice.services[0].service, "doctor": app.doctors[0].id, "mode": "in_person",
        });
        let (folder, schemas) = app.leave().await;
        let (endpoint, spans) = collector().await;
        let mut flags: Vec<(String, String)> =
            schemas.iter().zip(["auth", "people", "directory", "scheduling", "notifications", "keys"]).map(|(fresh, context)| (format!("database.{context}"), fresh.url.clone())).collect();
        for (key, value) in [
            ("log.format", "json"), ("log.filter", "debug"), ("trace.endpoint", &endpoint), ("server.trusted_proxies", "[\"127.0.0.1\"]"),
        ] {
            flags.push((key.to_owned(), value.to_owned()));
        }
        let program = Program::start(folder.path(), &flags);
        let secrets = travel(&program, &offer).await;
        every_number_is_told(&program, engine).await;
        let (_, numbers) = program.ask("GET", "/metrics", &[], None).await;
        program.end();

        let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
        let traces = Value::from(spans.lock().unwrap().clone()).to_string();
        for (what, told) in [("the log", &log), ("a trace", &traces), ("a number's label", &numbers)] {
            let folded = told.to_lowercase();
            for secret in &secrets {
                assert!(!folded.contains(&secret.to_lowercase()), "{what} tells {secret:?}");
            }
        }
        let lines: Vec<Value> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        assert!(lines.iter().any(|line| line["message"] == "ready" && line["timestamp"].is_string()), "{log}");

        one_trace(&spans.lock().unwrap());
        drop(schemas);
    }
}

/// The booking is one trace: it goes on where the proxy began it, and what the contexts did about it hangs below.
fn one_trace(spans: &[Value]) {
    let of_booking: Vec<&Value> = spans.iter().filter(|span| span["traceId"] == TRACE).collect();
    let by_id: BTreeMap<&str, &Value> =
        of_booking.iter().map(|span| (span["spanId"].as_str().unwrap(), *span)).collect();
    let names: BTreeSet<&str> = of_booking.iter().map(|span| span["name"].as_str().unwrap()).collect();
    let booking = of_booking
        .iter()
        .find(|span| span["name"] == "POST /api/v1/appointments")
        .unwrap_or_else(|| panic!("{names:?}"));
    assert_eq!(booking["parentSpanId"], "b7ad6b7169203331", "it goes on where the proxy began");
    assert!(names.iter().any(|name| name.contains(" hears ")), "{names:?}");
    for span in &of_booking {
        let mut step = *span;
        while step["spanId"] != booking["spanId"] {
            step = by_id[step["parentSpanId"].as_str().unwrap()];
        }
    }
    assert!(spans.iter().any(|span| span["traceId"] != TRACE), "other requests have traces of their own");
}

/// What dashboards and alerts may ask for is told, within half a minute, and nothing beside it; `cargo xtask deploy --check`
/// compares the list with the code.
async fn every_number_is_told(program: &Program, engine: Engine) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/prometheus/metrics.txt");
    let listed: BTreeSet<String> = std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect();
    let pools = engine == Engine::Postgres;
    let usual = |name: &&String| {
        OCCASIONAL.iter().all(|rare| !name.starts_with(rare)) && (pools || !name.starts_with("db_pool_"))
    };
    let usual: BTreeSet<String> = listed.iter().filter(usual).cloned().collect();
    let mut missing = Vec::new();
    let told = timeout(Duration::from_secs(30), async {
        loop {
            let (names, all_sent) = program.numbers().await;
            let unlisted: Vec<_> = names.difference(&listed).collect();
            assert!(unlisted.is_empty(), "not in {path}: {unlisted:?}");
            missing = usual.difference(&names).cloned().collect();
            if all_sent && missing.is_empty() {
                return;
            }
        }
    });
    assert!(told.await.is_ok(), "listed and never told: {missing:?}");
}
