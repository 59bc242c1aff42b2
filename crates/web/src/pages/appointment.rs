//! One appointment: as its owner sees it, right after booking, and as its doctor sees it.

use axum::{
    extract::{Path, State},
    response::Response,
};
use contracts::scheduling::{Appointment, HistoryLine, State as Stage};
use platform::Result;

use super::{
    Site,
    booking::{instant, minutes_of},
    cancel,
    offers::word_of,
    own_visit::OwnVisit,
    shown,
    visitor::Visitor,
};
use crate::{
    format,
    view::{self, Area, Back, BookingDone, Happening, Here},
};

/// `GET /janji/{code}`
pub(super) async fn show(
    State(site): State<Site>,
    OwnVisit { visitor, visit: appointment, .. }: OwnVisit,
) -> Result<Response> {
    let mut page = page(&site, &visitor, &appointment).await?;
    page.shell.back = Some(Back { href: "/janji".to_owned(), label: "back-appointments" });
    // Its doctor went on leave, and times are kept for the patient.
    if !page.calendar.is_empty() && site.scheduling.proposal(&visitor.cx, &appointment.id).await.is_ok() {
        page.proposal = format!("{}/usulan", page.visit.href);
    }
    if visitor.wants("visit") { visitor.page(&page.as_visit()) } else { visitor.page(&page) }
}

/// `GET /d/janji/{code}`
pub(super) async fn show_to_doctor(
    State(site): State<Site>,
    visitor: Visitor,
    Path(code): Path<String>,
) -> Result<Response> {
    visitor.cx.account()?;
    let appointment = site.scheduling.appointment(&visitor.cx, &code).await?;
    let mut page = page(&site, &visitor, &appointment).await?;
    let day = format!("/d/hari-ini?tgl={}", appointment.local_date);
    page.shell.back = Some(Back { href: day, label: "back-day" });
    page.shell.here = Here::Nowhere;
    page.visit.with.clone_from(&appointment.patient_name);
    page.visit.portrait = shown::portrait_of_patient(appointment.patient_sex, &appointment.patient.to_string());
    page.visit.patient = String::new();
    (page.visit.movable, page.visit.cancellable) = (false, false);
    (page.calendar, page.fixed, page.free_until) = (String::new(), String::new(), String::new());
    (page.cost, page.again) = (String::new(), String::new());
    visitor.page(&page)
}

async fn page(site: &Site, visitor: &Visitor, appointment: &Appointment) -> Result<view::Appointment> {
    let history = site.scheduling.history(&visitor.cx, &appointment.id).await?;
    let visit = shown::visit(appointment, visitor);
    let over = matches!(appointment.state, Stage::Fulfilled | Stage::Cancelled | Stage::NoShow);
    let fixed = match (visit.movable || visit.cancellable, over) {
        (true, _) => String::new(),
        (false, true) => visitor.say("fixed-over"),
        (false, false) => visitor.say("fixed-late"),
    };
    let free_until = appointment.free_until.filter(|until| *until > visitor.cx.now());
    let decided_by = match appointment.state {
        Stage::Pending => {
            let policy = site.scheduling.policy(&visitor.cx, &appointment.offer.facility).await?;
            let answered = appointment.booked_at + minutes_of(policy.accept_within_minutes);
            instant(visitor, answered.min(appointment.starts_at), &appointment.zone)
        }
        _ => String::new(),
    };
    Ok(view::Appointment {
        shell: visitor.shell("appointment-title", Area::Patient, Here::Appointments),
        complaint: appointment.complaint.clone().unwrap_or_default(),
        prepare: if over { String::new() } else { shown::said(&appointment.preparation, visitor.speech.locale) },
        happenings: happenings(visitor, appointment, &history),
        free_until: free_until.map(|until| instant(visitor, until, &appointment.zone)).unwrap_or_default(),
        cost: if visit.cancellable { cancel::cost(visitor, appointment) } else { String::new() },
        decided_by,
        proposal: String::new(),
        again: if over { again(appointment) } else { String::new() },
        fixed,
        calendar: if over { String::new() } else { format!("/janji/{}/kalender.ics", appointment.code) },
        reason: appointment
            .reason
            .clone()
            .filter(|_| appointment.state == Stage::Cancelled)
            .map(|reason| reason_words(visitor, &reason))
            .unwrap_or_default(),
        visit,
    })
}

