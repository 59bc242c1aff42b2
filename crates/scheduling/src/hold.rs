//! Holds: a time kept for somebody while they fill in the form (R.H1). Whether one still stands is judged when it is
//! read (R.H2); the clean-up job only tidies.

use contracts::scheduling::{AskHold, Hold, HoldId, SlotMoved};
use jiff::Timestamp;
use platform::{Actor, Cx, Error, Money, Result, db::Tx};

use crate::{
    SchedulingContext,
    availability::{Audience, Purpose},
    booking::RULES_CHANGED,
    claim::{self, Claim},
    copies,
    desk::{Desk, DeskKey},
    owner, policy,
    verdict::Terms,
};

/// Holds of guests from one address at a time, which a whole waiting room may share; whoever is signed in has one.
const GUEST_HOLDS: i64 = 20;
/// Seconds after which guests of an address that has too many may ask again.
const GUEST_WAIT: u64 = 120;
/// How often a hold is judged anew when the rules change under it.
const TRIES: u8 = 4;

platform::row! {
    struct Row {
        id: HoldId,
        offer: String,
        held_at: Timestamp,
        starts_at: Timestamp,
        ends_at: Timestamp,
        expires_at: Timestamp,
        price: i64,
        zone: String,
        owner: String,
        holder: String,
    }
}

const BY_ID: &str = "select id, offer, held_at, starts_at, ends_at, expires_at, price, zone, owner, holder from hold \
    where id = $1";

impl Row {
    /// Whether the asker may use it: an account's hold is its own alone; a guest's is of whoever has its id, which is how
    /// it survives signing in.
    fn is_for(&self, cx: &Cx) -> bool {
        self.holder.starts_with(GUEST) || self.holder == holder(cx)
    }
}

/// How the holder of a guest's hold begins.
const GUEST: &str = "guest";

/// A hold that still stands, and since when.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The hold.
    pub hold: Hold,
    /// When it was judged.
    pub held_at: Timestamp,
}

const OPEN: &str = "select count(*) from hold where expires_at > $1";

impl SchedulingContext {
    /// How many times are held for somebody now.
    pub async fn open_holds(&self, now: Timestamp) -> Result<i64> {
        let open = self.db.read(async move |tx| tx.one::<(i64,)>(OPEN, &[&now]).await).await?;
        Ok(open.map_or(0, |(count,)| count))
    }

    pub(crate) async fn keep_time(&self, cx: &Cx, ask: AskHold) -> Result<Hold> {
        if let Some(own) = self.own_hold_on(cx, &ask).await? {
            return Ok(own);
        }
        for _ in 0..TRIES {
            match self.try_hold(cx, &ask).await {
                Err(error) if error.is_conflict(RULES_CHANGED) => self.desks.invalidate(&DeskKey::of(&ask.offer)),
                Err(error) => return Err(self.with_alternatives(cx, &ask.offer, ask.starts_at, error).await),
                held => return held,
            }
        }
        Err(Error::Unavailable("busy"))
    }

    /// Asking again for the time one holds already gives that hold, and no more time (R.H1).
    async fn own_hold_on(&self, cx: &Cx, ask: &AskHold) -> Result<Option<Hold>> {
        const OWN: &str = "select id, offer, held_at, starts_at, ends_at, expires_at, price, zone, owner, holder \
            from hold where holder = $1 and expires_at > $2 order by id limit 1";
        if !matches!(cx.actor, Actor::Account { .. }) {
            return Ok(None); // guests of one address are many
        }
        let (holder, now) = (holder(cx), cx.now());
        let row: Option<Row> = self.db.read(async move |tx| tx.one(OWN, &[&holder, &now]).await).await?;
        let own = row.map(shown).transpose()?;
        Ok(own.filter(|own| own.offer == ask.offer && own.starts_at == ask.starts_at))
    }

