//! Home: the next useful thing in one tap.

use axum::{extract::State, response::Response};
use contracts::{
    Permission,
    directory::{DoctorSearch, Mode, Sort},
    scheduling::{Appointment, AppointmentSearch, State as Stage, When},
};
use futures_util::future::try_join_all;
use platform::{Result, db::PageAsk, i18n::Locale};

use super::{Site, search, shown, visitor::Visitor};
use crate::{
    format,
    view::{Area, DoctorCard, Here, Home, Next, Tile},
};

/// Doctors shown.
const DOCTORS: u32 = 6;
/// With fewer who are free today, tomorrow is shown as well.
const FEW: usize = 3;
/// Doctors seen before that are shown.
const KNOWN: usize = 3;
/// The zone of a guest's greeting, until a facility gives another.
const USUAL_ZONE: &str = "Asia/Jakarta";

/// `GET /`
pub(super) async fn show(State(site): State<Site>, visitor: Visitor) -> Result<Response> {
    let cx = &visitor.cx;
    let coming = coming(&site, &visitor).await?;
    let zone = coming.as_ref().map_or(USUAL_ZONE, |visit| visit.zone.as_str());
    let now = shown::at(cx.now(), zone);
    let (doctors, today_free) = free_soon(&site, &visitor).await?;
    let known = known(&site, &visitor).await?;
    let cities = search::cities(&site, &visitor, "").await?;
    let near = |visit: &Appointment| visit.starts_at.duration_since(cx.now()).as_hours() < 24;
    let (next, later) = match coming {
        Some(visit) if near(&visit) => (Some(visit), None),
        other => (None, other),
    };
    let page = Home {
        shell: visitor.shell("nav-home", Area::Patient, Here::Home),
        today: day(&visitor, &now),
        name: visitor.account.as_ref().map(|account| first_name(&account.name)).unwrap_or_default(),
        greeting: greeting(now.hour()),
        next: next
            .as_ref()
            .map(|visit| Next { visit: shown::visit(visit, &visitor), countdown: countdown(&visitor, visit) }),
        later: later.as_ref().map(|visit| shown::visit(visit, &visitor)),
        tiles: tiles(&site, &visitor, cities.len()).await?,
        cities,
        known,
        today_free,
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

/// Doctors who are free today; where there are few of them, those who are free soonest, and `false`.
async fn free_soon(site: &Site, visitor: &Visitor) -> Result<(Vec<DoctorCard>, bool)> {
    let ask = |within: Option<u16>| DoctorSearch {
        sort: Some(Sort::Earliest),
        free_within_days: within,
        page: PageAsk { limit: DOCTORS, after: None },
        ..DoctorSearch::default()
    };
    for within in [Some(1), None] {
        let found = site.directory.search_doctors(&visitor.cx, ask(within)).await?;
        if within.is_some() && found.items.len() < FEW {
            continue;
        }
        let cards = found.items.iter().map(|doctor| search::card(site, visitor, doctor, None));
        let mut doctors = try_join_all(cards).await?;
        doctors.retain(|doctor| !doctor.times.is_empty());
        let today = visitor.say("today");
        if within.is_none() || doctors.iter().filter(|doctor| doctor.day == today).count() >= FEW {
            let all_today = !doctors.is_empty() && doctors.iter().all(|doctor| doctor.day == today);
            return Ok((doctors, all_today));
        }
    }
    Ok((Vec::new(), false))
}

/// Whether the visitor has visits of their own.
fn is_patient(visitor: &Visitor) -> bool {
    let cx = &visitor.cx;
    cx.account().is_ok() && cx.may(Permission::AppointmentOwn) && !cx.may(Permission::AppointmentPractice)
}

/// The next visit.
async fn coming(site: &Site, visitor: &Visitor) -> Result<Option<Appointment>> {
    if !is_patient(visitor) {
        return Ok(None);
    }
    let page = PageAsk { limit: 1, after: None };
    let ask = AppointmentSearch { when: Some(When::Upcoming), mine: Some(true), page, ..AppointmentSearch::default() };
    Ok(site.scheduling.appointments(&visitor.cx, ask).await?.items.into_iter().next())
}

/// Doctors seen before, the last first, each as they were booked then: one tap from a free time.
async fn known(site: &Site, visitor: &Visitor) -> Result<Vec<DoctorCard>> {
    if !is_patient(visitor) {
        return Ok(Vec::new());
    }
    let page = PageAsk { limit: 20, after: None };
    let ask = AppointmentSearch { when: Some(When::Past), mine: Some(true), page, ..AppointmentSearch::default() };
    let mut seen: Vec<Appointment> = site.scheduling.appointments(&visitor.cx, ask).await?.items;
    let mut doctors = Vec::new();
    seen.retain(|visit| match &visit.offer.doctor {
        Some(doctor) if visit.state == Stage::Fulfilled && !doctors.contains(doctor) => {
            doctors.push(doctor.clone());
            doctors.len() <= KNOWN
        }
        _ => false,
    });
    let cards = try_join_all(seen.iter().map(|visit| search::card_again(site, visitor, &visit.offer))).await?;
    Ok(cards.into_iter().flatten().collect())
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

/// Kinds of service, with a line that wide screens have room for.
async fn tiles(site: &Site, visitor: &Visitor, cities: usize) -> Result<Vec<Tile>> {
    let cheapest = DoctorSearch {
        mode: Some(Mode::Online),
        sort: Some(Sort::Fee),
        page: PageAsk { limit: 1, after: None },
        ..DoctorSearch::default()
    };
    let cheapest = site.directory.search_doctors(&visitor.cx, cheapest).await?.items.into_iter().next();
    let from = cheapest.map(|card| shown::money(&card.fee, visitor.speech.locale));
    let fields = site.directory.specialities(&visitor.cx).await?.len().to_string();
    let tile = |href: &str, icon, tone, label, note: String| Tile { href: href.to_owned(), icon, tone, label, note };
    Ok(vec![
        tile(
            "/cari?cara=video",
            "video",
            "brand",
            "tile-video",
            from.map(|fee| visitor.say_with("tile-from", &[("fee", &fee)])).unwrap_or_default(),
        ),
        tile(
            "/cari?cara=klinik",
            "clinic",
            "info",
            "tile-clinic",
            visitor.say_with("tile-cities", &[("n", &cities.to_string())]),
        ),
        tile("/cari?layanan=lab", "flask", "plum", "tile-lab", visitor.say("tile-lab-note")),
        tile("/cari?layanan=vaksin", "syringe", "ok", "tile-vaccine", visitor.say("tile-vaccine-note")),
        tile("/cari?layanan=tindakan", "pulse", "wait", "tile-procedure", visitor.say("tile-procedure-note")),
        tile("/cari", "grid", "brand", "tile-all", visitor.say_with("tile-fields", &[("n", &fields)])),
    ])
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
