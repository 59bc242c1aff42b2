//! Holds: a time kept for somebody while they fill in the form (R.H1). Whether one still stands is judged when it is
//! read (R.H2); the clean-up job only tidies.

use contracts::scheduling::{AskHold, Book, Hold, HoldId, Offer, SlotMoved};
use jiff::Timestamp;
use platform::{Actor, Cx, Error, Money, Result, db::Tx};

use crate::{
    SchedulingContext,
    availability::{self, Audience, Purpose, Request},
    booking::refused,
    claim::{self, Span},
    copies,
    desk::DeskKey,
    free, owner, policy,
};

/// Holds of guests from one address at a time.
const GUEST_HOLDS: i64 = 5;

platform::row! {
    struct Row {
        id: HoldId,
        offer: String,
        starts_at: Timestamp,
        ends_at: Timestamp,
        expires_at: Timestamp,
        price: i64,
        zone: String,
        owner: String,
    }
}

const BY_ID: &str = "select id, offer, starts_at, ends_at, expires_at, price, zone, owner from hold where id = $1";

impl SchedulingContext {
    pub(crate) async fn keep_time(&self, cx: &Cx, ask: AskHold) -> Result<Hold> {
        for _ in 0..3 {
            match self.try_hold(cx, &ask).await {
                Err(error) if error.is_conflict("rules-changed") => self.desks.invalidate(&DeskKey::of(&ask.offer)),
                Err(Error::Conflict(mut conflict)) => {
                    conflict.alternatives = self.alternatives(cx, &ask.offer, ask.starts_at).await;
                    return Err(Error::Conflict(conflict));
                }
                other => return other,
            }
        }
        Err(Error::Unavailable("busy"))
    }

    async fn try_hold(&self, cx: &Cx, ask: &AskHold) -> Result<Hold> {
        let now = cx.now();
        let desk = self.desk_kept(&ask.offer, now).await?;
        let service = desk.service(&ask.offer.service, ask.offer.mode).ok_or(Error::NotFound("service"))?;
        let wish = free::wish(&ask.offer.service, ask.offer.mode, Audience::Public, Purpose::Book);
        let request = Request { wish, starts_at: ask.starts_at };
        let slot = availability::check(&desk.plan, &request, &[], now).map_err(|refusal| refused(&refusal))?;
        let hold = Hold {
            id: cx.new_id(),
            offer: ask.offer.clone(),
            starts_at: slot.starts_at,
            ends_at: slot.ends_at,
            expires_at: now + policy::minutes(u32::from(desk.policy.hold_minutes)),
            zone: desk.facility.zone.clone(),
            price: desk.price(service),
        };
        let (cx, watch) = (cx.clone(), self.watch.clone());
        self.db
            .write(async move |tx| {
                let holder = holder(&cx);
                release_earlier(&cx, tx, &holder, now).await?;
                if !owner::touch(tx, &desk.owner, desk.plan_number).await? {
                    return Err(Error::conflict("rules-changed"));
                }
                let span = Span { starts_at: slot.claim_starts_at, ends_at: slot.claim_ends_at };
                let seats: Vec<i64> = slot.seats.iter().map(|seat| i64::from(*seat)).collect();
                let by = hold.id.to_string();
                if !claim::claim_seat(tx, &desk.owner, &seats, span, Some(hold.expires_at), &by, now).await? {
                    return Err(Error::conflict("slot-taken"));
                }
                insert(tx, &hold, &holder, &desk.owner, span).await?;
                let moved = moved(&hold, false);
                tx.after_commit(move || {
                    let _ = watch.send(moved); // nobody watches: fine
                });
                Ok(hold)
            })
            .await
    }

    pub(crate) async fn read_hold(&self, cx: &Cx, id: &HoldId) -> Result<Hold> {
        let id = id.clone();
        let hold = self.db.read(async move |tx| find(tx, &id).await).await?;
        if cx.now() < hold.expires_at { Ok(hold) } else { Err(Error::conflict("hold-expired")) }
    }