    async fn try_hold(&self, cx: &Cx, ask: &AskHold) -> Result<Hold> {
        let now = cx.now();
        let terms = Terms { audience: Audience::Public, purpose: Purpose::Book, overriding: false };
        let verdict = self.verdict(&ask.offer, ask.starts_at, terms, now, now).await?;
        let desk = verdict.desk.clone();
        let hold = Hold {
            id: cx.new_id(),
            offer: ask.offer.clone(),
            starts_at: verdict.slot.starts_at,
            ends_at: verdict.slot.ends_at,
            expires_at: now + policy::minutes(u32::from(desk.policy.hold_minutes)),
            zone: desk.facility.zone.clone(),
            price: desk.price(&verdict.service),
        };
        let (cx, watch) = (cx.clone(), self.watch.clone());
        self.db
            .write(async move |tx| {
                make_room(&cx, tx, &desk, now).await?;
                let by = hold.id.to_string();
                verdict.take(tx, &by, Some(hold.expires_at), now).await?;
                insert(&cx, tx, &hold, &desk.owner, now).await?;
                let moved = moved(&hold, false);
                tx.after_commit(move || {
                    let _ = watch.send(moved); // nobody watches: fine
                });
                Ok(hold)
            })
            .await
    }

    /// The asker's hold that still stands; none where it ran out, was let go, is another's or never was.
    pub(crate) async fn standing_hold(&self, cx: &Cx, id: &HoldId, now: Timestamp) -> Result<Option<Standing>> {
        let id = id.clone();
        let row: Option<Row> = self.db.read(async move |tx| tx.one(BY_ID, &[&id]).await).await?;
        let Some(row) = row.filter(|row| now < row.expires_at && row.is_for(cx)) else { return Ok(None) };
        Ok(Some(Standing { held_at: row.held_at, hold: shown(row)? }))
    }

    pub(crate) async fn read_hold(&self, cx: &Cx, id: &HoldId) -> Result<Hold> {
        let id = id.clone();
        let row: Option<Row> = self.db.read(async move |tx| tx.one(BY_ID, &[&id]).await).await?;
        let hold = shown(row.filter(|row| row.is_for(cx)).ok_or(Error::NotFound("hold"))?)?;
        if cx.now() < hold.expires_at { Ok(hold) } else { Err(Error::conflict("hold-expired")) }
    }

    /// Lets the asker's hold go; one that is gone already is no error, another's is not found.
    pub(crate) async fn let_go(&self, cx: &Cx, id: &HoldId) -> Result<()> {
        let (cx, id, watch) = (cx.clone(), id.clone(), self.watch.clone());
        self.db
            .write(async move |tx| {
                let Some(row) = tx.one::<Row>(BY_ID, &[&id]).await? else { return Ok(()) };
                if !row.is_for(&cx) && !matches!(cx.actor, Actor::System(_)) {
                    return Err(Error::NotFound("hold"));
                }
                owner::freed(tx, &row.owner).await?;
                drop_hold(tx, &id).await?;
                let moved = moved(&shown(row)?, true);
                tx.after_commit(move || {
                    let _ = watch.send(moved); // nobody watches: fine
                });
                Ok(())
            })
            .await
    }

    /// Deletes holds that ran out, at most 500 a call; answers how many. Each by itself, so that no booking waits for
    /// the rest.
    pub(crate) async fn drop_expired_holds(&self, cx: &Cx) -> Result<usize> {
        const EXPIRED: &str = "select id from hold where expires_at <= $1 order by expires_at limit 500";
        let now = cx.now();
        let expired: Vec<(HoldId,)> = self.db.read(async move |tx| tx.all(EXPIRED, &[&now]).await).await?;
        for (id,) in &expired {
            self.let_go(cx, id).await?;
        }
        Ok(expired.len())
    }
}

