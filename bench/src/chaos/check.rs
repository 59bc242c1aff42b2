//! What must be so when all is quiet again: read from the databases beside the program, and asked of its API.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Context, Result};
use jiff::Timestamp;
use tokio_postgres::{Client, types::ToSql};

use super::engines::until;
use super::network::{CONTEXTS, Network};
use super::patient::{Patient, Visit};

/// How long everything said may take to be heard, once nobody asks any more.
const QUIET: Duration = Duration::from_mins(3);
/// Who keeps copies by which profiles: source, kind, hearer.
const PROFILES: [(&str, &str, &str); 6] = [
    ("scheduling", "scheduling.availability_changed.v1", "directory"),
    ("directory", "directory.facility_changed.v1", "scheduling"),
    ("directory", "directory.service_changed.v1", "scheduling"),
    ("directory", "directory.doctor_changed.v1", "scheduling"),
    ("people", "people.patient_changed.v1", "scheduling"),
    ("auth", "auth.account_opened.v1", "people"),
];
/// Who hears which facts, each of them: source, how its subjects begin, hearer.
const FACTS: [(&str, &str, &str); 1] = [("scheduling", "apt_", "notifications")];

fn facts() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    FACTS.into_iter().filter(|(_, _, hearer)| CONTEXTS.contains(hearer))
}

/// What one context owns and another keeps copies of: table, owner, keeper.
const COPIES: [(&str, &str, &str); 4] = [
    ("facility", "directory", "scheduling"),
    ("service", "directory", "scheduling"),
    ("doctor", "directory", "scheduling"),
    ("patient", "people", "scheduling"),
];

