//! Files with facilities, services and doctors: their columns, and what an import did.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The columns of a table of facilities, in order: as it is exported, and as a template of an import begins.
pub const FACILITY_COLUMNS: &[&str] =
    &["name", "zone", "address", "regency", "latitude", "longitude", "phone", "bpjs", "active"];

/// Those of services.
pub const SERVICE_COLUMNS: &[&str] = &[
    "facility",
    "name",
    "name_en",
    "kind",
    "modes",
    "department",
    "minutes",
    "buffer_before",
    "buffer_after",
    "price",
    "preparation",
    "preparation_en",
    "active",
];

/// Those of doctors, one row for each facility where they practise.
pub const DOCTOR_COLUMNS: &[&str] = &[
    "name",
    "sex",
    "speciality",
    "facility",
    "str_number",
    "str_until",
    "sip_number",
    "sip_until",
    "fee",
    "languages",
    "service",
    "hours",
    "hours_online",
    "hours_both",
];

/// What an import did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportReport {
    /// Rows added.
    pub added: u64,
    /// Rows that changed something already there.
    pub changed: u64,
    /// Rows that were as they are already.
    pub same: u64,
    /// Rows refused, each with its line (the header is line 1) and reason.
    pub refused: Vec<RefusedRow>,
    /// In a preview, every good row by line, with what would become of it; empty otherwise.
    #[serde(default)]
    pub rows: Vec<GoodRow>,
}

platform::words! {
    /// What a row of a file is.
    pub enum RowKind {
        /// A region.
        Region = "region",
        /// A facility.
        Facility = "facility",
        /// A service of a facility, with its price.
        Service = "service",
        /// A doctor at a facility.
        Doctor = "doctor",
    }
}

platform::words! {
    /// What becomes of a good row.
    pub enum RowFate {
        /// It is new.
        Added = "added",
        /// It changes what is there.
        Changed = "changed",
        /// It is there already, just so.
        Same = "same",
    }
}

/// A row that was, or would be, taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GoodRow {
    /// Line in the file.
    pub line: u64,
    /// What it is.
    pub kind: RowKind,
    /// Its name, as the file has it.
    pub name: String,
    /// What becomes of it.
    pub fate: RowFate,
}

/// A row that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RefusedRow {
    /// Line in the file.
    pub line: u64,
    /// The column, where one is to blame.
    pub field: String,
    /// What stands in that cell, at most 60 characters; empty where nothing does, or it is nobody's to repeat.
    #[serde(default)]
    pub cell: String,
    /// Why and what to do, in the asker's language.
    pub reason: String,
}
