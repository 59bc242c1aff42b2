//! Every page filled with made-up people, for the style guide, the render tests and the screenshots.
//!
//! The day is always Monday 23 November 2026, 10.00 WITA, so that pictures can be compared.

use askama::Template;
use jiff::civil::date;
use jiff::tz::TimeZone;
use jiff::{ToSpan, Zoned};
use platform::i18n::Locale;

use super::{
    Account, Appointment, Appointments, Approvals, Area, Back, Bar, BookingCheck, BookingData, BookingDone, Cancel,
    Chip, Day, DayState, Desk, DeskService, Device, Doctor, DoctorCard, DoctorDay, DoctorRequest, ErrorPage, Facility,
    Fastest, Fee, Field, Filter, Flash, Happening, Here, Holding, Home, Hours, Leave, Line, Login, Lost, Mend, Mode,
    Move, Next, Option_, Pager, Patient, Person, PersonFields, Picker, Place, Queued, Reason, Relative, Search, Shell,
    Signup, Slot, SlotGroup, SlotState, State, Styleguide, Tab, Theme, Tile, Tone, Turn, Visit, When, Who,
};
use crate::format;
use crate::portrait::{self, Sitter};
use crate::speech::Speech;

/// What the page is filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sample {
    /// An ordinary day.
    Normal,
    /// Names and texts at their longest.
    Long,
    /// Nothing there yet, nobody signed in.
    Empty,
    /// As much as a page ever holds.
    Full,
    /// Something was refused.
    Failing,
}

impl Sample {
    /// Every filling.
    pub const ALL: [Self; 5] = [Self::Normal, Self::Long, Self::Empty, Self::Full, Self::Failing];

    /// The filling's name in addresses and file names.
    pub fn word(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Long => "long",
            Self::Empty => "empty",
            Self::Full => "full",
            Self::Failing => "failing",
        }
    }
}

/// Renders every page in this filling: name and HTML.
pub fn render(speech: &Speech, sample: Sample) -> Vec<(&'static str, askama::Result<String>)> {
    let make = Maker { speech, locale: speech.locale, sample };
    macro_rules! pages {
        ($($name:ident),+ $(,)?) => { vec![$((stringify!($name), make.$name().render_with_values(speech))),+] };
    }
    pages![
        home,
        search,
        doctor,
        booking_data,
        booking_check,
        booking_done,
        appointments,
        appointment,
        move_,
        cancel,
        login,
        signup,
        doctor_day,
        account,
        approvals,
        error,
        facility,
        person,
        leave,
        styleguide
    ]
}

const LONG: &str = "Raden Ajeng Siti Nurhaliza Kusumawardhani Prawirodirdjo-Sastroamidjojo binti Muhammad Abdurrahman Wahid Hasyim Asy'ari Sp.PD";
const COMPLAINT_ID: &str =
    "Batuk berdahak sejak lima hari, demam naik turun terutama malam. Sudah minum parasetamol, belum membaik.";
const COMPLAINT_EN: &str =
    "Coughing with phlegm for five days, fever that comes and goes, mostly at night. Took paracetamol, no better.";

struct Maker<'a> {
    speech: &'a Speech,
    locale: Locale,
    sample: Sample,
}

