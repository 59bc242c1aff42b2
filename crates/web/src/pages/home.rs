//! Home: the next useful thing in one tap.

use axum::{extract::State, response::Response};
use contracts::{
    Permission,
    directory::{DoctorSearch, Sort},
    scheduling::{Appointment, AppointmentSearch, When},
};
use futures_util::future::try_join_all;
use platform::{Result, db::PageAsk, i18n::Locale};

use super::{Site, search, shown, visitor::Visitor};
use crate::{
    format,
    view::{Area, Here, Home, Next, Tile},
};

/// Doctors shown.
const DOCTORS: u32 = 6;
/// The zone of a guest's greeting, until a facility gives another.
const USUAL_ZONE: &str = "Asia/Jakarta";

/// `GET /`
pub(super) async fn show(State(site): State<Site>, visitor: Visitor) -> Result<Response> {
    let cx = &visitor.cx;
    let next = next_visit(&site, &visitor).await?;
    let zone = next.as_ref().map_or(USUAL_ZONE, |visit| visit.zone.as_str());
    let now = shown::at(cx.now(), zone);
    let ask = DoctorSearch {
        sort: Some(Sort::Earliest),
        page: PageAsk { limit: DOCTORS, after: None },
        ..DoctorSearch::default()
    };
    let found = site.directory.search_doctors(cx, ask).await?;
    let mut doctors =
        try_join_all(found.items.iter().map(|doctor| search::card(&site, &visitor, doctor, None))).await?;
    doctors.retain(|doctor| !doctor.times.is_empty());
    let page = Home {
        shell: visitor.shell("nav-home", Area::Patient, Here::Home),
        today: day(&visitor, &now),
        name: visitor.account.as_ref().map(|account| first_name(&account.name)).unwrap_or_default(),
        greeting: greeting(now.hour()),
        next: next
            .as_ref()
            .map(|visit| Next { visit: shown::visit(visit, &visitor), countdown: countdown(&visitor, visit) }),
        cities: search::cities(&site, &visitor, "").await?,
        tiles: tiles(),
        doctors,
    };
    visitor.page(&page)
}

fn day(visitor: &Visitor, now: &jiff::Zoned) -> String {
    let locale = visitor.speech.locale;
    let comma = if locale == Locale::Id { "," } else { "" };
    format!("{}{comma} {} {}", format::weekday(now.date(), locale), now.day(), format::month(now.date(), locale))
}

/// The text key of the greeting for an hour.
fn greeting(hour: i8) -> &'static str {
    match hour {
        4..=10 => "hello-morning",
        11..=14 => "hello-midday",
        15..=17 => "hello-afternoon",
        _ => "hello-evening",
    }
}

/// The first word of a name, titles such as `dr.` left out.
fn first_name(name: &str) -> String {
    name.split_whitespace().find(|word| !word.ends_with('.')).unwrap_or(name).trim_end_matches(',').to_owned()
}

/// The next visit within a day.
async fn next_visit(site: &Site, visitor: &Visitor) -> Result<Option<Appointment>> {
    let cx = &visitor.cx;
    if cx.account().is_err() || !cx.may(Permission::AppointmentOwn) || cx.may(Permission::AppointmentPractice) {
        return Ok(None);
    }
    let page = PageAsk { limit: 1, after: None };
    let ask = AppointmentSearch { when: Some(When::Upcoming), mine: Some(true), page, ..AppointmentSearch::default() };
    let first = site.scheduling.appointments(cx, ask).await?.items.into_iter().next();
    Ok(first.filter(|visit| visit.starts_at.duration_since(cx.now()).as_hours() < 24))
}

fn countdown(visitor: &Visitor, visit: &Appointment) -> String {
    let left = visit.starts_at.duration_since(visitor.cx.now());
    if left.is_negative() {
        visitor.say("now-on")
    } else if left.as_hours() > 0 {
        visitor.say_with("in-hours", &[("n", &left.as_hours().to_string())])
    } else {
        visitor.say_with("in-minutes", &[("n", &left.as_mins().max(1).to_string())])
    }
}

fn tiles() -> Vec<Tile> {
    let tile = |href: &str, icon, tone, label| Tile { href: href.to_owned(), icon, tone, label, note: String::new() };
    vec![
        tile("/cari?cara=video", "video", "brand", "tile-video"),
        tile("/cari?cara=klinik", "clinic", "info", "tile-clinic"),
        tile("/cari?layanan=lab", "flask", "plum", "tile-lab"),
        tile("/cari?layanan=vaksin", "syringe", "ok", "tile-vaccine"),
        tile("/cari?layanan=tindakan", "pulse", "wait", "tile-procedure"),
        tile("/cari", "grid", "brand", "tile-all"),
    ]
}

#[cfg(test)]
mod tests {
    use super::{first_name, greeting};

    #[test]
    fn greetings_follow_the_parts_of_the_day() {
        let said: Vec<_> = [3, 4, 10, 11, 15, 18, 23].map(greeting).to_vec();
        assert_eq!(
            said,
            [
                "hello-evening",
                "hello-morning",
                "hello-morning",
                "hello-midday",
                "hello-afternoon",
                "hello-evening",
                "hello-evening"
            ]
        );
    }

    #[test]
    fn people_are_greeted_without_their_titles() {
        assert_eq!(first_name("dr. Sitti Khadijah, Sp.A"), "Sitti");
        assert_eq!(first_name("Nur"), "Nur");
    }
}
