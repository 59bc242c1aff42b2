use contracts::{
    Permission,
    auth::{Auth as _, ChangeAccount, PermissionsChanged, Role},
};
use platform::{Error, PermissionSet, crypto::MasterKey, db::Db, entropy::Entropy};

use crate::house::{House, is_invalid, start};

testkit::db_test! {
    &[];

    /// A4
    async fn what_a_role_allows_is_edited_and_takes_effect(db: Db) {
        let house = House::open(db.clone()).await?;
        let other = start(&db, &house.clock, &MasterKey::generate(&Entropy::seeded(1))).await?;
        let (boss, _) = house.signed_in("boss@example.com", Role::SuperAdmin).await?;
        let (_, siti) = house.signed_in("siti@example.com", Role::Patient).await?;
        assert_eq!(boss.permissions, PermissionSet::of(Permission::ALL));
        other.identify_bearer(&siti.access_token).await?;
        let matrix = house.auth.roles(&boss).await?;
        let patient = matrix.iter().find(|row| row.role == Role::Patient).unwrap();
        let set = house.auth.set_role(&boss, Role::Patient, patient.version, vec!["profile.own".to_owned()]).await?;
        assert_eq!((set.permissions.as_slice(), set.version), (&["profile.own".to_owned()][..], 2));
        let now = house.auth.identify_bearer(&siti.access_token).await?;
        assert_eq!(now.permissions, PermissionSet::of(&[Permission::ProfileOwn]));
        assert_eq!(house.said::<PermissionsChanged>().await?.unwrap().permissions, ["profile.own"]);
        assert!(matches!(house.auth.set_role(&boss, Role::Patient, 1, Vec::new()).await, Err(Error::Stale)));
        let limit = std::time::Instant::now() + std::time::Duration::from_millis(1_500);
        while other.identify_bearer(&siti.access_token).await?.permissions.has(Permission::AppointmentOwn) {
            assert!(std::time::Instant::now() < limit, "the other process still allows it");
            tokio::task::yield_now().await;
        }
    }

    /// A4
    async fn the_super_admin_cannot_be_locked_out(db: Db) {
        let house = House::open(db).await?;
        let (boss, _) = house.signed_in("boss@example.com", Role::SuperAdmin).await?;
        let (admin, _) = house.signed_in("admin@example.com", Role::Admin).await?;
        let without = house.auth.set_role(&boss, Role::SuperAdmin, 1, vec!["audit.read".to_owned()]).await;
        assert!(without.unwrap_err().is_conflict("would-lock-out"));
        assert!(is_invalid(&house.auth.set_role(&boss, Role::Admin, 1, vec!["all".to_owned()]).await, "unknown-permission"));
        assert!(matches!(house.auth.set_role(&admin, Role::Admin, 1, Vec::new()).await, Err(Error::Forbidden("role.manage"))));
    }

    /// A4
    async fn roles_add_up_and_facilities_are_named(db: Db) {
        let house = House::open(db).await?;
        let (boss, _) = house.signed_in("boss@example.com", Role::SuperAdmin).await?;
        let (_, dian) = house.signed_in("dian@example.com", Role::Doctor).await?;
        assert_eq!(house.auth.identify_bearer(&house.log_in("boss@example.com").await?.access_token).await?.facilities, None);
        let both = ChangeAccount { roles: Some(vec![Role::Admin, Role::Doctor]), facilities: Some(vec!["fac_1".to_owned()]), ..Default::default() };
        let changed = house.auth.change_account(&boss, &dian.account.id, 1, both).await?;
        assert_eq!(changed.roles, [Role::Doctor, Role::Admin]);
        let identity = house.auth.identify_bearer(&dian.access_token).await?;
        assert!(identity.permissions.has(Permission::ScheduleOwn) && identity.permissions.has(Permission::AccountManage));
        assert!(!identity.permissions.has(Permission::PatientIdentity), "staff of a facility see identity numbers masked");
        assert_eq!(identity.facilities.as_deref(), Some(&["fac_1".to_owned()][..]));
        let plain = ChangeAccount { roles: Some(vec![Role::Doctor]), ..Default::default() };
        assert!(house.auth.change_account(&boss, &dian.account.id, 2, plain).await?.facilities.is_empty());
    }
}