/// The page on which the same can be booked once more.
fn again(appointment: &Appointment) -> String {
    let offer = &appointment.offer;
    match &appointment.doctor_slug {
        Some(slug) => {
            format!("/dokter/{slug}?faskes={}&layanan={}&cara={}", offer.facility, offer.service, word_of(offer.mode))
        }
        None => format!("/layanan/{}", offer.service),
    }
}

/// Reasons of the program itself, and those chosen from a list, are text keys.
pub(super) fn reason_words(visitor: &Visitor, reason: &str) -> String {
    let key = format!("reason-{reason}");
    visitor.speech.texts.say(visitor.speech.locale, &key, &[]).unwrap_or_else(|| reason.to_owned())
}

pub(super) fn happenings(visitor: &Visitor, appointment: &Appointment, history: &[HistoryLine]) -> Vec<Happening> {
    let mut before: Option<&HistoryLine> = None;
    let mut all = Vec::new();
    for line in history {
        let (icon, key) = match (before, line.state) {
            (None, _) => ("plus", "happened-booked"),
            (Some(earlier), _) if earlier.starts_at != line.starts_at => ("swap", "happened-moved"),
            (_, Stage::Booked | Stage::AwaitingPayment) => ("check", "happened-accepted"),
            (_, Stage::Pending | Stage::Held) => ("clock", "happened-requested"),
            (_, Stage::Arrived) => ("door", "happened-arrived"),
            (_, Stage::InProgress) => ("stethoscope", "happened-started"),
            (_, Stage::Fulfilled) => ("check", "happened-fulfilled"),
            (_, Stage::Cancelled) => ("x", "happened-cancelled"),
            (_, Stage::NoShow) => ("x", "happened-no-show"),
        };
        let to = format::when(&shown::at(line.starts_at, &appointment.zone), visitor.speech.locale);
        all.push(Happening {
            icon,
            what: visitor.say_with(key, &[("time", &to)]),
            when: instant(visitor, line.at, &appointment.zone),
        });
        before = Some(line);
    }
    all
}

/// `GET /janji/{code}/selesai`: proof, right after booking.
pub(super) async fn done(
    State(site): State<Site>,
    OwnVisit { visitor, visit: appointment, .. }: OwnVisit,
) -> Result<Response> {
    let policy = site.scheduling.policy(&visitor.cx, &appointment.offer.facility).await?;
    let asks = appointment.state == Stage::Pending;
    let answered = (appointment.booked_at + minutes_of(policy.accept_within_minutes)).min(appointment.starts_at);
    let arrive = shown::at(appointment.starts_at - minutes_of(15), &appointment.zone);
    let mut shell =
        visitor.shell(if asks { "done-requested" } else { "done-title" }, Area::Patient, Here::Appointments);
    shell.path = format!("/janji/{}/selesai", appointment.code);
    let prepare = shown::said(&appointment.preparation, visitor.speech.locale);
    let page = BookingDone {
        shell,
        visit: shown::visit(&appointment, &visitor),
        queue: 0,
        decided_by: if asks { instant(&visitor, answered, &appointment.zone) } else { String::new() },
        bring: !names_papers(&prepare),
        prepare,
        arrive: format::time(&arrive, visitor.speech.locale),
        calendar: format!("/janji/{}/kalender.ics", appointment.code),
    };
    visitor.page(&page)
}

/// Whether a preparation text already says that papers are to be brought: nobody wants to read it twice.
fn names_papers(prepare: &str) -> bool {
    ["KTP", "ID card"].iter().any(|paper| prepare.contains(paper))
}

#[cfg(test)]
mod tests {
    use super::names_papers;

    #[test]
    fn papers_are_asked_for_once() {
        assert!(names_papers("Bawa KTP dan surat pengantar.") && names_papers("Bring your ID card."));
        assert!(!names_papers("Puasa 10 jam.") && !names_papers(""));
    }
}
