//! Who asked to be forgotten: ids alone, by which a restored database is cleaned again.

use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
};

use contracts::{auth::AccountId, people::PatientId};
use platform::{Error, Result, db::backup::Place};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

/// An erasure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Erased {
    /// Who asked.
    pub(super) account: AccountId,
    /// Whose data went.
    pub(super) patients: Vec<PatientId>,
}

const ERASED: &str = "
    select e.account, coalesce(string_agg(p.patient, ' '), '') from erasure e
    left join erasure_patient p on p.erasure = e.id group by e.id, e.account order by e.id";

/// The ledger of a copied file, a line of JSON for each erasure.
pub(super) fn of_file(file: &Path) -> Result<Vec<u8>> {
    let read = || {
        let connection = Connection::open(file)?;
        let mut statement = connection.prepare(ERASED)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<rusqlite::Result<Vec<(String, String)>>>()
    };
    lines(read().map_err(|e| Error::internal(format_args!("the ledger of erasures: {e}")))?)
}

/// The ledger of a database on a server.
pub(super) async fn of_server(place: &Place) -> Result<Vec<u8>> {
    let rows = place.connect().await?.query(ERASED, &[]).await;
    let rows = rows.map_err(|e| Error::internal(format_args!("the ledger of erasures: {e}")))?;
    lines(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

fn lines(rows: Vec<(String, String)>) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    for (account, patients) in rows {
        let broken = |_| Error::internal("the ledger of erasures holds something that is no id");
        let patients = patients.split_whitespace().map(str::parse).collect::<Result<_, _>>().map_err(broken)?;
        let account = account.parse().map_err(|_| Error::internal("the ledger of erasures holds no account"))?;
        serde_json::to_writer(&mut text, &Erased { account, patients }).map_err(Error::internal)?;
        text.push(b'\n');
    }
    Ok(text)
}

/// Reads a ledger.
pub(super) fn read(text: impl Read) -> Result<Vec<Erased>> {
    let broken = |e: &dyn std::fmt::Display| Error::internal(format_args!("the ledger of erasures: {e}"));
    let lines = BufReader::new(text).lines();
    lines.map(|line| serde_json::from_str(&line.map_err(|e| broken(&e))?).map_err(|e| broken(&e))).collect()
}
