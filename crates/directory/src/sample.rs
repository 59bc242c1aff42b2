//! A network for demonstrations and tests: fictional clinics with "Contoh" in their names and fictional doctors, the
//! same for the same seed. It is handed to the directory through its verbs, like anything a person enters.

mod names;
mod offers;

use std::sync::Arc;

use contracts::{
    auth::AccountId,
    directory::{
        Bilingual, Directory, Doctor, DoctorForm, Facility, FacilityForm, FacilityId, Mode, Practice, PracticeService,
        Service, ServiceForm, ServiceKind, Speciality, WeeklyHours,
    },
    people::Sex,
};
use jiff::{
    ToSpan as _,
    civil::{Date, Time, time},
};
use platform::{Cx, Error, Result, entropy::Entropy};
use tokio::task::JoinSet;

/// Doctors of a network of scale 1, and at most.
const DOCTORS: u32 = 48;
const MOST_DOCTORS: u32 = 10_000;
/// How many doctors of a large network are handed over at the same time. Of a small one, one after the other: then
/// seeded chance gives them the same ids every time.
const AT_ONCE: usize = 64;
const SMALL: usize = 100;

/// A network before it has ids.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Places of care, in three zones.
    pub facilities: Vec<SampleFacility>,
    /// Doctors; the first ones practise at the first facilities.
    pub doctors: Vec<SampleDoctor>,
}

/// A place of care and what it offers.
#[derive(Debug, Clone)]
pub struct SampleFacility {
    /// The facility.
    pub form: FacilityForm,
    /// Its departments.
    pub departments: Vec<Bilingual>,
    /// What it offers.
    pub services: Vec<SampleService>,
}

/// A service before its facility and department have ids.
#[derive(Debug, Clone)]
pub struct SampleService {
    /// Place of its department in [`SampleFacility::departments`].
    pub department: usize,
    /// The field of medicine of a consultation, by slug.
    pub speciality: Option<&'static str>,
    /// Kind.
    pub kind: ServiceKind,
    /// Name.
    pub name: Bilingual,
    /// How to prepare.
    pub preparation: Bilingual,
    /// Minutes.
    pub minutes: u16,
    /// Rupiah.
    pub price: i64,
    /// Modes.
    pub modes: Vec<Mode>,
}

/// A doctor before their facilities have ids.
#[derive(Debug, Clone)]
pub struct SampleDoctor {
    /// Name with titles.
    pub name: String,
    /// Sex.
    pub sex: Sex,
    /// Field of medicine, by slug.
    pub speciality: &'static str,
    /// Year of first practice.
    pub practising_since: i16,
    /// Languages.
    pub languages: Vec<String>,
    /// About.
    pub about: Bilingual,
    /// Accept bookings without asking.
    pub auto_accept: bool,
    /// Practices: place in [`Sample::facilities`], own fee, weekly hours.
    pub practices: Vec<(usize, Option<i64>, Vec<WeeklyHours>)>,
    /// The account to sign in with, if one is wanted.
    pub account: Option<AccountId>,
}

/// A network as the directory has it.
#[derive(Debug, Clone, Default)]
pub struct Planted {
    /// Facilities, in the order of the sample.
    pub facilities: Vec<Facility>,
    /// Services of each facility.
    pub services: Vec<Vec<Service>>,
    /// Doctors, in the order of the sample.
    pub doctors: Vec<Doctor>,
}

/// The network of a seed, with `scale` times 48 doctors, at most 10,000.
pub fn sample(seed: u64, scale: u32) -> Sample {
    let facilities = offers::facilities();
    let count = DOCTORS.saturating_mul(scale.max(1)).min(MOST_DOCTORS);
    let chance = Entropy::seeded(seed);
    let doctors = (0..count as usize).map(|number| doctor(&chance, number, &facilities)).collect();
    Sample { facilities, doctors }
}

