use contracts::{
    Permission,
    auth::{
        Account, AuditSearch, Auth as _, ChangeAccount, NamedRole, NamedRoleChanged, NamedRoleForm, NamedRoleId, Role,
    },
};
use platform::{Cx, Error, PermissionSet, Result, cx::Permission as _, db::Db};

use crate::house::{House, is_invalid};

const DESK: &[Permission] = &[Permission::AppointmentRead, Permission::AppointmentAttend];

fn form(name: &str, permissions: &[Permission]) -> NamedRoleForm {
    NamedRoleForm { name: name.to_owned(), permissions: permissions.iter().map(|p| p.name().to_owned()).collect() }
}

fn holds(roles: &[&NamedRole]) -> ChangeAccount {
    ChangeAccount { named_roles: Some(roles.iter().map(|role| role.id.clone()).collect()), ..Default::default() }
}

fn with_own(permissions: &[Permission]) -> PermissionSet {
    PermissionSet::of(permissions).union(PermissionSet::of(&[Permission::ProfileOwn]))
}

/// Gives an account these named roles, at its version.
async fn give(house: &House, cx: &Cx, account: &Account, roles: &[&NamedRole]) -> Result<Account> {
    let version = house.auth.account(&house.system(), &account.id).await?.version;
    house.auth.change_account(cx, &account.id, version, holds(roles)).await
}

/// A super admin, and staff of a facility with their token.
async fn people(house: &House) -> Result<(Cx, Account, String)> {
    let (boss, _) = house.signed_in("boss@example.com", Role::SuperAdmin).await?;
    let (_, tokens) = house.admin_of("loket@example.com", &["fac_1"]).await?;
    Ok((boss, tokens.account, tokens.access_token))
}

