//! Every part on one page.

use super::Maker;
use crate::view::{Area, Field, Here, Mend, Pager, Shell, State, Styleguide};

impl Maker<'_> {
    pub(super) fn styleguide(&self) -> Styleguide {
        let nik = self.either("NIK harus 16 angka, seperti di KTP.", "The NIK must be 16 digits, as on the ID card.");
        Styleguide {
            shell: Shell {
                failing: false,
                ..self.shell(&self.say("guide-title"), "/gaya", Area::Patient, Here::Nowhere)
            },
            states: State::ALL,
            doctor: self.cards().remove(0),
            fields: (Field::of("Nur Aisyah"), Field::refused("7371", &nik)),
            mends: vec![Mend { field: "two", text: nik }],
            hold: self.hold(),
            picker: self.picker(),
            pager: Pager { from: 1, to: 12, total: Some(46), previous: None, next: Some("?hal=2".to_owned()) },
            icons: vec![
                "alert",
                "arr-l",
                "arr-r",
                "bell",
                "bolt",
                "cal",
                "check",
                "clinic",
                "clock",
                "device",
                "door",
                "exit",
                "filter",
                "flask",
                "globe",
                "grid",
                "heart",
                "home",
                "hospital",
                "id",
                "info",
                "laptop",
                "lock",
                "mail",
                "phone",
                "pin",
                "plus",
                "pulse",
                "refresh",
                "search",
                "shield",
                "star",
                "stethoscope",
                "swap",
                "syringe",
                "ticket",
                "user",
                "users",
                "video",
                "wallet",
                "x",
            ],
        }
    }
}
