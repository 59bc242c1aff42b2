//! Unregistering: nothing readable is left, and it is complete only when every context has answered (A6).

#![allow(clippy::unwrap_used)]

mod house;

use std::time::Duration;

use contracts::{
    auth::{AccountOpened, AccountState, Role},
    people::{ErasureAnswer, ErasureDone, PatientErased, People as _},
};
use house::{House, child, named, siti};
use platform::{
    Error, Result,
    bus::{self, Bus, BusHandle, Reactions},
    db::{Db, DbOptions, Engine},
    i18n::Locale,
};

const SOON: Duration = Duration::from_secs(20);

/// A context that says accounts and answers erasures, in place of auth.
async fn with_auth(house: &House) -> Result<(Db, BusHandle)> {
    let auth = Db::open(&format!("sqlite:{}/auth.db", house.folder.path().display()), DbOptions::default()).await?;
    auth.migrate("bus", bus::MIGRATIONS).await?;
    let mut reactions = Reactions::new("auth", auth.clone());
    reactions.hear::<PatientErased>("answer", |tx, cx, event, _| {
        Box::pin(async move {
            let answer = ErasureAnswer {
                context: "auth".to_owned(),
                erased: 3,
                kept: 1,
                kept_until: Some("2031-01-01".parse().unwrap()),
            };
            tx.publish(cx, &ErasureDone { erasure: event.erasure.clone(), answer }).await
        })
    });
    let mut bus = Bus::new(house.clock.clone(), house.entropy.clone());
    bus.source("auth", auth.clone()).source("people", house.db.clone()).join(house.people.reactions()).join(reactions);
    Ok((auth, bus.start().await?))
}

fn opened(account: &contracts::auth::AccountId, locale: Locale, state: AccountState) -> AccountOpened {
    AccountOpened {
        account: account.clone(),
        roles: vec![Role::Patient],
        name: "Siti Tertanam".to_owned(),
        email: "tertanam@contoh.id".to_owned(),
        phone: Some("+628999000111".to_owned()),
        locale,
        state,
    }
}

/// Every text and byte string in every table of the database.
async fn everything(db: &Db) -> String {
    const TABLES: &[&str] = &[
        "select coalesce(id, '') || coalesce(locale, '') from account",
        "select id || coalesce(account, '') || name from patient",
        "select word || patient from patient_word",
        "select mark || patient from patient_mark",
        "select mark || patient from nik_claim",
        "select account || patient || consent_by from family",
        "select id || subject || kind || payload from outbox",
        "select id || subject || kind || payload from waiting",
        "select source || subject from heard",
        "select payload from job",
    ];
    let mut all = String::new();
    for table in TABLES {
        let rows: Vec<(String,)> = db.read(async move |tx| tx.all(table, &[]).await).await.unwrap();
        all.extend(rows.into_iter().map(|(row,)| row + "\n"));
    }
    all
}

