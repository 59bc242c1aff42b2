//! Lists of appointments: by time, paged by key, each asking only through what the asker may see (R.A1).

use contracts::{
    Permission,
    directory::{DoctorId, FacilityId},
    scheduling::{Appointment, AppointmentSearch, DayCount, State, When},
};
use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date, tz::TimeZone};
use platform::{
    Actor, Cx, Error, Result,
    db::{Bind, Page, Tx},
    error::Problems,
};

use crate::{
    SchedulingContext,
    access::{self, Side},
    appointment::{self, Row, columns},
    around::Around,
    code, copies, free,
};

/// Facilities searched at once where staff name none.
const FACILITIES: usize = 500;

/// Conditions and order shared by every list. `$2` … `$9` are optional filters, `$10` and `$11` the key to go on after.
macro_rules! coming {
    () => {
        " and (cast($2 as text) is null or a.state = $2) and (cast($3 as text) is null or a.patient = $3) \
          and (cast($4 as text) is null or a.doctor = $4) and (cast($5 as text) is null or a.facility = $5) \
          and (cast($6 as text) is null or a.local_date >= $6) and (cast($7 as text) is null or a.local_date <= $7) \
          and a.ends_at > $8 and (a.state in ('held', 'pending', 'awaiting_payment', 'booked', 'arrived', 'in_progress') \
          or cast($9 as text) is not null) and (a.starts_at, a.id) > ($10, $11) order by a.starts_at, a.id limit $12"
    };
}
macro_rules! gone {
    () => {
        " and (cast($2 as text) is null or a.state = $2) and (cast($3 as text) is null or a.patient = $3) \
          and (cast($4 as text) is null or a.doctor = $4) and (cast($5 as text) is null or a.facility = $5) \
          and (cast($6 as text) is null or a.local_date >= $6) and (cast($7 as text) is null or a.local_date <= $7) \
          and (a.ends_at <= $8 or a.state in ('fulfilled', 'cancelled', 'noshow')) and cast($9 as text) is null \
          and (a.starts_at, a.id) < ($10, $11) order by a.starts_at desc, a.id desc limit $12"
    };
}

const FAMILY_COMING: &str = concat!(
    "select ",
    columns!(),
    " from patient_account pa join appointment a on a.patient = pa.patient where pa.account = $1",
    coming!()
);
const FAMILY_GONE: &str = concat!(
    "select ",
    columns!(),
    " from patient_account pa join appointment a on a.patient = pa.patient where pa.account = $1",
    gone!()
);
const PRACTICE_COMING: &str = concat!("select ", columns!(), " from appointment a where a.doctor = $1", coming!());
const PRACTICE_GONE: &str = concat!("select ", columns!(), " from appointment a where a.doctor = $1", gone!());
const FACILITY_COMING: &str = concat!("select ", columns!(), " from appointment a where a.facility = $1", coming!());
const FACILITY_GONE: &str = concat!("select ", columns!(), " from appointment a where a.facility = $1", gone!());

/// Through what the asker sees.
enum Scope {
    Family(String),
    Practice(DoctorId),
    Facilities(Vec<FacilityId>),
}

impl SchedulingContext {
    pub(crate) async fn list(&self, cx: &Cx, mut ask: AppointmentSearch) -> Result<Page<Appointment>> {
        if let Some(typed) = &ask.code {
            return match code::read(typed) {
                Some(code) => match self.show_by(cx, &code).await {
                    Ok(found) => Ok(Page { items: vec![found], next: None }),
                    Err(Error::NotFound(_)) => Ok(Page::default()),
                    Err(other) => Err(other),
                },
                None => Ok(Page::default()),
            };
        }
        let cx_ = cx.clone();
        let shown = self
            .db
            .read(async move |tx| {
                let (scope, side) = scope(&cx_, tx, &ask).await?;
                let now = cx_.now();
                let rows = rows(tx, &scope, &mut ask, now).await?;
                let page = Page::of(rows, &ask.page, |row| (row.starts_at, row.id.clone()))?;
                let (mut items, mut around) = (Vec::with_capacity(page.items.len()), Around::default());
                for row in page.items {
                    items.push(appointment::show_among(&cx_, tx, row, side, &mut around).await?);
                }
                Ok(Page { items, next: page.next })
            })
            .await?;
        let mut items = Vec::with_capacity(shown.items.len());
        for one in shown.items {
            items.push(self.complaints.unseal(one).await?);
        }
        Ok(Page { items, next: shown.next })
    }

    pub(crate) async fn count_by_day(
        &self,
        cx: &Cx,
        facility: Option<FacilityId>,
        from: Date,
        until: Date,
    ) -> Result<Vec<DayCount>> {
        const COUNT: &str = "select facility, local_date, state, count(*) from appointment \
            where facility = $1 and starts_at >= $2 and starts_at < $3 group by facility, local_date, state \
            order by local_date, state";
        cx.require(Permission::AppointmentRead)?;
        let mut problems = Problems::default();
        problems.range("from", from, free::FIRST_DATE, free::LAST_DATE);
        problems.range("until", until, from, from.saturating_add(366.days()));
        problems.done()?;
        // A day wider than any zone is away from UTC; the local dates are sorted out below.
        let (start, end) = (instant(from) - TWO_DAYS, instant(until) + TWO_DAYS);
        let cx = cx.clone();
        self.db
            .read(async move |tx| {
                let mut counts = Vec::new();
                for facility in served(&cx, tx, facility.as_ref()).await? {
                    let rows: Vec<(FacilityId, Date, State, i64)> = tx.all(COUNT, &[&facility, &start, &end]).await?;
                    let asked = rows.into_iter().filter(|(_, date, ..)| (from..=until).contains(date));
                    counts.extend(asked.map(|(facility, date, state, count)| DayCount {
                        facility,
                        date,
                        state,
                        count,
                    }));
                }
                Ok(counts)
            })
            .await
    }
}

