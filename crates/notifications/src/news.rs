//! News of visits: what is kept of each, whom it reminds, who is told. They come by the hundred where many book at once, so
//! every question is asked about all of them together.

use std::collections::{BTreeSet, HashMap, HashSet};

use contracts::{
    auth::AccountId,
    directory::DoctorId,
    notifications::{Channel, NotificationKind},
    people::PatientId,
    scheduling::{self, State},
};
use jiff::SignedDuration;
use platform::{
    Cx, Result,
    bus::{Heard, not_yet},
    db::Tx,
};

use crate::{
    NotificationsContext, copies,
    notice::{self, Notice},
    preference, reminder,
    visit::{self, Visit},
};

/// News older than this go to the inbox alone: they are no surprise any more, or were heard again.
const FRESH: SignedDuration = SignedDuration::from_hours(24);

/// What became of a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    Booked,
    Accepted,
    Rejected,
    Moved,
    Cancelled,
    /// Its state alone; nobody is told.
    State,
}

/// What was said of a visit, and when.
pub(crate) type News<'a> = (&'a scheduling::Visit, &'a Heard);

/// One of the news, with what is known here of its visit.
struct Item<'a> {
    heard: &'a Heard,
    before: Option<Visit>,
    visit: Visit,
    /// The accounts of the patient's side. None at all of a patient who is forgotten: nothing is kept of the visit then, and
    /// the doctor alone is told that the time is free again.
    patients_side: Option<Vec<AccountId>>,
}

impl NotificationsContext {
    /// Hears what became of visits.
    pub(crate) async fn hear_of_visits(&self, tx: &mut Tx, cx: &Cx, told: Told, news: &[News<'_>]) -> Result<()> {
        for some in apart(news) {
            let items = known(tx, told, some).await?;
            keep(tx, cx, &items).await?;
            self.tell(tx, cx, told, &items).await?;
        }
        Ok(())
    }

    /// The ways to tell of what was heard beside the inbox.
    pub(crate) fn channels_for(&self, cx: &Cx, heard: &Heard) -> Vec<Channel> {
        if cx.now().duration_since(heard.at) < FRESH { self.carriers.channels() } else { Vec::new() }
    }

    async fn tell(&self, tx: &mut Tx, cx: &Cx, told: Told, items: &[Item<'_>]) -> Result<()> {
        let to_tell = |item: &&Item<'_>| item.visit.ends_at > cx.now();
        let of = |item| Some((item, kind(told, item)?));
        let telling: Vec<(&Item<'_>, NotificationKind)> = items.iter().filter(to_tell).filter_map(of).collect();
        if !copies::knows_facilities(tx, &telling.iter().map(|(item, _)| &item.visit.facility).collect()).await? {
            return Err(not_yet());
        }
        let doctors = doctors_to_tell(tx, told, &telling).await?;
        let mut notices = Vec::new();
        let ways: Vec<Vec<Channel>> = telling.iter().map(|(item, _)| self.channels_for(cx, item.heard)).collect();
        for ((item, kind), by) in telling.iter().zip(&ways) {
            let Item { heard, before, visit, patients_side } = item;
            let was_at = before.as_ref().map(|before| before.starts_at).filter(|was| *was != visit.starts_at);
            let patients_side = patients_side.as_deref().unwrap_or_default();
            let doctor = visit.doctor.as_ref().and_then(|doctor| doctors.get(doctor)?.as_ref());
            let doctor = doctor.filter(|account| !patients_side.contains(account));
            let to_patients = patients_side.iter().map(|account| (account, false, by.as_slice()));
            for (account, to_doctor, by) in to_patients.chain(doctor.map(|doctor| (doctor, true, &[][..]))) {
                let (cause, at, kind) = (heard.id.as_str(), heard.at, *kind);
                notices.push(Notice { account, cause, kind, to_doctor, visit, was_at, answer_by: None, at, by });
            }
        }
        notice::tell(tx, cx, &notices, &self.bell).await
    }
}

/// The news in pieces in which no visit comes twice: what comes later stands on what came before.
fn apart<'n, 'a>(news: &'n [News<'a>]) -> Vec<&'n [News<'a>]> {
    let (mut pieces, mut begin, mut seen) = (Vec::new(), 0, HashSet::new());
    for (n, (visit, _)) in news.iter().enumerate() {
        if !seen.insert(&visit.appointment) {
            pieces.push(&news[begin..n]);
            begin = n;
            seen = HashSet::from([&visit.appointment]);
        }
    }
    pieces.push(&news[begin..]);
    pieces
}

/// What is known of the visits, their patients held until the end of the transaction.
async fn known<'a>(tx: &mut Tx, told: Told, news: &[News<'a>]) -> Result<Vec<Item<'a>>> {
    let patients: BTreeSet<&PatientId> = news.iter().map(|(visit, _)| &visit.patient).collect();
    copies::hold_patients(tx, &patients).await?;
    let sides = copies::sides_of(tx, &patients).await?;
    let mut before = visit::each(tx, news.iter().map(|(visit, _)| &visit.appointment)).await?;
    let raised = i64::from(told != Told::State && told != Told::Booked);
    let item = |(event, heard): &News<'a>| {
        let before = before.remove(&event.appointment);
        let sequence = before.as_ref().map_or(0, |before| before.sequence) + raised;
        let patients_side = sides.get(&event.patient).ok_or_else(not_yet)?.clone();
        Ok(Item { heard, visit: Visit::told(event, sequence, heard.at), before, patients_side })
    };
    news.iter().map(item).collect()
}