testkit::db_test! {
    &[];

    /// A4
    async fn staff_may_what_their_named_roles_allow_together_and_nothing_else_of_an_admin(db: Db) {
        let house = House::open(db).await?;
        let (boss, loket, token) = people(&house).await?;
        let desk = house.auth.make_role(&boss, form("  Loket   depan ", DESK)).await?;
        assert_eq!((desk.name.as_str(), desk.version, desk.holders), ("Loket depan", 1, 0));
        assert_eq!(house.said::<NamedRoleChanged>().await?.unwrap().permissions, desk.permissions);
        let given = give(&house, &boss, &loket, &[&desk]).await?;
        assert_eq!((given.roles.as_slice(), given.named_roles.as_slice()), (&[Role::Admin][..], std::slice::from_ref(&desk.id)));
        let now = house.auth.identify_bearer(&token).await?;
        assert_eq!(now.permissions, with_own(DESK));
        assert_eq!(now.facilities.as_deref(), Some(&["fac_1".to_owned()][..]), "the facilities stay");
        let trail = house.auth.make_role(&boss, form("Pemeriksa", &[Permission::AuditRead])).await?;
        give(&house, &boss, &loket, &[&desk, &trail]).await?;
        let both = with_own(&[Permission::AppointmentRead, Permission::AppointmentAttend, Permission::AuditRead]);
        assert_eq!(house.auth.identify_bearer(&token).await?.permissions, both);
        let signed_in = house.log_in("loket@example.com").await?.permissions;
        assert!(!signed_in.contains(&"appointment.manage".to_owned()) && signed_in.contains(&"audit.read".to_owned()));
        let roles = house.auth.named_roles(&boss).await?;
        assert_eq!(roles.iter().map(|role| (role.name.as_str(), role.holders)).collect::<Vec<_>>(), [("Loket depan", 1), ("Pemeriksa", 1)]);
        // Taken away, the usual permissions of an admin are back.
        give(&house, &boss, &loket, &[]).await?;
        assert!(house.auth.identify_bearer(&token).await?.permissions.has(Permission::AppointmentManage));
        for action in ["named-role.make", "account.change"] {
            let found = house.auth.audit(&boss, AuditSearch { action: Some(action.to_owned()), ..Default::default() }).await?;
            assert!(!found.items.is_empty(), "{action} is not in the trail");
        }
    }

    /// A4
    async fn a_named_role_is_redefined_for_who_is_signed_in_and_retired_it_gives_nothing(db: Db) {
        let house = House::open(db).await?;
        let (boss, loket, token) = people(&house).await?;
        let desk = house.auth.make_role(&boss, form("Loket", DESK)).await?;
        give(&house, &boss, &loket, &[&desk]).await?;
        house.auth.identify_bearer(&token).await?;
        // Longer ago than news are told again.
        house.pass(60);
        let before = house.auth.news(None).await?.as_of;
        let reads = house.auth.change_named_role(&boss, &desk.id, 1, form("Penerima", &[Permission::AppointmentRead])).await?;
        assert_eq!((reads.name.as_str(), reads.version, reads.holders), ("Penerima", 2, 1));
        assert_eq!(house.auth.identify_bearer(&token).await?.permissions, with_own(&[Permission::AppointmentRead]));
        let news = house.auth.news(Some(before)).await?;
        assert!(news.changed.iter().any(|(account, _)| *account == loket.id), "processes without accounts are not told");
        assert!(matches!(house.auth.change_named_role(&boss, &desk.id, 1, form("Loket", DESK)).await, Err(Error::Stale)));
        assert!(matches!(house.auth.retire_role(&boss, &desk.id, 1).await, Err(Error::Stale)));
        house.auth.retire_role(&boss, &desk.id, 2).await?;
        assert_eq!(house.auth.identify_bearer(&token).await?.permissions, with_own(&[]));
        assert!(house.said::<NamedRoleChanged>().await?.unwrap().retired);
        let shown = house.auth.named_roles(&boss).await?;
        assert!(shown.len() == 1 && shown[0].retired && shown[0].holders == 1, "it is held, so it is shown");
        assert!(matches!(house.auth.change_named_role(&boss, &desk.id, 3, form("Loket", DESK)).await, Err(Error::NotFound("role"))));
        // Its name is free again; nobody gets the retired one anew.
        let next = house.auth.make_role(&boss, form("Penerima", DESK)).await?;
        let other = house.account("lain@example.com", Role::Admin).await?;
        assert!(is_invalid(&give(&house, &boss, &other, &[&desk]).await, "unknown-role"));
        give(&house, &boss, &loket, &[&desk, &next]).await?;
        assert_eq!(house.auth.identify_bearer(&token).await?.permissions, with_own(DESK));
    }

    /// A4
    async fn a_token_of_who_holds_named_roles_leaves_it_to_auth_what_they_may(db: Db) {
        let house = House::open(db).await?;
        let (boss, loket, _) = people(&house).await?;
        let desk = house.auth.make_role(&boss, form("Loket", DESK)).await?;
        let says_who = |token: &str| {
            use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
            let claims = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
            serde_json::from_slice::<serde_json::Value>(&claims).unwrap().get("who").is_some()
        };
        assert!(says_who(&house.log_in("loket@example.com").await?.access_token));
        give(&house, &boss, &loket, &[&desk]).await?;
        assert!(!says_who(&house.log_in("loket@example.com").await?.access_token));
    }

    /// A4
    async fn nobody_but_a_super_admin_gives_what_admins_may_not(db: Db) {
        let house = House::open(db).await?;
        let (boss, loket, _) = people(&house).await?;
        let (admin, own) = house.signed_in("admin@example.com", Role::Admin).await?;
        for refused in [
            house.auth.make_role(&admin, form("Loket", DESK)).await.map(drop),
            house.auth.change_named_role(&admin, &house.system().new_id(), 1, form("Loket", DESK)).await.map(drop),
            house.auth.retire_role(&admin, &house.system().new_id(), 1).await,
            give(&house, &admin, &own.account, &[]).await.map(drop),
        ] {
            assert!(matches!(refused, Err(Error::Forbidden("role.manage"))), "{refused:?}");
        }
        // An admin who was allowed to give roles gives no more than admins may.
        let identity = &[Permission::AppointmentRead, Permission::PatientIdentity];
        let archive = house.auth.make_role(&boss, form("Arsip", identity)).await?;
        let desk = house.auth.make_role(&boss, form("Loket", DESK)).await?;
        let mut trusted = house.of(&house.auth.identify_bearer(&own.access_token).await?);
        trusted.permissions = trusted.permissions.union(PermissionSet::of(&[Permission::RoleManage]));
        trusted.facilities = None;
        assert!(is_invalid(&house.auth.make_role(&trusted, form("Baru", identity)).await, "beyond-admin"));
        assert!(is_invalid(&house.auth.change_named_role(&trusted, &desk.id, 1, form("Loket", identity)).await, "beyond-admin"));
        assert!(is_invalid(&give(&house, &trusted, &own.account, &[&archive]).await, "beyond-admin"));
        assert!(is_invalid(&give(&house, &trusted, &loket, &[&archive]).await, "beyond-admin"));
        give(&house, &trusted, &loket, &[&desk]).await?;
        // What a super admin put there may stay where it is.
        house.auth.change_named_role(&trusted, &archive.id, 1, form("Arsip lama", identity)).await?;
        give(&house, &boss, &loket, &[&archive]).await?;
        give(&house, &trusted, &loket, &[&archive, &desk]).await?;
    }

    /// A4
    async fn no_named_role_holds_what_is_of_others_or_takes_two(db: Db) {
        let house = House::open(db).await?;
        let (boss, ..) = people(&house).await?;
        for permission in [Permission::RoleManage, Permission::AppointmentPractice, Permission::AppointmentOwn, Permission::ScheduleOwn] {
            assert!(is_invalid(&house.auth.make_role(&boss, form("Loket", &[permission])).await, "not-of-staff"), "{}", permission.name());
        }
        assert!(is_invalid(&house.auth.make_role(&boss, form("Loket", &[])).await, "choose-permission"));
        let unknown = NamedRoleForm { name: "Loket".to_owned(), permissions: vec!["everything".to_owned()] };
        assert!(is_invalid(&house.auth.make_role(&boss, unknown).await, "unknown-permission"));
    }

    /// A4
    async fn a_role_has_a_name_of_its_own_and_there_are_so_many(db: Db) {
        let house = House::open(db).await?;
        let (boss, ..) = people(&house).await?;
        for (name, code) in [("", "required"), (" x ", "too-short"), (&*"x".repeat(61), "too-long"), ("a\u{202e}b", "control-characters")] {
            assert!(is_invalid(&house.auth.make_role(&boss, form(name, DESK)).await, code), "{name}");
        }
        house.auth.make_role(&boss, form("Loket", DESK)).await?;
        assert!(is_invalid(&house.auth.make_role(&boss, form("LOKET", DESK)).await, "role-name-taken"));
        let other = house.auth.make_role(&boss, form(&"x".repeat(60), DESK)).await?;
        assert!(is_invalid(&house.auth.change_named_role(&boss, &other.id, 1, form("loket", DESK)).await, "role-name-taken"));
        for n in 2..50 {
            house.auth.make_role(&boss, form(&format!("Peran {n}"), DESK)).await?;
        }
        assert!(house.auth.make_role(&boss, form("Satu lagi", DESK)).await.unwrap_err().is_conflict("too-many-roles"));
        house.auth.retire_role(&boss, &other.id, 1).await?;
        house.auth.make_role(&boss, form("Satu lagi", DESK)).await?;
    }

    /// A4
    async fn only_admins_hold_named_roles_and_only_some(db: Db) {
        let house = House::open(db).await?;
        let (boss, loket, _) = people(&house).await?;
        let desk = house.auth.make_role(&boss, form("Loket", DESK)).await?;
        let siti = house.account("siti@example.com", Role::Patient).await?;
        assert!(is_invalid(&give(&house, &boss, &siti, &[&desk]).await, "named-roles-of-admins"));
        let many: Vec<NamedRoleId> = (0..11).map(|_| house.system().new_id()).collect();
        let ask = ChangeAccount { named_roles: Some(many), ..Default::default() };
        assert!(is_invalid(&house.auth.change_account(&boss, &loket.id, 1, ask).await, "too-many"));
        let held = give(&house, &boss, &loket, &[&desk]).await?;
        let doctor = ChangeAccount { roles: Some(vec![Role::Doctor]), ..Default::default() };
        assert!(house.auth.change_account(&boss, &loket.id, held.version, doctor).await?.named_roles.is_empty());
    }
}
