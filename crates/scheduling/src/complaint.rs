//! What people write about a visit: the complaint in the patient's own words ("silahkan isi keluhan anda", C5), and why it
//! was cancelled, rejected, moved, corrected or booked past a rule. Both are sealed with the patient's own data key: when
//! that key is destroyed, old backups cannot be read either.

use contracts::{
    people::PatientId,
    scheduling::{Appointment, AppointmentId},
};
use platform::{Cx, Error, Result, crypto::KeyStore};

use crate::appointment::Shown;

/// Seals and opens complaints and reasons.
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
        self.seal_at(cx, patient, &place(id), complaint).await
    }

    /// Seals a reason given for what happens to an appointment. None of somebody whose key was destroyed: nothing new is
    /// kept about them.
    pub async fn seal_reason(
        &self,
        cx: &Cx,
        patient: &PatientId,
        id: &AppointmentId,
        reason: Option<&str>,
    ) -> Result<Option<Vec<u8>>> {
        let Some(reason) = reason else { return Ok(None) };
        match self.seal_at(cx, patient, &reason_place(id), reason).await {
            Ok(sealed) => Ok(Some(sealed)),
            Err(Error::NotFound(_)) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// Puts what was written into what is shown. What was sealed with a key since destroyed is gone, which is no error.
    pub async fn unseal(&self, shown: Shown) -> Result<Appointment> {
        let Shown { mut appointment, complaint, reason } = shown;
        let id = &appointment.id;
        if let Some(sealed) = complaint {
            appointment.complaint = self.open_at(&place(id), &sealed).await?;
        }
        if let Some(sealed) = reason {
            appointment.reason = self.open_reason(id, &sealed).await?;
        }
        Ok(appointment)
    }

    /// A reason in clear; none where its key was destroyed.
    pub async fn open_reason(&self, id: &AppointmentId, sealed: &[u8]) -> Result<Option<String>> {
        self.open_at(&reason_place(id), sealed).await
    }

    async fn seal_at(&self, cx: &Cx, patient: &PatientId, place: &str, text: &str) -> Result<Vec<u8>> {
        let key = self.keys.for_scope(cx, &format!("patient:{patient}")).await?;
        Ok(key.seal(place, text.as_bytes(), &cx.entropy))
    }

    async fn open_at(&self, place: &str, sealed: &[u8]) -> Result<Option<String>> {
        match self.keys.open_sealed(place, sealed).await {
            Ok(plain) => String::from_utf8(plain).map(Some).map_err(Error::internal),
            Err(Error::NotFound(_)) => Ok(None),
            Err(other) => Err(other),
        }
    }
}

/// What a sealed complaint is bound to.
fn place(id: &AppointmentId) -> String {
    format!("appointment:complaint:{id}")
}

/// What a sealed reason is bound to, whichever change of the appointment it was given for.
fn reason_place(id: &AppointmentId) -> String {
    format!("appointment:reason:{id}")
}
