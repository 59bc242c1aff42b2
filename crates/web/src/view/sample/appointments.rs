//! Own appointments: the list, one of them, moving and calling off.

use super::{LONG, Maker, Sample};
use crate::{
    format,
    portrait::{self, Sitter},
    view::{
        Appointment, Appointments, Area, Cancel, Chip, Field, Happening, Here, Mend, Move, Picker, Reason, Shell,
        State, Tab, Visit,
    },
};

impl Maker<'_> {
    pub(super) fn visit(&self, day: i8, hour: i8, minute: i8, chip: Chip) -> Visit {
        Visit {
            href: "/janji/K7M4-P2".to_owned(),
            code: "K7M4-P2".to_owned(),
            with: self.name("dr. Sitti Khadijah, Sp.A"),
            portrait: portrait::url(Sitter::WomanDoctor, "sitti-khadijah"),
            speciality: self.either("Dokter anak", "Paediatrician"),
            video: false,
            place: "Klinik Losari Medika".to_owned(),
            address: "Jl. Penghibur No. 12, Makassar".to_owned(),
            map: "https://www.openstreetmap.org/?mlat=-5.1432&mlon=119.4077".to_owned(),
            when: self.when(&Self::at(day, hour, minute)),
            patient: if self.is(Sample::Long) { LONG.to_owned() } else { "Rafa (4 th)".to_owned() },
            fee: format::money(130_000, "IDR", self.locale),
            movable: matches!(chip.state, State::Confirmed | State::Requested),
            cancellable: matches!(chip.state, State::Confirmed | State::Requested),
            chip,
            local: if self.is(Sample::Full) {
                self.either("09.30 WIB di tempat Anda", "09:30 WIB where you are")
            } else {
                String::new()
            },
        }
    }

    pub(super) fn appointments(&self) -> Appointments {
        let tab = |href: &str, label, count, chosen| Tab { href: href.to_owned(), label, count, chosen };
        let moved = Chip { state: State::Moved, detail: self.either("ke Jum 27 Nov", "to Fri 27 Nov") };
        let mut visits = vec![
            self.visit(23, 14, 0, State::Confirmed.into()),
            self.visit(24, 10, 30, State::Requested.into()),
            self.visit(26, 9, 0, moved),
        ];
        if self.is(Sample::Full) {
            visits.extend(State::ALL.into_iter().map(|state| self.visit(27, 9, 15, state.into())));
        }
        Appointments {
            shell: Shell {
                failing: false,
                ..self.shell(&self.say("appointments-title"), "/janji", Area::Patient, Here::Appointments)
            },
            tabs: vec![tab("/janji", "tab-coming", Some(3), true), tab("/janji?bagian=lalu", "tab-past", None, false)],
            past: false,
            visits: if self.is(Sample::Empty) { vec![] } else { visits },
            pager: self.pager(),
        }
    }

    pub(super) fn appointment(&self) -> Appointment {
        let off = self.is(Sample::Failing);
        let happened = |icon, id: &str, en: &str, hour| Happening {
            icon,
            what: self.either(id, en),
            when: format::when(&Self::at(22, hour, 40), self.locale),
        };
        let state = if off {
            Chip { state: State::Cancelled, detail: self.either("oleh pasien", "by patient") }
        } else if self.is(Sample::Full) {
            State::Requested.into()
        } else {
            State::Confirmed.into()
        };
        let shell = self.shell(&self.say("appointment-title"), "/janji/K7M4-P2", Area::Patient, Here::Appointments);
        Appointment {
            shell: Self::back(Shell { failing: false, ..shell }, "/janji", "back-appointments", 0),
            visit: self.visit(24, 10, 30, state),
            complaint: self.complaint(),
            prepare: self.either("Bawa buku imunisasi anak.", "Bring the child's immunisation book."),
            happenings: vec![
                happened("plus", "Janji dibuat", "Booked", 8),
                happened("check", "Terkonfirmasi", "Confirmed", 8),
                happened("swap", "Dipindah dari Sel 24 Nov, 09.00", "Moved from Tue 24 Nov, 09:00", 19),
            ],
            free_until: self.either("Sel 24 Nov, 08.30 WITA", "Tue 24 Nov, 08:30 WITA"),
            cost: if off || self.is(Sample::Full) {
                String::new()
            } else {
                self.either("Membatalkan sekarang dikenai biaya Rp25.000.", "Cancelling now costs IDR 25,000.")
            },
            proposal: if self.is(Sample::Full) { "/janji/K7M4P2Q/usulan".to_owned() } else { String::new() },
            decided_by: if self.is(Sample::Full) {
                format::when(&Self::at(23, 17, 0), self.locale)
            } else {
                String::new()
            },
            again: if off { "/dokter/sitti-khadijah".to_owned() } else { String::new() },
            reason: if off { self.say("reason-busy") } else { String::new() },
            fixed: if off {
                self.either("Janji ini sudah batal.", "This appointment was cancelled.")
            } else {
                String::new()
            },
            calendar: if off { String::new() } else { "/janji/K7M4-P2/kalender.ics".to_owned() },
        }
    }

    pub(super) fn move_(&self) -> Move {
        let shell = self.shell(&self.say("move-title"), "/janji/K7M4-P2/ubah", Area::Patient, Here::Appointments);
        Move {
            shell: Self::back(Shell { failing: false, ..shell }, "/janji/K7M4-P2", "back-appointment", 0),
            visit: self.visit(23, 14, 0, State::Confirmed.into()),
            picker: Picker {
                action: "/janji/K7M4-P2/ubah".to_owned(),
                hidden: vec![("version", "3".to_owned())],
                modes: vec![],
                ..self.picker()
            },
        }
    }

    pub(super) fn cancel(&self) -> Cancel {
        let pick = self.either("Pilih alasannya.", "Choose a reason.");
        let shell = self.shell(&self.say("cancel-title"), "/janji/K7M4-P2/batal", Area::Patient, Here::Appointments);
        let reason = |value, label, chosen| Reason { value, label, chosen };
        Cancel {
            shell: Self::back(shell, "/janji/K7M4-P2", "back-appointment", 0),
            visit: self.visit(24, 10, 30, State::Confirmed.into()),
            action: "/janji/K7M4-P2/batal".to_owned(),
            reasons: vec![
                reason("better", "reason-better", false),
                reason("busy", "reason-busy", self.is(Sample::Normal)),
                reason("other-doctor", "reason-other-doctor", false),
                reason("mistake", "reason-mistake", false),
                reason("other", "reason-other", false),
            ],
            note: Field::default(),
            consequence: self.either(
                "Jam ini dibuka lagi untuk pasien lain. Tidak ada biaya karena masih lebih dari 2 jam sebelumnya.",
                "The time opens to other patients. There is no fee, as it is more than 2 hours ahead.",
            ),
            version: "3".to_owned(),
            mends: if self.is(Sample::Failing) { vec![Mend { field: "reason", text: pick }] } else { vec![] },
        }
    }
}
