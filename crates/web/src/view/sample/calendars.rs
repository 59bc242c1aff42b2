//! A doctor's calendars, and the page that ends a kind of e-mail.

use super::{Maker, Sample};
use crate::{
    format,
    view::{Area, Back, Calendars, Field, Here, Mend, OutsideRow, Unsubscribe},
};

impl Maker<'_> {
    pub(super) fn calendars(&self) -> Calendars {
        let (none, failing) = (self.is(Sample::Empty), self.is(Sample::Failing));
        let read = format::when(&Self::at(23, 9, 30), self.locale);
        let row = |host: &str, read: &str, problem: String| OutsideRow {
            action: "/d/kalender/cal_1/hapus".to_owned(),
            host: host.to_owned(),
            problem,
            busy: self.speech.say("outside-busy", &[("n", "14")]),
            read: read.to_owned(),
        };
        let away = self.either(
            "Kalender itu tidak menjawab. Kami coba lagi setiap setengah jam.",
            "That calendar does not answer. We try again every half an hour.",
        );
        let long = "kalender-poliklinik-penyakit-dalam.rumahsakit-umum-daerah-sulawesi-tenggara.contoh.example";
        let calendars = match self.sample {
            Sample::Empty => Vec::new(),
            Sample::Normal | Sample::Failing => vec![row("calendar.google.com", &read, String::new())],
            Sample::Long => vec![row(long, &read, away)],
            Sample::Full => vec![
                row("calendar.google.com", &read, String::new()),
                row("outlook.office365.com", "", String::new()),
                row("p42-caldav.icloud.com", &read, away),
            ],
        };
        let wrong = self.either(
            "Tulis alamat kalender lengkap: https://, http:// atau webcal://.",
            "Type the whole address of the calendar: https://, http:// or webcal://.",
        );
        let mut shell = self.shell(&self.say("calendars-title"), "/d/kalender", Area::Doctor, Here::Schedule);
        shell.back = Some(Back { href: "/d/jadwal".to_owned(), label: "schedule-title" });
        let feed = "https://mediverse.contoh.example/calendar/kQ2v9xT7mB4nR8sW1yZ5cF3hJ6pL0aDe2gUiVoXq7E4.ics";
        Calendars {
            shell,
            feed: if none { String::new() } else { feed.to_owned() },
            feed_app: if none { String::new() } else { feed.replace("https", "webcal") },
            feed_made: format::date(Self::at(2, 9, 0).date(), self.locale),
            more: calendars.len() < 3,
            calendars,
            url: if failing { Field::refused("kalender saya", wrong.clone()) } else { Field::default() },
            mends: if failing { vec![Mend { field: "url", text: wrong }] } else { Vec::new() },
        }
    }

    pub(super) fn unsubscribe(&self) -> Unsubscribe {
        let mut shell = self.shell(&self.say("unsubscribe-title"), "/berhenti/dlv_1.0", Area::Patient, Here::Nowhere);
        shell.who = None;
        shell.failing = false;
        Unsubscribe {
            shell,
            action: "/berhenti/dlv_1.0".to_owned(),
            kind: "told-reminder",
            done: matches!(self.sample, Sample::Full | Sample::Failing),
        }
    }
}
