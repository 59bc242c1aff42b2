//! The verbs of auth.

use contracts::auth::{
    AccountSearch, AuditSearch, ChangeAccount, ChangePassword, FinishReset, KeptView, LogIn, NamedRoleForm,
    OpenAccount, Refresh, Role, StartReset,
};
use platform::{Actor, Error, i18n::Locale};

use crate::{
    house::{PASSWORD, email},
    near_and_far,
};

fn opens(name: &str, role: Role) -> OpenAccount {
    OpenAccount {
        email: email(name),
        phone: None,
        name: format!("Contoh {name}"),
        password: PASSWORD.to_owned(),
        role,
        facilities: Vec::new(),
    }
}

fn log_in(name: &str, password: &str) -> LogIn {
    LogIn { login: email(name), password: password.to_owned(), code: None }
}

near_and_far! {
    /// A1, A5
    async fn accounts_sign_in_and_out(verbs) {
        let (auth, guest) = (&verbs.auth, verbs.guest());
        let weak = OpenAccount { password: "12345".to_owned(), email: "nobody".to_owned(), ..opens("sari", Role::Patient) };
        let Err(Error::Invalid(fields)) = auth.check_account(&guest, &weak).await else { panic!("it was accepted") };
        assert!(fields.iter().any(|f| f.field == "password") && fields.iter().any(|f| f.field == "email" && !f.code.is_empty()), "{fields:?}");
        auth.check_account(&guest, &opens("sari", Role::Patient)).await.unwrap();
        let sari = auth.open_account(&guest, opens("sari", Role::Patient)).await.unwrap();
        assert!(auth.open_account(&guest, opens("sari", Role::Patient)).await.unwrap_err().is_conflict("email-taken"));
        assert!(matches!(auth.open_account(&guest, opens("boss", Role::SuperAdmin)).await, Err(Error::Forbidden("role.manage"))));
        assert!(matches!(auth.log_in(&guest, log_in("sari", "wrong"), "t").await, Err(Error::Unauthenticated("wrong-credentials"))));
        let tokens = auth.log_in(&guest, log_in("sari", PASSWORD), "Ponsel Sari").await.unwrap();
        assert_eq!((tokens.account.id.clone(), tokens.token_type.as_str()), (sari.id.clone(), "Bearer"));
        let cx = verbs.signed_in("sari").await;
        let known = auth.identify_bearer(&tokens.access_token).await.unwrap();
        assert_eq!((&*known.name, known.roles.to_vec(), known.facilities.as_deref()), ("Contoh sari", vec![Role::Patient], Some(&[][..])));
        let sessions = auth.sessions(&cx).await.unwrap();
        assert!(sessions.len() == 2 && sessions.iter().filter(|s| s.current).count() == 1 && sessions.iter().any(|s| s.device == "Ponsel Sari"));
        let next = auth.refresh(&guest, Refresh { refresh_token: tokens.refresh_token.clone() }).await.unwrap();
        let again = auth.refresh(&guest, Refresh { refresh_token: tokens.refresh_token.clone() }).await.unwrap();
        assert_eq!(next.refresh_token, again.refresh_token);
        let other = sessions.iter().find(|s| !s.current).unwrap();
        auth.end_session(&cx, &other.id).await.unwrap();
        assert!(matches!(auth.end_session(&cx, &other.id).await, Err(Error::NotFound("session"))));
        let browser = auth.log_in_browser(&guest, log_in("sari", PASSWORD), "Firefox").await.unwrap();
        assert!(matches!(auth.identify_cookie(&browser.cookie).await.unwrap().actor, Actor::Account { .. }));
        let before = auth.news(None).await.unwrap();
        auth.log_out(&cx, true).await.unwrap();
        assert!(matches!(auth.identify_bearer(&next.access_token).await, Err(Error::Unauthenticated("session-expired"))));
        assert!(matches!(auth.identify_cookie(&browser.cookie).await, Err(Error::Unauthenticated("session-expired"))));
        let news = auth.news(Some(before.as_of)).await.unwrap();
        assert!(news.ended.len() >= 3 && news.keys["keys"][0]["kid"].is_string() && news.roles.len() == Role::ALL.len(), "{news:?}");
        assert_eq!(auth.jwks().await.unwrap(), news.keys);
    }

    /// A4, A7, A8
    async fn accounts_are_looked_after(verbs) {
        let (auth, guest) = (&verbs.auth, verbs.guest());
        let sari = auth.open_account(&guest, opens("sari", Role::Patient)).await.unwrap();
        let (cx, boss) = (verbs.signed_in("sari").await, verbs.signed_in("super").await);
        assert!(matches!(auth.accounts(&cx, AccountSearch::default()).await, Err(Error::Forbidden("account.manage"))));
        let found = auth.accounts(&boss, AccountSearch { q: Some("sari".to_owned()), ..Default::default() }).await.unwrap();
        assert_eq!(found.items.iter().map(|a| a.id.clone()).collect::<Vec<_>>(), std::slice::from_ref(&sari.id));
        let english = ChangeAccount { locale: Some(Locale::En), ..Default::default() };
        let changed = auth.change_account(&cx, &sari.id, sari.version, english.clone()).await.unwrap();
        assert_eq!((changed.locale, changed.version), (Locale::En, 2));
        assert!(matches!(auth.change_account(&cx, &sari.id, sari.version, english).await, Err(Error::Stale)));
        assert_eq!(auth.account(&boss, &sari.id).await.unwrap().email, email("sari"));
        let wrong = ChangePassword { current: "x".to_owned(), password: "perahu kertas melawan badai".to_owned() };
        assert!(matches!(auth.change_password(&cx, wrong).await, Err(Error::Invalid(_))));
        auth.change_password(&cx, ChangePassword { current: PASSWORD.to_owned(), password: "perahu kertas melawan badai".to_owned() }).await.unwrap();
        auth.start_reset(&guest, StartReset { login: email("sari") }).await.unwrap();
        let finish = FinishReset { login: email("sari"), code: "000000".to_owned(), password: PASSWORD.to_owned() };
        assert!(matches!(auth.finish_reset(&guest, finish).await, Err(Error::Invalid(_))));
        auth.reset_for(&boss, &sari.id).await.unwrap();
        let factor = auth.start_second_factor(&cx).await.unwrap();
        assert!(factor.address.starts_with("otpauth://") && !factor.secret.is_empty());
        assert!(auth.confirm_second_factor(&cx, "abc").await.is_err() && auth.remove_second_factor(&cx, "123456").await.is_err());

        let matrix = auth.roles(&boss).await.unwrap();
        let patient = matrix.iter().find(|row| row.role == Role::Patient).unwrap();
        let set = auth.set_role(&boss, Role::Patient, patient.version, patient.permissions.clone()).await.unwrap();
        assert_eq!((set.role, set.version), (Role::Patient, patient.version + 1));
        assert!(matches!(auth.set_role(&boss, Role::Patient, patient.version, Vec::new()).await, Err(Error::Stale)));
        let desk = NamedRoleForm { name: "Loket".to_owned(), permissions: vec!["appointment.attend".to_owned()] };
        assert!(matches!(auth.make_role(&cx, desk.clone()).await, Err(Error::Forbidden("role.manage"))));
        let made = auth.make_role(&boss, desk.clone()).await.unwrap();
        let reads = NamedRoleForm { permissions: vec!["appointment.read".to_owned()], ..desk };
        let changed = auth.change_named_role(&boss, &made.id, made.version, reads).await.unwrap();
        assert_eq!((changed.version, auth.named_roles(&boss).await.unwrap()), (2, vec![changed.clone()]));
        assert!(matches!(auth.retire_role(&boss, &made.id, made.version).await, Err(Error::Stale)));
        auth.retire_role(&boss, &made.id, changed.version).await.unwrap();
        assert!(auth.named_roles(&boss).await.unwrap().is_empty());
        let view = KeptView { name: "Besok".to_owned(), query: "tgl=besok".to_owned() };
        auth.keep_view(&boss, "reservations", view.clone()).await.unwrap();
        assert_eq!(auth.kept_views(&boss, "reservations").await.unwrap(), [view]);
        auth.drop_view(&boss, "reservations", "Besok").await.unwrap();
        assert!(auth.kept_views(&cx, "reservations").await.unwrap().is_empty());
        assert!(matches!(auth.kept_views(&guest, "reservations").await, Err(Error::Unauthenticated(_))));
        assert!(auth.super_admin_grants(&boss).await.unwrap().is_empty());
        assert!(matches!(auth.decide_super_admin(&boss, &sari.id, true).await, Err(Error::NotFound(_))));
        let lines = auth.audit(&boss, AuditSearch { object: Some(sari.id.to_string()), ..Default::default() }).await.unwrap();
        assert!(lines.items.iter().any(|line| line.action == "account.change"), "{lines:?}");
        assert!(auth.verify_audit(&boss, None).await.unwrap().broken_at.is_none());
        assert!(matches!(auth.verify_audit(&boss, Some("forged".to_owned())).await, Err(Error::Invalid(_))));
    }
}
