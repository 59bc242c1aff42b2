//! Provinces, regencies and cities, districts: the list that comes with the program, and what was imported over it.

use std::sync::LazyLock;

use contracts::directory::Region;
use platform::{Result, db::Tx};

const PROVINCES: &str = include_str!("../data/provinces.csv");
const REGENCIES: &str = include_str!("../data/regencies.csv");
const DISTRICTS: &str = include_str!("../data/districts.csv");

/// (code, name), by code.
type Rows = Vec<(&'static str, &'static str)>;

/// The list that comes with the program, sorted by code; read once, in about a millisecond.
static KNOWN: LazyLock<Rows> = LazyLock::new(|| {
    let mut rows: Rows = PROVINCES.lines().skip(1).filter_map(|line| line.split_once(',')).collect();
    for line in REGENCIES.lines().skip(1).chain(DISTRICTS.lines().skip(1)) {
        let mut fields = line.splitn(3, ',');
        if let (Some(code), Some(_), Some(name)) = (fields.next(), fields.next(), fields.next()) {
            rows.push((code, name.trim_matches('"')));
        }
    }
    rows.sort_unstable();
    rows
});

const OVERLAID: &str = "select code, name from region where parent = $1 order by code limit 5000";
const OVERLAID_NAME: &str = "select name from region where code = $1";
const OVERLAY: &str =
    "insert into region (code, parent, name) values ($1, $2, $3) on conflict (code) do update set name = excluded.name";

/// The regions right below a code; the provinces below `""`.
pub(crate) async fn below(tx: &mut Tx, parent: &str) -> Result<Vec<Region>> {
    let overlaid: Vec<(String, String)> = tx.all(OVERLAID, &[&parent]).await?;
    let mut regions: Vec<Region> = known_below(parent).map(|(code, name)| region(code, name)).collect();
    for (code, name) in overlaid {
        match regions.binary_search_by(|r| r.code.as_str().cmp(&code)) {
            Ok(at) => regions[at].name = name,
            Err(at) => regions.insert(at, region(&code, &name)),
        }
    }
    Ok(regions)
}

/// The name of a region, if there is one of that code.
pub(crate) async fn name(tx: &mut Tx, code: &str) -> Result<Option<String>> {
    let overlaid: Option<(String,)> = tx.one(OVERLAID_NAME, &[&code]).await?;
    Ok(overlaid.map(|(name,)| name).or_else(|| known(code).map(ToOwned::to_owned)))
}

/// Gives a region this name, adding it where it is new.
pub(crate) async fn set(tx: &mut Tx, code: &str, name: &str) -> Result<()> {
    tx.exec(OVERLAY, &[&code, &parent_of(code), &name]).await?;
    Ok(())
}

/// The code a code lies below: `73` of `73.71`, nothing of a province.
pub(crate) fn parent_of(code: &str) -> &str {
    code.rsplit_once('.').map_or("", |(parent, _)| parent)
}

/// Whether a text has the form of a code: two digits, up to three times (four digits for villages are not kept).
pub(crate) fn is_code(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    parts.len() <= 3 && parts.iter().all(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether a text has the form of a regency's code: `73.71`.
pub(crate) fn is_regency(text: &str) -> bool {
    text.len() == 5 && is_code(text)
}

fn known(code: &str) -> Option<&'static str> {
    KNOWN.binary_search_by(|(other, _)| (*other).cmp(code)).ok().map(|at| KNOWN[at].1)
}

fn known_below(parent: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let from = KNOWN.partition_point(|(code, _)| *code < parent);
    KNOWN[from..]
        .iter()
        .copied()
        .take_while(move |(code, _)| code.starts_with(parent))
        .filter(move |(code, _)| *code != parent && parent_of(code) == parent)
}

fn region(code: &str, name: &str) -> Region {
    Region { code: code.to_owned(), name: name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{is_regency, known, known_below};

    /// B1
    #[test]
    fn the_whole_country_is_there() {
        assert_eq!(known_below("").count(), 38);
        let regencies: Vec<_> = known_below("").flat_map(|(code, _)| known_below(code)).collect();
        assert_eq!(regencies.len(), 514);
        assert_eq!(regencies.iter().flat_map(|(code, _)| known_below(code)).count(), 7285);
        assert_eq!(known("73.71"), Some("Kota Makassar"));
        assert_eq!(known("73.99"), None);
        assert!(is_regency("73.71") && !is_regency("73.7") && !is_regency("73.71.01") && !is_regency("ab.cd"));
    }
}
