//! Checking what sign-up asks about a person (A2): every field at once, in the form in which it is kept.

use contracts::people::{Address, EmergencyContact, PatientForm, PatientType, Sex};
use jiff::{
    Timestamp,
    civil::{Date, date},
    tz::{self, TimeZone},
};
use platform::error::{FieldError, Problems};
use unicode_normalization::UnicodeNormalization;

use crate::{bpjs, details::Details, nik::Nik, phone};

/// The longest name.
const NAME: usize = 120;
/// The longest birth place and relation.
const PLACE: usize = 80;
/// The longest line of an address.
const LINE: usize = 300;
/// The longest e-mail address (RFC 5321 §4.5.3.1).
const EMAIL: usize = 254;
/// Nobody treated today was born before.
const FIRST_BIRTH: Date = date(1900, 1, 1);
/// Why somebody has no identity number.
const NO_NIK_REASONS: [&str; 3] = ["newborn", "foreigner", "later"];

/// A person as they are kept.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) birth_date: Date,
    pub(crate) sex: Sex,
    pub(crate) patient_type: PatientType,
    pub(crate) details: Details,
}

impl Person {
    /// Where the identity number disagrees with the rest, by text key.
    pub(crate) fn warnings(&self) -> Vec<String> {
        warnings(&self.details, self.birth_date, self.sex)
    }
}

/// Where an identity number disagrees with the rest, by text key.
pub(crate) fn warnings(details: &Details, birth_date: Date, sex: Sex) -> Vec<String> {
    let nik = details.nik.as_deref().and_then(|nik| Nik::parse(nik).ok());
    nik.map(|nik| nik.warnings(birth_date, sex)).unwrap_or_default().into_iter().map(str::to_owned).collect()
}

/// The person the form tells of; what is wrong goes to `problems`, and the answer is of use only if there are none.
pub(crate) fn read(problems: &mut Problems, form: &PatientForm, now: Timestamp) -> Person {
    let form = normalised(form);
    let name = name(problems, "name", &form.name);
    let birth_place = line(problems, "birth_place", &form.birth_place, PLACE);
    birth_date(problems, form.birth_date, now);
    let (nik, no_nik_reason) = identity(problems, &form);
    let details = Details {
        nik,
        no_nik_reason,
        birth_place,
        email: email(problems, form.email.as_deref()),
        phone: telephone(problems, "phone", form.phone.as_deref()),
        address: address(problems, &form.address),
        bpjs_number: insurance(problems, &form),
        emergency_contact: form.emergency_contact.as_ref().and_then(|contact| emergency(problems, contact)),
    };
    Person { name, birth_date: form.birth_date, sex: form.sex, patient_type: form.patient_type, details }
}

/// One letter is one letter, however it was typed (Unicode NFC).
fn normalised(form: &PatientForm) -> PatientForm {
    let mut form = form.clone();
    for text in [&mut form.name, &mut form.birth_place, &mut form.address.line] {
        *text = text.nfc().collect();
    }
    if let Some(contact) = &mut form.emergency_contact {
        for text in [&mut contact.name, &mut contact.relation] {
            *text = text.nfc().collect();
        }
    }
    form
}

/// A name: one line with at least one letter, blanks single.
fn name(problems: &mut Problems, field: &str, text: &str) -> String {
    let name = line(problems, field, text, NAME);
    problems.check(name.is_empty() || name.chars().any(char::is_alphabetic), field, "name-letters");
    name
}

/// A required text on one line, without marks that nobody sees.
fn line(problems: &mut Problems, field: &str, text: &str, max: usize) -> String {
    let single = text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let kept = problems.text(field, &single, max);
    problems.check(!kept.chars().any(is_unseen), field, "control-characters");
    kept
}