    pub(crate) async fn let_go(&self, cx: &Cx, id: &HoldId) -> Result<()> {
        let _ = cx;
        let (id, watch) = (id.clone(), self.watch.clone());
        self.db
            .write(async move |tx| {
                let Some(hold) = drop_hold(tx, &id).await? else { return Ok(()) };
                let moved = moved(&hold, true);
                tx.after_commit(move || {
                    let _ = watch.send(moved); // nobody watches: fine
                });
                Ok(())
            })
            .await
    }
}

/// Makes a live hold on just this time the appointment's; any other hold named is let go. Answers whether the time was
/// had so.
pub async fn take(tx: &mut Tx, id: &HoldId, ask: &Book, appointment: &str, now: Timestamp) -> Result<bool> {
    let Some(row): Option<Row> = tx.one(BY_ID, &[id]).await? else { return Ok(false) };
    let fits = copies::parse::<Offer>(&row.offer)? == ask.offer && row.starts_at == ask.starts_at;
    if fits && claim::take_over(tx, &row.id.to_string(), appointment, now).await? {
        tx.exec("delete from hold where id = $1", &[id]).await?;
        return Ok(true);
    }
    drop_hold(tx, id).await?;
    Ok(false)
}

/// Deletes holds that ran out, at most 500 at a time; answers how many.
pub async fn purge(tx: &mut Tx, now: Timestamp) -> Result<usize> {
    let expired: Vec<(HoldId,)> =
        tx.all("select id from hold where expires_at <= $1 order by expires_at limit 500", &[&now]).await?;
    for (id,) in &expired {
        drop_hold(tx, id).await?;
    }
    Ok(expired.len())
}

/// One hold a person: an earlier one of theirs is let go. Guests of one address share a few.
async fn release_earlier(cx: &Cx, tx: &mut Tx, holder: &str, now: Timestamp) -> Result<()> {
    if let Actor::Account { .. } = cx.actor {
        let earlier: Vec<(HoldId,)> =
            tx.all("select id from hold where holder = $1 order by id limit 20", &[&holder]).await?;
        for (id,) in earlier {
            drop_hold(tx, &id).await?;
        }
        return Ok(());
    }
    let live: Option<(i64,)> =
        tx.one("select count(*) from hold where holder = $1 and expires_at > $2", &[&holder, &now]).await?;
    if live.is_some_and(|(count,)| count >= GUEST_HOLDS) {
        return Err(Error::RateLimited(60));
    }
    Ok(())
}

async fn find(tx: &mut Tx, id: &HoldId) -> Result<Hold> {
    let row: Option<Row> = tx.one(BY_ID, &[id]).await?;
    shown(row.ok_or(Error::NotFound("hold"))?)
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

async fn drop_hold(tx: &mut Tx, id: &HoldId) -> Result<Option<Hold>> {
    let Some(row): Option<Row> = tx.one(BY_ID, &[id]).await? else { return Ok(None) };
    owner::freed(tx, &row.owner).await?;
    tx.exec("delete from resource_claim where appointment = $1", &[id]).await?;
    tx.exec("delete from hold where id = $1", &[id]).await?;
    shown(row).map(Some)
}

async fn insert(tx: &mut Tx, hold: &Hold, holder: &str, owner: &str, span: Span) -> Result<()> {
    const INSERT: &str = "insert into hold (id, holder, offer, starts_at, ends_at, claim_starts_at, claim_ends_at, \
        expires_at, price, zone, owner) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let offer = copies::text(&hold.offer)?;
    tx.exec(
        INSERT,
        &[
            &hold.id,
            &holder,
            &offer,
            &hold.starts_at,
            &hold.ends_at,
            &span.starts_at,
            &span.ends_at,
            &hold.expires_at,
            &hold.price.amount,
            &hold.zone,
            &owner,
        ],
    )
    .await?;
    Ok(())
}

/// Whose hold it is: an account's, or an address's while nobody is signed in.
fn holder(cx: &Cx) -> String {
    match &cx.actor {
        Actor::Account { id, .. } => id.to_string(),
        Actor::System(name) => format!("system:{name}"),
        Actor::Guest => cx.address.map_or_else(|| "guest".to_owned(), |address| format!("guest:{address}")),
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
