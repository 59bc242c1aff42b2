//! Setting up facilities through the API: a facility, its consultation, a doctor with a licence, hours and a policy.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::client::{Client, text};

/// The zone of every facility here: eight hours before UTC, without summer time.
pub const ZONE: &str = "Asia/Makassar";
/// Its offset, for clocks and starts.
pub const OFFSET: &str = "+08:00";

/// What a facility needs to be booked.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Name.
    pub name: String,
    /// Opening and closing time, `07:00:00`.
    pub hours: (String, String),
    /// Minutes of a visit.
    pub minutes: i64,
    /// Visits at the same time.
    pub capacity: u16,
    /// Consultations of a patient a day; 0 is without limit.
    pub daily_limit: u16,
}

/// What is booked: the ids that a booking names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The facility.
    pub facility: String,
    /// The service.
    pub service: String,
    /// The doctor.
    pub doctor: String,
}

impl Offer {
    /// The body of a booking.
    pub fn booking(&self, start: &str, patient: &str, complaint: &str) -> Vec<u8> {
        let Self { facility, service, doctor } = self;
        // Ids and times need no escaping; complaints here have none to escape.
        format!(
            r#"{{"facility":"{facility}","service":"{service}","doctor":"{doctor}","mode":"in_person","starts_at":"{start}","patient":"{patient}","complaint":"{complaint}"}}"#
        )
        .into_bytes()
    }

    /// The query that asks for its free times.
    pub fn query(&self) -> String {
        let Self { facility, service, doctor } = self;
        format!("facility={facility}&service={service}&doctor={doctor}&mode=in_person")
    }
}

/// Adds a facility with one doctor, open every day, and answers what can be booked there.
pub async fn open(head: &mut Client, number: usize, wanted: &Wanted) -> Result<Offer> {
    let facility = json!({
        "name": wanted.name, "zone": ZONE, "address": format!("Jalan {number}"), "regency": "73.71",
        "latitude": null, "longitude": null, "phone": null, "bpjs": true, "active": true,
    });
    let facility = text(&head.post("/api/v1/facilities", &facility).await?, "id")?;
    let service = json!({
        "facility": facility, "kind": "consultation", "name": { "id": "Konsultasi", "en": "Consultation" },
        "duration_minutes": wanted.minutes, "price": 50_000, "modes": ["in_person"],
    });
    let service = text(&head.post("/api/v1/services", &service).await?, "id")?;
    let doctor = json!({
        "name": format!("dr. {}", wanted.name), "sex": "female", "specialities": [general_practice(head).await?],
        "str_number": format!("STR-{number:06}"), "practices": [{
            "facility": facility, "services": [{ "service": service, "fee": null }],
            "sip_number": format!("SIP-{number:06}"), "sip_until": "2099-12-31", "hours": [],
        }],
    });
    let doctor = text(&head.post("/api/v1/doctors", &doctor).await?, "id")?;
    let offer = Offer { facility, service, doctor };
    set_hours(head, &offer, wanted).await?;
    set_policy(head, &offer.facility, wanted).await?;
    Ok(offer)
}

async fn general_practice(head: &mut Client) -> Result<String> {
    let all = head.get("/api/v1/specialities").await?;
    let found = all.as_array().into_iter().flatten().find(|speciality| speciality["slug"] == "umum");
    text(found.context("no speciality `umum`")?, "id")
}

async fn set_hours(head: &mut Client, offer: &Offer, wanted: &Wanted) -> Result<()> {
    let day = |weekday: u8| {
        json!({
            "weekday": weekday, "from": wanted.hours.0, "until": wanted.hours.1, "valid_from": "2000-01-01",
            "slot_minutes": wanted.minutes, "capacity": wanted.capacity, "modes": ["in_person"],
        })
    };
    let form =
        json!({ "facility": offer.facility, "doctor": offer.doctor, "hours": (1..=7).map(day).collect::<Vec<_>>() });
    once_heard(head, "PUT", "/api/v1/schedules", "", &form).await?;
    Ok(())
}

/// No notice, a horizon of 210 days and open on holidays, as these clinics were.
async fn set_policy(head: &mut Client, facility: &str, wanted: &Wanted) -> Result<()> {
    let path = format!("/api/v1/facilities/{facility}/policy");
    let mut policy = head.get(&path).await?;
    let version = policy["version"].as_i64().context("the policy has no version")?;
    for (field, value) in [
        ("book_notice_minutes", json!(0)),
        ("horizon_days", json!(210)),
        ("same_day_cut_off", Value::Null),
        ("daily_limit", json!(wanted.daily_limit)),
        ("max_upcoming", json!(0)),
        ("closed_on_holidays", json!(false)),
        ("closed_on_collective_leave", json!(false)),
    ] {
        policy[field] = value;
    }
    once_heard(head, "PUT", &path, &format!("if-match: \"{version}\"\r\n"), &policy).await?;
    Ok(())
}

/// Asks until scheduling has heard of what directory was told a moment ago.
pub(crate) async fn once_heard(head: &mut Client, method: &str, path: &str, more: &str, body: &Value) -> Result<Value> {
    let body = serde_json::to_vec(body)?;
    let begun = Instant::now();
    let mut again = interval(Duration::from_millis(10));
    again.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        again.tick().await;
        let reply = head.ask(method, path, more, &body).await?;
        match reply.status {
            200..300 => return Ok(reply.body),
            404 | 422 if begun.elapsed() < Duration::from_secs(20) => {}
            status => bail!("{method} {path}: {status} {}", reply.body),
        }
    }
}

/// Waits until each offer shows free times: then everything needed for booking was heard.
pub async fn until_bookable(client: &mut Client, offers: &[Offer]) -> Result<()> {
    for offer in offers {
        let path = format!("/api/v1/free-times?{}&days=3", offer.query());
        let begun = Instant::now();
        let mut again = interval(Duration::from_millis(10));
        again.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            again.tick().await;
            let reply = client.ask("GET", &path, "", b"").await?;
            if reply.status == 200 && reply.body["earliest"].is_string() {
                break;
            }
            if begun.elapsed() > Duration::from_secs(30) {
                bail!("not bookable after 30 s: {path}: {} {}", reply.status, reply.body);
            }
        }
    }
    Ok(())
}
