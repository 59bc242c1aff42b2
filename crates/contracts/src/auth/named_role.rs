//! Named roles of staff: "front desk", made by who may give roles. The kind of an account, [`super::Role`], stays; an admin
//! who holds named roles may what those allow, and no longer what admins usually may (A4).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

platform::id!(/// A role of staff with a name of its own.
    NamedRoleId, "rol");

/// A role of staff with a name of its own, and what it allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NamedRole {
    /// Identifier.
    pub id: NamedRoleId,
    /// What people call it.
    pub name: String,
    /// Permission names.
    pub permissions: Vec<String>,
    /// Accounts that hold it.
    pub holders: i64,
    /// Allows nothing any more. Who holds it keeps it until somebody takes it from them.
    pub retired: bool,
    /// Raised by every change; the ETag.
    pub version: i64,
}

/// What a named role is to be.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedRoleForm {
    /// 2 to 60 letters; no other role in use is called so, in capitals or not.
    pub name: String,
    /// Permission names, at least one. One's own profile is always among them; what is of patients and doctors themselves
    /// and the giving of roles never is, and what admins may not takes a super admin.
    pub permissions: Vec<String>,
}

crate::event! {
    /// A named role was made, has another name, allows something else, or was retired and allows nothing.
    NamedRoleChanged, "auth.named_role_changed.v1", Profile, "auth", role {
        /// The role.
        pub role: NamedRoleId,
        /// What people call it.
        pub name: String,
        /// Its permissions, by name.
        pub permissions: Vec<String>,
        /// Whether it is retired.
        pub retired: bool,
    }
}
