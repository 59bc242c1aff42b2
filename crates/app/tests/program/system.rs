//! What the super admin sees of the house, and decides: events that were parked, jobs that are dead, logs by trace id.

use platform::{
    db::{Db, Engine},
    telemetry::{self, LogFormat},
    trace::{Here, Kind, Span, within},
};
use serde_json::{Value, json};
use testkit::topology::until;

use crate::{
    house::{App, Caller},
    on_both_engines,
};

const EVENT: &str = "evt_00000000000000000000000001";
const OTHER: &str = "evt_00000000000000000000000002";
const JOB: &str = "job_00000000000000000000000001";
const OTHER_JOB: &str = "job_00000000000000000000000002";

/// An event that failed for good, of a kind nobody reacts to any more: tried again it goes.
const PARK: &str = "
    insert into waiting (id, source, class, subject, epoch, n, kind, payload, at, began, kept_at, attempts, due_at, reason, parked_at)
    values ($1, 'scheduling', 'log', 'visit:apt_1', 1, 0, 'visit-told', '{\"name\":\"Ayu\"}', $2, $2, $2, 8, $2, 'internal', $2)";
const BURY: &str = "
    insert into job (id, kind, payload, due_at, state, attempts, asked, last_error, created_at, ended_at)
    values ($1, 'retell-availability', 'null', $2, 'dead', 15, 0, 'late', $2, $2)";

fn database(app: &App, context: &str) -> Db {
    let found = app.running.house.databases().iter().find(|(name, _)| *name == context);
    found.map(|(_, db)| db.clone()).unwrap()
}

async fn plant(app: &App, context: &str, sql: &'static str, id: &'static str) {
    let now = app.running.house.world.clock.now();
    database(app, context).write(async move |tx| tx.exec(sql, &[&id, &now]).await).await.unwrap();
}

