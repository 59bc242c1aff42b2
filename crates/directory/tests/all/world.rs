//! A directory on a fresh database, and people who ask it.

use std::sync::{Arc, LazyLock};

use contracts::{
    Permission,
    directory::{
        Bilingual, Directory as _, Doctor, DoctorForm, Facility, FacilityForm, Mode, Practice, PracticeService,
        Service, ServiceForm, ServiceKind, SpecialityId, WeeklyHours,
    },
    people::Sex,
};
use directory::DirectoryContext;
use jiff::civil::{date, time};
use platform::{
    Actor, Clock, Cx, Error, Id as _, PermissionSet, Result,
    db::{Db, Migration},
    entropy::Entropy,
    i18n::{Catalog, Locale, Texts},
};

/// The bus's tables and the directory's.
pub static MIGRATIONS: LazyLock<Vec<Migration>> =
    LazyLock::new(|| [platform::bus::MIGRATIONS, directory::MIGRATIONS].concat());

pub struct World {
    pub db: Db,
    pub directory: Arc<DirectoryContext>,
    /// A part of the program, allowed everything.
    pub all: Cx,
}

pub fn texts() -> Arc<Texts> {
    Arc::new(Catalog::new().with(platform::i18n::TEXTS).with(directory::TEXTS).build().unwrap())
}

impl World {
    pub async fn new(db: Db) -> Result<Self> {
        let clock = Clock::manual("2026-11-23T02:00:00Z".parse().unwrap());
        let all = Cx::system("test", clock, Entropy::seeded(1));
        let directory = Arc::new(DirectoryContext::open(db.clone(), texts()).await?);
        Ok(Self { db, directory, all })
    }

    pub fn guest(&self) -> Cx {
        Cx::guest("req_1", Locale::En, self.all.clock.clone(), self.all.entropy.clone())
    }

    /// Somebody signed in, of these facilities (`None`: all), allowed this.
    pub fn account(&self, id: &str, permissions: &[Permission], facilities: Option<&[&Facility]>) -> Cx {
        let facilities = facilities.map(|own| own.iter().map(|facility| facility.id.to_string()).collect());
        Cx {
            actor: Actor::Account { id: id.into(), session: "ses_1".into() },
            permissions: PermissionSet::of(permissions),
            facilities,
            ..self.guest()
        }
    }

    /// An admin of one facility.
    pub fn admin(&self, facility: &Facility) -> Cx {
        use Permission as P;
        let permissions = [P::DoctorManage, P::DoctorApprove, P::ServiceManage, P::DirectoryManage];
        self.account("acc_0000000000000000000ADM0000", &permissions, Some(&[facility]))
    }

    pub async fn facility(&self, name: &str) -> Facility {
        self.directory.add_facility(&self.all, facility_form(name)).await.unwrap()
    }

    pub async fn service(&self, facility: &Facility) -> Service {
        self.directory.add_service(&self.all, service_form(facility)).await.unwrap()
    }

    pub async fn speciality(&self, slug: &str) -> SpecialityId {
        self.directory.specialities(&self.all).await.unwrap().into_iter().find(|s| s.slug == slug).unwrap().id
    }

    pub async fn doctor_form(&self, name: &str, service: &Service) -> DoctorForm {
        doctor_form(name, self.speciality("anak").await, service, &format!("STR {}", self.all.entropy.below(1 << 40)))
    }

    pub async fn doctor(&self, name: &str, service: &Service) -> Doctor {
        self.directory.add_doctor(&self.all, self.doctor_form(name, service).await).await.unwrap()
    }

    /// The kinds of events said so far about something.
    pub async fn said(&self, about: &str) -> Vec<String> {
        let like = format!("%{about}");
        let rows: Vec<(String,)> = self
            .db
            .read(async move |tx| tx.all("select kind from outbox where subject like $1 order by kind", &[&like]).await)
            .await
            .unwrap();
        rows.into_iter().map(|(kind,)| kind).collect()
    }
}

pub fn both(text: &str) -> Bilingual {
    Bilingual { id: text.to_owned(), en: text.to_owned() }
}

pub fn facility_form(name: &str) -> FacilityForm {
    FacilityForm {
        name: name.to_owned(),
        zone: "Asia/Makassar".to_owned(),
        address: "Jl. Contoh 1".to_owned(),
        regency: "73.71".to_owned(),
        latitude: Some(-5.1),
        longitude: Some(119.4),
        phone: None,
        bpjs: true,
        active: true,
    }
}

pub fn service_form(facility: &Facility) -> ServiceForm {
    ServiceForm {
        id: None,
        facility: facility.id.clone(),
        department: None,
        kind: ServiceKind::Consultation,
        name: both("Konsultasi"),
        preparation: Bilingual::default(),
        duration_minutes: 20,
        buffer_before_minutes: 0,
        buffer_after_minutes: 5,
        price: 150_000,
        modes: Mode::ALL.to_vec(),
        active: true,
    }
}

pub fn practice(service: &Service) -> Practice {
    Practice {
        facility: service.facility.clone(),
        services: vec![PracticeService { service: service.id.clone(), fee: None }],
        sip_number: "SIP/1".to_owned(),
        sip_until: date(2027, 12, 31),
        hours: vec![WeeklyHours {
            weekday: 1,
            from: time(9, 0, 0, 0),
            until: time(12, 0, 0, 0),
            modes: vec![Mode::InPerson],
        }],
    }
}

pub fn doctor_form(name: &str, speciality: SpecialityId, service: &Service, str_number: &str) -> DoctorForm {
    DoctorForm {
        name: name.to_owned(),
        sex: Sex::Female,
        specialities: vec![speciality],
        practising_since: Some(2010),
        languages: vec!["id".to_owned(), "bug".to_owned()],
        about: both("Senang bertemu anak-anak."),
        str_number: str_number.to_owned(),
        str_until: None,
        practices: vec![practice(service)],
        auto_accept: true,
        account: None,
    }
}

/// The fields an answer refuses.
pub fn refused<T: std::fmt::Debug>(answer: Result<T>) -> Vec<String> {
    match answer {
        Err(Error::Invalid(fields)) => fields.into_iter().map(|field| field.field).collect(),
        other => panic!("expected refused fields, got {other:?}"),
    }
}

pub fn is_missing<T>(answer: &Result<T>) -> bool {
    matches!(answer, Err(Error::NotFound(_)))
}

/// An account's id.
pub fn account(n: u8) -> contracts::auth::AccountId {
    contracts::auth::AccountId::from_parts(jiff::Timestamp::UNIX_EPOCH, [n; 10])
}
