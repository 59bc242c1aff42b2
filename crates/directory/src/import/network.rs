//! Facilities with their services and doctors in one file: the column `row` says what each row is.

use contracts::directory::RowKind;
use platform::{Error, Result};

use super::{
    doctors, facilities,
    file::{File, Row},
    services,
};

const REQUIRED: &[&str] = &["row", "name"];

/// Reads the file; facilities come first and doctors last, wherever they stand, for each needs the ones before.
pub(super) fn read(csv: &[u8], most: usize) -> Result<File> {
    let mut optional: Vec<&str> = Vec::new();
    let parts = [
        facilities::REQUIRED,
        facilities::OPTIONAL,
        services::REQUIRED,
        services::OPTIONAL,
        doctors::REQUIRED,
        doctors::OPTIONAL,
    ];
    for column in parts.concat() {
        if !REQUIRED.contains(&column) && !optional.contains(&column) {
            optional.push(column);
        }
    }
    let mut file = File::read(csv, REQUIRED, &optional, most)?;
    file.rows.sort_by_key(|row| kind_of(row).ok());
    Ok(file)
}

/// What a row says it is, in either language.
pub(super) fn kind_of(row: &Row) -> Result<RowKind> {
    match row.cell("row").to_lowercase().as_str() {
        "facility" | "faskes" | "fasilitas" | "klinik" => Ok(RowKind::Facility),
        "service" | "layanan" => Ok(RowKind::Service),
        "doctor" | "dokter" => Ok(RowKind::Doctor),
        _ => Err(Error::invalid("row", "cell-row-kind")),
    }
}
