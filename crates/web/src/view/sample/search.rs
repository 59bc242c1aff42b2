//! Search results.

use super::{Maker, Sample};
use crate::view::{Area, Filter, Here, Option_, Search, Shell};

impl Maker<'_> {
    pub(super) fn cities(chosen: &str) -> Vec<Option_> {
        Self::choices(
            &[("makassar", "Makassar"), ("gowa", "Gowa"), ("jakarta", "Jakarta"), ("jayapura", "Jayapura")],
            chosen,
        )
    }

    pub(super) fn search(&self) -> Search {
        let nothing = self.is(Sample::Empty);
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
            active: vec![
                Filter { label: self.either("Poli: Anak", "Paediatrics"), without: "/cari?kota=makassar".to_owned() },
                Filter { label: "Makassar".to_owned(), without: "/cari?poli=anak".to_owned() },
            ],
            total: if nothing { 0 } else { 4 },
            more: self.is(Sample::Full),
            desks: if self.is(Sample::Long) { vec![self.desk()] } else { vec![] },
            doctors: if nothing { vec![] } else { self.cards() },
            pager: self.pager(),
            emergency: self.is(Sample::Failing),
        }
    }
}
