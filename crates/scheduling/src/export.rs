//! Appointments taken along in a table: names, times and prices leave the house, so it is bounded and stands in the audit
//! trail.

use contracts::{
    Permission,
    audit::AuditEntry,
    scheduling::{Appointment, AppointmentSearch},
};
use platform::{Cx, Error, FieldError, Result, db::PageAsk, ids::Id as _};

use crate::SchedulingContext;

/// So many at once.
const MOST: usize = 5_000;

impl SchedulingContext {
    pub(crate) async fn take_along(&self, cx: &Cx, mut ask: AppointmentSearch) -> Result<Vec<Appointment>> {
        cx.require(Permission::AppointmentRead)?;
        ask.mine = Some(false);
        ask.page = PageAsk { limit: PageAsk::MOST, after: None };
        let mut taken: Vec<Appointment> = Vec::new();
        loop {
            let page = self.list(cx, ask.clone()).await?;
            taken.extend(page.items);
            if taken.len() > MOST {
                return Err(Error::Invalid(vec![FieldError::new("from", "too-many").with("max", MOST)]));
            }
            match page.next {
                Some(next) => ask.page.after = Some(next),
                None => break,
            }
        }
        // What the doctor was told of stays between them; it is no business of a table.
        for visit in &mut taken {
            visit.complaint = None;
        }
        let entry = entry(cx, &ask);
        let cx = cx.clone();
        self.db.write(async move |tx| tx.publish(&cx, &entry).await).await?;
        Ok(taken)
    }
}

fn entry(cx: &Cx, ask: &AppointmentSearch) -> AuditEntry {
    let mut entry = AuditEntry::of(cx, "scheduling", "appointment.export", "appointments");
    if let Some(facility) = &ask.facility {
        entry = entry.at_facility(facility.as_str());
    }
    if let Some(patient) = &ask.patient {
        entry = entry.about(patient.as_str());
    }
    entry
}
