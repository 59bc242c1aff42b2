//! Consultation hours, leave and what stands around them.

use super::{LONG, Maker, Sample};
use crate::{
    format,
    portrait::{self, Sitter},
    view::{
        Area, Conflict, Departure, DoctorProfile, Field, Here, HoursRow, LeaveLine, LeaveNew, LeaveOffer, LeavePlan,
        Option_, Outcome, OutcomeDay, OutcomeStart, PlanGroup, PlanResult, PlanVisit, ProfilePractice, Schedule,
        ScheduleDoctors, ScheduleWhy, WantedDeparture, WeekDay, WhyPart,
    },
};

fn option(value: &str, label: impl Into<String>, chosen: bool) -> Option_ {
    Option_ { value: value.to_owned(), label: label.into(), chosen }
}

impl Maker<'_> {
    fn siti(&self) -> String {
        self.name("dr. Sitti Khadijah, Sp.A")
    }

    fn patient(&self, short: &str) -> String {
        if self.is(Sample::Long) { LONG.to_owned() } else { short.to_owned() }
    }

    fn weekday(&self, n: u8, spans: &[(&str, &str)]) -> WeekDay {
        let date = Self::at(22 + n.cast_signed(), 9, 0).date();
        let row = |(k, (from, until)): (usize, &(&str, &str))| HoursRow {
            n: usize::from(n) * 10 + k,
            weekday: n,
            from: (*from).to_owned(),
            until: (*until).to_owned(),
            capacity: "1".to_owned(),
            modes: "both".to_owned(),
            valid_from: "2026-01-01".to_owned(),
            error: if self.is(Sample::Failing) && k == 0 { self.say("hours-bad-time") } else { String::new() },
            kept: true,
            ..HoursRow::default()
        };
        let mut rows: Vec<HoursRow> = spans.iter().enumerate().map(row).collect();
        let open = self.is(Sample::Failing) && !rows.is_empty();
        let number = usize::from(n) * 10 + rows.len();
        let blank =
            HoursRow { n: number, weekday: n, capacity: "1".into(), modes: "both".into(), ..HoursRow::default() };
        rows.push(blank);
        let line = spans.iter().map(|(from, until)| format!("{from}–{until}").replace(':', "."));
        let name = format::weekday(date, self.locale).to_owned();
        WeekDay { name, line: line.collect::<Vec<_>>().join(", "), rows, open }
    }

    fn outcome(&self) -> Outcome {
        let day = |n: i8| OutcomeDay {
            label: format::day(Self::at(n, 9, 0).date(), self.locale),
            off: if n == 29 { "outcome-off" } else { "" },
            holiday: if n == 25 { self.either("Hari Guru", "Teachers' Day") } else { String::new() },
            times: if n == 29 {
                vec![]
            } else {
                [("09.00", "kept", ""), ("11.45", "gone", "outcome-is-gone"), ("13.00", "new", "outcome-is-new")]
                    .map(|(clock, change, said)| OutcomeStart { clock: clock.to_owned(), change, said })
                    .to_vec()
            },
        };
        let conflict = |name: &str, day: i8| Conflict {
            when: format::when(&Self::at(day, 11, 45), self.locale),
            name: self.patient(name),
            service: self.either("Konsultasi anak", "Paediatric consultation"),
        };
        Outcome {
            days: (23..=30).map(day).collect(),
            new: 14,
            gone: 7,
            conflicts: vec![conflict("Nur Aisyah Ramadhani", 24), conflict("Daeng Mansyur", 26)],
            count: 2,
            departure: false,
        }
    }

    pub(super) fn schedule(&self) -> Schedule {
        let empty = self.is(Sample::Empty);
        let mornings: &[(&str, &str)] = if empty { &[] } else { &[("09:00", "12:00"), ("13:00", "15:00")] };
        let week = (1..=7).map(|n| self.weekday(n, if n < 6 { mornings } else { &[] })).collect();
        let leave = |day: i8, state, class, visits, open| LeaveLine {
            href: "/d/cuti/lve_1".to_owned(),
            when: format::day_year(Self::at(day, 0, 0).date(), self.locale),
            state,
            class,
            visits,
            open,
        };
        Schedule {
            shell: self.shell(&self.say("schedule-title"), "/d/jadwal", Area::Doctor, Here::Schedule),
            path: "/d/jadwal".to_owned(),
            leave_path: "/d/cuti/baru".to_owned(),
            doctor: self.siti(),
            places: vec![
                option("/d/jadwal?faskes=1", "Klinik Losari Medika", true),
                option("/d/jadwal?faskes=2", "RS Mitra Bahari", false),
            ],
            facility: "fac_1".to_owned(),
            zone: "WITA (Makassar)".to_owned(),
            week,
            cap: Field::of(if empty { "" } else { "30" }),
            version: if empty { String::new() } else { "3".to_owned() },
            services: vec![option("svc_1", self.either("Konsultasi anak", "Paediatric consultation"), true)],
            modes: vec![
                option("klinik", self.say("mode-clinic"), true),
                option("video", self.say("mode-video"), false),
            ],
            faults: if self.is(Sample::Failing) { vec![self.say("hours-mend")] } else { vec![] },
            outcome: (self.is(Sample::Full) || self.is(Sample::Long)).then(|| self.outcome()),
            departures: if empty {
                vec![]
            } else {
                vec![Departure {
                    action: "/d/jadwal/perubahan/exc_1/hapus".to_owned(),
                    when: format!("{}, 17.00–19.00 WITA", format::day(Self::at(28, 9, 0).date(), self.locale)),
                    kind: "departure-extra",
                    reason: String::new(),
                    removable: true,
                }]
            },
            wanted: WantedDeparture { kind: "extra".to_owned(), ..WantedDeparture::default() },
            leaves: if empty {
                vec![]
            } else {
                vec![leave(27, "leave-deciding", "chip--wait", 6, 6), leave(10, "leave-done", "chip--ok", 12, 0)]
            },
            holidays: vec![(format::day(Self::at(25, 9, 0).date(), self.locale), self.either("Natal", "Christmas"))],
            open_on_holidays: false,
        }
    }

    pub(super) fn schedule_doctors(&self) -> ScheduleDoctors {
        let doctor = |name: &str, sitter| {
            let place = self.either("Anak · Klinik Losari Medika", "Paediatrics · Klinik Losari Medika");
            ("/a/jadwal/doc_1".to_owned(), self.name(name), place, portrait::url(sitter, name))
        };
        ScheduleDoctors {
            shell: self.shell(&self.say("schedules-title"), "/a/jadwal", Area::Admin, Here::Schedule),
            q: String::new(),
            doctors: if self.is(Sample::Empty) {
                vec![]
            } else {
                vec![
                    doctor("dr. Sitti Khadijah, Sp.A", Sitter::WomanDoctor),
                    doctor("dr. Rahmat Hidayat, Sp.PD", Sitter::ManDoctor),
                ]
            },
        }
    }

    pub(super) fn schedule_why(&self) -> ScheduleWhy {
        let empty = self.is(Sample::Empty);
        let part = |span: &str, why: &str, icon| WhyPart {
            span: span.to_owned(),
            free: why.is_empty(),
            why: why.to_owned(),
            icon,
        };
        let outside = self.speech.say("why-outside-hours", &[("hours", "09.00–12.00")]);
        ScheduleWhy {
            shell: self.shell(&self.say("why-title"), "/d/jadwal/kenapa", Area::Doctor, Here::Schedule),
            path: "/d/jadwal/kenapa".to_owned(),
            doctor: self.siti(),
            places: vec![option("fac_1", "Klinik Losari Medika", true), option("fac_2", "RS Mitra Bahari", false)],
            services: vec![option("svc_1", self.either("Konsultasi anak", "Paediatric consultation"), true)],
            modes: vec![
                option("klinik", self.say("mode-clinic"), true),
                option("video", self.say("mode-video"), false),
            ],
            date: "2026-11-23".to_owned(),
            time: "10:30".to_owned(),
            day: format::day_long(Self::at(23, 9, 0).date(), self.locale),
            zone: "WITA (Makassar)".to_owned(),
            answer: (!empty).then(|| {
                let notice = self.speech.say("why-notice", &[("minutes", "60")]);
                if self.is(Sample::Failing) { (false, notice) } else { (true, self.say("why-offered")) }
            }),
            parts: if empty {
                vec![]
            } else {
                vec![
                    part("00.00–09.00", &outside, "clock"),
                    part("09.00–09.30", &self.say("why-past"), "clock"),
                    part("09.30–10.15", &self.say("why-taken"), "user"),
                    part("10.15–10.30", &self.speech.say("why-held", &[("until", "10.04")]), "user"),
                    part("10.30–10.45", "", "check"),
                    part("10.45–11.00", "", "check"),
                    part("11.00–12.00", &self.speech.say("why-leave", &[("until", "12.00")]), "door"),
                    part("12.00–24.00", &outside, "clock"),
                ]
            },
            offered: if empty { 0 } else { 2 },
            nothing: if empty { "why-no-schedule" } else { "" },
        }
    }

    pub(super) fn schedule_leave_new(&self) -> LeaveNew {
        let until = if self.is(Sample::Failing) {
            Field::refused("2026-11-20", self.either("Akhir harus sesudah awal.", "The end must come after the start."))
        } else {
            Field::of("2026-11-27")
        };
        LeaveNew {
            shell: self.shell(&self.say("leave-new-title"), "/d/cuti/baru", Area::Doctor, Here::Schedule),
            action: "/d/cuti/baru".to_owned(),
            schedule: "/d/jadwal".to_owned(),
            doctor: self.siti(),
            from: Field::of("2026-11-27"),
            until,
            start: Field::default(),
            end: Field::default(),
            places: vec![
                option("", self.say("leave-everywhere"), true),
                option("fac_1", self.patient("Klinik Losari Medika"), false),
            ],
            reason: Field::default(),
            today: "2026-11-23".to_owned(),
        }
    }

    fn plan(&self, state: &'static str) -> LeavePlan {
        let when = |hour: i8, minute: i8| format::when(&Self::at(27, hour, minute), self.locale);
        let visit = |n: usize, name: &str| PlanVisit {
            n,
            when: when(9, 15 * n as i8),
            name: self.patient(name),
            way: String::new(),
        };
        let group = PlanGroup {
            n: 0,
            title: format!(
                "{} · {}",
                self.either("Konsultasi anak", "Paediatric consultation"),
                self.say("mode-clinic")
            ),
            place: "Klinik Losari Medika".to_owned(),
            way: "substitute".to_owned(),
            substitutes: vec![option(
                "doc_2",
                self.speech.say("leave-free-of", &[("name", &self.name("dr. Yohanes, Sp.A")), ("n", "2"), ("of", "3")]),
                true,
            )],
            days: vec![option(
                "2026-11-30",
                self.speech.say(
                    "leave-day-free",
                    &[("day", &format::day(Self::at(30, 9, 0).date(), self.locale)), ("n", "12")],
                ),
                true,
            )],
            reason: String::new(),
            error: if self.is(Sample::Failing) { self.say("leave-choose") } else { String::new() },
            visits: vec![visit(0, "Nur Aisyah"), visit(1, "Daeng Mansyur"), visit(2, "Maria Goreti Lembang")],
        };
        let result = |minute: i8, name: &str, outcome, class, icon, line: String, why: &str| PlanResult {
            when: when(9, minute),
            name: self.patient(name),
            outcome,
            class,
            icon,
            line,
            why: if why.is_empty() { String::new() } else { self.say(why) },
        };
        let moved = format::when(&Self::at(30, 9, 0), self.locale);
        let results = vec![
            result(0, "Nur Aisyah", "leave-substituted", "chip--ok", "swap", self.name("dr. Yohanes, Sp.A"), ""),
            result(15, "Daeng Mansyur", "leave-moved", "chip--ok", "arr-r", moved.clone(), ""),
            result(30, "Maria Goreti", "leave-proposed", "chip--plum", "clock", moved, "leave-why-taken"),
            result(45, "Hasriani", "leave-cancelled", "chip--mute", "x", String::new(), ""),
        ];
        let deciding = state == "deciding";
        LeavePlan {
            shell: self.shell(&self.say("leave-title-doctor"), "/d/cuti/lve_1", Area::Doctor, Here::Schedule),
            path: "/d/cuti/lve_1".to_owned(),
            schedule: "/d/jadwal".to_owned(),
            doctor: self.siti(),
            when: format::day_year(Self::at(27, 0, 0).date(), self.locale),
            place: String::new(),
            state,
            version: "1".to_owned(),
            groups: if deciding { vec![group] } else { vec![] },
            settled: if deciding { 0 } else { 4 },
            totals: ["leave-substituted", "leave-moved", "leave-proposed", "leave-cancelled"]
                .map(|key| (key.to_owned(), 1))
                .to_vec(),
            results: if self.is(Sample::Empty) && !deciding { vec![] } else { results },
        }
    }

    pub(super) fn schedule_leave(&self) -> LeavePlan {
        self.plan("deciding")
    }

    pub(super) fn schedule_leave_done(&self) -> LeavePlan {
        self.plan(if self.is(Sample::Full) { "running" } else { "done" })
    }

    pub(super) fn schedule_offer(&self) -> LeaveOffer {
        let time = |day: i8| {
            let at = Self::at(day, 9, 15);
            option(&format::rfc3339(&at), format::when(&at, self.locale), false)
        };
        LeaveOffer {
            shell: self.shell(&self.say("offer-title"), "/janji/K7M4P2Q/usulan", Area::Patient, Here::Appointments),
            action: "/janji/K7M4P2Q/usulan".to_owned(),
            href: "/janji/K7M4P2Q".to_owned(),
            version: "2".to_owned(),
            with: self.siti(),
            portrait: portrait::url(Sitter::WomanDoctor, "siti"),
            patient: self.patient("Nur Aisyah Ramadhani"),
            when: format::when(&Self::at(24, 10, 30), self.locale),
            until: format::when(&Self::at(24, 10, 30), self.locale),
            times: if self.is(Sample::Empty) { vec![] } else { vec![time(26), time(27), time(30)] },
        }
    }

    pub(super) fn doctor_profile(&self) -> DoctorProfile {
        let until = self.speech.say("str-until", &[("date", &format::date(Self::at(30, 9, 0).date(), self.locale))]);
        DoctorProfile {
            shell: self.shell(&self.say("profile-title"), "/d/profil", Area::Doctor, Here::Account),
            name: self.siti(),
            speciality: self.either("Anak", "Paediatrics"),
            portrait: portrait::url(Sitter::WomanDoctor, "siti"),
            photo: self.photo_form(&self.siti(), "/d/profil/foto", "/d/profil/foto/hapus"),
            public: "/dokter/sitti-khadijah-sp-a".to_owned(),
            version: "4".to_owned(),
            str_number: "31 1 1 100 2 19 123456".to_owned(),
            str_until: self.say("str-for-life"),
            str_class: "chip--ok",
            practices: vec![ProfilePractice {
                place: self.patient("Klinik Losari Medika"),
                sip: "503/0127/SIP-DS/DPMPTSP/2024".to_owned(),
                until,
                class: "chip--wait",
                fees: vec![(self.either("Konsultasi anak", "Paediatric consultation"), "Rp130.000".to_owned())],
            }],
            about_id: if self.is(Sample::Failing) {
                Field::refused("…", self.either("Paling banyak 1.000 huruf.", "At most 1,000 characters."))
            } else {
                Field::of(if self.is(Sample::Empty) { "" } else { "Dokter anak, 11 tahun berpraktik di Makassar." })
            },
            about_en: Field::of(if self.is(Sample::Empty) { "" } else { "Paediatrician, 11 years in Makassar." }),
            languages: vec![
                option("id", self.say("language-id"), true),
                option("en", self.say("language-en"), true),
                option("bug", self.say("language-bug"), false),
                option("mak", self.say("language-mak"), false),
            ],
            auto_accept: true,
            since: Field::of("2015"),
        }
    }
}
