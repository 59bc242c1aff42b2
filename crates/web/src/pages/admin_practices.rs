//! Where a doctor practises, in the form about them: a block for each facility with its licence, the services offered there
//! with the doctor's own fees, and the first weekly hours. Later hours have an editor of their own.

use contracts::directory::{
    Doctor, DoctorState, Facility, FacilityId, Mode, Practice, PracticeService, Service, ServiceKind, WeeklyHours,
};
use jiff::civil::Time;
use platform::Result;

use super::{
    Site,
    admin_doctor_form::NEVER,
    admin_form::{Filling, Values, rupiah},
    offers, shown,
    visitor::Visitor,
};
use crate::{
    format,
    view::{OfferedService, PracticeBlock, PracticeDay, PracticeHours},
};

/// Blocks at most: as many practices as a doctor may have.
const MOST: usize = 10;
/// Sessions of a weekday that the form has room for.
const SESSIONS: usize = 2;
/// A time of day that no session has whose end is the same: the verb refuses it.
const NO_TIME: Time = Time::constant(0, 0, 0, 0);

/// The field that names the facility of each block.
pub(super) const FACILITY: [&str; MOST] = ["p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9"];
const SIP: [&str; MOST] = ["sip0", "sip1", "sip2", "sip3", "sip4", "sip5", "sip6", "sip7", "sip8", "sip9"];
const UNTIL: [&str; MOST] =
    ["until0", "until1", "until2", "until3", "until4", "until5", "until6", "until7", "until8", "until9"];
const SERVICES: [&str; MOST] = ["sv0", "sv1", "sv2", "sv3", "sv4", "sv5", "sv6", "sv7", "sv8", "sv9"];
const HOURS: [&str; MOST] = ["h0", "h1", "h2", "h3", "h4", "h5", "h6", "h7", "h8", "h9"];

/// A block of the form.
pub(super) struct Block {
    /// Its number.
    n: usize,
    /// Where.
    pub facility: Facility,
    /// What is offered there by doctors, and what this doctor offers already.
    services: Vec<Service>,
    /// The practice as it is kept; none where it is new.
    kept: Option<Practice>,
    /// Where its hours are edited; empty where it is new.
    hours: String,
}

/// The practices of a doctor at the facilities one serves, as values of the form.
pub(super) fn values(visitor: &Visitor, doctor: &Doctor) -> Values {
    let mine = doctor.practices.iter().filter(|practice| visitor.cx.serves(&practice.facility.to_string()));
    let mut values = Values::new();
    for (n, practice) in mine.take(MOST).enumerate() {
        values.push((FACILITY[n], practice.facility.to_string()));
        values.push((SIP[n], practice.sip_number.clone()));
        values.push((UNTIL[n], practice.sip_until.to_string()));
        values.extend(practice.services.iter().map(|offered| (SERVICES[n], offered.service.to_string())));
    }
    values
}

/// Whether a field is a block's.
pub(super) fn is_part(id: &str) -> bool {
    [FACILITY, SIP, UNTIL, SERVICES].iter().any(|names| names.contains(&id))
}

/// What is kept now of the blocks that were sent.
pub(super) fn compared(now: &Doctor, blocks: &[Block]) -> Values {
    let of = |block: &Block| {
        let practice = now.practices.iter().find(|practice| practice.facility == block.facility.id)?;
        Some([(SIP[block.n], practice.sip_number.clone()), (UNTIL[block.n], practice.sip_until.to_string())])
    };
    blocks.iter().filter_map(of).flatten().collect()
}

/// Where a complaint about a practice is shown: `practices[1].sip_until` in the second block that was sent.
pub(super) fn place(path: &str, blocks: &[Block]) -> Option<&'static str> {
    let (number, part) = path.strip_prefix("practices[")?.split_once(']')?;
    let n = blocks.get(number.parse::<usize>().ok()?)?.n;
    Some(match part.trim_start_matches('.') {
        part if part.starts_with("sip_number") || part.starts_with("facility") => SIP[n],
        part if part.starts_with("sip_until") => UNTIL[n],
        part if part.starts_with("hours") => HOURS[n],
        _ => SERVICES[n],
    })
}

/// The blocks of a form, those left out that were ticked to be removed.
pub(super) async fn blocks(
    site: &Site,
    visitor: &Visitor,
    doctor: Option<&Doctor>,
    sent: &Filling,
) -> Result<Vec<Block>> {
    let cx = &visitor.cx;
    let mut blocks = Vec::new();
    for (n, name) in FACILITY.into_iter().enumerate() {
        let Ok(id) = sent.get(name).parse::<FacilityId>() else { continue };
        let removed = sent.has(&format!("x{n}"));
        if removed || !cx.serves(&id.to_string()) {
            continue;
        }
        let Some(facility) = offers::known(site.directory.facility(cx, &id.to_string()).await)? else { continue };
        let kept = doctor.and_then(|doctor| doctor.practices.iter().find(|practice| practice.facility == id)).cloned();
        let offers = |service: &Service| {
            kept.as_ref().is_some_and(|practice| practice.services.iter().any(|known| known.service == service.id))
        };
        let mut services = site.directory.services(cx, &id, None).await?;
        services.retain(|service| (service.active && service.kind == ServiceKind::Consultation) || offers(service));
        // Who waits for an approval has no hours that could be kept yet.
        let listed = doctor.filter(|doctor| kept.is_some() && doctor.state == DoctorState::Listed);
        let hours = listed.map(|doctor| format!("/a/jadwal/{}?faskes={id}", doctor.id));
        blocks.push(Block { n, facility, services, kept, hours: hours.unwrap_or_default() });
    }
    Ok(blocks)
}

