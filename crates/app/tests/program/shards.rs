//! Past one cluster (docs/scale.md): which key each table is sharded by, and whether every index that says "only one"
//! carries it, so that one shard can say so alone. Those that do not are named with the reason and what is done instead.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use app::wiring::{House, World};
use platform::db::Engine;

use crate::house::settings;

/// Where the rows of a table lie.
enum Lies {
    /// On the shard of this column's value.
    By(&'static str),
    /// On every node: small, read everywhere, seldom written.
    Everywhere,
    /// On one node: small, or by its nature in one row of order.
    OneNode,
}
use Lies::{By, Everywhere, OneNode};

/// The tables of the bus and the jobs, which every context has.
const SHARED: &[(&str, Lies)] = &[
    ("_migration", Everywhere),
    ("bus_state", Everywhere),
    ("joined", Everywhere),
    ("relay_lease", OneNode),
    ("outbox", By("subject")),
    ("subject_number", By("subject")),
    ("heard", By("subject")),
    ("heard_log", By("id")),
    ("waiting", By("subject")),
    ("job", OneNode),
];

const TABLES: &[(&str, &[(&str, Lies)])] = &[
    (
        "auth",
        &[
            ("account", By("id")),
            ("session", By("account")),
            ("refresh_token", By("hash")),
            ("sign_in_try", By("key")),
            ("known_address", By("account")),
            ("reset_code", By("login")),
            ("super_admin_grant", By("account")),
            ("account_news", By("account")),
            ("kept_view", By("account")),
            ("role_permission", Everywhere),
            ("named_role", Everywhere),
            ("signing_key", Everywhere),
            ("audit_line", OneNode),
            ("audit_head", OneNode),
        ],
    ),
    (
        "people",
        &[
            ("account", By("id")),
            ("patient", By("id")),
            ("patient_mark", By("patient")),
            ("patient_word", By("patient")),
            ("family", By("account")),
            ("nik_claim", By("mark")),
            ("import_ref", By("mark")),
            ("erasure", By("account")),
            ("erasure_patient", By("erasure")),
            ("erasure_answer", By("erasure")),
        ],
    ),
    (
        "directory",
        &[
            ("facility", Everywhere),
            ("department", Everywhere),
            ("speciality", Everywhere),
            ("service", Everywhere),
            ("doctor", Everywhere),
            ("practice", Everywhere),
            ("earliest_free", Everywhere),
            ("region", Everywhere),
            ("photo_file", OneNode),
            ("changed", Everywhere),
        ],
    ),
    (
        "scheduling",
        &[
            ("facility", Everywhere),
            ("service", Everywhere),
            ("doctor", Everywhere),
            ("policy", Everywhere),
            ("holiday", Everywhere),
            ("schedule", Everywhere),
            ("schedule_service", Everywhere),
            ("exception", Everywhere),
            ("outside_busy", Everywhere),
            ("patient", By("id")),
            ("patient_account", By("patient")),
            ("forgotten", By("patient")),
            ("owner_state", By("owner")),
            ("resource_claim", By("owner")),
            ("patient_claim", By("patient")),
            ("patient_day", By("patient")),
            ("hold", By("owner")),
            ("appointment", By("facility")),
            ("appointment_change", By("appointment")),
            ("leave", By("doctor")),
            ("leave_visit", By("leave")),
            ("idempotency", By("actor")),
        ],
    ),
    (
        "notifications",
        &[
            ("facility", Everywhere),
            ("doctor", Everywhere),
            ("account", By("id")),
            ("patient", By("id")),
            ("patient_account", By("patient")),
            ("forgotten", By("patient")),
            ("visit", By("id")),
            ("notification", By("account")),
            ("delivery", By("account")),
            ("reminder", By("account")),
            ("preference", By("account")),
            ("feed", By("account")),
            ("outside_calendar", By("account")),
            ("outside_told", By("doctor")),
        ],
    ),
    ("keys", &[("data_key", By("scope"))]),
];

/// An id is an instant and 80 random bits: two shards never draw one twice, so each may look for itself. On a
/// distributed engine the primary key becomes (shard key, id).
const DRAWN: &str = "drawn: 80 random bits; the key becomes (shard key, id)";
/// The rule is over all shards. It becomes a small table of its own, sharded by what is unique, claimed in the same transaction.
const CLAIMED: &str = "over all shards: becomes a table of claims sharded by it";

/// Indexes that say "only one" without the shard key, and why that is good.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("*.outbox_pkey", DRAWN),
    ("*.waiting_pkey", DRAWN),
    ("auth.account_email_key", CLAIMED),
    ("auth.account_phone_key", CLAIMED),
    ("auth.session_pkey", DRAWN),
    ("auth.session_cookie_hash_key", "drawn: the hash of 256 random bits"),
    ("people.patient_account_key", CLAIMED),
    ("people.family_pkey", DRAWN),
    (
        "people.nik_claim_patient_key",
        "one row a patient is written by the patient's own shard, in the transaction that claims the number",
    ),
    ("people.erasure_pkey", DRAWN),
    ("scheduling.leave_pkey", DRAWN),
    ("scheduling.hold_pkey", DRAWN),
    ("scheduling.hold_of_holder", CLAIMED),
    ("scheduling.appointment_pkey", DRAWN),
    ("scheduling.appointment_code", CLAIMED),
    ("notifications.notification_pkey", DRAWN),
    ("notifications.delivery_pkey", DRAWN),
    ("notifications.outside_calendar_pkey", DRAWN),
    ("notifications.feed_mark_key", "drawn: the fingerprint of 256 random bits"),
    ("keys.data_key_pkey", DRAWN),
];

