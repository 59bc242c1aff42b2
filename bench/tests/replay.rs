//! A short replay of generated rows, on both engines.

use bench::replay::{self, Ask};
use bench::server::Engine;
use bench::visits;

async fn replays(engine: Engine) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("visits.csv");
    std::fs::write(&file, visits::generated(300)).expect("room for a file");
    let name = format!("replay_test_{}", std::process::id());
    let ask = Ask { file: &file, rows: None, engine, folder: folder.path(), name: &name };
    let outcome = replay::run(&ask).await.expect("a replay to its end");
    println!("{}\n{}", outcome.report, outcome.refused.join("\n"));
    assert!(outcome.differences.is_empty(), "{:#?}", outcome.differences);
    assert_eq!(outcome.refused.len(), 1, "the one row booked after its day: {:?}", outcome.refused);
    assert_eq!(outcome.told.appointments, 299);
}

/// C1, C3, C8, J4, J9
#[tokio::test]
async fn generated_appointments_are_booked_and_counted_as_the_file_says_on_sqlite() {
    replays(Engine::Sqlite).await;
}

/// C1, C3, C8, J4, J9
#[tokio::test]
async fn generated_appointments_are_booked_and_counted_as_the_file_says_on_postgres() {
    replays(Engine::Postgres).await;
}
