//! Getting in: log in, sign up, the form about a person.

use jiff::civil::date;

use super::{LONG, Maker, Sample};
use crate::{
    format,
    view::{Area, Field, Here, Login, Mend, Person, PersonFields, Shell, Signup},
};

impl Maker<'_> {
    pub(super) fn login(&self) -> Login {
        Login {
            shell: Shell { who: None, ..self.shell(&self.say("login-title"), "/masuk", Area::Patient, Here::Account) },
            next: "/pesan/9f3c/data".to_owned(),
            login: Field::of(if self.is(Sample::Failing) { "nur.aisyah@contoh.id" } else { "" }),
            code: self.is(Sample::Full).then(Field::default),
            refused: self.is(Sample::Failing).then(|| {
                self.either("Email, nomor, atau kata sandi tidak cocok.", "E-mail, number or password do not match.")
            }),
            waiting: if self.is(Sample::Full) {
                self.either(
                    "Jam Sel 24 Nov, 10.30 WITA kami simpan sampai 09.51 WITA.",
                    "We hold Tue 24 Nov, 10:30 WITA until 09:51 WITA.",
                )
            } else {
                String::new()
            },
        }
    }

    pub(super) fn signup(&self) -> Signup {
        let failing = self.is(Sample::Failing);
        let empty = self.is(Sample::Empty);
        let field = |value: &str| if empty { Field::default() } else { Field::of(value) };
        let nik = self.either("NIK harus 16 angka, seperti di KTP.", "The NIK must be 16 digits, as on the ID card.");
        let birth = self.either("Tanggal lahir ini tidak ada.", "There is no such date.");
        let weak = self.either("Kata sandi terlalu mudah ditebak.", "The password is too easy to guess.");
        let agree = self
            .either("Kami perlu persetujuan ini untuk membuat akun.", "We need this agreement to create the account.");
        let months: Vec<(String, String)> = (1..=12)
            .map(|month| (month.to_string(), format::month(date(2026, month, 1), self.locale).to_owned()))
            .collect();
        let months: Vec<(&str, &str)> = months.iter().map(|(value, label)| (value.as_str(), label.as_str())).collect();
        Signup {
            shell: Shell {
                who: None,
                ..self.shell(&self.say("signup-title"), "/daftar", Area::Patient, Here::Account)
            },
            next: String::new(),
            waiting: String::new(),
            person: PersonFields {
                name: field(if self.is(Sample::Long) { LONG } else { "Nur Aisyah Ramadhani" }),
                nik: if failing { Field::refused("73710", &nik) } else { field("7371016703920001") },
                no_nik_reasons: Self::choices(&[("newborn", &self.say("no-nik-newborn"))], ""),
                birth_place: field("Makassar"),
                birth_day: if failing { Field::refused("31", &birth) } else { field("27") },
                birth_month: field(if failing { "2" } else { "3" }),
                birth_year: field("1992"),
                months: Self::choices(&months, if empty { "" } else { "3" }),
                sex: field("female"),
                email: field("nur.aisyah@contoh.id"),
                phone: field("0812 4455 4821"),
                address: field("Jl. Cendrawasih No. 4, Mariso, Makassar"),
                postal_code: field("90121"),
                kind: Field::of(if self.is(Sample::Full) { "bpjs" } else { "general" }),
                bpjs: if self.is(Sample::Full) { Field::of("0001234567890") } else { Field::default() },
                contact_name: field("Ibu Salmah"),
                contact_relation: field("ibu"),
                contact_phone: field("0813 9988 7766"),
            },
            password: if failing { Field::refused("", &weak) } else { Field::default() },
            consent: if failing { Field::refused("", &agree) } else { field("yes") },
            mends: if failing {
                vec![
                    Mend { field: "nik", text: nik },
                    Mend { field: "birth_day", text: birth },
                    Mend { field: "password", text: weak },
                    Mend { field: "consent", text: agree },
                ]
            } else {
                vec![]
            },
        }
    }

    pub(super) fn person(&self) -> Person {
        let Signup { person, consent, mends, .. } = self.signup();
        // Oneself, somebody one acts for already, or somebody new.
        let (own, old) = (self.is(Sample::Full), self.is(Sample::Long));
        let (title, line, action) = match (own, old) {
            (true, _) => ("profile", "profile-line", "/akun/profil"),
            (_, true) => ("member-change", "member-change-line", "/keluarga/1"),
            _ => ("member-title", "member-line", "/keluarga/tambah"),
        };
        let relations = [
            ("child", self.say("relation-child")),
            ("parent", self.say("relation-parent")),
            ("spouse", self.say("relation-spouse")),
            ("sibling", self.say("relation-sibling")),
            ("other", self.say("relation-other")),
        ];
        let relations: Vec<(&str, &str)> = relations.iter().map(|(value, label)| (*value, label.as_str())).collect();
        Person {
            shell: self.own_shell(&self.say(title), action, ("/akun", "back-account")),
            title,
            line,
            action: action.to_owned(),
            version: if own || old { "3".to_owned() } else { String::new() },
            next: String::new(),
            relations: if own { vec![] } else { Self::choices(&relations, "child") },
            relation: Field::default(),
            consent,
            consent_text: if own || old {
                String::new()
            } else {
                self.either(
                    "Saya berhak bertindak untuk orang ini. Saya dapat mengakhirinya kapan saja.",
                    "I may act for this person. I can end this at any time.",
                )
            },
            release: if old { "/keluarga/1/lepas".to_owned() } else { String::new() },
            person,
            mends,
        }
    }
}
