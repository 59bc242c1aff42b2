//! The handlers: a file for each page, named like its template. Each asks the verbs of the contexts, fills the page's
//! struct and answers; forms answer 303 or show themselves again with everything typed.

mod account;
pub(crate) mod admin;
mod admin_book;
mod admin_closures;
mod admin_desk_hours;
mod admin_doctor_form;
mod admin_doctors;
mod admin_export;
mod admin_facilities;
mod admin_facility_form;
mod admin_form;
mod admin_holidays;
mod admin_import;
mod admin_masters;
mod admin_move;
mod admin_names;
mod admin_people;
mod admin_policy;
mod admin_practices;
mod admin_reservations;
mod admin_roles;
mod admin_services;
mod admin_staff;
mod admin_views;
mod appointment;
mod appointments;
mod approvals;
mod booking;
mod calendar;
mod cancel;
mod doctor;
mod doctor_day;
mod doctor_profile;
mod draft;
mod error;
mod facility;
mod family;
mod home;
mod import_file;
mod import_templates;
mod inbox;
mod installed;
mod leave;
mod live;
mod login;
mod move_;
mod notices;
mod offers;
mod outside;
mod own_data;
mod own_visit;
mod password;
mod person;
mod photo;
mod picker;
mod reset;
mod schedule;
mod schedule_leave;
mod schedule_offer;
mod schedule_why;
mod sealed;
mod search;
mod second_factor;
mod security;
mod service;
mod shown;
mod signup;
mod styleguide;
mod system;
pub(crate) mod system_told;
mod unsubscribe;
mod visitor;

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use contracts::{
    auth::Auth, directory::Directory, notifications::Notifications, people::People, scheduling::Scheduling,
    system::System,
};
use platform::{crypto::DataKey, i18n::Texts};

pub use error::Pages;

use crate::{assets, icon, portrait};

/// What the pages call.
pub struct Services {
    /// Accounts and sessions.
    pub auth: Arc<dyn Auth>,
    /// Patients and families.
    pub people: Arc<dyn People>,
    /// Facilities, services and doctors.
    pub directory: Arc<dyn Directory>,
    /// Times and appointments.
    pub scheduling: Arc<dyn Scheduling>,
    /// The house as its operators see it.
    pub system: Arc<dyn System>,
    /// What people are told.
    pub notifications: Arc<dyn Notifications>,
    /// Every text.
    pub texts: Arc<Texts>,
    /// Seals what browsers keep for us between two pages; the same on every replica.
    pub seal: DataKey,
    /// Whether people reach us by HTTPS: cookies are then bound to it.
    pub https: bool,
    /// It is the demonstration: the guide to the parts is shown.
    pub demo: bool,
}

/// The services as handlers hold them. Cheap to clone; nothing of a visit is kept here, so that any replica can go on
/// with it.
#[derive(Clone)]
pub(crate) struct Site(Arc<Services>);

impl std::ops::Deref for Site {
    type Target = Services;
    fn deref(&self) -> &Services {
        &self.0
    }
}

