//! Files to begin an import with: a header, and rows that show how each is written.

use platform::sheet::Sheet;

/// The template of a kind of file.
pub(super) fn of(what: &str) -> Option<String> {
    let (columns, rows): (&[&str], &[&[&str]]) = match what {
        "network" => (NETWORK, NETWORK_ROWS),
        "facilities" => (FACILITIES, FACILITIES_ROWS),
        "services" => (SERVICES, SERVICES_ROWS),
        "doctors" => (DOCTORS, DOCTORS_ROWS),
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

const FACILITIES: &[&str] = &["name", "zone", "address", "regency", "latitude", "longitude", "phone", "bpjs", "active"];
const FACILITIES_ROWS: &[&[&str]] =
    &[&["Klinik Contoh Sehat", "Asia/Makassar", "Jl. Contoh No. 1", "73.71", "", "", "0411 123456", "ya", "ya"]];

const SERVICES: &[&str] =
    &["facility", "name", "name_en", "kind", "minutes", "price", "modes", "buffer_after", "preparation", "active"];
#[rustfmt::skip]
const SERVICES_ROWS: &[&[&str]] = &[
    &["Klinik Contoh Sehat", "Konsultasi Umum", "General Consultation", "konsultasi", "20", "100.000", "langsung daring", "5", "", "ya"],
    &["Klinik Contoh Sehat", "Cek Darah Lengkap", "Full Blood Count", "laboratorium", "15", "85.000", "langsung", "0", "Puasa 8 jam", "ya"],
];

const DOCTORS: &[&str] = &[
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
];
#[rustfmt::skip]
const DOCTORS_ROWS: &[&[&str]] = &[
    &["dr. Contoh Pertiwi, Sp.A", "P", "anak", "Klinik Contoh Sehat", "STR 0000001", "", "SIP 0000001", "31/12/2028", "150.000", "id en", "Konsultasi Umum", "sen 09.00-12.00; rab 13.00-16.00", "jum 19.00-21.00"],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_a_template_fills_its_columns() {
        for (columns, rows) in
            [(NETWORK, NETWORK_ROWS), (FACILITIES, FACILITIES_ROWS), (SERVICES, SERVICES_ROWS), (DOCTORS, DOCTORS_ROWS)]
        {
            assert!(rows.iter().all(|row| row.len() == columns.len()), "{columns:?}");
        }
        assert!(of("patients").is_none());
    }
}
