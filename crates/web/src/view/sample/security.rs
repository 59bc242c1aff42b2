//! Security of one's own account, and a forgotten password.

use super::{LONG, Maker, Sample};
use crate::{
    qr::QrImage,
    view::{
        Area, Device, Enrolment, Field, Here, Mend, Password, ResetAsk, ResetFinish, SecondFactor, Security, Shell,
    },
};

const ADDRESS: &str =
    "otpauth://totp/Mediverse:nur.aisyah%40contoh.id?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Mediverse";

impl Maker<'_> {
    /// Somebody is always signed in here.
    fn account_shell(&self, title: &str, path: &str, back: &'static str) -> Shell {
        let signed_in = Maker { sample: if self.is(Sample::Empty) { Sample::Normal } else { self.sample }, ..*self };
        let shell = signed_in.shell(&self.say(title), path, Area::Patient, Here::Account);
        let href = if back == "back-account" { "/akun" } else { "/akun/keamanan" };
        Self::back(shell, href, back, 0)
    }

    fn guest_shell(&self, title: &str, path: &str) -> Shell {
        let shell = Shell { who: None, ..self.shell(&self.say(title), path, Area::Patient, Here::Account) };
        Self::back(shell, "/masuk", "back-login", 0)
    }

    pub(super) fn security(&self) -> Security {
        let device = |name: &str, phone, seen: String, this| Device {
            name: if self.is(Sample::Long) { LONG.to_owned() } else { name.to_owned() },
            phone,
            seen,
            this,
            action: "/akun/perangkat/1/keluar".to_owned(),
        };
        let mut devices = vec![device("Chrome, Android", true, self.say("device-now"), true)];
        if !self.is(Sample::Empty) {
            let seen = self.either("Terakhir Sab 21 Nov, 19.05 WIB", "Last seen Sat 21 Nov, 19:05 WIB");
            devices.push(device("Firefox, Windows", false, seen.clone(), false));
            if self.is(Sample::Full) {
                devices.extend((0..8).map(|_| device("Safari, iPhone", true, seen.clone(), false)));
            }
        }
        let shell = self.account_shell("security", "/akun/keamanan", "back-account");
        Security { shell: Shell { failing: false, ..shell }, factor: self.is(Sample::Full), devices }
    }

    pub(super) fn password(&self) -> Password {
        let failing = self.is(Sample::Failing);
        let wrong = self.either("Ini bukan kata sandi sekarang.", "This is not the present password.");
        Password {
            shell: self.account_shell("password-change", "/akun/keamanan/sandi", "back-security"),
            login: "nur.aisyah@contoh.id".to_owned(),
            current: if failing { Field::refused("", &wrong) } else { Field::default() },
            password: Field::default(),
            mends: if failing { vec![Mend { field: "current", text: wrong }] } else { vec![] },
        }
    }

    pub(super) fn second_factor(&self) -> SecondFactor {
        let code = if self.is(Sample::Failing) {
            Field::refused("123456", self.say("factor-wrong"))
        } else {
            Field::default()
        };
        let secret = "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP".to_owned();
        let enrolment = QrImage::of(ADDRESS).ok().map(|picture| Enrolment { picture, secret });
        SecondFactor {
            shell: self.account_shell("factor", "/akun/keamanan/kode", "back-security"),
            on: self.is(Sample::Full),
            enrolment: enrolment.filter(|_| !self.is(Sample::Empty)),
            code,
        }
    }

    pub(super) fn reset_ask(&self) -> ResetAsk {
        let often = self.either("Terlalu sering dicoba. Coba lagi nanti.", "Too many tries. Try again later.");
        ResetAsk {
            shell: self.guest_shell("reset-title", "/masuk/lupa"),
            login: if self.is(Sample::Failing) {
                Field::refused("nur.aisyah@contoh.id", often)
            } else {
                Field::default()
            },
        }
    }

    pub(super) fn reset_finish(&self) -> ResetFinish {
        let failing = self.is(Sample::Failing);
        let wrong =
            self.either("Kode ini salah atau sudah tidak berlaku.", "This code is not right or no longer good.");
        let sent_to = match self.sample {
            Sample::Empty => String::new(),
            Sample::Long => format!("{}@contoh.id", "nur.aisyah.ramadhani.kusumawardhani".repeat(3)),
            _ => "nur.aisyah@contoh.id".to_owned(),
        };
        ResetFinish {
            shell: self.guest_shell("reset-code-title", "/masuk/kode"),
            login: Field::of(sent_to.clone()),
            sent_to,
            code: if failing { Field::refused("123456", &wrong) } else { Field::default() },
            password: Field::default(),
            mends: if failing { vec![Mend { field: "code", text: wrong }] } else { vec![] },
        }
    }
}
