use contracts::{
    audit::AuditEntry,
    auth::{AuditSearch, Auth as _, Role},
};
use platform::{
    Error,
    db::{Db, PageAsk},
};

use crate::house::{House, is_invalid};

fn entry(house: &House, i: usize) -> AuditEntry {
    AuditEntry::of(&house.system(), "scheduling", "appointment.book", &format!("apt_{i}"))
        .about("pat_1")
        .at_facility("fac_1")
}

async fn hear_lines(house: &House, lines: usize) -> platform::Result<()> {
    for i in 0..lines {
        house.hears("scheduling", 0, &format!("evt_{i:03}"), &entry(house, i)).await?;
    }
    Ok(())
}

testkit::db_test! {
    &[];

    /// A8
    async fn every_contexts_lines_are_kept_once_sealed_and_found(db: Db) {
        let house = House::open(db).await?;
        let (boss, _) = house.signed_in("boss@example.com", Role::SuperAdmin).await?;
        hear_lines(&house, 5).await?;
        hear_lines(&house, 5).await?;
        assert_eq!(house.count("select count(*) from audit_line where context = 'scheduling'").await?, 5);
        house.runs_jobs().await?;
        assert_eq!(house.count("select count(*) from audit_line where seq is null").await?, 0);
        let verdict = house.auth.verify_audit(&boss, None).await?;
        assert!(verdict.sealed >= 7 && verdict.broken_at.is_none());

        let ask = AuditSearch { patient: Some("pat_1".to_owned()), action: Some("appointment.".to_owned()), page: PageAsk::first(3), ..Default::default() };
        let first = house.auth.audit(&boss, ask.clone()).await?;
        let rest = house.auth.audit(&boss, AuditSearch { page: PageAsk { limit: 3, after: first.next.clone() }, ..ask }).await?;
        assert_eq!((first.items.len(), rest.items.len()), (3, 2));
        assert!(first.items.iter().all(|line| line.seq.is_some()));
        for ask in [
            AuditSearch { object: Some("apt_3".to_owned()), ..Default::default() },
            AuditSearch { actor: Some("system:test".to_owned()), object: Some("apt_3".to_owned()), ..Default::default() },
        ] {
            assert_eq!(house.auth.audit(&boss, ask).await?.items.len(), 1);
        }
        let none = AuditSearch { until: Some("2026-11-24T00:00:00Z".parse().unwrap()), ..Default::default() };
        assert!(house.auth.audit(&boss, none).await?.items.is_empty());
        // Reading the trail is itself in the trail.
        let readings = AuditSearch { action: Some("audit.read".to_owned()), actor: Some(boss.account()?.to_owned()), ..Default::default() };
        assert_eq!(house.auth.audit(&boss, readings).await?.items.len(), 6);
    }

    /// A8
    async fn sealers_at_the_same_time_do_not_break_the_chain(db: Db) {
        let house = House::open(db).await?;
        let (boss, _) = house.signed_in("boss@example.com", Role::SuperAdmin).await?;
        hear_lines(&house, 20).await?;
        let sealers: Vec<_> = (0..8)
            .map(|_| {
                let auth = house.auth.clone();
                tokio::spawn(async move { auth.seal_trail().await })
            })
            .collect();
        let mut sealed = 0;
        for sealer in sealers {
            sealed += usize::from(sealer.await.unwrap().is_ok());
        }
        assert!(sealed > 0);
        let verdict = house.auth.verify_audit(&boss, None).await?;
        assert!(verdict.sealed >= 20 && verdict.broken_at.is_none(), "{verdict:?}");
    }

    /// A8
    async fn whoever_meddles_with_the_trail_is_found_out(db: Db) {
        let house = House::open(db).await?;
        let (boss, _) = house.signed_in("boss@example.com", Role::SuperAdmin).await?;
        hear_lines(&house, 10).await?;
        house.runs_jobs().await?;
        let last = house.auth.verify_audit(&boss, None).await?.sealed;
        assert!(house.auth.verify_audit(&boss, None).await?.broken_at.is_none());

        house.meddles("update audit_line set actor = 'acc_somebody' where seq = 4").await?;
        assert_eq!(house.auth.verify_audit(&boss, None).await?.broken_at, Some(4));
        house.meddles("update audit_line set actor = 'system:test' where seq = 4").await?;
        let mended = house.auth.verify_audit(&boss, None).await?.broken_at;
        assert!(mended.is_none() || mended == Some(4));

        house.meddles("delete from audit_line where seq = 6").await?;
        assert!(house.auth.verify_audit(&boss, None).await?.broken_at.is_some_and(|at| at <= 6));
        assert!(last > 6);
    }

    /// A8
    async fn the_end_of_the_trail_cannot_be_cut_off(db: Db) {
        let house = House::open(db).await?;
        let (boss, _) = house.signed_in("boss@example.com", Role::SuperAdmin).await?;
        hear_lines(&house, 3).await?;
        house.runs_jobs().await?;
        let last = house.auth.verify_audit(&boss, None).await?.sealed;
        house.meddles("delete from audit_line where seq = (select max(seq) from audit_line)").await?;
        assert_eq!(house.auth.verify_audit(&boss, None).await?.broken_at, Some(last));
        // Nor with the mark moved: it cannot be made without the key.
        house.meddles("update audit_head set seq = seq - 1, hash = (select hash from audit_line where seq = (select max(seq) from audit_line))").await?;
        assert!(house.auth.verify_audit(&boss, None).await?.broken_at.is_some());
    }

    /// A8, J9
    async fn the_trail_is_checked_in_bounded_stretches_that_go_on_from_each_other(db: Db) {
        let house = House::open(db).await?;
        let (boss, _) = house.signed_in("boss@example.com", Role::SuperAdmin).await?;
        house.meddles("with recursive n (i) as (select 1 union all select i + 1 from n where i < 20400)
            insert into audit_line (id, context, actor, action, object, request_id, at)
            select 'aud_x' || i, 'test', 'system:test', 'test.do', 'x', 'req', (select min(at) from audit_line) from n").await?;
        house.runs_jobs().await?;
        let first = house.auth.verify_audit(&boss, None).await?;
        assert_eq!((first.checked, first.complete, first.broken_at), (20_000, false, None));
        assert!(first.sealed > 20_400);
        let rest = house.auth.verify_audit(&boss, Some(first.head.clone())).await?;
        assert_eq!((rest.checked, rest.complete, rest.broken_at), (first.sealed, true, None));
        // Nothing new: the end itself is checked.
        assert!(house.auth.verify_audit(&boss, Some(rest.head.clone())).await?.complete);
        // A head that the house did not sign is none, also where only its number was changed.
        for forged in ["", "AAAA", &rest.head.replacen('A', "B", 1)] {
            assert!(is_invalid(&house.auth.verify_audit(&boss, Some(forged.to_owned())).await, "audit-head"));
        }
        // Lines beyond the first stretch are found by the next; a receipt shows a trail that was cut.
        house.meddles("update audit_line set actor = 'acc_x' where seq = 20100").await?;
        assert_eq!(house.auth.verify_audit(&boss, None).await?.broken_at, None);
        assert_eq!(house.auth.verify_audit(&boss, Some(first.head)).await?.broken_at, Some(20_100));
        house.meddles("delete from audit_line where seq > 30").await?;
        house.meddles("delete from audit_head").await?;
        assert!(house.auth.verify_audit(&boss, Some(rest.head)).await?.broken_at.is_some());
        assert!(house.auth.verify_audit(&boss, None).await?.broken_at.is_some());
    }

    /// A8
    async fn admins_see_what_concerns_their_facilities(db: Db) {
        let house = House::open(db).await?;
        let (mut admin, _) = house.signed_in("admin@example.com", Role::Admin).await?;
        let (patient, _) = house.signed_in("siti@example.com", Role::Patient).await?;
        hear_lines(&house, 2).await?;
        assert!(matches!(house.auth.audit(&patient, AuditSearch::default()).await, Err(Error::Forbidden("audit.read"))));
        assert!(house.auth.audit(&admin, AuditSearch::default()).await?.items.is_empty());
        admin.facilities = Some(["fac_1".to_owned(), "fac_2".to_owned()].into());
        assert_eq!(house.auth.audit(&admin, AuditSearch::default()).await?.items.len(), 2);
    }
}