/// Keeps how the visits are now, and plans anew whom they remind.
async fn keep(tx: &mut Tx, cx: &Cx, items: &[Item<'_>]) -> Result<()> {
    let kept = || items.iter().filter_map(|item| Some((item, item.patients_side.as_deref()?)));
    visit::keep_all(tx, kept().map(|(item, _)| &item.visit)).await?;
    let wanted = preference::of_each(tx, kept().flat_map(|(_, accounts)| accounts).collect()).await?;
    let (mut taken_back, mut planned) = (Vec::new(), Vec::new());
    for (Item { before, visit, .. }, accounts) in kept() {
        // Nothing was planned for a visit nobody knew of.
        let was_known = before.is_some();
        if was_known && !visit.is_coming() {
            taken_back.push(reminder::calling_off(visit));
        }
        for account in accounts {
            if was_known {
                taken_back.push(reminder::clearing(visit, account, cx.now()));
            }
            if let Some(wanted) = wanted.get(account) {
                planned.extend(reminder::planned(visit, account, wanted, cx.now()));
            }
        }
    }
    tx.exec_each(&taken_back).await?;
    reminder::plan_all(tx, &planned).await
}

/// What people are told, if anything. A visit set back to booked by a correction is no acceptance.
fn kind(told: Told, item: &Item<'_>) -> Option<NotificationKind> {
    let (before, visit) = (item.before.as_ref(), &item.visit);
    let waited = before.is_none_or(|before| matches!(before.state, State::Pending | State::AwaitingPayment));
    match told {
        Told::Booked if visit.state == State::Booked => Some(NotificationKind::Booked),
        Told::Booked => Some(NotificationKind::Requested),
        Told::Accepted => waited.then_some(NotificationKind::Accepted),
        Told::Rejected => Some(NotificationKind::Rejected),
        Told::Moved => Some(NotificationKind::Moved),
        Told::Cancelled => Some(NotificationKind::Cancelled),
        Told::State => None,
    }
}

/// The doctors' accounts, of what others did with their time (R.M8, D4): accepting and rejecting was their own word.
async fn doctors_to_tell(
    tx: &mut Tx,
    told: Told,
    telling: &[(&Item<'_>, NotificationKind)],
) -> Result<HashMap<DoctorId, Option<AccountId>>> {
    if !matches!(told, Told::Booked | Told::Moved | Told::Cancelled) {
        return Ok(HashMap::new());
    }
    let doctors: BTreeSet<&DoctorId> = telling.iter().filter_map(|(item, _)| item.visit.doctor.as_ref()).collect();
    let accounts = copies::accounts_of_doctors(tx, &doctors).await?;
    if accounts.len() < doctors.len() {
        return Err(not_yet());
    }
    Ok(accounts)
}
