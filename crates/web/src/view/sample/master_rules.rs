//! Master data: rules and closures of a facility, specialities, holidays.

use super::{
    LONG, Maker, Sample,
    masters::{PLACE, option},
};
use crate::{
    format,
    view::{
        AdminClosures, AdminHolidays, AdminPolicy, AdminSpecialities, AffectedVisits, ClosureRow, Conflict, Field,
        Here, HolidayRow, PolicyGroup, PolicyRow, SpecialityRow,
    },
};

impl Maker<'_> {
    pub(super) fn admin_policy(&self) -> AdminPolicy {
        let row = |id, label, hint, value: &str| PolicyRow {
            id,
            label,
            hint,
            kind: "text",
            needed: true,
            field: if id == "book_notice_minutes" {
                self.filled_or(value, "hours-bad-number")
            } else {
                Field::of(value)
            },
        };
        AdminPolicy {
            shell: self.master_shell(self.say("policy-title"), PLACE, Here::Places, PLACE, "back-facility"),
            facility: self.place_name(),
            action: format!("{PLACE}/policy"),
            version: "2".to_owned(),
            mends: self.wrong("book_notice_minutes", "hours-bad-number"),
            stale: self.overtaken("horizon_days", "60"),
            groups: vec![
                PolicyGroup {
                    label: "policy-group-booking",
                    rows: vec![
                        row("book_notice_minutes", "policy-book-notice", "policy-minutes", "15"),
                        row("horizon_days", "policy-days-ahead", "", "45"),
                        row("hold_minutes", "policy-hold", "", "5"),
                    ],
                },
                PolicyGroup {
                    label: "policy-group-changes",
                    rows: vec![
                        row("cancel_notice_minutes", "policy-cancel-notice", "policy-minutes", "0"),
                        row("late_fee", "policy-late-fee", "", "25000"),
                    ],
                },
            ],
            holidays: true,
            collective: false,
        }
    }

    pub(super) fn admin_closures(&self) -> AdminClosures {
        let closure = |day: i8, reason: String| ClosureRow {
            action: format!("{PLACE}/closures/exc_1/remove"),
            when: format::day_year(Self::at(day, 9, 0).date(), self.locale),
            reason,
        };
        let visit = |name: &str| Conflict {
            when: format::when(&Self::at(27, 10, 30), self.locale),
            name: if self.is(Sample::Long) { LONG.to_owned() } else { name.to_owned() },
            service: self.either("Konsultasi anak", "Paediatric consultation"),
        };
        AdminClosures {
            shell: self.master_shell(self.say("closures-title"), PLACE, Here::Places, PLACE, "back-facility"),
            facility: self.place_name(),
            zone: "WITA (Makassar)".to_owned(),
            action: format!("{PLACE}/closures"),
            rows: if self.is(Sample::Empty) {
                Vec::new()
            } else {
                vec![closure(27, self.either("Renovasi", "Renovation")), closure(30, String::new())]
            },
            mends: self.wrong("from", "hours-bad-date"),
            from: self.filled_or("", "hours-bad-date"),
            until: Field::default(),
            start: Field::default(),
            end: Field::default(),
            reason: Field::default(),
            parts: self.is(Sample::Failing),
            affected: (self.is(Sample::Full) || self.is(Sample::Long)).then(|| AffectedVisits {
                count: 2,
                href: "/admin/reservations?tgl=2026-11-27".to_owned(),
                visits: vec![visit("Nur Aisyah Ramadhani"), visit("Daeng Mansyur")],
            }),
        }
    }

    pub(super) fn admin_specialities(&self) -> AdminSpecialities {
        let row = |id: &str, en: &str, title: &str| SpecialityRow {
            href: "/admin/specialities/spc_1".to_owned(),
            name: if self.is(Sample::Long) { LONG.to_owned() } else { self.either(id, en) },
            other: self.either(en, id),
            title: title.to_owned(),
            slug: "anak".to_owned(),
        };
        AdminSpecialities {
            shell: self.admin_shell("nav-specialities", "/admin/specialities", Here::Places),
            tabs: self.master_tabs("/admin/specialities"),
            rows: vec![
                row("Anak", "Paediatrics", "Sp.A"),
                row("Jantung dan Pembuluh Darah", "Cardiology", "Sp.JP"),
                row("Kedokteran Fisik dan Rehabilitasi", "Physical Medicine and Rehabilitation", "Sp.KFR"),
            ],
        }
    }

    pub(super) fn admin_holidays(&self) -> AdminHolidays {
        let row = |day: i8, id: &str, en: &str, collective| {
            let date = jiff::civil::date(2026, 12, day);
            let name = if self.is(Sample::Long) { LONG.to_owned() } else { self.either(id, en) };
            HolidayRow {
                iso: date.to_string(),
                long: format::day_long(date, self.locale),
                weekday: format::weekday_short(date, self.locale).to_owned(),
                number: day.to_string(),
                month: self.either("Des", "Dec"),
                name,
                collective,
                past: day < 10,
                edit: format!("/admin/holidays?ubah={date}#form"),
                remove: format!("/admin/holidays/{date}/remove"),
            }
        };
        let mut shell = self.admin_shell("nav-holidays", "/admin/holidays", Here::Places);
        shell.failing = self.is(Sample::Failing);
        AdminHolidays {
            shell,
            tabs: self.master_tabs("/admin/holidays"),
            year: 2026,
            previous: "/admin/holidays?tahun=2025".to_owned(),
            next: "/admin/holidays?tahun=2027".to_owned(),
            edits: !self.is(Sample::Long),
            rows: if self.is(Sample::Empty) {
                Vec::new()
            } else {
                vec![
                    row(9, "Hari Anti Korupsi", "Anti-Corruption Day", false),
                    row(24, "Cuti bersama Natal", "Christmas bridge day", true),
                    row(25, "Hari Raya Natal", "Christmas Day", false),
                ]
            },
            opened: self.is(Sample::Full),
            mends: self.wrong("date", "hours-bad-date"),
            date: self.filled_or(if self.is(Sample::Full) { "2026-12-25" } else { "" }, "hours-bad-date"),
            name_id: Field::of(if self.is(Sample::Full) { "Hari Raya Natal" } else { "" }),
            name_en: Field::of(if self.is(Sample::Full) { "Christmas Day" } else { "" }),
            collective: false,
            places: vec![option("/admin/facilities/fac_1/closures", self.place_name(), false)],
        }
    }
}