const ONLY_ONE: &str = "
    select c.relname::text, i.relname::text, string_agg(a.attname::text, ' ' order by k.place)
    from pg_index x
    join pg_class i on i.oid = x.indexrelid
    join pg_class c on c.oid = x.indrelid
    join pg_namespace n on n.oid = c.relnamespace
    cross join lateral unnest(x.indkey::int2[]) with ordinality k (number, place)
    join pg_attribute a on a.attrelid = c.oid and a.attnum = k.number
    where n.nspname = current_schema() and (x.indisunique or x.indisexclusion)
    group by c.relname, i.relname order by c.relname, i.relname";

const EVERY_TABLE: &str = "
    select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = current_schema() and c.relkind = 'r' order by c.relname";

/// J1. `UPDATE_DOCS=1` writes docs/shards.txt anew.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_unique_can_be_said_by_one_shard_or_says_why_not() {
    let folder = tempfile::tempdir().unwrap();
    let (settings, schemas) = settings(Engine::Postgres, folder.path()).await;
    let house = House::open(settings, World::real()).await.unwrap();
    let (mut told, mut wrong, mut used) = (String::new(), Vec::new(), BTreeSet::new());
    for (context, db) in house.databases() {
        let own = TABLES.iter().find(|(name, _)| name == context).map_or(&[][..], |(_, tables)| tables);
        let places: BTreeMap<&str, &Lies> = own.iter().chain(SHARED).map(|(table, lies)| (*table, lies)).collect();
        let tables: Vec<(String,)> = db.read(async |tx| tx.all(EVERY_TABLE, &[]).await).await.unwrap();
        let indexes: Vec<(String, String, String)> = db.read(async |tx| tx.all(ONLY_ONE, &[]).await).await.unwrap();
        let _ = writeln!(told, "{context}");
        for (table,) in &tables {
            let Some(lies) = places.get(table.as_str()) else {
                wrong.push(format!("{context}.{table}: where do its rows lie?"));
                continue;
            };
            let place = match lies {
                By(key) => format!("by {key}"),
                Everywhere => "on every node".to_owned(),
                OneNode => "on one node".to_owned(),
            };
            let _ = writeln!(told, "  {table}  {place}");
            let By(key) = lies else { continue };
            for (_, index, columns) in indexes.iter().filter(|(of, ..)| of == table) {
                let carries = columns.split(' ').any(|column| column == *key);
                let names = [format!("{context}.{index}"), format!("*.{index}")];
                let exception = EXCEPTIONS.iter().find(|(name, _)| names.iter().any(|n| n == name));
                match (carries, exception) {
                    (true, None) => {
                        let _ = writeln!(told, "    ({columns})");
                    }
                    (false, Some((name, reason))) => {
                        used.insert(*name);
                        let _ = writeln!(told, "    ({columns})  {reason}");
                    }
                    (true, Some((name, _))) => {
                        wrong.push(format!("{name} carries the key: it is no exception any more"))
                    }
                    (false, None) => wrong.push(format!("{context}.{index} ({columns}) does not carry {key}")),
                }
            }
        }
        let gone = own.iter().filter(|(table, _)| tables.iter().all(|(there,)| there != table));
        wrong.extend(gone.map(|(table, _)| format!("{context}.{table} is not there any more")));
    }
    wrong.extend(
        EXCEPTIONS
            .iter()
            .filter(|(name, _)| !used.contains(name))
            .map(|(name, _)| format!("{name} is no exception any more")),
    );
    house.close().await;
    drop(schemas);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/shards.txt");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, &told).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(path).unwrap_or_default(),
        told,
        "UPDATE_DOCS=1 cargo nextest run -p app whatever_is_unique"
    );
}
