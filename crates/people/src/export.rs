//! Everything kept here about the asker and their family, for them to take along.

use contracts::{Permission, audit::AuditEntry, people::Relation};
use jiff::Timestamp;
use platform::{Cx, Error, Result};
use serde_json::{Value, json};

use crate::{
    PeopleContext,
    access::Sight,
    account,
    patient::Kept,
    profile::{own, shown},
};

const MINE: &str = "
    select id, account, name, birth_date, sex, patient_type, locale, details, duplicate, version from patient
    where account = $1 or id in (select patient from family where account = $1 and ended_at is null) order by id limit 21";
const CONSENTS: &str = "
    select patient, relation, consent, consent_locale, consent_at, ended_at from family where account = $1 order by id limit 1000";

type Consent = (String, Relation, String, String, Timestamp, Option<Timestamp>);

impl PeopleContext {
    /// Unmasked, for it is theirs; answered once the audit row of the reading is kept.
    pub(crate) async fn everything(&self, cx: &Cx) -> Result<Value> {
        cx.require(Permission::ProfileOwn)?;
        let (account, vault, cx_) = (own(cx)?, self.vault.clone(), cx.clone());
        let (contact, patients, consents) = self
            .db
            .write(async move |tx| {
                let text = account.to_string();
                let contact = account::contact(tx, &vault, &text).await?;
                let patients: Vec<Kept> = tx.all(MINE, &[&account]).await?;
                let consents: Vec<Consent> = tx.all(CONSENTS, &[&account]).await?;
                tx.publish(&cx_, &AuditEntry::of(&cx_, "people", "person.export", &text)).await?;
                Ok((contact, patients, consents))
            })
            .await?;
        let mut profiles = Vec::with_capacity(patients.len());
        for kept in patients {
            let details = self.vault.unseal(&kept.id, &kept.details).await?;
            profiles.push(shown(kept, details, Sight { acts: true, identity: true, staff: false }));
        }
        let consents: Vec<Value> = consents
            .into_iter()
            .map(|(patient, relation, consent, locale, at, ended_at)| {
                json!({ "patient": patient, "relation": relation, "text": consent, "locale": locale, "at": at, "ended_at": ended_at })
            })
            .collect();
        let patients = serde_json::to_value(profiles).map_err(Error::internal)?;
        Ok(json!({ "account": contact, "patients": patients, "family": consents }))
    }
}
