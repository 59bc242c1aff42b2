//! Master data of facilities: the places, their services and departments (B1).

use askama::Template;

use super::{Field, Mend, Option_, Outcome, Pager, Shell, Tab, WeekDay};
use crate::filters;

/// `/admin/facilities`
#[derive(Debug, Clone, Template)]
#[template(path = "admin_facilities.html", blocks = ["list"])]
pub struct AdminFacilities {
    /// The frame.
    pub shell: Shell,
    /// The lists of master data.
    pub tabs: Vec<Tab>,
    /// What was sought.
    pub q: String,
    /// The facilities.
    pub rows: Vec<FacilityRow>,
    /// May open one.
    pub adds: bool,
    /// Where the list goes on.
    pub pager: Pager,
}

/// A facility in a list and at the head of its page.
#[derive(Debug, Clone)]
pub struct FacilityRow {
    /// Its page.
    pub href: String,
    /// Name.
    pub name: String,
    /// Address and city.
    pub line: String,
    /// `WITA (Makassar)`.
    pub zone: String,
    /// Takes BPJS.
    pub bpjs: bool,
    /// Open for business.
    pub open: bool,
}

/// `/admin/facilities/{id}`
#[derive(Debug, Clone, Template)]
#[template(path = "admin_facility.html")]
pub struct AdminFacility {
    /// The frame.
    pub shell: Shell,
    /// The facility.
    pub row: FacilityRow,
    /// Phone, or empty.
    pub phone: String,
    /// The same to be dialled.
    pub dial: String,
    /// A map of its address.
    pub map: String,
    /// What patients see of it; empty while it is closed.
    pub public: String,
    /// Version the page was made from.
    pub version: i64,
    /// Where it is changed; empty where one may not.
    pub edit: String,
    /// May add and change services and departments.
    pub keeps_services: bool,
    /// Services by kind.
    pub groups: Vec<ServiceGroup>,
    /// Departments.
    pub departments: Vec<DepartmentRow>,
    /// Its rules, closures and doctors.
    pub links: Vec<MasterLink>,
}

/// What else there is of a facility.
#[derive(Debug, Clone)]
pub struct MasterLink {
    /// Where it leads.
    pub href: String,
    /// Icon name.
    pub icon: &'static str,
    /// Text key of its name.
    pub label: &'static str,
    /// Text key of what is done there.
    pub line: &'static str,
}

/// Services of one kind.
#[derive(Debug, Clone)]
pub struct ServiceGroup {
    /// Icon name.
    pub icon: &'static str,
    /// Text key.
    pub label: &'static str,
    /// The services, those offered first.
    pub rows: Vec<ServiceRow>,
}

/// A service of a facility.
#[derive(Debug, Clone)]
pub struct ServiceRow {
    /// Its page.
    pub href: String,
    /// Name.
    pub name: String,
    /// Department, or empty.
    pub department: String,
    /// Minutes a visit takes.
    pub minutes: u16,
    /// Price, formatted.
    pub price: String,
    /// Text keys of the ways it may take place.
    pub modes: Vec<&'static str>,
    /// Offered now.
    pub offered: bool,
}

/// A department of a facility.
#[derive(Debug, Clone)]
pub struct DepartmentRow {
    /// Its page.
    pub href: String,
    /// Name.
    pub name: String,
    /// How many services name it.
    pub services: usize,
}

/// `/admin/facilities/new`, `/admin/facilities/{id}/edit`
#[derive(Debug, Clone, Template)]
#[template(path = "admin_facility_form.html")]
pub struct AdminFacilityForm {
    /// The frame.
    pub shell: Shell,
    /// Where it is sent.
    pub action: String,
    /// Version the page was made from; empty for a new one.
    pub version: String,
    /// What must be mended.
    pub mends: Vec<Mend>,
    /// What somebody else changed meanwhile.
    pub stale: Option<Vec<Mend>>,
    /// Name.
    pub name: Field,
    /// Street address.
    pub address: Field,
    /// Regency or city.
    pub regency: Field,
    /// Regencies and cities by province.
    pub provinces: Vec<OptionGroup>,
    /// Zone.
    pub zone: Field,
    /// Zones to choose from.
    pub zones: Vec<Option_>,
    /// Phone.
    pub phone: Field,
    /// Latitude.
    pub latitude: Field,
    /// Longitude.
    pub longitude: Field,
    /// Takes BPJS.
    pub bpjs: bool,
    /// Open at once; `None` where that is done elsewhere.
    pub opens: Option<bool>,
}

