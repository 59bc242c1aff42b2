//! Route × role × another's object: who is answered what, kept in `docs/permissions.txt` so that a change is a diff
//! somebody reads. Objects belong to the patient, the doctor and the first clinic; "other" people have their own.

use std::{collections::BTreeMap, fmt::Write};

use serde_json::{Value, json};

use crate::{
    forms::Forms,
    health::operations,
    house::{App, Caller, email},
    journey::{booking, starts},
    on_both_engines,
};

/// Who asks, in the order of asking: owners after strangers, so that what a stranger must not do is not done yet.
const ACTORS: [(&str, &str); 8] = [
    ("guest", ""),
    ("other patient", "budi"),
    ("other doctor", "dokter2"),
    ("other admin", "admin2"),
    ("patient", "sari"),
    ("doctor", "dokter1"),
    ("admin", "admin1"),
    ("super admin", "super"),
];

/// Asked after all others, for they end the sign-in or the account.
const LAST: [&str; 2] = ["/api/v1/auth/logout", "/api/v1/me"];

/// What the objects of the matrix are called.
struct Objects {
    account: String,
    patient: String,
    member: String,
    appointment: String,
    exception: String,
    department: String,
    hold: String,
}

on_both_engines! {
    /// A4, J4
    async fn every_route_answers_every_role_as_written_down(engine) {
        let app = App::start(engine).await;
        let objects = objects(&app).await;
        let described = app.guest().get("/api/openapi.json").await.expect(200);
        let mut operations: Vec<_> = operations(&described).collect();
        operations.sort_by_key(|(method, path, _)| (LAST.contains(path), path.to_string(), *method));
        let mut callers = Vec::new();
        for (label, name) in ACTORS {
            callers.push((label, if name.is_empty() { app.guest() } else { app.sign_in(name).await }));
        }
        let mut table = format!("{:<7}{:<48}", "", "");
        for (label, _) in &callers {
            let _ = write!(table, " {label:>13}");
        }
        table.push('\n');
        for (method, path, operation) in operations {
            let _ = write!(table, "{:<7}{path:<48}", method.to_uppercase());
            for (turn, (_, caller)) in callers.iter().enumerate() {
                let status = ask(&app, caller, turn, &objects, &described, (method, path, operation)).await;
                let _ = write!(table, " {status:>13}");
            }
            table.push('\n');
        }
        app.close().await;
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/permissions.txt");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(file, &table).unwrap();
        }
        let kept = std::fs::read_to_string(file).unwrap_or_default();
        let differing: Vec<_> = table.lines().zip(kept.lines()).filter(|(now, kept)| now != kept).collect();
        assert!(table == kept, "UPDATE_DOCS=1 writes docs/permissions.txt anew; now and then differ in {differing:#?}");
    }
}

/// A patient with a child and a visit, another patient, a leave of the doctor, a department.
async fn objects(app: &App) -> Objects {
    let sari = app.sign_up("sari").await;
    app.sign_up("budi").await;
    app.settle().await;
    let owner = app.sign_in("sari").await;
    let mut child = crate::house::patient("anak");
    for name in ["email", "password"] {
        child.as_object_mut().unwrap().remove(name);
    }
    child["relation"] = json!("child");
    child["consent"] = json!(true);
    let member = owner.post("/api/v1/family", &child).await.expect(201);
    app.settle().await;
    let (offer, times) = starts(app, 0).await;
    let visit = owner.post("/bookings", &booking(&offer, times.last().unwrap(), &sari["patient"]["id"])).await.expect(201);
    let mut hold = offer.clone();
    hold["starts_at"] = json!(times[times.len() - 3]);
    let hold = owner.post("/api/v1/holds", &hold).await.expect(201);
    let leave = json!({ "doctor": app.doctors[0].id, "kind": "absent", "starts_at": "2026-12-24T00:00:00Z", "ends_at": "2026-12-25T00:00:00Z" });
    let leave = app.sign_in("admin1").await.post("/api/v1/exceptions", &leave).await.expect(201);
    let department = app.guest().get(&format!("/api/v1/facilities/{}/departments", app.facilities[0].id)).await.expect(200);
    let text = |value: &Value| value.as_str().expect("an id").to_owned();
    Objects {
        account: text(&sari["account"]["id"]),
        patient: text(&sari["patient"]["id"]),
        member: text(&member["id"]),
        appointment: text(&visit["id"]),
        exception: text(leave.get("exception").map_or(&leave["id"], |inner| &inner["id"])),
        department: text(&department[0]["id"]),
        hold: text(&hold["id"]),
    }
}

