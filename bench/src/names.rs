//! Names for thousands of doctors, and the slips people make when they type them.

use crate::numbers::{Dice, mix};

const GIVEN: [&str; 64] = [
    "Abdullah",
    "Aditya",
    "Agustina",
    "Ahmad",
    "Aisyah",
    "Albertus",
    "Amalia",
    "Andini",
    "Anggraini",
    "Arief",
    "Asriani",
    "Bambang",
    "Bernadetta",
    "Budiman",
    "Cahyono",
    "Christina",
    "Damayanti",
    "Darmawan",
    "Desmond",
    "Dewanti",
    "Dharma",
    "Edwin",
    "Eka",
    "Fadhilah",
    "Fatimah",
    "Ferdinand",
    "Fitriani",
    "Gunawan",
    "Hafizah",
    "Hamzah",
    "Hartono",
    "Hasanuddin",
    "Hendrik",
    "Herlina",
    "Ibrahim",
    "Indrawati",
    "Iskandar",
    "Johannes",
    "Kartika",
    "Khadijah",
    "Kusuma",
    "Lestari",
    "Lukman",
    "Maharani",
    "Marlina",
    "Maulana",
    "Muhammad",
    "Nathania",
    "Nirmala",
    "Nurhayati",
    "Oktavia",
    "Permata",
    "Pratiwi",
    "Rahmawati",
    "Ratnasari",
    "Rizky",
    "Rosmawati",
    "Salsabila",
    "Setiawan",
    "Sitti",
    "Syarifuddin",
    "Theresia",
    "Wahyuni",
    "Yulianti",
];
const FAMILY: [&str; 64] = [
    "Abubakar",
    "Adiputra",
    "Alamsyah",
    "Anwar",
    "Ardiansyah",
    "Baharuddin",
    "Batubara",
    "Budiarto",
    "Daulay",
    "Djalante",
    "Effendi",
    "Firmansyah",
    "Gani",
    "Ginting",
    "Gondokusumo",
    "Halim",
    "Hamdani",
    "Handoyo",
    "Harahap",
    "Hidayat",
    "Hutabarat",
    "Irawan",
    "Jatmiko",
    "Kalla",
    "Kusnadi",
    "Latuconsina",
    "Limbong",
    "Lubis",
    "Mappatunru",
    "Manurung",
    "Marpaung",
    "Mattulada",
    "Nainggolan",
    "Nasution",
    "Nugroho",
    "Palallo",
    "Pangestu",
    "Paramitha",
    "Pattimura",
    "Prasetyo",
    "Purnomo",
    "Rahardjo",
    "Ramadhan",
    "Rumengan",
    "Sagala",
    "Santoso",
    "Sastrawan",
    "Siregar",
    "Situmorang",
    "Soekarno",
    "Sudirman",
    "Suharto",
    "Sulaiman",
    "Suryadi",
    "Susilo",
    "Tambunan",
    "Tanoto",
    "Tjahjadi",
    "Tobing",
    "Wibowo",
    "Widjaja",
    "Wirawan",
    "Yusuf",
    "Zainuddin",
];

/// Specialities by slug.
pub const SPECIALITIES: [&str; 12] = [
    "umum",
    "gigi",
    "anak",
    "penyakit-dalam",
    "kandungan",
    "jantung",
    "tht",
    "mata",
    "kulit",
    "saraf",
    "bedah",
    "paru",
];

/// Cities by Kemendagri code and the words people type.
pub const CITIES: [(&str, &str); 8] = [
    ("73.71", "Makassar"),
    ("31.71", "Jakarta Pusat"),
    ("35.78", "Surabaya"),
    ("32.73", "Bandung"),
    ("12.71", "Medan"),
    ("51.71", "Denpasar"),
    ("33.74", "Semarang"),
    ("71.71", "Manado"),
];

/// Three words, different for each of 262,144 numbers.
pub fn doctor(number: usize) -> String {
    // Odd factors keep all numbers apart; they only scatter neighbours.
    let scattered = (number * 48_271) % (64 * 64 * 64);
    format!("{} {} {}", GIVEN[scattered % 64], GIVEN[(scattered / 64 + 17) % 64], FAMILY[scattered / 4096])
}

/// The name with a slip in each of two of its words: a letter left out, doubled, swapped with the next, or another.
pub fn misspelt(name: &str, seed: u64) -> String {
    let mut dice = Dice::new(mix(seed));
    let words: Vec<&str> = name.split(' ').collect();
    let spared = dice.below(words.len() as u64) as usize;
    let slips =
        words.iter().enumerate().map(|(n, word)| if n == spared { (*word).to_owned() } else { slip(word, &mut dice) });
    slips.collect::<Vec<_>>().join(" ").to_lowercase()
}

fn slip(word: &str, dice: &mut Dice) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    // Not the first letter: hardly anybody errs there.
    let at = 1 + dice.below(letters.len() as u64 - 2) as usize;
    match dice.below(4) {
        0 => drop(letters.remove(at)),
        1 => letters.insert(at, letters[at]),
        2 => letters.swap(at, at + 1),
        _ => letters[at] = char::from(b'a' + dice.below(26) as u8),
    }
    letters.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{doctor, misspelt};

    #[test]
    fn names_differ_and_slips_stay_near() {
        let names: HashSet<String> = (0..20_000).map(doctor).collect();
        assert_eq!(names.len(), 20_000);
        assert!(names.iter().enumerate().all(|(n, name)| misspelt(name, n as u64).split(' ').count() == 3));
    }
}
