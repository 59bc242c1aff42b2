//! What the super admin sees of a house of many processes, and of one that is not there.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use serde_json::{Value, json};
use testkit::topology::{Asker, Shape, until};

use crate::start;

const EVENT: &str = "evt_00000000000000000000000001";
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

/// An event that failed for good, of a kind nobody reacts to any more: tried again it goes.
const PARK: &str = "
    insert into waiting (id, source, class, subject, epoch, n, kind, payload, at, began, kept_at, attempts, due_at, reason, parked_at)
    values ('evt_00000000000000000000000001', 'scheduling', 'log', 'visit:apt_1', 1, 0, 'visit-told', '{}', now(), now(), now(), 8, now(), 'internal', now())";

/// The places of the house by the names of their processes; those that do not answer by their parts.
async fn places(operator: &Asker) -> BTreeMap<String, Value> {
    let services = operator.get("/api/v1/system/services").await.expect(200);
    let named = services.as_array().unwrap().iter().map(|place| {
        let name = place["state"]["name"].as_str().map_or_else(|| format!("silent {}", place["parts"]), str::to_owned);
        (name, place.clone())
    });
    named.collect()
}

async fn silent(operator: &Asker, what: &str) -> Vec<String> {
    let gathered = operator.get(&format!("/api/v1/system/{what}")).await.expect(200);
    gathered["silent"].as_array().unwrap().iter().map(|part| part.as_str().unwrap().to_owned()).collect()
}

/// H3, J1, J5
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_whole_house_is_seen_and_one_that_is_not_there_spoils_nothing() {
    let mut topology = start(Shape::Split).await;
    let operator = topology.signed_in("super_admin").await;
    let all: BTreeSet<String> = topology.names().into_iter().collect();
    let seen = places(&operator).await;
    assert_eq!(seen.keys().cloned().collect::<BTreeSet<_>>(), all, "every process, the gateway too");
    for (name, place) in &seen {
        let state = &place["state"];
        assert_eq!((&state["missing"], &state["roles"]), (&json!([]), &place["parts"]), "{name}");
        let context = !["web-1", "web-2", "gateway"].contains(&name.as_str());
        assert_eq!(state["databases"].as_array().is_some_and(|databases| !databases.is_empty()), context, "{name}");
    }
    assert!(silent(&operator, "parked").await.is_empty() && silent(&operator, "jobs").await.is_empty());

    // An event parked in one process is decided from another, by way of the gateway.
    let url = topology.database("directory").unwrap();
    let (database, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    database.batch_execute(PARK).await.unwrap();
    let parked = operator.get("/api/v1/system/parked").await.expect(200);
    assert_eq!((&parked["items"][0]["id"], &parked["items"][0]["hearer"]), (&json!(EVENT), &json!("directory")));
    let retry = format!("/api/v1/system/parked/directory/{EVENT}/retry");
    let patient = topology.signed_in("patient").await;
    assert_eq!(patient.post(&retry, &json!({})).await.status, 403);
    assert_eq!(operator.post(&retry, &json!({})).await.status, 202);
    until("the event is applied", async || {
        let left = operator.get("/api/v1/system/parked").await.expect(200);
        left["items"].as_array().unwrap().is_empty().then_some(())
    })
    .await;

    // One of two replicas is gone: shown as not answering; the other tells what both would.
    topology.process("scheduling-1").kill().await;
    let seen = places(&operator).await;
    assert!(seen.contains_key("scheduling-2") && !seen.contains_key("scheduling-1"));
    assert!(seen["silent [\"scheduling\"]"]["state"].is_null());
    assert_eq!(seen.len(), all.len());
    assert!(silent(&operator, "jobs").await.is_empty());

    // All of a part are gone: it is named, and the page is there all the same.
    topology.process("people").kill().await;
    assert_eq!(silent(&operator, "parked").await, ["people"]);
    assert_eq!(operator.post(&retry.replace("directory", "people"), &json!({})).await.status, 503);
    let html = [("accept", "text/html"), ("accept-language", "en")];
    let page = operator.send(Method::GET, "/system?lang=en", &html, None).await;
    let text = String::from_utf8_lossy(&page.body);
    assert!(page.status == 200 && text.contains("Does not answer"), "{} {text}", page.status);

    // What failed for want of it is found by its trace, whichever process wrote it.
    let traced = format!("00-{TRACE}-b7ad6b7169203331-01");
    let web = operator.at(topology.process("web-1").url());
    let asked = web.send(Method::GET, "/akun", &[("accept", "text/html"), ("traceparent", &traced)], None).await;
    assert!(asked.status >= 500, "{}", asked.status);
    let found = operator.get(&format!("/api/v1/system/logs?trace={TRACE}")).await.expect(200);
    let lines = found["items"].as_array().unwrap();
    assert!(!lines.is_empty() && lines.iter().all(|line| line["service"] == "web-1"), "{found}");
    assert!(found["silent"].as_array().unwrap().len() == 2, "{found}");

    topology.process("scheduling-1").start_again().await;
    topology.process("people").start_again().await;
    until("everybody answers again", async || {
        (places(&operator).await.len() == all.len() && silent(&operator, "parked").await.is_empty()).then_some(())
    })
    .await;
    topology.stop().await;
}
