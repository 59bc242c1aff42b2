//! Comparing what owners have with what others keep of it.

use platform::{Error, Result, db::Db};

use crate::wiring::House;

/// Rows compared at a time.
const PIECE: usize = 500;

/// A copy: who owns it, who keeps it, and how both are asked for the rows after an id. The copy is asked for no row after
/// the last of the owner's piece, except at the end.
struct Copy {
    table: &'static str,
    owner: &'static str,
    keeper: &'static str,
    owned: &'static str,
    kept: &'static str,
    kept_after: &'static str,
}

const COPIES: [Copy; 3] = [
    Copy {
        table: "patient",
        owner: "people",
        keeper: "scheduling",
        owned: "select id, name from patient where id > $1 order by id limit 500",
        kept: "select id, name from patient where id > $1 and id <= $2 order by id limit 5000",
        kept_after: "select id, name from patient where id > $1 order by id limit 5000",
    },
    Copy {
        table: "doctor",
        owner: "directory",
        keeper: "scheduling",
        owned: "select id, name from doctor where id > $1 order by id limit 500",
        kept: "select id, name from doctor where id > $1 and id <= $2 order by id limit 5000",
        kept_after: "select id, name from doctor where id > $1 order by id limit 5000",
    },
    Copy {
        table: "facility",
        owner: "directory",
        keeper: "scheduling",
        owned: "select id, name from facility where id > $1 order by id limit 500",
        kept: "select id, name from facility where id > $1 and id <= $2 order by id limit 5000",
        kept_after: "select id, name from facility where id > $1 order by id limit 5000",
    },
];

/// How a copy differs from what its owner has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The owner.
    pub owner: &'static str,
    /// Who keeps the copy.
    pub keeper: &'static str,
    /// What is copied.
    pub table: &'static str,
    /// Rows that are as their owner has them.
    pub same: usize,
    /// Rows that the copy lacks.
    pub missing: usize,
    /// Rows whose owner has none, or no longer.
    pub left_over: usize,
    /// Rows that say something else.
    pub other: usize,
}

impl Difference {
    /// Whether both say the same.
    pub fn is_none(&self) -> bool {
        self.missing + self.left_over + self.other == 0
    }
}

type Rows = Vec<(String, String)>;

/// Compares every copy with its owner, where both live in this process. Events on their way show as differences: let the
/// bus settle before.
pub async fn reconcile(house: &House) -> Result<Vec<Difference>> {
    let of = |name: &'static str| {
        let found = house.databases().iter().find(|(of, _)| *of == name).map(|(_, db)| db.clone());
        found.ok_or_else(|| Error::internal(format_args!("{name} does not live in this process")))
    };
    let mut differences = Vec::new();
    for copy in &COPIES {
        differences.push(compare(copy, &of(copy.owner)?, &of(copy.keeper)?).await?);
    }
    Ok(differences)
}

async fn compare(copy: &Copy, owner: &Db, keeper: &Db) -> Result<Difference> {
    let mut found = Difference {
        owner: copy.owner,
        keeper: copy.keeper,
        table: copy.table,
        same: 0,
        missing: 0,
        left_over: 0,
        other: 0,
    };
    let (owned_sql, kept_sql, after_sql) = (copy.owned, copy.kept, copy.kept_after);
    let mut after = String::new();
    loop {
        let from = after.clone();
        let owned: Rows = owner.read(async move |tx| tx.all(owned_sql, &[&from]).await).await?;
        let (from, last) = (after.clone(), owned.last().map(|(id, _)| id.clone()));
        let ended = owned.len() < PIECE;
        let kept: Rows = keeper
            .read(async move |tx| match last.filter(|_| !ended) {
                Some(last) => tx.all(kept_sql, &[&from, &last]).await,
                None => tx.all(after_sql, &[&from]).await,
            })
            .await?;
        count(&mut found, &owned, &kept);
        match owned.last() {
            Some((last, _)) if !ended => after.clone_from(last),
            _ => return Ok(found),
        }
    }
}

fn count(found: &mut Difference, owned: &[(String, String)], kept: &[(String, String)]) {
    let kept: std::collections::HashMap<&str, &str> =
        kept.iter().map(|(id, name)| (id.as_str(), name.as_str())).collect();
    let mut met = 0;
    for (id, name) in owned {
        match kept.get(id.as_str()) {
            None => found.missing += 1,
            Some(copy) => {
                met += 1;
                if copy == name { found.same += 1 } else { found.other += 1 }
            }
        }
    }
    found.left_over += kept.len() - met;
}

#[cfg(test)]
mod tests {
    use super::{Difference, count};

    #[test]
    fn rows_are_the_same_missing_left_over_or_other() {
        let rows = |rows: &[(&str, &str)]| -> Vec<(String, String)> {
            rows.iter().map(|(id, name)| ((*id).to_owned(), (*name).to_owned())).collect()
        };
        let mut found = Difference { owner: "o", keeper: "k", table: "t", same: 0, missing: 0, left_over: 0, other: 0 };
        count(&mut found, &rows(&[("a", "1"), ("b", "2"), ("c", "3")]), &rows(&[("a", "1"), ("b", "x"), ("d", "4")]));
        assert_eq!((found.same, found.missing, found.left_over, found.other), (1, 1, 1, 1));
        assert!(!found.is_none());
    }
}