/// Choices under a heading.
#[derive(Debug, Clone)]
pub struct OptionGroup {
    /// The heading.
    pub label: String,
    /// The choices.
    pub options: Vec<Option_>,
}

/// A department, or a speciality.
#[derive(Debug, Clone, Template)]
#[template(path = "admin_names.html")]
pub struct AdminNames {
    /// The frame.
    pub shell: Shell,
    /// What it belongs to.
    pub eyebrow: String,
    /// Where it is sent.
    pub action: String,
    /// Where it is removed; empty where it is not.
    pub remove: String,
    /// What must be mended.
    pub mends: Vec<Mend>,
    /// Name in Indonesian.
    pub name_id: Field,
    /// Name in English.
    pub name_en: Field,
    /// The title behind a doctor's name, of a speciality.
    pub title: Option<Field>,
    /// Its part of an address, of a new speciality.
    pub slug: Option<Field>,
}

/// `/admin/facilities/{id}/services/new`, `/admin/services/{id}`
#[derive(Debug, Clone, Template)]
#[template(path = "admin_service_form.html")]
pub struct AdminServiceForm {
    /// The frame.
    pub shell: Shell,
    /// Where it is offered.
    pub facility: String,
    /// Where it is sent.
    pub action: String,
    /// Of a new one: sent twice, it adds one service.
    pub key: String,
    /// Version the page was made from; empty for a new one.
    pub version: String,
    /// What must be mended.
    pub mends: Vec<Mend>,
    /// What somebody else changed meanwhile.
    pub stale: Option<Vec<Mend>>,
    /// The four kinds.
    pub kinds: Vec<KindChoice>,
    /// Name in Indonesian.
    pub name_id: Field,
    /// Name in English.
    pub name_en: Field,
    /// Department.
    pub department: Field,
    /// Departments to choose from.
    pub departments: Vec<Option_>,
    /// Minutes a visit takes.
    pub duration: Field,
    /// Minutes kept free before it.
    pub before: Field,
    /// Minutes kept free after it.
    pub after: Field,
    /// Price in rupiah.
    pub price: Field,
    /// Ways it may take place.
    pub modes: Vec<Option_>,
    /// What is wrong with them.
    pub modes_field: Field,
    /// How to prepare, in Indonesian.
    pub preparation_id: Field,
    /// How to prepare, in English.
    pub preparation_en: Field,
    /// Offered at once; `None` for one that is there.
    pub offers: Option<bool>,
    /// Whether one that is there is offered now.
    pub offered: Option<bool>,
    /// Version of one that is there.
    pub kept_version: i64,
    /// Where the hours of its desk are; empty where it has none.
    pub hours: String,
}

impl AdminServiceForm {
    /// It may be withdrawn.
    pub fn withdraws(&self) -> bool {
        self.offered == Some(true)
    }

    /// It may be offered again.
    pub fn offers_again(&self) -> bool {
        self.offered == Some(false)
    }
}

/// A kind of service to choose.
#[derive(Debug, Clone)]
pub struct KindChoice {
    /// What the form sends.
    pub value: &'static str,
    /// Icon name.
    pub icon: &'static str,
    /// Text key.
    pub label: &'static str,
    /// It is the current one.
    pub chosen: bool,
}

/// `/admin/services/{id}/hours`
#[derive(Debug, Clone, Template)]
#[template(path = "admin_desk_hours.html")]
pub struct AdminDeskHours {
    /// The frame.
    pub shell: Shell,
    /// Where it is sent.
    pub action: String,
    /// The service.
    pub service: String,
    /// Where, and in what zone.
    pub place: String,
    /// Everything done at the desk, where it is more than this; else empty.
    pub shared: String,
    /// The week, Monday first.
    pub week: Vec<WeekDay>,
    /// At most so many visits a day.
    pub cap: Field,
    /// The version the page was made from; empty for first hours.
    pub version: String,
    /// What must be mended, ready to read.
    pub faults: Vec<String>,
    /// What the hours typed would come to.
    pub outcome: Option<Outcome>,
}
