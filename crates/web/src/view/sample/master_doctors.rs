//! Master data: doctors.

use super::{
    LONG, Maker, Sample,
    masters::{PLACE, option},
};
use crate::{
    format,
    portrait::{self, Sitter},
    view::{
        AdminDoctorForm, AdminDoctors, DoctorRecord, Field, Here, OfferedService, PracticeBlock, PracticeDay,
        PracticeHours,
    },
};

const ABOUT: &str = "Praktik dengan tenang, tanpa terburu-buru. Banyak menangani anak dengan asma dan alergi.";

impl Maker<'_> {
    pub(super) fn admin_doctors(&self) -> AdminDoctors {
        let row = |name: &str, papers: &str, class: &'static str, state, chip| {
            let date = format::date(jiff::civil::date(2027, 3, 1), self.locale);
            DoctorRecord {
                href: "/admin/doctors/doc_1".to_owned(),
                name: self.name(name),
                portrait: portrait::url(Sitter::WomanDoctor, name),
                speciality: self.either("Anak", "Paediatrics"),
                places: format!("{}, RS Mitra Bahari", self.place_name()),
                papers: self.speech.say(papers, &[("paper", "SIP"), ("date", &date)]),
                papers_class: class,
                state,
                class: chip,
            }
        };
        let mut shell = self.admin_shell("nav-doctors", "/admin/doctors", Here::Doctors);
        shell.failing = false;
        AdminDoctors {
            shell,
            tabs: self.master_tabs("/admin/doctors"),
            q: if self.is(Sample::Empty) { "zzz".to_owned() } else { String::new() },
            facilities: Self::choices(&[("1", "Klinik Losari Medika"), ("2", "RS Bahteramas Kendari")], "1"),
            specialities: Self::choices(&[("1", "Anak"), ("2", "Jantung dan Pembuluh Darah")], ""),
            states: Self::choices(&[("listed", "Terdaftar"), ("waiting", "Menunggu")], ""),
            rows: if self.is(Sample::Empty) {
                Vec::new()
            } else {
                vec![
                    row("dr. Sitti Khadijah, Sp.A", "paper-until", "", "doctor-listed", "chip--ok"),
                    row("dr. Rahmat Hidayat, Sp.PD", "paper-soon", "adm-soon", "doctor-waiting", "chip--wait"),
                    row("drg. Maya Pattinama", "paper-expired", "bad", "doctor-retired", "chip--mute"),
                ]
            },
            waiting: usize::from(self.is(Sample::Full)) * 3,
            adds: !self.is(Sample::Long),
            pager: self.pager(),
        }
    }

    fn practice_block(&self, new: bool) -> PracticeBlock {
        let service = |id: &str, en: &str, chosen, fee: &str| OfferedService {
            value: format!("svc_{fee}"),
            name: if self.is(Sample::Long) { LONG.to_owned() } else { self.either(id, en) },
            price: format::money(185_000, "IDR", self.locale),
            chosen,
            fee: fee.to_owned(),
            fee_name: format!("fee{}-svc_{fee}", u8::from(new)),
        };
        let days = (23..=29).map(|day| PracticeDay {
            name: format::weekday(Self::at(day, 9, 0).date(), self.locale),
            sessions: (0..2)
                .map(|n| PracticeHours {
                    from_name: format!("h1-{day}-{n}f"),
                    from: if day < 26 && n == 0 { "09:00".to_owned() } else { String::new() },
                    until_name: format!("h1-{day}-{n}u"),
                    until: if day < 26 && n == 0 { "12:00".to_owned() } else { String::new() },
                })
                .collect(),
        });
        PracticeBlock {
            n: usize::from(new),
            facility: "fac_1".to_owned(),
            name: self.place_name(),
            facility_name: if new { "p1" } else { "p0" },
            sip_id: if new { "sip1" } else { "sip0" },
            sip: Field::of("503/1.2/SIP/2024"),
            until_id: if new { "until1" } else { "until0" },
            until: Field::of("2029-03-01"),
            services_id: if new { "sv1" } else { "sv0" },
            services: if self.is(Sample::Failing) {
                Vec::new()
            } else {
                vec![
                    service("Konsultasi anak", "Paediatric consultation", true, "200000"),
                    service("Konsultasi umum", "General consultation", false, ""),
                ]
            },
            services_field: if self.is(Sample::Failing) {
                Field::refused("", self.say("hours-bad-number"))
            } else {
                Field::default()
            },
            new_service: format!("{PLACE}/services/new"),
            hours_id: if new { "h1" } else { "h0" },
            hours_field: Field::default(),
            days: if new { days.collect() } else { Vec::new() },
            hours: if new { String::new() } else { "/a/jadwal/doc_1?faskes=fac_1".to_owned() },
        }
    }

    pub(super) fn admin_doctor_form(&self) -> AdminDoctorForm {
        let new = self.is(Sample::Empty);
        let name = self.name("dr. Sitti Khadijah, Sp.A");
        let title = if new { self.say("doctor-new") } else { name.clone() };
        AdminDoctorForm {
            shell: self.master_shell(title, "/admin/doctors/doc_1", Here::Doctors, "/admin/doctors", "nav-doctors"),
            action: "/admin/doctors/doc_1".to_owned(),
            version: "4".to_owned(),
            mends: self.wrong("sv0", "hours-bad-number"),
            stale: self.overtaken("str_number", "STR 7371 0091"),
            edits: true,
            portrait: if new { String::new() } else { portrait::url(Sitter::WomanDoctor, "siti") },
            photo: (!new)
                .then(|| self.photo_form(&name, "/admin/doctors/doc_1/photo", "/admin/doctors/doc_1/photo/remove")),
            public: if new { String::new() } else { "/dokter/sitti-khadijah-sp-a".to_owned() },
            state: (!new).then_some(("doctor-listed", "chip--ok")),
            waits: self.is(Sample::Full),
            retires: self.is(Sample::Normal),
            relists: self.is(Sample::Long),
            kept_version: 4,
            name: self.filled(&name),
            sex: self.filled("female"),
            specialities: vec![
                option("1", self.either("Anak", "Paediatrics"), !new),
                option("2", self.either("Jantung dan Pembuluh Darah", "Cardiology"), false),
                option("3", self.either("Kedokteran Fisik dan Rehabilitasi", "Physical Medicine"), false),
            ],
            specialities_field: Field::default(),
            since: self.filled("2009"),
            languages: vec![option("id", "Indonesia", true), option("bug", "Bugis", !new)],
            languages_field: Field::default(),
            about_id: self.filled(ABOUT),
            about_en: Field::default(),
            auto_accept: true,
            str_number: self.filled("STR 7371 0090"),
            str_until: Field::default(),
            account: self.filled("siti@contoh.id"),
            practices: match self.sample {
                Sample::Empty => Vec::new(),
                Sample::Full | Sample::Long => vec![self.practice_block(false), self.practice_block(true)],
                Sample::Normal | Sample::Failing => vec![self.practice_block(false)],
            },
            more: vec![option("fac_2", "RS Mitra Bahari", false)],
            place: Field::default(),
            elsewhere: usize::from(self.is(Sample::Full)),
        }
    }
}
