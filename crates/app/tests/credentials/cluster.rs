//! A PostgreSQL cluster that ends with its test.

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

/// A running cluster.
pub struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    pub port: u16,
}

/// The server's programs; none where there are none.
pub fn programs() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> =
        fs::read_dir("/usr/lib/postgresql").ok()?.filter_map(|entry| Some(entry.ok()?.path().join("bin"))).collect();
    versions.sort();
    let found = versions.pop().filter(|folder| folder.join("initdb").is_file());
    if found.is_none() {
        eprintln!("not tested: no server of PostgreSQL is installed under /usr/lib/postgresql");
    }
    found
}

/// A folder that the server's user may use; it refuses to run as root.
pub fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    folder
}

impl Cluster {
    /// Makes a cluster. The superuser comes by the socket without a password, everybody else by TCP with one.
    pub fn make(programs: &Path, folder: &Path, settings: &str) -> Self {
        let made = Self::at(programs, folder);
        let data = folder.display().to_string();
        run(made.program("initdb").args([
            "--auth-local=trust",
            "--auth-host=scram-sha-256",
            "--no-sync",
            "-U",
            "postgres",
            "-D",
            &data,
        ]));
        made.set(settings);
        made
    }

    /// A cluster whose files are there already.
    pub fn at(programs: &Path, folder: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { programs: programs.to_owned(), folder: folder.to_owned(), port }
    }

    pub fn set(&self, settings: &str) {
        let file = self.folder.join("postgresql.conf");
        let sockets = self.folder.parent().unwrap().display();
        let own = format!(
            "port = {}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '{sockets}'\nfsync = off\n",
            self.port
        );
        let before = fs::read_to_string(&file).unwrap();
        fs::write(file, format!("{before}\n{own}{settings}\n")).unwrap();
    }

    pub fn start(&self) {
        let log = self.folder.with_extension("log");
        run(self.program("pg_ctl").args(["-w", "-t", "60", "-D"]).arg(&self.folder).arg("-l").arg(log).arg("start"));
    }

    /// Ends it in order: what is written is archived before.
    pub fn stop(&self) {
        run(self.program("pg_ctl").args(["-w", "-m", "fast", "-D"]).arg(&self.folder).arg("stop"));
    }

    /// One of its programs, as the user it runs as.
    pub fn program(&self, name: &str) -> Command {
        let mut command = Command::new("setpriv");
        // Only root can become another; anybody else is no root and may run a server.
        let root = fs::metadata("/proc/self").is_ok_and(|about| std::os::unix::fs::MetadataExt::uid(&about) == 0);
        if root {
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]);
        }
        command.arg(self.programs.join(name)).current_dir("/").env("PGHOST", self.folder.parent().unwrap());
        command.env("PGPORT", self.port.to_string()).env("PGUSER", "postgres").stdout(std::process::Stdio::null());
        command
    }

    /// The superuser's connection to a database, by the socket.
    pub async fn connect(&self, database: &str) -> tokio_postgres::Client {
        let mut config = tokio_postgres::Config::new();
        config.host_path(self.folder.parent().unwrap()).port(self.port).user("postgres").dbname(database);
        let (client, connection) = config.connect(tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let mut stop = self.program("pg_ctl");
        let _ = stop
            .args(["-m", "immediate", "-D"])
            .arg(&self.folder)
            .arg("stop")
            .stderr(std::process::Stdio::null())
            .status();
    }
}

#[track_caller]
pub fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
