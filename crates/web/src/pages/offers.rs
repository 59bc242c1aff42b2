//! What can be booked with a doctor or at a desk: each place, service and way of meeting, with its fee.

use contracts::{
    directory::{Doctor, DoctorId, Facility, FacilityId, Mode, Practice, Service, ServiceId},
    scheduling::Offer,
};
use jiff::{Timestamp, ToSpan as _};
use platform::{Cx, Error, Money, Result};

use super::{Site, encoded};

/// One thing that can be booked.
#[derive(Debug, Clone)]
pub(super) struct Offered {
    /// Where.
    pub facility: Facility,
    /// What.
    pub service: Service,
    /// With whom; none at a desk.
    pub doctor: Option<DoctorId>,
    /// How.
    pub mode: Mode,
    /// For how much.
    pub fee: Money,
}

impl Offered {
    /// As scheduling knows it.
    pub fn offer(&self) -> Offer {
        Offer {
            facility: self.facility.id.clone(),
            service: self.service.id.clone(),
            doctor: self.doctor.clone(),
            mode: self.mode,
        }
    }
}

/// Everything a doctor offers, places in the order of the profile.
pub(super) async fn of_doctor(site: &Site, cx: &Cx, doctor: &Doctor) -> Result<Vec<Offered>> {
    let mut all = Vec::new();
    for practice in &doctor.practices {
        let Some(facility) = known(site.directory.facility(cx, &practice.facility.to_string()).await)? else {
            continue;
        };
        for offered in &practice.services {
            let Some(service) = known(site.directory.service(cx, &offered.service).await)? else { continue };
            if !service.active {
                continue;
            }
            let fee = offered.fee.map_or_else(|| service.price.clone(), Money::idr);
            for mode in service.modes.iter().filter(|mode| practises(practice, **mode)) {
                all.push(Offered {
                    facility: facility.clone(),
                    service: service.clone(),
                    doctor: Some(doctor.id.clone()),
                    mode: *mode,
                    fee: fee.clone(),
                });
            }
        }
    }
    Ok(all)
}

/// Whether any of the hours are for this way of meeting; hours nobody wrote down say nothing.
fn practises(practice: &Practice, mode: Mode) -> bool {
    practice.hours.is_empty() || practice.hours.iter().any(|hours| hours.modes.contains(&mode))
}

/// A desk's service in each way it is offered.
pub(super) async fn of_service(site: &Site, cx: &Cx, service: Service) -> Result<Vec<Offered>> {
    let facility = site.directory.facility(cx, &service.facility.to_string()).await?;
    let each = |mode: &Mode| Offered {
        facility: facility.clone(),
        fee: service.price.clone(),
        doctor: None,
        mode: *mode,
        service: service.clone(),
    };
    Ok(service.modes.iter().map(each).collect())
}

/// The next free starts, three at most.
pub(super) async fn next_times(site: &Site, cx: &Cx, offered: &Offered) -> Result<Vec<Timestamp>> {
    let ask = contracts::scheduling::FreeTimesAsk { offer: offered.offer(), from: None, days: Some(14), taken: false };
    let Some(times) = known(site.scheduling.free_times(cx, ask).await)? else { return Ok(Vec::new()) };
    let Some(earliest) = times.earliest else { return Ok(Vec::new()) };
    let day = times.days.iter().find(|day| day.times.iter().any(|time| time.at == earliest));
    Ok(day.into_iter().flat_map(|day| &day.times).filter(|time| time.free).map(|time| time.at).take(3).collect())
}

/// The nearest free starts to one that was lost, in order of time.
pub(super) async fn nearest(
    site: &Site,
    cx: &Cx,
    offer: &Offer,
    lost: Timestamp,
    zone: &str,
) -> Result<Vec<Timestamp>> {
    let today = super::shown::at(cx.now(), zone).date();
    let from = super::shown::at(lost, zone).date().saturating_sub(1.day()).max(today);
    let ask =
        contracts::scheduling::FreeTimesAsk { offer: offer.clone(), from: Some(from), days: Some(14), taken: false };
    let Some(times) = known(site.scheduling.free_times(cx, ask).await)? else { return Ok(Vec::new()) };
    let mut free: Vec<Timestamp> =
        times.days.iter().flat_map(|day| &day.times).filter(|time| time.free).map(|time| time.at).collect();
    free.sort_by_key(|at| at.duration_since(lost).abs());
    free.truncate(3);
    free.sort();
    Ok(free)
}

/// `None` where the thing is not (any more) to be found: a list goes on without it.
pub(super) fn known<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Ok(thing) => Ok(Some(thing)),
        Err(Error::NotFound(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

/// What an address or a form says of the choice.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Choice {
    /// The facility's id.
    pub faskes: String,
    /// The service's id.
    pub layanan: String,
    /// `video` or `klinik`.
    pub cara: String,
    /// The day, `YYYY-MM-DD`.
    pub tgl: String,
    /// The start to be marked, RFC 3339.
    pub jam: String,
    /// The start chosen in the form.
    pub slot: String,
    /// The start taken by a button of its own.
    pub take: String,
    /// A start that somebody else took first.
    pub lepas: String,
}

impl Choice {
    /// The offer meant; where a wish is not given or cannot be met, the first that fits the others.
    pub fn among<'a>(&self, offered: &'a [Offered]) -> Option<&'a Offered> {
        let facility = self.faskes.parse::<FacilityId>().ok();
        let service = self.layanan.parse::<ServiceId>().ok();
        let mode = mode_of(&self.cara);
        let fits = |offer: &&Offered| {
            u8::from(facility.as_ref() == Some(&offer.facility.id)) * 4
                + u8::from(service.as_ref() == Some(&offer.service.id)) * 2
                + u8::from(mode == Some(offer.mode))
        };
        // Of equals the first, not the last.
        offered.iter().rev().max_by_key(fits)
    }

    /// The address of this choice on a picker's page, where a start was lost with it.
    pub fn on(&self, path: &str, lost: Option<Timestamp>) -> String {
        let lost = lost.map(|at| at.to_string()).unwrap_or_default();
        let parts = [
            ("faskes", &self.faskes),
            ("layanan", &self.layanan),
            ("cara", &self.cara),
            ("tgl", &self.tgl),
            ("lepas", &lost),
        ];
        let given = parts.iter().filter(|(_, value)| !value.is_empty());
        let query: Vec<String> = given.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
    }

    /// The start asked for by a form.
    pub fn start(&self) -> Option<Timestamp> {
        let text = if self.take.is_empty() { &self.slot } else { &self.take };
        text.parse().ok()
    }
}

/// The word of a way of meeting in addresses and forms.
pub(super) fn word_of(mode: Mode) -> &'static str {
    match mode {
        Mode::Online => "video",
        Mode::InPerson => "klinik",
    }
}

/// The way of meeting of a word.
pub(super) fn mode_of(word: &str) -> Option<Mode> {
    match word {
        "video" => Some(Mode::Online),
        "klinik" => Some(Mode::InPerson),
        _ => None,
    }
}