/// Hands the network to the directory. `cx` may do everything.
pub async fn plant(directory: &Arc<dyn Directory>, cx: &Cx, sample: &Sample) -> Result<Planted> {
    let mut planted = Planted::default();
    for facility in &sample.facilities {
        let added = directory.add_facility(cx, facility.form.clone()).await?;
        let mut departments = Vec::new();
        for name in &facility.departments {
            departments.push(directory.add_department(cx, &added.id, name.clone()).await?.id);
        }
        let mut services = Vec::new();
        for service in &facility.services {
            let form = ServiceForm {
                id: None,
                facility: added.id.clone(),
                department: departments.get(service.department).cloned(),
                kind: service.kind,
                name: service.name.clone(),
                preparation: service.preparation.clone(),
                duration_minutes: service.minutes,
                buffer_before_minutes: 0,
                buffer_after_minutes: 0,
                price: service.price,
                modes: service.modes.clone(),
                active: true,
            };
            services.push(directory.add_service(cx, form).await?);
        }
        planted.services.push(services);
        planted.facilities.push(added);
    }
    let specialities = directory.specialities(cx).await?;
    planted.doctors = add_doctors(directory, cx, sample, &planted, &specialities).await?;
    Ok(planted)
}

async fn add_doctors(
    directory: &Arc<dyn Directory>,
    cx: &Cx,
    sample: &Sample,
    planted: &Planted,
    specialities: &[Speciality],
) -> Result<Vec<Doctor>> {
    let mut added: Vec<Option<Doctor>> = vec![None; sample.doctors.len()];
    let mut running: JoinSet<Result<(usize, Doctor)>> = JoinSet::new();
    let at_once = if added.len() <= SMALL { 1 } else { AT_ONCE };
    for (number, doctor) in sample.doctors.iter().enumerate() {
        let form = doctor_form(cx, number, doctor, sample, planted, specialities)?;
        if running.len() >= at_once {
            take(running.join_next().await, &mut added)?;
        }
        let (directory, cx) = (directory.clone(), cx.clone());
        running.spawn(async move { Ok((number, directory.add_doctor(&cx, form).await?)) });
    }
    while let Some(one) = running.join_next().await {
        take(Some(one), &mut added)?;
    }
    Ok(added.into_iter().flatten().collect())
}

fn take(
    joined: Option<Result<Result<(usize, Doctor)>, tokio::task::JoinError>>,
    added: &mut [Option<Doctor>],
) -> Result<()> {
    if let Some(one) = joined {
        let (number, doctor) = one.map_err(Error::internal)??;
        added[number] = Some(doctor);
    }
    Ok(())
}

/// The form of a sample doctor, once the facilities and services have ids.
fn doctor_form(
    cx: &Cx,
    number: usize,
    doctor: &SampleDoctor,
    sample: &Sample,
    planted: &Planted,
    specialities: &[Speciality],
) -> Result<DoctorForm> {
    let speciality = specialities.iter().find(|s| s.slug == doctor.speciality).ok_or(Error::NotFound("speciality"))?;
    let today = cx.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let in_years = |years: i32| today.checked_add(years.years()).unwrap_or(Date::MAX);
    let practice = |(place, fee, hours): &(usize, Option<i64>, Vec<WeeklyHours>)| {
        let offered = sample.facilities[*place].services.iter().zip(&planted.services[*place]);
        let services = offered
            .filter(|(service, _)| service.speciality == Some(doctor.speciality))
            .map(|(_, added)| PracticeService { service: added.id.clone(), fee: *fee })
            .collect();
        let facility: &FacilityId = &planted.facilities[*place].id;
        Practice {
            facility: facility.clone(),
            services,
            sip_number: format!("SIP.CONTOH/{:05}/{}", number + 1, place + 1),
            sip_until: in_years(1 + (number % 4) as i32),
            hours: hours.clone(),
        }
    };
    Ok(DoctorForm {
        name: doctor.name.clone(),
        sex: doctor.sex,
        specialities: vec![speciality.id.clone()],
        practising_since: Some(doctor.practising_since),
        languages: doctor.languages.clone(),
        about: doctor.about.clone(),
        str_number: format!("STR-CONTOH-{:06}", number + 1),
        str_until: (!number.is_multiple_of(3)).then(|| in_years(2 + (number % 3) as i32)),
        practices: doctor.practices.iter().map(practice).collect(),
        auto_accept: doctor.auto_accept,
        account: doctor.account.clone(),
    })
}

