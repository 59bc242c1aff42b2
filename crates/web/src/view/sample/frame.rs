//! The frame and what several pages share.

use jiff::{ToSpan, Zoned};

use super::{COMPLAINT_EN, COMPLAINT_ID, LONG, Maker, Sample};
use crate::{
    format,
    portrait::{self, Sitter},
    view::{Area, Back, Duty, Here, Option_, Pager, Shell, Theme, When, Who},
};

impl Maker<'_> {
    pub(super) fn shell(&self, title: &str, path: &str, area: Area, here: Here) -> Shell {
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
            unread: if self.is(Sample::Full) { 12 } else { 2 },
            keeps: false,
            operates: false,
            duties: if area == Area::Admin {
                vec![
                    Duty::Reservations,
                    Duty::Approvals,
                    Duty::Schedules,
                    Duty::Places,
                    Duty::Doctors,
                    Duty::Users,
                    Duty::Audit,
                ]
            } else {
                Vec::new()
            },
            failing: self.is(Sample::Failing),
        }
    }

    pub(super) fn back(shell: Shell, href: &str, label: &'static str, step: u8) -> Shell {
        Shell { back: Some(Back { href: href.to_owned(), label }), step, ..shell }
    }

    pub(super) fn when(&self, at: &Zoned) -> When {
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

    pub(super) fn pager(&self) -> Pager {
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

    pub(super) fn choices(all: &[(&str, &str)], chosen: &str) -> Vec<Option_> {
        all.iter()
            .map(|(value, label)| Option_ {
                value: (*value).to_owned(),
                label: (*label).to_owned(),
                chosen: *value == chosen,
            })
            .collect()
    }

    pub(super) fn complaint(&self) -> String {
        let one = self.either(COMPLAINT_ID, COMPLAINT_EN);
        if self.is(Sample::Long) || self.is(Sample::Full) { [one.as_str(); 4].join(" ") } else { one }
    }
}