/// The databases, read past every link.
pub struct Databases(BTreeMap<&'static str, Client>);

impl Databases {
    /// Connects.
    pub async fn of(network: &Network) -> Result<Self> {
        let mut clients = BTreeMap::new();
        for context in CONTEXTS {
            clients.insert(context, network.postgres.connect(context).await?);
        }
        Ok(Self(clients))
    }

    async fn number(&self, context: &str, sql: &str) -> Result<i64> {
        Ok(self.0[context].query_one(sql, &[]).await.with_context(|| format!("{context}: {sql}"))?.get(0))
    }

    async fn texts(&self, context: &str, sql: &str, with: &[&(dyn ToSql + Sync)]) -> Result<Vec<Vec<String>>> {
        let rows = self.0[context].query(sql, with).await.with_context(|| format!("{context}: {sql}"))?;
        Ok(rows.iter().map(|row| (0..row.len()).map(|at| row.get(at)).collect()).collect())
    }

    /// Spoils what was kept, in each way the checker is there for: whoever checks then must complain.
    pub async fn spoil(&self) -> Result<()> {
        const ONE: &str = "(select id from appointment where state = 'booked' order by id limit 1)";
        for (context, sql) in [
            ("scheduling", format!("update appointment set version = version + 1 where id = {ONE}")),
            ("scheduling", format!("delete from patient_claim where appointment = {ONE}")),
            ("scheduling", "delete from appointment where id = (select max(id) from appointment)".to_owned()),
            ("auth", "delete from heard_log where id = (select max(id) from heard_log)".to_owned()),
            (
                "auth",
                "update audit_line set object = 'another' where id = (select max(id) from audit_line \
                      where action = 'appointment.book')"
                    .to_owned(),
            ),
            (
                "directory",
                "update heard set n = n - 1 where class = 'profile' and subject = \
                           (select max(subject) from heard where class = 'profile')"
                    .to_owned(),
            ),
            ("scheduling", "delete from doctor where id = (select max(id) from doctor)".to_owned()),
        ] {
            self.0[context].batch_execute(&sql).await.with_context(|| format!("{context}: {sql}"))?;
        }
        Ok(())
    }

    /// Events not sent or heard and not applied, parked ones among them.
    pub async fn open_events(&self) -> Result<i64> {
        let mut open = 0;
        for context in CONTEXTS {
            open += self.number(context, "select count(*) from outbox where sent_at is null").await?;
            open += self.number(context, "select count(*) from waiting where parked_at is null").await?;
        }
        // Sent is not yet heard: each line has its row in the trail, each profile its number at its hearer.
        open += self.unheard_lines().await?.len() as i64;
        for (source, kind, hearer) in PROFILES {
            open += self.unheard_profiles(source, kind, hearer).await?.len() as i64;
        }
        for (source, begins, hearer) in facts() {
            open += self.unheard_facts(source, begins, hearer).await?.len() as i64;
        }
        Ok(open)
    }

    /// Subjects of which a hearer has not heard the last fact.
    async fn unheard_facts(&self, source: &str, begins: &str, hearer: &str) -> Result<Vec<String>> {
        const SAID: &str = "select subject, epoch || '.' || n from subject_number where starts_with(subject, $1)";
        const HEARD: &str = "select subject, epoch || '.' || n from heard where class = 'fact' and source = $1";
        let heard: BTreeSet<Vec<String>> = self.texts(hearer, HEARD, &[&source]).await?.into_iter().collect();
        let said = self.texts(source, SAID, &[&begins]).await?;
        Ok(said.into_iter().filter(|row| !heard.contains(row)).map(|row| row.join(" ")).collect())
    }

    async fn unheard_lines(&self) -> Result<BTreeSet<String>> {
        let mut said = BTreeSet::new();
        for context in CONTEXTS {
            let rows = self.texts(context, "select id from outbox where class = 'log'", &[]).await?;
            said.extend(rows.into_iter().flatten());
        }
        for row in self.texts("auth", "select id from heard_log", &[]).await? {
            said.remove(&row[0]);
        }
        Ok(said)
    }

    async fn unheard_profiles(&self, source: &str, kind: &str, hearer: &str) -> Result<Vec<String>> {
        const SAID: &str = "select subject, epoch || '.' || n from outbox where class = 'profile' and kind = $1";
        const HEARD: &str = "select subject, epoch || '.' || n from heard where class = 'profile' and source = $1";
        let heard: BTreeSet<Vec<String>> = self.texts(hearer, HEARD, &[&source]).await?.into_iter().collect();
        let said = self.texts(source, SAID, &[&kind]).await?;
        Ok(said.into_iter().filter(|row| !heard.contains(row)).map(|row| row.join(" ")).collect())
    }
}

/// Waits until everything said was heard, or nothing moves any more.
pub async fn quiet(databases: &Databases) -> Result<()> {
    until("everything said was heard", QUIET, async || Ok(databases.open_events().await? == 0)).await
}

/// Everything that is not as it must be, in words; nothing where all is well.
pub async fn faults(network: &Network, databases: &Databases, patients: &mut [Patient]) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    visits(databases, patients, &mut faults).await?;
    times(databases, &mut faults).await?;
    events(databases, patients, &mut faults).await?;
    copies(databases, &mut faults).await?;
    for patient in patients {
        patient.look_again().await?;
    }
    trail(network, &mut faults).await?;
    Ok(faults)
}

/// The audit trail is whole from its first line to its signed end, stretch by stretch.
async fn trail(network: &Network, faults: &mut Vec<String>) -> Result<()> {
    let mut admin = network.super_admin().await?;
    let mut verdict = admin.get("/api/v1/audit/verify").await?;
    loop {
        match (verdict["broken_at"].is_null(), verdict["complete"].as_bool(), verdict["head"].as_str()) {
            (true, Some(true), _) => return Ok(()),
            (true, Some(false), Some(head)) => {
                verdict = admin.get(&format!("/api/v1/audit/verify?after={head}")).await?;
            }
            _ => {
                faults.push(format!("the audit trail is broken: {verdict}"));
                return Ok(());
            }
        }
    }
}

