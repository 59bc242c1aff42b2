//! What scheduling knows of facilities, services, doctors and patients: copies kept by hearing their owners' events.

use contracts::{
    directory::{
        Bilingual, DoctorChanged, DoctorId, DoctorState, FacilityChanged, FacilityId, Mode, Practice, Service,
        ServiceChanged, ServiceId,
    },
    people::{PatientChanged, PatientId, Sex},
};
use jiff::civil::Date;
use platform::{
    Error, Result,
    db::{Engine, Step, Tx},
    row,
};
use serde::{Deserialize, Serialize};

row! {
    /// A facility.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Facility {
        /// Identifier.
        pub id: FacilityId,
        /// Part of its address.
        pub slug: String,
        /// Name.
        pub name: String,
        /// IANA zone.
        pub zone: String,
        /// Street address.
        pub address: String,
        /// Open for business.
        pub active: bool,
    }
}

/// A doctor, as far as booking needs one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Doctor {
    /// Identifier.
    pub id: DoctorId,
    /// Part of their address.
    pub slug: String,
    /// Name with titles.
    pub name: String,
    /// Sex, for the portrait.
    pub sex: Sex,
    /// The small file of their photo.
    #[serde(default)]
    pub photo: Option<String>,
    /// First speciality.
    pub speciality: Bilingual,
    /// Last date of the registration.
    pub str_until: Option<Date>,
    /// Practices with services, fees and SIP.
    pub practices: Vec<Practice>,
    /// Bookings need no acceptance.
    pub auto_accept: bool,
    /// Whether they may be booked.
    pub state: DoctorState,
}

row! {
    /// A patient, as far as a visit shows them.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Patient {
        /// Full name.
        pub name: String,
        /// Date of birth.
        pub birth_date: Option<Date>,
        /// Sex.
        pub sex: Option<Sex>,
    }
}

impl Doctor {
    /// The practice at a facility.
    pub fn practice_at(&self, facility: &FacilityId) -> Option<&Practice> {
        self.practices.iter().find(|practice| practice.facility == *facility)
    }

    /// Their fee for a service at a facility, where it differs from the service's price.
    pub fn fee_for(&self, facility: &FacilityId, service: &ServiceId) -> Option<i64> {
        self.practice_at(facility)?.services.iter().find(|offered| offered.service == *service)?.fee
    }
}

/// The facility of that id.
pub async fn facility(tx: &mut Tx, id: &FacilityId) -> Result<Option<Facility>> {
    tx.one("select id, slug, name, zone, address, active from facility where id = $1", &[id]).await
}

/// Every facility, by name.
pub async fn facilities(tx: &mut Tx) -> Result<Vec<Facility>> {
    tx.all("select id, slug, name, zone, address, active from facility order by name, id", &[]).await
}

/// The doctor of that id.
pub async fn doctor(tx: &mut Tx, id: &DoctorId) -> Result<Option<Doctor>> {
    let row: Option<(String,)> = tx.one("select details from doctor where id = $1", &[id]).await?;
    row.map(|(details,)| parse(&details)).transpose()
}

/// The doctor an account signs in as.
pub async fn doctor_of_account(tx: &mut Tx, account: &str) -> Result<Option<DoctorId>> {
    let row: Option<(DoctorId,)> = tx.one("select id from doctor where account = $1", &[&account]).await?;
    Ok(row.map(|(id,)| id))
}

/// A facility's services.
pub async fn services_of(tx: &mut Tx, facility: &FacilityId) -> Result<Vec<Service>> {
    let rows: Vec<(String,)> =
        tx.all("select details from service where facility = $1 order by id", &[facility]).await?;
    rows.iter().map(|(details,)| parse(details)).collect()
}

/// The patient of that id.
pub async fn patient(tx: &mut Tx, id: &PatientId) -> Result<Option<Patient>> {
    tx.one("select name, birth_date, sex from patient where id = $1", &[id]).await
}

/// A patient, locked until the transaction ends, and whether an account may act for them. Everything that claims a
/// patient's time locks the patient first, then the owners of time in their order, so that nobody waits in a ring.
pub async fn lock_patient(tx: &mut Tx, id: &PatientId, account: Option<&str>) -> Result<Option<(Patient, bool)>> {
    let locked: Option<Locked> = tx.one(lock_on(tx.engine()), &[id, &account]).await?;
    Ok(locked.map(as_locked))
}

/// The statement of [`lock_patient`]; at most one row of [`Locked`].
pub fn locking(engine: Engine, id: &PatientId, account: Option<&str>) -> Step {
    Step::new(lock_on(engine), &[id, &account])
}

