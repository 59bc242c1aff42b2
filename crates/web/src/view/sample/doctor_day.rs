//! A doctor's day.

use super::{LONG, Maker, Sample};
use crate::{
    format,
    portrait::{self, Sitter},
    view::{Area, Bar, Chip, DoctorDay, Here, Queued, Shell, State, Turn, WeekLink},
};

impl Maker<'_> {
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
            Sitter::Man | Sitter::ManDoctor | Sitter::Anyone => self.say("sex-male"),
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

    pub(super) fn doctor_day(&self) -> DoctorDay {
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
            week: (23..=29)
                .map(|n| {
                    let date = Self::at(n, 9, 0).date();
                    WeekLink {
                        href: format!("/d/hari-ini?tgl={date}"),
                        weekday: format::weekday_short(date, self.locale).to_owned(),
                        number: n.to_string(),
                        long: format::day_long(date, self.locale),
                        count: if empty || n > 27 { 0 } else { 12 - u32::from((n - 23).unsigned_abs()) },
                        chosen: n == 23,
                        today: n == 23,
                    }
                })
                .collect(),
            kinds: if empty {
                vec![]
            } else {
                vec![
                    ("/d/hari-ini?tgl=2026-11-23".to_owned(), "day-all", 12, true),
                    ("/d/hari-ini?tgl=2026-11-23&cara=video".to_owned(), "day-video", 8, false),
                    ("/d/hari-ini?tgl=2026-11-23&cara=klinik".to_owned(), "day-clinic", 4, false),
                ]
            },
            why: "/d/jadwal/kenapa?tgl=2026-11-23".to_owned(),
            next_busy: Some((
                format::day(Self::at(24, 9, 0).date(), self.locale),
                "/d/hari-ini?tgl=2026-11-24".to_owned(),
            )),
        }
    }
}
