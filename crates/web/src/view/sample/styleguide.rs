//! Every part on one page.

use super::{Maker, Sample};
use crate::{
    portrait::{self, Sitter},
    view::{Area, Field, Here, Mend, Pager, Picker, Shell, State, Styleguide},
};

/// The icons of the sprite, by name, in its order.
fn icons() -> Vec<&'static str> {
    let sprite: &'static str = include_str!("../../../assets/img/icons.svg");
    sprite.split("<symbol id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

impl Maker<'_> {
    pub(super) fn styleguide(&self) -> Styleguide {
        let nik = self.either("NIK harus 16 angka, seperti di KTP.", "The NIK must be 16 digits, as on the ID card.");
        let other = |sample| Maker { sample, ..*self };
        let shell = self.shell(&self.say("guide-title"), "/_styleguide", Area::Patient, Here::Nowhere);
        let mut doctors = self.cards();
        doctors.retain(|doctor| doctor.times.is_empty() || doctor.reviews > 300);
        let failing = other(Sample::Failing).booking_data();
        Styleguide {
            shell: Shell { failing: false, ..shell },
            colours: [
                "canvas",
                "surface",
                "sunken",
                "line",
                "line-strong",
                "ink",
                "ink-2",
                "ink-3",
                "brand",
                "brand-hover",
                "brand-tint",
                "kunyit",
                "kunyit-ink",
                "kunyit-tint",
                "ok",
                "ok-tint",
                "danger",
                "danger-tint",
                "info",
                "info-tint",
                "plum",
                "plum-tint",
            ],
            sizes: ["4xl", "3xl", "2xl", "xl", "lg", "md", "sm", "xs", "2xs"],
            states: State::ALL,
            doctors,
            fields: [Field::default(), Field::of("Nur Aisyah Ramadhani"), Field::refused("7371", &nik)],
            mends: vec![Mend { field: "three", text: nik }],
            holds: [other(Sample::Normal).hold(), failing.hold],
            lost: other(Sample::Failing).lost(),
            // Nobody's times change here: a stream of its own would ask for a doctor that is not.
            picker: Picker { stream: String::new(), ..other(Sample::Normal).picker() },
            visits: State::ALL.into_iter().map(|state| self.visit(24, 10, 30, state.into())).collect(),
            members: other(Sample::Normal).members(),
            desk: self.desk(),
            inbox: other(Sample::Normal).inbox().days.into_iter().flat_map(|day| day.items).collect(),
            happenings: other(Sample::Normal).appointment().happenings,
            portraits: [Sitter::WomanDoctor, Sitter::ManDoctor, Sitter::Woman, Sitter::Man, Sitter::Anyone]
                .into_iter()
                .flat_map(|sitter| ["a", "b", "c"].map(|key| portrait::url(sitter, key)))
                .collect(),
            pager: Pager {
                from: 13,
                to: 24,
                total: Some(46),
                previous: Some("?".to_owned()),
                next: Some("?hal=2".to_owned()),
            },
            drawings: [
                "empty-calendar.svg",
                "empty-search.svg",
                "empty-day.svg",
                "empty-family.svg",
                "empty-inbox.svg",
                "service.svg",
                "offline.svg",
                "error.svg",
            ],
            icons: icons(),
        }
    }
}
