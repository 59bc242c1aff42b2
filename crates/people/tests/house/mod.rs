//! A house of people for tests: the context on a fresh database, its keys, and those who ask.
#![allow(dead_code)]

use contracts::{
    Permission,
    auth::AccountId,
    people::{Address, EmergencyContact, PatientForm, PatientType, Relation, Sex},
};
use jiff::civil::date;
use people::PeopleContext;
use platform::{
    Clock, Cx, Result,
    crypto::{KeyStore, MasterKey},
    cx::{Actor, PermissionSet},
    db::{Db, DbOptions, FromRow},
    entropy::Entropy,
    jobs,
};

pub struct House {
    pub people: PeopleContext,
    pub db: Db,
    pub keys: Db,
    pub clock: Clock,
    pub entropy: Entropy,
    pub folder: tempfile::TempDir,
}

pub const STAFF: &[Permission] = &[Permission::PatientRead, Permission::PatientWrite];
pub const REGISTRAR: &[Permission] = &[Permission::PatientRead, Permission::PatientWrite, Permission::PatientIdentity];
pub const PATIENT: &[Permission] = &[Permission::ProfileOwn];

impl House {
    /// On a database that has the tables of the bus already.
    pub async fn on(db: Db) -> Result<Self> {
        db.migrate("jobs", jobs::MIGRATIONS).await?;
        db.migrate("people", people::MIGRATIONS).await?;
        let folder = tempfile::tempdir().unwrap();
        let keys = Db::open(&format!("sqlite:{}/keys.db", folder.path().display()), DbOptions::default()).await?;
        let (clock, entropy) = (Clock::manual("2026-11-24T02:00:00Z".parse().unwrap()), Entropy::System);
        let master = MasterKey::generate(&entropy);
        let cx = Cx::system("test", clock.clone(), entropy.clone());
        let store = KeyStore::open(keys.clone(), &master).await?;
        let people = PeopleContext::open(&cx, db.clone(), store, &master, &["auth", "people"]).await?;
        Ok(Self { people, db, keys, clock, entropy, folder })
    }

    /// Somebody signed in, with these permissions.
    pub fn account(&self, permissions: &[Permission]) -> (AccountId, Cx) {
        let mut cx = self.guest();
        let id: AccountId = cx.new_id();
        cx.actor = Actor::Account { id: id.to_string().into(), session: "ses_1".into() };
        cx.permissions = PermissionSet::of(permissions);
        (id, cx)
    }

    pub fn patient(&self) -> Cx {
        self.account(PATIENT).1
    }

    pub fn staff(&self) -> Cx {
        self.account(STAFF).1
    }

    pub fn registrar(&self) -> Cx {
        self.account(REGISTRAR).1
    }

    pub fn guest(&self) -> Cx {
        Cx::guest("req_1", platform::i18n::Locale::Id, self.clock.clone(), self.entropy.clone())
    }

    pub fn system(&self) -> Cx {
        Cx::system("scheduling", self.clock.clone(), self.entropy.clone())
    }

    /// The rows of a statement without arguments.
    pub async fn rows<R: FromRow + 'static>(&self, sql: &'static str) -> Vec<R> {
        self.db.read(async move |tx| tx.all(sql, &[]).await).await.unwrap()
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        self.rows::<(i64,)>(sql).await[0].0
    }

    /// What was written to the audit trail so far, in no order.
    pub async fn audited(&self, action: &str) -> usize {
        let lines: Vec<(String,)> = self.rows("select payload from outbox where kind = 'audit.entry.v1'").await;
        let wanted = format!("\"action\":\"{action}\"");
        lines.iter().filter(|(line,)| line.contains(&wanted)).count()
    }
}

pub fn siti() -> PatientForm {
    PatientForm {
        name: "Siti Aminah".to_owned(),
        nik: Some("7371014101900001".to_owned()),
        no_nik_reason: None,
        birth_place: "Makassar".to_owned(),
        birth_date: date(1990, 1, 1),
        sex: Sex::Female,
        email: Some("siti@contoh.id".to_owned()),
        phone: Some("0812 3456 7890".to_owned()),
        address: Address {
            line: "Jl. Melati 5".to_owned(),
            region: Some("73.71.01".to_owned()),
            postal_code: Some("90111".to_owned()),
        },
        patient_type: PatientType::Bpjs,
        bpjs_number: Some("0001105689835".to_owned()),
        emergency_contact: Some(EmergencyContact {
            name: "Budi".to_owned(),
            phone: "0811 2345 678".to_owned(),
            relation: "suami".to_owned(),
        }),
    }
}

/// Somebody else without a NIK.
pub fn named(name: &str) -> PatientForm {
    PatientForm {
        name: name.to_owned(),
        nik: None,
        no_nik_reason: Some("later".to_owned()),
        email: None,
        phone: None,
        patient_type: PatientType::Umum,
        bpjs_number: None,
        emergency_contact: None,
        ..siti()
    }
}

pub fn child(name: &str) -> contracts::people::AddFamilyMember {
    contracts::people::AddFamilyMember { relation: Relation::Child, consent: true, person: named(name) }
}
