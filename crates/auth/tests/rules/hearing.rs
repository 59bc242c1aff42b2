use contracts::{
    Permission,
    auth::{AccountOpened, AccountState, Auth as _, Role, StartReset},
    directory::{DoctorDecided, DoctorId},
    people::{ErasureDone, ErasureId, PatientErased},
};
use platform::{PermissionSet, db::Db};

use crate::house::{House, PASSWORD, asks, is_unauthenticated};

testkit::db_test! {
    &[];

    /// A3
    async fn a_doctor_who_waits_sees_only_that_until_approved(db: Db) {
        let house = House::open(db).await?;
        house.auth.open_account(&house.guest("10.0.0.1"), asks("dian@example.com", Role::Doctor)).await?;
        let tokens = house.log_in("dian@example.com").await?;
        let waiting = house.auth.identify_bearer(&tokens.access_token).await?;
        assert_eq!(waiting.permissions, PermissionSet::of(&[Permission::DoctorOwn, Permission::ProfileOwn]));
        let doctor: DoctorId = house.system().new_id();
        let decided = |approved| DoctorDecided { doctor: doctor.clone(), account: tokens.account.id.clone(), approved };
        house.hears("directory", 1, "evt_1", &decided(true)).await?;
        let approved = house.auth.identify_bearer(&tokens.access_token).await?;
        assert!(approved.permissions.has(Permission::ScheduleOwn));
        assert_eq!(house.said::<AccountOpened>().await?.unwrap().state, AccountState::Active);
        house.hears("directory", 2, "evt_2", &decided(false)).await?;
        let refused = house.auth.identify_bearer(&tokens.access_token).await?;
        assert!(!refused.permissions.has(Permission::ScheduleOwn));
    }

    /// A6
    async fn whoever_unregisters_leaves_nothing_personal(db: Db) {
        let house = House::open(db).await?;
        let (cx, tokens) = house.signed_in("siti@example.com", Role::Patient).await?;
        house.auth.start_reset(&house.guest("10.0.0.1"), StartReset { login: "siti@example.com".to_owned() }).await?;
        let erasure: ErasureId = house.system().new_id();
        let erased = PatientErased { erasure: erasure.clone(), patients: Vec::new(), account: Some(tokens.account.id.clone()) };
        house.hears("people", 1, "evt_1", &erased).await?;
        let done: ErasureDone = house.said().await?.unwrap();
        assert_eq!((done.erasure, done.answer.context.as_str()), (erasure, "auth"));
        assert!(done.answer.erased >= 4 && done.answer.kept > 0, "{:?}", done.answer);
        assert!(is_unauthenticated(&house.auth.identify_bearer(&tokens.access_token).await, "session-expired"));
        assert!(is_unauthenticated(&house.tries("10.0.0.3", "siti@example.com", PASSWORD).await, "wrong-credentials"));
        assert!(house.auth.account(&cx, &tokens.account.id).await.is_err());
        for sql in [
            "select count(*) from account where email is not null or name <> '' or found_by <> '' or password_hash <> '' or phone is not null",
            "select count(*) from session",
            "select count(*) from refresh_token",
            "select count(*) from known_address",
            "select count(*) from reset_code",
            "select count(*) from outbox where payload like '%siti%' or payload like '%Siti%'",
            "select count(*) from waiting where payload like '%siti%'",
            "select count(*) from audit_line where object like '%siti%' or actor like '%siti%' or reason like '%siti%'",
        ] {
            assert_eq!(house.count(sql).await?, 0, "{sql}");
        }
        let last: AccountOpened = house.said().await?.unwrap();
        assert_eq!((last.state, last.name.as_str(), last.email.as_str()), (AccountState::Closed, "", ""));
        // The address is free for somebody else.
        house.account("siti@example.com", Role::Patient).await?;
    }

    /// A6
    async fn an_erasure_without_an_account_is_answered_too(db: Db) {
        let house = House::open(db).await?;
        let erasure: ErasureId = house.system().new_id();
        house.hears("people", 1, "evt_1", &PatientErased { erasure, patients: Vec::new(), account: None }).await?;
        assert_eq!(house.said::<ErasureDone>().await?.unwrap().answer.erased, 0);
    }
}
