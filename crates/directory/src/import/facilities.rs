//! Facilities: `name,zone,address,regency,latitude,longitude,phone,bpjs,active`. The name within its regency is the key.

use std::sync::Arc;

use contracts::{
    Permission,
    directory::{FacilityForm, ImportReport},
};
use platform::{Cx, Result, db::Tx, error::Problems};

use super::{
    Outcome, Report, UNIT, cell,
    file::{File, Row},
};
use crate::{DirectoryContext, access, facility, memory::Memory};

const REQUIRED: &[&str] = &["name", "zone", "address", "regency"];
const OPTIONAL: &[&str] = &["latitude", "longitude", "phone", "bpjs", "active"];

pub(super) async fn run(directory: &DirectoryContext, cx: &Cx, csv: &[u8]) -> Result<ImportReport> {
    access::everywhere(cx, Permission::DirectoryManage)?;
    let file = File::read(csv, REQUIRED, OPTIONAL)?;
    let mut report = Report::new(directory, cx);
    let mut forms = Vec::new();
    for row in &file.rows {
        match form(&file, row) {
            Ok(form) => forms.push((row.line, form)),
            Err(error) => report.note(row.line, Outcome::of(Err(error))?),
        }
    }
    for unit in forms.chunks(UNIT) {
        let (cx, memory, unit) = (cx.clone(), directory.memory.clone(), unit.to_vec());
        let outcomes = directory
            .db
            .write(async move |tx| {
                let mut outcomes = Vec::with_capacity(unit.len());
                for (line, form) in unit {
                    outcomes.push((line, Outcome::of(one(tx, &cx, &memory, form).await)?));
                }
                Ok(outcomes)
            })
            .await?;
        report.note_all(outcomes);
    }
    report.note_all(file.refusals());
    Ok(report.done())
}

fn form(file: &File, row: &Row) -> Result<FacilityForm> {
    let mut problems = Problems::default();
    let text = |column: &str| file.cell(row, column).to_owned();
    let form = FacilityForm {
        name: text("name"),
        zone: text("zone"),
        address: text("address"),
        regency: text("regency"),
        latitude: cell::degrees(&mut problems, "latitude", file.cell(row, "latitude")),
        longitude: cell::degrees(&mut problems, "longitude", file.cell(row, "longitude")),
        phone: Some(text("phone")),
        bpjs: cell::yes_or_no(&mut problems, "bpjs", file.cell(row, "bpjs"), false),
        active: cell::yes_or_no(&mut problems, "active", file.cell(row, "active"), true),
    };
    problems.done()?;
    Ok(form)
}

async fn one(tx: &mut Tx, cx: &Cx, memory: &Arc<Memory>, form: FacilityForm) -> Result<Outcome> {
    let mut wanted = facility::check(tx, cx.new_id(), form).await?;
    let outcome = match facility::of_name(tx, &wanted.name, &wanted.regency).await? {
        None => {
            facility::insert(tx, cx, &mut wanted).await?;
            Outcome::Added
        }
        Some(known) => {
            (wanted.id, wanted.slug, wanted.version) = (known.id.clone(), known.slug.clone(), known.version);
            if wanted == known {
                return Ok(Outcome::Same);
            }
            wanted = facility::update(tx, known.version, wanted).await?;
            Outcome::Changed
        }
    };
    facility::said(tx, cx, "facility.import", &wanted).await?;
    let memory = memory.clone();
    tx.after_commit(move || memory.catalogue_mut().put_facility(wanted));
    Ok(outcome)
}
