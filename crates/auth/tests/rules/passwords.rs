use contracts::auth::{Auth as _, ChangePassword, CodeIssued, FinishReset, Role, StartReset};
use platform::{Error, db::Db};

use crate::house::{House, OTHER, PASSWORD, is_invalid, is_unauthenticated};

fn start(login: &str) -> StartReset {
    StartReset { login: login.to_owned() }
}

fn finish(login: &str, code: &str) -> FinishReset {
    FinishReset { login: login.to_owned(), code: code.to_owned(), password: OTHER.to_owned() }
}

/// Another code.
fn wrong(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

testkit::db_test! {
    &[];

    /// A5
    async fn bcrypt_hashes_are_upgraded_at_log_in(db: Db) {
        let house = House::open(db).await?;
        house.account("siti@example.com", Role::Patient).await?;
        let hash = bcrypt::hash(PASSWORD, 4).unwrap();
        house.db.write(async move |tx| tx.exec("update account set password_hash = $1", &[&hash]).await).await?;
        assert!(is_unauthenticated(&house.tries("10.0.0.1", "siti@example.com", OTHER).await, "wrong-credentials"));
        assert_eq!(house.count("select count(*) from account where password_hash like '$2%'").await?, 1);
        house.log_in("siti@example.com").await?;
        assert_eq!(house.count("select count(*) from account where password_hash like '$argon2id$v=19$m=19456,t=2,p=1$%'").await?, 1);
        house.log_in("siti@example.com").await?;
    }

    /// A1
    async fn a_code_sets_a_new_password_and_ends_all_sessions(db: Db) {
        let house = House::open(db).await?;
        let (_, tokens) = house.signed_in("siti@example.com", Role::Patient).await?;
        let guest = house.guest("10.0.0.2");
        house.auth.start_reset(&guest, start("SITI@example.com")).await?;
        let issued: CodeIssued = house.said().await?.unwrap();
        assert_eq!((issued.to.as_str(), issued.code.len()), ("siti@example.com", 6));
        house.auth.finish_reset(&guest, finish("siti@example.com", &issued.code)).await?;
        assert!(is_unauthenticated(&house.auth.identify_bearer(&tokens.access_token).await, "session-expired"));
        assert!(is_unauthenticated(&house.log_in("siti@example.com").await, "wrong-credentials"));
        house.tries("10.0.0.2", "siti@example.com", OTHER).await?;
        assert!(is_invalid(&house.auth.finish_reset(&guest, finish("siti@example.com", &issued.code)).await, "wrong-code"));
        assert_eq!(house.count("select count(*) from outbox where kind = 'auth.code_issued.v1'").await?, 0, "the code is gone from the outbox");
    }

    /// A1
    async fn a_code_is_good_for_five_tries_and_fifteen_minutes(db: Db) {
        let house = House::open(db).await?;
        house.account("siti@example.com", Role::Patient).await?;
        let guest = house.guest("10.0.0.2");
        house.auth.start_reset(&guest, start("siti@example.com")).await?;
        let code = house.said::<CodeIssued>().await?.unwrap().code;
        for _ in 0..5 {
            assert!(is_invalid(&house.auth.finish_reset(&guest, finish("siti@example.com", &wrong(&code))).await, "wrong-code"));
        }
        assert!(is_invalid(&house.auth.finish_reset(&guest, finish("siti@example.com", &code)).await, "wrong-code"));
        house.auth.start_reset(&guest, start("siti@example.com")).await?;
        let code = house.said::<CodeIssued>().await?.unwrap().code;
        house.pass(15 * 60);
        assert!(is_invalid(&house.auth.finish_reset(&guest, finish("siti@example.com", &code)).await, "wrong-code"));
        assert!(is_invalid(&house.auth.finish_reset(&guest, finish("siti@example.com", "12345")).await, "code-digits"));
        house.pass(60);
        house.runs_jobs().await?;
        assert_eq!(house.count("select count(*) from reset_code").await?, 0);
        assert_eq!(house.count("select count(*) from outbox where payload like '%' || 'code' || '%' and kind = 'auth.code_issued.v1'").await?, 0);
    }

    /// A1
    async fn asking_for_a_code_does_not_tell_who_has_an_account(db: Db) {
        let house = House::open(db).await?;
        house.account("siti@example.com", Role::Patient).await?;
        let guest = house.guest("10.0.0.2");
        for login in ["siti@example.com", "nobody@example.com"] {
            for _ in 0..5 {
                house.auth.start_reset(&guest, start(login)).await?;
            }
            assert!(is_invalid(&house.auth.finish_reset(&guest, finish(login, "000000")).await, "wrong-code"));
        }
        // The same was written for both, and no more than three codes were sent.
        assert_eq!(house.count("select count(*) from reset_code where sends = 3 and tries = 1").await?, 2);
        assert_eq!(house.count("select n from outbox where kind = 'auth.code_issued.v1'").await?, 3);
        let mut answers = Vec::new();
        for _ in 0..20 {
            answers.push(house.auth.start_reset(&guest, start("nobody@example.com")).await);
        }
        assert!(matches!(answers.last(), Some(Err(Error::RateLimited(_)))), "an address asks for so many only");
    }

    /// A1, A5
    async fn changing_the_password_needs_the_present_one_and_ends_other_sessions(db: Db) {
        let house = House::open(db).await?;
        let (cx, here) = house.signed_in("siti@example.com", Role::Patient).await?;
        let there = house.log_in("siti@example.com").await?;
        let ask = |current: &str, password: &str| ChangePassword { current: current.to_owned(), password: password.to_owned() };
        assert!(is_invalid(&house.auth.change_password(&cx, ask("bukan ini", OTHER)).await, "wrong-password"));
        assert!(is_invalid(&house.auth.change_password(&cx, ask(PASSWORD, "sitirahma1")).await, "weak-password"));
        house.auth.change_password(&cx, ask(PASSWORD, OTHER)).await?;
        house.auth.identify_bearer(&here.access_token).await?;
        assert!(is_unauthenticated(&house.auth.identify_bearer(&there.access_token).await, "session-expired"));
        house.tries("10.0.0.1", "siti@example.com", OTHER).await?;
    }

    /// A7
    async fn an_admin_sends_a_code(db: Db) {
        let house = House::open(db).await?;
        let siti = house.account("siti@example.com", Role::Patient).await?;
        let (admin, _) = house.signed_in("admin@example.com", Role::Admin).await?;
        let (patient, _) = house.signed_in("budi@example.com", Role::Patient).await?;
        assert!(matches!(house.auth.reset_for(&patient, &siti.id).await, Err(Error::Forbidden("account.manage"))));
        house.auth.reset_for(&admin, &siti.id).await?;
        let code = house.said::<CodeIssued>().await?.unwrap().code;
        house.auth.finish_reset(&house.guest("10.0.0.2"), finish("siti@example.com", &code)).await?;
    }
}
