//! Regions: `code,name`.

use contracts::{Permission, audit::AuditEntry, directory::ImportReport};
use platform::{Cx, Error, Result, db::Tx, error::Problems};

use super::{Outcome, Report, UNIT, file::File};
use crate::{CONTEXT, DirectoryContext, access, region};

pub(super) async fn run(directory: &DirectoryContext, cx: &Cx, csv: &[u8]) -> Result<ImportReport> {
    access::everywhere(cx, Permission::DirectoryManage)?;
    let file = File::read(csv, &["code", "name"], &["province_code", "regency_code"])?;
    let mut report = Report::new(directory, cx);
    let rows: Vec<(u64, String, String)> = file
        .rows
        .iter()
        .map(|row| (row.line, file.cell(row, "code").to_owned(), file.cell(row, "name").to_owned()))
        .collect();
    for unit in rows.chunks(UNIT) {
        let (cx, unit) = (cx.clone(), unit.to_vec());
        let outcomes = directory
            .db
            .write(async move |tx| {
                let mut outcomes = Vec::with_capacity(unit.len());
                for (line, code, name) in unit {
                    outcomes.push((line, Outcome::of(one(tx, &code, &name).await)?));
                }
                if outcomes.iter().any(|(_, outcome)| matches!(outcome, Outcome::Added | Outcome::Changed)) {
                    tx.publish(&cx, &AuditEntry::of(&cx, CONTEXT, "region.import", "regions")).await?;
                }
                Ok(outcomes)
            })
            .await?;
        report.note_all(outcomes);
    }
    report.note_all(file.refusals());
    Ok(report.done())
}

async fn one(tx: &mut Tx, code: &str, name: &str) -> Result<Outcome> {
    let mut problems = Problems::default();
    let name = problems.text("name", name, 80);
    problems.check(region::is_code(code), "code", "region-digits");
    problems.done()?;
    let parent = region::parent_of(code);
    if !parent.is_empty() && region::name(tx, parent).await?.is_none() {
        return Err(Error::invalid("code", "no-such-region"));
    }
    let outcome = match region::name(tx, code).await? {
        Some(known) if known == name => return Ok(Outcome::Same),
        Some(_) => Outcome::Changed,
        None => Outcome::Added,
    };
    region::set(tx, code, &name).await?;
    Ok(outcome)
}
