//! A base backup and the archived log bring a server back to the moment before a mistake.

use std::fs;

use platform::{
    bus,
    db::{Db, DbOptions},
};

use crate::cluster::{Cluster, folder, programs, run};

/// J6
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_goes_back_to_the_moment_before_a_mistake() {
    let Some(programs) = programs() else { return };
    let place = folder();
    let (archive, base) = (place.path().join("archive"), place.path().join("base"));
    let lost = Cluster::make(&programs, &place.path().join("data"), "");
    let mut make = std::process::Command::new("install");
    run(make.args(["-d", "-m", "777"]).arg(&archive));
    lost.set(&format!("wal_level = replica\narchive_mode = on\narchive_command = 'cp %p {}/%f'\n", archive.display()));
    lost.start();
    let admin = lost.connect("postgres").await;
    admin.batch_execute("create role scheduling login password 'x'").await.unwrap();
    admin.batch_execute("create database scheduling owner scheduling").await.unwrap();
    let url = |port: u16| format!("postgres://scheduling:x@127.0.0.1:{port}/scheduling");
    let db = Db::open(&url(lost.port), DbOptions { pool: 2, ..DbOptions::default() }).await.unwrap();
    db.migrate("bus", bus::MIGRATIONS).await.unwrap();
    db.migrate("jobs", platform::jobs::MIGRATIONS).await.unwrap();
    db.migrate("scheduling", scheduling::MIGRATIONS).await.unwrap();
    run(lost.program("pg_basebackup").args(["--wal-method=stream", "--checkpoint=fast", "-D"]).arg(&base));

    let holiday = "insert into holiday (date, name_id, name_en, collective_leave) values ($1, 'x', 'x', true)";
    db.write(async move |tx| tx.exec(holiday, &[&"2026-12-24"]).await).await.unwrap();
    let moment: String = admin.query_one("select clock_timestamp()::text", &[]).await.unwrap().get(0);
    db.write(async |tx| tx.exec("delete from holiday", &[]).await).await.unwrap();
    db.write(async move |tx| tx.exec(holiday, &[&"2026-12-31"]).await).await.unwrap();
    db.close().await;
    lost.stop();
    fs::remove_dir_all(place.path().join("data")).unwrap();

    let again = Cluster::at(&programs, &base);
    again.set(&format!(
        "archive_mode = off\nrestore_command = 'cp {}/%f %p'\nrecovery_target_time = '{moment}'\nrecovery_target_action = 'promote'\n",
        archive.display()
    ));
    fs::write(base.join("recovery.signal"), "").unwrap();
    again.start();
    let admin = again.connect("postgres").await;
    while admin.query_one("select pg_is_in_recovery()", &[]).await.unwrap().get(0) {
        tokio::task::yield_now().await;
    }
    let db = Db::open(&url(again.port), DbOptions { pool: 2, ..DbOptions::default() }).await.unwrap();
    let kept: Vec<(String,)> = db.read(async |tx| tx.all("select date from holiday", &[]).await).await.unwrap();
    assert_eq!(kept, [("2026-12-24".to_owned(),)], "what was there before the mistake, nothing of after it");
    assert_eq!(db.write(async |tx| bus::raise_epoch(tx).await).await.unwrap(), 2);
    db.close().await;
}
