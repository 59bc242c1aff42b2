//! A house for one test: two clinics, two doctors, two admins, two patients, and a way to ask it.

use std::sync::Arc;

use app::{
    settings::Settings,
    wiring::{House, Running, World},
};
use axum::{Router, body::Body};
use contracts::{
    auth::{OpenAccount, Role},
    directory::{Directory, Doctor, Facility, Service},
};
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt;
use platform::{Clock, db::Engine, entropy::Entropy};
use serde_json::{Value, json};
use tower::ServiceExt;

/// The password of everybody here.
pub const PASSWORD: &str = "kopi-susu-di-losari-47";
/// Monday 23 November 2026, 08:00 in Makassar.
pub const MORNING: &str = "2026-11-23T00:00:00Z";

/// The house and where its data lie.
pub struct App {
    pub running: Running,
    pub router: Router,
    pub facilities: Vec<Facility>,
    pub services: Vec<Vec<Service>>,
    pub doctors: Vec<Doctor>,
    folder: tempfile::TempDir,
    schemas: Vec<testkit::db::Fresh>,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// The body; null where it is no JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body, where the status is the one expected.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.body));
        self.json()
    }
}

impl App {
    /// Opens a house with a network on this engine, its clock standing at [`MORNING`].
    pub async fn start(engine: Engine) -> Self {
        Self::begin(engine, false).await
    }

    /// As [`App::start`], with the mailbox of the demonstration.
    #[allow(dead_code, reason = "other binaries share this file")]
    pub async fn start_with_mailbox(engine: Engine) -> Self {
        Self::begin(engine, true).await
    }

    async fn begin(engine: Engine, mailbox: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (settings, schemas) = settings(engine, folder.path()).await;
        let world = World { clock: Clock::manual(MORNING.parse().unwrap()), entropy: Entropy::System };
        let mut house = House::open(settings, world).await.unwrap();
        if mailbox {
            house = house.with_mailbox(folder.path()).await.unwrap();
        }
        let mut sample = directory::sample::sample(1, 1);
        sample.facilities.truncate(2);
        sample.doctors.truncate(2);
        let of_doctors = accounts(&house, &["dokter1", "dokter2"], Role::Doctor, &[]).await;
        for (doctor, account) in sample.doctors.iter_mut().zip(of_doctors) {
            doctor.practices.retain(|(place, ..)| *place < 2);
            doctor.auto_accept = true;
            doctor.account = Some(account);
        }
        let verbs: Arc<dyn Directory> = house.directory();
        let network = directory::sample::plant(&verbs, &house.world.cx("test"), &sample).await.unwrap();
        accounts_at(&house, "admin1", &network.facilities[0]).await;
        accounts_at(&house, "admin2", &network.facilities[1]).await;
        accounts(&house, &["super"], Role::SuperAdmin, &[]).await;
        let running = house.start().await.unwrap();
        let router = running.router().unwrap();
        let app = Self {
            running,
            router,
            facilities: network.facilities,
            services: network.services,
            doctors: network.doctors,
            folder,
            schemas,
        };
        app.settle().await;
        app
    }

    /// Waits until every event is heard.
    pub async fn settle(&self) {
        self.running.settle().await.unwrap();
    }

    /// Asks as a guest.
    pub fn guest(&self) -> Caller<'_> {
        Caller { app: self, token: None }
    }

    /// Signs in; the name stands before `@contoh.example`.
    pub async fn sign_in(&self, name: &str) -> Caller<'_> {
        let body = json!({ "login": email(name), "password": PASSWORD });
        let tokens = self.guest().post("/auth/login", &body).await.expect(200);
        Caller { app: self, token: Some(tokens["access_token"].as_str().unwrap().to_owned()) }
    }

    /// Signs up a patient.
    pub async fn sign_up(&self, name: &str) -> Value {
        self.guest().post("/users/register", &patient(name)).await.expect(201)
    }

    /// Closes everything and hands the data on: the folder, and on PostgreSQL the schemas.
    pub async fn leave(self) -> (tempfile::TempDir, Vec<testkit::db::Fresh>) {
        drop(self.router);
        self.running.stop().await;
        (self.folder, self.schemas)
    }

    /// Closes everything and takes the data away.
    pub async fn close(self) {
        drop(self.router);
        self.running.stop().await;
        drop(self.schemas);
    }
}

/// Somebody who asks.
#[derive(Clone)]
pub struct Caller<'a> {
    app: &'a App,
    token: Option<String>,
}

impl Caller<'_> {
    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, &[], Some(body.to_string())).await
    }

    /// A request with headers of its own and a body in JSON, as text.
    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<String>) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::ACCEPT, "application/json");
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if body.is_some() && headers.iter().all(|(name, _)| *name != "content-type") {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.map_or_else(Body::empty, Body::from)).unwrap();
        ask(&self.app.router, request).await
    }
}

/// Asks a router; of an answer without end, such as a stream of events, the head.
pub async fn ask(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let streams = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
    let body = if streams { Vec::new() } else { body.collect().await.unwrap().to_bytes().to_vec() };
    Answer { status: parts.status, headers: parts.headers, body }
}

pub fn email(name: &str) -> String {
    format!("{name}@contoh.example")
}

/// The form of a patient.
pub fn patient(name: &str) -> Value {
    json!({
        "name": format!("Pasien Contoh {name}"), "email": email(name), "password": PASSWORD,
        "no_nik_reason": "later", "birth_place": "Makassar", "birth_date": "1990-01-02", "sex": "female", "patient_type": "umum",
    })
}

async fn accounts(house: &House, names: &[&str], role: Role, facilities: &[String]) -> Vec<contracts::auth::AccountId> {
    let cx = house.world.cx("test");
    let hash = house.own_auth().unwrap().hash_password(&cx, PASSWORD).await.unwrap();
    let open = |name: &&str| OpenAccount {
        email: email(name),
        phone: None,
        name: format!("Contoh {name}"),
        password: PASSWORD.to_owned(),
        role,
        facilities: facilities.to_vec(),
    };
    house.own_auth().unwrap().open_hashed(&cx, names.iter().map(open).collect(), &hash).await.unwrap()
}

async fn accounts_at(house: &House, name: &str, facility: &Facility) {
    accounts(house, &[name], Role::Admin, &[facility.id.to_string()]).await;
}

/// Settings for one test, and the schemas that go with it.
pub async fn settings(engine: Engine, folder: &std::path::Path) -> (Settings, Vec<testkit::db::Fresh>) {
    let mut flags = vec![
        ("database.url".to_owned(), format!("sqlite:{}", folder.display())),
        ("database.pool".to_owned(), "3".to_owned()),
    ];
    flags.push(("sessions.hashers".to_owned(), "4".to_owned()));
    flags.push(("server.sign_ups".to_owned(), "100000".to_owned()));
    let mut schemas = Vec::new();
    if engine == Engine::Postgres {
        for context in ["auth", "people", "directory", "scheduling", "notifications", "keys"] {
            let fresh = testkit::db::Fresh::new(engine, context, &[]).await;
            fresh.db.close().await;
            flags.push((format!("database.{context}"), fresh.url.clone()));
            schemas.push(fresh);
        }
    }
    (Settings::read(None, [], flags).unwrap(), schemas)
}
