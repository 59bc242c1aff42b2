//! Calendars that doctors keep elsewhere (C10): read now and then by a job, so that nobody books over what stands in them.
//! Scheduling is told times and nothing else. The address is a secret, sealed, and shown to nobody again.

mod events;
mod fetch;
mod repeats;

use contracts::{
    Permission,
    audit::AuditEntry,
    auth::AccountId,
    directory::DoctorId,
    notifications::{AddOutsideCalendar, BusySpan, BusyTimesChanged, OutsideCalendar, OutsideCalendarId},
};
use jiff::{SignedDuration, Timestamp};
use platform::{Cx, Error, Result, db::Tx, settings};
use url::Host;

use self::{
    events::{Busy, Horizon},
    fetch::Reach,
};
use crate::{NotificationsContext, preference};

settings! {
    /// Calendars that doctors keep elsewhere.
    pub struct Calendars in "calendars" {
        /// Whether addresses inside this network may be read, such as those of a hospital's own calendar server; otherwise only what the whole world can reach.
        internal: bool = false,
    }
}

/// Calendars of one account at most.
const MOST: i64 = 3;
/// Calendars read in a round.
const A_ROUND: i64 = 20;
/// How often each is read.
const PERIOD: SignedDuration = SignedDuration::from_mins(30);
/// The stretch of time that is looked at.
const BEHIND: SignedDuration = SignedDuration::from_hours(24);
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 120);

platform::row! {
    struct Row {
        id: OutsideCalendarId,
        host: String,
        read_at: Option<Timestamp>,
        problem: Option<String>,
        count: i64,
    }
}

impl From<Row> for OutsideCalendar {
    fn from(row: Row) -> Self {
        let Row { id, host, read_at, problem, count } = row;
        Self { id, host, read_at, problem, spans: count }
    }
}

impl NotificationsContext {
    /// How far the addresses of calendars may reach from now on.
    pub fn reach(&self, settings: &Calendars) {
        self.internal.store(settings.internal, std::sync::atomic::Ordering::Relaxed);
    }

    fn allowed(&self) -> Reach {
        Reach { internal: self.internal.load(std::sync::atomic::Ordering::Relaxed) }
    }

    pub(crate) async fn list_outside(&self, cx: &Cx) -> Result<Vec<OutsideCalendar>> {
        const LIST: &str =
            "select id, host, read_at, problem, spans_count from outside_calendar where account = $1 order by id";
        let account = doctors_account(cx)?;
        let rows: Vec<Row> = self.db.read(async move |tx| tx.all(LIST, &[&account]).await).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    pub(crate) async fn add_outside(&self, cx: &Cx, ask: AddOutsideCalendar) -> Result<OutsideCalendar> {
        let account = doctors_account(cx)?;
        let url = fetch::address(&ask.url).map_err(|trouble| Error::invalid("url", trouble.word()))?;
        let inside = match url.host() {
            Some(Host::Ipv4(v4)) => !fetch::is_public(v4.into()),
            Some(Host::Ipv6(v6)) => !fetch::is_public(v6.into()),
            _ => false,
        };
        if inside && !self.allowed().internal {
            return Err(Error::invalid("url", fetch::Trouble::Internal.word()));
        }
        let id: OutsideCalendarId = cx.new_id();
        let host: String = url.host_str().unwrap_or_default().chars().take(255).collect();
        let sealed = self.vault.seal_url(cx, &id.to_string(), url.as_str());
        let (cx, kept) = (cx.clone(), OutsideCalendar { id, host, read_at: None, problem: None, spans: 0 });
        self.db.write(async move |tx| add(tx, &cx, &account, kept, &sealed).await).await
    }

    pub(crate) async fn remove_outside(&self, cx: &Cx, id: &OutsideCalendarId) -> Result<()> {
        const REMOVE: &str = "delete from outside_calendar where id = $1 and account = $2 returning doctor";
        let (account, id, cx) = (doctors_account(cx)?, id.clone(), cx.clone());
        self.db
            .write(async move |tx| {
                let row: Option<(DoctorId,)> = tx.one(REMOVE, &[&id, &account]).await?;
                let (doctor,) = row.ok_or(Error::NotFound("calendar"))?;
                tell(tx, &cx, &doctor).await?;
                tx.publish(&cx, &AuditEntry::of(&cx, "notifications", "calendar.remove", &id.to_string())).await
            })
            .await
    }

    /// Reads the calendars whose turn it is; answers how many. What fails waits for its next turn and holds up no other; the
    /// first failure is answered at the end.
    pub(crate) async fn read_outside(&self, cx: &Cx) -> Result<usize> {
        const DUE: &str =
            "select id, doctor, url from outside_calendar where due_at <= $1 order by due_at, id limit $2";
        const LATER: &str = "update outside_calendar set due_at = $2 where id = $1";
        let (now, next) = (cx.now(), cx.now() + PERIOD);
        let due: Vec<(OutsideCalendarId, DoctorId, Vec<u8>)> =
            self.db.read(async move |tx| tx.all(DUE, &[&now, &A_ROUND]).await).await?;
        let count = due.len();
        let mut failure = None;
        for (id, doctor, sealed) in due {
            let found = match self.vault.url(&id.to_string(), &sealed) {
                Ok(url) => self.busy_times(cx, &url).await,
                Err(error) => {
                    tracing::error!(calendar = %id, error = error.word(), "the address of a calendar cannot be opened");
                    Err("calendar-lost")
                }
            };
            let (cx, calendar) = (cx.clone(), id.clone());
            let noted = self.db.write(async move |tx| note(tx, &cx, &calendar, &doctor, found).await).await;
            if let Err(error) = noted {
                self.db.write(async move |tx| tx.exec(LATER, &[&id, &next]).await).await?;
                failure = failure.or(Some(error));
            }
        }
        failure.map_or(Ok(count), Err)
    }

    /// The busy times at an address; or why there are none, by text key.
    async fn busy_times(&self, cx: &Cx, url: &str) -> Result<Busy, &'static str> {
        let url = fetch::address(url).map_err(fetch::Trouble::word)?;
        let text = fetch::get(url, self.allowed()).await.map_err(fetch::Trouble::word)?;
        let horizon = Horizon { from: cx.now() - BEHIND, until: cx.now() + AHEAD };
        // Long calendars take a while to read.
        let read = tokio::task::spawn_blocking(move || events::busy(&text, horizon)).await;
        read.ok().and_then(Result::ok).ok_or("calendar-unreadable")
    }
}