/// Every 201 is there once, as last answered; nothing is there that nobody was answered.
async fn visits(databases: &Databases, patients: &[Patient], faults: &mut Vec<String>) -> Result<()> {
    const ROWS: &str = "select id, patient, doctor, state, version::text, starts_at::text from appointment";
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for found in databases.texts("scheduling", ROWS, &[]).await? {
        let [id, patient, doctor, state, version, start] =
            <[String; 6]>::try_from(found).ok().context("six columns")?;
        let start = start.replacen(' ', "T", 1).parse::<Timestamp>().with_context(|| start.clone())?;
        rows.insert(id, Row { patient, doctor, state, version: version.parse()?, start });
    }
    for patient in patients {
        for visit in &patient.visits {
            match rows.remove(&visit.id) {
                None => faults.push(format!("{visit:?} was answered with 201 and is not there")),
                Some(row) if visit.unsure || row.is(visit, &patient.id) => {}
                Some(row) => faults.push(format!("{visit:?} is there as {row:?}")),
            }
        }
        // Bookings refused after an unanswered try may be there, each once.
        for (doctor, start) in &patient.unsure {
            let done =
                rows.iter().find(|(_, row)| row.patient == patient.id && row.doctor == *doctor && row.start == *start);
            if let Some(id) = done.map(|(id, _)| id.clone()) {
                rows.remove(&id);
            }
        }
    }
    faults.extend(rows.iter().map(|(id, row)| format!("{id} is there and was answered to nobody: {row:?}")));
    Ok(())
}

#[derive(Debug)]
struct Row {
    patient: String,
    doctor: String,
    state: String,
    version: i64,
    start: Timestamp,
}

impl Row {
    fn is(&self, visit: &Visit, patient: &str) -> bool {
        self.patient == patient
            && self.doctor == visit.doctor
            && self.start == visit.start
            && self.version == visit.version
            && (self.state != "cancelled") == visit.live
    }
}

/// No time twice, every visit has its time, and no time is kept for nobody.
async fn times(databases: &Databases, faults: &mut Vec<String>) -> Result<()> {
    const LIVE: &str = "state in ('held', 'pending', 'awaiting_payment', 'booked', 'arrived', 'in_progress')";
    let questions = [
        (
            "pairs of visits of one doctor at one time",
            format!(
                "select count(*) from appointment a join appointment b on a.doctor = b.doctor and a.id < b.id
                 and a.starts_at < b.ends_at and b.starts_at < a.ends_at where a.{LIVE} and b.{LIVE}"
            ),
        ),
        (
            "pairs of visits of one patient at one time",
            format!(
                "select count(*) from appointment a join appointment b on a.patient = b.patient and a.id < b.id
                 and a.starts_at < b.ends_at and b.starts_at < a.ends_at where a.{LIVE} and b.{LIVE}"
            ),
        ),
        (
            "visits without exactly one time of their doctor's and one of their patient's",
            format!(
                "select count(*) from appointment a where {LIVE} and (1 <> (select count(*) from resource_claim c
                 where c.appointment = a.id and c.starts_at <= a.starts_at and c.ends_at >= a.ends_at)
                 or 1 <> (select count(*) from patient_claim c where c.appointment = a.id))"
            ),
        ),
        (
            "times kept for visits that are not",
            format!(
                "select (select count(*) from resource_claim c where not exists
                 (select 1 from appointment a where a.id = c.appointment and {LIVE}))
                 + (select count(*) from patient_claim c where not exists
                 (select 1 from appointment a where a.id = c.appointment and {LIVE}))"
            ),
        ),
        (
            "changes that the history of a visit misses",
            "select count(*) from appointment a where a.version - 1 <>
             (select count(*) from appointment_change c where c.appointment = a.id)"
                .to_owned(),
        ),
    ];
    for (what, sql) in questions {
        let count = databases.number("scheduling", &sql).await?;
        if count != 0 {
            faults.push(format!("{count} {what}"));
        }
    }
    Ok(())
}