/// Line ends, and marks that hide or turn letters around, with which one name could be made to look like another.
fn is_unseen(c: char) -> bool {
    matches!(c, '\n' | '\t' | '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Not in the future, by the clocks of eastern Indonesia, where a day begins first.
fn birth_date(problems: &mut Problems, born: Date, now: Timestamp) {
    let today = now.to_zoned(TimeZone::fixed(tz::offset(9))).date();
    problems.check(born <= today, "birth_date", "in-the-future");
    problems.check(born >= FIRST_BIRTH, "birth_date", "birth-date-too-early");
}

/// The identity number, or why there is none.
fn identity(problems: &mut Problems, form: &PatientForm) -> (Option<String>, Option<String>) {
    let Some(text) = given(form.nik.as_deref()) else {
        let reason = given(form.no_nik_reason.as_deref());
        match reason {
            Some(reason) if NO_NIK_REASONS.contains(&reason) => return (None, Some(reason.to_owned())),
            Some(_) => {
                problems.add(FieldError::new("no_nik_reason", "not-one-of").with("choices", NO_NIK_REASONS.join(", ")))
            }
            None => problems.add(FieldError::new("nik", "nik-or-reason")),
        }
        return (None, None);
    };
    match Nik::parse(text) {
        Ok(nik) => (Some(nik.as_str().to_owned()), None),
        Err(bad) => {
            problems.add(FieldError::new("nik", bad.code()));
            (None, None)
        }
    }
}

/// The insurance number; it must be there for those insured by BPJS.
fn insurance(problems: &mut Problems, form: &PatientForm) -> Option<String> {
    let Some(text) = given(form.bpjs_number.as_deref()) else {
        problems.check(form.patient_type != PatientType::Bpjs, "bpjs_number", "bpjs-needed");
        return None;
    };
    let number = bpjs::read(text);
    problems.check(number.is_some(), "bpjs_number", "bpjs-digits");
    number
}

/// In small letters: a name, an at sign, a domain with a dot.
fn email(problems: &mut Problems, text: Option<&str>) -> Option<String> {
    let address = given(text)?.to_lowercase();
    let shaped = address.split_once('@').is_some_and(|(name, domain)| {
        (1..=64).contains(&name.chars().count())
            && domain.contains('.')
            && domain
                .split('.')
                .all(|label| !label.is_empty() && label.len() <= 63 && !label.starts_with('-') && !label.ends_with('-'))
            && domain.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'))
            && !name.starts_with('.')
            && !name.ends_with('.')
    });
    let plain = address.chars().all(|c| {
        c.is_alphanumeric()
            || (c.is_ascii_graphic() && !matches!(c, '"' | '(' | ')' | ',' | ':' | ';' | '<' | '>' | '[' | ']' | '\\'))
    });
    problems.check(shaped && plain && address.len() <= EMAIL, "email", "invalid-email");
    Some(address)
}

fn telephone(problems: &mut Problems, field: &str, text: Option<&str>) -> Option<String> {
    let number = phone::read(given(text)?);
    problems.check(number.is_some(), field, "invalid-phone");
    number
}

fn address(problems: &mut Problems, form: &Address) -> Address {
    let line = problems.optional_text("address.line", Some(&form.line), LINE).unwrap_or_default();
    let region = given(form.region.as_deref()).map(str::to_owned);
    problems.check(region.as_deref().is_none_or(is_region), "address.region", "region-code");
    let postal_code = given(form.postal_code.as_deref()).map(str::to_owned);
    let is_code = |code: &str| code.len() == 5 && code.bytes().all(|b| b.is_ascii_digit());
    problems.check(postal_code.as_deref().is_none_or(is_code), "address.postal_code", "postal-code");
    Address { line, region, postal_code }
}

/// `73`, `73.71`, `73.71.01` or `73.71.01.1001`.
fn is_region(code: &str) -> bool {
    let parts: Vec<&str> = code.split('.').collect();
    let lengths = [2, 2, 2, 4];
    parts.len() <= lengths.len()
        && parts
            .iter()
            .zip(lengths)
            .all(|(part, length)| part.len() == length && part.bytes().all(|b| b.is_ascii_digit()))
}

/// Whom to call; all three fields or none.
fn emergency(problems: &mut Problems, contact: &EmergencyContact) -> Option<EmergencyContact> {
    if [&contact.name, &contact.phone, &contact.relation].iter().all(|text| text.trim().is_empty()) {
        return None;
    }
    let who = name(problems, "emergency_contact.name", &contact.name);
    let relation = line(problems, "emergency_contact.relation", &contact.relation, PLACE);
    problems.check(given(Some(&contact.phone)).is_some(), "emergency_contact.phone", "required");
    let phone = telephone(problems, "emergency_contact.phone", Some(&contact.phone))?;
    Some(EmergencyContact { name: who, phone, relation })
}

/// What was filled in.
fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use platform::Error;
    use proptest::prelude::*;

    use super::*;

    fn now() -> Timestamp {
        "2026-11-24T02:00:00Z".parse().unwrap()
    }

    fn form() -> PatientForm {
        PatientForm {
            name: "Siti Aminah".to_owned(),
            nik: Some("7371014101900001".to_owned()),
            no_nik_reason: None,
            birth_place: "Makassar".to_owned(),
            birth_date: date(1990, 1, 1),
            sex: Sex::Female,
            email: Some("Siti@Contoh.id".to_owned()),
            phone: Some("0812 3456 7890".to_owned()),
            address: Address {
                line: "Jl. Melati 5".to_owned(),
                region: Some("73.71.01".to_owned()),
                postal_code: Some("90111".to_owned()),
            },
            patient_type: PatientType::Bpjs,
            bpjs_number: Some("0001105689835".to_owned()),
            emergency_contact: Some(EmergencyContact {
                name: "Budi".to_owned(),
                phone: "0811 2345 678".to_owned(),
                relation: "suami".to_owned(),
            }),
        }
    }

    fn wrong(form: &PatientForm) -> Vec<(String, String)> {
        let mut problems = Problems::default();
        read(&mut problems, form, now());
        match problems.done() {
            Err(Error::Invalid(fields)) => fields.into_iter().map(|f| (f.field, f.code)).collect(),
            _ => Vec::new(),
        }
    }

    fn changed(change: impl Fn(&mut PatientForm)) -> Vec<(String, String)> {
        let mut form = form();
        change(&mut form);
        wrong(&form)
    }

    fn only(field: &str, code: &str) -> Vec<(String, String)> {
        vec![(field.to_owned(), code.to_owned())]
    }

    /// A2
    #[test]
    fn a_good_form_is_kept_in_one_shape() {
        assert!(wrong(&form()).is_empty());
        let mut typed = form();
        typed.name = "  Zoe\u{308}   Aminah ".to_owned();
        let person = read(&mut Problems::default(), &typed, now());
        assert_eq!(person.name, "Zo\u{eb} Aminah");
        assert_eq!(person.details.phone.as_deref(), Some("+6281234567890"));
        assert_eq!(person.details.email.as_deref(), Some("siti@contoh.id"));
        assert!(person.warnings().is_empty());
    }

    /// A2
    #[test]
    fn every_wrong_field_is_told_at_once() {
        let all = changed(|f| {
            f.name = String::new();
            f.nik = Some("123".to_owned());
            f.birth_place = "\u{7}".to_owned();
            f.birth_date = date(2026, 11, 25);
            f.email = Some("siti".to_owned());
            f.phone = Some("12".to_owned());
            f.bpjs_number = Some("123456789012".to_owned());
            f.address.postal_code = Some("1".to_owned());
            f.address.region = Some("7371".to_owned());
            f.emergency_contact =
                Some(EmergencyContact { name: "B".to_owned(), phone: String::new(), relation: String::new() });
        });
        let fields: Vec<&str> = all.iter().map(|(field, _)| field.as_str()).collect();
        for field in [
            "name",
            "nik",
            "birth_place",
            "birth_date",
            "email",
            "phone",
            "bpjs_number",
            "address.postal_code",
            "address.region",
            "emergency_contact.phone",
            "emergency_contact.relation",
        ] {
            assert!(fields.contains(&field), "{field} is missing in {fields:?}");
        }
    }

    /// A2
    #[test]
    fn bounds_hold() {
        assert_eq!(changed(|f| f.name = "é".repeat(121)), only("name", "too-long"));
        assert!(changed(|f| f.name = "é".repeat(120)).is_empty());
        assert_eq!(changed(|f| f.name = "12345".to_owned()), only("name", "name-letters"));
        for trick in ["Siti\u{202e}", "Si\u{200b}ti", "Siti\nAminah", "Siti\0"] {
            assert!(
                changed(|f| f.name = trick.to_owned()).contains(&("name".to_owned(), "control-characters".to_owned())),
                "{trick:?}"
            );
        }
        assert!(changed(|f| (f.birth_date, f.nik, f.no_nik_reason) = (date(2026, 11, 24), None, Some("newborn".to_owned()))).is_empty(), "born today");
        assert_eq!(changed(|f| f.birth_date = date(2026, 11, 25)), only("birth_date", "in-the-future"));
        assert_eq!(changed(|f| f.birth_date = date(1899, 12, 31)), only("birth_date", "birth-date-too-early"));
    }

    /// A2
    #[test]
    fn insurance_needs_its_number_of_thirteen_digits() {
        assert_eq!(changed(|f| f.bpjs_number = None), only("bpjs_number", "bpjs-needed"));
        for wrong in ["000110568983", "00011056898355", "00012345678", "000110568983A"] {
            assert_eq!(
                changed(|f| f.bpjs_number = Some(wrong.to_owned())),
                only("bpjs_number", "bpjs-digits"),
                "{wrong}"
            );
        }
        assert!(changed(|f| (f.patient_type, f.bpjs_number) = (PatientType::Umum, None)).is_empty());
    }

    /// A2
    #[test]
    fn no_identity_number_needs_a_reason() {
        assert_eq!(changed(|f| f.nik = None), only("nik", "nik-or-reason"));
        assert_eq!(
            changed(|f| (f.nik, f.no_nik_reason) = (None, Some("because".to_owned()))),
            only("no_nik_reason", "not-one-of")
        );
        assert!(
            changed(|f| (f.nik, f.no_nik_reason) = (Some(" ".to_owned()), Some("foreigner".to_owned()))).is_empty()
        );
    }

    /// A2
    #[test]
    fn addresses_of_mail_have_a_shape() {
        for wrong in [
            "a", "a@", "@b.id", "a@b", "a b@c.id", "a@b..id", "a@-b.id", "a@b.id,", "<a@b.id>", "a@b@c.id", ".a@b.id",
            "a@b_.id",
        ] {
            assert_eq!(changed(|f| f.email = Some(wrong.to_owned())), only("email", "invalid-email"), "{wrong}");
        }
        for right in ["a@b.id", "a.b+c@d-e.co.id", "o'neil@b.id"] {
            assert!(changed(|f| f.email = Some(right.to_owned())).is_empty(), "{right}");
        }
    }

    /// A2
    #[test]
    fn masked_values_that_come_back_keep_what_is_kept() {
        let kept = read(&mut Problems::default(), &form(), now()).details;
        let mut shown = kept.clone();
        shown.hide_identity();
        shown.hide_contacts();
        let mut back = form();
        (back.nik, back.bpjs_number, back.phone, back.email) = (shown.nik, shown.bpjs_number, shown.phone, shown.email);
        (back.address, back.emergency_contact) = (shown.address, shown.emergency_contact);
        assert_eq!(read(&mut Problems::default(), &kept.unmask(back), now()).details, kept);
    }

    proptest! {
        /// A2
        #[test]
        fn any_text_is_answered(text in "\\PC{0,40}|(?s:.{0,20})") {
            changed(|f| {
                f.name.clone_from(&text);
                f.birth_place.clone_from(&text);
                f.nik = Some(text.clone());
                f.email = Some(text.clone());
                f.phone = Some(text.clone());
                f.bpjs_number = Some(text.clone());
                f.address = Address { line: text.clone(), region: Some(text.clone()), postal_code: Some(text.clone()) };
            });
        }
    }
}