/// Every page and file people's browsers ask for. To stand behind the edge, with [`Pages`] as its error page.
pub fn router(services: Services) -> Router {
    let site = Site(Arc::new(services));
    Router::new()
        .route("/", get(home::show))
        .route("/cari", get(search::show))
        .route("/dokter/{slug}", get(doctor::show).post(doctor::hold))
        .route("/dokter/{slug}/jam", get(live::of_doctor))
        .route("/faskes/{slug}", get(facility::show))
        .route("/layanan/{id}", get(service::show).post(service::hold))
        .route("/layanan/{id}/jam", get(live::of_service))
        .route("/pesan/{hold}", get(booking::entry).post(booking::book))
        .route("/pesan/{hold}/data", get(booking::data).post(booking::keep))
        .route("/pesan/{hold}/keluarga", get(booking::entry).post(booking::add_member))
        .route("/pesan/{hold}/periksa", get(booking::check))
        .route("/pesan/{hold}/simpan-lagi", get(booking::entry).post(booking::again))
        .route("/masuk", get(login::show).post(login::enter))
        .route("/masuk/lupa", get(reset::ask).post(reset::start))
        .route("/masuk/kode", get(reset::show).post(reset::finish))
        .route("/daftar", get(signup::show).post(signup::join))
        .route("/keluar", post(login::leave))
        .route("/keluar/semua", post(login::leave_everywhere))
        .route("/manifest.webmanifest", get(installed::manifest))
        .route("/sw.js", get(installed::worker))
        .route("/_styleguide", get(styleguide::show))
        .route("/luring", get(installed::offline))
        .route("/darurat", get(installed::emergency))
        .route("/janji", get(appointments::show))
        .route("/janji/berikutnya.json", get(installed::next_visits))
        .route("/janji/{code}", get(appointment::show))
        .route("/janji/{code}/selesai", get(appointment::done))
        .route("/janji/{code}/kalender.ics", get(calendar::file))
        .route("/janji/{code}/ubah", get(move_::show).post(move_::save))
        .route("/janji/{code}/usulan", get(schedule_offer::show).post(schedule_offer::answer))
        .route("/janji/{code}/batal", get(cancel::show).post(cancel::call_off))
        .route("/d/hari-ini", get(doctor_day::show))
        .route("/d/hari-ini/perubahan", get(live::of_day))
        .route("/d/janji/{code}", get(appointment::show_to_doctor))
        .route("/d/janji/{code}/{deed}", post(doctor_day::act))
        .route("/d/jadwal", get(schedule::own).post(schedule::keep_own))
        .route("/d/jadwal/kenapa", get(schedule_why::own))
        .route("/d/jadwal/perubahan/{id}/hapus", post(schedule::drop_own))
        .route("/d/cuti/baru", get(schedule_leave::ask_own).post(schedule_leave::enter_own))
        .route("/d/cuti/{id}", get(schedule_leave::show_own).post(schedule_leave::decide_own))
        .route("/d/cuti/{id}/tarik", post(schedule_leave::withdraw_own))
        .route("/d/profil", get(doctor_profile::show).post(doctor_profile::keep))
        .route("/d/profil/foto", get(photo::back_to_own).post(photo::keep_own).layer(room_for_a_photo()))
        .route("/d/profil/foto/hapus", get(photo::back_to_own).post(photo::remove_own))
        .route("/photos/{file}", get(photo::file))
        .route("/a/jadwal", get(schedule::doctors))
        .route("/a/jadwal/{doctor}", get(schedule::of).post(schedule::keep_of))
        .route("/a/jadwal/{doctor}/kenapa", get(schedule_why::of))
        .route("/a/jadwal/{doctor}/cuti", get(schedule_leave::ask_of).post(schedule_leave::enter_of))
        .route("/a/jadwal/{doctor}/perubahan/{id}/hapus", post(schedule::drop_of))
        .route("/a/cuti/{id}", get(schedule_leave::show_of).post(schedule_leave::decide_of))
        .route("/a/cuti/{id}/tarik", post(schedule_leave::withdraw_of))
        .route("/a/dokter-menunggu", get(approvals::show))
        .route("/a/dokter-menunggu/{id}/{decision}", post(approvals::decide))
        .route("/admin", get(admin::show))
        .route("/admin/reservations", get(admin_reservations::show))
        .route("/admin/reservations/find", get(admin_reservations::back).post(admin_reservations::find))
        .route("/admin/reservations/do", get(admin_reservations::back).post(admin_reservations::act))
        .route("/admin/reservations/export", get(admin_export::reservations))
        .route("/admin/reservations/views", get(admin_reservations::back).post(admin_views::keep))
        .route("/admin/reservations/views/forget", get(admin_reservations::back).post(admin_views::forget))
        .route("/admin/import", get(admin_import::show).post(admin_import::check).layer(whole_file()))
        .route("/admin/import/keep", get(admin_import::back).post(admin_import::keep).layer(whole_file()))
        .route("/admin/import/templates/{file}", get(admin_import::template))
        .route("/admin/export", get(admin_export::master))
        .route("/admin/reservations/{code}", get(admin_reservations::one))
        .route("/admin/reservations/{code}/move", get(admin_move::show).post(admin_move::save))
        .route("/admin/book", get(admin_book::who).post(admin_book::seek))
        .route("/admin/book/new", get(admin_book::who).post(admin_book::register))
        .route("/admin/book/{patient}", get(admin_book::what))
        .route("/admin/book/{patient}/{what}", get(admin_book::when).post(admin_book::book))
        .merge(masters())
        .route("/admin/mulai", get(admin::start))
        .route("/admin/roles", get(admin_roles::show))
        .route("/admin/roles/new", get(admin_roles::ask).post(admin_roles::make))
        .route("/admin/roles/of/{id}", get(admin_roles::one).post(admin_roles::keep))
        .route("/admin/roles/of/{id}/retire", get(admin_roles::back).post(admin_roles::retire))
        .route("/admin/roles/{role}", get(admin_roles::back).post(admin_roles::keep_kind))
        .route("/admin/users", get(admin_people::users).post(admin_people::seek))
        .route("/admin/users/new", get(admin_staff::ask).post(admin_staff::open))
        .route("/admin/users/{id}", get(admin_people::user))
        .route("/admin/users/{id}/{what}", post(admin_people::change))
        .route("/admin/audit", get(admin_people::audit))
        .route("/admin/audit/check", get(admin_people::to_audit).post(admin_people::check))
        .route("/system", get(system::show))
        .route("/system/parked", get(system::parked))
        .route("/system/parked/{hearer}/{id}/{deed}", post(system::decide_event))
        .route("/system/jobs", get(system::jobs))
        .route("/system/jobs/{context}/{id}/{deed}", post(system::decide_job))
        .route("/system/logs", get(system::logs))
        .route("/akun", get(account::show))
        .route("/akun/tampilan", post(account::set_theme))
        .route("/akun/profil", get(person::own).post(person::keep_own))
        .route("/kotak-masuk", get(inbox::show))
        .route("/kotak-masuk/dibaca", post(inbox::all_read))
        .route("/kotak-masuk/{id}", post(inbox::open))
        .route("/berhenti/{token}", get(unsubscribe::ask).post(unsubscribe::end))
        .route("/d/kalender", get(outside::show).post(outside::add))
        .route("/d/kalender/{id}/hapus", post(outside::remove))
        .route("/akun/pemberitahuan", get(notices::show).post(notices::keep))
        .route("/akun/kalender", post(notices::calendar))
        .route("/akun/bahasa", post(account::set_language))
        .route("/akun/perangkat-ini", post(account::keep_here))
        .route("/akun/data", get(own_data::show))
        .route("/akun/data.json", get(own_data::export))
        .route("/akun/hapus", get(leave::ask).post(leave::unregister))
        .route("/dihapus/{id}", get(leave::progress))
        .route("/akun/keamanan", get(security::show))
        .route("/akun/keamanan/sandi", get(password::show).post(password::change))
        .route("/akun/keamanan/kode", get(second_factor::show))
        .route("/akun/keamanan/kode/mulai", post(second_factor::start))
        .route("/akun/keamanan/kode/pasang", post(second_factor::confirm))
        .route("/akun/keamanan/kode/lepas", post(second_factor::remove))
        .route("/akun/perangkat/{id}/keluar", post(security::end_session))
        .route("/keluarga", get(family::show))
        .route("/keluarga/tambah", get(person::member).post(person::add_member))
        .route("/keluarga/{id}", get(person::show_member).post(person::keep_member))
        .route("/keluarga/{id}/pesan", get(family::book))
        .route("/keluarga/{id}/lepas", get(family::ask).post(family::release))
        .with_state(site)
        .merge(assets::router())
        .merge(portrait::router())
        .merge(icon::router())
}

