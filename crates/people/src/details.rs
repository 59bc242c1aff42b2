//! What is kept of a patient under their own key: identity numbers, contacts, address, birth place, whom to call.

use contracts::people::{Address, EmergencyContact, PatientForm};
use serde::{Deserialize, Serialize};

use crate::mask;

/// The sealed part of a profile.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Details {
    pub(crate) nik: Option<String>,
    pub(crate) no_nik_reason: Option<String>,
    pub(crate) birth_place: String,
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) address: Address,
    pub(crate) bpjs_number: Option<String>,
    pub(crate) emergency_contact: Option<EmergencyContact>,
}

/// Shows nothing.
impl std::fmt::Debug for Details {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Details(«private»)")
    }
}

impl Details {
    /// Identity numbers masked.
    pub(crate) fn hide_identity(&mut self) {
        self.nik = self.nik.as_deref().map(mask::nik);
        self.bpjs_number = self.bpjs_number.as_deref().map(mask::bpjs);
    }

    /// Phones, e-mail and the line of the address masked.
    pub(crate) fn hide_contacts(&mut self) {
        self.phone = self.phone.as_deref().map(mask::phone);
        self.email = self.email.as_deref().map(mask::email);
        self.address.line = mask::line(&self.address.line);
        if let Some(contact) = &mut self.emergency_contact {
            contact.phone = mask::phone(&contact.phone);
        }
    }

    /// The form with every value that came back as it was shown, masked, put back to what is kept: whoever may not see
    /// a number can save the rest.
    pub(crate) fn unmask(&self, mut form: PatientForm) -> PatientForm {
        let mut shown = self.clone();
        shown.hide_identity();
        shown.hide_contacts();
        put_back(&mut form.nik, &shown.nik, &self.nik);
        put_back(&mut form.bpjs_number, &shown.bpjs_number, &self.bpjs_number);
        put_back(&mut form.phone, &shown.phone, &self.phone);
        put_back(&mut form.email, &shown.email, &self.email);
        put_back(&mut form.address.line, &shown.address.line, &self.address.line);
        if let (Some(typed), Some(shown), Some(kept)) =
            (&mut form.emergency_contact, &shown.emergency_contact, &self.emergency_contact)
        {
            put_back(&mut typed.phone, &shown.phone, &kept.phone);
        }
        form
    }
}

fn put_back<T: PartialEq + Clone>(typed: &mut T, shown: &T, kept: &T) {
    if typed == shown {
        typed.clone_from(kept);
    }
}
