//! What stands around the appointments of a list: facility, policy, service and doctor, read once however many share
//! them.

use std::{collections::HashMap, sync::Arc};

use contracts::{
    directory::{DoctorId, FacilityId, Service, ServiceId},
    people::Sex,
    scheduling::Policy,
};
use jiff::civil::Date;
use platform::{Result, db::Tx, row};

use crate::{
    appointment::{Known, Row},
    copies::{self, Doctor, Facility, Patient},
    policy,
};

/// What was read so far, for as long as one list is put together.
#[derive(Debug, Default)]
pub struct Around {
    facilities: HashMap<FacilityId, Place>,
    services: HashMap<ServiceId, Option<Arc<Service>>>,
    doctors: HashMap<DoctorId, Option<Arc<Doctor>>>,
}

/// A facility with its policy.
#[derive(Debug, Clone)]
struct Place {
    facility: Option<Arc<Facility>>,
    policy: Arc<Policy>,
}

row! {
    /// Everything around one appointment in one question, for each question is a way to the database and back. What is
    /// not there is null.
    #[derive(Debug, Default)]
    struct Found {
        slug: Option<String>,
        name: Option<String>,
        zone: Option<String>,
        address: Option<String>,
        active: Option<bool>,
        policy: Option<String>,
        policy_version: Option<i64>,
        service: Option<String>,
        doctor: Option<String>,
        patient: Option<String>,
        birth_date: Option<Date>,
        sex: Option<Sex>,
    }
}

const FIND: &str = "select f.slug, f.name, f.zone, f.address, f.active, po.body, po.version, s.details, d.details, \
                    p.name, p.birth_date, p.sex from (select 1 as asked) q \
                    left join facility f on f.id = $1 left join policy po on po.facility = $1 \
                    left join service s on s.id = $2 left join doctor d on d.id = $3 left join patient p on p.id = $4";

impl Around {
    /// What is known around an appointment: one question, whether its facility, service and doctor were read before or
    /// not.
    pub async fn known(&mut self, tx: &mut Tx, row: &Row) -> Result<Known> {
        if let Some(place) = self.facilities.get(&row.facility)
            && let Some(service) = self.services.get(&row.service)
            && row.doctor.as_ref().is_none_or(|id| self.doctors.contains_key(id))
        {
            let Place { facility, policy } = place.clone();
            let service = service.clone();
            let doctor = row.doctor.as_ref().and_then(|id| self.doctors.get(id).cloned().flatten());
            return Ok(Known { facility, policy, service, doctor, patient: copies::patient(tx, &row.patient).await? });
        }
        let found = tx.one(FIND, &[&row.facility, &row.service, &row.doctor, &row.patient]).await?;
        self.keep(row, found.unwrap_or_default())
    }

    fn keep(&mut self, row: &Row, found: Found) -> Result<Known> {
        let facility = found.facility(&row.facility).map(Arc::new);
        let policy = Arc::new(found.policy()?);
        let service = found.service.as_deref().map(copies::parse).transpose()?.map(Arc::new);
        let doctor = found.doctor.as_deref().map(copies::parse).transpose()?.map(Arc::new);
        let place = Place { facility: facility.clone(), policy: policy.clone() };
        self.facilities.insert(row.facility.clone(), place);
        self.services.insert(row.service.clone(), service.clone());
        if let Some(id) = &row.doctor {
            self.doctors.insert(id.clone(), doctor.clone());
        }
        Ok(Known { facility, service, doctor, patient: found.patient(), policy })
    }
}

impl Found {
    fn facility(&self, id: &FacilityId) -> Option<Facility> {
        Some(Facility {
            id: id.clone(),
            slug: self.slug.clone()?,
            name: self.name.clone()?,
            zone: self.zone.clone()?,
            address: self.address.clone()?,
            active: self.active?,
        })
    }

    fn policy(&self) -> Result<Policy> {
        match (&self.policy, self.policy_version) {
            (Some(body), Some(version)) => Ok(Policy { version, ..copies::parse(body)? }),
            _ => Ok(policy::standard()),
        }
    }

    fn patient(self) -> Option<Patient> {
        Some(Patient { name: self.patient?, birth_date: self.birth_date, sex: self.sex })
    }
}
