//! Who becomes super admin, and whose word opens the account of a doctor.

use contracts::{
    auth::{AccountState, Auth as _, ChangeAccount, NamedRoleForm, Role},
    directory::DoctorDecided,
};
use platform::{Error, db::Db};

use crate::house::{House, asks};

testkit::db_test! {
    &[];

    /// A4
    async fn a_super_admin_is_made_by_the_word_of_two(db: Db) {
        let house = House::open(db).await?;
        let (boss, _) = house.signed_in("satu@example.com", Role::SuperAdmin).await?;
        let (second, _) = house.signed_in("dua@example.com", Role::SuperAdmin).await?;
        let third = house.auth.open_account(&boss, asks("tiga@example.com", Role::SuperAdmin)).await?;
        assert_eq!(third.state, AccountState::Pending);
        let waiting = house.auth.super_admin_grants(&second).await?;
        assert_eq!((waiting.len(), &waiting[0].account, waiting[0].asked_by.as_str()), (1, &third.id, boss.account()?));
        let tokens = house.log_in("tiga@example.com").await?;
        let meant = house.with_token(&tokens.access_token).await?;
        assert!(matches!(house.auth.decide_super_admin(&meant, &third.id, true).await, Err(Error::Forbidden(_))));
        // Neither who asked nor, where two run the house, the machine: not even with every permission.
        let (admin, _) = house.admin_of("admin@example.com", &["fac_1"]).await?;
        let mut raised = admin.clone();
        (raised.permissions, raised.facilities) = (boss.permissions, None);
        for cx in [&boss, &house.system(), &raised] {
            let answer = house.auth.decide_super_admin(cx, &third.id, true).await;
            assert!(answer.unwrap_err().is_conflict("needs-another-super-admin"));
        }
        assert!(matches!(house.auth.decide_super_admin(&admin, &third.id, true).await, Err(Error::Forbidden("role.manage"))));
        // Nor an approval of the directory.
        let decided = DoctorDecided { doctor: "doc_01K9ZQZ5YX0000000000000000".parse().unwrap(), account: third.id.clone(), approved: true };
        house.hears("directory", 1, "evt_1", &decided).await?;
        assert_eq!(house.auth.account(&boss, &third.id).await?.state, AccountState::Pending);
        assert!(matches!(house.auth.account(&admin, &third.id).await, Err(Error::NotFound("account"))));

        let confirmed = house.auth.decide_super_admin(&second, &third.id, true).await?;
        assert_eq!((confirmed.state, confirmed.roles), (AccountState::Active, vec![Role::SuperAdmin]));
        assert!(matches!(house.auth.decide_super_admin(&second, &third.id, true).await, Err(Error::NotFound(_))));
        for action in ["super-admin.ask", "super-admin.confirm"] {
            let noted: Option<(i64,)> = house.db.read(async move |tx| tx.one("select count(*) from audit_line where action = $1", &[&action]).await).await?;
            assert_eq!(noted, Some((1,)), "{action}");
        }
    }

    /// A4
    async fn a_role_given_later_and_an_account_opened_again_wait_too(db: Db) {
        let house = House::open(db).await?;
        let (boss, _) = house.signed_in("satu@example.com", Role::SuperAdmin).await?;
        let (second, own) = house.signed_in("dua@example.com", Role::SuperAdmin).await?;
        let admin = house.account("admin@example.com", Role::Admin).await?;
        let rise = || ChangeAccount { roles: Some(vec![Role::Admin, Role::SuperAdmin]), ..Default::default() };
        let asked = house.auth.change_account(&boss, &admin.id, 1, rise()).await?;
        assert_eq!((asked.state, asked.roles), (AccountState::Active, vec![Role::Admin]));
        // A word that nobody gives within a week is forgotten.
        house.pass(8 * 24 * 3600);
        assert!(house.auth.super_admin_grants(&second).await?.is_empty());
        assert!(matches!(house.auth.decide_super_admin(&second, &admin.id, true).await, Err(Error::NotFound(_))));
        house.auth.change_account(&boss, &admin.id, asked.version, rise()).await?;
        let risen = house.auth.decide_super_admin(&second, &admin.id, true).await?;
        assert_eq!(risen.roles, [Role::Admin, Role::SuperAdmin]);

        let active = |active| ChangeAccount { active: Some(active), ..Default::default() };
        let shut = house.auth.change_account(&boss, &own.account.id, own.account.version, active(false)).await?;
        let waits = house.auth.change_account(&boss, &own.account.id, shut.version, active(true)).await?;
        assert_eq!(waits.state, AccountState::Pending);
        let refused = house.auth.decide_super_admin(&boss, &own.account.id, false).await?;
        assert_eq!(refused.state, AccountState::Deactivated);
    }

    /// A4
    async fn who_is_to_become_nothing_but_super_admin_goes_on_where_they_are_until_then(db: Db) {
        let house = House::open(db).await?;
        let (boss, _) = house.signed_in("satu@example.com", Role::SuperAdmin).await?;
        let (second, _) = house.signed_in("dua@example.com", Role::SuperAdmin).await?;
        let (_, admin) = house.admin_of("admin@example.com", &["fac_1", "fac_2"]).await?;
        let desk = NamedRoleForm { name: "Loket".to_owned(), permissions: vec!["appointment.read".to_owned()] };
        let desk = house.auth.make_role(&boss, desk).await?;
        let held = ChangeAccount { named_roles: Some(vec![desk.id.clone()]), ..Default::default() };
        let held = house.auth.change_account(&boss, &admin.account.id, 1, held).await?;
        let rise = ChangeAccount { roles: Some(vec![Role::SuperAdmin]), ..Default::default() };
        let asked = house.auth.change_account(&boss, &admin.account.id, held.version, rise).await?;
        assert_eq!(asked.named_roles, [desk.id], "they may more than before");
        assert_eq!((asked.roles, asked.facilities), (vec![Role::Admin], vec!["fac_1".to_owned(), "fac_2".to_owned()]));
        let risen = house.auth.decide_super_admin(&second, &asked.id, true).await?;
        assert!(risen.roles.contains(&Role::SuperAdmin));
    }

    /// A4, J1
    async fn where_one_runs_the_house_the_machine_is_the_second(db: Db) {
        let house = House::open(db).await?;
        let (boss, _) = house.signed_in("satu@example.com", Role::SuperAdmin).await?;
        let next = house.auth.open_account(&boss, asks("dua@example.com", Role::SuperAdmin)).await?;
        assert!(house.auth.decide_super_admin(&boss, &next.id, true).await.unwrap_err().is_conflict("needs-another-super-admin"));
        assert_eq!(house.auth.decide_super_admin(&house.system(), &next.id, true).await?.state, AccountState::Active);
        let third = house.auth.create_super_admin(&house.system(), "tiga@example.com", crate::house::PASSWORD).await?;
        assert_eq!(third.state, AccountState::Pending, "two run the house by now");
    }

    /// A3, A7
    async fn staff_of_a_facility_open_no_active_account_of_a_doctor(db: Db) {
        let house = House::open(db).await?;
        let (admin, _) = house.admin_of("admin@example.com", &["fac_1"]).await?;
        let doctor = house.auth.open_account(&admin, asks("dokter@example.com", Role::Doctor)).await?;
        assert_eq!(doctor.state, AccountState::Pending);
        let (boss, _) = house.signed_in("boss@example.com", Role::SuperAdmin).await?;
        let other = house.auth.open_account(&boss, asks("lain@example.com", Role::Doctor)).await?;
        assert_eq!(other.state, AccountState::Active);
        // Once the directory has them where they practise, they are let in.
        let decided = DoctorDecided { doctor: "doc_01K9ZQZ5YX0000000000000000".parse().unwrap(), account: doctor.id.clone(), approved: true };
        house.hears("directory", 1, "evt_1", &decided).await?;
        assert_eq!(house.auth.account(&boss, &doctor.id).await?.state, AccountState::Active);
    }
}
