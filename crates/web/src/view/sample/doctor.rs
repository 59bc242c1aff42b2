//! A doctor, in a list and with the times.

use jiff::ToSpan;

use super::{Maker, Sample};
use crate::{
    format,
    portrait::{self, Sitter},
    view::{
        Area, Day, DayState, Doctor, DoctorCard, Fastest, Here, Hours, Lost, Mode, Picker, Place, Shell, Slot,
        SlotGroup, SlotState, Tariff,
    },
};

impl Maker<'_> {
    pub(super) fn cards(&self) -> Vec<DoctorCard> {
        let card = |sitter,
                    slug: &str,
                    name: &str,
                    id: &str,
                    en: &str,
                    years,
                    rating: u32,
                    reviews,
                    place: &str,
                    fee,
                    bpjs,
                    hours: &[(i8, i8)]| {
            let times = hours
                .iter()
                .map(|(hour, minute)| {
                    let at = Self::at(23, *hour, *minute);
                    (
                        format::clock(&at, self.locale),
                        format!("/dokter/{slug}?tgl=2026-11-23&jam={}", format::rfc3339(&at)),
                    )
                })
                .collect();
            DoctorCard {
                href: format!("/dokter/{slug}"),
                name: self.name(name),
                portrait: portrait::url(sitter, slug),
                speciality: self.either(id, en),
                years,
                rating: if rating == 0 { String::new() } else { format::rating(rating, self.locale) },
                reviews,
                place: place.to_owned(),
                fee: format::money(fee, "IDR", self.locale),
                bpjs,
                day: self.say("today"),
                zone: "WITA".to_owned(),
                times,
            }
        };
        let mut all = vec![
            card(
                Sitter::WomanDoctor,
                "sitti-khadijah",
                "dr. Sitti Khadijah, Sp.A",
                "Anak",
                "Paediatrics",
                11,
                49,
                318,
                "Klinik Losari Medika, Makassar",
                130_000,
                true,
                &[(10, 30), (11, 0), (13, 15)],
            ),
            card(
                Sitter::ManDoctor,
                "yohanes",
                "dr. Yohanes Sambolangi, Sp.JP",
                "Jantung",
                "Cardiology",
                19,
                48,
                204,
                "RS Mitra Bahari, Makassar",
                175_000,
                false,
                &[(13, 0), (14, 20), (15, 0)],
            ),
            card(
                Sitter::WomanDoctor,
                "tenri",
                "dr. Andi Tenri Ola, Sp.DVE",
                "Kulit",
                "Dermatology",
                8,
                0,
                0,
                "Klinik Losari Medika, Makassar",
                120_000,
                false,
                &[(16, 0), (16, 30), (19, 0)],
            ),
            card(
                Sitter::ManDoctor,
                "rahmat",
                "dr. Rahmat Hidayat, Sp.PD",
                "Penyakit dalam",
                "Internal medicine",
                14,
                47,
                512,
                "RS Mitra Bahari, Makassar",
                150_000,
                true,
                &[],
            ),
        ];
        if self.is(Sample::Full) {
            let again = all.clone();
            all.extend(again.clone());
            all.extend(again);
        }
        all
    }

    pub(super) fn picker(&self) -> Picker {
        let slot = |hour: i8, minute: i8, state| {
            let at = Self::at(24, hour, minute);
            Slot {
                value: format::rfc3339(&at),
                label: format::clock(&at, self.locale),
                long: format::when(&at, self.locale),
                state,
                chosen: hour == 10 && minute == 30 && !self.is(Sample::Empty),
            }
        };
        let run = |hours: std::ops::Range<i8>, taken: &[(i8, i8)]| -> Vec<Slot> {
            hours
                .flat_map(|hour| [0, 15, 30, 45].map(|minute| (hour, minute)))
                .map(|(hour, minute)| {
                    slot(hour, minute, if taken.contains(&(hour, minute)) { SlotState::Taken } else { SlotState::Free })
                })
                .collect()
        };
        let mut morning = run(9..11, &[(9, 0), (9, 45), (10, 45)]);
        if self.is(Sample::Full) {
            for slot in &mut morning {
                slot.state = if slot.chosen { SlotState::Yours } else { SlotState::Taken };
                slot.chosen = false;
            }
        }
        let group = |label, icon, slots: Vec<Slot>| SlotGroup {
            label,
            icon,
            free: slots.iter().filter(|slot| slot.is_free()).count() as u32,
            slots,
        };
        let groups = vec![
            group("part-morning", "sunrise", morning),
            group("part-midday", "sun", run(13..14, &[(13, 15)])),
            group("part-afternoon", "sunset", run(16..17, &[(16, 30)])),
            group("part-evening", "moon", vec![]),
        ];
        let free = [6, 11, 9, 0, 4, 7, 0, 12, 12, 10, 8, 0, 6, 5];
        let days = (0_i64..14)
            .map(|ahead| {
                let day = Self::at(23, 9, 0).saturating_add(ahead.days()).date();
                let left = free[ahead as usize];
                Day {
                    href: format!("/dokter/sitti-khadijah?tgl={day}"),
                    weekday: if ahead == 0 {
                        self.say("today")
                    } else {
                        format::weekday_short(day, self.locale).to_owned()
                    },
                    number: day.day().to_string(),
                    long: format::day_long(day, self.locale),
                    free: left,
                    state: match (left, ahead) {
                        (0, 3) => DayState::Full,
                        (0, _) => DayState::Closed,
                        _ => DayState::Free,
                    },
                    chosen: ahead == 1,
                }
            })
            .collect();
        let mode = |value, label, icon, fee, bpjs, chosen| Mode {
            href: format!("/dokter/sitti-khadijah?cara={value}"),
            value,
            label,
            icon,
            fee: format::money(fee, "IDR", self.locale),
            minutes: 15,
            bpjs,
            chosen,
        };
        let nothing = self.is(Sample::Empty);
        let lost_at = Self::at(24, 10, 30);
        Picker {
            action: "/pesan".to_owned(),
            hidden: vec![("doctor", "sitti-khadijah".to_owned())],
            stream: "/dokter/sitti-khadijah/jam".to_owned(),
            places: if self.is(Sample::Full) {
                Self::choices(
                    &[("?faskes=1", "Klinik Losari Medika, Makassar"), ("?faskes=2", "RS Mitra Bahari, Makassar")],
                    "?faskes=1",
                )
            } else {
                vec![]
            },
            services: vec![],
            earlier: self.is(Sample::Full).then(|| "/dokter/sitti-khadijah".to_owned()),
            later: Some("/dokter/sitti-khadijah?tgl=2026-12-07".to_owned()),
            modes: vec![
                mode("klinik", "mode-clinic", "clinic", 130_000, true, true),
                mode("video", "mode-video", "video", 90_000, false, false),
            ],
            fastest: (!nothing).then(|| Fastest {
                value: format::rfc3339(&Self::at(23, 10, 30)),
                label: format!(
                    "{}, {}",
                    self.say("today").to_lowercase(),
                    format::clock(&Self::at(23, 10, 30), self.locale)
                ),
            }),
            month: format::month_year(Self::at(24, 9, 0).date(), self.locale),
            days,
            day: format::day_long(Self::at(24, 9, 0).date(), self.locale),
            groups: if nothing { vec![] } else { groups },
            zone: "WITA (Makassar)".to_owned(),
            lost: self.is(Sample::Failing).then(|| Lost {
                time: format::clock(&lost_at, self.locale),
                nearest: vec![
                    slot(10, 15, SlotState::Free),
                    slot(13, 0, SlotState::Free),
                    slot(13, 30, SlotState::Free),
                ],
            }),
            already: self
                .is(Sample::Full)
                .then(|| (format::time(&Self::at(24, 10, 30), self.locale), "/janji/K7M4-P2".to_owned())),
            closed: false,
        }
    }

    pub(super) fn doctor(&self) -> Doctor {
        let doctor = self.cards().remove(0);
        let tariff = |video, fee| Tariff {
            service: self.either("Konsultasi dokter anak", "Paediatric consultation"),
            place: "Klinik Losari Medika".to_owned(),
            video,
            minutes: 15,
            fee: format::money(fee, "IDR", self.locale),
            href: "/dokter/sitti-khadijah".to_owned(),
        };
        let shell = self.shell(
            &self.either("Pilih jadwal", "Choose a time"),
            "/dokter/sitti-khadijah",
            Area::Patient,
            Here::Search,
        );
        Doctor {
            shell: Self::back(Shell { failing: false, ..shell }, "/cari", "back-results", 1),
            doctor,
            registered: !self.is(Sample::Failing),
            registration: self.either("Berlaku seumur hidup", "Valid for life"),
            fees: vec![tariff(false, 130_000), tariff(true, 90_000)],
            others: if self.is(Sample::Long) { self.cards().into_iter().skip(1).collect() } else { vec![] },
            languages: self.either("Indonesia, Bugis, Inggris", "Indonesian, Buginese, English"),
            about: self.either(
                "Menangani tumbuh kembang, imunisasi, dan penyakit saluran napas pada anak.",
                "Growth and development, immunisation, and breathing problems in children.",
            ),
            places: vec![Place {
                name: "Klinik Losari Medika".to_owned(),
                address: "Jl. Penghibur No. 12, Makassar".to_owned(),
                href: "/faskes/klinik-losari-medika".to_owned(),
                licence: self.either("SIP berlaku sampai 3 Mei 2028", "Licence (SIP) valid until 3 May 2028"),
                bpjs: true,
                hours: vec![
                    Hours {
                        days: self.either("Senin–Jumat", "Monday–Friday"),
                        span: self.either("09.00–11.00 WITA", "09:00–11:00 WITA"),
                    },
                    Hours {
                        days: self.either("Selasa, Kamis", "Tuesday, Thursday"),
                        span: self.either("13.00–17.00 WITA", "13:00–17:00 WITA"),
                    },
                ],
            }],
            free_until: self.either("2 jam sebelumnya", "2 hours before"),
            by_request: self.is(Sample::Full),
            desk: false,
            picker: Picker { closed: self.is(Sample::Long), ..self.picker() },
        }
    }
}