fn doctor(chance: &Entropy, number: usize, facilities: &[SampleFacility]) -> SampleDoctor {
    let field = &offers::FIELDS[number % offers::FIELDS.len()];
    let place = (number / 2 + number % 3) % facilities.len();
    let sex = if chance.below(2) == 0 { Sex::Female } else { Sex::Male };
    let (name, languages) = names::name(chance, number, sex, field);
    let mut practices = vec![(place, fee(chance, field.price), hours(chance, number))];
    // Some practise at a second place of the same zone, on other days.
    if number % 4 == 3 {
        let zone = &facilities[place].form.zone;
        let near = (place + 1..place + facilities.len())
            .map(|at| at % facilities.len())
            .find(|at| facilities[*at].form.zone == *zone);
        practices
            .extend(near.map(|at| (at, None, vec![weekly(6, time(9, 0, 0, 0), time(13, 0, 0, 0), &[Mode::InPerson])])));
    }
    SampleDoctor {
        name,
        sex,
        speciality: field.slug,
        practising_since: 1988 + chance.below(34) as i16,
        languages,
        about: names::about(field),
        auto_accept: number % 5 != 4,
        practices,
        account: None,
    }
}

/// A third ask another fee than the facility's price.
fn fee(chance: &Entropy, price: i64) -> Option<i64> {
    (chance.below(3) == 0).then(|| price + 25_000 * (1 + chance.below(4) as i64))
}

/// Five days a week, of four kinds; every tenth doctor is there at night, until after midnight.
fn hours(chance: &Entropy, number: usize) -> Vec<WeeklyHours> {
    const BOTH: &[Mode] = &[Mode::InPerson, Mode::Online];
    const THERE: &[Mode] = &[Mode::InPerson];
    let at = |hour, minute| time(hour, minute, 0, 0);
    if number % 10 == 9 {
        return [1, 3, 5].map(|day| weekly(day, at(19, 0), at(1, 0), THERE)).to_vec();
    }
    let first = 1 + chance.below(2) as u8;
    let days = first..first + 4;
    match chance.below(4) {
        0 => days.map(|day| weekly(day, at(8, 0), at(12, 0), THERE)).collect(),
        1 => days.map(|day| weekly(day, at(13, 0), at(17, 0), BOTH)).collect(),
        2 => days
            .flat_map(|day| [weekly(day, at(9, 0), at(11, 30), THERE), weekly(day, at(16, 0), at(19, 0), BOTH)])
            .collect(),
        _ => days
            .flat_map(|day| {
                [weekly(day, at(10, 0), at(14, 0), BOTH), weekly(day, at(19, 30), at(21, 0), &[Mode::Online])]
            })
            .collect(),
    }
}

fn weekly(weekday: u8, from: Time, until: Time, modes: &[Mode]) -> WeeklyHours {
    WeeklyHours { weekday, from, until, modes: modes.to_vec() }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::sample;

    #[test]
    fn the_same_seed_gives_the_same_believable_network() {
        let network = sample(7, 1);
        assert_eq!(format!("{network:?}"), format!("{:?}", sample(7, 1)));
        assert_ne!(format!("{network:?}"), format!("{:?}", sample(8, 1)));
        assert!(network.facilities.len() >= 6 && network.doctors.len() >= 40);
        let zones: HashSet<_> = network.facilities.iter().map(|facility| facility.form.zone.as_str()).collect();
        assert_eq!(zones.len(), 3);
        assert!(network.facilities.iter().all(|facility| facility.form.name.contains("Contoh")));
        let fields: HashSet<_> = network.doctors.iter().map(|doctor| doctor.speciality).collect();
        assert!(fields.len() >= 12, "{fields:?}");
        assert_eq!(network.doctors.iter().map(|doctor| doctor.name.chars().count()).max(), Some(120));
        assert_eq!(sample(7, 1_000).doctors.len(), 10_000);
    }
}
