//! Files to begin an import with: a header, and rows that show how each is written.

use contracts::directory::{DOCTOR_COLUMNS, FACILITY_COLUMNS, SERVICE_COLUMNS};
use platform::sheet::Sheet;

/// The template of a kind of file.
pub(super) fn of(what: &str) -> Option<String> {
    let (columns, rows): (&[&str], &[&[&str]]) = match what {
        "network" => (NETWORK, NETWORK_ROWS),
        "facilities" => (FACILITY_COLUMNS, FACILITIES_ROWS),
        "services" => (SERVICE_COLUMNS, SERVICES_ROWS),
        "doctors" => (DOCTOR_COLUMNS, DOCTORS_ROWS),
        _ => return None,
    };
    let mut sheet = Sheet::headed(columns);
    for row in rows {
        sheet.row(row.iter().map(|cell| (*cell).into()));
    }
    Some(sheet.done())
}

const NETWORK: &[&str] = &[
    "row",
    "name",
    "facility",
    "zone",
    "address",
    "regency",
    "phone",
    "bpjs",
    "kind",
    "minutes",
    "price",
    "modes",
    "sex",
    "speciality",
    "str_number",
    "sip_number",
    "sip_until",
    "service",
    "hours",
];
#[rustfmt::skip]
const NETWORK_ROWS: &[&[&str]] = &[
    &["faskes", "Klinik Contoh Sehat", "", "Asia/Makassar", "Jl. Contoh No. 1", "73.71", "0411 123456", "ya", "", "", "", "", "", "", "", "", "", "", ""],
    &["layanan", "Konsultasi Umum", "Klinik Contoh Sehat", "", "", "", "", "", "konsultasi", "20", "100.000", "langsung daring", "", "", "", "", "", "", ""],
    &["layanan", "Cek Darah Lengkap", "Klinik Contoh Sehat", "", "", "", "", "", "laboratorium", "15", "85.000", "langsung", "", "", "", "", "", "", ""],
    &["dokter", "dr. Contoh Pertiwi, Sp.A", "Klinik Contoh Sehat", "", "", "", "", "", "", "", "", "", "P", "anak", "STR 0000001", "SIP 0000001", "31/12/2028", "Konsultasi Umum", "sen 09.00-12.00; rab 13.00-16.00"],
];

const FACILITIES_ROWS: &[&[&str]] =
    &[&["Klinik Contoh Sehat", "Asia/Makassar", "Jl. Contoh No. 1", "73.71", "", "", "0411 123456", "ya", "ya"]];

#[rustfmt::skip]
const SERVICES_ROWS: &[&[&str]] = &[
    &["Klinik Contoh Sehat", "Konsultasi Umum", "General Consultation", "konsultasi", "langsung daring", "", "20", "0", "5", "100.000", "", "", "ya"],
    &["Klinik Contoh Sehat", "Cek Darah Lengkap", "Full Blood Count", "laboratorium", "langsung", "", "15", "0", "0", "85.000", "Puasa 8 jam", "Fast for 8 hours", "ya"],
];

#[rustfmt::skip]
const DOCTORS_ROWS: &[&[&str]] = &[
    &["dr. Contoh Pertiwi, Sp.A", "P", "anak", "Klinik Contoh Sehat", "STR 0000001", "", "SIP 0000001", "31/12/2028", "150.000", "id en", "Konsultasi Umum", "sen 09.00-12.00; rab 13.00-16.00", "jum 19.00-21.00", ""],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_a_template_fills_its_columns() {
        for (columns, rows) in [
            (NETWORK, NETWORK_ROWS),
            (FACILITY_COLUMNS, FACILITIES_ROWS),
            (SERVICE_COLUMNS, SERVICES_ROWS),
            (DOCTOR_COLUMNS, DOCTORS_ROWS),
        ] {
            assert!(rows.iter().all(|row| row.len() == columns.len()), "{columns:?}");
        }
        assert!(of("patients").is_none());
    }
}
