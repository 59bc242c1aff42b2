//! Sample patients: an account holder and the family they book for (A2, A9).

use contracts::{
    auth::{AccountId, Role},
    directory::Facility,
    people::{AddFamilyMember, Address, EmergencyContact, PatientForm, PatientId, PatientType, Relation, Sex},
};
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::{
    ToSpan,
    civil::{Date, date},
};
use platform::{Result, entropy::Entropy};

use super::{AT_ONCE, Gardener, email, pick, staff::open, words};

/// Families of a network of scale 1.
const FAMILIES: usize = 24;

/// An account and the people it books for, itself first.
pub(super) struct Family {
    /// Who signs in.
    pub(super) account: AccountId,
    /// Their name.
    pub(super) name: String,
    /// Place of the facility nearby.
    pub(super) near: usize,
    /// Themselves and their family.
    pub(super) people: Vec<PatientId>,
}

/// A family before it has ids.
struct Draft {
    near: usize,
    holder: PatientForm,
    members: Vec<(Relation, PatientForm)>,
}

impl Gardener<'_> {
    /// Opens the accounts and keeps the profiles.
    pub(super) async fn open_families(&self, hash: &str, facilities: &[Facility]) -> Result<Vec<Family>> {
        let drafts: Vec<Draft> =
            (0..FAMILIES * self.scale as usize).map(|number| self.draft(number, facilities)).collect();
        let asks = drafts
            .iter()
            .enumerate()
            .map(|(n, draft)| open(email("pasien", n), &draft.holder.name, Role::Patient, Vec::new()));
        let accounts = self.open_all(hash, asks.collect()).await?;
        let keeping = accounts.into_iter().zip(drafts).map(|(account, draft)| self.keep(account, draft));
        stream::iter(keeping).buffered(AT_ONCE).try_collect().await
    }

    async fn keep(&self, account: AccountId, draft: Draft) -> Result<Family> {
        let cx = Self::account(&account, self.days(-super::HISTORY));
        let name = draft.holder.name.clone();
        let mut people = vec![self.house.people.register_self(&cx, draft.holder).await?.id];
        for (relation, person) in draft.members {
            people.push(
                self.house.people.add_family_member(&cx, AddFamilyMember { relation, consent: true, person }).await?.id,
            );
        }
        Ok(Family { account, name, near: draft.near, people })
    }

    fn draft(&self, number: usize, facilities: &[Facility]) -> Draft {
        let chance = self.chance(1_000 + number as u64);
        let near = number % facilities.len().max(1);
        let regency = facilities.get(near).map_or("73.71", |facility| facility.regency.as_str());
        let family = *pick(&chance, words::FAMILIES);
        let home = Address {
            line: format!("{} No. {}", pick(&chance, words::STREETS), 1 + chance.below(98)),
            region: Some(regency.to_owned()),
            postal_code: Some(format!("9{:04}", chance.below(10_000))),
        };
        let person = |sex: Sex, age: u64, serial: u64| {
            person(&chance, Made { sex, age, serial, family, regency, home: &home, year: self.year() })
        };
        let serial = |place: u64| 9_000 - (number as u64 * 7 + place) % 8_999;
        let holder_sex = either(&chance);
        let mut holder = person(holder_sex, 24 + chance.below(40), serial(0));
        holder.email = Some(email("pasien", number));
        holder.phone = Some(format!("+62811555{number:04}"));
        let spouse = if holder_sex == Sex::Female { Sex::Male } else { Sex::Female };
        let mut members = Vec::new();
        if chance.below(3) > 0 {
            members.push((Relation::Spouse, person(spouse, 25 + chance.below(38), serial(1))));
        }
        for child in 0..chance.below(3) {
            members.push((Relation::Child, person(either(&chance), 1 + chance.below(16), serial(2 + child))));
        }
        if chance.below(4) == 0 {
            members.push((Relation::Parent, person(either(&chance), 62 + chance.below(24), serial(5))));
        }
        Draft { near, holder, members }
    }

    fn year(&self) -> i16 {
        self.now.to_zoned(jiff::tz::TimeZone::UTC).year()
    }
}

/// What a person is made from.
struct Made<'a> {
    sex: Sex,
    age: u64,
    serial: u64,
    family: &'a str,
    regency: &'a str,
    home: &'a Address,
    year: i16,
}

fn person(chance: &Entropy, made: Made<'_>) -> PatientForm {
    let Made { sex, age, serial, family, regency, home, year } = made;
    let given = if sex == Sex::Female { pick(chance, words::WOMEN) } else { pick(chance, words::MEN) };
    let born = date(year - age as i16, 1, 1).saturating_add((chance.below(365) as i64).days());
    let insured = chance.below(5) < 2;
    PatientForm {
        name: format!("{given} {family}"),
        nik: Some(nik(regency, born, sex, serial)),
        no_nik_reason: None,
        birth_place: (*pick(chance, words::BIRTH_PLACES)).to_owned(),
        birth_date: born,
        sex,
        email: None,
        phone: None,
        address: home.clone(),
        patient_type: if insured { PatientType::Bpjs } else { PatientType::Umum },
        bpjs_number: insured.then(|| format!("000{:010}", chance.below(10_000_000_000))),
        emergency_contact: Some(EmergencyContact {
            name: format!("{} {family}", pick(chance, words::WOMEN)),
            phone: format!("+62812555{:04}", chance.below(10_000)),
            relation: "keluarga".to_owned(),
        }),
    }
}

/// A number of the right shape: district 99 of the regency, which nobody is registered in.
fn nik(regency: &str, born: Date, sex: Sex, serial: u64) -> String {
    let day = born.day() + if sex == Sex::Female { 40 } else { 0 };
    format!("{}99{day:02}{:02}{:02}{serial:04}", regency.replace('.', ""), born.month(), born.year() % 100)
}

fn either(chance: &Entropy) -> Sex {
    if chance.below(2) == 0 { Sex::Female } else { Sex::Male }
}