/// What the asker sees: their family's visits, their practice's, or their facilities'.
async fn scope(cx: &Cx, tx: &mut Tx, ask: &AppointmentSearch) -> Result<(Scope, Side)> {
    let staff = cx.may(Permission::AppointmentRead);
    let mine = ask.mine.unwrap_or(!staff);
    if mine
        && cx.may(Permission::AppointmentPractice)
        && let Some(doctor) = access::own_doctor(cx, tx).await?
    {
        return Ok((Scope::Practice(doctor), Side::Doctor));
    }
    if mine && let Actor::Account { id, .. } = &cx.actor {
        cx.require(Permission::AppointmentOwn)?;
        return Ok((Scope::Family(id.to_string()), Side::Patient));
    }
    cx.require(Permission::AppointmentRead)?;
    let works = cx.may(Permission::AppointmentManage) || cx.may(Permission::AppointmentAttend);
    let side = if works { Side::Staff } else { Side::Onlooker };
    Ok((Scope::Facilities(served(cx, tx, ask.facility.as_ref()).await?), side))
}

/// The facilities asked for that the asker serves; 404 for one they do not.
async fn served(cx: &Cx, tx: &mut Tx, facility: Option<&FacilityId>) -> Result<Vec<FacilityId>> {
    match facility {
        Some(id) if cx.serves(&id.to_string()) => Ok(vec![id.clone()]),
        Some(_) => Err(Error::NotFound("facility")),
        None => {
            let all = copies::facilities(tx).await?.into_iter().map(|facility| facility.id);
            Ok(all.filter(|id| cx.serves(&id.to_string())).take(FACILITIES).collect())
        }
    }
}

/// One row more than the page holds, in order.
async fn rows(tx: &mut Tx, scope: &Scope, ask: &mut AppointmentSearch, now: Timestamp) -> Result<Vec<Row>> {
    let gone = ask.when == Some(When::Past);
    match scope {
        Scope::Family(account) => {
            let sql = if gone { FAMILY_GONE } else { FAMILY_COMING };
            part(tx, sql, account, ask, now).await
        }
        Scope::Practice(doctor) => {
            let sql = if gone { PRACTICE_GONE } else { PRACTICE_COMING };
            part(tx, sql, doctor, ask, now).await
        }
        Scope::Facilities(facilities) => {
            let sql = if gone { FACILITY_GONE } else { FACILITY_COMING };
            let mut all = Vec::new();
            for facility in facilities {
                all.extend(part(tx, sql, facility, ask, now).await?);
            }
            all.sort_by(|a, b| (a.starts_at, &a.id).cmp(&(b.starts_at, &b.id)));
            if gone {
                all.reverse();
            }
            all.truncate(ask.page.size() + 1);
            Ok(all)
        }
    }
}

async fn part(
    tx: &mut Tx,
    sql: &'static str,
    of: &dyn Bind,
    ask: &AppointmentSearch,
    now: Timestamp,
) -> Result<Vec<Row>> {
    let gone = ask.when == Some(When::Past);
    // Everything, by time, where neither side of now is asked for.
    let everything = ask.when.is_none().then_some("all");
    let since = if everything.is_some() { Timestamp::MIN } else { now };
    let key: Option<(Timestamp, String)> = ask.page.after()?;
    let since = since.max(EARLY + TWO_DAYS);
    // The index is walked from the key on: it starts no further off than the filters reach, for no visit is longer than
    // two days and no zone further than one day from UTC.
    let (at, id) = match key {
        Some(key) => key,
        None if gone => (ask.until.map_or(FAR, |last| instant(last) + TWO_DAYS), "~".to_owned()),
        None => (ask.from.map_or(EARLY, |first| instant(first) - TWO_DAYS).max(since - TWO_DAYS), String::new()),
    };
    tx.all(
        sql,
        &[
            of,
            &ask.state,
            &ask.patient,
            &ask.doctor,
            &ask.facility,
            &ask.from,
            &ask.until,
            &since,
            &everything,
            &at,
            &id,
            &ask.page.fetch(),
        ],
    )
    .await
}

const TWO_DAYS: SignedDuration = SignedDuration::from_hours(48);

/// The beginning of a date in UTC, or the nearest instant that is kept.
fn instant(date: Date) -> Timestamp {
    let midnight = date.to_zoned(TimeZone::UTC).map_or(EARLY, |zoned| zoned.timestamp());
    midnight.clamp(EARLY + TWO_DAYS, FAR - TWO_DAYS)
}

/// Before and after every appointment, within what both engines keep.
const EARLY: Timestamp = Timestamp::constant(-2_208_988_800, 0); // 1900-01-01
const FAR: Timestamp = Timestamp::constant(7_258_118_400, 0); // 2200-01-01
