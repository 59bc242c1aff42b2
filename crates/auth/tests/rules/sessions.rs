use std::sync::Arc;

use contracts::auth::{Auth as _, Refresh, Role, SessionRevoked};
use platform::{Error, crypto::MasterKey, db::Db, entropy::Entropy};

use crate::house::{House, is_unauthenticated, start};

fn token(text: &str) -> Refresh {
    Refresh { refresh_token: text.to_owned() }
}

testkit::db_test! {
    &[];

    /// A5
    async fn a_refresh_token_is_good_once_and_a_retry_gives_the_same_successor(db: Db) {
        let house = House::open(db).await?;
        let (_, first) = house.signed_in("siti@example.com", Role::Patient).await?;
        let guest = house.guest("10.0.0.1");
        let second = house.auth.refresh(&guest, token(&first.refresh_token)).await?;
        assert_ne!(second.refresh_token, first.refresh_token);
        house.pass(9);
        let retried = house.auth.refresh(&guest, token(&first.refresh_token)).await?;
        assert_eq!(retried.refresh_token, second.refresh_token);
        house.auth.identify_bearer(&retried.access_token).await?;
        let third = house.auth.refresh(&guest, token(&second.refresh_token)).await?;
        house.auth.identify_bearer(&third.access_token).await?;
        assert!(is_unauthenticated(&house.auth.refresh(&guest, token("guessed")).await, "bad-token"));
    }

    /// A5
    async fn reuse_after_ten_seconds_ends_the_session(db: Db) {
        let house = House::open(db).await?;
        let (_, first) = house.signed_in("siti@example.com", Role::Patient).await?;
        let elsewhere = house.log_in("siti@example.com").await?;
        let guest = house.guest("10.0.0.1");
        let second = house.auth.refresh(&guest, token(&first.refresh_token)).await?;
        house.pass(11);
        assert!(is_unauthenticated(&house.auth.refresh(&guest, token(&first.refresh_token)).await, "bad-token"));
        // Neither the thief nor the owner goes on in that session.
        assert!(is_unauthenticated(&house.auth.refresh(&guest, token(&second.refresh_token)).await, "bad-token"));
        assert!(is_unauthenticated(&house.auth.identify_bearer(&second.access_token).await, "session-expired"));
        assert!(house.said::<SessionRevoked>().await?.unwrap().session.is_some());
        assert_eq!(house.count("select count(*) from audit_line where action = 'session.reuse'").await?, 1);
        house.auth.refresh(&guest, token(&elsewhere.refresh_token)).await?;
    }

    /// A5
    async fn what_successors_are_made_from_is_forgotten(db: Db) {
        let house = House::open(db).await?;
        let (_, first) = house.signed_in("siti@example.com", Role::Patient).await?;
        house.auth.refresh(&house.guest("10.0.0.1"), token(&first.refresh_token)).await?;
        assert_eq!(house.count("select count(*) from refresh_token where nonce is not null").await?, 1);
        house.pass(60);
        house.runs_jobs().await?;
        assert_eq!(house.count("select count(*) from refresh_token where nonce is not null").await?, 0);
    }

    /// A5
    async fn twenty_refreshes_at_once_are_one_line(db: Db) {
        let house = Arc::new(House::open(db).await?);
        let (_, first) = house.signed_in("siti@example.com", Role::Patient).await?;
        let all: Vec<_> = (0..20)
            .map(|_| {
                let (house, ask) = (house.clone(), token(&first.refresh_token));
                tokio::spawn(async move { house.auth.refresh(&house.guest("10.0.0.1"), ask).await })
            })
            .collect();
        let mut successors = std::collections::HashSet::new();
        for one in all {
            successors.insert(one.await.unwrap()?.refresh_token);
        }
        assert_eq!(successors.len(), 1);
        assert_eq!(house.count("select count(*) from refresh_token where used_at is null").await?, 1);
        assert_eq!(house.count("select count(*) from session where ended_at is null").await?, 1);
        let successor = successors.into_iter().next().unwrap();
        house.auth.refresh(&house.guest("10.0.0.1"), token(&successor)).await?;
    }

    /// A5
    async fn refreshing_and_logging_out_at_once_do_not_block_each_other(db: Db) {
        let house = Arc::new(House::open(db).await?);
        house.account("siti@example.com", Role::Patient).await?;
        for _ in 0..10 {
            let tokens = house.log_in("siti@example.com").await?;
            let cx = house.with_token(&tokens.access_token).await?;
            let (refreshing, leaving) = (house.clone(), house.clone());
            let refresh = tokio::spawn(async move { refreshing.auth.refresh(&refreshing.guest("10.0.0.1"), token(&tokens.refresh_token)).await });
            let leave = tokio::spawn(async move { leaving.auth.log_out(&cx, true).await });
            leave.await.unwrap()?;
            let refreshed = refresh.await.unwrap();
            assert!(refreshed.is_ok() || is_unauthenticated(&refreshed, "bad-token"), "{:?}", refreshed.err());
        }
        assert_eq!(house.count("select count(*) from session where ended_at is null").await?, 0);
    }

    /// A5
    async fn logging_out_takes_effect_at_once_here_and_everywhere(db: Db) {
        let house = House::open(db).await?;
        let (here, one) = house.signed_in("siti@example.com", Role::Patient).await?;
        let two = house.log_in("siti@example.com").await?;
        let three = house.log_in("siti@example.com").await?;
        let other = house.signed_in("budi@example.com", Role::Patient).await?.1;
        house.auth.log_out(&here, false).await?;
        assert!(is_unauthenticated(&house.auth.identify_bearer(&one.access_token).await, "session-expired"));
        assert!(is_unauthenticated(&house.auth.refresh(&here, token(&one.refresh_token)).await, "bad-token"));
        let there = house.with_token(&two.access_token).await?;
        house.auth.log_out(&there, true).await?;
        for tokens in [&two, &three] {
            assert!(is_unauthenticated(&house.auth.identify_bearer(&tokens.access_token).await, "session-expired"));
            assert!(is_unauthenticated(&house.auth.refresh(&here, token(&tokens.refresh_token)).await, "bad-token"));
        }
        assert_eq!(house.said::<SessionRevoked>().await?.unwrap().account, two.account.id);
        house.auth.identify_bearer(&other.access_token).await?;
        house.log_in("siti@example.com").await?;
    }

    /// A5
    async fn logging_out_takes_effect_in_other_processes_within_a_second(db: Db) {
        let house = House::open(db.clone()).await?;
        let other = start(&db, &house.clock, &MasterKey::generate(&Entropy::seeded(1))).await?;
        let (cx, tokens) = house.signed_in("siti@example.com", Role::Patient).await?;
        other.identify_bearer(&tokens.access_token).await?;
        house.auth.log_out(&cx, true).await?;
        let limit = std::time::Instant::now() + std::time::Duration::from_millis(1_500);
        while other.identify_bearer(&tokens.access_token).await.is_ok() {
            assert!(std::time::Instant::now() < limit, "the other process still lets them in");
            tokio::task::yield_now().await;
        }
    }

    /// A5
    async fn one_ends_ones_own_sign_ins_only(db: Db) {
        let house = House::open(db).await?;
        let (siti, tokens) = house.signed_in("siti@example.com", Role::Patient).await?;
        let (budi, _) = house.signed_in("budi@example.com", Role::Patient).await?;
        house.log_in("siti@example.com").await?;
        let sessions = house.auth.sessions(&siti).await?;
        assert_eq!((sessions.len(), sessions.iter().filter(|s| s.current).count()), (2, 1));
        let current = &sessions.iter().find(|s| s.current).unwrap().id;
        assert!(matches!(house.auth.end_session(&budi, current).await, Err(Error::NotFound("session"))));
        house.auth.end_session(&siti, current).await?;
        assert!(house.auth.identify_bearer(&tokens.access_token).await.is_err());
        assert!(matches!(house.auth.end_session(&siti, current).await, Err(Error::NotFound("session"))));
    }

    /// A5
    async fn tokens_end_after_fifteen_minutes_and_cannot_be_forged(db: Db) {
        let house = House::open(db).await?;
        let (_, tokens) = house.signed_in("siti@example.com", Role::Patient).await?;
        let token = &tokens.access_token;
        house.pass(899);
        house.auth.identify_bearer(token).await?;
        house.pass(1);
        assert!(is_unauthenticated(&house.auth.identify_bearer(token).await, "bad-token"));
        let fresh = house.log_in("siti@example.com").await?.access_token;
        // Remembered as signed by us: what only resembles it is not.
        house.auth.identify_bearer(&fresh).await?;
        let (signed, signature) = fresh.rsplit_once('.').unwrap();
        let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", signed.split_once('.').unwrap().1);
        let swapped = format!("{signed}.{}", signature.chars().rev().collect::<String>());
        for forged in ["", "a.b.c", &swapped, &unsigned, &"x".repeat(5000)] {
            assert!(is_unauthenticated(&house.auth.identify_bearer(forged).await, "bad-token"), "{forged}");
        }
    }

    /// A5
    async fn a_key_taken_away_lets_in_no_token_checked_before(db: Db) {
        let house = House::open(db.clone()).await?;
        let other = start(&db, &house.clock, &MasterKey::generate(&Entropy::seeded(1))).await?;
        let (_, tokens) = house.signed_in("siti@example.com", Role::Patient).await?;
        other.identify_bearer(&tokens.access_token).await?;
        house.meddles("delete from signing_key").await?;
        house.runs_jobs().await?;
        assert!(is_unauthenticated(&house.auth.identify_bearer(&tokens.access_token).await, "bad-token"));
        // Another process reads the keys again within ten minutes, while the token would be good for fifteen.
        house.pass(600);
        assert!(is_unauthenticated(&other.identify_bearer(&tokens.access_token).await, "bad-token"));
    }

    /// A5
    async fn keys_are_published_before_they_sign_and_after(db: Db) {
        let house = House::open(db.clone()).await?;
        let kids = async || -> platform::Result<Vec<String>> {
            let set = house.auth.jwks().await?;
            Ok(set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect())
        };
        let kid = |token: &str| {
            use base64::Engine;
            let header = base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
            serde_json::from_slice::<serde_json::Value>(&header).unwrap()["kid"].as_str().unwrap().to_owned()
        };
        let (_, tokens) = house.signed_in("siti@example.com", Role::Patient).await?;
        let first = kids().await?;
        assert_eq!(first, [kid(&tokens.access_token)]);
        let day = 24 * 3600;
        house.pass(29 * day);
        house.runs_jobs().await?;
        let both = kids().await?;
        assert_eq!((both.len(), &both[0]), (2, &first[0]));
        assert_eq!(kid(&house.log_in("siti@example.com").await?.access_token), first[0], "the next key is known before it signs");
        let last = house.log_in("siti@example.com").await?;
        house.pass(day);
        let signed = house.log_in("siti@example.com").await?;
        assert_eq!(kid(&signed.access_token), both[1]);
        // Another process, which knows only the database, accepts both.
        let other = start(&db, &house.clock, &MasterKey::generate(&Entropy::seeded(1))).await?;
        other.identify_bearer(&signed.access_token).await?;
        house.pass(-60);
        let before = house.with_token(&last.access_token).await;
        assert!(is_unauthenticated(&before, "bad-token"), "it ended long ago");
        house.pass(60 + day + 1);
        house.runs_jobs().await?;
        assert_eq!(kids().await?, [both[1].clone()]);
    }
}
