//! A facility and its desk.

use super::{Maker, Sample};
use crate::{
    format,
    view::{Area, Desk, DeskService, Facility, Here, Term},
};

impl Maker<'_> {
    pub(super) fn desk(&self) -> Desk {
        let service = |icon, kind, id: &str, en: &str, fee| DeskService {
            href: "/layanan/1".to_owned(),
            name: self.either(id, en),
            kind: self.say(kind),
            icon,
            minutes: 15,
            fee: format::money(fee, "IDR", self.locale),
        };
        Desk {
            href: "/faskes/klinik-losari-medika".to_owned(),
            name: "Klinik Losari Medika".to_owned(),
            address: "Jl. Penghibur No. 12, Makassar".to_owned(),
            services: vec![
                service("flask", "tile-lab", "Darah lengkap", "Full blood count", 95_000),
                service("syringe", "tile-vaccine", "Vaksin influenza", "Influenza vaccine", 280_000),
            ],
        }
    }

    pub(super) fn facility(&self) -> Facility {
        let mut shell = self.shell("Klinik Losari Medika", "/faskes/klinik-losari-medika", Area::Patient, Here::Search);
        shell.failing = false;
        Facility {
            shell: Self::back(shell, "/cari", "back-results", 0),
            desk: self.desk(),
            map: "https://www.openstreetmap.org/search?query=Makassar".to_owned(),
            zone: "WITA (Makassar)".to_owned(),
            phone: "+62411555010".to_owned(),
            bpjs: !self.is(Sample::Empty),
            departments: vec![self.either("Poli Anak", "Paediatrics"), self.either("Laboratorium", "Laboratory")],
            terms: vec![
                Term {
                    icon: "cal",
                    text: self.either(
                        "Janji bisa dibuat sampai 60 hari ke depan.",
                        "Appointments can be made up to 60 days ahead.",
                    ),
                },
                Term { icon: "info", text: self.say("policy-once-a-day") },
            ],
            fields: Self::choices(&[("?", &self.say("any")), ("?poli=anak", &self.either("Anak", "Paediatrics"))], "?"),
            doctors: if self.is(Sample::Empty) { vec![] } else { self.cards() },
        }
    }
}