async fn ask(app: &App, caller: &Caller<'_>, turn: usize, objects: &Objects, described: &Value, (method, path, operation): (&str, &str, &Value)) -> u16 {
    let forms = Forms { described, known: known(app, turn, objects).await };
    let mut target = path.replace("{role}", "patient").replace("{hearer}", "people").replace("{id}", &id_for(app, path, objects));
    let query: Vec<String> = operation["parameters"].as_array().into_iter().flatten()
        .filter(|parameter| parameter["in"] == "query" && parameter["required"] == true)
        .filter_map(|parameter| {
            let name = parameter["name"].as_str()?;
            let value = forms.known.get(name).cloned().unwrap_or_else(|| if name == "year" { json!("2026") } else { json!("2026-12-01") });
            Some(format!("{name}={}", value.as_str().unwrap_or("2026-12-01")))
        })
        .collect();
    if !query.is_empty() {
        target = format!("{target}?{}", query.join("&"));
    }
    // A version nobody has: whoever may change it is told that it is stale, and nothing is changed.
    let version = [("if-match", "\"999999\"")];
    let body = forms.body(operation).map(|body| body.to_string());
    let fresh;
    let caller = if path == LAST[0] && turn > 0 {
        fresh = app.sign_in(ACTORS[turn].1).await;
        &fresh
    } else {
        caller
    };
    caller.send(&method.to_uppercase(), &target, &version, body).await.status.as_u16()
}

/// Values that are good, and others for each turn where there may be one only.
async fn known(app: &App, turn: usize, objects: &Objects) -> BTreeMap<&'static str, Value> {
    let practice = &app.doctors[0].practices[0];
    BTreeMap::from([
        ("facility", json!(practice.facility)),
        ("doctor", json!(app.doctors[0].id)),
        ("service", json!(practice.services[0].service)),
        ("mode", json!("in_person")),
        ("patient", json!(objects.patient)),
        ("starts_at", json!(start(app, turn).await)),
        ("complaint", json!("Demam sejak kemarin")),
        ("email", json!(email(&format!("baru{turn}")))),
        ("login", json!(email("tidak-ada"))),
        ("password", json!("jembatan-ampera-9-malam")),
        ("current", json!("bukan-kata-sandi")),
        ("refresh_token", json!("bukan-token")),
        ("no_nik_reason", json!("later")),
        ("birth_date", json!("1990-01-02")),
        ("relation", json!("sibling")),
        ("role", json!("patient")),
        ("sex", json!("female")),
        ("birth_place", json!("Makassar")),
        ("from", json!("2026-12-01")),
        ("until", json!("2026-12-05")),
        ("deed", json!("cancel")),
        ("reason", json!("Alasan contoh")),
        ("file", json!("csv")),
    ])
}

/// A free start on a day of its own, far from the other turns'.
async fn start(app: &App, turn: usize) -> String {
    let (_, times) = starts(app, 0).await;
    let mut days: Vec<&String> = Vec::new();
    for time in &times {
        if days.last().is_none_or(|last| last[..10] != time[..10]) {
            days.push(time);
        }
    }
    days.get(turn % days.len().max(1)).map_or_else(|| "2026-12-01T02:00:00Z".to_owned(), |time| (*time).clone())
}

/// The object a path is about.
fn id_for(app: &App, path: &str, objects: &Objects) -> String {
    let of = |part: &str| path.contains(part);
    if of("/users/") {
        objects.account.clone()
    } else if of("/patients/") {
        objects.patient.clone()
    } else if of("/family/") {
        objects.member.clone()
    } else if of("/appointments/") {
        objects.appointment.clone()
    } else if of("/exceptions/") {
        objects.exception.clone()
    } else if of("/holds/") {
        objects.hold.clone()
    } else if of("/departments/") {
        objects.department.clone()
    } else if of("/facilities/") {
        app.facilities[0].id.to_string()
    } else if of("/services/") {
        app.services[0][0].id.to_string()
    } else if of("/doctors/") {
        app.doctors[0].id.to_string()
    } else {
        "ses_00000000000000000000000000".to_owned()
    }
}