/// Master data: facilities with what belongs to them, doctors, specialities, holidays.
fn masters() -> Router<Site> {
    Router::new()
        .route("/admin/facilities", get(admin_facilities::list))
        .route("/admin/facilities/new", get(admin_facility_form::new).post(admin_facility_form::add))
        .route("/admin/facilities/{id}", get(admin_facilities::show))
        .route("/admin/facilities/{id}/{what}", post(admin_facilities::set_open))
        .route("/admin/facilities/{id}/edit", get(admin_facility_form::edit).post(admin_facility_form::keep))
        .route("/admin/facilities/{id}/policy", get(admin_policy::show).post(admin_policy::keep))
        .route("/admin/facilities/{id}/closures", get(admin_closures::show).post(admin_closures::add))
        .route("/admin/facilities/{id}/closures/{closure}/remove", post(admin_closures::remove))
        .route(
            "/admin/facilities/{id}/departments/new",
            get(admin_names::new_department).post(admin_names::add_department),
        )
        .route(
            "/admin/facilities/{id}/departments/{department}",
            get(admin_names::department).post(admin_names::rename_department),
        )
        .route("/admin/facilities/{id}/departments/{department}/remove", post(admin_names::remove_department))
        .route("/admin/facilities/{id}/services/new", get(admin_services::new).post(admin_services::add))
        .route("/admin/services/{id}", get(admin_services::show).post(admin_services::keep))
        .route("/admin/services/{id}/hours", get(admin_desk_hours::show).post(admin_desk_hours::keep))
        .route("/admin/services/{id}/{what}", post(admin_services::set_offered))
        .route("/admin/doctors", get(admin_doctors::list))
        .route("/admin/doctors/new", get(admin_doctor_form::new).post(admin_doctor_form::add))
        .route("/admin/doctors/{id}", get(admin_doctor_form::show).post(admin_doctor_form::keep))
        .route("/admin/doctors/{id}/{what}", post(admin_doctors::set_listed))
        .route("/admin/doctors/{id}/photo", get(photo::back_to).post(photo::keep_of).layer(room_for_a_photo()))
        .route("/admin/doctors/{id}/photo/remove", get(photo::back_to).post(photo::remove_of))
        .route("/admin/specialities", get(admin_names::specialities))
        .route("/admin/specialities/new", get(admin_names::new_speciality).post(admin_names::add_speciality))
        .route("/admin/specialities/{id}", get(admin_names::speciality).post(admin_names::change_speciality))
        .route("/admin/holidays", get(admin_holidays::show).post(admin_holidays::keep))
        .route("/admin/holidays/{date}/remove", post(admin_holidays::remove))
}

/// Room for a form with a file.
fn whole_file() -> DefaultBodyLimit {
    DefaultBodyLimit::max(import_file::LARGEST_FORM)
}

/// Room for a form with a photo.
fn room_for_a_photo() -> DefaultBodyLimit {
    DefaultBodyLimit::max(photo::LARGEST_FORM)
}

/// Sends the browser on with GET.
pub(crate) fn go(to: &str) -> Response {
    let Ok(location) = HeaderValue::from_str(to) else { return StatusCode::NOT_FOUND.into_response() };
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// A text made safe for a query string.
pub(crate) fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
