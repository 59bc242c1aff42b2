use contracts::auth::{AccountOpened, AccountSearch, AccountState, Auth as _, ChangeAccount, OpenAccount, Role};
use platform::{
    Error,
    db::{Db, PageAsk},
};

use crate::house::{House, asks, is_invalid, is_unauthenticated};

testkit::db_test! {
    &[];

    /// A1, A3
    async fn patients_begin_active_doctors_wait_and_staff_need_a_super_admin(db: Db) {
        let house = House::open(db).await?;
        let guest = house.guest("10.0.0.1");
        let patient = house.auth.open_account(&guest, asks("siti@example.com", Role::Patient)).await?;
        assert_eq!((patient.state, patient.roles), (AccountState::Active, vec![Role::Patient]));
        let doctor = house.auth.open_account(&guest, asks("dokter@example.com", Role::Doctor)).await?;
        assert_eq!(doctor.state, AccountState::Pending);
        let patient = house.log_in("siti@example.com").await?;
        let patient = house.with_token(&patient.access_token).await?;
        for role in [Role::Admin, Role::SuperAdmin] {
            for cx in [&guest, &patient] {
                let answer = house.auth.open_account(cx, asks("staf@example.com", role)).await;
                assert!(matches!(answer, Err(Error::Forbidden("role.manage"))));
            }
            let email = format!("{role}@example.com");
            let staff = house.auth.open_account(&house.system(), asks(&email, role)).await?;
            assert_eq!(staff.state, AccountState::Active);
        }
        assert_eq!(house.said::<AccountOpened>().await?.unwrap().state, AccountState::Active);
    }

    /// A1
    async fn r_a6_signing_up_never_binds_to_an_existing_account(db: Db) {
        let house = House::open(db).await?;
        let with_phone = |email: &str, phone: &str| OpenAccount { phone: Some(phone.to_owned()), ..asks(email, Role::Patient) };
        let guest = house.guest("10.0.0.1");
        house.auth.open_account(&guest, with_phone("siti@example.com", "081234567890")).await?;
        let same_email = house.auth.open_account(&guest, with_phone(" SITI@example.com", "0812000000")).await;
        assert!(same_email.unwrap_err().is_conflict("email-taken"));
        let same_phone = house.auth.open_account(&guest, with_phone("budi@example.com", "+62 812-3456-7890")).await;
        assert!(same_phone.unwrap_err().is_conflict("phone-taken"));
        let both = tokio::join!(
            house.auth.open_account(&guest, asks("ayu@example.com", Role::Patient)),
            house.auth.open_account(&guest, asks("ayu@example.com", Role::Patient)),
        );
        assert!(both.0.is_ok() != both.1.is_ok());
    }

    /// A1
    async fn every_bad_field_is_named(db: Db) {
        let house = House::open(db).await?;
        let ask = OpenAccount {
            email: "siti".to_owned(),
            phone: Some("abc".to_owned()),
            name: " ".to_owned(),
            password: "rahasia123".to_owned(),
            role: Role::Patient,
            facilities: vec!["fac_1".to_owned()],
        };
        let Err(Error::Invalid(fields)) = house.auth.open_account(&house.guest("10.0.0.1"), ask).await else { panic!("it was accepted") };
        let named: Vec<(&str, &str)> = fields.iter().map(|f| (f.field.as_str(), f.code.as_str())).collect();
        assert_eq!(named, [("name", "required"), ("email", "invalid-email"), ("phone", "invalid-phone"), ("facilities", "facilities-of-admins"), ("password", "weak-password")]);
        for (password, code) in [("pendek", "too-short"), (&"x1y2".repeat(60), "too-long")] {
            let ask = OpenAccount { password: password.to_owned(), ..asks("siti@example.com", Role::Patient) };
            assert!(is_invalid(&house.auth.open_account(&house.guest("10.0.0.1"), ask).await, code));
        }
    }

    /// A1
    async fn r_a10_an_address_opens_so_many_accounts_only(db: Db) {
        let house = House::open(db).await?;
        let bad = |i: usize| OpenAccount { password: "pendek".to_owned(), ..asks(&format!("orang{i}@example.com"), Role::Patient) };
        for i in 0..100 {
            assert!(is_invalid(&house.auth.open_account(&house.guest("10.0.0.7"), bad(i)).await, "too-short"));
        }
        assert!(matches!(house.auth.open_account(&house.guest("10.0.0.7"), bad(0)).await, Err(Error::RateLimited(_))));
        assert!(is_invalid(&house.auth.open_account(&house.guest("10.0.0.8"), bad(0)).await, "too-short"));
    }

    /// A7
    async fn admins_find_change_and_shut_accounts(db: Db) {
        let house = House::open(db).await?;
        let (patient, tokens) = house.signed_in("siti@example.com", Role::Patient).await?;
        for i in 0..3 {
            house.account(&format!("budi{i}@example.com"), Role::Patient).await?;
        }
        let (admin, _) = house.signed_in("admin@example.com", Role::Admin).await?;
        let page = |limit, after| PageAsk { limit, after };
        let first = house.auth.accounts(&admin, AccountSearch { q: Some("BUDI".to_owned()), page: page(2, None), ..Default::default() }).await?;
        let rest = house.auth.accounts(&admin, AccountSearch { q: Some("budi".to_owned()), page: page(2, first.next), ..Default::default() }).await?;
        assert_eq!((first.items.len(), rest.items.len(), rest.next), (2, 1, None));
        let none = house.auth.accounts(&admin, AccountSearch { q: Some("b%i".to_owned()), ..Default::default() }).await?;
        assert!(none.items.is_empty());
        let admins = house.auth.accounts(&admin, AccountSearch { role: Some(Role::Admin), state: Some(AccountState::Active), ..Default::default() }).await?;
        assert_eq!(admins.items.len(), 1);
        assert!(matches!(house.auth.accounts(&patient, AccountSearch::default()).await, Err(Error::Forbidden("account.manage"))));

        let id = &tokens.account.id;
        let shut = ChangeAccount { active: Some(false), ..Default::default() };
        assert!(matches!(house.auth.change_account(&patient, id, 1, shut.clone()).await, Err(Error::Forbidden(_))));
        let changed = house.auth.change_account(&admin, id, 1, shut.clone()).await?;
        assert_eq!((changed.state, changed.version), (AccountState::Deactivated, 2));
        assert!(is_unauthenticated(&house.auth.identify_bearer(&tokens.access_token).await, "session-expired"));
        assert!(is_unauthenticated(&house.log_in("siti@example.com").await, "account-deactivated"));
        assert!(matches!(house.auth.change_account(&admin, id, 1, shut).await, Err(Error::Stale)));
        house.auth.change_account(&admin, id, 2, ChangeAccount { active: Some(true), ..Default::default() }).await?;
        house.log_in("siti@example.com").await?;
    }

    /// A4, A7
    async fn nobody_changes_accounts_above_their_own(db: Db) {
        let house = House::open(db).await?;
        let boss = house.account("boss@example.com", Role::SuperAdmin).await?;
        let (admin, own) = house.signed_in("admin@example.com", Role::Admin).await?;
        let shut = ChangeAccount { active: Some(false), ..Default::default() };
        assert!(matches!(house.auth.change_account(&admin, &boss.id, 1, shut.clone()).await, Err(Error::NotFound("account"))));
        assert!(matches!(house.auth.reset_for(&admin, &boss.id).await, Err(Error::NotFound("account"))));
        assert!(matches!(house.auth.account(&admin, &boss.id).await, Err(Error::NotFound("account"))));
        let rise = ChangeAccount { roles: Some(vec![Role::SuperAdmin]), ..Default::default() };
        assert!(matches!(house.auth.change_account(&admin, &own.account.id, 1, rise).await, Err(Error::Forbidden("role.manage"))));
        // Other people's accounts are not even there.
        let (patient, _) = house.signed_in("siti@example.com", Role::Patient).await?;
        assert!(matches!(house.auth.account(&patient, &boss.id).await, Err(Error::NotFound("account"))));
        assert!(matches!(house.auth.change_account(&patient, &boss.id, 1, ChangeAccount { locale: None, ..Default::default() }).await, Err(Error::NotFound("account"))));
    }

    /// A4, A7
    async fn staff_of_a_facility_reach_patients_and_their_own_staff_only(db: Db) {
        let house = House::open(db).await?;
        let (admin, own) = house.admin_of("admin@example.com", &["fac_1", "fac_2"]).await?;
        let (_, colleague) = house.admin_of("rekan@example.com", &["fac_2"]).await?;
        let (_, other) = house.admin_of("lain@example.com", &["fac_2", "fac_3"]).await?;
        let nowhere = house.account("kosong@example.com", Role::Admin).await?;
        let boss = house.account("boss@example.com", Role::SuperAdmin).await?;
        let doctor = house.account("dokter@example.com", Role::Doctor).await?;
        let waiting = house.auth.open_account(&house.guest("10.0.0.2"), asks("baru@example.com", Role::Doctor)).await?;
        let siti = house.account("siti@example.com", Role::Patient).await?;
        let rename = || ChangeAccount { name: Some("Nama Lain".to_owned()), ..Default::default() };
        for account in [&other.account, &nowhere, &boss, &doctor] {
            assert!(matches!(house.auth.account(&admin, &account.id).await, Err(Error::NotFound("account"))));
            assert!(matches!(house.auth.change_account(&admin, &account.id, 1, rename()).await, Err(Error::NotFound("account"))));
            assert!(matches!(house.auth.reset_for(&admin, &account.id).await, Err(Error::NotFound("account"))));
        }
        // Who may approve a doctor looks at the account, and leaves it as it is.
        assert_eq!(house.auth.account(&admin, &waiting.id).await?.email, "baru@example.com");
        assert!(matches!(house.auth.change_account(&admin, &waiting.id, 1, rename()).await, Err(Error::NotFound("account"))));
        assert_eq!(house.auth.account(&admin, &colleague.account.id).await?.email, "rekan@example.com");
        assert!(matches!(house.auth.change_account(&admin, &colleague.account.id, 1, rename()).await, Err(Error::Forbidden("role.manage"))));
        assert_eq!(house.auth.change_account(&admin, &siti.id, 1, rename()).await?.name, "Nama Lain");
        house.auth.change_account(&admin, &own.account.id, 1, rename()).await?;

        // Pages are full though accounts in between are passed over.
        let mut listed = Vec::new();
        let mut page = PageAsk::first(2);
        loop {
            let found = house.auth.accounts(&admin, AccountSearch { page, ..Default::default() }).await?;
            listed.extend(found.items.into_iter().map(|account| account.id.to_string()));
            let Some(after) = found.next else { break };
            assert_eq!(listed.len() % 2, 0);
            page = PageAsk { limit: 2, after: Some(after) };
        }
        let mut reached = [siti.id, waiting.id, colleague.account.id, own.account.id].map(|id| id.to_string());
        reached.sort();
        listed.sort();
        assert_eq!(listed, reached);
        let all = house.auth.accounts(&house.system(), AccountSearch::default()).await?;
        assert_eq!(all.items.len(), 8);
    }

    /// A1, A7
    async fn where_codes_go_is_changed_by_the_owner_or_a_super_admin(db: Db) {
        let house = House::open(db).await?;
        let (admin, _) = house.admin_of("admin@example.com", &["fac_1"]).await?;
        let (boss, _) = house.signed_in("boss@example.com", Role::SuperAdmin).await?;
        let (siti, tokens) = house.signed_in("siti@example.com", Role::Patient).await?;
        let id = &tokens.account.id;
        let phone = |phone: &str| ChangeAccount { phone: Some(phone.to_owned()), ..Default::default() };
        house.auth.change_account(&siti, id, 1, phone("081234567890")).await?;
        for other in ["089999999999", ""] {
            assert!(matches!(house.auth.change_account(&admin, id, 2, phone(other)).await, Err(Error::Forbidden("role.manage"))));
        }
        // What comes back as it was is no change.
        house.auth.change_account(&admin, id, 2, phone("0812 3456 7890")).await?;
        let mut raised = admin.clone();
        raised.permissions = boss.permissions;
        assert!(matches!(house.auth.change_account(&raised, id, 3, phone("089999999999")).await, Err(Error::Forbidden("role.manage"))));
        assert_eq!(house.auth.change_account(&boss, id, 3, phone("089999999999")).await?.phone.as_deref(), Some("+6289999999999"));
    }

    /// A4
    async fn the_last_super_admin_stays(db: Db) {
        let house = House::open(db).await?;
        let one = house.auth.create_super_admin(&house.system(), "satu@example.com", crate::house::PASSWORD).await?;
        let two = house.account("dua@example.com", Role::SuperAdmin).await?;
        let shut = || ChangeAccount { active: Some(false), ..Default::default() };
        let system = house.system();
        let (first, second) = tokio::join!(
            house.auth.change_account(&system, &one.id, 1, shut()),
            house.auth.change_account(&system, &two.id, 1, shut()),
        );
        assert!(first.is_ok() != second.is_ok(), "one of them must stay");
        let refused = first.err().or(second.err()).unwrap();
        assert!(refused.is_conflict("last-super-admin"));
    }

    /// A7
    async fn accounts_are_opened_in_bulk_with_one_hash(db: Db) {
        let house = House::open(db).await?;
        let system = house.system();
        let hash = house.auth.hash_password(&system, crate::house::PASSWORD).await?;
        let all = (0..50).map(|i| asks(&format!("orang{i}@example.com"), Role::Doctor)).collect();
        assert_eq!(house.auth.open_hashed(&system, all, &hash).await?.len(), 50);
        assert_eq!(house.log_in("orang49@example.com").await?.account.state, AccountState::Active);
    }
}