/// The account of a doctor who may change their own hours.
fn doctors_account(cx: &Cx) -> Result<AccountId> {
    cx.require(Permission::ScheduleOwn)?;
    preference::own(cx)
}

async fn add(
    tx: &mut Tx,
    cx: &Cx,
    account: &AccountId,
    kept: OutsideCalendar,
    sealed: &[u8],
) -> Result<OutsideCalendar> {
    const DOCTOR: &str = "select id from doctor where account = $1";
    const PLACES: &str = "select place from outside_calendar where account = $1";
    const ADD: &str = "insert into outside_calendar (id, account, doctor, place, host, url, spans, spans_count, due_at) \
        values ($1, $2, $3, $4, $5, $6, '[]', 0, $7) on conflict (account, place) do nothing";
    let row: Option<(DoctorId,)> = tx.one(DOCTOR, &[account]).await?;
    let (doctor,) = row.ok_or(Error::NotFound("doctor"))?;
    let taken: Vec<(i64,)> = tx.all(PLACES, &[account]).await?;
    let full = || Error::conflict("too-many-calendars").with("max", MOST);
    let place = (1..=MOST).find(|place| !taken.contains(&(*place,))).ok_or_else(full)?;
    if tx.exec(ADD, &[&kept.id, account, &doctor, &place, &kept.host, &sealed, &cx.now()]).await? == 0 {
        return Err(full());
    }
    tx.publish(cx, &AuditEntry::of(cx, "notifications", "calendar.add", &kept.id.to_string())).await?;
    Ok(kept)
}

/// Notes what was found; where it was nothing, what was known before stays.
async fn note(
    tx: &mut Tx,
    cx: &Cx,
    id: &OutsideCalendarId,
    doctor: &DoctorId,
    found: Result<Busy, &'static str>,
) -> Result<()> {
    const FOUND: &str = "update outside_calendar set read_at = $2, problem = $6, spans = $3, spans_count = $4, \
        due_at = $5 where id = $1";
    const TROUBLE: &str = "update outside_calendar set problem = $2, due_at = $3 where id = $1";
    let (now, next) = (cx.now(), cx.now() + PERIOD);
    match found {
        Err(problem) => tx.exec(TROUBLE, &[id, &problem, &next]).await.map(drop),
        Ok(Busy { spans, is_partly }) => {
            let problem = is_partly.then_some("calendar-partly");
            let (text, count) = (serde_json::to_string(&spans).map_err(Error::internal)?, spans.len() as i64);
            // It may have been taken away meanwhile.
            if tx.exec(FOUND, &[id, &now, &text, &count, &next, &problem]).await? == 0 {
                return Ok(());
            }
            tell(tx, cx, doctor).await
        }
    }
}

/// Tells when a doctor is busy by all calendars together, where that is another than was told last.
async fn tell(tx: &mut Tx, cx: &Cx, doctor: &DoctorId) -> Result<()> {
    const LOCK: &str = "insert into outside_told (doctor, spans) values ($1, '[]') \
        on conflict (doctor) do update set spans = outside_told.spans";
    const TOLD: &str = "select spans from outside_told where doctor = $1";
    const ALL: &str = "select spans from outside_calendar where doctor = $1 order by id";
    const KEEP: &str = "update outside_told set spans = $2 where doctor = $1";
    tx.exec(LOCK, &[doctor]).await?;
    let mut all: Vec<BusySpan> = Vec::new();
    for (text,) in tx.all::<(String,)>(ALL, &[doctor]).await? {
        all.extend(serde_json::from_str::<Vec<BusySpan>>(&text).map_err(Error::internal)?);
    }
    let spans = events::joined(all);
    let text = serde_json::to_string(&spans).map_err(Error::internal)?;
    let told: Option<(String,)> = tx.one(TOLD, &[doctor]).await?;
    if told.is_some_and(|(told,)| told == text) {
        return Ok(());
    }
    tx.exec(KEEP, &[doctor, &text]).await?;
    tx.publish(cx, &BusyTimesChanged { doctor: doctor.clone(), spans }).await
}

/// Takes away the calendars of an account; answers how many rows went.
pub(crate) async fn forget(tx: &mut Tx, cx: &Cx, account: &AccountId) -> Result<u64> {
    const FORGET: &str = "delete from outside_calendar where account = $1 returning doctor";
    let doctors: Vec<(DoctorId,)> = tx.all(FORGET, &[account]).await?;
    for (doctor,) in &doctors {
        tell(tx, cx, doctor).await?;
    }
    Ok(doctors.len() as u64)
}
