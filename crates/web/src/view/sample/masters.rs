//! Master data: facilities, their services and departments.

use super::{LONG, Maker, Sample};
use crate::{
    format,
    view::{
        AdminDeskHours, AdminFacilities, AdminFacility, AdminFacilityForm, AdminNames, AdminServiceForm, Back,
        DepartmentRow, FacilityRow, Field, Here, KindChoice, MasterLink, Mend, Option_, OptionGroup, ServiceGroup,
        ServiceRow, Shell, Tab,
    },
};

/// The facility everything here belongs to.
pub(super) const PLACE: &str = "/admin/facilities/fac_1";

pub(super) fn option(value: &str, label: impl Into<String>, chosen: bool) -> Option_ {
    Option_ { value: value.to_owned(), label: label.into(), chosen }
}

impl Maker<'_> {
    pub(super) fn master_tabs(&self, here: &str) -> Vec<Tab> {
        let tab = |href: &str, label| Tab { href: href.to_owned(), label, count: None, chosen: href == here };
        let mut tabs = vec![tab("/admin/facilities", "nav-places"), tab("/admin/doctors", "nav-doctors")];
        if !self.is(Sample::Empty) {
            tabs.push(tab("/admin/specialities", "nav-specialities"));
        }
        tabs.push(tab("/admin/holidays", "nav-holidays"));
        tabs
    }

    pub(super) fn master_shell(&self, title: String, path: &str, here: Here, back: &str, label: &'static str) -> Shell {
        let mut shell = self.admin_shell("nav-places", path, here);
        shell.title = title;
        shell.back = Some(Back { href: back.to_owned(), label });
        shell.failing = self.is(Sample::Failing);
        shell
    }

    pub(super) fn place_name(&self) -> String {
        if self.is(Sample::Long) { format!("Klinik Pratama {LONG}") } else { "Klinik Losari Medika".to_owned() }
    }

    fn facility_row(&self, name: &str, city: &str, open: bool) -> FacilityRow {
        FacilityRow {
            href: PLACE.to_owned(),
            name: if self.is(Sample::Long) { self.place_name() } else { name.to_owned() },
            line: format!("Jl. Penghibur 21, {city}"),
            zone: "WITA (Makassar)".to_owned(),
            bpjs: open,
            open,
        }
    }

    /// What is wrong, in the filling where something is.
    pub(super) fn wrong(&self, field: &'static str, key: &str) -> Vec<Mend> {
        if self.is(Sample::Failing) { vec![Mend { field, text: self.say(key) }] } else { Vec::new() }
    }

    /// What somebody else changed, in the fullest filling.
    pub(super) fn overtaken(&self, field: &'static str, value: &str) -> Option<Vec<Mend>> {
        let text = self.speech.say("stale-kept", &[("value", value)]);
        self.is(Sample::Full).then(|| vec![Mend { field, text }])
    }

    pub(super) fn filled(&self, value: &str) -> Field {
        Field::of(if self.is(Sample::Empty) { "" } else { value })
    }

    pub(super) fn filled_or(&self, value: &str, wrong: &str) -> Field {
        if self.is(Sample::Failing) { Field::refused(value, self.say(wrong)) } else { self.filled(value) }
    }

    pub(super) fn admin_facilities(&self) -> AdminFacilities {
        let rows = vec![
            self.facility_row("Klinik Losari Medika", "Kota Makassar", true),
            self.facility_row("RS Bahteramas", "Kota Kendari", true),
            self.facility_row("Klinik Sentani Sehat", "Kabupaten Jayapura", false),
        ];
        AdminFacilities {
            shell: self.admin_shell("nav-places", "/admin/facilities", Here::Places),
            tabs: self.master_tabs("/admin/facilities"),
            q: if self.is(Sample::Empty) { "zzz".to_owned() } else { String::new() },
            rows: if self.is(Sample::Empty) { Vec::new() } else { rows },
            adds: !self.is(Sample::Empty),
            pager: self.pager(),
        }
    }

    fn service_row(&self, id: &str, en: &str, minutes: u16, price: i64, offered: bool) -> ServiceRow {
        ServiceRow {
            href: "/admin/services/svc_1".to_owned(),
            name: if self.is(Sample::Long) { LONG.to_owned() } else { self.either(id, en) },
            department: if minutes == 15 { self.either("Poli Anak", "Children") } else { String::new() },
            minutes,
            price: format::money(price, "IDR", self.locale),
            modes: if minutes == 15 {
                vec!["mode-clinic-short", "mode-video-short"]
            } else {
                vec!["mode-clinic-short"]
            },
            offered,
        }
    }

    pub(super) fn admin_facility(&self) -> AdminFacility {
        let empty = self.is(Sample::Empty);
        let link = |href: &str, icon, label, line| MasterLink { href: href.to_owned(), icon, label, line };
        let department = |id: &str, en: &str, services| DepartmentRow {
            href: format!("{PLACE}/departments/dep_1"),
            name: self.either(id, en),
            services,
        };
        let consultations = ServiceGroup {
            icon: "stethoscope",
            label: "kind-consultation",
            rows: vec![
                self.service_row("Konsultasi anak", "Paediatric consultation", 15, 185_000, true),
                self.service_row("Konsultasi umum", "General consultation", 10, 90_000, true),
                self.service_row("Konsultasi gizi", "Nutrition", 30, 150_000, false),
            ],
        };
        let tests = ServiceGroup {
            icon: "flask",
            label: "tile-lab",
            rows: vec![self.service_row("Darah lengkap", "Full blood count", 20, 120_000, true)],
        };
        AdminFacility {
            shell: self.master_shell(self.place_name(), PLACE, Here::Places, "/admin/facilities", "nav-places"),
            row: self.facility_row("Klinik Losari Medika", "Kota Makassar", !empty),
            phone: if empty { String::new() } else { "0411 872 345".to_owned() },
            dial: "0411872345".to_owned(),
            map: "https://www.openstreetmap.org/search?query=Jl.+Penghibur+21".to_owned(),
            public: if empty { String::new() } else { "/faskes/klinik-losari-medika".to_owned() },
            version: 3,
            edit: if self.is(Sample::Long) { String::new() } else { format!("{PLACE}/edit") },
            keeps_services: !self.is(Sample::Long),
            groups: if empty { Vec::new() } else { vec![consultations, tests] },
            departments: if empty {
                Vec::new()
            } else {
                vec![department("Poli Anak", "Children", 2), department("Laboratorium", "Laboratory", 1)]
            },
            links: vec![
                link("/admin/doctors?faskes=fac_1", "stethoscope", "nav-doctors", "doctors-part-line"),
                link("/admin/facilities/fac_1/policy", "ticket", "policy-title", "policy-part-line"),
                link("/admin/facilities/fac_1/closures", "door", "closures-title", "closures-part-line"),
            ],
        }
    }

    pub(super) fn admin_facility_form(&self) -> AdminFacilityForm {
        let title = if self.is(Sample::Empty) { self.say("facility-new") } else { self.place_name() };
        AdminFacilityForm {
            shell: self.master_shell(title, PLACE, Here::Places, PLACE, "back-facility"),
            action: format!("{PLACE}/edit"),
            version: "3".to_owned(),
            mends: self.wrong("name", "doctor-choose-place"),
            stale: self.overtaken("phone", "0411 872 346"),
            name: self.filled_or(&self.place_name(), "doctor-choose-place"),
            address: self.filled("Jl. Penghibur 21"),
            regency: Field::of("73.71"),
            provinces: vec![OptionGroup {
                label: "Sulawesi Selatan".to_owned(),
                options: vec![option("73.71", "Kota Makassar", true), option("73.06", "Kabupaten Gowa", false)],
            }],
            zone: Field::of("Asia/Makassar"),
            zones: vec![
                option("Asia/Jakarta", self.say("zone-wib"), false),
                option("Asia/Makassar", self.say("zone-wita"), true),
            ],
            phone: self.filled("0411 872 345"),
            latitude: self.filled("-5.1422"),
            longitude: self.filled("119.4075"),
            bpjs: true,
            opens: self.is(Sample::Empty).then_some(true),
        }
    }

    pub(super) fn admin_names(&self) -> AdminNames {
        let field = self.is(Sample::Full) || self.is(Sample::Failing);
        let name = if self.is(Sample::Long) { LONG } else { "Poli Anak" };
        AdminNames {
            shell: self.master_shell(name.to_owned(), PLACE, Here::Places, PLACE, "back-facility"),
            eyebrow: self.place_name(),
            action: format!("{PLACE}/departments/dep_1"),
            remove: if field { String::new() } else { format!("{PLACE}/departments/dep_1/remove") },
            mends: self.wrong("name_id", "hours-bad-number"),
            name_id: self.filled_or(name, "hours-bad-number"),
            name_en: self.filled("Children"),
            title: field.then(|| Field::of("Sp.A")),
            slug: self.is(Sample::Failing).then(|| Field::of("anak")),
        }
    }

    pub(super) fn admin_service_form(&self) -> AdminServiceForm {
        let kind = |value: &'static str, icon, label| KindChoice { value, icon, label, chosen: value == "lab_test" };
        let name = if self.is(Sample::Long) { LONG } else { "Darah lengkap" };
        AdminServiceForm {
            shell: self.master_shell(name.to_owned(), "/admin/services/svc_1", Here::Places, PLACE, "back-facility"),
            facility: self.place_name(),
            action: "/admin/services/svc_1".to_owned(),
            key: "svc_2".to_owned(),
            version: "2".to_owned(),
            mends: self.wrong("price", "hours-bad-number"),
            stale: self.overtaken("price", "135000"),
            kinds: vec![
                kind("consultation", "stethoscope", "kind-consultation"),
                kind("lab_test", "flask", "tile-lab"),
                kind("procedure", "pulse", "tile-procedure"),
                kind("vaccination", "syringe", "tile-vaccine"),
            ],
            name_id: self.filled(name),
            name_en: self.filled("Full blood count"),
            department: Field::default(),
            departments: vec![option("dep_1", "Laboratorium", true)],
            duration: self.filled("20"),
            before: Field::of("0"),
            after: Field::of("5"),
            price: self.filled_or("seratus ribu", "hours-bad-number"),
            modes: vec![
                option("in_person", self.say("mode-clinic-short"), true),
                option("online", self.say("mode-video-short"), false),
            ],
            modes_field: Field::default(),
            preparation_id: self.filled("Puasa 10 jam, boleh minum air putih."),
            preparation_en: self.filled("Do not eat for 10 hours; water is fine."),
            offers: self.is(Sample::Empty).then_some(true),
            offered: match self.sample {
                Sample::Empty => None,
                Sample::Long => Some(false),
                _ => Some(true),
            },
            kept_version: 2,
            hours: if self.is(Sample::Empty) { String::new() } else { "/admin/services/svc_1/hours".to_owned() },
        }
    }

    pub(super) fn admin_desk_hours(&self) -> AdminDeskHours {
        let schedule = self.schedule();
        AdminDeskHours {
            shell: self.master_shell(
                self.say("desk-hours-title"),
                "/admin/services/svc_1/hours",
                Here::Places,
                "/admin/services/svc_1",
                "back-service",
            ),
            action: "/admin/services/svc_1/hours".to_owned(),
            service: self.either("Darah lengkap", "Full blood count"),
            place: format!("{} · WITA (Makassar)", self.place_name()),
            shared: if self.is(Sample::Full) {
                self.either("Darah lengkap, Gula darah", "Full blood count, Blood sugar")
            } else {
                String::new()
            },
            week: schedule.week,
            cap: schedule.cap,
            version: schedule.version,
            faults: schedule.faults,
            outcome: schedule.outcome,
        }
    }
}
