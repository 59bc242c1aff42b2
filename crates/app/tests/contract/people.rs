//! The verbs of people.

use contracts::{
    auth::{OpenAccount, Role},
    people::{AddFamilyMember, PatientForm, PatientSearch, Relation},
};
use platform::{Error, Id as _};
use serde_json::json;

use crate::{
    house::{PASSWORD, email},
    near_and_far,
};

fn person(name: &str) -> PatientForm {
    serde_json::from_value(json!({
        "name": name, "no_nik_reason": "later", "birth_place": "Makassar", "birth_date": "1990-01-02", "sex": "female",
        "patient_type": "umum", "address": { "line": "Jl. Contoh 1", "region": "73.71" },
        "emergency_contact": { "name": "Budi", "phone": "+6281234567890", "relation": "suami" },
    }))
    .unwrap()
}

near_and_far! {
    /// A2, A6, A9
    async fn people_and_their_families_come_and_go(verbs) {
        let (people, guest) = (&verbs.people, verbs.guest());
        let ask = OpenAccount {
            email: email("sari"), phone: None, name: "Sari".to_owned(), password: PASSWORD.to_owned(), role: Role::Patient, facilities: Vec::new(),
        };
        verbs.auth.open_account(&guest, ask).await.unwrap();
        verbs.app.settle().await;
        let (sari, boss) = (verbs.signed_in("sari").await, verbs.signed_in("super").await);
        assert!(people.check_form(&guest, &person("Sari")).await.unwrap().is_empty());
        let wrong = PatientForm { nik: Some("12".to_owned()), no_nik_reason: None, name: " ".to_owned(), ..person("x") };
        let Err(Error::Invalid(fields)) = people.check_form(&guest, &wrong).await else { panic!("it was accepted") };
        assert_eq!(fields.len(), 2, "{fields:?}");
        assert!(matches!(people.register_self(&guest, person("Sari")).await, Err(Error::Unauthenticated("sign-in-needed"))));
        let own = people.register_self(&sari, person("Sari")).await.unwrap();
        assert_eq!((own.name.as_str(), own.emergency_contact.as_ref().map(|c| c.name.as_str())), ("Sari", Some("Budi")));
        let member = AddFamilyMember { relation: Relation::Child, consent: true, person: person("Adik") };
        let child = people.add_family_member(&sari, member).await.unwrap();
        let mine = people.my_patients(&sari).await.unwrap();
        assert_eq!(mine.iter().map(|card| card.relation).collect::<Vec<_>>(), [Some(Relation::Own), Some(Relation::Child)]);
        assert_eq!(people.patient(&sari, &child.id).await.unwrap().name, "Adik");
        let stranger = verbs.signed_in("dokter1").await;
        assert!(people.patient(&stranger, &own.id).await.is_err());
        let profile = people.patient_profile(&verbs.program(), &own.id).await.unwrap();
        assert_eq!((profile.patient, profile.accounts.len()), (own.id.clone(), 1));
        let renamed = people.change_patient(&sari, &own.id, own.version, person("Sari Dewi")).await.unwrap();
        assert_eq!(renamed.version, own.version + 1);
        assert!(matches!(people.change_patient(&sari, &own.id, own.version, person("Sari")).await, Err(Error::Stale)));
        let walk_in = people.register_patient(&boss, person("Tamu")).await.unwrap();
        let found = people.patients(&boss, PatientSearch { q: Some("Tamu".to_owned()), ..Default::default() }).await.unwrap();
        assert_eq!(found.items[0].id, walk_in.id);
        assert!(people.export(&sari).await.unwrap().to_string().contains("Sari Dewi"));
        people.remove_family_member(&sari, &child.id).await.unwrap();
        assert!(matches!(people.remove_family_member(&sari, &child.id).await, Err(Error::NotFound("patient"))));
        let erasure = people.unregister(&sari).await.unwrap();
        verbs.app.settle().await;
        let done = people.erasure(&guest, &erasure.id).await.unwrap();
        assert!(done.done_at.is_some() && done.waiting_for.is_empty() && done.answers.len() == 5, "{done:?}");
        let unknown = contracts::people::ErasureId::from_parts(guest.now(), [9; 10]);
        assert!(matches!(people.erasure(&guest, &unknown).await, Err(Error::NotFound("erasure"))));
    }
}
