//! Appointments of the facilities, and booking on behalf.

use super::{LONG, Maker, Sample};
use crate::{
    format,
    portrait::{self, Sitter},
    view::{
        AdminBook, AdminBookWhat, AdminBookWhen, AdminHome, AdminMove, AdminPart, Area, Back, BookChoice, Chip, Duty,
        Field, Happening, Here, Line, Mend, PatientFound, Picker, Reservation, ReservationPage, Reservations, RowAct,
        SavedView, Shell, State, Tab, Told,
    },
};

const ACCEPT: RowAct = RowAct { word: "accept", icon: "check", label: "accept" };
const ARRIVED: RowAct = RowAct { word: "arrived", icon: "door", label: "mark-arrived" };
const MISSED: RowAct = RowAct { word: "no-show", icon: "x", label: "mark-no-show" };

impl Maker<'_> {
    pub(super) fn admin_home(&self) -> AdminHome {
        let part = |duty: Duty| {
            let (href, icon, label) = duty.place();
            AdminPart { href, icon, label, line: duty.line() }
        };
        let duties = [
            Duty::Reservations,
            Duty::Approvals,
            Duty::Schedules,
            Duty::Places,
            Duty::Doctors,
            Duty::Users,
            Duty::Roles,
            Duty::Audit,
        ];
        AdminHome {
            shell: self.admin_shell("admin-title", "/admin", Here::More),
            parts: duties.into_iter().map(part).collect(),
        }
    }

    pub(super) fn admin_shell(&self, title: &str, path: &str, here: Here) -> Shell {
        Shell { failing: false, ..self.shell(&self.say(title), path, Area::Admin, here) }
    }

    fn reservation(&self, hour: i8, minute: i8, patient: &str, state: State, next: &[RowAct]) -> Reservation {
        Reservation {
            href: "/admin/reservations/K7M4P2Q".to_owned(),
            value: format!("K7M4P2{minute}.3"),
            chosen: self.is(Sample::Full) && state == State::Requested,
            when: self.when(&Self::at(23, hour, minute)),
            video: hour == 11,
            patient: if self.is(Sample::Long) { LONG.to_owned() } else { patient.to_owned() },
            code: "K7M-4P2Q".to_owned(),
            doctor: if minute == 45 { String::new() } else { self.name("dr. Rahmat Hidayat, Sp.PD") },
            service: self.either("Konsultasi penyakit dalam", "Internal medicine consultation"),
            place: if self.is(Sample::Full) { "Klinik Losari Medika".to_owned() } else { String::new() },
            fee: format::money(185_000, "IDR", self.locale),
            chip: Chip::from(state),
            marks: if hour == 10 { vec!["res-on-behalf", "res-overbooked"] } else { Vec::new() },
            next: next.to_vec(),
        }
    }

    pub(super) fn admin_reservations(&self) -> Reservations {
        let tab = |label, count: u64, chosen| Tab {
            href: "/admin/reservations".to_owned(),
            label,
            count: Some(count),
            chosen,
        };
        let told = |code: &str, done, text: &str| Told { code: code.to_owned(), done, text: self.say(text) };
        let rows = vec![
            self.reservation(10, 0, "Nur Aisyah Ramadhani", State::Arrived, &[]),
            self.reservation(10, 20, "Salmah Dg. Ngai", State::Requested, &[ACCEPT]),
            self.reservation(10, 45, "Irfan Bachtiar", State::Confirmed, &[ARRIVED, MISSED]),
            self.reservation(11, 0, "Rafa Alfarizi", State::Confirmed, &[ARRIVED]),
            self.reservation(11, 15, "Maria Goreti Lembang", State::Cancelled, &[]),
        ];
        let empty = self.is(Sample::Empty);
        Reservations {
            shell: self.admin_shell("nav-reservations", "/admin/reservations", Here::Reservations),
            day: format::day_long(Self::at(23, 10, 0).date(), self.locale),
            date: "2026-11-23".to_owned(),
            days: (!self.is(Sample::Failing)).then(|| {
                let to = |day: &str| format!("/admin/reservations?tgl={day}");
                (to("2026-11-22"), if self.is(Sample::Full) { to("") } else { String::new() }, to("2026-11-24"))
            }),
            tabs: vec![
                tab("res-all", if empty { 0 } else { 46 }, true),
                tab("state-requested", if empty { 0 } else { 4 }, false),
                tab("state-confirmed", 28, false),
                tab("state-arrived", 3, false),
                tab("state-completed", 9, false),
                tab("state-no-show", 1, false),
                tab("state-cancelled", 5, false),
            ],
            state: String::new(),
            facilities: Self::choices(&[("1", "Klinik Losari Medika"), ("2", "RS Bahteramas Kendari")], "1"),
            doctors: Self::choices(&[("1", "dr. Rahmat Hidayat, Sp.PD"), ("2", "dr. Sitti Khadijah, Sp.A")], ""),
            only: self.is(Sample::Failing).then(|| ("Salmah Dg. Ngai".to_owned(), "/admin/reservations".to_owned())),
            found: self.is(Sample::Long).then(|| vec![self.patient_found(), self.patient_found()]),
            told: if self.is(Sample::Failing) {
                vec![
                    told("K7M-4P2Q", true, "flash-arrived"),
                    told("R2D-8X4T", false, "res-choose-rows"),
                    told("H6W-3N9A", true, "flash-arrived"),
                ]
            } else {
                Vec::new()
            },
            rows: if empty { Vec::new() } else { rows },
            all: "/admin/reservations?pilih=semua".to_owned(),
            views: if empty {
                Vec::new()
            } else {
                let view = |name: &str, current| SavedView {
                    name: name.to_owned(),
                    href: "/admin/reservations?tgl=besok".to_owned(),
                    current,
                };
                vec![
                    view(&self.either("Menunggu hari ini", "Waiting today"), false),
                    view(&self.either("Besok, poli anak", "Tomorrow, children"), true),
                ]
            },
            kept: (!self.is(Sample::Failing)).then(|| "tgl=besok".to_owned()),
            export: "/admin/reservations/export".to_owned(),
            back: "/admin/reservations".to_owned(),
            books: true,
            deeds: vec![ACCEPT, ARRIVED],
            cancels: true,
            rejects: true,
            pager: self.pager(),
        }
    }

    pub(super) fn admin_reservation(&self) -> ReservationPage {
        let line = |label, value: &str| Line { label, value: value.to_owned(), change: String::new() };
        let happening = |icon, key: &str, hour| {
            let at = format::when(&Self::at(22, hour, 5), self.locale);
            Happening { icon, what: self.speech.say(key, &[("time", &at)]), when: at }
        };
        let off = self.is(Sample::Empty);
        let mut shell = self.admin_shell("appointment-title", "/admin/reservations/K7M4P2Q", Here::Reservations);
        shell.back = Some(Back { href: "/admin/reservations".to_owned(), label: "nav-reservations" });
        ReservationPage {
            shell,
            row: self.reservation(
                10,
                30,
                "Salmah Dg. Ngai",
                if off { State::Cancelled } else { State::Requested },
                if off { &[] } else { &[ACCEPT] },
            ),
            portrait: portrait::url(Sitter::Woman, "salmah"),
            lines: vec![
                line("res-born", "12 Mar 1971 · 55"),
                line("sum-doctor", &self.name("dr. Rahmat Hidayat, Sp.PD")),
                line("sum-place", "Klinik Losari Medika"),
                line("sum-fee", &format::money(185_000, "IDR", self.locale)),
            ],
            reason: if off { self.either("Dokter sakit", "The doctor is ill") } else { String::new() },
            happenings: vec![happening("plus", "happened-booked", 9), happening("clock", "happened-requested", 9)],
            moves: if off { String::new() } else { "/admin/reservations/K7M4P2Q/move".to_owned() },
            cancels: !off,
            rejects: !off,
            again: "/admin/book/1".to_owned(),
            told: Vec::new(),
        }
    }

    pub(super) fn admin_move(&self) -> AdminMove {
        let mut shell = self.admin_shell("move-title", "/admin/reservations/K7M4P2Q/move", Here::Reservations);
        shell.back = Some(Back { href: "/admin/reservations/K7M4P2Q".to_owned(), label: "back-appointment" });
        AdminMove {
            shell,
            row: self.reservation(10, 30, "Salmah Dg. Ngai", State::Confirmed, &[]),
            picker: self.admin_picker(),
            reason: Field::of(if self.is(Sample::Long) { LONG } else { "" }),
        }
    }

    fn admin_picker(&self) -> Picker {
        Picker { stream: String::new(), modes: Vec::new(), fastest: None, already: None, ..self.picker() }
    }

    fn patient_found(&self) -> PatientFound {
        PatientFound {
            href: "/admin/book/1".to_owned(),
            name: if self.is(Sample::Long) { LONG.to_owned() } else { "Salmah Dg. Ngai".to_owned() },
            born: self.either("12 Mar 1971 · 55 th", "12 Mar 1971 · 55 y"),
            portrait: portrait::url(Sitter::Woman, "salmah"),
        }
    }

    pub(super) fn admin_book(&self) -> AdminBook {
        let mut shell = self.admin_shell("book-title", "/admin/book", Here::Reservations);
        shell.back = Some(Back { href: "/admin/reservations".to_owned(), label: "nav-reservations" });
        let person = self.person();
        AdminBook {
            shell,
            q: Field::of(if self.is(Sample::Normal) { "Salmah" } else { "" }),
            found: match self.sample {
                Sample::Normal | Sample::Long | Sample::Full => Some(vec![self.patient_found(), self.patient_found()]),
                Sample::Empty => Some(Vec::new()),
                Sample::Failing => None,
            },
            registers: true,
            open: self.is(Sample::Failing),
            person: person.person,
            mends: person.mends,
        }
    }

    fn book_choice(&self, name: &str) -> BookChoice {
        BookChoice {
            href: "/admin/book/1/2".to_owned(),
            name: self.name(name),
            line: format!("{} · Klinik Losari Medika", self.either("Penyakit dalam", "Internal medicine")),
            fee: format::money(185_000, "IDR", self.locale),
            next: format::when(&Self::at(23, 14, 30), self.locale),
            portrait: portrait::url(Sitter::ManDoctor, name),
        }
    }

    pub(super) fn admin_book_what(&self) -> AdminBookWhat {
        let mut shell = self.admin_shell("book-what", "/admin/book/1", Here::Reservations);
        shell.back = Some(Back { href: "/admin/book".to_owned(), label: "book-other-patient" });
        let names = ["dr. Rahmat Hidayat, Sp.PD", "dr. Yohanes Sambolangi, Sp.JP", "drg. Maya Pattinama"];
        AdminBookWhat {
            shell,
            patient: self.patient_found(),
            q: String::new(),
            choices: if self.is(Sample::Empty) {
                Vec::new()
            } else {
                names.into_iter().map(|name| self.book_choice(name)).collect()
            },
        }
    }

    pub(super) fn admin_book_when(&self) -> AdminBookWhen {
        let failing = self.is(Sample::Failing);
        let mut shell = self.admin_shell("book-when", "/admin/book/1/2", Here::Reservations);
        shell.back = Some(Back { href: "/admin/book/1".to_owned(), label: "book-other-choice" });
        shell.failing = failing;
        let why = self.say("book-past-why");
        AdminBookWhen {
            shell,
            patient: self.patient_found(),
            what: self.book_choice("dr. Rahmat Hidayat, Sp.PD"),
            picker: self.admin_picker(),
            complaint: Field::of(if self.is(Sample::Empty) { String::new() } else { self.complaint() }),
            past: Field::of(if failing { "17:30" } else { "" }),
            reason: if failing { Field::refused("", why.clone()) } else { Field::default() },
            mends: if failing { vec![Mend { field: "override_reason", text: why }] } else { Vec::new() },
        }
    }
}
