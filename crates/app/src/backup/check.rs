//! Whether unpacked files are whole, of this program, and of one moment.

use std::path::Path;

use platform::{Error, Result, db::Migration};
use rusqlite::Connection;

use super::{CONTEXTS, KEYS};

/// What was found, and whether it speaks against the backup.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The key of its sentence.
    pub what: &'static str,
    /// What it is about: a database.
    pub about: String,
    /// How many rows.
    pub count: i64,
    /// Whether the backup must not be used as it is.
    pub failed: bool,
}

/// Rows of scheduling that claim time for nothing, each a query.
const CLAIMS: [&str; 3] = [
    "select count(*) from scheduling.resource_claim c where not exists (select 1 from scheduling.appointment a where a.id = c.appointment)
        and not exists (select 1 from scheduling.hold h where h.id = c.appointment)",
    "select count(*) from scheduling.patient_claim c where not exists (select 1 from scheduling.appointment a where a.id = c.appointment)
        and not exists (select 1 from scheduling.hold h where h.id = c.appointment)",
    "select count(*) from scheduling.patient_day c where not exists (select 1 from scheduling.appointment a where a.id = c.appointment)",
];

/// Appointments of somebody whom people does not know and never forgot.
const OF_NOBODY: &str = "
    select count(*) from scheduling.appointment a where not exists (select 1 from people.patient p where p.id = a.patient)
        and not exists (select 1 from people.erasure_patient e where e.patient = a.patient)";

/// Looks into the files of a folder, `auth.db` and so on.
pub(super) fn check(folder: &Path) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    // A set of a version that had fewer contexts has fewer files; that none of its own is missing its manifest says.
    let contexts: Vec<&str> = CONTEXTS.into_iter().filter(|name| folder.join(format!("{name}.db")).exists()).collect();
    for database in contexts.iter().chain([&KEYS]) {
        let connection = Connection::open(folder.join(format!("{database}.db"))).map_err(|e| broken(database, &e))?;
        findings.push(whole(&connection, database)?);
        findings.push(known(&connection, database)?);
    }
    let connection = Connection::open_in_memory().map_err(|e| broken("memory", &e))?;
    for database in &contexts {
        let file = folder.join(format!("{database}.db"));
        let attach = format!("attach database ?1 as {database}");
        connection.execute(&attach, [file.to_string_lossy()]).map_err(|e| broken(database, &e))?;
    }
    let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(|e| broken("all", &e));
    let mut claims = 0;
    for sql in CLAIMS {
        claims += count(sql)?;
    }
    findings.push(found("backup-claims", "scheduling", claims));
    findings.push(found("backup-of-nobody", "scheduling", count(OF_NOBODY)?));
    for source in &contexts {
        findings.push(found("backup-numbers", source, count(&numbers(source))?));
        for hearer in &contexts {
            let ahead = count(&heard_facts(hearer, source))? + count(&heard_profiles(hearer, source))?;
            if ahead > 0 {
                findings.push(found("backup-ahead", hearer, ahead));
            }
        }
    }
    Ok(findings)
}

fn whole(connection: &Connection, database: &str) -> Result<Finding> {
    let told: String =
        connection.query_row("pragma integrity_check(1)", [], |row| row.get(0)).map_err(|e| broken(database, &e))?;
    let strangers: i64 = connection
        .query_row("select count(*) from pragma_foreign_key_check", [], |row| row.get(0))
        .map_err(|e| broken(database, &e))?;
    Ok(found("backup-whole", database, strangers + i64::from(told != "ok")))
}

/// Steps of the schema that this program does not know: a newer one made the backup.
fn known(connection: &Connection, database: &str) -> Result<Finding> {
    let own: &[Migration] = match database {
        "auth" => auth::MIGRATIONS,
        "people" => people::MIGRATIONS,
        "directory" => directory::MIGRATIONS,
        "scheduling" => scheduling::MIGRATIONS,
        "notifications" => notifications::MIGRATIONS,
        _ => return Ok(found("backup-schema", database, 0)),
    };
    let steps = [("bus", platform::bus::MIGRATIONS), ("jobs", platform::jobs::MIGRATIONS), (database, own)];
    let mut statement = connection.prepare("select context, name from _migration").map_err(|e| broken(database, &e))?;
    let applied = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).map_err(|e| broken(database, &e))?;
    let applied: Vec<(String, String)> = applied.collect::<rusqlite::Result<_>>().map_err(|e| broken(database, &e))?;
    let is_known = |(context, name): &&(String, String)| {
        steps.iter().any(|(of, steps)| of == context && steps.iter().any(|step| step.name == name))
    };
    let unknown = applied.iter().filter(|step| !is_known(step)).count();
    Ok(found("backup-schema", database, unknown as i64))
}

/// Facts with a number above that of their subject.
fn numbers(source: &str) -> String {
    format!(
        "select count(*) from {source}.outbox o join {source}.subject_number s on s.subject = o.subject
         where o.class = 'fact' and o.epoch = s.epoch and o.n > s.n"
    )
}

/// Facts that were heard and, as the source has it, not said: the files are of two moments.
fn heard_facts(hearer: &str, source: &str) -> String {
    format!(
        "select count(*) from {hearer}.heard h join {source}.subject_number s on s.subject = h.subject
         where h.source = '{source}' and h.class = 'fact' and h.epoch = s.epoch and h.n > s.n"
    )
}

fn heard_profiles(hearer: &str, source: &str) -> String {
    format!(
        "select count(*) from {hearer}.heard h join {source}.outbox o on o.subject = h.subject and o.class = 'profile'
         where h.source = '{source}' and h.class = 'profile' and h.epoch = o.epoch and h.n > o.n"
    )
}

fn found(what: &'static str, about: &str, count: i64) -> Finding {
    Finding { what, about: about.to_owned(), count, failed: count > 0 }
}

fn broken(database: &str, cause: &rusqlite::Error) -> Error {
    Error::internal(format_args!("{database} in the backup: {cause}"))
}
