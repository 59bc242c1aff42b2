//! The clinics of the demonstration network and what they offer.

use contracts::directory::{Bilingual, FacilityForm, Mode, ServiceKind};

use super::{SampleFacility, SampleService};

/// A field of medicine as the network offers it.
pub(super) struct Field {
    pub(super) slug: &'static str,
    pub(super) title: &'static str,
    pub(super) name_id: &'static str,
    pub(super) name_en: &'static str,
    minutes: u16,
    pub(super) price: i64,
}

const fn field(
    slug: &'static str,
    title: &'static str,
    name_id: &'static str,
    name_en: &'static str,
    minutes: u16,
    price: i64,
) -> Field {
    Field { slug, title, name_id, name_en, minutes, price }
}

pub(super) const FIELDS: &[Field] = &[
    field("umum", "dr.", "Umum", "General Practice", 15, 75_000),
    field("anak", "Sp.A", "Anak", "Paediatrics", 20, 175_000),
    field("penyakit-dalam", "Sp.PD", "Penyakit Dalam", "Internal Medicine", 20, 185_000),
    field("kandungan", "Sp.OG", "Kandungan", "Obstetrics and Gynaecology", 20, 200_000),
    field("gigi", "drg.", "Gigi", "Dentistry", 30, 150_000),
    field("jantung", "Sp.JP", "Jantung", "Cardiology", 20, 250_000),
    field("tht", "Sp.THT", "THT", "Ear, Nose and Throat", 15, 175_000),
    field("mata", "Sp.M", "Mata", "Ophthalmology", 15, 175_000),
    field("kulit", "Sp.KK", "Kulit dan Kelamin", "Dermatology", 15, 185_000),
    field("saraf", "Sp.S", "Saraf", "Neurology", 20, 225_000),
    field("bedah", "Sp.B", "Bedah", "Surgery", 20, 200_000),
    field("ortopedi", "Sp.OT", "Ortopedi", "Orthopaedics", 20, 225_000),
    field("paru", "Sp.P", "Paru", "Pulmonology", 20, 200_000),
    field("jiwa", "Sp.KJ", "Kesehatan Jiwa", "Psychiatry", 45, 300_000),
];

