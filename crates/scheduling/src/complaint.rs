//! The complaint in the patient's own words ("silahkan isi keluhan anda", C5), sealed with the patient's own data key:
//! when that key is destroyed, old backups cannot be read either.

use contracts::{
    people::PatientId,
    scheduling::{Appointment, AppointmentId},
};
use platform::{Cx, Error, Result, crypto::KeyStore};

use crate::appointment::Shown;

/// Seals and opens complaints.
#[derive(Clone)]
pub struct Complaints {
    keys: KeyStore,
}

impl Complaints {
    /// With the process's key store.
    pub fn new(keys: KeyStore) -> Self {
        Self { keys }
    }

    /// Seals a complaint of an appointment.
    pub async fn seal(&self, cx: &Cx, patient: &PatientId, id: &AppointmentId, complaint: &str) -> Result<Vec<u8>> {
        let key = self.keys.for_scope(cx, &format!("patient:{patient}")).await?;
        Ok(key.seal(&place(id), complaint.as_bytes(), &cx.entropy))
    }

    /// Puts the complaint into what is shown. One whose key was destroyed is gone, which is no error.
    pub async fn unseal(&self, shown: Shown) -> Result<Appointment> {
        let Shown { mut appointment, sealed } = shown;
        if let Some(sealed) = sealed {
            appointment.complaint = match self.keys.open_sealed(&place(&appointment.id), &sealed).await {
                Ok(plain) => Some(String::from_utf8(plain).map_err(Error::internal)?),
                Err(Error::NotFound(_)) => None,
                Err(other) => return Err(other),
            };
        }
        Ok(appointment)
    }
}

/// What a sealed complaint is bound to.
fn place(id: &AppointmentId) -> String {
    format!("appointment:complaint:{id}")
}
