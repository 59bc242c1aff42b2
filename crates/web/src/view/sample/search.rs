//! Search results.

use super::{Maker, Sample};
use crate::{
    format,
    view::{Area, FacilityCard, Filter, Here, Option_, Rescue, Search, Shell, Tab},
};

impl Maker<'_> {
    pub(super) fn cities(chosen: &str) -> Vec<Option_> {
        Self::choices(
            &[("makassar", "Makassar"), ("gowa", "Gowa"), ("jakarta", "Jakarta"), ("jayapura", "Jayapura")],
            chosen,
        )
    }

    pub(super) fn search(&self) -> Search {
        let nothing = self.is(Sample::Empty);
        let places = self.is(Sample::Failing);
        Search {
            shell: Shell {
                failing: false,
                ..self.shell(&self.say("search-title"), "/cari?q=anak", Area::Patient, Here::Search)
            },
            q: if self.is(Sample::Failing) { "nyeri dada".to_owned() } else { "anak".to_owned() },
            cities: Self::cities("makassar"),
            specialities: Self::choices(
                &[("anak", &self.either("Anak", "Paediatrics")), ("jantung", &self.either("Jantung", "Cardiology"))],
                "anak",
            ),
            kinds: Self::choices(&[("lab", &self.say("tile-lab")), ("vaksin", &self.say("tile-vaccine"))], ""),
            modes: Self::choices(&[("klinik", &self.say("mode-clinic")), ("video", &self.say("mode-video"))], ""),
            sorts: Self::choices(&[("cepat", &self.say("sort-soonest")), ("biaya", &self.say("sort-fee"))], "cepat"),
            date: "2026-11-23".to_owned(),
            bpjs: nothing,
            fees: Self::choices(&[("100000", &format::money(100_000, "IDR", self.locale))], ""),
            tabs: vec![
                Tab { href: "/cari".to_owned(), label: "results-doctors", count: None, chosen: !places },
                Tab { href: "/cari?hasil=faskes".to_owned(), label: "results-places", count: None, chosen: places },
            ],
            rescues: if nothing {
                vec![
                    Rescue { label: "BPJS".to_owned(), found: 12, href: "/cari?q=anak".to_owned() },
                    Rescue { label: "Makassar".to_owned(), found: 3, href: "/cari?bpjs=1".to_owned() },
                ]
            } else {
                vec![]
            },
            places: if places {
                vec![FacilityCard {
                    href: "/faskes/klinik-losari-medika".to_owned(),
                    name: "Klinik Losari Medika".to_owned(),
                    address: "Jl. Penghibur No. 12, Makassar".to_owned(),
                    bpjs: true,
                }]
            } else {
                vec![]
            },
            active: vec![
                Filter { label: self.either("Poli: Anak", "Paediatrics"), without: "/cari?kota=makassar".to_owned() },
                Filter { label: "Makassar".to_owned(), without: "/cari?poli=anak".to_owned() },
            ],
            total: if nothing { 0 } else { 4 },
            more: self.is(Sample::Full),
            desks: if self.is(Sample::Long) { vec![self.desk()] } else { vec![] },
            doctors: if nothing || places { vec![] } else { self.cards() },
            pager: self.pager(),
            emergency: self.is(Sample::Failing),
        }
    }
}
