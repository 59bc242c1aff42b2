//! A house is backed up while it runs, lost, and brought back.

use std::path::Path;

use app::{
    backup::{Daily, Difference, Plan, make, make_apart, newest, reconcile, restore, verify},
    settings::Settings,
    wiring::{House, World},
};
use axum::{Router, body::Body};
use http::{Request, header};
use jiff::SignedDuration;
use platform::{
    Clock,
    crypto::MasterKey,
    db::{Engine, backup::Place},
    entropy::Entropy,
};
use serde_json::{Value, json};

use crate::{
    house::{App, MORNING, PASSWORD, ask, email, settings},
    journey::{booking, starts},
    on_both_engines,
};

fn world() -> World {
    World { clock: Clock::manual(MORNING.parse().unwrap()), entropy: Entropy::System }
}

fn plan(to: &Path, seconds: i64) -> Plan {
    let now = MORNING.parse::<jiff::Timestamp>().unwrap() + SignedDuration::from_secs(seconds);
    Plan { to: to.to_owned(), keep: 5, now }
}

/// Everything is gone, but for the key of the house.
async fn lose(settings: &Settings, engine: Engine, folder: &Path) {
    for name in ["auth", "people", "directory", "scheduling", "notifications", "keys"] {
        if engine == Engine::Postgres {
            let place = Place::of(&settings.database.url_of(name)).unwrap();
            let client = place.connect().await.unwrap();
            client.batch_execute(&format!("drop schema {} cascade", place.schema.unwrap())).await.unwrap();
        }
    }
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            std::fs::remove_dir_all(&path).unwrap();
        } else if path.file_name().unwrap() != "master.key" {
            std::fs::remove_file(&path).unwrap();
        }
    }
}

