use contracts::auth::{Auth as _, LogIn, Role};
use platform::{Error, Result, db::Db};
use totp_rs::{Builder, Secret};

use crate::house::{House, PASSWORD, is_invalid, is_unauthenticated};

/// What the authenticator shows now.
fn shown(house: &House, secret: &str) -> String {
    let totp = Builder::new().with_secret(Secret::try_from_base32(secret).unwrap()).build_noncompliant();
    totp.generate(house.clock.now().as_second().unsigned_abs()).to_string()
}

async fn signs_in(house: &House, code: Option<String>) -> Result<()> {
    let ask = LogIn { login: "admin@example.com".to_owned(), password: PASSWORD.to_owned(), code };
    house.auth.log_in(&house.guest("10.0.0.1"), ask, "test").await.map(drop)
}

testkit::db_test! {
    &[];

    /// A5
    async fn a_second_factor_is_asked_for_once_confirmed_and_each_code_is_good_once(db: Db) {
        let house = House::open(db).await?;
        let (admin, _) = house.signed_in("admin@example.com", Role::Admin).await?;
        let made = house.auth.start_second_factor(&admin).await?;
        assert!(made.address.starts_with("otpauth://totp/Mediverse"), "{}", made.address);
        signs_in(&house, None).await?;
        assert!(is_invalid(&house.auth.confirm_second_factor(&admin, "abc").await, "wrong-code"));
        let code = shown(&house, &made.secret);
        house.auth.confirm_second_factor(&admin, &code).await?;
        assert!(house.auth.start_second_factor(&admin).await.unwrap_err().is_conflict("second-factor-exists"));

        assert!(is_unauthenticated(&signs_in(&house, None).await, "code-needed"));
        assert!(is_unauthenticated(&signs_in(&house, Some(code)).await, "wrong-code"), "a code shown before is not good again");
        house.pass(30);
        let next = shown(&house, &made.secret);
        signs_in(&house, Some(next.clone())).await?;
        assert!(is_unauthenticated(&signs_in(&house, Some(next)).await, "wrong-code"));
        house.pass(30);
        house.auth.remove_second_factor(&admin, &shown(&house, &made.secret)).await?;
        signs_in(&house, None).await?;
        assert!(house.auth.remove_second_factor(&admin, "123456").await.unwrap_err().is_conflict("no-second-factor"));
    }

    /// A5
    async fn codes_cannot_be_guessed(db: Db) {
        let house = House::open(db).await?;
        let (admin, _) = house.signed_in("admin@example.com", Role::Admin).await?;
        let made = house.auth.start_second_factor(&admin).await?;
        house.auth.confirm_second_factor(&admin, &shown(&house, &made.secret)).await?;
        for _ in 0..5 {
            assert!(is_unauthenticated(&signs_in(&house, Some("000000".to_owned())).await, "wrong-code"));
        }
        assert!(matches!(signs_in(&house, Some("000000".to_owned())).await, Err(Error::RateLimited(_))));
        assert_eq!(house.count("select count(*) from account where totp_secret is not null and length(totp_secret) > 40").await?, 1, "the secret is sealed");
    }
}
