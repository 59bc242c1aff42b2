//! Views of the reservations that an admin keeps under a name (C9). A view holds filters alone: a person who was sought,
//! or one booking, makes no view.

use axum::{extract::State, response::Response};
use contracts::{
    Permission,
    auth::KeptView,
    directory::{DoctorId, FacilityId},
};
use jiff::{ToSpan as _, civil::Date};
use platform::{Error, Result, http::Form};
use serde::Deserialize;

use super::{
    Site,
    admin_reservations::{PATH, Wish, is_state},
    encoded,
    visitor::Visitor,
};
use crate::view::SavedView;

/// The list the views are of.
const LIST: &str = "reservations";
/// Days that move with the calendar.
pub(super) const TOMORROW: &str = "besok";
pub(super) const YESTERDAY: &str = "kemarin";

/// The day of a filter: a date, or a word for one that moves; today where nothing is said.
pub(super) fn day_of(text: &str, today: Date) -> Date {
    match text {
        TOMORROW => today.saturating_add(1.day()),
        YESTERDAY => today.saturating_sub(1.day()),
        date => date.parse().unwrap_or(today),
    }
}

/// A day as a view keeps it: one next to today as a word, so that the view means the same tomorrow.
fn moving(day: Date, today: Date) -> String {
    match () {
        () if day == today => String::new(),
        () if day == today.saturating_add(1.day()) => TOMORROW.to_owned(),
        () if day == today.saturating_sub(1.day()) => YESTERDAY.to_owned(),
        () => day.to_string(),
    }
}

/// The filters shown, as a view keeps them; `None` where they are of one person or booking.
pub(super) fn query_of(wish: &Wish, today: Date) -> Option<String> {
    let day = moving(day_of(&wish.tgl, today), today);
    (!wish.is_of_one()).then(|| query(&day, wish))
}

/// The query of these filters: what is no day, id or state is left out, whoever sent it.
fn query(day: &str, wish: &Wish) -> String {
    let day = if day == TOMORROW || day == YESTERDAY || day.parse::<Date>().is_ok() { day } else { "" };
    let facility = wish.faskes.parse::<FacilityId>().map(|id| id.to_string()).unwrap_or_default();
    let doctor = wish.dokter.parse::<DoctorId>().map(|id| id.to_string()).unwrap_or_default();
    let state = if is_state(&wish.status) { wish.status.as_str() } else { "" };
    let parts = [("tgl", day), ("faskes", &facility), ("dokter", &doctor), ("status", state)];
    let given = parts.iter().filter(|(_, value)| !value.is_empty());
    given.map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&")
}

fn address(query: &str) -> String {
    if query.is_empty() { PATH.to_owned() } else { format!("{PATH}?{query}") }
}

/// The views the visitor keeps, the one shown now marked. A page does without them where they cannot be known now.
pub(super) async fn kept(site: &Site, visitor: &Visitor, now: Option<&str>) -> Vec<SavedView> {
    let views = site.auth.kept_views(&visitor.cx, LIST).await.unwrap_or_else(|error| {
        tracing::debug!(error = error.word(), "the page does without kept views");
        Vec::new()
    });
    let view = |KeptView { name, query }: KeptView| SavedView {
        current: now == Some(query.as_str()),
        href: address(&query),
        name,
    };
    views.into_iter().map(view).collect()
}

/// The form that keeps or forgets a view.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    nama: String,
    saring: String,
}

impl Wanted {
    /// The filters the form came from, as far as they are some.
    fn wish(&self) -> Wish {
        let mut wish = Wish::default();
        for (name, value) in url::form_urlencoded::parse(self.saring.as_bytes()) {
            match &*name {
                "tgl" => wish.tgl = value.into_owned(),
                "faskes" => wish.faskes = value.into_owned(),
                "dokter" => wish.dokter = value.into_owned(),
                "status" => wish.status = value.into_owned(),
                _ => {}
            }
        }
        wish
    }
}

/// `POST /admin/reservations/views`
pub(super) async fn keep(State(site): State<Site>, visitor: Visitor, Form(form): Form<Wanted>) -> Result<Response> {
    let cx = &visitor.cx;
    cx.require(Permission::AppointmentRead)?;
    let wish = form.wish();
    let query = query(&wish.tgl, &wish);
    let to = address(&query);
    match site.auth.keep_view(cx, LIST, KeptView { name: form.nama, query }).await {
        Ok(()) => visitor.go_and_say(&to, "flash-adm-view"),
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => {
            visitor.go_and_tell(&site, &to, visitor.words_of(&error))
        }
        Err(other) => Err(other),
    }
}

/// `POST /admin/reservations/views/forget`
pub(super) async fn forget(State(site): State<Site>, visitor: Visitor, Form(form): Form<Wanted>) -> Result<Response> {
    visitor.cx.require(Permission::AppointmentRead)?;
    site.auth.drop_view(&visitor.cx, LIST, &form.nama).await?;
    visitor.go_and_say(PATH, "flash-adm-view-gone")
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{Wanted, Wish, day_of, query, query_of};

    const TODAY: jiff::civil::Date = date(2026, 11, 24);

    /// C9: tomorrow's reservations are tomorrow's also next week.
    #[test]
    fn a_view_keeps_days_that_move() {
        let of = |tgl: &str| query_of(&Wish { tgl: tgl.into(), ..Wish::default() }, TODAY).unwrap();
        assert_eq!((of("").as_str(), of("2026-11-24").as_str()), ("", ""));
        assert_eq!((of("2026-11-25").as_str(), of("besok").as_str()), ("tgl=besok", "tgl=besok"));
        assert_eq!((of("2026-11-23").as_str(), of("2026-12-01").as_str()), ("tgl=kemarin", "tgl=2026-12-01"));
        assert_eq!(day_of("besok", TODAY), date(2026, 11, 25));
        assert_eq!(day_of("nonsense", TODAY), TODAY);
    }

    /// J9: nobody's id, name or code is in a view, whatever a form sends.
    #[test]
    fn a_view_is_of_no_person() {
        let one = Wish { pasien: "pat_01K9ZQZ5YX0000000000000000".into(), ..Wish::default() };
        assert_eq!(query_of(&one, TODAY), None);
        assert_eq!(query_of(&Wish { kode: "K7M4P2Q".into(), ..Wish::default() }, TODAY), None);
        let sent = "pasien=pat_1&kode=K7M&q=Siti&status=Siti&faskes=Siti&dokter=Siti&tgl=besok";
        let came = |sent: &str| {
            let wish = Wanted { saring: sent.into(), ..Wanted::default() }.wish();
            query(&wish.tgl, &wish)
        };
        assert_eq!(came(sent), "tgl=besok");
        assert_eq!(
            (came("status=pending&tgl=2026-12-01").as_str(), came("tgl=Siti").as_str()),
            ("tgl=2026-12-01&status=pending", "")
        );
    }
}
