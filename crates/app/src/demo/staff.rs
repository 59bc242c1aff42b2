//! Sample accounts of doctors and staff, and the doctor who waits for an approval.

use contracts::{
    auth::{AccountId, OpenAccount, Role},
    directory::{Bilingual, DoctorForm, Facility, Practice, PracticeService, ServiceKind},
    people::Sex,
};
use directory::sample::{Planted, SampleDoctor};
use jiff::ToSpan;
use platform::{Cx, Error, Result, entropy::Entropy, i18n::Locale};

use super::{DOMAIN, Gardener, Login, PASSWORD, email};

pub(super) const SUPER_ADMIN: &str = "Super Admin Contoh";
const APPLICANT: &str = "dr. Calon Contoh Baru";

/// Accounts opened in one unit.
const A_UNIT: usize = 500;

impl Gardener<'_> {
    /// An account for every sample doctor, in their order.
    pub(super) async fn open_doctors(&self, hash: &str, doctors: &mut [SampleDoctor]) -> Result<Vec<AccountId>> {
        let asks = doctors
            .iter()
            .enumerate()
            .map(|(n, doctor)| open(email("dokter", n), &doctor.name, Role::Doctor, Vec::new()));
        let accounts = self.open_all(hash, asks.collect()).await?;
        for (doctor, account) in doctors.iter_mut().zip(&accounts) {
            doctor.account = Some(account.clone());
        }
        Ok(accounts)
    }

    /// An admin for each facility, in their order, and who runs the house.
    pub(super) async fn open_staff(&self, hash: &str, facilities: &[Facility]) -> Result<Vec<AccountId>> {
        let admins = facilities.iter().enumerate().map(|(n, facility)| {
            open(email("admin", n), &format!("Admin {}", facility.name), Role::Admin, vec![facility.id.to_string()])
        });
        let super_admin = open(format!("super@{DOMAIN}"), SUPER_ADMIN, Role::SuperAdmin, Vec::new());
        self.open_all(hash, admins.chain([super_admin]).collect()).await
    }

    /// Opens accounts, a few hundred in a unit.
    pub(super) async fn open_all(&self, hash: &str, asks: Vec<OpenAccount>) -> Result<Vec<AccountId>> {
        let cx = Self::program(self.days(-super::HISTORY));
        let mut accounts = Vec::with_capacity(asks.len());
        for unit in asks.chunks(A_UNIT) {
            accounts.extend(self.house.own_auth()?.open_hashed(&cx, unit.to_vec(), hash).await?);
        }
        Ok(accounts)
    }

    /// Somebody who registered as a doctor yesterday and waits (A3).
    pub(super) async fn apply_as_doctor(&self, network: &Planted) -> Result<Login> {
        let yesterday = Self::program(self.days(-1));
        let mail = format!("calon@{DOMAIN}");
        let mut stranger = Cx::guest("demo", Locale::Id, yesterday.clock.clone(), Entropy::System);
        stranger.deadline = None;
        let account =
            self.house.auth.open_account(&stranger, open(mail.clone(), APPLICANT, Role::Doctor, Vec::new())).await?;
        let doctor = network.doctors.first().ok_or(Error::NotFound("doctor"))?;
        let practice = doctor.practices.first().ok_or(Error::NotFound("doctor"))?;
        let place = network.facilities.iter().position(|facility| facility.id == practice.facility).unwrap_or_default();
        let services =
            network.services[place].iter().filter(|service| service.kind == ServiceKind::Consultation).take(1);
        let today = self.now.to_zoned(jiff::tz::TimeZone::UTC).date();
        let form = DoctorForm {
            name: APPLICANT.to_owned(),
            sex: Sex::Female,
            specialities: doctor.specialities.iter().map(|speciality| speciality.id.clone()).collect(),
            practising_since: Some(today.year() - 3),
            languages: vec!["id".to_owned()],
            about: Bilingual {
                id: "Dokter contoh yang menunggu persetujuan.".to_owned(),
                en: "A sample doctor who waits for an approval.".to_owned(),
            },
            str_number: "STR-CONTOH-999999".to_owned(),
            str_until: None,
            practices: vec![Practice {
                facility: practice.facility.clone(),
                services: services.map(|service| PracticeService { service: service.id.clone(), fee: None }).collect(),
                sip_number: "SIP.CONTOH/99999/1".to_owned(),
                sip_until: today.saturating_add(2.years()),
                hours: practice.hours.clone(),
            }],
            auto_accept: true,
            account: None,
        };
        self.house.directory.register_doctor(&Self::account(&account.id, self.days(-1)), form).await?;
        Ok(Login::new(Role::Doctor, mail, APPLICANT, "waits-for-approval"))
    }
}

pub(super) fn open(email: String, name: &str, role: Role, facilities: Vec<String>) -> OpenAccount {
    OpenAccount { email, phone: None, name: name.to_owned(), password: PASSWORD.to_owned(), role, facilities }
}
