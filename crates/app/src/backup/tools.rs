//! PostgreSQL's own tools, told where a database is by their environment, so that no password is in a list of processes.

use std::{
    io::Read,
    path::PathBuf,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use platform::{
    Error, Result,
    db::{Encryption, backup::Place},
};

/// A tool at work.
pub(super) struct Tool {
    name: &'static str,
    child: Child,
}

/// Dumps a database, or the context's schema in it, as it was at a snapshot.
pub(super) fn dump(place: &Place, snapshot: Option<&str>) -> Result<Tool> {
    let mut command = told("pg_dump", place)?;
    command.args(["--format=custom", "--no-owner", "--no-privileges"]);
    if let Some(schema) = &place.schema {
        command.arg(format!("--schema={schema}"));
    }
    if let Some(snapshot) = snapshot {
        command.arg(format!("--snapshot={snapshot}"));
    }
    Tool::start("pg_dump", command.stdin(Stdio::null()).stdout(Stdio::piped()))
}

/// Fills an empty database from a dump that is written to it.
pub(super) fn fill(place: &Place) -> Result<Tool> {
    let mut command = told("pg_restore", place)?;
    command.args(["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]);
    command.arg(format!("--dbname={}", place.database));
    Tool::start("pg_restore", command.stdin(Stdio::piped()).stdout(Stdio::null()))
}

/// Reads a dump through without a database: whether it is whole.
pub(super) fn look() -> Result<Tool> {
    let mut command = Command::new(find("pg_restore")?);
    command.args(["--file=-"]).stderr(Stdio::piped());
    Tool::start("pg_restore", command.stdin(Stdio::piped()).stdout(Stdio::null()))
}

impl Tool {
    fn start(name: &'static str, command: &mut Command) -> Result<Self> {
        let child = command.spawn().map_err(|e| Error::internal(format_args!("{name}: {e}")))?;
        Ok(Self { name, child })
    }

    /// What it says.
    pub(super) fn output(&mut self) -> Result<ChildStdout> {
        self.child.stdout.take().ok_or_else(|| Error::internal("a tool says nothing"))
    }

    /// What it is told.
    pub(super) fn input(&mut self) -> Result<ChildStdin> {
        self.child.stdin.take().ok_or_else(|| Error::internal("a tool hears nothing"))
    }

    /// Ends it before it is done: what it had begun it undoes.
    pub(super) fn stop(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Waits for its end; fails with its words.
    pub(super) fn end(mut self) -> Result<()> {
        let mut words = String::new();
        if let Some(said) = self.child.stderr.take() {
            let _ = said.take(4096).read_to_string(&mut words);
        }
        let status = self.child.wait().map_err(Error::internal)?;
        if status.success() { Ok(()) } else { Err(Error::internal(format_args!("{}: {}", self.name, words.trim()))) }
    }
}

fn told(name: &'static str, place: &Place) -> Result<Command> {
    let mut command = Command::new(find(name)?);
    command.env("PGHOST", &place.host).env("PGPORT", place.port.to_string()).env("PGUSER", &place.user);
    command.env("PGDATABASE", &place.database).env("PGAPPNAME", "mediverse-backup").stderr(Stdio::piped());
    command.env("PGSSLMODE", place.encryption.word());
    match (&place.authority, place.encryption) {
        (Some(file), _) => drop(command.env("PGSSLROOTCERT", file)),
        (None, Encryption::VerifyCa | Encryption::VerifyFull) => drop(command.env("PGSSLROOTCERT", "system")),
        _ => {}
    }
    if let Some(password) = &place.password {
        command.env("PGPASSWORD", password);
    }
    Ok(command)
}

/// In the path, or where Debian keeps it: the newest.
fn find(name: &'static str) -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path().join("bin"))).collect())
        .unwrap_or_default();
    versions.sort();
    let found = std::env::split_paths(&path).chain(versions.into_iter().rev()).map(|folder| folder.join(name));
    found.into_iter().find(|file| file.is_file()).ok_or_else(|| Error::conflict("backup-no-tool").with("tool", name))
}
