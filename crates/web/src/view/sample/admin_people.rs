//! Accounts, roles and the audit trail.

use super::{LONG, Maker, Sample};
use crate::{
    format,
    portrait::{self, Sitter},
    view::{
        AdminAudit, AdminRoles, AdminUser, AdminUsers, AuditRow, Back, Here, PermissionCell, PermissionGroup,
        PermissionRow, RoleColumn, UserRow, Verdict,
    },
};

impl Maker<'_> {
    pub(super) fn admin_roles(&self) -> AdminRoles {
        let edited = matches!(self.sample, Sample::Full | Sample::Long);
        let words = ["admin", "doctor", "patient", "super_admin"];
        let keys = ["role-admin", "role-doctor", "role-patient", "role-super-admin"];
        let role = |word, label, count| RoleColumn {
            word,
            label,
            count,
            version: 2,
            edited: word == "admin" && edited,
            keep: self.speech.say("roles-keep", &[("role", &self.say(label))]),
        };
        let row = |name: &'static str, held: [bool; 4]| PermissionRow {
            name,
            label: format!("perm-{}", name.replace('.', "-")),
            cells: (0..4)
                .map(|n| PermissionCell { held: held[n], edited: edited && words[n] == "admin", role: keys[n] })
                .collect(),
        };
        AdminRoles {
            shell: self.admin_shell("nav-roles", "/admin/roles", Here::Roles),
            roles: vec![
                role(words[0], keys[0], 14),
                role(words[1], keys[1], 5),
                role(words[2], keys[2], 2),
                role(words[3], keys[3], 27),
            ],
            groups: vec![
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
            ],
            edits: !self.is(Sample::Empty),
        }
    }

    fn user_row(&self, name: &str, role: &'static str, state: &'static str, class: &'static str) -> UserRow {
        UserRow {
            href: "/admin/users/1".to_owned(),
            name: if self.is(Sample::Long) { LONG.to_owned() } else { name.to_owned() },
            email: "seseorang@contoh.id".to_owned(),
            portrait: portrait::url(Sitter::Anyone, name),
            roles: vec![role],
            state,
            class,
            seen: format::when(&Self::at(22, 16, 40), self.locale),
        }
    }

    pub(super) fn admin_users(&self) -> AdminUsers {
        let users = vec![
            self.user_row("Andi Mappanyukki", "role-admin", "account-active", "chip--ok"),
            self.user_row("dr. Rahmat Hidayat, Sp.PD", "role-doctor", "account-pending", "chip--wait"),
            self.user_row("Nur Aisyah Ramadhani", "role-patient", "account-deactivated", "chip--danger"),
        ];
        AdminUsers {
            shell: self.admin_shell("nav-users", "/admin/users", Here::Users),
            q: if self.is(Sample::Empty) { "zzz".to_owned() } else { String::new() },
            roles: Self::choices(&[("admin", "Admin"), ("doctor", "Dokter")], ""),
            states: Self::choices(&[("active", "Aktif")], ""),
            users: if self.is(Sample::Empty) { Vec::new() } else { users },
            pager: self.pager(),
        }
    }

    pub(super) fn admin_user(&self) -> AdminUser {
        let shut = self.is(Sample::Failing);
        let (state, class) =
            if shut { ("account-deactivated", "chip--danger") } else { ("account-active", "chip--ok") };
        let user = self.user_row("Andi Mappanyukki", "role-admin", state, class);
        let mut shell = self.admin_shell("nav-users", "/admin/users/1", Here::Users);
        shell.title.clone_from(&user.name);
        shell.back = Some(Back { href: "/admin/users".to_owned(), label: "nav-users" });
        let few = self.is(Sample::Empty);
        AdminUser {
            shell,
            user,
            phone: "+62 812 0000 4821".to_owned(),
            opened: format::date(Self::at(2, 9, 0).date(), self.locale),
            factor: !shut,
            version: 4,
            roles: if few {
                Vec::new()
            } else {
                Self::choices(&[("patient", "Pasien"), ("doctor", "Dokter"), ("admin", "Admin")], "admin")
            },
            facilities: if few {
                Vec::new()
            } else {
                Self::choices(&[("1", "Klinik Losari Medika"), ("2", "RS Bahteramas Kendari")], "1")
            },
            active: if few { None } else { Some(!shut) },
            grant: self.is(Sample::Full),
        }
    }

    pub(super) fn admin_audit(&self) -> AdminAudit {
        let at = Self::at(23, 9, 41);
        let line = |seq: &str, action: &str, reason: &str| AuditRow {
            seq: seq.to_owned(),
            iso: format::rfc3339(&at),
            at: format::when(&at, self.locale),
            actor: "acc_01jd3m6t0f8q2v".to_owned(),
            action: action.to_owned(),
            object: "apt_01jd3m6t0f8q2v7x4n9c5k1rhe".to_owned(),
            patient: "pat_01jd3m6t0f8q2v7x4n9c5k1rhe".to_owned(),
            reason: reason.to_owned(),
            request: "req-1".to_owned(),
        };
        let verdict = |whole, complete, text: String| Verdict {
            whole,
            complete,
            text,
            after: if complete { String::new() } else { "head".to_owned() },
        };
        let say = |key: &str, values: &[(&str, &str)]| self.speech.say(key, values);
        AdminAudit {
            shell: self.admin_shell("nav-audit", "/admin/audit", Here::Audit),
            actor: String::new(),
            action: "appointment".to_owned(),
            object: String::new(),
            patient: String::new(),
            from: "2026-11-01".to_owned(),
            until: String::new(),
            lines: if self.is(Sample::Empty) {
                Vec::new()
            } else {
                vec![
                    line("#1204", "appointment.cancel", "dokter sakit"),
                    line("#1203", "appointment.book", ""),
                    line("", "patient.read", ""),
                ]
            },
            verdict: match self.sample {
                Sample::Normal => Some(verdict(true, true, say("audit-whole", &[("n", "1.204")]))),
                Sample::Full => Some(verdict(true, false, say("audit-so-far", &[("n", "20.000"), ("all", "48.211")]))),
                Sample::Failing => Some(verdict(false, true, say("audit-broken", &[("line", "318")]))),
                Sample::Long | Sample::Empty => None,
            },
            refused: String::new(),
            pager: self.pager(),
        }
    }
}
