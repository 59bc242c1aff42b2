//! A clinic for tests: scheduling on a fresh database, the contexts it hears from, and those who ask.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use contracts::{
    audit::AuditEntry,
    auth::AccountId,
    directory::{
        Bilingual, DoctorChanged, DoctorId, DoctorState, FacilityChanged, FacilityId, Mode, Practice, PracticeService,
        Service, ServiceChanged, ServiceId, ServiceKind, WeeklyHours,
    },
    notifications::{BusySpan, BusyTimesChanged},
    people::{ErasureDone, PatientChanged, PatientErased, PatientId, PatientType, Sex},
    scheduling::*,
};
use jiff::{
    Timestamp,
    civil::{Date, Time, date},
    tz::TimeZone,
};
use platform::{
    Cx, Money, Result, bus,
    bus::{Bus, BusHandle, Reactions},
    crypto::{KeyStore, MasterKey},
    db::{Db, DbOptions},
    entropy::Entropy,
    i18n::Locale,
    jobs::JobsHandle,
};
use scheduling::SchedulingContext;
use testkit::{asking::Asking, people::KnownPatients};

pub use crate::refusals::*;

pub const MAKASSAR: &str = "Asia/Makassar";
pub const JAKARTA: &str = "Asia/Jakarta";
pub const JAYAPURA: &str = "Asia/Jayapura";
/// The Monday of every test; tests begin on the Sunday before, 08:00:07 in Makassar.
pub const MONDAY: Date = date(2026, 11, 23);
pub const TUESDAY: Date = date(2026, 11, 24);

/// An instant by its date and wall clock in a zone.
pub fn at(zone: &str, date: Date, time: &str) -> Timestamp {
    let time: Time = time.parse().unwrap();
    date.to_datetime(time).to_zoned(TimeZone::get(zone).unwrap()).unwrap().timestamp()
}

/// Monday in Makassar.
pub fn monday(time: &str) -> Timestamp {
    at(MAKASSAR, MONDAY, time)
}

/// Tuesday in Makassar.
pub fn tuesday(time: &str) -> Timestamp {
    at(MAKASSAR, TUESDAY, time)
}

/// What scheduling said, as another context heard it.
#[derive(Default)]
pub struct Said {
    pub visits: Mutex<Vec<(&'static str, Visit)>>,
    pub audits: Mutex<Vec<AuditEntry>>,
    pub earliest: Mutex<Vec<AvailabilityChanged>>,
    pub erased: Mutex<Vec<ErasureDone>>,
}

pub struct Clinic {
    pub verbs: Arc<SchedulingContext>,
    pub db: Db,
    pub asking: Asking,
    pub people: Arc<KnownPatients>,
    pub said: Arc<Said>,
    bus: BusHandle,
    jobs: JobsHandle,
    directory: Db,
    town: Db,
    post: Db,
    pub keys: KeyStore,
    master: MasterKey,
    _folder: tempfile::TempDir,
}

/// A patient with the account that acts for them.
#[derive(Clone)]
pub struct Person {
    pub id: PatientId,
    pub account: AccountId,
    pub cx: Cx,
}

/// A doctor with their account and what they offer first.
#[derive(Clone)]
pub struct Doctor {
    pub id: DoctorId,
    pub account: AccountId,
    pub cx: Cx,
    pub offer: Offer,
}

/// A doctor about to be listed.
pub struct NewDoctor<'c> {
    clinic: &'c Clinic,
    event: DoctorChanged,
    account: AccountId,
}

fn text(name: &str) -> Bilingual {
    Bilingual { id: name.to_owned(), en: name.to_owned() }
}

async fn open(folder: &std::path::Path, name: &str) -> Result<Db> {
    let db = Db::open(&format!("sqlite:{}/{name}.db", folder.display()), DbOptions::default()).await?;
    if name != "keys" {
        db.migrate("bus", bus::MIGRATIONS).await?;
    }
    Ok(db)
}

