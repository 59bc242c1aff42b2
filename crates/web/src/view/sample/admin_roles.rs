//! What roles allow.

use super::{Maker, Sample};
use crate::view::{
    AdminRole, AdminRoles, Back, Field, Here, Mend, PermissionCell, PermissionGroup, PermissionRow, Right, RightGroup,
    RoleColumn,
};

/// The longest name a role may have.
pub(super) const LONG_ROLE: &str = "Penanggungjawab pendaftaran dan penerimaan pasien rawatjalan";

impl Maker<'_> {
    pub(super) fn admin_roles(&self) -> AdminRoles {
        let edited = matches!(self.sample, Sample::Full | Sample::Long);
        let kinds = [("admin", 14), ("doctor", 5), ("patient", 2), ("super-admin", 27)];
        let mut roles: Vec<RoleColumn> = kinds
            .into_iter()
            .map(|(word, count)| {
                self.role_column(&self.say(&format!("role-{word}")), count, None, word == "admin" && edited)
            })
            .collect();
        let named: &[(&str, i64, i64)] = match self.sample {
            Sample::Empty => &[],
            Sample::Long => &[(LONG_ROLE, 4, 12), ("Pemeriksa", 2, 0)],
            Sample::Full => &[
                ("Loket", 4, 3),
                ("Pemeriksa", 2, 1),
                ("Kasir", 3, 2),
                ("Perawat poli", 3, 8),
                ("Rekam medis", 5, 2),
                ("Penjadwal", 4, 1),
                ("Kepala loket", 7, 1),
            ],
            Sample::Normal | Sample::Failing => &[("Loket", 4, 3)],
        };
        roles.extend(named.iter().map(|(name, count, holders)| self.role_column(name, *count, Some(*holders), false)));
        let row = |name: &'static str, held: [bool; 4]| PermissionRow {
            name,
            label: format!("perm-{}", name.replace('.', "-")),
            cells: roles
                .iter()
                .enumerate()
                .map(|(n, role)| PermissionCell {
                    held: held.get(n).copied().unwrap_or(held[0] && n % 2 == 0),
                    edited: role.edited,
                    role: role.label.clone(),
                })
                .collect(),
        };
        let groups = vec![
            PermissionGroup {
                label: "perms-appointments",
                rows: vec![
                    row("appointment.read", [true, false, false, true]),
                    row("appointment.manage", [false, false, false, true]),
                    row("appointment.attend", [true, false, false, true]),
                    row("appointment.own", [false, false, true, true]),
                    row("appointment.decide-own", [false, true, false, true]),
                ],
            },
            PermissionGroup {
                label: "perms-accounts",
                rows: vec![
                    row("account.manage", [true, false, false, true]),
                    row("role.manage", [false, false, false, true]),
                ],
            },
        ];
        AdminRoles {
            shell: self.admin_shell("nav-roles", "/admin/roles", Here::Roles),
            retired: if self.is(Sample::Full) { vec![("Magang".to_owned(), self.holders(2))] } else { Vec::new() },
            roles,
            groups,
            edits: !self.is(Sample::Empty),
        }
    }

    fn role_column(&self, label: &str, count: i64, holders: Option<i64>, edited: bool) -> RoleColumn {
        let rights = self.speech.say("roles-count", &[("n", &count.to_string())]);
        RoleColumn {
            label: label.to_owned(),
            line: holders.map_or(rights.clone(), |holders| format!("{rights} · {}", self.holders(holders))),
            named: holders.is_some(),
            href: "/admin/roles?ubah=admin".to_owned(),
            action: "/admin/roles/admin".to_owned(),
            version: 2,
            edited,
            keep: self.speech.say("roles-keep", &[("role", label)]),
        }
    }

    fn holders(&self, count: i64) -> String {
        self.speech.say("role-holders", &[("n", &count.to_string())])
    }

    pub(super) fn admin_role(&self) -> AdminRole {
        let (new, failing) = (self.is(Sample::Empty), self.is(Sample::Failing));
        let name = if self.is(Sample::Long) { LONG_ROLE } else { "Loket" };
        let mut shell = self.admin_shell("role-new", "/admin/roles/new", Here::Roles);
        if !new {
            name.clone_into(&mut shell.title);
        }
        shell.back = Some(Back { href: "/admin/roles".to_owned(), label: "nav-roles" });
        let right = |name: &'static str, chosen: bool, beyond: bool| Right {
            name,
            label: format!("perm-{}", name.replace('.', "-")),
            chosen: chosen && !new && !failing,
            beyond,
        };
        let (taken, none) = (
            self.either(
                "Nama ini sudah dipakai peran lain. Pilih nama lain.",
                "Another role is called so. Take another name.",
            ),
            self.either("Pilih paling sedikit satu hak.", "Choose at least one thing the role allows."),
        );
        AdminRole {
            shell,
            action: "/admin/roles/new".to_owned(),
            version: if new { String::new() } else { "3".to_owned() },
            name: match self.sample {
                Sample::Empty => Field::default(),
                Sample::Failing => Field::refused(name, taken.clone()),
                Sample::Normal | Sample::Long | Sample::Full => Field::of(name),
            },
            groups: vec![
                RightGroup {
                    label: "perms-appointments",
                    rights: vec![
                        right("appointment.read", true, false),
                        right("appointment.attend", true, false),
                        right("appointment.manage", false, false),
                    ],
                },
                RightGroup {
                    label: "perms-people",
                    rights: vec![right("patient.read", true, false), right("patient.identity", false, true)],
                },
            ],
            rights: if failing { Field::refused("", none.clone()) } else { Field::default() },
            holders: if new { String::new() } else { self.holders(3) },
            mends: if failing {
                vec![Mend { field: "name", text: taken }, Mend { field: "permissions", text: none }]
            } else {
                Vec::new()
            },
        }
    }
}
