//! Who may see a patient, asked for in the query itself: whoever acts for them, and staff who may. Others are told 404,
//! as of a patient who is not there (R.A1).

use contracts::{Permission, people::PatientId};
use platform::{Actor, Cx, Error, Result, db::Tx};

use crate::patient::Kept;

const SEEN: &str = "
    select id, account, name, birth_date, sex, patient_type, locale, details, duplicate, version from patient
    where id = $1 and ($2 or account = $3 or exists
        (select 1 from family f where f.patient = patient.id and f.account = $3 and f.ended_at is null))";
const ACTS: &str = "
    select 1 from patient where id = $1 and (account = $2 or exists
        (select 1 from family f where f.patient = patient.id and f.account = $2 and f.ended_at is null))";

/// What the asker may do with a patient they may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sight {
    /// Acts for the patient: themselves or family.
    pub(crate) acts: bool,
    /// Sees identity numbers.
    pub(crate) identity: bool,
    /// Sees the marks meant for staff.
    pub(crate) staff: bool,
}

impl Sight {
    /// The same without identity numbers: for answers that were not asked for to read them.
    pub(crate) fn masked(self) -> Self {
        Self { identity: false, ..self }
    }

    /// Whether phones, e-mail and the address are shown.
    pub(crate) fn contacts(self) -> bool {
        self.acts || self.identity
    }
}

/// The patient, if the asker may see them; `by_right` is what staff needs for it.
pub(crate) async fn seen(tx: &mut Tx, cx: &Cx, id: &PatientId, by_right: Permission) -> Result<(Kept, Sight)> {
    let staff = cx.may(by_right);
    let account = own_account(cx);
    let kept: Option<Kept> = tx.one(SEEN, &[id, &staff, &account]).await?;
    let kept = kept.ok_or(Error::NotFound("patient"))?;
    let acts = tx.one::<(i64,)>(ACTS, &[id, &account]).await?.is_some();
    Ok((kept, Sight { acts, identity: cx.may(Permission::PatientIdentity), staff: cx.may(Permission::PatientRead) }))
}

/// `Ok` for those who have a profile of their own or may do it for others; 401 for a guest, 403 for others.
pub(crate) fn require_own_or(cx: &Cx, by_right: Permission) -> Result<()> {
    if cx.may(by_right) { Ok(()) } else { cx.require(Permission::ProfileOwn) }
}

/// The account under which the asker may have patients of their own; none where they may not.
fn own_account(cx: &Cx) -> String {
    match &cx.actor {
        Actor::Account { id, .. } if cx.may(Permission::ProfileOwn) => id.to_string(),
        Actor::Account { .. } | Actor::Guest | Actor::System(_) => String::new(),
    }
}
