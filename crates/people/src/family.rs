//! Acting for family (A9): a relation, the consent it rests on, and its end (R.P3, R.P4). A member needs no account.

use contracts::{
    Permission,
    auth::AccountId,
    people::{AddFamilyMember, FamilyConsent, PatientCard, PatientId, Relation},
};
use jiff::Timestamp;
use platform::{Cx, Error, Result, db::Tx, error::Problems, i18n::Locale};

use crate::{
    PeopleContext, account,
    patient::{self, Kept, Line, Sealed},
    patient_form,
    profile::{entry, own},
};

/// Key of the text that was shown and accepted. A new wording gets a new key, and old consents keep theirs.
pub(crate) const CONSENT: &str = "people-consent-family-1";

const ADD: &str = "
    insert into family (id, account, patient, relation, consent, consent_locale, consent_at, consent_by)
    values ($1, $2, $3, $4, $5, $6, $7, $8)";
const END: &str =
    "update family set ended_at = $3, ended_by = $4 where account = $1 and patient = $2 and ended_at is null";
const RELATE: &str = "
    update family set relation = $3 where account = $1 and patient = $2 and ended_at is null returning id";
const MEMBER: &str = "select id, name, birth_date, sex, patient_type from patient where id = $1";
const CONSENTS: &str = "
    select f.patient, case when f.ended_at is null then p.name end, f.relation, f.consent, f.consent_locale, f.consent_at, f.ended_at
    from family f left join patient p on p.id = f.patient where f.account = $1 order by f.consent_at desc, f.id desc limit 100";
const KEPT: &str = "select id, account, name, birth_date, sex, patient_type, locale, details, duplicate, version from patient where id = $1";
const RAISE: &str = "update patient set version = version + 1 where id = $1";
const SELF: &str = "select id, name, birth_date, sex, patient_type from patient where account = $1";
const MEMBERS: &str = "
    select p.id, p.name, p.birth_date, p.sex, p.patient_type, f.relation from family f join patient p on p.id = f.patient
    where f.account = $1 and f.ended_at is null order by p.name, p.id limit 20";

type Consent = (PatientId, Option<String>, Relation, String, Locale, Timestamp, Option<Timestamp>);
type Member = (PatientId, String, jiff::civil::Date, contracts::people::Sex, contracts::people::PatientType, Relation);

impl PeopleContext {
    /// The asker, if they have a profile, and their family by name.
    pub(crate) async fn household(&self, cx: &Cx) -> Result<Vec<PatientCard>> {
        cx.require(Permission::ProfileOwn)?;
        let account = own(cx)?;
        self.db
            .read(async move |tx| {
                let own: Option<Line> = tx.one(SELF, &[&account]).await?;
                let members: Vec<Member> = tx.all(MEMBERS, &[&account]).await?;
                let members = members.into_iter().map(|(id, name, birth_date, sex, patient_type, relation)| {
                    Line { id, name, birth_date, sex, patient_type }.card(Some(relation))
                });
                Ok(own.into_iter().map(|line| line.card(Some(Relation::Own))).chain(members).collect())
            })
            .await
    }

    /// A new patient the asker acts for.
    pub(crate) async fn add_member(&self, cx: &Cx, ask: AddFamilyMember) -> Result<PatientCard> {
        cx.require(Permission::ProfileOwn)?;
        let account = own(cx)?;
        let AddFamilyMember { relation, consent, person } = ask;
        let mut problems = Problems::default();
        problems.check(relation != Relation::Own, "relation", "relation-self");
        problems.check(consent, "consent", "consent-needed");
        let person = patient_form::read(&mut problems, &person, cx.now());
        problems.done()?;
        let sealed = Sealed::new(cx, &self.vault, cx.new_id(), person).await?;
        let cx = cx.clone();
        let kept = self.db.write(async move |tx| {
            account::join(tx, &account).await?;
            let id = platform::ids::encode("fam", cx.now(), cx.entropy.bytes());
            let args: [&dyn platform::db::Bind; 8] =
                [&id, &account, &sealed.id, &relation, &CONSENT, &cx.locale, &cx.now(), &cx.actor_text()];
            tx.exec(ADD, &args).await?;
            let locale = account::locale(tx, &cx, &account.to_string()).await?;
            let kept = patient::add(tx, &cx, sealed, None, locale).await?;
            tx.publish(&cx, &entry(&cx, "family.add", &kept.id)).await?;
            Ok(kept)
        });
        let Kept { id, name, birth_date, sex, patient_type, .. } = kept.await?;
        Ok(Line { id, name, birth_date, sex, patient_type }.card(Some(relation)))
    }

    /// Says anew what a member is to the asker. Nothing else of the right changes, least of all the consent.
    pub(crate) async fn relate(&self, cx: &Cx, id: &PatientId, relation: Relation) -> Result<PatientCard> {
        cx.require(Permission::ProfileOwn)?;
        if relation == Relation::Own {
            return Err(Error::invalid("relation", "relation-self"));
        }
        let (account, id, cx) = (own(cx)?, id.clone(), cx.clone());
        self.db
            .write(async move |tx| {
                let related: Option<(String,)> = tx.one(RELATE, &[&account, &id, &relation]).await?;
                related.ok_or(Error::NotFound("patient"))?;
                let line: Option<Line> = tx.one(MEMBER, &[&id]).await?;
                tx.publish(&cx, &entry(&cx, "family.change", &id)).await?;
                line.map(|line| line.card(Some(relation))).ok_or(Error::NotFound("patient"))
            })
            .await
    }

    /// What the asker has agreed to so far, and when it ended.
    pub(crate) async fn consents(&self, cx: &Cx) -> Result<Vec<FamilyConsent>> {
        cx.require(Permission::ProfileOwn)?;
        let account = own(cx)?;
        let given: Vec<Consent> = self.db.read(async move |tx| tx.all(CONSENTS, &[&account]).await).await?;
        let consent = |(patient, name, relation, text, locale, given_at, ended_at): Consent| FamilyConsent {
            patient,
            name,
            relation,
            text,
            locale,
            given_at,
            ended_at,
        };
        Ok(given.into_iter().map(consent).collect())
    }

    /// Ends the right to act, at once and everywhere; the patient and the proof of the consent stay.
    pub(crate) async fn remove_member(&self, cx: &Cx, id: &PatientId) -> Result<()> {
        cx.require(Permission::ProfileOwn)?;
        let (account, id, cx) = (own(cx)?, id.clone(), cx.clone());
        self.db
            .write(async move |tx| {
                end(tx, &cx, &account, &id).await?;
                account::leave(tx, &account).await?;
                tx.publish(&cx, &entry(&cx, "family.remove", &id)).await
            })
            .await
    }
}

/// Ends an account's right to act for a patient and tells the others; 404 where there is none.
pub(crate) async fn end(tx: &mut Tx, cx: &Cx, account: &AccountId, id: &PatientId) -> Result<()> {
    if tx.exec(END, &[account, id, &cx.now(), &cx.actor_text()]).await? == 0 {
        return Err(Error::NotFound("patient"));
    }
    raise(tx, cx, id).await
}

/// Tells the others of a patient after something beside their profile has changed.
pub(crate) async fn raise(tx: &mut Tx, cx: &Cx, id: &PatientId) -> Result<()> {
    tx.exec(RAISE, &[id]).await?;
    match tx.one::<Kept>(KEPT, &[id]).await? {
        Some(kept) => patient::announce(tx, cx, &kept).await,
        None => Ok(()),
    }
}
