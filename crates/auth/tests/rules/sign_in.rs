use std::time::{Duration, Instant};

use contracts::auth::{Auth as _, OpenAccount, Role};
use platform::{Error, db::Db};

use crate::house::{House, OTHER, PASSWORD, asks, is_invalid, is_unauthenticated, log_in};

testkit::db_test! {
    &[];

    /// A1, A5
    async fn people_sign_in_by_e_mail_or_phone(db: Db) {
        let house = House::open(db).await?;
        let ask = OpenAccount { phone: Some("081234567890".to_owned()), ..asks("siti@example.com", Role::Patient) };
        house.auth.open_account(&house.guest("10.0.0.1"), ask).await?;
        for login in ["siti@example.com", " Siti@Example.com ", "0812-3456-7890", "+6281234567890"] {
            let tokens = house.log_in(login).await?;
            assert_eq!((tokens.token_type.as_str(), tokens.expires_in), ("Bearer", 900));
            assert_eq!(tokens.permissions, ["profile.own", "appointment.own"]);
            let identity = house.auth.identify_bearer(&tokens.access_token).await?;
            assert_eq!((&*identity.name, identity.facilities.as_deref()), ("Siti Rahma", Some(&[][..])));
        }
        assert!(is_unauthenticated(&house.tries("10.0.0.1", "siti@example.com", OTHER).await, "wrong-credentials"));
        assert!(is_invalid(&house.tries("10.0.0.1", "", "").await, "required"));
        assert_eq!(house.count("select count(*) from account where last_sign_in is not null").await?, 1);
    }

    /// A5
    async fn browsers_sign_in_with_a_cookie(db: Db) {
        let house = House::open(db).await?;
        house.account("siti@example.com", Role::Patient).await?;
        let session = house.auth.log_in_browser(&house.guest("10.0.0.1"), log_in("siti@example.com", PASSWORD), "Firefox").await?;
        let cx = house.of(&house.auth.identify_cookie(&session.cookie).await?);
        assert!(is_unauthenticated(&house.auth.identify_cookie("guessed").await, "session-expired"));
        let sessions = house.auth.sessions(&cx).await?;
        assert!(sessions.len() == 1 && sessions[0].current && sessions[0].device == "Firefox");
        house.auth.log_out(&cx, false).await?;
        assert!(is_unauthenticated(&house.auth.identify_cookie(&session.cookie).await, "session-expired"));
        let next = house.auth.log_in_browser(&house.guest("10.0.0.1"), log_in("siti@example.com", PASSWORD), "Firefox").await?;
        house.auth.identify_cookie(&next.cookie).await?;
        house.clock.advance(next.ends_at.duration_since(house.clock.now()));
        assert!(is_unauthenticated(&house.auth.identify_cookie(&next.cookie).await, "session-expired"));
    }

    /// A5
    async fn an_unknown_account_takes_as_long_as_a_wrong_password(db: Db) {
        let house = House::open(db).await?;
        house.account("siti@example.com", Role::Patient).await?;
        let quickest = async |email: &'static str| {
            let mut quickest = Duration::MAX;
            for i in 0..4 {
                let begun = Instant::now();
                assert!(is_unauthenticated(&house.tries(&format!("10.1.0.{i}"), email, OTHER).await, "wrong-credentials"));
                quickest = quickest.min(begun.elapsed());
            }
            quickest
        };
        let (known, unknown) = (quickest("siti@example.com").await, quickest("nobody@example.com").await);
        // Without the hash it would take a tenth of it.
        assert!(unknown * 2 > known, "unknown {unknown:?}, known {known:?}");
    }

    /// A5
    async fn guessing_is_slowed_down_and_forgiven(db: Db) {
        let house = House::open(db).await?;
        house.account("siti@example.com", Role::Patient).await?;
        for _ in 0..5 {
            assert!(is_unauthenticated(&house.tries("10.0.0.9", "siti@example.com", OTHER).await, "wrong-credentials"));
        }
        assert!(matches!(house.tries("10.0.0.9", "siti@example.com", PASSWORD).await, Err(Error::RateLimited(1))));
        // An account that does not exist is slowed down alike.
        for _ in 0..5 {
            assert!(is_unauthenticated(&house.tries("10.0.0.9", "nobody@example.com", OTHER).await, "wrong-credentials"));
        }
        assert!(matches!(house.tries("10.0.0.9", "nobody@example.com", OTHER).await, Err(Error::RateLimited(1))));
        house.pass(1);
        house.tries("10.0.0.9", "siti@example.com", PASSWORD).await?;
        for _ in 0..5 {
            assert!(is_unauthenticated(&house.tries("10.0.0.9", "siti@example.com", OTHER).await, "wrong-credentials"));
        }
    }

    /// A5
    async fn many_guesses_at_once_are_all_counted(db: Db) {
        let house = House::open(db).await?;
        house.account("siti@example.com", Role::Patient).await?;
        let house = std::sync::Arc::new(house);
        let guesses: Vec<_> = (0..20)
            .map(|_| {
                let house = house.clone();
                tokio::spawn(async move { house.tries("10.0.0.9", "siti@example.com", OTHER).await })
            })
            .collect();
        let mut looked_at = 0;
        for guess in guesses {
            looked_at += usize::from(is_unauthenticated(&guess.await.unwrap(), "wrong-credentials"));
        }
        assert_eq!(looked_at, 5);
    }

    /// A5
    async fn an_attack_does_not_lock_its_victim_out(db: Db) {
        let house = House::open(db).await?;
        house.account("siti@example.com", Role::Patient).await?;
        house.tries("10.0.0.1", "siti@example.com", PASSWORD).await?;
        for i in 0..25 {
            assert!(is_unauthenticated(&house.tries(&format!("10.9.0.{i}"), "siti@example.com", OTHER).await, "wrong-credentials"));
        }
        // Each attacking address now waits a minute after a failure …
        assert!(is_unauthenticated(&house.tries("10.9.1.1", "siti@example.com", OTHER).await, "wrong-credentials"));
        assert!(matches!(house.tries("10.9.1.1", "siti@example.com", OTHER).await, Err(Error::RateLimited(60))));
        // … but the owner gets in at once, from home and from anywhere new.
        assert!(is_unauthenticated(&house.tries("10.0.0.1", "siti@example.com", OTHER).await, "wrong-credentials"));
        house.tries("10.0.0.1", "siti@example.com", PASSWORD).await?;
        house.tries("10.5.5.5", "siti@example.com", PASSWORD).await?;
        // No wait is longer than a minute, however long the attack lasts.
        house.pass(60);
        house.tries("10.9.1.1", "siti@example.com", PASSWORD).await?;
    }

    /// A5
    async fn an_address_that_tries_very_many_accounts_waits(db: Db) {
        let house = House::open(db).await?;
        house.account("siti@example.com", Role::Patient).await?;
        house.tries("10.0.0.9", "siti@example.com", PASSWORD).await?;
        house.meddles("update sign_in_try set tries = 100").await?;
        let waited = house.tries("10.0.0.9", "a@example.com", OTHER).await;
        assert!(is_unauthenticated(&waited, "wrong-credentials"));
        assert!(matches!(house.tries("10.0.0.9", "b@example.com", OTHER).await, Err(Error::RateLimited(_))));
        // Whoever is known there gets in.
        house.tries("10.0.0.9", "siti@example.com", PASSWORD).await?;
    }
}
