//! Live pages: server-sent events that keep what is on screen true.
//!
//! A picker hears `taken` and `freed`, each with a slot's start as the page wrote it; `again` says that some were
//! missed, whereupon the part is fetched anew. The doctor's day hears `changed`.

use std::convert::Infallible;

use axum::{
    extract::{Path, State},
    response::sse::{Event, KeepAlive, Sse},
};
use contracts::{
    directory::ServiceId,
    scheduling::{FreeTimesAsk, Offer, SlotMoved},
};
use futures_util::{Stream, StreamExt, stream};
use platform::{Cx, Error, Result, http::Params};
use tokio_stream::wrappers::BroadcastStream;

use super::{
    Site,
    offers::{self, Choice, Offered},
    shown,
};
use crate::format;

type Said = Result<Event, Infallible>;

/// What happens to a doctor's times.
pub(super) async fn of_doctor(
    State(site): State<Site>,
    cx: Cx,
    Path(slug): Path<String>,
    Params(choice): Params<Choice>,
) -> Result<Sse<impl Stream<Item = Said>>> {
    let doctor = site.directory.doctor(&cx, &slug).await?;
    let offered = offers::of_doctor(&site, &cx, &doctor).await?;
    watch(site, cx, &offered, &choice)
}

/// What happens to a desk's times.
pub(super) async fn of_service(
    State(site): State<Site>,
    cx: Cx,
    Path(id): Path<String>,
    Params(choice): Params<Choice>,
) -> Result<Sse<impl Stream<Item = Said>>> {
    let id: ServiceId = id.parse().map_err(|_| Error::NotFound("service"))?;
    let service = site.directory.service(&cx, &id).await?;
    let offered = offers::of_service(&site, &cx, service).await?;
    watch(site, cx, &offered, &choice)
}

fn watch(site: Site, cx: Cx, offered: &[Offered], choice: &Choice) -> Result<Sse<impl Stream<Item = Said> + use<>>> {
    let chosen = choice.among(offered).ok_or(Error::NotFound("service"))?;
    let (offer, zone) = (chosen.offer(), chosen.facility.zone.clone());
    // A watcher stays longer than a request may take.
    let cx = Cx { deadline: None, ..cx };
    let moves = BroadcastStream::new(site.scheduling.watch());
    let events = moves
        .then(move |moved| {
            let (site, cx, offer, zone) = (site.clone(), cx.clone(), offer.clone(), zone.clone());
            async move {
                match moved {
                    Ok(moved) if concerns(&offer, &moved) => told(&site, &cx, &offer, &zone, &moved).await,
                    Ok(_) => Vec::new(),
                    Err(_) => vec![again()],
                }
            }
        })
        .flat_map(|events| stream::iter(events.into_iter().map(Ok)));
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

/// A doctor's time is taken at every facility at once; a desk's belongs to its services together.
fn concerns(offer: &Offer, moved: &SlotMoved) -> bool {
    match &offer.doctor {
        Some(doctor) => moved.doctor.as_ref() == Some(doctor),
        None => moved.doctor.is_none() && moved.facility == offer.facility,
    }
}

/// How the starts that a change touches stand now: a desk may have room left, an overlapping visit may block several.
async fn told(site: &Site, cx: &Cx, offer: &Offer, zone: &str, moved: &SlotMoved) -> Vec<Event> {
    let day = shown::at(moved.starts_at, zone).date();
    let ask = FreeTimesAsk { offer: offer.clone(), from: Some(day), days: Some(1), taken: true };
    let Ok(times) = site.scheduling.free_times(cx, ask).await else { return vec![again()] };
    let length = jiff::SignedDuration::from_mins(i64::from(times.duration_minutes));
    let touched = times
        .days
        .iter()
        .flat_map(|day| &day.times)
        .filter(|time| time.at + length > moved.starts_at && time.at < moved.ends_at);
    touched
        .map(|time| {
            let name = if time.free { "freed" } else { "taken" };
            Event::default().event(name).data(format::rfc3339(&shown::at(time.at, zone)))
        })
        .collect()
}

fn again() -> Event {
    Event::default().event("again").data("missed")
}

/// What happens in the day of the doctor signed in.
pub(super) async fn of_day(State(site): State<Site>, cx: Cx) -> Result<Sse<impl Stream<Item = Said>>> {
    let doctor = site.directory.my_doctor(&cx).await?.id;
    let events = BroadcastStream::new(site.scheduling.watch()).filter_map(move |moved| {
        let ours = moved.map_or(true, |moved| moved.doctor.as_ref() == Some(&doctor));
        std::future::ready(ours.then(|| Ok(Event::default().event("changed").data("day"))))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}
