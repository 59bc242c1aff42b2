//! Public holidays and bridge days: data, importable and editable (R.V6). Facilities say in their policy which they keep.

use contracts::{directory::Bilingual, scheduling::Holiday};
use jiff::civil::Date;
use platform::{Error, Result, db::Tx, error::Problems};

/// Indonesia's holidays of 2025 to 2027; source and licence stand in `data/README.md`.
const INDONESIA: &str = include_str!("../data/holidays_id_2025_2027.csv");

/// The list that comes with the program.
pub fn indonesia() -> Result<Vec<Holiday>> {
    INDONESIA.lines().skip(1).filter(|line| !line.trim().is_empty()).map(parse).collect()
}

/// One line: `date,category,name_id,name_en`; the English name may hold commas.
fn parse(line: &str) -> Result<Holiday> {
    let bad = || Error::internal(format!("holiday list: {line}"));
    let mut fields = line.splitn(4, ',').map(|field| field.trim().trim_matches('"'));
    let mut next = || fields.next().ok_or_else(bad);
    let date: Date = next()?.parse().map_err(|_| bad())?;
    let collective_leave = next()? == "government";
    Ok(Holiday { date, collective_leave, name: Bilingual { id: next()?.to_owned(), en: next()?.to_owned() } })
}

/// Names in both languages, all faults told at once.
pub fn check(holidays: &[Holiday], most: usize) -> Result<()> {
    let mut problems = Problems::default();
    problems.at_most("holidays", holidays.len(), most);
    for (n, holiday) in holidays.iter().take(most).enumerate() {
        problems.text(&format!("holidays[{n}].name.id"), &holiday.name.id, 120);
        problems.text(&format!("holidays[{n}].name.en"), &holiday.name.en, 120);
        problems.range(&format!("holidays[{n}].date"), holiday.date.year(), 1900, 2200);
    }
    problems.done()
}

/// Takes the holiday of a date out; `false` where there is none.
pub async fn remove(tx: &mut Tx, date: Date) -> Result<bool> {
    if tx.exec("delete from holiday where date = $1", &[&date]).await? == 0 {
        return Ok(false);
    }
    crate::owner::replan_everyone(tx).await?;
    Ok(true)
}

/// Adds or renames holidays.
pub async fn keep(tx: &mut Tx, holidays: &[Holiday]) -> Result<()> {
    const KEEP: &str = "insert into holiday (date, name_id, name_en, collective_leave) values ($1, $2, $3, $4) \
        on conflict (date) do update set name_id = excluded.name_id, name_en = excluded.name_en, \
        collective_leave = excluded.collective_leave";
    for holiday in holidays {
        tx.exec(KEEP, &[&holiday.date, &holiday.name.id, &holiday.name.en, &holiday.collective_leave]).await?;
    }
    crate::owner::replan_everyone(tx).await
}

/// The program's own list, on a database that has none yet.
pub async fn keep_standard(tx: &mut Tx) -> Result<()> {
    let any: Option<(i64,)> = tx.one("select 1 from holiday limit 1", &[]).await?;
    match any {
        Some(_) => Ok(()),
        None => keep(tx, &indonesia()?).await,
    }
}

/// Holidays from one date to another, both included.
pub async fn between(tx: &mut Tx, from: Date, until: Date) -> Result<Vec<Holiday>> {
    const BETWEEN: &str = "select date, name_id, name_en, collective_leave from holiday \
        where date >= $1 and date <= $2 order by date limit 1000";
    let rows: Vec<(Date, String, String, bool)> = tx.all(BETWEEN, &[&from, &until]).await?;
    Ok(rows
        .into_iter()
        .map(|(date, id, en, collective_leave)| Holiday { date, name: Bilingual { id, en }, collective_leave })
        .collect())
}

#[cfg(test)]
mod tests {
    /// C1
    #[test]
    fn r_v6_the_list_of_indonesia_is_whole() {
        let holidays = super::indonesia().unwrap();
        assert_eq!(holidays.len(), 79);
        assert!(
            holidays.iter().any(|h| h.collective_leave) && holidays.iter().any(|h| h.name.en.contains("Independence"))
        );
    }
}
