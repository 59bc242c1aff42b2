//! What somebody was told, and how they want to be told.

use super::{Maker, Sample};
use crate::{
    format,
    view::{Field, Inbox, InboxDay, InboxItem, Mend, Notices, Shell},
};

impl Maker<'_> {
    pub(super) fn inbox(&self) -> Inbox {
        let doctor = self.name("dr. Sitti Khadijah, Sp.A");
        let item = |icon, tone, id: &str, en: &str, hour, unread| InboxItem {
            action: "/kotak-masuk/ntf_1".to_owned(),
            about: "apt_1".to_owned(),
            to_doctor: false,
            to_choose: false,
            icon,
            tone,
            title: self.either(id, en),
            body: self.either(
                &format!("{doctor}, Selasa, 24 November 2026 pukul 10.30 WITA di Klinik Losari Medika."),
                &format!("{doctor}, Tuesday 24 November 2026 at 10:30 WITA, Klinik Losari Medika."),
            ),
            at: format::time(&Self::at(23, hour, 5), self.locale),
            unread,
        };
        let today = vec![
            item("bell", "wait", "Pengingat: besok", "Reminder: tomorrow", 9, true),
            item("check", "ok", "Disetujui dokter", "Accepted by the doctor", 8, !self.is(Sample::Full)),
        ];
        let before = vec![item("cal", "info", "Janji terkonfirmasi", "Appointment confirmed", 19, false)];
        let empty = self.is(Sample::Empty);
        let shell = self.own_shell(&self.say("inbox"), "/kotak-masuk", ("/akun", "back-account"));
        let unread = if empty { 0 } else { shell.unread };
        Inbox {
            shell: Shell { failing: false, back: None, unread, ..shell },
            days: if empty {
                vec![]
            } else {
                vec![
                    InboxDay { day: self.say("today"), items: today },
                    InboxDay { day: format::day_year(Self::at(22, 9, 0).date(), self.locale), items: before },
                ]
            },
            unread: !empty,
            pager: self.pager(),
        }
    }

    pub(super) fn notices(&self) -> Notices {
        let failing = self.is(Sample::Failing);
        let kinds: Vec<(&str, String)> = [
            ("booked", "told-booked"),
            ("moved", "told-moved"),
            ("cancelled", "told-cancelled"),
            ("reminder", "told-reminder"),
        ]
        .into_iter()
        .map(|(kind, key)| (kind, self.say(key)))
        .collect();
        let kinds: Vec<(&str, &str)> = kinds.iter().map(|(kind, label)| (*kind, label.as_str())).collect();
        let feed = if self.is(Sample::Empty) {
            String::new()
        } else {
            "https://mediverse.example/calendar/kH3nq0cW1vZ8b2sXyT5uRj9m.ics".to_owned()
        };
        let wrong = self.say("person-overtaken");
        Notices {
            shell: self.own_shell(&self.say("notices"), "/akun/pemberitahuan", ("/akun", "back-account")),
            version: "3".to_owned(),
            kinds: Self::choices(&kinds, "booked"),
            reminders: Self::choices(
                &[("1440", &self.say("remind-day")), ("120", &self.say("remind-2-hours"))],
                "1440",
            ),
            quiet_from: Self::choices(&[("21:00", "21.00"), ("22:00", "22.00")], "21:00"),
            quiet_until: Self::choices(&[("06:00", "06.00"), ("07:00", "07.00")], "07:00"),
            quiet: if failing { Field::refused("yes", &wrong) } else { Field::of("yes") },
            feed_app: feed.replace("https://", "webcal://"),
            feed,
            feed_made: self.either("2 November 2026", "2 November 2026"),
            mends: if failing { vec![Mend { field: "quiet", text: wrong }] } else { vec![] },
        }
    }
}
