//! Route × role × another's object: who is answered what, kept in `docs/permissions.txt` so that a change is a diff
//! somebody reads. Objects belong to the patient, the doctor and the first clinic; "other" people have their own.

use std::{collections::BTreeMap, fmt::Write};

use serde_json::{Value, json};

use crate::{
    forms::Forms,
    health::operations,
    house::{App, Caller, email},
    journey::{booking, starts_within},
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

/// Looking comes before changing, and taking away at the end.
const ORDER: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// What the objects of the matrix are called.
pub struct Objects {
    account: String,
    patient: String,
    member: String,
    appointment: String,
    exception: String,
    /// A leave of the first doctor at the first clinic, without appointments in it.
    leave: String,
    department: String,
    /// A named role of staff.
    named_role: String,
    /// What the patient was told of the visit.
    notification: String,
    /// A free start of the first doctor on each day but the visit's.
    starts: Vec<String>,
    /// The hours of the second doctor.
    second: (Value, Vec<String>),
}

on_both_engines! {
    /// A4, J4
    async fn every_route_answers_every_role_as_written_down(engine) {
        let app = App::start(engine).await;
        let objects = objects(&app).await;
        let described = app.guest().get("/api/openapi.json").await.expect(200);
        let mut operations: Vec<_> = operations(&described).collect();
        operations.sort_by_key(|(method, path, _)| (LAST.contains(path), path.to_string(), ORDER.iter().position(|known| known == method)));
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
                let status = ask(&app, (caller, &callers[1].1), turn, &objects, &described, (method, path, operation)).await;
                let _ = write!(table, " {status:>13}");
            }
            table.push('\n');
            // What this route has changed is known everywhere before the next one is asked.
            app.settle().await;
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
pub async fn objects(app: &App) -> Objects {
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
    let (offer, times) = starts_within(app, 0, 31).await;
    let visit =
        owner.post("/bookings", &booking(&offer, times.last().unwrap(), &sari["patient"]["id"])).await.expect(201);
    let leave = json!({ "doctor": app.doctors[0].id, "kind": "absent", "starts_at": "2026-12-24T00:00:00Z", "ends_at": "2026-12-25T00:00:00Z" });
    let leave = app.sign_in("admin1").await.post("/api/v1/exceptions", &leave).await.expect(201);
    let away = json!({ "doctor": app.doctors[0].id, "facility": app.doctors[0].practices[0].facility,
        "starts_at": "2027-06-01T00:00:00Z", "ends_at": "2027-06-02T00:00:00Z" });
    let away = app.sign_in("admin1").await.post("/api/v1/leaves", &away).await.expect(201);
    let department =
        app.guest().get(&format!("/api/v1/facilities/{}/departments", app.facilities[0].id)).await.expect(200);
    app.settle().await;
    let told = owner.get("/api/v1/notifications").await.expect(200);
    let desk = json!({ "name": "Loket", "permissions": ["appointment.attend"] });
    let named_role = app.sign_in("super").await.post("/api/v1/roles/named", &desk).await.expect(201);
    let text = |value: &Value| value.as_str().expect("an id").to_owned();
    Objects {
        account: text(&sari["account"]["id"]),
        patient: text(&sari["patient"]["id"]),
        member: text(&member["id"]),
        appointment: text(&visit["id"]),
        exception: text(leave.get("exception").map_or(&leave["id"], |inner| &inner["id"])),
        leave: text(&away["id"]),
        named_role: text(&named_role["id"]),
        department: text(&department[0]["id"]),
        notification: text(&told["items"][0]["id"]),
        starts: one_a_day(&times[..times.len() - 1]),
        second: starts_within(app, 1, 31).await,
    }
}

async fn ask(
    app: &App,
    (caller, other): (&Caller<'_>, &Caller<'_>),
    turn: usize,
    objects: &Objects,
    described: &Value,
    (method, path, operation): (&str, &str, &Value),
) -> u16 {
    let forms = Forms { described, known: known(app, turn, path, objects) };
    let id = if path == "/api/v1/holds/{id}" {
        fresh_hold(other, &objects.second, turn).await
    } else {
        id_for(app, path, objects)
    };
    let target = path
        .replace("{role}", "patient")
        .replace("{hearer}", "people")
        .replace("{context}", "people")
        .replace("{what}", "regions")
        .replace("{file}", "unknown.ics")
        .replace("{date}", "2026-12-25")
        .replace("{id}", &id);
    let query: Vec<String> = operation["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|parameter| asked(&forms, parameter))
        .collect();
    let target = format!("{target}?{}", query.join("&"));
    // A version nobody has: whoever may change it is told that it is stale, and nothing is changed. Doctors are public,
    // so that strangers are told this too; there the version is right.
    let version = if path == "/api/v1/doctors/{id}" { "\"1\"" } else { "\"999999\"" };
    let mut headers = vec![("if-match", version)];
    let mut body = forms.body(operation);
    if let Some(exception) = body.as_mut().filter(|_| path == "/api/v1/exceptions").and_then(Value::as_object_mut) {
        exception.remove("facility");
    }
    let mut body = body.map(|body| body.to_string());
    if operation.pointer("/requestBody/content/text~1csv").is_some() {
        headers.push(("content-type", "text/csv"));
        body = Some("code,name\n73,Sulawesi Selatan\n".to_owned());
    }
    let fresh;
    let caller = if path == LAST[0] && turn > 0 {
        fresh = app.sign_in(ACTORS[turn].1).await;
        &fresh
    } else {
        caller
    };
    caller.send(&method.to_uppercase(), &target, &headers, body).await.status.as_u16()
}

/// A hold of the other patient, known by its id alone.
async fn fresh_hold(other: &Caller<'_>, (offer, times): &(Value, Vec<String>), turn: usize) -> String {
    let mut hold = offer.clone();
    hold["starts_at"] = json!(times[times.len() / 2 + turn]);
    other.post("/api/v1/holds", &hold).await.expect(201)["id"].as_str().expect("an id").to_owned()
}

/// What is required of a query, and the objects it may name.
fn asked(forms: &Forms<'_>, parameter: &Value) -> Option<String> {
    let name = parameter["name"].as_str().filter(|_| parameter["in"] == "query")?;
    let names_an_object = ["facility", "doctor", "service"].contains(&name);
    if parameter["required"] != true && !names_an_object {
        return None;
    }
    let value = forms.known.get(name).cloned().unwrap_or_else(|| forms.value_of(&parameter["schema"]));
    Some(format!("{name}={}", value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
}

/// Values that are good, and others for each turn where there may be one only.
pub fn known(app: &App, turn: usize, path: &str, objects: &Objects) -> BTreeMap<&'static str, Value> {
    let practice = &app.doctors[0].practices[0];
    let mut known = BTreeMap::from([
        ("facility", json!(practice.facility)),
        ("doctor", json!(app.doctors[0].id)),
        ("service", json!(practice.services[0].service)),
        ("mode", json!("in_person")),
        ("patient", json!(objects.patient)),
        ("starts_at", json!(objects.start(turn + if path == "/bookings" { ACTORS.len() } else { 0 }))),
        ("complaint", json!("Demam sejak kemarin")),
        ("name", json!({ "id": format!("Contoh Baru {turn}"), "en": format!("Sample {turn}") })),
        ("date", json!("2026-12-01")),
        ("email", json!(email(&format!("baru{turn}.{}", path.replace(['/', '{', '}'], "."))))),
        ("login", json!(email(&format!("tidak-ada{turn}{}", path.replace('/', "."))))),
        ("password", json!("jembatan-ampera-9-malam")),
        ("current", json!("bukan-kata-sandi")),
        ("refresh_token", json!("bukan-token")),
        ("no_nik_reason", json!("later")),
        ("birth_date", json!("1990-01-02")),
        ("relation", json!("sibling")),
        ("role", json!("patient")),
        ("sex", json!("female")),
        ("birth_place", json!("Makassar")),
        ("specialities", json!([app.doctors[0].specialities[0].id])),
        ("str_number", json!(format!("STR-CONTOH-{turn}{}", path.len()))),
        ("sip_number", json!(format!("SIP.CONTOH/{turn}"))),
        ("sip_until", json!("2028-01-01")),
        ("zone", json!("Asia/Makassar")),
        ("regency", json!("73.71")),
        ("weekday", json!(1)),
        ("year", json!(2026)),
        ("slug", json!(format!("bidang-{turn}"))),
        ("deed", json!("cancel")),
        ("reason", json!("Alasan contoh")),
        ("to", json!("fulfilled")),
        ("state", json!("fulfilled")),
        ("permissions", json!(["profile.own"])),
        ("reminders", json!([1440])),
    ]);
    let plain_name = ["/users", "/patients", "/family", "/doctors", "/doctor-registrations", "/roles/named"]
        .iter()
        .any(|part| path.contains(part));
    if plain_name || path == "/api/v1/facilities" || path == "/api/v1/facilities/{id}" {
        let letters = ["A", "B", "C", "D", "E", "F", "G", "H"];
        known.insert(
            "name",
            json!(format!("Contoh {} {}", if path.ends_with("{id}") { "Ubah" } else { "Baru" }, letters[turn])),
        );
    }
    if path == "/api/v1/departments/{id}" {
        known.insert("name", json!({ "id": format!("Contoh Ubah {turn}"), "en": format!("Changed {turn}") }));
    }
    if path == "/api/v1/doctors/{id}" {
        known.insert("account", json!(app.doctors[0].account));
    }
    if path.ends_with("/register") {
        known.remove("doctor");
    }
    if path.contains("/exceptions") {
        known.extend([("starts_at", json!("2027-05-01T02:00:00Z")), ("ends_at", json!("2027-05-01T04:00:00Z"))]);
        known.extend([("from", json!("2027-05-01T02:00:00Z")), ("until", json!("2027-05-02T02:00:00Z"))]);
    }
    if path.ends_with("/counts") {
        known.extend([("from", json!("2026-12-01")), ("until", json!("2026-12-05"))]);
    }
    if path == "/api/v1/leaves" {
        let day = |n: usize| json!(format!("2027-07-{:02}T00:00:00Z", 2 * turn + n));
        known.extend([("starts_at", day(1)), ("ends_at", day(2))]);
    }
    if path == "/api/v1/leaves/{id}/decision" {
        known.insert("appointment", json!(objects.appointment));
    }
    if path == "/api/v1/schedules/preview" {
        // Its own `from` is a date, that of the sessions in it an hour: what fits each is made.
        known.insert("until", json!("12:00"));
    } else if path.starts_with("/api/v1/schedules") || path.contains("/doctor") {
        known.extend([("from", json!("09:00")), ("until", json!("12:00"))]);
    }
    known
}

impl Objects {
    /// A free start of the first doctor on a day of its own, far from the other turns'.
    fn start(&self, turn: usize) -> &str {
        &self.starts[turn % self.starts.len()]
    }
}

/// The first start of each day.
fn one_a_day(times: &[String]) -> Vec<String> {
    let mut days: Vec<String> = Vec::new();
    for time in times {
        if days.last().is_none_or(|last| last[..10] != time[..10]) {
            days.push(time.clone());
        }
    }
    days
}

/// The object a path is about.
pub fn id_for(app: &App, path: &str, objects: &Objects) -> String {
    let of = |part: &str| path.contains(part);
    if of("/users/") || of("/super-admin-grants/") {
        objects.account.clone()
    } else if of("/patients/") {
        objects.patient.clone()
    } else if of("/family/") {
        objects.member.clone()
    } else if of("/appointments/") {
        objects.appointment.clone()
    } else if of("/exceptions/") {
        objects.exception.clone()
    } else if of("/leaves/") {
        objects.leave.clone()
    } else if of("/notifications/") {
        objects.notification.clone()
    } else if of("/roles/named/") {
        objects.named_role.clone()
    } else if of("/departments/") {
        objects.department.clone()
    } else if of("/facilities/") {
        app.facilities[0].id.to_string()
    } else if of("/services/") {
        app.services[0][0].id.to_string()
    } else if of("/doctors/") {
        app.doctors[0].id.to_string()
    } else if of("/specialities/") {
        app.doctors[0].specialities[0].id.to_string()
    } else {
        "ses_00000000000000000000000000".to_owned()
    }
}
