//! `mediverse backup`, `restore` and `reconcile` as people type them, also where the program is killed in the middle.
#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

fn mediverse(data: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mediverse"));
    command.args(args).arg("--data").arg(data).env("MEDIVERSE_LOG__FILTER", "error").stdin(Stdio::null());
    command.env_remove("LC_ALL").env_remove("LC_MESSAGES").env("LANG", "C.UTF-8");
    command
}

fn run(data: &Path, args: &[&str]) -> (i32, String) {
    let output = mediverse(data, args).output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code().unwrap_or(-1), text)
}

/// The entries of a folder whose names begin so.
fn named(folder: &Path, begin: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> =
        entries.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(begin)).collect();
    found.sort();
    found
}

/// J6
#[test]
fn a_backup_is_made_looked_at_and_brought_back_by_three_commands() {
    let place = tempfile::tempdir().unwrap();
    let (data, to) = (place.path().join("data"), place.path().join("backups"));
    assert_eq!(run(&data, &["migrate"]).0, 0);
    let (code, text) = run(&data, &["backup"]);
    assert!(code == 1 && text.contains("--to"), "{text}");
    let to_arg = to.to_str().unwrap();
    for _ in 0..3 {
        let (code, text) = run(&data, &["backup", "--to", to_arg, "--keep", "2", "--verify"]);
        assert!(code == 0 && text.contains("Writers waited"), "{text}");
    }
    let sets = named(&to, "mediverse-");
    assert_eq!(sets.len(), 2, "older ones go");
    let set = sets[1].to_str().unwrap();
    let (code, text) = run(&data, &["restore", "--verify", "--from", set]);
    assert!(
        code == 0 && text.contains("can be restored") && text.contains("ok    database people: the file is whole"),
        "{text}"
    );

    let fresh = place.path().join("fresh");
    let restore = ["restore", "--from", set];
    let (code, text) = run(&fresh, &restore);
    assert!(code == 1 && text.contains("master.key is not there"), "{text}");
    assert_eq!(run(&place.path().join("other"), &["migrate"]).0, 0);
    std::fs::create_dir(&fresh).unwrap();
    let key = |from: &Path| std::fs::copy(from.join("master.key"), fresh.join("master.key")).unwrap();
    key(&place.path().join("other"));
    let (code, text) = run(&fresh, &restore);
    assert!(code == 1 && text.contains("sealed with another key") && text.contains("keys restore"), "{text}");
    assert_eq!(named(&fresh, "").len(), 1, "nothing was left behind");
    key(&data);
    let (code, text) = run(&fresh, &restore);
    assert!(code == 0 && text.contains("is back. Forgotten again: 0"), "{text}");
    let (code, text) = run(&fresh, &restore);
    assert!(code == 1 && text.contains("is in the way"), "{text}");
    let (code, text) = run(&fresh, &["reconcile"]);
    assert!(code == 0 && text.contains("ok    patient of people in scheduling"), "{text}");
    let (code, text) = run(&data, &["backup", "--keys-only", "--to", to_arg]);
    assert!(code == 0 && named(&to.join("keys"), "mediverse-").len() == 4, "{text}");
}

/// J6
#[test]
fn a_backup_that_is_killed_leaves_those_before_as_they_were() {
    let place = tempfile::tempdir().unwrap();
    let (data, to) = (place.path().join("data"), place.path().join("backups"));
    assert_eq!(run(&data, &["migrate"]).0, 0);
    let backup = ["backup", "--to", to.to_str().unwrap(), "--keep", "100"];
    assert_eq!(run(&data, &backup).0, 0);
    let first = named(&to, "mediverse-").remove(0);
    for _ in 0..5 {
        let mut child = mediverse(&data, &backup).stdout(Stdio::null()).spawn().unwrap();
        while named(&to, ".partial-").is_empty() && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        let _ = child.kill();
        child.wait().unwrap();
    }
    let sets = named(&to, "mediverse-");
    assert!(sets.contains(&first));
    for set in sets {
        let (code, text) = run(&data, &["restore", "--verify", "--from", set.to_str().unwrap()]);
        assert_eq!(code, 0, "{}: {text}", set.display());
    }
    let (code, text) = run(&data, &backup);
    assert_eq!(code, 0, "{text}");
    assert!(named(&to, ".partial-").is_empty() && named(&data, ".backup").is_empty(), "what was half done is gone");
}
