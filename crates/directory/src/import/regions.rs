//! Regions: `code,name`.

use platform::{Error, Result, db::Tx, error::Problems};

use super::{file::Row, report::Fate};
use crate::region;

pub(super) const REQUIRED: &[&str] = &["code", "name"];
pub(super) const OPTIONAL: &[&str] = &["province_code", "regency_code"];

pub(super) async fn one(tx: &mut Tx, row: &Row) -> Result<(Fate, String)> {
    let code = row.cell("code");
    let mut problems = Problems::default();
    let name = problems.text("name", row.cell("name"), 80);
    problems.check(region::is_code(code), "code", "region-digits");
    problems.done()?;
    let parent = region::parent_of(code);
    if !parent.is_empty() && region::name(tx, parent).await?.is_none() {
        return Err(Error::invalid("code", "no-such-region"));
    }
    let fate = match region::name(tx, code).await? {
        Some(known) if known == name => return Ok((Fate::Same, name)),
        Some(_) => Fate::Changed,
        None => Fate::Added,
    };
    region::set(tx, code, &name).await?;
    Ok((fate, name))
}
