//! Own account, one's data, and leaving for good.

use super::{COMPLAINT_ID, Maker, Sample};
use crate::view::{Account, Area, Consent, Erased, ErasedPart, Field, Here, Leave, Line, Mend, OwnData, Shell};

impl Maker<'_> {
    /// A frame under the account; somebody is always signed in there.
    pub(super) fn own_shell(&self, title: &str, path: &str, back: (&str, &'static str)) -> Shell {
        let signed_in = Maker { sample: if self.is(Sample::Empty) { Sample::Normal } else { self.sample }, ..*self };
        Self::back(signed_in.shell(title, path, Area::Patient, Here::Account), back.0, back.1, 0)
    }

    pub(super) fn account(&self) -> Account {
        let line = |label, value: &str| Line { label, value: value.to_owned(), change: String::new() };
        let shell = self.own_shell(&self.say("nav-account"), "/akun", ("/", "back-home"));
        Account {
            shell: Shell { failing: false, back: None, ..shell },
            lines: if self.is(Sample::Empty) {
                vec![]
            } else {
                vec![
                    line("profile-birth", &self.either("Makassar, 27 Maret 1992", "Makassar, 27 March 1992")),
                    line("profile-nik", "7371 •••• •••• 0001"),
                    line("profile-email", "nur.aisyah@contoh.id"),
                    line("profile-phone", "0812 •••• 4821"),
                    line("profile-address", "Jl. Cendrawasih No. 4, Mariso, Makassar 90121"),
                    line("profile-kind", &self.say("kind-general")),
                    line(
                        "profile-contact",
                        &self.either("Salmah (ibu), 0813 •••• 7766", "Salmah (mother), 0813 •••• 7766"),
                    ),
                ]
            },
            warnings: if self.is(Sample::Failing) {
                vec![self.either(
                    "NIK tidak cocok dengan tanggal lahir. Periksa keduanya.",
                    "The NIK does not fit the date of birth. Check both.",
                )]
            } else {
                vec![]
            },
            family: self.members(),
            factor: self.is(Sample::Full),
            keeps: self.is(Sample::Full),
        }
    }

    pub(super) fn own_data(&self) -> OwnData {
        let given = |member: crate::view::Member, ended: bool| Consent {
            who: if ended { self.say("consent-nobody") } else { member.name },
            relation: self.say("relation-child"),
            text: COMPLAINT_ID.to_owned(),
            given: self.either("3 Agustus 2026", "3 August 2026"),
            ended: if ended { self.either("9 November 2026", "9 November 2026") } else { String::new() },
            release: if ended { String::new() } else { member.release },
        };
        let consents = self.members().into_iter().enumerate().map(|(n, member)| given(member, n % 2 == 1)).collect();
        let shell = self.own_shell(&self.say("own-data"), "/akun/data", ("/akun", "back-account"));
        OwnData {
            shell: Shell { failing: false, ..shell },
            since: self.either("2 Agustus 2026", "2 August 2026"),
            consents,
        }
    }

    pub(super) fn leave(&self) -> Leave {
        let failing = self.is(Sample::Failing);
        let (sure, wrong) = (self.say("leave-sure-needed"), self.say("leave-password-wrong"));
        Leave {
            shell: self.own_shell(&self.say("leave-title"), "/akun/hapus", ("/akun/data", "own-data")),
            coming: if self.is(Sample::Empty) { 0 } else { 2 },
            family: self.members().into_iter().map(|member| member.name).collect(),
            sure: if failing { Field::refused("", &sure) } else { Field::default() },
            password: if failing { Field::refused("", &wrong) } else { Field::default() },
            code: self.is(Sample::Full).then(Field::default),
            mends: if failing {
                vec![Mend { field: "password", text: wrong }, Mend { field: "sure", text: sure }]
            } else {
                vec![]
            },
        }
    }

    pub(super) fn erased(&self) -> Erased {
        let done = self.is(Sample::Full);
        let part = |name, answered, erased, kept| ErasedPart {
            name: self.say(name),
            answered,
            erased,
            kept,
            until: self.either("31 Desember 2051", "31 December 2051"),
        };
        let shell = self.shell(&self.say("erased-title"), "/dihapus/era_1", Area::Patient, Here::Nowhere);
        Erased {
            shell: Shell { failing: false, who: None, ..shell },
            done,
            asked: crate::format::when(&Self::at(23, 10, 0), self.locale),
            parts: vec![
                part("erased-people", true, 24, 0),
                part("erased-auth", true, 9, 0),
                part("erased-scheduling", done, 6, 11),
            ],
        }
    }
}
