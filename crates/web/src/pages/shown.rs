//! From what contexts answer to what pages show.

use contracts::{
    directory::{Bilingual, Doctor, DoctorCard, Mode},
    people::{PatientCard, Relation, Sex},
    scheduling::{Appointment, CancelledBy, Deed, State},
};
use jiff::{Timestamp, Zoned, civil::Date, tz::TimeZone};
use platform::{Money, i18n::Locale};

use super::{encoded, visitor::Visitor};
use crate::{
    assets, format,
    portrait::{self, Sitter},
    view::{self, Chip, When},
};

/// The zone of days and times that belong to no facility.
pub(super) const HOUSE_ZONE: &str = "Asia/Jakarta";

/// A zone by its name; UTC where it is not known.
pub(super) fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// An instant in a zone.
pub(super) fn at(instant: Timestamp, zone_name: &str) -> Zoned {
    instant.to_zoned(zone(zone_name))
}

/// `WITA (Makassar)`: the zone's short name, and the city that gives it its long one.
pub(super) fn zone_label(now: Timestamp, zone_name: &str) -> String {
    let city = zone_name.rsplit('/').next().unwrap_or(zone_name).replace('_', " ");
    format!("{} ({city})", format::zone(&at(now, zone_name)))
}

/// The text in the visitor's language.
pub(super) fn said(text: &Bilingual, locale: Locale) -> String {
    let (first, second) = match locale {
        Locale::Id => (&text.id, &text.en),
        Locale::En => (&text.en, &text.id),
    };
    if first.is_empty() { second.clone() } else { first.clone() }
}

/// An amount, or that it costs nothing.
pub(super) fn money(amount: &Money, locale: Locale) -> String {
    format::money(amount.amount, &amount.currency, locale)
}

/// From and until, in every form pages need.
pub(super) fn when(starts: Timestamp, ends: Timestamp, zone_name: &str, locale: Locale) -> When {
    let (starts, ends) = (at(starts, zone_name), at(ends, zone_name));
    let day = format::day(starts.date(), locale);
    When {
        iso: format::rfc3339(&starts),
        short: format::when(&starts, locale),
        day: format::day_long(starts.date(), locale),
        span: format::span(&starts, &ends, locale),
        clock: format::clock(&starts, locale),
        weekday: format::weekday_short(starts.date(), locale).to_owned(),
        number: starts.day().to_string(),
        month: day.rsplit(' ').next().unwrap_or_default().to_owned(),
    }
}

/// A doctor's photo, or their portrait: the small file of the photo is shown, and where it cannot be had the portrait.
pub(super) fn portrait_of_doctor(sex: Option<Sex>, key: &str, photo: Option<&str>) -> String {
    let sitter = if sex == Some(Sex::Male) { Sitter::ManDoctor } else { Sitter::WomanDoctor };
    match photo {
        Some(file) => format!("/photos/{file}.jpg?as={}", portrait::file(sitter, key)),
        None => portrait::url(sitter, key),
    }
}

/// The photo of a doctor, or their portrait.
pub(super) fn portrait_of(doctor: &Doctor) -> String {
    portrait_of_doctor(Some(doctor.sex), &doctor.slug, doctor.photo.as_ref().map(|photo| photo.small.as_str()))
}

/// The same of a doctor in a list.
pub(super) fn portrait_of_card(card: &DoctorCard) -> String {
    portrait_of_doctor(Some(card.sex), &card.slug, card.photo.as_deref())
}

/// The portrait of a patient.
pub(super) fn portrait_of_patient(sex: Option<Sex>, key: &str) -> String {
    let sitter = match sex {
        Some(Sex::Male) => Sitter::Man,
        Some(Sex::Female) => Sitter::Woman,
        None => Sitter::Anyone,
    };
    portrait::url(sitter, key)
}

/// The picture of a service without a doctor.
pub(super) fn picture_of_service() -> String {
    assets::url("service.svg")
}

/// A booking code as it is read aloud: `K7M-4P2Q`.
pub(super) fn code(code: &str) -> String {
    match code.split_at_checked(3) {
        Some((head, tail)) if !tail.is_empty() => format!("{head}-{tail}"),
        _ => code.to_owned(),
    }
}

/// Whole years of age.
pub(super) fn years(born: Date, today: Date) -> i16 {
    let birthday_passed = (today.month(), today.day()) >= (born.month(), born.day());
    (today.year() - born.year() - i16::from(!birthday_passed)).max(0)
}

