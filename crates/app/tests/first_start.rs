//! The first start of a house in earnest: `mediverse init`, then `mediverse serve`, as people type them.
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use std::{
    io::{BufRead, BufReader, Read as _, Write},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;
use testkit::{db::Empty, topology::Asker};

const EMAIL: &str = "kepala@contoh.example";
const PASSWORD: &str = "jembatan-ampera-9-malam";

/// The program in a folder of its own, without what the machine's environment says of it.
fn mediverse(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mediverse"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("MEDIVERSE_")) {
        command.env_remove(name);
    }
    command.args(args).current_dir(folder).env("MEDIVERSE_LOG__FILTER", "error").stdin(Stdio::null());
    command.env_remove("LC_ALL").env_remove("LC_MESSAGES").env("LANG", "C.UTF-8");
    command
}

fn told(output: Output) -> (i32, String) {
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code().unwrap_or(-1), text)
}

/// By a script: flags, and the password in the environment.
fn init(folder: &Path, more: &[&str]) -> (i32, String) {
    let args = [&["init", "--yes", "--config", "etc/klinik.toml", "--email", EMAIL][..], more].concat();
    told(mediverse(folder, &args).env("MEDIVERSE_INIT_PASSWORD", PASSWORD).output().unwrap())
}

/// A server that is ready, and where.
fn serving(folder: &Path, args: &[&str]) -> (Child, String) {
    let args = [&["serve", "--json", "--listen", "127.0.0.1:0", "--set", "server.public_url="][..], args].concat();
    let mut child = mediverse(folder, &args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let ready: Value = serde_json::from_str(&line).unwrap();
    (child, ready["url"].as_str().unwrap().to_owned())
}

/// Ends it in order; answers what it had to complain of.
fn ended(mut server: Child) -> String {
    assert!(Command::new("kill").args(["-TERM", &server.id().to_string()]).status().unwrap().success());
    assert!(server.wait().unwrap().success());
    let mut complaints = String::new();
    server.stderr.take().unwrap().read_to_string(&mut complaints).unwrap();
    complaints
}

async fn a_house_is_started_from_nothing(database: &str) {
    let folder = tempfile::tempdir().unwrap();
    let facility = ["--facility", "Klinik Contoh Losari", "--city", "makassar", "--address", "Jl. Contoh 1, Makassar"];
    let address = ["--database", database, "--public-url", "https://klinik.example/"];
    let (code, text) = init(folder.path(), &[&facility[..], &address].concat());
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("Klinik Contoh Losari in Kota Makassar is open"), "{text}");
    assert!(text.contains("recovery text") && text.contains("mediverse serve --config etc/klinik.toml"), "{text}");
    assert!(text.contains("server.trusted_proxies") && text.contains("mail.host"), "{text}");

    let file = folder.path().join("etc/klinik.toml");
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(written.contains("public_url = \"https://klinik.example\""), "{written}");
    for secret in std::fs::read_dir(file.parent().unwrap()).unwrap() {
        let secret = secret.unwrap().metadata().unwrap();
        let own = if secret.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(secret.permissions().mode() & 0o777, own);
    }

    // Once more: nothing is asked, made or written twice.
    let (code, again) = init(folder.path(), &[&facility[..], &address].concat());
    assert_eq!(code, 0, "{again}");
    assert!(again.contains("stays as it is") && again.contains("Somebody runs this house already"), "{again}");
    assert!(again.contains("There is a facility already") && !again.contains("recovery text"), "{again}");
    for other in [["--public-url", "https://lain.example"], ["--database", "sqlite:elsewhere"], ["--listen", "[::]:1"]]
    {
        let (code, text) = init(folder.path(), &other);
        assert!(code == 1 && text.contains("It is not overwritten"), "{other:?}: {text}");
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), written);
    assert!(!folder.path().join("elsewhere").exists());

    // From anywhere: the file names its places from the root on.
    let elsewhere = tempfile::tempdir().unwrap();
    let (server, url) = serving(elsewhere.path(), &["--config", file.to_str().unwrap()]);
    let admin = Asker::guest(&url).sign_in(EMAIL, PASSWORD).await;
    let facilities = admin.get("/api/v1/facilities").await.expect(200);
    let (zone, code) = (&facilities["items"][0]["zone"], &facilities["items"][0]["regency"]);
    assert_eq!((zone.as_str(), code.as_str()), (Some("Asia/Makassar"), Some("73.71")), "{facilities}");
    assert_eq!(ended(server), "", "nothing is left to be asked for");
    assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 0);
}

/// J1
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_house_is_started_from_nothing_on_sqlite() {
    a_house_is_started_from_nothing("sqlite:var/data").await;
}

/// J1
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_house_is_started_from_nothing_on_postgres() {
    let database = Empty::new().await;
    a_house_is_started_from_nothing(&database.url).await;
}

/// J1: what cannot be taken is asked again, in the language of whoever types.
#[test]
fn answers_are_asked_for_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = mediverse(folder.path(), &["init"])
        .env("LANG", "id_ID.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let answers = [
        "mysql://u@h/d",
        "sqlite:data", // the database
        "klinik.example",
        "", // the address
        EMAIL,
        "12345",
        EMAIL,
        PASSWORD, // who runs the house
        "Klinik Contoh",
        "Bandung", // two are called so
        "Klinik Contoh",
        "Kota Bandung",
        "Jl. Contoh 2",
        "", // the facility
    ];
    child.stdin.take().unwrap().write_all((answers.join("\n") + "\n").as_bytes()).unwrap();
    let (code, text) = told(child.wait_with_output().unwrap());
    assert_eq!(code, 0, "{text}");
    for said in [
        "Persiapan pertama",
        "[sqlite:data]",
        "bukan alamat basis data",
        "klinik.example bukan alamat",
        "password: ",
        "Pakai kodenya",
        "[Asia/Jakarta]",
        "Klinik Contoh di Kota Bandung sudah dibuka",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(!text.contains(PASSWORD), "{text}");
    assert!(folder.path().join("mediverse.toml").is_file() && folder.path().join("data/master.key").is_file());
}

/// J1: a walk that is cut off goes on where it was; what is missing is named.
#[test]
fn what_is_missing_is_named_with_its_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let (code, text) = told(mediverse(folder.path(), &["init", "--yes"]).output().unwrap());
    assert!(code == 1 && text.contains("--email is missing"), "{text}");
    let (code, text) = told(mediverse(folder.path(), &["init"]).output().unwrap());
    assert!(code == 1 && text.contains("The answers ended"), "{text}");
    let (code, text) = told(mediverse(folder.path(), &["serve", "--config", "nowhere.toml"]).output().unwrap());
    assert!(code == 1 && text.contains("mediverse init --config nowhere.toml"), "{text}");
    let away = ["serve", "--set", "database.url=postgres://nobody@127.0.0.1:1/none", "--set", "keys.file=k"];
    let (code, text) = told(mediverse(folder.path(), &away).output().unwrap());
    assert!(code == 1 && text.contains("Check database.url"), "{text}");
    let (server, _) = serving(folder.path(), &["--config", "mediverse.toml"]);
    assert!(ended(server).contains("Nobody runs this house yet"));
    let args = ["init", "--yes", "--email", EMAIL];
    let (code, text) = told(mediverse(folder.path(), &args).env("MEDIVERSE_INIT_PASSWORD", PASSWORD).output().unwrap());
    assert!(code == 0 && text.contains("runs the house now") && text.contains("No facility yet"), "{text}");
    assert!(!text.contains(PASSWORD));
}
