//! Own account, and leaving for good.

use super::{Maker, Sample};
use crate::view::{Account, Area, Here, Leave, Line, Relative, Shell};

impl Maker<'_> {
    pub(super) fn account(&self) -> Account {
        let line = |label, value: &str| Line { label, value: value.to_owned(), change: "/akun/profil".to_owned() };
        let relative =
            |name: &str, line| Relative { name: name.to_owned(), line, action: "/keluarga/1/lepas".to_owned() };
        let signed_in = Maker { sample: if self.is(Sample::Empty) { Sample::Normal } else { self.sample }, ..*self };
        Account {
            shell: Shell {
                failing: false,
                ..signed_in.shell(&self.say("nav-account"), "/akun", Area::Patient, Here::Account)
            },
            lines: vec![
                line("profile-birth", &self.either("Makassar, 27 Maret 1992", "Makassar, 27 March 1992")),
                line("profile-nik", "7371 •••• •••• 0001"),
                line("profile-email", "nur.aisyah@contoh.id"),
                line("profile-phone", "0812 •••• 4821"),
                line("profile-address", "Jl. Cendrawasih No. 4, Mariso, Makassar"),
                line("profile-kind", &self.say("kind-general")),
                line("profile-contact", "Ibu Salmah, 0813 •••• 7766"),
            ],
            warnings: if self.is(Sample::Failing) {
                vec![self.either(
                    "NIK tidak cocok dengan tanggal lahir. Periksa keduanya.",
                    "The NIK does not fit the date of birth. Check both.",
                )]
            } else {
                vec![]
            },
            family: if self.is(Sample::Empty) {
                vec![]
            } else {
                vec![
                    relative("Rafa", self.either("Anak, 4 th", "Child, 4 y")),
                    relative("Ibu Salmah", self.either("Orang tua, 61 th", "Parent, 61 y")),
                ]
            },
            factor: self.is(Sample::Full),
        }
    }

    pub(super) fn leave(&self) -> Leave {
        let shell = self.shell(&self.say("leave-title"), "/akun/hapus", Area::Patient, Here::Account);
        Leave {
            shell: Self::back(shell, "/akun", "back-account", 0),
            error: self.is(Sample::Failing).then(|| self.say("leave-sure-needed")),
        }
    }
}