/// A locked patient's row: name, date of birth, sex, whether the account may act for them.
pub type Locked = (String, Option<Date>, Option<Sex>, bool);

/// The patient, and whether the account may act for them.
pub fn as_locked((name, birth_date, sex, acts): Locked) -> (Patient, bool) {
    (Patient { name, birth_date, sex }, acts)
}

fn lock_on(engine: Engine) -> &'static str {
    macro_rules! lock {
        ($how:literal) => {
            concat!(
                "select p.name, p.birth_date, p.sex, \
                 exists(select 1 from patient_account a where a.account = $2 and a.patient = p.id) \
                 from patient p where p.id = $1",
                $how
            )
        };
    }
    match engine {
        Engine::Sqlite => lock!(""), // there is one writer
        Engine::Postgres => lock!(" for no key update of p"),
    }
}

/// Whether an account may act for a patient.
pub async fn acts_for(tx: &mut Tx, account: &str, patient: &PatientId) -> Result<bool> {
    const ACTS: &str = "select 1 from patient_account where account = $1 and patient = $2";
    let row: Option<(i64,)> = tx.one(ACTS, &[&account, patient]).await?;
    Ok(row.is_some())
}

/// Keeps what directory says of a facility.
pub async fn keep_facility(tx: &mut Tx, e: &FacilityChanged) -> Result<()> {
    const KEEP: &str = "insert into facility (id, slug, name, zone, address, active) values ($1, $2, $3, $4, $5, $6) \
        on conflict (id) do update set slug = excluded.slug, name = excluded.name, zone = excluded.zone, \
        address = excluded.address, active = excluded.active";
    tx.exec(KEEP, &[&e.facility, &e.slug, &e.name, &e.zone, &e.address, &e.active]).await?;
    crate::owner::replan_facility(tx, &e.facility.to_string()).await
}

/// Keeps what directory says of a service.
pub async fn keep_service(tx: &mut Tx, e: &ServiceChanged) -> Result<()> {
    const KEEP: &str = "insert into service (id, facility, details) values ($1, $2, $3) \
        on conflict (id) do update set details = excluded.details";
    tx.exec(KEEP, &[&e.service, &e.details.facility, &text(&e.details)?]).await?;
    crate::owner::replan_facility(tx, &e.details.facility.to_string()).await
}

/// Keeps what directory says of a doctor.
pub async fn keep_doctor(tx: &mut Tx, e: &DoctorChanged) -> Result<()> {
    const KEEP: &str = "insert into doctor (id, slug, account, name, details) values ($1, $2, $3, $4, $5) \
        on conflict (id) do update set slug = excluded.slug, account = excluded.account, name = excluded.name, \
        details = excluded.details";
    let doctor = Doctor {
        id: e.doctor.clone(),
        slug: e.slug.clone(),
        name: e.name.clone(),
        sex: e.sex,
        photo: e.photo.clone(),
        speciality: e.speciality.clone(),
        str_until: e.str_until,
        practices: e.practices.clone(),
        auto_accept: e.auto_accept,
        state: e.state,
    };
    tx.exec(KEEP, &[&e.doctor, &e.slug, &e.account, &e.name, &text(&doctor)?]).await?;
    crate::owner::replan(tx, &e.doctor.to_string()).await
}

/// Keeps what people says of a patient, unless something newer is known already or the patient was forgotten.
pub async fn keep_patient(tx: &mut Tx, e: &PatientChanged) -> Result<()> {
    const KEEP: &str = "insert into patient (id, version, name, birth_date, sex, patient_type, locale) \
        select $1, $2, $3, $4, $5, $6, $7 where not exists (select 1 from forgotten where patient = $1) \
        on conflict (id) do update set version = excluded.version, \
        name = excluded.name, birth_date = excluded.birth_date, sex = excluded.sex, \
        patient_type = excluded.patient_type, locale = excluded.locale where patient.version < excluded.version";
    let kept =
        tx.exec(KEEP, &[&e.patient, &e.version, &e.name, &e.birth_date, &e.sex, &e.patient_type, &e.locale]).await?;
    if kept == 0 {
        return Ok(());
    }
    tx.exec("delete from patient_account where patient = $1", &[&e.patient]).await?;
    for account in &e.accounts {
        const MAY: &str = "insert into patient_account (account, patient) values ($1, $2) on conflict do nothing";
        tx.exec(MAY, &[account, &e.patient]).await?;
    }
    Ok(())
}

/// Whether a service may take place in a mode.
pub fn offers(service: &Service, mode: Mode) -> bool {
    service.active && service.modes.contains(&mode)
}

/// A value as the JSON text kept in a column.
pub fn text<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(Error::internal)
}

/// A value from the JSON text kept in a column.
pub fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(Error::internal)
}
