//! The doctors of the facilities somebody works for, in every state.

use contracts::directory::{DoctorId, DoctorRecords};
use platform::{Cx, Id as _, Result, db::Page};

use super::{
    Index,
    index::{Entry, is_title},
    plain,
};

/// The doctors who fit, by name. Titles before the name are not asked for: nobody is sorted by them.
pub(crate) fn find(index: &Index, cx: &Cx, ask: &DoctorRecords) -> Result<Page<DoctorId>> {
    let after: Option<(String, String)> = ask.page.after()?;
    let sought = plain(ask.q.as_deref().unwrap_or_default());
    let words: Vec<&str> = sought.split_whitespace().filter(|word| !is_title(word)).collect();
    let fits = |entry: &&Entry| {
        let doctor = &entry.doctor;
        let here = doctor.places.iter().any(|place| {
            cx.serves(place.facility.as_str()) && ask.facility.as_ref().is_none_or(|asked| *asked == place.facility)
        });
        here && ask.state.is_none_or(|state| state == doctor.state)
            && ask.speciality.as_ref().is_none_or(|field| doctor.specialities.contains(field))
            && words.iter().all(|word| entry.sort_name.contains(word))
    };
    let key = |entry: &&Entry| (entry.sort_name.to_string(), entry.doctor.id.to_string());
    let mut found: Vec<&Entry> = index.entries.iter().filter(fits).collect();
    found.retain(|entry| after.as_ref().is_none_or(|after| key(entry) > *after));
    found.sort_by_cached_key(key);
    found.truncate(ask.page.size() + 1);
    Ok(Page::of(found, &ask.page, key)?.map(|entry| entry.doctor.id.clone()))
}
