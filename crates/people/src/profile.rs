//! Keeping, showing and changing a profile (A2, R.P1): one's own, and any on behalf.

use contracts::{
    Permission,
    audit::AuditEntry,
    auth::AccountId,
    people::{Patient, PatientChanged, PatientForm, PatientId},
};
use platform::{Cx, Error, Result, error::Problems};

use crate::{
    PeopleContext,
    access::{self, Sight},
    account,
    details::Details,
    patient::{self, Kept, Sealed},
    patient_form::{self, Person},
};

impl PeopleContext {
    /// The person a form tells of, or everything that is wrong with it.
    pub(crate) fn checked(cx: &Cx, form: &PatientForm) -> Result<Person> {
        let mut problems = Problems::default();
        let person = patient_form::read(&mut problems, form, cx.now());
        problems.done().map(|()| person)
    }

    /// The asker's own profile. Whether the NIK was known makes no difference to them.
    pub(crate) async fn register_own(&self, cx: &Cx, form: PatientForm) -> Result<Patient> {
        cx.require(Permission::ProfileOwn)?;
        let account = own(cx)?;
        let form = self.filled_in(&account, form).await?;
        let sealed = Sealed::new(cx, &self.vault, cx.new_id(), Self::checked(cx, &form)?).await?;
        let (owner, cx_) = (account, cx.clone());
        let kept = self.db.write(async move |tx| {
            let cx = &cx_;
            account::enter(tx, &owner).await?;
            let locale = account::locale(tx, cx, &owner.to_string()).await?;
            let kept = patient::add(tx, cx, sealed, Some(owner), locale).await?;
            tx.publish(cx, &entry(cx, "patient.register", &kept.id)).await?;
            Ok(kept)
        });
        self.shown(kept.await?, Sight { acts: true, identity: false, staff: false }).await
    }

    /// A patient without an account, registered by staff.
    pub(crate) async fn register_for(&self, cx: &Cx, form: PatientForm) -> Result<Patient> {
        cx.require(Permission::PatientWrite)?;
        let sealed = Sealed::new(cx, &self.vault, cx.new_id(), Self::checked(cx, &form)?).await?;
        let cx_ = cx.clone();
        let kept = self.db.write(async move |tx| {
            let cx = &cx_;
            let kept = patient::add(tx, cx, sealed, None, cx.locale).await?;
            tx.publish(cx, &entry(cx, "patient.register-for", &kept.id)).await?;
            Ok(kept)
        });
        self.shown(kept.await?, Sight { acts: false, identity: false, staff: true }).await
    }

    /// A patient the asker may see, answered once the audit row of the reading is kept (A8).
    pub(crate) async fn show(&self, cx: &Cx, id: &PatientId) -> Result<Patient> {
        access::require_own_or(cx, Permission::PatientRead)?;
        let (id, cx_) = (id.clone(), cx.clone());
        let seen = self.db.write(async move |tx| {
            let cx = &cx_;
            let (kept, sight) = access::seen(tx, cx, &id, Permission::PatientRead).await?;
            let action = if sight.identity { "patient.read-identity" } else { "patient.read" };
            tx.publish(cx, &entry(cx, action, &id)).await?;
            Ok((kept, sight))
        });
        let (kept, sight) = seen.await?;
        self.shown(kept, sight).await
    }

    /// What scheduling may know of a patient.
    pub(crate) async fn outline(&self, cx: &Cx, id: &PatientId) -> Result<PatientChanged> {
        access::require_own_or(cx, Permission::PatientRead)?;
        let (id, cx) = (id.clone(), cx.clone());
        self.db
            .read(async move |tx| {
                let (kept, _) = access::seen(tx, &cx, &id, Permission::PatientRead).await?;
                patient::changed(tx, &kept).await
            })
            .await
    }

    /// Replaces a profile at that version. Values that come back masked stay as they are.
    pub(crate) async fn change(&self, cx: &Cx, id: &PatientId, version: i64, form: PatientForm) -> Result<Patient> {
        access::require_own_or(cx, Permission::PatientWrite)?;
        let (sought, cx_) = (id.clone(), cx.clone());
        let (before, sight) =
            self.db.read(async move |tx| access::seen(tx, &cx_, &sought, Permission::PatientWrite).await).await?;
        if before.version != version {
            return Err(Error::Stale);
        }
        let form = self.vault.unseal(id, &before.details).await?.unmask(form);
        let sealed = Sealed::new(cx, &self.vault, id.clone(), Self::checked(cx, &form)?).await?;
        let (id, cx_) = (id.clone(), cx.clone());
        let kept = self.db.write(async move |tx| {
            let cx = &cx_;
            // Asked again: the right to act may have ended meanwhile.
            access::seen(tx, cx, &id, Permission::PatientWrite).await?;
            let kept = patient::replace(tx, cx, &before, sealed).await?;
            tx.publish(cx, &entry(cx, "patient.change", &id)).await?;
            Ok(kept)
        });
        self.shown(kept.await?, sight.masked()).await
    }

    /// The patient with as much as the asker may see.
    pub(crate) async fn shown(&self, kept: Kept, sight: Sight) -> Result<Patient> {
        let details = self.vault.unseal(&kept.id, &kept.details).await?;
        Ok(shown(kept, details, sight))
    }

    /// The form with the account's own contacts where it leaves them empty.
    async fn filled_in(&self, account: &AccountId, mut form: PatientForm) -> Result<PatientForm> {
        let (account, vault) = (account.to_string(), self.vault.clone());
        let contact = self.db.read(async move |tx| account::contact(tx, &vault, &account).await).await?;
        if let Some(contact) = contact {
            form.email = form.email.or(Some(contact.email));
            form.phone = form.phone.or(contact.phone);
        }
        Ok(form)
    }
}

/// The asker's account, or 401.
pub(crate) fn own(cx: &Cx) -> Result<AccountId> {
    cx.account()?.parse().map_err(|_| Error::Unauthenticated("sign-in-needed"))
}

/// The audit line of something done to a patient. Patients belong to the network; the line names the facility of who did
/// it, where they work for one.
pub(crate) fn entry(cx: &Cx, action: &str, patient: &PatientId) -> AuditEntry {
    let id = patient.to_string();
    let entry = AuditEntry::of(cx, "people", action, &id).about(&id);
    match cx.facilities.as_deref() {
        Some([facility]) => entry.at_facility(facility),
        _ => entry,
    }
}

/// The patient with as much as that sight allows.
pub(crate) fn shown(kept: Kept, mut details: Details, sight: Sight) -> Patient {
    let mut warnings = patient_form::warnings(&details, kept.birth_date, kept.sex);
    if sight.staff && kept.duplicate {
        warnings.push("duplicate".to_owned());
    }
    if !sight.identity {
        details.hide_identity();
    }
    if !sight.contacts() {
        details.hide_contacts();
    }
    let Details { nik, no_nik_reason, birth_place, email, phone, address, bpjs_number, emergency_contact } = details;
    let Kept { id, account, name, birth_date, sex, patient_type, version, .. } = kept;
    Patient {
        id,
        account,
        name,
        nik,
        no_nik_reason,
        birth_place,
        birth_date,
        sex,
        email,
        phone,
        address,
        patient_type,
        bpjs_number,
        emergency_contact,
        warnings,
        version,
    }
}
