//! What may be allowed to a role. Every verb checks one of these, never a role's name (A4).

macro_rules! permissions {
    ($($(#[$meta:meta])* $name:ident = $bit:literal, $text:literal;)+) => {
        /// A permission. Roles are sets of them, stored and editable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Permission { $($(#[$meta])* $name),+ }

        impl Permission {
            /// Every permission there is.
            pub const ALL: &'static [Permission] = &[$(Permission::$name),+];

            /// The permission of that name.
            pub fn named(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$name),)+ _ => None }
            }
        }
        impl platform::cx::Permission for Permission {
            fn bit(self) -> u8 { match self { $(Self::$name => $bit),+ } }
            fn name(self) -> &'static str { match self { $(Self::$name => $text),+ } }
        }
    };
}

permissions! {
    /// Read and change one's own profile, family members and coverage; unregister.
    ProfileOwn = 0, "profile.own";
    /// Find patients and read their profiles, identity numbers masked.
    PatientRead = 1, "patient.read";
    /// Register and change patients on their behalf.
    PatientWrite = 2, "patient.write";
    /// See identity numbers unmasked. Every such reading is audited.
    PatientIdentity = 3, "patient.identity";
    /// Book, move and cancel for oneself and one's family.
    AppointmentOwn = 10, "appointment.own";
    /// See the appointments of one's own practice as a doctor.
    AppointmentPractice = 11, "appointment.practice";
    /// See all appointments of one's facilities.
    AppointmentRead = 12, "appointment.read";
    /// Book, move and cancel on behalf of patients at one's facilities.
    AppointmentManage = 13, "appointment.manage";
    /// Accept, reject, start and finish the visits of one's own practice.
    AppointmentDecideOwn = 14, "appointment.decide-own";
    /// Accept and reject for any doctor of one's facilities.
    AppointmentDecide = 15, "appointment.decide";
    /// Mark arrived, fulfilled and no-show at one's facilities.
    AppointmentAttend = 16, "appointment.attend";
    /// Correct a final state, with a reason.
    AppointmentCorrect = 17, "appointment.correct";
    /// Edit one's own consultation hours, exceptions and leave.
    ScheduleOwn = 20, "schedule.own";
    /// Edit the schedules of one's facilities, their closures and policies.
    ScheduleManage = 21, "schedule.manage";
    /// Edit one's own public profile as a doctor.
    DoctorOwn = 30, "doctor.own";
    /// Add, edit and retire doctors.
    DoctorManage = 31, "doctor.manage";
    /// Approve or refuse doctors who registered themselves.
    DoctorApprove = 32, "doctor.approve";
    /// Edit departments, services and prices of one's facilities.
    ServiceManage = 33, "service.manage";
    /// Edit facilities, specialities and regions.
    DirectoryManage = 34, "directory.manage";
    /// List, create, edit and deactivate accounts; see their sign-in activity.
    AccountManage = 40, "account.manage";
    /// Create admins, give roles and edit the role × permission matrix.
    RoleManage = 41, "role.manage";
    /// Search the audit trail.
    AuditRead = 42, "audit.read";
    /// See health, jobs and parked events.
    SystemRead = 43, "system.read";
    /// Change settings; retry and drop parked events and jobs.
    SystemManage = 44, "system.manage";
}

impl Permission {
    /// Whether a named role of staff may hold it: not what is of patients and doctors themselves, and not the giving of
    /// roles, which takes the word of two.
    pub fn suits_staff(self) -> bool {
        !matches!(
            self,
            Self::AppointmentOwn
                | Self::AppointmentPractice
                | Self::AppointmentDecideOwn
                | Self::ScheduleOwn
                | Self::DoctorOwn
                | Self::RoleManage
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use platform::cx::Permission as _;

    use super::Permission;

    #[test]
    fn every_permission_has_a_bit_of_its_own() {
        let bits: HashSet<u8> = Permission::ALL.iter().map(|p| p.bit()).collect();
        assert_eq!(bits.len(), Permission::ALL.len());
        assert!(bits.iter().all(|bit| *bit < 128));
        assert!(Permission::ALL.iter().all(|p| Permission::named(p.name()) == Some(*p)));
    }
}