/// Everything said was sent, heard by whoever hears it, exactly once, to the last number, and nothing is parked.
async fn events(databases: &Databases, patients: &[Patient], faults: &mut Vec<String>) -> Result<()> {
    for context in CONTEXTS {
        for (what, sql) in [
            ("events not sent", "select count(*) from outbox where sent_at is null"),
            ("events parked", "select count(*) from waiting where parked_at is not null"),
            ("events that wait for one before them", "select count(*) from waiting where parked_at is null"),
        ] {
            let count = databases.number(context, sql).await?;
            if count != 0 {
                faults.push(format!("{context}: {count} {what}"));
            }
        }
        numbers(databases, context, faults).await?;
    }
    let unheard = databases.unheard_lines().await?;
    if let Some(first) = unheard.first() {
        faults.push(format!("{} lines for the audit trail were not heard, the first: {first}", unheard.len()));
    }
    for (source, kind, hearer) in PROFILES {
        let unheard = databases.unheard_profiles(source, kind, hearer).await?;
        if let Some(first) = unheard.first() {
            faults.push(format!("{hearer} did not hear {} of {kind}, the first: {first}", unheard.len()));
        }
    }
    for (source, begins, hearer) in facts() {
        let unheard = databases.unheard_facts(source, begins, hearer).await?;
        if let Some(first) = unheard.first() {
            faults.push(format!(
                "{hearer} did not hear the last fact of {} subjects of {source}, the first: {first}",
                unheard.len()
            ));
        }
    }
    lines(databases, patients, faults).await
}

/// What a context heard of facts ends where what was said ends.
async fn numbers(databases: &Databases, hearer: &str, faults: &mut Vec<String>) -> Result<()> {
    const HEARD: &str = "select source, subject, epoch || '.' || n from heard where class = 'fact'";
    const SAID: &str = "select subject, epoch || '.' || n from subject_number";
    let mut said = BTreeMap::new();
    for source in CONTEXTS {
        for row in databases.texts(source, SAID, &[]).await? {
            said.insert((source.to_owned(), row[0].clone()), row[1].clone());
        }
    }
    for row in databases.texts(hearer, HEARD, &[]).await? {
        let said = said.get(&(row[0].clone(), row[1].clone()));
        if said != Some(&row[2]) {
            faults.push(format!("{hearer} heard {} of {} up to {}, said was {said:?}", row[1], row[0], row[2]));
        }
    }
    Ok(())
}

/// The audit trail, kept by hearing, has a line for each booking, one for each move, and one for a cancellation.
async fn lines(databases: &Databases, patients: &[Patient], faults: &mut Vec<String>) -> Result<()> {
    const LINES: &str = "select object, action, count(*)::text from audit_line
        where action in ('appointment.book', 'appointment.move', 'appointment.cancel') group by object, action";
    let mut kept = BTreeMap::new();
    for row in databases.texts("auth", LINES, &[]).await? {
        kept.insert((row[0].clone(), row[1].clone()), row[2].parse::<i64>()?);
    }
    for visit in patients.iter().flat_map(|patient| &patient.visits).filter(|visit| !visit.unsure) {
        for (action, due) in [("book", 1), ("move", visit.moves), ("cancel", i64::from(!visit.live))] {
            let key = (visit.id.clone(), format!("appointment.{action}"));
            let times = kept.get(&key).copied().unwrap_or_default();
            if times != due {
                faults.push(format!("{action} of {} has {times} lines in the audit trail, {due} are due", visit.id));
            }
        }
    }
    Ok(())
}

/// Copies are of the same things as their originals: nothing is missing, and nothing is left of what is gone.
async fn copies(databases: &Databases, faults: &mut Vec<String>) -> Result<()> {
    for (table, owner, keeper) in COPIES {
        let sql = format!("select id from {table}");
        let own: BTreeSet<_> = databases.texts(owner, &sql, &[]).await?.into_iter().collect();
        let kept: BTreeSet<_> = databases.texts(keeper, &sql, &[]).await?.into_iter().collect();
        for id in own.symmetric_difference(&kept) {
            faults.push(format!("{table} {} is not the same at {owner} and {keeper}", id.join("")));
        }
    }
    Ok(())
}
