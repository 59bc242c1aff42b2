//! The real program, killed in the middle of bookings.

use bench::faults::kill_in_the_middle;
use bench::server::Engine;

async fn survives(engine: Engine, count: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let name = format!("kill_test_{count}_{}", std::process::id());
    let outcome = kill_in_the_middle(folder.path(), &name, engine, count).await.expect("nothing lost, nothing double");
    println!("{outcome:?}");
    assert_eq!((outcome.appointments, outcome.heard), (count, count));
}

/// C3, J1
#[tokio::test]
async fn killed_in_the_middle_of_bookings_nothing_is_lost_or_double_on_sqlite() {
    survives(Engine::Sqlite, 1_500).await;
}

/// C3
#[tokio::test]
async fn killed_in_the_middle_of_bookings_nothing_is_lost_or_double_on_postgres() {
    survives(Engine::Postgres, 1_500).await;
}

/// C3, J1
#[tokio::test]
#[ignore = "long: part of `cargo xtask test --full`"]
async fn killed_in_the_middle_of_ten_thousand_bookings_nothing_is_lost_or_double_on_sqlite() {
    survives(Engine::Sqlite, 10_000).await;
}

/// C3
#[tokio::test]
#[ignore = "long: part of `cargo xtask test --full`"]
async fn killed_in_the_middle_of_ten_thousand_bookings_nothing_is_lost_or_double_on_postgres() {
    survives(Engine::Postgres, 10_000).await;
}
