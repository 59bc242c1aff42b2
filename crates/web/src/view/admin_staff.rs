//! Opening an account of staff (A1, A4).

use askama::Template;

use super::{Field, Mend, Option_, Shell};
use crate::filters;

/// `/admin/users/new`
#[derive(Debug, Clone, Template)]
#[template(path = "admin_staff.html")]
pub struct AdminStaff {
    /// The frame.
    pub shell: Shell,
    /// Name.
    pub name: Field,
    /// E-mail, where the code for the first password goes.
    pub email: Field,
    /// Phone, if any.
    pub phone: Field,
    /// Named roles, to be chosen.
    pub named: Vec<Option_>,
    /// Facilities, to be chosen.
    pub facilities: Vec<Option_>,
    /// What must be mended.
    pub mends: Vec<Mend>,
}
