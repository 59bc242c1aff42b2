//! What stands around the appointments of a list: facility, policy, service and doctor, read once however many share
//! them.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use contracts::{
    directory::{DoctorId, FacilityId, Service, ServiceId},
    scheduling::Policy,
};
use platform::{Result, db::Tx};

use crate::{
    appointment::{Known, Row},
    copies::{self, Doctor, Facility},
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

impl Around {
    /// What is known around an appointment.
    pub async fn known(&mut self, tx: &mut Tx, row: &Row) -> Result<Known> {
        let Place { facility, policy } = self.place(tx, &row.facility).await?;
        Ok(Known {
            facility,
            policy,
            service: self.service(tx, &row.service).await?,
            doctor: match &row.doctor {
                Some(id) => self.doctor(tx, id).await?,
                None => None,
            },
            patient: copies::patient(tx, &row.patient).await?,
        })
    }

    async fn place(&mut self, tx: &mut Tx, id: &FacilityId) -> Result<Place> {
        Ok(match self.facilities.entry(id.clone()) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(unknown) => {
                let facility = copies::facility(tx, id).await?.map(Arc::new);
                let policy = Arc::new(policy::of(tx, id).await?);
                unknown.insert(Place { facility, policy }).clone()
            }
        })
    }

    async fn service(&mut self, tx: &mut Tx, id: &ServiceId) -> Result<Option<Arc<Service>>> {
        Ok(match self.services.entry(id.clone()) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(unknown) => unknown.insert(copies::service(tx, id).await?.map(Arc::new)).clone(),
        })
    }

    async fn doctor(&mut self, tx: &mut Tx, id: &DoctorId) -> Result<Option<Arc<Doctor>>> {
        Ok(match self.doctors.entry(id.clone()) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(unknown) => unknown.insert(copies::doctor(tx, id).await?.map(Arc::new)).clone(),
        })
    }
}