async fn asked(router: &Router, token: &str, path: &str) -> crate::house::Answer {
    let request = Request::builder().uri(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
    ask(router, request.body(Body::empty()).unwrap()).await
}

async fn signed_in(router: &Router, name: &str) -> Option<String> {
    let body = json!({ "login": email(name), "password": PASSWORD }).to_string();
    let request = Request::post("/auth/login").header(header::CONTENT_TYPE, "application/json");
    let answer = ask(router, request.body(Body::from(body)).unwrap()).await;
    answer.json()["access_token"].as_str().map(str::to_owned)
}

fn ids(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().filter_map(|item| item["id"].as_str()).collect()
}

on_both_engines! {
    /// A6, J6
    async fn what_was_backed_up_comes_back_and_whoever_was_forgotten_stays_so(engine) {
        let app = App::start(engine).await;
        let sari = app.sign_up("sari").await["patient"]["id"].clone();
        let budi = app.sign_up("budi").await["patient"]["id"].clone();
        app.settle().await;
        let (offer, free) = starts(&app, 0).await;
        let by_sari = app.sign_in("sari").await;
        let before = by_sari.post("/bookings", &booking(&offer, &free[0], &sari)).await.expect(201);
        let by_budi = app.sign_in("budi").await;
        let of_budi = by_budi.post("/bookings", &booking(&offer, &free[1], &budi)).await.expect(201);
        app.settle().await;

        let place = tempfile::tempdir().unwrap();
        let (settings, master) = (app.running.house.settings.clone(), app.running.house.master.clone());
        let made = make(&settings, &master, &plan(place.path(), 0)).await.unwrap();

        let next_day = free.iter().find(|start| start[..10] > free[0][..10]).unwrap();
        let after = by_sari.post("/bookings", &booking(&offer, next_day, &sari)).await.expect(201);
        by_budi.send("DELETE", "/api/v1/me", &[], None).await.expect(202);
        app.settle().await;
        make_apart(&settings, &master, &plan(place.path(), 1)).await.unwrap();
        let (folder, schemas) = app.leave().await;

        let keys = place.path().join("keys");
        let (_, findings) = verify(&master, &made.folder, &keys).await.unwrap();
        assert!(findings.iter().all(|finding| !finding.failed), "{findings:?}");
        assert_eq!(findings.is_empty(), engine == Engine::Postgres);
        let refused = restore(&settings, &world(), &master, &made.folder, &keys).await.unwrap_err();
        assert!(refused.is_conflict("restore-not-empty"), "{refused}");
        lose(&settings, engine, folder.path()).await;
        let stranger = MasterKey::generate(&Entropy::System);
        let refused = restore(&settings, &world(), &stranger, &made.folder, &keys).await.unwrap_err();
        assert!(refused.is_conflict("backup-other-key"), "{refused}");
        let restored = restore(&settings, &world(), &master, &made.folder, &keys).await.unwrap();
        assert_eq!((restored.erased, restored.unheard), (1, None));

        let house = House::open(settings, world()).await.unwrap();
        let copies = reconcile(&house).await.unwrap();
        assert!(copies.iter().all(Difference::is_none) && copies.iter().any(|copy| copy.same > 0), "{copies:?}");
        let running = house.start().await.unwrap();
        let router = running.router().unwrap();
        let token = signed_in(&router, "sari").await.unwrap();
        let mine = asked(&router, &token, "/api/v1/appointments?when=upcoming").await.expect(200);
        assert_eq!(ids(&mine), [before["id"].as_str().unwrap()], "that of after the backup is gone: {}", after["id"]);
        assert_eq!(mine["items"][0]["state"], "booked");
        assert!(signed_in(&router, "budi").await.is_none(), "whoever was forgotten cannot sign in");
        let admin = signed_in(&router, "admin1").await.unwrap();
        let path = format!("/api/v1/appointments/{}", of_budi["id"].as_str().unwrap());
        let emptied = asked(&router, &admin, &path).await.expect(200);
        assert!(emptied["patient_name"] == "" && emptied["complaint"].is_null(), "{emptied}");
        asked(&router, &admin, &format!("/api/v1/patients/{}", budi.as_str().unwrap())).await.expect(404);
        running.settle().await.unwrap();
        drop(router);
        running.stop().await;
        drop(schemas);
    }
}

/// J6
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_backup_is_refused_and_nothing_of_the_key_or_the_data_can_be_read_in_it() {
    let app = App::start(Engine::Sqlite).await;
    app.sign_up("sari").await;
    app.settle().await;
    let place = tempfile::tempdir().unwrap();
    let (settings, master) = (app.running.house.settings.clone(), app.running.house.master.clone());
    let made = make(&settings, &master, &plan(place.path(), 0)).await.unwrap();
    let key = std::fs::read_to_string(settings.key_file()).unwrap();
    let key = key.split_whitespace().last().unwrap().to_owned();
    app.close().await;

    let keys = place.path().join("keys");
    for folder in [made.folder.clone(), std::fs::read_dir(&keys).unwrap().next().unwrap().unwrap().path()] {
        for entry in std::fs::read_dir(folder).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            for secret in ["SQLite format", "Pasien Contoh", "sari@contoh", &key] {
                assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
            }
        }
    }
    let file = made.folder.join("people.sealed");
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, &bytes).unwrap();
    let refused = verify(&master, &made.folder, &keys).await.unwrap_err();
    assert!(refused.is_conflict("backup-changed"), "{refused}");
    let manifest = made.folder.join("manifest.json");
    let text = std::fs::read_to_string(&manifest).unwrap().replace("0.1.0", "0.1.1");
    std::fs::write(&manifest, text).unwrap();
    let refused = verify(&master, &made.folder, &keys).await.unwrap_err();
    assert!(refused.is_conflict("backup-changed"), "{refused}");
}

/// The sets in a folder, by name.
fn sets(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut sets: Vec<String> = names.filter(|name| name.starts_with("mediverse-")).collect();
    sets.sort();
    sets
}

