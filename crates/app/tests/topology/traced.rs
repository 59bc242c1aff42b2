//! One booking is one trace, over all services that did something about it.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{Arc, Mutex},
};

use axum::{Json, Router, extract::State, routing::post};
use serde_json::{Value, json};
use testkit::topology::{Shape, Topology, until};
use tokio::net::TcpListener;

use crate::journey::{booking, offers, sign_up};

/// A span and whose it is.
#[derive(Debug, Clone)]
struct Step {
    service: String,
    name: String,
    trace: String,
    id: String,
    parent: Option<String>,
}

type Steps = Arc<Mutex<Vec<Step>>>;

/// Takes spans as a collector does.
async fn collector() -> (String, Steps) {
    async fn take(State(steps): State<Steps>, Json(body): Json<Value>) -> Json<Value> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        for resource in body["resourceSpans"].as_array().unwrap() {
            let service = text(&resource["resource"]["attributes"][0]["value"]["stringValue"]);
            for span in resource["scopeSpans"][0]["spans"].as_array().unwrap() {
                steps.lock().unwrap().push(Step {
                    service: service.clone(),
                    name: text(&span["name"]),
                    trace: text(&span["traceId"]),
                    id: text(&span["spanId"]),
                    parent: span["parentSpanId"].as_str().map(str::to_owned),
                });
            }
        }
        Json(json!({}))
    }
    let steps = Steps::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/v1/traces", post(take)).with_state(steps.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, steps)
}

/// H3, J5
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_booking_is_one_trace_over_all_services() {
    let (endpoint, steps) = collector().await;
    let program = Path::new(env!("CARGO_BIN_EXE_mediverse"));
    let topology = Topology::start_with(program, Shape::Split, &[("TRACE__ENDPOINT", &endpoint)]).await;
    let (sari, patient) = sign_up(&topology, "sari").await;
    let (offer, free) = offers(&sari).await;
    let booked = sari.post("/api/v1/appointments", &booking(&offer, &free[0], &patient)).await.expect(201);
    assert_eq!(booked["state"], "booked");

    let answered = |step: &Step| step.service.starts_with("scheduling") && step.name == "POST /api/v1/appointments";
    let of_booking = until("the booking's trace has come to its end", async || {
        let steps = steps.lock().unwrap();
        let trace = steps.iter().find(|step| answered(step))?.trace.clone();
        let mine: Vec<Step> = steps.iter().filter(|step| step.trace == trace).cloned().collect();
        let heard = |who: &str| mine.iter().any(|step| step.service == who && step.name.contains(" hears "));
        let whole =
            mine.iter().all(|step| step.parent.iter().all(|parent| mine.iter().any(|other| other.id == *parent)));
        (heard("auth") && whole).then_some(mine)
    })
    .await;
    let by_id: BTreeMap<&str, &Step> = of_booking.iter().map(|step| (step.id.as_str(), step)).collect();
    for step in &of_booking {
        let mut at = step;
        while let Some(parent) = &at.parent {
            at = by_id[parent.as_str()];
        }
        assert_eq!(at.service, "gateway", "{step:?} begins elsewhere");
    }
    let services: BTreeSet<&str> = of_booking.iter().map(|step| step.service.as_str()).collect();
    assert!(services.len() >= 3, "{services:?}");
    topology.stop().await;
}
