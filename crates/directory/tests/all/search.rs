use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use contracts::{
    directory::{Directory, DoctorSearch, Mode, ServiceKind, Sort},
    people::{ErasureDone, ErasureId, PatientErased},
    scheduling::{AvailabilityChanged, EarliestFree},
};
use directory::{DirectoryContext, sample};
use jiff::SignedDuration;
use platform::{
    bus::{Bus, Reactions},
    db::{Db, PageAsk},
};

use crate::world::{MIGRATIONS, World, texts};

testkit::db_test! {
    &MIGRATIONS;

    /// B3
    async fn filters_combine_and_misspelt_names_are_found(db: Db) {
        let world = World::new(db).await?;
        let directory: Arc<dyn Directory> = world.directory.clone();
        let network = sample::sample(1, 1);
        let planted = sample::plant(&directory, &world.all, &network).await?;
        assert_eq!((planted.doctors.len(), planted.facilities.len()), (48, 7));
        let guest = world.guest();
        let names = async |ask: DoctorSearch| -> Vec<String> {
            directory.search_doctors(&guest, ask).await.unwrap().items.into_iter().map(|card| card.name).collect()
        };
        let q = |q: &str| DoctorSearch { q: Some(q.to_owned()), ..DoctorSearch::default() };
        let long = &planted.doctors[5];
        assert_eq!(names(q("kusumaningtias tjokroadisurjo")).await, [long.name.clone()], "mistyped, and spelt in the modern way");
        assert_eq!(names(q("KUSUMANINGTYAS")).await.first(), Some(&long.name));
        assert!(names(q("zzzzqqqq")).await.is_empty());
        for hostile in ["' or 1=1 --", "%_%", "\u{200b}\u{0301}", "😀", "----"] {
            assert!(names(q(hostile)).await.len() <= 25);
        }

        let children = DoctorSearch { speciality: Some("anak".to_owned()), page: PageAsk::first(100), ..DoctorSearch::default() };
        let everyone = names(children.clone()).await;
        assert_eq!(everyone.len(), network.doctors.iter().filter(|doctor| doctor.speciality == "anak").count());
        assert_eq!(names(q("dokter anak")).await.len(), everyone.len(), "the field's name finds them too");
        let here = &planted.facilities[0];
        let at = DoctorSearch { facility: Some(here.id.clone()), page: PageAsk::first(100), ..DoctorSearch::default() };
        let practising = planted.doctors.iter().filter(|doctor| doctor.practices.iter().any(|p| p.facility == here.id)).count();
        assert_eq!(names(at).await.len(), practising);
        let in_city = DoctorSearch { city: Some("Makassar".to_owned()), bpjs: Some(true), page: PageAsk::first(100), ..DoctorSearch::default() };
        assert_eq!(names(in_city).await.len(), practising);
        assert!(names(DoctorSearch { speciality: Some("tidak-ada".to_owned()), ..DoctorSearch::default() }).await.is_empty());
        assert!(names(DoctorSearch { kind: Some(ServiceKind::LabTest), ..DoctorSearch::default() }).await.is_empty());

        let cheap = DoctorSearch { fee_max: Some(150_000), sort: Some(Sort::Fee), page: PageAsk::first(100), ..DoctorSearch::default() };
        let page = directory.search_doctors(&guest, cheap).await?;
        assert!(!page.items.is_empty() && page.items.is_sorted_by_key(|card| card.fee.amount) && page.items.iter().all(|card| card.fee.amount <= 150_000));
        let by_name = DoctorSearch { sort: Some(Sort::Name), page: PageAsk::first(20), ..DoctorSearch::default() };
        let first = directory.search_doctors(&guest, by_name.clone()).await?;
        let second = directory.search_doctors(&guest, DoctorSearch { page: PageAsk { limit: 20, after: first.next.clone() }, ..by_name }).await?;
        let bare = |name: &str| name.trim_start_matches("drg. ").trim_start_matches("dr. ").to_lowercase();
        let all: Vec<String> = first.items.iter().chain(&second.items).map(|card| bare(&card.name)).collect();
        assert!(all.is_sorted() && all.len() == 40, "{all:?}");
    }

    /// B3, B5: the earliest free time comes from scheduling, the newest wins, and it outlives a restart.
    async fn doctors_sort_by_the_earliest_free_time_as_it_changes(db: Db) {
        let world = World::new(db.clone()).await?;
        let facility = world.facility("Klinik").await;
        let service = world.service(&facility).await;
        let (first, second) = (world.doctor("dr. Satu", &service).await, world.doctor("dr. Dua", &service).await);
        let other = testkit::db::Fresh::new(db.engine(), "scheduling", platform::bus::MIGRATIONS).await;
        let mut bus = Bus::new(world.all.clock.clone(), world.all.entropy.clone());
        bus.source("scheduling", other.db.clone()).join(world.directory.reactions());
        let bus = bus.start().await?;
        let free = async |doctor: &contracts::directory::Doctor, hours: i64, mode: Mode| {
            let earliest = vec![EarliestFree { facility: facility.id.clone(), mode, at: world.all.now() + SignedDuration::from_hours(hours) }];
            let (changed, cx) = (AvailabilityChanged { doctor: doctor.id.clone(), earliest }, world.all.clone());
            other.db.write(async move |tx| tx.publish(&cx, &changed).await).await.unwrap();
            bus.settle(Duration::from_secs(10)).await.unwrap();
        };
        let sorted = DoctorSearch { sort: Some(Sort::Earliest), ..DoctorSearch::default() };
        let order = async |directory: &DirectoryContext, ask: &DoctorSearch| -> Vec<String> {
            directory.search_doctors(&world.guest(), ask.clone()).await.unwrap().items.into_iter().map(|card| card.name).collect()
        };
        free(&first, 48, Mode::InPerson).await;
        free(&second, 24, Mode::Online).await;
        assert_eq!(order(&world.directory, &sorted).await, ["dr. Dua", "dr. Satu"]);
        free(&second, 240, Mode::Online).await;
        assert_eq!(order(&world.directory, &sorted).await, ["dr. Satu", "dr. Dua"]);
        let within = |days| DoctorSearch { free_within_days: Some(days), ..sorted.clone() };
        assert_eq!(order(&world.directory, &within(2)).await, ["dr. Satu"]);
        assert!(order(&world.directory, &within(1)).await.is_empty());
        let online = DoctorSearch { mode: Some(Mode::Online), free_within_days: Some(30), ..sorted.clone() };
        assert_eq!(order(&world.directory, &online).await, ["dr. Dua"]);

        let again = DirectoryContext::open(db.clone(), texts()).await?;
        assert_eq!(order(&again, &sorted).await, ["dr. Satu", "dr. Dua"]);
        bus.stop().await;
        other.remove().await;
    }

    /// A6: nothing of a patient is kept here, and that is answered.
    async fn an_erasure_is_answered(db: Db) {
        let world = World::new(db.clone()).await?;
        let people = testkit::db::Fresh::new(db.engine(), "people", platform::bus::MIGRATIONS).await;
        let answers: Arc<Mutex<Vec<ErasureDone>>> = Arc::default();
        let heard = answers.clone();
        let mut reactions = Reactions::new("people", people.db.clone());
        reactions.hear::<ErasureDone>("answers", move |_, _, done, _| {
            let (heard, done) = (heard.clone(), done.clone());
            Box::pin(async move {
                heard.lock().unwrap().push(done);
                Ok(())
            })
        });
        let mut bus = Bus::new(world.all.clock.clone(), world.all.entropy.clone());
        bus.source("people", people.db.clone()).source("directory", db).join(world.directory.reactions()).join(reactions);
        let bus = bus.start().await?;
        let erased = PatientErased { erasure: world.all.new_id::<ErasureId>(), patients: Vec::new(), account: None };
        let (cx, said) = (world.all.clone(), erased.clone());
        people.db.write(async move |tx| tx.publish(&cx, &said).await).await?;
        bus.settle(Duration::from_secs(10)).await?;
        {
            let answers = answers.lock().unwrap();
            assert_eq!(answers.len(), 1);
            assert_eq!((answers[0].erasure.clone(), answers[0].answer.context.as_str(), answers[0].answer.erased), (erased.erasure, "directory", 0));
        }
        bus.stop().await;
        people.remove().await;
    }
}