/// Makes a hold's claim the appointment's, where it still stands on just that time. One that does not fit any more is
/// let go, so that it stands in nobody's way. The owner is locked.
pub async fn take(tx: &mut Tx, id: &HoldId, claim: &Claim<'_>, now: Timestamp) -> Result<bool> {
    if claim::take_over(tx, &id.to_string(), claim, now).await? {
        tx.exec("delete from hold where id = $1", &[id]).await?;
        return Ok(true);
    }
    if tx.exec("delete from hold where id = $1 and owner = $2", &[id, &claim.owner]).await? == 1 {
        drop_hold(tx, id).await?;
    }
    Ok(false)
}

/// Locks whose time is touched and lets go of the holder's earlier holds: all of an account's, the expired ones of an
/// address.
async fn make_room(cx: &Cx, tx: &mut Tx, desk: &Desk, now: Timestamp) -> Result<()> {
    const EARLIER: &str =
        "select id, owner from hold where holder = $1 and (expires_at <= $2 or $3) order by id limit 20";
    let every = matches!(cx.actor, Actor::Account { .. });
    let earlier: Vec<(HoldId, String)> = tx.all(EARLIER, &[&holder(cx), &now, &every]).await?;
    let owners: Vec<String> = earlier.iter().map(|(_, owner)| owner.clone()).collect();
    if !owner::touch_among(tx, &desk.owner, desk.plan_number, &owners).await? {
        return Err(Error::conflict(RULES_CHANGED));
    }
    for (id, _) in earlier {
        drop_hold(tx, &id).await?;
    }
    Ok(())
}

fn shown(row: Row) -> Result<Hold> {
    Ok(Hold {
        offer: copies::parse(&row.offer)?,
        id: row.id,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        expires_at: row.expires_at,
        zone: row.zone,
        price: Money::idr(row.price),
    })
}

async fn drop_hold(tx: &mut Tx, id: &HoldId) -> Result<()> {
    claim::release_hold(tx, &id.to_string()).await?;
    tx.exec("delete from hold where id = $1", &[id]).await?;
    Ok(())
}

/// Keeps the hold under the first number its holder has left; 429 where there is none.
async fn insert(cx: &Cx, tx: &mut Tx, hold: &Hold, owner: &str, now: Timestamp) -> Result<()> {
    let holder = holder(cx);
    let most = if matches!(cx.actor, Actor::Account { .. }) { 1 } else { GUEST_HOLDS };
    for k in 1..=most {
        if write(tx, hold, &holder, k, owner, now).await? {
            return Ok(());
        }
    }
    // Whoever is signed in asked twice at the same instant: the next try lets go of the other one.
    Err(if most == 1 { Error::conflict(RULES_CHANGED) } else { Error::RateLimited(GUEST_WAIT) })
}

/// Writes a hold under that number of its holder; answers whether the number was still to be had.
pub async fn write(tx: &mut Tx, hold: &Hold, holder: &str, k: i64, owner: &str, now: Timestamp) -> Result<bool> {
    const WRITE: &str = "insert into hold (id, holder, k, offer, held_at, starts_at, ends_at, expires_at, price, zone, \
        owner) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing";
    let offer = copies::text(&hold.offer)?;
    let written = tx
        .exec(
            WRITE,
            &[
                &hold.id,
                &holder,
                &k,
                &offer,
                &now,
                &hold.starts_at,
                &hold.ends_at,
                &hold.expires_at,
                &hold.price.amount,
                &hold.zone,
                &owner,
            ],
        )
        .await?;
    Ok(written == 1)
}

/// Whose hold it is: an account's, or an address's while nobody is signed in.
fn holder(cx: &Cx) -> String {
    match &cx.actor {
        Actor::Account { id, .. } => id.to_string(),
        Actor::System(name) => format!("system:{name}"),
        Actor::Guest => cx.address.map_or_else(|| GUEST.to_owned(), |address| format!("{GUEST}:{address}")),
    }
}

fn moved(hold: &Hold, free: bool) -> SlotMoved {
    SlotMoved {
        facility: hold.offer.facility.clone(),
        doctor: hold.offer.doctor.clone(),
        service: hold.offer.service.clone(),
        starts_at: hold.starts_at,
        ends_at: hold.ends_at,
        free,
    }
}
