//! Whether the program of the version before can go on while and after a migration runs: expand, migrate, contract.

use super::Migration;

/// What takes from the version before what it reads or writes, and its name for whoever reads the refusal.
const TAKES: &[(&str, &str)] = &[
    ("drop table", "drops a table"),
    ("drop column", "drops a column"),
    ("rename", "renames"),
    ("set not null", "forbids null where it was written"),
    ("alter column", "changes a column"),
    ("drop schema", "drops a schema"),
    ("truncate", "empties a table"),
];

impl Migration {
    /// Whether it takes away what only versions before the one before this read: its name says so, `0009_contract_….sql`.
    /// A program that does not know it must not go on with the database.
    pub fn is_contract(&self) -> bool {
        is_contract(self.name)
    }

    /// What in it breaks the version before, if anything does. A contract may.
    pub fn breaks_the_version_before(&self) -> Option<String> {
        if self.is_contract() {
            return None;
        }
        let lines = self.sql.lines().map(|line| line.split("--").next().unwrap_or_default().to_lowercase());
        let text = lines.collect::<Vec<_>>().join(" ");
        text.split(';').find_map(|statement| {
            let words = statement.split_whitespace().collect::<Vec<_>>().join(" ");
            let taken = TAKES.iter().find(|(what, _)| words.contains(what)).map(|(_, name)| (*name).to_owned());
            // A row that the version before writes says nothing of a column it does not know.
            let demands = words.contains("add column") && words.contains("not null") && !words.contains("default");
            taken.or_else(|| demands.then(|| "adds a column that must be given".to_owned()))
        })
    }
}

/// The same of a name alone.
pub(super) fn is_contract(name: &str) -> bool {
    name.split_once('_').is_some_and(|(_, what)| what.starts_with("contract_"))
}

#[cfg(test)]
mod tests {
    use crate::db::Migration;

    fn breaks(name: &'static str, sql: &'static str) -> bool {
        Migration { name, sql }.breaks_the_version_before().is_some()
    }

    /// J3
    #[test]
    fn what_the_version_before_reads_and_writes_stays() {
        let name = "0002_more.sql";
        for kept in [
            "create table a (id text primary key, x text not null);",
            "alter table a add column x text;",
            "alter table a add column n bigint not null default 0;",
            "create index a_x on a (x); drop index b; -- drop table a",
            "update a set x = 'y' where x is null;",
        ] {
            assert!(!breaks(name, kept), "{kept}");
        }
        for broken in [
            "drop table a;",
            "ALTER TABLE a\n  DROP COLUMN x;",
            "alter table a rename column x to y;",
            "alter table a rename to b;",
            "alter table a add column n bigint not null;",
            "alter table a alter column x set not null;",
            "alter table a alter column x type bigint;",
        ] {
            assert!(breaks(name, broken), "{broken}");
            assert!(!breaks("0002_contract_more.sql", broken));
        }
    }
}
