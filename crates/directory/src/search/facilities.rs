//! Finding facilities.

use contracts::directory::{Facility, FacilitySearch};
use platform::{Result, db::Page};

use super::{plain, words};
use crate::{
    catalogue::{Catalogue, plain_city},
    region,
};

/// The facilities that fit, best match first, then by name. `visible` says which the asker may know of.
pub(crate) fn find(
    catalogue: &Catalogue,
    ask: &FacilitySearch,
    visible: impl Fn(&Facility) -> bool,
) -> Result<Page<Facility>> {
    let fits = text_fits(catalogue, ask.q.as_deref());
    let in_city = city_filter(ask.city.as_deref());
    let after: Option<(i64, String, String)> = ask.page.after()?;
    let mut found: Vec<((i64, String, String), &Facility)> = Vec::new();
    for (place, facility) in catalogue.facilities.all().iter().enumerate() {
        let offers = || {
            ask.kind.is_none_or(|kind| {
                catalogue.services_of(&facility.id).any(|service| service.active && service.kind == kind)
            })
        };
        let Some(fit) = fits.as_ref().map_or(Some(0.0), |fits| Some(fits[place]).filter(|fit| *fit > 0.0)) else {
            continue;
        };
        if visible(facility) && in_city(facility) && offers() {
            let key = (-(f64::from(fit) * 1e6) as i64, plain(&facility.name), facility.id.to_string());
            if after.as_ref().is_none_or(|after| key > *after) {
                found.push((key, facility));
            }
        }
    }
    found.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    found.truncate(ask.page.size() + 1);
    let page = Page::of(found, &ask.page, |(key, _)| key.clone())?;
    Ok(page.map(|(_, facility)| facility.clone()))
}

/// How well each facility fits the text, 0 for not at all; nothing where nothing was asked.
fn text_fits(catalogue: &Catalogue, q: Option<&str>) -> Option<Vec<f32>> {
    let asked = words(q?);
    let count = catalogue.facilities.all().len();
    let mut sum = vec![(0.0_f32, 0_usize); count];
    for (at, word) in asked.iter().enumerate() {
        let mut best = vec![0.0_f32; count];
        catalogue
            .facility_words
            .like(word, at + 1 == asked.len(), |place, fit| best[place as usize] = best[place as usize].max(fit));
        for (total, fit) in sum.iter_mut().zip(best) {
            total.0 += fit;
            total.1 += usize::from(fit > 0.0);
        }
    }
    let enough = |(total, matched): (f32, usize)| if matched * 2 >= asked.len() { total } else { 0.0 };
    (!asked.is_empty()).then(|| sum.into_iter().map(enough).collect())
}

/// Whether a facility lies in the city or province of that code, or in a city whose name begins so.
pub(super) fn city_filter(city: Option<&str>) -> impl Fn(&Facility) -> bool {
    let city = city.map(str::trim).filter(|city| !city.is_empty()).map(plain);
    let named = city.as_deref().map(plain_city);
    move |facility| match (&city, &named) {
        (Some(code), _) if region::is_code(code) => {
            facility.regency == *code || region::parent_of(&facility.regency) == code
        }
        (Some(_), Some(named)) => plain_city(&facility.regency_name).starts_with(named.as_str()),
        _ => true,
    }
}