impl Clinic {
    /// Nobody and nothing there yet.
    pub async fn on(db: Db) -> Result<Self> {
        let folder = tempfile::tempdir().unwrap();
        let asking = Asking::at("2026-11-22T00:00:07Z");
        let master = MasterKey::generate(&Entropy::System);
        let keys = KeyStore::open(open(folder.path(), "keys").await?, &master).await?;
        let people = Arc::new(KnownPatients::default());
        let verbs = SchedulingContext::start(db.clone(), people.clone(), keys.clone(), &master).await?;
        let (directory, town) = (open(folder.path(), "directory").await?, open(folder.path(), "people").await?);
        let post = open(folder.path(), "notifications").await?;
        let said = Arc::new(Said::default());
        let mut bus = Bus::new(asking.clock.clone(), asking.entropy.clone());
        bus.source("directory", directory.clone()).source("people", town.clone()).source("scheduling", db.clone());
        bus.source("notifications", post.clone());
        bus.join(verbs.reactions()).join(listener(open(folder.path(), "listener").await?, &said));
        let bus = bus.start().await?;
        let jobs = verbs.jobs().idle(asking.clock.clone(), asking.entropy.clone()).await?;
        Ok(Self { verbs, db, asking, people, said, bus, jobs, directory, town, post, keys, master, _folder: folder })
    }

    /// A clinic in Makassar with dr. Siti: Monday to Friday 09:00–12:00, a quarter of an hour each, in person or online.
    pub async fn with_siti(db: Db) -> Result<(Self, Doctor)> {
        let clinic = Self::on(db).await?;
        let losari = clinic.facility("losari", MAKASSAR).await?;
        let consultation = clinic.consultation(&losari).await?;
        let siti = clinic.doctor("siti").at(&consultation).weekdays("09:00", "12:00").listed().await?;
        Ok((clinic, siti))
    }

    /// Another process on the same database, with its own memory.
    pub async fn another_node(&self) -> Result<Arc<SchedulingContext>> {
        SchedulingContext::start(self.db.clone(), self.people.clone(), self.keys.clone(), &self.master).await
    }

    pub fn now(&self) -> Timestamp {
        self.asking.now()
    }

    /// Waits until everybody has heard everything.
    pub async fn settle(&self) -> Result<()> {
        self.bus.settle(Duration::from_secs(20)).await
    }

    /// Runs the jobs that are due.
    pub async fn run_jobs(&self) -> Result<()> {
        while self.jobs.run_due().await? > 0 {}
        self.settle().await
    }

