//! The program as people start it: its commands, what they print, and how they end.
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;

fn mediverse(data: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mediverse"));
    command.args(args).arg("--data").arg(data).env("MEDIVERSE_LOG__FILTER", "error").stdin(Stdio::null());
    command.env_remove("LC_ALL").env_remove("LC_MESSAGES").env("LANG", "C.UTF-8");
    command
}

fn run(data: &Path, args: &[&str]) -> (i32, String) {
    told(mediverse(data, args).output().unwrap())
}

fn typed(data: &Path, args: &[&str], line: &str) -> (i32, String) {
    let mut child =
        mediverse(data, args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{line}").unwrap();
    told(child.wait_with_output().unwrap())
}

fn told(output: Output) -> (i32, String) {
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code().unwrap_or(-1), text)
}

/// A server that is ready, and its one line.
fn serving(data: &Path) -> (Child, Value) {
    let mut child = mediverse(data, &["serve", "--listen", "127.0.0.1:0", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (child, serde_json::from_str(&line).unwrap())
}

/// J9
#[test]
fn an_import_names_every_bad_row_keeps_the_good_ones_and_again_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let file = folder.path().join("facilities.csv");
    std::fs::write(
        &file,
        "name,zone,address,regency\nKlinik Contoh Satu,Asia/Makassar,Jl. Contoh 1,73.71\nKlinik Contoh Dua,Asia/Atlantis,Jl. Contoh 2,73.71\nKlinik Contoh Tiga,Asia/Jakarta,Jl. Contoh 3,31.74\n",
    )
    .unwrap();
    let import = ["import", "facilities", file.to_str().unwrap()];
    let (code, text) = run(&data, &import);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("3: zone: ") && text.contains("2 + 0 ~ 0 = 1 !"), "{text}");
    let (code, again) = run(&data, &import);
    assert_eq!(code, 1, "{again}");
    assert!(again.contains("0 + 0 ~ 2 = 1 !"), "{again}");
    let (code, text) = run(&data, &["import", "facilities", "/nowhere.csv"]);
    assert_eq!(code, 1);
    assert!(text.contains("/nowhere.csv"), "{text}");
}

/// J1
#[test]
fn a_server_answers_refuses_a_second_one_and_ends_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let (mut server, ready) = serving(folder.path());
    assert_eq!(ready["ready"], true);
    let (code, text) = run(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(code, 1);
    assert!(text.contains("Another mediverse") && text.contains("--data"), "{text}");
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    let said = told(mediverse(folder.path(), &serve).env("LANG", "id_ID.UTF-8").output().unwrap()).1;
    assert!(said.contains("Mediverse lain") && said.contains("--data"), "{said}");
    // The doctor looks beside it, without writing.
    let (code, findings) = run(folder.path(), &["doctor"]);
    assert_eq!(code, 0, "{findings}");
    assert!(findings.contains("ok    server") && findings.contains("ok    database scheduling"), "{findings}");
    assert!(findings.contains("ok    bus  0 parked"), "{findings}");
    let ended = Command::new("kill").args(["-TERM", &server.id().to_string()]).status().unwrap();
    assert!(ended.success() && server.wait().unwrap().success());
    assert!(!folder.path().join("auth.db-wal").exists(), "the log is folded into the file");
    assert_eq!(run(folder.path(), &["migrate"]).0, 0);
}

/// J1
#[test]
fn the_first_super_admin_is_made_and_the_recovery_key_is_confirmed() {
    let folder = tempfile::tempdir().unwrap();
    let make = ["admin", "create-super-admin", "--email", "super@contoh.example"];
    let (code, weak) = typed(folder.path(), &make, "12345");
    assert_eq!(code, 1);
    assert!(weak.contains("password"), "{weak}");
    let (code, made) = typed(folder.path(), &make, "jembatan-ampera-9-malam");
    assert_eq!(code, 0, "{made}");
    assert!(made.contains("acc_"), "{made}");
    assert_eq!(typed(folder.path(), &make, "jembatan-ampera-9-malam").0, 1, "the e-mail is taken");

    let (code, checked) = run(folder.path(), &["audit", "verify"]);
    assert_eq!(code, 0, "{checked}");
    assert!(checked.contains("lines fit. Receipt: "), "{checked}");
    let (code, forged) = run(folder.path(), &["audit", "verify", "--after", "AAAA"]);
    assert_eq!(code, 1);
    assert!(forged.contains("after: This does not come from an earlier check"), "{forged}");

    let (code, findings) = run(folder.path(), &["doctor"]);
    assert_eq!(code, 0, "{findings}");
    assert!(findings.contains("warn  recovery key"), "{findings}");
    let (_, recovery) = run(folder.path(), &["keys", "recovery"]);
    assert_eq!(
        typed(folder.path(), &["keys", "confirm"], &recovery.replacen(recovery.chars().next().unwrap(), "z", 1)).0,
        1
    );
    assert_eq!(typed(folder.path(), &["keys", "confirm"], &recovery).0, 0);
    let (_, findings) = run(folder.path(), &["doctor"]);
    assert!(!findings.contains("recovery key") && findings.contains("ok    database people"), "{findings}");
}

/// J1
#[test]
fn looking_at_an_empty_folder_makes_nothing_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let (code, findings) = run(folder.path(), &["doctor"]);
    assert_eq!(code, 1);
    assert!(findings.contains("holds no installation"), "{findings}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// J4
#[test]
fn the_description_is_printed_as_json() {
    let output = Command::new(env!("CARGO_BIN_EXE_mediverse")).arg("openapi").output().unwrap();
    assert!(output.status.success());
    let described: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(described["paths"]["/bookings"]["post"].is_object());
}

#[test]
fn slips_in_settings_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let (code, text) = run(folder.path(), &["migrate", "--set", "server.lisen=1"]);
    assert_eq!(code, 1);
    assert!(text.contains("server.listen"), "{text}");
}

/// J1, J3: a pair of keys for each role, made once; another one for a role that asks for it.
#[test]
fn keys_of_roles_are_made_once_and_exchanged_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let (data, keys) = (folder.path().join("data"), folder.path().join("keys"));
    let (code, text) = run(&data, &["keys", "services"]);
    assert!(code == 1 && text.contains("--to"), "{text}");
    let to = ["keys", "services", "--to", keys.to_str().unwrap()];
    let (code, text) = run(&data, &to);
    assert_eq!(code, 0, "{text}");
    for role in app::wiring::Part::ALL {
        for end in ["key", "pub"] {
            assert!(text.contains(&format!("{role}.{end}")) && keys.join(format!("{role}.{end}")).is_file(), "{role}");
        }
    }
    assert!(!data.exists(), "nothing is opened for it");
    let read = |name: &str| std::fs::read_to_string(keys.join(name)).unwrap();
    let (web, people) = (read("web.key"), read("people.key"));
    assert_eq!(run(&data, &to), (0, String::new()), "made once");
    let (code, text) = run(&data, &[&to[..], &["--anew", "web"]].concat());
    assert!(code == 0 && text.contains("web.key") && !text.contains("people"), "{text}");
    assert!(read("web.key") != web && read("people.key") == people);
    assert_eq!(read("web.pub").lines().count(), 2, "the one before is known until it is taken out");
    let (code, text) = run(&data, &[&to[..], &["--anew", "nobody"]].concat());
    assert!(code == 1 && text.contains("nobody"), "{text}");
}
