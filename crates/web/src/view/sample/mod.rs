//! Every page filled with made-up people, for the style guide, the render tests and the screenshots.
//!
//! The day is always Monday 23 November 2026, 10.00 WITA, so that pictures can be compared.

mod account;
mod admin;
mod admin_import;
mod admin_people;
mod admin_roles;
mod admin_staff;
mod appointments;
mod approvals;
mod booking;
mod calendars;
mod doctor;
mod doctor_day;
mod entry;
mod error;
mod facility;
mod family;
mod frame;
mod home;
mod inbox;
mod installed;
mod master_doctors;
mod master_rules;
mod masters;
mod photo;
mod schedule;
mod search;
mod security;
mod styleguide;
mod system;

use askama::Template;
use jiff::Zoned;
use jiff::civil::date;
use jiff::tz::TimeZone;
use platform::i18n::Locale;

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
        doctor_profile,
        schedule,
        schedule_doctors,
        schedule_why,
        schedule_leave_new,
        schedule_leave,
        schedule_leave_done,
        schedule_offer,
        account,
        security,
        password,
        second_factor,
        reset_ask,
        reset_finish,
        approvals,
        admin_home,
        admin_reservations,
        admin_reservation,
        admin_move,
        admin_book,
        admin_book_what,
        admin_book_when,
        admin_import,
        admin_import_preview,
        admin_roles,
        admin_role,
        admin_staff,
        admin_users,
        admin_user,
        admin_audit,
        admin_facilities,
        admin_facility,
        admin_facility_form,
        admin_names,
        admin_service_form,
        admin_desk_hours,
        admin_policy,
        admin_closures,
        admin_specialities,
        admin_holidays,
        admin_doctors,
        admin_doctor_form,
        error,
        facility,
        person,
        leave,
        system,
        system_parked,
        system_jobs,
        system_logs,
        erased,
        own_data,
        family,
        release,
        inbox,
        notices,
        calendars,
        unsubscribe,
        offline,
        emergency,
        styleguide
    ]
}

/// Every part on one page, in every state.
pub fn styleguide(speech: &Speech) -> super::Styleguide {
    Maker { speech, locale: speech.locale, sample: Sample::Normal }.styleguide()
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
}