impl Maker<'_> {
    fn is(&self, sample: Sample) -> bool {
        self.sample == sample
    }

    fn either(&self, id: &str, en: &str) -> String {
        match self.locale {
            Locale::Id => id.to_owned(),
            Locale::En => en.to_owned(),
        }
    }

    fn name(&self, short: &str) -> String {
        if self.is(Sample::Long) { format!("dr. {LONG}") } else { short.to_owned() }
    }

    fn say(&self, key: &str) -> String {
        self.speech.say(key, &[])
    }

    fn at(day: i8, hour: i8, minute: i8) -> Zoned {
        let zone = TimeZone::get("Asia/Makassar").unwrap_or(TimeZone::UTC);
        date(2026, 11, day).at(hour, minute, 0, 0).to_zoned(zone).unwrap_or_else(|_| Zoned::default())
    }

    fn when(&self, at: &Zoned) -> When {
        let until = at.saturating_add(15.minutes());
        When {
            iso: format::rfc3339(at),
            short: format::when(at, self.locale),
            day: format::day_long(at.date(), self.locale),
            span: format::span(at, &until, self.locale),
            clock: format::clock(at, self.locale),
            weekday: format::weekday_short(at.date(), self.locale).to_owned(),
            number: at.day().to_string(),
            month: format::day(at.date(), self.locale).rsplit(' ').next().unwrap_or_default().to_owned(),
        }
    }

    fn shell(&self, title: &str, path: &str, area: Area, here: Here) -> Shell {
        let who = match area {
            Area::Patient => Who {
                name: if self.is(Sample::Long) { LONG.to_owned() } else { "Nur Aisyah Ramadhani".to_owned() },
                line: "nur.aisyah@contoh.id".to_owned(),
                portrait: portrait::url(Sitter::Woman, "nur-aisyah"),
            },
            Area::Doctor => Who {
                name: self.name("dr. Rahmat Hidayat, Sp.PD"),
                line: self.either("Penyakit dalam", "Internal medicine"),
                portrait: portrait::url(Sitter::ManDoctor, "rahmat"),
            },
            Area::Admin => Who {
                name: "Andi Mappanyukki".to_owned(),
                line: "Admin".to_owned(),
                portrait: portrait::url(Sitter::Man, "andi"),
            },
        };
        Shell {
            locale: self.locale,
            title: title.to_owned(),
            path: path.to_owned(),
            area,
            here,
            work: None,
            who: (!self.is(Sample::Empty) || area != Area::Patient).then_some(who),
            csrf: "csrf-token".to_owned(),
            flash: None,
            theme: Theme::Device,
            back: None,
            step: 0,
            failing: self.is(Sample::Failing),
        }
    }

    fn back(shell: Shell, href: &str, label: &'static str, step: u8) -> Shell {
        Shell { back: Some(Back { href: href.to_owned(), label }), step, ..shell }
    }

    fn cards(&self) -> Vec<DoctorCard> {
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

    fn visit(&self, day: i8, hour: i8, minute: i8, chip: Chip) -> Visit {
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

    fn hold(&self) -> Holding {
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

    fn picker(&self) -> Picker {
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

    fn lost(&self) -> Lost {
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

    fn desk(&self) -> Desk {
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

    fn facility(&self) -> Facility {
        let mut shell = self.shell("Klinik Losari Medika", "/faskes/klinik-losari-medika", Area::Patient, Here::Search);
        shell.failing = false;
        Facility {
            shell: Self::back(shell, "/cari", "back-results", 0),
            desk: self.desk(),
            map: "https://www.openstreetmap.org/search?query=Makassar".to_owned(),
            zone: "WITA (Makassar)".to_owned(),
            phone: "+62411555010".to_owned(),
            bpjs: true,
            doctors: if self.is(Sample::Empty) { vec![] } else { self.cards() },
        }
    }

    fn person(&self) -> Person {
        let Signup { person, consent, mends, .. } = self.signup();
        let family = !self.is(Sample::Full);
        let title = if family { "member-title" } else { "profile" };
        let shell = self.shell(&self.say(title), "/keluarga/tambah", Area::Patient, Here::Account);
        Person {
            shell: Self::back(shell, "/akun", "back-account", 0),
            title,
            line: if family { "member-line" } else { "profile-line" },
            action: "/keluarga/tambah",
            version: String::new(),
            next: String::new(),
            relations: if family {
                Self::choices(
                    &[("child", &self.say("relation-child")), ("parent", &self.say("relation-parent"))],
                    "child",
                )
            } else {
                vec![]
            },
            relation: Field::default(),
            consent,
            person,
            mends,
        }
    }

    fn leave(&self) -> Leave {
        let shell = self.shell(&self.say("leave-title"), "/akun/hapus", Area::Patient, Here::Account);
        Leave {
            shell: Self::back(shell, "/akun", "back-account", 0),
            error: self.is(Sample::Failing).then(|| self.say("leave-sure-needed")),
        }
    }

    fn pager(&self) -> Pager {
        if self.is(Sample::Full) {
            Pager {
                from: 13,
                to: 24,
                total: Some(46),
                previous: Some("?hal=1".to_owned()),
                next: Some("?hal=3".to_owned()),
            }
        } else {
            Pager { from: 1, to: 4, total: Some(4), previous: None, next: None }
        }
    }

    fn choices(all: &[(&str, &str)], chosen: &str) -> Vec<Option_> {
        all.iter()
            .map(|(value, label)| Option_ {
                value: (*value).to_owned(),
                label: (*label).to_owned(),
                chosen: *value == chosen,
            })
            .collect()
    }

    fn cities(chosen: &str) -> Vec<Option_> {
        Self::choices(
            &[("makassar", "Makassar"), ("gowa", "Gowa"), ("jakarta", "Jakarta"), ("jayapura", "Jayapura")],
            chosen,
        )
    }

    fn complaint(&self) -> String {
        let one = self.either(COMPLAINT_ID, COMPLAINT_EN);
        if self.is(Sample::Long) || self.is(Sample::Full) { [one.as_str(); 4].join(" ") } else { one }
    }

    fn home(&self) -> Home {
        let mut shell = self.shell(&self.say("nav-home"), "/", Area::Patient, Here::Home);
        shell.failing = false;
        if self.is(Sample::Full) {
            shell.flash = Some(Flash { tone: Tone::Ok, text: self.either("Profil tersimpan.", "Profile saved.") });
        }
        let tile = |href: &str, icon, tone, label, id: &str, en: &str| Tile {
            href: href.to_owned(),
            icon,
            tone,
            label,
            note: self.either(id, en),
        };
        let day = Self::at(23, 10, 0).date();
        Home {
            shell,
            today: format!(
                "{}{} {} {}",
                format::weekday(day, self.locale),
                self.either(",", ""),
                day.day(),
                format::month(day, self.locale)
            ),
            name: if self.is(Sample::Empty) { String::new() } else { "Nur".to_owned() },
            greeting: "hello-morning",
            next: (!self.is(Sample::Empty)).then(|| Next {
                visit: self.visit(23, 14, 0, State::Confirmed.into()),
                countdown: self.either("4 jam lagi", "in 4 hours"),
            }),
            cities: Self::cities("makassar"),
            tiles: vec![
                tile("/cari?cara=video", "video", "brand", "tile-video", "mulai Rp50.000", "from IDR 50,000"),
                tile("/cari?cara=klinik", "clinic", "info", "tile-clinic", "48 dokter", "48 doctors"),
                tile("/cari?layanan=lab", "flask", "plum", "tile-lab", "hasil di aplikasi", "results in the app"),
                tile("/cari?layanan=vaksin", "syringe", "ok", "tile-vaccine", "anak & dewasa", "children & adults"),
                tile("/cari?layanan=tindakan", "pulse", "wait", "tile-procedure", "rawat jalan", "outpatient"),
                tile("/cari", "grid", "brand", "tile-all", "14 poli", "14 specialities"),
            ],
            doctors: if self.is(Sample::Empty) { vec![] } else { self.cards().into_iter().take(3).collect() },
        }
    }

    fn search(&self) -> Search {
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

    fn doctor(&self) -> Doctor {
        let doctor = self.cards().remove(0);
        let shell = self.shell(
            &self.either("Pilih jadwal", "Choose a time"),
            "/dokter/sitti-khadijah",
            Area::Patient,
            Here::Search,
        );
        Doctor {
            shell: Self::back(Shell { failing: false, ..shell }, "/cari", "back-results", 1),
            doctor,
            registered: true,
            languages: self.either("Indonesia, Bugis, Inggris", "Indonesian, Buginese, English"),
            about: self.either(
                "Menangani tumbuh kembang, imunisasi, dan penyakit saluran napas pada anak.",
                "Growth and development, immunisation, and breathing problems in children.",
            ),
            places: vec![Place {
                name: "Klinik Losari Medika".to_owned(),
                address: "Jl. Penghibur No. 12, Makassar".to_owned(),
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

    fn booking_data(&self) -> BookingData {
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
                    line: self.either("Nur Aisyah, 34 th", "Nur Aisyah, 34"),
                    chosen: false,
                },
                Patient {
                    value: "2".to_owned(),
                    name: if self.is(Sample::Long) { LONG.to_owned() } else { "Rafa".to_owned() },
                    line: self.either("Anak, 4 th", "Son, 4"),
                    chosen: true,
                },
            ],
            add_member: "/keluarga/tambah".to_owned(),
            lost: failing.then(|| self.lost()),
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

    fn booking_check(&self) -> BookingCheck {
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
            free_until: self.either("2 jam sebelumnya", "2 hours before"),
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

    fn booking_done(&self) -> BookingDone {
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
            arrive: format::time(&Self::at(24, 10, 15), self.locale),
            calendar: "/janji/K7M4-P2/kalender.ics".to_owned(),
        }
    }

    fn appointments(&self) -> Appointments {
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

    fn appointment(&self) -> Appointment {
        let off = self.is(Sample::Failing);
        let happened = |icon, id: &str, en: &str, hour| Happening {
            icon,
            what: self.either(id, en),
            when: format::when(&Self::at(22, hour, 40), self.locale),
        };
        let state = if off {
            Chip { state: State::Cancelled, detail: self.either("oleh pasien", "by patient") }
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
            reason: if off { self.say("reason-busy") } else { String::new() },
            fixed: if off {
                self.either("Janji ini sudah batal.", "This appointment was cancelled.")
            } else {
                String::new()
            },
            calendar: if off { String::new() } else { "/janji/K7M4-P2/kalender.ics".to_owned() },
        }
    }

    fn move_(&self) -> Move {
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

    fn cancel(&self) -> Cancel {
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

    fn login(&self) -> Login {
        Login {
            shell: Shell { who: None, ..self.shell(&self.say("login-title"), "/masuk", Area::Patient, Here::Account) },
            next: "/pesan/9f3c/data".to_owned(),
            login: Field::of(if self.is(Sample::Failing) { "nur.aisyah@contoh.id" } else { "" }),
            code: self.is(Sample::Full).then(Field::default),
            refused: self.is(Sample::Failing).then(|| {
                self.either("Email, nomor, atau kata sandi tidak cocok.", "E-mail, number or password do not match.")
            }),
            waiting: if self.is(Sample::Full) {
                self.either(
                    "Jam Sel 24 Nov, 10.30 WITA kami simpan sampai 09.51 WITA.",
                    "We hold Tue 24 Nov, 10:30 WITA until 09:51 WITA.",
                )
            } else {
                String::new()
            },
        }
    }

    fn signup(&self) -> Signup {
        let failing = self.is(Sample::Failing);
        let empty = self.is(Sample::Empty);
        let field = |value: &str| if empty { Field::default() } else { Field::of(value) };
        let nik = self.either("NIK harus 16 angka, seperti di KTP.", "The NIK must be 16 digits, as on the ID card.");
        let birth = self.either("Tanggal lahir ini tidak ada.", "There is no such date.");
        let weak = self.either("Kata sandi terlalu mudah ditebak.", "The password is too easy to guess.");
        let agree = self
            .either("Kami perlu persetujuan ini untuk membuat akun.", "We need this agreement to create the account.");
        let months: Vec<(String, String)> = (1..=12)
            .map(|month| (month.to_string(), format::month(date(2026, month, 1), self.locale).to_owned()))
            .collect();
        let months: Vec<(&str, &str)> = months.iter().map(|(value, label)| (value.as_str(), label.as_str())).collect();
        Signup {
            shell: Shell {
                who: None,
                ..self.shell(&self.say("signup-title"), "/daftar", Area::Patient, Here::Account)
            },
            next: String::new(),
            waiting: String::new(),
            person: PersonFields {
                name: field(if self.is(Sample::Long) { LONG } else { "Nur Aisyah Ramadhani" }),
                nik: if failing { Field::refused("73710", &nik) } else { field("7371016703920001") },
                no_nik_reasons: Self::choices(&[("newborn", &self.say("no-nik-newborn"))], ""),
                birth_place: field("Makassar"),
                birth_day: if failing { Field::refused("31", &birth) } else { field("27") },
                birth_month: field(if failing { "2" } else { "3" }),
                birth_year: field("1992"),
                months: Self::choices(&months, if empty { "" } else { "3" }),
                sex: field("female"),
                email: field("nur.aisyah@contoh.id"),
                phone: field("0812 4455 4821"),
                address: field("Jl. Cendrawasih No. 4, Mariso, Makassar"),
                kind: Field::of(if self.is(Sample::Full) { "bpjs" } else { "general" }),
                bpjs: if self.is(Sample::Full) { Field::of("0001234567890") } else { Field::default() },
                contact_name: field("Ibu Salmah"),
                contact_phone: field("0813 9988 7766"),
            },
            password: if failing { Field::refused("", &weak) } else { Field::default() },
            consent: if failing { Field::refused("", &agree) } else { field("yes") },
            mends: if failing {
                vec![
                    Mend { field: "nik", text: nik },
                    Mend { field: "birth_day", text: birth },
                    Mend { field: "password", text: weak },
                    Mend { field: "consent", text: agree },
                ]
            } else {
                vec![]
            },
        }
    }

    fn queued(
        &self,
        (hour, minute): (i8, i8),
        name: &str,
        sitter: Sitter,
        age: u32,
        reason: (&str, &str),
        chip: Chip,
    ) -> Queued {
        let at = Self::at(23, hour, minute);
        let state = chip.state;
        let sex = match sitter {
            Sitter::Woman | Sitter::WomanDoctor => self.say("sex-female"),
            Sitter::Man | Sitter::ManDoctor => self.say("sex-male"),
        };
        Queued {
            href: "/d/janji/K7M4-P2".to_owned(),
            action: "/d/janji/K7M4-P2".to_owned(),
            version: "2".to_owned(),
            day: "2026-11-23".to_owned(),
            time: format::clock(&at, self.locale),
            iso: format::rfc3339(&at),
            when: format::when(&Self::at(25, hour, minute), self.locale),
            name: if self.is(Sample::Long) { LONG.to_owned() } else { name.to_owned() },
            line: format!("{sex}, {age} {}", self.either("th", "y")),
            coverage: if minute == 0 { self.say("kind-general") } else { "BPJS".to_owned() },
            reason: self.either(reason.0, reason.1),
            portrait: portrait::url(sitter, name),
            video: minute == 15,
            now: state == State::Arrived,
            askable: state == State::Requested,
            arrivable: state == State::Confirmed,
            startable: state == State::Arrived,
            missable: state == State::Confirmed && hour < 11,
            fulfillable: matches!(state, State::Arrived | State::InProgress),
            chip,
        }
    }

    fn doctor_day(&self) -> DoctorDay {
        let empty = self.is(Sample::Empty);
        let day = Self::at(23, 10, 0).date();
        let off = Chip { state: State::Cancelled, detail: String::new() };
        let mut queue = vec![
            self.queued(
                (9, 0),
                "Fatimah Azzahra",
                Sitter::Woman,
                28,
                ("Nyeri ulu hati", "Stomach pain"),
                State::Completed.into(),
            ),
            self.queued(
                (9, 15),
                "Abdul Rahman Said",
                Sitter::Man,
                61,
                ("Kontrol hipertensi", "Blood pressure check"),
                State::Completed.into(),
            ),
            self.queued((9, 30), "Daeng Mansyur", Sitter::Man, 47, ("Gula darah", "Blood sugar"), State::NoShow.into()),
            self.queued(
                (10, 0),
                "Nur Aisyah Ramadhani",
                Sitter::Woman,
                34,
                ("Batuk, demam", "Cough, fever"),
                State::Arrived.into(),
            ),
            self.queued(
                (10, 15),
                "Yusril Mahendra Putra",
                Sitter::Man,
                19,
                ("Pusing berputar", "Dizziness"),
                State::Confirmed.into(),
            ),
            self.queued(
                (11, 30),
                "Maria Goreti Lembang",
                Sitter::Woman,
                52,
                ("Sesak saat naik tangga", "Breathless on stairs"),
                State::Confirmed.into(),
            ),
            self.queued((11, 45), "Hasriani", Sitter::Woman, 39, ("", ""), off),
        ];
        let asks = vec![
            self.queued(
                (14, 0),
                "Salmah Dg. Ngai",
                Sitter::Woman,
                58,
                ("Kontrol diabetes", "Diabetes check"),
                State::Requested.into(),
            ),
            self.queued(
                (9, 15),
                "Irfan Bachtiar",
                Sitter::Man,
                27,
                ("Alergi kulit", "Skin allergy"),
                State::Requested.into(),
            ),
        ];
        if self.is(Sample::Full) {
            let again = queue.clone();
            queue.extend(again.clone());
            queue.extend(again);
        }
        let turn = Turn {
            visit: queue[3].clone(),
            complaint: self.complaint(),
            nth: self.either("Kunjungan ke-3", "3rd visit"),
            how: self.either("Di klinik, 15 mnt", "At the clinic, 15 min"),
            current: true,
        };
        let hours = [("09", 3), ("10", 4), ("11", 1), ("13", 2), ("14", 1), ("15", 1)];
        let bar = |(place, (hour, count)): (usize, (&str, u32))| Bar {
            hour: hour.to_owned(),
            count,
            height: count * 52 / 4,
            x: 6 + place as u32 * 40,
            width: 26,
            now: hour == "10",
        };
        DoctorDay {
            shell: Shell {
                failing: false,
                ..self.shell(&self.say("nav-today"), "/d/hari-ini", Area::Doctor, Here::Today)
            },
            place: "Klinik Losari Medika · WITA".to_owned(),
            day: format!(
                "{}{} {} {}",
                format::weekday(day, self.locale),
                self.either(",", ""),
                day.day(),
                format::month(day, self.locale)
            ),
            now: format::time(&Self::at(23, 10, 0), self.locale),
            now_iso: format::rfc3339(&Self::at(23, 10, 0)),
            previous: "/d/hari-ini?tgl=2026-11-22".to_owned(),
            today: "/d/hari-ini".to_owned(),
            next: "/d/hari-ini?tgl=2026-11-24".to_owned(),
            stream: "/d/hari-ini/perubahan".to_owned(),
            turn: (!empty).then_some(turn),
            queue: if empty { vec![] } else { queue },
            asks: if empty { vec![] } else { asks },
            counts: if empty { (0, 0, 0, 0) } else { (3, 1, 7, 1) },
            bars: if empty { vec![] } else { hours.into_iter().enumerate().map(bar).collect() },
            next_busy: Some((
                format::day(Self::at(24, 9, 0).date(), self.locale),
                "/d/hari-ini?tgl=2026-11-24".to_owned(),
            )),
        }
    }

    fn account(&self) -> Account {
        let line = |label, value: &str| Line { label, value: value.to_owned(), change: "/akun/profil".to_owned() };
        let device = |name: String, phone, seen: String, this| Device {
            name,
            phone,
            seen,
            this,
            action: "/akun/perangkat/1/keluar".to_owned(),
        };
        let relative =
            |name: &str, line| Relative { name: name.to_owned(), line, action: "/keluarga/1/lepas".to_owned() };
        let signed_in = Maker { sample: if self.is(Sample::Empty) { Sample::Normal } else { self.sample }, ..*self };
        Account {
            shell: Shell {
                failing: false,
                ..signed_in.shell(&self.say("nav-account"), "/akun", Area::Patient, Here::Account)
            },
            lines: vec![
                line("profile-birth", &self.either("Makassar, 27 Maret 1992", "Makassar, 27 March 1992")),
                line("profile-nik", "7371 •••• •••• 0001"),
                line("profile-email", "nur.aisyah@contoh.id"),
                line("profile-phone", "0812 •••• 4821"),
                line("profile-address", "Jl. Cendrawasih No. 4, Mariso, Makassar"),
                line("profile-kind", &self.say("kind-general")),
                line("profile-contact", "Ibu Salmah, 0813 •••• 7766"),
            ],
            warnings: if self.is(Sample::Failing) {
                vec![self.either(
                    "NIK tidak cocok dengan tanggal lahir. Periksa keduanya.",
                    "The NIK does not fit the date of birth. Check both.",
                )]
            } else {
                vec![]
            },
            family: if self.is(Sample::Empty) {
                vec![]
            } else {
                vec![
                    relative("Rafa", self.either("Anak, 4 th", "Child, 4 y")),
                    relative("Ibu Salmah", self.either("Orang tua, 61 th", "Parent, 61 y")),
                ]
            },
            devices: vec![
                device("Chrome, Android".to_owned(), true, self.either("Aktif sekarang", "Active now"), true),
                device(
                    "Firefox, Windows".to_owned(),
                    false,
                    self.either("Terakhir 21 Nov, Makassar", "Last seen 21 Nov, Makassar"),
                    false,
                ),
            ],
        }
    }

    fn approvals(&self) -> Approvals {
        let request = |name: &str, sitter, id: &str, en: &str, expired| DoctorRequest {
            action: "/a/dokter-menunggu/1".to_owned(),
            version: "1".to_owned(),
            name: self.name(name),
            portrait: portrait::url(sitter, name),
            speciality: self.either(id, en),
            email: "dokter@contoh.id".to_owned(),
            str_number: "7311 2002 1909 4512".to_owned(),
            str_until: format::date(date(if expired { 2025 } else { 2029 }, 3, 12), self.locale),
            str_expired: expired,
        };
        Approvals {
            shell: Shell {
                failing: false,
                ..self.shell(&self.say("nav-approvals"), "/a/dokter-menunggu", Area::Admin, Here::Approvals)
            },
            requests: if self.is(Sample::Empty) {
                vec![]
            } else {
                vec![
                    request("dr. Lestari Putri, Sp.OG", Sitter::WomanDoctor, "Kandungan", "Obstetrics", false),
                    request("drg. Bima Pratama", Sitter::ManDoctor, "Gigi", "Dentistry", true),
                ]
            },
            pager: self.pager(),
        }
    }

    fn error(&self) -> ErrorPage {
        let (status, id, en) = match self.sample {
            Sample::Normal => {
                (404, "Alamat ini tidak ada, atau sudah dipindah.", "This address does not exist, or it was moved.")
            }
            Sample::Long => (
                500,
                "Data Anda aman dan belum ada yang berubah. Coba lagi sebentar lagi.",
                "Your data is safe and nothing changed. Try again in a moment.",
            ),
            Sample::Empty => (
                401,
                "Halaman ini perlu akun. Anda kembali ke sini sesudah masuk.",
                "This page needs an account. You come back here after logging in.",
            ),
            Sample::Full => (
                503,
                "Terlalu banyak permintaan saat ini. Data Anda aman.",
                "There are too many requests right now. Your data is safe.",
            ),
            Sample::Failing => (
                409,
                "Janji ini diubah dari tempat lain. Muat ulang untuk melihat yang terbaru.",
                "This appointment was changed elsewhere. Reload to see the latest.",
            ),
        };
        let shell = self.shell("", "/", Area::Patient, Here::Nowhere);
        let mut page = ErrorPage {
            shell: Shell { failing: false, ..shell },
            status,
            stale_form: false,
            text: self.either(id, en),
            request_id: if status == 500 { "01JD6Y8M2K".to_owned() } else { String::new() },
            retry: if status >= 409 { "/".to_owned() } else { String::new() },
        };
        page.shell.title = self.say(page.heading());
        page
    }

    fn styleguide(&self) -> Styleguide {
        let nik = self.either("NIK harus 16 angka, seperti di KTP.", "The NIK must be 16 digits, as on the ID card.");
        Styleguide {
            shell: Shell {
                failing: false,
                ..self.shell(&self.say("guide-title"), "/gaya", Area::Patient, Here::Nowhere)
            },
            states: State::ALL,
            doctor: self.cards().remove(0),
            fields: (Field::of("Nur Aisyah"), Field::refused("7371", &nik)),
            mends: vec![Mend { field: "two", text: nik }],
            hold: self.hold(),
            picker: self.picker(),
            pager: Pager { from: 1, to: 12, total: Some(46), previous: None, next: Some("?hal=2".to_owned()) },
            icons: vec![
                "alert",
                "arr-l",
                "arr-r",
                "bell",
                "bolt",
                "cal",
                "check",
                "clinic",
                "clock",
                "device",
                "door",
                "exit",
                "filter",
                "flask",
                "globe",
                "grid",
                "heart",
                "home",
                "hospital",
                "id",
                "info",
                "laptop",
                "lock",
                "mail",
                "phone",
                "pin",
                "plus",
                "pulse",
                "refresh",
                "search",
                "shield",
                "star",
                "stethoscope",
                "swap",
                "syringe",
                "ticket",
                "user",
                "users",
                "video",
                "wallet",
                "x",
            ],
        }
    }
}
