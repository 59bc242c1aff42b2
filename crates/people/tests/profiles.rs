//! Profiles: who sees what of whom, what is masked, sealed, audited, and told to the others.

#![allow(clippy::unwrap_used)]

mod house;

use contracts::Permission;
use contracts::people::{PatientChanged, PatientSearch, People as _, Relation};
use house::{House, child, named, siti};
use platform::{Error, bus, db::Db};

testkit::db_test! {
    bus::MIGRATIONS;

    /// A2, A8
    async fn the_owner_and_staff_see_what_they_may(db: Db) {
        let house = House::on(db).await?;
        let owner = house.patient();
        let mine = house.people.register_self(&owner, siti()).await?;
        assert_eq!(mine.nik.as_deref(), Some("7371••••••••0001"));
        assert_eq!(mine.bpjs_number.as_deref(), Some("•••••••••9835"));
        assert_eq!(mine.phone.as_deref(), Some("+6281234567890"));
        assert!(mine.warnings.is_empty());
        let shown = house.people.patient(&house.staff(), &mine.id).await?;
        assert_eq!((shown.nik, shown.phone, shown.email), (mine.nik, Some("+62••••••••890".to_owned()), Some("s•••@contoh.id".to_owned())));
        assert_eq!(shown.address.line, "••••••");
        assert_eq!(house.audited("patient.read-identity").await, 0);
        let whole = house.people.patient(&house.registrar(), &mine.id).await?;
        assert_eq!(whole.nik.as_deref(), Some("7371014101900001"));
        assert_eq!(whole.bpjs_number.as_deref(), Some("0001105689835"));
        assert_eq!(whole.address.line, "Jl. Melati 5");
        assert_eq!((house.audited("patient.read").await, house.audited("patient.read-identity").await), (1, 1));
        assert_eq!(house.audited("patient.register").await, 1);
        // Staff of any facility find them; the line names the facility.
        let desk = platform::Cx { facilities: Some(["fac_1".to_owned()].into()), ..house.staff() };
        assert_eq!(house.people.patient(&desk, &mine.id).await?.nik.as_deref(), Some("7371••••••••0001"));
        assert_eq!(house.count("select count(*) from outbox where kind = 'audit.entry.v1' and payload like '%\"facility\":\"fac_1\"%'").await, 1);
    }

    /// A2
    async fn what_is_private_is_sealed(db: Db) {
        let house = House::on(db).await?;
        house.people.register_self(&house.patient(), siti()).await?;
        let rows: Vec<(Vec<u8>,)> = house.rows("select details from patient").await;
        let text = String::from_utf8_lossy(&rows[0].0).into_owned();
        for word in ["7371014101900001", "0001105689835", "Melati", "81234567890", "contoh", "Budi"] {
            assert!(!text.contains(word), "{word} can be read");
        }
        let said: Vec<(String,)> = house.rows("select payload from outbox").await;
        assert!(said.iter().all(|(payload,)| !payload.contains("7371014101900001") && !payload.contains("81234567890") && !payload.contains("contoh")));
    }

    /// A2
    async fn a_tampered_or_moved_ciphertext_is_refused(db: Db) {
        let house = House::on(db).await?;
        let (owner, other) = (house.patient(), house.patient());
        let mine = house.people.register_self(&owner, siti()).await?;
        let theirs = house.people.register_self(&other, named("Budi")).await?;
        let (from, to) = (mine.id.clone(), theirs.id.clone());
        house.db.write(async move |tx| {
            tx.exec("update patient set details = (select details from patient where id = $1) where id = $2", &[&from, &to]).await
        }).await?;
        assert!(matches!(house.people.patient(&other, &theirs.id).await, Err(Error::Internal(_))));
        let sealed: Vec<(String, Vec<u8>)> = house.rows("select name, details from patient order by name").await;
        let mut changed = sealed[1].1.clone();
        let id = mine.id.clone();
        *changed.last_mut().unwrap() ^= 1;
        house.db.write(async move |tx| tx.exec("update patient set details = $2 where id = $1", &[&id, &changed]).await).await?;
        assert!(matches!(house.people.patient(&owner, &mine.id).await, Err(Error::Internal(_))));
    }

    /// A2
    async fn r_a6_a_known_nik_is_never_told_and_staff_is(db: Db) {
        let house = House::on(db).await?;
        let (first, second) = (house.patient(), house.patient());
        let one = house.people.register_self(&first, siti()).await?;
        let mut again = house.people.register_self(&second, siti()).await?;
        assert!(again.warnings.is_empty(), "the person learns nothing");
        let own = again.clone();
        (again.id, again.account) = (one.id.clone(), one.account.clone());
        assert_eq!(serde_json::to_value(&again).unwrap(), serde_json::to_value(&one).unwrap(), "both answers look the same");
        assert_eq!(house.people.patient(&second, &own.id).await?.warnings, [""; 0]);
        assert_eq!(house.people.patient(&house.staff(), &own.id).await?.warnings, ["duplicate"]);
        assert_eq!(house.people.patient(&house.staff(), &one.id).await?.warnings, [""; 0]);
        house.clock.advance(jiff::SignedDuration::from_secs(1)); // so that this one comes third
        assert_eq!(house.people.register_patient(&house.staff(), siti()).await?.warnings, ["duplicate"]);
        assert_eq!(house.count("select count(*) from nik_claim").await, 1);
        // The holder corrects their number: whoever came next holds it now.
        let form = contracts::people::PatientForm { nik: Some("7371014101900002".to_owned()), ..siti() };
        house.people.change_patient(&first, &one.id, one.version, form).await?;
        assert_eq!(house.people.patient(&house.staff(), &own.id).await?.warnings, [""; 0]);
        assert_eq!(house.count("select count(*) from nik_claim").await, 2);
    }

    /// A2
    async fn r_a6_two_sign_ups_with_one_nik_at_once(db: Db) {
        let house = House::on(db).await?;
        for round in 0..10 {
            let form = contracts::people::PatientForm { nik: Some(format!("737101410190{:04}", round + 1)), ..siti() };
            let (one, other) = (house.patient(), house.patient());
            let (one, other) = tokio::join!(house.people.register_self(&one, form.clone()), house.people.register_self(&other, form));
            let staff = house.staff();
            let (one, other) = (house.people.patient(&staff, &one?.id).await?, house.people.patient(&staff, &other?.id).await?);
            assert_eq!(one.warnings.len() + other.warnings.len(), 1, "one holds the number, one is marked");
        }
        assert_eq!(house.count("select count(*) from nik_claim").await, 10);
    }

    /// A2
    async fn an_account_has_one_profile(db: Db) {
        let house = House::on(db).await?;
        let owner = house.patient();
        let (one, other) = tokio::join!(house.people.register_self(&owner, siti()), house.people.register_self(&owner, named("Siti")));
        assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1);
        let refused = one.err().or(other.err()).unwrap();
        assert!(refused.is_conflict("profile-exists"), "{refused}");
        assert_eq!(house.count("select count(*) from patient").await, 1);
    }

    /// A4, A9
    async fn r_a1_other_peoples_patients_are_not_there(db: Db) {
        let house = House::on(db).await?;
        let (owner, stranger) = (house.patient(), house.patient());
        let mine = house.people.register_self(&owner, siti()).await?;
        let not_there = |error: Option<Error>| assert!(matches!(error, Some(Error::NotFound("patient"))), "{error:?}");
        not_there(house.people.patient(&stranger, &mine.id).await.err());
        not_there(house.people.patient_profile(&stranger, &mine.id).await.err());
        not_there(house.people.change_patient(&stranger, &mine.id, 1, siti()).await.err());
        not_there(house.people.remove_family_member(&stranger, &mine.id).await.err());
        assert!(house.people.my_patients(&stranger).await?.is_empty());
        let guest = house.guest();
        assert!(matches!(house.people.patient(&guest, &mine.id).await, Err(Error::Unauthenticated(_))));
        assert!(matches!(house.people.register_self(&guest, siti()).await, Err(Error::Unauthenticated(_))));
        let (_, doctor) = house.account(&[]);
        assert!(matches!(house.people.patient(&doctor, &mine.id).await, Err(Error::Forbidden(_))));
        for asker in [&owner, &doctor] {
            assert!(matches!(house.people.patients(asker, PatientSearch::default()).await, Err(Error::Forbidden(_))));
            assert!(matches!(house.people.register_patient(asker, siti()).await, Err(Error::Forbidden(_))));
        }
        let (_, reader) = house.account(&[contracts::Permission::PatientRead]);
        assert!(matches!(house.people.change_patient(&reader, &mine.id, 1, siti()).await, Err(Error::Forbidden(_))));
    }

    /// A2
    async fn changes_need_the_version_and_keep_what_came_back_masked(db: Db) {
        let house = House::on(db).await?;
        let owner = house.patient();
        let mine = house.people.register_self(&owner, siti()).await?;
        let masked = house.people.patient(&house.staff(), &mine.id).await?;
        let form = contracts::people::PatientForm {
            name: "Siti Aminah Putri".to_owned(),
            nik: masked.nik,
            bpjs_number: masked.bpjs_number,
            phone: masked.phone,
            email: masked.email,
            address: masked.address,
            emergency_contact: masked.emergency_contact,
            ..siti()
        };
        let changed = house.people.change_patient(&house.staff(), &mine.id, mine.version, form.clone()).await?;
        assert_eq!((changed.version, changed.name.as_str()), (2, "Siti Aminah Putri"));
        assert!(matches!(house.people.change_patient(&owner, &mine.id, 1, form.clone()).await, Err(Error::Stale)));
        let whole = house.people.patient(&house.registrar(), &mine.id).await?;
        assert_eq!(whole.nik.as_deref(), Some("7371014101900001"));
        assert_eq!((whole.phone.as_deref(), whole.address.line.as_str()), (Some("+6281234567890"), "Jl. Melati 5"));
        assert!(whole.warnings.is_empty(), "it still holds its own number");
        let (one, other) = tokio::join!(house.people.change_patient(&owner, &mine.id, 2, form.clone()), house.people.change_patient(&owner, &mine.id, 2, form));
        assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1);
    }

    /// A2
    async fn a_form_is_checked_without_an_account(db: Db) {
        let house = House::on(db).await?;
        let guest = house.guest();
        assert!(house.people.check_form(&guest, &siti()).await?.is_empty());
        let other = contracts::people::PatientForm { sex: contracts::people::Sex::Male, nik: Some("9271060312000001".to_owned()), ..siti() };
        assert_eq!(house.people.check_form(&guest, &other).await?, ["nik-region", "nik-birth-date"]);
        let wrong = contracts::people::PatientForm { bpjs_number: Some("123".to_owned()), name: String::new(), ..siti() };
        assert!(matches!(house.people.check_form(&guest, &wrong).await, Err(Error::Invalid(fields)) if fields.len() == 2));
        assert_eq!(house.count("select count(*) from patient").await, 0);
    }

    /// A9
    async fn r_p3_family_is_acted_for_until_that_ends(db: Db) {
        let house = House::on(db).await?;
        let (account, owner) = house.account(house::PATIENT);
        let mine = house.people.register_self(&owner, siti()).await?;
        let kid = house.people.add_family_member(&owner, child("Adik Kecil")).await?;
        let cards = house.people.my_patients(&owner).await?;
        let relations: Vec<_> = cards.iter().map(|card| (card.id.clone(), card.relation)).collect();
        assert_eq!(relations, [(mine.id, Some(Relation::Own)), (kid.id.clone(), Some(Relation::Child))]);
        assert_eq!(house.people.patient(&owner, &kid.id).await?.account, None);
        assert_eq!(house.people.patient_profile(&house.system(), &kid.id).await?.accounts, [account]);
        let form = named("Adik Besar");
        house.people.change_patient(&owner, &kid.id, 1, form.clone()).await?;
        house.people.remove_family_member(&owner, &kid.id).await?;
        assert!(matches!(house.people.patient(&owner, &kid.id).await, Err(Error::NotFound("patient"))));
        assert!(matches!(house.people.change_patient(&owner, &kid.id, 2, form).await, Err(Error::NotFound("patient"))));
        assert!(matches!(house.people.remove_family_member(&owner, &kid.id).await, Err(Error::NotFound("patient"))));
        assert_eq!(house.people.my_patients(&owner).await?.len(), 1);
        let profile = house.people.patient_profile(&house.system(), &kid.id).await?;
        assert_eq!((profile.accounts.len(), profile.version), (0, 3));
        let said: Vec<(String,)> = house.rows("select payload from outbox where kind = 'people.patient_changed.v1'").await;
        let said: Vec<PatientChanged> = said.iter().map(|(payload,)| serde_json::from_str(payload).unwrap()).collect();
        assert!(said.contains(&profile), "the others hear of the end");
        assert_eq!((house.audited("family.add").await, house.audited("family.remove").await), (1, 1));
    }

    /// A9
    async fn r_p4_consent_is_a_text_a_time_and_an_actor(db: Db) {
        let house = House::on(db).await?;
        let (account, owner) = house.account(house::PATIENT);
        let refused = house.people.add_family_member(&owner, contracts::people::AddFamilyMember { consent: false, relation: Relation::Own, ..child("Adik") }).await;
        let Err(Error::Invalid(fields)) = refused else { panic!("accepted without consent") };
        assert_eq!(fields.iter().map(|f| f.code.as_str()).collect::<Vec<_>>(), ["relation-self", "consent-needed"]);
        let kid = house.people.add_family_member(&owner, child("Adik")).await?;
        let kept: Vec<(String, String, jiff::Timestamp, String, Option<jiff::Timestamp>)> =
            house.rows("select consent, consent_locale, consent_at, consent_by, ended_at from family").await;
        assert_eq!(kept, [("people-consent-family-1".to_owned(), "id".to_owned(), owner.now(), account.to_string(), None)]);
        house.clock.advance(jiff::SignedDuration::from_hours(1));
        house.people.remove_family_member(&owner, &kid.id).await?;
        let ended: Vec<(Option<jiff::Timestamp>, Option<String>)> = house.rows("select ended_at, ended_by from family").await;
        assert_eq!(ended, [(Some(owner.now()), Some(account.to_string()))], "the proof stays");
    }

    /// A9
    async fn a_relation_is_said_anew_by_who_acts_and_nobody_else(db: Db) {
        let house = House::on(db).await?;
        let owner = house.patient();
        let kid = house.people.add_family_member(&owner, child("Adik")).await?;
        let now = house.people.change_relation(&owner, &kid.id, Relation::Sibling).await?;
        assert_eq!((now.name.as_str(), now.relation), ("Adik", Some(Relation::Sibling)));
        assert_eq!(house.people.my_patients(&owner).await?[0].relation, Some(Relation::Sibling));
        assert_eq!(house.audited("family.change").await, 1);
        let refused = house.people.change_relation(&owner, &kid.id, Relation::Own).await;
        assert!(matches!(refused, Err(Error::Invalid(ref fields)) if fields[0].code == "relation-self"));
        for stranger in [house.patient(), house.account(&[Permission::ProfileOwn, Permission::PatientWrite]).1] {
            let tried = house.people.change_relation(&stranger, &kid.id, Relation::Child).await;
            assert!(matches!(tried, Err(Error::NotFound(_))));
        }
        house.people.remove_family_member(&owner, &kid.id).await?;
        assert!(matches!(house.people.change_relation(&owner, &kid.id, Relation::Child).await, Err(Error::NotFound(_))));
    }

    /// A9: whoever consented can read to what, and since when it no longer holds.
    async fn r_p4_consents_are_read_by_who_gave_them(db: Db) {
        let house = House::on(db).await?;
        let owner = house.patient();
        let kid = house.people.add_family_member(&owner, child("Adik")).await?;
        house.clock.advance(jiff::SignedDuration::from_hours(1));
        let mother = house.people.add_family_member(&owner, contracts::people::AddFamilyMember { relation: Relation::Parent, ..child("Ibu") }).await?;
        house.people.remove_family_member(&owner, &kid.id).await?;
        let given = house.people.family_consents(&owner).await?;
        assert_eq!(given.iter().map(|given| &given.patient).collect::<Vec<_>>(), [&mother.id, &kid.id], "the newest first");
        assert_eq!((given[0].name.as_deref(), given[0].relation, given[0].ended_at), (Some("Ibu"), Relation::Parent, None));
        assert_eq!((given[1].name.as_deref(), given[1].ended_at), (None, Some(owner.now())), "the name goes with the right");
        assert_eq!(given[1].text, "people-consent-family-1");
        assert!(house.people.family_consents(&house.patient()).await?.is_empty());
        assert!(matches!(house.people.family_consents(&house.staff()).await, Err(Error::Forbidden(_))));
    }

    /// A9
    async fn a_family_has_twenty_members_at_most(db: Db) {
        let house = House::on(db).await?;
        let owner = house.patient();
        for n in 0..18 {
            house.people.add_family_member(&owner, child(&format!("Anak {}", char::from(b'a' + n)))).await?;
        }
        let adding = (0..6).map(|_| {
            let (people, owner) = (house.people.clone(), owner.clone());
            tokio::spawn(async move { people.add_family_member(&owner, child("Serentak")).await })
        });
        let mut kept = 0;
        for added in adding.collect::<Vec<_>>() {
            match added.await.unwrap() {
                Ok(_) => kept += 1,
                Err(refused) => assert!(refused.is_conflict("too-many-members"), "{refused}"),
            }
        }
        assert_eq!((kept, house.people.my_patients(&owner).await?.len()), (2, 20));
    }

    /// A9
    async fn everything_kept_can_be_taken_along(db: Db) {
        let house = House::on(db).await?;
        let owner = house.patient();
        house.people.register_self(&owner, siti()).await?;
        house.people.add_family_member(&owner, child("Adik")).await?;
        house.people.register_self(&house.patient(), named("Orang Lain")).await?;
        let all = house.people.export(&owner).await?.to_string();
        for word in ["7371014101900001", "0001105689835", "Melati", "Budi", "Adik", "people-consent-family-1"] {
            assert!(all.contains(word), "{word} is missing");
        }
        assert!(!all.contains("Orang Lain"));
        assert_eq!(house.audited("person.export").await, 1);
    }
}