fn ids(gathered: &Value) -> Vec<&str> {
    gathered["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect()
}

/// The audit lines of an action, each with its reason.
async fn audited(app: &App, asker: &Caller<'_>, action: &str) -> Vec<(String, Value)> {
    app.settle().await;
    let lines = asker.get(&format!("/api/v1/audit?action={action}")).await.expect(200);
    let lines = lines["items"].as_array().unwrap().iter();
    lines.map(|line| (line["object"].as_str().unwrap().to_owned(), line["reason"].clone())).collect()
}

on_both_engines! {
    /// H3, A8
    async fn a_parked_event_is_seen_tried_again_or_dropped_for_a_reason(engine) {
        let app = App::start(engine).await;
        let operator = app.sign_in("super").await;
        assert_eq!(operator.get("/api/v1/system/parked").await.expect(200), json!({ "items": [], "silent": [] }));
        plant(&app, "people", PARK, EVENT).await;
        plant(&app, "directory", PARK, OTHER).await;
        let seen = operator.get("/api/v1/system/parked").await.expect(200);
        assert_eq!(ids(&seen), [EVENT, OTHER]);
        assert_eq!((&seen["items"][0]["hearer"], &seen["items"][0]["reason"]), (&json!("people"), &json!("internal")));
        assert!(!seen.to_string().contains("Ayu"), "what an event holds is not told");

        let retry = format!("/api/v1/system/parked/people/{EVENT}/retry");
        assert_eq!(app.guest().post(&retry, &json!({})).await.status, 401);
        assert_eq!(app.sign_in("admin1").await.post(&retry, &json!({})).await.status, 403);
        assert_eq!(operator.post(&retry.replace("people", "directory"), &json!({})).await.status, 404, "not parked there");
        assert_eq!(operator.post(&retry.replace("people", "elsewhere"), &json!({})).await.status, 404);
        assert_eq!(operator.post(&retry, &json!({})).await.status, 202);
        until("it is applied, as nothing", async || {
            let left = operator.get("/api/v1/system/parked").await.expect(200);
            (ids(&left) == [OTHER]).then_some(())
        })
        .await;

        let drop = format!("/api/v1/system/parked/directory/{OTHER}/drop");
        let refused = operator.post(&drop, &json!({ "reason": "  " })).await.expect(422);
        assert_eq!(refused["errors"][0]["field"], "reason");
        assert_eq!(operator.post(&drop, &json!({ "reason": "x".repeat(301) })).await.status, 422);
        assert_eq!(operator.post(&drop, &json!({ "reason": "Ganda" })).await.status, 204);
        assert_eq!(operator.post(&drop, &json!({ "reason": "Ganda" })).await.status, 404, "it is done");
        assert_eq!(audited(&app, &operator, "event.retry").await, [(EVENT.to_owned(), Value::Null)]);
        assert_eq!(audited(&app, &operator, "event.drop").await, [(OTHER.to_owned(), json!("Ganda"))]);
        app.close().await;
    }

    /// H3, A8
    async fn a_dead_job_runs_again_or_is_let_go(engine) {
        let app = App::start(engine).await;
        let operator = app.sign_in("super").await;
        plant(&app, "scheduling", BURY, JOB).await;
        plant(&app, "scheduling", BURY, OTHER_JOB).await;
        let of_scheduling = async || {
            let jobs = operator.get("/api/v1/system/jobs").await.expect(200);
            let contexts = jobs["items"].as_array().unwrap().clone();
            contexts.into_iter().find(|jobs| jobs["context"] == "scheduling").unwrap()
        };
        let jobs = of_scheduling().await;
        assert_eq!(jobs["dead"], 2);
        assert_eq!((&jobs["items"][0]["id"], &jobs["items"][0]["last_error"]), (&json!(JOB), &json!("late")));

        let retry = format!("/api/v1/system/jobs/scheduling/{JOB}/retry");
        assert_eq!(app.sign_in("admin1").await.post(&retry, &json!({})).await.status, 403);
        assert_eq!(operator.post(&retry.replace("scheduling", "people"), &json!({})).await.status, 404);
        assert_eq!(operator.post(&retry, &json!({})).await.status, 202);
        assert_eq!(operator.post(&retry, &json!({})).await.status, 404, "it is dead no more");
        app.running.run_due().await.unwrap();
        let drop = format!("/api/v1/system/jobs/scheduling/{OTHER_JOB}/drop");
        assert_eq!(operator.post(&drop, &json!({ "reason": "Sudah dikerjakan" })).await.status, 204);
        let jobs = of_scheduling().await;
        assert_eq!((&jobs["dead"], &jobs["due"], &jobs["items"]), (&json!(0), &json!(0), &json!([])), "it has run");
        assert_eq!(audited(&app, &operator, "job.retry").await, [(JOB.to_owned(), Value::Null)]);
        assert_eq!(audited(&app, &operator, "job.drop").await, [(OTHER_JOB.to_owned(), json!("Sudah dikerjakan"))]);
        app.close().await;
    }

    /// H3, J5
    async fn one_process_tells_how_it_is(engine) {
        let app = App::start(engine).await;
        for who in ["admin1", "dokter1"] {
            assert_eq!(app.sign_in(who).await.get("/api/v1/system/services").await.status, 403, "{who}");
        }
        assert_eq!(app.guest().get("/api/v1/system/services").await.status, 401);
        plant(&app, "people", PARK, EVENT).await;
        let operator = app.sign_in("super").await;
        let services = operator.get("/api/v1/system/services").await.expect(200);
        assert_eq!(services.as_array().unwrap().len(), 1);
        let state = &services[0]["state"];
        assert_eq!((&state["roles"], &state["missing"]), (&json!(["all"]), &json!([])));
        assert_eq!(state["version"], env!("CARGO_PKG_VERSION"));
        let databases = state["databases"].as_array().unwrap();
        for database in databases {
            let levels = database["levels"].as_array().unwrap();
            assert!(!levels.is_empty() && levels.iter().all(|level| level["applied"] == level["known"]), "{database}");
            assert_eq!(database["pool"].is_null(), engine == Engine::Sqlite);
            assert_eq!(database["behind"].is_null(), database["name"] == "keys");
        }
        let people = databases.iter().find(|database| database["name"] == "people").unwrap();
        assert_eq!(people["behind"]["parked"], 1);

        let page = operator.send("GET", "/system?lang=en", &[("accept", "text/html"), ("accept-language", "en")], None).await;
        let html = String::from_utf8(page.body).unwrap();
        assert_eq!(page.status, 200);
        assert!(html.contains("One event waits for a decision") && html.contains("href=\"/system/parked\""));
        for path in ["/system/parked", "/system/jobs", "/system/logs"] {
            assert_eq!(operator.send("GET", path, &[("accept", "text/html")], None).await.status, 200, "{path}");
            let other = app.sign_in("admin1").await;
            assert_eq!(other.send("GET", path, &[("accept", "text/html")], None).await.status, 403, "{path}");
        }
        app.close().await;
    }

    /// J5
    async fn the_lines_of_a_trace_are_found_by_it(engine) {
        telemetry::init(LogFormat::Json, "warn").unwrap();
        let app = App::start(engine).await;
        let trace = Span::begin(Kind::Server, "GET /x", None, &platform::Clock::System).trace();
        let here = Here { trace, request_id: "req_00000000000000000000000007".into() };
        within(here, async {
            tracing::warn!(left = 3, "room is short");
            tracing::error!("room is gone");
        })
        .await;
        tracing::warn!("of something else");
        let operator = app.sign_in("super").await;
        for wish in [trace.id(), "req_00000000000000000000000007".to_owned()] {
            let found = operator.get(&format!("/api/v1/system/logs?trace={wish}")).await.expect(200);
            let lines = found["items"].as_array().unwrap();
            let said: Vec<_> = lines.iter().map(|line| line["message"].as_str().unwrap()).collect();
            assert_eq!(said, ["room is short", "room is gone"], "{wish}");
            assert_eq!((&lines[0]["fields"]["left"], &lines[0]["level"]), (&json!("3"), &json!("WARN")));
        }
        let all = operator.get("/api/v1/system/logs").await.expect(200);
        assert!(all["items"].as_array().unwrap().iter().any(|line| line["message"] == "of something else"));
        let refused = operator.get("/api/v1/system/logs?trace=Ayu").await.expect(422);
        assert_eq!(refused["errors"][0]["field"], "trace");
        assert_eq!(app.sign_in("admin1").await.get("/api/v1/system/logs").await.status, 403);
        app.close().await;
    }
}