    /// The kinds of what was said of an appointment, in order.
    pub async fn said_of(&self, id: &AppointmentId) -> Result<Vec<&'static str>> {
        self.settle().await?;
        let visits = self.said.visits.lock().unwrap();
        Ok(visits.iter().filter(|(_, visit)| visit.appointment == *id).map(|(kind, _)| *kind).collect())
    }

    pub async fn facility(&self, name: &str, zone: &str) -> Result<FacilityId> {
        let id: FacilityId = self.asking.system().new_id();
        self.facility_is(&id, name, zone, true).await?;
        Ok(id)
    }

    pub async fn facility_is(&self, id: &FacilityId, name: &str, zone: &str, active: bool) -> Result<()> {
        let event = FacilityChanged {
            facility: id.clone(),
            slug: name.to_owned(),
            name: format!("Klinik {name}"),
            zone: zone.to_owned(),
            address: "Jl. Penghibur 1".to_owned(),
            active,
        };
        self.directory_says(event).await
    }

    /// A quarter of an hour with a doctor, in person or online.
    pub async fn consultation(&self, facility: &FacilityId) -> Result<Service> {
        self.service(facility, ServiceKind::Consultation, 15).await
    }

    pub async fn service(&self, facility: &FacilityId, kind: ServiceKind, minutes: u16) -> Result<Service> {
        let service = Service {
            id: self.asking.system().new_id(),
            facility: facility.clone(),
            department: None,
            kind,
            name: text(&kind.to_string()),
            preparation: text("Bawa kartu"),
            duration_minutes: minutes,
            buffer_before_minutes: 0,
            buffer_after_minutes: 0,
            price: Money::idr(150_000),
            modes: vec![Mode::InPerson, Mode::Online],
            active: true,
            version: 1,
        };
        self.service_is(service.clone()).await?;
        Ok(service)
    }

    pub async fn service_is(&self, details: Service) -> Result<()> {
        self.directory_says(ServiceChanged { service: details.id.clone(), details }).await
    }

    pub fn doctor(&self, name: &str) -> NewDoctor<'_> {
        let cx = self.asking.system();
        let account: AccountId = cx.new_id();
        let event = DoctorChanged {
            doctor: cx.new_id(),
            slug: name.to_owned(),
            account: Some(account.clone()),
            name: format!("dr. {name}"),
            sex: Sex::Female,
            photo: None,
            speciality: text("Umum"),
            str_until: None,
            practices: Vec::new(),
            auto_accept: true,
            state: DoctorState::Listed,
        };
        NewDoctor { clinic: self, event, account }
    }

    pub async fn doctor_is(&self, event: DoctorChanged) -> Result<()> {
        self.directory_says(event).await
    }

    async fn directory_says<E: bus::Event>(&self, event: E) -> Result<()> {
        let cx = self.asking.system();
        self.directory.write(async move |tx| tx.publish(&cx, &event).await).await?;
        self.settle().await
    }

    /// A desk of these services with hours on every day of the week, so many at the same time.
    pub async fn desk(
        &self,
        services: &[&Service],
        from: &str,
        until: &str,
        capacity: u16,
    ) -> Result<(Schedule, Offer)> {
        let facility = services[0].facility.clone();
        let hours = (1..=7).map(|weekday| Hours { capacity, ..hours(weekday, from, until) }).collect();
        let services: Vec<ServiceId> = services.iter().map(|service| service.id.clone()).collect();
        let offer =
            Offer { facility: facility.clone(), service: services[0].clone(), doctor: None, mode: Mode::InPerson };
        let form = ScheduleForm { facility: facility.clone(), doctor: None, services, hours, daily_cap: None };
        let (schedule, _) = self.verbs.set_schedule(&self.asking.admin(&facility), None, form).await?;
        Ok((schedule, offer))
    }

    /// A patient whom scheduling has heard of, acted for by an account of their own.
    pub async fn patient(&self, name: &str) -> Result<Person> {
        let account: AccountId = self.asking.system().new_id();
        let profile = self.profile(name, &[&account]);
        let id = profile.patient.clone();
        self.people_say(profile).await?;
        Ok(Person { cx: self.asking.patient(&account), id, account })
    }

    /// Many patients, heard of at once.
    pub async fn patients(&self, count: usize) -> Result<Vec<Person>> {
        let accounts: Vec<AccountId> = (0..count).map(|_| self.asking.system().new_id()).collect();
        let profiles: Vec<PatientChanged> = accounts.iter().map(|account| self.profile("Banyak", &[account])).collect();
        let people = profiles.iter().zip(&accounts).map(|(profile, account)| Person {
            id: profile.patient.clone(),
            account: account.clone(),
            cx: self.asking.patient(account),
        });
        let people = people.collect();
        let cx = self.asking.system();
        self.town
            .write(async move |tx| {
                for profile in &profiles {
                    tx.publish(&cx, profile).await?;
                }
                Ok(())
            })
            .await?;
        self.settle().await?;
        Ok(people)
    }

    /// A profile that nobody has told scheduling of yet.
    pub fn profile(&self, name: &str, accounts: &[&AccountId]) -> PatientChanged {
        PatientChanged {
            patient: self.asking.system().new_id(),
            version: 1,
            accounts: accounts.iter().map(|account| (*account).clone()).collect(),
            name: name.to_owned(),
            birth_date: date(1990, 5, 17),
            sex: Sex::Male,
            patient_type: PatientType::Umum,
            locale: Locale::Id,
        }
    }

    pub async fn people_say(&self, profile: PatientChanged) -> Result<()> {
        let cx = self.asking.system();
        self.people.know(profile.clone());
        self.town.write(async move |tx| tx.publish(&cx, &profile).await).await?;
        self.settle().await
    }

    /// Notifications say when a doctor is busy by calendars kept elsewhere.
    pub async fn busy_elsewhere(&self, doctor: &DoctorId, spans: &[(Timestamp, Timestamp)]) -> Result<()> {
        let cx = self.asking.system();
        let spans = spans.iter().map(|(from, until)| BusySpan { from: *from, until: *until }).collect();
        let told = BusyTimesChanged { doctor: doctor.clone(), spans };
        self.post.write(async move |tx| tx.publish(&cx, &told).await).await?;
        self.settle().await
    }

    /// People ask everybody to forget a patient and their account.
    pub async fn forget(&self, person: &Person) -> Result<()> {
        let cx = self.asking.system();
        self.people.forget(&person.id);
        let event = PatientErased {
            erasure: cx.new_id(),
            patients: vec![person.id.clone()],
            account: Some(person.account.clone()),
        };
        self.town.write(async move |tx| tx.publish(&cx, &event).await).await?;
        self.settle().await
    }

    /// Books without a key, as the asker.
    pub async fn book(&self, cx: &Cx, patient: &PatientId, offer: &Offer, starts_at: Timestamp) -> Result<Appointment> {
        self.verbs.book(cx, None, visit(patient, offer, starts_at)).await
    }

    pub async fn hold(&self, cx: &Cx, offer: &Offer, starts_at: Timestamp) -> Result<Hold> {
        self.verbs.hold(cx, AskHold { offer: offer.clone(), starts_at }).await
    }

    pub async fn change(&self, cx: &Cx, visit: &Appointment, deed: Deed) -> Result<Appointment> {
        let reason = Some("Sakit".to_owned());
        self.verbs.change(cx, &visit.id, visit.version, Change { deed, reason }).await
    }

    pub async fn cancel(&self, cx: &Cx, visit: &Appointment) -> Result<Appointment> {
        self.change(cx, visit, Deed::Cancel).await
    }

    pub async fn move_to(&self, cx: &Cx, visit: &Appointment, starts_at: Timestamp) -> Result<Appointment> {
        let ask = Reschedule { starts_at, doctor: None, reason: Some("Berhalangan".to_owned()), override_reason: None };
        self.verbs.reschedule(cx, &visit.id, visit.version, ask).await
    }

    /// The free starts of a day, as its clocks read.
    pub async fn free(&self, offer: &Offer, day: Date) -> Result<Vec<String>> {
        let day = self.day(offer, day, false).await?;
        Ok(day.times.into_iter().filter(|time| time.free).map(|time| time.local.to_string()).collect())
    }

    pub async fn day(&self, offer: &Offer, day: Date, taken: bool) -> Result<DayTimes> {
        let ask = FreeTimesAsk { offer: offer.clone(), from: Some(day), days: Some(1), taken };
        let guest = self.asking.guest("192.0.2.9");
        Ok(self.verbs.free_times(&guest, ask).await?.days[0].clone())
    }

    pub async fn is_free(&self, offer: &Offer, at: Timestamp) -> Result<bool> {
        let guest = self.asking.guest("192.0.2.9");
        let ask = FreeTimesAsk { offer: offer.clone(), from: None, days: Some(14), taken: false };
        let times = self.verbs.free_times(&guest, ask).await?;
        Ok(times.days.iter().flat_map(|day| &day.times).any(|time| time.at == at && time.free))
    }

    /// Changes a facility's policy.
    pub async fn policy(&self, facility: &FacilityId, change: impl FnOnce(&mut Policy)) -> Result<Policy> {
        let admin = self.asking.admin(facility);
        let mut policy = self.verbs.policy(&admin, facility).await?;
        change(&mut policy);
        self.verbs.set_policy(&admin, facility, policy.version, policy).await
    }

    /// Replaces a doctor's hours at the facility of their offer.
    pub async fn set_hours(&self, offer: &Offer, hours: Vec<Hours>) -> Result<(Schedule, Affected)> {
        self.set_schedule(offer, hours, None).await
    }

    pub async fn set_schedule(
        &self,
        offer: &Offer,
        hours: Vec<Hours>,
        daily_cap: Option<u16>,
    ) -> Result<(Schedule, Affected)> {
        let admin = self.asking.admin(&offer.facility);
        let known = self.verbs.schedules(&admin, Some(offer.facility.clone()), offer.doctor.clone()).await?;
        let form = ScheduleForm {
            facility: offer.facility.clone(),
            doctor: offer.doctor.clone(),
            services: if offer.doctor.is_none() { vec![offer.service.clone()] } else { Vec::new() },
            hours,
            daily_cap,
        };
        self.verbs.set_schedule(&admin, known.first().map(|schedule| schedule.version), form).await
    }

    pub async fn leave(&self, doctor: &Doctor, from: Timestamp, until: Timestamp) -> Result<(Exception, Affected)> {
        let exception = Exception { doctor: Some(doctor.id.clone()), ..exception(ExceptionKind::Absent, from, until) };
        self.verbs.add_exception(&doctor.cx, exception).await
    }
}

