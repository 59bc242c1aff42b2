//! A new account of staff.

use super::{LONG, Maker, Sample, admin_roles::LONG_ROLE};
use crate::view::{AdminStaff, Back, Field, Here, Mend};

impl Maker<'_> {
    pub(super) fn admin_staff(&self) -> AdminStaff {
        let mut shell = self.admin_shell("staff-new", "/admin/users/new", Here::Users);
        shell.back = Some(Back { href: "/admin/users".to_owned(), label: "nav-users" });
        let taken = self.either("E-mail ini sudah punya akun.", "This e-mail has an account already.");
        let failing = self.is(Sample::Failing);
        let few = self.is(Sample::Empty);
        let places = [("1", "Klinik Losari Medika"), ("2", "RS Bahteramas Kendari")];
        AdminStaff {
            shell,
            name: match self.sample {
                Sample::Empty | Sample::Normal => Field::default(),
                Sample::Long => Field::of(LONG),
                Sample::Full | Sample::Failing => Field::of("Nur Aisyah"),
            },
            email: if failing { Field::refused("aisyah@contoh.id", taken.clone()) } else { Field::default() },
            phone: Field::default(),
            named: if few {
                Vec::new()
            } else {
                let name = if self.is(Sample::Long) { LONG_ROLE } else { "Loket" };
                Self::choices(&[("1", name), ("2", "Pemeriksa jejak audit")], "1")
            },
            facilities: if few { Vec::new() } else { Self::choices(&places, "1") },
            mends: if failing { vec![Mend { field: "email", text: taken }] } else { Vec::new() },
        }
    }
}