/// name, zone, street, regency, latitude, longitude, phone, BPJS
type Place = (&'static str, &'static str, &'static str, &'static str, f64, f64, &'static str, bool);

const PLACES: &[Place] = &[
    (
        "Klinik Contoh Losari Medika",
        "Asia/Makassar",
        "Jl. Contoh Pantai No. 8",
        "73.71",
        -5.1436,
        119.4089,
        "0411-555-0108",
        true,
    ),
    (
        "RS Contoh Bahtera Harapan",
        "Asia/Jakarta",
        "Jl. Contoh Raya No. 21",
        "31.74",
        -6.2615,
        106.8106,
        "021-555-0121",
        true,
    ),
    (
        "Klinik Contoh Parahyangan",
        "Asia/Jakarta",
        "Jl. Contoh Dago No. 3",
        "32.73",
        -6.8915,
        107.6107,
        "022-555-0103",
        false,
    ),
    (
        "RS Contoh Suroboyo Waras",
        "Asia/Jakarta",
        "Jl. Contoh Pahlawan No. 45",
        "35.78",
        -7.2575,
        112.7521,
        "031-555-0145",
        true,
    ),
    (
        "Klinik Contoh Dewata Sehat",
        "Asia/Makassar",
        "Jl. Contoh Sanur No. 12",
        "51.71",
        -8.6705,
        115.2126,
        "0361-555-0112",
        false,
    ),
    (
        "RS Contoh Cendrawasih",
        "Asia/Jayapura",
        "Jl. Contoh Sentani No. 5",
        "91.71",
        -2.5916,
        140.6690,
        "0967-555-0105",
        true,
    ),
    (
        "Klinik Contoh Manise",
        "Asia/Jayapura",
        "Jl. Contoh Pattimura No. 17",
        "81.71",
        -3.6954,
        128.1814,
        "0911-555-0117",
        true,
    ),
];

/// kind, names, preparations, minutes, rupiah
type Offer = (ServiceKind, &'static str, &'static str, &'static str, &'static str, u16, i64);

const OFFERS: &[Offer] = &[
    (
        ServiceKind::LabTest,
        "Darah Lengkap",
        "Complete Blood Count",
        "Tidak perlu puasa. Bawa KTP dan surat pengantar bila ada.",
        "No fasting needed. Bring your identity card and a referral if you have one.",
        10,
        95_000,
    ),
    (
        ServiceKind::LabTest,
        "Gula Darah Puasa",
        "Fasting Blood Glucose",
        "Puasa 8 jam; air putih boleh. Datang sebelum pukul 09.00.",
        "Fast for 8 hours; plain water is fine. Come before 9 a.m.",
        10,
        45_000,
    ),
    (
        ServiceKind::LabTest,
        "Profil Lemak",
        "Lipid Profile",
        "Puasa 10 sampai 12 jam; air putih boleh.",
        "Fast for 10 to 12 hours; plain water is fine.",
        10,
        185_000,
    ),
    (
        ServiceKind::LabTest,
        "Urine Lengkap",
        "Urinalysis",
        "Tampung urine pancaran tengah, sebaiknya urine pagi.",
        "Collect midstream urine, in the morning if you can.",
        10,
        55_000,
    ),
    (
        ServiceKind::Procedure,
        "Rekam Jantung (EKG)",
        "Electrocardiogram (ECG)",
        "Pakai baju yang mudah dibuka. Jangan memakai losion di dada.",
        "Wear clothes that open easily. No lotion on your chest.",
        20,
        125_000,
    ),
    (
        ServiceKind::Procedure,
        "Pembersihan Karang Gigi",
        "Dental Scaling",
        "Sikat gigi sebelum datang. Beri tahu kami bila minum pengencer darah.",
        "Brush your teeth before you come. Tell us if you take blood thinners.",
        45,
        350_000,
    ),
    (
        ServiceKind::Procedure,
        "Perawatan Luka",
        "Wound Care",
        "Bawa obat yang sedang dipakai.",
        "Bring the medicines you are using.",
        30,
        110_000,
    ),
    (
        ServiceKind::Vaccination,
        "Vaksin Influenza",
        "Influenza Vaccine",
        "Tunda bila sedang demam. Tunggu 15 menit setelah disuntik.",
        "Postpone if you have a fever. Wait 15 minutes afterwards.",
        15,
        275_000,
    ),
    (
        ServiceKind::Vaccination,
        "Vaksin HPV",
        "HPV Vaccine",
        "Bawa buku vaksin bila ada. Tidak untuk ibu hamil.",
        "Bring your vaccination record if you have one. Not during pregnancy.",
        15,
        950_000,
    ),
    (
        ServiceKind::Vaccination,
        "Imunisasi Dasar Anak",
        "Basic Childhood Immunisation",
        "Bawa Buku KIA. Anak harus didampingi orang tua atau wali.",
        "Bring the child health book. A parent or guardian must come along.",
        20,
        150_000,
    ),
];

/// Every clinic with its departments and services.
pub(super) fn facilities() -> Vec<SampleFacility> {
    (0..)
        .zip(PLACES)
        .map(|(number, place)| SampleFacility {
            form: form(place),
            departments: departments(),
            services: services(number),
        })
        .collect()
}

fn form((name, zone, address, regency, latitude, longitude, phone, bpjs): &Place) -> FacilityForm {
    FacilityForm {
        name: (*name).to_owned(),
        zone: (*zone).to_owned(),
        address: (*address).to_owned(),
        regency: (*regency).to_owned(),
        latitude: Some(*latitude),
        longitude: Some(*longitude),
        phone: Some((*phone).to_owned()),
        bpjs: *bpjs,
        active: true,
    }
}

fn both(id: &str, en: &str) -> Bilingual {
    Bilingual { id: id.to_owned(), en: en.to_owned() }
}

/// One for each field, then laboratory, procedures, vaccination.
fn departments() -> Vec<Bilingual> {
    let of_fields =
        FIELDS.iter().map(|field| both(&format!("Poli {}", field.name_id), &format!("{} Clinic", field.name_en)));
    of_fields
        .chain([
            both("Laboratorium", "Laboratory"),
            both("Ruang Tindakan", "Procedure Room"),
            both("Vaksinasi", "Vaccination"),
        ])
        .collect()
}

/// Prices differ a little from clinic to clinic.
fn services(number: i64) -> Vec<SampleService> {
    let consultations = FIELDS.iter().enumerate().map(|(department, field)| SampleService {
        department,
        speciality: Some(field.slug),
        kind: ServiceKind::Consultation,
        name: both(&format!("Konsultasi {}", field.name_id), &format!("{} Consultation", field.name_en)),
        preparation: both(
            "Bawa KTP, kartu BPJS bila ada, dan hasil pemeriksaan terakhir.",
            "Bring your identity card, your BPJS card if you have one, and your latest results.",
        ),
        minutes: field.minutes,
        price: field.price + 5_000 * (number % 3),
        modes: Mode::ALL.to_vec(),
    });
    let others = OFFERS.iter().map(|(kind, id, en, preparation_id, preparation_en, minutes, price)| SampleService {
        department: FIELDS.len()
            + if *kind == ServiceKind::LabTest {
                0
            } else if *kind == ServiceKind::Procedure {
                1
            } else {
                2
            },
        speciality: None,
        kind: *kind,
        name: both(id, en),
        preparation: both(preparation_id, preparation_en),
        minutes: *minutes,
        price: price + 5_000 * (number % 3),
        modes: vec![Mode::InPerson],
    });
    consultations.chain(others).collect()
}