testkit::db_test! {
    bus::MIGRATIONS;

    /// A6
    async fn an_erasure_is_complete_when_every_context_has_answered(db: Db) {
        let house = House::on(db).await?;
        let (auth, bus) = with_auth(&house).await?;
        let (account, owner) = house.account(house::PATIENT);
        let event = opened(&account, Locale::En, AccountState::Active);
        let cx = house.system();
        auth.write(async move |tx| tx.publish(&cx, &event).await).await?;
        bus.settle(SOON).await?;
        let mine = house.people.register_self(&owner, siti()).await?;
        let kid = house.people.add_family_member(&owner, child("Anak Tertanam")).await?;
        let shared = house.people.add_family_member(&owner, child("Anak Bersama")).await?;
        let (_, other) = house.account(house::PATIENT);
        let theirs = house.people.register_self(&other, named("Orang Lain")).await?;
        let (id, parent) = (shared.id.clone(), other.account()?.to_owned());
        house.db.write(async move |tx| {
            tx.exec("insert into family (id, account, patient, relation, consent, consent_locale, consent_at, consent_by)
                select 'fam_2', $1, $2, relation, consent, consent_locale, consent_at, $1 from family where patient = $2", &[&parent, &id]).await
        }).await?;

        let erasure = house.people.unregister(&owner).await?;
        assert_eq!(house.people.unregister(&owner).await?.id, erasure.id, "asked twice");
        bus.settle(SOON).await?;
        let done = house.people.erasure(&house.guest(), &erasure.id).await?;
        assert!(done.done_at.is_some() && done.waiting_for.is_empty(), "{done:?}");
        assert_eq!(done.answers.iter().map(|a| a.context.as_str()).collect::<Vec<_>>(), ["auth", "people"]);
        assert!(done.answers[1].erased > 4 && done.answers[0].kept == 1);

        let said: Vec<(String,)> = house.rows("select payload from outbox where kind = 'people.patient_erased.v1'").await;
        let said: PatientErased = serde_json::from_str(&said[0].0).unwrap();
        assert_eq!((said.patients, said.account), (vec![mine.id.clone(), kid.id.clone()], Some(account.clone())));
        let all = everything(&house.db).await;
        for word in ["Siti", "siti", "aminah", "Tertanam", "tertanam"] {
            assert!(!all.contains(word), "{word} can still be read");
        }
        assert!(all.contains("Anak Bersama") && all.contains("Orang Lain"), "others stay");
        assert!(house.people.patient(&other, &shared.id).await.is_ok(), "somebody else acts for them");
        assert!(house.people.patient(&other, &theirs.id).await.is_ok());
        assert_eq!(house.people.patient_profile(&house.system(), &shared.id).await?.accounts.len(), 1);
        assert!(matches!(house.people.patient(&house.staff(), &mine.id).await, Err(Error::NotFound(_))));
        let keys: Vec<(Option<String>,)> = house.keys.read(async |tx| tx.all("select wrapped from data_key where scope like 'patient:%' order by scope", &[]).await).await?;
        assert_eq!(keys.iter().filter(|(wrapped,)| wrapped.is_none()).count(), 2, "their keys are destroyed");

        // Nothing is kept for the account again, however late it comes.
        assert!(matches!(house.people.register_self(&owner, siti()).await, Err(Error::Unauthenticated(_))));
        assert!(matches!(house.people.add_family_member(&owner, child("Anak")).await, Err(Error::Unauthenticated(_))));
        let (event, cx) = (opened(&account, Locale::Id, AccountState::Active), house.system());
        auth.write(async move |tx| tx.publish(&cx, &event).await).await?;
        bus.settle(SOON).await?;
        assert_eq!(house.count("select count(*) from account where contact is not null").await, 0);
        bus.stop().await;
    }

    /// A6
    async fn an_erasure_that_was_cut_off_is_finished_by_its_job(db: Db) {
        let house = House::on(db).await?;
        let owner = house.patient();
        house.people.register_self(&owner, siti()).await?;
        // The keys cannot be reached at this moment.
        house.keys.write(async |tx| tx.exec("alter table data_key rename to data_key_away", &[]).await).await?;
        let erasure = house.people.unregister(&owner).await?;
        let done = "select count(*) from outbox where kind = 'erasure.done.v1'";
        assert_eq!(house.count(done).await, 0, "not answered while a key is left");
        house.keys.write(async |tx| tx.exec("alter table data_key_away rename to data_key", &[]).await).await?;
        let jobs = house.people.jobs().idle(house.clock.clone(), house.entropy.clone()).await?;
        jobs.run_due().await?;
        assert_eq!(house.count(done).await, 1);
        let gone: Vec<(i64,)> = house.keys.read(async |tx| tx.all("select count(*) from data_key where scope like 'patient:%' and wrapped is not null", &[]).await).await?;
        assert_eq!(gone, [(0,)]);
        assert_eq!(house.people.erasure(&house.guest(), &erasure.id).await?.waiting_for, ["auth", "people"]);
    }

    /// A6
    async fn unknown_erasures_and_foreign_answers_change_nothing(db: Db) {
        let house = House::on(db).await?;
        assert!(matches!(house.people.erasure(&house.guest(), &house.guest().new_id()).await, Err(Error::NotFound("erasure"))));
        assert!(matches!(house.people.unregister(&house.guest()).await, Err(Error::Unauthenticated(_))));
        let (auth, bus) = with_auth(&house).await?;
        let (cx, answer) = (house.system(), ErasureAnswer { context: "people".to_owned(), erased: 1, kept: 0, kept_until: None });
        let unknown = ErasureDone { erasure: cx.new_id(), answer: answer.clone() };
        auth.write(async move |tx| tx.publish(&cx, &unknown).await).await?;
        bus.settle(SOON).await?;
        assert_eq!(house.count("select count(*) from erasure_answer").await, 0);
        bus.stop().await;
    }

    /// A2
    async fn the_language_and_contacts_of_the_account_are_used(db: Db) {
        let house = House::on(db).await?;
        let (auth, bus) = with_auth(&house).await?;
        let (account, owner) = house.account(house::PATIENT);
        for locale in [Locale::En, Locale::Id] {
            let (cx, event) = (house.system(), opened(&account, locale, AccountState::Active));
            auth.write(async move |tx| tx.publish(&cx, &event).await).await?;
            bus.settle(SOON).await?;
            if locale == Locale::En {
                let mine = house.people.register_self(&owner, named("Siti")).await?;
                assert_eq!((mine.email.as_deref(), mine.phone.as_deref()), (Some("tertanam@contoh.id"), Some("+628999000111")));
            }
            let own = house.people.my_patients(&owner).await?.remove(0);
            assert_eq!(house.people.patient_profile(&house.system(), &own.id).await?.locale, locale);
        }
        bus.stop().await;
    }
}

/// A6
#[tokio::test(flavor = "multi_thread")]
async fn the_database_files_hold_no_copy_of_an_erased_person() {
    let fresh = testkit::db::Fresh::new(Engine::Sqlite, "bus", bus::MIGRATIONS).await;
    let house = House::on(fresh.db.clone()).await.unwrap();
    let (account, owner) = house.account(house::PATIENT);
    let mut planted = siti();
    planted.name = "Zwartkrans Kwikstaart".to_owned();
    planted.nik = Some("7371014101907777".to_owned());
    house.people.register_self(&owner, planted).await.unwrap();
    house.people.add_family_member(&owner, child("Zwartkrans Muda")).await.unwrap();
    // A waiting event about the account, as if its predecessor were missing.
    let (subject, payload) = (format!("auth.account_opened.v1:{account}"), "Zwartkrans in early".to_owned());
    let now = owner.now();
    fresh.db.write(async move |tx| {
        tx.exec("insert into waiting (id, source, class, subject, epoch, n, kind, payload, at, began, kept_at, attempts, due_at, reason)
            values ('evt_w', 'auth', 'profile', $1, 1, 9, 'auth.account_opened.v1', $2, $3, $3, $3, 1, $3, '')", &[&subject, &payload, &now]).await
    }).await.unwrap();
    house.people.unregister(&owner).await.unwrap();
    let path = fresh.url.strip_prefix("sqlite:").unwrap().to_owned();
    fresh.db.close().await;
    let folder = std::path::Path::new(&path).parent().unwrap();
    for file in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for word in ["wartkrans", "wikstaart", "7371014101907777"] {
            assert!(!bytes.windows(word.len()).any(|part| part == word.as_bytes()), "{word} lies in the file");
        }
    }
    drop(house);
}
