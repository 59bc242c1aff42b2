//! Booking in three steps and a confirmation.

use super::{LONG, Maker, Sample};
use crate::{
    format,
    portrait::{self, Sitter},
    view::{
        Area, BookingCheck, BookingData, BookingDone, Fee, Field, Here, Holding, Line, Lost, Mend, Patient, Shell,
        Slot, SlotState, State, Term,
    },
};

impl Maker<'_> {
    pub(super) fn hold(&self) -> Holding {
        let expired = self.is(Sample::Failing).then(|| "/pesan/9f3c/simpan-lagi".to_owned());
        Holding {
            until_iso: "2026-11-23T09:51:00+08:00".to_owned(),
            until: format::time(&Self::at(23, 9, 51), self.locale),
            seconds: if expired.is_some() { 0 } else { 282 },
            whole: 300,
            free: expired.is_some(),
            expired,
        }
    }

    pub(super) fn lost(&self) -> Lost {
        let near = |hour: i8, minute: i8| {
            let at = Self::at(24, hour, minute);
            Slot {
                value: format::rfc3339(&at),
                label: format::clock(&at, self.locale),
                long: format::when(&at, self.locale),
                state: SlotState::Free,
                chosen: false,
            }
        };
        Lost {
            time: format::clock(&Self::at(24, 10, 30), self.locale),
            nearest: vec![near(10, 15), near(13, 0), near(13, 30)],
        }
    }

    pub(super) fn booking_data(&self) -> BookingData {
        let failing = self.is(Sample::Failing);
        let too_short =
            self.either("Tulis keluhan paling sedikit 3 huruf.", "Describe the problem in at least 3 letters.");
        let shell = self.shell(&self.say("data-title"), "/pesan/9f3c/data", Area::Patient, Here::Search);
        BookingData {
            shell: Self::back(shell, "/dokter/sitti-khadijah", "back-doctor", 2),
            action: "/pesan/9f3c/data".to_owned(),
            hold: self.hold(),
            visit: self.visit(24, 10, 30, State::Held.into()),
            patients: vec![
                Patient {
                    value: "1".to_owned(),
                    name: self.either("Saya sendiri", "Myself"),
                    portrait: portrait::url(Sitter::Woman, "nur-aisyah"),
                    line: self.either("Nur Aisyah, 34 th", "Nur Aisyah, 34"),
                    bpjs: self.is(Sample::Full),
                    chosen: false,
                },
                Patient {
                    value: "2".to_owned(),
                    name: if self.is(Sample::Long) { LONG.to_owned() } else { "Rafa".to_owned() },
                    portrait: portrait::url(Sitter::Man, "rafa"),
                    line: self.either("Anak, 4 th", "Son, 4"),
                    bpjs: false,
                    chosen: true,
                },
            ],
            add_member: "/pesan/9f3c/keluarga".to_owned(),
            lost: failing.then(|| self.lost()),
            times: "/dokter/sitti-khadijah".to_owned(),
            complaint: if failing {
                Field::refused("a", &too_short)
            } else if self.is(Sample::Empty) {
                Field::default()
            } else {
                Field::of(self.complaint())
            },
            complaint_bounds: (3, 1_000),
            prepare: self.either("Bawa buku imunisasi anak.", "Bring the child's immunisation book."),
            mends: if failing { vec![Mend { field: "complaint", text: too_short }] } else { vec![] },
        }
    }

    pub(super) fn booking_check(&self) -> BookingCheck {
        let shell = self.shell(&self.say("check-title"), "/pesan/9f3c/periksa", Area::Patient, Here::Search);
        let line = |label, value: String| Line { label, value, change: "/pesan/9f3c/data".to_owned() };
        BookingCheck {
            shell: Self::back(shell, "/pesan/9f3c/data", "back-data", 3),
            action: "/pesan/9f3c".to_owned(),
            hold: self.hold(),
            visit: self.visit(24, 10, 30, State::Held.into()),
            lines: vec![
                line(
                    "sum-patient",
                    if self.is(Sample::Long) {
                        LONG.to_owned()
                    } else {
                        self.either("Rafa (anak, 4 th)", "Rafa (son, 4)")
                    },
                ),
                line("sum-coverage", self.either("Umum (bayar sendiri)", "I pay myself")),
            ],
            lost: None,
            times: "/dokter/sitti-khadijah".to_owned(),
            complaint: self.complaint(),
            change: "/pesan/9f3c/data".to_owned(),
            fees: vec![
                Fee {
                    label: self.either("Konsultasi dokter anak, 15 menit", "Paediatric consultation, 15 minutes"),
                    amount: format::money(120_000, "IDR", self.locale),
                },
                Fee {
                    label: self.either("Administrasi klinik", "Clinic administration"),
                    amount: format::money(10_000, "IDR", self.locale),
                },
            ],
            total: format::money(130_000, "IDR", self.locale),
            terms: vec![
                Term {
                    icon: "shield",
                    text: self.either(
                        "Gratis ubah atau batal sampai Sel 24 Nov, 08.30 WITA.",
                        "Free to move or cancel until Tue 24 Nov, 08:30 WITA.",
                    ),
                },
                Term {
                    icon: "swap",
                    text: self.either(
                        "Bisa dipindah 2 kali, sampai Sel 24 Nov, 09.30 WITA.",
                        "Can be moved 2 times, until Tue 24 Nov, 09:30 WITA.",
                    ),
                },
            ],
            no_bpjs: self.is(Sample::Full),
            decided_by: if self.is(Sample::Full) {
                format::when(&Self::at(23, 17, 0), self.locale)
            } else {
                String::new()
            },
            idempotency_key: "0193-a".to_owned(),
            refused: self.is(Sample::Failing).then(|| {
                self.either("Janji belum bisa dibuat. Coba lagi.", "The appointment could not be made yet. Try again.")
            }),
        }
    }

    pub(super) fn booking_done(&self) -> BookingDone {
        let asks = self.is(Sample::Full);
        let shell = self.shell(
            &self.say(if asks { "done-requested" } else { "done-title" }),
            "/janji/K7M4-P2/selesai",
            Area::Patient,
            Here::Appointments,
        );
        BookingDone {
            shell: Shell { failing: false, ..shell },
            visit: self.visit(24, 10, 30, if asks { State::Requested.into() } else { State::Confirmed.into() }),
            queue: if asks { 0 } else { 7 },
            decided_by: if asks { format::when(&Self::at(23, 17, 0), self.locale) } else { String::new() },
            prepare: self.either("Bawa buku imunisasi anak.", "Bring the child's immunisation book."),
            bring: !asks,
            arrive: format::time(&Self::at(24, 10, 15), self.locale),
            calendar: "/janji/K7M4-P2/kalender.ics".to_owned(),
        }
    }
}
