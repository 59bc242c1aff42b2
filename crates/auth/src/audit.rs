//! The audit trail (A8): every context's lines, kept once, numbered and chained by one sealer, searchable and
//! tamper-evident. A line is sealed over the one before it; the last link is marked with a key outside the database.

use contracts::{
    Permission,
    audit::AuditEntry,
    auth::{AuditLine, AuditSearch},
};
use jiff::Timestamp;
use platform::{
    Cx, Error, Result,
    bus::Heard,
    db::{Bind, Page, Tx, Value},
    error::Problems,
    ids,
};
use sha2::{Digest, Sha256};

use crate::{AuthContext, vault::Vault};

/// Lines sealed in one transaction, and read at a time when the chain is checked.
pub(crate) const BATCH: i64 = 500;
/// What the first line is chained to.
pub(crate) const ORIGIN: &[u8] = b"mediverse audit trail 1";

const KEEP: &str = "
    insert into audit_line (id, context, actor, action, object, patient, facility, reason, request_id, at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    on conflict (id) do nothing";
/// The columns of [`Line`], in order.
macro_rules! line_columns {
    () => {
        "id, seq, prev, hash, context, actor, action, object, patient, facility, reason, request_id, at"
    };
}
pub(crate) use line_columns;

const UNSEALED: &str =
    concat!("select ", line_columns!(), " from audit_line where seq is null order by at, id limit $1");
const LAST: &str = "select seq, hash from audit_line where seq is not null order by seq desc limit 1";
const SEAL: &str = "update audit_line set seq = $2, prev = $3, hash = $4 where id = $1 and seq is null";
const SET_HEAD: &str = "
    insert into audit_head (one, seq, hash, mark) values (1, $1, $2, $3)
    on conflict (one) do update set seq = $1, hash = $2, mark = $3";
/// The search with the most telling filter first, which has an index; where none is given, by time.
macro_rules! search {
    ($first:literal) => {
        concat!(
            "select seq, context, actor, action, object, patient, reason, request_id, at, id from audit_line where ",
            $first,
            " and (at, id) < ($1, $2) and at >= $3 and ($4 = '' or actor = $4) and action like $5 escape '!'
              and ($6 = '' or object = $6) and ($7 = '' or patient = $7) and ($8 = '' or $8 like '% ' || facility || ' %')
              order by at desc, id desc limit $9"
        )
    };
}
const BY_PATIENT: &str = search!("patient = $7");
const BY_OBJECT: &str = search!("object = $6");
const BY_ACTOR: &str = search!("actor = $4");
const BY_TIME: &str = search!("1 = 1");

platform::row! {
    /// A line as it is kept.
    pub(crate) struct Line {
        id: String,
        pub(crate) seq: Option<i64>,
        pub(crate) prev: Option<Vec<u8>>,
        pub(crate) hash: Option<Vec<u8>>,
        context: String,
        actor: String,
        action: String,
        object: String,
        patient: Option<String>,
        facility: Option<String>,
        reason: Option<String>,
        request_id: String,
        at: Timestamp,
    }

    /// A line as it is found.
    struct Found {
        seq: Option<i64>,
        context: String,
        actor: String,
        action: String,
        object: String,
        patient: Option<String>,
        reason: Option<String>,
        request_id: String,
        at: Timestamp,
        id: String,
    }
}

impl Found {
    fn shown(self) -> AuditLine {
        let Self { seq, context, actor, action, object, patient, reason, request_id, at, .. } = self;
        AuditLine { seq, context, actor, action, object, patient, reason, request_id, at }
    }
}

/// Keeps a line of another context, once however often it is heard.
pub(crate) async fn keep(tx: &mut Tx, id: &str, entry: &AuditEntry) -> Result<()> {
    let AuditEntry { context, actor, action, object, patient, facility, reason, request_id, at } = entry;
    tx.exec(KEEP, &[&id, context, actor, action, object, patient, facility, reason, request_id, at]).await.map(drop)
}

/// Keeps lines of other contexts, each once however often it is heard.
pub(crate) async fn keep_all(tx: &mut Tx, heard: &[(AuditEntry, Heard)]) -> Result<()> {
    let row = |(entry, heard): &(AuditEntry, Heard)| -> Vec<Value> {
        let AuditEntry { context, actor, action, object, patient, facility, reason, request_id, at } = entry;
        let fields: [&dyn Bind; 10] =
            [&heard.id, context, actor, action, object, patient, facility, reason, request_id, at];
        fields.map(Bind::value).into()
    };
    tx.insert_many(KEEP, &heard.iter().map(row).collect::<Vec<_>>()).await.map(drop)
}

/// Keeps a line of what auth itself did, in the same transaction.
pub(crate) async fn note(tx: &mut Tx, cx: &Cx, action: &str, object: &str) -> Result<()> {
    note_by(tx, cx, &cx.actor_text(), action, object).await
}

/// As [`note`], where the request itself shows who acts: a sign-in, a reset.
pub(crate) async fn note_by(tx: &mut Tx, cx: &Cx, actor: &str, action: &str, object: &str) -> Result<()> {
    let entry = AuditEntry { actor: actor.to_owned(), ..AuditEntry::of(cx, "auth", action, object) };
    keep(tx, &ids::encode("aud", cx.now(), cx.entropy.bytes()), &entry).await
}

impl Line {
    /// SHA-256 over the line before, the number, and every field with its length, so that no two lines read the same.
    pub(crate) fn seal(&self, prev: &[u8], seq: i64) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(prev);
        hash.update(seq.to_be_bytes());
        hash.update(self.at.as_microsecond().to_be_bytes());
        let texts = [&self.id, &self.context, &self.actor, &self.action, &self.object, &self.request_id].map(Some);
        for text in texts.into_iter().chain([self.patient.as_ref(), self.facility.as_ref(), self.reason.as_ref()]) {
            match text {
                None => hash.update([0]),
                Some(text) => {
                    hash.update([1]);
                    hash.update((text.len() as u64).to_be_bytes());
                    hash.update(text.as_bytes());
                }
            }
        }
        hash.finalize().into()
    }
}

