//! What the directory says to the others.

use jiff::civil::Date;

use super::{Bilingual, DoctorId, DoctorState, FacilityId, Practice, Service, ServiceId};
use crate::{auth::AccountId, people::Sex};

crate::event! {
    /// A facility as others may know it.
    FacilityChanged, "directory.facility_changed.v1", Profile, "directory", facility {
        /// The facility.
        pub facility: FacilityId,
        /// Slug.
        pub slug: String,
        /// Name.
        pub name: String,
        /// IANA zone.
        pub zone: String,
        /// Street address and city.
        pub address: String,
        /// Open for business.
        pub active: bool,
    }
}

crate::event! {
    /// A service as others may know it.
    ServiceChanged, "directory.service_changed.v1", Profile, "directory", service {
        /// The service.
        pub service: ServiceId,
        /// All of it.
        pub details: Service,
    }
}

crate::event! {
    /// A doctor as others may know them.
    DoctorChanged, "directory.doctor_changed.v1", Profile, "directory", doctor {
        /// The doctor.
        pub doctor: DoctorId,
        /// Slug.
        pub slug: String,
        /// Account.
        pub account: Option<AccountId>,
        /// Name with titles.
        pub name: String,
        /// Sex, for the portrait.
        pub sex: Sex,
        /// The small file of their photo, if there is one.
        #[serde(default)]
        pub photo: Option<String>,
        /// First speciality.
        pub speciality: Bilingual,
        /// STR's last date.
        pub str_until: Option<Date>,
        /// Practices with services, fees, SIP and first hours.
        pub practices: Vec<Practice>,
        /// Accepts without asking.
        pub auto_accept: bool,
        /// Whether they may be booked.
        pub state: DoctorState,
    }
}

crate::event! {
    /// An account that registered as a doctor was approved or refused.
    DoctorDecided, "directory.doctor_decided.v1", Fact, "directory", doctor {
        /// The doctor.
        pub doctor: DoctorId,
        /// Their account.
        pub account: AccountId,
        /// Approved or refused.
        pub approved: bool,
    }
}