/// A departure from the hours, of nobody yet.
pub fn exception(kind: ExceptionKind, starts_at: Timestamp, ends_at: Timestamp) -> Exception {
    Exception {
        id: None,
        schedule: None,
        doctor: None,
        facility: None,
        kind,
        starts_at,
        ends_at,
        slot_minutes: None,
        capacity: None,
        reason: None,
    }
}

/// A visit with a complaint.
pub fn visit(patient: &PatientId, offer: &Offer, starts_at: Timestamp) -> Book {
    Book {
        offer: offer.clone(),
        starts_at,
        patient: patient.clone(),
        complaint: "Batuk tiga hari".to_owned(),
        hold: None,
        override_reason: None,
    }
}

/// Hours of one weekday for one patient at a time.
pub fn hours(weekday: u8, from: &str, until: &str) -> Hours {
    Hours {
        weekday,
        from: from.parse().unwrap(),
        until: until.parse().unwrap(),
        valid_from: date(2000, 1, 1),
        valid_until: None,
        slot_minutes: None,
        capacity: 1,
        modes: vec![Mode::InPerson, Mode::Online],
        services: Vec::new(),
    }
}

/// Monday to Friday.
pub fn weekdays(from: &str, until: &str) -> Vec<Hours> {
    (1..=5).map(|weekday| hours(weekday, from, until)).collect()
}

