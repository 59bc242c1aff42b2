//! The national identity number (NIK): `PPRRDD DDMMYY NNNN`, where PPRRDD is the district of first registration, the
//! day of birth is 40 higher for women, and NNNN counts. It has no check digit.

use std::{collections::HashSet, sync::LazyLock};

use contracts::people::Sex;
use jiff::civil::Date;

/// Provinces and their regencies (see `data/README.md`).
const PREFIXES: &str = include_str!("../data/regency_prefixes.txt");

static KNOWN: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let lines = PREFIXES.lines().filter_map(|line| line.split_once(' '));
    lines
        .flat_map(|(province, regencies)| regencies.split(' ').map(move |regency| format!("{province}{regency}")))
        .collect()
});

/// Added to the day of birth of women.
const FEMALE: i8 = 40;

/// A number of the right shape.
#[derive(Clone, PartialEq, Eq)]
pub struct Nik(String);

/// Why a text is no NIK.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadNik {
    /// Not 16 digits.
    Digits,
    /// Digits 7 to 12 are no date of any century.
    Date,
    /// The last four digits are 0000, which is never given.
    Serial,
}

impl BadNik {
    /// Text key of the remedy.
    pub fn code(self) -> &'static str {
        match self {
            Self::Digits => "nik-digits",
            Self::Date => "nik-date",
            Self::Serial => "nik-serial",
        }
    }
}

impl Nik {
    /// Reads a number as people type it: blanks, dots and dashes do not count.
    pub fn parse(text: &str) -> Result<Self, BadNik> {
        let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '.' | '-')).collect();
        if digits.len() != 16 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(BadNik::Digits);
        }
        let nik = Self(digits);
        let (day, month, year) = nik.birth();
        let is_date = |century: i16| Date::new(century + i16::from(year), month, day).is_ok();
        if !is_date(1900) && !is_date(2000) {
            return Err(BadNik::Date);
        }
        if nik.0.ends_with("0000") { Err(BadNik::Serial) } else { Ok(nik) }
    }

    /// The 16 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it was given for: a woman or a man.
    pub fn sex(&self) -> Sex {
        if self.pair(6) > FEMALE { Sex::Female } else { Sex::Male }
    }

    /// Whether its first four digits are those of a present regency or city.
    pub fn is_of_known_region(&self) -> bool {
        KNOWN.contains(&self.0[..4])
    }

    /// Whether it names that date of birth; the century is not in it.
    pub fn is_of_birth_date(&self, date: Date) -> bool {
        self.birth() == (date.day(), date.month(), (date.year() % 100) as i8)
    }

    /// Where it disagrees with what was entered, by text key. Reasons to look twice, never to refuse: numbers keep
    /// their first region, and some were given with a wrong date.
    pub fn warnings(&self, birth_date: Date, sex: Sex) -> Vec<&'static str> {
        let checks = [
            ("nik-region", self.is_of_known_region()),
            ("nik-birth-date", self.is_of_birth_date(birth_date)),
            ("nik-sex", self.sex() == sex),
        ];
        checks.into_iter().filter(|(_, agrees)| !agrees).map(|(key, _)| key).collect()
    }

    /// Day, month and the last two digits of the year.
    fn birth(&self) -> (i8, i8, i8) {
        let day = self.pair(6);
        (if day > FEMALE { day - FEMALE } else { day }, self.pair(8), self.pair(10))
    }

    /// The two digits at that place.
    fn pair(&self, at: usize) -> i8 {
        self.0.as_bytes()[at..at + 2].iter().fold(0, |number, digit| number * 10 + (digit - b'0') as i8)
    }
}

/// Shows nothing of the number.
impl std::fmt::Debug for Nik {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Nik(«private»)")
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    /// A2
    #[test]
    fn shape_is_checked_and_nothing_else() {
        assert_eq!(Nik::parse("737101 010190 000").unwrap_err(), BadNik::Digits);
        assert_eq!(Nik::parse("73710101019000012").unwrap_err(), BadNik::Digits);
        assert_eq!(Nik::parse("737101010190000١").unwrap_err(), BadNik::Digits);
        assert_eq!(Nik::parse("").unwrap_err(), BadNik::Digits);
        assert_eq!(Nik::parse("7371010101900000").unwrap_err(), BadNik::Serial);
        for wrong in [
            "7371013202900001",
            "7371010000900001",
            "7371010113900001",
            "7371014001900001",
            "7371017201900001",
            "7371013002900001",
        ] {
            assert_eq!(Nik::parse(wrong).unwrap_err(), BadNik::Date, "{wrong}");
        }
        assert!(Nik::parse("7371012902000001").is_ok(), "1900 had no leap day, 2000 had");
        assert!(Nik::parse("7371.0101-0190 0001").is_ok());
    }

    /// A2
    #[test]
    fn disagreement_is_a_warning() {
        let man = Nik::parse("7371010101900001").unwrap();
        assert!(man.warnings(date(1990, 1, 1), Sex::Male).is_empty());
        assert_eq!(man.warnings(date(1991, 1, 1), Sex::Female), ["nik-birth-date", "nik-sex"]);
        // The sandbox of SATUSEHAT has people like this; 9271 is 9671 since the split of Papua Barat.
        let split = Nik::parse("9271060312000001").unwrap();
        assert_eq!(split.warnings(date(1992, 1, 9), Sex::Male), ["nik-region", "nik-birth-date"]);
        let woman = Nik::parse("3174015708450012").unwrap();
        assert!(woman.warnings(date(1945, 8, 17), Sex::Female).is_empty());
    }

    proptest! {
        /// A2
        #[test]
        fn every_number_that_can_be_given_is_read_back(year in 1900i16..=2099, day in 1i16..=366, woman: bool, region in 0usize..514, serial in 1u16..=9999) {
            let born = date(year, 1, 1).checked_add(jiff::Span::new().days(i64::from(day) - 1)).unwrap();
            let mut prefixes: Vec<&String> = KNOWN.iter().collect();
            prefixes.sort();
            let shown_day = born.day() + if woman { 40 } else { 0 };
            let text = format!("{}01{shown_day:02}{:02}{:02}{serial:04}", prefixes[region], born.month(), born.year() % 100);
            let nik = Nik::parse(&text).unwrap();
            let sex = if woman { Sex::Female } else { Sex::Male };
            prop_assert!(nik.warnings(born, sex).is_empty());
            prop_assert_eq!(nik.as_str(), text);
        }

        /// A2
        #[test]
        fn any_text_is_answered(text in "\\PC{0,24}", digits in "[0-9]{16}") {
            let _ = Nik::parse(&text);
            if let Ok(nik) = Nik::parse(&digits) {
                nik.warnings(date(2000, 2, 29), Sex::Male);
            }
        }
    }
}