/// Numbers and chains lines that are not sealed yet; answers how many. Were there two sealers at once, one of them
/// would meet the number or the link of the other, and fail.
async fn seal_some(tx: &mut Tx, vault: &Vault) -> Result<usize> {
    let lines: Vec<Line> = tx.all(UNSEALED, &[&BATCH]).await?;
    let last: Option<(i64, Vec<u8>)> = tx.one(LAST, &[]).await?;
    let (mut seq, mut link) = last.unwrap_or_else(|| (0, Sha256::digest(ORIGIN).to_vec()));
    let mut seals: Vec<Vec<Value>> = Vec::with_capacity(lines.len());
    for line in lines {
        seq += 1;
        let hash = line.seal(&link, seq).to_vec();
        seals.push(vec![line.id.into(), seq.into(), link.into(), hash.clone().into()]);
        link = hash;
    }
    if seals.is_empty() {
        return Ok(0);
    }
    if tx.exec_many(SEAL, &seals).await? != seals.len() as u64 {
        return Err(Error::Unavailable("audit sealer"));
    }
    tx.exec(SET_HEAD, &[&seq, &link, &vault.head_mark(seq, &link)]).await?;
    Ok(seals.len())
}

impl AuthContext {
    /// Seals all lines there are. One leased job does it every two seconds; done twice at once, one of the two fails
    /// and nothing is harmed.
    pub async fn seal_trail(&self) -> Result<()> {
        loop {
            let vault = self.vault.clone();
            if (self.db.write(async move |tx| seal_some(tx, &vault).await).await? as i64) < BATCH {
                return Ok(());
            }
        }
    }

    /// The trail, the newest first. Admins see what concerns their facilities.
    pub(crate) async fn search_trail(&self, cx: &Cx, ask: AuditSearch) -> Result<Page<AuditLine>> {
        cx.require(Permission::AuditRead)?;
        let mut problems = Problems::default();
        let mut field = |name: &str, value: &Option<String>| problems.optional_text(name, value.as_deref(), 120);
        let (actor, object, patient) =
            (field("actor", &ask.actor), field("object", &ask.object), field("patient", &ask.patient));
        let action = field("action", &ask.action).map_or("%".to_owned(), |text| format!("{}%", escaped(&text)));
        problems.done()?;
        let sql = match (&patient, &object, &actor) {
            (Some(_), ..) => BY_PATIENT,
            (_, Some(_), _) => BY_OBJECT,
            (.., Some(_)) => BY_ACTOR,
            _ => BY_TIME,
        };
        let [actor, object, patient] = [actor, object, patient].map(Option::unwrap_or_default);
        let facilities = cx.facilities.as_ref().map_or(String::new(), |own| format!(" {} ", own.join(" ")));
        let from = ask.from.unwrap_or(Timestamp::UNIX_EPOCH);
        let after: Option<(Timestamp, String)> = ask.page.after()?;
        let (before, id) = after
            .unwrap_or_else(|| (ask.until.unwrap_or(cx.now() + jiff::SignedDuration::from_hours(24)), String::new()));
        let cx = cx.clone();
        self.db
            .write(async move |tx| {
                note(tx, &cx, "audit.read", "audit").await?;
                let found: Vec<Found> = tx
                    .all(
                        sql,
                        &[&before, &id, &from, &actor, &action, &object, &patient, &facilities, &ask.page.fetch()],
                    )
                    .await?;
                Ok(Page::of(found, &ask.page, |last| (last.at, last.id.clone()))?.map(Found::shown))
            })
            .await
    }
}

/// The text with the wildcards of `like` taken literally; `!` escapes.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}
