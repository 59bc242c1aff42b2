use std::{sync::Arc, time::Instant};

use contracts::directory::{Directory, DoctorSearch};
use directory::{DirectoryContext, sample};
use platform::db::{Db, PageAsk};

use crate::world::{MIGRATIONS, World, texts};

testkit::db_test! {
    &MIGRATIONS;

    /// B5: what is in memory after a thousand writes is what a fresh start reads.
    async fn a_fresh_start_knows_what_the_running_one_knows(db: Db) {
        let world = World::new(db.clone()).await?;
        let directory: Arc<dyn Directory> = world.directory.clone();
        let planted = sample::plant(&directory, &world.all, &sample::sample(2, 20)).await?;
        assert_eq!(planted.doctors.len(), 960);
        let began = Instant::now();
        let fresh = DirectoryContext::open(db.clone(), texts()).await?;
        println!("960 doctors loaded in {:?} (unoptimised)", began.elapsed());
        for q in [None, Some("makasar anak"), Some("wijaia")] {
            let ask = DoctorSearch { q: q.map(str::to_owned), page: PageAsk::first(100), ..DoctorSearch::default() };
            let (running, started) = (directory.search_doctors(&world.guest(), ask.clone()).await?, fresh.search_doctors(&world.guest(), ask).await?);
            assert_eq!(running.items.len(), started.items.len());
            let ids = |page: &platform::db::Page<contracts::directory::DoctorCard>| page.items.iter().map(|card| card.id.clone()).collect::<Vec<_>>();
            assert_eq!(ids(&running), ids(&started));
        }
        let one = &planted.doctors[7];
        assert_eq!(fresh.doctor(&world.all, &one.slug).await?, *one);
    }
}