impl Block {
    /// The name of a service's fee in the form.
    fn fee_name(&self, service: &Service) -> String {
        format!("fee{}-{}", self.n, service.id)
    }

    fn chosen(&self, sent: &Filling, service: &Service) -> bool {
        sent.all(SERVICES[self.n]).any(|id| id == service.id.to_string())
    }

    /// The practice as the form says. What is kept of its hours stays: they are scheduling's by now.
    pub fn practice(&self, sent: &Filling) -> Practice {
        let chosen: Vec<&Service> = self.services.iter().filter(|service| self.chosen(sent, service)).collect();
        let offered = |service: &&Service| {
            let fee = sent.text(&self.fee_name(service));
            let fee = (!fee.is_empty()).then(|| rupiah(&fee).unwrap_or(-1));
            PracticeService { service: service.id.clone(), fee: fee.filter(|fee| *fee != service.price.amount) }
        };
        let modes = Mode::ALL.iter().copied().filter(|mode| chosen.iter().any(|service| service.modes.contains(mode)));
        let modes: Vec<Mode> = modes.collect();
        let hours = match &self.kept {
            Some(kept) => kept.hours.clone(),
            None => self.weekly(sent, &modes),
        };
        Practice {
            facility: self.facility.id.clone(),
            services: chosen.iter().map(offered).collect(),
            sip_number: sent.text(SIP[self.n]),
            sip_until: sent.get(UNTIL[self.n]).parse().unwrap_or(NEVER),
            hours,
        }
    }

    /// The weekly hours typed. A time that cannot be read becomes a session without length, which the verb refuses.
    fn weekly(&self, sent: &Filling, modes: &[Mode]) -> Vec<WeeklyHours> {
        let mut hours = Vec::new();
        for weekday in 1..=7_u8 {
            for session in 0..SESSIONS {
                let (from, until) = self.hour_names(weekday, session);
                if !sent.has(&from) && !sent.has(&until) {
                    continue;
                }
                let read = |name: &str| sent.get(name).replace('.', ":").parse::<Time>().ok();
                let (from, until) = read(&from).zip(read(&until)).unwrap_or((NO_TIME, NO_TIME));
                hours.push(WeeklyHours { weekday, from, until, modes: modes.to_vec() });
            }
        }
        hours
    }

    fn hour_names(&self, weekday: u8, session: usize) -> (String, String) {
        let name = |end: char| format!("h{}-{weekday}-{session}{end}", self.n);
        (name('f'), name('u'))
    }

    /// The block as the page shows it.
    pub fn shown(&self, visitor: &Visitor, sent: &Filling) -> PracticeBlock {
        let locale = visitor.speech.locale;
        let kept_fee = |service: &Service| {
            let known = self.kept.as_ref()?.services.iter().find(|known| known.service == service.id)?;
            known.fee.map(|fee| fee.to_string())
        };
        let service = |service: &Service| {
            let name = self.fee_name(service);
            let typed = sent.text(&name);
            OfferedService {
                value: service.id.to_string(),
                name: shown::said(&service.name, locale),
                price: format::money(service.price.amount, &service.price.currency, locale),
                chosen: self.chosen(sent, service),
                fee: if sent.is_sent { typed } else { kept_fee(service).unwrap_or_default() },
                fee_name: name,
            }
        };
        let days = (1..=7_u8).map(|weekday| PracticeDay {
            name: format::weekday_of(weekday, locale),
            sessions: (0..SESSIONS)
                .map(|session| {
                    let (from_name, until_name) = self.hour_names(weekday, session);
                    PracticeHours { from: sent.text(&from_name), until: sent.text(&until_name), from_name, until_name }
                })
                .collect(),
        });
        PracticeBlock {
            n: self.n,
            facility: self.facility.id.to_string(),
            name: self.facility.name.clone(),
            facility_name: FACILITY[self.n],
            sip_id: SIP[self.n],
            sip: sent.field(SIP[self.n]),
            until_id: UNTIL[self.n],
            until: sent.field(UNTIL[self.n]),
            services_id: SERVICES[self.n],
            services: self.services.iter().map(service).collect(),
            services_field: sent.field(SERVICES[self.n]),
            new_service: format!("/admin/facilities/{}/services/new", self.facility.id),
            hours_id: HOURS[self.n],
            hours_field: sent.field(HOURS[self.n]),
            days: if self.kept.is_none() { days.collect() } else { Vec::new() },
            hours: self.hours.clone(),
        }
    }
}
