//! The state of an owner of time, a doctor or a desk: `plan` rises when the rules for it change, `version` when a time
//! is taken or freed too. Both make caches exact on any number of nodes, and `plan` guards every booking against rules
//! that changed between judging and writing.

use platform::{
    Result,
    db::{Engine, Step, Tx},
};

/// Both numbers as read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Numbers {
    /// Raised by a change of rules.
    pub plan: i64,
    /// Raised by every change.
    pub version: i64,
}

/// The numbers now; zeros where the owner has none yet.
pub async fn numbers(tx: &mut Tx, owner: &str) -> Result<Numbers> {
    let row: Option<(i64, i64)> = tx.one("select plan, version from owner_state where owner = $1", &[&owner]).await?;
    Ok(row.map_or_else(Numbers::default, |(plan, version)| Numbers { plan, version }))
}

/// Notes that a time is taken or freed, if the rules are still those of `plan`; answers whether they are. It comes
/// first in a booking: on PostgreSQL it locks the owner, so that caps and seats are counted behind the lock (R.C2).
pub async fn touch(tx: &mut Tx, owner: &str, plan: i64) -> Result<bool> {
    const TOUCH: &str = "update owner_state set version = version + 1 where owner = $1 and plan = $2";
    Ok(tx.exec(TOUCH, &[&owner, &plan]).await? == 1)
}

/// The statement of [`touch`]; it answers a row where the rules are still those of `plan`.
pub fn touching(owner: &str, plan: i64) -> Step {
    const TOUCH: &str = "update owner_state set version = version + 1 where owner = $1 and plan = $2 returning version";
    Step::new(TOUCH, &[&owner, &plan])
}

/// Notes that times of several owners are about to change: under `plan` of one of them, whatever the rules of the
/// others. In one order everywhere, so that two who change the same ones do not wait for each other. Answers whether the
/// rules are still those of `plan`.
pub async fn touch_among(tx: &mut Tx, owner: &str, plan: i64, others: &[String]) -> Result<bool> {
    let mut all: Vec<&str> = others.iter().map(String::as_str).chain([owner]).collect();
    all.sort_unstable();
    all.dedup();
    for one in all {
        if one != owner {
            freed(tx, one).await?;
        } else if !touch(tx, owner, plan).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Notes that a time was freed, whatever the rules are by now.
pub async fn freed(tx: &mut Tx, owner: &str) -> Result<()> {
    tx.exec("update owner_state set version = version + 1 where owner = $1", &[&owner]).await?;
    Ok(())
}

/// Notes that the rules of an owner changed.
pub async fn replan(tx: &mut Tx, owner: &str) -> Result<()> {
    const REPLAN: &str = "insert into owner_state (owner, plan, version, told) values ($1, 1, 1, 0) \
        on conflict (owner) do update set plan = owner_state.plan + 1, version = owner_state.version + 1";
    tx.exec(REPLAN, &[&owner]).await?;
    Ok(())
}

/// Notes that the rules of everybody at a facility changed.
pub async fn replan_facility(tx: &mut Tx, facility: &str) -> Result<()> {
    const OWNERS: &str = "select distinct coalesce(doctor, id) from schedule where facility = $1 order by 1";
    let owners: Vec<(String,)> = tx.all(OWNERS, &[&facility]).await?;
    for (owner,) in owners {
        replan(tx, &owner).await?;
    }
    Ok(())
}

/// Notes that the rules of everybody changed: holidays were edited.
pub async fn replan_everyone(tx: &mut Tx) -> Result<()> {
    if tx.engine() == Engine::Postgres {
        // Locked in the order in which everybody locks.
        tx.all::<(i64,)>("select plan from owner_state order by owner for update", &[]).await?;
    }
    tx.exec("update owner_state set plan = plan + 1, version = version + 1", &[]).await?;
    Ok(())
}