impl NewDoctor<'_> {
    /// Practises at the service's facility and offers the service.
    pub fn at(self, service: &Service) -> Self {
        self.at_fee(service, None)
    }

    pub fn at_fee(mut self, service: &Service, fee: Option<i64>) -> Self {
        self.event.practices.push(Practice {
            facility: service.facility.clone(),
            services: vec![PracticeService { service: service.id.clone(), fee }],
            sip_number: "SIP-1".to_owned(),
            sip_until: date(2030, 1, 1),
            hours: Vec::new(),
        });
        self
    }

    /// Hours on weekdays at the place named last.
    pub fn weekdays(mut self, from: &str, until: &str) -> Self {
        let practice = self.event.practices.last_mut().expect("a place was named");
        practice.hours = (1..=5)
            .map(|weekday| WeeklyHours {
                weekday,
                from: from.parse().unwrap(),
                until: until.parse().unwrap(),
                modes: vec![Mode::InPerson, Mode::Online],
            })
            .collect();
        self
    }

    pub fn accepts_by_hand(mut self) -> Self {
        self.event.auto_accept = false;
        self
    }

    /// As the event that tells of them.
    pub fn event(self) -> DoctorChanged {
        self.event
    }

    pub async fn listed(self) -> Result<Doctor> {
        let Self { clinic, event, account } = self;
        let practice = event.practices.first().expect("a place was named");
        let offer = Offer {
            facility: practice.facility.clone(),
            service: practice.services[0].service.clone(),
            doctor: Some(event.doctor.clone()),
            mode: Mode::InPerson,
        };
        let id = event.doctor.clone();
        clinic.doctor_is(event).await?;
        Ok(Doctor { id, cx: clinic.asking.doctor(&account), account, offer })
    }
}

/// Hears all that scheduling says, and remembers it.
fn listener(db: Db, said: &Arc<Said>) -> Reactions {
    let mut on = Reactions::new("listener", db);
    macro_rules! visits {
        ($($event:ident => $word:literal),+ $(,)?) => {$(
            let said_ = said.clone();
            on.hear::<$event>($word, move |_, _, e, _| {
                said_.visits.lock().unwrap().push(($word, e.visit.clone()));
                Box::pin(async { Ok(()) })
            });
        )+};
    }
    visits! {
        AppointmentBooked => "booked",
        AppointmentAccepted => "accepted",
        AppointmentRejected => "rejected",
        AppointmentRescheduled => "moved",
        AppointmentCancelled => "cancelled",
        AppointmentArrived => "arrived",
        AppointmentFulfilled => "fulfilled",
        AppointmentNoShow => "noshow",
    }
    let said_ = said.clone();
    on.hear::<AuditEntry>("audit", move |_, _, e, _| {
        said_.audits.lock().unwrap().push(e.clone());
        Box::pin(async { Ok(()) })
    });
    let said_ = said.clone();
    on.hear::<AvailabilityChanged>("earliest", move |_, _, e, _| {
        said_.earliest.lock().unwrap().push(e.clone());
        Box::pin(async { Ok(()) })
    });
    let said_ = said.clone();
    on.hear::<ErasureDone>("erased", move |_, _, e, _| {
        said_.erased.lock().unwrap().push(e.clone());
        Box::pin(async { Ok(()) })
    });
    on
}

/// Fine, where a closure does not say what else there could be.
pub fn ok<T>(value: T) -> Result<T> {
    Ok(value)
}
