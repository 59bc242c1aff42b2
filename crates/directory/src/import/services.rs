//! Services and their prices: a row is a service of one facility. Its Indonesian name there is the key.

use contracts::{
    Permission,
    directory::{Bilingual, Department, DepartmentId, FacilityId, Mode, ServiceForm, ServiceKind},
};
use platform::{Error, Result, db::Tx, error::Problems};

use super::{Hand, cell, facilities, file::Row, report::Fate};
use crate::{access, catalogue::Catalogue, search::plain, service};

pub(super) const REQUIRED: &[&str] = &["facility", "name", "minutes", "price"];
pub(super) const OPTIONAL: &[&str] = &[
    "name_en",
    "kind",
    "modes",
    "department",
    "buffer_before",
    "buffer_after",
    "preparation",
    "preparation_en",
    "active",
];

pub(super) async fn one(tx: &mut Tx, hand: &Hand, row: &Row) -> Result<(Fate, String)> {
    let cx = &hand.cx;
    let form = {
        let catalogue = hand.draft.catalogue();
        let mut problems = Problems::default();
        let facility = facilities::named(&mut problems, cx, &catalogue, row.cell("facility"));
        let id = facility.map(|facility| facility.id.clone());
        form(problems, &catalogue, id, row)?
    };
    access::at_facility(cx, Permission::ServiceManage, &form.facility, "facility")?;
    let mut wanted = service::check(&hand.draft.catalogue(), cx.new_id(), form).map_err(as_columns)?;
    let name = wanted.name.id.clone();
    let known = match service::of_name(tx, &wanted.facility, &name).await? {
        // Another import may be adding it: whoever comes second finds it.
        None => {
            service::wait_for_others(tx, &wanted.facility).await?;
            service::of_name(tx, &wanted.facility, &name).await?
        }
        known => known,
    };
    let fate = match known {
        None => {
            service::insert(tx, &wanted).await?;
            Fate::Added
        }
        Some(known) => {
            (wanted.id, wanted.version) = (known.id.clone(), known.version);
            if wanted == known {
                return Ok((Fate::Same, name));
            }
            wanted = service::update(tx, known.version, wanted).await?;
            Fate::Changed
        }
    };
    service::said(tx, cx, "service.import", &wanted).await?;
    hand.learn(tx, move |memory| memory.catalogue_mut().put_service(wanted.clone()));
    Ok((fate, name))
}

fn form(mut problems: Problems, catalogue: &Catalogue, facility: Option<FacilityId>, row: &Row) -> Result<ServiceForm> {
    let either = |id: &str, en: &str| {
        let (id, en) = (row.cell(id).to_owned(), row.cell(en).to_owned());
        Bilingual { en: if en.is_empty() { id.clone() } else { en }, id }
    };
    let department = department(&mut problems, catalogue, facility.as_ref(), row.cell("department"));
    problems.check(!row.cell("price").is_empty(), "price", "required");
    problems.check(!row.cell("minutes").is_empty(), "minutes", "required");
    let kind = kind(&mut problems, row.cell("kind"));
    let duration_minutes = cell::minutes(&mut problems, "minutes", row.cell("minutes"));
    let buffer_before_minutes = cell::minutes(&mut problems, "buffer_before", row.cell("buffer_before"));
    let buffer_after_minutes = cell::minutes(&mut problems, "buffer_after", row.cell("buffer_after"));
    let price = cell::rupiah(&mut problems, "price", row.cell("price")).unwrap_or_default();
    let modes = modes(&mut problems, row.cell("modes"));
    let active = cell::yes_or_no(&mut problems, "active", row.cell("active"), true);
    problems.done()?;
    Ok(ServiceForm {
        id: None,
        facility: facility.ok_or_else(|| Error::invalid("facility", "required"))?,
        department,
        kind,
        name: either("name", "name_en"),
        preparation: either("preparation", "preparation_en"),
        duration_minutes,
        buffer_before_minutes,
        buffer_after_minutes,
        price,
        modes,
        active,
    })
}

/// A department by its name in either language.
fn department(
    problems: &mut Problems,
    catalogue: &Catalogue,
    facility: Option<&FacilityId>,
    cell: &str,
) -> Option<DepartmentId> {
    let facility = facility.filter(|_| !cell.is_empty())?;
    let name = plain(cell);
    let fits = |known: &&Department| plain(&known.name.id) == name || plain(&known.name.en) == name;
    let found = catalogue.departments_of(facility).find(fits).map(|known| known.id.clone());
    problems.check(found.is_some(), "department", "no-such-department");
    found
}

fn kind(problems: &mut Problems, cell: &str) -> ServiceKind {
    match cell.to_lowercase().as_str() {
        "" | "consultation" | "konsultasi" => ServiceKind::Consultation,
        "lab_test" | "lab" | "laboratorium" => ServiceKind::LabTest,
        "procedure" | "tindakan" => ServiceKind::Procedure,
        "vaccination" | "vaksinasi" | "vaksin" => ServiceKind::Vaccination,
        _ => {
            problems.check(false, "kind", "cell-kind");
            ServiceKind::Consultation
        }
    }
}

/// In person where nothing is said.
fn modes(problems: &mut Problems, cell: &str) -> Vec<Mode> {
    let mut modes = Vec::new();
    for word in cell.split([';', ',', ' ', '+']).filter(|word| !word.is_empty()) {
        match word.to_lowercase().as_str() {
            "in_person" | "langsung" | "klinik" => modes.push(Mode::InPerson),
            "online" | "daring" | "video" => modes.push(Mode::Online),
            _ => problems.check(false, "modes", "cell-modes"),
        }
    }
    if cell.is_empty() {
        modes.push(Mode::InPerson);
    }
    modes
}

/// Names the column where the form named its field.
fn as_columns(error: Error) -> Error {
    let Error::Invalid(mut fields) = error else { return error };
    for field in &mut fields {
        field.field = match field.field.as_str() {
            "name.id" => "name",
            "name.en" => "name_en",
            "preparation.id" => "preparation",
            "preparation.en" => "preparation_en",
            "duration_minutes" => "minutes",
            "buffer_before_minutes" => "buffer_before",
            "buffer_after_minutes" => "buffer_after",
            other => other,
        }
        .to_owned();
    }
    Error::Invalid(fields)
}
