//! Those who ask: contexts of operations for the usual roles, all on one clock that stands still until it is moved.

use std::sync::Arc;

use contracts::{Permission, auth::AccountId, directory::FacilityId};
use jiff::{SignedDuration, Timestamp};
use platform::{
    Clock, Cx,
    cx::{Actor, PermissionSet},
    entropy::Entropy,
    i18n::Locale,
};

/// What patients may.
pub const PATIENT: &[Permission] = &[Permission::ProfileOwn, Permission::AppointmentOwn];
/// What doctors may.
pub const DOCTOR: &[Permission] = &[
    Permission::AppointmentPractice,
    Permission::AppointmentDecideOwn,
    Permission::ScheduleOwn,
    Permission::DoctorOwn,
];
/// What the front desk of a facility may.
pub const FRONT_DESK: &[Permission] = &[
    Permission::PatientRead,
    Permission::PatientWrite,
    Permission::AppointmentRead,
    Permission::AppointmentManage,
    Permission::AppointmentAttend,
];
/// What a facility's admin may besides.
pub const ADMIN: &[Permission] = &[
    Permission::PatientRead,
    Permission::PatientWrite,
    Permission::AppointmentRead,
    Permission::AppointmentManage,
    Permission::AppointmentAttend,
    Permission::AppointmentDecide,
    Permission::AppointmentCorrect,
    Permission::ScheduleManage,
];

/// Whoever asks in a test, at the time the test says.
#[derive(Debug, Clone)]
pub struct Asking {
    /// Stands still until it is moved.
    pub clock: Clock,
    /// The operating system's chance.
    pub entropy: Entropy,
}

impl Asking {
    /// At this time, written as in RFC 3339.
    pub fn at(time: &str) -> Self {
        let at: Timestamp = time.parse().expect("the time is written as in RFC 3339");
        Self { clock: Clock::manual(at), entropy: Entropy::System }
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Lets time pass.
    pub fn pass(&self, time: SignedDuration) {
        self.clock.advance(time);
    }

    /// Lets so many minutes pass.
    pub fn minutes_later(&self, minutes: i64) {
        self.pass(SignedDuration::from_mins(minutes));
    }

    /// Lets time pass until an instant.
    pub fn later(&self, at: Timestamp) {
        self.pass(at.duration_since(self.now()));
    }

    /// The program itself.
    pub fn system(&self) -> Cx {
        Cx::system("test", self.clock.clone(), self.entropy.clone())
    }

    /// Somebody who is not signed in, from an address.
    pub fn guest(&self, address: &str) -> Cx {
        let cx = Cx::guest("req_test", Locale::Id, self.clock.clone(), self.entropy.clone());
        Cx { address: Some(address.parse().expect("an IP address")), ..cx }
    }

    /// An account that works at no facility.
    pub fn account(&self, id: &AccountId, permissions: &[Permission]) -> Cx {
        let actor = Actor::Account { id: id.to_string().into(), session: "ses_test".into() };
        Cx { actor, permissions: PermissionSet::of(permissions), ..self.guest("192.0.2.1") }
    }

    /// A patient, signed in with their account.
    pub fn patient(&self, id: &AccountId) -> Cx {
        self.account(id, PATIENT)
    }

    /// A doctor, signed in with their account.
    pub fn doctor(&self, id: &AccountId) -> Cx {
        self.account(id, DOCTOR)
    }

    /// Somebody new who works at these facilities.
    pub fn staff(&self, permissions: &[Permission], facilities: &[&FacilityId]) -> Cx {
        let own: Arc<[String]> = facilities.iter().map(ToString::to_string).collect();
        Cx { facilities: Some(own), ..self.account(&self.system().new_id(), permissions) }
    }

    /// The front desk of a facility.
    pub fn front_desk(&self, facility: &FacilityId) -> Cx {
        self.staff(FRONT_DESK, &[facility])
    }

    /// An admin of a facility.
    pub fn admin(&self, facility: &FacilityId) -> Cx {
        self.staff(ADMIN, &[facility])
    }

    /// Somebody who may everything everywhere.
    pub fn super_admin(&self) -> Cx {
        Cx { facilities: None, permissions: PermissionSet::ALL, ..self.account(&self.system().new_id(), &[]) }
    }
}