/// The state of an appointment, with who called it off.
pub(super) fn chip(appointment: &Appointment, visitor: &Visitor) -> Chip {
    let state = match appointment.state {
        State::Held => view::State::Held,
        State::Pending => view::State::Requested,
        State::AwaitingPayment | State::Booked => view::State::Confirmed,
        State::Arrived => view::State::Arrived,
        State::InProgress => view::State::InProgress,
        State::Fulfilled => view::State::Completed,
        State::NoShow => view::State::NoShow,
        State::Cancelled if appointment.cancelled_by == Some(CancelledBy::Doctor) => view::State::Rejected,
        State::Cancelled => view::State::Cancelled,
    };
    let detail = match appointment.cancelled_by.filter(|_| state == view::State::Cancelled) {
        Some(CancelledBy::Patient) => visitor.say("by-patient"),
        Some(CancelledBy::Clinic) => visitor.say("by-clinic"),
        Some(CancelledBy::System) => visitor.say("by-system"),
        _ => String::new(),
    };
    Chip { state, detail }
}

/// An appointment as its owner sees it.
pub(super) fn visit(appointment: &Appointment, visitor: &Visitor) -> view::Visit {
    let locale = visitor.speech.locale;
    let service = said(&appointment.service_name, locale);
    let portrait = match (&appointment.doctor_name, &appointment.offer.doctor) {
        (Some(_), Some(doctor)) => {
            let key = appointment.doctor_slug.clone().unwrap_or_else(|| doctor.to_string());
            portrait_of_doctor(appointment.doctor_sex, &key, appointment.doctor_photo.as_deref())
        }
        _ => picture_of_service(),
    };
    let may = |deed| appointment.may.contains(&deed);
    view::Visit {
        href: format!("/janji/{}", appointment.code),
        code: code(&appointment.code),
        with: appointment.doctor_name.clone().unwrap_or_else(|| service.clone()),
        portrait,
        speciality: if appointment.doctor_name.is_some() {
            service
        } else {
            visitor.say(super::service::kind_key(appointment.kind))
        },
        video: appointment.offer.mode == Mode::Online,
        place: appointment.facility_name.clone(),
        map: map(&appointment.facility_name, &appointment.facility_address),
        address: appointment.facility_address.clone(),
        when: when(appointment.starts_at, appointment.ends_at, &appointment.zone, locale),
        patient: appointment.patient_name.clone(),
        fee: money(&appointment.price, locale),
        chip: chip(appointment, visitor),
        movable: may(Deed::Move),
        cancellable: may(Deed::Cancel),
        local: String::new(),
    }
}

/// Where a map of a place is found.
pub(super) fn map(place: &str, address: &str) -> String {
    let place = if address.is_empty() { place } else { address };
    format!("https://www.openstreetmap.org/search?query={}", encoded(place))
}

/// The text key of a relation.
pub(super) fn relation_key(relation: Option<Relation>) -> &'static str {
    match relation {
        Some(Relation::Own) => "relation-own",
        Some(Relation::Child) => "relation-child",
        Some(Relation::Parent) => "relation-parent",
        Some(Relation::Spouse) => "relation-spouse",
        Some(Relation::Sibling) => "relation-sibling",
        Some(Relation::Other) | None => "relation-other",
    }
}

/// Relation and age of somebody in the family: `Anak, 4 th`.
pub(super) fn family_line(card: &PatientCard, visitor: &Visitor) -> String {
    let today = visitor.cx.now().to_zoned(zone(HOUSE_ZONE)).date();
    let age = years(card.birth_date, today).to_string();
    format!("{}, {}", visitor.say(relation_key(card.relation)), visitor.say_with("age", &[("n", &age)]))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{code, years};

    #[test]
    fn ages_count_from_the_birthday_on() {
        assert_eq!(years(date(2000, 11, 24), date(2026, 11, 23)), 25);
        assert_eq!(years(date(2000, 11, 24), date(2026, 11, 24)), 26);
        assert_eq!(years(date(2026, 11, 24), date(2026, 11, 23)), 0);
    }

    #[test]
    fn codes_are_read_aloud_in_two_parts() {
        assert_eq!(code("K7M4P2Q"), "K7M-4P2Q");
        assert_eq!(code(""), "");
    }
}