on_both_engines! {
    /// J6: made by the program itself, once a day, on one of the replicas; one that was missed is made up for.
    async fn a_backup_is_made_every_day_by_the_program_itself(engine) {
        let (folder, place) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (settings, schemas) = settings(engine, folder.path()).await;
        let backup = app::settings::Backup {
            at: "02:30".to_owned(),
            folder: place.path().display().to_string(),
            keep: 1,
            ..settings.backup
        };
        let settings = Settings { backup, ..settings };
        let world = world();
        let open = async || House::open(settings.clone(), world.clone()).await.unwrap().start().await.unwrap();
        let mut replicas = vec![open().await];
        if engine == Engine::Postgres {
            replicas.push(open().await);
        }
        let run = async || {
            for replica in &replicas {
                replica.run_due().await.unwrap();
            }
        };
        run().await;
        assert_eq!(sets(place.path()), ["mediverse-20261123T000000.000Z"], "that of the night before was missed");
        let numbers = platform::telemetry::Metrics::install().unwrap();
        let gauges = app::backup::gauges(&settings, &replicas[0].house.master, &world.clock).unwrap();
        let age = async || {
            let text = numbers.clone().asking(vec![gauges.clone()]).read().await;
            let told = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<f64>().ok());
            (told("backup_age_seconds"), told("backup_keys_age_seconds"))
        };
        assert_eq!(age().await, (Some(0.0), Some(0.0)));
        world.clock.advance(SignedDuration::from_hours(19));
        run().await;
        assert_eq!(sets(place.path()), ["mediverse-20261123T000000.000Z"], "02:00 in Jakarta: not yet");
        assert_eq!(age().await.0, Some(19.0 * 3600.0));
        world.clock.advance(SignedDuration::from_mins(31));
        run().await;
        assert_eq!(sets(place.path()), ["mediverse-20261123T193100.000Z"], "and the old one goes");
        let keys = place.path().join("keys");
        let (_, findings) = verify(&replicas[0].house.master, &place.path().join(&sets(place.path())[0]), &keys).await.unwrap();
        assert!(findings.iter().all(|finding| !finding.failed), "{findings:?}");
        world.clock.advance(SignedDuration::from_mins(16));
        run().await;
        assert!(sets(&keys).contains(&"mediverse-20261123T194700.000Z".to_owned()), "keys every quarter of an hour");
        for replica in replicas {
            replica.stop().await;
        }
        drop(schemas);
    }
}

/// J6
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unsound_backup_of_the_day_removes_nothing_and_is_tried_again_later() {
    let app = App::start(Engine::Sqlite).await;
    let place = tempfile::tempdir().unwrap();
    let (mut settings, master) = (app.running.house.settings.clone(), app.running.house.master.clone());
    settings.backup.at = "02:30".to_owned();
    settings.backup.folder = place.path().display().to_string();
    settings.backup.keep = 1;
    let daily = Daily::of(&settings, &master).unwrap().unwrap();
    let at = |hours: i64| MORNING.parse::<jiff::Timestamp>().unwrap() + SignedDuration::from_hours(hours);
    let good = daily.look(at(0)).await.unwrap().unwrap();
    assert_eq!(daily.look(at(1)).await.unwrap(), None, "one a day");

    // A file of another moment than the others: things were heard that nobody had said.
    let (_, db) = app.running.house.databases().iter().find(|(name, _)| *name == "scheduling").unwrap();
    let shift = async |by: i64| {
        let shifted = db
            .write(async move |tx| tx.exec("update heard set n = n + $1 where class = 'profile'", &[&by]).await)
            .await
            .unwrap();
        assert!(shifted > 0);
    };
    shift(1_000).await;
    let refused = daily.look(at(24)).await.unwrap_err();
    assert!(refused.is_conflict("backup-unsound"), "{refused}");
    assert_eq!(sets(place.path()), [good.file_name().unwrap().to_str().unwrap()], "the last good one stays");
    assert_eq!(newest(&settings, &master, at(24)).await.unwrap(), Some(at(0)));
    assert!(place.path().join(".unsound-mediverse-20261124T000000.000Z").is_dir(), "for whoever wants to know why");
    shift(-1_000).await;
    assert_eq!(daily.look(at(24)).await.unwrap(), None, "not at once again");
    assert!(daily.look(at(25)).await.unwrap().is_some());
    assert!(!good.exists());
    app.close().await;
}
