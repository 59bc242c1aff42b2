//! Telling whom a token stands for in a process without a database of accounts.

use auth::Doorkeeper;
use contracts::{
    Permission,
    auth::{Auth as _, ChangeAccount, Identity, OpenAccount, Role},
    directory::DoctorDecided,
};
use jiff::SignedDuration;
use platform::{Error, Result, db::Db};

use crate::house::{House, PASSWORD, asks, is_unauthenticated, log_in};

async fn keeper(house: &House) -> Result<Doorkeeper> {
    let keeper = Doorkeeper::new(house.auth.clone(), house.clock.clone());
    assert!(matches!(keeper.bearer("x").await, Err(Error::Unavailable("auth") | Error::Unauthenticated("bad-token"))));
    keeper.learn().await?;
    keeper.is_ready()?;
    Ok(keeper)
}

/// What counts of an identity at the edge.
fn plain(identity: Identity) -> Identity {
    Identity { name: "".into(), ..identity }
}

testkit::db_test! {
    &[];

    /// A4, A5
    async fn a_token_says_of_everybody_what_auth_says(db: Db) {
        let house = House::open(db).await?;
        let keeper = keeper(&house).await?;
        let (_, patient) = house.signed_in("siti@example.com", Role::Patient).await?;
        let (_, admin) = house.admin_of("admin@example.com", &["fac_1", "fac_2"]).await?;
        let (_, boss) = house.signed_in("boss@example.com", Role::SuperAdmin).await?;
        house.auth.open_account(&house.guest("10.0.0.1"), asks("dian@example.com", Role::Doctor)).await?;
        let waiting = house.log_in("dian@example.com").await?;
        let many: Vec<String> = (0..60).map(|n| format!("fac_{n}")).collect();
        house.auth.open_account(&house.system(), OpenAccount { facilities: many, ..asks("wide@example.com", Role::Admin) }).await?;
        let wide = house.log_in("wide@example.com").await?;
        for tokens in [patient, admin, boss, waiting, wide] {
            let known = house.auth.identify_bearer(&tokens.access_token).await?;
            assert_eq!(plain(keeper.bearer(&tokens.access_token).await?), plain(known));
            assert!(tokens.access_token.len() < 1_600, "{} bytes", tokens.access_token.len());
            assert!(!tokens.access_token.contains("example"), "who reads a token reads no name");
        }
    }

    /// A5
    async fn what_has_ended_is_refused_after_the_next_news_and_what_has_expired_at_once(db: Db) {
        let house = House::open(db).await?;
        let keeper = keeper(&house).await?;
        let (cx, one) = house.signed_in("siti@example.com", Role::Patient).await?;
        let two = house.log_in("siti@example.com").await?;
        let cookie = house.auth.log_in_browser(&house.guest("10.0.0.1"), log_in("siti@example.com", PASSWORD), "x").await?.cookie;
        keeper.bearer(&one.access_token).await?;
        keeper.cookie(&cookie).await?;
        house.auth.log_out(&cx, true).await?;
        keeper.learn().await?;
        for tokens in [&one, &two] {
            assert!(is_unauthenticated(&keeper.bearer(&tokens.access_token).await, "session-expired"));
        }
        assert!(is_unauthenticated(&keeper.cookie(&cookie).await, "session-expired"));
        let three = house.log_in("siti@example.com").await?;
        keeper.bearer(&three.access_token).await?;
        let (head, tail) = three.access_token.rsplit_once('.').unwrap();
        for forged in [String::new(), "a.b.c".to_owned(), format!("{head}.{}", &one.access_token[one.access_token.len() - tail.len()..]), "x".repeat(9_000)] {
            assert!(is_unauthenticated(&keeper.bearer(&forged).await, "bad-token"), "{forged}");
        }
        house.pass(15 * 60);
        assert!(is_unauthenticated(&keeper.bearer(&three.access_token).await, "bad-token"));
    }

    /// A5
    async fn a_key_taken_away_counts_no_more_after_the_next_news(db: Db) {
        let house = House::open(db).await?;
        let keeper = keeper(&house).await?;
        let (_, tokens) = house.signed_in("siti@example.com", Role::Patient).await?;
        keeper.bearer(&tokens.access_token).await?;
        house.meddles("delete from signing_key").await?;
        house.runs_jobs().await?;
        keeper.learn().await?;
        assert!(is_unauthenticated(&keeper.bearer(&tokens.access_token).await, "bad-token"));
    }

    /// A3, A4, A7
    async fn a_changed_role_or_account_counts_after_the_next_news(db: Db) {
        let house = House::open(db).await?;
        let keeper = keeper(&house).await?;
        let (boss, _) = house.signed_in("boss@example.com", Role::SuperAdmin).await?;
        let (_, siti) = house.signed_in("siti@example.com", Role::Patient).await?;
        let cookie = house.auth.log_in_browser(&house.guest("10.0.0.1"), log_in("siti@example.com", PASSWORD), "x").await?.cookie;
        assert!(keeper.bearer(&siti.access_token).await?.permissions.has(Permission::AppointmentOwn));
        assert!(keeper.cookie(&cookie).await?.permissions.has(Permission::AppointmentOwn));
        house.auth.set_role(&boss, Role::Patient, 1, vec!["profile.own".to_owned()]).await?;
        keeper.learn().await?;
        assert!(!keeper.bearer(&siti.access_token).await?.permissions.has(Permission::AppointmentOwn));
        assert!(!keeper.cookie(&cookie).await?.permissions.has(Permission::AppointmentOwn));

        let (_, admin) = house.admin_of("admin@example.com", &["fac_1"]).await?;
        keeper.bearer(&admin.access_token).await?;
        let moved = ChangeAccount { facilities: Some(vec!["fac_2".to_owned()]), ..Default::default() };
        house.auth.change_account(&boss, &admin.account.id, 1, moved).await?;
        keeper.learn().await?;
        assert_eq!(keeper.bearer(&admin.access_token).await?.facilities.as_deref(), Some(&["fac_2".to_owned()][..]));

        house.auth.open_account(&house.guest("10.0.0.1"), asks("dian@example.com", Role::Doctor)).await?;
        let waiting = house.log_in("dian@example.com").await?;
        assert!(!keeper.bearer(&waiting.access_token).await?.permissions.has(Permission::ScheduleOwn));
        let decided = DoctorDecided { doctor: house.system().new_id(), account: waiting.account.id.clone(), approved: true };
        house.hears("directory", 1, "evt_1", &decided).await?;
        keeper.learn().await?;
        assert!(keeper.bearer(&waiting.access_token).await?.permissions.has(Permission::ScheduleOwn));

        let shut = ChangeAccount { active: Some(false), ..Default::default() };
        house.auth.change_account(&boss, &siti.account.id, 1, shut).await?;
        keeper.learn().await?;
        assert!(is_unauthenticated(&keeper.bearer(&siti.access_token).await, "session-expired"));
    }

    /// J3
    async fn while_auth_is_away_the_last_copy_goes_on(db: Db) {
        let house = House::open(db.clone()).await?;
        let keeper = keeper(&house).await?;
        let (_, tokens) = house.signed_in("siti@example.com", Role::Patient).await?;
        let cookie = house.auth.log_in_browser(&house.guest("10.0.0.1"), log_in("siti@example.com", PASSWORD), "x").await?.cookie;
        keeper.cookie(&cookie).await?;
        let seen = house.log_in("siti@example.com").await?;
        db.close().await;
        assert!(keeper.learn().await.is_err());
        keeper.bearer(&tokens.access_token).await?;
        keeper.bearer(&seen.access_token).await?;
        keeper.cookie(&cookie).await?;
        assert!(matches!(keeper.cookie("guessed").await, Err(Error::Unavailable("auth"))));
        house.clock.advance(SignedDuration::from_mins(16));
        assert!(is_unauthenticated(&keeper.bearer(&tokens.access_token).await, "bad-token"));
    }

    /// A4: every change of what somebody may do is news, and news are forgotten once no token can be older.
    async fn news_are_told_again_for_a_little_while_and_not_for_ever(db: Db) {
        let house = House::open(db).await?;
        let (cx, tokens) = house.signed_in("siti@example.com", Role::Patient).await?;
        let begun = house.auth.news(None).await?;
        house.auth.change_account(&cx, &tokens.account.id, 1, ChangeAccount { locale: Some(platform::i18n::Locale::En), ..Default::default() }).await?;
        house.auth.log_out(&cx, false).await?;
        let told = house.auth.news(Some(begun.as_of)).await?;
        assert_eq!((told.ended.len(), told.changed.len()), (1, 1));
        house.pass(10);
        let again = house.auth.news(Some(told.as_of)).await?;
        assert_eq!((again.ended.len(), again.changed.len()), (1, 1), "a commit may come late");
        house.pass(30);
        let later = house.auth.news(Some(house.clock.now())).await?;
        assert_eq!((later.ended.len(), later.changed.len()), (0, 0));
        house.pass(17 * 60);
        assert!(house.auth.news(None).await?.changed.is_empty());
        let jobs = house.auth.clone().jobs().idle(house.clock.clone(), platform::entropy::Entropy::System).await?;
        jobs.run_due().await?;
        assert_eq!(house.count("select count(*) from account_news").await?, 0);
    }
}
