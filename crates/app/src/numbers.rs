//! Numbers that are looked up when somebody asks for them: how far buses and jobs are behind, connections, holds. They
//! stand in the databases, so every replica of a role tells the same; dashboards take the largest, never the sum.

use std::sync::Arc;

use platform::{Clock, bus, db::Db, jobs, telemetry::Gauges};
use scheduling::SchedulingContext;

/// Says once what runs here.
pub fn build(roles: &str) {
    metrics::gauge!("build_info", "version" => env!("CARGO_PKG_VERSION"), "roles" => roles.to_owned()).set(1.0);
}

/// The gauges of these contexts' databases; `keys` has neither bus nor jobs.
pub fn gauges(databases: &[(&'static str, Db)], clock: &Clock) -> Vec<Gauges> {
    databases
        .iter()
        .map(|(name, db)| {
            let (name, db, clock) = (*name, db.clone(), clock.clone());
            Gauges::new(move || look(name, db.clone(), clock.clone()))
        })
        .collect()
}

/// The open holds.
pub fn holds(scheduling: &Arc<SchedulingContext>, clock: &Clock) -> Gauges {
    let (scheduling, clock) = (scheduling.clone(), clock.clone());
    Gauges::new(move || {
        let (scheduling, now) = (scheduling.clone(), clock.now());
        async move {
            if let Ok(open) = scheduling.open_holds(now).await {
                metrics::gauge!("holds_open").set(open as f64);
            }
        }
    })
}

/// What one database tells. Where it does not answer, the numbers stay as they were, and `ready_check` says why.
async fn look(name: &'static str, db: Db, clock: Clock) {
    let tally = db.tally();
    metrics::counter!("db_units_total", "database" => name).absolute(tally.units);
    metrics::counter!("db_commits_total", "database" => name).absolute(tally.commits);
    if let Some(pool) = db.pool() {
        metrics::gauge!("db_pool_in_use", "database" => name).set(pool.in_use as f64);
        metrics::gauge!("db_pool_size_max", "database" => name).set(pool.most as f64);
        metrics::gauge!("db_pool_waiting", "database" => name).set(pool.waiting as f64);
    }
    if name == "keys" {
        return;
    }
    if let Ok(bus) = bus::numbers(&db, clock.now()).await {
        metrics::gauge!("bus_outbox_unsent", "source" => name).set(bus.unsent as f64);
        metrics::gauge!("bus_outbox_oldest_seconds", "source" => name).set(bus.oldest.as_secs_f64());
        metrics::gauge!("bus_waiting", "hearer" => name).set(bus.waiting as f64);
        metrics::gauge!("bus_parked", "hearer" => name).set(bus.parked as f64);
    }
    if let Ok(jobs) = jobs::numbers(&db, clock.now()).await {
        metrics::gauge!("jobs_due", "context" => name).set(jobs.due as f64);
        metrics::gauge!("jobs_oldest_due_seconds", "context" => name).set(jobs.oldest.as_secs_f64());
        metrics::gauge!("jobs_dead", "context" => name).set(jobs.dead as f64);
    }
}
