//! Names as they are heard in the archipelago, put together by chance: they belong to nobody.

use contracts::{directory::Bilingual, people::Sex};
use platform::entropy::Entropy;

use super::offers::Field;

/// How names are made somewhere: first words for women and men, last words, a language spoken beside Indonesian.
struct Origin {
    female: &'static [&'static str],
    male: &'static [&'static str],
    last: &'static [&'static str],
    language: &'static str,
}

const ORIGINS: &[Origin] = &[
    Origin {
        female: &[
            "Siti", "Nur", "Dewi", "Rina", "Fitri", "Maya", "Indah", "Ratna", "Lestari", "Yuliana", "Aisyah", "Kartika",
        ],
        male: &[
            "Ahmad", "Budi", "Rizki", "Hendra", "Fajar", "Dedi", "Irfan", "Yusuf", "Agus", "Farhan", "Ilham", "Taufik",
        ],
        last: &[
            "Rahman",
            "Hidayat",
            "Saputra",
            "Permata",
            "Anggraini",
            "Maulana",
            "Ramadhan",
            "Safitri",
            "Firmansyah",
            "Kurniawan",
            "Zulkarnain",
            "Amalia",
            "Halim",
            "Nasution",
            "Siregar",
        ],
        language: "en",
    },
    Origin {
        female: &["Andi Tenri", "Sitti", "Besse", "Andi Rahma", "Hj. Nurhaeni", "Sitti Hajar"],
        male: &["Andi", "Muh. Arief", "Baso", "La Ode", "Syamsul", "Muhammad Akil"],
        last: &[
            "Mappanyukki",
            "Patarai",
            "Daeng Naba",
            "Palallo",
            "Mattalatta",
            "Baharuddin",
            "Tenriawaru",
            "Makkasau",
            "Daeng Sitaba",
            "Khadijah",
            "Padjalangi",
        ],
        language: "bug",
    },
    Origin {
        female: &["Sri", "Endang", "Retno", "Wahyuni", "Ambar", "Ning", "Dyah", "Tri"],
        male: &["Bambang", "Joko", "Slamet", "Wahyu", "Eko", "Sigit", "Tri", "Soetomo"],
        last: &[
            "Wibowo",
            "Prasetyo",
            "Handayani",
            "Sulistyowati",
            "Nugroho",
            "Widodo",
            "Setiawan",
            "Purnomo",
            "Rahayu",
            "Kusumaningrum",
            "Poerbatjaraka",
            "Sasongko",
        ],
        language: "jv",
    },
    Origin {
        female: &["Ni Made", "Ni Luh", "Ida Ayu", "Neng", "Euis", "Ni Ketut"],
        male: &["I Wayan", "I Made", "Asep", "Ujang", "I Gede", "I Nyoman"],
        last: &[
            "Suryani",
            "Adnyana",
            "Sudiarta",
            "Kusumawardhani",
            "Sutisna",
            "Komarudin",
            "Pradnyani",
            "Wirawan",
            "Sukma",
            "Mahendra",
        ],
        language: "ban",
    },
    Origin {
        female: &["Maria", "Yohana", "Merry", "Agustina", "Dorkas", "Ribka"],
        male: &["Yohanes", "Markus", "Benyamin", "Otniel", "Lukas", "Septinus"],
        last: &[
            "Wamebu",
            "Yoku",
            "Marani",
            "Ohee",
            "Rumbarar",
            "Kaisiepo",
            "Latupono",
            "Pattinasarany",
            "Matulessy",
            "Tahalele",
        ],
        language: "pmy",
    },
    Origin {
        female: &["Mei Ling", "Lily", "Grace", "Angelina", "Melinda", "Sui Lan"],
        male: &["Hendrawan", "Kevin", "Steven", "Budiman", "Jin Hao", "Darmawan"],
        last: &[
            "Tanuwijaya",
            "Halimoen",
            "Gunawan",
            "Wijaya",
            "Kosasih",
            "Susanto",
            "Lim",
            "Liem",
            "Oei",
            "Tjandra",
            "Sutanto",
        ],
        language: "zh",
    },
];

/// Words between the first and the last.
const MIDDLE: &[&str] = &[
    "Putri", "Eka", "Dwi", "Puspita", "Bayu", "Adi", "Citra", "Galih", "Intan", "Surya", "Bima", "Wulan", "Satria",
    "Melati", "Arya", "Cahya", "Rangga", "Kirana", "Yudha", "Larasati", "Panji", "Nirmala", "Guntur", "Safira",
    "Damar", "Tirta",
];

/// The number of the doctor whose name has the 120 letters a name may have.
const LONGEST: usize = 5;
const LONG_NAME: &str =
    "Raden Ayu Kusumaningtyas Wulandari Prabawati Sastrawinangun Tjokroadisoerjo Notonegoro van Contoh";

/// A name with titles, and the languages its bearer speaks.
pub(super) fn name(chance: &Entropy, number: usize, sex: Sex, field: &Field) -> (String, Vec<String>) {
    let pick = |of: usize| chance.below(of as u64) as usize;
    let origin = &ORIGINS[number % ORIGINS.len()];
    let firsts = if sex == Sex::Female { origin.female } else { origin.male };
    let first = firsts[pick(firsts.len())];
    let middle = (pick(3) > 0).then(|| MIDDLE[pick(MIDDLE.len())]);
    let last = origin.last[pick(origin.last.len())];
    let bare = match middle {
        _ if number == LONGEST => LONG_NAME.to_owned(),
        Some(middle) => format!("{first} {middle} {last}"),
        None => format!("{first} {last}"),
    };
    let mut languages = vec!["id".to_owned()];
    if pick(2) == 0 || origin.language == "en" {
        languages.push(origin.language.to_owned());
    }
    (titled(&bare, field, number == LONGEST), languages)
}

fn titled(bare: &str, field: &Field, to_the_edge: bool) -> String {
    let mut name = match field.title {
        "drg." => format!("drg. {bare}"),
        "dr." => format!("dr. {bare}"),
        title => format!("dr. {bare}, {title}"),
    };
    if to_the_edge {
        name.push_str(", M.Kes, MMR");
    }
    name
}

/// A few sentences.
pub(super) fn about(field: &Field) -> Bilingual {
    Bilingual {
        id: format!(
            "Dokter contoh untuk peragaan. Melayani pemeriksaan, penjelasan hasil dan kontrol di bidang {}.",
            field.name_id.to_lowercase()
        ),
        en: format!(
            "A made-up doctor for demonstrations. Examinations, explanation of results and follow-up in {}.",
            field.name_en.to_lowercase()
        ),
    }
}
