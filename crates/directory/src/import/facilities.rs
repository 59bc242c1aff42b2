//! Facilities: `name,zone,address,regency,latitude,longitude,phone,bpjs,active`. The name within its regency is the key.

use std::sync::Arc;

use contracts::directory::{Facility, FacilityForm};
use platform::{Cx, Error, Result, db::Tx, error::Problems, ids::Id as _};

use super::{Hand, cell, file::Row, report::Fate};
use crate::{catalogue::Catalogue, facility, search::plain};

pub(super) const REQUIRED: &[&str] = &["name", "zone", "address", "regency"];
pub(super) const OPTIONAL: &[&str] = &["latitude", "longitude", "phone", "bpjs", "active"];

pub(super) async fn one(tx: &mut Tx, hand: &Hand, row: &Row) -> Result<(Fate, String)> {
    let cx = &hand.cx;
    let mut wanted = facility::check(tx, cx.new_id(), form(row)?).await?;
    let known = facility::of_name(tx, &wanted.name, &wanted.regency).await?;
    may(cx, known.as_ref())?;
    let name = wanted.name.clone();
    let fate = match known {
        None => {
            facility::insert(tx, cx, &mut wanted).await?;
            Fate::Added
        }
        Some(known) => {
            (wanted.id, wanted.slug, wanted.version) = (known.id.clone(), known.slug.clone(), known.version);
            if wanted == known {
                return Ok((Fate::Same, name));
            }
            wanted = facility::update(tx, known.version, wanted).await?;
            Fate::Changed
        }
    };
    facility::said(tx, cx, "facility.import", &wanted).await?;
    hand.learn(tx, move |memory| memory.catalogue_mut().put_facility(wanted.clone()));
    Ok((fate, name))
}

/// Who serves some facilities changes those; opening one is for who serves them all, as by hand.
fn may(cx: &Cx, known: Option<&Facility>) -> Result<()> {
    match known {
        _ if cx.facilities.is_none() => Ok(()),
        Some(known) if cx.serves(known.id.as_str()) => Ok(()),
        Some(_) => Err(Error::invalid("name", "facility-not-yours")),
        None => Err(Error::invalid("name", "facility-not-yours-to-open")),
    }
}

fn form(row: &Row) -> Result<FacilityForm> {
    let mut problems = Problems::default();
    let text = |column: &str| row.cell(column).to_owned();
    let form = FacilityForm {
        name: text("name"),
        zone: text("zone"),
        address: text("address"),
        regency: text("regency"),
        latitude: cell::degrees(&mut problems, "latitude", row.cell("latitude")),
        longitude: cell::degrees(&mut problems, "longitude", row.cell("longitude")),
        phone: Some(text("phone")),
        bpjs: cell::yes_or_no(&mut problems, "bpjs", row.cell("bpjs"), false),
        active: cell::yes_or_no(&mut problems, "active", row.cell("active"), true),
    };
    problems.done()?;
    Ok(form)
}

/// The facility that a row of something else names, by id, slug or name: one of those the asker works for.
pub(super) fn named(problems: &mut Problems, cx: &Cx, catalogue: &Catalogue, cell: &str) -> Option<Arc<Facility>> {
    let by_name = || {
        let name = plain(cell);
        let mut named = catalogue.facilities.all().iter().filter(|facility| plain(&facility.name) == name);
        named.next().filter(|_| named.next().is_none())
    };
    let found = catalogue.facility(cell).or_else(by_name).cloned();
    match &found {
        None if cell.is_empty() => problems.check(false, "facility", "required"),
        None => problems.check(false, "facility", "no-such-facility"),
        Some(facility) => problems.check(cx.serves(facility.id.as_str()), "facility", "facility-not-yours"),
    }
    found
}
