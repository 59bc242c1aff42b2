//! Accounts and the audit trail.

use super::{LONG, Maker, Sample, admin_roles::LONG_ROLE};
use crate::{
    format,
    portrait::{self, Sitter},
    view::{AdminAudit, AdminUser, AdminUsers, AuditRow, Back, Here, UserRow, Verdict},
};

impl Maker<'_> {
    fn user_row(&self, name: &str, role: &'static str, state: &'static str, class: &'static str) -> UserRow {
        UserRow {
            href: "/admin/users/1".to_owned(),
            name: if self.is(Sample::Long) { LONG.to_owned() } else { name.to_owned() },
            email: "seseorang@contoh.id".to_owned(),
            portrait: portrait::url(Sitter::Anyone, name),
            roles: vec![self.say(role)],
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
            opens: !self.is(Sample::Failing),
            pager: self.pager(),
        }
    }

    pub(super) fn admin_user(&self) -> AdminUser {
        let shut = self.is(Sample::Failing);
        let (state, class) =
            if shut { ("account-deactivated", "chip--danger") } else { ("account-active", "chip--ok") };
        let mut user = self.user_row("Andi Mappanyukki", "role-admin", state, class);
        match self.sample {
            Sample::Long => user.roles = vec![LONG_ROLE.to_owned()],
            Sample::Full => user.roles = vec!["Loket".to_owned()],
            Sample::Normal | Sample::Empty | Sample::Failing => {}
        }
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
            named: match self.sample {
                Sample::Empty | Sample::Failing => Vec::new(),
                Sample::Long => Self::choices(&[("1", LONG_ROLE), ("2", "Pemeriksa jejak audit")], "1"),
                Sample::Normal | Sample::Full => Self::choices(&[("1", "Loket"), ("2", "Pemeriksa jejak audit")], "1"),
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
